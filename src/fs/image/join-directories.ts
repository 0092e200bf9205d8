/** Joins what is in one directory; nothing is read here. */
import { bytesFromName } from "../names/name-bytes.js";
import type { Content } from "../tree/content.js";
import { areWholeBlocks, holdBytes, storedOf } from "../tree/content.js";
import type { DirectoryNode, Item } from "../tree/directory.js";
import type { DiscEntry, FileSystemName } from "../tree/disc-entry.js";
import type { FileNode } from "../tree/node.js";
import { joinPath } from "../tree/path.js";
import type { Dispute, JoinedDirectory, SampleFile, SessionJoin, TreeJoin } from "./join-trees.js";
import { joinAttributes } from "./join-trees.js";
import type { Pair } from "./match-items.js";
import { DirectoryMatch, hasContentOf, isSameKind } from "./match-items.js";

/** Contents of more bytes are not read for comparing them: what is embedded in structures has less than a block. */
const maximumComparedBytes = 1024 * 1024;

/** The longest name that host systems take. */
const longestNameBytes = 255;

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
  readonly #tree: TreeJoin;
  readonly #session: SessionJoin;
  readonly #directory: DirectoryNode;
  readonly #fileSystem: FileSystemName;
  readonly #match: DirectoryMatch;
  /** Whether the tree that the directory is from could not read it. */
  readonly #isFilling: boolean;
  readonly #isRelocation: boolean;

  /** @param isRelocation Whether the directory holds others that belong elsewhere in the tree. */
  constructor(tree: TreeJoin, directory: DirectoryNode, entries: readonly DiscEntry[], isRelocation = false) {
    this.#tree = tree;
    this.#session = tree.session;
    this.#directory = directory;
    this.#fileSystem = tree.fileSystem;
    this.#isRelocation = isRelocation;
    this.#isFilling = this.#takeUnread();
    const { items } = tree.session;
    const isRefused = (item: Item): boolean => items.refused.has(item);
    this.#match = new DirectoryMatch(directory, tree.session.joinable(directory), entries, tree.naming, isRefused);
    for (const pair of this.#match.pairs) this.#joinPair(pair);
    const hasFreeDirectory = isRelocation || [...this.#match.items].some(({ type }) => type === "directory");
    const isUnplaced = ({ type }: DiscEntry): boolean => hasFreeDirectory && type === "directory";
    this.unplaced = this.#match.entries.filter(isUnplaced);
    for (const entry of this.#match.entries) if (!isUnplaced(entry)) this.#add(entry);
  }

  /** Finds the counterpart of an unplaced directory by files that are in it, or else by its name; or adds it. */
  place(entry: DiscEntry, samples: readonly SampleFile[]): void {
    const item = this.#directoryWith(samples) ?? this.#directoryByName(entry);
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
    const { report, skeleton } = this.#session;
    for (const item of this.#match.items) {
      // Links and devices are in Rock Ridge alone, as everybody expects; so is what was added from another tree.
      if (item.type !== "file" && item.type !== "directory") continue;
      if (this.#session.originOf(item) !== skeleton || this.#session.items.refused.has(item)) continue;
      if (item.type === "file" && this.#isBootCatalog(item.content)) continue;
      report.count("absent", () => item.path, skeleton, this.#fileSystem);
    }
  }

  /** Whether this directory takes everything from the tree that is joined, since its own could not read it. */
  #takeUnread(): boolean {
    const { items, report } = this.#session;
    const error = items.unread.get(this.#directory);
    const refusal = items.refused.get(this.#directory);
    if (error === undefined && refusal === undefined) return false;
    items.unread.delete(this.#directory);
    items.refused.delete(this.#directory);
    const origin = this.#session.originOf(this.#directory);
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
    joinAttributes(item, entry, this.#session.items, (what) =>
      this.#session.attributesDiffer(item, this.#fileSystem, what),
    );
    const other = otherMeaning(item, entry);
    if (other !== undefined) {
      this.#reportBeside(
        item,
        entry,
        `it is ${other[0]} in ${this.#session.originOf(item)}, and ${other[1]} in ${this.#fileSystem}`,
        false,
      );
    } else if (item.type === "directory") {
      if (entry.refusal === null) this.next.push({ node: item, entry, isNew: false });
    } else if (item.type === "file" && entry.type === "file") {
      this.#joinContents(item, entry);
    }
  }

  #joinContents(file: FileNode, entry: DiscEntry): void {
    const { items, report } = this.#session;
    const refusal = items.refused.get(file);
    const origin =
      refusal === undefined && hasContentOf(file.content, entry) ? undefined : this.#session.originOf(file);
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
      if (!this.#isBootCatalog(entry)) report.count("filled", () => file.path, origin, this.#fileSystem);
      this.#takeContent(file, entry);
    } else if (entry.bytes === 0) {
      if (!this.#isBootCatalog(file.content)) report.count("empty", () => file.path, origin, this.#fileSystem);
    } else {
      this.#compareContents(file, entry);
    }
  }

  #directoryByName(entry: DiscEntry): DirectoryNode | undefined {
    return this.#isRelocation ? this.#tree.moved.get(entry.name) : this.#match.takeDirectory(entry);
  }

  #takeContent(file: FileNode, entry: DiscEntry): FileNode {
    const content = this.#session.items.contentOf(this.#directory, entry, this.#fileSystem);
    const node = this.#session.replaceContent(file, content);
    node.fileEntry = entry.fileEntry;
    return node;
  }

  /** Contents that UDF keeps in its own structures are there once more for other trees, and may be the same. */
  #compareContents(file: FileNode, entry: DiscEntry): void {
    const isEmbedded = !areWholeBlocks(file.content.extents ?? []) || !areWholeBlocks(entry.extents);
    const isComparable = isEmbedded && entry.bytes <= maximumComparedBytes;
    if (entry.bytes === file.content.bytes && isComparable) this.disputes.push({ file, entry });
    else this.#contentsDiffer(file, entry);
  }

  #contentsDiffer(file: FileNode, entry: DiscEntry): void {
    const { items } = this.#session;
    const isKept =
      holdBytes(storedOf(file.content).extents ?? [], entry.extents) || items.directoryWith(entry) !== undefined;
    const origin = this.#session.originOf(file);
    const both = `${placeOf(file.content)} in ${origin}, ${placeOf(entry)} in ${this.#fileSystem}`;
    this.#reportBeside(file, entry, `its contents differ: ${both}; those of ${origin} are taken`, isKept);
  }

  /** Whether contents are the boot catalog, which programs show as a file in some trees only. */
  #isBootCatalog({ extents }: Pick<Content, "extents">): boolean {
    const { bootCatalogLba } = this.#session;
    return bootCatalogLba !== undefined && extents?.[0]?.lba === bootCatalogLba;
  }

  #kindsDiffer(item: Item, entry: DiscEntry): void {
    const { items } = this.#session;
    const isFile = entry.type === "file";
    if (item.type === "directory" && isFile && entry.bytes === 0 && items.relocations.size > 0) {
      this.#tree.moved.set(entry.name, item);
      return;
    }
    // A link that another tree shows as the file it leads to has its contents in the tree already.
    const isKept = isFile && (entry.bytes === 0 || items.directoryWith(entry) !== undefined);
    const origin = this.#session.originOf(item);
    const what = `it is a ${item.type} in ${origin}, and a ${entry.type} in ${this.#fileSystem}; the ${item.type} is taken`;
    this.#reportBeside(item, entry, what, isKept);
  }

  /** Reports what differs, and keeps the other tree's item beside, unless what is in it is in the tree already. */
  #reportBeside(item: Item, entry: DiscEntry, what: string, isKept: boolean): void {
    const fileSystems = [this.#session.originOf(item), this.#fileSystem] as const;
    if (isKept || entry.refusal !== null) {
      this.#session.report.differs(item.path, fileSystems, what);
      return;
    }
    const name = nameBeside(this.#directory, item.name, this.#fileSystem);
    this.#session.report.differs(item.path, fileSystems, `${what}, and the other one is kept as "${name}"`);
    this.#attach(entry, name, true);
  }

  /** Adds an item that only this tree has. */
  #add(entry: DiscEntry): void {
    if (entry.type === "directory" && this.#session.items.relocations.get(this.#directory) === entry.name) {
      this.#tree.relocations.push({ parent: this.#directory, entry });
      return;
    }
    const { children } = this.#directory;
    const isTaken = children.has(entry.name);
    const name = isTaken ? nameBeside(this.#directory, entry.name, this.#fileSystem) : entry.name;
    if (!this.#isFilling && !this.#isBootCatalog(entry) && entry.refusal === null) {
      const what = `it is in ${this.#fileSystem} alone, and is kept${isTaken ? ` as "${name}"` : ""}`;
      this.#session.report.differs(joinPath(this.#directory.path, entry.name), [this.#fileSystem], what);
    }
    this.#attach(entry, name, false);
  }

  #attach(entry: DiscEntry, name: string, isBeside: boolean): void {
    const { items } = this.#session;
    const node = items.add(this.#directory, entry, this.#fileSystem, name);
    this.#session.setOrigin(node, this.#fileSystem, isBeside);
    if (node.type === "directory" && entry.refusal === null) this.next.push({ node, entry, isNew: true });
  }

  /** The directory without counterpart in which most of the files are that have the contents of these. */
  #directoryWith(samples: readonly SampleFile[]): DirectoryNode | undefined {
    const votes = new Map<DirectoryNode, number>();
    for (const { entry, depth } of samples) {
      let node: DirectoryNode | null | undefined = this.#session.items.directoryWith(entry);
      for (let level = 1; level < depth; level++) node = node?.parent;
      if (node != null && (this.#isRelocation || this.#match.items.has(node)))
        votes.set(node, (votes.get(node) ?? 0) + 1);
    }
    let best: DirectoryNode | undefined;
    for (const [node, count] of votes) if (count > (votes.get(best as DirectoryNode) ?? 0)) best = node;
    return best;
  }
}
