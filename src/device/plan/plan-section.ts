import { DiscError } from "../../errors.js";
import type { DiscSnapshot } from "../state/snapshot.js";
import { parametersStep, synchronizeStep } from "./common-steps.js";
import { overwritingSteps } from "./plan-overwritable.js";
import { noNextSession, procedureOf, refuseFinalised } from "./refusals.js";
import type { DataStep, PlanStep } from "./step.js";

/** Blocks that are written as they are, and how. */
export interface WrittenSection {
  readonly firstBlock: number;
  readonly blocks: number;
  readonly streaming: boolean;
}

/**
 * The steps that write blocks at an address and nothing around them: no pre-gap or post-gap, and on media that grow by
 * sessions nothing is closed.
 *
 * @param device For messages.
 * @throws {@link DiscError} E_NOT_SUPPORTED, E_DISC_READ_ONLY, E_DISC_FINALISED; E_OPTION_INVALID where address or length
 *   are no multiples of the medium's unit; E_IMAGE_WRONG_ADDRESS, E_DISC_FULL.
 */
export function planSection(device: string, snapshot: DiscSnapshot, section: WrittenSection): readonly PlanStep[] {
  const procedure = procedureOf(device, snapshot);
  refuseFinalised(device, snapshot);
  const { firstBlock, blocks, streaming } = section;
  const { addressUnitBlocks, writeUnitBlocks, overwritable } = snapshot;
  const unit = streaming ? writeUnitBlocks : addressUnitBlocks;
  for (const [option, value] of Object.entries({ firstBlock, blocks })) {
    if (Number.isSafeInteger(value) && value >= 0 && value % unit === 0) continue;
    const allowed = `a multiple of ${unit} blocks`;
    const message = `${option} is ${value}, expected ${allowed}`;
    throw new DiscError("E_OPTION_INVALID", message, { option, value, allowed });
  }
  checkSection(device, snapshot, section);
  const data: PlanStep & DataStep = {
    kind: "write",
    firstBlock,
    blocks,
    pauseBlocks: 0,
    zeroBlocks: 0,
    isFilledUp: false,
    transferBlocks: procedure.transferBlocks,
    streaming,
    description: `write ${blocks} blocks from block ${firstBlock} on`,
  };
  if (overwritable) return overwritingSteps(snapshot, firstBlock, blocks, [data]);
  const { parameters: writing } = procedure;
  const parameters = writing === null ? [] : [parametersStep(snapshot, procedure, { writing, keepDiscOpen: true })];
  const trackNumber = snapshot.tracks.at(-1)?.number ?? 1;
  const check: PlanStep = {
    kind: "checkNextWritable",
    lba: firstBlock,
    trackNumber,
    description: `make sure that block ${firstBlock} is still the next`,
  };
  return [...parameters, check, data, synchronizeStep];
}

/** Where the next block goes: a track that was begun takes more, too. */
function nextBlockOf({ damage, nextWritableLba, tracks }: DiscSnapshot): number | null {
  return damage === "open-track" ? tracks.at(-1)!.nextWritableLba : nextWritableLba;
}

function checkSection(device: string, snapshot: DiscSnapshot, { firstBlock, blocks }: WrittenSection): void {
  const { overwritable, totalBlocks, tracks } = snapshot;
  const next = overwritable ? firstBlock : nextBlockOf(snapshot);
  if (next === null) throw noNextSession(device, snapshot);
  if (next !== firstBlock) {
    const message = `${device}: the next writable address is ${next}, not ${firstBlock}`;
    throw new DiscError("E_IMAGE_WRONG_ADDRESS", message, { nextWritableAddress: next, madeFor: firstBlock });
  }
  const freeBlocks = overwritable ? Math.max(0, totalBlocks - firstBlock) : tracks.at(-1)!.freeBlocks;
  if (blocks <= freeBlocks) return;
  const message = `${device}: ${blocks} blocks are to be written, ${freeBlocks} are free`;
  throw new DiscError("E_DISC_FULL", message, { blocks, freeBlocks });
}
