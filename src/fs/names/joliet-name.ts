/** Names in Joliet: UTF-16, of which the specification (UCS-2) knows the Basic Multilingual Plane. */
import type { NameMapping } from "./unique-names.js";
import { cutUtf16, partsWithin } from "./utf16-name.js";

/** The longest names: as the Joliet Specification has it, and as records have room for. */
export type JolietNameLength = 64 | 103;

// Control characters and * / : ; ? \, which the specification forbids; and surrogates that are not one of a pair.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const forbidden = /[\x00-\x1f*/:;?\\]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** What most names consist of; they need no closer look. */
const plain = /^[-\w .+@~,=()!#$%&'[\]{}]*$/;

/** The mapping of names to Joliet's. */
export function jolietNameMapping(maximumLength: JolietNameLength): NameMapping {
  return {
    fileSystem: "Joliet",
    candidate: (name, isDirectory) => {
      const legal = plain.test(name) ? name : name.replace(forbidden, "_");
      return partsWithin(legal, maximumLength, isDirectory);
    },
    maximumStem: (extension) => maximumLength - extension.length,
    cut: cutUtf16,
  };
}

/** Orders Joliet names by their code units, as the bytes lie on disc. */
export function compareJolietNames(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
