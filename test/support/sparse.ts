/** Files and images of gigabytes that hold next to nothing. */
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import type { SessionImage } from "../../src/fs/image/session-image.js";
import type { Content } from "../../src/fs/tree/content.js";
import { blockBytes } from "../../src/units.js";

/** Zeros with a few marks, each the text of its own offset. */
export class SparseContent implements Content {
  readonly repeatable = true;
  readonly label = "a sparse test content";
  readonly bytes: number;
  readonly marks: readonly number[];

  constructor(bytes: number, marks: readonly number[]) {
    this.bytes = bytes;
    this.marks = marks;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    into.fill(0);
    for (const mark of this.marks) {
      const text = Buffer.from(`mark at ${mark}`);
      for (const [index, octet] of text.entries()) {
        const at = mark + index - offset;
        if (at >= 0 && at < into.length) into[at] = octet;
      }
    }
  }
}

/** A block of the image that may hold something, by its number in a content that lies at `lba`. */
function markedBlocks(lba: number, content: SparseContent): number[] {
  const last = Math.ceil(content.bytes / blockBytes) - 1;
  return content.marks.flatMap((mark) => {
    const block = Math.floor(mark / blockBytes);
    return [block, Math.min(last, block + 1)].map((index) => lba + index);
  });
}

/**
 * Writes an image with holes where its contents have nothing: seconds for gigabytes.
 *
 * @param contents With the block where each begins.
 */
export async function writeSparse(
  image: SessionImage,
  path: string,
  contents: readonly { readonly lba: number; readonly content: SparseContent }[],
): Promise<void> {
  const file = openSync(path, "w");
  try {
    ftruncateSync(file, image.blocks * blockBytes);
    const write = async (lba: number, blocks: number): Promise<void> => {
      const buffer = new Uint8Array(blocks * blockBytes);
      await image.read(lba, blocks, buffer);
      writeSync(file, buffer, 0, buffer.length, (lba - image.firstBlock) * blockBytes);
    };
    for (const { region, lba } of image.plan.regions) {
      if (region.kind !== "contents" && region.blocks > 0) await write(lba, region.blocks);
    }
    for (const { lba, content } of contents) for (const block of markedBlocks(lba, content)) await write(block, 1);
  } finally {
    closeSync(file);
  }
}
