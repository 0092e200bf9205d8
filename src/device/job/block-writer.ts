import { blockBytes } from "../../units.js";
import type { CommandChannel, Outcome } from "../command-channel.js";
import type { Sense } from "../mmc/sense.js";
import { synchronizeCache } from "../mmc/synchronize-cache.js";
import { write10 } from "../mmc/write-10.js";
import { write12 } from "../mmc/write-12.js";
import { BufferPacing } from "./buffer-pacing.js";

/** How blocks are written. */
export interface BlockWriterOptions {
  /** WRITE (12), with the drive's own verifying left out. */
  readonly streaming: boolean;
  /**
   * Asks where the drive would go on; `null` where it does not say, or can go on anywhere. So a command is told from one
   * of which the drive took the first blocks.
   */
  readonly askNextWritable: () => Promise<number | null>;
}

const noData = { direction: "none" } as const;
/** While a disc is written the medium must stay what it was. */
const strictly = { onUnitAttention: "fail", onBusy: "fail" } as const;
const longestPollMs = 500;

/**
 * Writes blocks at their addresses, one command after the other. What a drive asks for on the way it gets: time while
 * its buffer is full, its cache synchronized where it mixed up its sequence. Nothing is ever written to another address.
 */
export class BlockWriter {
  readonly #channel: CommandChannel;
  readonly #options: BlockWriterOptions;
  readonly #pacing: BufferPacing;

  constructor(channel: CommandChannel, options: BlockWriterOptions) {
    this.#channel = channel;
    this.#options = options;
    this.#pacing = new BufferPacing(channel);
  }

  /**
   * Writes whole blocks with one command, as far as the drive goes along.
   *
   * @throws {@link DeviceError} where it doesn't.
   */
  async write(lba: number, data: Uint8Array): Promise<void> {
    const { clock } = this.#channel;
    const end = lba + data.length / blockBytes;
    let deadline: number | undefined;
    let isSynchronized = false;
    for (let at = lba; at < end; ) {
      await this.#pacing.beforeWrite((end - at) * blockBytes);
      const outcome = await this.#send(at, data.subarray((at - lba) * blockBytes));
      if (!("error" in outcome)) return this.#pacing.afterWrite();
      const { sense, error } = outcome;
      deadline ??= clock.now() + write10.timeoutMs;
      if (sense === null || clock.now() >= deadline) throw error;
      const cure = cureOf(sense);
      // Synchronizing fills up a unit of which only the first blocks came: what it moved by is no data of ours.
      if (cure === "partlyTaken" && !isSynchronized) {
        at = await this.#takenUpTo(at, end, error);
        continue;
      }
      if (cure === "none" || cure === "partlyTaken" || (cure === "synchronizeOnce" && isSynchronized)) throw error;
      if (cure === "waitForBuffer") await this.#pacing.onFull();
      else if (cure === "wait") await clock.wait(longestPollMs);
      else {
        if (isSynchronized) await clock.wait(longestPollMs);
        isSynchronized = true;
        await this.#channel.send(synchronizeCache, { immediate: false }, noData, { onUnitAttention: "fail" });
      }
    }
  }

  async #send(lba: number, data: Uint8Array): Promise<Outcome> {
    // The pre-gap of a CD lies before block 0: its addresses are sent in two's complement.
    const logicalBlockAddress = lba < 0 ? lba + 2 ** 32 : lba;
    const fields = { logicalBlockAddress, transferBlocks: data.length / blockBytes };
    const transfer = { direction: "out", data } as const;
    if (!this.#options.streaming) return await this.#channel.attempt(write10, fields, transfer, strictly);
    const streaming = { ...fields, forceUnitAccess: false, streaming: true };
    return await this.#channel.attempt(write12, streaming, transfer, strictly);
  }

  /** After "invalid address": the drive may have taken the first blocks, and want the rest. */
  async #takenUpTo(at: number, end: number, error: Error): Promise<number> {
    const next = await this.#options.askNextWritable();
    if (next === null || next <= at || next > end) throw error;
    return next;
  }
}

/** What a drive that did not take a command asks for. */
type Cure = "waitForBuffer" | "wait" | "synchronize" | "synchronizeOnce" | "partlyTaken" | "none";

function cureOf({ key, asc, ascq }: Sense): Cure {
  if (key === 5 && asc === 0x21 && ascq === 0x02) return "partlyTaken";
  // A command sequence error, which a drive finds where it lost count of its own cache.
  if (key === 5 && asc === 0x2c) return "synchronizeOnce";
  if (key !== 2 || asc !== 0x04) return "none";
  if (ascq === 0x08) return "waitForBuffer";
  if (ascq === 0x01) return "wait";
  // Formatting in the background, or an operation that is still in progress.
  return ascq === 0x04 || ascq === 0x07 ? "synchronize" : "none";
}
