import { randomUUID } from "node:crypto";
import type { Stats } from "node:fs";
import * as fs from "node:fs";
import { constants } from "node:fs";
import { dirname } from "node:path";
import type { WarningListener } from "../errors.js";
import { DiscError, throwIfCancelled } from "../errors.js";
import type { DiscImage } from "../fs/image/disc-image.js";
import type { DiscEntry } from "../fs/tree/disc-entry.js";
import { byteAddressOf, recordsModes } from "../fs/tree/disc-entry.js";
import type { HostAttributes } from "../fs/tree/extended-attributes.js";
import { nameFault } from "../fs/tree/path.js";
import type { TaskOptions } from "../medium/session-data.js";
import { blocksOf } from "../units.js";
import { requireAttributes, restoreAccessControl, restoreExtendedAttributes } from "./host-attributes.js";
import { errnoOf, hostError } from "./host-error.js";
import { hostPath } from "./host-path.js";
import { makeSpecial } from "./make-special.js";

/** How files are taken out of an image. */
export interface ExtractOptions extends TaskOptions {
  /** Takes the place of files, links and devices that are there. */
  readonly overwrite?: boolean | undefined;
  /** Restores owners and groups, and the bits that set them; only root may. */
  readonly owner?: boolean | undefined;
  /** Restores extended attributes and access control lists. What the host does not take is reported as W_SKIPPED. */
  readonly hostAttributes?: HostAttributes | undefined;
  /** Hears of what was left out. */
  readonly onWarning?: WarningListener | undefined;
}

/** What was taken out. */
export interface ExtractReport {
  readonly files: number;
  readonly directories: number;
  readonly skipped: number;
  readonly bytes: number;
}

/** How owner, mode and time of something on the host are set. */
interface AttributeSetters {
  own(): void;
  permit(): void;
  date(time: Date): void;
}

const specialBits = 0o6000;
const newFile = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0);

/** Runs an operation of the operating system, and names it where it fails. */
function onHost<T>(path: string, operation: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (errnoOf(error) === "EEXIST") throw targetExists(path, error);
    throw error instanceof DiscError ? error : hostError(path, operation, error);
  }
}

function targetExists(path: string, cause?: unknown): DiscError<"E_TARGET_EXISTS"> {
  return new DiscError("E_TARGET_EXISTS", `"${path}" is already there`, { path }, { cause });
}

function lookAt(path: string): Stats | undefined {
  try {
    return fs.lstatSync(hostPath(path));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw hostError(path, "examining", error);
  }
}

/**
 * Takes items out of an image.
 *
 * What it relies on: below the folder, every directory on the way to an item is one that was looked at and is no link;
 * files are made anew and never opened where something is; links are made when everything else is written. So nothing
 * outside the folder is written, whatever the image holds and whatever lies in the folder.
 */
class Extraction {
  files = 0;
  directories = 0;
  skipped = 0;
  bytes = 0;
  #doneBlocks = 0;
  readonly #image: DiscImage;
  readonly #folder: string;
  readonly #options: ExtractOptions;
  readonly #attributes: HostAttributes;
  readonly #hasModes: boolean;
  /** Directories that are there and no links. */
  readonly #known = new Set<string>();
  /** In the order in which they were made. */
  readonly #made: DiscEntry[] = [];
  readonly #symlinks: DiscEntry[] = [];
  /** Where the content of a file with several names was put first. */
  readonly #links = new Map<string, string>();

  constructor(image: DiscImage, folder: string, options: ExtractOptions) {
    this.#image = image;
    this.#folder = folder;
    this.#options = options;
    this.#attributes = options.hostAttributes ?? {};
    this.#hasModes = recordsModes(image.fileSystem);
  }

  #place(path: string): string {
    return path === "/" ? this.#folder : `${this.#folder}${path}`;
  }

  /** Refuses, before anything is touched, what would stand in the way. */
  check(entry: DiscEntry): void {
    for (const name of entry.path.split("/").slice(1)) {
      const rule = entry.path === "/" ? undefined : nameFault(name);
      const { path } = entry;
      if (rule !== undefined)
        throw new DiscError("E_PATH_INVALID", `"${path}" is not extracted: ${rule}`, { path, rule });
    }
    const place = this.#place(entry.path);
    const there = lookAt(place);
    if (there === undefined || entry.path === "/") return;
    if (entry.type === "directory" && there.isDirectory()) return;
    if (entry.type === "directory" || there.isDirectory()) {
      const existing = there.isDirectory() ? "directory" : there.isSymbolicLink() ? "symlink" : "file";
      const message = `"${place}" is a ${existing}, and a ${entry.type} would take its place`;
      throw new DiscError("E_TYPE_COLLISION", message, { path: place, existing, added: entry.type });
    }
    if (this.#options.overwrite !== true) throw targetExists(place);
  }

  async item(entry: DiscEntry): Promise<void> {
    throwIfCancelled(this.#options.signal, "extracting");
    const { path, type, refusal } = entry;
    if (refusal !== null) throw new DiscError("E_NOT_SUPPORTED", `"${path}": ${refusal}`, { what: refusal });
    this.#ensureParents(path);
    if (entry.streams.length > 0) this.#skipStreams(entry);
    if (type === "directory") this.#directory(entry);
    else if (type === "symlink") this.#symlinks.push(entry);
    else if (type === "file") await this.#file(entry);
    else await this.#special(entry);
  }

  #skipStreams({ path, streams }: DiscEntry): void {
    const names = streams.map(({ name }) => `"${name}"`).join(", ");
    const reason = `named streams have no place in a folder: ${names}`;
    this.skipped++;
    this.#options.onWarning?.(new DiscError("W_SKIPPED", `"${path}": ${reason}`, { path, reason }));
  }

  #directory(entry: DiscEntry): void {
    const place = this.#place(entry.path);
    if (this.#known.has(place)) return;
    if (this.#ensureDirectory(place) || this.#options.overwrite === true) this.#made.push(entry);
    this.directories++;
  }

  /** Directories above an item: made where they are missing, refused where they are anything else. */
  #ensureParents(path: string): void {
    const names = path.split("/").slice(1, -1);
    this.#ensureDirectory(this.#folder);
    for (let count = 1; count <= names.length; count++) {
      this.#ensureDirectory(`${this.#folder}/${names.slice(0, count).join("/")}`);
    }
  }

  /** @returns Whether it was made. */
  #ensureDirectory(place: string): boolean {
    if (this.#known.has(place)) return false;
    const isTop = place === this.#folder;
    let made = false;
    try {
      fs.mkdirSync(hostPath(place), { mode: 0o755, recursive: isTop });
      made = !isTop;
    } catch (error) {
      if (errnoOf(error) !== "EEXIST") throw hostError(place, "making", error);
      const there = lookAt(place);
      if (there?.isDirectory() !== true) {
        const existing = there?.isSymbolicLink() === true ? "symlink" : "file";
        const message = `"${place}" is a ${existing}, where a directory has to be`;
        throw new DiscError(
          "E_TYPE_COLLISION",
          message,
          { path: place, existing, added: "directory" },
          { cause: error },
        );
      }
    }
    this.#known.add(place);
    return made;
  }

  async #file(entry: DiscEntry): Promise<void> {
    const place = this.#place(entry.path);
    const key = linkKey(entry);
    const first = key === undefined ? undefined : this.#links.get(key);
    this.files++;
    if (first !== undefined && this.#link(first, place)) return;
    await this.#replacing(place, async (target) => await this.#content(entry, target));
    if (key !== undefined) this.#links.set(key, place);
    this.bytes += entry.bytes;
    this.#doneBlocks += blocksOf(entry.bytes);
    this.#options.onProgress?.({ phase: "extracting", doneBlocks: this.#doneBlocks, totalBlocks: 0 });
  }

  /** Makes something under a name that is free: its own, or one beside what it takes the place of. */
  async #replacing(place: string, make: (target: string) => Promise<void> | void): Promise<void> {
    if (lookAt(place) === undefined) return await make(place);
    if (this.#options.overwrite !== true) throw targetExists(place);
    const beside = `${dirname(place)}/.${randomUUID()}.part`;
    await make(beside);
    try {
      onHost(place, "replacing", () => fs.renameSync(hostPath(beside), hostPath(place)));
    } catch (error) {
      fs.rmSync(hostPath(beside), { force: true });
      throw error;
    }
  }

  #link(first: string, place: string): boolean {
    try {
      this.#replacingNow(place, (target) => fs.linkSync(hostPath(first), hostPath(target)));
      return true;
    } catch (error) {
      // File systems without links, or with too many: a copy does, too.
      if (["EPERM", "EMLINK", "ENOTSUP", "ENOSYS", "EXDEV"].includes(errnoOf(error))) return false;
      throw error instanceof DiscError ? error : hostError(place, "linking", error);
    }
  }

  #replacingNow(place: string, make: (target: string) => void): void {
    if (lookAt(place) === undefined) {
      make(place);
      return;
    }
    if (this.#options.overwrite !== true) throw targetExists(place);
    const beside = `${dirname(place)}/.${randomUUID()}.part`;
    make(beside);
    // Of two names of one file, renaming leaves both.
    fs.rmSync(hostPath(place));
    fs.renameSync(hostPath(beside), hostPath(place));
  }

  async #content(entry: DiscEntry, target: string): Promise<void> {
    const descriptor = onHost(target, "creation", () => fs.openSync(hostPath(target), newFile, 0o600));
    try {
      let position = 0;
      for await (const piece of this.#image.read(entry, { signal: this.#options.signal })) {
        for (let done = 0; done < piece.length; ) {
          const written = onHost(target, "writing", () =>
            fs.writeSync(descriptor, piece, done, piece.length - done, position),
          );
          done += written;
          position += written;
        }
      }
      await this.#finishFile(descriptor, entry, target);
    } catch (error) {
      fs.closeSync(descriptor);
      // Nothing half written stays.
      fs.rmSync(hostPath(target), { force: true });
      throw error;
    }
    fs.closeSync(descriptor);
  }

  async #finishFile(descriptor: number, entry: DiscEntry, target: string): Promise<void> {
    await this.#finish(entry, target, {
      own: () => fs.fchownSync(descriptor, entry.uid, entry.gid),
      permit: () => fs.fchmodSync(descriptor, this.#modeOf(entry, 0o666)),
      date: (time) => fs.futimesSync(descriptor, time, time),
    });
  }

  /**
   * Sets attributes in the one order in which each survives the next: a new owner takes capabilities away, a mode may
   * forbid to set attributes and changes the access control list, and only times are not changed by the others.
   */
  async #finish(entry: DiscEntry, target: string, { own, permit, date }: AttributeSetters): Promise<void> {
    const setting = "setting attributes";
    if (this.#options.owner === true) onHost(target, setting, own);
    const left = await restoreExtendedAttributes(target, entry, this.#attributes);
    onHost(target, setting, permit);
    left.push(...(await restoreAccessControl(target, entry, this.#attributes)));
    const time = timeOf(entry);
    if (time !== undefined) onHost(target, setting, () => date(time));
    if (left.length === 0) return;
    const { path } = entry;
    const reason = `the folder does not take ${left.join(", ")}`;
    this.skipped++;
    this.#options.onWarning?.(new DiscError("W_SKIPPED", `"${path}": ${reason}`, { path, reason }));
  }

  /** Bits that set the user or the group are only for the owner they were meant for. */
  #modeOf({ path, type, mode }: DiscEntry, usual: number): number {
    if (!this.#hasModes) return usual & ~process.umask();
    if (this.#options.owner === true || type === "directory" || (mode & specialBits) === 0) return mode;
    const reason = "set-user-ID and set-group-ID are only restored together with the owner (--owner)";
    this.#options.onWarning?.(new DiscError("W_SKIPPED", `"${path}": ${reason}`, { path, reason }));
    return mode & ~specialBits;
  }

  async #special(entry: DiscEntry): Promise<void> {
    const { path } = entry;
    const place = this.#place(path);
    let reason: string | undefined;
    if (lookAt(place) !== undefined && this.#options.overwrite === true) fs.rmSync(hostPath(place));
    reason = await makeSpecial(place, entry);
    if (reason !== undefined) {
      this.skipped++;
      this.#options.onWarning?.(new DiscError("W_SKIPPED", `"${path}" is left out: ${reason}`, { path, reason }));
      return;
    }
    this.files++;
    await this.#finish(entry, place, {
      own: () => fs.lchownSync(hostPath(place), entry.uid, entry.gid),
      permit: () => fs.chmodSync(hostPath(place), this.#modeOf(entry, 0o600)),
      date: (time) => fs.lutimesSync(hostPath(place), time, time),
    });
  }

  /** Makes the links, and then sets the attributes of directories, which making things in them would change. */
  async finish(): Promise<void> {
    for (const entry of this.#symlinks) {
      const place = this.#place(entry.path);
      await this.#replacing(place, (target) =>
        onHost(target, "linking", () => fs.symlinkSync(hostPath(entry.target ?? ""), hostPath(target))),
      );
      this.files++;
      await this.#finish(entry, place, {
        own: () => fs.lchownSync(hostPath(place), entry.uid, entry.gid),
        permit: () => {},
        date: (time) => fs.lutimesSync(hostPath(place), time, time),
      });
    }
    for (const entry of this.#made.reverse()) await this.#finishDirectory(entry);
  }

  async #finishDirectory(entry: DiscEntry): Promise<void> {
    const place = this.#place(entry.path);
    await this.#finish(entry, place, {
      own: () => fs.lchownSync(hostPath(place), entry.uid, entry.gid),
      permit: () => fs.chmodSync(hostPath(place), this.#modeOf(entry, 0o777)),
      date: (time) => fs.utimesSync(hostPath(place), time, time),
    });
  }
}

/** What two names of one file have in common; `undefined` for a file with one name. */
function linkKey({ links, serialNumber, extents, bytes }: DiscEntry): string | undefined {
  if (links < 2) return undefined;
  // Empty files lie nowhere: only their serial number tells them apart.
  const places = extents.map((extent) => `${byteAddressOf(extent)}+${extent.bytes}`).join(",");
  if (!serialNumber) return bytes === 0 ? undefined : places;
  return `${serialNumber}:${places}`;
}

/** Whether a path lies below one of the others, which takes it along. */
function isWithin(others: ReadonlyMap<string, DiscEntry>, path: string): boolean {
  for (let at = path.lastIndexOf("/"); at >= 0; at = path.lastIndexOf("/", at - 1)) {
    const above = at === 0 ? "/" : path.slice(0, at);
    if (above !== path && others.has(above)) return true;
    if (at === 0) break;
  }
  return false;
}

/** As a date: a number before 1970 would be taken for the present. */
function timeOf({ mtimeMs }: DiscEntry): Date | undefined {
  return mtimeMs === null ? undefined : new Date(mtimeMs);
}

/**
 * Takes items out of an image, with everything below them, to the same paths below a folder. Nothing is touched where
 * something stands in the way; what fails later leaves no half-written file.
 *
 * @param paths In the image; the whole tree where there are none.
 * @throws {@link DiscError} E_TARGET_EXISTS unless `overwrite`; E_TYPE_COLLISION, E_ITEM_NOT_FOUND, E_HOST,
 *   E_NOT_SUPPORTED, E_READ_FAILED, E_CANCELLED.
 */
export async function extractTree(
  image: DiscImage,
  paths: readonly string[],
  folder: string,
  options: ExtractOptions = {},
): Promise<ExtractReport> {
  const { signal } = options;
  requireAttributes(options.hostAttributes ?? {});
  const extraction = new Extraction(image, folder.length > 1 ? folder.replace(/\/+$/, "") : folder, options);
  const named = new Map<string, DiscEntry>();
  for (const path of paths.length === 0 ? ["/"] : paths) {
    const entry = await image.lstat(path, { signal });
    named.set(entry.path, entry);
  }
  const starts = [...named.values()].filter(({ path }) => !isWithin(named, path));
  const each = async (visit: (entry: DiscEntry) => Promise<void> | void): Promise<void> => {
    for (const start of starts) {
      await visit(start);
      if (start.type !== "directory") continue;
      for await (const entry of image.walk(start.path, { signal })) await visit(entry);
    }
  };
  await each((entry) => extraction.check(entry));
  await each((entry) => extraction.item(entry));
  await extraction.finish();
  const { files, directories, skipped, bytes } = extraction;
  return { files, directories, skipped, bytes };
}
