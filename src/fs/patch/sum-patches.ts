/** Makes sums in an image right again that count what a patch changes. */
import type { WarningListener } from "../../errors.js";
import { DiscError, throwIfCancelled } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import type { TaskOptions } from "../../medium/session-data.js";
import { blockBytes } from "../../units.js";
import type { BytePatch } from "../hybrid/byte-patch.js";
import type { DetectedVolume } from "../image/detect.js";
import type { ImageSession } from "../image/sessions.js";
import type { Content } from "../tree/content.js";
import { overlapsAny } from "./byte-range.js";
import { hasChecksumTags, sessionSumPatches } from "./checksum-tags.js";
import type { RunningDigest } from "./implanted-sum.js";
import { hasImplantedSum, implantedSumPatch } from "./implanted-sum.js";
import type { ImagePatches } from "./patched-source.js";
import { PatchedSource } from "./patched-source.js";
import type { FileReference } from "./reference.js";

/** Bytes of a content that are summed up at once. */
const pieceBytes = 1024 * 1024;

/** One session, with what was found in it. */
export interface ProbedVolume {
  readonly session: ImageSession;
  readonly volume: DetectedVolume;
}

/** A content that is written, and what leads to it. */
export interface SummedContent {
  readonly content: Content;
  readonly references: readonly FileReference[];
}

/** How sums are made. */
export interface SumPatchesOptions extends TaskOptions {
  readonly createMd5?: (() => RunningDigest) | undefined;
  readonly onWarning?: WarningListener | undefined;
}

/** Whether something of a session is changed: its blocks, or those of a file that it has. */
function isTouched(
  { number, startLba, endLba }: ImageSession,
  { contents, structures }: ImagePatches,
  summed: readonly SummedContent[],
): boolean {
  const range = [{ start: startLba * blockBytes, end: endLba * blockBytes }];
  return (
    summed.some(({ references }) => references.some(({ session }) => session === number)) ||
    contents.some(({ offsetBytes, bytes }) => overlapsAny(range, offsetBytes, offsetBytes + bytes)) ||
    structures.some(({ offsetBytes, bytes }) => overlapsAny(range, offsetBytes, offsetBytes + bytes.length))
  );
}

async function sumOf(content: Content, digest: RunningDigest, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const buffer = new Uint8Array(Math.min(pieceBytes, content.bytes));
  for (let offset = 0; offset < content.bytes; offset += pieceBytes) {
    throwIfCancelled(signal, "reading contents");
    const piece = buffer.subarray(0, Math.min(pieceBytes, content.bytes - offset));
    await content.read(offset, piece, signal);
    digest.update(piece);
  }
  return digest.current();
}

/** The sums of contents, by the places that a session's records name. */
async function sumsOf(
  summed: readonly SummedContent[],
  session: number,
  createMd5: () => RunningDigest,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<number, Uint8Array>> {
  const sums = new Map<number, Uint8Array>();
  for (const { content, references } of summed) {
    const places = references.flatMap((found) => (found.session === session ? (found.sumIndex ?? []) : []));
    if (places.length === 0) continue;
    const sum = await sumOf(content, createMd5(), signal);
    for (const place of places) sums.set(place, sum);
  }
  return sums;
}

/** Those of libisofs, in each session that is changed. */
async function tagPatches(
  source: BlockSource,
  patches: ImagePatches,
  volumes: readonly ProbedVolume[],
  summed: readonly SummedContent[],
  { createMd5, signal, onProgress }: SumPatchesOptions,
  warn: (what: string) => void,
): Promise<BytePatch[]> {
  const made: BytePatch[] = [];
  const patched = new PatchedSource(source, patches);
  for (const { session, volume } of volumes) {
    throwIfCancelled(signal, "looking for checksums");
    if (!isTouched(session, patches, summed) || !(await hasChecksumTags(source, session.startLba, signal))) continue;
    let found: readonly BytePatch[] | "wrong" = "wrong";
    if (createMd5 !== undefined) {
      const files = await sumsOf(summed, session.number, createMd5, signal);
      found = await sessionSumPatches(source, patched, volume, { signal, onProgress, createMd5, files });
    }
    if (found === "wrong") warn(`the MD5 sums that xorriso put into session ${session.number} are not right any more`);
    else made.push(...found);
  }
  return made;
}

/** That of isomd5sum. */
async function implantedPatches(
  source: BlockSource,
  patches: ImagePatches,
  { createMd5, signal, onProgress }: SumPatchesOptions,
  warn: (what: string) => void,
): Promise<BytePatch[]> {
  if (!(await hasImplantedSum(source, signal))) return [];
  const patched = new PatchedSource(source, patches);
  const sum =
    createMd5 === undefined ? "none" : await implantedSumPatch(source, patched, createMd5, { signal, onProgress });
  if (typeof sum === "object") return [sum];
  const why = sum === "wrong" ? ", and was wrong before" : "";
  warn(`the MD5 sum that isomd5sum put into the volume descriptor is not right any more${why}`);
  return [];
}

/**
 * What is to be written so that sums in an image are right for what is patched, if they were right before: those of
 * libisofs, and then that of isomd5sum, which counts them. Others are reported as W_CHECKSUM_STALE.
 *
 * @param patches All else that is written.
 * @param summed Contents as they are written.
 * @throws {@link DiscError} E_READ_FAILED, E_CANCELLED; what reading contents raises.
 */
export async function sumPatches(
  source: BlockSource,
  patches: ImagePatches,
  volumes: readonly ProbedVolume[],
  summed: readonly SummedContent[],
  options: SumPatchesOptions,
): Promise<readonly BytePatch[]> {
  if (patches.contents.length === 0 && patches.structures.length === 0) return [];
  const warn = (what: string): void => options.onWarning?.(new DiscError("W_CHECKSUM_STALE", what, { what }));
  const made = await tagPatches(source, patches, volumes, summed, options, warn);
  const structures = [...patches.structures, ...made];
  return [...made, ...(await implantedPatches(source, { ...patches, structures }, options, warn))];
}
