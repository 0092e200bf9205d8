import iconv from "iconv-lite";
import { DiscError } from "../errors.js";
import type { Charset } from "../fs/names/charset.js";
import { utf8Charset } from "../fs/names/charset.js";
import { bytesFromName, escapedName } from "../fs/names/name-bytes.js";

/** What names have to stay apart by, in paths and identifiers, and letters and digits: bytes that must mean ASCII. */
const plainText = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz./;";

/** Whether bytes of ASCII are ASCII in a set: as a whole, and those of separators also behind any other byte. */
function extendsAscii(name: string): boolean {
  const plain = Buffer.from(plainText, "latin1");
  if (iconv.decode(plain, name) !== plainText || !iconv.encode(plainText, name).equals(plain)) return false;
  for (const separator of "./;") {
    for (let lead = 0x80; lead <= 0xff; lead++) {
      if (!iconv.decode(Buffer.of(lead, separator.charCodeAt(0)), name).endsWith(separator)) return false;
    }
  }
  return true;
}

/** A name as iconv-lite compares it. */
function plainName(name: string): string {
  return name.toLowerCase().replace(/[^0-9a-z]/g, "");
}

/** Whether iconv-lite has the set, and names can be written in it. */
function canHoldNames(name: string): boolean {
  // UTF-7 is made of ASCII alone, whose letters mean others there. What is no text has no names.
  const isNone = /^(unicode11)?utf7|^(base64|hex|binary)$/.test(plainName(name));
  return !isNone && iconv.encodingExists(name) && extendsAscii(name);
}

function iconvCharset(name: string): Charset {
  const encodeStrictly = (text: string): Uint8Array | undefined => {
    const bytes = iconv.encode(text, name);
    // iconv-lite writes "?" for what a set lacks, and says nothing.
    return iconv.decode(bytes, name, { stripBOM: false }) === text ? Uint8Array.from(bytes) : undefined;
  };
  return {
    name,
    decode: (bytes) => {
      const text = iconv.decode(Buffer.from(bytes), name, { stripBOM: false });
      return iconv.encode(text, name).equals(bytes) ? text : escapedName(bytes);
    },
    encode: (text) => (text.isWellFormed() ? encodeStrictly(text) : bytesFromName(text)),
  };
}

function knownCharset(name: string): Charset | undefined {
  if (plainName(name) === "utf8") return utf8Charset;
  return canHoldNames(name) ? iconvCharset(name) : undefined;
}

/** What the C library calls the set of the locale "C", and other names of it. */
const namesOfAscii: ReadonlySet<string> = new Set(["ansix341968", "usascii", "ascii", "iso646us", "646"]);

/**
 * The character set that a disc states; `undefined` for one that iconv-lite does not know, or that names cannot stand in.
 * A disc of xorriso that states ASCII was written without a locale, and may have names in UTF-8.
 */
export function findCharset(name: string): Charset | undefined {
  return namesOfAscii.has(plainName(name)) ? utf8Charset : knownCharset(name);
}

/**
 * A legacy character set for names in ISO 9660 and Rock Ridge, by iconv-lite: "shift_jis", "euc-kr", "cp437" …; and UTF-8.
 *
 * Bytes that the set does not know, and text that would not come back from them, are kept as bytes, as names that are
 * not UTF-8 are.
 *
 * @throws {@link DiscError} E_OPTION_INVALID for a set that iconv-lite does not know, or in which separators of names may
 *   be parts of other characters, as in UTF-16 and UTF-7.
 */
export function charsetByName(name: string): Charset {
  const charset = knownCharset(name);
  if (charset !== undefined) return charset;
  const allowed = "a character set that iconv-lite knows, of single bytes or of bytes that extend ASCII";
  const detail = { option: "charset", value: name, allowed };
  throw new DiscError("E_OPTION_INVALID", `charset is "${name}", expected ${allowed}`, detail);
}
