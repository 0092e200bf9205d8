/** Where the next session goes on media that can be overwritten and in plain files, and what goes with it. */
import { DiscError, hasCode } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import { growableSessionAlignment } from "../../medium/session.js";
import { alignUp, blockBytes } from "../../units.js";
import { findPartitionOffset } from "../boot/partition-offset.js";
import type { ChainRecord } from "../growth/chain-record.js";
import { chainRecordIn, chainRecordLba } from "../growth/chain-record.js";
import type { Front, FrontRoom } from "../growth/front.js";
import { descriptorsOf, hasAnchor, isBlank, leadBlocks, readFront } from "../growth/front.js";
import { sectorsInBlock } from "../hybrid/image-growth.js";
import type { SystemArea } from "../hybrid/system-area.js";
import { growsFrom, readSystemArea } from "../hybrid/system-area.js";
import { primaryDescriptorAt } from "../iso9660/descriptor-set.js";
import { firstVolumeDescriptorBlock } from "../iso9660/volume-descriptors.js";
import { firstAnchorBlock } from "../udf/anchor-reader.js";
import { tagLocationAt } from "../udf/tag.js";
import type { UdfVolumeInformation } from "../udf/volume-information.js";
import { endOfPartitions } from "../udf/volume-information.js";
import { chainedSessions } from "./sessions.js";

/** What stands in the 32 blocks before a session. */
export type Lead =
  /** The front itself: the session is the first of a medium that is to grow. */
  | "front"
  /** What the front held before, where that was the only header of the newest tree. */
  | "kept";

/** The tree that a partition of an image has for itself. */
export interface OwnTree {
  /** The block of the image in which the partition starts. */
  readonly originLba: number;
  /** How many descriptors its set has. */
  readonly descriptors: number;
  /** Whether the partition goes on to cover the image when that grows. */
  readonly isGrowing: boolean;
}

/** How a session is added by overwriting. */
export interface Growth {
  /** First block of the session, without its lead. */
  readonly sessionStart: number;
  /** `undefined` where the session has none. */
  readonly lead: Lead | undefined;
  /** Where the chain of sessions begins; `undefined` where that is not noted. */
  readonly chain: ChainRecord | undefined;
  /** The front as it is; `undefined` on a medium that holds nothing. */
  readonly front: Front | undefined;
  readonly room: FrontRoom;
  /** The tree that a partition has for itself; `undefined` where none does. */
  readonly ownTree: OwnTree | undefined;
  /** What the system area holds, and how long the image is that it describes; `undefined` where there is none. */
  readonly system: { readonly area: SystemArea; readonly blocks: number } | undefined;
}

/** Blocks from 16 on that hold nothing but descriptors, on media that were laid out to grow. */
const descriptorBlocks = leadBlocks - firstVolumeDescriptorBlock;

/** The first session of a medium that is to grow: its header has a copy in the front. */
export const firstGrowth: Growth = {
  sessionStart: growableSessionAlignment,
  lead: "front",
  chain: { firstSessionLba: growableSessionAlignment },
  front: undefined,
  room: { descriptors: descriptorBlocks, anchor: true, record: true },
  ownTree: undefined,
  system: undefined,
};

/** Anchors that may stand behind a partition. */
const blocksBehindPartition = 257;

/** Programs pad with 150 blocks as a rule; more than that may be something else. */
const mostPaddingBlocks = 512;

/** What an import tells of the blocks that are in use. */
export interface BlocksInUse {
  /** Last block that was written, as the medium tells; -1 where it does not. */
  readonly lastWrittenAddress: number;
  /** The block behind the last one that the imported tree refers to. */
  readonly endOfContents: number;
  readonly udf: UdfVolumeInformation | undefined;
}

/**
 * Plans where a session goes on a medium, or in an image, that holds some already.
 *
 * @throws {@link DiscError} E_NOT_SUPPORTED for volumes with blocks of other sizes, E_READ_FAILED, E_CANCELLED.
 */
export async function planGrowth(source: BlockSource, inUse: BlocksInUse, signal?: AbortSignal): Promise<Growth> {
  const { udf, lastWrittenAddress, endOfContents } = inUse;
  if (udf !== undefined && udf.blockBytes !== blockBytes) {
    const what = `adding to a UDF volume with blocks of ${udf.blockBytes} bytes`;
    throw new DiscError("E_NOT_SUPPORTED", `not supported: ${what}`, { what });
  }
  const sessions = await chainedSessions(source, signal);
  const first = sessions[0]?.startLba ?? 0;
  const newest = sessions.at(-1)?.startLba ?? 0;
  const isGrowable = first === growableSessionAlignment;
  const isCopy = first > 0 || (await isUnreadable(source, chainRecordLba, signal));
  const front = await readFront(source, isCopy, signal);
  // The front may be torn, but not what it is a copy of.
  const header = newest === 0 ? front : await readFront(source, true, signal, newest);
  const primary = primaryDescriptorAt(header.lead, firstVolumeDescriptorBlock * blockBytes);
  const stated = Math.max(
    growableSessionAlignment,
    primary?.volumeSpaceSize ?? 0,
    endOfContents,
    udf === undefined ? 0 : endOfPartitions(udf) + blocksBehindPartition,
    ...(primary === undefined ? [] : sessions.map(({ startLba, blocks }) => startLba + blocks)),
  );
  const end = lastWrittenAddress < 0 ? stated : await endOfUse(source, stated, lastWrittenAddress + 1, signal);
  const next = alignUp(end, growableSessionAlignment);
  const isKept = newest === 0;
  const recordBlock = front.lead.subarray(chainRecordLba * blockBytes, (chainRecordLba + 1) * blockBytes);
  const record = chainRecordIn(recordBlock);
  const system = await systemOf(source, isCopy, lastWrittenAddress < 0 ? stated : lastWrittenAddress + 1, signal);
  // The entries of a GUID partition table may reach so far, those that are not in use as zeros.
  const hasRecordRoom = record !== undefined || (isBlank(recordBlock) && system?.area.gpt === undefined);
  // What the front held first tells what of it is no file's, even where it is torn now.
  const kept = first === 0 || isGrowable ? undefined : await readFront(source, true, signal, first);
  // Chains of others begin at block 32, too: there, block 256 may be any file's.
  const hasAnchorRoom = isGrowable
    ? record?.firstSessionLba === growableSessionAlignment
    : kept !== undefined && hasAnchor(kept);
  const keptDescriptors = kept === undefined ? 0 : descriptorsOf(kept.lead).length / blockBytes;
  return {
    sessionStart: isKept ? next + leadBlocks : next,
    lead: isKept ? "kept" : undefined,
    chain: isGrowable ? undefined : { firstSessionLba: first > 0 ? first : next },
    front,
    room: {
      descriptors: isGrowable ? descriptorBlocks : keptDescriptors,
      anchor: hasAnchorRoom,
      record: hasRecordRoom,
    },
    ownTree: system === undefined ? undefined : await ownTreeOf(source, system, signal),
    system,
  };
}

async function ownTreeOf(
  source: BlockSource,
  { area, blocks }: NonNullable<Growth["system"]>,
  signal: AbortSignal | undefined,
): Promise<OwnTree | undefined> {
  const originLba = await findPartitionOffset(source, area, signal);
  if (originLba === 0) return undefined;
  const { lead } = await readFront(source, true, signal, originLba);
  const isGrowing = growsFrom(area, originLba * sectorsInBlock, blocks);
  return { originLba, descriptors: descriptorsOf(lead).length / blockBytes, isGrowing };
}

/**
 * Whether the front of a medium that can be overwritten has an anchor of UDF. Programs that know of ISO 9660 alone leave it
 * when they add a session: readers of UDF then see an old tree, unless the next session has UDF again.
 *
 * @throws {@link DiscError} E_CANCELLED.
 */
export async function hasUdfInFront(source: BlockSource, signal?: AbortSignal): Promise<boolean> {
  const front = await readFront(source, true, signal);
  // An image of UDF in a file has anchors, too; they name other blocks.
  return hasAnchor(front) && tagLocationAt(front.anchor, 0) === firstAnchorBlock;
}

/** Whether a block cannot be read: the write unit with the chain's record is the first that may be torn. */
async function isUnreadable(source: BlockSource, lba: number, signal: AbortSignal | undefined): Promise<boolean> {
  if (lba >= source.blocks) return false;
  try {
    await source.read(lba, 1, new Uint8Array(blockBytes), signal);
    return false;
  } catch (error) {
    if (!hasCode(error, "E_READ_FAILED")) throw error;
    return true;
  }
}

async function systemOf(
  source: BlockSource,
  isCopy: boolean,
  blocks: number,
  signal: AbortSignal | undefined,
): Promise<Growth["system"]> {
  // Where it was torn, there is nothing in it.
  if (isCopy && (await isUnreadable(source, chainRecordLba, signal))) return undefined;
  const area = await readSystemArea(source, { tolerant: true }, signal);
  return area.isEmpty ? undefined : { area, blocks };
}

/**
 * Where a session can start in a medium of which it is known how far it was written. The chain goes on where the volume
 * says that it ends; programs pad what they write with zeros behind that. Anything else that is there stays.
 */
async function endOfUse(
  source: BlockSource,
  stated: number,
  written: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const next = alignUp(stated, growableSessionAlignment);
  const padding = written - next;
  // A file that was cut off ends before: what it lacks may be put back one day.
  if (padding <= 0 || padding > mostPaddingBlocks) return Math.max(stated, written);
  const bytes = new Uint8Array(padding * blockBytes);
  await source.read(next, padding, bytes, signal);
  return isBlank(bytes) ? stated : written;
}
