/** Path table records. ECMA-119, 4th edition (June 2019), clause 9.4. */
import type { Codec } from "../../codec/codec.js";
import {
  readU16be,
  readU16le,
  readU32be,
  readU32le,
  u8,
  u16be,
  u16le,
  u32be,
  u32le,
  writeU16be,
  writeU16le,
  writeU32be,
  writeU32le,
} from "../../codec/integers.js";
import { headedParts, part } from "../../codec/parts.js";
import type { FieldType } from "../../codec/rows.js";
import { bp } from "../../codec/rows.js";
import { struct } from "../../codec/struct.js";
import type { Structure } from "../../codec/structure.js";
import { zeros } from "../../codec/text.js";

/** The most directories a path table can number. ECMA-119 9.4.4: parents are numbered in 16 bits. */
export const maximumDirectories = 0xffff;

/** A path table record. */
export interface PathTableRecord {
  readonly extendedAttributeRecordLength: number;
  readonly locationOfExtent: number;
  /** Ordinal number of the parent's record, from 1. */
  readonly parentDirectoryNumber: number;
  readonly directoryIdentifier: Uint8Array;
}

/** Bytes of a record with that identifier. ECMA-119 9.4.5, 9.4.6. */
export function pathTableRecordBytes(identifierBytes: number): number {
  return 8 + identifierBytes + (identifierBytes % 2);
}

function pathTableRecord(order: "L" | "M"): Codec<PathTableRecord> {
  const little = order === "L";
  const read32 = little ? readU32le : readU32be;
  const read16 = little ? readU16le : readU16be;
  const write32 = little ? writeU32le : writeU32be;
  const write16 = little ? writeU16le : writeU16be;
  return {
    name: `PathTableRecord${order}`,
    bytes: (value) => pathTableRecordBytes(value.directoryIdentifier.length),
    write: (value, target, at) => {
      const length = value.directoryIdentifier.length;
      target[at] = length; // BP 1, 9.4.1
      target[at + 1] = value.extendedAttributeRecordLength; // BP 2, 9.4.2
      write32(value.locationOfExtent, target, at + 2); // BP 3-6, 9.4.3
      write16(value.parentDirectoryNumber, target, at + 6); // BP 7-8, 9.4.4
      target.set(value.directoryIdentifier, at + 8); // BP 9-(8+LEN_DI), 9.4.5
      if (length % 2 === 1) target[at + 8 + length] = 0;
    },
    read: (source, at) => ({
      extendedAttributeRecordLength: source[at + 1]!,
      locationOfExtent: read32(source, at + 2),
      parentDirectoryNumber: read16(source, at + 6),
      directoryIdentifier: source.subarray(at + 8, at + 8 + source[at]!),
    }),
  };
}

/** A record of a type L path table: least significant byte first. */
export const pathTableRecordL: Codec<PathTableRecord> = pathTableRecord("L");

/** A record of a type M path table: most significant byte first. */
export const pathTableRecordM: Codec<PathTableRecord> = pathTableRecord("M");

interface PathTableRecordHead extends Omit<PathTableRecord, "directoryIdentifier"> {
  readonly lengthOfDirectoryIdentifier: number;
}

/**
 * Path table records as dumps show them.
 *
 * @param identifier The type of identifiers of that many bytes.
 */
export function pathTableRecordStructure(
  order: "L" | "M",
  identifier: (bytes: number) => FieldType<string>,
): Structure {
  const head = struct<PathTableRecordHead>(`PathTableRecord${order}`, 8, {
    lengthOfDirectoryIdentifier: bp(1, 1, u8, "9.4.1"),
    extendedAttributeRecordLength: bp(2, 2, u8, "9.4.2"),
    locationOfExtent: bp(3, 6, order === "L" ? u32le : u32be, "9.4.3"),
    parentDirectoryNumber: bp(7, 8, order === "L" ? u16le : u16be, "9.4.4"),
  });
  return {
    name: head.name,
    parts: headedParts(head, (source, at) => {
      const length = source[at]!;
      const end = head.size + length;
      const name = part("directoryIdentifier", bp(head.size + 1, end, identifier(length), "9.4.5"));
      return length % 2 === 0 ? [name] : [name, part("_padding", bp(end + 1, end + 1, zeros(1), "9.4.6"))];
    }),
  };
}
