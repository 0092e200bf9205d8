import type { Stats } from "node:fs";
import { lstatSync, readdirSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { basename } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { WarningListener } from "../errors.js";
import { DiscError, hasCode, throwIfCancelled } from "../errors.js";
import type { Charset } from "../fs/names/charset.js";
import { bytesFromName } from "../fs/names/name-bytes.js";
import type { Content } from "../fs/tree/content.js";
import { MemoryContent } from "../fs/tree/content.js";
import type { Item, TreeSource } from "../fs/tree/directory.js";
import { DirectoryNode } from "../fs/tree/directory.js";
import type { HostAttributes } from "../fs/tree/extended-attributes.js";
import { FileNode, SpecialNode, SymlinkNode } from "../fs/tree/node.js";
import type { TaskOptions } from "../medium/session-data.js";
import { attributesOfHost, requireAttributes } from "./host-attributes.js";
import { errnoOf } from "./host-error.js";
import { deviceOf, typeOf } from "./host-item.js";
import { hostPath, nameOfHost } from "./host-path.js";
import { PathContent } from "./path-content.js";

/** How a folder of the host is taken. */
export interface DirectorySourceOptions {
  readonly onWarning?: WarningListener | undefined;
  /** Whether something is left out, with what is in it: asked with its path on the host and its name. */
  readonly exclude?: ((path: string, name: string) => boolean) | undefined;
  /** Takes what links lead to in their places. A link that leads nowhere stays a link; a loop is refused. */
  readonly followLinks?: boolean | undefined;
  /** Takes extended attributes and access control lists, too. Adding it raises E_NOT_SUPPORTED without the addon. */
  readonly hostAttributes?: HostAttributes | undefined;
  /** The character set of its names, and of what links lead to. Default: UTF-8; what is in none stays bytes. */
  readonly charset?: Charset | undefined;
}

/** The event loop gets its turn at least so often. */
const sliceMs = 10;

interface ItemTimes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly atime: number;
  readonly ctime: number;
}

function attributesOf(stats: Stats): ItemTimes {
  return {
    mode: stats.mode & 0o7777,
    uid: stats.uid,
    gid: stats.gid,
    mtime: stats.mtimeMs,
    atime: stats.atimeMs,
    ctime: stats.ctimeMs,
  };
}

/** Reads a folder of the host into a tree. */
class DirectoryScan {
  readonly #options: DirectorySourceOptions;
  readonly #task: TaskOptions;
  /** Contents of files with several names, by device and inode. */
  readonly #links = new Map<string, Content>();
  /** Where directories really lie, where links are followed. */
  readonly #places = new Map<DirectoryNode, string>();
  #sliceEnd = 0;
  #items = 0;
  #subfolders = 0;
  #directories = 0;

  constructor(options: DirectorySourceOptions, task: TaskOptions) {
    this.#options = options;
    this.#task = task;
  }

  async fill(directory: DirectoryNode, folder: string): Promise<void> {
    const pending: { directory: DirectoryNode; folder: string }[] = [{ directory, folder }];
    const { exclude, followLinks = false, hostAttributes } = this.#options;
    if (followLinks) this.#refuseLoop(directory, folder);
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      for (const entry of this.#list(next.folder)) {
        const name = nameOfHost(entry);
        if (exclude?.(`${next.folder}/${name}`, name) === true) continue;
        const item = this.#item(next.folder, name);
        if (item === undefined) continue;
        const place = `${next.folder}/${name}`;
        if (hostAttributes !== undefined) await takeAttributes(item, place, followLinks, hostAttributes);
        next.directory.attach(item);
        if (item.type === "directory") {
          this.#subfolders++;
          if (followLinks) this.#refuseLoop(item, `${next.folder}/${name}`);
          pending.push({ directory: item, folder: `${next.folder}/${name}` });
        }
        this.#items++;
        if (performance.now() >= this.#sliceEnd) await this.#turn(next.folder);
      }
      this.#directories++;
      this.#report(next.folder);
    }
  }

  /** Tells that a folder was listed. */
  #report(item: string): void {
    const [directories, files] = [this.#directories, this.#items - this.#subfolders];
    this.#task.onProgress?.({ phase: "scanning", doneBlocks: this.#items, totalBlocks: 0, item, directories, files });
  }

  /** A folder below itself, by way of links, would have no end. */
  #refuseLoop(directory: DirectoryNode, folder: string): void {
    const real = realpathSync(hostPath(folder), { encoding: "buffer" }).toString("latin1");
    for (let above = directory.parent; above !== null; above = above.parent) {
      if (this.#places.get(above) !== real) continue;
      const message = `"${folder}" leads back to a folder above it`;
      throw new DiscError("E_SOURCE_UNREADABLE", message, { path: folder });
    }
    this.#places.set(directory, real);
  }

  /** Gives the event loop its turn. */
  async #turn(folder: string): Promise<void> {
    this.#report(folder);
    await nextTurn();
    throwIfCancelled(this.#task.signal, "listing files");
    this.#sliceEnd = performance.now() + sliceMs;
  }

  #list(folder: string): Buffer[] {
    try {
      return readdirSync(hostPath(folder), { encoding: "buffer" });
    } catch (cause) {
      const message = `folder "${folder}" cannot be listed: ${errnoOf(cause)}`;
      throw new DiscError("E_SOURCE_UNREADABLE", message, { path: folder }, { cause });
    }
  }

  #item(folder: string, name: string): Item | undefined {
    const path = `${folder}/${name}`;
    let stats: Stats;
    try {
      stats = lstatSync(hostPath(path));
      if (this.#options.followLinks === true && stats.isSymbolicLink()) stats = followed(path) ?? stats;
    } catch (cause) {
      if (errnoOf(cause) !== "ENOENT") {
        throw new DiscError("E_SOURCE_UNREADABLE", `"${path}" cannot be examined`, { path }, { cause });
      }
      const message = `"${path}" vanished while its folder was listed`;
      this.#options.onWarning?.(new DiscError("W_SOURCE_VANISHED", message, { path }, { cause }));
      return undefined;
    }
    return itemOf(folder, name, stats, this.#links, this.#options.charset);
  }
}

/** What a link leads to; `undefined` where that is nothing. */
function followed(path: string): Stats | undefined {
  try {
    return statSync(hostPath(path));
  } catch (error) {
    if (["ENOENT", "ELOOP", "ENOTDIR"].includes(errnoOf(error))) return undefined;
    throw error;
  }
}

function fileContent(folder: string, name: string, stats: Stats, links: Map<string, Content>): Content {
  const make = (): Content => new PathContent(folder, name, { bytes: stats.size, mtimeMs: stats.mtimeMs });
  if (stats.nlink < 2) return make();
  const identity = `${stats.dev}:${stats.ino}`;
  const known = links.get(identity);
  // The same inode with another size or time was changed while the folder was listed: not the same content.
  if (known instanceof PathContent && known.bytes === stats.size && known.mtimeMs === stats.mtimeMs) return known;
  const content = make();
  links.set(identity, content);
  return content;
}

/** A name of the host, in whatever character set its names are. */
function textOf(name: string, charset: Charset | undefined): string {
  return charset === undefined ? name : charset.decode(bytesFromName(name));
}

/** The item for something in a folder of the host. */
function itemOf(
  folder: string,
  hostName: string,
  stats: Stats,
  links: Map<string, Content>,
  charset: Charset | undefined,
): Item {
  const attributes = attributesOf(stats);
  const type = typeOf(stats);
  const name = textOf(hostName, charset);
  if (type === "directory") return new DirectoryNode(name, attributes);
  if (type === "symlink") {
    const target = nameOfHost(readlinkSync(hostPath(`${folder}/${hostName}`), { encoding: "buffer" }));
    return new SymlinkNode(name, textOf(target, charset), attributes);
  }
  if (type === "file") {
    // What is of a kind that POSIX does not know has no content that could be read.
    const content = stats.isFile() ? fileContent(folder, hostName, stats, links) : new MemoryContent(new Uint8Array(0));
    return new FileNode(name, content, attributes);
  }
  const { major, minor } = deviceOf(stats);
  return new SpecialNode(name, type, major, minor, attributes);
}

function examine(path: string): Stats {
  try {
    return lstatSync(hostPath(path));
  } catch (cause) {
    throw new DiscError("E_SOURCE_UNREADABLE", `"${path}" cannot be read: ${errnoOf(cause)}`, { path }, { cause });
  }
}

/** Takes what an item has on the host besides; something that vanishes meanwhile has nothing. */
async function takeAttributes(item: Item, path: string, followLinks: boolean, wanted: HostAttributes): Promise<void> {
  // A link that leads nowhere stays a link.
  const follow = followLinks && item.type !== "symlink";
  try {
    const { extendedAttributes, accessControl } = await attributesOfHost(path, follow, wanted);
    item.extendedAttributes = extendedAttributes;
    item.accessControl = accessControl;
  } catch (cause) {
    if (hasCode(cause, "E_HOST") && cause.detail.errno === "ENOENT") return;
    const message = `attributes of "${path}" cannot be read: ${errnoOf(cause)}`;
    throw new DiscError("E_SOURCE_UNREADABLE", message, { path }, { cause });
  }
}

/** A folder named by a link is the folder; links inside it stay links. */
function folderOf(path: string): { readonly folder: string; readonly stats: Stats } {
  const folder = path.length > 1 ? path.replace(/\/+$/, "") : path;
  const stats = examine(`${folder}/.`.replace("//", "/"));
  if (!stats.isDirectory()) throw new DiscError("E_NOT_A_DIRECTORY", `"${path}" is not a folder`, { path });
  return { folder, stats };
}

/**
 * Refuses what is no folder of the host, before anything is done with a disc.
 *
 * @throws {@link DiscError} E_SOURCE_UNREADABLE, E_NOT_A_DIRECTORY.
 */
export function requireFolder(path: string): void {
  folderOf(path);
}

/**
 * What a folder of the host holds, for `addTree`: its contents at the place named there. Hard links stay links; names
 * are taken as bytes; a file that vanishes meanwhile is reported as W_SOURCE_VANISHED.
 *
 * Adding it raises {@link DiscError} E_SOURCE_UNREADABLE, E_NOT_A_DIRECTORY, E_CANCELLED.
 */
export function fromDirectory(path: string, options: DirectorySourceOptions = {}): TreeSource {
  return {
    load: async (into, task) => {
      const { folder, stats } = folderOf(path);
      requireAttributes(options.hostAttributes ?? {});
      setAttributes(into, attributesOf(stats));
      if (options.hostAttributes !== undefined) await takeAttributes(into, `${folder}/.`, true, options.hostAttributes);
      await new DirectoryScan(options, task).fill(into, folder === "/" ? "" : folder);
    },
  };
}

/**
 * One file, link or device of the host under its own name, for `addTree`; of a folder, its contents.
 *
 * Adding it raises as {@link fromDirectory} does.
 */
export function fromPath(path: string, options: DirectorySourceOptions & { name?: string } = {}): TreeSource {
  return {
    load: async (into, task) => {
      const examined = examine(path);
      const isFollowed = options.followLinks === true && examined.isSymbolicLink();
      const stats = isFollowed ? (followed(path) ?? examined) : examined;
      if (stats.isDirectory()) return fromDirectory(path, options).load(into, task);
      const slash = path.lastIndexOf("/");
      const folder = slash < 0 ? "." : path.slice(0, Math.max(0, slash));
      const item = itemOf(folder, path.slice(slash + 1), stats, new Map(), options.charset);
      requireAttributes(options.hostAttributes ?? {});
      if (options.hostAttributes !== undefined) await takeAttributes(item, path, isFollowed, options.hostAttributes);
      item.name = options.name ?? textOf(basename(path), options.charset);
      into.attach(item);
      return undefined;
    },
  };
}

function setAttributes(directory: DirectoryNode, attributes: ItemTimes): void {
  directory.mode = attributes.mode;
  directory.uid = attributes.uid;
  directory.gid = attributes.gid;
  directory.mtimeMs = attributes.mtime;
  directory.atimeMs = attributes.atime;
  directory.ctimeMs = attributes.ctime;
}
