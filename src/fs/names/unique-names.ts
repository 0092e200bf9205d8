import { DiscError } from "../../errors.js";
import type { UnicodeForm } from "./charset.js";

/** A name cut into the part that may be shortened and renumbered, and the part that is kept. */
export interface NameParts {
  readonly stem: string;
  /** With its dot; "" for none. */
  readonly extension: string;
}

/** How one file system makes its own names out of those of the tree. */
export interface NameMapping {
  readonly fileSystem: string;
  /** The form of Unicode that names are brought into first. */
  readonly form?: UnicodeForm | undefined;
  /** The name this file system would like for an item. */
  candidate(name: string, isDirectory: boolean): NameParts;
  /** The longest stem next to that extension, in characters. */
  maximumStem(extension: string, isDirectory: boolean): number;
  /** Cuts a text to at most that many characters, without tearing one apart. */
  cut(text: string, length: number): string;
  /** What readers tell two names apart by; left out, the names as they are. */
  identity?(name: string): string;
  /** A character of a name that this file system is told not to have; `undefined` where all can be written. */
  lacks?(name: string): string | undefined;
}

/**
 * Refuses a name for a character that a file system is told not to have.
 *
 * @throws {@link DiscError} E_NAME_INVALID.
 */
export function refuseLacking(fileSystem: string, name: string, path: string, character: string): never {
  const code = character.codePointAt(0)!;
  const what = `"${character}" (U+${code.toString(16).toUpperCase().padStart(4, "0")})`;
  const composed = name.normalize("NFC") === name ? "" : "; its composed form (nfc) may have none of the kind";
  const rule = `${fileSystem} cannot hold ${what}${composed}`;
  throw new DiscError("E_NAME_INVALID", `"${path}": ${rule}`, { name, path, rule });
}

/** Numbers in renumbered names have up to so many digits; then there is no free name. */
const maximumDigits = 7;

/** Finds free names for one directory's items. */
class NameAllocator {
  readonly #mapping: NameMapping;
  readonly #used = new Set<string>();
  /** The last number given to names that start alike; so a hundred thousand collisions stay linear. */
  readonly #lastNumbers = new Map<string, number>();

  constructor(mapping: NameMapping) {
    this.#mapping = mapping;
  }

  take(name: string): boolean {
    const identity = this.#mapping.identity?.(name) ?? name;
    if (this.#used.has(identity)) return false;
    this.#used.add(identity);
    return true;
  }

  numbered(parts: NameParts, isDirectory: boolean): string | undefined {
    const { extension } = parts;
    const room = this.#mapping.maximumStem(extension, isDirectory);
    const family = `${this.#mapping.cut(parts.stem, Math.max(0, room - maximumDigits))}/${extension}`;
    for (let number = (this.#lastNumbers.get(family) ?? 0) + 1; number < 10 ** maximumDigits; number++) {
      const digits = String(number);
      if (digits.length > room) return undefined;
      const name = this.#mapping.cut(parts.stem, room - digits.length) + digits + extension;
      if (this.take(name)) {
        this.#lastNumbers.set(family, number);
        return name;
      }
    }
    return undefined;
  }
}

/**
 * Gives every item of one directory a name of its own in a file system. Items whose names are legal there keep them;
 * of the others, the first in byte order keeps its candidate and the next are numbered. The result depends on the
 * names alone, not on the order in which they were added.
 *
 * @param names In byte order, with whether each is a directory.
 * @returns The names in the same order.
 * @throws {@link DiscError} E_NAME_NOT_UNIQUE.
 */
export function assignUniqueNames(
  mapping: NameMapping,
  names: readonly string[],
  isDirectory: (index: number) => boolean,
  pathOf: (index: number) => string,
): string[] {
  const allocator = new NameAllocator(mapping);
  const assigned: string[] = new Array(names.length);
  const open: number[] = [];
  for (let index = 0; index < names.length; index++) {
    const name = names[index]!;
    const { stem, extension } = mapping.candidate(name, isDirectory(index));
    const candidate = stem + extension;
    // A name that stays as it is shares the text of the tree's: a million texts less. A dot at the end is how ISO 9660
    // writes a name without extension.
    if (candidate === name && allocator.take(name)) assigned[index] = name;
    else if (candidate === `${name}.` && allocator.take(candidate)) assigned[index] = candidate;
    else open.push(index);
  }
  for (const index of open) {
    const parts = mapping.candidate(names[index]!, isDirectory(index));
    const candidate = parts.stem + parts.extension;
    const name = allocator.take(candidate) ? candidate : allocator.numbered(parts, isDirectory(index));
    if (name === undefined) {
      const path = pathOf(index);
      const message = `"${path}": no free name is left for it in ${mapping.fileSystem}`;
      throw new DiscError("E_NAME_NOT_UNIQUE", message, { path, fileSystem: mapping.fileSystem, name: candidate });
    }
    assigned[index] = name;
  }
  return assigned;
}
