/** The common jobs in one call: where an image and a disc meet. */
import { stat } from "node:fs/promises";
import type { TraceRequest } from "./device/drives.js";
import type { PlanStep } from "./device/plan/step.js";
import type { Recorder, RecorderWriteOptions } from "./device/recorder.js";
import type { Warning } from "./errors.js";
import { DiscError, hasCode } from "./errors.js";
import type { DetectedFileSystem } from "./fs/image/detect.js";
import { FileSystemImage } from "./fs/image/file-system-image.js";
import type { ImageOptions } from "./fs/image/options.js";
import { checkOptions } from "./fs/image/options.js";
import type { SessionImage } from "./fs/image/session-image.js";
import type { FileSystemName } from "./fs/tree/disc-entry.js";
import { walkTree } from "./fs/tree/walk.js";
import { fromDirectory, fromPath } from "./host/directory-source.js";
import { hostPath } from "./host/host-path.js";
import { writeImageFile } from "./host/write-image-file.js";
import type { TaskOptions } from "./medium/session-data.js";
import type { SessionTarget } from "./session-target.js";
import { openTarget } from "./session-target.js";

/** A file or folder of the host, and its place in the image. */
export interface SourcePlace {
  readonly path: string;
  /** Where a folder's contents go, or what a file is called; behind a "/" a file keeps its name. Default: `at`. */
  readonly target?: string | undefined;
}

/** A path, or a path with its place. */
export type SourceLike = string | SourcePlace;

/** What is changed in the tree of a disc: removals first, then moves, then the sources. */
export interface DiscChanges {
  /** Paths on the disc; a directory goes with everything in it. */
  readonly remove?: readonly string[] | undefined;
  readonly move?: readonly { readonly from: string; readonly to: string }[] | undefined;
  readonly sources?: readonly SourceLike[] | undefined;
  /** Where the sources without a target go. Default "/". */
  readonly at?: string | undefined;
}

/** How {@link buildImage} makes an image. */
export interface BuildOptions extends ImageOptions, TaskOptions {
  /** Where the sources without a target go. Default "/". */
  readonly at?: string | undefined;
  /** A file that the image is written to; left out, nothing is read yet. */
  readonly output?: string | undefined;
  /** Replaces a file that is there. */
  readonly force?: boolean | undefined;
}

/** A made image, and what is in it. */
export interface BuiltImage {
  readonly image: SessionImage;
  /** Items that are no directories. */
  readonly files: number;
  /** The root among them. */
  readonly directories: number;
}

/** What is asked of the recorder. */
export type SessionWriting = Pick<RecorderWriteOptions, "close" | "dummy" | "speed" | "verify" | "streaming">;

/** How a session is written. */
export interface AppendOptions extends ImageOptions, TaskOptions, SessionWriting {
  /** Says what would be done, and does nothing. */
  readonly dryRun?: boolean | undefined;
  /** The session that is imported: its number, from 1; -1 is the one before the last. Default: the last whole one. */
  readonly session?: number | undefined;
  /** The one tree that is imported. Default: all trees of the session, joined into one. */
  readonly importFrom?: FileSystemName | undefined;
  /** As in `openRecorder`. */
  readonly media?: string | undefined;
  /** As in `openRecorder`. */
  readonly force?: boolean | undefined;
  /** As in `openRecorder`. */
  readonly trace?: TraceRequest | undefined;
  /** Hears what is done besides: that the disc is blank, that a torn session was closed. */
  readonly onNote?: ((note: string) => void) | undefined;
  /** Asked before anything is written; what it throws ends the job. */
  readonly confirm?: ((recorder: Recorder) => Promise<void>) | undefined;
}

/** What was, or would be, written. */
export interface SessionReport {
  readonly disc: string;
  readonly media: string;
  readonly dryRun: boolean;
  /** Number of the session. */
  readonly session: number;
  readonly isFirstSession: boolean;
  /** First block. */
  readonly start: number;
  readonly blocks: number;
  /** Items that are no directories. */
  readonly files: number;
  /** The root among them. */
  readonly directories: number;
  /** Blocks a session may have now: before this one in a dry run, after it else. */
  readonly freeBlocks: number;
  readonly volumeName: string;
  readonly fileSystems: readonly DetectedFileSystem[];
  /** The tree that was imported, the richest one of several; `null` for a first session. */
  readonly importedFrom: FileSystemName | null;
  /** Paths of the earlier session whose items are not in the new tree any more. */
  readonly hidden: readonly string[];
  /** Whether a session that was cut off was closed first. */
  readonly repaired: boolean;
  /** Whether the disc is finalised. */
  readonly closed: boolean;
  readonly steps: readonly PlanStep[];
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(hostPath(path))).isDirectory();
  } catch {
    // What is wrong with it is said where it is read; a link that leads nowhere is taken as a link.
    return false;
  }
}

/** The directory that receives a file, and the name it gets there. */
function placeOfFile(target: string): { at: string; name: string | undefined } {
  const slash = target.lastIndexOf("/");
  const name = target.slice(slash + 1);
  return { at: target.slice(0, Math.max(0, slash)) || "/", name: name === "" ? undefined : name };
}

async function addSources(
  image: FileSystemImage,
  sources: readonly SourceLike[],
  at: string,
  options: TaskOptions & Pick<ImageOptions, "onWarning">,
): Promise<void> {
  for (const source of sources) {
    const { path, target }: SourcePlace = typeof source === "string" ? { path: source } : source;
    const { signal, onProgress, onWarning } = options;
    if (await isFolder(path)) {
      await image.root.addTree(fromDirectory(path, { onWarning }), { at: target ?? at, signal, onProgress });
      continue;
    }
    const place = target === undefined ? { at, name: undefined } : placeOfFile(target);
    const named = place.name === undefined ? {} : { name: place.name };
    await image.root.addTree(fromPath(path, { onWarning, ...named }), { at: place.at, signal, onProgress });
  }
}

/**
 * Makes an image of files and folders of the host; with `output`, writes it to a file.
 *
 * @throws {@link DiscError} as `FileSystemImage.createResultImage`, `addTree` and `writeImageFile`.
 * @example
 * await buildImage(["photos"], { output: "photos.iso", volumeName: "Photos" });
 */
export async function buildImage(sources: readonly SourceLike[], options: BuildOptions = {}): Promise<BuiltImage> {
  const tree = new FileSystemImage(options);
  await addSources(tree, sources, options.at ?? "/", { ...options, onWarning: strictly(options) });
  const image = await tree.createResultImage();
  const { fileCount: files, directoryCount: directories } = tree;
  if (options.output !== undefined) await writeImageFile(image, options.output, options);
  return { image, files, directories };
}

/** Warnings of sources are errors, too, where the image takes warnings for errors. */
function strictly({ strict, onWarning }: ImageOptions): (warning: Warning) => void {
  return (warning) => {
    if (strict === true) throw warning;
    onWarning?.(warning);
  };
}

/** One session in the making. */
class SessionJob {
  readonly #target: SessionTarget;
  readonly #options: AppendOptions;
  readonly #image: FileSystemImage;
  readonly #hidden: string[] = [];
  #importedFrom: FileSystemName | null = null;
  #repaired = false;

  constructor(target: SessionTarget, options: AppendOptions) {
    this.#target = target;
    this.#options = options;
    const onWarning = (warning: Warning): void => this.#heard(warning);
    this.#image = new FileSystemImage({ ...options, finalised: options.close, onWarning });
  }

  #heard(warning: Warning): void {
    if (hasCode(warning, "W_REPLACED")) {
      // What is replaced is still in its place while this is reported.
      const { path } = warning.detail;
      if (this.#image.root.find(path)?.imported === true) this.#hidden.push(path);
    }
    this.#options.onWarning?.(warning);
  }

  /** Refuses a disc that takes nothing, closes a torn session, and imports the last whole one. */
  async prepare(): Promise<void> {
    const target = this.#target;
    const { onNote } = this.#options;
    if (target.recorder !== undefined) await this.#prepareDisc(target.recorder);
    this.#image.multisessionInterfaces = await target.multisessionInterfaces();
    if (target.isBlank) return onNote?.(`${target.name} is blank: the first session is written`);
    await this.#import();
  }

  async #prepareDisc(recorder: Recorder): Promise<void> {
    const { name: device } = recorder;
    const { onNote } = this.#options;
    if (recorder.state.state === "complete") {
      throw new DiscError("E_DISC_FINALISED", `${device}: the disc is finalised`, { device });
    }
    await this.#options.confirm?.(recorder);
    if (!recorder.state.needsRepair) return;
    onNote?.(`${device}: the last session was cut off; it is closed first`);
    this.#repaired = await recorder.repair(this.#options);
  }

  async #import(): Promise<void> {
    const { signal, onProgress, charset, importFrom, onNote } = this.#options;
    const { session } = this.#options;
    const task = { signal, onProgress, charset, session, scan: this.#target.isScanned };
    try {
      if (importFrom === undefined) this.#importedFrom = await this.#image.importFileSystem(task);
      else {
        await this.#image.importSpecificFileSystem(importFrom, task);
        this.#importedFrom = importFrom;
      }
    } catch (error) {
      if (!hasCode(error, "E_NOTHING_TO_IMPORT")) throw error;
      return onNote?.(`${this.#target.name} has no whole session: the next one starts afresh`);
    }
    this.#keepVolumeName();
  }

  /** The volume keeps its name unless the caller named another; one that cannot be written is not kept. */
  #keepVolumeName(): void {
    const { importedVolumeName: volumeName, options } = this.#image;
    if (options.volumeName !== undefined || volumeName === undefined || volumeName === "") return;
    try {
      checkOptions({ volumeName });
    } catch (error) {
      if (!hasCode(error, "E_VOLUME_NAME_INVALID")) throw error;
      this.#options.onNote?.(`volume name "${volumeName}" cannot be kept`);
      return;
    }
    this.#image.options = { ...options, volumeName };
  }

  async change({ remove = [], move = [], sources = [], at = "/" }: DiscChanges): Promise<void> {
    const { root } = this.#image;
    for (const path of remove) {
      const node = root.item(path);
      if (node.imported && node.parent !== null) this.#hidden.push(node.path);
      if (node.type === "directory") {
        for (const below of walkTree(node)) if (below.node.imported) this.#hidden.push(below.path);
      }
      root.removeTree(path);
    }
    for (const { from, to } of move) root.move(from, to);
    await addSources(this.#image, sources, at, { ...this.#options, onWarning: strictly(this.#options) });
  }

  async write(): Promise<SessionReport> {
    const target = this.#target;
    const { close, dummy, speed, verify, streaming, dryRun = false, signal, onProgress } = this.#options;
    const writing = { close, dummy, speed, streaming, verify };
    await using session = await this.#image.createResultImage();
    const planned = this.#report(session, (await target.lastSession()) + 1, target.plan(session, writing));
    if (dryRun) return planned;
    await target.write(session, { ...writing, signal, onProgress });
    return { ...planned, session: await target.lastSession(), freeBlocks: target.freeBlocks };
  }

  #report({ firstBlock, blocks }: SessionImage, session: number, steps: readonly PlanStep[]): SessionReport {
    const { name: disc, media, freeBlocks } = this.#target;
    const { fileCount: files, directoryCount: directories, options } = this.#image;
    return {
      disc,
      media,
      dryRun: this.#options.dryRun === true,
      session,
      isFirstSession: this.#importedFrom === null,
      start: firstBlock,
      blocks,
      files,
      directories,
      freeBlocks,
      volumeName: options.volumeName ?? "DISC",
      fileSystems: options.fileSystems ?? ["rockridge", "joliet", "iso"],
      importedFrom: this.#importedFrom,
      hidden: this.#hidden,
      repaired: this.#repaired,
      closed: this.#options.close === true,
      steps,
    };
  }
}

/**
 * Imports the last whole session of a disc, changes its tree, and writes the next session. File systems and volume
 * name stay those of the disc unless `options` name others. A session that was cut off is closed first; on a blank
 * disc the first session is written.
 *
 * @param disc Path of a disc or of a plain image, or a recorder, which stays the caller's.
 * @throws {@link DiscError} as `openRecorder`, `FileSystemImage` and `Recorder.write`.
 * @example
 * await appendTo("backup.disc", { remove: ["/old"], sources: ["documents"] });
 */
export async function appendTo(
  disc: string | Recorder,
  changes: DiscChanges,
  options: AppendOptions = {},
): Promise<SessionReport> {
  checkOptions(options);
  await using target = await openTarget(disc, options);
  const job = new SessionJob(target, options);
  await job.prepare();
  await job.change(changes);
  return await job.write();
}

/**
 * Writes the first session of a disc.
 *
 * @param disc Path of a disc, or a recorder, which stays the caller's.
 * @throws {@link DiscError} E_DISC_NOT_BLANK; else as {@link appendTo}.
 */
export async function writeTo(
  disc: string | Recorder,
  sources: readonly SourceLike[],
  options: AppendOptions & Pick<DiscChanges, "at"> = {},
): Promise<SessionReport> {
  checkOptions(options);
  await using target = await openTarget(disc, options);
  if (!target.isBlank && target.recorder?.state.state !== "complete") {
    const { name: device } = target;
    throw new DiscError("E_DISC_NOT_BLANK", `${device}: the disc is not blank; append adds to it`, { device });
  }
  const job = new SessionJob(target, { ...options, onNote: undefined });
  await job.prepare();
  await job.change({ sources, at: options.at });
  return await job.write();
}
