/** Which items of two trees of one session are the same, where one tree may have changed names to fit into it. */
import { hasCode } from "../../errors.js";
import { utf8Charset } from "../names/charset.js";
import { isoNameMapping, isoNameRules, longestEnhancedName } from "../names/iso-name.js";
import { jolietNameMapping } from "../names/joliet-name.js";
import { compareNames } from "../names/name-bytes.js";
import { udfNameMapping } from "../names/udf-name.js";
import type { NameMapping } from "../names/unique-names.js";
import { assignUniqueNames } from "../names/unique-names.js";
import type { Content } from "../tree/content.js";
import { areSameBytes, OnDiscContent, startByteOf, storedOf } from "../tree/content.js";
import type { DirectoryNode, Item } from "../tree/directory.js";
import type { DiscEntry, FileSystemName } from "../tree/disc-entry.js";
import { isShortenedName, mayBeName, sharedLength, startOf } from "./shortened-name.js";

const either = [false, true] as const;

/** Every rule by which our own sessions may have got their names in ISO 9660; many other programs have the same. */
const isoMappings: readonly NameMapping[] = either.flatMap((anyAscii) =>
  either.flatMap((lowercase) =>
    either.flatMap((omitVersion) =>
      [
        isoNameRules(3, { anyAscii, lowercase, omitVersion }),
        isoNameRules(1, { anyAscii, lowercase, omitVersion }),
        isoNameRules(3, { anyAscii, lowercase, omitVersion, longNames: true }),
      ].map((rules) => isoNameMapping(rules)),
    ),
  ),
);

const mappings: Readonly<Record<FileSystemName, readonly NameMapping[]>> = {
  rockridge: [],
  udf: [udfNameMapping()],
  joliet: [jolietNameMapping(64), jolietNameMapping(103)],
  iso: [
    ...isoMappings,
    isoNameMapping(isoNameRules(4, {})),
    isoNameMapping(isoNameRules(4, {}), { charset: utf8Charset }),
    isoNameMapping(isoNameRules(4, {}, longestEnhancedName), { charset: utf8Charset }),
  ],
};

/** How one tree may have changed the names of another one; the way that was found last comes first. */
export class TreeNaming {
  readonly fileSystem: FileSystemName;
  mappings: readonly NameMapping[];

  constructor(fileSystem: FileSystemName) {
    this.fileSystem = fileSystem;
    this.mappings = mappings[fileSystem];
  }

  prefer(mapping: NameMapping): void {
    if (this.mappings[0] !== mapping) this.mappings = [mapping, ...this.mappings.filter((each) => each !== mapping)];
  }
}

/** Trees whose names are changed as a rule, so that an equal name says less than an equal content. */
const changesNames: ReadonlySet<FileSystemName> = new Set(["joliet", "iso"]);

/** Names that are looked at for the one that is most like another. */
const maximumCandidates = 64;

/** An item of the joined tree, and the entry of another tree that stands for it. */
export interface Pair {
  readonly item: Item;
  readonly entry: DiscEntry;
}

/** Whether a file has the content of an entry: trees without Rock Ridge show the compressed form of contents. */
export function hasContentOf(given: Content, { bytes, extents }: DiscEntry): boolean {
  const content = storedOf(given);
  if (bytes === 0 || content.bytes === 0) return bytes === content.bytes;
  if (content instanceof OnDiscContent) return content.isAt(extents);
  return content.extents !== undefined && areSameBytes(content.extents, extents);
}

/** Whether an entry can stand for an item: trees without links and devices may show them as empty files. */
export function isSameKind(item: Item, { type, bytes }: DiscEntry): boolean {
  if (item.type === type) return true;
  return type === "file" && bytes === 0 && item.type !== "directory";
}

/** Whether an entry with the name of an item surely is that item. */
function agrees(item: Item, entry: DiscEntry): boolean {
  return item.type === entry.type && (item.type !== "file" || hasContentOf(item.content, entry));
}

/** A mapped name as readers show it: ISO 9660 has a dot behind names without extension. */
function shownName(name: string, fileSystem: FileSystemName): string {
  return fileSystem === "iso" && name.endsWith(".") && name.length > 1 ? name.slice(0, -1) : name;
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

/** A mapping, with the items of a directory by the names it gives them. */
interface RankedMapping {
  readonly mapping: NameMapping;
  readonly byName: ReadonlyMap<string, Item>;
  /** Entries whose names it gives. */
  readonly explained: number;
}

/** The items of one directory, and the entries of the same directory in another tree. */
export class DirectoryMatch {
  readonly pairs: Pair[] = [];
  /** The items, and the entries, without a counterpart. */
  readonly items: Set<Item>;
  entries: readonly DiscEntry[];
  readonly #directory: DirectoryNode;
  readonly #naming: TreeNaming;
  readonly #isRefused: (item: Item) => boolean;
  /** The items by the start of their names; made when it is needed. */
  #byStart: Map<string, Item[]> | undefined;
  #sorted: readonly Item[] | undefined;

  /**
   * @param naming The tree of the entries.
   * @param items The children of the directory that may have counterparts.
   * @param isRefused Whether the content of an item cannot be read in its own tree.
   */
  constructor(
    directory: DirectoryNode,
    items: Iterable<Item>,
    entries: readonly DiscEntry[],
    naming: TreeNaming,
    isRefused: (item: Item) => boolean,
  ) {
    this.#directory = directory;
    this.#naming = naming;
    this.#isRefused = isRefused;
    const isAlike = this.#takeAlike(entries);
    this.items = new Set(isAlike ? [] : items);
    this.entries = isAlike ? [] : entries;
    if (!isAlike) this.#match();
  }

  /** Pairs everything where the directory is the same in both trees, as most are; else nothing. */
  #takeAlike(entries: readonly DiscEntry[]): boolean {
    const { children } = this.#directory;
    if (entries.length !== children.size) return false;
    for (const entry of entries) {
      const item = children.get(entry.name);
      if (item === undefined || !agrees(item, entry)) {
        this.pairs.length = 0;
        return false;
      }
      this.pairs.push({ item, entry });
    }
    return true;
  }

  #match(): void {
    const { children } = this.#directory;
    const isNameEnough = !changesNames.has(this.#naming.fileSystem);
    this.#take((entry) => {
      const item = children.get(entry.name);
      const isSame = isNameEnough ? item?.type === entry.type : item !== undefined && agrees(item, entry);
      return isSame ? item : undefined;
    });
    if (this.#isDone()) return;
    this.#takeByContents();
    this.#take((entry) => {
      const item = children.get(entry.name);
      return item?.type === entry.type ? item : undefined;
    });
    // Files that stand for links and devices come last: few trees have them.
    this.#takeByMappings(false);
    this.#take((entry) => children.get(entry.name));
    this.#takeByMappings(true);
    if (this.#isDone()) return;
    this.#take((entry) => this.#shortened(entry, (item) => item.type === "file" && this.#isOpaque(item, entry)));
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
      const start = startByteOf(storedOf(item.content).extents ?? []);
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
  #takeByMappings(withLinks: boolean): void {
    if (this.#isDone()) return;
    this.#sorted ??= [...this.#directory.children.values()].sort((one, other) => compareNames(one.name, other.name));
    const items = withLinks ? this.#sorted : this.#sorted.filter(isFileOrDirectory);
    // The same names again, where there are no links.
    if (withLinks && items.every(isFileOrDirectory)) return;
    for (const { byName } of this.#rankedMappings(items)) {
      this.#take((entry) => {
        const item = byName.get(entry.name);
        return item !== undefined && isSameKind(item, entry) ? item : undefined;
      });
    }
  }

  /** The mappings, those first that explain most of the names of this directory. */
  #rankedMappings(items: readonly Item[]): readonly RankedMapping[] {
    const ranked: RankedMapping[] = [];
    for (const mapping of this.#naming.mappings) {
      const byName = this.#mappedItems(mapping, items);
      const explained = this.#countExplained(byName);
      ranked.push({ mapping, byName, explained });
      if (explained === this.pairs.length + this.entries.length) break;
    }
    ranked.sort((one, other) => other.explained - one.explained);
    if (ranked[0] !== undefined) this.#naming.prefer(ranked[0].mapping);
    return ranked;
  }

  /** Items of this directory by the names that a mapping gives them. */
  #mappedItems(mapping: NameMapping, items: readonly Item[]): ReadonlyMap<string, Item> {
    const names = items.map(({ name }) => name);
    const isDirectory = (index: number): boolean => items[index]!.type === "directory";
    try {
      const mapped = assignUniqueNames(mapping, names, isDirectory, (index) => names[index]!);
      const { fileSystem } = this.#naming;
      return new Map(items.map((item, index) => [shownName(mapped[index]!, fileSystem), item]));
    } catch (error) {
      // Names that this mapping cannot tell apart were made by another one.
      if (hasCode(error, "E_NAME_NOT_UNIQUE")) return new Map();
      throw error;
    }
  }

  #countExplained(byName: ReadonlyMap<string, Item>): number {
    let count = 0;
    for (const { item, entry } of this.pairs) if (byName.get(entry.name) === item) count++;
    for (const entry of this.entries) {
      const item = byName.get(entry.name);
      if (item !== undefined && this.items.has(item) && isSameKind(item, entry)) count++;
    }
    return count;
  }

  /** The free item of which an entry has the name in another form. */
  #shortened(entry: DiscEntry, isOpen: (item: Item) => boolean): Item | undefined {
    this.#byStart ??= itemsByStart(this.items);
    let looked = 0;
    for (const item of this.#byStart.get(startOf(entry.name)) ?? []) {
      if (!this.items.has(item) || !isOpen(item)) continue;
      if (isShortenedName(item.name, entry.name, this.#naming.fileSystem)) return item;
      if (++looked === maximumCandidates) return undefined;
    }
    return undefined;
  }

  /** Whether an entry can only be told by its name: neither it nor the item has contents that can be compared. */
  #isOpaque(item: Item, entry: DiscEntry): boolean {
    if (item.type === "directory" || !isSameKind(item, entry)) return false;
    return entry.bytes === 0 || item.type !== "file" || item.content.bytes === 0 || this.#isRefused(item);
  }
}
