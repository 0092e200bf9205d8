import type { Warning, WarningListener } from "../../errors.js";
import { DiscError } from "../../errors.js";
import type { ImportSource } from "../../medium/import-source.js";
import { chooseMultisession } from "../../multisession/choose.js";
import type { MultisessionInterface, MultisessionSequential } from "../../multisession/interfaces.js";
import { takeCatalog } from "../layout/catalog.js";
import { ContentLayout } from "../layout/contents.js";
import { planRegions } from "../layout/planner.js";
import type { Renderer } from "../layout/region.js";
import type { Content } from "../tree/content.js";
import { OnDiscContent } from "../tree/content.js";
import type { TreeOwner } from "../tree/directory.js";
import { DirectoryNode } from "../tree/directory.js";
import { walkTree } from "../tree/walk.js";
import { sessionWriters } from "./iso-session.js";
import { reportNames } from "./name-report.js";
import type { ImageOptions } from "./options.js";
import { checkOptions } from "./options.js";
import { SessionImage } from "./session-image.js";
import { ImageTimes } from "./times.js";

/** A tree, what is to be made of it, and the disc it is added to. IMAPI2 `IFileSystemImage`. */
export class FileSystemImage {
  /** The tree; its paths are those of the image. */
  readonly root: DirectoryNode = new DirectoryNode("");
  /** Can be replaced until the result is made. */
  options: ImageOptions;
  readonly #results = new Set<SessionImage>();
  #multisessionInterfaces: readonly MultisessionInterface[] = [];
  #chosen: MultisessionSequential | undefined;
  #imported: { readonly source: ImportSource; readonly volumeName: string } | undefined;

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

  /** How the disc takes the session, as a recorder's `multisessionInterfaces()` gave it. */
  get multisessionInterfaces(): readonly MultisessionInterface[] {
    return this.#multisessionInterfaces;
  }

  /** @throws {@link DiscError} E_MULTISESSION_UNUSABLE, E_IMAGE_IN_USE. */
  set multisessionInterfaces(offered: readonly MultisessionInterface[]) {
    this.#refuseWhileInUse("multisessionInterfaces");
    this.#chosen = offered.length === 0 ? undefined : chooseMultisession(offered);
    this.#multisessionInterfaces = offered;
  }

  /** Address of the session's first block: the next writable address of the disc, or 0. */
  get sessionStartBlock(): number {
    return this.#chosen?.nextWritableAddress ?? 0;
  }

  /** Blocks the image may have; `undefined` for no limit. */
  get freeMediaBlocks(): number | undefined {
    return this.options.freeMediaBlocks ?? this.#chosen?.freeSectorsOnMedia;
  }

  /** Items in the tree that are no directories. */
  get fileCount(): number {
    let count = 0;
    for (const { node } of walkTree(this.root)) if (node.type !== "directory") count++;
    return count;
  }

  /** Directories in the tree, the root among them. */
  get directoryCount(): number {
    let count = 1;
    for (const { node } of walkTree(this.root)) if (node.type === "directory") count++;
    return count;
  }

  /** Name of the imported volume; `undefined` before an import. */
  get importedVolumeName(): string | undefined {
    return this.#imported?.volumeName;
  }

  /**
   * Gives every block of the image its place; nothing is read yet. While the result lives, the tree cannot be changed.
   *
   * @throws {@link DiscError} E_IMAGE_TOO_BIG, E_TOO_MANY_DIRECTORIES, E_PATH_TOO_DEEP, E_NAME_NOT_UNIQUE,
   *   E_FILE_TOO_BIG, E_OPTION_INVALID, E_VOLUME_NAME_INVALID; warnings when `strict`.
   */
  async createResultImage(): Promise<SessionImage> {
    checkOptions(this.options);
    const onWarning: WarningListener = (warning) => this.#warn(warning);
    const times = new ImageTimes(this.options.sourceDateEpoch, onWarning);
    const catalog = takeCatalog(this.root);
    reportNames(catalog, times, onWarning);
    const contents = new ContentLayout(catalog, (content) => this.#isPinned(content));
    const writers = sessionWriters({ options: this.options, catalog, contents, times, onWarning });
    const regions = writers.flatMap((writer) => writer.regions);
    const plan = planRegions(regions, this.sessionStartBlock, { blocks: this.freeMediaBlocks });
    const renderers = new Map<string, Renderer>();
    for (const writer of writers) for (const [kind, render] of writer.bind(plan)) renderers.set(kind, render);
    const identity = this.#chosen?.importRecorder.identity ?? null;
    const result: SessionImage = new SessionImage(plan, renderers, identity, () => this.#results.delete(result));
    this.#results.add(result);
    return result;
  }

  /** Whether a content stays where it lies: on the disc that this session is added to. */
  #isPinned(content: Content): boolean {
    if (!(content instanceof OnDiscContent) || content.source !== this.#imported?.source) return false;
    return content.extents.every(({ lba }) => lba !== null);
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
