/** Checks the tags of descriptors. ECMA-167, 3rd edition, 3/7.2, 4/7.2; OSTA UDF 2.2.1, 2.3.1. */
import { crc16 } from "../../codec/checksum.js";
import { strictContext } from "../../codec/codec.js";
import { descriptorTag, tagBytes, tagIdentifierAt, tagIdentifiers } from "../udf/tag.js";
import type { UdfChecking } from "./udf-checking.js";
import { isZero } from "./udf-checking.js";
import type { UdfPlace } from "./udf-report.js";

/** The longest run a CRC can cover. OSTA UDF 2.3.1.2, DCN-5108. */
const maximumCrcLength = 0xffff;

/** A descriptor whose length is known. */
export interface TaggedDescriptor {
  /** For messages: "FileEntry". */
  readonly name: string;
  readonly tagIdentifier: number;
  /** Block that the tag has to name. */
  readonly location: number;
  readonly data: Uint8Array;
  /** Where it starts in `data`, and its length. */
  readonly at: number;
  readonly bytes: number;
  /** Where what belongs to it ends: the end of its block. Left out, that of the descriptor. */
  readonly end?: number;
  readonly place: UdfPlace;
}

/** The identifier in the bytes, whether or not the rest of the tag is sound. */
export function claimedIdentifier(data: Uint8Array, at = 0): number {
  return at + 2 > data.length ? -1 : data[at]! + data[at + 1]! * 0x100;
}

/** Whether a block is that of a descriptor of a kind: says so, or is a damaged one that does. */
export function isOfKind(data: Uint8Array, tagIdentifier: number): boolean {
  const claimed = claimedIdentifier(data) === tagIdentifier;
  return claimed && (tagIdentifierAt(data, 0) !== undefined || !isZero(data, 2, tagBytes));
}

function checkCrc(checking: UdfChecking, descriptor: TaggedDescriptor, crc: number, crcLength: number): void {
  const { name, data, at, bytes, end = at + bytes, place, tagIdentifier } = descriptor;
  const wanted = Math.min(bytes - tagBytes, maximumCrcLength);
  const message = `${name}: the CRC covers ${crcLength} bytes, expected ${wanted}`;
  const { revision } = checking;
  if (tagIdentifier === tagIdentifiers.allocationExtentDescriptor) {
    const isOld = crcLength === allocationExtentCrcLength;
    if (isOld && revision > 0x0200) checking.report("UDF_TAG_CRC_SHORT", place, message);
    else if (!isOld && (crcLength !== wanted || revision <= 0x0200)) {
      checking.report("UDF_TAG_CRC_LENGTH", place, message);
    }
  } else if (tagIdentifier === tagIdentifiers.spaceBitmapDescriptor) {
    if (![0, spaceBitmapCrcLength, wanted].includes(crcLength)) checking.report("UDF_TAG_CRC_LENGTH", place, message);
  } else if (tagIdentifier === tagIdentifiers.fileIdentifierDescriptor && crcLength < wanted && revision === 0x0200) {
    checking.report("UDF_TAG_CRC_SHORT", place, message);
  } else if (crcLength !== wanted) checking.report("UDF_TAG_CRC_LENGTH", place, message);
  const covered = at + tagBytes + crcLength;
  if (covered > Math.max(end, at + bytes) || covered > data.length) return;
  if (crc16(data, at + tagBytes, crcLength) !== crc) {
    checking.report("UDF_TAG_CRC", place, `${name}: the CRC does not fit the bytes`);
  }
}

/** Bytes behind the tag that the CRC of an allocation extent covers up to 2.00. OSTA UDF 2.3.11.1. */
const allocationExtentCrcLength = 8;

/** The same, as it is advised, of a space bitmap. OSTA UDF 2.3.8.1. */
const spaceBitmapCrcLength = 8;

function checkVersion(checking: UdfChecking, { name, tagIdentifier, place }: TaggedDescriptor, version: number): void {
  const wanted = checking.isThirdEdition ? 3 : 2;
  if (version === wanted) return;
  const message = `${name}: descriptor version ${version}, expected ${wanted}`;
  const isOld = version === 2 && tagIdentifier !== tagIdentifiers.extendedFileEntry;
  checking.report(isOld ? "UDF_TAG_VERSION_OLD" : "UDF_TAG_VERSION", place, message);
}

/**
 * Checks the tag of a descriptor, and that nothing follows on it in its block.
 *
 * @returns Whether the bytes are those of such a descriptor, damaged or not.
 */
export function checkDescriptorTag(checking: UdfChecking, descriptor: TaggedDescriptor): boolean {
  const { name, tagIdentifier, location, data, at, bytes, end = at + bytes, place } = descriptor;
  const { report } = checking;
  const tag = descriptorTag.read(data, at, strictContext);
  if (tag.tagIdentifier !== tagIdentifier) {
    const message = `${name}: the tag is ${tag.tagIdentifier}, expected ${tagIdentifier}`;
    report("UDF_TAG_IDENTIFIER", place, message);
    return false;
  }
  if (checksumOf(data, at) !== tag.tagChecksum) {
    report("UDF_TAG_CHECKSUM", place, `${name}: the checksum does not fit the bytes of the tag`);
  }
  checkVersion(checking, descriptor, tag.descriptorVersion);
  if (data[at + 5] !== 0) report("UDF_TAG_RESERVED", place, `${name}: byte 5 of the tag is ${data[at + 5]}`);
  checking.tagSerialNumber ??= tag.tagSerialNumber;
  if (tag.tagSerialNumber !== checking.tagSerialNumber) {
    const message = `${name}: tag serial number ${tag.tagSerialNumber}, and ${checking.tagSerialNumber} before`;
    report("UDF_TAG_SERIAL", place, message);
  }
  if (tag.tagLocation !== location) {
    report("UDF_TAG_LOCATION", place, `${name}: states block ${tag.tagLocation}, expected ${location}`);
  }
  checkCrc(checking, descriptor, tag.descriptorCrc, tag.descriptorCrcLength);
  if (end > at + bytes && !isZero(data, at + bytes, end)) {
    report("UDF_RESERVED", place, `${name}: bytes behind it in its block are not 0`);
  }
  // A descriptor that ends a sequence is a tag, and no more. ECMA-167 3/10.9.2, 4/14.2.2.
  if (tagIdentifier === tagIdentifiers.terminatingDescriptor && !isZero(data, at + tagBytes, at + bytes)) {
    report("UDF_RESERVED", place, `${name}: bytes behind its tag are not 0`);
  }
  return true;
}

function checksumOf(source: Uint8Array, at: number): number {
  let sum = 0;
  for (let index = 0; index < tagBytes; index++) if (index !== 4) sum += source[at + index]!;
  return sum % 0x100;
}
