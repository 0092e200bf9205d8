import type { WarningListener } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import type { Content } from "../tree/content.js";
import { MemoryContent, OnDiscContent, startByteOf, storedOf } from "../tree/content.js";
import type { Item } from "../tree/directory.js";
import { DirectoryNode } from "../tree/directory.js";
import type { DiscEntry, FileSystemName } from "../tree/disc-entry.js";
import { carriedAttributes } from "../tree/extended-attributes.js";
import type { FileAttributes } from "../tree/item-attributes.js";
import { FileNode, SpecialNode, SymlinkNode } from "../tree/node.js";
import { contentOfEntry } from "./entry-content.js";

/** A content that was imported already. */
interface SharedContent {
  readonly content: Content;
  /** What lies on the disc of it. */
  readonly stored: OnDiscContent;
  readonly serialNumber: number | undefined;
  /** The tree that has that number. */
  readonly fileSystem: FileSystemName;
  /** The directory in which the first file with this content is. */
  readonly directory: DirectoryNode;
}

const none: readonly SharedContent[] = [];

/** Whether two serial numbers may be those of one file: writers without any leave 0. */
function mayBeOneFile(shared: SharedContent, serialNumber: number | undefined, fileSystem: FileSystemName): boolean {
  // Each tree numbers its files in its own way.
  if (shared.fileSystem !== fileSystem) return true;
  return !shared.serialNumber || !serialNumber || shared.serialNumber === serialNumber;
}

/** Whether an entry has a content: the same bytes, which one tree does not say in two ways. */
function isThere(shared: SharedContent, entry: DiscEntry, fileSystem: FileSystemName): boolean {
  if (!shared.stored.isAt(entry.extents)) return false;
  return shared.fileSystem !== fileSystem || (entry.zisofs !== undefined) === (shared.stored.zisofs !== undefined);
}

function attributesOf(entry: DiscEntry): FileAttributes {
  const { mode, uid, gid, hidden, realTime } = entry;
  return {
    mode,
    uid,
    gid,
    mtime: entry.mtimeMs ?? undefined,
    atime: entry.atimeMs ?? undefined,
    ctime: entry.ctimeMs ?? undefined,
    birthtime: entry.birthtimeMs ?? undefined,
    hidden,
    realTime,
    extendedAttributes: carriedAttributes(entry.extendedAttributes),
    accessControl: entry.accessControl,
  };
}

/**
 * Makes nodes of the entries of one session's trees, and knows what is not settled of them before the last tree was
 * read. Files with the same extents share one content, whichever tree they are in.
 */
export class ImportedItems {
  /** Items whose contents the tree they are from cannot give, with the reason; another one may. */
  readonly refused: Map<Item, string> = new Map();
  /** Directories that could not be read in the tree they are from. */
  readonly unread: Map<DirectoryNode, Error> = new Map();
  /** Directories whose only use was to hold relocated ones, which are no items: their names, by where they were. */
  readonly relocations: Map<DirectoryNode, string> = new Map();
  readonly #blocks: BlockSource;
  readonly #onWarning: WarningListener | undefined;
  readonly #empty: Content = new MemoryContent(new Uint8Array(0));
  /** By the first byte; a list only where files that start there differ. */
  readonly #contents: Map<number, SharedContent | SharedContent[]> = new Map();

  constructor(blocks: BlockSource, onWarning?: WarningListener) {
    this.#blocks = blocks;
    this.#onWarning = onWarning;
  }

  /** Makes the node of an entry, and puts it into a directory. */
  add(parent: DirectoryNode, entry: DiscEntry, fileSystem: FileSystemName, name: string = entry.name): Item {
    const node = this.#node(parent, entry, fileSystem, name);
    node.imported = true;
    node.streams = this.streamsOf(entry);
    if (entry.refusal !== null) this.refused.set(node, entry.refusal);
    parent.attach(node);
    return node;
  }

  root(entry: DiscEntry): DirectoryNode {
    const node = new DirectoryNode("", attributesOf(entry));
    node.imported = true;
    node.streams = this.streamsOf(entry);
    return node;
  }

  #node(parent: DirectoryNode, entry: DiscEntry, fileSystem: FileSystemName, name: string): Item {
    const { type } = entry;
    const attributes = attributesOf(entry);
    if (type === "directory") return new DirectoryNode(name, attributes);
    if (type === "symlink") return new SymlinkNode(name, entry.target ?? "", attributes);
    if (type !== "file") return new SpecialNode(name, type, entry.major, entry.minor, attributes);
    const node = new FileNode(name, this.contentOf(parent, entry, fileSystem), attributes);
    node.fileEntry = entry.fileEntry;
    return node;
  }

  /** @param parent The directory in which the file is. */
  contentOf(parent: DirectoryNode, entry: DiscEntry, fileSystem: FileSystemName): Content {
    // Empty files state any block, or one of another file: they are no links of each other.
    if (entry.bytes === 0) return this.#empty;
    const start = startByteOf(entry.extents);
    if (start === undefined || entry.refusal !== null) return this.contentAt(entry);
    const known = this.#known(start);
    const { serialNumber } = entry;
    for (const shared of known) {
      const isSame = isThere(shared, entry, fileSystem);
      if (isSame && mayBeOneFile(shared, serialNumber, fileSystem)) return shared.content;
    }
    const content = this.contentAt(entry);
    const stored = storedOf(content);
    if (!(stored instanceof OnDiscContent)) return content;
    const added: SharedContent = { content, stored, serialNumber, fileSystem, directory: parent };
    this.#contents.set(start, known.length === 0 ? added : [...known, added]);
    return content;
  }

  /** The directory of a file that has the content of an entry; `undefined` where no file has. */
  directoryWith(entry: DiscEntry): DirectoryNode | undefined {
    const start = startByteOf(entry.extents);
    if (start === undefined) return undefined;
    return this.#known(start).find(({ stored }) => stored.isAt(entry.extents))?.directory;
  }

  /** The content of an entry, which no item has yet. */
  contentAt(entry: DiscEntry): Content {
    return contentOfEntry(this.#blocks, entry, this.#onWarning);
  }

  streamsOf(entry: DiscEntry): ReadonlyMap<string, Content> | undefined {
    if (entry.streams.length === 0) return undefined;
    return new Map(entry.streams.map(({ name, extents }) => [name, new OnDiscContent(this.#blocks, extents)]));
  }

  /** Puts a file into the place of another that is the same but for its content, and returns it. */
  replaceContent(file: FileNode, content: Content): FileNode {
    const node = file.withContent(content);
    file.parent?.attach(node);
    return node;
  }

  #known(start: number): readonly SharedContent[] {
    const known = this.#contents.get(start);
    return known === undefined ? none : Array.isArray(known) ? known : [known];
  }
}
