import { DiscError, hasCode } from "../../errors.js";
import type { FileAccess, FileHandle } from "../../medium/file-access.js";
import { alignUp, blockBytes } from "../../units.js";
import { emulatedMediaOf, mediaTypes } from "./media.js";
import type { MediumState } from "./medium.js";
import {
  blankMedium,
  recordedEnd,
  recordingTrack,
  withLastTrack,
  withSessionClosed,
  withTrackBegun,
} from "./medium.js";
import { decodeSidecar, encodeSidecar, sidecarError, sidecarPath } from "./sidecar.js";

/** How the file of an emulated disc is taken. */
export interface StoreOptions {
  /** Takes the disc as the sidecar has it where sidecar and file disagree. */
  readonly force?: boolean;
  /** What a file without a sidecar is: its whole content becomes the first session. */
  readonly media?: string;
}

/** What was found when a disc's files were read. */
export interface LoadedDisc {
  readonly state: MediumState;
  /** The sidecar's bytes, to see later whether someone changed it. */
  readonly sidecar: Uint8Array;
}

/**
 * The files of an emulated disc: blocks at their addresses in the disc itself, everything else in its sidecar.
 *
 * The sidecar says that a track is being recorded before the first of its blocks is written, and that blocks are
 * recorded only after they were synced. So a process may end at any instant: how far an open track was recorded then
 * follows from the length of the file.
 */
export class DiscStore {
  readonly path: string;
  readonly #files: FileAccess;
  readonly #options: StoreOptions;
  #reader: FileHandle | undefined;
  #writer: FileHandle | undefined;

  constructor(files: FileAccess, path: string, options: StoreOptions) {
    this.path = path;
    this.#files = files;
    this.#options = options;
  }

  /**
   * Reads the state of the disc.
   *
   * @param exclusive Whether this process holds the disc's lock, so that nobody else can be writing.
   * @throws {@link DiscError} E_SIDECAR when the sidecar is missing, unreadable, or disagrees with the file; E_HOST.
   */
  async load(exclusive: boolean): Promise<LoadedDisc> {
    await this.closeFiles();
    const sidecar = await this.#files.readFile(sidecarPath(this.path));
    if (sidecar === undefined) return await this.#withoutSidecar();
    let recorded: MediumState;
    try {
      recorded = decodeSidecar(this.path, sidecar);
    } catch (error) {
      if (this.#options.force !== true || this.#options.media === undefined || !hasCode(error, "E_SIDECAR"))
        throw error;
      return await this.#recreate(this.#options.media);
    }
    if (!(await this.#files.exists(this.path))) throw sidecarError(this.path, "the disc's own file is missing");
    const handle = await this.#read();
    const bytes = await handle.size();
    return { state: await this.#withFileLength(recorded, bytes, exclusive), sidecar };
  }

  /** The sidecar as it is now; `undefined` where there is none. */
  async sidecar(): Promise<Uint8Array | undefined> {
    return await this.#files.readFile(sidecarPath(this.path));
  }

  /** Replaces the sidecar. */
  async save(state: MediumState): Promise<Uint8Array> {
    const bytes = encodeSidecar(state);
    await this.#files.replaceFile(sidecarPath(this.path), bytes);
    return bytes;
  }

  /** Reads blocks; returns how many bytes of them the file has. */
  async read(lba: number, into: Uint8Array): Promise<number> {
    return await (this.#writer ?? (await this.#read())).read(lba * blockBytes, into);
  }

  /** Writes whole blocks. */
  async write(lba: number, from: Uint8Array): Promise<void> {
    this.#writer ??= await this.#files.open(this.path, "readWrite");
    await this.#writer.write(lba * blockBytes, from);
  }

  /** Makes the blocks survive a loss of power. */
  async sync(): Promise<void> {
    await this.#writer?.sync();
  }

  async closeFiles(): Promise<void> {
    const handles = [this.#reader, this.#writer];
    this.#reader = undefined;
    this.#writer = undefined;
    for (const handle of handles) await handle?.close();
  }

  async #read(): Promise<FileHandle> {
    this.#reader ??= await this.#files.open(this.path, "read");
    return this.#reader;
  }

  /** Brings what the sidecar says and the length of the file together. */
  async #withFileLength(state: MediumState, bytes: number, exclusive: boolean): Promise<MediumState> {
    const end = recordedEnd(state) * blockBytes;
    if (bytes < end && this.#options.force !== true) {
      throw sidecarError(this.path, `says that ${end} bytes are recorded, the disc's file has ${bytes}`);
    }
    const recording = recordingTrack(state);
    if (recording !== undefined) return await this.#withTornTrack(state, bytes, exclusive);
    if (bytes <= Math.max(end, state.acceptedBytes)) return state;
    if (this.#options.force === true) return { ...state, acceptedBytes: bytes };
    throw sidecarError(this.path, `says that ${end} bytes are recorded, the disc's file has ${bytes}`);
  }

  /** The disc whose last track was still being recorded when its sidecar was written. */
  async #withTornTrack(state: MediumState, bytes: number, exclusive: boolean): Promise<MediumState> {
    const track = recordingTrack(state)!;
    const found = Math.max(0, Math.ceil(bytes / blockBytes) - track.startLba);
    const room = state.capacityBlocks - track.startLba;
    const blocks = Math.min(room, Math.max(track.blocks, alignUp(found, state.media.unitBlocks)));
    // Nothing reached the disc: the track was never begun.
    if (blocks === 0) return { ...state, tracks: state.tracks.slice(0, -1) };
    if (blocks === track.blocks) return state;
    // Another process may be writing it at this moment; then it is open, not torn.
    const torn = track.damaged || exclusive || !(await this.#isInUse());
    return withLastTrack(state, { blocks, damaged: torn });
  }

  async #isInUse(): Promise<boolean> {
    try {
      const lock = await this.#files.lock(this.path);
      await lock.release();
      return false;
    } catch (error) {
      return hasCode(error, "E_DISC_BUSY");
    }
  }

  async #withoutSidecar(): Promise<LoadedDisc> {
    // Opening says why, where there is no disc at all.
    const handle = await this.#read();
    await handle.size();
    if (this.#options.media === undefined) throw sidecarError(this.path, "there is none");
    return await this.#recreate(this.#options.media);
  }

  async #recreate(mediaType: string): Promise<LoadedDisc> {
    const media = emulatedMediaOf(mediaType);
    if (media === undefined) throw unsupportedMedia(mediaType);
    const lock = await this.#files.lock(this.path);
    try {
      const bytes = await (await this.#read()).size();
      const blocks = Math.ceil(bytes / blockBytes);
      const blank = blankMedium(media, media.defaultCapacityBlocks, newDiscIdentification());
      if (blocks > blank.capacityBlocks) {
        const message = `the file has ${blocks} blocks, the medium ${blank.capacityBlocks}`;
        throw new DiscError("E_DISC_FULL", message, { blocks, freeBlocks: blank.capacityBlocks });
      }
      let state = blank;
      if (blocks > 0) {
        const missing = blocks * blockBytes - bytes;
        const writer = await this.#files.open(this.path, "readWrite");
        try {
          if (missing > 0) await writer.write(bytes, new Uint8Array(missing));
          await writer.sync();
        } finally {
          await writer.close();
        }
        state = withSessionClosed(withLastTrack(withTrackBegun(blank), { blocks, state: "complete" }), false);
      }
      return { state, sidecar: await this.save(state) };
    } finally {
      await lock.release();
    }
  }
}

/** A number to tell discs apart by. */
function newDiscIdentification(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}

function unsupportedMedia(media: string): DiscError<"E_NOT_SUPPORTED"> {
  const what = `discs of type ${media}; those that can be made are ${mediaTypes.join(", ")}`;
  return new DiscError("E_NOT_SUPPORTED", `not supported: ${what}`, { what });
}

/** How a blank disc is made. */
export interface CreateDiscOptions {
  /** One of `mediaTypes`. */
  readonly media: string;
  /** What the medium holds; that of usual media of its type where it isn't said. */
  readonly capacityBlocks?: number | undefined;
  /** Replaces a file that is there. */
  readonly force?: boolean | undefined;
}

/**
 * Makes a blank emulated disc.
 *
 * @throws {@link DiscError} E_TARGET_EXISTS where a file or its sidecar is there and `force` isn't set; E_NOT_SUPPORTED
 *   for other types of media; E_OPTION_INVALID; E_DISC_BUSY; E_HOST.
 */
export async function createDiscFile(files: FileAccess, path: string, options: CreateDiscOptions): Promise<void> {
  const media = emulatedMediaOf(options.media);
  if (media === undefined) throw unsupportedMedia(options.media);
  const capacityBlocks = options.capacityBlocks ?? media.defaultCapacityBlocks;
  if (!Number.isSafeInteger(capacityBlocks) || capacityBlocks < 1 || capacityBlocks > media.maximumCapacityBlocks) {
    const allowed = `a number of blocks from 1 to ${media.maximumCapacityBlocks}`;
    throw new DiscError("E_OPTION_INVALID", `capacityBlocks is ${capacityBlocks}, expected ${allowed}`, {
      option: "capacityBlocks",
      value: capacityBlocks,
      allowed,
    });
  }
  const lock = await files.lock(path);
  try {
    for (const target of [path, sidecarPath(path)]) {
      if (!(await files.exists(target))) continue;
      if (options.force !== true) throw new DiscError("E_TARGET_EXISTS", `${target} exists`, { path: target });
      await files.remove(target);
    }
    const handle = await files.open(path, "create");
    await handle.close();
    const state = blankMedium(media, capacityBlocks, newDiscIdentification());
    await files.replaceFile(sidecarPath(path), encodeSidecar(state));
  } finally {
    await lock.release();
  }
}

/** Whether a path is that of an emulated disc: whether it has a sidecar. */
export async function isEmulatedDiscFile(files: FileAccess, path: string): Promise<boolean> {
  return await files.exists(sidecarPath(path));
}
