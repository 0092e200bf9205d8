/** What names of UTF-16 have in common: where they are cut, and which part of them is an extension. */
import type { NameParts } from "./unique-names.js";

/** An extension that is longer, with its dot, is no extension, but a sentence with a dot in it. */
const longestExtension = 16;

/** Cuts a text to at most that many UTF-16 code units, never between the two of a pair. */
export function cutUtf16(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}

/** A name, apart: what follows on its last dot is an extension, unless it is a long one, or a directory's. */
export function partsOfName(name: string, isDirectory: boolean): NameParts {
  const dot = isDirectory ? -1 : name.lastIndexOf(".");
  const hasExtension = dot > 0 && name.length - dot <= longestExtension;
  return { stem: hasExtension ? name.slice(0, dot) : name, extension: hasExtension ? name.slice(dot) : "" };
}

/** A name of at most that many code units: where it is shortened, its extension stays whole. */
export function partsWithin(name: string, length: number, isDirectory: boolean): NameParts {
  const { stem, extension } = partsOfName(name, isDirectory);
  return { stem: cutUtf16(stem, length - extension.length), extension };
}
