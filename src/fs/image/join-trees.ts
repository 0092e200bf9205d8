/**
 * Joins the trees of a session one after the other to what is imported of it already: what one tree lacks comes from
 * the other, and nothing is lost. Nothing is read here.
 */
import { accessControlText } from "../tree/access-control.js";
import type { Content } from "../tree/content.js";
import type { DirectoryNode, Item } from "../tree/directory.js";
import type { DiscEntry, FileSystemName } from "../tree/disc-entry.js";
import { carriedAttributes, differingAttributes } from "../tree/extended-attributes.js";
import type { FileNode } from "../tree/node.js";
import type { ImportedItems } from "./imported-items.js";
import type { JoinReport } from "./join-report.js";
import { TreeNaming } from "./match-items.js";

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
export function joinAttributes(
  item: Item,
  entry: DiscEntry,
  items: ImportedItems,
  differs: (what: string) => void,
): void {
  joinLists(item, entry, differs);
  if (!entry.hidden) item.hidden = false;
  item.mtimeMs = finerTime(item.mtimeMs, entry.mtimeMs);
  item.atimeMs = finerTime(item.atimeMs, entry.atimeMs);
  item.ctimeMs = finerTime(item.ctimeMs, entry.ctimeMs);
  item.birthtimeMs = finerTime(item.birthtimeMs, entry.birthtimeMs);
  if (entry.streams.length > 0) item.streams ??= items.streamsOf(entry);
  if (entry.realTime && item.type === "file") item.realTime = true;
}

/** Adds extended attributes and access control lists that another tree alone has; what both say is compared. */
function joinLists(item: Item, entry: DiscEntry, differs: (what: string) => void): void {
  const attributes = carriedAttributes(entry.extendedAttributes);
  if (attributes !== undefined && item.extendedAttributes !== undefined) {
    const differing = differingAttributes(item.extendedAttributes, attributes);
    if (differing.length > 0) differs(`extended attributes (${differing.join(", ")})`);
  }
  const lists = accessControlText(entry.accessControl);
  if (entry.accessControl !== undefined && item.accessControl !== undefined) {
    if (accessControlText(item.accessControl) !== lists) differs("access control lists");
  }
  if (attributes !== undefined) item.extendedAttributes ??= attributes;
  if (entry.accessControl !== undefined) item.accessControl ??= entry.accessControl;
}

/** The trees of one session on their way to one. */
export class SessionJoin {
  readonly items: ImportedItems;
  readonly report: JoinReport;
  /** The tree that everything is from that {@link SessionJoin.originOf} knows no other of. */
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
  joinRoot(root: DirectoryNode, entry: DiscEntry, fileSystem: FileSystemName): void {
    joinAttributes(root, entry, this.items, (what) => this.attributesDiffer(root, fileSystem, what));
  }

  /** Reports attributes that two trees say differently; those of the first are taken. */
  attributesDiffer(item: Item, fileSystem: FileSystemName, what: string): void {
    const origin = this.originOf(item);
    const message = `its ${what} differ in ${origin} and ${fileSystem}; those of ${origin} are taken`;
    this.report.differs(item.path, [origin, fileSystem], message);
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

/** A directory that some programs move deep ones to, in trees that could hold them in their place. */
export interface Relocation {
  readonly parent: DirectoryNode;
  readonly entry: DiscEntry;
}

/** One tree on its way into those of its session. */
export class TreeJoin {
  readonly session: SessionJoin;
  readonly fileSystem: FileSystemName;
  readonly naming: TreeNaming;
  /** What is left for the end, when every directory was seen that is in its place. */
  readonly relocations: Relocation[] = [];
  /** Directories, by their names here, in whose place this tree has an empty file: they were moved elsewhere. */
  readonly moved: Map<string, DirectoryNode> = new Map();

  constructor(session: SessionJoin, fileSystem: FileSystemName) {
    this.session = session;
    this.fileSystem = fileSystem;
    this.naming = new TreeNaming(fileSystem);
  }
}
