import { DiscError, hasCode } from "../../errors.js";
import type { FileAccess, FileHandle } from "../../medium/file-access.js";
import { blockBytes } from "../../units.js";
import { emulatedMediaOf, mediaTypes } from "./media.js";
import type { MediumState } from "./medium.js";
import { blankMedium, recordedEnd } from "./medium.js";
import { rulesWithQuirks } from "./misbehaviour.js";
import { withFileContent } from "./power-loss.js";
import { withAudioSession, withContent } from "./ready-made.js";
import { decodeSidecar, encodeSidecar } from "./sidecar.js";
import { sidecarError, sidecarPath } from "./sidecar-reader.js";
import { WriteBehindFile } from "./write-behind.js";

/** How the file of an emulated disc is taken. */
export interface StoreOptions {
  /** Takes the disc as the sidecar has it where sidecar and file disagree. */
  readonly force?: boolean;
  /** What a file without a sidecar is: its whole content becomes the first session. */
  readonly media?: string;
  /** Names of docs/QUIRKS.md: what the drive does beside what the sidecar says. */
  readonly quirks?: readonly string[];
}

/** What was found when a disc's files were read. */
export interface LoadedState {
  readonly state: MediumState;
  /** The sidecar's bytes, to see later whether someone changed it. */
  readonly sidecar: Uint8Array;
}

/** Four seconds: no track of a CD is shorter. ECMA-130 20.2. */
const shortestTrackBlocks = 300;
/** Zeros are written in pieces of so many bytes. */
const zeroPieceBytes = 1_048_576;

/**
 * The files of an emulated disc: blocks at their addresses in the disc itself, everything else in its sidecar.
 *
 * The sidecar says that a track is being recorded before the first of its blocks is written, and that blocks are
 * recorded only after they were synced. So a process may end at any instant: how far an open track was recorded then
 * follows from the length of the file. What was not synced may be lost then, as a drive loses what is in its cache.
 */
export class DiscStore {
  readonly path: string;
  readonly #files: FileAccess;
  readonly #options: StoreOptions;
  #reader: FileHandle | undefined;
  #writer: WriteBehindFile | undefined;

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
  async load(exclusive: boolean): Promise<LoadedState> {
    await this.closeFiles();
    const sidecar = await this.#files.readFile(sidecarPath(this.path));
    if (sidecar === undefined) return await this.#withoutSidecar();
    let recorded: MediumState;
    try {
      recorded = this.#withRules(decodeSidecar(this.path, sidecar));
    } catch (error) {
      if (this.#options.force !== true || this.#options.media === undefined || !hasCode(error, "E_SIDECAR"))
        throw error;
      return await this.#recreate(this.#options.media);
    }
    if (!(await this.#files.exists(this.path))) throw sidecarError(this.path, "the disc's own file is missing");
    const bytes = await (await this.#read()).size();
    return { state: await this.#withFileLength(recorded, bytes, exclusive), sidecar };
  }

  /** The sidecar as it is now; `undefined` where there is none. */
  async sidecar(): Promise<Uint8Array | undefined> {
    return await this.#files.readFile(sidecarPath(this.path));
  }

  /** Replaces the sidecar. */
  async save(state: MediumState): Promise<Uint8Array> {
    // Whoever kills this process now finds as many blocks in the file as the sidecar tells.
    await this.#writer?.flush();
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
    await (await this.#write()).write(lba * blockBytes, from);
  }

  /** Fills blocks with zeros; where the file ends before them, with a hole. */
  async writeZeros(lba: number, blocks: number): Promise<void> {
    const writer = await this.#write();
    const end = (lba + blocks) * blockBytes;
    let at = lba * blockBytes;
    const bytes = await writer.size();
    for (const filled = Math.min(end, bytes); at < filled; ) {
      const piece = Math.min(zeroPieceBytes, filled - at);
      await writer.write(at, new Uint8Array(piece));
      at += piece;
    }
    if (bytes < end) await writer.truncate(end);
  }

  /** Cuts the file off behind so many blocks, where it is longer. */
  async truncate(blocks: number): Promise<void> {
    const writer = await this.#write();
    if ((await writer.size()) > blocks * blockBytes) await writer.truncate(blocks * blockBytes);
  }

  /** Length of the disc's file. */
  async bytes(): Promise<number> {
    return await (this.#writer ?? (await this.#read())).size();
  }

  /** Makes the blocks survive a loss of power. */
  async sync(): Promise<void> {
    await this.#writer?.sync();
  }

  async closeFiles(): Promise<void> {
    const handles = [this.#reader, this.#writer];
    this.#reader = undefined;
    this.#writer = undefined;
    const failures: unknown[] = [];
    for (const handle of handles) await handle?.close().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }

  async #read(): Promise<FileHandle> {
    this.#reader ??= await this.#files.open(this.path, "read");
    return this.#reader;
  }

  async #write(): Promise<WriteBehindFile> {
    this.#writer ??= new WriteBehindFile(await this.#files.open(this.path, "readWrite"));
    return this.#writer;
  }

  /** Quirks may change the rules of the medium. */
  #withRules(state: MediumState): MediumState {
    const names = [...(state.misbehaviour.quirks ?? []), ...(this.#options.quirks ?? [])];
    return { ...state, media: rulesWithQuirks(state.media, names) };
  }

  /** Brings what the sidecar says and the length of the file together. */
  async #withFileLength(state: MediumState, bytes: number, exclusive: boolean): Promise<MediumState> {
    if (state.interrupted !== null) return state;
    const end = recordedEnd(state) * blockBytes;
    const differs = `says that ${end} bytes are recorded, the disc's file has ${bytes}`;
    if (bytes < end && this.#options.force !== true) throw sidecarError(this.path, differs);
    const most = Math.max(longestFileBytes(state), state.acceptedBytes);
    if (bytes > most) {
      if (this.#options.force !== true) throw sidecarError(this.path, differs);
      return { ...state, acceptedBytes: bytes };
    }
    const torn = withFileContent(state, bytes, true);
    // Another process may be writing it at this moment; then it is open, not torn.
    return torn === state || exclusive || !(await this.#isInUse()) ? torn : withFileContent(state, bytes, false);
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

  async #withoutSidecar(): Promise<LoadedState> {
    // Opening says why, where there is no disc at all.
    await this.bytes();
    if (this.#options.media === undefined) throw sidecarError(this.path, "there is none");
    return await this.#recreate(this.#options.media);
  }

  /** Makes a sidecar for a file: what it holds is the first session. */
  async #recreate(mediaType: string): Promise<LoadedState> {
    const media = emulatedMediaOf(mediaType);
    if (media === undefined) throw unsupportedMedia(mediaType);
    const lock = await this.#files.lock(this.path);
    try {
      const blocks = Math.ceil((await this.bytes()) / blockBytes);
      const state = withContent(blankMedium(media, media.defaultCapacityBlocks, newDiscIdentification()), blocks);
      if (blocks > 0) {
        // The last block is made a whole one.
        await (await this.#write()).truncate(blocks * blockBytes);
        await this.sync();
      }
      return { state, sidecar: await this.save(state) };
    } finally {
      await lock.release();
    }
  }
}

/** How long the file of a disc can be, while it keeps to what its sidecar says. */
function longestFileBytes(state: MediumState): number {
  if (state.model === "overwritable") return state.userBlocks * blockBytes;
  const isOpen = state.tracks.some((track) => track.state === "recording");
  return (isOpen ? Number.POSITIVE_INFINITY : recordedEnd(state)) * blockBytes;
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
  /** A CD begins with a closed session of one audio track of so many blocks. */
  readonly audioSession?: number | undefined;
  /** Replaces a file that is there. */
  readonly force?: boolean | undefined;
  /** Names of docs/QUIRKS.md: what the drive that the disc is in does. Its sidecar says so from then on. */
  readonly quirks?: readonly string[] | undefined;
}

function invalidOption(option: string, value: number, allowed: string): DiscError<"E_OPTION_INVALID"> {
  const message = `${option} is ${value}, expected ${allowed}`;
  return new DiscError("E_OPTION_INVALID", message, { option, value, allowed });
}

/** The disc that is wanted. @throws {@link DiscError} E_NOT_SUPPORTED, E_OPTION_INVALID. */
function newMedium(options: CreateDiscOptions): MediumState {
  const media = emulatedMediaOf(options.media);
  if (media === undefined) throw unsupportedMedia(options.media);
  const capacityBlocks = options.capacityBlocks ?? media.defaultCapacityBlocks;
  if (!Number.isSafeInteger(capacityBlocks) || capacityBlocks < 1 || capacityBlocks > media.maximumCapacityBlocks) {
    const allowed = `a number of blocks from 1 to ${media.maximumCapacityBlocks}`;
    throw invalidOption("capacityBlocks", capacityBlocks, allowed);
  }
  const { quirks = [] } = options;
  const made = blankMedium(rulesWithQuirks(media, quirks), capacityBlocks, newDiscIdentification());
  const blank = quirks.length === 0 ? made : { ...made, misbehaviour: { quirks } };
  const { audioSession } = options;
  if (audioSession === undefined) return blank;
  if (media.family !== "cd" || blank.model !== "sequential") throw audioNotSupported(media.media);
  if (!Number.isSafeInteger(audioSession) || audioSession < shortestTrackBlocks || audioSession > capacityBlocks) {
    const allowed = `a number of blocks from ${shortestTrackBlocks} to ${capacityBlocks}`;
    throw invalidOption("audioSession", audioSession, allowed);
  }
  return withAudioSession(blank, audioSession);
}

function audioNotSupported(media: string): DiscError<"E_NOT_SUPPORTED"> {
  const what = `audio on ${media} media`;
  return new DiscError("E_NOT_SUPPORTED", `not supported: ${what}`, { what });
}

/**
 * Makes a blank emulated disc.
 *
 * @throws {@link DiscError} E_TARGET_EXISTS where a file or its sidecar is there and `force` isn't set; E_NOT_SUPPORTED
 *   for other types of media; E_OPTION_INVALID; E_DISC_BUSY; E_HOST.
 */
export async function createDiscFile(files: FileAccess, path: string, options: CreateDiscOptions): Promise<void> {
  const state = newMedium(options);
  const lock = await files.lock(path);
  try {
    for (const target of [path, sidecarPath(path)]) {
      if (!(await files.exists(target))) continue;
      if (options.force !== true) throw new DiscError("E_TARGET_EXISTS", `${target} exists`, { path: target });
      await files.remove(target);
    }
    const handle = await files.open(path, "create");
    await handle.close();
    await files.replaceFile(sidecarPath(path), encodeSidecar(state));
  } finally {
    await lock.release();
  }
}

/** Whether a path is that of an emulated disc: whether it has a sidecar. */
export async function isEmulatedDiscFile(files: FileAccess, path: string): Promise<boolean> {
  return await files.exists(sidecarPath(path));
}
