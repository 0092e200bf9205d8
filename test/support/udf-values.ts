/** Random values of UDF's structures, all of which can be written. */
import fc from "fast-check";
import type {
  ExtentDescriptor,
  LogicalBlockAddress,
  LongAllocationDescriptor,
  ShortAllocationDescriptor,
} from "../../src/fs/udf/allocation.js";
import { compressedUnicodeBytes } from "../../src/fs/udf/compressed-unicode.js";
import type {
  DomainIdentifier,
  EntityIdentifier,
  ImplementationIdentifier,
  UdfIdentifier,
} from "../../src/fs/udf/entity-identifier.js";
import type { ExtendedFileEntryHead, FileEntryHead } from "../../src/fs/udf/file-entry.js";
import type { IcbTag } from "../../src/fs/udf/icb.js";
import type { PartitionMap } from "../../src/fs/udf/partition.js";
import { partitionTypeIdentifiers } from "../../src/fs/udf/partition.js";
import type { TagContext } from "../../src/fs/udf/tag.js";

export const u8: fc.Arbitrary<number> = fc.integer({ min: 0, max: 0xff });
export const u16: fc.Arbitrary<number> = fc.integer({ min: 0, max: 0xffff });
export const u32: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: 0, max: 0xffff_ffff }),
  fc.constantFrom(0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff),
);
export const u64: fc.Arbitrary<bigint> = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

/** Bytes of a fixed length. */
export const exactly = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });

/** Years 1 to 9999, in milliseconds; nearer to the present, in microseconds, which a number can tell apart there. */
export const writtenTime: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }),
  fc
    .tuple(fc.integer({ min: -(2 ** 31), max: 2 ** 31 }), fc.integer({ min: 0, max: 999_999 }))
    .map(([second, microseconds]) => second * 1000 + microseconds / 1000),
);
export const time: fc.Arbitrary<number | null> = fc.option(writtenTime);

/** Texts of one byte a character, of two, and of pairs of them. */
export const anyText = (maxLength: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string({ maxLength, unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)) }),
    fc.string({ maxLength, unit: "grapheme" }),
    fc.string({ maxLength, unit: fc.constantFrom("a", "ÿ", "Ā", "語", "💿") }),
  );

/** What a dstring of that many bytes holds; zeros at its end are not kept. */
export const dstringText = (length: number): fc.Arbitrary<string> =>
  anyText(length).filter((text) => compressedUnicodeBytes(text) < length && !text.endsWith("\0"));

const identifierText = fc.string({
  maxLength: 23,
  unit: fc.constantFrom(..."*+ abcXYZ019"),
});

export const extent: fc.Arbitrary<ExtentDescriptor> = fc.record({ extentLength: u32, extentLocation: u32 });
const typedLength = {
  extentLength: fc.oneof(fc.integer({ min: 0, max: 0x3fff_ffff }), fc.constantFrom(0, 2048, 0x3fff_f800, 0x3fff_ffff)),
  extentType: fc.integer({ min: 0, max: 3 }),
};
export const shortAd: fc.Arbitrary<ShortAllocationDescriptor> = fc.record({ ...typedLength, extentPosition: u32 });
export const address: fc.Arbitrary<LogicalBlockAddress> = fc.record({
  logicalBlockNumber: u32,
  partitionReferenceNumber: u16,
});
export const longAd: fc.Arbitrary<LongAllocationDescriptor> = fc.record({
  ...typedLength,
  logicalBlockNumber: u32,
  partitionReferenceNumber: u16,
  flags: u16,
  udfUniqueId: u32,
});

const regid = { flags: u8, identifier: identifierText };
export const entity: fc.Arbitrary<EntityIdentifier> = fc.record({ ...regid, suffix: exactly(8) });
export const domain: fc.Arbitrary<DomainIdentifier> = fc.record({
  ...regid,
  udfRevision: u16,
  domainFlags: u8,
  reserved: exactly(5),
});
export const udfEntityId: fc.Arbitrary<UdfIdentifier> = fc.record({
  ...regid,
  udfRevision: u16,
  osClass: u8,
  osIdentifier: u8,
  reserved: exactly(4),
});
export const implementation: fc.Arbitrary<ImplementationIdentifier> = fc.record({
  ...regid,
  osClass: u8,
  osIdentifier: u8,
  implementationUse: exactly(6),
});

export const icbTagValue: fc.Arbitrary<IcbTag> = fc.record({
  priorRecordedNumberOfDirectEntries: u32,
  strategyType: u16,
  strategyParameter: u16,
  maximumNumberOfEntries: u16,
  fileType: u8,
  parentIcbLocation: address,
  flags: u16,
});

const fileEntryMembers = {
  icbTag: icbTagValue,
  uid: u32,
  gid: u32,
  permissions: u32,
  fileLinkCount: u16,
  recordFormat: u8,
  recordDisplayAttributes: u8,
  recordLength: u32,
  informationLength: u64,
  logicalBlocksRecorded: u64,
  accessTime: time,
  modificationTime: time,
  attributeTime: time,
  checkpoint: u32,
  extendedAttributeIcb: longAd,
  implementationIdentifier: implementation,
  uniqueId: u64,
  lengthOfExtendedAttributes: u32,
  lengthOfAllocationDescriptors: u32,
};
export const fileEntryValue: fc.Arbitrary<FileEntryHead> = fc.record(fileEntryMembers);
export const extendedFileEntryValue: fc.Arbitrary<ExtendedFileEntryHead> = fc.record({
  ...fileEntryMembers,
  objectSize: u64,
  creationTime: time,
  streamDirectoryIcb: longAd,
});

const mapNumbers = { volumeSequenceNumber: u16, partitionNumber: u16 };

function typeIdentifier(kind: keyof typeof partitionTypeIdentifiers): fc.Arbitrary<UdfIdentifier> {
  return udfEntityId.map((identifier) => ({ ...identifier, identifier: partitionTypeIdentifiers[kind] }));
}

export const anyPartitionMap: fc.Arbitrary<PartitionMap> = fc.oneof(
  fc.record({ kind: fc.constant("plain" as const), ...mapNumbers }),
  fc.record({
    kind: fc.constant("virtual" as const),
    partitionTypeIdentifier: typeIdentifier("virtual"),
    ...mapNumbers,
  }),
  fc.integer({ min: 0, max: 4 }).chain((numberOfSparingTables) =>
    fc.record({
      kind: fc.constant("sparable" as const),
      partitionTypeIdentifier: typeIdentifier("sparable"),
      ...mapNumbers,
      packetLength: u16,
      numberOfSparingTables: fc.constant(numberOfSparingTables),
      sizeOfEachSparingTable: u32,
      locationsOfSparingTables: fc.array(u32, { minLength: numberOfSparingTables, maxLength: numberOfSparingTables }),
    }),
  ),
  fc.record({
    kind: fc.constant("metadata" as const),
    partitionTypeIdentifier: typeIdentifier("metadata"),
    ...mapNumbers,
    metadataFileLocation: u32,
    metadataMirrorFileLocation: u32,
    metadataBitmapFileLocation: u32,
    allocationUnitSize: u32,
    alignmentUnitSize: u16,
    flags: u8,
  }),
  fc.uint8Array({ minLength: 2, maxLength: 80 }).map((bytes) => {
    bytes.set([3, bytes.length]);
    return { kind: "unknown" as const, bytes };
  }),
);

export const tagContext: fc.Arbitrary<TagContext> = fc.record({
  descriptorVersion: fc.constantFrom(2 as const, 3 as const),
  tagSerialNumber: u16,
  tagLocation: u32,
});
