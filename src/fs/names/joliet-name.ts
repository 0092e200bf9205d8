/** Names in Joliet: UTF-16, of which the specification (UCS-2) knows the Basic Multilingual Plane. */
import type { UnicodeForm } from "./charset.js";
import { nameInForm } from "./charset.js";
import type { NameMapping } from "./unique-names.js";
import { cutUtf16, partsWithin } from "./utf16-name.js";

/** The longest names: as the Joliet Specification has it, and as records have room for. */
export type JolietNameLength = 64 | 103;

/** What stands for characters beyond the Basic Multilingual Plane: pairs of surrogates, or nothing. */
export type JolietCharset = "utf-16" | "ucs-2";

// Control characters and * / : ; ? \, which the specification forbids; and surrogates that are not one of a pair.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const forbidden = /[\x00-\x1f*/:;?\\]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const surrogatePair = /[\ud800-\udbff][\udc00-\udfff]/;

/** What most names consist of; they need no closer look. */
const plain = /^[-\w .+@~,=()!#$%&'[\]{}]*$/;

/** In which characters Joliet's names are written. */
export interface JolietWriting {
  readonly characters?: JolietCharset | undefined;
  readonly form?: UnicodeForm | undefined;
}

/** The mapping of names to Joliet's. */
export function jolietNameMapping(maximumLength: JolietNameLength, writing: JolietWriting = {}): NameMapping {
  const isPlaneZero = writing.characters === "ucs-2";
  const legalName = (given: string): string => {
    const name = nameInForm(given, writing.form).replace(forbidden, "_");
    return isPlaneZero ? name.replace(new RegExp(surrogatePair, "g"), "_") : name;
  };
  return {
    fileSystem: "Joliet",
    form: writing.form,
    candidate: (name, isDirectory) =>
      partsWithin(plain.test(name) ? name : legalName(name), maximumLength, isDirectory),
    maximumStem: (extension) => maximumLength - extension.length,
    cut: cutUtf16,
    lacks: (name) => (isPlaneZero ? surrogatePair.exec(nameInForm(name, writing.form))?.[0] : undefined),
  };
}

/** Orders Joliet names by their code units, as the bytes lie on disc. */
export function compareJolietNames(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
