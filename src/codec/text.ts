import { readU16le, writeU16le } from "./integers.js";
import type { FieldType } from "./rows.js";

/** Engines allow a call only so many arguments. */
const mostArguments = 4096;

/** The text of some code units. */
export function textOfUnits(units: readonly number[]): string {
  if (units.length <= mostArguments) return String.fromCharCode(...units);
  let text = "";
  for (let done = 0; done < units.length; done += mostArguments) {
    text += String.fromCharCode(...units.slice(done, done + mostArguments));
  }
  return text;
}

/** Each byte as the character of the same number: names and fields of unknown character set pass through unchanged. */
export function textFromBytes(source: Uint8Array, at: number, length: number): string {
  const units = new Array<number>(Math.max(0, Math.min(length, source.length - at)));
  for (let index = 0; index < units.length; index++) units[index] = source[at + index]!;
  return textOfUnits(units);
}

/** Writes characters below 256 as one byte each; the inverse of {@link textFromBytes}. */
export function writeTextBytes(text: string, target: Uint8Array, at: number): void {
  for (let index = 0; index < text.length; index++) target[at + index] = text.charCodeAt(index);
}

function padded(name: string, length: number): FieldType<string> {
  return {
    name: `${name}(${length})`,
    bytes: length,
    read: (source, at) => textFromBytes(source, at, length).replace(/[ \0]+$/, ""),
    write: (value, target, at) => {
      if (value.length > length || /[^\x20-\xff]/.test(value)) {
        throw new RangeError(`${name}(${length}) holds up to ${length} one-byte characters, got "${value}"`);
      }
      target.fill(0x20, at, at + length);
      writeTextBytes(value, target, at);
    },
  };
}

/**
 * a-characters, filled with spaces. Which characters may stand in a field is the writer's rule (`names/`), not the
 * codec's: readers take every byte, and users want volume names such as "cidata". ECMA-119 7.4.
 */
export function aCharacters(length: number): FieldType<string> {
  return padded("aCharacters", length);
}

/** d-characters, filled with spaces; see {@link aCharacters}. ECMA-119 7.4. */
export function dCharacters(length: number): FieldType<string> {
  return padded("dCharacters", length);
}

/** ASCII text of an MMC reply, filled with spaces. SPC-4 4.3.1. */
export function asciiText(length: number): FieldType<string> {
  return padded("asciiText", length);
}

/** UCS-2 text, most significant byte first, filled with spaces. Joliet Specification, "Volume descriptors". */
export function ucs2Text(length: number): FieldType<string> {
  return {
    name: `ucs2Text(${length})`,
    bytes: length,
    read: (source, at) => readUtf16be(source, at, length - (length % 2)).replace(/[ \0]+$/, ""),
    write: (value, target, at) => {
      const characters = Math.floor(length / 2);
      if (value.length > characters) {
        throw new RangeError(`ucs2Text(${length}) holds up to ${characters} characters, got "${value}"`);
      }
      target.fill(0, at, at + length);
      writeUtf16be(value.padEnd(characters, " "), target, at);
    },
  };
}

/** Reads UTF-16, most significant byte first. */
export function readUtf16be(source: Uint8Array, at: number, length: number): string {
  const units = new Array<number>(Math.floor(length / 2));
  for (let index = 0; index < units.length; index++) {
    units[index] = source[at + 2 * index]! * 0x100 + source[at + 2 * index + 1]!;
  }
  return textOfUnits(units);
}

/** Writes UTF-16, most significant byte first; two bytes a code unit. */
export function writeUtf16be(text: string, target: Uint8Array, at: number): void {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    target[at + 2 * index] = unit >>> 8;
    target[at + 2 * index + 1] = unit;
  }
}

/** One-byte characters, filled with NUL bytes. */
export function nulText(length: number): FieldType<string> {
  return {
    name: `nulText(${length})`,
    bytes: length,
    read: (source, at) => textFromBytes(source, at, length).replace(/\0+$/, ""),
    write: (value, target, at) => {
      if (value.length > length || /[^\0-\xff]/.test(value)) {
        throw new RangeError(`nulText(${length}) holds up to ${length} one-byte characters, got "${value}"`);
      }
      target.fill(0, at, at + length);
      writeTextBytes(value, target, at);
    },
  };
}

/** UTF-16, least significant byte first, filled with zeros. UEFI 5.3.3. */
export function utf16leText(length: number): FieldType<string> {
  return {
    name: `utf16leText(${length})`,
    bytes: length,
    read: (source, at) => {
      const units = Array.from({ length: length / 2 }, (_unused, index) => readU16le(source, at + 2 * index));
      return String.fromCharCode(...units).replace(/\0+$/, "");
    },
    write: (value, target, at) => {
      if (value.length * 2 > length) {
        throw new RangeError(`utf16leText(${length}) holds up to ${length / 2} characters, got "${value}"`);
      }
      target.fill(0, at, at + length);
      for (let index = 0; index < value.length; index++) writeU16le(value.charCodeAt(index), target, at + 2 * index);
    },
  };
}

/** Text that always is this, such as a standard identifier. */
export function fixedText(expected: string): FieldType<string> {
  return {
    name: `"${expected}"`,
    bytes: expected.length,
    constant: true,
    read: (source, at, length, fault) => {
      const text = textFromBytes(source, at, length);
      if (text !== expected) fault(`is "${text}", expected "${expected}"`);
      return text;
    },
    write: (_value, target, at) => writeTextBytes(expected, target, at),
  };
}

/** Bytes that are to be zero, and are checked. */
export function zeros(length: number): FieldType<void> {
  return {
    name: `zeros(${length})`,
    bytes: length,
    constant: true,
    read: (source, at, _length, fault) => {
      for (let index = at; index < at + length; index++) {
        if (source[index] !== 0) {
          fault(`byte ${index - at} is ${source[index]}, expected 0`);
          return;
        }
      }
    },
    write: (_value, target, at) => {
      target.fill(0, at, at + length);
    },
  };
}

/** Bytes that are reserved: written as zero, not looked at on reading. */
export function reserved(length: number): FieldType<void> {
  return { ...zeros(length), name: `reserved(${length})`, read: () => undefined };
}

/** Each byte as the character of the same number, nothing cut off: what has a length of its own. */
export function asText(length: number): FieldType<string> {
  return {
    name: `text(${length})`,
    bytes: length,
    read: (source, at) => textFromBytes(source, at, length),
    write: (value, target, at) => {
      if (value.length !== length) throw new RangeError(`text(${length}) got "${value}"`);
      writeTextBytes(value, target, at);
    },
  };
}

/** Bytes kept as they are. */
export function rawBytes(length: number): FieldType<Uint8Array> {
  return {
    name: `rawBytes(${length})`,
    bytes: length,
    read: (source, at) => source.slice(at, at + length),
    write: (value, target, at) => {
      if (value.length > length) throw new RangeError(`rawBytes(${length}) got ${value.length} bytes`);
      target.fill(0, at, at + length);
      target.set(value, at);
    },
  };
}
