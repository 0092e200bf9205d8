/** Checks extents that stand in fields. ECMA-167, 3rd edition, 3/7.1, 4/14.14; OSTA UDF 2.3.10. */
import type { ExtentDescriptor, LongAllocationDescriptor } from "../udf/allocation.js";
import { extentTypes } from "../udf/allocation.js";
import type { UdfChecking } from "./udf-checking.js";
import type { UdfPlace } from "./udf-report.js";

/** The longest extent: what 30 bits hold, in whole blocks. OSTA UDF 2.3.10. */
export function maximumExtentBytes(blockBytes: number): number {
  return Math.floor((2 ** 30 - 1) / blockBytes) * blockBytes;
}

/** Checks the length of an extent of the volume, and that an empty one has no place. ECMA-167 3/7.1. */
export function checkExtentLength(
  { report, blockBytes }: UdfChecking,
  { extentLength, extentLocation }: ExtentDescriptor,
  place: UdfPlace,
  name: string,
): void {
  if (extentLength === 0) {
    if (extentLocation !== 0) report("UDF_EXTENT_PLACE", place, `${name} is empty, and at block ${extentLocation}`);
  } else if (extentLength > maximumExtentBytes(blockBytes) || extentLength % blockBytes !== 0) {
    report("UDF_EXTENT_LENGTH", place, `${name} has ${extentLength} bytes`);
  }
}

/** Checks an extent of the volume that is recorded. */
export function checkFixedExtent(checking: UdfChecking, extent: ExtentDescriptor, place: UdfPlace, name: string): void {
  checkExtentLength(checking, extent, place, name);
  const { extentLength, extentLocation } = extent;
  if (extentLength === 0 || extentLocation * checking.blockBytes + extentLength <= checking.bytes.bytes) return;
  const message = `${name}, of ${extentLength} bytes at block ${extentLocation}, passes its end`;
  checking.report("UDF_EXTENT_MEDIUM", place, message);
}

/** What a long allocation descriptor in a field may be. */
export interface IcbRules {
  /** Blocks of each partition, by its reference number; `undefined` for one that is not known. */
  readonly partitionBlocks: readonly (number | undefined)[];
  /** Of the metadata partition, in which all ICBs lie where there is one. */
  readonly metadataReference: number | undefined;
  /** Whether an extent may be erased: of partitions that are rewritable. OSTA UDF 2.3.10.1. */
  mayBeErased(reference: number): boolean;
}

/** Bit 0 of the flags: the extent is erased. */
const erased = 1;

/** Checks the flags of a long allocation descriptor. OSTA UDF 2.3.10.1. */
export function checkExtentFlags(
  { report }: UdfChecking,
  { flags, extentType, partitionReferenceNumber }: LongAllocationDescriptor,
  rules: IcbRules,
  place: UdfPlace,
  name: string,
): void {
  if (flags === 0) return;
  const isRight =
    flags === erased && extentType === extentTypes.allocated && rules.mayBeErased(partitionReferenceNumber);
  if (!isRight) report("UDF_EXTENT_FLAGS", place, `${name} has the flags ${flags}`);
}

/** Whether a block, and those behind it, are in a partition; reported where they are not. */
function checkInPartition(
  { report, blockBytes }: UdfChecking,
  { partitionReferenceNumber: reference, logicalBlockNumber: block, extentLength }: LongAllocationDescriptor,
  { partitionBlocks }: IcbRules,
  place: UdfPlace,
  name: string,
): boolean {
  if (reference >= partitionBlocks.length) {
    report("UDF_EXTENT_PARTITION", place, `${name} is in partition ${reference} of ${partitionBlocks.length}`);
    return false;
  }
  const blocks = partitionBlocks[reference];
  const count = Math.max(1, Math.ceil(extentLength / blockBytes));
  if (blocks === undefined || block + count <= blocks) return true;
  report("UDF_EXTENT_PARTITION", place, `${name} ends at block ${block + count} of a partition of ${blocks}`);
  return false;
}

/**
 * Checks the extent of an ICB, which is always recorded, in whole blocks, and, where there is one, in the metadata
 * partition. OSTA UDF 2.2.13, 2.3.10.
 *
 * @returns Whether there is one, and where it may be.
 */
export function checkIcbExtent(
  checking: UdfChecking,
  icb: LongAllocationDescriptor,
  rules: IcbRules,
  place: UdfPlace,
  name: string,
): boolean {
  const { report, blockBytes } = checking;
  const { extentLength, extentType, logicalBlockNumber: block, partitionReferenceNumber: reference } = icb;
  checkExtentFlags(checking, icb, rules, place, name);
  if (extentType !== extentTypes.recorded)
    report("UDF_EXTENT_TYPE", place, `${name} is an extent of type ${extentType}`);
  if (extentLength === 0) {
    const isPlaced = block !== 0 || reference !== 0;
    if (isPlaced)
      report("UDF_EXTENT_PLACE", place, `${name} is empty, and at block ${block} of partition ${reference}`);
    return false;
  }
  if (extentLength > maximumExtentBytes(blockBytes) || extentLength % blockBytes !== 0) {
    report("UDF_EXTENT_LENGTH", place, `${name} has ${extentLength} bytes`);
  }
  const { metadataReference } = rules;
  if (metadataReference !== undefined && reference !== metadataReference) {
    report("UDF_EXTENT_METADATA", place, `${name} is in partition ${reference}, and metadata in ${metadataReference}`);
  }
  return checkInPartition(checking, icb, rules, place, name);
}
