/** Steps that end a track, a session or a disc. */
import type { CommandChannel } from "../command-channel.js";
import { closeFunctions, closeTrackSession } from "../mmc/close-track-session.js";
import { synchronizeCache } from "../mmc/synchronize-cache.js";
import type { PlanStep } from "../plan/step.js";
import type { LongCommand, WaitOptions } from "./long-operation.js";
import { runLong } from "./long-operation.js";

type StepOf<K extends PlanStep["kind"]> = Extract<PlanStep, { kind: K }>;
type CloseFields = Parameters<typeof closing>[0];

const noData = { direction: "none" } as const;
/** Stops a format that goes on in the background. MMC-6 "Close function definitions". */
const stopBackgroundFormatFunction = 0;
const illegalRequestKey = 5;

function closing({ closeFunction, trackNumber }: { closeFunction: number; trackNumber: number }) {
  const fields = (immediate: boolean) => ({ immediate, closeFunction, trackNumber });
  return { command: closeTrackSession, fields };
}

async function close(channel: CommandChannel, fields: CloseFields, options: WaitOptions): Promise<void> {
  await runLong(channel, closing(fields), options);
}

/** The sense of a failure; `null` where it has none. */
function senseKeyOf(error: unknown): number | null {
  const detail = (error as { detail?: { senseKey?: number } }).detail;
  return detail?.senseKey ?? null;
}

/**
 * Puts everything on the disc that the drive still holds. Some drives say that they have done so while they are at it;
 * the second command returns when they are done.
 */
export async function synchronize(channel: CommandChannel, options: WaitOptions): Promise<void> {
  const command: LongCommand<{ immediate: boolean }> = {
    command: synchronizeCache,
    fields: (immediate) => ({ immediate }),
  };
  await runLong(channel, command, options);
  await channel.send(synchronizeCache, { immediate: false }, noData, { onUnitAttention: "fail" });
}

/** Closes a track; one that may be closed already, or of which drives know no closing, is passed over. */
export async function closeTrack(
  channel: CommandChannel,
  { trackNumber, mayFail }: StepOf<"closeTrack">,
  options: WaitOptions,
): Promise<void> {
  try {
    await close(channel, { closeFunction: closeFunctions.track, trackNumber }, options);
  } catch (error) {
    if (!mayFail || senseKeyOf(error) !== illegalRequestKey) throw error;
  }
}

/** Closes the session, by the first function that the drive knows. */
export async function closeSession(
  channel: CommandChannel,
  step: StepOf<"closeSession">,
  options: WaitOptions,
): Promise<void> {
  const last = step.closeFunctions.at(-1);
  for (const closeFunction of step.closeFunctions) {
    try {
      return await close(channel, { closeFunction, trackNumber: 0 }, options);
    } catch (error) {
      const isRefused = senseKeyOf(error) === illegalRequestKey;
      if (!isRefused || (closeFunction === last && !step.mayFail)) throw error;
    }
  }
}

/** Stops a format that goes on in the background. Where none does, drives may refuse. */
export async function stopBackgroundFormat(channel: CommandChannel, options: WaitOptions): Promise<void> {
  try {
    await close(channel, { closeFunction: stopBackgroundFormatFunction, trackNumber: 0 }, options);
  } catch (error) {
    if (senseKeyOf(error) !== illegalRequestKey) throw error;
  }
}
