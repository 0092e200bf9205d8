/** A file whose content is to be changed: where its bytes lie, and what leads to them. */
import { DiscError } from "../../errors.js";
import { alignUp } from "../../units.js";
import type { BytePatch } from "../hybrid/byte-patch.js";
import type { Content, Extent } from "../tree/content.js";
import { areSameBytes } from "../tree/content.js";
import type { ByteRange } from "./byte-range.js";
import { allottedRanges, overlapsAny } from "./byte-range.js";
import type { ContentPatch } from "./patched-source.js";
import type { FileName, FileReference } from "./reference.js";

/** Names that an error lists. */
const listedNames = 5;

/** The bytes of a file in one place: those that several trees show, or those that a file entry of UDF holds. */
export class FileCopy {
  readonly extents: readonly Extent[];
  /** Blocks that the contents have, and nothing else has. */
  readonly ranges: readonly ByteRange[];
  /** What leads there. */
  readonly references: FileReference[] = [];
  readonly #unitBytes: number;

  /** @param unitBytes Bytes in which files are allotted. */
  constructor(extents: readonly Extent[], unitBytes: number) {
    this.extents = extents;
    this.#unitBytes = unitBytes;
    this.ranges = allottedRanges(extents, unitBytes);
  }

  get start(): number {
    return this.ranges[0]!.start;
  }

  get bytes(): number {
    return this.extents.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Whether the bytes are those in a file entry of UDF. */
  get isEmbedded(): boolean {
    return this.references.some(({ embeddedLimit }) => embeddedLimit !== undefined);
  }

  /** The most bytes that have room. @param imageBytes Length of the image, which does not grow. */
  limitBytes(imageBytes: number): number {
    const limits = this.references.map(({ embeddedLimit }) => embeddedLimit ?? Number.POSITIVE_INFINITY);
    const room = this.isEmbedded
      ? Number.POSITIVE_INFINITY
      : this.ranges.reduce((sum, { start, end }) => sum + Math.min(end, imageBytes) - start, 0);
    return Math.min(room, ...limits);
  }

  /** Takes a reference that has bytes of these; `false` for one that has others, too. */
  take(reference: FileReference): boolean {
    if (!this.overlaps(reference)) return true;
    if (!areSameBytes(reference.extents, this.extents)) return false;
    this.references.push(reference);
    return true;
  }

  overlaps({ extents }: Pick<FileReference, "extents">): boolean {
    const others = allottedRanges(extents, this.#unitBytes);
    return others.some(({ start, end }) => overlapsAny(this.ranges, start, end));
  }

  /** What is written into the blocks: the content, and zeros up to the end of its last block. */
  contentPatches(content: Content, imageBytes: number): ContentPatch[] {
    if (this.isEmbedded) return [];
    const patches: ContentPatch[] = [];
    let contentOffset = 0;
    for (const { start, end } of this.ranges) {
      const rest = content.bytes - contentOffset;
      if (rest <= 0) break;
      const room = Math.min(end, imageBytes) - start;
      const bytes = Math.min(room, alignUp(rest, this.#unitBytes));
      patches.push({ offsetBytes: start, bytes, content, contentOffset });
      contentOffset += bytes;
    }
    return patches;
  }

  /** What is written into what leads to the blocks: once into each structure, whatever names it has. */
  async structurePatches(content: Content, mtimeMs: number | undefined, signal?: AbortSignal): Promise<BytePatch[]> {
    let embedded: Uint8Array | undefined;
    if (this.isEmbedded) {
      embedded = new Uint8Array(content.bytes);
      await content.read(0, embedded, signal);
    }
    const patches: BytePatch[] = [];
    const done = new Set<number>();
    for (const reference of this.references) {
      if (done.has(reference.address)) continue;
      done.add(reference.address);
      patches.push(...(await reference.patches({ bytes: content.bytes, mtimeMs, content: embedded })));
    }
    return patches;
  }
}

/** Names as an error lists them. */
function listOf(names: readonly FileName[]): string {
  const listed = names.slice(0, listedNames).map(({ session, fileSystem, path }) => {
    return `"${path}" (${fileSystem}, session ${session})`;
  });
  return names.length > listedNames ? `${listed.join(", ")} and ${names.length - listedNames} more` : listed.join(", ");
}

/** The error for a file that shares blocks with files that are not the same. */
export function sharedContent(path: string, names: readonly FileName[]): DiscError<"E_CONTENT_SHARED"> {
  const sessions = [...new Set(names.map(({ session }) => session))];
  const message = `"${path}" shares blocks with other files, which would be damaged: ${listOf(names)}`;
  return new DiscError("E_CONTENT_SHARED", message, { path, sessions, names: names.map((name) => name.path) });
}

/** The error for a file that earlier or later sessions have, too. */
export function sharedSessions(
  path: string,
  session: number,
  names: readonly FileName[],
): DiscError<"E_CONTENT_SHARED"> {
  const sessions = [...new Set(names.map((name) => name.session))];
  const which = `${sessions.length > 1 ? "sessions" : "session"} ${sessions.join(", ")}`;
  const message = `"${path}" of session ${session} lies in the same blocks in ${which}, whose content would be lost: ${listOf(names)}; it can be changed in all of them (--all-sessions), or replaced in a new session (append)`;
  return new DiscError("E_CONTENT_SHARED", message, { path, sessions, names: names.map((name) => name.path) });
}
