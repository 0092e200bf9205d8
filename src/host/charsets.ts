import iconv from "iconv-lite";
import { DiscError } from "../errors.js";
import type { Charset } from "../fs/names/charset.js";
import { bytesFromName, nameFromBytes } from "../fs/names/name-bytes.js";

/**
 * A legacy character set for names in ISO 9660 and Rock Ridge, by iconv-lite: "shift_jis", "euc-kr", "cp437" …
 *
 * Bytes that the set does not know, and text that would not come back from them, are kept as bytes, as names that are
 * not UTF-8 are.
 *
 * @throws {@link DiscError} E_OPTION_INVALID for a set that iconv-lite does not know, or one with several bytes a unit.
 */
export function charsetByName(name: string): Charset {
  // Names end with a NUL byte, or hold "/", in no file system; UTF-16 has both everywhere.
  if (!iconv.encodingExists(name) || /^(utf-?(16|32)|ucs-?[24]|base64|hex)/i.test(name)) {
    const allowed = "a character set that iconv-lite knows, of single bytes or of bytes that extend ASCII";
    throw new DiscError("E_OPTION_INVALID", `charset is "${name}", expected ${allowed}`, {
      option: "charset",
      value: name,
      allowed,
    });
  }
  const encodeStrictly = (text: string): Uint8Array | undefined => {
    const bytes = iconv.encode(text, name);
    // iconv-lite writes "?" for what a set lacks, and says nothing.
    return iconv.decode(bytes, name) === text ? Uint8Array.from(bytes) : undefined;
  };
  return {
    name,
    decode: (bytes) => {
      const text = iconv.decode(Buffer.from(bytes), name);
      const back = iconv.encode(text, name);
      return back.equals(bytes) ? text : nameFromBytes(bytes);
    },
    encode: (text) => (text.isWellFormed() ? encodeStrictly(text) : bytesFromName(text)),
  };
}
