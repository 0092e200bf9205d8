import { DiscError } from "../errors.js";
import type { BlockSource } from "./block-source.js";

/**
 * Part of a disc, read at the addresses it has on the whole disc: a session that was dumped alone refers to its blocks
 * by the disc's addresses.
 */
export class DisplacedSource implements BlockSource {
  readonly blocks: number;
  readonly #source: BlockSource;
  readonly #offset: number;

  /** @param offset The disc's address of block 0 of `source`. */
  constructor(source: BlockSource, offset: number) {
    this.#source = source;
    this.#offset = offset;
    this.blocks = source.blocks + offset;
  }

  async read(lba: number, count: number, into: Uint8Array, signal?: AbortSignal): Promise<void> {
    if (lba < this.#offset) {
      const message = `block ${lba} lies before block ${this.#offset}, where the image starts`;
      throw new DiscError("E_READ_FAILED", message, { lba, blocks: count });
    }
    await this.#source.read(lba - this.#offset, count, into, signal);
  }
}
