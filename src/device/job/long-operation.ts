import { encode } from "../../codec/struct.js";
import type { CommandChannel } from "../command-channel.js";
import type { Command } from "../mmc/command.js";
import { requestSense } from "../mmc/request-sense.js";
import type { Sense } from "../mmc/sense.js";
import { decodeSense, senseBytes } from "../mmc/sense.js";
import { testUnitReady } from "../mmc/test-unit-ready.js";
import type { Transfer } from "../transport.js";

/** How a long operation is waited for. */
export interface WaitOptions {
  /** Hears how far the drive is, in fractions of 1; `null` where it does not say. */
  readonly onFraction?: ((fraction: number | null) => void) | undefined;
  /** After so long the drive is given up. Default: an hour. */
  readonly limitMs?: number | undefined;
}

const noData: Transfer = { direction: "none" };
const defaultLimitMs = 3_600_000;
const firstPollMs = 20;
const longestPollMs = 500;
/** Some adapters say "not ready, cause not reportable" for ever. */
const unknownCauseLimitMs = 5_000;
const progressUnit = 65_536;
const notReadyKey = 2;
const unitAttentionKey = 6;
const illegalRequestKey = 5;

/**
 * Waits until the drive has finished what it does by itself, asking it now and then.
 *
 * @throws {@link DeviceError} that of the question where the drive fails, wants a hand, or is not ready in time.
 */
export async function waitUntilDone(channel: CommandChannel, options: WaitOptions = {}): Promise<void> {
  const { onFraction, limitMs = defaultLimitMs } = options;
  const { clock, settlingMs } = channel;
  const started = clock.now();
  // Drives say too early that they are ready.
  if (settlingMs > 0) await clock.wait(settlingMs);
  for (let pollMs = firstPollMs; ; pollMs = Math.min(2 * pollMs, longestPollMs)) {
    const outcome = await channel.attempt(testUnitReady, {}, noData, { onUnitAttention: "fail", onBusy: "fail" });
    if (!("error" in outcome)) return;
    const { sense, error } = outcome;
    const elapsedMs = clock.now() - started;
    const verdict = sense === null ? "failed" : verdictOn(sense, elapsedMs);
    if (verdict === "done") return;
    if (verdict === "failed" || elapsedMs >= limitMs) throw error;
    if (onFraction !== undefined) onFraction(await fractionOf(channel, sense!));
    await clock.wait(pollMs);
  }
}

function verdictOn({ key, asc, ascq }: Sense, elapsedMs: number): "done" | "wait" | "failed" {
  if (key === unitAttentionKey) return "wait";
  if (key !== notReadyKey) return "failed";
  // Without a disc there is nothing to wait for; whoever needs one finds out.
  if (asc === 0x3a) return "done";
  if (asc !== 0x04 || ascq === 0x02 || ascq === 0x03) return "failed";
  return ascq === 0x00 && elapsedMs >= unknownCauseLimitMs ? "done" : "wait";
}

/** How far the drive is: some do not say it with the answer, but when asked. */
async function fractionOf(channel: CommandChannel, sense: Sense): Promise<number | null> {
  return sense.progress === undefined ? await askFraction(channel) : sense.progress / progressUnit;
}

/** Asks how far the drive is with what it does by itself, in fractions of 1; `null` where it does not say. */
export async function askFraction(channel: CommandChannel): Promise<number | null> {
  const transfer: Transfer = { direction: "in", allocationBytes: senseBytes };
  const outcome = await channel.attempt(requestSense, { allocationLength: senseBytes }, transfer);
  const progress = "error" in outcome ? undefined : decodeSense(outcome.data)?.progress;
  return progress === undefined ? null : progress / progressUnit;
}

/** A command that can return at once, and go on by itself. */
export interface LongCommand<F> {
  readonly command: Command<F>;
  /** The fields, with the bit for "at once" set or not. */
  readonly fields: (immediate: boolean) => F;
  /** What is sent with it. */
  readonly data?: (immediate: boolean) => Uint8Array;
}

/**
 * Has the drive do something that takes long, and waits for it: no command lasts until it is finished, but on drives
 * that refuse to return at once.
 *
 * @throws {@link DeviceError}.
 */
export async function runLong<F>(channel: CommandChannel, long: LongCommand<F>, options: WaitOptions): Promise<void> {
  const send = async (immediate: boolean) => {
    const data = long.data?.(immediate);
    const cdb = encode(long.command.cdb, long.fields(immediate));
    const transfer: Transfer = data === undefined ? noData : { direction: "out", data };
    const { name, timeoutMs } = long.command;
    return await channel.attemptCdb(name, cdb, transfer, timeoutMs, { onUnitAttention: "fail" });
  };
  let outcome = await send(true);
  // Invalid field in the command, or in its parameters.
  const isRefused =
    "error" in outcome && outcome.sense?.key === illegalRequestKey && [0x24, 0x26].includes(outcome.sense.asc);
  if (isRefused) outcome = await send(false);
  if ("error" in outcome) throw outcome.error;
  await waitUntilDone(channel, options);
}
