import type { Warning, WarningListener } from "../../errors.js";
import { DiscError } from "../../errors.js";
import type { TaskOptions } from "../../medium/session-data.js";
import type { RememberedBoot } from "../boot/boot-like.js";
import { readBootRecords } from "../growth/front.js";
import { ChangeLog } from "../tree/change-log.js";
import type { Content, ContentLike } from "../tree/content.js";
import { contentOf, storedOf } from "../tree/content.js";
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
import { rememberBoot } from "./boot-set-up.js";
import { hasUdfInFront } from "./growth.js";
import { ImageForDisc } from "./image-for-disc.js";
import { NamesInFileSystem } from "./image-names.js";
import type { ImportOptions } from "./import.js";
import { importFailed, importTree } from "./import.js";
import type { ImportedSession, LaidOutImage } from "./lay-out-image.js";
import { isPinned, layOutImage } from "./lay-out-image.js";
import { withNamesLike } from "./names-like.js";
import type { ImageSource } from "./open-image.js";
import type { ImageOptions } from "./options.js";
import { optionsLike, volumeFieldsLike, withoutTaken } from "./options-like.js";
import { withPlaceholder } from "./placeholder.js";
import { ProgressItems } from "./progress-items.js";
import { SessionImage } from "./session-image.js";
import { revisionOf } from "./udf-session.js";

/** How an earlier session is imported. */
export type ImportFileSystemOptions = TaskOptions & Pick<ImportOptions, "session" | "scan" | "charset">;

/** Which session a new image is made of. */
export type ImportAsNewOptions = ImportFileSystemOptions & Pick<ImportOptions, "start" | "fileSystem">;

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
  #layOut(options: ImageOptions, onWarning: WarningListener): Promise<LaidOutImage> {
    return layOutImage({
      root: this.root,
      options,
      onWarning,
      compressed: this.#compressed,
      chosen: this.chosen,
      sessionStartBlock: this.sessionStartBlock,
      usualUdfRevision: this.usualUdfRevision,
      imported: this.#imported,
      rememberedBoot: this.#boot,
    });
  }

  protected get importedUdfRevision(): UdfRevision | undefined {
    return this.#imported?.udf === undefined ? undefined : revisionOf(this.#imported.udf);
  }

  /** Whether a content lies on the disc that this session is added to, and stays there as it is. */
  staysInPlace(content: Content): boolean {
    return isPinned(storedOf(content), this.#imported);
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
