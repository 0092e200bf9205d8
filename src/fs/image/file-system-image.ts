import type { Warning, WarningListener } from "../../errors.js";
import { DiscError } from "../../errors.js";
import type { ImportSource } from "../../medium/import-source.js";
import type { TaskOptions } from "../../medium/session-data.js";
import type { RememberedBoot } from "../boot/boot-like.js";
import type { BootPlan } from "../boot/boot-plan.js";
import { planBoot } from "../boot/boot-plan.js";
import { planFilm } from "../films/plan-film.js";
import { readBootRecords } from "../growth/front.js";
import type { Catalog } from "../layout/catalog.js";
import { takeCatalog } from "../layout/catalog.js";
import { ContentLayout } from "../layout/contents.js";
import { ChangeLog } from "../tree/change-log.js";
import type { Content, ContentLike } from "../tree/content.js";
import { areWholeBlocks, contentOf, OnDiscContent, storedOf } from "../tree/content.js";
import { DirectoryNode } from "../tree/directory.js";
import type { FileSystemName } from "../tree/disc-entry.js";
import type { FileAttributes, ItemAttributes } from "../tree/item-attributes.js";
import { mergeImported } from "../tree/merge.js";
import type { ItemType } from "../tree/node.js";
import { FileNode } from "../tree/node.js";
import { refuseName } from "../tree/path.js";
import { checkRestrictedNames } from "../tree/restricted-names.js";
import { countItems } from "../tree/walk.js";
import type { UdfRevision } from "../udf/revision.js";
import { partitionOffset, sessionEndAlign } from "../udf/udf-writer.js";
import type { UdfVolumeInformation } from "../udf/volume-information.js";
import { rememberBoot } from "./boot-set-up.js";
import type { Growth } from "./growth.js";
import { firstGrowth, hasUdfInFront, planGrowth } from "./growth.js";
import { ImageForDisc } from "./image-for-disc.js";
import { NamesInFileSystem } from "./image-names.js";
import type { ImportOptions } from "./import.js";
import { importFailed, importTree } from "./import.js";
import type { LaidOutSession } from "./lay-out-session.js";
import { layOutSession } from "./lay-out-session.js";
import { reportNames } from "./name-report.js";
import { withNamesLike } from "./names-like.js";
import type { ImageSource } from "./open-image.js";
import type { ImageOptions } from "./options.js";
import { checkOptions, isWritten } from "./options.js";
import { optionsLike, volumeFieldsLike, withoutTaken } from "./options-like.js";
import { checkOwnTree, keptOwnTree, newOwnTree } from "./partition-tree.js";
import { withPlaceholder } from "./placeholder.js";
import { ProgressItems } from "./progress-items.js";
import { SessionImage } from "./session-image.js";
import { ImageTimes } from "./times.js";
import type { UdfPlan } from "./udf-session.js";
import { catalogOptionsOf, planUdf, revisionOf } from "./udf-session.js";
import { contentChanges, reportCompressed } from "./written-contents.js";

/** How an earlier session is imported. */
export type ImportFileSystemOptions = TaskOptions & Pick<ImportOptions, "session" | "scan" | "charset">;

/** Which session a new image is made of. */
export type ImportAsNewOptions = ImportFileSystemOptions & Pick<ImportOptions, "start" | "fileSystem">;

/** What is kept of an import, besides its tree. */
interface ImportedSession {
  readonly source: ImportSource;
  readonly volumeName: string;
  readonly udf: UdfVolumeInformation | undefined;
  /** Whole blocks. */
  readonly bootRecords: readonly Uint8Array[];
}

/** An image whose every block has its place. */
interface LaidOutImage {
  readonly laidOut: LaidOutSession;
  readonly catalog: Catalog;
  readonly contents: ContentLayout;
  readonly growth: Growth | undefined;
  readonly endsInPostGap: boolean;
}

/** A tree, what is to be made of it, and the disc it is added to. IMAPI2 `IFileSystemImage`; docs/IMAPI.md. */
export class FileSystemImage extends ImageForDisc {
  /** The tree; its paths are those of the image. */
  readonly root: DirectoryNode = new DirectoryNode("");
  readonly #results = new Set<SessionImage>();
  readonly #changes = new ChangeLog();
  /** Contents of the tree, with their compressed forms. */
  readonly #compressed = new Map<Content, Content>();
  #imported: ImportedSession | undefined;
  /** Why the last import failed, until another one succeeds or the caller does without it. */
  #failedImport: unknown;
  /** How an image boots that this one is to boot like. */
  #boot: RememberedBoot | undefined;

  /** @throws {@link DiscError} E_OPTION_INVALID, E_VOLUME_NAME_INVALID. */
  constructor(options: ImageOptions = {}) {
    super(options);
    this.root.owner = {
      beforeChange: (operation) => this.refuseWhileInUse(operation),
      checkNames: (path, name, item) => {
        if (this.useRestrictedCharacterSet) checkRestrictedNames(path, name, item);
      },
      replaced: (path) => this.#warn(new DiscError("W_REPLACED", `"${path}" was replaced`, { path })),
      changed: (change) => this.#changes.add(change),
    };
  }

  /**
   * Blocks that the image would have, were it made now: exactly, for the tree and the options as they are. Nothing is
   * refused for its size, and warnings wait for the result.
   *
   * @throws as {@link FileSystemImage.createResultImage}, but for what has no room.
   */
  async usedBlocks(): Promise<number> {
    const layOut = (): Promise<LaidOutImage> => this.#layOut({ ...this.options, freeMediaBlocks: 0 }, () => {});
    // The result makes a boot catalog that is to be shown and is not there yet a file of the tree.
    const catalogPath = this.options.boot?.catalogPath;
    const { laidOut } = await (catalogPath === undefined ? layOut() : withPlaceholder(this.root, catalogPath, layOut));
    return laidOut.plan.blocks;
  }

  /** What is at a path of the image; `undefined` for nothing. @throws {@link DiscError} E_PATH_INVALID. */
  exists(path: string): ItemType | undefined {
    return this.root.find(path)?.type;
  }

  /**
   * A directory that is in no tree yet, to be filled and put somewhere by `add`.
   *
   * @throws {@link DiscError} E_NAME_INVALID, E_NAME_RESTRICTED.
   */
  createDirectoryItem(name: string, attributes: ItemAttributes = {}): DirectoryNode {
    return this.#detached(new DirectoryNode(name, attributes));
  }

  /** A file that is in no tree yet, to be put somewhere by `add`. @throws as {@link FileSystemImage.createDirectoryItem}. */
  createFileItem(name: string, content: ContentLike, attributes: FileAttributes = {}): FileNode {
    return this.#detached(new FileNode(name, contentOf(content), attributes));
  }

  #detached<N extends DirectoryNode | FileNode>(item: N): N {
    refuseName(item.name, item.name);
    if (this.useRestrictedCharacterSet) checkRestrictedNames(item.name, item.name, item);
    return item;
  }

  /** The names of all items as the file system that is named writes them: of the tree and the options as they are. */
  namesIn(fileSystem: FileSystemName): NamesInFileSystem {
    return new NamesInFileSystem(this.root, this.options, this.udfRevision, fileSystem);
  }

  /** Changes of the tree so far: adding a whole tree, or importing a session, is one. */
  get changePoint(): number {
    return this.#changes.count;
  }

  /**
   * Undoes all changes of the tree behind a point. An import that is undone is undone altogether: it may be done again.
   *
   * @param point What {@link FileSystemImage.changePoint} was then.
   * @throws {@link DiscError} E_OPTION_INVALID for a point that is not there, or is locked in; E_IMAGE_IN_USE.
   */
  rollbackToChangePoint(point: number): void {
    this.refuseWhileInUse("rollbackToChangePoint");
    this.#changes.rollBackTo(point);
  }

  /** Makes the changes so far final: nothing before this point can be gone back to. */
  lockInChangePoint(): void {
    this.#changes.lockIn();
  }

  /**
   * Has a content of the tree written compressed, in results that have Rock Ridge to tell of it and no UDF, which has
   * not; what the image boots from stays as it is.
   *
   * @param stored The same content in zisofs; `undefined` to have it written as it is.
   * @throws {@link DiscError} E_IMAGE_IN_USE.
   */
  writeCompressed(content: Content, stored: Content | undefined): void {
    this.refuseWhileInUse("writeCompressed");
    if (stored === undefined) this.#compressed.delete(content);
    else this.#compressed.set(content, stored);
  }

  /** Whether a content of the tree lies compressed, or is to be written so. */
  isCompressed(content: Content): boolean {
    return content.stored !== undefined || content.zisofs !== undefined || this.#compressed.has(content);
  }

  /** Items in the tree that are no directories. */
  get fileCount(): number {
    const { items, directories } = countItems(this.root);
    return items - directories;
  }

  /** Directories in the tree, the root among them. */
  get directoryCount(): number {
    return 1 + countItems(this.root).directories;
  }

  /** Name of the imported volume; `undefined` before an import. */
  get importedVolumeName(): string | undefined {
    return this.#imported?.volumeName;
  }

  /**
   * Reads the disc's last whole session into this tree; its contents stay where they lie. All trees of the session are
   * joined: names and attributes come from the richest, what it lacks from the others, and what they say differently is
   * reported as W_TREES_DIFFER. Items that are already in the tree win over imported ones of the same path, which are
   * reported as W_IMPORT_DROPPED. Volume fields and file systems become those that are written, unless the options name
   * some.
   *
   * @returns The richest tree: Rock Ridge, or else UDF, or else Joliet, or else plain ISO 9660.
   * @throws {@link DiscError} E_MULTISESSION_NOT_SET, E_NOTHING_TO_IMPORT, E_NO_FILE_SYSTEM, E_IMPORT_COLLISION,
   *   E_DISC_CHANGED, E_IMAGE_IN_USE, E_READ_FAILED, E_FIELD_INVALID, E_CANCELLED.
   */
  importFileSystem(options: ImportFileSystemOptions = {}): Promise<FileSystemName> {
    return this.#import(options, undefined);
  }

  /**
   * As {@link FileSystemImage.importFileSystem}, from the tree that is named, alone.
   *
   * @throws {@link DiscError} also E_FILE_SYSTEM_NOT_FOUND.
   */
  async importSpecificFileSystem(fileSystem: FileSystemName, options: ImportFileSystemOptions = {}): Promise<void> {
    await this.#import(options, fileSystem);
  }

  async #import(options: ImportFileSystemOptions, fileSystem: FileSystemName | undefined): Promise<FileSystemName> {
    this.refuseWhileInUse("importFileSystem");
    const chosen = this.chosenToImport();
    return await this.#importing(async () => {
      const source = this.sameDisc(chosen.importRecorder);
      const imported = await importTree(source, { ...options, fileSystem, onWarning: this.#onWarning });
      const { volumeName, udf, session } = imported;
      const bootRecords = await readBootRecords(source, session.startLba, options.signal);
      const isShownInUdf = chosen.type === "randomWrite" && (await hasUdfInFront(source, options.signal));
      const { fileSystems } = imported;
      this.#takeTree(imported.root, () => {
        this.#imported = { source, volumeName, udf, bootRecords };
        this.options = withNamesLike(volumeFieldsLike(imported, this.options, this.#onWarning), imported.names);
        if (this.options.fileSystems !== undefined) return;
        this.#takeFileSystems(isShownInUdf && !fileSystems.includes("udf") ? [...fileSystems, "udf"] : fileSystems);
      });
      return imported.fileSystem;
    });
  }

  /** Remembers where an import fails that the result would lack what was to be imported. */
  async #importing(run: () => Promise<FileSystemName>): Promise<FileSystemName> {
    try {
      const fileSystem = await run();
      this.#failedImport = undefined;
      return fileSystem;
    } catch (error) {
      this.#failedImport = error;
      throw error;
    }
  }

  /**
   * Joins an imported tree to this one, and what goes with it.
   *
   * @param accept Takes over what else was imported.
   */
  #takeTree(imported: DirectoryNode, accept: () => void): void {
    this.refuseWhileInUse("importFileSystem");
    const before = { imported: this.#imported, boot: this.#boot, options: this.options };
    const change = mergeImported(this.root, imported, (path, what) => {
      const message = `"${path}" of the disc (${what}) is left out: the tree has something of its name already`;
      this.#warn(new DiscError("W_IMPORT_DROPPED", message, { path, what }));
    });
    let taken = before.options;
    const undo = (): void => {
      change.undo();
      this.#imported = before.imported;
      this.#boot = before.boot;
      this.options = withoutTaken(this.options, taken, before.options);
    };
    try {
      accept();
    } catch (error) {
      undo();
      throw error;
    }
    taken = this.options;
    this.#changes.add({ undo });
  }

  /**
   * Goes on without what could not be imported. Until then, or until another import succeeds, no result is made: the
   * sessions on the disc would be hidden by one that lacks all that is in them.
   */
  discardFailedImport(): void {
    this.#failedImport = undefined;
  }

  /**
   * Takes the tree of a session, to make a new image of it, which has the same volume fields, the same file systems and
   * the same boot set-up where the options say nothing else. Contents are read from the source when the image is.
   * Items that are already in the tree win over those of the same path.
   *
   * @returns The richest tree of the session, as {@link FileSystemImage.importFileSystem}.
   * @throws {@link DiscError} E_NOTHING_TO_IMPORT, E_NO_FILE_SYSTEM, E_SESSION_NOT_FOUND, E_IMPORT_COLLISION,
   *   E_IMAGE_IN_USE, E_READ_FAILED, E_FIELD_INVALID, E_CANCELLED.
   */
  async importAsNew(source: ImageSource, options: ImportAsNewOptions = {}): Promise<FileSystemName> {
    this.refuseWhileInUse("importAsNew");
    const onWarning = this.#onWarning;
    return await this.#importing(async () => {
      const imported = await importTree(source, { ...options, onWarning });
      const boot = await rememberBoot(source, imported, { isOther: false, onWarning, signal: options.signal });
      this.#takeTree(imported.root, () => {
        this.#boot ??= boot;
        this.options = optionsLike(imported, this.options, onWarning);
      });
      return imported.fileSystem;
    });
  }

  /**
   * Makes the image boot as another one does: from the files of this tree that have the paths of those there, and else
   * from copies of what is booted there. Options that say what the image boots from win.
   *
   * @throws {@link DiscError} as {@link FileSystemImage.importAsNew}.
   */
  async bootLike(source: ImageSource, options: ImportAsNewOptions = {}): Promise<void> {
    this.refuseWhileInUse("bootLike");
    const imported = await importTree(source, options);
    const remembering = { isOther: true, onWarning: this.#onWarning, signal: options.signal };
    this.#boot = await rememberBoot(source, imported, remembering);
  }

  /** The next session has the file systems of the one it continues. */
  #takeFileSystems(found: readonly FileSystemName[]): void {
    const isBare = found.every((name) => name === "udf");
    this.options = { ...this.options, fileSystems: found.includes("iso") || isBare ? found : ["iso", ...found] };
  }

  /**
   * Gives every block of the image its place; nothing is read yet. While the result lives, the tree cannot be changed.
   *
   * @throws {@link DiscError} E_IMPORT_FAILED, E_IMAGE_TOO_BIG, E_DISC_FULL, E_TOO_MANY_DIRECTORIES, E_PATH_TOO_DEEP,
   *   E_NAME_NOT_UNIQUE, E_FILE_TOO_BIG, E_OPTION_INVALID, E_VOLUME_NAME_INVALID, E_FILM_INVALID; warnings when `strict`.
   */
  async createResultImage(): Promise<SessionImage> {
    if (this.#failedImport !== undefined) throw importFailed(this.#failedImport);
    const { laidOut, contents, growth, catalog, endsInPostGap } = await this.#layOut(this.options, this.#onWarning);
    this.checkRoom(laidOut.plan);
    const release = (): void => void this.#results.delete(result);
    // An image that was made for no session of the medium can go to any that is blank.
    const importedFrom = growth === undefined || growth.front !== undefined ? this.identity : null;
    const progressItems = new ProgressItems(laidOut.plan, contents, catalog, this.root);
    const parts = { ...laidOut, contents, importedFrom, endsInPostGap, progressItems, release };
    const result: SessionImage = new SessionImage(parts);
    this.#results.add(result);
    return result;
  }

  /** Gives every block its place. */
  async #layOut(options: ImageOptions, onWarning: WarningListener): Promise<LaidOutImage> {
    checkOptions(options);
    const times = new ImageTimes(options.sourceDateEpoch, onWarning);
    const udf = isWritten(options, "udf") ? this.#planUdf() : undefined;
    const boot = await this.#planBoot(onWarning, times);
    const catalog = takeCatalog(this.root, catalogOptionsOf(udf), contentChanges(options, boot, this.#compressed));
    reportNames(catalog, times, { rules: udf?.rules, hasRockRidge: isWritten(options, "rockridge") }, onWarning);
    const newTree = newOwnTree(boot);
    const isPinned = (content: Content): boolean => this.#isPinned(content);
    reportCompressed(catalog, options, boot, isPinned, onWarning);
    const contents = new ContentLayout(catalog, {
      isPinned,
      embeddedBytes: udf?.embeddedBytes,
      fromBlock: Math.max(udf === undefined ? 0 : partitionOffset, newTree?.fromBlock ?? 0),
      runs: options.films === undefined ? undefined : await planFilm(this.root, options.films, onWarning),
    });
    const growth = await this.#planGrowth(contents);
    const ownTree = newTree ?? keptOwnTree(growth?.ownTree, options, contents, onWarning);
    checkOwnTree(newTree, udf !== undefined, growth !== undefined);
    const sessionStart = growth?.sessionStart ?? this.sessionStartBlock;
    const bootRecords = this.#imported?.bootRecords ?? [];
    const parts = {
      options,
      catalog,
      contents,
      times,
      onWarning,
      sessionStart,
      udf,
      growth,
      ownTree,
      bootRecords,
      boot,
    };
    const endAlign = udf === undefined && growth === undefined ? 1 : sessionEndAlign;
    const blocks = options.freeMediaBlocks === 0 ? undefined : options.freeMediaBlocks;
    const laidOut = await layOutSession(parts, { blocks, endAlign });
    return { laidOut, contents, growth, catalog, endsInPostGap: udf !== undefined };
  }

  /** Where the session goes on a medium that can be overwritten; `undefined` for others. */
  async #planGrowth(contents: ContentLayout): Promise<Growth | undefined> {
    const chosen = this.chosen;
    if (chosen?.type !== "randomWrite") return this.options.growable === true ? firstGrowth : undefined;
    const imported = this.#imported;
    if (imported === undefined) return firstGrowth;
    const { lastWrittenAddress } = chosen;
    return await planGrowth(imported.source, {
      lastWrittenAddress,
      udf: imported.udf,
      endOfContents: contents.endOfPinned(),
    });
  }

  /** @throws as {@link planBoot}; {@link DiscError} E_NOT_SUPPORTED for tables in front of sessions that are there. */
  async #planBoot(onWarning: WarningListener, times: ImageTimes): Promise<BootPlan | undefined> {
    const boot = this.options.boot ?? this.#boot?.options(this.root);
    if (boot === undefined || !isWritten(this.options, "iso")) return undefined;
    const isFirst = this.#imported === undefined && this.sessionStartBlock === 0;
    if (boot.hybrid !== undefined && !isFirst) {
      const what = "new partition tables in front of sessions that are on the disc already";
      throw new DiscError("E_NOT_SUPPORTED", `not supported: ${what}; a new image can have them`, { what });
    }
    return await planBoot(boot, this.root, { onWarning, times });
  }

  protected get importedUdfRevision(): UdfRevision | undefined {
    return this.#imported?.udf === undefined ? undefined : revisionOf(this.#imported.udf);
  }

  /** How the UDF volume is written. */
  #planUdf(): UdfPlan {
    const chosen = this.chosen;
    const { usualUdfRevision: usualRevision } = this;
    const goesOn = chosen?.type === "sequential" && this.options.finalised !== true;
    const mediumEnd = goesOn ? chosen.nextWritableAddress + chosen.freeSectorsOnMedia : undefined;
    return planUdf({ options: this.options, usualRevision, before: this.#imported?.udf, mediumEnd });
  }

  /** Whether a content lies on the disc that this session is added to, and stays there as it is. */
  staysInPlace(content: Content): boolean {
    return this.#isPinned(storedOf(content));
  }

  /** Whether a content stays where it lies: on the disc that this session is added to. */
  #isPinned(content: Content): boolean {
    if (!(content instanceof OnDiscContent) || content.source !== this.#imported?.source) return false;
    return areWholeBlocks(content.extents);
  }

  protected refuseWhileInUse(operation: string): void {
    if (this.#results.size === 0) return;
    const message = `${operation}: the tree cannot be changed while a result made from it is alive`;
    throw new DiscError("E_IMAGE_IN_USE", message, { operation });
  }

  readonly #onWarning: WarningListener = (warning) => this.#warn(warning);

  #warn(warning: Warning): void {
    if (this.options.strict === true) throw warning;
    this.options.onWarning?.(warning);
  }
}
