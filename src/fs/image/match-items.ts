/** Which items of two trees of one session are the same, where one tree may have changed names to fit into it. */
import { hasCode } from "../../errors.js";
import { isoNameMapping, isoNameRules } from "../names/iso-name.js";
import { jolietNameMapping } from "../names/joliet-name.js";
import { compareNames } from "../names/name-bytes.js";
import type { NameMapping } from "../names/unique-names.js";
import { assignUniqueNames } from "../names/unique-names.js";
import type { Content } from "../tree/content.js";
import { areSameBytes, startByteOf } from "../tree/content.js";
import type { DirectoryNode, Item } from "../tree/directory.js";
import type { DiscEntry, FileSystemName } from "../tree/disc-entry.js";
import { isShortenedName, mayBeName, sharedLength, startOf } from "./shortened-name.js";

/** How each tree may have changed the names of another one. */
const mappings: Readonly<Record<FileSystemName, readonly NameMapping[]>> = {
  rockridge: [],
  udf: [],
  joliet: [jolietNameMapping(64), jolietNameMapping(103)],
  iso: [
    isoNameRules(3, {}),
    isoNameRules(1, {}),
    isoNameRules(3, { anyAscii: true }),
    isoNameRules(3, { longNames: true, omitVersion: true }),
    isoNameRules(3, { longNames: true, omitVersion: true, anyAscii: true }),
    isoNameRules(4, {}),
  ].map(isoNameMapping),
};

/** Trees whose names are changed as a rule, so that an equal name says less than an equal content. */
const changesNames: ReadonlySet<FileSystemName> = new Set(["joliet", "iso"]);

/** Names that are looked at for the one that is most like another. */
const maximumCandidates = 64;

/** An item of the joined tree, and the entry of another tree that stands for it. */
export interface Pair {
  readonly item: Item;
  readonly entry: DiscEntry;
}

/** Whether a file has the content of an entry. */
export function hasContentOf(content: Content, { bytes, extents }: DiscEntry): boolean {
  if (bytes === 0 || content.bytes === 0) return bytes === content.bytes;
  return content.extents !== undefined && areSameBytes(content.extents, extents);
}

/** Whether an entry can stand for an item: trees without links and devices may show them as empty files. */
export function isSameKind(item: Item, { type, bytes }: DiscEntry): boolean {
  if (item.type === type) return true;
  return type === "file" && bytes === 0 && item.type !== "directory";
}

/** Whether an entry with the name of an item surely is that item. */
function agrees(item: Item, entry: DiscEntry): boolean {
  if (item.type === "file" && entry.type === "file") return hasContentOf(item.content, entry);
  return isSameKind(item, entry);
}

function isFileOrDirectory({ type }: Item): boolean {
  return type === "file" || type === "directory";
}

function itemsByStart(items: Iterable<Item>): Map<string, Item[]> {
  const byStart = new Map<string, Item[]>();
  for (const item of items) {
    const start = startOf(item.name);
    const known = byStart.get(start);
    if (known === undefined) byStart.set(start, [item]);
    else known.push(item);
  }
  return byStart;
}

/** The items of one directory, and the entries of the same directory in another tree. */
export class DirectoryMatch {
  readonly pairs: Pair[] = [];
  /** The items, and the entries, without a counterpart. */
  readonly items: Set<Item>;
  entries: readonly DiscEntry[];
  readonly #directory: DirectoryNode;
  readonly #fileSystem: FileSystemName;
  readonly #isRefused: (item: Item) => boolean;
  /** The items by the start of their names; made when it is needed. */
  #byStart: Map<string, Item[]> | undefined;
  #sorted: readonly Item[] | undefined;

  /**
   * @param fileSystem The tree of the entries.
   * @param items The children of the directory that may have counterparts.
   * @param isRefused Whether the content of an item cannot be read in its own tree.
   */
  constructor(
    directory: DirectoryNode,
    items: Iterable<Item>,
    entries: readonly DiscEntry[],
    fileSystem: FileSystemName,
    isRefused: (item: Item) => boolean,
  ) {
    this.#directory = directory;
    this.#fileSystem = fileSystem;
    this.#isRefused = isRefused;
    this.items = new Set(items);
    this.entries = entries;
    this.#match();
  }

  #match(): void {
    const { children } = this.#directory;
    const isNameEnough = !changesNames.has(this.#fileSystem);
    this.#take((entry) => {
      const item = children.get(entry.name);
      return item !== undefined && (isNameEnough || agrees(item, entry)) ? item : undefined;
    });
    if (this.#isDone()) return;
    this.#takeByContents();
    this.#take((entry) => children.get(entry.name));
    for (const mapping of mappings[this.#fileSystem]) {
      for (const withLinks of [false, true]) if (!this.#isDone()) this.#takeByMapping(mapping, withLinks);
    }
    if (this.#isDone()) return;
    this.#take((entry) => this.#shortened(entry, (item) => this.#isOpaque(item, entry)));
  }

  /** Finds a directory for an entry by its name, where what is in it did not tell. */
  takeDirectory(entry: DiscEntry): DirectoryNode | undefined {
    const item = this.#shortened(entry, ({ type }) => type === "directory");
    if (item?.type !== "directory") return undefined;
    this.items.delete(item);
    return item;
  }

  #isDone(): boolean {
    return this.entries.length === 0 || this.items.size === 0;
  }

  /** Pairs each entry with the item that is found for it, if that one is free. */
  #take(find: (entry: DiscEntry) => Item | undefined): void {
    this.entries = this.entries.filter((entry) => {
      const item = find(entry);
      if (item === undefined || !this.items.delete(item)) return true;
      this.pairs.push({ item, entry });
      return false;
    });
  }

  /** Items with the same content. Of several, which are hard links of each other, the one whose name is most alike. */
  #takeByContents(): void {
    const byStart = new Map<number, Item[]>();
    for (const item of this.items) {
      if (item.type !== "file" || item.content.bytes === 0) continue;
      const start = startByteOf(item.content.extents ?? []);
      if (start === undefined) continue;
      const known = byStart.get(start);
      if (known === undefined) byStart.set(start, [item]);
      else known.push(item);
    }
    if (byStart.size === 0) return;
    for (const items of byStart.values()) {
      if (items.length > 1) items.sort((one, other) => compareNames(one.name, other.name));
    }
    this.entries = [...this.entries].sort((one, other) => compareNames(one.name, other.name));
    this.#take((entry) => {
      if (entry.type !== "file" || entry.bytes === 0) return undefined;
      const items = byStart.get(startByteOf(entry.extents) ?? -1) ?? [];
      return this.#mostAlike(items, entry);
    });
  }

  #mostAlike(items: readonly Item[], entry: DiscEntry): Item | undefined {
    let best: Item | undefined;
    let bestLength = -1;
    let looked = 0;
    for (const item of items) {
      if (!this.items.has(item) || item.type !== "file" || !hasContentOf(item.content, entry)) continue;
      if (!mayBeName(item.name, entry.name)) continue;
      const length = item.name === entry.name ? Number.POSITIVE_INFINITY : sharedLength(item.name, entry.name);
      if (length > bestLength) [best, bestLength] = [item, length];
      if (++looked === maximumCandidates) break;
    }
    return best;
  }

  /** Items whose names become those of the entries when they are fitted into the tree. */
  #takeByMapping(mapping: NameMapping, withLinks: boolean): void {
    this.#sorted ??= [...this.#directory.children.values()].sort((one, other) => compareNames(one.name, other.name));
    const items = withLinks ? this.#sorted : this.#sorted.filter(isFileOrDirectory);
    // The same names again, where there are no links.
    if (withLinks && items.every(isFileOrDirectory)) return;
    let names: readonly string[];
    try {
      names = assignUniqueNames(
        mapping,
        items.map(({ name }) => name),
        (index) => items[index]!.type === "directory",
        (index) => items[index]!.name,
      );
    } catch (error) {
      // Names that this mapping cannot tell apart were made by another one.
      if (hasCode(error, "E_NAME_NOT_UNIQUE")) return;
      throw error;
    }
    const byName = new Map<string, Item>();
    for (const [index, name] of names.entries()) {
      if (this.items.has(items[index]!)) byName.set(this.#compared(name), items[index]!);
    }
    this.#take((entry) => {
      const item = byName.get(this.#compared(entry.name));
      return item !== undefined && isSameKind(item, entry) ? item : undefined;
    });
  }

  /** The free item of which an entry has the name in another form. */
  #shortened(entry: DiscEntry, isOpen: (item: Item) => boolean): Item | undefined {
    this.#byStart ??= itemsByStart(this.items);
    let looked = 0;
    for (const item of this.#byStart.get(startOf(entry.name)) ?? []) {
      if (!this.items.has(item) || !isOpen(item)) continue;
      if (isShortenedName(item.name, entry.name, this.#fileSystem)) return item;
      if (++looked === maximumCandidates) return undefined;
    }
    return undefined;
  }

  /** Whether an entry can only be told by its name: neither it nor the item has contents that can be compared. */
  #isOpaque(item: Item, entry: DiscEntry): boolean {
    if (item.type === "directory" || !isSameKind(item, entry)) return false;
    return entry.bytes === 0 || item.type !== "file" || item.content.bytes === 0 || this.#isRefused(item);
  }

  /** A name as its readers compare it: ISO 9660 has capital letters, and readers take a dot at the end off. */
  #compared(name: string): string {
    if (this.#fileSystem !== "iso") return name;
    const upper = name.toUpperCase();
    return upper.endsWith(".") ? upper.slice(0, -1) : upper;
  }
}
