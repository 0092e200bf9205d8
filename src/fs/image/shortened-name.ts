/** Names that some program fitted into a tree, by rules that are not known. */
import type { FileSystemName } from "../tree/disc-entry.js";

/** Names with fewer characters were not cut: 8 is the shortest limit of ISO 9660, 64 that of Joliet and of its likes. */
const shortestCut: Readonly<Record<FileSystemName, number>> = { rockridge: 248, udf: 60, joliet: 60, iso: 8 };

/** Characters that a name keeps at its start, at least, where others give way to a number. */
const shortestStart = 4;

/** A text in the characters that every tree has: capital letters, digits, and one "_" for any run of others. */
function plainText(text: string): string {
  return text
    .normalize("NFC")
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, "_");
}

/** Stem and extension of a name; a dot at its start begins no extension. */
function partsOf(name: string): { stem: string; extension: string } {
  const dot = name.lastIndexOf(".");
  if (dot <= 0) return { stem: name, extension: "" };
  return { stem: name.slice(0, dot), extension: name.slice(dot) };
}

/** What names that may be the same have in common: their first character, whatever became of its case. */
export function startOf(name: string): string {
  return plainText(name.slice(0, 2)).slice(0, 1);
}

/** Whether one name may be made of another at all: the first character stays, or was one that gives way to "_". */
export function mayBeName(full: string, other: string): boolean {
  const first = plainText(full.slice(0, 2))[0];
  const second = plainText(other.slice(0, 2))[0];
  return first === second || first === "_" || second === "_";
}

/** How many characters two names share at their start. */
export function sharedLength(one: string, other: string): number {
  const left = plainText(one);
  const right = plainText(other);
  let length = 0;
  while (length < left.length && left[length] === right[length]) length++;
  return length;
}

/**
 * Whether a name may be another one that was fitted into a tree: the same but for odd characters; or as long as names
 * get there, and the same up to where it was cut, or up to the number that tells it from others.
 */
export function isShortenedName(full: string, short: string, fileSystem: FileSystemName): boolean {
  const plainFull = plainText(full);
  const plainShort = plainText(short);
  if (plainFull === plainShort) return true;
  if (short.length < shortestCut[fileSystem]) return false;
  // Some programs cut names at their end, whatever is there; others keep the extension, or its start.
  if (plainFull.startsWith(plainShort)) return true;
  const { stem, extension } = partsOf(short);
  const fullExtension = plainText(partsOf(full).extension);
  // A name that was cut in its own tree may have lost the extension there.
  const isExtension = fullExtension === "" && full.length >= shortestCut.joliet;
  if (stem.length < shortestCut.iso || !(isExtension || fullExtension.startsWith(plainText(extension)))) return false;
  const start = plainText(stem.replace(/[~_]?\d{1,7}$/, ""));
  return plainFull.startsWith(plainText(stem)) || (start.length >= shortestStart && plainFull.startsWith(start));
}
