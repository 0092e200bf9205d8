import type { WarningListener } from "../../errors.js";
import { DiscError, throwIfCancelled } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import type { TaskOptions } from "../../medium/session-data.js";
import { blockBytes, blocksOf } from "../../units.js";
import type { IdentifierUse } from "../iso9660/identifier-use.js";
import { DirectoryTree } from "../iso9660/iso-reader.js";
import type { CharsetChoice } from "../names/charset.js";
import type { DirectoryNode } from "../tree/directory.js";
import type { DirectoryListing, DiscEntry, FileSystemName, TreeReader } from "../tree/disc-entry.js";
import { identityOf } from "../tree/disc-entry.js";
import type { UdfVolumeInformation } from "../udf/volume-information.js";
import type { DetectedFileSystem } from "./detect.js";
import { openTree } from "./detect.js";
import type { VolumeInformation } from "./disc-image.js";
import { informationOf } from "./disc-image.js";
import { areSameContents, isUnreadable, sampleFiles } from "./import-samples.js";
import { ImportedItems } from "./imported-items.js";
import { DirectoryJoin } from "./join-directories.js";
import { JoinReport } from "./join-report.js";
import type { JoinedDirectory, Relocation } from "./join-trees.js";
import { SessionJoin, TreeJoin } from "./join-trees.js";
import type { NameOptions, SeenIdentifiers } from "./names-like.js";
import { namesLike } from "./names-like.js";
import type { ImageSource, OpenedSession } from "./open-image.js";
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
  /** The one tree that is read. Default: all trees of the session, joined into one. */
  readonly fileSystem?: FileSystemName | undefined;
  readonly onWarning?: WarningListener | undefined;
  /** The character set of ISO 9660 and Rock Ridge names, or what finds the one that the disc names; left out, UTF-8. */
  readonly charset?: CharsetChoice | undefined;
}

/** An imported session. */
export interface ImportedTree {
  readonly root: DirectoryNode;
  /** The tree it was made of, to which the others were added: the richest one. */
  readonly fileSystem: FileSystemName;
  /** All the session has. */
  readonly fileSystems: readonly DetectedFileSystem[];
  readonly volumeName: string;
  readonly session: ImageSession;
  /** Its UDF volume; `undefined` where it has none. */
  readonly udf: UdfVolumeInformation | undefined;
  /** What the descriptors of ISO 9660 say of it. */
  readonly volume: VolumeInformation;
  /** How its names have to be written to stay as they are. */
  readonly names: NameOptions;
}

/** A tree made of all that are in a session. */
interface JoinedTree {
  readonly root: DirectoryNode;
  /** The tree that everything else was added to. */
  readonly fileSystem: FileSystemName;
}

/** A directory whose records are still to be read. */
interface OpenDirectory extends JoinedDirectory {
  readonly depth: number;
}

/** Richest first: Rock Ridge keeps names, attributes, links and devices; Joliet and ISO 9660 change names. */
const byRichness: readonly FileSystemName[] = ["rockridge", "udf", "joliet", "iso"];

/**
 * The richest of some trees: the one whose names and attributes an import takes first.
 *
 * @throws {@link DiscError} E_OPTION_INVALID where there is none.
 */
export function richestOf(found: readonly FileSystemName[]): FileSystemName {
  const richest = byRichness.find((name) => found.includes(name));
  if (richest !== undefined) return richest;
  const allowed = byRichness.join(", ");
  const detail = { option: "found", value: found, allowed };
  throw new DiscError("E_OPTION_INVALID", `there is none of ${allowed} among the file systems found`, detail);
}

/** The trees that are read of a volume, the richest first. */
function treesOf({ blocks, tree, volume }: OpenedSession, options: ImportOptions): readonly TreeReader[] {
  if (options.fileSystem !== undefined) return [tree];
  const found = byRichness.filter((name) => volume.fileSystems.includes(name));
  // The records of ISO 9660 are those that Rock Ridge extends: there is nothing else in them.
  const names = found.filter((name) => name !== "iso" || !found.includes("rockridge"));
  return names.map((name) => (name === tree.fileSystem ? tree : openTree(blocks, volume, name, options)));
}

/** Makes nodes of the entries of one session. */
class SessionImport {
  readonly #items: ImportedItems;
  readonly #report: JoinReport;
  readonly #options: ImportOptions;
  readonly #bootCatalogLba: number | undefined;
  /** First bytes of the directories that were entered in the tree that is being read. */
  #entered: Set<number> = new Set();
  #doneBlocks = 0;
  #totalBlocks = 0;
  #directories = 0;
  #files = 0;

  constructor(blocks: BlockSource, options: ImportOptions, bootCatalogLba: number | undefined) {
    this.#items = new ImportedItems(blocks, options.onWarning);
    this.#report = new JoinReport(options.onWarning);
    this.#options = options;
    this.#bootCatalogLba = bootCatalogLba;
  }

  async run(trees: readonly TreeReader[]): Promise<JoinedTree> {
    const { root, index } = await this.#readRichest(trees);
    const { fileSystem } = trees[index]!;
    const session = new SessionJoin(this.#items, this.#report, fileSystem, this.#bootCatalogLba);
    for (const tree of trees.slice(index + 1)) await this.#joinTree(tree, session, root);
    this.#dropUnread();
    return { root, fileSystem };
  }

  /** Reads the first of the trees whose root can be read. */
  async #readRichest(trees: readonly TreeReader[]): Promise<{ root: DirectoryNode; index: number }> {
    for (const [index, tree] of trees.entries()) {
      try {
        return { root: await this.#readTree(tree), index };
      } catch (error) {
        const next = trees[index + 1];
        if (next === undefined || !isUnreadable(error)) throw error;
        this.#rootUnreadable(tree.fileSystem, `that of ${next.fileSystem} is taken`, error);
      }
    }
    throw new RangeError("there is no tree to read");
  }

  async #readTree(tree: TreeReader): Promise<DirectoryNode> {
    const entry = await tree.root(this.#options.signal);
    const root = this.#items.root(entry);
    this.#beginTree();
    await this.#walk(tree, [{ node: root, entry, isNew: true }], 0);
    return root;
  }

  #beginTree(): void {
    this.#entered = new Set();
    this.#directories = 0;
    this.#files = 0;
  }

  async #joinTree(tree: TreeReader, session: SessionJoin, root: DirectoryNode): Promise<void> {
    const join = new TreeJoin(session, tree.fileSystem);
    this.#beginTree();
    try {
      const entry = await tree.root(this.#options.signal);
      session.joinRoot(root, entry, tree.fileSystem);
      await this.#walk(tree, [{ node: root, entry, isNew: false }], 0, join);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      this.#rootUnreadable(tree.fileSystem, "nothing is taken from it", error);
    }
    for (const relocation of join.relocations) await this.#joinRelocated(tree, join, relocation);
    this.#report.end();
  }

  /** Brings directories that one tree moved elsewhere together with those that the joined tree has in their places. */
  async #joinRelocated(tree: TreeReader, join: TreeJoin, { parent, entry }: Relocation): Promise<void> {
    const { fileSystem } = tree;
    const node = this.#items.add(parent, entry, fileSystem) as DirectoryNode;
    join.session.setOrigin(node, fileSystem);
    const listing = await this.#list({ node, entry, isNew: true, depth: 1 }, tree);
    const directory = new DirectoryJoin(join, node, listing?.entries ?? [], true);
    await this.#walk(tree, await this.#settle(tree, directory), 1, join);
    if (node.count === 0 && listing !== undefined) parent.children.delete(node.name);
    else this.#report.differs(node.path, [fileSystem], `it is in ${fileSystem} alone, and is kept`);
  }

  /**
   * Follows directories of a tree and all that are in them.
   *
   * @param depth Directories above them.
   * @param join Needed for those that are in the joined tree already.
   */
  async #walk(
    tree: TreeReader,
    directories: readonly JoinedDirectory[],
    depth: number,
    join?: TreeJoin,
  ): Promise<void> {
    const open: OpenDirectory[] = [];
    for (const directory of directories) this.#enter(open, { ...directory, depth }, tree);
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      throwIfCancelled(this.#options.signal, "importing a session");
      const listing = await this.#list(next, tree);
      this.#files += listing?.entries.filter(({ type }) => type !== "directory").length ?? 0;
      if (listing !== undefined) {
        const found =
          next.isNew || join === undefined
            ? this.#addAll(next, listing, tree)
            : await this.#settle(tree, new DirectoryJoin(join, next.node, listing.entries));
        for (const directory of found) this.#enter(open, { ...directory, depth: next.depth + 1 }, tree);
      }
      this.#progress(next.entry, tree);
    }
  }

  /** What is in a directory; `undefined` where it cannot be read. Of the root, that is a failure. */
  async #list({ entry, node, isNew, depth }: OpenDirectory, tree: TreeReader): Promise<DirectoryListing | undefined> {
    try {
      return await tree.list(entry, this.#options.signal);
    } catch (error) {
      if (depth === 0 || !isUnreadable(error)) throw error;
      const { fileSystem } = tree;
      if (isNew) this.#items.unread.set(node, error);
      else
        this.#report.differs(
          node.path,
          [fileSystem],
          `its directory cannot be read in ${fileSystem}: ${error.message}`,
          error,
        );
      return undefined;
    }
  }

  #addAll({ node, depth }: OpenDirectory, listing: DirectoryListing, { fileSystem }: TreeReader): JoinedDirectory[] {
    // A directory whose only use was to hold relocated ones is the writer's, not the user's.
    if (listing.relocated > 0 && listing.entries.length === 0 && depth > 0 && node.parent !== null) {
      node.parent.children.delete(node.name);
      this.#items.relocations.set(node.parent, node.name);
    }
    const directories: JoinedDirectory[] = [];
    for (const entry of listing.entries) {
      const added = this.#items.add(node, entry, fileSystem);
      if (added.type === "directory" && entry.refusal === null) directories.push({ node: added, entry, isNew: true });
    }
    return directories;
  }

  /** Reads what decides about items whose names do not; returns the directories to follow. */
  async #settle(tree: TreeReader, directory: DirectoryJoin): Promise<readonly JoinedDirectory[]> {
    const { signal } = this.#options;
    for (const entry of directory.unplaced) directory.place(entry, await sampleFiles(tree, entry, signal));
    for (const dispute of directory.disputes) {
      const other = this.#items.contentAt(dispute.entry);
      directory.settle(dispute, await areSameContents(dispute.file.content, other, signal));
    }
    directory.end();
    return directory.next;
  }

  /** Follows a directory: each extent once, so that neither a loop nor a web of directories has no end. */
  #enter(open: OpenDirectory[], directory: OpenDirectory, { fileSystem }: TreeReader): void {
    const { entry, node, isNew, depth } = directory;
    const identity = identityOf(entry);
    const isKnown = identity !== undefined && this.#entered.has(identity);
    if (isKnown || depth > maximumDepth) {
      const reason = isKnown
        ? `the directory at block ${Math.floor(identity / blockBytes)} stands in the tree already`
        : `more than ${maximumDepth} directories lie above it`;
      if (isNew) {
        node.parent?.children.delete(node.name);
        this.#skip(entry.path, reason);
      } else {
        this.#report.differs(node.path, [fileSystem], `it is not followed in ${fileSystem}: ${reason}`);
      }
      return;
    }
    if (identity !== undefined) this.#entered.add(identity);
    this.#totalBlocks += blocksOf(entry.bytes);
    open.push(directory);
  }

  /** Leaves out, and reports, what no tree could give. */
  #dropUnread(): void {
    for (const [item, reason] of this.#items.refused) {
      item.parent?.children.delete(item.name);
      this.#skip(item.path, reason);
    }
    for (const [directory, error] of this.#items.unread) {
      this.#skip(`${directory.path}/…`, `its directory cannot be read: ${error.message}`, error);
    }
  }

  #rootUnreadable(fileSystem: FileSystemName, consequence: string, error: DiscError): void {
    const what = `the root of ${fileSystem} cannot be read, ${consequence}: ${error.message}`;
    this.#report.differs("/", [fileSystem], what, error);
  }

  #progress(entry: DiscEntry, { fileSystem }: TreeReader): void {
    this.#doneBlocks += blocksOf(entry.bytes);
    this.#directories++;
    this.#options.onProgress?.({
      phase: "importing",
      doneBlocks: this.#doneBlocks,
      totalBlocks: this.#totalBlocks,
      item: entry.path,
      fileSystem,
      directories: this.#directories,
      files: this.#files,
    });
  }

  #skip(path: string, reason: string, cause?: unknown): void {
    const warning = new DiscError("W_SKIPPED", `"${path}" is left out: ${reason}`, { path, reason }, { cause });
    this.#options.onWarning?.(warning);
  }
}

/**
 * Reads trees of one session and joins them into one: names and attributes are those of the first, what it lacks comes
 * from the others, and what they say differently is reported as W_TREES_DIFFER.
 *
 * @param trees The richest first.
 * @param bootCatalogLba Block of the boot catalog, which some programs show as a file of some of the trees.
 * @throws {@link DiscError} what reading the roots raises; E_CANCELLED.
 */
export async function importTrees(
  blocks: BlockSource,
  trees: readonly TreeReader[],
  options: ImportOptions = {},
  bootCatalogLba?: number,
): Promise<JoinedTree> {
  return await new SessionImport(blocks, options, bootCatalogLba).run(trees);
}

/**
 * Reads a session, the last whole one where `options` name no other: all its trees, joined into one, or the tree that
 * `options` name, alone. Contents stay where they are: each file's content has the extents in which it lies. Files with
 * the same extents are links of each other and share one content, unless their serial numbers say otherwise. What cannot
 * be represented is reported as W_SKIPPED, what the trees say differently as W_TREES_DIFFER.
 *
 * @throws {@link DiscError} as `openImage`; E_NOTHING_TO_IMPORT where every session was cut off.
 */
export async function importTree(source: ImageSource, options: ImportOptions = {}): Promise<ImportedTree> {
  const opened = await openSession(source, { ...options, wholeOnly: true });
  const { blocks, volume, session } = opened;
  const { bootCatalogLba } = volume.descriptors;
  const trees = treesOf(opened, options);
  const { root, fileSystem } = await importTrees(blocks, trees, options, bootCatalogLba);
  const { fileSystems, volumeName } = volume;
  return {
    root,
    fileSystem,
    fileSystems,
    volumeName,
    session,
    udf: volume.udf?.information,
    volume: informationOf(volume, "iso"),
    names: namesLike(volume, fileSystems, seenIdentifiers(trees), options.charset),
  };
}

/** What was seen of the identifiers of trees that were read. */
function seenIdentifiers(trees: readonly TreeReader[]): SeenIdentifiers {
  const useOf = (...names: FileSystemName[]): IdentifierUse | undefined =>
    trees.find((tree): tree is DirectoryTree => tree instanceof DirectoryTree && names.includes(tree.fileSystem))
      ?.identifiers;
  return { iso: useOf("rockridge", "iso"), joliet: useOf("joliet") };
}

/** The error for a result without what could not be imported. */
export function importFailed(cause: unknown): DiscError<"E_IMPORT_FAILED"> {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const message = `the import failed, and a session without it would hide what is on the disc: ${reason}`;
  return new DiscError("E_IMPORT_FAILED", message, { reason }, { cause });
}
