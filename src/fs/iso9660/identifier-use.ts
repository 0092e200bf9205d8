/** What identifiers of a tree are like: what a session that continues the tree has to allow, to keep them. */
import { isUtf8 } from "../names/name-bytes.js";

const dot = 0x2e;
const semicolon = 0x3b;

/** What was seen of the identifiers of one tree. */
export class IdentifierUse {
  /** What bytes beyond ASCII are, where there are any: UTF-8, or not. Not told of Joliet, as the next ones. */
  bytes: "ascii" | "utf-8" | "other" = "ascii";
  hasLowercase = false;
  /** Whether there are characters of ASCII that no level has. */
  hasOtherAscii = false;
  hasLeadingDots = false;
  hasMultipleDots = false;
  /** Whether a file has no version, and whether one without an extension has no dot. */
  lacksVersion = false;
  lacksPeriod = false;
  /** Of files, without versions: in bytes, in Joliet in characters. */
  longest = 0;

  /** Looks at one identifier of ISO 9660. */
  add(identifier: Uint8Array, isDirectory: boolean): void {
    const end = endOfName(identifier);
    let dots = 0;
    let isAscii = true;
    for (let index = 0; index < end; index++) {
      const code = identifier[index]!;
      if (code === dot) dots++;
      if (code > 0x7f) isAscii = false;
      // Behind a byte beyond ASCII, it may be the second half of a character.
      else if (code === dot || isPlain(code) || (index > 0 && identifier[index - 1]! > 0x7f)) continue;
      else if (code >= 0x61 && code <= 0x7a) this.hasLowercase = true;
      else this.hasOtherAscii = true;
    }
    if (!isAscii && this.bytes !== "other") this.bytes = isUtf8(identifier.subarray(0, end)) ? "utf-8" : "other";
    if (identifier[0] === dot) this.hasLeadingDots = true;
    if (dots > (isDirectory ? 0 : 1)) this.hasMultipleDots = true;
    if (isDirectory) return;
    this.longest = Math.max(this.longest, end);
    if (end === identifier.length) this.lacksVersion = true;
    else if (dots === 0) this.lacksPeriod = true;
  }

  /** Looks at one name of Joliet. */
  addJoliet(name: string): void {
    this.longest = Math.max(this.longest, name.length);
  }
}

/** Where the version of a file begins. ECMA-119 7.5.1. */
function endOfName(identifier: Uint8Array): number {
  const at = identifier.lastIndexOf(semicolon);
  return at < 0 ? identifier.length : at;
}

/** Digits, capital letters and "_": d-characters. ECMA-119 7.4.1. */
function isPlain(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || code === 0x5f;
}
