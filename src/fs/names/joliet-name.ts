/** Names in Joliet: UTF-16, of which the specification (UCS-2) knows the Basic Multilingual Plane. */
import type { NameMapping } from "./unique-names.js";

/** The longest names: as the Joliet Specification has it, and as records have room for. */
export type JolietNameLength = 64 | 103;

// Control characters and * / : ; ? \, which the specification forbids; and surrogates that are not one of a pair.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const forbidden = /[\x00-\x1f*/:;?\\]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** What most names consist of; they need no closer look. */
const plain = /^[-\w .+@~,=()!#$%&'[\]{}]*$/;

/** Cuts a text to at most that many UTF-16 code units, never between the two of a pair. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}

/** The mapping of names to Joliet's. */
export function jolietNameMapping(maximumLength: JolietNameLength): NameMapping {
  return {
    fileSystem: "Joliet",
    candidate: (name, isDirectory) => {
      const legal = plain.test(name) ? name : name.replace(forbidden, "_");
      if (legal.length <= maximumLength && isDirectory) return { stem: legal, extension: "" };
      const dot = isDirectory ? -1 : legal.lastIndexOf(".");
      // An extension longer than this is no extension, but a sentence with a dot in it.
      const hasExtension = dot > 0 && legal.length - dot <= 16;
      const extension = hasExtension ? legal.slice(dot) : "";
      const stem = hasExtension ? legal.slice(0, dot) : legal;
      return { stem: cut(stem, maximumLength - extension.length), extension };
    },
    maximumStem: (extension) => maximumLength - extension.length,
    cut,
  };
}

/** Orders Joliet names by their code units, as the bytes lie on disc. */
export function compareJolietNames(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
