/** Names of Joliet. Joliet Specification (May 1995). */
import { readUtf16be } from "../../codec/text.js";
import type { IdentifierNaming } from "../names/identifier-naming.js";
import { splitVersion } from "../names/identifier-naming.js";

/** Joliet's identifiers: UCS-2, and UTF-16 by most programs, most significant byte first. */
export const jolietNaming: IdentifierNaming = {
  decode(identifier, isDirectory, fault) {
    if (identifier.length % 2 === 1) fault(`has an odd number of bytes: ${identifier.length}`);
    const text = readUtf16be(identifier, 0, identifier.length - (identifier.length % 2));
    // Lone surrogates stand for bytes in this package's names, and there are no bytes behind these.
    if (!text.isWellFormed()) fault("holds half a surrogate pair");
    const name = text.toWellFormed();
    return isDirectory ? { name, version: 1 } : splitVersion(name);
  },
};
