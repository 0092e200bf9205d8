/** The logical volume and its integrity. ECMA-167, 3rd edition, 3/10.6, 3/10.10, 4/14.15; OSTA UDF 2.2.4, 2.2.6. */
import type { Codec, ReadContext } from "../../codec/codec.js";
import { reportFault } from "../../codec/codec.js";
import { named } from "../../codec/explained.js";
import { readU32le, u32le, u64le, writeU32le } from "../../codec/integers.js";
import { arrayParts, embedded, headedParts, part, rawPart } from "../../codec/parts.js";
import { rbp } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { nested, struct } from "../../codec/struct.js";
import type { StructField, Structure } from "../../codec/structure.js";
import { rawBytes, reserved } from "../../codec/text.js";
import type { ExtentDescriptor, LongAllocationDescriptor } from "./allocation.js";
import { extentDescriptor, longAllocationDescriptor } from "./allocation.js";
import { charspec, dstring } from "./compressed-unicode.js";
import type { DomainIdentifier, ImplementationIdentifier } from "./entity-identifier.js";
import { domainIdentifier, implementationIdentifier, revision } from "./entity-identifier.js";
import type { PartitionMap } from "./partition.js";
import { partitionMap, partitionMapAt } from "./partition.js";
import type { DescriptorCodec } from "./tag.js";
import { descriptor, sealedTag, tagIdentifiers } from "./tag.js";
import { timestamp } from "./timestamp.js";

/** The Logical Volume Descriptor before its maps. */
interface LogicalVolumeHead {
  readonly volumeDescriptorSequenceNumber: number;
  readonly logicalVolumeIdentifier: string;
  /** Bytes. */
  readonly logicalBlockSize: number;
  readonly domainIdentifier: DomainIdentifier;
  /** Where the file set descriptor lies. OSTA UDF 2.2.4.4. */
  readonly logicalVolumeContentsUse: LongAllocationDescriptor;
  readonly mapTableLength: number;
  readonly numberOfPartitionMaps: number;
  readonly implementationIdentifier: ImplementationIdentifier;
  readonly implementationUse: Uint8Array;
  readonly integritySequenceExtent: ExtentDescriptor;
}

/** The Logical Volume Descriptor up to its maps. ECMA-167 3/10.6. */
export const logicalVolumeHead: StructCodec<LogicalVolumeHead> = struct<LogicalVolumeHead>(
  "LogicalVolumeDescriptor",
  440,
  {
    _tag: rbp(0, 16, sealedTag, "3/10.6.1"),
    volumeDescriptorSequenceNumber: rbp(16, 4, u32le, "3/10.6.2"),
    _descriptorCharacterSet: rbp(20, 64, charspec, "3/10.6.3"),
    logicalVolumeIdentifier: rbp(84, 128, dstring(128), "3/10.6.4"),
    logicalBlockSize: rbp(212, 4, u32le, "3/10.6.5"),
    domainIdentifier: rbp(216, 32, nested(domainIdentifier), "3/10.6.6"),
    logicalVolumeContentsUse: rbp(248, 16, nested(longAllocationDescriptor), "3/10.6.7"),
    mapTableLength: rbp(264, 4, u32le, "3/10.6.8"),
    numberOfPartitionMaps: rbp(268, 4, u32le, "3/10.6.9"),
    implementationIdentifier: rbp(272, 32, nested(implementationIdentifier), "3/10.6.10"),
    implementationUse: rbp(304, 128, rawBytes(128), "3/10.6.11"),
    integritySequenceExtent: rbp(432, 8, nested(extentDescriptor), "3/10.6.12"),
  },
);

/** Logical Volume Descriptor. The lengths in its head follow from the maps. */
export interface LogicalVolumeDescriptor extends Omit<LogicalVolumeHead, "mapTableLength" | "numberOfPartitionMaps"> {
  /** Their indices are the partition reference numbers. */
  readonly partitionMaps: readonly PartitionMap[];
}

function mapTableBytes(maps: readonly PartitionMap[]): number {
  return maps.reduce((sum, map) => sum + partitionMap.bytes(map), 0);
}

/** The maps for a dump: as many as there are said to be, and the table has room for. */
function mapParts(source: Uint8Array, at: number, end: number): StructField[] {
  const tableEnd = logicalVolumeHead.size + readU32le(source, at + 264);
  const count = readU32le(source, at + 268);
  const parts: StructField[] = [];
  let mapAt = logicalVolumeHead.size;
  for (let index = 0; index < count && mapAt + 2 <= tableEnd && at + mapAt + 2 <= end; index++) {
    const { structure, bytes } = partitionMapAt(source, at + mapAt);
    parts.push(part(`partitionMaps[${index}]`, rbp(mapAt, bytes, embedded(structure), "3/10.6.13")));
    mapAt += bytes;
  }
  return [...parts, ...rawPart("rest", mapAt, Math.min(tableEnd, end - at) - mapAt, "3/10.6.13")];
}

const logicalVolumeCodec: Codec<LogicalVolumeDescriptor> & Structure = {
  name: "LogicalVolumeDescriptor",
  bytes: ({ partitionMaps }) => logicalVolumeHead.size + mapTableBytes(partitionMaps),
  write: (value, target, at) => {
    const { partitionMaps, ...head } = value;
    const mapTableLength = mapTableBytes(partitionMaps);
    logicalVolumeHead.write({ ...head, mapTableLength, numberOfPartitionMaps: partitionMaps.length }, target, at);
    let mapAt = at + logicalVolumeHead.size;
    for (const map of partitionMaps) {
      partitionMap.write(map, target, mapAt);
      mapAt += partitionMap.bytes(map);
    }
  },
  read: (source, at, context: ReadContext) => {
    const { mapTableLength, numberOfPartitionMaps, ...head } = logicalVolumeHead.read(source, at, context);
    const end = at + logicalVolumeHead.size + mapTableLength;
    const partitionMaps: PartitionMap[] = [];
    let mapAt = at + logicalVolumeHead.size;
    for (let index = 0; index < numberOfPartitionMaps; index++) {
      if (mapAt + 2 > end || end > source.length) {
        const reason = `is ${numberOfPartitionMaps}, more than the table of ${mapTableLength} bytes holds`;
        reportFault(context, "LogicalVolumeDescriptor", "numberOfPartitionMaps", "3/10.6.9", reason);
        break;
      }
      const map = partitionMap.read(source, mapAt, context);
      partitionMaps.push(map);
      mapAt += partitionMap.bytes(map);
    }
    return { ...head, partitionMaps };
  },
  parts: headedParts(logicalVolumeHead, mapParts),
  check: (source, at, end, _location, fault) => {
    const tableLength = readU32le(source, at + 264);
    if (at + logicalVolumeHead.size + tableLength > end)
      fault("mapTableLength", `is ${tableLength}, more than there is`);
    const count = readU32le(source, at + 268);
    const found = mapParts(source, at, end).filter(({ key }) => key !== "rest").length;
    if (found < count) fault("numberOfPartitionMaps", `is ${count}, and the table has ${found}`);
  },
};

/** Logical Volume Descriptor. ECMA-167 3/10.6. */
export const logicalVolumeDescriptor: DescriptorCodec<LogicalVolumeDescriptor> = descriptor(
  tagIdentifiers.logicalVolumeDescriptor,
  logicalVolumeCodec,
);

/** Whether a volume is consistent. ECMA-167 3/10.10.3. */
export const integrityTypes = { open: 0, close: 1 } as const;

/** The Logical Volume Integrity Descriptor before its tables. */
interface IntegrityHead {
  /** When the volume was last modified; milliseconds since 1970. */
  readonly recordingDateAndTime: number | null;
  /** One of {@link integrityTypes}. */
  readonly integrityType: number;
  readonly nextIntegrityExtent: ExtentDescriptor;
  /** Above every unique id in use. ECMA-167 4/14.15.1. */
  readonly uniqueId: bigint;
  readonly numberOfPartitions: number;
  readonly lengthOfImplementationUse: number;
}

/** The Logical Volume Integrity Descriptor up to its tables. ECMA-167 3/10.10, 4/14.15. */
export const integrityHead: StructCodec<IntegrityHead> = struct<IntegrityHead>("LogicalVolumeIntegrityDescriptor", 80, {
  _tag: rbp(0, 16, sealedTag, "3/10.10.1"),
  recordingDateAndTime: rbp(16, 12, timestamp, "3/10.10.2"),
  integrityType: rbp(28, 4, named(u32le, integrityTypes), "3/10.10.3"),
  nextIntegrityExtent: rbp(32, 8, nested(extentDescriptor), "3/10.10.4"),
  uniqueId: rbp(40, 8, u64le, "4/14.15.1"),
  _reserved: rbp(48, 24, reserved(24), "4/14.15.2"),
  numberOfPartitions: rbp(72, 4, u32le, "3/10.10.6"),
  lengthOfImplementationUse: rbp(76, 4, u32le, "3/10.10.7"),
});

/** What UDF keeps in the integrity descriptor. */
export interface IntegrityImplementationUse {
  readonly implementationIdentifier: ImplementationIdentifier;
  readonly numberOfFiles: number;
  /** With the root. */
  readonly numberOfDirectories: number;
  /** Binary coded revisions. */
  readonly minimumUdfReadRevision: number;
  readonly minimumUdfWriteRevision: number;
  readonly maximumUdfWriteRevision: number;
}

/** Implementation use of the integrity descriptor. OSTA UDF 2.2.6.4. */
export const integrityImplementationUse: StructCodec<IntegrityImplementationUse> = struct<IntegrityImplementationUse>(
  "IntegrityImplementationUse",
  46,
  {
    implementationIdentifier: rbp(0, 32, nested(implementationIdentifier), "UDF 2.2.6.4"),
    numberOfFiles: rbp(32, 4, u32le, "UDF 2.2.6.4"),
    numberOfDirectories: rbp(36, 4, u32le, "UDF 2.2.6.4"),
    minimumUdfReadRevision: rbp(40, 2, revision, "UDF 2.2.6.4"),
    minimumUdfWriteRevision: rbp(42, 2, revision, "UDF 2.2.6.4"),
    maximumUdfWriteRevision: rbp(44, 2, revision, "UDF 2.2.6.4"),
  },
);

/** Logical Volume Integrity Descriptor. */
export interface LogicalVolumeIntegrityDescriptor
  extends Omit<IntegrityHead, "numberOfPartitions" | "lengthOfImplementationUse"> {
  /** For each map, its free blocks; {@link unknownBlocks} where that cannot be said. */
  readonly freeSpaceTable: readonly number[];
  /** For each map, its blocks. */
  readonly sizeTable: readonly number[];
  readonly implementationUse: IntegrityImplementationUse;
}

/** A number of blocks that is not known. OSTA UDF 2.2.6.2. */
export const unknownBlocks = 0xffff_ffff;

const blockCount = named(u32le, { unknown: unknownBlocks });

/** Both tables and the implementation use for a dump. */
function integrityParts(source: Uint8Array, at: number, end: number): StructField[] {
  const count = readU32le(source, at + 72);
  const length = readU32le(source, at + 76);
  const room = end - at - integrityHead.size;
  const free = { at: integrityHead.size, count, room, clause: "3/10.10.8" };
  const sizes = { at: integrityHead.size + 4 * count, count, room: room - 4 * count, clause: "3/10.10.9" };
  const useAt = integrityHead.size + 8 * count;
  const tables = [
    ...arrayParts("freeSpaceTable", blockCount, free),
    ...(4 * count > room ? [] : arrayParts("sizeTable", blockCount, sizes)),
  ];
  if (8 * count > room) return tables;
  if (length < integrityImplementationUse.size)
    return [...tables, ...rawPart("implementationUse", useAt, length, "3/10.10.10")];
  const use = part(
    "implementationUse",
    rbp(useAt, integrityImplementationUse.size, nested(integrityImplementationUse), "UDF 2.2.6.4"),
  );
  const rest = rawPart(
    "implementationUseRest",
    useAt + integrityImplementationUse.size,
    length - integrityImplementationUse.size,
    "UDF 2.2.6.4",
  );
  return [...tables, use, ...rest];
}

const integrityCodec: Codec<LogicalVolumeIntegrityDescriptor> & Structure = {
  name: "LogicalVolumeIntegrityDescriptor",
  bytes: ({ sizeTable }) => integrityHead.size + 8 * sizeTable.length + integrityImplementationUse.size,
  write: (value, target, at) => {
    const { freeSpaceTable, sizeTable, implementationUse, ...head } = value;
    const numberOfPartitions = sizeTable.length;
    const lengthOfImplementationUse = integrityImplementationUse.size;
    integrityHead.write({ ...head, numberOfPartitions, lengthOfImplementationUse }, target, at);
    let tableAt = at + integrityHead.size;
    for (const blocks of [...freeSpaceTable, ...sizeTable]) {
      writeU32le(blocks, target, tableAt);
      tableAt += 4;
    }
    integrityImplementationUse.write(implementationUse, target, tableAt);
  },
  read: (source, at, context: ReadContext) => {
    const { numberOfPartitions, lengthOfImplementationUse, ...head } = integrityHead.read(source, at, context);
    const tablesAt = at + integrityHead.size;
    const useAt = tablesAt + 8 * numberOfPartitions;
    if (
      lengthOfImplementationUse < integrityImplementationUse.size ||
      useAt + lengthOfImplementationUse > source.length
    ) {
      const reason = `is ${lengthOfImplementationUse}, with ${numberOfPartitions} partitions`;
      reportFault(context, "LogicalVolumeIntegrityDescriptor", "lengthOfImplementationUse", "3/10.10.7", reason);
    }
    const table = (first: number): number[] =>
      Array.from({ length: numberOfPartitions }, (_unused, index) => readU32le(source, first + 4 * index));
    return {
      ...head,
      freeSpaceTable: table(tablesAt),
      sizeTable: table(tablesAt + 4 * numberOfPartitions),
      implementationUse: integrityImplementationUse.read(source, useAt, context),
    };
  },
  parts: headedParts(integrityHead, integrityParts),
};

/** Logical Volume Integrity Descriptor. ECMA-167 3/10.10. */
export const logicalVolumeIntegrityDescriptor: DescriptorCodec<LogicalVolumeIntegrityDescriptor> = descriptor(
  tagIdentifiers.logicalVolumeIntegrityDescriptor,
  integrityCodec,
);
