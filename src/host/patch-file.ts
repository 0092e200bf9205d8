/** Writes a patch into an image in a file, and puts back what stood there. docs/PATCH.md. */
import { createHash } from "node:crypto";
import { DiscError, throwIfCancelled } from "../errors.js";
import type { RunningDigest } from "../fs/patch/implanted-sum.js";
import type { ImagePatches } from "../fs/patch/patched-source.js";
import { readContentPatch } from "../fs/patch/patched-source.js";
import type { FileAccess, FileHandle } from "../medium/file-access.js";
import type { ProgressListener, TaskOptions } from "../medium/session-data.js";
import { blocksOf } from "../units.js";
import type { PieceToSave } from "./undo-file.js";
import { areEqual, fingerprintOf, maximumPieceBytes, sha256, UndoFile, undoStates } from "./undo-file.js";

/** MD5 sums of what was given so far. */
export function runningMd5(): RunningDigest {
  const hash = createHash("md5");
  return {
    update: (bytes) => void hash.update(bytes),
    current: () => new Uint8Array(hash.copy().digest()),
  };
}

/** A piece that is written at once. */
interface PieceToWrite extends PieceToSave {
  /** What is written, for messages. */
  readonly label: string;
  /** Whether it belongs to a content, which is safe on the disk before anything tells of it. */
  readonly isContent: boolean;
}

/** The pieces in the order in which they are written: contents first. */
function piecesOf({ contents, structures }: ImagePatches): PieceToWrite[] {
  const pieces: PieceToWrite[] = [];
  for (const patch of contents) {
    for (let done = 0; done < patch.bytes; done += maximumPieceBytes) {
      pieces.push({
        offsetBytes: patch.offsetBytes + done,
        bytes: Math.min(maximumPieceBytes, patch.bytes - done),
        label: patch.content.label,
        isContent: true,
        readNew: (into, signal) => readContentPatch(patch, done, into, signal),
      });
    }
  }
  for (const { offsetBytes, bytes } of structures) {
    const readNew = async (into: Uint8Array): Promise<void> => into.set(bytes);
    pieces.push({ offsetBytes, bytes: bytes.length, label: "image", isContent: false, readNew });
  }
  return pieces;
}

/** Tells how far bytes have come, as blocks. */
function progressOf(
  phase: string,
  pieces: readonly { readonly bytes: number }[],
  onProgress: ProgressListener | undefined,
): (bytes: number) => void {
  const totalBlocks = blocksOf(pieces.reduce((sum, { bytes }) => sum + bytes, 0));
  let done = 0;
  return (bytes) => {
    done += bytes;
    onProgress?.({ phase, doneBlocks: Math.min(totalBlocks, blocksOf(done)), totalBlocks });
  };
}

/** Writes the new bytes, which have to be those of which the undo file has the digests. */
async function writePieces(
  image: FileHandle,
  pieces: readonly PieceToWrite[],
  undo: UndoFile,
  { signal, onProgress }: TaskOptions,
): Promise<void> {
  const report = progressOf("writing", pieces, onProgress);
  const saved = undo.pieces();
  let isContent = true;
  for (const piece of pieces) {
    throwIfCancelled(signal, "patching");
    // Contents are on the disk before anything tells of them.
    if (isContent && !piece.isContent) await image.sync();
    isContent = piece.isContent;
    const bytes = new Uint8Array(piece.bytes);
    await piece.readNew(bytes, signal);
    const { value } = await saved.next();
    if (value === undefined || !areEqual(sha256(bytes), value.newDigest)) {
      const { label: path, bytes: expectedBytes } = piece;
      const detail = { path, expectedBytes, actualBytes: expectedBytes, what: "content" };
      throw new DiscError("E_CONTENT_CHANGED", `"${path}" changed while it was read`, detail);
    }
    await image.write(piece.offsetBytes, bytes);
    report(piece.bytes);
  }
  await image.sync();
}

/** An error that also says that the undo file is still needed. */
function withUndo(error: unknown, path: string): unknown {
  if (!(error instanceof DiscError)) return error;
  const message = `${error.message}; the image is left half changed: ${path} puts it back (patch --revert)`;
  return new DiscError(error.code, message, error.detail, { cause: error });
}

/**
 * Writes a patch into an open image: the undo file first, then contents, then what tells of them, each safe on the disk
 * before the next. A failure that is noticed puts everything back before it is reported, and removes the undo file.
 *
 * @throws {@link DiscError} E_TARGET_EXISTS where there is an undo file already, E_CONTENT_CHANGED, E_HOST, E_CANCELLED;
 *   what reading contents raises.
 */
export async function writePatch(
  files: FileAccess,
  image: FileHandle,
  patches: ImagePatches,
  undoPath: string,
  task: TaskOptions,
): Promise<void> {
  const pieces = piecesOf(patches);
  const report = progressOf("saving", pieces, task.onProgress);
  await using undo = await UndoFile.create(files, undoPath, image, pieces, task.signal, report);
  try {
    await writePieces(image, pieces, undo, task);
    await undo.setState(undoStates.patched);
  } catch (error) {
    try {
      await undo.restore(image, () => {});
    } catch {
      throw withUndo(error, undoPath);
    }
    await files.remove(undoPath).catch(() => undefined);
    throw error;
  }
}

/** What was, or would be, put back. */
export interface RevertedPatch {
  readonly ranges: readonly { readonly offsetBytes: number; readonly bytes: number }[];
  /** Whether anything has to be written: `false` where the image is as it was before the patch. */
  readonly isNeeded: boolean;
}

/**
 * Holds an image against an undo file.
 *
 * @throws {@link DiscError} E_DISC_CHANGED where the image is not the one that was patched, or was changed since;
 *   E_UNDO_INVALID, E_HOST, E_CANCELLED.
 */
export async function checkUndo(
  image: FileHandle,
  name: string,
  undo: UndoFile,
  { signal, onProgress }: TaskOptions,
): Promise<RevertedPatch> {
  const { header } = undo;
  const changed = (expected: string | number, actual: string | number, why: string): DiscError<"E_DISC_CHANGED"> => {
    const detail = { what: "image", expected, actual };
    return new DiscError("E_DISC_CHANGED", `${name}: it is not the image that was patched: ${why}`, detail);
  };
  const imageBytes = await image.size();
  if (imageBytes !== header.imageBytes) {
    throw changed(header.imageBytes, imageBytes, `it has ${imageBytes} bytes, expected ${header.imageBytes}`);
  }
  const pieces = [];
  for await (const piece of undo.pieces()) pieces.push(piece);
  const fingerprint = await fingerprintOf(image, imageBytes, pieces);
  if (!areEqual(fingerprint, header.fingerprint)) {
    const [expected, actual] = [header.fingerprint, fingerprint].map((bytes) => Buffer.from(bytes).toString("hex"));
    throw changed(expected!, actual!, "its first blocks differ");
  }
  const report = progressOf("comparing", pieces, onProgress);
  const counts = { old: 0, new: 0, other: 0 };
  for (const piece of pieces) {
    throwIfCancelled(signal, "comparing the image");
    await undo.oldBytes(piece);
    const now = new Uint8Array(piece.bytes);
    await image.read(piece.offsetBytes, now);
    const digest = sha256(now);
    counts[areEqual(digest, piece.oldDigest) ? "old" : areEqual(digest, piece.newDigest) ? "new" : "other"]++;
    report(piece.bytes);
  }
  const isNeeded = counts.old < pieces.length;
  // Where the patch was not interrupted, nothing but the patch can have changed what it wrote.
  const isSame = (piece: { oldDigest: Uint8Array; newDigest: Uint8Array }): boolean =>
    areEqual(piece.oldDigest, piece.newDigest);
  const unchanged = pieces.filter(isSame).length;
  const isWhole = counts.other === 0 && counts.old <= unchanged;
  if (header.state === undoStates.patched && isNeeded && !isWhole) {
    throw changed("patched", "changed since", "what the patch wrote was changed since");
  }
  return { ranges: pieces.map(({ offsetBytes, bytes }) => ({ offsetBytes, bytes })), isNeeded };
}

/**
 * Puts back what stood in an image before it was patched, and removes the undo file. It can be done again where it was
 * interrupted.
 *
 * @throws {@link DiscError} as {@link checkUndo}.
 */
export async function revertFile(
  files: FileAccess,
  image: FileHandle,
  name: string,
  undoPath: string,
  task: TaskOptions,
): Promise<RevertedPatch> {
  const reverted = await (async () => {
    await using undo = await UndoFile.open(files, undoPath);
    const found = await checkUndo(image, name, undo, task);
    if (found.isNeeded) {
      await undo.setState(undoStates.reverting);
      await undo.restore(image, progressOf("reverting", found.ranges, task.onProgress));
    }
    return found;
  })();
  await files.remove(undoPath);
  return reverted;
}
