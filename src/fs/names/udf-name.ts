/** Names in UDF: up to 255 bytes of OSTA Compressed Unicode, the first of which says how wide its characters are. */
import type { UnicodeForm } from "./charset.js";
import { nameInForm } from "./charset.js";
import type { NameMapping } from "./unique-names.js";
import { cutUtf16, partsWithin } from "./utf16-name.js";

/** Characters of a name where all of them are below 256, and where one is not. OSTA UDF 2.3.4.6. */
const maximumNarrow = 254;
const maximumWide = 127;

// NUL and "/", byte order marks, which are no characters (OSTA UDF 2.1.1), and surrogates that are not one of a pair.
// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is one of what is looked for
const forbidden = /[\x00/\ufeff\ufffe]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** What most names consist of; they need no closer look. */
const plain = /^[\x20-\x2e\x30-\x7e]*$/;

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is that of one byte
const narrow = /^[\x00-\xff]*$/;

function maximumLength(text: string): number {
  return narrow.test(text) ? maximumNarrow : maximumWide;
}

/** The mapping of names to UDF's. */
export function udfNameMapping(form?: UnicodeForm): NameMapping {
  return {
    fileSystem: "UDF",
    form,
    candidate: (name, isDirectory) => {
      const legal = plain.test(name) ? name : nameInForm(name, form).replace(forbidden, "_");
      const maximum = maximumLength(legal);
      if (legal.length <= maximum) return { stem: legal, extension: "" };
      return partsWithin(legal, maximum, isDirectory);
    },
    // A stem that was cut may have lost what made it wide: the shorter limit holds in any case.
    maximumStem: (extension) => maximumWide - extension.length,
    cut: cutUtf16,
  };
}
