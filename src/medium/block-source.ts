/** Blocks of 2,048 bytes that can be read in any order: the only way anything reads a disc or an image. */
export interface BlockSource {
  /** Blocks there are, counted from block 0; those that were never recorded are among them. */
  readonly blocks: number;
  /**
   * Reads whole blocks.
   *
   * @param lba The first block.
   * @param count How many blocks.
   * @param into Receives them: `count` × 2,048 bytes.
   * @throws {@link DiscError} E_READ_FAILED where blocks are outside, unrecorded or unreadable.
   */
  read(lba: number, count: number, into: Uint8Array, signal?: AbortSignal): Promise<void>;
}
