import type { Warning, WarningListener } from "../../errors.js";
import { DiscError } from "../../errors.js";
import type { ImportSource } from "../../medium/import-source.js";
import type { DiscIdentity } from "../../medium/session.js";
import type { TaskOptions } from "../../medium/session-data.js";
import { chooseMultisession } from "../../multisession/choose.js";
import type { MultisessionInterface } from "../../multisession/interfaces.js";
import type { RememberedBoot } from "../boot/boot-like.js";
import type { BootPlan } from "../boot/boot-plan.js";
import { planBoot } from "../boot/boot-plan.js";
import { readBootRecords } from "../growth/front.js";
import { takeCatalog } from "../layout/catalog.js";
import { ContentLayout } from "../layout/contents.js";
import type { Plan } from "../layout/plan.js";
import type { IsoLevel } from "../names/iso-name.js";
import type { Content } from "../tree/content.js";
import { areWholeBlocks, OnDiscContent } from "../tree/content.js";
import type { TreeOwner } from "../tree/directory.js";
import { DirectoryNode } from "../tree/directory.js";
import type { FileSystemName } from "../tree/disc-entry.js";
import { mergeImported } from "../tree/merge.js";
import { countItems } from "../tree/walk.js";
import { partitionOffset, sessionEndAlign } from "../udf/udf-writer.js";
import type { UdfVolumeInformation } from "../udf/volume-information.js";
import { rememberBoot } from "./boot-set-up.js";
import type { Growth } from "./growth.js";
import { firstGrowth, hasUdfInFront, planGrowth } from "./growth.js";
import type { ImportOptions } from "./import.js";
import { importTree } from "./import.js";
import { layOutSession } from "./lay-out-session.js";
import { reportNames } from "./name-report.js";
import type { ImageSource } from "./open-image.js";
import type { ImageOptions } from "./options.js";
import { checkOptions, defaultFileSystems, isWritten } from "./options.js";
import { optionsLike, volumeFieldsLike } from "./options-like.js";
import { SessionImage } from "./session-image.js";
import { ImageTimes } from "./times.js";
import type { UdfPlan } from "./udf-session.js";
import { planUdf } from "./udf-session.js";

/** Blocks that BD writes as one. MMC-6 4.4. */
const bdWriteUnit = 32;

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

/** A tree, what is to be made of it, and the disc it is added to. IMAPI2 `IFileSystemImage`. */
export class FileSystemImage {
  /** The tree; its paths are those of the image. */
  readonly root: DirectoryNode = new DirectoryNode("");
  /** Can be replaced until the result is made. */
  options: ImageOptions;
  readonly #results = new Set<SessionImage>();
  #multisessionInterfaces: readonly MultisessionInterface[] = [];
  #chosen: MultisessionInterface | undefined;
  /** What the disc was when it was chosen: a result made for it must not be written to another. */
  #identity: DiscIdentity | null = null;
  #imported: ImportedSession | undefined;
  /** How an image boots that this one is to boot like. */
  #boot: RememberedBoot | undefined;
  /** Whether that image is another one than the one that the tree is of. */
  #isBootOfOther = false;

  /** @throws {@link DiscError} E_OPTION_INVALID, E_VOLUME_NAME_INVALID. */
  constructor(options: ImageOptions = {}) {
    checkOptions(options);
    this.options = options;
    const owner: TreeOwner = {
      beforeChange: (operation) => this.#refuseWhileInUse(operation),
      replaced: (path) => this.#warn(new DiscError("W_REPLACED", `"${path}" was replaced`, { path })),
    };
    this.root.owner = owner;
  }

  /** Name of the volume; "DISC" by default. The setters of this and of other options raise E_IMAGE_IN_USE. */
  get volumeName(): string {
    return this.options.volumeName ?? "DISC";
  }

  set volumeName(volumeName: string) {
    this.#setOptions({ volumeName });
  }

  /** Interchange level of ISO 9660; 3 by default. */
  get isoLevel(): IsoLevel {
    return this.options.isoLevel ?? 3;
  }

  set isoLevel(isoLevel: IsoLevel) {
    this.#setOptions({ isoLevel });
  }

  /** The file systems that are written. */
  get fileSystems(): readonly FileSystemName[] {
    return this.options.fileSystems ?? defaultFileSystems;
  }

  set fileSystems(fileSystems: readonly FileSystemName[]) {
    this.#setOptions({ fileSystems });
  }

  #setOptions(options: ImageOptions): void {
    this.#refuseWhileInUse(Object.keys(options).join());
    checkOptions(options);
    this.options = { ...this.options, ...options };
  }

  /** How the disc takes the session, as a recorder's `multisessionInterfaces()` gave it. */
  get multisessionInterfaces(): readonly MultisessionInterface[] {
    return this.#multisessionInterfaces;
  }

  /** @throws {@link DiscError} E_MULTISESSION_UNUSABLE, E_IMAGE_IN_USE. */
  set multisessionInterfaces(offered: readonly MultisessionInterface[]) {
    this.#refuseWhileInUse("multisessionInterfaces");
    this.#chosen = offered.length === 0 ? undefined : chooseMultisession(offered);
    this.#identity = this.#chosen?.importRecorder.identity ?? null;
    this.#multisessionInterfaces = offered;
  }

  /**
   * Address of the session's first block: the next writable address of the disc, or 0. On media that can be overwritten
   * it depends on what is there already, and so only the result tells.
   */
  get sessionStartBlock(): number {
    return this.#chosen?.type === "sequential" ? this.#chosen.nextWritableAddress : 0;
  }

  /** Blocks the image may have; `undefined` for no limit. */
  get freeMediaBlocks(): number | undefined {
    const chosen = this.#chosen;
    const free = chosen?.type === "randomWrite" ? chosen.totalSectorsOnMedia : chosen?.freeSectorsOnMedia;
    return this.options.freeMediaBlocks ?? free;
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
   * reported as W_TREES_DIFFER. Volume fields stay, unless the options name others. Items that are already in the tree win over imported ones of the same path. The file
   * systems found become those that are written, unless the options name some.
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
    this.#refuseWhileInUse("importFileSystem");
    const source = this.#importSource();
    const onWarning: WarningListener = (warning) => this.#warn(warning);
    const imported = await importTree(source, { ...options, fileSystem, onWarning });
    const { volumeName, udf, session } = imported;
    const bootRecords = await readBootRecords(source, session.startLba, options.signal);
    this.#refuseWhileInUse("importFileSystem");
    mergeImported(this.root, imported.root);
    this.#imported = { source, volumeName, udf, bootRecords };
    this.options = volumeFieldsLike(imported, this.options, onWarning);
    if (this.options.fileSystems === undefined) {
      const isShownInUdf = this.#chosen?.type === "randomWrite" && (await hasUdfInFront(source, options.signal));
      const { fileSystems } = imported;
      this.#takeFileSystems(isShownInUdf && !fileSystems.includes("udf") ? [...fileSystems, "udf"] : fileSystems);
    }
    return imported.fileSystem;
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
    this.#refuseWhileInUse("importAsNew");
    const onWarning: WarningListener = (warning) => this.#warn(warning);
    const imported = await importTree(source, { ...options, onWarning });
    const boot = await rememberBoot(source, imported, { onWarning, signal: options.signal });
    this.#refuseWhileInUse("importAsNew");
    mergeImported(this.root, imported.root);
    this.#boot ??= boot;
    this.options = optionsLike(imported, this.options, onWarning);
    return imported.fileSystem;
  }

  /**
   * Makes the image boot as another one does: from the files of this tree that have the paths of those there, and else
   * from copies of what is booted there. Options that say what the image boots from win.
   *
   * @throws {@link DiscError} as {@link FileSystemImage.importAsNew}.
   */
  async bootLike(source: ImageSource, options: ImportAsNewOptions = {}): Promise<void> {
    this.#refuseWhileInUse("bootLike");
    const imported = await importTree(source, options);
    const onWarning: WarningListener = (warning) => this.#warn(warning);
    this.#boot = await rememberBoot(source, imported, { onWarning, signal: options.signal });
    this.#isBootOfOther = true;
  }

  /** The disc to import from, which is still the one that was chosen. */
  #importSource(): ImportSource {
    const chosen = this.#chosen;
    if (chosen === undefined) {
      throw new DiscError("E_MULTISESSION_NOT_SET", "multisessionInterfaces is not set: no disc to import from", {});
    }
    const { importRecorder: source } = chosen;
    if (chosen.type === "sequential" && chosen.isFirstDataSession) {
      const reason = "it has no session with data";
      throw new DiscError("E_NOTHING_TO_IMPORT", `${source.name}: ${reason}`, { reason });
    }
    if (source.identity.fingerprint !== this.#identity?.fingerprint) {
      const message = `${source.name} is another disc, or in another state, than when it was chosen`;
      const detail = { what: "disc", expected: this.#identity?.fingerprint ?? "", actual: source.identity.fingerprint };
      throw new DiscError("E_DISC_CHANGED", message, detail);
    }
    return source;
  }

  /** The next session has the file systems of the one it continues. */
  #takeFileSystems(found: readonly FileSystemName[]): void {
    const isBare = found.every((name) => name === "udf");
    this.options = { ...this.options, fileSystems: found.includes("iso") || isBare ? found : ["iso", ...found] };
  }

  /**
   * Gives every block of the image its place; nothing is read yet. While the result lives, the tree cannot be changed.
   *
   * @throws {@link DiscError} E_IMAGE_TOO_BIG, E_DISC_FULL, E_TOO_MANY_DIRECTORIES, E_PATH_TOO_DEEP, E_NAME_NOT_UNIQUE,
   *   E_FILE_TOO_BIG, E_OPTION_INVALID, E_VOLUME_NAME_INVALID; warnings when `strict`.
   */
  async createResultImage(): Promise<SessionImage> {
    checkOptions(this.options);
    const onWarning: WarningListener = (warning) => this.#warn(warning);
    const times = new ImageTimes(this.options.sourceDateEpoch, onWarning);
    const udf = isWritten(this.options, "udf") ? this.#planUdf() : undefined;
    const boot = await this.#planBoot(onWarning);
    const catalog = takeCatalog(this.root, udf?.rules.extended, boot);
    reportNames(catalog, times, udf === undefined ? "ISO 9660" : "UDF", onWarning);
    const contents = new ContentLayout(catalog, {
      isPinned: (content) => this.#isPinned(content),
      embeddedBytes: udf?.embeddedBytes,
      fromBlock: udf === undefined ? undefined : partitionOffset,
    });
    const growth = await this.#planGrowth(contents);
    const sessionStart = growth?.sessionStart ?? this.sessionStartBlock;
    const { options } = this;
    const bootRecords = this.#imported?.bootRecords ?? [];
    const parts = { options, catalog, contents, times, onWarning, sessionStart, udf, growth, bootRecords, boot };
    const endAlign = udf === undefined && growth === undefined ? 1 : sessionEndAlign;
    const laidOut = await layOutSession(parts, { blocks: options.freeMediaBlocks, endAlign });
    this.#checkRoom(laidOut.plan);
    const release = (): void => void this.#results.delete(result);
    // An image that was made for no session of the medium can go to any that is blank.
    const importedFrom = growth === undefined || growth.front !== undefined ? this.#identity : null;
    const endsInPostGap = udf !== undefined;
    const result: SessionImage = new SessionImage({ ...laidOut, contents, importedFrom, endsInPostGap, release });
    this.#results.add(result);
    return result;
  }

  /** Where the session goes on a medium that can be overwritten; `undefined` for others. */
  async #planGrowth(contents: ContentLayout): Promise<Growth | undefined> {
    const chosen = this.#chosen;
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
  async #planBoot(onWarning: WarningListener): Promise<BootPlan | undefined> {
    const boot = this.options.boot ?? this.#boot?.options(this.root, this.#isBootOfOther);
    if (boot === undefined || !isWritten(this.options, "iso")) return undefined;
    const isFirst = this.#imported === undefined && this.sessionStartBlock === 0;
    if (boot.hybrid !== undefined && !isFirst) {
      const what = "new partition tables in front of sessions that are on the disc already";
      throw new DiscError("E_NOT_SUPPORTED", `not supported: ${what}; a new image can have them`, { what });
    }
    return await planBoot(boot, this.root, onWarning);
  }

  /** How the UDF volume is written. */
  #planUdf(): UdfPlan {
    const chosen = this.#chosen;
    const usualRevision = chosen !== undefined && chosen.writeUnitSize >= bdWriteUnit ? "2.50" : "1.02";
    const goesOn = chosen?.type === "sequential" && this.options.finalised !== true;
    const mediumEnd = goesOn ? chosen.nextWritableAddress + chosen.freeSectorsOnMedia : undefined;
    return planUdf({ options: this.options, usualRevision, before: this.#imported?.udf, mediumEnd });
  }

  /** @throws {@link DiscError} E_DISC_FULL. */
  #checkRoom({ firstBlock, blocks }: Plan): void {
    const chosen = this.#chosen;
    if (chosen === undefined) return;
    const freeBlocks =
      chosen.type === "sequential" ? chosen.freeSectorsOnMedia : Math.max(0, chosen.totalSectorsOnMedia - firstBlock);
    if (blocks <= freeBlocks) return;
    const message = `session needs ${blocks} blocks, the disc has ${freeBlocks} free`;
    throw new DiscError("E_DISC_FULL", message, { blocks, freeBlocks });
  }

  /** Whether a content stays where it lies: on the disc that this session is added to. */
  #isPinned(content: Content): boolean {
    if (!(content instanceof OnDiscContent) || content.source !== this.#imported?.source) return false;
    return areWholeBlocks(content.extents);
  }

  #refuseWhileInUse(operation: string): void {
    if (this.#results.size === 0) return;
    const message = `${operation}: the tree cannot be changed while a result made from it is alive`;
    throw new DiscError("E_IMAGE_IN_USE", message, { operation });
  }

  #warn(warning: Warning): void {
    if (this.options.strict === true) throw warning;
    this.options.onWarning?.(warning);
  }
}
