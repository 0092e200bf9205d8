/** Steps that end a track, a session or a disc. */
import { strictContext } from "../../codec/codec.js";
import type { CommandChannel } from "../command-channel.js";
import { closeFunctions, closeTrackSession } from "../mmc/close-track-session.js";
import { discInformation, readDiscInformation } from "../mmc/read-disc-information.js";
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

/**
 * Closes the session, by the first function that the drive knows. Some drives want the number of the last track with
 * it, which the standard does not ask for.
 */
export async function closeSession(
  channel: CommandChannel,
  step: StepOf<"closeSession">,
  options: WaitOptions,
): Promise<void> {
  const refusal = await refusalOfClosing(channel, step.closeFunctions, 0, options);
  if (refusal === null) return;
  const lastTrack = await lastTrackNumber(channel);
  if (lastTrack > 0 && (await refusalOfClosing(channel, step.closeFunctions, lastTrack, options)) === null) return;
  if (!step.mayFail) throw refusal;
}

/** Tries one function after the other; returns why the last one was refused, `null` where one was not. */
async function refusalOfClosing(
  channel: CommandChannel,
  closeFunctionNumbers: readonly number[],
  trackNumber: number,
  options: WaitOptions,
): Promise<unknown> {
  let refusal: unknown = null;
  for (const closeFunction of closeFunctionNumbers) {
    try {
      await close(channel, { closeFunction, trackNumber }, options);
      return null;
    } catch (error) {
      if (senseKeyOf(error) !== illegalRequestKey) throw error;
      refusal = error;
    }
  }
  return refusal;
}

/** The number of the last track; 0 where the drive does not tell. */
async function lastTrackNumber(channel: CommandChannel): Promise<number> {
  const { size } = discInformation;
  const fields = { dataType: 0, allocationLength: size };
  const outcome = await channel.attempt(readDiscInformation, fields, { direction: "in", allocationBytes: size });
  return "error" in outcome ? 0 : discInformation.read(outcome.data, 0, strictContext).lastTrackInLastSession;
}

/** Stops a format that goes on in the background. Where none does, drives may refuse. */
export async function stopBackgroundFormat(channel: CommandChannel, options: WaitOptions): Promise<void> {
  try {
    await close(channel, { closeFunction: stopBackgroundFormatFunction, trackNumber: 0 }, options);
  } catch (error) {
    if (senseKeyOf(error) !== illegalRequestKey) throw error;
  }
}
