/** Exchanges contents of files of an image in their places, and puts them back. */
import { isDrivePath } from "./device/drives.js";
import { isEmulatedDisc } from "./disc-access.js";
import { DiscError } from "./errors.js";
import type { ImageSource } from "./fs/image/open-image.js";
import { sessionBehindChain } from "./fs/image/sessions.js";
import type { PatchChange, PatchedFile, PatchPlan, PlanPatchOptions } from "./fs/patch/plan-patch.js";
import { planPatch } from "./fs/patch/plan-patch.js";
import type { Content } from "./fs/tree/content.js";
import { nodeFileAccess } from "./host/node-file-access.js";
import { checkUndo, revertFile, runningMd5, writePatch } from "./host/patch-file.js";
import { fromFile } from "./host/path-content.js";
import { UndoFile } from "./host/undo-file.js";
import type { FileAccess, FileHandle } from "./medium/file-access.js";
import { FileSource } from "./medium/file-source.js";
import type { TaskOptions } from "./medium/session-data.js";

/** A file of an image, and what is to be in it. */
export interface PatchSource {
  /** Its path in the image. */
  readonly target: string;
  /** A file of the host, or another content. */
  readonly source: string | Content;
  /** Modification time, in milliseconds since 1970. Default: that of the host's file, or else as it is. */
  readonly mtimeMs?: number | undefined;
}

/** How an image is patched. */
export interface PatchImageOptions extends Omit<PlanPatchOptions, "imageBytes" | "createMd5"> {
  /** The undo file, which is not to be there. Default: {@link undoPathOf} the image. */
  readonly undo?: string | undefined;
  /** Says what would be changed, and changes nothing. */
  readonly dryRun?: boolean | undefined;
}

/** Bytes of an image that are changed. */
export interface PatchRange {
  readonly offsetBytes: number;
  readonly bytes: number;
  /** Whether they are those of a file, or tell of files. */
  readonly kind: "content" | "structure";
}

/** What was, or would be, changed. */
export interface PatchReport {
  readonly image: string;
  readonly dryRun: boolean;
  /** Number of the session whose files were named. */
  readonly session: number;
  readonly files: readonly PatchedFile[];
  /** In the order in which they are written. */
  readonly ranges: readonly PatchRange[];
  /** Bytes of all ranges. */
  readonly bytes: number;
  /** Path of the undo file; `null` in a dry run, and where there is nothing to write. */
  readonly undo: string | null;
}

/** How a patch is taken back. */
export interface RevertPatchOptions extends TaskOptions {
  /** Says whether it could be done, and changes nothing. */
  readonly dryRun?: boolean | undefined;
}

/** What was, or would be, put back. */
export interface RevertReport {
  readonly image: string;
  readonly dryRun: boolean;
  readonly undo: string;
  readonly ranges: readonly Pick<PatchRange, "offsetBytes" | "bytes">[];
  readonly bytes: number;
  /** Whether the image was as before the patch already, so that nothing was written. */
  readonly wasReverted: boolean;
}

/** The undo file of an image where no other is named. */
export function undoPathOf(image: string): string {
  return `${image}.undo`;
}

/** @throws {@link DiscError} E_NOT_SUPPORTED for discs: in most of them, no block can be written again. */
async function requireImageFile(image: string): Promise<void> {
  if (!isDrivePath(image) && !(await isEmulatedDisc(image))) return;
  const what = "patching a disc in a drive; a plain image in a file can be patched";
  throw new DiscError("E_NOT_SUPPORTED", `${image}: not supported: ${what}`, { what });
}

/** Opens an image, under its lock unless nothing is to be written. */
async function withImage<T>(
  files: FileAccess,
  image: string,
  dryRun: boolean,
  run: (handle: FileHandle) => Promise<T>,
): Promise<T> {
  await requireImageFile(image);
  await using lock = dryRun ? undefined : await files.lock(image);
  void lock;
  await using handle = await files.open(image, dryRun ? "read" : "readWrite");
  return await run(handle);
}

/** @throws {@link DiscError} E_NOT_SUPPORTED for sessions of a write-once disc, which lead to blocks unseen. */
async function requireChain(source: ImageSource, image: string, { scan, signal }: PatchImageOptions): Promise<void> {
  if (scan === true) return;
  const behind = await sessionBehindChain(source, signal);
  if (behind === undefined) return;
  const what = "patching a file that holds the sessions of a write-once disc";
  const hint = `a session at block ${behind} is not led to from its start; --scan finds it`;
  throw new DiscError("E_NOT_SUPPORTED", `${image}: not supported: ${what}: ${hint}`, { what });
}

async function changesOf(sources: readonly PatchSource[]): Promise<PatchChange[]> {
  const changes: PatchChange[] = [];
  for (const { target, source, mtimeMs } of sources) {
    if (typeof source !== "string") changes.push({ target, content: source, mtimeMs });
    else {
      const content = await fromFile(source);
      changes.push({ target, content, mtimeMs: mtimeMs ?? content.mtimeMs });
    }
  }
  return changes;
}

function rangesOf({ contents, structures }: PatchPlan): PatchRange[] {
  return [
    ...contents.map(({ offsetBytes, bytes }): PatchRange => ({ offsetBytes, bytes, kind: "content" })),
    ...structures.map(
      ({ offsetBytes, bytes }): PatchRange => ({
        offsetBytes,
        bytes: bytes.length,
        kind: "structure",
      }),
    ),
  ];
}

function sumOf(ranges: readonly { readonly bytes: number }[]): number {
  return ranges.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** As {@link patchImage}, with other files. */
export async function patchImageOn(
  files: FileAccess,
  image: string,
  sources: readonly PatchSource[],
  options: PatchImageOptions = {},
): Promise<PatchReport> {
  const { undo: undoPath = undoPathOf(image), dryRun = false, signal, onProgress, ...others } = options;
  const changes = await changesOf(sources);
  return await withImage(files, image, dryRun, async (handle) => {
    const imageBytes = await handle.size();
    const blocks = new FileSource(handle, imageBytes);
    const source: ImageSource = {
      name: image,
      blocks: blocks.blocks,
      read: (lba, count, into) => blocks.read(lba, count, into),
    };
    await requireChain(source, image, options);
    const planOptions = { ...others, signal, onProgress, imageBytes, createMd5: runningMd5 };
    const plan = await planPatch(source, changes, planOptions);
    const ranges = rangesOf(plan);
    const isWritten = !dryRun && ranges.length > 0;
    if (isWritten) await writePatch(files, handle, plan, undoPath, { signal, onProgress });
    const { session, files: patched } = plan;
    const undo = isWritten ? undoPath : null;
    return { image, dryRun, session, files: patched, ranges, bytes: sumOf(ranges), undo };
  });
}

/**
 * Gives files of an image other contents, in the blocks that they have. A content that needs more blocks is refused. What
 * tells of lengths and times is refreshed: in all trees, in boot information tables, in sums of isomd5sum and xorriso. First
 * of all, what is to be changed is saved in an undo file, with which {@link revertPatch} puts it back; a failure puts it
 * back at once.
 *
 * @param image Path of a plain image.
 * @throws {@link DiscError} as `planPatch`; E_TARGET_EXISTS where the undo file is there already; E_CONTENT_CHANGED,
 *   E_SOURCE_UNREADABLE; E_NOT_SUPPORTED for discs; E_DISC_BUSY, E_HOST, E_CANCELLED.
 * @example
 * await patchImage("live.iso", [{ target: "/boot/grub/grub.cfg", source: "grub.cfg" }]);
 */
export async function patchImage(
  image: string,
  sources: readonly PatchSource[],
  options: PatchImageOptions = {},
): Promise<PatchReport> {
  return await patchImageOn(nodeFileAccess, image, sources, options);
}

/** As {@link revertPatch}, with other files. */
export async function revertPatchOn(
  files: FileAccess,
  image: string,
  undo: string,
  options: RevertPatchOptions = {},
): Promise<RevertReport> {
  const { dryRun = false, ...task } = options;
  return await withImage(files, image, dryRun, async (handle) => {
    const { ranges, isNeeded } = dryRun
      ? await checked(files, handle, image, undo, task)
      : await revertFile(files, handle, image, undo, task);
    return { image, dryRun, undo, ranges, bytes: sumOf(ranges), wasReverted: !isNeeded };
  });
}

async function checked(
  files: FileAccess,
  handle: FileHandle,
  image: string,
  path: string,
  task: TaskOptions,
): ReturnType<typeof checkUndo> {
  await using undo = await UndoFile.open(files, path);
  return await checkUndo(handle, image, undo, task);
}

/**
 * Puts back what stood in an image before it was patched, also where patching it was interrupted, and removes the undo
 * file.
 *
 * @throws {@link DiscError} E_DISC_CHANGED for an image that is not the one that was patched, or that was changed since;
 *   E_UNDO_INVALID; E_NOT_SUPPORTED, E_DISC_BUSY, E_HOST, E_CANCELLED.
 */
export async function revertPatch(
  image: string,
  undo: string = undoPathOf(image),
  options: RevertPatchOptions = {},
): Promise<RevertReport> {
  return await revertPatchOn(nodeFileAccess, image, undo, options);
}
