/** How identifiers of directory records stand on disc. */
import { textFromBytes, writeTextBytes, writeUtf16be } from "../../codec/text.js";
import type { Charset } from "./charset.js";
import { encodedName } from "./charset.js";

/** Makes bytes of identifiers. */
export interface IdentifierEncoding {
  /** How many bytes a text has. */
  bytes(text: string): number;
  write(text: string, target: Uint8Array, at: number): void;
  /** A text by which identifiers are ordered: one character for each byte. Left out, the text itself. */
  key?(text: string): string;
}

/** One byte for each character. */
export const byteEncoding: IdentifierEncoding = { bytes: (text) => text.length, write: writeTextBytes };

/** UTF-16, most significant byte first. */
export const utf16Encoding: IdentifierEncoding = { bytes: (text) => text.length * 2, write: writeUtf16be };

/** Whether a text is all ASCII, as most identifiers are. */
function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}

function encodedIn(text: string, charset: Charset): Uint8Array {
  const bytes = encodedName(text, charset);
  if (bytes === undefined) throw new TypeError(`"${text}" was not fitted into ${charset.name}`);
  return bytes;
}

/** Gives a text that was fitted into a character set as one character for each of its bytes there. */
export function bytesKey(charset: Charset): (text: string) => string {
  return (text) => {
    if (isAscii(text)) return text;
    const bytes = encodedIn(text, charset);
    return textFromBytes(bytes, 0, bytes.length);
  };
}

/** A character set, for texts that its mapping has fitted into it. */
export function charsetEncoding(charset: Charset): IdentifierEncoding {
  return {
    bytes: (text) => (isAscii(text) ? text.length : encodedIn(text, charset).length),
    write: (text, target, at) => {
      if (isAscii(text)) writeTextBytes(text, target, at);
      else target.set(encodedIn(text, charset), at);
    },
    key: bytesKey(charset),
  };
}
