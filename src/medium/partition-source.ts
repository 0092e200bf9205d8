import { DiscError } from "../errors.js";
import type { BlockSource } from "./block-source.js";

/** A partition of a disk, read at addresses that are counted from its own start: as it is when it is mounted by itself. */
export class PartitionSource implements BlockSource {
  readonly blocks: number;
  readonly #source: BlockSource;
  readonly #firstBlock: number;

  /** @param firstBlock The block of `source` in which the partition starts. */
  constructor(source: BlockSource, firstBlock: number) {
    this.#source = source;
    this.#firstBlock = firstBlock;
    this.blocks = Math.max(0, source.blocks - firstBlock);
  }

  async read(lba: number, count: number, into: Uint8Array, signal?: AbortSignal): Promise<void> {
    if (lba + count > this.blocks) {
      const message = `block ${lba} lies behind block ${this.blocks}, where the partition ends`;
      throw new DiscError("E_READ_FAILED", message, { lba, blocks: count });
    }
    await this.#source.read(lba + this.#firstBlock, count, into, signal);
  }
}
