import type { HierarchyDirectory } from "../iso9660/hierarchy.js";
import { buildHierarchy } from "../iso9660/hierarchy.js";
import { takeCatalog } from "../layout/catalog.js";
import { isHidden, visibleCatalog } from "../layout/visible-catalog.js";
import { compareNames } from "../names/name-bytes.js";
import { udfNameMapping } from "../names/udf-name.js";
import { assignUniqueNames } from "../names/unique-names.js";
import type { DirectoryNode, Item } from "../tree/directory.js";
import type { FileSystemName } from "../tree/disc-entry.js";
import { joinPath } from "../tree/path.js";
import { attributeFileOf } from "../udf/attribute-file.js";
import { FileEntryForm } from "../udf/file-entry-form.js";
import type { UdfRevision } from "../udf/revision.js";
import { rulesOf } from "../udf/revision.js";
import { omissionFromUdf } from "../udf/udf-naming.js";
import type { HierarchyNaming } from "./hierarchy-naming.js";
import { isoHierarchyNaming, jolietHierarchyNaming } from "./hierarchy-naming.js";
import type { ImageOptions } from "./options.js";
import { RockRidgeNames } from "./rock-ridge-names.js";
import { ImageTimes } from "./times.js";

/** Names of the items of one directory; those that are left out have none. */
type DirectoryNames = ReadonlyMap<Item, string>;

/** How a tree is named and ordered by one file system. */
interface Naming {
  namesIn(directory: DirectoryNode): DirectoryNames;
  /** The path of a directory; `undefined` for one that is left out. */
  pathOf(directory: DirectoryNode): string | undefined;
}

/** Directories stay where they are, and each names what is in it by itself. */
class PlainNaming implements Naming {
  readonly #name: (directory: DirectoryNode) => DirectoryNames;
  readonly #named = new Map<DirectoryNode, DirectoryNames>();

  constructor(name: (directory: DirectoryNode) => DirectoryNames) {
    this.#name = name;
  }

  namesIn(directory: DirectoryNode): DirectoryNames {
    const known = this.#named.get(directory);
    if (known !== undefined) return known;
    const names = this.#name(directory);
    this.#named.set(directory, names);
    return names;
  }

  pathOf(directory: DirectoryNode): string | undefined {
    if (directory.parent === null) return "/";
    const above = this.pathOf(directory.parent);
    const name = this.namesIn(directory.parent).get(directory);
    return above === undefined || name === undefined ? undefined : joinPath(above, name);
  }
}

/** Deep directories may have been moved elsewhere. */
class HierarchicNaming implements Naming {
  readonly #directories: ReadonlyMap<DirectoryNode, HierarchyDirectory>;
  readonly #named = new Map<DirectoryNode, DirectoryNames>();

  constructor(root: DirectoryNode, fileSystem: FileSystemName, naming: HierarchyNaming) {
    const ignore = (): void => {};
    const catalog = visibleCatalog(takeCatalog(root), fileSystem);
    const directories = buildHierarchy(catalog, {
      ...naming,
      onOmitted: ignore,
      onShortened: ignore,
      onMangled: ignore,
    });
    this.#directories = new Map(directories.map((directory) => [directory.node, directory]));
  }

  namesIn(directory: DirectoryNode): DirectoryNames {
    const known = this.#named.get(directory);
    if (known !== undefined) return known;
    // What is in a directory that is hidden from the file system has no names there.
    const { items, identifiers } = this.#directories.get(directory) ?? { items: [], identifiers: [] };
    const names = new Map(items.map((item, index) => [item, identifiers[index]!]));
    this.#named.set(directory, names);
    return names;
  }

  pathOf(directory: DirectoryNode): string | undefined {
    const names: string[] = [];
    let at = this.#directories.get(directory);
    if (at === undefined) return undefined;
    for (; at.parent !== at; at = at.parent) names.unshift(at.identifier);
    return `/${names.join("/")}`;
  }
}

/** The names of Rock Ridge, which shows what the hierarchy does that it extends. */
function rockRidgeNaming(options: ImageOptions): Naming {
  return new PlainNaming((directory) => {
    const items = [...directory].filter((item) => !isHidden(item, "iso"));
    items.sort((one, other) => compareNames(one.name, other.name));
    const names = new RockRidgeNames(options).namesOf(items);
    return new Map(items.map((item, index) => [item, names[index]!]));
  });
}

function udfNaming(options: ImageOptions, revision: UdfRevision): Naming {
  const rules = rulesOf(revision);
  const times = new ImageTimes(options.sourceDateEpoch, () => {});
  const { headBytes: entryHeadBytes } = new FileEntryForm(rules.extended);
  const creationMs = (item: Item): number | null => times.creationMs(item);
  const catalog = { attributeFiles: { has: (item: Item) => attributeFileOf(item, 0) !== undefined } };
  const omission = { rules, entryHeadBytes, creationMs, catalog, specialFiles: options.udfSpecialFiles === true };
  return new PlainNaming((directory) => {
    const isThere = (item: Item): boolean => !isHidden(item, "udf") && omissionFromUdf(item, omission) === undefined;
    const items = [...directory].filter(isThere);
    items.sort((one, other) => compareNames(one.name, other.name));
    const names = assignUniqueNames(
      udfNameMapping(options.unicodeForm),
      items.map(({ name }) => name),
      (index) => items[index]!.type === "directory",
      (index) => items[index]!.path,
    );
    return new Map(items.map((item, index) => [item, names[index]!]));
  });
}

/**
 * The names that one file system gives to the items of a tree: names that it cannot hold are others there, and deep
 * directories may lie elsewhere. IMAPI2 `IFsiItem::FileSystemName`, `FileSystemPath`.
 */
export class NamesInFileSystem {
  readonly #root: DirectoryNode;
  readonly #naming: Naming;

  /** @throws {@link DiscError} E_NAME_NOT_UNIQUE, E_PATH_TOO_DEEP, E_TOO_MANY_DIRECTORIES. */
  constructor(root: DirectoryNode, options: ImageOptions, revision: UdfRevision, fileSystem: FileSystemName) {
    this.#root = root;
    if (fileSystem === "iso") this.#naming = new HierarchicNaming(root, "iso", isoHierarchyNaming(options));
    else if (fileSystem === "joliet")
      this.#naming = new HierarchicNaming(root, "joliet", jolietHierarchyNaming(options));
    else if (fileSystem === "udf") this.#naming = udfNaming(options, revision);
    else this.#naming = rockRidgeNaming(options);
  }

  /**
   * The name of an item there, in ISO 9660 and Joliet without the version number; `undefined` where it is left out. The
   * root has none: "".
   *
   * @param path In the tree.
   * @throws {@link DiscError} E_ITEM_NOT_FOUND, E_PATH_INVALID.
   */
  nameOf(path: string): string | undefined {
    const item = this.#root.item(path);
    if (item.parent === null) return "";
    // What is in a directory that is left out is left out with it.
    return this.#naming.pathOf(item.parent) === undefined ? undefined : this.#naming.namesIn(item.parent).get(item);
  }

  /** The path of an item there, likewise. @throws as {@link NamesInFileSystem.nameOf}. */
  pathOf(path: string): string | undefined {
    const item = this.#root.item(path);
    if (item.type === "directory") return this.#naming.pathOf(item);
    const directory = this.#naming.pathOf(item.parent!);
    const name = this.#naming.namesIn(item.parent!).get(item);
    return directory === undefined || name === undefined ? undefined : joinPath(directory, name);
  }
}
