import { DiscError } from "../../errors.js";
import type { Catalog, CatalogDirectory } from "../layout/catalog.js";
import type { Unencodable } from "../names/charset.js";
import { nameInForm } from "../names/charset.js";
import type { IdentifierEncoding } from "../names/identifier-encoding.js";
import { compareNames } from "../names/name-bytes.js";
import type { NameMapping } from "../names/unique-names.js";
import { assignUniqueNames, refuseLacking } from "../names/unique-names.js";
import type { Item } from "../tree/directory.js";
import { DirectoryNode } from "../tree/directory.js";
import { joinPath } from "../tree/path.js";
import { maximumDirectories } from "./path-table.js";

/** The deepest level of a directory, the root being level 1. ECMA-119 6.8.2.1. */
const maximumLevel = 8;

/** How one hierarchy of a volume (the primary one, Joliet's) is made of the tree. */
export interface HierarchyOptions {
  readonly fileSystem: string;
  readonly mapping: NameMapping;
  /** How identifiers stand on disc. */
  readonly encoding: IdentifierEncoding;
  /** Order of two identifiers without version numbers, by the keys that their encoding gives. */
  compare(left: string, right: string): number;
  /** What becomes of names with characters that the mapping lacks. */
  readonly unencodable: Unencodable;
  /** Why an item is not in this hierarchy, or `undefined`. */
  omits(item: Item): string | undefined;
  /** What happens to directories below level 8. */
  readonly deepDirectories: "relocate" | "allow" | "refuse";
  /** Called for items left out, and names that were shortened, or lost a character. */
  onOmitted(path: string, reason: string): void;
  onShortened(path: string, identifier: string): void;
  onMangled(path: string, identifier: string, character: string): void;
}

/** One directory of a hierarchy, with its entries in the order of their identifiers. */
export interface HierarchyDirectory {
  readonly node: DirectoryNode;
  /** Its directory in the catalog; `undefined` for the one that receives relocated directories. */
  readonly source: CatalogDirectory | undefined;
  /** The directory whose entry leads here; the root is its own. */
  readonly parent: HierarchyDirectory;
  /** Its identifier in the parent; "" for the root. */
  readonly identifier: string;
  /** Ordinal number in the path table, from 1. */
  readonly number: number;
  /** For a relocated directory, the one it was moved from. */
  readonly relocatedFrom: HierarchyDirectory | undefined;
  readonly items: readonly Item[];
  /** Identifiers without version numbers. */
  readonly identifiers: readonly string[];
  /** Numbers of the items in the catalog; -1 for directories. */
  readonly objects: Int32Array;
  /** Directories by the position of their entry; for one that was moved away, where it is now. */
  readonly targets: ReadonlyMap<number, HierarchyDirectory>;
  /** Directories in it, wherever they lie: POSIX counts their ".." entries as links. */
  readonly subdirectories: number;
}

/** The entries of one directory, named and sorted. */
type Entries = Pick<HierarchyDirectory, "items" | "identifiers" | "objects">;

/** A directory while its hierarchy is built. */
class GrowingDirectory implements HierarchyDirectory {
  readonly node: DirectoryNode;
  readonly source: CatalogDirectory | undefined;
  readonly parent: GrowingDirectory;
  readonly identifier: string;
  readonly number: number;
  readonly items: readonly Item[];
  readonly identifiers: readonly string[];
  readonly objects: Int32Array;
  readonly targets: Map<number, GrowingDirectory> = new Map();
  relocatedFrom: GrowingDirectory | undefined;

  constructor(
    node: DirectoryNode,
    source: CatalogDirectory | undefined,
    parent: GrowingDirectory | undefined,
    identifier: string,
    number: number,
    { items, identifiers, objects }: Entries,
  ) {
    this.node = node;
    this.source = source;
    this.parent = parent ?? this;
    this.identifier = identifier;
    this.number = number;
    this.items = items;
    this.identifiers = identifiers;
    this.objects = objects;
  }

  get subdirectories(): number {
    return this.source?.directories.length ?? 0;
  }
}

/** Directories that would lie below level 8; each starts anew at level 3, in the directory made for them. */
function findDeep(directory: CatalogDirectory, level: number, found: CatalogDirectory[]): void {
  for (const below of directory.directories) {
    const isDeep = level + 1 > maximumLevel;
    if (isDeep) found.push(below);
    findDeep(below, isDeep ? 3 : level + 1, found);
  }
}

function pathOf(directory: CatalogDirectory): string {
  return directory.parent === directory ? "/" : joinPath(pathOf(directory.parent), directory.node.name);
}

/** Makes the directory for relocated ones, under a name that is free in the root. */
function relocationDirectory(root: CatalogDirectory): DirectoryNode {
  let name = "rr_moved";
  for (let number = 1; root.node.children.has(name); number++) name = `rr_moved_${number}`;
  const { mode, uid, gid } = root.node;
  const node = new DirectoryNode(name, { mode, uid, gid });
  node.parent = root.node;
  return node;
}

/** Builds the directories level by level, which is the order of the path table. */
class HierarchyBuilder {
  readonly #options: HierarchyOptions;
  readonly directories: GrowingDirectory[] = [];
  readonly #deep: CatalogDirectory[] = [];
  readonly #deepByNode: Map<DirectoryNode, CatalogDirectory>;
  readonly #relocation: DirectoryNode | undefined;
  /** Placeholders by the directory they stand for. */
  readonly #placeholders = new Map<CatalogDirectory, { directory: GrowingDirectory; position: number }>();

  constructor(catalog: Catalog, options: HierarchyOptions) {
    this.#options = options;
    const root = catalog.directories[0]!;
    if (options.deepDirectories !== "allow") findDeep(root, 1, this.#deep);
    const deepest = this.#deep[0];
    if (deepest !== undefined && options.deepDirectories === "refuse") {
      const path = pathOf(deepest);
      const message = `"${path}" lies deeper than the ${maximumLevel} levels of ${options.fileSystem}`;
      throw new DiscError("E_PATH_TOO_DEEP", message, { path, depth: path.split("/").length, limit: maximumLevel });
    }
    this.#deepByNode = new Map(this.#deep.map((directory) => [directory.node, directory]));
    this.#relocation = deepest === undefined ? undefined : relocationDirectory(root);
    this.#add(root.node, root, undefined, "");
    for (let next = 0; next < this.directories.length; next++) this.#addBelow(this.directories[next]!);
  }

  #add(
    node: DirectoryNode,
    source: CatalogDirectory | undefined,
    parent: GrowingDirectory | undefined,
    identifier: string,
  ): GrowingDirectory {
    const { fileSystem } = this.#options;
    const number = this.directories.length + 1;
    if (number > maximumDirectories) {
      const message = `${fileSystem} cannot number more than ${maximumDirectories} directories`;
      throw new DiscError("E_TOO_MANY_DIRECTORIES", message, {
        fileSystem,
        directories: number,
        limit: maximumDirectories,
      });
    }
    const entries = source === undefined ? this.#relocated() : this.#entries(source);
    const added = new GrowingDirectory(node, source, parent, identifier, number, entries);
    this.directories.push(added);
    return added;
  }

  #addBelow(directory: GrowingDirectory): void {
    const bySource = new Map(directory.source?.directories.map((below) => [below.node, below]));
    for (let position = 0; position < directory.items.length; position++) {
      const item = directory.items[position]!;
      if (item.type !== "directory") continue;
      const identifier = directory.identifiers[position]!;
      const source = bySource.get(item) ?? this.#deepByNode.get(item);
      if (item === this.#relocation) {
        directory.targets.set(position, this.#add(item, undefined, directory, identifier));
      } else if (directory.source !== undefined && this.#deepByNode.has(item)) {
        this.#placeholders.set(source!, { directory, position });
      } else {
        directory.targets.set(position, this.#add(item, source, directory, identifier));
      }
    }
  }

  /** Joins placeholders and the directories they stand for. */
  finish(): HierarchyDirectory[] {
    for (const directory of this.directories) {
      const placeholder = directory.source === undefined ? undefined : this.#placeholders.get(directory.source);
      if (placeholder === undefined) continue;
      directory.relocatedFrom = placeholder.directory;
      placeholder.directory.targets.set(placeholder.position, directory);
    }
    return this.directories;
  }

  #entries(source: CatalogDirectory): Entries {
    const items: Item[] = [];
    const objects: number[] = [];
    for (let position = 0; position < source.children.length; position++) {
      const item = source.children[position]!;
      const reason = this.#options.omits(item);
      if (reason === undefined) {
        items.push(item);
        objects.push(source.objects[position]!);
      } else {
        this.#options.onOmitted(joinPath(pathOf(source), item.name), reason);
      }
    }
    if (source.parent === source && this.#relocation !== undefined) {
      const name = this.#relocation.name;
      const after = items.findIndex((item) => compareNames(item.name, name) > 0);
      const position = after < 0 ? items.length : after;
      items.splice(position, 0, this.#relocation);
      objects.splice(position, 0, -1);
    }
    return this.#named(items, objects, (index) => joinPath(pathOf(source), items[index]!.name));
  }

  #relocated(): Entries {
    const items = this.#deep.map(({ node }) => node);
    return this.#named(items, new Array(items.length).fill(-1), (index) => pathOf(this.#deep[index]!));
  }

  #named(items: Item[], objects: number[], pathAt: (index: number) => string): Entries {
    const { mapping, encoding, compare } = this.#options;
    const isDirectory = (index: number): boolean => items[index]!.type === "directory";
    const names = items.map(({ name }) => name);
    const assigned = assignUniqueNames(mapping, names, isDirectory, pathAt);
    this.#report(names, assigned, pathAt);
    const keys = encoding.key === undefined ? assigned : assigned.map(encoding.key);
    // Most mappings leave the order of names as it is.
    if (isSorted(keys, compare)) return { items, identifiers: assigned, objects: Int32Array.from(objects) };
    const order = Uint32Array.from(items.keys()).sort((one, other) => compare(keys[one]!, keys[other]!));
    return {
      items: Array.from(order, (index) => items[index]!),
      identifiers: Array.from(order, (index) => assigned[index]!),
      objects: Int32Array.from(order, (index) => objects[index]!),
    };
  }

  #report(names: readonly string[], assigned: readonly string[], pathAt: (index: number) => string): void {
    const { mapping, unencodable, onShortened, onMangled } = this.#options;
    for (let index = 0; index < names.length; index++) {
      const [name, identifier] = [names[index]!, assigned[index]!];
      if (name === identifier) continue;
      const lacking = mapping.lacks?.(name);
      if (lacking !== undefined) {
        if (unencodable === "refuse") refuseLacking(mapping.fileSystem, name, pathAt(index), lacking);
        onMangled(pathAt(index), identifier, lacking);
      }
      if (identifier.length < nameInForm(name, mapping.form).length) onShortened(pathAt(index), identifier);
    }
  }
}

function isSorted(names: readonly string[], compare: (one: string, other: string) => number): boolean {
  for (let index = 1; index < names.length; index++) if (compare(names[index - 1]!, names[index]!) > 0) return false;
  return true;
}

/**
 * Makes a hierarchy of the tree's catalog: names mapped and sorted, directories in path-table order, deep ones moved
 * where that is asked for.
 *
 * @throws {@link DiscError} E_PATH_TOO_DEEP, E_TOO_MANY_DIRECTORIES, E_NAME_NOT_UNIQUE.
 */
export function buildHierarchy(catalog: Catalog, options: HierarchyOptions): readonly HierarchyDirectory[] {
  return new HierarchyBuilder(catalog, options).finish();
}
