/** Makes of a tree what players expect of one: names in the letters that they look for, and the directories they miss. */
import { DiscError } from "../../errors.js";
import type { DirectoryNode, Item } from "../tree/directory.js";
import { findAnyCase } from "../tree/find-any-case.js";
import type { FilmKind } from "./plan-film.js";
import { filmDirectories, filmKinds } from "./plan-film.js";
import { videoFileName } from "./video-layout.js";

/** Hears what is done to the tree. */
export type FilmNote = (note: string) => void;

/** Directories that belong to a film, beside its own: below the root. Some players refuse a disc that lacks one. */
const directories: Readonly<Record<FilmKind, readonly string[]>> = {
  "dvd-video": ["AUDIO_TS"],
  bdmv: [
    ...["AUXDATA", "BACKUP", "BDJO", "CLIPINF", "JAR", "META", "PLAYLIST", "STREAM"].map((name) => `BDMV/${name}`),
    "CERTIFICATE",
  ],
};

/** The file that is read first, which tells a film from a directory of its name. */
const firstFiles: Readonly<Record<FilmKind, readonly string[]>> = {
  "dvd-video": ["VIDEO_TS.IFO"],
  bdmv: ["index.bdmv", "INDEX.BDM"],
};

/** Names of files of BDMV, as they are written. */
const bdmvNames: readonly { readonly pattern: RegExp; readonly name: (found: string) => string }[] = [
  { pattern: /^index\.bdmv$/i, name: () => "index.bdmv" },
  { pattern: /^movieobject\.bdmv$/i, name: () => "MovieObject.bdmv" },
  { pattern: /^\d{5}\.(?:mpls|clpi|m2ts|bdjo|jar)$/i, name: (found) => found.toLowerCase() },
];

/** The directory of that name in letters of either case. */
function filmDirectory(root: DirectoryNode, kind: FilmKind): DirectoryNode | undefined {
  const found = findAnyCase(root, filmDirectories[kind]);
  return found?.type === "directory" ? found : undefined;
}

/**
 * The film that a tree holds, by its directory and the file in it that is read first; letters of either case.
 * `undefined` where it holds none.
 */
export function recogniseFilm(root: DirectoryNode): FilmKind | undefined {
  return filmKinds.find((kind) => {
    const directory = filmDirectory(root, kind);
    return directory !== undefined && filmIn(directory) === kind;
  });
}

class FilmPreparation {
  readonly #root: DirectoryNode;
  readonly #onNote: FilmNote;

  constructor(root: DirectoryNode, onNote: FilmNote) {
    this.#root = root;
    this.#onNote = onNote;
  }

  rename(item: Item, name: string): void {
    if (item.name === name) return;
    const from = item.path;
    const to = `${from.slice(0, from.lastIndexOf("/") + 1)}${name}`;
    this.#root.move(from, to);
    this.#onNote(`"${from}" becomes "${to}", the name that players look for`);
  }

  /** Makes a directory that is missing; one that is there gets its name in capital letters. */
  provide(path: string, mtimeMs: number | null): void {
    const slash = path.lastIndexOf("/");
    const parent = this.#root.item(`/${path.slice(0, Math.max(0, slash))}`);
    if (parent.type !== "directory") return;
    const name = path.slice(slash + 1);
    const found = findAnyCase(parent, name);
    if (found !== undefined) {
      this.rename(found, name);
      return;
    }
    this.#root.addDirectory(`/${path}`, mtimeMs === null ? {} : { mtime: mtimeMs });
    this.#onNote(`the empty directory "/${path}" is added: some players expect it`);
  }
}

/** The film whose first file is in a directory. */
function filmIn(directory: DirectoryNode): FilmKind | undefined {
  return filmKinds.find((kind) => firstFiles[kind].some((name) => findAnyCase(directory, name)?.type === "file"));
}

/** @param kind `undefined` where either would do. */
function missing(root: DirectoryNode, kind: FilmKind | undefined): DiscError<"E_FILM_INVALID"> {
  const misplaced = filmIn(root);
  const wanted = kind ?? misplaced;
  if (wanted === undefined) {
    const message = "the tree holds no film: neither VIDEO_TS with VIDEO_TS.IFO, nor BDMV with index.bdmv";
    return new DiscError("E_FILM_INVALID", message, { path: "/", rule: "VIDEO_FILE_MISSING" });
  }
  const name = filmDirectories[wanted];
  const path = `/${name}`;
  const hint = misplaced === wanted ? `; its files are in the root: give the folder as ${name}=FOLDER` : "";
  const rule = wanted === "bdmv" ? "BDMV_FILE_MISSING" : "VIDEO_FILE_MISSING";
  return new DiscError("E_FILM_INVALID", `there is no directory "${path}" in the image${hint}`, { path, rule });
}

/**
 * Makes of a tree with a film one that players accept: names in the letters that they look for, and empty directories
 * that they expect. Nothing else is changed.
 *
 * @param kind `auto` for what the tree holds.
 * @returns The film.
 * @throws {@link DiscError} E_FILM_INVALID where there is none; as `DirectoryNode.move`.
 */
export function prepareFilm(root: DirectoryNode, kind: FilmKind | "auto", onNote: FilmNote): FilmKind {
  const film = kind === "auto" ? recogniseFilm(root) : kind;
  const directory = film === undefined ? undefined : filmDirectory(root, film);
  if (film === undefined || directory === undefined) throw missing(root, film);
  const preparation = new FilmPreparation(root, onNote);
  const { mtimeMs } = directory;
  preparation.rename(directory, filmDirectories[film]);
  for (const path of directories[film]) preparation.provide(path, mtimeMs);
  nameFiles(film, root.item(`/${filmDirectories[film]}`), preparation);
  return film;
}

/** Gives files the names that players look for. */
function nameFiles(film: FilmKind, item: Item, preparation: FilmPreparation): void {
  if (item.type !== "directory") return;
  for (const child of item) {
    if (child.type === "directory" && film === "bdmv") nameFiles(film, child, preparation);
    if (child.type !== "file") continue;
    const upper = child.name.toUpperCase();
    if (film === "dvd-video") {
      if (videoFileName.test(upper)) preparation.rename(child, upper);
    } else {
      const known = bdmvNames.find(({ pattern }) => pattern.test(child.name));
      if (known !== undefined) preparation.rename(child, known.name(child.name));
    }
  }
}
