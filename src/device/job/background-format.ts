import { strictContext } from "../../codec/codec.js";
import { DiscError, throwIfCancelled } from "../../errors.js";
import type { CommandChannel } from "../command-channel.js";
import { discInformation, readDiscInformation } from "../mmc/read-disc-information.js";
import { backgroundFormats } from "../state/replies.js";
import type { WaitOptions } from "./long-operation.js";
import { askFraction, waitUntilDone } from "./long-operation.js";

/** Five hours: ten times what a disc takes that is written as slowly as can be. */
const limitMs = 18_000_000;
const leastPollMs = 20;

/** How the end of a format is waited for. */
export interface BackgroundFormatOptions extends Pick<WaitOptions, "onFraction"> {
  /** Ends the waiting; the drive goes on. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Waits until a drive has formatted the whole disc, which it does while it takes other commands.
 *
 * @throws {@link DiscError} E_CANCELLED; E_NOT_SUPPORTED where the drive ends formatting before the disc does, does not
 *   tell, or goes on for ever; {@link DeviceError}.
 */
export async function awaitBackgroundFormat(
  channel: CommandChannel,
  { onFraction, signal }: BackgroundFormatOptions,
): Promise<void> {
  const { clock, settlingMs } = channel;
  const started = clock.now();
  for (;;) {
    throwIfCancelled(signal, "formatting");
    await waitUntilDone(channel);
    const status = await backgroundFormatStatus(channel);
    if (status === backgroundFormats.complete) return;
    if (status !== backgroundFormats.running || clock.now() - started >= limitMs) throw notFinished(channel);
    onFraction?.(await askFraction(channel));
    await clock.wait(Math.max(leastPollMs, settlingMs));
  }
}

/** @returns `null` where the drive does not tell. */
async function backgroundFormatStatus(channel: CommandChannel): Promise<number | null> {
  const { size } = discInformation;
  const fields = { dataType: 0, allocationLength: size };
  const outcome = await channel.attempt(readDiscInformation, fields, { direction: "in", allocationBytes: size });
  if ("error" in outcome) return null;
  return discInformation.read(outcome.data, 0, strictContext).backgroundFormatStatus;
}

function notFinished(channel: CommandChannel): DiscError<"E_NOT_SUPPORTED"> {
  const what = "formatting the disc to its end in the background";
  return new DiscError("E_NOT_SUPPORTED", `${channel.transport.name}: not supported by this drive: ${what}`, { what });
}
