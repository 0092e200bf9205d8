import { DiscError } from "../../src/errors.js";
import type { DirectoryListing, DiscEntry, FileSystemName, TreeReader } from "../../src/fs/tree/disc-entry.js";
import { joinPath } from "../../src/fs/tree/path.js";

/** An item of a hand-made tree; what is left out is as in most trees. */
export interface HandMadeItem extends Partial<Omit<DiscEntry, "path" | "name">> {
  readonly children?: HandMadeDirectory;
  /** The directory cannot be listed. */
  readonly unreadable?: boolean;
}

/** Items by their names. */
export type HandMadeDirectory = Readonly<Record<string, HandMadeItem>>;

/** A file of so many bytes from a block on. */
export function file(lba: number, bytes: number, more: Partial<HandMadeItem> = {}): HandMadeItem {
  return { type: "file", bytes, extents: bytes === 0 ? [] : [{ lba, bytes }], ...more };
}

export function empty(more: Partial<HandMadeItem> = {}): HandMadeItem {
  return file(0, 0, more);
}

export function directory(children: HandMadeDirectory, more: Partial<HandMadeItem> = {}): HandMadeItem {
  return { type: "directory", children, ...more };
}

export function link(target: string, more: Partial<HandMadeItem> = {}): HandMadeItem {
  return { type: "symlink", target, ...more };
}

/** A tree as a reader gives it, made of plain values. */
export class HandMadeTree implements TreeReader {
  readonly fileSystem: FileSystemName;
  /** How often each directory was listed, by its path. */
  readonly listed: Map<string, number> = new Map();
  readonly #root: HandMadeItem;
  readonly #items: WeakMap<DiscEntry, HandMadeItem> = new WeakMap();
  #nextLba = 500_000;

  constructor(fileSystem: FileSystemName, root: HandMadeDirectory | HandMadeItem) {
    this.fileSystem = fileSystem;
    this.#root = "type" in root && typeof root.type === "string" ? root : directory(root as HandMadeDirectory);
  }

  async root(): Promise<DiscEntry> {
    return this.#entry("/", "", this.#root);
  }

  async list(parent: DiscEntry): Promise<DirectoryListing> {
    this.listed.set(parent.path, (this.listed.get(parent.path) ?? 0) + 1);
    const item = this.#items.get(parent);
    if (item?.unreadable === true) throw new DiscError("E_READ_FAILED", "a scratch", { lba: 1, blocks: 1 });
    const children = Object.entries(item?.children ?? {});
    const entries = children.map(([name, child]) => this.#entry(joinPath(parent.path, name), name, child));
    return { entries, relocated: 0 };
  }

  #entry(path: string, name: string, item: HandMadeItem): DiscEntry {
    const isDirectory = item.type === "directory";
    const entry: DiscEntry = {
      path,
      name,
      type: "file",
      bytes: isDirectory ? 2048 : 0,
      mtimeMs: 1_000_000_000_000,
      atimeMs: 1_000_000_000_000,
      ctimeMs: 1_000_000_000_000,
      birthtimeMs: null,
      mode: isDirectory ? 0o555 : 0o444,
      uid: 0,
      gid: 0,
      links: 1,
      target: null,
      major: 0,
      minor: 0,
      hidden: false,
      extents: isDirectory ? [{ lba: this.#nextLba++, bytes: 2048 }] : [],
      serialNumber: undefined,
      streams: [],
      extendedAttributes: undefined,
      accessControl: undefined,
      realTime: false,
      fileEntry: undefined,
      zisofs: undefined,
      refusal: null,
      ...item,
    };
    this.#items.set(entry, item);
    return entry;
  }
}
