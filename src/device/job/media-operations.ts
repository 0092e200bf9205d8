/** Steps that change the medium as a whole. */
import { encode } from "../../codec/struct.js";
import type { CommandChannel } from "../command-channel.js";
import { blank } from "../mmc/blank.js";
import { discFormatCode, formatParameters, formatUnit } from "../mmc/format-unit.js";
import type { PlanStep } from "../plan/step.js";
import type { WaitOptions } from "./long-operation.js";
import { runLong } from "./long-operation.js";

type StepOf<K extends PlanStep["kind"]> = Extract<PlanStep, { kind: K }>;

/** Five hours: a BD-RE with four layers that is verified takes that long. */
const limitMs = 18_000_000;

/** BLANK. */
export async function blankMedium(
  channel: CommandChannel,
  { blankingType }: StepOf<"blank">,
  options: WaitOptions,
): Promise<void> {
  const fields = (immediate: boolean) => ({ immediate, blankingType, startAddressOrTrackNumber: 0 });
  await runLong(channel, { command: blank, fields }, { ...options, limitMs });
}

/** FORMAT UNIT. */
export async function formatMedium(
  channel: CommandChannel,
  step: StepOf<"formatUnit">,
  options: WaitOptions,
): Promise<void> {
  const isQuick = step.certify === false;
  const fields = () => ({ formatData: true, completeList: isQuick, formatCode: discFormatCode });
  const data = (immediate: boolean): Uint8Array =>
    encode(formatParameters, {
      formatOptionsValid: isQuick,
      disablePrimary: false,
      disableCertification: isQuick,
      stopFormat: false,
      initializationPattern: false,
      tryOut: false,
      immediate,
      vendorSpecific: false,
      numberOfBlocks: step.blocks,
      formatType: step.formatType,
      formatSubtype: step.formatSubtype,
      typeDependentParameter: step.parameter,
    });
  await runLong(channel, { command: formatUnit, fields, data }, { ...options, limitMs });
}
