/** How long directories are: the sum of their identifiers, and of what keeps tags within a block. */
import { blockBytes } from "../../units.js";
import { compressedUnicodeBytes } from "./compressed-unicode.js";
import { fileIdentifierBytes } from "./file-identifier.js";
import { tagBytes } from "./tag.js";
import type { UdfLayoutOptions } from "./udf-layout.js";

/** Filling before a name, so that the next tag does not cross a block's end: an entity identifier, and no more. */
const fillingBytes = 32;

/**
 * Bytes of a directory's identifiers, the parent's among them.
 *
 * @param isFilled Whether tags must not cross a block's end. OSTA UDF 2.3.4.4.
 */
export function identifiersBytes(names: readonly string[], isFilled: boolean): number {
  let bytes = 0;
  for (let index = -1; index < names.length; index++) {
    const nameBytes = index < 0 ? 0 : compressedUnicodeBytes(names[index]!);
    bytes += fileIdentifierBytes(nameBytes, isFilled && index + 1 < names.length ? fillingBehind(bytes, nameBytes) : 0);
  }
  return bytes;
}

/** Bytes of filling in an identifier at `at`, so that the next one's tag does not cross a block's end. */
export function fillingBehind(at: number, nameBytes: number): number {
  const next = (at + fileIdentifierBytes(nameBytes)) % blockBytes;
  return next > blockBytes - tagBytes ? fillingBytes : 0;
}

/** Whether the tags of identifiers must stay within a block: from 2.00 on, on media written once. OSTA UDF 2.3.4.4. */
export function areTagsKeptWhole({ structure, rules }: Pick<UdfLayoutOptions, "structure" | "rules">): boolean {
  return structure === "virtual" && rules.extended;
}
