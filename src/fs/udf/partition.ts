/** Partitions: where they lie, and the maps by which a logical volume has them. ECMA-167 3/10.5, 3/10.7; OSTA UDF 2.2.8 to 2.2.10. */
import type { Codec, ReadContext } from "../../codec/codec.js";
import { reportFault } from "../../codec/codec.js";
import { flagged, named } from "../../codec/explained.js";
import { fixedU8, u8, u16le, u32le } from "../../codec/integers.js";
import { part, rawPart } from "../../codec/parts.js";
import { rbp } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { nested, struct } from "../../codec/struct.js";
import type { Structure } from "../../codec/structure.js";
import { rawBytes, reserved, textFromBytes } from "../../codec/text.js";
import type { ShortAllocationDescriptor } from "./allocation.js";
import { shortAllocationDescriptor } from "./allocation.js";
import type { EntityIdentifier, ImplementationIdentifier, UdfIdentifier } from "./entity-identifier.js";
import { entityIdentifier, implementationIdentifier, udfIdentifier } from "./entity-identifier.js";
import type { DescriptorCodec } from "./tag.js";
import { descriptor, sealedTag, tagIdentifiers } from "./tag.js";

/** How a partition may be written to. ECMA-167 3/10.5.7, OSTA UDF 2.2.14.2. */
export const accessTypes = {
  pseudoOverwritable: 0,
  readOnly: 1,
  writeOnce: 2,
  rewritable: 3,
  overwritable: 4,
} as const;

/** Partition Header Descriptor: where free space is noted; all empty where nothing can be written to. */
export interface PartitionHeader {
  readonly unallocatedSpaceTable: ShortAllocationDescriptor;
  readonly unallocatedSpaceBitmap: ShortAllocationDescriptor;
  readonly partitionIntegrityTable: ShortAllocationDescriptor;
  readonly freedSpaceTable: ShortAllocationDescriptor;
  readonly freedSpaceBitmap: ShortAllocationDescriptor;
}

/** Partition Header Descriptor. ECMA-167 4/14.3. */
export const partitionHeader: StructCodec<PartitionHeader> = struct<PartitionHeader>("PartitionHeader", 128, {
  unallocatedSpaceTable: rbp(0, 8, nested(shortAllocationDescriptor), "4/14.3.1"),
  unallocatedSpaceBitmap: rbp(8, 8, nested(shortAllocationDescriptor), "4/14.3.2"),
  partitionIntegrityTable: rbp(16, 8, nested(shortAllocationDescriptor), "4/14.3.3"),
  freedSpaceTable: rbp(24, 8, nested(shortAllocationDescriptor), "4/14.3.4"),
  freedSpaceBitmap: rbp(32, 8, nested(shortAllocationDescriptor), "4/14.3.5"),
  _reserved: rbp(40, 88, reserved(88), "4/14.3.6"),
});

/** Partition Descriptor. */
export interface PartitionDescriptor {
  readonly volumeDescriptorSequenceNumber: number;
  /** Bit 0: volume space has been allocated. */
  readonly partitionFlags: number;
  readonly partitionNumber: number;
  readonly partitionContents: EntityIdentifier;
  readonly partitionContentsUse: PartitionHeader;
  /** One of {@link accessTypes}. */
  readonly accessType: number;
  /** Absolute block. */
  readonly partitionStartingLocation: number;
  /** Blocks. */
  readonly partitionLength: number;
  readonly implementationIdentifier: ImplementationIdentifier;
  readonly implementationUse: Uint8Array;
}

/** Partition Descriptor. ECMA-167 3/10.5. */
export const partitionDescriptor: DescriptorCodec<PartitionDescriptor> = descriptor(
  tagIdentifiers.partitionDescriptor,
  struct<PartitionDescriptor>("PartitionDescriptor", 512, {
    _tag: rbp(0, 16, sealedTag, "3/10.5.1"),
    volumeDescriptorSequenceNumber: rbp(16, 4, u32le, "3/10.5.2"),
    partitionFlags: rbp(20, 2, flagged(u16le, { allocated: 1 }), "3/10.5.3"),
    partitionNumber: rbp(22, 2, u16le, "3/10.5.4"),
    partitionContents: rbp(24, 32, nested(entityIdentifier), "3/10.5.5"),
    partitionContentsUse: rbp(56, 128, nested(partitionHeader), "3/10.5.6"),
    accessType: rbp(184, 4, named(u32le, accessTypes), "3/10.5.7"),
    partitionStartingLocation: rbp(188, 4, u32le, "3/10.5.8"),
    partitionLength: rbp(192, 4, u32le, "3/10.5.9"),
    implementationIdentifier: rbp(196, 32, nested(implementationIdentifier), "3/10.5.10"),
    implementationUse: rbp(228, 128, rawBytes(128), "3/10.5.11"),
    _reserved: rbp(356, 156, reserved(156), "3/10.5.12"),
  }),
);

/** Type 1 map: a partition as it is. */
export interface PlainPartitionMap {
  readonly kind: "plain";
  readonly volumeSequenceNumber: number;
  readonly partitionNumber: number;
}

/** Virtual map: blocks are numbers of a table, whose entries are blocks of the partition. */
export interface VirtualPartitionMap {
  readonly kind: "virtual";
  readonly partitionTypeIdentifier: UdfIdentifier;
  readonly volumeSequenceNumber: number;
  readonly partitionNumber: number;
}

/** Sparable map: packets that went bad are found elsewhere. */
export interface SparablePartitionMap {
  readonly kind: "sparable";
  readonly partitionTypeIdentifier: UdfIdentifier;
  readonly volumeSequenceNumber: number;
  readonly partitionNumber: number;
  /** Blocks. */
  readonly packetLength: number;
  readonly numberOfSparingTables: number;
  /** Bytes of each. */
  readonly sizeOfEachSparingTable: number;
  /** Absolute blocks; as many count as there are tables. */
  readonly locationsOfSparingTables: readonly number[];
}

/** Metadata map: blocks are those of a file. */
export interface MetadataPartitionMap {
  readonly kind: "metadata";
  readonly partitionTypeIdentifier: UdfIdentifier;
  readonly volumeSequenceNumber: number;
  readonly partitionNumber: number;
  /** Blocks of the partition in which the file entries lie. */
  readonly metadataFileLocation: number;
  readonly metadataMirrorFileLocation: number;
  /** {@link noBitmapFile} where there is none. */
  readonly metadataBitmapFileLocation: number;
  /** Blocks. */
  readonly allocationUnitSize: number;
  readonly alignmentUnitSize: number;
  /** Bit 0: the mirror has extents of its own. */
  readonly flags: number;
}

/** A map of a type this package does not know. */
export interface UnknownPartitionMap {
  readonly kind: "unknown";
  readonly bytes: Uint8Array;
}

/** How a logical volume has one of its partitions. */
export type PartitionMap =
  | PlainPartitionMap
  | VirtualPartitionMap
  | SparablePartitionMap
  | MetadataPartitionMap
  | UnknownPartitionMap;

/** The location of a bitmap file that is not there. OSTA UDF 2.2.10. */
export const noBitmapFile = 0xffff_ffff;

const plainMap = struct<Omit<PlainPartitionMap, "kind">>("Type1PartitionMap", 6, {
  _partitionMapType: rbp(0, 1, fixedU8(1), "3/10.7.2.1"),
  _partitionMapLength: rbp(1, 1, fixedU8(6), "3/10.7.2.2"),
  volumeSequenceNumber: rbp(2, 2, u16le, "3/10.7.2.3"),
  partitionNumber: rbp(4, 2, u16le, "3/10.7.2.4"),
});

const type2Rows = {
  _partitionMapType: rbp(0, 1, fixedU8(2), "3/10.7.3.1"),
  _partitionMapLength: rbp(1, 1, fixedU8(64), "3/10.7.3.2"),
  _reserved: rbp(2, 2, reserved(2), "UDF 2.2.8"),
  partitionTypeIdentifier: rbp(4, 32, nested(udfIdentifier), "UDF 2.2.8"),
  volumeSequenceNumber: rbp(36, 2, u16le, "UDF 2.2.8"),
  partitionNumber: rbp(38, 2, u16le, "UDF 2.2.8"),
} as const;

const virtualMap = struct<Omit<VirtualPartitionMap, "kind">>("VirtualPartitionMap", 64, {
  ...type2Rows,
  _reserved2: rbp(40, 24, reserved(24), "UDF 2.2.8"),
});

interface SparableFields extends Omit<SparablePartitionMap, "kind" | "locationsOfSparingTables"> {
  readonly location1: number;
  readonly location2: number;
  readonly location3: number;
  readonly location4: number;
}

const sparableMap = struct<SparableFields>("SparablePartitionMap", 64, {
  ...type2Rows,
  packetLength: rbp(40, 2, u16le, "UDF 2.2.9"),
  numberOfSparingTables: rbp(42, 1, u8, "UDF 2.2.9"),
  _reserved2: rbp(43, 1, reserved(1), "UDF 2.2.9"),
  sizeOfEachSparingTable: rbp(44, 4, u32le, "UDF 2.2.9"),
  location1: rbp(48, 4, u32le, "UDF 2.2.9"),
  location2: rbp(52, 4, u32le, "UDF 2.2.9"),
  location3: rbp(56, 4, u32le, "UDF 2.2.9"),
  location4: rbp(60, 4, u32le, "UDF 2.2.9"),
});

const metadataMap = struct<Omit<MetadataPartitionMap, "kind">>("MetadataPartitionMap", 64, {
  ...type2Rows,
  metadataFileLocation: rbp(40, 4, u32le, "UDF 2.2.10"),
  metadataMirrorFileLocation: rbp(44, 4, u32le, "UDF 2.2.10"),
  metadataBitmapFileLocation: rbp(48, 4, named(u32le, { none: noBitmapFile }), "UDF 2.2.10"),
  allocationUnitSize: rbp(52, 4, u32le, "UDF 2.2.10"),
  alignmentUnitSize: rbp(56, 2, u16le, "UDF 2.2.10"),
  flags: rbp(58, 1, flagged(u8, { duplicateMetadata: 1 }), "UDF 2.2.10"),
  _reserved2: rbp(59, 5, reserved(5), "UDF 2.2.10"),
});

/** Identifiers of the type 2 maps that UDF defines. OSTA UDF 2.2.8 to 2.2.10. */
export const partitionTypeIdentifiers = {
  virtual: "*UDF Virtual Partition",
  sparable: "*UDF Sparable Partition",
  metadata: "*UDF Metadata Partition",
} as const;

function readType2(source: Uint8Array, at: number, context: ReadContext): PartitionMap | undefined {
  const { identifier } = udfIdentifier.read(source, at + 4, context);
  if (identifier === partitionTypeIdentifiers.virtual) {
    return { kind: "virtual", ...virtualMap.read(source, at, context) };
  }
  if (identifier === partitionTypeIdentifiers.metadata) {
    return { kind: "metadata", ...metadataMap.read(source, at, context) };
  }
  if (identifier !== partitionTypeIdentifiers.sparable) return undefined;
  const { location1, location2, location3, location4, ...fields } = sparableMap.read(source, at, context);
  const locations = [location1, location2, location3, location4];
  return { kind: "sparable", ...fields, locationsOfSparingTables: locations.slice(0, fields.numberOfSparingTables) };
}

/** One partition map of any type. ECMA-167 3/10.7. */
export const partitionMap: Codec<PartitionMap> = {
  name: "PartitionMap",
  bytes: (map) => (map.kind === "unknown" ? map.bytes.length : map.kind === "plain" ? plainMap.size : 64),
  write: (map, target, at) => {
    if (map.kind === "plain") plainMap.write(map, target, at);
    else if (map.kind === "virtual") virtualMap.write(map, target, at);
    else if (map.kind === "metadata") metadataMap.write(map, target, at);
    else if (map.kind === "unknown") target.set(map.bytes, at);
    else {
      const [location1 = 0, location2 = 0, location3 = 0, location4 = 0] = map.locationsOfSparingTables;
      sparableMap.write({ ...map, location1, location2, location3, location4 }, target, at);
    }
  },
  read: (source, at, context) => {
    const [type, length] = [source[at]!, source[at + 1]!];
    if (type === 1 && length === plainMap.size) return { kind: "plain", ...plainMap.read(source, at, context) };
    const known = type === 2 && length === 64 ? readType2(source, at, context) : undefined;
    if (known !== undefined) return known;
    // A length of less than its own two bytes would never come to an end.
    if (length < 2 || at + length > source.length) {
      reportFault(context, "PartitionMap", "partitionMapLength", "3/10.7.1.2", `is ${length}`);
    }
    return { kind: "unknown", bytes: source.slice(at, at + Math.max(2, length)) };
  },
};

/** A map of a type that is not known, for dumps. */
const unknownMap: Structure = {
  name: "PartitionMap",
  parts: (source, at, end) => [
    part("partitionMapType", rbp(0, 1, u8, "3/10.7.1.1")),
    part("partitionMapLength", rbp(1, 1, u8, "3/10.7.1.2")),
    ...rawPart("partitionMapping", 2, at + 1 < end ? source[at + 1]! - 2 : 0, "3/10.7.1.3"),
  ],
};

/** The rows of the map that stands at `source[at]`, and the bytes it has. */
export function partitionMapAt(
  source: Uint8Array,
  at: number,
): { readonly structure: Structure; readonly bytes: number } {
  const [type, length] = [source[at]!, source[at + 1]!];
  if (type === 1 && length === plainMap.size) return { structure: plainMap, bytes: length };
  const identifier = type === 2 && length === 64 ? textFromBytes(source, at + 5, 23).replace(/\0+$/, "") : "";
  const known = [
    [partitionTypeIdentifiers.virtual, virtualMap],
    [partitionTypeIdentifiers.sparable, sparableMap],
    [partitionTypeIdentifiers.metadata, metadataMap],
  ] as const;
  const structure = known.find(([name]) => name === identifier)?.[1] ?? unknownMap;
  return { structure, bytes: Math.max(2, length) };
}
