/** Writes heads of file entries by a template, and reads what is of use in them: there may be a hundred thousand. */
import type { ReadContext } from "../../codec/codec.js";
import { readExactU64le, readU16le, readU32le, writeSafeU64le, writeU16le, writeU32le } from "../../codec/integers.js";
import { encode } from "../../codec/struct.js";
import { blockBytes } from "../../units.js";
import type { LongAllocationDescriptor } from "./allocation.js";
import { longAllocationDescriptor, noLongExtent, readLongAllocation } from "./allocation.js";
import { thisImplementation } from "./entity-identifier.js";
import { extendedFileEntryHead, fileEntryHead } from "./file-entry.js";
import { strategies } from "./icb.js";
import { tagIdentifiers } from "./tag.js";
import { readTimestamp, writeTimestamp } from "./timestamp.js";

/** The address of an ICB. */
export interface IcbAddress {
  readonly logicalBlockNumber: number;
  readonly partitionReferenceNumber: number;
}

/** What differs from one file entry to the next. */
export interface WrittenFileEntry {
  readonly fileType: number;
  /** Of the ICB, with the form of the allocation descriptors. */
  readonly flags: number;
  readonly uid: number;
  readonly gid: number;
  readonly permissions: number;
  readonly links: number;
  /** Bytes. */
  readonly informationLength: number;
  /** Bytes with those of all streams. */
  readonly objectSize: number;
  readonly blocksRecorded: number;
  /** Milliseconds since 1970, as the other times. */
  readonly accessMs: number;
  readonly modifyMs: number;
  readonly attributesMs: number;
  readonly creationMs: number;
  readonly streamDirectory: IcbAddress | undefined;
  /** The file of its extended attributes. */
  readonly attributeFile: IcbAddress | undefined;
  readonly uniqueId: number;
  readonly lengthOfExtendedAttributes: number;
  readonly lengthOfAllocationDescriptors: number;
}

/** What readers make use of in the head of an entry. */
export interface ReadFileEntry {
  readonly strategyType: number;
  readonly fileType: number;
  /** Block that is stated to have the ICB of the parent. */
  readonly parentIcbBlock: number;
  /** Of the ICB, with the form of the allocation descriptors. */
  readonly flags: number;
  readonly uid: number;
  readonly gid: number;
  readonly permissions: number;
  readonly links: number;
  /** Bytes of the file; a bigint where a number would not be exact. */
  readonly informationLength: number | bigint;
  /** Milliseconds since 1970, as the other times. */
  readonly accessMs: number | null;
  readonly modifyMs: number | null;
  readonly attributesMs: number | null;
  /** `undefined` where the entry is not an extended one. */
  readonly creationMs: number | null | undefined;
  readonly extendedAttributeIcb: LongAllocationDescriptor;
  /** `undefined` where the entry is not an extended one. */
  readonly streamDirectoryIcb: LongAllocationDescriptor | undefined;
  /** A bigint where a number would not be exact. */
  readonly uniqueId: number | bigint;
  readonly lengthOfExtendedAttributes: number;
  readonly lengthOfAllocationDescriptors: number;
}

/** The largest number of links an entry can state. ECMA-167 4/14.9.6: 16 bits. */
const maximumLinks = 0xffff;

const nothing = {
  icbTag: {
    priorRecordedNumberOfDirectEntries: 0,
    strategyType: strategies.single,
    strategyParameter: 0,
    maximumNumberOfEntries: 1,
    fileType: 0,
    parentIcbLocation: { logicalBlockNumber: 0, partitionReferenceNumber: 0 },
    flags: 0,
  },
  uid: 0,
  gid: 0,
  permissions: 0,
  fileLinkCount: 0,
  recordFormat: 0,
  recordDisplayAttributes: 0,
  recordLength: 0,
  informationLength: 0n,
  objectSize: 0n,
  logicalBlocksRecorded: 0n,
  accessTime: null,
  modificationTime: null,
  creationTime: null,
  attributeTime: null,
  checkpoint: 1,
  extendedAttributeIcb: noLongExtent,
  streamDirectoryIcb: noLongExtent,
  implementationIdentifier: thisImplementation,
  uniqueId: 0n,
  lengthOfExtendedAttributes: 0,
  lengthOfAllocationDescriptors: 0,
};

function writeIcb(address: IcbAddress, target: Uint8Array, at: number): void {
  longAllocationDescriptor.write({ ...noLongExtent, ...address, extentLength: blockBytes }, target, at);
}

/** File Entries, or Extended ones: where each field lies is asked of the rows, once. */
export class FileEntryForm {
  /** As the standard prints it. */
  readonly name: string;
  readonly tagIdentifier: number;
  /** Bytes before the extended attributes. */
  readonly headBytes: number;
  readonly #extended: boolean;
  readonly #template: Uint8Array;
  readonly #at: Readonly<Record<string, number>>;

  /** @param extended Whether entries are Extended File Entries. ECMA-167 4/14.17. */
  constructor(extended: boolean) {
    const codec = extended ? extendedFileEntryHead : fileEntryHead;
    this.name = codec.name;
    this.#extended = extended;
    this.tagIdentifier = extended ? tagIdentifiers.extendedFileEntry : tagIdentifiers.fileEntry;
    this.headBytes = codec.size;
    this.#template = extended ? encode(extendedFileEntryHead, nothing) : encode(fileEntryHead, nothing);
    this.#at = Object.fromEntries(codec.fields.map(({ key, row }) => [key, row.firstBit / 8]));
  }

  /** Writes a head; the tag, which covers what follows, is not part of it. */
  write(entry: WrittenFileEntry, target: Uint8Array, at: number): void {
    const place = this.#at;
    target.set(this.#template, at);
    target[at + place.icbTag! + 11] = entry.fileType; // 4/14.6.6
    writeU16le(entry.flags, target, at + place.icbTag! + 18); // 4/14.6.8
    writeU32le(entry.uid, target, at + place.uid!);
    writeU32le(entry.gid, target, at + place.gid!);
    writeU32le(entry.permissions, target, at + place.permissions!);
    writeU16le(Math.min(entry.links, maximumLinks), target, at + place.fileLinkCount!);
    writeSafeU64le(entry.informationLength, target, at + place.informationLength!);
    writeSafeU64le(entry.blocksRecorded, target, at + place.logicalBlocksRecorded!);
    writeTimestamp(entry.accessMs, target, at + place.accessTime!);
    writeTimestamp(entry.modifyMs, target, at + place.modificationTime!);
    writeTimestamp(entry.attributesMs, target, at + place.attributeTime!);
    writeSafeU64le(entry.uniqueId, target, at + place.uniqueId!);
    writeU32le(entry.lengthOfExtendedAttributes, target, at + place.lengthOfExtendedAttributes!);
    writeU32le(entry.lengthOfAllocationDescriptors, target, at + place.lengthOfAllocationDescriptors!);
    if (entry.attributeFile !== undefined) {
      writeIcb(entry.attributeFile, target, at + place.extendedAttributeIcb!);
    }
    if (!this.#extended) return;
    writeSafeU64le(entry.objectSize, target, at + place.objectSize!);
    writeTimestamp(entry.creationMs, target, at + place.creationTime!);
    if (entry.streamDirectory !== undefined) writeIcb(entry.streamDirectory, target, at + place.streamDirectoryIcb!);
  }

  /**
   * Reads a head, without its tag. Equal to what the rows read, as a property test shows; what is wrong with it, they
   * report.
   *
   * @throws {@link FormatError} E_FIELD_INVALID.
   */
  read(source: Uint8Array, at: number, context: ReadContext): ReadFileEntry {
    const place = this.#at;
    const accessMs = readTimestamp(source, at + place.accessTime!);
    const modifyMs = readTimestamp(source, at + place.modificationTime!);
    const attributesMs = readTimestamp(source, at + place.attributeTime!);
    const creationMs = this.#extended ? readTimestamp(source, at + place.creationTime!) : null;
    const hasTimes =
      accessMs !== undefined && modifyMs !== undefined && attributesMs !== undefined && creationMs !== undefined;
    if (!hasTimes || at + this.headBytes > source.length) {
      (this.#extended ? extendedFileEntryHead : fileEntryHead).read(source, at, context);
    }
    return {
      strategyType: readU16le(source, at + place.icbTag! + 4), // 4/14.6.2
      fileType: source[at + place.icbTag! + 11]!, // 4/14.6.6
      parentIcbBlock: readU32le(source, at + place.icbTag! + 12), // 4/14.6.7
      flags: readU16le(source, at + place.icbTag! + 18), // 4/14.6.8
      uid: readU32le(source, at + place.uid!),
      gid: readU32le(source, at + place.gid!),
      permissions: readU32le(source, at + place.permissions!),
      links: readU16le(source, at + place.fileLinkCount!),
      informationLength: readExactU64le(source, at + place.informationLength!),
      accessMs: accessMs ?? null,
      modifyMs: modifyMs ?? null,
      attributesMs: attributesMs ?? null,
      creationMs: this.#extended ? (creationMs ?? null) : undefined,
      extendedAttributeIcb: readLongAllocation(source, at + place.extendedAttributeIcb!),
      streamDirectoryIcb: this.#extended ? readLongAllocation(source, at + place.streamDirectoryIcb!) : undefined,
      uniqueId: readExactU64le(source, at + place.uniqueId!),
      lengthOfExtendedAttributes: readU32le(source, at + place.lengthOfExtendedAttributes!),
      lengthOfAllocationDescriptors: readU32le(source, at + place.lengthOfAllocationDescriptors!),
    };
  }
}
