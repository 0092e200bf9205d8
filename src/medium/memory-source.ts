import { DiscError } from "../errors.js";
import { blockBytes } from "../units.js";
import type { BlockSource } from "./block-source.js";

/** Blocks that lie in memory: an image made or loaded as a whole. */
export class MemorySource implements BlockSource {
  readonly blocks: number;
  readonly #bytes: Uint8Array;

  /** @param bytes Whole blocks; an incomplete last one is filled with zeros on reading. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.blocks = Math.ceil(bytes.length / blockBytes);
  }

  async read(lba: number, count: number, into: Uint8Array): Promise<void> {
    checkRange(this, lba, count);
    const piece = this.#bytes.subarray(lba * blockBytes, (lba + count) * blockBytes);
    into.set(piece);
    into.fill(0, piece.length, count * blockBytes);
  }
}

/**
 * Refuses a range outside a source.
 *
 * @throws {@link DiscError} E_READ_FAILED.
 */
export function checkRange(source: Pick<BlockSource, "blocks">, lba: number, count: number): void {
  if (lba >= 0 && count >= 0 && lba + count <= source.blocks) return;
  throw new DiscError(
    "E_READ_FAILED",
    `blocks ${lba} to ${lba + count - 1} are outside the ${source.blocks} blocks there are`,
    {
      lba,
      blocks: count,
    },
  );
}
