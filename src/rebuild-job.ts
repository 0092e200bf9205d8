/** Makes a new, compact image of a session of a disc or image, with changes. */
import type { BuiltImage } from "./disc-jobs.js";
import type { WarningListener } from "./errors.js";
import { DiscError, hasCode } from "./errors.js";
import type { BootPreset } from "./fs/boot/boot-presets.js";
import { filmDirectories, planFilm } from "./fs/films/plan-film.js";
import { recogniseFilm } from "./fs/films/prepare-film.js";
import { FileSystemImage } from "./fs/image/file-system-image.js";
import type { ImportOptions } from "./fs/image/import.js";
import type { ImageSource } from "./fs/image/open-image.js";
import type { ImageOptions } from "./fs/image/options.js";
import { checkOptions, strictly } from "./fs/image/options.js";
import type { FileSystemName } from "./fs/tree/disc-entry.js";
import { compressedResult } from "./host/compress-contents.js";
import { writeImageFile } from "./host/write-image-file.js";
import type { ZisofsOptions } from "./host/zisofs-options.js";
import type { TaskOptions } from "./medium/session-data.js";
import type { FilmPreset, TreeChanges } from "./tree-changes.js";
import { applyBootPreset, applyFilmPreset, changeTree } from "./tree-changes.js";

/** How an image is rebuilt. */
export interface RebuildOptions extends ImageOptions, TaskOptions {
  /** The session whose tree it is: its number, from 1; -1 is the one before the last. Default: the last whole one. */
  readonly session?: number | undefined;
  /** First block of a session that no table of contents names. */
  readonly start?: number | undefined;
  /** Searches all blocks for sessions. */
  readonly scan?: boolean | undefined;
  /** The one tree that is taken. Default: all trees of the session, joined into one. */
  readonly importFrom?: FileSystemName | undefined;
  /** The character set in which the session's names are read, where it is not `charset`. */
  readonly importCharset?: ImportOptions["charset"];
  /** What the tree boots from, instead of what it booted from. */
  readonly bootPreset?: BootPreset | undefined;
  /** Compresses files by zisofs: as `compressContents`. Default: none. */
  readonly zisofs?: ZisofsOptions | undefined;
  /**
   * The film that the tree holds, which is to be written as players want it. Default: a film that the session has in UDF
   * is laid out as one again, as far as that can be.
   */
  readonly filmPreset?: FilmPreset | undefined;
  /** Hears what becomes of the tree of a film. */
  readonly onNote?: ((note: string) => void) | undefined;
  /** A file that the image is written to; left out, nothing is read of contents yet. */
  readonly output?: string | undefined;
  /** Replaces a file that is there. */
  readonly force?: boolean | undefined;
}

/** An image that was made of another one. */
export interface RebuiltImage extends BuiltImage {
  /** The tree it was made of, the richest one of several. */
  readonly importedFrom: FileSystemName;
}

/** Lays a film out as one again; what was changed so that it is none any more is said, and written like other files. */
async function keepFilm(tree: FileSystemImage, onWarning: WarningListener): Promise<void> {
  const { udfEmbedFiles, udfVirtual } = tree.options;
  const isPossible = tree.fileSystems.includes("udf") && udfEmbedFiles !== true && udfVirtual !== true;
  const films = isPossible ? recogniseFilm(tree.root) : undefined;
  if (films === undefined || !tree.root.children.has(filmDirectories[films])) return;
  try {
    await planFilm(tree.root, films, () => {});
    tree.options = { ...tree.options, films };
  } catch (error) {
    if (!hasCode(error, "E_FILM_INVALID")) throw error;
    onWarning(new DiscError("W_FILM_FAULTY", error.message, error.detail));
  }
}

/**
 * Makes a new image of one session of a disc or image, with changes: it holds the tree alone, without what earlier
 * sessions left, and has the same volume fields, the same file systems and the same boot set-up where `options` say
 * nothing else. The source has to stay open until the image is written, and is not changed; with `output` and `force`,
 * a file can take the place of the one it was made of.
 *
 * @throws {@link DiscError} as `FileSystemImage.importAsNew`, `createResultImage`, `addTree` and `writeImageFile`.
 * @example
 * const { image } = await rebuildImage(source, { remove: ["/old"], sources: ["new"] }, { output: "smaller.iso" });
 */
export async function rebuildImage(
  source: ImageSource,
  changes: TreeChanges,
  options: RebuildOptions = {},
): Promise<RebuiltImage> {
  checkOptions(options);
  const { session, start, scan, importFrom, signal, onProgress, output } = options;
  const { charset: written, importCharset: charset = written } = options;
  const tree = new FileSystemImage(options);
  const from = { session, start, scan, charset, signal, onProgress, fileSystem: importFrom };
  const importedFrom = await tree.importAsNew(source, from);
  await changeTree(tree, changes, options);
  await applyBootPreset(tree, options.bootPreset);
  if (options.filmPreset === undefined) await keepFilm(tree, strictly(options));
  else applyFilmPreset(tree, options.filmPreset, options.onNote);
  const image = await compressedResult(tree, options.zisofs, options);
  const { fileCount: files, directoryCount: directories, fileSystems } = tree;
  if (output !== undefined) await writeImageFile(image, output, options);
  return { image, files, directories, importedFrom, fileSystems };
}
