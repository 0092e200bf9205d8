import type { Stats } from "node:fs";
import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { open } from "node:fs/promises";
import { DiscError, throwIfCancelled } from "../errors.js";
import type { DiscImage } from "../fs/image/disc-image.js";
import type { DiscEntry } from "../fs/tree/disc-entry.js";
import { recordsModes } from "../fs/tree/disc-entry.js";
import type { TaskOptions } from "../medium/session-data.js";
import { blocksOf } from "../units.js";
import { errnoOf, hostError } from "./host-error.js";
import { hostPath, nameOfHost } from "./host-path.js";

/** One thing in which a disc and a folder are not the same. */
export interface Difference {
  /** In the image. */
  readonly path: string;
  readonly kind: "onlyOnDisc" | "onlyInFolder" | "type" | "size" | "content" | "target" | "device" | "mode" | "mtime";
  readonly onDisc: string | null;
  readonly inFolder: string | null;
}

/** How a disc is compared with a folder. */
export interface CompareOptions extends TaskOptions {
  /** The directory of the disc that is compared. Default "/". */
  readonly at?: string | undefined;
  /** Whether the times of directories are compared, which change with what is put into them. Default true. */
  readonly directoryTimes?: boolean | undefined;
  /** Called with each difference as it is found. */
  readonly onDifference?: ((difference: Difference) => void) | undefined;
}

/** What comparing found. */
export interface Comparison {
  /** The first of them: at most 10,000. */
  readonly differences: readonly Difference[];
  readonly count: number;
  /** Items that were compared. */
  readonly items: number;
}

const maximumDifferences = 10_000;
const pieceBytes = 1024 * 1024;

function typeOf(stats: Stats): DiscEntry["type"] {
  if (stats.isDirectory()) return "directory";
  if (stats.isSymbolicLink()) return "symlink";
  if (stats.isBlockDevice()) return "block";
  if (stats.isCharacterDevice()) return "character";
  if (stats.isFIFO()) return "fifo";
  return stats.isSocket() ? "socket" : "file";
}

function isoTime(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString();
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

class FolderComparison {
  readonly differences: Difference[] = [];
  count = 0;
  items = 0;
  #doneBlocks = 0;
  readonly #image: DiscImage;
  readonly #options: CompareOptions;

  constructor(image: DiscImage, options: CompareOptions) {
    this.#image = image;
    this.#options = options;
  }

  #differs(path: string, kind: Difference["kind"], onDisc: string | null, inFolder: string | null): void {
    const difference: Difference = { path, kind, onDisc, inFolder };
    this.count++;
    if (this.differences.length < maximumDifferences) this.differences.push(difference);
    this.#options.onDifference?.(difference);
  }

  async directory(start: DiscEntry, folder: string): Promise<void> {
    const open: { entry: DiscEntry; path: string }[] = [{ entry: start, path: folder }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      throwIfCancelled(this.#options.signal, "comparing");
      const names = new Set(listFolder(next.path));
      for (const child of await this.#image.readdir(next.entry, { signal: this.#options.signal })) {
        const path = `${next.path}/${child.name}`;
        if (!names.delete(child.name)) {
          this.#differs(child.path, "onlyOnDisc", child.type, null);
          continue;
        }
        const stats = examine(path);
        await this.#item(child, path, stats);
        if (child.type === "directory" && stats.isDirectory()) open.push({ entry: child, path });
      }
      const place = next.entry.path === "/" ? "" : next.entry.path;
      for (const name of names)
        this.#differs(`${place}/${name}`, "onlyInFolder", null, typeOf(examine(`${next.path}/${name}`)));
    }
  }

  async #item(entry: DiscEntry, path: string, stats: Stats): Promise<void> {
    this.items++;
    const type = typeOf(stats);
    if (type !== entry.type) return this.#differs(entry.path, "type", entry.type, type);
    this.#attributes(entry, stats);
    if (type === "symlink") this.#target(entry, path);
    else if (type === "file") await this.#content(entry, path, stats);
    return undefined;
  }

  #attributes(entry: DiscEntry, stats: Stats): void {
    // Those of links mean nothing.
    if (recordsModes(this.#image.fileSystem) && entry.type !== "symlink") {
      const mode = stats.mode & 0o7777;
      if (mode !== entry.mode) this.#differs(entry.path, "mode", octal(entry.mode), octal(mode));
    }
    if (entry.type === "directory" && this.#options.directoryTimes === false) return;
    if (entry.mtimeMs !== null && Math.floor(entry.mtimeMs / 1000) !== Math.floor(stats.mtimeMs / 1000)) {
      this.#differs(entry.path, "mtime", isoTime(entry.mtimeMs), isoTime(stats.mtimeMs));
    }
  }

  #target(entry: DiscEntry, path: string): void {
    const target = nameOfHost(readlinkSync(hostPath(path), { encoding: "buffer" }));
    if (target !== entry.target) this.#differs(entry.path, "target", entry.target, target);
  }

  async #content(entry: DiscEntry, path: string, stats: Stats): Promise<void> {
    if (stats.size !== entry.bytes) {
      return this.#differs(entry.path, "size", String(entry.bytes), String(stats.size));
    }
    if (entry.bytes > 0) {
      const at = await this.#firstDifference(entry, path);
      if (at !== undefined) this.#differs(entry.path, "content", `differs from byte ${at} on`, null);
    }
    this.#doneBlocks += blocksOf(entry.bytes);
    this.#options.onProgress?.({ phase: "comparing", doneBlocks: this.#doneBlocks, totalBlocks: 0 });
    return undefined;
  }

  async #firstDifference(entry: DiscEntry, path: string): Promise<number | undefined> {
    const file = await open(hostPath(path), "r").catch((error: unknown) => {
      throw hostError(path, "opening", error);
    });
    try {
      const buffer = Buffer.alloc(Math.min(pieceBytes, entry.bytes));
      let position = 0;
      for await (const piece of this.#image.read(entry, { signal: this.#options.signal })) {
        const found = buffer.subarray(0, piece.length);
        for (let done = 0; done < found.length; ) {
          const { bytesRead } = await file.read(found, done, found.length - done, position + done);
          if (bytesRead === 0) return position + done;
          done += bytesRead;
        }
        if (!found.equals(piece)) return position + piece.findIndex((octet, index) => octet !== found[index]);
        position += piece.length;
      }
      return undefined;
    } finally {
      await file.close();
    }
  }
}

function examine(path: string): Stats {
  try {
    return lstatSync(hostPath(path));
  } catch (error) {
    throw hostError(path, "examining", error);
  }
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(hostPath(folder), { encoding: "buffer" }).map(nameOfHost);
  } catch (cause) {
    const message = `folder "${folder}" cannot be listed: ${errnoOf(cause)}`;
    throw new DiscError("E_SOURCE_UNREADABLE", message, { path: folder }, { cause });
  }
}

/**
 * Compares a tree of a disc with a folder of the host: names, types, contents, link targets, modes where the disc
 * records them, and modification times to the second. The attributes of the two topmost directories are left out.
 *
 * @throws {@link DiscError} E_SOURCE_UNREADABLE, E_HOST, E_ITEM_NOT_FOUND, E_READ_FAILED, E_CANCELLED.
 */
export async function compareWithFolder(
  image: DiscImage,
  folder: string,
  options: CompareOptions = {},
): Promise<Comparison> {
  const start = await image.stat(options.at ?? "/", { signal: options.signal });
  const comparison = new FolderComparison(image, options);
  await comparison.directory(start, folder.length > 1 ? folder.replace(/\/+$/, "") : folder);
  const { differences, count, items } = comparison;
  return { differences, count, items };
}
