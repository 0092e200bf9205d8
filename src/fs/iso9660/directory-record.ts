/** Directory records. ECMA-119, 4th edition (June 2019), clause 9.1. */
import type { Codec, ReadContext } from "../../codec/codec.js";
import { reportFault } from "../../codec/codec.js";
import { flagged } from "../../codec/explained.js";
import { both16, both32, readU16be, readU16le, readU32be, readU32le, u8, writeBoth32 } from "../../codec/integers.js";
import { embedded, headedParts, part, rawPart } from "../../codec/parts.js";
import type { FieldType } from "../../codec/rows.js";
import { bp } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import type { Structure } from "../../codec/structure.js";
import { zeros } from "../../codec/text.js";
import { readRecordingTime, recordingTime, writeRecordingTime } from "../../codec/time.js";

/** Bits of File Flags. ECMA-119 9.1.6, table 10. */
export const fileFlags = {
  /** Its existence need not be made known to the user. */
  existence: 0x01,
  directory: 0x02,
  associatedFile: 0x04,
  record: 0x08,
  protection: 0x10,
  multiExtent: 0x80,
} as const;

/** The fixed part of a directory record. */
export interface DirectoryRecordHead {
  /** Of the whole record, in bytes. */
  readonly lengthOfDirectoryRecord: number;
  readonly extendedAttributeRecordLength: number;
  readonly locationOfExtent: number;
  /** In bytes, of this extent. */
  readonly dataLength: number;
  /** Milliseconds since 1970; `null` where it is not specified. */
  readonly recordingDateAndTime: number | null;
  /** Bits of {@link fileFlags}. */
  readonly fileFlags: number;
  readonly fileUnitSize: number;
  readonly interleaveGapSize: number;
  readonly volumeSequenceNumber: number;
  readonly lengthOfFileIdentifier: number;
}

/** A directory record. */
export interface DirectoryRecord
  extends Omit<DirectoryRecordHead, "lengthOfDirectoryRecord" | "lengthOfFileIdentifier"> {
  readonly fileIdentifier: Uint8Array;
  readonly systemUse: Uint8Array;
}

/** Bytes before the File Identifier. */
export const directoryRecordHeadBytes = 33;

/** The largest record: its length is one byte, and records are of even length. ECMA-119 9.1.1, 9.1.13. */
export const maximumDirectoryRecordBytes = 254;

/** The fixed part of a directory record, by its rows. */
export const directoryRecordHead: StructCodec<DirectoryRecordHead> = struct<DirectoryRecordHead>(
  "DirectoryRecord",
  33,
  {
    lengthOfDirectoryRecord: bp(1, 1, u8, "9.1.1"),
    extendedAttributeRecordLength: bp(2, 2, u8, "9.1.2"),
    locationOfExtent: bp(3, 10, both32, "9.1.3"),
    dataLength: bp(11, 18, both32, "9.1.4"),
    recordingDateAndTime: bp(19, 25, recordingTime, "9.1.5"),
    fileFlags: bp(26, 26, flagged(u8, fileFlags), "9.1.6"),
    fileUnitSize: bp(27, 27, u8, "9.1.7"),
    interleaveGapSize: bp(28, 28, u8, "9.1.8"),
    volumeSequenceNumber: bp(29, 32, both16, "9.1.9"),
    lengthOfFileIdentifier: bp(33, 33, u8, "9.1.10"),
  },
);

/** Bytes of a record before its system use: head, identifier, and a padding byte after an identifier of even length. */
export function systemUseOffset(identifierBytes: number): number {
  return directoryRecordHeadBytes + identifierBytes + (identifierBytes % 2 === 0 ? 1 : 0);
}

/** Bytes of a record with that identifier and system use; even. ECMA-119 9.1.12, 9.1.13. */
export function directoryRecordBytes(identifierBytes: number, systemUseBytes: number): number {
  const bytes = systemUseOffset(identifierBytes) + systemUseBytes;
  return bytes + (bytes % 2);
}

/**
 * Writes the head of a record of a volume set of one volume, without interleaving and extended attributes, straight
 * line: a million times an image. Equal to what the rows write, as a property test shows.
 */
export function writeDirectoryRecordHead(
  target: Uint8Array,
  at: number,
  lengthOfDirectoryRecord: number,
  locationOfExtent: number,
  dataLength: number,
  timeMs: number | null,
  flags: number,
  lengthOfFileIdentifier: number,
): void {
  target[at] = lengthOfDirectoryRecord;
  target[at + 1] = 0;
  writeBoth32(locationOfExtent, target, at + 2);
  writeBoth32(dataLength, target, at + 10);
  writeRecordingTime(timeMs, target, at + 18);
  target[at + 25] = flags;
  target[at + 26] = 0;
  target[at + 27] = 0;
  target[at + 28] = 1;
  target[at + 29] = 0;
  target[at + 30] = 0;
  target[at + 31] = 1;
  target[at + 32] = lengthOfFileIdentifier;
}

const nothing = new Uint8Array(0);

/** A whole directory record. Reading gives views into the bytes read. */
export const directoryRecord: Codec<DirectoryRecord> = {
  name: "DirectoryRecord",
  bytes: (value) => directoryRecordBytes(value.fileIdentifier.length, value.systemUse.length),
  write: (value, target, at) => {
    const length = directoryRecord.bytes(value);
    if (length > maximumDirectoryRecordBytes)
      throw new RangeError(`a directory record has up to 254 bytes, got ${length}`);
    const lengthOfFileIdentifier = value.fileIdentifier.length;
    target.fill(0, at, at + length);
    directoryRecordHead.write({ ...value, lengthOfDirectoryRecord: length, lengthOfFileIdentifier }, target, at);
    target.set(value.fileIdentifier, at + directoryRecordHeadBytes);
    target.set(value.systemUse, at + systemUseOffset(lengthOfFileIdentifier));
  },
  read: (source, at, context: ReadContext) => {
    const head = readSoundHead(source, at) ?? directoryRecordHead.read(source, at, context);
    const end = at + head.lengthOfDirectoryRecord;
    const identifierBytes = head.lengthOfFileIdentifier;
    const identifierEnd = at + directoryRecordHeadBytes + identifierBytes;
    if (identifierBytes === 0 || identifierEnd > end || end > source.length) {
      const reason = `is ${head.lengthOfDirectoryRecord} with an identifier of ${identifierBytes} bytes`;
      reportFault(context, "DirectoryRecord", "lengthOfDirectoryRecord", "9.1.1", reason);
    }
    const useAt = at + systemUseOffset(identifierBytes);
    return {
      extendedAttributeRecordLength: head.extendedAttributeRecordLength,
      locationOfExtent: head.locationOfExtent,
      dataLength: head.dataLength,
      recordingDateAndTime: head.recordingDateAndTime,
      fileFlags: head.fileFlags,
      fileUnitSize: head.fileUnitSize,
      interleaveGapSize: head.interleaveGapSize,
      volumeSequenceNumber: head.volumeSequenceNumber,
      fileIdentifier: source.subarray(at + directoryRecordHeadBytes, identifierEnd),
      systemUse: useAt < end ? source.subarray(useAt, end) : nothing,
    };
  },
};

/**
 * Reads the head of a record straight line; `undefined` for one with any fault, which the rows then name. Equal to what
 * the rows read, as a property test shows.
 */
export function readSoundHead(source: Uint8Array, at: number): DirectoryRecordHead | undefined {
  if (at + directoryRecordHeadBytes > source.length) return undefined;
  const locationOfExtent = readU32le(source, at + 2);
  const dataLength = readU32le(source, at + 10);
  const recordingDateAndTime = readRecordingTime(source, at + 18);
  const volumeSequenceNumber = readU16le(source, at + 28);
  if (readU32be(source, at + 6) !== locationOfExtent || readU32be(source, at + 14) !== dataLength) return undefined;
  if (recordingDateAndTime === undefined || readU16be(source, at + 30) !== volumeSequenceNumber) return undefined;
  return {
    lengthOfDirectoryRecord: source[at]!,
    extendedAttributeRecordLength: source[at + 1]!,
    locationOfExtent,
    dataLength,
    recordingDateAndTime,
    fileFlags: source[at + 25]!,
    fileUnitSize: source[at + 26]!,
    interleaveGapSize: source[at + 27]!,
    volumeSequenceNumber,
    lengthOfFileIdentifier: source[at + 32]!,
  };
}

/**
 * Directory records as dumps show them.
 *
 * @param identifier The type of identifiers of that many bytes.
 * @param systemUse What stands in system use areas.
 */
export function directoryRecordStructure(
  identifier: (bytes: number) => FieldType<string>,
  systemUse: Structure,
): Structure {
  return {
    name: directoryRecordHead.name,
    parts: headedParts(directoryRecordHead, (source, at) => {
      const length = source[at]!;
      const identifierBytes = source[at + 32]!;
      const identifierEnd = directoryRecordHeadBytes + identifierBytes;
      if (identifierEnd > length)
        return rawPart("rest", directoryRecordHeadBytes, length - directoryRecordHeadBytes, "9.1");
      const useAt = Math.min(length, systemUseOffset(identifierBytes));
      const name = bp(directoryRecordHeadBytes + 1, identifierEnd, identifier(identifierBytes), "9.1.11");
      const padding = bp(identifierEnd + 1, useAt, zeros(useAt - identifierEnd), "9.1.12");
      const use = bp(useAt + 1, length, embedded(systemUse), "9.1.13");
      return [
        part("fileIdentifier", name),
        ...(useAt > identifierEnd ? [part("_padding", padding)] : []),
        ...(length > useAt ? [part("systemUse", use)] : []),
      ];
    }),
    check: (source, at, _end, _location, fault) => {
      const [length, identifierBytes] = [source[at]!, source[at + 32]!];
      if (identifierBytes === 0 || directoryRecordHeadBytes + identifierBytes > length) {
        fault("lengthOfDirectoryRecord", `is ${length} with an identifier of ${identifierBytes} bytes`);
      }
    },
  };
}
