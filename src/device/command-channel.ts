import { encode } from "../codec/struct.js";
import { DeviceError } from "../errors.js";
import type { Clock } from "./clock.js";
import { systemClock } from "./clock.js";
import type { Command } from "./mmc/command.js";
import { requestSense } from "./mmc/request-sense.js";
import type { Sense } from "./mmc/sense.js";
import { decodeSense, senseBytes, senseText } from "./mmc/sense.js";
import type { CommandResult, Transfer, Transport } from "./transport.js";

/** How a command is sent. */
export interface SendOptions {
  /**
   * What a unit attention means for it. Reading commands are simply sent again; while a disc is written the medium must
   * stay what it was, so there it ends the command.
   */
  readonly onUnitAttention?: "retry" | "fail";
  /** Whether a drive that is busy is asked again until it is not, or that is how the command ends. */
  readonly onBusy?: "wait" | "fail";
}

/** How a channel takes its time. */
export interface ChannelOptions {
  readonly clock?: Clock | undefined;
  /** Real drives are best left alone for half a second; an emulated one needs no time. Default: 0. */
  readonly settlingMs?: number | undefined;
}

/** How a command ended after all its retries. */
export type Outcome = { readonly data: Uint8Array } | { readonly error: DeviceError; readonly sense: Sense | null };

const checkConditionStatus = 2;
const unitAttentionLimit = 5;
/** The host asks for another try: the command did not reach the drive. */
const softErrno = "EAGAIN";
const softErrorLimit = 5;
const firstDelayMs = 100;
const longestDelayMs = 500;
const longestWriteDelayMs = 25;
/** Insufficient time for operation: a unit attention that tells nothing of the medium. */
const tooEarlyAsc = 0x2e;
/** Some adapters say "not ready, cause not reportable" for ever. */
const unknownCauseLimitMs = 5_000;

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join(" ");
}

/**
 * Sends commands and sends them again where the drive only asks for time. Retries follow classes of additional sense
 * codes and end with the command's time limit.
 */
export class CommandChannel {
  readonly transport: Transport;
  readonly clock: Clock;
  /** How long a drive is left alone after it took a command that it goes on with by itself. */
  readonly settlingMs: number;
  #unitAttentions = 0;

  constructor(transport: Transport, { clock = systemClock, settlingMs = 0 }: ChannelOptions = {}) {
    this.transport = transport;
    this.clock = clock;
    this.settlingMs = settlingMs;
  }

  /** How many unit attentions have come: when it grew, what was known of the medium may be wrong. */
  get unitAttentions(): number {
    return this.#unitAttentions;
  }

  /**
   * Sends a command.
   *
   * @returns What the drive sent back.
   * @throws {@link DeviceError} E_COMMAND_FAILED, E_TRANSPORT_FAILED.
   */
  async send<F>(command: Command<F>, fields: F, transfer: Transfer, options: SendOptions = {}): Promise<Uint8Array> {
    const outcome = await this.attempt(command, fields, transfer, options);
    if ("error" in outcome) throw outcome.error;
    return outcome.data;
  }

  /** Sends a command whose failure the caller has an answer to. */
  async attempt<F>(command: Command<F>, fields: F, transfer: Transfer, options: SendOptions = {}): Promise<Outcome> {
    return await this.attemptCdb(command.name, encode(command.cdb, fields), transfer, command.timeoutMs, options);
  }

  /** Sends a command that is encoded already. */
  async attemptCdb(
    name: string,
    cdb: Uint8Array,
    transfer: Transfer,
    timeoutMs: number,
    { onUnitAttention = "retry", onBusy = "wait" }: SendOptions = {},
  ): Promise<Outcome> {
    const started = this.clock.now();
    const isWrite = transfer.direction === "out";
    let attentions = 0;
    for (let tries = 1; ; tries++) {
      const result = await this.transport.execute(cdb, transfer, timeoutMs);
      if (result.status === "ok") return { data: result.data };
      if (result.status === "failed") {
        if (result.errno !== softErrno || tries > softErrorLimit) {
          return { error: transportError(name, cdb, result), sense: null };
        }
        await this.clock.wait(isWrite ? longestWriteDelayMs : firstDelayMs);
        continue;
      }
      const sense = result.sense ?? (await this.#lostSense());
      if (sense !== null && sense.key <= 1) return { data: result.data };
      const failed: Outcome = { error: commandError(name, cdb, sense), sense };
      if (sense === null) return failed;
      if (sense.key === 6 && sense.asc !== tooEarlyAsc) {
        this.#unitAttentions++;
        attentions++;
        if (onUnitAttention === "fail" || attentions > unitAttentionLimit) return failed;
        continue;
      }
      const limitMs = onBusy === "fail" ? 0 : waitingLimitMs(sense, timeoutMs);
      if (this.clock.now() - started >= limitMs) return failed;
      const delayMs = isWrite
        ? Math.min(2 * tries, longestWriteDelayMs)
        : Math.min(firstDelayMs * tries, longestDelayMs);
      await this.clock.wait(delayMs);
    }
  }

  /** Asks for a sense that was lost on the way. */
  async #lostSense(): Promise<Sense | null> {
    const cdb = encode(requestSense.cdb, { allocationLength: senseBytes });
    const transfer: Transfer = { direction: "in", allocationBytes: senseBytes };
    const result = await this.transport.execute(cdb, transfer, requestSense.timeoutMs);
    return result.status === "ok" ? decodeSense(result.data) : null;
  }
}

/** For how long a command is worth sending again; 0 for a sense that waiting does not cure. */
function waitingLimitMs({ key, asc, ascq }: Sense, timeoutMs: number): number {
  if (key === 2 && asc === 0x04) {
    if (ascq === 0x00) return Math.min(timeoutMs, unknownCauseLimitMs);
    return ascq === 0x02 || ascq === 0x03 ? 0 : timeoutMs;
  }
  // Communication failures of the hardware, and commands that came too early.
  return (key === 4 && asc === 0x08) || (key === 6 && asc === tooEarlyAsc)
    ? Math.min(timeoutMs, unknownCauseLimitMs)
    : 0;
}

function commandError(command: string, cdb: Uint8Array, sense: Sense | null): DeviceError {
  const text = sense === null ? "no sense" : senseText(sense);
  const { key: senseKey, asc, ascq } = sense ?? { key: 0, asc: 0, ascq: 0 };
  const detail = { command, cdb: hexOf(cdb), status: checkConditionStatus, senseKey, asc, ascq, text };
  return new DeviceError("E_COMMAND_FAILED", `${command} failed: ${text}`, detail);
}

function transportError(
  command: string,
  cdb: Uint8Array,
  result: Extract<CommandResult, { status: "failed" }>,
): DeviceError {
  const { errno, cause } = result;
  const detail = { command, cdb: hexOf(cdb), errno };
  return new DeviceError("E_TRANSPORT_FAILED", `${command} did not get through: ${errno}`, detail, { cause });
}
