/** OSTA Compressed Unicode (CS0) and the fields that hold it. OSTA UDF 2.1.1, 2.1.3; ECMA-167 1/7.2. */
import type { FieldType } from "../../codec/rows.js";
import { readUtf16be, textFromBytes, writeTextBytes, writeUtf16be } from "../../codec/text.js";

/** Compression identifiers: 8 and 16 bits a character; 254 and 255 are the same in names of deleted files. */
const eightBit = 8;
const sixteenBit = 16;
const deletedEightBit = 254;
const deletedSixteenBit = 255;

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is that of one byte
const oneByte = /^[\x00-\xff]*$/;

/** Length of a text in CS0, with the byte that says how it is compressed; 0 for an empty one. */
export function compressedUnicodeBytes(text: string): number {
  if (text === "") return 0;
  return 1 + (oneByte.test(text) ? text.length : 2 * text.length);
}

/** Writes a text in CS0; one byte a character where all are below 256. Nothing is written of an empty text. */
export function writeCompressedUnicode(text: string, target: Uint8Array, at: number): void {
  if (text === "") return;
  const isShort = oneByte.test(text);
  target[at] = isShort ? eightBit : sixteenBit;
  if (isShort) writeTextBytes(text, target, at + 1);
  else writeUtf16be(text, target, at + 1);
}

/** Reads a text in CS0; `undefined` where its first byte is no compression identifier. */
export function readCompressedUnicode(source: Uint8Array, at: number, length: number): string | undefined {
  if (length === 0) return "";
  const compression = source[at]!;
  if (compression === eightBit || compression === deletedEightBit) return textFromBytes(source, at + 1, length - 1);
  if (compression === sixteenBit || compression === deletedSixteenBit) return readUtf16be(source, at + 1, length - 1);
  return undefined;
}

/**
 * A dstring: CS0 from its first byte on, the number of bytes used in its last. OSTA UDF 2.1.3.
 *
 * @param length Of the whole field, in bytes.
 */
export function dstring(length: number): FieldType<string> {
  return {
    name: `dstring(${length})`,
    bytes: length,
    read: (source, at, _length, fault) => {
      const used = source[at + length - 1]!;
      if (used === 0) return "";
      if (used >= length) fault(`uses ${used} bytes of ${length}`);
      const text = readCompressedUnicode(source, at, Math.min(used, length - 1));
      if (text === undefined) fault(`has compression identifier ${source[at]}`);
      return (text ?? "").replace(/\0+$/, "");
    },
    write: (text, target, at) => {
      const bytes = compressedUnicodeBytes(text);
      if (bytes >= length) throw new RangeError(`dstring(${length}) holds ${length - 1} bytes, "${text}" has ${bytes}`);
      target.fill(0, at, at + length);
      writeCompressedUnicode(text, target, at);
      target[at + length - 1] = bytes;
    },
  };
}

/** How many characters of a text fit into a dstring: half as many where one of them needs 16 bits. */
export function cutToDstring(text: string, length: number): string {
  let cut = text;
  while (compressedUnicodeBytes(cut) >= length) {
    const isPair = /[\ud800-\udbff][\udc00-\udfff]$/.test(cut);
    cut = cut.slice(0, isPair ? -2 : -1);
  }
  return cut;
}

/** A text in CS0 that fills its field, as names do. OSTA UDF 2.1.1. */
export function compressedUnicode(length: number): FieldType<string> {
  return {
    name: `compressedUnicode(${length})`,
    bytes: length,
    read: (source, at, _length, fault) => {
      const text = readCompressedUnicode(source, at, length);
      if (text === undefined) fault(`has compression identifier ${source[at]}`);
      return text ?? "";
    },
    write: (text, target, at) => {
      const bytes = compressedUnicodeBytes(text);
      if (bytes !== length)
        throw new RangeError(`compressedUnicode(${length}) got "${text}", which has ${bytes} bytes`);
      writeCompressedUnicode(text, target, at);
    },
    explain: (_text, source, at) =>
      source[at] === deletedEightBit || source[at] === deletedSixteenBit ? "of a deleted file" : undefined,
  };
}

const charspecText = "OSTA Compressed Unicode";

/** The character set of all texts: always CS0. ECMA-167 1/7.2.1, OSTA UDF 2.1.2. */
export const charspec: FieldType<void> = {
  name: "charspec",
  bytes: 64,
  constant: true,
  read: (source, at, _length, fault) => {
    const text = textFromBytes(source, at + 1, charspecText.length);
    if (source[at] !== 0 || text !== charspecText) fault(`is type ${source[at]}, "${text}"`);
  },
  write: (_value, target, at) => {
    target.fill(0, at, at + 64);
    writeTextBytes(charspecText, target, at + 1);
  },
  show: (_value, source, at) => textFromBytes(source, at + 1, 63).replace(/\0+$/, ""),
};
