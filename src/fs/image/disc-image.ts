import type { WarningListener } from "../../errors.js";
import { DiscError, throwIfCancelled } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import type { Content } from "../tree/content.js";
import type { DiscEntry, FileSystemName, TreeReader } from "../tree/disc-entry.js";
import { identityOf } from "../tree/disc-entry.js";
import { joinPath } from "../tree/path.js";
import type { DetectedFileSystem, DetectedVolume } from "./detect.js";
import { contentOfEntry } from "./entry-content.js";
import type { ImageSession } from "./sessions.js";

/** The most links that are followed on the way to one item, as on Linux. */
const maximumLinks = 40;

/** How many entries of directories are kept. */
const maximumCachedEntries = 50_000;

/** Bytes of a file that are read at once. */
const pieceBytes = 1024 * 1024;

/** What the volume descriptor says. */
export interface VolumeInformation {
  readonly volumeName: string;
  readonly systemIdentifier: string;
  readonly volumeSetIdentifier: string;
  readonly publisherIdentifier: string;
  readonly dataPreparerIdentifier: string;
  readonly applicationIdentifier: string;
  /** Names of files. */
  readonly copyrightFileIdentifier: string;
  readonly abstractFileIdentifier: string;
  readonly bibliographicFileIdentifier: string;
  /** Blocks. */
  readonly volumeSpaceSize: number;
  /** Milliseconds since 1970; `null` where not specified. */
  readonly creationMs: number | null;
  readonly modificationMs: number | null;
  readonly expirationMs: number | null;
  readonly effectiveMs: number | null;
}

/** Which part of a file is read. */
export interface ReadOptions {
  /** First byte. Default 0. */
  readonly offset?: number | undefined;
  /** Bytes; default, and at most, all to the end. */
  readonly length?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How a call can be stopped. */
export interface SignalOptions {
  readonly signal?: AbortSignal | undefined;
}

interface CachedDirectory {
  readonly entries: readonly DiscEntry[];
  readonly byName: ReadonlyMap<string, DiscEntry>;
}

/** What the descriptor of a tree says. */
export function informationOf(
  { descriptors, volumeName }: DetectedVolume,
  fileSystem: FileSystemName,
): VolumeInformation {
  const { primary, joliet, enhanced } = descriptors;
  const descriptor = (fileSystem === "joliet" ? joliet : primary) ?? primary ?? joliet ?? enhanced;
  return {
    volumeName: fileSystem === "joliet" ? (joliet?.volumeIdentifier ?? volumeName) : volumeName,
    systemIdentifier: descriptor?.systemIdentifier ?? "",
    volumeSetIdentifier: descriptor?.volumeSetIdentifier ?? "",
    publisherIdentifier: descriptor?.publisherIdentifier ?? "",
    dataPreparerIdentifier: descriptor?.dataPreparerIdentifier ?? "",
    applicationIdentifier: descriptor?.applicationIdentifier ?? "",
    copyrightFileIdentifier: descriptor?.copyrightFileIdentifier ?? "",
    abstractFileIdentifier: descriptor?.abstractFileIdentifier ?? "",
    bibliographicFileIdentifier: descriptor?.bibliographicFileIdentifier ?? "",
    volumeSpaceSize: descriptor?.volumeSpaceSize ?? 0,
    creationMs: descriptor?.volumeCreationDateAndTime ?? null,
    modificationMs: descriptor?.volumeModificationDateAndTime ?? null,
    expirationMs: descriptor?.volumeExpirationDateAndTime ?? null,
    effectiveMs: descriptor?.volumeEffectiveDateAndTime ?? null,
  };
}

/**
 * One session of a disc or image, to be read in the manner of `fs/promises`. Nothing is held open; directories are read
 * when they are first needed, and a bounded number of entries is kept.
 */
export class DiscImage {
  /** All sessions, in order. */
  readonly sessions: readonly ImageSession[];
  /** The one that is read. */
  readonly session: ImageSession;
  /** Those of that session. */
  readonly fileSystems: readonly DetectedFileSystem[];
  /** The tree that is shown. */
  readonly fileSystem: FileSystemName;
  readonly volume: VolumeInformation;
  readonly #source: BlockSource;
  readonly #tree: TreeReader;
  readonly #onWarning: WarningListener | undefined;
  #root: DiscEntry | undefined;
  /** Directories by path, the one used last at the end; each with its entries by name. */
  readonly #cache: Map<string, CachedDirectory> = new Map();
  #cachedEntries = 0;

  constructor(
    source: BlockSource,
    tree: TreeReader,
    volume: DetectedVolume,
    session: ImageSession,
    sessions: readonly ImageSession[],
    onWarning?: WarningListener,
  ) {
    this.#onWarning = onWarning;
    this.#source = source;
    this.#tree = tree;
    this.sessions = sessions;
    this.session = session;
    this.fileSystems = volume.fileSystems;
    this.fileSystem = tree.fileSystem;
    this.volume = informationOf(volume, tree.fileSystem);
  }

  /**
   * The item at a path; links are followed, inside the image.
   *
   * @throws {@link DiscError} E_ITEM_NOT_FOUND, E_NOT_A_DIRECTORY, E_PATH_INVALID, E_READ_FAILED, E_FIELD_INVALID.
   */
  stat(path: string, options: SignalOptions = {}): Promise<DiscEntry> {
    return this.#resolve(path, true, options.signal);
  }

  /** The item at a path; a link at its end is shown itself. @throws as {@link DiscImage.stat}. */
  lstat(path: string, options: SignalOptions = {}): Promise<DiscEntry> {
    return this.#resolve(path, false, options.signal);
  }

  /**
   * What is in a directory.
   *
   * @param item Its path, or its entry, which saves looking for it.
   * @throws as {@link DiscImage.stat}.
   */
  async readdir(item: string | DiscEntry, options: SignalOptions = {}): Promise<readonly DiscEntry[]> {
    const entry = typeof item === "string" ? await this.stat(item, options) : item;
    if (entry.type !== "directory") throw notADirectory(entry.path, entry);
    return (await this.#list(entry, options.signal)).entries;
  }

  /** Where a symbolic link points. @throws as {@link DiscImage.stat}; E_PATH_INVALID for what is no link. */
  async readlink(path: string, options: SignalOptions = {}): Promise<string> {
    const { target, type } = await this.lstat(path, options);
    if (target !== null) return target;
    const rule = "only symbolic links have a target";
    throw new DiscError("E_PATH_INVALID", `"${path}" is a ${type}: ${rule}`, { path, rule });
  }

  /** A whole file in memory. @throws as {@link DiscImage.read}; E_NOT_SUPPORTED for one that memory cannot hold. */
  async readFile(item: string | DiscEntry, options: SignalOptions = {}): Promise<Uint8Array> {
    const content = await this.content(item, options);
    const bytes = allocate(content.bytes);
    await content.read(0, bytes, options.signal);
    return bytes;
  }

  /**
   * A file, or part of it, in pieces of up to 1 MiB, which are the caller's to keep.
   *
   * @param item Its path, or its entry, which saves looking for it.
   * @throws {@link DiscError} as {@link DiscImage.stat}; E_NOT_A_FILE; E_NOT_SUPPORTED for contents in a form that is
   *   not read; E_READ_FAILED; E_CANCELLED.
   */
  async *read(item: string | DiscEntry, options: ReadOptions = {}): AsyncGenerator<Uint8Array> {
    const { offset = 0, signal } = options;
    if (!(offset >= 0) || !Number.isSafeInteger(offset)) throw new RangeError(`offset is a byte from 0, got ${offset}`);
    const content = await this.content(item, { signal });
    const end = Math.min(content.bytes, offset + (options.length ?? content.bytes));
    for (let position = offset; position < end; ) {
      throwIfCancelled(signal, "reading a file");
      // Pieces end at multiples of their length, so that reads stay whole blocks.
      const count = Math.min(pieceBytes - (position % pieceBytes), end - position);
      const piece = new Uint8Array(count);
      await content.read(position, piece, signal);
      yield piece;
      position += count;
    }
  }

  /**
   * The contents of a file, whose parts can be read in any order.
   *
   * @param item Its path, or its entry, which saves looking for it.
   * @throws as {@link DiscImage.read}.
   */
  async content(item: string | DiscEntry, options: SignalOptions = {}): Promise<Content> {
    const entry = typeof item === "string" ? await this.stat(item, options) : item;
    const { path, type, refusal } = entry;
    if (type !== "file") throw new DiscError("E_NOT_A_FILE", `"${path}" is a ${type}, not a file`, { path });
    if (refusal !== null) throw new DiscError("E_NOT_SUPPORTED", `"${path}": ${refusal}`, { what: refusal });
    return contentOfEntry(this.#source, entry, this.#onWarning);
  }

  /**
   * Every item below a directory, a directory before what is in it. A directory that appears in a second place, as
   * damaged discs show, is not entered again.
   *
   * @throws {@link DiscError} as {@link DiscImage.stat}.
   */
  async *walk(path = "/", options: SignalOptions = {}): AsyncGenerator<DiscEntry> {
    const start = await this.stat(path, options);
    if (start.type !== "directory") throw notADirectory(path, start);
    const entered = new Set<number>();
    const stack: Iterator<DiscEntry>[] = [];
    const enter = async (directory: DiscEntry): Promise<void> => {
      const identity = identityOf(directory);
      if (identity !== undefined && entered.has(identity)) return;
      if (identity !== undefined) entered.add(identity);
      const { entries } = await this.#tree.list(directory, options.signal);
      stack.push(entries.values());
    };
    await enter(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.next();
      if (next.done === true) {
        stack.pop();
        continue;
      }
      yield next.value;
      if (next.value.type === "directory" && next.value.refusal === null) await enter(next.value);
    }
  }

  async #list(directory: DiscEntry, signal: AbortSignal | undefined): Promise<CachedDirectory> {
    const { path } = directory;
    let cached = this.#cache.get(path);
    if (cached === undefined) {
      const { entries } = await this.#tree.list(directory, signal);
      cached = { entries, byName: new Map(entries.map((entry) => [entry.name, entry])) };
      this.#cachedEntries += entries.length;
    }
    this.#cache.delete(path);
    this.#cache.set(path, cached);
    for (const [oldest, old] of this.#cache) {
      if (this.#cachedEntries <= maximumCachedEntries || oldest === path) break;
      this.#cache.delete(oldest);
      this.#cachedEntries -= old.entries.length;
    }
    return cached;
  }

  async #resolve(path: string, followLast: boolean, signal: AbortSignal | undefined): Promise<DiscEntry> {
    this.#root ??= await this.#tree.root(signal);
    let at: DiscEntry[] = [this.#root];
    const names = path.split("/").filter((name) => name !== "" && name !== ".");
    for (let links = 0; names.length > 0; ) {
      const name = names.shift()!;
      if (name === "..") {
        if (at.length > 1) at.pop();
        continue;
      }
      const entry = await this.#child(at.at(-1)!, name, path, signal);
      if (entry.type !== "symlink" || (names.length === 0 && !followLast)) {
        at.push(entry);
        continue;
      }
      if (++links > maximumLinks) throw notFound(path, `: more than ${maximumLinks} symbolic links`);
      const target = entry.target ?? "";
      if (target.startsWith("/")) at = [this.#root];
      names.unshift(...target.split("/").filter((part) => part !== "" && part !== "."));
    }
    return at.at(-1)!;
  }

  async #child(directory: DiscEntry, name: string, path: string, signal: AbortSignal | undefined): Promise<DiscEntry> {
    if (directory.type !== "directory") throw notADirectory(directory.path, directory);
    const found = (await this.#list(directory, signal)).byName.get(name);
    if (found === undefined) {
      const missing = joinPath(directory.path, name);
      throw notFound(path, missing === path ? "" : `: no "${missing}"`);
    }
    return found;
  }
}

/** Room for a file: with holes, it may have more bytes than the disc. */
function allocate(bytes: number): Uint8Array {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    const what = `a file of ${bytes} bytes, as one piece in memory`;
    throw new DiscError("E_NOT_SUPPORTED", what, { what }, { cause });
  }
}

function notFound(path: string, why: string): DiscError<"E_ITEM_NOT_FOUND"> {
  return new DiscError("E_ITEM_NOT_FOUND", `there is no item "${path}"${why}`, { path });
}

function notADirectory(path: string, entry: DiscEntry): DiscError<"E_NOT_A_DIRECTORY"> {
  return new DiscError("E_NOT_A_DIRECTORY", `"${path}" is a ${entry.type}, not a directory`, { path });
}
