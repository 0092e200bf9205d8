import { DiscError } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import { blockBytes } from "../../units.js";
import { byteAddressOf } from "./disc-entry.js";
import type { ZisofsForm } from "./zisofs-form.js";

/** A run of bytes on a disc. All extents that are written, but the last of a content, fill whole blocks. */
export interface Extent {
  /** First block; `null` for a hole, whose bytes are zero and lie nowhere. */
  readonly lba: number | null;
  readonly bytes: number;
  /**
   * First byte in that block, where it is not the block's first: contents that UDF keeps in a file entry, and blocks of
   * fewer bytes than ours. Such contents cannot be referred to from another tree.
   */
  readonly offset?: number | undefined;
}

/** Whether every file system can refer to extents as they are: whole blocks, but for the end of the last one. */
export function areWholeBlocks(extents: readonly Extent[]): boolean {
  return extents.every(
    ({ lba, bytes, offset = 0 }, index) =>
      lba !== null && offset === 0 && (index === extents.length - 1 || bytes % blockBytes === 0),
  );
}

/** Bytes of a disc that follow on each other, counted from its first; `undefined` for a hole. */
interface Run {
  readonly start: number | undefined;
  readonly bytes: number;
}

/** The extents as few runs as possible: trees of one disc cut a file into pieces of different lengths. */
function runsOf(extents: readonly Extent[]): Run[] {
  const runs: Run[] = [];
  for (const extent of extents) {
    const { bytes } = extent;
    if (bytes === 0) continue;
    const start = byteAddressOf(extent);
    const last = runs.at(-1);
    const follows = last !== undefined && start === (last.start === undefined ? undefined : last.start + last.bytes);
    if (follows) runs[runs.length - 1] = { start: last.start, bytes: last.bytes + bytes };
    else runs.push({ start, bytes });
  }
  return runs;
}

/** Where the first byte lies that is in no hole, in bytes from the start of the disc; `undefined` where there is none. */
export function startByteOf(extents: readonly Extent[]): number | undefined {
  for (const extent of extents) {
    const start = extent.bytes === 0 ? undefined : byteAddressOf(extent);
    if (start !== undefined) return start;
  }
  return undefined;
}

/** Whether extents of two trees are the same bytes of the disc. */
export function areSameBytes(left: readonly Extent[], right: readonly Extent[]): boolean {
  if (left.length === 1 && right.length === 1) {
    const [one, other] = [left[0]!, right[0]!];
    return one.bytes === other.bytes && byteAddressOf(one) === byteAddressOf(other);
  }
  const runs = runsOf(left);
  const others = runsOf(right);
  return (
    runs.length === others.length &&
    runs.every(({ start, bytes }, index) => start === others[index]!.start && bytes === others[index]!.bytes)
  );
}

/** Whether all bytes of the disc that are in some extents are in others, too; holes have none. */
export function holdBytes(extents: readonly Extent[], others: readonly Extent[]): boolean {
  const runs = runsOf(extents);
  return runsOf(others).every(
    ({ start, bytes }) =>
      start === undefined ||
      runs.some((run) => run.start !== undefined && run.start <= start && start + bytes <= run.start + run.bytes),
  );
}

/** A part of a content that is wanted, and where it goes. */
export interface ContentRequest {
  readonly content: Content;
  /** First byte in the content. */
  readonly offset: number;
  readonly into: Uint8Array;
}

/** Reads many contents of one kind at once, which is faster than one after the other where they are small. */
export interface BatchReader {
  /** @throws as {@link Content.read} does, for the first request that fails. */
  readBatch(requests: readonly ContentRequest[], signal?: AbortSignal): Promise<void>;
}

/**
 * What is in a file. Two files that hold the same `Content` object are hard links of each other and lie on the disc
 * once.
 */
export interface Content {
  readonly bytes: number;
  /** Whether any part can be read at any time; a stream's content can only be read once, from its start. */
  readonly repeatable: boolean;
  /** For messages: the path of the source, or where on a disc it lies. */
  readonly label: string;
  /** Where it already lies on the disc that is appended to; `undefined` for content that has to be written. */
  readonly extents?: readonly Extent[] | undefined;
  /** Reads contents of this kind in batches. */
  readonly batchReader?: BatchReader | undefined;
  /** The same content compressed, as it lies, or is to lie, where Rock Ridge can say so; `undefined` for others. */
  readonly stored?: Content | undefined;
  /** What Rock Ridge says of these bytes, which are the compressed ones; `undefined` for plain contents. */
  readonly zisofs?: ZisofsForm | undefined;
  /**
   * Reads `into.length` bytes from `offset` on, which are all there.
   *
   * @throws {@link DiscError} E_CONTENT_CHANGED, E_CONTENT_UNREADABLE, E_CONTENT_NOT_REPEATABLE, E_READ_FAILED,
   *   E_FIELD_INVALID where compressed contents are damaged.
   */
  read(offset: number, into: Uint8Array, signal?: AbortSignal): Promise<void>;
}

/** What lies on a disc of a content: its compressed form, where it has one. */
export function storedOf(content: Content): Content {
  return content.stored ?? content;
}

/** Content that is given as bytes. */
export class MemoryContent implements Content {
  readonly repeatable = true;
  readonly label = "memory";
  readonly #data: Uint8Array;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  get bytes(): number {
    return this.#data.length;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    into.set(this.#data.subarray(offset, offset + into.length));
  }
}

/** Content that already lies on a disc or in an image, and stays there when a session is appended to that disc. */
export class OnDiscContent implements Content {
  readonly repeatable = true;
  readonly bytes: number;
  readonly source: BlockSource;
  readonly zisofs: ZisofsForm | undefined;
  /** The first block, where that says all of a content in one extent: of a million files, most are so. */
  readonly #lba: number;
  readonly #extents: readonly Extent[] | undefined;

  constructor(source: BlockSource, extents: readonly Extent[], zisofs?: ZisofsForm) {
    const first = extents[0];
    const isPlain = extents.length === 1 && first !== undefined && first.lba !== null && !first.offset;
    this.source = source;
    this.zisofs = zisofs;
    this.bytes = extents.reduce((sum, extent) => sum + extent.bytes, 0);
    this.#lba = isPlain ? (first.lba ?? 0) : 0;
    this.#extents = isPlain ? undefined : extents;
  }

  get extents(): readonly Extent[] {
    return this.#extents ?? [{ lba: this.#lba, bytes: this.bytes }];
  }

  /** Whether this content is those bytes of the disc; extents are not made for that. */
  isAt(extents: readonly Extent[]): boolean {
    if (this.#extents !== undefined || extents.length !== 1) return areSameBytes(this.extents, extents);
    const [extent] = extents;
    return extent!.bytes === this.bytes && byteAddressOf(extent) === this.#lba * blockBytes;
  }

  get label(): string {
    return `block ${this.extents[0]?.lba ?? 0} of the disc`;
  }

  async read(offset: number, into: Uint8Array, signal?: AbortSignal): Promise<void> {
    let extentStart = 0;
    let done = 0;
    for (const extent of this.extents) {
      const from = offset + done - extentStart;
      if (done < into.length && from < extent.bytes) {
        const count = Math.min(extent.bytes - from, into.length - done);
        await this.#readExtent(extent, from, into.subarray(done, done + count), signal);
        done += count;
      }
      extentStart += extent.bytes;
    }
    if (done < into.length) {
      throw new DiscError("E_READ_FAILED", `${this.label}: ends after ${this.bytes} bytes`, {
        lba: this.extents[0]?.lba ?? 0,
        blocks: 0,
      });
    }
  }

  async #readExtent(extent: Extent, from: number, into: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    if (extent.lba === null) {
      into.fill(0);
      return;
    }
    const start = from + (extent.offset ?? 0);
    const skippedBlocks = Math.floor(start / blockBytes);
    const skippedBytes = start % blockBytes;
    const first = extent.lba + skippedBlocks;
    const blocks = Math.ceil((skippedBytes + into.length) / blockBytes);
    if (skippedBytes === 0 && into.length === blocks * blockBytes) {
      await this.source.read(first, blocks, into, signal);
      return;
    }
    const buffer = new Uint8Array(blocks * blockBytes);
    await this.source.read(first, blocks, buffer, signal);
    into.set(buffer.subarray(skippedBytes, skippedBytes + into.length));
  }
}

/** What a caller may give as content: bytes, a text (as UTF-8), or a content made by `fromFile`, `fromStream` … */
export type ContentLike = Content | Uint8Array | string;

/** Makes a content of what a caller gave. A string *is* the content; it is never taken for a path. */
export function contentOf(given: ContentLike): Content {
  if (typeof given === "string") return new MemoryContent(new TextEncoder().encode(given));
  return given instanceof Uint8Array ? new MemoryContent(given) : given;
}
