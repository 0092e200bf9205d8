/** Checks partition descriptors: what they say, and where they lie. ECMA-167 3/10.5, 4/14.3; OSTA UDF 2, 2.2.14, 2.3.3. */
import type { ShortAllocationDescriptor } from "../udf/allocation.js";
import { firstAnchorBlock } from "../udf/anchor-reader.js";
import type { PartitionDescriptor, PartitionMap } from "../udf/partition.js";
import { accessTypes, partitionDescriptor } from "../udf/partition.js";
import type { UdfChecking } from "./udf-checking.js";
import { maximumExtentBytes } from "./udf-extents.js";
import { checkFields, readRows } from "./udf-fields.js";
import type { UdfPlace } from "./udf-report.js";
import type { SequenceDescriptor } from "./udf-sequences.js";
import type { BlockRange } from "./udf-volume.js";

/** Bytes of the system area, which no partition may be in. ECMA-167 2/8.2. */
const systemAreaBytes = 32 * 1024;

/** The smallest ECC block of the media that UDF knows: that of DVD. An image does not tell which one it is of. */
export const eccBlocks = 16;

/** A partition descriptor with its place. */
export interface PlacedPartition {
  readonly value: PartitionDescriptor;
  readonly place: UdfPlace;
}

/** What is known of a volume when its partitions are checked. */
export interface PartitionContext {
  readonly maps: readonly PartitionMap[];
  /** Whether the session was left open: partitions may then reach beyond its end. */
  readonly isOpen: boolean;
  /** Structures of the volume outside of its tree. */
  readonly structures: readonly BlockRange[];
}

/** The values of the descriptors, by number. */
export function partitionsByNumber(found: readonly SequenceDescriptor[]): ReadonlyMap<number, PlacedPartition> {
  const entries = found.map(({ data, place }): [number, PlacedPartition] => {
    const value = readRows(partitionDescriptor, data, 0);
    return [value.partitionNumber, { value, place }];
  });
  return new Map(entries);
}

/** Whether a partition can be written to again. */
export function isRewritable({ accessType }: Pick<PartitionDescriptor, "accessType">): boolean {
  return accessType === accessTypes.rewritable || accessType === accessTypes.overwritable;
}

/** Kinds of the maps of a partition. */
function kindsOf(maps: readonly PartitionMap[], number: number): readonly string[] {
  return maps.filter((map) => map.kind !== "unknown" && map.partitionNumber === number).map(({ kind }) => kind);
}

/** Checks one descriptor by itself. */
export function checkPartition(
  checking: UdfChecking,
  { value, place }: PlacedPartition,
  data: Uint8Array,
  { maps, isOpen }: PartitionContext,
): void {
  const { report, revision, blockBytes, last } = checking;
  const { partitionNumber: number, partitionFlags, accessType } = value;
  const { partitionStartingLocation: start, partitionLength: blocks } = value;
  const name = `partition ${number}`;
  const identifiers = { partitionContents: checking.isThirdEdition ? "+NSR03" : "+NSR02" };
  checkFields(checking, partitionDescriptor, { data, at: 0, place }, { identifiers });
  const kinds = kindsOf(maps, number);
  if (kinds.length > 0 && partitionFlags !== 1)
    report("UDF_PARTITION_FLAGS", place, `${name}: flags ${partitionFlags}`);
  const lowest = revision >= 0x0260 ? accessTypes.pseudoOverwritable : accessTypes.readOnly;
  if (accessType < lowest || accessType > accessTypes.overwritable) {
    report("UDF_PARTITION_ACCESS", place, `${name}: access type ${accessType}`);
  }
  if (start * blockBytes < systemAreaBytes) {
    report("UDF_PARTITION_START", place, `${name} starts at block ${start}`);
  } else if (start <= firstAnchorBlock) report("UDF_PARTITION_LOW", place, `${name} starts at block ${start}`);
  checkAlignment(checking, { value, place }, maps);
  // A table is continued up to the medium's end, and nothing here tells whether the disc was closed for good.
  const mayEndLater = isOpen || kinds.includes("virtual");
  if (!mayEndLater && start + blocks - 1 > last) {
    report("UDF_PARTITION_END", place, `${name} ends at block ${start + blocks - 1}, and the session at ${last}`);
  }
}

function checkAlignment(
  { report, revision }: UdfChecking,
  { value, place }: PlacedPartition,
  maps: readonly PartitionMap[],
): void {
  const { partitionNumber: number, partitionStartingLocation: start, partitionLength: blocks } = value;
  for (const map of maps) {
    if (map.kind === "sparable" && map.partitionNumber === number) {
      const packet = Math.max(1, map.packetLength);
      if (start % packet === 0 && blocks % packet === 0) continue;
      const message = `partition ${number}, of ${blocks} blocks at ${start}, is not made of packets of ${packet}`;
      report("UDF_PARTITION_ALIGNMENT", place, message);
    } else if (map.kind === "plain" && map.partitionNumber === number) {
      if (revision < 0x0250 || start % eccBlocks === 0) continue;
      const message = `partition ${number} starts at block ${start}, which is no multiple of ${eccBlocks}`;
      report("UDF_PARTITION_ALIGNMENT", place, message);
    }
  }
}

function overlap(one: BlockRange, other: BlockRange): BlockRange | undefined {
  const first = Math.max(one.first, other.first);
  const end = Math.min(one.first + one.blocks, other.first + other.blocks);
  return first < end ? { name: other.name, first, blocks: end - first } : undefined;
}

function rangeOf({ value }: PlacedPartition): BlockRange {
  const { partitionNumber, partitionStartingLocation, partitionLength } = value;
  return { name: `partition ${partitionNumber}`, first: partitionStartingLocation, blocks: partitionLength };
}

/** Checks how many partitions there are, their numbers, and what they overlap. OSTA UDF 2, Basic Restrictions. */
export function checkPartitionSet(
  checking: UdfChecking,
  partitions: ReadonlyMap<number, PlacedPartition>,
  { maps, structures }: PartitionContext,
  logicalPlace: UdfPlace,
): void {
  const { report } = checking;
  const used = new Set(maps.flatMap((map) => (map.kind === "unknown" ? [] : map.partitionNumber)));
  for (const number of used) {
    if (partitions.has(number)) continue;
    report("UDF_PARTITION_MISSING", logicalPlace, `partition ${number} is mapped, and has no descriptor`);
  }
  for (const [number, { place }] of partitions) {
    if (!used.has(number)) report("UDF_PARTITION_UNUSED", place, `no map is of partition ${number}`);
  }
  const mapped = [...partitions.values()].filter(({ value }) => used.has(value.partitionNumber));
  const [one, other] = mapped;
  if (mapped.length > 2) report("UDF_PARTITION_COUNT", logicalPlace, `there are ${mapped.length} partitions`);
  if (one !== undefined && mapped.length === 1 && one.value.partitionNumber !== 0) {
    report("UDF_PARTITION_NUMBER", one.place, `the partition has number ${one.value.partitionNumber}`);
  }
  if (one !== undefined && other !== undefined && mapped.length === 2) {
    const types = [one.value.accessType, other.value.accessType];
    const readOnly = types.filter((type) => type === accessTypes.readOnly).length;
    if (readOnly !== 1 || types.includes(accessTypes.pseudoOverwritable)) {
      report("UDF_PARTITION_COUNT", one.place, `two partitions of access types ${types.join(" and ")}`);
    }
    const common = overlap(rangeOf(one), rangeOf(other));
    if (common !== undefined) {
      report(
        "UDF_PARTITION_OVERLAP",
        one.place,
        `both partitions have ${common.blocks} blocks from ${common.first} on`,
      );
    }
  }
  for (const partition of mapped) {
    if (!isRewritable(partition.value)) continue;
    for (const structure of structures) {
      if (structure.mayBeInPartition === true) continue;
      const common = overlap(rangeOf(partition), structure);
      if (common === undefined) continue;
      const message = `partition ${partition.value.partitionNumber} has the ${common.name} in it, at block ${common.first}`;
      report("UDF_PARTITION_OVERLAP", partition.place, message);
    }
  }
}

/** The space sets that a partition names. */
export interface SpaceSets {
  readonly tables: readonly ShortAllocationDescriptor[];
  readonly bitmaps: readonly ShortAllocationDescriptor[];
}

/** Checks which space sets a partition has, and that they may be there. OSTA UDF 2.3.3. */
export function checkSpaceSets(
  { report, revision, blockBytes }: UdfChecking,
  { value, place }: PlacedPartition,
  isSequential: boolean,
): SpaceSets {
  const { partitionContentsUse: header, partitionNumber, accessType } = value;
  const name = `partition ${partitionNumber}`;
  for (const [key, extent] of Object.entries(header) as [string, ShortAllocationDescriptor][]) {
    const { extentLength, extentType, extentPosition } = extent;
    if (extentLength === 0 && extentPosition !== 0) report("UDF_EXTENT_PLACE", place, `${name}: ${key} is empty`);
    if (extentType !== 0) report("UDF_EXTENT_TYPE", place, `${name}: ${key} is an extent of type ${extentType}`);
    if (extentLength % blockBytes !== 0 || extentLength > maximumExtentBytes(blockBytes)) {
      report("UDF_EXTENT_LENGTH", place, `${name}: ${key} has ${extentLength} bytes`);
    }
  }
  const isThere = ({ extentLength }: ShortAllocationDescriptor): boolean => extentLength > 0;
  const tables = [header.unallocatedSpaceTable, header.freedSpaceTable].filter(isThere);
  const bitmaps = [header.unallocatedSpaceBitmap, header.freedSpaceBitmap].filter(isThere);
  const has = tables.length + bitmaps.length > 0;
  if (header.partitionIntegrityTable.extentLength > 0) report("UDF_SPACE_SET", place, `${name} has an integrity table`);
  if (tables.length > 0 && bitmaps.length > 0) report("UDF_SPACE_SET", place, `${name} has tables and bitmaps`);
  const isFixed = isSequential || accessType === accessTypes.readOnly || accessType === accessTypes.pseudoOverwritable;
  if (has && isFixed) {
    const rule = revision >= 0x0250 ? "UDF_SPACE_SET" : "UDF_SPACE_SET_NEEDLESS";
    report(rule, place, `${name} has a space set, and access type ${accessType}`);
  } else if (!has && !isFixed && accessType <= accessTypes.overwritable) {
    report("UDF_SPACE_SET", place, `${name} has no space set, and access type ${accessType}`);
  }
  return { tables, bitmaps };
}
