/** Where things lie: extents of the volume, and of its partitions. ECMA-167 3/7.1, 4/7.1, 4/14.14; OSTA UDF 2.3.10. */
import { flagged } from "../../codec/explained.js";
import { readU16le, readU32le, u16le, u32le } from "../../codec/integers.js";
import { bitsOfU32le } from "../../codec/packed.js";
import { fillingParts } from "../../codec/parts.js";
import { rbp } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { nested, struct } from "../../codec/struct.js";
import type { StructField } from "../../codec/structure.js";

/** A run of blocks of the volume. */
export interface ExtentDescriptor {
  /** Bytes. */
  readonly extentLength: number;
  /** Absolute block. */
  readonly extentLocation: number;
}

/** extent_ad. ECMA-167 3/7.1. */
export const extentDescriptor: StructCodec<ExtentDescriptor> = struct<ExtentDescriptor>("ExtentDescriptor", 8, {
  extentLength: rbp(0, 4, u32le, "3/7.1.1"),
  extentLocation: rbp(4, 4, u32le, "3/7.1.2"),
});

/** No extent at all. */
export const noExtent: ExtentDescriptor = { extentLength: 0, extentLocation: 0 };

/** What the upper two bits of an extent's length say. ECMA-167 4/14.14.1.1. */
export const extentTypes = { recorded: 0, allocated: 1, hole: 2, nextDescriptors: 3 } as const;

/**
 * The longest extent: what 30 bits hold, in whole blocks of 2,048 bytes, because every extent but the last of a file
 * has to be whole blocks. OSTA UDF 2.3.10.
 */
export const maximumExtentBytes = 0x3fff_f800;

/** A run of blocks of the partition in which the descriptor itself lies. */
export interface ShortAllocationDescriptor {
  /** Bytes. */
  readonly extentLength: number;
  /** One of {@link extentTypes}. */
  readonly extentType: number;
  /** Block in the partition. */
  readonly extentPosition: number;
}

/** short_ad. ECMA-167 4/14.14.1. */
export const shortAllocationDescriptor: StructCodec<ShortAllocationDescriptor> = struct<ShortAllocationDescriptor>(
  "ShortAllocationDescriptor",
  8,
  {
    extentLength: bitsOfU32le(0, 0, 30, "4/14.14.1.1"),
    extentType: bitsOfU32le(0, 30, 2, "4/14.14.1.1", extentTypes),
    extentPosition: rbp(4, 4, u32le, "4/14.14.1.2"),
  },
);

/** A run of blocks of any partition. */
export interface LongAllocationDescriptor {
  /** Bytes. */
  readonly extentLength: number;
  /** One of {@link extentTypes}. */
  readonly extentType: number;
  /** Block in the partition. */
  readonly logicalBlockNumber: number;
  /** Index of the partition's map. */
  readonly partitionReferenceNumber: number;
  /** Bit 0: the extent is erased. */
  readonly flags: number;
  /** In the ICB of a File Identifier Descriptor: lower half of the unique id of what it names. OSTA UDF 2.3.4.3. */
  readonly udfUniqueId: number;
}

/** long_ad, with its implementation use as UDF has it. ECMA-167 4/14.14.2, OSTA UDF 2.3.10.1. */
export const longAllocationDescriptor: StructCodec<LongAllocationDescriptor> = struct<LongAllocationDescriptor>(
  "LongAllocationDescriptor",
  16,
  {
    extentLength: bitsOfU32le(0, 0, 30, "4/14.14.2.1"),
    extentType: bitsOfU32le(0, 30, 2, "4/14.14.2.1", extentTypes),
    logicalBlockNumber: rbp(4, 4, u32le, "4/14.14.2.2"),
    partitionReferenceNumber: rbp(8, 2, u16le, "4/14.14.2.2"),
    flags: rbp(10, 2, flagged(u16le, { erased: 1 }), "UDF 2.3.10.1"),
    udfUniqueId: rbp(12, 4, u32le, "UDF 2.3.4.3"),
  },
);

/** What 30 bits of an extent's length hold; the two above them are its type. ECMA-167 4/14.14.1.1. */
const extentLengths = 0x4000_0000;

/** Reads a short_ad straight line. Equal to what the rows read, as a property test shows. */
export function readShortAllocation(source: Uint8Array, at: number): ShortAllocationDescriptor {
  const length = readU32le(source, at);
  return {
    extentLength: length % extentLengths,
    extentType: Math.floor(length / extentLengths),
    extentPosition: readU32le(source, at + 4),
  };
}

/** Reads a long_ad straight line. Equal to what the rows read, as a property test shows. */
export function readLongAllocation(source: Uint8Array, at: number): LongAllocationDescriptor {
  const length = readU32le(source, at);
  return {
    extentLength: length % extentLengths,
    extentType: Math.floor(length / extentLengths),
    logicalBlockNumber: readU32le(source, at + 4),
    partitionReferenceNumber: readU16le(source, at + 8),
    flags: readU16le(source, at + 10),
    udfUniqueId: readU32le(source, at + 12),
  };
}

/** An extent of no bytes. */
export const noLongExtent: LongAllocationDescriptor = {
  extentLength: 0,
  extentType: 0,
  logicalBlockNumber: 0,
  partitionReferenceNumber: 0,
  flags: 0,
  udfUniqueId: 0,
};

/** The address of a block in some partition. */
export interface LogicalBlockAddress {
  readonly logicalBlockNumber: number;
  readonly partitionReferenceNumber: number;
}

/** lb_addr. ECMA-167 4/7.1. */
export const logicalBlockAddress: StructCodec<LogicalBlockAddress> = struct<LogicalBlockAddress>(
  "LogicalBlockAddress",
  6,
  {
    logicalBlockNumber: rbp(0, 4, u32le, "4/7.1"),
    partitionReferenceNumber: rbp(4, 2, u16le, "4/7.1"),
  },
);

/** Allocation descriptors that fill `room` bytes from byte `at` of a structure on, for dumps. ECMA-167 4/14.14. */
export function allocationParts(isLong: boolean, at: number, room: number, clause: string): StructField[] {
  const type = isLong ? nested(longAllocationDescriptor) : nested(shortAllocationDescriptor);
  return fillingParts("allocationDescriptors", type, { at, room, clause });
}
