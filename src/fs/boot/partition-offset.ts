/** Finds the partition of an image that has descriptors and directories of its own, so that it can be mounted by itself. */
import { hasCode } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import { blockBytes } from "../../units.js";
import { sectorBytes } from "../hybrid/byte-patch.js";
import { sectorsInBlock } from "../hybrid/image-growth.js";
import { mbrPartitions } from "../hybrid/mbr.js";
import type { SystemArea } from "../hybrid/system-area.js";
import { readSystemArea, systemAreaBlocks } from "../hybrid/system-area.js";
import { primaryDescriptorAt, rootLbaOf } from "../iso9660/descriptor-set.js";
import { readSoundHead } from "../iso9660/directory-record.js";
import { firstVolumeDescriptorBlock } from "../iso9660/volume-descriptors.js";

/**
 * The sectors in which partitions that can be mounted by themselves may start: those of all tables and, since where boot
 * images in the volume are partitions it is often none itself, the usual one.
 */
function startsOf({ mbr, gpt, apm }: SystemArea): readonly number[] {
  if (mbr === undefined && gpt === undefined && apm === undefined) return [];
  const unit = (apm?.blockSize ?? 0) / sectorBytes;
  return [
    ...(mbr === undefined ? [] : mbrPartitions(mbr))
      .filter(({ sizeInLba }) => sizeInLba > 0)
      .map(({ startingLba }) => startingLba),
    ...(gpt?.partitions ?? []).map(({ startingLba }) => startingLba),
    ...(apm?.partitions ?? []).map(({ firstBlock }) => firstBlock * unit),
    systemAreaBlocks * sectorsInBlock,
  ];
}

/** Where a primary volume descriptor says that its root directory is; `undefined` where none is in that block. */
async function rootIn(source: BlockSource, lba: number, signal: AbortSignal | undefined): Promise<number | undefined> {
  if (lba >= source.blocks) return undefined;
  const block = new Uint8Array(blockBytes);
  await source.read(lba, 1, block, signal);
  const descriptor = primaryDescriptorAt(block, 0);
  return descriptor === undefined ? undefined : rootLbaOf(descriptor);
}

/**
 * Whether the descriptors of the volume that starts at a block count addresses from that block on, as those of a
 * partition do, and not from the start of the medium, as those of a session do.
 *
 * @param rootLba Where the primary descriptor says that the root directory is.
 * @throws {@link DiscError} E_READ_FAILED, E_CANCELLED.
 */
export async function countsFromItself(
  source: BlockSource,
  startLba: number,
  rootLba: number,
  signal?: AbortSignal,
): Promise<boolean> {
  const lba = startLba + rootLba;
  if (startLba === 0 || lba >= source.blocks) return false;
  const block = new Uint8Array(blockBytes);
  await source.read(lba, 1, block, signal);
  // The first record of a root directory is its own: of 34 bytes, with an identifier of one zero. ECMA-119 6.8.2.2.
  if (block[0]! < 34 || block[32] !== 1 || block[33] !== 0) return false;
  return readSoundHead(block, 0)?.locationOfExtent === rootLba;
}

/**
 * Finds the block of an image in which a partition starts that can be mounted by itself, as xorriso's partition offset
 * makes one: there is a second set of volume descriptors in it, whose addresses are counted from its start.
 *
 * @returns 0 where there is none.
 * @throws {@link DiscError} E_CANCELLED.
 */
export async function findPartitionOffset(
  source: BlockSource,
  area: SystemArea,
  signal?: AbortSignal,
): Promise<number> {
  for (const sector of new Set(startsOf(area))) {
    const lba = sector / sectorsInBlock;
    if (Number.isInteger(lba) && lba >= systemAreaBlocks && (await isVolumeAt(source, lba, signal))) return lba;
  }
  return 0;
}

/** Blocks between the sessions of a disc cannot be read: there is nothing in them. */
async function isVolumeAt(source: BlockSource, lba: number, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    const rootLba = await rootIn(source, lba + firstVolumeDescriptorBlock, signal);
    return rootLba !== undefined && (await countsFromItself(source, lba, rootLba, signal));
  } catch (error) {
    if (!hasCode(error, "E_READ_FAILED") || signal?.aborted === true) throw error;
    return false;
  }
}

/**
 * As {@link findPartitionOffset}, of an image of which nothing was read yet.
 *
 * @throws {@link DiscError} E_READ_FAILED, E_CANCELLED.
 */
export async function readPartitionOffset(source: BlockSource, signal?: AbortSignal): Promise<number> {
  return await findPartitionOffset(source, await readSystemArea(source, { tolerant: true }, signal), signal);
}
