/** What the system area of an image has for disks: the partition tables that make it a hybrid. ECMA-119 6.2.1. */
import type { ReadContext } from "../../codec/codec.js";
import { reportFault } from "../../codec/codec.js";
import type { BlockSource } from "../../medium/block-source.js";
import { alignUp, blockBytes } from "../../units.js";
import type { ApplePartitionMap } from "./apm.js";
import { decodeApm, grownApm } from "./apm.js";
import type { BytePatch } from "./byte-patch.js";
import { sectorBytes } from "./byte-patch.js";
import type { GptHeader, GuidPartitionTable } from "./gpt.js";
import {
  decodeGpt,
  decodeGptHeader,
  entriesPlaceOf,
  gptBackupSectors,
  gptGrowth,
  isSoundGpt,
  moveGptBackup,
  primaryHeaderLba,
} from "./gpt.js";
import type { ImageGrowth } from "./image-growth.js";
import { grownEnd, sectorsInBlock } from "./image-growth.js";
import type { MasterBootRecord } from "./mbr.js";
import { cylinderSectors, decodeMbr, grownMbr, mbrPartitions } from "./mbr.js";

/** Blocks of a system area. ECMA-119 6.2.1. */
export const systemAreaBlocks = 16;

/** Bytes of a system area. */
export const systemAreaBytes: number = systemAreaBlocks * blockBytes;

/** What makes an image one for disks: what goes into its system area and to its end. */
export interface SystemAreaPlan {
  /** Blocks of the image. */
  readonly blocks: number;
  /** Whether something stands in its last blocks. */
  readonly hasTail: boolean;
  /** In the order in which they are to be written. */
  readonly patches: readonly BytePatch[];
}

/** What a system area holds, and the end of the image with it. */
export interface SystemArea {
  /** Whether all its bytes are zero. */
  readonly isEmpty: boolean;
  readonly mbr: MasterBootRecord | undefined;
  /** The primary table. */
  readonly gpt: GuidPartitionTable | undefined;
  /** The backup where the primary header says it is; `undefined` where there is none. */
  readonly gptBackup: GuidPartitionTable | undefined;
  readonly apm: ApplePartitionMap | undefined;
}

/** Reads bytes that may lie anywhere; `undefined` where they are not in the source. */
async function readBytes(
  source: BlockSource,
  offset: number,
  length: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  const first = Math.floor(offset / blockBytes);
  const end = Math.ceil((offset + length) / blockBytes);
  if (end > source.blocks) return undefined;
  const bytes = new Uint8Array((end - first) * blockBytes);
  await source.read(first, end - first, bytes, signal);
  return bytes.subarray(offset - first * blockBytes, offset - first * blockBytes + length);
}

async function readTable(
  source: BlockSource,
  lba: number,
  signal: AbortSignal | undefined,
): Promise<GuidPartitionTable | undefined> {
  const sector = await readBytes(source, lba * sectorBytes, sectorBytes, signal);
  const header = sector === undefined ? undefined : decodeGptHeader(sector);
  if (header === undefined) return undefined;
  const place = entriesPlaceOf(header);
  return decodeGpt(header, place && (await readBytes(source, place.offsetBytes, place.bytes, signal)));
}

/** Reports what is wrong with a table. */
function checkGpt(
  gpt: GuidPartitionTable,
  backup: GuidPartitionTable | undefined,
  blocks: number,
  context: ReadContext,
): void {
  const fault = (field: string, reason: string): void =>
    reportFault(context, "GuidPartitionTable", field, "UEFI 5.3.2", reason);
  const { header } = gpt;
  if (!gpt.isHeaderCrcRight) fault("headerCrc", "is wrong");
  if (gpt.entries.length === 0) fault("entries", "lie outside of the image");
  else if (!gpt.isEntriesCrcRight) fault("entriesCrc", "is wrong");
  if (header.myLba !== primaryHeaderLba) fault("myLba", `is ${header.myLba}, expected ${primaryHeaderLba}`);
  const isAtEnd = Math.floor(header.alternateLba / sectorsInBlock) === blocks - 1;
  if (!isAtEnd) fault("backup", `is said to be in sector ${header.alternateLba}, which is not the image's last one`);
  else if (backup === undefined) fault("backup", "is missing");
  else if (!isBackupOf(backup, header)) fault("backup", "is damaged, or not that of this table");
}

function isBackupOf(backup: GuidPartitionTable, primary: GptHeader): boolean {
  const { header } = backup;
  const isSame =
    header.diskGuid === primary.diskGuid && header.partitionEntryArrayCrc32 === primary.partitionEntryArrayCrc32;
  return isSoundGpt(backup) && header.myLba === primary.alternateLba && isSame;
}

/**
 * Reads the system area of the image that starts at block 0, and the backup of its GUID partition table.
 *
 * @throws {@link DiscError} E_FIELD_INVALID for a damaged table (in tolerant reading, that is reported to
 *   `context.onWarning`), E_READ_FAILED.
 */
export async function readSystemArea(
  source: BlockSource,
  context: Omit<ReadContext, "lba">,
  signal?: AbortSignal,
): Promise<SystemArea> {
  const area = new Uint8Array(Math.min(systemAreaBlocks, source.blocks) * blockBytes);
  await source.read(0, area.length / blockBytes, area, signal);
  const gpt = await readTable(source, primaryHeaderLba, signal);
  const gptBackup = gpt && (await readTable(source, gpt.header.alternateLba, signal));
  if (gpt !== undefined) checkGpt(gpt, gptBackup, source.blocks, { ...context, lba: 0 });
  const isEmpty = area.every((octet) => octet === 0);
  return { isEmpty, mbr: decodeMbr(area), gpt, gptBackup, apm: decodeApm(area) };
}

/** The primary table, where it can be relied on: one that is damaged is in use by nobody, and left alone. */
function usedGpt({ gpt }: SystemArea): GuidPartitionTable | undefined {
  return gpt !== undefined && isSoundGpt(gpt) && gpt.header.myLba === primaryHeaderLba ? gpt : undefined;
}

/** Blocks at the end of a grown image that its partition table needs: they have to be free. */
export function trailingBlocks(area: SystemArea): number {
  const gpt = usedGpt(area);
  return gpt === undefined ? 0 : Math.ceil(gptBackupSectors(gpt) / sectorsInBlock);
}

/**
 * The length that an image should grow to: such that the table's backup has room behind what is new, and, where the old
 * image ended with a cylinder, so that the new one does. Some firmware starts from no other disk.
 *
 * @param wantedBlocks Where what is new ends.
 */
export function grownBlocks(area: SystemArea, oldBlocks: number, wantedBlocks: number): number {
  const cylinder = area.mbr === undefined ? 1 : cylinderSectors(area.mbr, oldBlocks * sectorsInBlock);
  return alignUp(wantedBlocks + trailingBlocks(area), Math.max(1, cylinder / sectorsInBlock));
}

/**
 * What to write so that an image that grows stays one for disks, too: partitions that cover it cover all of it again,
 * and the GUID partition table's backup is at its end, of which {@link trailingBlocks} have to be free. Nothing else is
 * changed, and nothing at all where there is no table. The patches are in the order in which they should be written.
 *
 * @param oldBlocks Length of the image that was read, in blocks of 2,048 bytes.
 * @param newBlocks Length it grows to; {@link grownBlocks} proposes one.
 * @throws RangeError where it does not grow.
 */
export function grownSystemArea(area: SystemArea, oldBlocks: number, newBlocks: number): readonly BytePatch[] {
  if (!(newBlocks > oldBlocks)) throw new RangeError(`an image of ${oldBlocks} blocks can't grow to ${newBlocks}`);
  const oldSectors = oldBlocks * sectorsInBlock;
  const newSectors = newBlocks * sectorsInBlock;
  const gpt = usedGpt(area);
  const growth = growthOf(gpt, oldSectors, newSectors);
  return [
    ...(gpt === undefined ? [] : moveGptBackup(gpt, newBlocks * blockBytes)),
    ...(area.mbr === undefined ? [] : grownMbr(area.mbr, growth)),
    ...(area.apm === undefined ? [] : grownApm(area.apm, growth)),
  ];
}

function growthOf(gpt: GuidPartitionTable | undefined, oldSectors: number, newSectors: number): ImageGrowth {
  if (gpt !== undefined) return gptGrowth(gpt, oldSectors, newSectors);
  return { oldSectors, newSectors, oldUsableEnd: oldSectors, newUsableEnd: newSectors };
}

/**
 * Whether all partitions that start in a sector go on to cover the image when it grows; so where none does.
 *
 * @param oldBlocks Length of the image that the system area describes.
 */
export function growsFrom({ mbr, gpt }: SystemArea, firstSector: number, oldBlocks: number): boolean {
  const oldSectors = oldBlocks * sectorsInBlock;
  const growth = growthOf(gpt, oldSectors, oldSectors + systemAreaBlocks * sectorsInBlock);
  const grows = (end: number, within: ImageGrowth): boolean => grownEnd(within, firstSector, end) > end;
  const isMbrGrowing = (mbr === undefined ? [] : mbrPartitions(mbr))
    .filter(({ startingLba, sizeInLba }) => sizeInLba > 0 && startingLba === firstSector)
    .every(({ sizeInLba }) => grows(firstSector + sizeInLba, growth));
  const isGptGrowing = (gpt?.partitions ?? [])
    .filter(({ startingLba }) => startingLba === firstSector)
    .every(({ endingLba }) => grows(endingLba + 1, { ...growth, oldSectors: Number.POSITIVE_INFINITY }));
  return isMbrGrowing && isGptGrowing;
}
