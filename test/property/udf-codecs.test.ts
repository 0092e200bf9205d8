/** UDF's codecs: what is written is what is read. */
import test from "ava";
import fc from "fast-check";
import type { Codec } from "../../src/codec/codec.js";
import { strictContext } from "../../src/codec/codec.js";
import { encode } from "../../src/codec/struct.js";
import {
  extentDescriptor,
  logicalBlockAddress,
  longAllocationDescriptor,
  shortAllocationDescriptor,
} from "../../src/fs/udf/allocation.js";
import { allocationExtentDescriptor } from "../../src/fs/udf/allocation-extent.js";
import {
  domainIdentifier,
  entityIdentifier,
  implementationIdentifier,
  udfIdentifier,
} from "../../src/fs/udf/entity-identifier.js";
import {
  attributeHead,
  deviceSpecification,
  extendedAttributeHeader,
  fileTimes,
} from "../../src/fs/udf/extended-attributes.js";
import { extendedFileEntryHead, fileEntryHead } from "../../src/fs/udf/file-entry.js";
import { fileIdentifierDescriptor, fileIdentifierHead } from "../../src/fs/udf/file-identifier.js";
import { fileSetDescriptor } from "../../src/fs/udf/file-set.js";
import { icbTag, indirectEntry } from "../../src/fs/udf/icb.js";
import {
  integrityHead,
  integrityImplementationUse,
  logicalVolumeDescriptor,
  logicalVolumeHead,
  logicalVolumeIntegrityDescriptor,
} from "../../src/fs/udf/logical-volume.js";
import { partitionDescriptor, partitionHeader, partitionMap } from "../../src/fs/udf/partition.js";
import { sparingMapEntry, sparingTableHead } from "../../src/fs/udf/sparing-table.js";
import type { DescriptorCodec } from "../../src/fs/udf/tag.js";
import { descriptorTag, readDescriptor, tagBytes, writeDescriptor } from "../../src/fs/udf/tag.js";
import { virtualAllocationTableHeader, virtualAllocationTableTail } from "../../src/fs/udf/virtual-allocation-table.js";
import {
  anchorVolumeDescriptorPointer,
  implementationUseVolumeDescriptor,
  primaryVolumeDescriptor,
  terminatingDescriptor,
  unallocatedSpaceDescriptor,
  volumeDescriptorPointer,
} from "../../src/fs/udf/volume.js";
import { volumeStructureDescriptor } from "../../src/fs/udf/volume-recognition.js";
import { bitwiseCrc, checkEqual, checkUntouched, tagChecksumOf, untouched } from "../support/codec-checks.js";
import { holds } from "../support/properties.js";
import * as values from "../support/udf-values.js";

const { u8, u16, u32, u64, longAd, extent, dstringText } = values;

/** Asserts that a codec writes all bytes of the length it says and no others, and reads back the value. */
function roundTrip<T>(codec: Codec<T>, arbitrary: fc.Arbitrary<T>): void {
  test(`${codec.name} is read as it was written`, async (t) => {
    await holds(
      fc.property(arbitrary, u8, (value, at) => {
        const length = codec.bytes(value);
        const target = new Uint8Array(at + length + 3).fill(untouched);
        codec.write(value, target, at);
        checkUntouched(target, at, length);
        checkEqual(target.slice(at, at + length), encode(codec, value));
        checkEqual(codec.read(target, at, strictContext), value);
      }),
    );
    t.pass();
  });
}

/** The same of a descriptor, whose tag has to be right. */
function descriptorRoundTrip<T>(codec: DescriptorCodec<T>, arbitrary: fc.Arbitrary<T>): void {
  test(`${codec.name} is read as it was written, with its tag`, async (t) => {
    await holds(
      fc.property(arbitrary, values.tagContext, u8, (value, context, at) => {
        const length = codec.bytes(value);
        const target = new Uint8Array(at + length + 3).fill(untouched);
        writeDescriptor(codec, value, target, at, context);
        checkUntouched(target, at, length);
        const read = readDescriptor(codec, target, at, context.tagLocation, strictContext);
        checkEqual(read.value, value);
        checkEqual(read.tag, {
          ...context,
          tagIdentifier: codec.tagIdentifier,
          descriptorCrcLength: length - tagBytes,
          tagChecksum: tagChecksumOf(target, at),
          descriptorCrc: bitwiseCrc(target.subarray(at + tagBytes, at + length)),
        });
      }),
      { numRuns: 50 },
    );
    t.pass();
  });
}

roundTrip(extentDescriptor, extent);
roundTrip(shortAllocationDescriptor, values.shortAd);
roundTrip(longAllocationDescriptor, longAd);
roundTrip(logicalBlockAddress, values.address);
roundTrip(entityIdentifier, values.entity);
roundTrip(domainIdentifier, values.domain);
roundTrip(udfIdentifier, values.udfEntityId);
roundTrip(implementationIdentifier, values.implementation);
roundTrip(icbTag, values.icbTagValue);
roundTrip(fileEntryHead, values.fileEntryValue);
roundTrip(extendedFileEntryHead, values.extendedFileEntryValue);
roundTrip(partitionMap, values.anyPartitionMap);
roundTrip(
  partitionHeader,
  fc.record({
    unallocatedSpaceTable: values.shortAd,
    unallocatedSpaceBitmap: values.shortAd,
    partitionIntegrityTable: values.shortAd,
    freedSpaceTable: values.shortAd,
    freedSpaceBitmap: values.shortAd,
  }),
);
roundTrip(
  allocationExtentDescriptor,
  fc.record({ previousAllocationExtentLocation: u32, lengthOfAllocationDescriptors: u32 }),
);
roundTrip(
  descriptorTag,
  fc.record({
    tagIdentifier: u16,
    descriptorVersion: u16,
    tagChecksum: u8,
    tagSerialNumber: u16,
    descriptorCrc: u16,
    descriptorCrcLength: u16,
    tagLocation: u32,
  }),
);
roundTrip(
  extendedAttributeHeader,
  fc.record({ implementationAttributesLocation: u32, applicationAttributesLocation: u32 }),
);
roundTrip(attributeHead, fc.record({ attributeType: u32, attributeSubtype: u8, attributeLength: u32 }));
roundTrip(
  deviceSpecification,
  fc.record({
    attributeType: u32,
    attributeSubtype: u8,
    attributeLength: u32,
    implementationUseLength: u32,
    majorDeviceIdentification: u32,
    minorDeviceIdentification: u32,
    implementationUse: values.implementation,
  }),
);
roundTrip(fileTimes, fc.record({ creationTime: values.time }));
roundTrip(
  sparingTableHead,
  fc.record({ sparingIdentifier: values.udfEntityId, reallocationTableLength: u16, sequenceNumber: u32 }),
);
roundTrip(sparingMapEntry, fc.record({ originalLocation: u32, mappedLocation: u32 }));
roundTrip(
  virtualAllocationTableHeader,
  fc.record({
    lengthOfHeader: u16,
    lengthOfImplementationUse: u16,
    logicalVolumeIdentifier: dstringText(128),
    previousVatIcbLocation: u32,
    numberOfFiles: u32,
    numberOfDirectories: u32,
    minimumUdfReadRevision: u16,
    minimumUdfWriteRevision: u16,
    maximumUdfWriteRevision: u16,
  }),
);
roundTrip(virtualAllocationTableTail, fc.record({ entityIdentifier: values.udfEntityId, previousVatIcbLocation: u32 }));
roundTrip(
  volumeStructureDescriptor,
  fc.record({
    structureType: u8,
    standardIdentifier: fc.constantFrom("BEA01", "NSR02", "NSR03", "TEA01", "CD001", "BOOT2"),
    structureVersion: u8,
  }),
);
const integrityUse = fc.record({
  implementationIdentifier: values.implementation,
  numberOfFiles: u32,
  numberOfDirectories: u32,
  minimumUdfReadRevision: u16,
  minimumUdfWriteRevision: u16,
  maximumUdfWriteRevision: u16,
});
const integrity = {
  recordingDateAndTime: values.time,
  integrityType: u32,
  nextIntegrityExtent: extent,
  uniqueId: u64,
};
roundTrip(integrityImplementationUse, integrityUse);
roundTrip(integrityHead, fc.record({ ...integrity, numberOfPartitions: u32, lengthOfImplementationUse: u32 }));
const fileIdentifier = { fileVersionNumber: u16, fileCharacteristics: u8, icb: longAd };
roundTrip(
  fileIdentifierHead,
  fc.record({ ...fileIdentifier, lengthOfFileIdentifier: u8, lengthOfImplementationUse: u16 }),
);
const logicalVolume = {
  volumeDescriptorSequenceNumber: u32,
  logicalVolumeIdentifier: dstringText(128),
  logicalBlockSize: u32,
  domainIdentifier: values.domain,
  logicalVolumeContentsUse: longAd,
  implementationIdentifier: values.implementation,
  implementationUse: values.exactly(128),
  integritySequenceExtent: extent,
};
roundTrip(logicalVolumeHead, fc.record({ ...logicalVolume, mapTableLength: u32, numberOfPartitionMaps: u32 }));

descriptorRoundTrip(
  logicalVolumeDescriptor,
  fc.record({ ...logicalVolume, partitionMaps: fc.array(values.anyPartitionMap, { maxLength: 4 }) }),
);
descriptorRoundTrip(
  logicalVolumeIntegrityDescriptor,
  fc.array(fc.tuple(u32, u32), { maxLength: 4 }).chain((tables) =>
    fc.record({
      ...integrity,
      freeSpaceTable: fc.constant(tables.map(([free]) => free)),
      sizeTable: fc.constant(tables.map(([, size]) => size)),
      implementationUse: integrityUse,
    }),
  ),
);
descriptorRoundTrip(
  anchorVolumeDescriptorPointer,
  fc.record({ mainVolumeDescriptorSequenceExtent: extent, reserveVolumeDescriptorSequenceExtent: extent }),
);
descriptorRoundTrip(
  primaryVolumeDescriptor,
  fc.record({
    volumeDescriptorSequenceNumber: u32,
    primaryVolumeDescriptorNumber: u32,
    volumeIdentifier: dstringText(32),
    volumeSequenceNumber: u16,
    maximumVolumeSequenceNumber: u16,
    interchangeLevel: u16,
    maximumInterchangeLevel: u16,
    characterSetList: u32,
    maximumCharacterSetList: u32,
    volumeSetIdentifier: dstringText(128),
    volumeAbstract: extent,
    volumeCopyrightNotice: extent,
    applicationIdentifier: values.entity,
    recordingDateAndTime: values.time,
    implementationIdentifier: values.implementation,
    implementationUse: values.exactly(64),
    predecessorVolumeDescriptorSequenceLocation: u32,
    flags: u16,
  }),
);
descriptorRoundTrip(
  volumeDescriptorPointer,
  fc.record({ volumeDescriptorSequenceNumber: u32, nextVolumeDescriptorSequenceExtent: extent }),
);
descriptorRoundTrip(
  implementationUseVolumeDescriptor,
  fc.record({
    volumeDescriptorSequenceNumber: u32,
    implementationIdentifier: values.udfEntityId,
    logicalVolumeIdentifier: dstringText(128),
    logicalVolumeInformation1: dstringText(36),
    logicalVolumeInformation2: dstringText(36),
    logicalVolumeInformation3: dstringText(36),
    implementation: values.implementation,
    implementationUse: values.exactly(128),
  }),
);
descriptorRoundTrip(
  partitionDescriptor,
  fc.record({
    volumeDescriptorSequenceNumber: u32,
    partitionFlags: u16,
    partitionNumber: u16,
    partitionContents: values.entity,
    partitionContentsUse: fc.record({
      unallocatedSpaceTable: values.shortAd,
      unallocatedSpaceBitmap: values.shortAd,
      partitionIntegrityTable: values.shortAd,
      freedSpaceTable: values.shortAd,
      freedSpaceBitmap: values.shortAd,
    }),
    accessType: u32,
    partitionStartingLocation: u32,
    partitionLength: u32,
    implementationIdentifier: values.implementation,
    implementationUse: values.exactly(128),
  }),
);
descriptorRoundTrip(
  unallocatedSpaceDescriptor,
  fc.record({ volumeDescriptorSequenceNumber: u32, allocationDescriptors: fc.array(extent, { maxLength: 20 }) }),
);
descriptorRoundTrip(terminatingDescriptor, fc.constant({}));
descriptorRoundTrip(indirectEntry, fc.record({ icbTag: values.icbTagValue, indirectIcb: longAd }));
descriptorRoundTrip(
  fileSetDescriptor,
  fc.record({
    recordingDateAndTime: values.time,
    interchangeLevel: u16,
    maximumInterchangeLevel: u16,
    characterSetList: u32,
    maximumCharacterSetList: u32,
    fileSetNumber: u32,
    fileSetDescriptorNumber: u32,
    logicalVolumeIdentifier: dstringText(128),
    fileSetIdentifier: dstringText(32),
    copyrightFileIdentifier: dstringText(32),
    abstractFileIdentifier: dstringText(32),
    rootDirectoryIcb: longAd,
    domainIdentifier: values.domain,
    nextExtent: longAd,
    systemStreamDirectoryIcb: longAd,
  }),
);
const identifierBytes = fc.uint8Array({ maxLength: 255 });
descriptorRoundTrip(
  fileIdentifierDescriptor,
  fc.record({
    ...fileIdentifier,
    implementationUse: fc.uint8Array({ maxLength: 80 }),
    fileIdentifier: identifierBytes,
  }),
);
