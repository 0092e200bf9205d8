import type { BlockSource } from "../../medium/block-source.js";
import { blockBytes } from "../../units.js";
import type { BytePatch } from "../hybrid/byte-patch.js";
import type { Content } from "../tree/content.js";

/** A run of an image's bytes that a content is written into. */
export interface ContentPatch {
  /** From the image's first byte. */
  readonly offsetBytes: number;
  /** Length of the run. */
  readonly bytes: number;
  readonly content: Content;
  /** The first byte of the content that is written here; what is behind its end is zeros. */
  readonly contentOffset: number;
}

/** What is written into an image. */
export interface ImagePatches {
  readonly contents: readonly ContentPatch[];
  readonly structures: readonly BytePatch[];
}

/**
 * Reads what is to stand in a run.
 *
 * @param offset First byte in the run.
 * @throws {@link DiscError} as `Content.read`.
 */
export async function readContentPatch(
  { content, contentOffset }: ContentPatch,
  offset: number,
  into: Uint8Array,
  signal?: AbortSignal,
): Promise<void> {
  const first = contentOffset + offset;
  const count = Math.max(0, Math.min(into.length, content.bytes - first));
  if (count > 0) await content.read(first, into.subarray(0, count), signal);
  into.fill(0, count);
}

/** An image as it will be: what is to be written stands in its place already. */
export class PatchedSource implements BlockSource {
  readonly blocks: number;
  readonly #source: BlockSource;
  readonly #patches: ImagePatches;

  constructor(source: BlockSource, patches: ImagePatches) {
    this.blocks = source.blocks;
    this.#source = source;
    this.#patches = patches;
  }

  async read(lba: number, count: number, into: Uint8Array, signal?: AbortSignal): Promise<void> {
    await this.#source.read(lba, count, into, signal);
    const start = lba * blockBytes;
    const end = start + count * blockBytes;
    for (const patch of this.#patches.contents) {
      const from = Math.max(start, patch.offsetBytes);
      const to = Math.min(end, patch.offsetBytes + patch.bytes);
      if (from >= to) continue;
      await readContentPatch(patch, from - patch.offsetBytes, into.subarray(from - start, to - start), signal);
    }
    for (const { offsetBytes, bytes } of this.#patches.structures) {
      const from = Math.max(start, offsetBytes);
      const to = Math.min(end, offsetBytes + bytes.length);
      if (from < to) into.set(bytes.subarray(from - offsetBytes, to - offsetBytes), from - start);
    }
  }
}
