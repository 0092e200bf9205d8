/** FAT volumes as contents: firmware of UEFI starts from them. UEFI 2.10, 13.3. */
import { DiscError } from "../../errors.js";
import type { Content } from "../tree/content.js";
import type { DirectoryNode, Item } from "../tree/directory.js";
import type { FileNode } from "../tree/node.js";
import type { FatVolumeIdentity } from "./boot-sector.js";
import { reservedSectors } from "./boot-sector.js";
import { dotEntries, dotEntryCount, entriesOf, itemEntries, labelEntry, labelEntryCount } from "./directory.js";
import type { FatGeometry, FatType } from "./geometry.js";
import {
  dataStart,
  directoryEntryBytes,
  fatCopies,
  firstCluster,
  maximumSectors,
  planGeometry,
  rootStart,
  sectorBytes,
} from "./geometry.js";
import type { FatNames } from "./names.js";
import { fatNames } from "./names.js";
import { Table } from "./table.js";

/** Bytes that the size of a file can state. */
const maximumFileBytes = 0xffff_ffff;

/** Entries of a directory: so many sectors of a root directory can be stated. "BPB_RootEntCnt" */
const maximumEntries = 65_520;

/** How a volume is made. */
export interface FatVolumeOptions extends FatVolumeIdentity {
  /** For messages. */
  readonly name: string;
  /** Modification time of an item, in milliseconds since 1970. */
  modifyMs(item: Item): number;
}

/** A directory of the volume, or a file with something in it: what has clusters. */
interface Chained<N extends Item> {
  readonly node: N;
  readonly bytes: number;
  /** 0 before it has a place, and for a root directory with a place of its own. */
  first: number;
}

/** All that is in a volume, in the order in which it lies there. FAT has no hard links: each lies there for itself. */
class VolumeItems {
  readonly names: Map<Item, FatNames> = new Map();
  readonly directories: Chained<DirectoryNode>[] = [];
  readonly files: Chained<FileNode>[] = [];
  readonly #chains = new Map<Item, Chained<Item>>();

  /** @throws {@link DiscError} E_NAME_INVALID, E_NAME_NOT_UNIQUE, E_FILE_TOO_BIG, E_NOT_A_FILE. */
  constructor(root: DirectoryNode) {
    this.#add(root, labelEntryCount);
  }

  /** The first cluster of an item; 0 for what has none. */
  clusterOf(item: Item): number {
    return this.#chains.get(item)?.first ?? 0;
  }

  #chain<N extends Item>(node: N, bytes: number): Chained<N> {
    const chain = { node, bytes, first: 0 };
    this.#chains.set(node, chain);
    return chain;
  }

  #add(directory: DirectoryNode, ownEntries: number): void {
    const names = fatNames(directory);
    let entries = ownEntries;
    for (const [item, itemNames] of names) {
      this.names.set(item, itemNames);
      entries += entriesOf(itemNames);
    }
    const bytes = entries * directoryEntryBytes;
    if (entries > maximumEntries) throw tooBig(directory, bytes, maximumEntries * directoryEntryBytes);
    this.directories.push(this.#chain(directory, bytes));
    for (const item of directory) {
      if (item.type === "directory") this.#add(item, dotEntryCount);
      else if (item.type !== "file") throw notInFat(item);
      else if (item.content.bytes > maximumFileBytes) throw tooBig(item, item.content.bytes, maximumFileBytes);
      else if (item.content.bytes > 0) this.files.push(this.#chain(item, item.content.bytes));
    }
  }
}

function tooBig(item: Item, bytes: number, limitBytes: number): DiscError<"E_FILE_TOO_BIG"> {
  const message = `"${item.path}" has ${bytes} bytes, FAT holds ${limitBytes}`;
  return new DiscError("E_FILE_TOO_BIG", message, { path: item.path, bytes, limitBytes, fileSystem: "FAT" });
}

/** The error for a link or a device. */
export function notInFat({ path, type }: Item): DiscError<"E_NOT_A_FILE"> {
  return new DiscError("E_NOT_A_FILE", `"${path}" is a ${type}, and FAT holds files and directories`, { path });
}

/** A run of bytes of the volume; what lies in no part is zero. */
interface Part {
  readonly start: number;
  readonly bytes: number;
  read(offset: number, into: Uint8Array, signal?: AbortSignal): Promise<void>;
}

function bytesPart(start: number, data: Uint8Array): Part {
  return {
    start,
    bytes: data.length,
    read: async (offset, into) => into.set(data.subarray(offset, offset + into.length)),
  };
}

/**
 * A FAT volume of a directory, which is its root. It is as small as it can be, has nothing free that could be written,
 * and is the same for the same tree. Contents are read when it is. Microsoft's FAT: General Overview of On-Disk Format,
 * 1.03.
 */
export class FatVolumeContent implements Content {
  readonly repeatable: boolean;
  readonly label: string;
  readonly bytes: number;
  readonly #geometry: FatGeometry;
  /** By place. */
  readonly #parts: readonly Part[];

  /**
   * @throws {@link DiscError} E_NAME_INVALID, E_NAME_NOT_UNIQUE, E_FILE_TOO_BIG, E_NOT_A_FILE for a link or a device,
   *   E_CONTENT_TOO_BIG.
   */
  constructor(root: DirectoryNode, options: FatVolumeOptions) {
    const items = new VolumeItems(root);
    const { directories, files } = items;
    const rootBytes = directories[0]!.bytes;
    const clustersOf = (chains: readonly Chained<Item>[], clusterBytes: number): number =>
      chains.reduce((sum, { bytes }) => sum + Math.ceil(bytes / clusterBytes), 0);
    const geometry = planGeometry({
      rootEntries: rootBytes / directoryEntryBytes,
      clusters: (type, clusterBytes) =>
        clustersOf(type === "FAT32" ? directories : directories.slice(1), clusterBytes) +
        clustersOf(files, clusterBytes),
    });
    if (geometry === undefined) {
      const bytes = files.reduce((sum, chain) => sum + chain.bytes, 0);
      const limitBytes = maximumSectors * sectorBytes;
      const message = `${options.name}: ${bytes} bytes are more than a FAT volume holds`;
      throw new DiscError("E_CONTENT_TOO_BIG", message, { path: options.name, bytes, limitBytes });
    }
    this.label = options.name;
    this.repeatable = files.every(({ node }) => node.content.repeatable);
    this.bytes = geometry.total * sectorBytes;
    this.#geometry = geometry;
    this.#parts = this.#place(items, options);
  }

  get type(): FatType {
    return this.#geometry.type;
  }

  async read(offset: number, into: Uint8Array, signal?: AbortSignal): Promise<void> {
    into.fill(0);
    const end = offset + into.length;
    for (let index = this.#partAt(offset); index < this.#parts.length; index++) {
      const part = this.#parts[index]!;
      if (part.start >= end) return;
      const from = Math.max(offset, part.start);
      const to = Math.min(end, part.start + part.bytes);
      if (from < to) await part.read(from - part.start, into.subarray(from - offset, to - offset), signal);
    }
  }

  /** The last part that starts at or before a place. */
  #partAt(offset: number): number {
    let low = 0;
    let high = this.#parts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#parts[middle]!.start <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #place(items: VolumeItems, options: FatVolumeOptions): readonly Part[] {
    const geometry = this.#geometry;
    const { clusterBytes, type } = geometry;
    const hasOwnPlace = type !== "FAT32";
    const chained = [...(hasOwnPlace ? items.directories.slice(1) : items.directories), ...items.files];
    let next = firstCluster;
    /** The last cluster of each chain: all others lead to the one behind them. */
    const lasts: number[] = [];
    for (const chain of chained) {
      chain.first = next;
      next += Math.ceil(chain.bytes / clusterBytes);
      lasts.push(next - 1);
    }
    const parts = [bytesPart(0, reservedSectors(geometry, options, next - firstCluster))];
    const table = new Table(type, next, lasts);
    for (let copy = 0; copy < fatCopies; copy++) {
      const start = (geometry.reserved + copy * geometry.table) * sectorBytes;
      parts.push({ start, bytes: table.bytes, read: async (offset, into) => table.render(offset, into) });
    }
    const dataBytes = dataStart(geometry) * sectorBytes;
    const startOf = ({ first }: Chained<Item>): number =>
      first === 0 ? rootStart(geometry) * sectorBytes : dataBytes + (first - firstCluster) * clusterBytes;
    for (const chain of items.directories) {
      parts.push(bytesPart(startOf(chain), renderDirectory(chain.node, items, options)));
    }
    for (const chain of items.files) {
      const { content } = chain.node;
      parts.push({
        start: startOf(chain),
        bytes: chain.bytes,
        read: (offset, into, signal) => content.read(offset, into, signal),
      });
    }
    return parts;
  }
}

function renderDirectory(directory: DirectoryNode, items: VolumeItems, options: FatVolumeOptions): Uint8Array {
  const isRoot = directory === items.directories[0]!.node;
  const modifyMs = options.modifyMs(directory);
  // A directory in the root calls it cluster 0, wherever the root lies. "FAT Directory Structure"
  const above = directory.parent;
  const parentCluster = above === null || above === items.directories[0]!.node ? 0 : items.clusterOf(above);
  const entries = isRoot
    ? [labelEntry(options.label, modifyMs)]
    : dotEntries(items.clusterOf(directory), parentCluster, modifyMs);
  for (const item of directory) {
    const isDirectory = item.type === "directory";
    entries.push(
      ...itemEntries({
        names: items.names.get(item)!,
        isDirectory,
        isHidden: item.hidden,
        modifyMs: options.modifyMs(item),
        cluster: items.clusterOf(item),
        bytes: item.type === "file" ? item.content.bytes : 0,
      }),
    );
  }
  const bytes = new Uint8Array(entries.length * directoryEntryBytes);
  for (const [index, written] of entries.entries()) bytes.set(written, index * directoryEntryBytes);
  return bytes;
}
