/** The common jobs in one call: where an image and a disc meet. */
import { stat } from "node:fs/promises";
import type { Recorder } from "./device/recorder.js";
import { DiscError } from "./errors.js";
import { FileSystemImage } from "./fs/image/file-system-image.js";
import type { ImageOptions } from "./fs/image/options.js";
import { checkOptions } from "./fs/image/options.js";
import type { SessionImage } from "./fs/image/session-image.js";
import { fromDirectory, fromPath } from "./host/directory-source.js";
import { hostPath } from "./host/host-path.js";
import { writeImageFile } from "./host/write-image-file.js";
import type { TaskOptions } from "./medium/session-data.js";
import type { AppendOptions, SessionReport } from "./session-job.js";
import { SessionJob, strictly } from "./session-job.js";
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

async function change(
  job: SessionJob,
  { remove = [], move = [], sources = [], at = "/" }: DiscChanges,
  options: AppendOptions,
): Promise<void> {
  const { root } = job.image;
  for (const path of remove) {
    job.hide(root.item(path));
    root.removeTree(path);
  }
  for (const { from, to } of move) root.move(from, to);
  await addSources(job.image, sources, at, { ...options, onWarning: strictly(options) });
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
  await change(job, changes, options);
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
  await change(job, { sources, at: options.at }, options);
  return await job.write();
}
