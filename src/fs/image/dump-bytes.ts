import { DiscError } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import { blockBytes } from "../../units.js";

/** The bytes of a disc at any address: structures of other systems do not keep to blocks of 2,048 bytes. */
export class DiscBytes {
  /** Bytes there are. */
  readonly length: number;
  readonly #source: BlockSource;
  readonly #signal: AbortSignal | undefined;

  constructor(source: BlockSource, signal?: AbortSignal) {
    this.#source = source;
    this.#signal = signal;
    this.length = source.blocks * blockBytes;
  }

  /**
   * Reads up to `length` bytes; fewer where the disc ends.
   *
   * @throws {@link DiscError} E_READ_FAILED.
   */
  async read(address: number, length: number): Promise<Uint8Array> {
    const first = Math.floor(address / blockBytes);
    const last = Math.min(this.#source.blocks, Math.ceil((address + length) / blockBytes));
    const blocks = new Uint8Array(Math.max(1, last - first) * blockBytes);
    await this.#source.read(first, blocks.length / blockBytes, blocks, this.#signal);
    const skipped = address - first * blockBytes;
    return blocks.subarray(skipped, skipped + length);
  }

  /** Reads as {@link read} does; the reason where that fails. */
  async tryRead(address: number, length: number): Promise<Uint8Array | string> {
    try {
      return await this.read(address, length);
    } catch (error) {
      if (!(error instanceof DiscError) || this.#signal?.aborted) throw error;
      return error.message;
    }
  }

  /** Reads a block, and, where they can be read, those behind it in which a structure may end. */
  async readWindow(lba: number, blocks: number): Promise<Uint8Array> {
    try {
      return await this.read(lba * blockBytes, blocks * blockBytes);
    } catch (error) {
      if (!(error instanceof DiscError) || this.#signal?.aborted || blocks === 1) throw error;
      return await this.readWindow(lba, 1);
    }
  }
}
