import { compareNames } from "../names/name-bytes.js";
import { accessControlText } from "../tree/access-control.js";
import type { Content } from "../tree/content.js";
import type { DirectoryNode, Item } from "../tree/directory.js";
import { differingAttributes } from "../tree/extended-attributes.js";
import type { FileNode } from "../tree/node.js";

/** One directory of a catalog. */
export interface CatalogDirectory {
  readonly node: DirectoryNode;
  /** Its place in {@link Catalog.directories}. */
  readonly index: number;
  /** The root is its own parent. */
  readonly parent: CatalogDirectory;
  /** The children in byte order of their names. */
  readonly children: readonly Item[];
  /** For each child that is no directory, its number in the catalog; -1 for directories. */
  readonly objects: Int32Array;
  /** The child directories, in the order of `children`. */
  readonly directories: readonly CatalogDirectory[];
}

/** A named stream, and the number of its content. */
export interface CatalogStream {
  readonly name: string;
  readonly content: number;
}

/**
 * The tree as it is when an image is planned, in arrays: what every file system of the image is derived from.
 * Everything that is no directory is an *object*; hard links are one object. Objects with content name it by its number
 * among the contents, which are all distinct.
 */
export interface Catalog {
  readonly directories: readonly CatalogDirectory[];
  /** For each object, how many names it has. */
  readonly links: Uint32Array;
  /** For each object, the number of its content; -1 for links and devices. */
  readonly contentOfObject: Int32Array;
  readonly contents: readonly Content[];
  /** For each content, a node that has it, for messages. */
  readonly nodeOfContent: readonly Item[];
  /** From here on, contents are those of no file, and those of named streams. */
  readonly firstStreamContent: number;
  /** Of the items that have named streams, where these are written. */
  readonly streams: ReadonlyMap<Item, readonly CatalogStream[]>;
  /** Of the items whose attributes are in a file of their own in UDF, the number of its content. */
  readonly attributeFiles: ReadonlyMap<Item, number>;
}

function haveEqualAttributes(one: Item, other: Item): boolean {
  return (
    one.mode === other.mode &&
    one.uid === other.uid &&
    one.gid === other.gid &&
    one.mtimeMs === other.mtimeMs &&
    haveEqualLists(one, other)
  );
}

function haveEqualLists(one: Item, other: Item): boolean {
  const [attributes, others] = [one.extendedAttributes, other.extendedAttributes];
  if (attributes !== others && differingAttributes(attributes, others).length > 0) return false;
  const [lists, otherLists] = [one.accessControl, other.accessControl];
  return lists === otherLists || accessControlText(lists) === accessControlText(otherLists);
}

/** What of a tree is written besides the contents of its files. */
export interface CatalogOptions {
  /** Whether named streams are. */
  readonly streams?: boolean | undefined;
  /** The file of attributes of an item that has one. */
  attributeFile?(item: Item): Content | undefined;
}

/** What is written in the place of, and besides, the contents of a tree. */
export interface ContentChanges {
  /** Contents, and those that are written in their places. */
  readonly replaced: ReadonlyMap<Content, Content>;
  /** Files of no directory: their contents are written, and nothing refers to them. */
  readonly hidden: readonly FileNode[];
  /** The compressed form in which a content is written; `undefined` for one that is written as it is. */
  compressed?(content: Content): Content | undefined;
}

/** Numbers objects and contents as they are met. */
class Numbering {
  readonly links: number[] = [];
  readonly contentOfObject: number[] = [];
  readonly contents: Content[] = [];
  readonly nodeOfContent: Item[] = [];
  /** The first object of each content. */
  readonly #objectOfContent = new Map<Content, number>();
  readonly #changes: ContentChanges | undefined;

  constructor(changes: ContentChanges | undefined) {
    this.#changes = changes;
  }

  /** What is written for a content of the tree. */
  #written(content: Content): Content {
    return this.#changes?.replaced.get(content) ?? this.#changes?.compressed?.(content) ?? content;
  }

  object(item: Item): number {
    if (item.type !== "file") return this.#newObject(-1);
    const first = this.#objectOfContent.get(item.content);
    if (first === undefined) {
      const object = this.#newObject(this.contents.length);
      this.#objectOfContent.set(item.content, object);
      this.contents.push(this.#written(item.content));
      this.nodeOfContent.push(item);
      return object;
    }
    const content = this.contentOfObject[first]!;
    // Names that share a content but not its attributes are no hard links: they only lie in the same place.
    if (!haveEqualAttributes(this.nodeOfContent[content]!, item)) return this.#newObject(content);
    this.links[first]!++;
    return first;
  }

  /** A content that no directory leads to; one that is shared by several streams has a number for each. */
  beside(item: Item, content: Content): number {
    this.contents.push(content);
    this.nodeOfContent.push(item);
    return this.contents.length - 1;
  }

  #newObject(content: number): number {
    this.links.push(1);
    this.contentOfObject.push(content);
    return this.links.length - 1;
  }
}

class GrowingDirectory implements CatalogDirectory {
  readonly node: DirectoryNode;
  readonly index: number;
  readonly parent: GrowingDirectory;
  readonly children: readonly Item[];
  readonly objects: Int32Array;
  readonly directories: GrowingDirectory[] = [];

  constructor(node: DirectoryNode, index: number, parent: GrowingDirectory | undefined) {
    this.node = node;
    this.index = index;
    this.parent = parent ?? this;
    this.children = [...node.children.values()].sort((one, other) => compareNames(one.name, other.name));
    this.objects = new Int32Array(this.children.length).fill(-1);
  }
}

/**
 * Takes the catalog of a tree: directories level by level, contents in the order of their directories, those of streams
 * behind them.
 */
export function takeCatalog(root: DirectoryNode, options: CatalogOptions = {}, changes?: ContentChanges): Catalog {
  const numbering = new Numbering(changes);
  const directories: GrowingDirectory[] = [new GrowingDirectory(root, 0, undefined)];
  for (let next = 0; next < directories.length; next++) {
    const directory = directories[next]!;
    for (let position = 0; position < directory.children.length; position++) {
      const child = directory.children[position]!;
      if (child.type === "directory") {
        const below = new GrowingDirectory(child, directories.length, directory);
        directory.directories.push(below);
        directories.push(below);
      } else {
        directory.objects[position] = numbering.object(child);
      }
    }
  }
  const firstStreamContent = numbering.contents.length;
  for (const node of changes?.hidden ?? []) numbering.beside(node, node.content);
  const streams = options.streams === true ? takeStreams(directories, numbering) : new Map<Item, CatalogStream[]>();
  const attributeFiles = takeAttributeFiles(directories, numbering, options);
  return {
    directories,
    streams,
    attributeFiles,
    firstStreamContent,
    links: Uint32Array.from(numbering.links),
    contentOfObject: Int32Array.from(numbering.contentOfObject),
    contents: numbering.contents,
    nodeOfContent: numbering.nodeOfContent,
  };
}

/** Files of attributes, of each object one: names of one object share it. */
function takeAttributeFiles(
  directories: readonly CatalogDirectory[],
  numbering: Numbering,
  { attributeFile }: CatalogOptions,
): Map<Item, number> {
  const found = new Map<Item, number>();
  if (attributeFile === undefined) return found;
  const seen = new Set<number>();
  const take = (item: Item): void => {
    const content = attributeFile(item);
    if (content !== undefined) found.set(item, numbering.beside(item, content));
  };
  for (const { node, children, objects } of directories) {
    take(node);
    for (const [position, object] of objects.entries()) {
      if (object < 0 || seen.has(object)) continue;
      if (numbering.links[object]! > 1) seen.add(object);
      take(children[position]!);
    }
  }
  return found;
}

function takeStreams(directories: readonly CatalogDirectory[], numbering: Numbering): Map<Item, CatalogStream[]> {
  const found = new Map<Item, CatalogStream[]>();
  for (const { node, children } of directories) {
    for (const item of [node, ...children.filter((child) => child.type !== "directory")]) {
      if (item.streams === undefined) continue;
      const sorted = [...item.streams].sort(([one], [other]) => compareNames(one, other));
      found.set(
        item,
        sorted.map(([name, content]) => ({ name, content: numbering.beside(item, content) })),
      );
    }
  }
  return found;
}
