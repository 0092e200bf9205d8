import { DiscError, hasCode, throwIfCancelled } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import { blockBytes } from "../../units.js";

/** Blocks that are read at once where a few bytes are asked for: file entries lie side by side. */
const windowBlocks = 16;

const windowBytes = windowBlocks * blockBytes;

/** Windows that are kept: 2 MiB. */
const maximumWindows = 64;

/**
 * The bytes of a medium, at any address: UDF's blocks may be of other sizes than those of the medium. What is small is
 * read with what lies around it, and kept for a while.
 */
export class VolumeBytes {
  /** Bytes there are. */
  readonly bytes: number;
  readonly #source: BlockSource;
  /** By number; the one used last at the end. */
  readonly #windows: Map<number, Uint8Array> = new Map();
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
    const first = Math.floor(address / windowBytes);
    const isInOne = length > 0 && Math.floor((address + length - 1) / windowBytes) === first;
    const window = isInOne ? await this.#window(first, signal) : undefined;
    if (window !== undefined) return window.subarray(address % windowBytes, (address % windowBytes) + length);
    return await this.#exact(address, length, signal);
  }

  async #window(number: number, signal: AbortSignal | undefined): Promise<Uint8Array | undefined> {
    const known = this.#windows.get(number);
    if (known !== undefined) {
      this.#windows.delete(number);
      this.#windows.set(number, known);
      return known;
    }
    if (this.#broken.has(number)) return undefined;
    const lba = number * windowBlocks;
    const count = Math.min(windowBlocks, this.#source.blocks - lba);
    const window = new Uint8Array(count * blockBytes);
    try {
      await this.#source.read(lba, count, window, signal);
    } catch (error) {
      if (!(error instanceof DiscError)) throw error;
      throwIfCancelled(signal, "reading UDF");
      this.#broken.add(number);
      return undefined;
    }
    this.#windows.set(number, window);
    for (const oldest of this.#windows.keys()) {
      if (this.#windows.size <= maximumWindows) break;
      this.#windows.delete(oldest);
    }
    return window;
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
