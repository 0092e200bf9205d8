/** What callers ask to be changed in a tree: files and folders of the host that are added, and removals and moves. */
import { stat } from "node:fs/promises";
import type { BootPreset } from "./fs/boot/boot-presets.js";
import { bootPreset } from "./fs/boot/boot-presets.js";
import type { FilmKind } from "./fs/films/plan-film.js";
import type { FilmNote } from "./fs/films/prepare-film.js";
import { prepareFilm } from "./fs/films/prepare-film.js";
import type { FileSystemImage } from "./fs/image/file-system-image.js";
import { filmOptions } from "./fs/image/film-options.js";
import type { ImageOptions } from "./fs/image/options.js";
import { strictly } from "./fs/image/options.js";
import type { Item } from "./fs/tree/directory.js";
import type { HostAttributes } from "./fs/tree/extended-attributes.js";
import type { DirectorySourceOptions } from "./host/directory-source.js";
import { fromDirectory, fromPath } from "./host/directory-source.js";
import { hostPath } from "./host/host-path.js";
import type { TaskOptions } from "./medium/session-data.js";

/** A file or folder of the host, and its place in the image. */
export interface SourcePlace {
  readonly path: string;
  /** Where a folder's contents go, or what a file is called; behind a "/" a file keeps its name. Default: `at`. */
  readonly target?: string | undefined;
}

/** A path, or a path with its place. */
export type SourceLike = string | SourcePlace;

/** What is changed in an imported tree: removals first, then moves, then the sources. */
export interface TreeChanges {
  /** Paths in the tree; a directory goes with everything in it. */
  readonly remove?: readonly string[] | undefined;
  readonly move?: readonly { readonly from: string; readonly to: string }[] | undefined;
  readonly sources?: readonly SourceLike[] | undefined;
  /** Where the sources without a target go. Default "/". */
  readonly at?: string | undefined;
  /** Whether something in a source folder is left out: asked with its path on the host and its name. */
  readonly exclude?: DirectorySourceOptions["exclude"];
  /** Takes what links lead to in their places. */
  readonly followLinks?: boolean | undefined;
  /** Takes extended attributes and access control lists of the sources, too. */
  readonly hostAttributes?: HostAttributes | undefined;
  /** The character set of names in source folders. Default: UTF-8; what is in none stays bytes. */
  readonly sourceCharset?: DirectorySourceOptions["charset"];
}

/** How folders of the host are taken. */
export type SourceOptions = Pick<TreeChanges, "exclude" | "followLinks" | "hostAttributes" | "sourceCharset">;

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

/**
 * Adds files and folders of the host to a tree, one after the other.
 *
 * @throws {@link DiscError} as `addTree`.
 */
export async function addSources(
  image: FileSystemImage,
  sources: readonly SourceLike[],
  at: string,
  options: TaskOptions & SourceOptions & Pick<ImageOptions, "onWarning">,
): Promise<void> {
  const { signal, onProgress, onWarning, exclude, followLinks, hostAttributes, sourceCharset: charset } = options;
  const taking = { onWarning, exclude, followLinks, hostAttributes, charset };
  for (const source of sources) {
    const { path, target }: SourcePlace = typeof source === "string" ? { path: source } : source;
    if (await isFolder(path)) {
      await image.root.addTree(fromDirectory(path, taking), { at: target ?? at, signal, onProgress });
      continue;
    }
    const place = target === undefined ? { at, name: undefined } : placeOfFile(target);
    const named = place.name === undefined ? {} : { name: place.name };
    await image.root.addTree(fromPath(path, { ...taking, ...named }), { at: place.at, signal, onProgress });
  }
}

/** How a tree is changed. */
export interface ChangeTreeOptions extends TaskOptions, Pick<ImageOptions, "onWarning" | "strict"> {
  /** Hears of an item that is about to be removed, with all that is below it. */
  readonly onRemoved?: ((item: Item) => void) | undefined;
}

/**
 * Changes the tree of an image.
 *
 * @throws {@link DiscError} as `DirectoryNode.removeTree`, `move` and `addTree`.
 */
export async function changeTree(
  image: FileSystemImage,
  { remove = [], move = [], sources = [], at = "/", ...taking }: TreeChanges,
  options: ChangeTreeOptions,
): Promise<void> {
  const { root } = image;
  for (const path of remove) {
    options.onRemoved?.(root.item(path));
    root.removeTree(path);
  }
  for (const { from, to } of move) root.move(from, to);
  await addSources(image, sources, at, { ...options, ...taking, onWarning: strictly(options) });
}

/** Makes an image boot as a preset says of its tree, which has to be whole. @throws as `bootPreset`. */
export async function applyBootPreset(image: FileSystemImage, preset: BootPreset | undefined): Promise<void> {
  if (preset === undefined) return;
  image.options = { ...image.options, boot: await bootPreset(image.root, preset) };
}

/** Which film a tree holds, that is to be written as players want it; `auto` for what is found in it. */
export type FilmPreset = FilmKind | "auto";

/**
 * Makes an image one that players of films take: completes its tree, which has to be whole, and its options.
 *
 * @param onNote Hears what becomes of the tree.
 * @throws {@link DiscError} as `prepareFilm` and `filmOptions`.
 */
export function applyFilmPreset(
  image: FileSystemImage,
  preset: FilmPreset | undefined,
  onNote: FilmNote | undefined,
): void {
  if (preset === undefined) return;
  const film = prepareFilm(image.root, preset, onNote ?? (() => {}));
  image.options = filmOptions(film, image.options);
}
