/** Checks the descriptors that anchors lead to, and opens the partitions by them. ECMA-167, 3rd edition, 3/8.4, 3/10; OSTA UDF 2.2. */
import type { ExtentDescriptor } from "../udf/allocation.js";
import { extendedFileEntryHead, fileEntryHead } from "../udf/file-entry.js";
import { logicalVolumeHead } from "../udf/logical-volume.js";
import type { PartitionMap } from "../udf/partition.js";
import type { LoadedPartitions } from "../udf/partition-loader.js";
import { tagIdentifiers } from "../udf/tag.js";
import type { AnchorVolumeDescriptorPointer } from "../udf/volume.js";
import { marginOf, nearest } from "./udf-apart.js";
import type { CheckedTime, UdfChecking } from "./udf-checking.js";
import { readRows, timeAt } from "./udf-fields.js";
import type { CheckedIntegrity } from "./udf-integrity.js";
import { checkIntegrity, integrityTime, readIntegrity } from "./udf-integrity.js";
import { checkCombination, checkMaps } from "./udf-maps.js";
import { openPartitions } from "./udf-open.js";
import type { PlacedPartition } from "./udf-partitions.js";
import { checkPartition, checkPartitionSet, eccBlocks, isRewritable, partitionsByNumber } from "./udf-partitions.js";
import type { SequenceDescriptor } from "./udf-sequences.js";
import { checkNumbers, compareSequences, PrevailingDescriptors, readSequence } from "./udf-sequences.js";
import { checkSparing } from "./udf-sparing.js";
import { claimedIdentifier } from "./udf-tags.js";
import type { BlockRange, VolumeDescriptors } from "./udf-volume.js";
import {
  checkInformation,
  checkLogicalVolume,
  checkPresence,
  checkPrimaryVolume,
  checkUnallocated,
  prevailingDescriptors,
} from "./udf-volume.js";

/** Where a volume starts. */
export interface VolumeStart {
  readonly checking: UdfChecking;
  readonly pointer: AnchorVolumeDescriptorPointer;
  /** Blocks of the session's anchors. */
  readonly anchors: readonly number[];
  readonly isOpen: boolean;
}

/** A volume whose descriptors were checked. */
export interface DescribedVolume {
  readonly checking: UdfChecking;
  readonly logicalVolume: SequenceDescriptor;
  readonly information: SequenceDescriptor | undefined;
  readonly maps: readonly PartitionMap[];
  readonly partitions: ReadonlyMap<number, PlacedPartition>;
  readonly loaded: LoadedPartitions;
  readonly integrity: CheckedIntegrity | undefined;
  /** Structures of the volume outside of its tree. */
  readonly structures: readonly BlockRange[];
}

function rangeOf({ extentLocation, extentLength }: ExtentDescriptor, name: string, blockBytes: number): BlockRange {
  return { name, first: extentLocation, blocks: Math.ceil(extentLength / blockBytes) };
}

/** Reads both sequences, and compares them. */
async function checkSequences(
  checking: UdfChecking,
  {
    mainVolumeDescriptorSequenceExtent: mainExtent,
    reserveVolumeDescriptorSequenceExtent: reserveExtent,
  }: AnchorVolumeDescriptorPointer,
): Promise<VolumeDescriptors> {
  const main = await readSequence(checking, mainExtent, "main");
  const reserve = await readSequence(checking, reserveExtent, "reserve");
  checkNumbers(checking, main);
  const [ones, others] = [new PrevailingDescriptors(main), new PrevailingDescriptors(reserve)];
  const address = checking.addressOf(mainExtent.extentLocation);
  compareSequences(checking, ones, others, { address });
  if (checking.revision >= 0x0250) checkDistance(checking, mainExtent, reserveExtent);
  const found = prevailingDescriptors(ones, others);
  checkPresence(checking, found, address);
  return found;
}

/** From 2.50 on, the sequences are to be far apart. OSTA UDF 2.2.3.2. */
function checkDistance(checking: UdfChecking, main: ExtentDescriptor, reserve: ExtentDescriptor): void {
  const { report, blockBytes } = checking;
  const runOf = ({ extentLocation, extentLength }: ExtentDescriptor) => ({
    address: checking.addressOf(extentLocation),
    bytes: extentLength,
  });
  const [ones, others] = [[runOf(main)], [runOf(reserve)]];
  const distance = nearest(ones, others) / blockBytes;
  const packets = [main, reserve].map(({ extentLocation: first, extentLength }) => ({
    first: Math.floor(first / eccBlocks),
    last: Math.floor((first + extentLength / blockBytes - 1) / eccBlocks),
  }));
  const [one, other] = packets as [(typeof packets)[0], (typeof packets)[0]];
  const place = { address: checking.addressOf(reserve.extentLocation) };
  if (one.first <= other.last && other.first <= one.last) {
    report("UDF_VDS_SAME_PACKET", place, `the sequences are at ${main.extentLocation} and ${reserve.extentLocation}`);
  } else if (distance < marginOf(checking, [...ones, ...others])) {
    report("UDF_VDS_NEAR", place, `${distance} blocks are between the sequences`);
  }
}

/** When a volume was last modified: as its table says, where it has one, or else its integrity descriptor. OSTA UDF 2.2.6.1. */
async function lastModification(
  checking: UdfChecking,
  { table }: LoadedPartitions,
  integrity: CheckedIntegrity | undefined,
): Promise<CheckedTime | undefined> {
  if (table === undefined) return integrity === undefined ? undefined : integrityTime(integrity);
  const data = await checking.tryBlock(table.icbBlock);
  if (data === undefined) return undefined;
  const isExtended = claimedIdentifier(data) === tagIdentifiers.extendedFileEntry;
  const { fields } = isExtended ? extendedFileEntryHead : fileEntryHead;
  return timeAt(data, fields.find(({ key }) => key === "modificationTime")!.row.firstBit / 8);
}

/** Bytes by which the clocks of the world may differ from a time without zone. */
const dayMs = 86_400_000;

function checkFuture({ lastModified, report }: UdfChecking, address: number): void {
  if (lastModified === undefined) return;
  const { ms, hasZone } = lastModified;
  if (ms <= Date.now() + (hasZone ? 0 : dayMs)) return;
  report("UDF_TIME_FUTURE", { address }, `the volume was last modified at ${new Date(ms).toISOString()}`);
}

function checkFields(checking: UdfChecking, found: VolumeDescriptors): void {
  const { primary, logicalVolume, information } = found;
  if (primary !== undefined) checkPrimaryVolume(checking, primary);
  if (information !== undefined) checkInformation(checking, information);
  if (logicalVolume !== undefined) checkLogicalVolume(checking, logicalVolume);
}

/** Checks the descriptors of a volume. @returns `undefined` where they do not lead on. */
export async function checkDescriptors(start: VolumeStart): Promise<DescribedVolume | undefined> {
  const { checking, pointer, isOpen } = start;
  const { blockBytes } = checking;
  const found = await checkSequences(checking, pointer);
  const { logicalVolume } = found;
  if (logicalVolume === undefined) {
    checkFields(checking, found);
    return undefined;
  }
  const maps = checkMaps(checking, logicalVolume);
  const partitions = partitionsByNumber(found.partitions);
  const structures: BlockRange[] = [
    ...start.anchors.map((block) => ({ name: "anchor", first: block, blocks: 1 })),
    rangeOf(pointer.mainVolumeDescriptorSequenceExtent, "main sequence", blockBytes),
    rangeOf(pointer.reserveVolumeDescriptorSequenceExtent, "reserve sequence", blockBytes),
  ];
  for (const map of maps) {
    if (map.kind === "sparable") structures.push(...(await checkSparing(checking, map, logicalVolume.place)));
  }
  const { integritySequenceExtent } = readRows(logicalVolumeHead, logicalVolume.data, 0);
  const integrity = await readIntegrity(checking, integritySequenceExtent, structures);
  const { address } = logicalVolume.place;
  if (integrity === undefined) checking.report("UDF_LVID_MISSING", { address }, "there is no integrity descriptor");
  const loaded = await openPartitions(checking, logicalVolume, maps, partitions);
  if (loaded !== undefined) checking.lastModified = await lastModification(checking, loaded, integrity);
  checkFuture(checking, integrity?.place.address ?? address ?? 0);
  checkFields(checking, found);
  const isWithTable = maps.some(({ kind }) => kind === "virtual");
  if (integrity !== undefined) {
    const canBeRewritten = [...partitions.values()].some(({ value }) => isRewritable(value));
    const context = { maps: maps.length, isWithTable, isRewritable: canBeRewritten };
    checkIntegrity(checking, integrity, integritySequenceExtent, context);
  }
  const context = { maps, isOpen, structures };
  for (const { data } of found.partitions) {
    const partition = partitions.get(data[22]! + data[23]! * 0x100);
    if (partition !== undefined) checkPartition(checking, partition, data, context);
  }
  checkPartitionSet(checking, partitions, context, logicalVolume.place);
  const values = new Map([...partitions].map(([number, { value }]) => [number, value] as const));
  checkCombination(checking, maps, values, logicalVolume);
  if (found.unallocated !== undefined) {
    const ranges = [...partitions.values()].map(({ value }) => ({
      name: `partition ${value.partitionNumber}`,
      first: value.partitionStartingLocation,
      blocks: value.partitionLength,
    }));
    checkUnallocated(checking, found.unallocated, [...structures, ...ranges]);
  }
  if (loaded === undefined) return undefined;
  const { information } = found;
  return { checking, logicalVolume, information, maps, partitions, loaded, integrity, structures };
}
