/** The common jobs in one call: where an image and a disc meet. */
import type { Recorder } from "./device/recorder.js";
import { DiscError } from "./errors.js";
import type { BootPreset } from "./fs/boot/boot-presets.js";
import { FileSystemImage } from "./fs/image/file-system-image.js";
import type { ImageSource } from "./fs/image/open-image.js";
import type { ImageOptions } from "./fs/image/options.js";
import { checkOptions, strictly } from "./fs/image/options.js";
import type { SessionImage } from "./fs/image/session-image.js";
import type { AttributeRules } from "./fs/tree/attribute-rules.js";
import { applyAttributeRules } from "./fs/tree/attribute-rules.js";
import type { FileSystemName } from "./fs/tree/disc-entry.js";
import type { SortWeight } from "./fs/tree/sort-weights.js";
import { applySortWeights } from "./fs/tree/sort-weights.js";
import { compressedResult } from "./host/compress-contents.js";
import { writeImageFile } from "./host/write-image-file.js";
import type { ZisofsOptions } from "./host/zisofs-options.js";
import type { TaskOptions } from "./medium/session-data.js";
import type { AppendOptions, SessionReport } from "./session-job.js";
import { SessionJob } from "./session-job.js";
import { openTarget } from "./session-target.js";
import type { FilmPreset, SourceLike, SourceOptions, TreeChanges } from "./tree-changes.js";
import { addSources, applyBootPreset, applyFilmPreset, changeTree } from "./tree-changes.js";

/** An item that one file system does not show, nor what is in it; "iso" stands for Rock Ridge, too. */
export interface HiddenPlace {
  readonly fileSystem: FileSystemName;
  readonly path: string;
}

/** How {@link buildImage} makes an image. */
export interface BuildOptions extends ImageOptions, TaskOptions, SourceOptions {
  /** Where the sources without a target go. Default "/". */
  readonly at?: string | undefined;
  /** A file that the image is written to; left out, nothing is read yet. */
  readonly output?: string | undefined;
  /** Replaces a file that is there. */
  readonly force?: boolean | undefined;
  /** Attributes that all items are given. */
  readonly attributes?: AttributeRules | undefined;
  /** What file systems do not show. */
  readonly hide?: readonly HiddenPlace[] | undefined;
  /** Which files lie in front. */
  readonly sortWeights?: readonly SortWeight[] | undefined;
  /** What the tree boots from, found once it is whole. */
  readonly bootPreset?: BootPreset | undefined;
  /** Compresses files by zisofs: as `compressContents`. Default: none. */
  readonly zisofs?: ZisofsOptions | undefined;
  /** The film that the tree holds, which is to be written as players want it, once the tree is whole. */
  readonly filmPreset?: FilmPreset | undefined;
  /** Hears what becomes of the tree of a film. */
  readonly onNote?: ((note: string) => void) | undefined;
  /** Another image; this one is to boot like it. It has to stay open until this one is written. */
  readonly bootLike?: ImageSource | undefined;
}

/** A made image, and what is in it. */
export interface BuiltImage {
  readonly image: SessionImage;
  /** Items that are no directories. */
  readonly files: number;
  /** The root among them. */
  readonly directories: number;
  /** What is written. */
  readonly fileSystems: readonly FileSystemName[];
}

/**
 * Makes an image of files and folders of the host; with `output`, writes it to a file.
 *
 * @throws {@link DiscError} as `FileSystemImage.createResultImage`, `addTree`, `compressContents` and `writeImageFile`.
 * @example
 * await buildImage(["photos"], { output: "photos.iso", volumeName: "Photos" });
 */
export async function buildImage(sources: readonly SourceLike[], options: BuildOptions = {}): Promise<BuiltImage> {
  const tree = new FileSystemImage(options);
  await addSources(tree, sources, options.at ?? "/", { ...options, onWarning: strictly(options) });
  if (options.attributes !== undefined) applyAttributeRules(tree.root, options.attributes);
  for (const { fileSystem, path } of options.hide ?? []) {
    tree.root.setAttributes(path, { hiddenIn: [...(tree.root.item(path).hiddenIn ?? []), fileSystem] });
  }
  applySortWeights(tree.root, options.sortWeights ?? []);
  const { signal, onProgress, charset } = options;
  if (options.bootLike !== undefined) await tree.bootLike(options.bootLike, { signal, onProgress, charset });
  await applyBootPreset(tree, options.bootPreset);
  applyFilmPreset(tree, options.filmPreset, options.onNote);
  const image = await compressedResult(tree, options.zisofs, options);
  const { fileCount: files, directoryCount: directories, fileSystems } = tree;
  if (options.output !== undefined) await writeImageFile(image, options.output, options);
  return { image, files, directories, fileSystems };
}

async function changeSession(job: SessionJob, changes: TreeChanges, options: AppendOptions): Promise<void> {
  await changeTree(job.image, changes, { ...options, onRemoved: (item) => job.hide(item) });
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
  changes: TreeChanges,
  options: AppendOptions = {},
): Promise<SessionReport> {
  checkOptions(options);
  await using target = await openTarget(disc, options);
  const job = new SessionJob(target, options);
  await job.prepare();
  await changeSession(job, changes, options);
  return await job.write();
}

/** How the first session of a disc is written. */
export interface FirstSessionOptions extends AppendOptions, Pick<TreeChanges, "at">, SourceOptions {
  /** What the disc boots from, by name. */
  readonly bootPreset?: BootPreset | undefined;
  /** The film that the sources hold, which is to be written as players want it. */
  readonly filmPreset?: FilmPreset | undefined;
}

/**
 * Writes the first session of a disc.
 *
 * @param disc Path of a disc, or a recorder, which stays the caller's.
 * @throws {@link DiscError} E_DISC_NOT_BLANK, E_BOOT_NOT_FOUND; else as {@link appendTo}.
 */
export async function writeTo(
  disc: string | Recorder,
  sources: readonly SourceLike[],
  options: FirstSessionOptions = {},
): Promise<SessionReport> {
  checkOptions(options);
  await using target = await openTarget(disc, options);
  if (!target.isBlank && target.recorder?.state.state !== "complete") {
    const { name: device } = target;
    throw new DiscError("E_DISC_NOT_BLANK", `${device}: the disc is not blank; append adds to it`, { device });
  }
  const { at, exclude, followLinks, sourceCharset } = options;
  const job = new SessionJob(target, { ...options, onNote: undefined });
  await job.prepare();
  await changeSession(job, { sources, at, exclude, followLinks, sourceCharset }, options);
  await applyBootPreset(job.image, options.bootPreset);
  applyFilmPreset(job.image, options.filmPreset, options.onNote);
  return await job.write();
}
