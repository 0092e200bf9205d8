import type { WarningListener } from "../../errors.js";
import { DiscError, throwIfCancelled } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import type { TaskOptions } from "../../medium/session-data.js";
import { blocksOf } from "../../units.js";
import type { Charset } from "../names/charset.js";
import type { Content } from "../tree/content.js";
import { MemoryContent, OnDiscContent } from "../tree/content.js";
import type { Item } from "../tree/directory.js";
import { DirectoryNode } from "../tree/directory.js";
import type { DirectoryListing, DiscEntry, FileSystemName, TreeReader } from "../tree/disc-entry.js";
import { byteAddressOf, identityOf } from "../tree/disc-entry.js";
import type { ItemAttributes } from "../tree/node.js";
import { FileNode, SpecialNode, SymlinkNode } from "../tree/node.js";
import type { UdfVolumeInformation } from "../udf/volume-information.js";
import type { DetectedFileSystem } from "./detect.js";
import type { ImageSource } from "./open-image.js";
import { openSession } from "./open-image.js";
import type { ImageSession } from "./sessions.js";

/** Directories below one another that are followed; paths of the hosts end long before. */
const maximumDepth = 2000;

/** What is imported, and how. */
export interface ImportOptions extends TaskOptions {
  /** As in `openImage`. Default: the last whole session. */
  readonly session?: number | undefined;
  /** As in `openImage`. */
  readonly start?: number | undefined;
  /** As in `openImage`. */
  readonly scan?: boolean | undefined;
  /** Which tree. Default: Rock Ridge, or else Joliet, or else plain ISO 9660. */
  readonly fileSystem?: FileSystemName | undefined;
  readonly onWarning?: WarningListener | undefined;
  /** The character set of ISO 9660 and Rock Ridge names; left out, UTF-8. */
  readonly charset?: Charset | undefined;
}

/** An imported session. */
export interface ImportedTree {
  readonly root: DirectoryNode;
  /** The tree it was made of. */
  readonly fileSystem: FileSystemName;
  /** All the session has. */
  readonly fileSystems: readonly DetectedFileSystem[];
  readonly volumeName: string;
  readonly session: ImageSession;
  /** Its UDF volume; `undefined` where it has none. */
  readonly udf: UdfVolumeInformation | undefined;
}

/** A directory whose records are still to be read. */
interface OpenDirectory {
  readonly node: DirectoryNode;
  readonly entry: DiscEntry;
  readonly depth: number;
}

function attributesOf(entry: DiscEntry): ItemAttributes {
  const { mode, uid, gid, hidden } = entry;
  return {
    mode,
    uid,
    gid,
    mtime: entry.mtimeMs ?? undefined,
    atime: entry.atimeMs ?? undefined,
    ctime: entry.ctimeMs ?? undefined,
    hidden,
  };
}

/** Contents already imported that start at one byte. */
interface SharedContent {
  readonly content: OnDiscContent;
  readonly serialNumber: number | undefined;
}

/** Whether two serial numbers may be those of one file: writers without any leave 0. */
function mayBeOneFile(one: number | undefined, other: number | undefined): boolean {
  return !one || !other || one === other;
}

/** Makes nodes of the entries of one session. */
class TreeImport {
  readonly #blocks: BlockSource;
  readonly #tree: TreeReader;
  readonly #options: ImportOptions;
  readonly #empty: Content = new MemoryContent(new Uint8Array(0));
  /** By the first byte; a list only where files that start there differ. */
  readonly #contents: Map<number, SharedContent | SharedContent[]> = new Map();
  readonly #entered: Set<number> = new Set();
  #doneBlocks = 0;
  #totalBlocks = 0;

  constructor(blocks: BlockSource, tree: TreeReader, options: ImportOptions) {
    this.#blocks = blocks;
    this.#tree = tree;
    this.#options = options;
  }

  async run(): Promise<DirectoryNode> {
    const { signal } = this.#options;
    const rootEntry = await this.#tree.root(signal);
    const root = this.#directory(rootEntry);
    const open: OpenDirectory[] = [];
    this.#enter(open, { node: root, entry: rootEntry, depth: 0 });
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      throwIfCancelled(signal, "importing a session");
      const listing = await this.#list(next);
      // A directory whose only use was to hold relocated ones is the writer's, not the user's.
      if (listing.relocated > 0 && listing.entries.length === 0 && next.depth > 0) {
        next.node.parent?.children.delete(next.node.name);
      }
      for (const entry of listing.entries) this.#add(next, entry, open);
      this.#progress(next.entry);
    }
    return root;
  }

  /** A directory that cannot be read is empty, and reported; only of the root is it a failure. */
  async #list({ entry, depth }: OpenDirectory): Promise<DirectoryListing> {
    try {
      return await this.#tree.list(entry, this.#options.signal);
    } catch (error) {
      if (depth === 0 || !(error instanceof DiscError) || error.code === "E_CANCELLED") throw error;
      this.#skip(`${entry.path}/…`, `its directory cannot be read: ${error.message}`, error);
      return { entries: [], relocated: 0 };
    }
  }

  #add(parent: OpenDirectory, entry: DiscEntry, open: OpenDirectory[]): void {
    if (entry.refusal !== null) {
      this.#skip(entry.path, entry.refusal);
      return;
    }
    const node = this.#node(entry);
    node.imported = true;
    if (node.type !== "directory") {
      parent.node.attach(node);
      return;
    }
    const directory = { node, entry, depth: parent.depth + 1 };
    if (this.#enter(open, directory)) parent.node.attach(node);
  }

  #node(entry: DiscEntry): Item {
    const { name, type } = entry;
    if (type === "directory") return this.#directory(entry);
    if (type === "file") return new FileNode(name, this.#content(entry), attributesOf(entry));
    if (type === "symlink") return new SymlinkNode(name, entry.target ?? "", attributesOf(entry));
    return new SpecialNode(name, type, entry.major, entry.minor, attributesOf(entry));
  }

  #directory(entry: DiscEntry): DirectoryNode {
    const node = new DirectoryNode(entry.name, attributesOf(entry));
    node.imported = true;
    return node;
  }

  /** Whether a directory is followed: each extent once, so that neither a loop nor a web of directories has no end. */
  #enter(open: OpenDirectory[], directory: OpenDirectory): boolean {
    const { entry, depth } = directory;
    const identity = identityOf(entry);
    if (identity !== undefined && this.#entered.has(identity)) {
      this.#skip(entry.path, `the directory at block ${entry.extents[0]!.lba} stands in the tree already`);
      return false;
    }
    if (depth > maximumDepth) {
      this.#skip(entry.path, `more than ${maximumDepth} directories lie above it`);
      return false;
    }
    if (identity !== undefined) this.#entered.add(identity);
    this.#totalBlocks += blocksOf(entry.bytes);
    open.push(directory);
    return true;
  }

  #content(entry: DiscEntry): Content {
    // Empty files state any block, or one of another file: they are no links of each other.
    if (entry.bytes === 0) return this.#empty;
    // What starts with a hole lies nowhere there.
    const first = identityOf(entry) ?? -(entry.serialNumber ?? 0);
    const known = this.#contents.get(first);
    const { serialNumber } = entry;
    for (const shared of known === undefined ? [] : Array.isArray(known) ? known : [known]) {
      const { extents } = shared.content;
      const isSame =
        extents.length === entry.extents.length &&
        extents.every((extent, index) => {
          const other = entry.extents[index]!;
          return byteAddressOf(extent) === byteAddressOf(other) && extent.bytes === other.bytes;
        });
      if (isSame && mayBeOneFile(shared.serialNumber, serialNumber)) return shared.content;
    }
    const content = new OnDiscContent(this.#blocks, entry.extents);
    const added: SharedContent = { content, serialNumber };
    this.#contents.set(first, known === undefined ? added : Array.isArray(known) ? [...known, added] : [known, added]);
    return content;
  }

  #progress(entry: DiscEntry): void {
    this.#doneBlocks += blocksOf(entry.bytes);
    this.#options.onProgress?.({
      phase: "importing",
      doneBlocks: this.#doneBlocks,
      totalBlocks: this.#totalBlocks,
    });
  }

  #skip(path: string, reason: string, cause?: unknown): void {
    const warning = new DiscError("W_SKIPPED", `"${path}" is left out: ${reason}`, { path, reason }, { cause });
    this.#options.onWarning?.(warning);
  }
}

/**
 * Reads the tree of a session, the last whole one where `options` name no other. Contents stay where they are: each
 * file's content has the extents in which it lies. Files with the same extents are links of each other and share one
 * content, unless their serial numbers say otherwise. What cannot be represented is reported as W_SKIPPED.
 *
 * @throws {@link DiscError} as `openImage`; E_NOTHING_TO_IMPORT where every session was cut off.
 */
export async function importTree(source: ImageSource, options: ImportOptions = {}): Promise<ImportedTree> {
  const { blocks, tree, volume, session } = await openSession(source, { ...options, wholeOnly: true });
  const root = await new TreeImport(blocks, tree, options).run();
  const { fileSystems, volumeName } = volume;
  return { root, fileSystem: tree.fileSystem, fileSystems, volumeName, session, udf: volume.udf?.information };
}
