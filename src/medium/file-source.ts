import { DiscError } from "../errors.js";
import { blockBytes, blocksOf } from "../units.js";
import type { BlockSource } from "./block-source.js";
import type { FileHandle } from "./file-access.js";
import { checkRange } from "./memory-source.js";

/**
 * The blocks of an open file, from its first byte on. A file whose length is no multiple of 2,048 ends in a block that
 * is filled with zeros. The handle stays the caller's: closing it ends the source.
 */
export class FileSource implements BlockSource {
  readonly blocks: number;
  readonly #handle: FileHandle;
  readonly #bytes: number;

  /** @param bytes Length of the file, which is taken as fixed from here on. */
  constructor(handle: FileHandle, bytes: number) {
    this.#handle = handle;
    this.#bytes = bytes;
    this.blocks = blocksOf(bytes);
  }

  async read(lba: number, count: number, into: Uint8Array): Promise<void> {
    checkRange(this, lba, count);
    const first = lba * blockBytes;
    const wanted = Math.max(0, Math.min(count * blockBytes, this.#bytes - first));
    let done = 0;
    while (done < wanted) {
      const got = await this.#handle.read(first + done, into.subarray(done, wanted));
      if (got === 0) {
        const block = lba + Math.floor(done / blockBytes);
        const message = `the file ends in block ${block}, earlier than when it was opened`;
        throw new DiscError("E_READ_FAILED", message, { lba: block, blocks: count - (block - lba) });
      }
      done += got;
    }
    into.fill(0, wanted, count * blockBytes);
  }
}

/** The blocks of an open file, as long as it is now. @throws {@link DiscError} E_HOST. */
export async function openFileSource(handle: FileHandle): Promise<FileSource> {
  return new FileSource(handle, await handle.size());
}
