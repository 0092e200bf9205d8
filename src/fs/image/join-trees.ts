/**
 * Joins one more tree of a session to what is imported of it already, directory by directory: what one tree lacks comes
 * from the other, and nothing is lost. Nothing is read here.
 */
import { bytesFromName } from "../names/name-bytes.js";
import type { Content } from "../tree/content.js";
import { areWholeBlocks, holdBytes } from "../tree/content.js";
import type { DirectoryNode, Item } from "../tree/directory.js";
import type { DiscEntry, FileSystemName } from "../tree/disc-entry.js";
import type { FileNode } from "../tree/node.js";
import { joinPath } from "../tree/path.js";
import type { ImportedItems } from "./imported-items.js";
import type { JoinReport } from "./join-report.js";
import type { Pair, TreeNaming } from "./match-items.js";
import { DirectoryMatch, hasContentOf, isSameKind } from "./match-items.js";

/** The longest name that host systems take. */
const longestNameBytes = 255;

/** A directory of the joined tree, and its entry in the tree that is being joined. */
export interface JoinedDirectory {
  readonly node: DirectoryNode;
  readonly entry: DiscEntry;
  /** Whether no tree before had it: all that is in it is added. */
  readonly isNew: boolean;
}

/** A file below a directory, and how many directories lead to it: 1 for one that is right in it. */
export interface SampleFile {
  readonly entry: DiscEntry;
  readonly depth: number;
}

/** A file with contents of one length in two places; who compares them knows whether they are the same. */
export interface Dispute {
  readonly file: FileNode;
  readonly entry: DiscEntry;
}

/** The time with more digits, of two that are the same in whole seconds. */
function finerTime(known: number | null, other: number | null): number | null {
  if (known === null || other === null) return known ?? other;
  return known % 1000 === 0 && Math.floor(known / 1000) === Math.floor(other / 1000) ? other : known;
}

/** Adds to an item what another tree alone says of it. */
function joinAttributes(item: Item, entry: DiscEntry, items: ImportedItems): void {
  if (!entry.hidden) item.hidden = false;
  item.mtimeMs = finerTime(item.mtimeMs, entry.mtimeMs);
  item.atimeMs = finerTime(item.atimeMs, entry.atimeMs);
  item.ctimeMs = finerTime(item.ctimeMs, entry.ctimeMs);
  item.birthtimeMs = finerTime(item.birthtimeMs, entry.birthtimeMs);
  if (entry.streams.length > 0) item.streams ??= items.streamsOf(entry);
  if (entry.realTime && item.type === "file") item.realTime = true;
}

/** How a content is told in messages. */
function placeOf(content: Pick<Content, "bytes" | "extents">): string {
  const lba = content.extents?.find((extent) => extent.lba !== null)?.lba;
  return `${content.bytes} bytes${lba === undefined ? "" : ` at block ${lba}`}`;
}

/** What a link, or a device, is in two trees that do not say the same of it. */
function otherMeaning(item: Item, entry: DiscEntry): readonly [string, string] | undefined {
  if (item.type !== entry.type || item.type === "file" || item.type === "directory") return undefined;
  if (item.type !== "symlink") {
    if (item.major === entry.major && item.minor === entry.minor) return undefined;
    return [`device ${item.major}:${item.minor}`, `device ${entry.major}:${entry.minor}`];
  }
  // Empty components of a path mean nothing, and not every tree can hold them.
  const [target, other] = [item.target, entry.target ?? ""].map((text) => text.replace(/(?<=.)\/+$|\/(?=\/)/g, ""));
  return target === other ? undefined : [`a link to "${item.target}"`, `a link to "${entry.target}"`];
}

/** A name for what is kept beside an item of that name: "photo (udf).jpg". */
function nameBeside(directory: DirectoryNode, name: string, fileSystem: FileSystemName): string {
  const dot = name.lastIndexOf(".");
  let stem = dot > 0 ? name.slice(0, dot) : name;
  const extension = dot > 0 ? name.slice(dot) : "";
  for (let number = 1; ; number++) {
    const mark = number === 1 ? ` (${fileSystem})` : ` (${fileSystem} ${number})`;
    while (stem.length > 1 && bytesFromName(stem + mark + extension).length > longestNameBytes) {
      stem = stem.slice(0, -1).replace(/[\ud800-\udbff]$/, "");
    }
    const beside = stem + mark + extension;
    if (!directory.children.has(beside)) return beside;
  }
}

/** The trees of one session on their way to one. */
export class TreeJoin {
  readonly items: ImportedItems;
  readonly report: JoinReport;
  /** The tree that everything is from that {@link TreeJoin.originOf} knows no other of. */
  readonly skeleton: FileSystemName;
  /** Block of the boot catalog, which programs show as a file in some trees only. */
  readonly bootCatalogLba: number | undefined;
  /** The topmost of the items that came from another tree. */
  readonly #origins: Map<Item, FileSystemName> = new Map();
  /** Items that are kept beside others of their name; no entry of a further tree stands for them. */
  readonly #beside: Set<Item> = new Set();

  constructor(
    items: ImportedItems,
    report: JoinReport,
    skeleton: FileSystemName,
    bootCatalogLba: number | undefined = undefined,
  ) {
    this.items = items;
    this.report = report;
    this.skeleton = skeleton;
    this.bootCatalogLba = bootCatalogLba;
  }

  /** The tree an item is from. */
  originOf(item: Item): FileSystemName {
    for (let node: Item | null = item; node !== null && this.#origins.size > 0; node = node.parent) {
      const origin = this.#origins.get(node);
      if (origin !== undefined) return origin;
    }
    return this.skeleton;
  }

  setOrigin(item: Item, fileSystem: FileSystemName, isBeside = false): void {
    this.#origins.set(item, fileSystem);
    if (isBeside) this.#beside.add(item);
  }

  /** Adds what another tree says of the root. */
  joinRoot(root: DirectoryNode, entry: DiscEntry): void {
    joinAttributes(root, entry, this.items);
  }

  /** The children of a directory that have counterparts in other trees. */
  joinable(directory: DirectoryNode): Iterable<Item> {
    const items = directory.children.values();
    return this.#beside.size === 0 ? items : [...items].filter((item) => !this.#beside.has(item));
  }

  /** Puts a content into the place of a file's own. */
  replaceContent(file: FileNode, content: Content): FileNode {
    const node = this.items.replaceContent(file, content);
    const origin = this.#origins.get(file);
    if (origin !== undefined) this.#origins.set(node, origin);
    this.items.refused.delete(file);
    return node;
  }
}

/**
 * Joins what one directory holds in two trees. The pairs are joined when it is made; then come the directories in
 * {@link DirectoryJoin.unplaced} and the files in {@link DirectoryJoin.disputes}, of which more has to be read, and
 * {@link DirectoryJoin.end}.
 */
export class DirectoryJoin {
  /** Directories whose entries are to be joined next. */
  readonly next: JoinedDirectory[] = [];
  /** Directories whose names tell no counterpart, though there are some that have none. */
  readonly unplaced: readonly DiscEntry[];
  readonly disputes: Dispute[] = [];
  readonly #join: TreeJoin;
  readonly #directory: DirectoryNode;
  readonly #fileSystem: FileSystemName;
  readonly #match: DirectoryMatch;
  /** Whether the tree that the directory is from could not read it. */
  readonly #isFilling: boolean;

  /** @param naming The tree of the entries. */
  constructor(join: TreeJoin, directory: DirectoryNode, entries: readonly DiscEntry[], naming: TreeNaming) {
    this.#join = join;
    this.#directory = directory;
    this.#fileSystem = naming.fileSystem;
    this.#isFilling = this.#takeUnread();
    const { refused } = join.items;
    const isRefused = (item: Item): boolean => refused.has(item);
    this.#match = new DirectoryMatch(directory, join.joinable(directory), entries, naming, isRefused);
    for (const pair of this.#match.pairs) this.#joinPair(pair);
    const hasFreeDirectory = [...this.#match.items].some(({ type }) => type === "directory");
    const isUnplaced = ({ type }: DiscEntry): boolean => hasFreeDirectory && type === "directory";
    this.unplaced = this.#match.entries.filter(isUnplaced);
    for (const entry of this.#match.entries) if (!isUnplaced(entry)) this.#add(entry);
  }

  /** Finds the counterpart of an unplaced directory by files that are in it, or else by its name; or adds it. */
  place(entry: DiscEntry, samples: readonly SampleFile[]): void {
    const item = this.#directoryWith(samples) ?? this.#match.takeDirectory(entry);
    if (item === undefined) {
      this.#add(entry);
      return;
    }
    this.#match.items.delete(item);
    this.#joinPair({ item, entry });
  }

  /** Ends a dispute: the contents are the same, though they lie in two places, or they are not. */
  settle({ file, entry }: Dispute, isSame: boolean): void {
    if (!isSame) {
      this.#contentsDiffer(file, entry);
      return;
    }
    const { fileEntry } = file;
    // What lies in whole blocks can be referred to from every tree.
    const isBetter = areWholeBlocks(entry.extents) && !areWholeBlocks(file.content.extents ?? []);
    const node = isBetter ? this.#takeContent(file, entry) : file;
    node.fileEntry = fileEntry ?? entry.fileEntry;
  }

  /** Counts what the joined tree lacks. */
  end(): void {
    const { report, bootCatalogLba, skeleton } = this.#join;
    for (const item of this.#match.items) {
      // Links and devices are in Rock Ridge alone, as everybody expects; so is what was added from another tree.
      if (item.type !== "file" && item.type !== "directory") continue;
      if (this.#join.originOf(item) !== skeleton || this.#join.items.refused.has(item)) continue;
      if (item.type === "file" && item.content.extents?.[0]?.lba === bootCatalogLba && bootCatalogLba !== undefined)
        continue;
      report.count("absent", () => item.path, skeleton, this.#fileSystem);
    }
  }

  /** Whether this directory takes everything from the tree that is joined, since its own could not read it. */
  #takeUnread(): boolean {
    const { items, report } = this.#join;
    const error = items.unread.get(this.#directory);
    const refusal = items.refused.get(this.#directory);
    if (error === undefined && refusal === undefined) return false;
    items.unread.delete(this.#directory);
    items.refused.delete(this.#directory);
    const origin = this.#join.originOf(this.#directory);
    const reason = refusal ?? `its directory cannot be read: ${error?.message}`;
    const what = `what is in it is taken from ${this.#fileSystem}: in ${origin}, ${reason}`;
    report.differs(this.#directory.path, [origin, this.#fileSystem], what, error);
    return true;
  }

  #joinPair({ item, entry }: Pair): void {
    if (!isSameKind(item, entry)) {
      this.#kindsDiffer(item, entry);
      return;
    }
    joinAttributes(item, entry, this.#join.items);
    const other = otherMeaning(item, entry);
    if (other !== undefined) {
      this.#reportBeside(
        item,
        entry,
        `it is ${other[0]} in ${this.#join.originOf(item)}, and ${other[1]} in ${this.#fileSystem}`,
        false,
      );
    } else if (item.type === "directory") {
      if (entry.refusal === null) this.next.push({ node: item, entry, isNew: false });
    } else if (item.type === "file" && entry.type === "file") {
      this.#joinContents(item, entry);
    }
  }

  #joinContents(file: FileNode, entry: DiscEntry): void {
    const { items, report } = this.#join;
    const refusal = items.refused.get(file);
    const origin = refusal === undefined && hasContentOf(file.content, entry) ? undefined : this.#join.originOf(file);
    if (origin === undefined) {
      file.fileEntry ??= entry.fileEntry;
      return;
    }
    // What this tree cannot give either says nothing of the one that can.
    if (entry.refusal !== null) return;
    if (refusal !== undefined) {
      // An empty file is no substitute for one that cannot be read.
      if (entry.bytes === 0) return;
      const what = `its contents are taken from ${this.#fileSystem}: in ${origin}, ${refusal}`;
      report.differs(file.path, [origin, this.#fileSystem], what);
      this.#takeContent(file, entry);
    } else if (file.content.bytes === 0) {
      report.count("filled", () => file.path, origin, this.#fileSystem);
      this.#takeContent(file, entry);
    } else if (entry.bytes === 0) {
      const isCatalog = file.content.extents?.[0]?.lba === this.#join.bootCatalogLba;
      if (!isCatalog) report.count("empty", () => file.path, origin, this.#fileSystem);
    } else {
      this.#compareContents(file, entry);
    }
  }

  #takeContent(file: FileNode, entry: DiscEntry): FileNode {
    const content = this.#join.items.contentOf(this.#directory, entry, this.#fileSystem);
    const node = this.#join.replaceContent(file, content);
    node.fileEntry = entry.fileEntry;
    return node;
  }

  /** Contents that UDF keeps in its own structures are there once more for other trees, and may be the same. */
  #compareContents(file: FileNode, entry: DiscEntry): void {
    const isEmbedded = !areWholeBlocks(file.content.extents ?? []) || !areWholeBlocks(entry.extents);
    if (entry.bytes === file.content.bytes && isEmbedded) this.disputes.push({ file, entry });
    else this.#contentsDiffer(file, entry);
  }

  #contentsDiffer(file: FileNode, entry: DiscEntry): void {
    const { items } = this.#join;
    const isKept = holdBytes(file.content.extents ?? [], entry.extents) || items.directoryWith(entry) !== undefined;
    const origin = this.#join.originOf(file);
    const both = `${placeOf(file.content)} in ${origin}, ${placeOf(entry)} in ${this.#fileSystem}`;
    this.#reportBeside(file, entry, `its contents differ: ${both}; those of ${origin} are taken`, isKept);
  }

  #kindsDiffer(item: Item, entry: DiscEntry): void {
    const { items } = this.#join;
    const isFile = entry.type === "file";
    // A link that another tree shows as the file it leads to has its contents in the tree already.
    const isKept = isFile && (entry.bytes === 0 || items.directoryWith(entry) !== undefined);
    const origin = this.#join.originOf(item);
    const what = `it is a ${item.type} in ${origin}, and a ${entry.type} in ${this.#fileSystem}; the ${item.type} is taken`;
    this.#reportBeside(item, entry, what, isKept);
  }

  /** Reports what differs, and keeps the other tree's item beside, unless what is in it is in the tree already. */
  #reportBeside(item: Item, entry: DiscEntry, what: string, isKept: boolean): void {
    const fileSystems = [this.#join.originOf(item), this.#fileSystem] as const;
    if (isKept || entry.refusal !== null) {
      this.#join.report.differs(item.path, fileSystems, what);
      return;
    }
    const name = nameBeside(this.#directory, item.name, this.#fileSystem);
    this.#join.report.differs(item.path, fileSystems, `${what}, and the other one is kept as "${name}"`);
    this.#attach(entry, name, true);
  }

  /** Adds an item that only this tree has. */
  #add(entry: DiscEntry): void {
    const { children } = this.#directory;
    const isTaken = children.has(entry.name);
    const name = isTaken ? nameBeside(this.#directory, entry.name, this.#fileSystem) : entry.name;
    const { bootCatalogLba } = this.#join;
    const isCatalog = bootCatalogLba !== undefined && entry.extents[0]?.lba === bootCatalogLba;
    if (!this.#isFilling && !isCatalog && entry.refusal === null) {
      const what = `it is in ${this.#fileSystem} alone, and is kept${isTaken ? ` as "${name}"` : ""}`;
      this.#join.report.differs(joinPath(this.#directory.path, entry.name), [this.#fileSystem], what);
    }
    this.#attach(entry, name, false);
  }

  #attach(entry: DiscEntry, name: string, isBeside: boolean): void {
    const { items } = this.#join;
    const node = items.add(this.#directory, entry, this.#fileSystem, name);
    this.#join.setOrigin(node, this.#fileSystem, isBeside);
    if (node.type === "directory" && entry.refusal === null) this.next.push({ node, entry, isNew: true });
  }

  /** The directory without counterpart in which most of the files are that have the contents of these. */
  #directoryWith(samples: readonly SampleFile[]): DirectoryNode | undefined {
    const votes = new Map<DirectoryNode, number>();
    for (const { entry, depth } of samples) {
      let node: DirectoryNode | null | undefined = this.#join.items.directoryWith(entry);
      for (let level = 1; level < depth; level++) node = node?.parent;
      if (node != null && this.#match.items.has(node)) votes.set(node, (votes.get(node) ?? 0) + 1);
    }
    let best: DirectoryNode | undefined;
    for (const [node, count] of votes) if (count > (votes.get(best as DirectoryNode) ?? 0)) best = node;
    return best;
  }
}
