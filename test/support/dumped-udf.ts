/** Values from which tests make descriptors of UDF, and how they dump them. */
import type { ExecutionContext } from "ava";
import type { DumpedStructure } from "../../src/codec/dump.js";
import { dump } from "../../src/codec/dump.js";
import type { Structure } from "../../src/codec/structure.js";
import type {
  ExtentDescriptor,
  LongAllocationDescriptor,
  ShortAllocationDescriptor,
} from "../../src/fs/udf/allocation.js";
import { noLongExtent } from "../../src/fs/udf/allocation.js";
import { udfEntity } from "../../src/fs/udf/entity-identifier.js";
import type { IcbTag } from "../../src/fs/udf/icb.js";
import { allocationForms, fileTypes, icbFlags, strategies } from "../../src/fs/udf/icb.js";
import type { PartitionMap } from "../../src/fs/udf/partition.js";
import { noBitmapFile } from "../../src/fs/udf/partition.js";
import type { DescriptorCodec, TagContext } from "../../src/fs/udf/tag.js";
import { writeDescriptor } from "../../src/fs/udf/tag.js";
import { faultsIn, tiledBytes } from "./dumped.js";

export const time: number = Date.UTC(2026, 1, 3, 4, 5, 6, 789);
export const extent: ExtentDescriptor = { extentLength: 32768, extentLocation: 32 };
export const icb: LongAllocationDescriptor = {
  ...noLongExtent,
  extentLength: 2048,
  logicalBlockNumber: 5,
  udfUniqueId: 16,
};
export const short: ShortAllocationDescriptor = { extentLength: 4096, extentType: 0, extentPosition: 7 };
export const noShort: ShortAllocationDescriptor = { extentLength: 0, extentType: 0, extentPosition: 0 };
export const icbTag: IcbTag = {
  priorRecordedNumberOfDirectEntries: 0,
  strategyType: strategies.single,
  strategyParameter: 0,
  maximumNumberOfEntries: 1,
  fileType: fileTypes.file,
  parentIcbLocation: { logicalBlockNumber: 0, partitionReferenceNumber: 0 },
  flags: allocationForms.short + icbFlags.setUserId,
};
/** These bytes. */
export const bytesOf = (...octets: number[]): Uint8Array => Uint8Array.from(octets);
/** What the tags of tests say. */
export const location: TagContext = { descriptorVersion: 3, tagSerialNumber: 1, tagLocation: 77 };

/** A descriptor with its tag. */
export function sealed<T>(codec: DescriptorCodec<T>, value: T): Uint8Array {
  const target = new Uint8Array(codec.bytes(value));
  writeDescriptor(codec, value, target, 0, location);
  return target;
}

/** Dumps bytes that are a structure as a whole, and asserts that it has no fault. */
export function dumpWhole(
  t: ExecutionContext,
  structure: Structure,
  source: Uint8Array,
  tagLocation?: number,
): DumpedStructure {
  t.is(tiledBytes(structure, source, 0, source.length), source.length, structure.name);
  const dumped = dump(structure, source, 0, { location: tagLocation });
  t.is(dumped.bytes, source.length);
  t.deepEqual(faultsIn(dumped), [], structure.name);
  return dumped;
}

const partitionTypeIdentifier = udfEntity("", 0x0250);
const mapNumbers = { volumeSequenceNumber: 1, partitionNumber: 0 };
/** A partition map of each kind. */
export const everyPartitionMap: readonly PartitionMap[] = [
  { kind: "plain", ...mapNumbers },
  {
    kind: "virtual",
    ...mapNumbers,
    partitionTypeIdentifier: { ...partitionTypeIdentifier, identifier: "*UDF Virtual Partition" },
  },
  {
    kind: "sparable",
    ...mapNumbers,
    partitionTypeIdentifier: { ...partitionTypeIdentifier, identifier: "*UDF Sparable Partition" },
    packetLength: 32,
    numberOfSparingTables: 2,
    sizeOfEachSparingTable: 2048,
    locationsOfSparingTables: [300, 400],
  },
  {
    kind: "metadata",
    ...mapNumbers,
    partitionTypeIdentifier: { ...partitionTypeIdentifier, identifier: "*UDF Metadata Partition" },
    metadataFileLocation: 1,
    metadataMirrorFileLocation: 900,
    metadataBitmapFileLocation: noBitmapFile,
    allocationUnitSize: 32,
    alignmentUnitSize: 32,
    flags: 1,
  },
  { kind: "unknown", bytes: bytesOf(3, 5, 1, 2, 3) },
];
