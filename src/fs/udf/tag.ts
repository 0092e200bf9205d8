/** The tag at the head of every descriptor. ECMA-167, 3rd edition, 3/7.2 and 4/7.2; OSTA UDF 2.2.1, 2.3.1. */
import { crc16 } from "../../codec/checksum.js";
import type { Codec, ReadContext } from "../../codec/codec.js";
import { reportFault, strictContext } from "../../codec/codec.js";
import { named } from "../../codec/explained.js";
import { readU16le, readU32le, u8, u16le, u32le, writeU16le, writeU32le } from "../../codec/integers.js";
import type { FieldType } from "../../codec/rows.js";
import { rbp } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import type { Structure } from "../../codec/structure.js";
import { reserved } from "../../codec/text.js";

/** Where a tag says in which block it stands. ECMA-167 3/7.2.8. */
const tagLocationAtByte = 12;

/** Tag identifiers. ECMA-167 3/7.2.1, 4/7.2.1; OSTA UDF 2.2.12 for the sparing table. */
export const tagIdentifiers = {
  sparingTable: 0,
  primaryVolumeDescriptor: 1,
  anchorVolumeDescriptorPointer: 2,
  volumeDescriptorPointer: 3,
  implementationUseVolumeDescriptor: 4,
  partitionDescriptor: 5,
  logicalVolumeDescriptor: 6,
  unallocatedSpaceDescriptor: 7,
  terminatingDescriptor: 8,
  logicalVolumeIntegrityDescriptor: 9,
  fileSetDescriptor: 256,
  fileIdentifierDescriptor: 257,
  allocationExtentDescriptor: 258,
  indirectEntry: 259,
  terminalEntry: 260,
  fileEntry: 261,
  extendedAttributeHeaderDescriptor: 262,
  unallocatedSpaceEntry: 263,
  spaceBitmapDescriptor: 264,
  partitionIntegrityEntry: 265,
  extendedFileEntry: 266,
} as const;

/** Bytes of a tag. */
export const tagBytes = 16;

/** The longest run a tag's CRC can cover. */
const maximumCrcLength = 0xffff;

/** A descriptor's tag. */
export interface DescriptorTag {
  /** One of {@link tagIdentifiers}. */
  readonly tagIdentifier: number;
  /** 2 in volumes of NSR02, 3 in those of NSR03. */
  readonly descriptorVersion: number;
  /** Sum of the other bytes of the tag, modulo 256. */
  readonly tagChecksum: number;
  /** The same in all of a volume; 0 means that damaged volumes cannot be told apart by it. */
  readonly tagSerialNumber: number;
  readonly descriptorCrc: number;
  /** Bytes behind the tag that the CRC covers. */
  readonly descriptorCrcLength: number;
  /** Block in which the descriptor starts: of the volume, or in its partition. */
  readonly tagLocation: number;
}

/** tag. ECMA-167 3/7.2. */
export const descriptorTag: StructCodec<DescriptorTag> = struct<DescriptorTag>(
  "DescriptorTag",
  tagBytes,
  {
    tagIdentifier: rbp(0, 2, named(u16le, tagIdentifiers), "3/7.2.1"),
    descriptorVersion: rbp(2, 2, u16le, "3/7.2.2"),
    tagChecksum: rbp(4, 1, u8, "3/7.2.3"),
    _reserved: rbp(5, 1, reserved(1), "3/7.2.4"),
    tagSerialNumber: rbp(6, 2, u16le, "3/7.2.5"),
    descriptorCrc: rbp(8, 2, u16le, "3/7.2.6"),
    descriptorCrcLength: rbp(10, 2, u16le, "3/7.2.7"),
    tagLocation: rbp(tagLocationAtByte, 4, u32le, "3/7.2.8"),
  },
  {
    check: (source, at, end, tagLocation, fault) => {
      const tag = descriptorTag.read(source, at, strictContext);
      findTagFaults(source, at, end, tag, { tagIdentifier: undefined, tagLocation }, fault);
    },
  },
);

/** Reads a tag straight line: every file has two. Equal to what the rows read, as a property test shows. */
export function readTag(source: Uint8Array, at: number): DescriptorTag {
  return {
    tagIdentifier: readU16le(source, at),
    descriptorVersion: readU16le(source, at + 2),
    tagChecksum: source[at + 4]!,
    tagSerialNumber: readU16le(source, at + 6),
    descriptorCrc: readU16le(source, at + 8),
    descriptorCrcLength: readU16le(source, at + 10),
    tagLocation: readU32le(source, at + 12),
  };
}

/** The row of a descriptor in which its tag stands: {@link sealDescriptor} fills it, {@link checkTag} reads it. */
export const sealedTag: FieldType<void> = { ...reserved(tagBytes), name: "tag", structure: descriptorTag };

/** What a tag says besides what follows from the descriptor itself. */
export interface TagContext {
  readonly descriptorVersion: 2 | 3;
  readonly tagSerialNumber: number;
  readonly tagLocation: number;
}

/** A codec of a descriptor, whose tag has its own identifier. */
export interface DescriptorCodec<T> extends Codec<T>, Structure {
  readonly tagIdentifier: number;
  /** Bytes behind the tag that its CRC covers; left out, all of them. */
  crcLength?(value: T): number;
}

/** Makes a descriptor's codec of the codec of its bytes. */
export function descriptor<T>(tagIdentifier: number, codec: Codec<T> & Structure): DescriptorCodec<T> {
  return { ...codec, tagIdentifier };
}

function checksumOf(source: Uint8Array, at: number): number {
  let sum = 0;
  for (let index = 0; index < tagBytes; index++) if (index !== 4) sum += source[at + index]!;
  return sum & 0xff;
}

/**
 * Puts the tag before a descriptor whose other bytes are written. Straight line, because every file has two tags; a
 * property test holds it equal to the rows.
 *
 * @param crcLength Bytes behind the tag that the CRC covers.
 */
export function sealDescriptor(
  tagIdentifier: number,
  target: Uint8Array,
  at: number,
  crcLength: number,
  context: TagContext,
): void {
  const descriptorCrcLength = Math.min(crcLength, maximumCrcLength);
  writeU16le(tagIdentifier, target, at);
  writeU16le(context.descriptorVersion, target, at + 2);
  target[at + 5] = 0;
  writeU16le(context.tagSerialNumber, target, at + 6);
  writeU16le(crc16(target, at + tagBytes, descriptorCrcLength), target, at + 8);
  writeU16le(descriptorCrcLength, target, at + 10);
  writeU32le(context.tagLocation, target, at + tagLocationAtByte);
  target[at + 4] = checksumOf(target, at);
}

/** Writes a descriptor with its tag. */
export function writeDescriptor<T>(
  codec: DescriptorCodec<T>,
  value: T,
  target: Uint8Array,
  at: number,
  context: TagContext,
): void {
  codec.write(value, target, at);
  const crcLength = codec.crcLength?.(value) ?? codec.bytes(value) - tagBytes;
  sealDescriptor(codec.tagIdentifier, target, at, crcLength, context);
}

/** The identifier in the tag at `source[at]`; `undefined` where no tag with a right checksum stands there. */
export function tagIdentifierAt(source: Uint8Array, at: number): number | undefined {
  if (at + tagBytes > source.length || checksumOf(source, at) !== source[at + 4]) return undefined;
  const version = readU16le(source, at + 2);
  return version === 2 || version === 3 ? readU16le(source, at) : undefined;
}

/** The block that the tag at `source[at]` says it stands in, counted as its volume or partition does. ECMA-167 3/7.2.8. */
export function tagLocationAt(source: Uint8Array, at: number): number {
  return readU32le(source, at + tagLocationAtByte);
}

/** What a tag is to say. */
export interface ExpectedTag {
  /** `undefined` where any may stand there. */
  readonly tagIdentifier: number | undefined;
  /** `undefined` where it is not known. */
  readonly tagLocation: number | undefined;
}

/** Holds a tag against the bytes behind it; every fault has the clause of its field. */
function findTagFaults(
  source: Uint8Array,
  at: number,
  end: number,
  tag: DescriptorTag,
  expected: ExpectedTag,
  fault: (field: keyof DescriptorTag, reason: string, clause: string) => void,
): void {
  const { tagIdentifier, descriptorVersion, tagChecksum, descriptorCrc, descriptorCrcLength, tagLocation } = tag;
  if (checksumOf(source, at) !== tagChecksum) fault("tagChecksum", "does not fit the bytes of the tag", "3/7.2.3");
  if (expected.tagIdentifier !== undefined && tagIdentifier !== expected.tagIdentifier) {
    fault("tagIdentifier", `is ${tagIdentifier}, expected ${expected.tagIdentifier}`, "3/7.2.1");
  }
  if (descriptorVersion !== 2 && descriptorVersion !== 3) {
    fault("descriptorVersion", `is ${descriptorVersion}, expected 2 or 3`, "3/7.2.2");
  }
  const crcEnd = at + tagBytes + descriptorCrcLength;
  if (crcEnd > end) {
    fault("descriptorCrcLength", `is ${descriptorCrcLength}, more than the descriptor has`, "3/7.2.7");
  } else if (crc16(source, at + tagBytes, descriptorCrcLength) !== descriptorCrc) {
    fault("descriptorCrc", "does not fit the bytes of the descriptor", "3/7.2.6");
  }
  if (expected.tagLocation !== undefined && tagLocation !== expected.tagLocation) {
    fault("tagLocation", `is ${tagLocation}, expected ${expected.tagLocation}`, "3/7.2.8");
  }
}

/**
 * Reads a tag, and holds it against the bytes behind it.
 *
 * @param end Where the bytes of the descriptor end in `source`, or may end.
 * @throws {@link FormatError} E_FIELD_INVALID.
 */
export function checkTag(
  source: Uint8Array,
  at: number,
  end: number,
  expected: ExpectedTag,
  context: ReadContext,
): DescriptorTag {
  const isWhole = at + tagBytes <= source.length;
  const tag = isWhole ? readTag(source, at) : descriptorTag.read(source, at, context);
  findTagFaults(source, at, end, tag, expected, (field, reason, clause) =>
    reportFault(context, "DescriptorTag", field, clause, reason),
  );
  return tag;
}

/**
 * Reads a descriptor and its tag.
 *
 * @throws {@link FormatError} E_FIELD_INVALID.
 */
export function readDescriptor<T>(
  codec: DescriptorCodec<T>,
  source: Uint8Array,
  at: number,
  tagLocation: number | undefined,
  context: ReadContext,
): { readonly tag: DescriptorTag; readonly value: T } {
  const tag = checkTag(source, at, source.length, { tagIdentifier: codec.tagIdentifier, tagLocation }, context);
  return { tag, value: codec.read(source, at, context) };
}

/**
 * A descriptor as it is in another block: with the location that its tag states.
 *
 * @param source A block that begins with it.
 * @throws {@link FormatError} E_FIELD_INVALID for one that does not read.
 */
export function relocatedDescriptor<T>(codec: DescriptorCodec<T>, source: Uint8Array, tagLocation: number): Uint8Array {
  const { tag, value } = readDescriptor(codec, source, 0, undefined, { tolerant: true, lba: null });
  const { descriptorVersion, tagSerialNumber } = tag;
  const target = new Uint8Array(source.length);
  const version = descriptorVersion === 2 ? 2 : 3;
  writeDescriptor(codec, value, target, 0, { descriptorVersion: version, tagSerialNumber, tagLocation });
  return target;
}
