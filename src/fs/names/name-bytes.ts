/**
 * Names are bytes on POSIX systems and strings here. Bytes that are not UTF-8 become the lone surrogates U+DC80 to
 * U+DCFF, one for each, which no UTF-8 text decodes to; so every sequence of bytes has one string, and gets back.
 */

import { textOfUnits } from "../../codec/text.js";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Length of the UTF-8 sequence at `bytes[at]`, or 0 where there is none. RFC 3629, section 4. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  const length =
    first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  const second = bytes[at + 1]!;
  const lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) return 0;
  for (let index = 2; index < length; index++) {
    const next = bytes[at + index]!;
    if (next < 0x80 || next > 0xbf) return 0;
  }
  return length;
}

/** The name of these bytes. */
export function nameFromBytes(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    // Not UTF-8 as a whole: piece by piece.
  }
  let name = "";
  let wellFormedFrom = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length === 0) {
      name += utf8.decode(bytes.subarray(wellFormedFrom, at)) + String.fromCharCode(0xdc00 + bytes[at]!);
      wellFormedFrom = at + 1;
    }
    at += Math.max(1, length);
  }
  return name + utf8.decode(bytes.subarray(wellFormedFrom));
}

/** Whether bytes are UTF-8 as a whole. */
export function isUtf8(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length === 0) return false;
    at += length;
  }
  return true;
}

/**
 * A name that has a lone surrogate for every byte that is not ASCII, also where the bytes are UTF-8: for bytes that are to
 * be taken for no text at all. Its bytes are these again.
 */
export function escapedName(bytes: Uint8Array): string {
  return textOfUnits(Array.from(bytes, (byte) => (byte < 0x80 ? byte : 0xdc00 + byte)));
}

/** The bytes of a text of ASCII alone, as most names are; `undefined` for others. */
function asciiBytes(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) return undefined;
    bytes[index] = code;
  }
  return bytes;
}

/** The bytes of a name; a surrogate that stands for no byte becomes U+FFFD. */
export function bytesFromName(name: string): Uint8Array {
  const ascii = asciiBytes(name);
  if (ascii !== undefined) return ascii;
  if (name.isWellFormed()) return encoder.encode(name);
  const pieces: number[] = [];
  for (const character of name) {
    const code = character.charCodeAt(0);
    if (character.length === 1 && code >= 0xdc80 && code <= 0xdcff) pieces.push(code - 0xdc00);
    else pieces.push(...encoder.encode(character));
  }
  return Uint8Array.from(pieces);
}

/** Orders two names by their bytes, as listings and images do. */
export function compareNames(left: string, right: string): number {
  if (left === right) return 0;
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index++) {
    const one = left.charCodeAt(index);
    const other = right.charCodeAt(index);
    if (one === other) continue;
    // Below U+D800 the order of code units is that of UTF-8 bytes; from there on the bytes have to be compared.
    return one < 0xd800 && other < 0xd800 ? one - other : compareBytes(bytesFromName(left), bytesFromName(right));
  }
  return left.length - right.length;
}

/** Orders two sequences of bytes. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index++) {
    if (left[index] !== right[index]) return left[index]! - right[index]!;
  }
  return left.length - right.length;
}
