import { DiscError, hasCode, throwIfCancelled } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import { blockBytes } from "../../units.js";

/** Blocks that are read at once where a few bytes are asked for: file entries lie side by side. */
const windowBlocks = 16;

const windowBytes = windowBlocks * blockBytes;

/** Windows that are read at once where one after the other was asked for: each time twice as many, up to these. */
const maximumAhead = 8;

/** Windows that are kept: 4 MiB, so that the entries of a large directory are among them. */
const maximumWindows = 128;

/** Windows that follow on each other and were read at once. */
interface WindowRun {
  /** Number of the first one. */
  readonly first: number;
  readonly count: number;
  readonly bytes: Uint8Array;
}

/**
 * The bytes of a medium, at any address: UDF's blocks may be of other sizes than those of the medium. What is small is
 * read with what lies around it, and kept for a while; where one window after the other is asked for, more and more are
 * read at once.
 */
export class VolumeBytes {
  /** Bytes there are. */
  readonly bytes: number;
  readonly #source: BlockSource;
  /** By the numbers of all their windows. */
  readonly #runs: Map<number, WindowRun> = new Map();
  /** The one used last at the end. */
  readonly #byUse: Set<WindowRun> = new Set();
  #latest: WindowRun | undefined;
  /** Windows with blocks that cannot be read: what is asked of them is read alone. */
  readonly #broken: Set<number> = new Set();

  constructor(source: BlockSource) {
    this.#source = source;
    this.bytes = source.blocks * blockBytes;
  }

  /**
   * Reads bytes, which are not to be changed: they may be part of what is kept.
   *
   * @throws {@link DiscError} E_READ_FAILED, also for what lies outside; E_CANCELLED.
   */
  async read(address: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    if (address < 0 || address + length > this.bytes) {
      const lba = Math.floor(address / blockBytes);
      const blocks = Math.ceil(length / blockBytes);
      const message = `${blocks} blocks at ${lba} are outside the ${this.#source.blocks} blocks there are`;
      throw new DiscError("E_READ_FAILED", message, { lba, blocks });
    }
    const known = this.kept(address, length);
    if (known !== undefined) return known;
    const first = Math.floor(address / windowBytes);
    const isInOne = length > 0 && Math.floor((address + length - 1) / windowBytes) === first;
    if (isInOne && !this.#broken.has(first)) {
      const isRead = (await this.#readRun(first, signal)) || (await this.#readWindows(first, 1, signal));
      if (isRead) return this.kept(address, length)!;
      this.#broken.add(first);
    }
    return await this.#exact(address, length, signal);
  }

  /** Bytes as {@link VolumeBytes.read} gives them, where they are kept; else `undefined`. */
  kept(address: number, length: number): Uint8Array | undefined {
    const run = this.#runs.get(Math.floor(address / windowBytes));
    if (run === undefined) return undefined;
    const at = address - run.first * windowBytes;
    if (at + length > run.bytes.length) return undefined;
    if (run !== this.#latest) {
      this.#latest = run;
      this.#byUse.delete(run);
      this.#byUse.add(run);
    }
    return run.bytes.subarray(at, at + length);
  }

  /** Reads a window and some behind it, where the one before it was read; `false` where that is not so, or fails. */
  async #readRun(first: number, signal: AbortSignal | undefined): Promise<boolean> {
    const before = this.#runs.get(first - 1);
    if (before === undefined) return false;
    const windows = Math.ceil(this.#source.blocks / windowBlocks);
    const end = Math.min(windows, first + Math.min(maximumAhead, before.count * 2));
    let count = 1;
    while (first + count < end && !this.#runs.has(first + count) && !this.#broken.has(first + count)) count++;
    return count > 1 && (await this.#readWindows(first, count, signal));
  }

  /** @returns `false` where a block of them cannot be read. */
  async #readWindows(first: number, count: number, signal: AbortSignal | undefined): Promise<boolean> {
    const lba = first * windowBlocks;
    const blocks = Math.min(count * windowBlocks, this.#source.blocks - lba);
    const bytes = new Uint8Array(blocks * blockBytes);
    try {
      await this.#source.read(lba, blocks, bytes, signal);
    } catch (error) {
      if (!(error instanceof DiscError)) throw error;
      throwIfCancelled(signal, "reading UDF");
      return false;
    }
    const run: WindowRun = { first, count, bytes };
    for (let number = first; number < first + count; number++) this.#runs.set(number, run);
    this.#byUse.add(run);
    this.#latest = run;
    for (const oldest of this.#byUse) {
      if (this.#runs.size <= maximumWindows) break;
      this.#drop(oldest);
    }
    return true;
  }

  #drop(run: WindowRun): void {
    this.#byUse.delete(run);
    for (let number = run.first; number < run.first + run.count; number++) {
      if (this.#runs.get(number) === run) this.#runs.delete(number);
    }
  }

  async #exact(address: number, length: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const lba = Math.floor(address / blockBytes);
    const skipped = address - lba * blockBytes;
    const count = Math.ceil((skipped + length) / blockBytes);
    const buffer = new Uint8Array(count * blockBytes);
    if (count > 0) await this.#source.read(lba, count, buffer, signal);
    return buffer.subarray(skipped, skipped + length);
  }
}

/** The block of the medium in which an address lies. */
export function lbaOfAddress(address: number): number {
  return Math.floor(address / blockBytes);
}

/**
 * Whether an error says that something on the medium cannot be read or understood: there may be another copy of it.
 * Warnings that the caller takes for errors are none.
 */
export function isReadFailure(error: unknown): error is DiscError {
  return error instanceof DiscError && !hasCode(error, "E_CANCELLED") && !error.code.startsWith("W_");
}
