import { DiscError } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import { blockBytes } from "../../units.js";
import { VolumeBytes } from "../udf/volume-bytes.js";

/** The bytes of a disc at any address, for dumps: what lies behind its end is left out, and bad blocks have a reason. */
export class DiscBytes {
  /** Bytes there are. */
  readonly length: number;
  readonly #bytes: VolumeBytes;
  readonly #signal: AbortSignal | undefined;

  constructor(source: BlockSource, signal?: AbortSignal) {
    this.#bytes = new VolumeBytes(source);
    this.#signal = signal;
    this.length = this.#bytes.bytes;
  }

  /**
   * Reads up to `length` bytes, which are not to be changed; fewer where the disc ends.
   *
   * @throws {@link DiscError} E_READ_FAILED, also where nothing is left to read; E_CANCELLED.
   */
  async read(address: number, length: number): Promise<Uint8Array> {
    const left = this.length - address;
    return await this.#bytes.read(address, left > 0 ? Math.min(length, left) : length, this.#signal);
  }

  /** Reads as {@link read} does; the reason where that fails. @throws {@link DiscError} E_CANCELLED. */
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
    const window = await this.tryRead(lba * blockBytes, blocks * blockBytes);
    return typeof window === "string" ? await this.read(lba * blockBytes, blockBytes) : window;
  }
}
