/**
 * Undo files: what stood in an image before it was patched, with what is needed to put it back whatever happened since.
 * docs/PATCH.md, "The undo file".
 */
import { createHash } from "node:crypto";
import { strictContext } from "../codec/codec.js";
import { named } from "../codec/explained.js";
import { safeU64le, u32le } from "../codec/integers.js";
import { byte } from "../codec/rows.js";
import type { StructCodec } from "../codec/struct.js";
import { encode, struct } from "../codec/struct.js";
import { fixedText, rawBytes, textFromBytes, zeros } from "../codec/text.js";
import { DiscError, throwIfCancelled } from "../errors.js";
import type { FileAccess, FileHandle } from "../medium/file-access.js";

/** What the image is, as far as the undo file knows. */
export const undoStates = {
  /** The undo file is not whole, and the image was not touched. */
  saving: 1,
  /** Some of the image may be written, and some not. */
  patching: 2,
  /** All is written. */
  patched: 3,
  /** Some may be put back, and some not. */
  reverting: 4,
} as const;

const identifier = "discsmith undo 1";
const clause = "docs/PATCH.md";

/** The head of an undo file. */
export interface UndoHeader {
  /** One of {@link undoStates}. */
  readonly state: number;
  /** How many pieces follow. */
  readonly pieces: number;
  /** Length of the image. */
  readonly imageBytes: number;
  /** Length of the undo file. */
  readonly undoBytes: number;
  /** SHA-256 of what the patch leaves in the first blocks of the image. */
  readonly fingerprint: Uint8Array;
  /** SHA-256 of the heads of all pieces. */
  readonly headsDigest: Uint8Array;
}

const undoHeader: StructCodec<UndoHeader> = struct<UndoHeader>("UndoHeader", 128, {
  _identifier: byte(0, 16, fixedText(identifier), clause),
  state: byte(16, 4, named(u32le, undoStates), clause),
  pieces: byte(20, 4, u32le, clause),
  imageBytes: byte(24, 8, safeU64le, clause),
  undoBytes: byte(32, 8, safeU64le, clause),
  fingerprint: byte(40, 32, rawBytes(32), clause),
  headsDigest: byte(72, 32, rawBytes(32), clause),
  _reserved: byte(104, 24, zeros(24), clause),
});

/** The head of a piece; the bytes that stood in the image follow on it. */
export interface UndoPiece {
  /** From the image's first byte. */
  readonly offsetBytes: number;
  readonly bytes: number;
  /** SHA-256 of what stood there. */
  readonly oldDigest: Uint8Array;
  /** SHA-256 of what the patch writes there. */
  readonly newDigest: Uint8Array;
}

const undoPiece: StructCodec<UndoPiece> = struct<UndoPiece>("UndoPiece", 80, {
  offsetBytes: byte(0, 8, safeU64le, clause),
  bytes: byte(8, 4, u32le, clause),
  _reserved: byte(12, 4, zeros(4), clause),
  oldDigest: byte(16, 32, rawBytes(32), clause),
  newDigest: byte(48, 32, rawBytes(32), clause),
});

/** The most bytes of a piece. */
export const maximumPieceBytes: number = 4 * 1024 * 1024;

/** Bytes that are put back at once, where they differ. */
const comparedBytes = 4096;

/** Bytes at an image's front that tell it from others: descriptors, and the anchor of UDF. */
const frontBytes = 257 * 2048;

/** The SHA-256 of some bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(bytes).digest());
}

/** Whether two digests are the same. */
export function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((octet, index) => octet === other[index]);
}

/** Reads all of a buffer. @throws {@link DiscError} E_UNDO_INVALID where the file ends earlier. */
async function readWhole(handle: FileHandle, path: string, offset: number, into: Uint8Array): Promise<void> {
  if ((await handle.read(offset, into)) === into.length) return;
  throw invalid(path, "it ends early");
}

function invalid(path: string, reason: string): DiscError<"E_UNDO_INVALID"> {
  return new DiscError("E_UNDO_INVALID", `${path}: ${reason}`, { path, reason });
}

/** Where the bytes of a piece go. */
export interface PlacedPiece extends UndoPiece {
  /** From the undo file's first byte. */
  readonly at: number;
}

/** What is known of a range that will be written. */
export interface RangeToSave {
  readonly offsetBytes: number;
  readonly bytes: number;
}

/**
 * The SHA-256 of an image's length and of its front, with zeros for what a patch writes: the same before it and after it.
 *
 * @throws {@link DiscError} E_HOST.
 */
export async function fingerprintOf(
  image: FileHandle,
  imageBytes: number,
  ranges: Iterable<RangeToSave>,
): Promise<Uint8Array> {
  const front = new Uint8Array(Math.min(frontBytes, imageBytes));
  await image.read(0, front);
  for (const { offsetBytes, bytes } of ranges) front.fill(0, offsetBytes, offsetBytes + bytes);
  return new Uint8Array(createHash("sha256").update(`${imageBytes} `).update(front).digest());
}

/** A piece that is to be saved, and what is to be written in its place. */
export interface PieceToSave extends RangeToSave {
  /** Reads what is to be written. */
  readNew(into: Uint8Array, signal?: AbortSignal): Promise<void>;
}

/** An undo file. */
export class UndoFile implements AsyncDisposable {
  readonly path: string;
  readonly #handle: FileHandle;
  #header: UndoHeader;

  private constructor(path: string, handle: FileHandle, header: UndoHeader) {
    this.path = path;
    this.#handle = handle;
    this.#header = header;
  }

  /**
   * Makes an undo file, and makes sure that it is on the disk.
   *
   * @param onSaved Hears how many bytes were saved.
   * @throws {@link DiscError} E_TARGET_EXISTS, E_HOST, E_CANCELLED; what reading contents raises. Nothing is left then.
   */
  static async create(
    files: FileAccess,
    path: string,
    image: FileHandle,
    pieces: readonly PieceToSave[],
    signal: AbortSignal | undefined,
    onSaved: (bytes: number) => void,
  ): Promise<UndoFile> {
    const handle = await files.open(path, "create");
    try {
      const imageBytes = await image.size();
      const header: UndoHeader = {
        state: undoStates.saving,
        pieces: pieces.length,
        imageBytes,
        undoBytes: pieces.reduce((sum, { bytes }) => sum + undoPiece.size + bytes, undoHeader.size),
        fingerprint: await fingerprintOf(image, imageBytes, pieces),
        headsDigest: new Uint8Array(32),
      };
      const undo = new UndoFile(path, handle, header);
      await undo.#save(image, pieces, signal, onSaved);
      return undo;
    } catch (error) {
      await handle.close().catch(() => undefined);
      await files.remove(path).catch(() => undefined);
      throw error;
    }
  }

  /** Opens an undo file. @throws {@link DiscError} E_UNDO_INVALID, E_HOST. */
  static async open(files: FileAccess, path: string): Promise<UndoFile> {
    const handle = await files.open(path, "readWrite");
    try {
      const bytes = new Uint8Array(undoHeader.size);
      await readWhole(handle, path, 0, bytes);
      if (textFromBytes(bytes, 0, identifier.length) !== identifier) throw invalid(path, "it is no undo file");
      const header = undoHeader.read(bytes, 0, strictContext);
      if (header.state === undoStates.saving) {
        throw invalid(
          path,
          "it was not written to its end; the image was not changed yet, and the file can be removed",
        );
      }
      const undo = new UndoFile(path, handle, header);
      await undo.#check();
      return undo;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get header(): UndoHeader {
    return this.#header;
  }

  /** The pieces in the order in which they are written. @throws {@link DiscError} E_UNDO_INVALID, E_HOST. */
  async *pieces(): AsyncGenerator<PlacedPiece> {
    const head = new Uint8Array(undoPiece.size);
    let at = undoHeader.size;
    for (let index = 0; index < this.#header.pieces; index++) {
      await readWhole(this.#handle, this.path, at, head);
      const piece = undoPiece.read(head, 0, strictContext);
      at += undoPiece.size;
      if (piece.bytes > maximumPieceBytes || piece.offsetBytes + piece.bytes > this.#header.imageBytes) {
        throw invalid(this.path, "a piece in it lies outside of the image");
      }
      yield { ...piece, at };
      at += piece.bytes;
    }
  }

  /** Says what the image is now, and makes sure that this is on the disk. @throws {@link DiscError} E_HOST. */
  async setState(state: number): Promise<void> {
    this.#header = { ...this.#header, state };
    await this.#handle.write(0, encode(undoHeader, this.#header));
    await this.#handle.sync();
  }

  /**
   * Puts into an image what stood in it, wherever it differs, and makes sure that this is on the disk.
   *
   * @throws {@link DiscError} E_UNDO_INVALID, E_HOST.
   */
  async restore(image: FileHandle, onRestored: (bytes: number) => void): Promise<void> {
    for await (const piece of this.pieces()) {
      const old = await this.oldBytes(piece);
      const now = new Uint8Array(piece.bytes);
      await image.read(piece.offsetBytes, now);
      for (let at = 0; at < piece.bytes; at += comparedBytes) {
        const wanted = old.subarray(at, at + comparedBytes);
        // A hole of the image's file stays one: there may be no room to fill it.
        if (!areEqual(wanted, now.subarray(at, at + comparedBytes))) await image.write(piece.offsetBytes + at, wanted);
      }
      onRestored(piece.bytes);
    }
    await image.sync();
  }

  /** What stood in the image. @throws {@link DiscError} E_UNDO_INVALID where it was damaged since, E_HOST. */
  async oldBytes({ at, bytes, oldDigest }: PlacedPiece): Promise<Uint8Array> {
    const old = new Uint8Array(bytes);
    await readWhole(this.#handle, this.path, at, old);
    if (areEqual(sha256(old), oldDigest)) return old;
    throw invalid(this.path, "it is damaged: bytes of the image are not what was saved");
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #save(
    image: FileHandle,
    pieces: readonly PieceToSave[],
    signal: AbortSignal | undefined,
    onSaved: (bytes: number) => void,
  ): Promise<void> {
    await this.#handle.write(0, encode(undoHeader, this.#header));
    const heads = createHash("sha256");
    let at = undoHeader.size;
    for (const piece of pieces) {
      throwIfCancelled(signal, "saving what will be changed");
      const { offsetBytes, bytes } = piece;
      const buffer = new Uint8Array(undoPiece.size + bytes);
      const old = buffer.subarray(undoPiece.size);
      await image.read(offsetBytes, old);
      const newBytes = new Uint8Array(bytes);
      await piece.readNew(newBytes, signal);
      undoPiece.write({ offsetBytes, bytes, oldDigest: sha256(old), newDigest: sha256(newBytes) }, buffer, 0);
      heads.update(buffer.subarray(0, undoPiece.size));
      await this.#handle.write(at, buffer);
      at += buffer.length;
      onSaved(bytes);
    }
    // All of it is on the disk before it says that it is whole.
    await this.#handle.sync();
    this.#header = { ...this.#header, headsDigest: new Uint8Array(heads.digest()) };
    await this.setState(undoStates.patching);
  }

  /** @throws {@link DiscError} E_UNDO_INVALID. */
  async #check(): Promise<void> {
    const { undoBytes, headsDigest } = this.#header;
    if ((await this.#handle.size()) !== undoBytes)
      throw invalid(this.path, "it has another length than when it was written");
    const heads = createHash("sha256");
    for await (const piece of this.pieces()) heads.update(encode(undoPiece, piece));
    if (!areEqual(new Uint8Array(heads.digest()), headsDigest)) throw invalid(this.path, "it is damaged");
  }
}
