/**
 * The front of a medium whose sessions can be added by overwriting: the blocks in which readers that know of no
 * sessions look for the newest. docs/MULTISESSION.md, "Media that can be overwritten".
 */
import { textFromBytes } from "../../codec/text.js";
import { DiscError } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import { blockBytes } from "../../units.js";
import { otherIdentifiers } from "../iso9660/descriptor-set.js";
import { describingCodec, firstVolumeDescriptorBlock, volumeDescriptorTypes } from "../iso9660/volume-descriptors.js";
import { firstAnchorBlock } from "../udf/anchor-reader.js";
import { relocatedDescriptor, tagIdentifierAt, tagIdentifiers } from "../udf/tag.js";
import { anchorVolumeDescriptorPointer } from "../udf/volume.js";
import type { ChainRecord } from "./chain-record.js";
import { chainRecord, chainRecordLba } from "./chain-record.js";

/** Blocks of a header that stands before its session: a system area, and descriptors that lead elsewhere. */
export const leadBlocks = 32;

/** A block and what is to stand in it. */
export interface BlockPatch {
  readonly lba: number;
  /** One block. */
  readonly bytes: Uint8Array;
}

/** What the front holds. */
export interface Front {
  /** Blocks 0 to 31. */
  readonly lead: Uint8Array;
  /** Block 256. */
  readonly anchor: Uint8Array;
}

/** What of a session goes to the front. */
export interface SessionHeader {
  /** Its descriptors, from its block 16 on. */
  readonly descriptors: Uint8Array;
  /** Its first anchor; `undefined` where it has no UDF. */
  readonly anchor: Uint8Array | undefined;
}

/** Which blocks of the front are nobody's where they hold no descriptor. */
export interface FrontRoom {
  /** How many blocks from block 16 on. */
  readonly descriptors: number;
  /** Block 256. */
  readonly anchor: boolean;
  /** The block of the chain's record. */
  readonly record: boolean;
}

/** What the front is to lead to. */
export interface ShownSession {
  readonly header: SessionHeader;
  /** The block behind the session. */
  readonly endLba: number;
  readonly room: FrontRoom;
  /** Where the chain begins; `undefined` where that is not noted. */
  readonly chain: ChainRecord | undefined;
}

function isDescriptor(identifier: string): boolean {
  return identifier === "CD001" || otherIdentifiers.has(identifier);
}

/** How many blocks from the first one on hold descriptors. ECMA-167 2/8.3.1. */
export function countDescriptors(blocks: Uint8Array): number {
  let count = 0;
  while (count * blockBytes < blocks.length && isDescriptor(textFromBytes(blocks, count * blockBytes + 1, 5))) count++;
  return count;
}

/** The descriptors of a lead, from its block 16 on. */
export function descriptorsOf(lead: Uint8Array): Uint8Array {
  const first = firstVolumeDescriptorBlock * blockBytes;
  return lead.subarray(first, first + countDescriptors(lead.subarray(first)) * blockBytes);
}

/**
 * The boot records of a session, whole: a session that continues it has them, too, since what they lead to stays where
 * it is. ECMA-119 8.2.
 *
 * @throws {@link DiscError} E_READ_FAILED, E_CANCELLED.
 */
export async function readBootRecords(
  source: BlockSource,
  startLba: number,
  signal?: AbortSignal,
): Promise<Uint8Array[]> {
  const blocks = new Uint8Array((leadBlocks - firstVolumeDescriptorBlock) * blockBytes);
  await readWhatIsThere(source, startLba + firstVolumeDescriptorBlock, blocks, false, signal);
  return blocksIn(blocks.subarray(0, countDescriptors(blocks) * blockBytes)).filter(
    (block) => block[0] === volumeDescriptorTypes.boot && textFromBytes(block, 1, 5) === "CD001",
  );
}

function blocksIn(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length / blockBytes }, (_unused, index) =>
    bytes.subarray(index * blockBytes, (index + 1) * blockBytes),
  );
}

/** Reads blocks; those that the source does not have, or cannot read, are zero. */
async function readWhatIsThere(
  source: BlockSource,
  lba: number,
  into: Uint8Array,
  isTorn: boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const [index, block] of blocksIn(into).entries()) {
    if (lba + index >= source.blocks) return;
    try {
      await source.read(lba + index, 1, block, signal);
    } catch (error) {
      if (!isTorn || signal?.aborted === true) throw error;
      block.fill(0);
    }
  }
}

/**
 * Reads the front.
 *
 * @param isCopy Whether the front is but a copy of a session's header, so that what cannot be read of it does not matter.
 * @param startLba Where another header starts that is read instead.
 * @throws {@link DiscError} E_READ_FAILED, E_CANCELLED.
 */
export async function readFront(
  source: BlockSource,
  isCopy: boolean,
  signal?: AbortSignal,
  startLba = 0,
): Promise<Front> {
  const lead = new Uint8Array(leadBlocks * blockBytes);
  const anchor = new Uint8Array(blockBytes);
  await readWhatIsThere(source, startLba, lead, isCopy, signal);
  await readWhatIsThere(source, startLba + firstAnchorBlock, anchor, isCopy, signal);
  return { lead, anchor };
}

/** Whether the front has an anchor of UDF. */
export function hasAnchor({ anchor }: Front): boolean {
  return tagIdentifierAt(anchor, 0) === tagIdentifiers.anchorVolumeDescriptorPointer;
}

/** An anchor as it stands in another block. */
export function anchorAt(anchor: Uint8Array, lba: number): Uint8Array {
  return relocatedDescriptor(anchorVolumeDescriptorPointer, anchor, lba);
}

/** Descriptors that state another volume space size. ECMA-119 8.4.8. */
export function withVolumeSpaceSize(descriptors: Uint8Array, volumeSpaceSize: number): Uint8Array {
  const changed = descriptors.slice();
  for (const block of blocksIn(changed)) {
    if (textFromBytes(block, 1, 5) !== "CD001") continue;
    const size = describingCodec(block)?.fields.find(({ key }) => key === "volumeSpaceSize");
    size?.row.write(volumeSpaceSize, block, 0);
  }
  return changed;
}

const blank = new Uint8Array(blockBytes);

function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.every((octet, index) => octet === other[index]);
}

/** The block of the system area with a chain's record. */
export function recordBlock(chain: ChainRecord): Uint8Array {
  const bytes = new Uint8Array(blockBytes);
  chainRecord.write(chain, bytes, 0);
  return bytes;
}

/** Whether a block is all zeros. */
export function isBlank(block: Uint8Array): boolean {
  return block.every((octet) => octet === 0);
}

function taken(lba: number): DiscError<"E_NOT_SUPPORTED"> {
  const what = `adding to this image what its first blocks have no room for: block ${lba} is in use`;
  return new DiscError(
    "E_NOT_SUPPORTED",
    `not supported: ${what}; without what is new, or as a new image, it can be done`,
    {
      what,
    },
  );
}

/**
 * What has to be written to the front so that it shows a session: where the chain begins, descriptors from the last to
 * the first, then the anchor. After each one, every reader finds the old tree or the new one. What the session lacks of
 * what was there is made blank.
 *
 * @throws {@link DiscError} E_NOT_SUPPORTED where blocks that are needed hold something else.
 */
export function frontPatches(front: Front, shown: ShownSession): BlockPatch[] {
  const { header, endLba, room, chain } = shown;
  const patches: BlockPatch[] = [];
  // Even a block of zeros may be some file's.
  const put = (lba: number, bytes: Uint8Array, before: Uint8Array, isFree: boolean): void => {
    if (areEqual(bytes, before)) return;
    if (!isFree) throw taken(lba);
    patches.push({ lba, bytes });
  };
  const descriptors = blocksIn(withVolumeSpaceSize(header.descriptors, endLba));
  const count = descriptorsOf(front.lead).length / blockBytes;
  const before = blocksIn(front.lead);
  if (chain !== undefined && room.record) {
    put(chainRecordLba, recordBlock(chain), before[chainRecordLba]!, true);
  }
  for (let index = Math.max(descriptors.length, count) - 1; index >= 0; index--) {
    const lba = firstVolumeDescriptorBlock + index;
    const old = before[lba];
    if (old === undefined) throw taken(lba);
    put(lba, descriptors[index] ?? blank, old, index < Math.max(room.descriptors, count));
  }
  const anchor = header.anchor === undefined ? undefined : anchorAt(header.anchor, firstAnchorBlock);
  if (anchor !== undefined || hasAnchor(front)) {
    put(firstAnchorBlock, anchor ?? blank, front.anchor, room.anchor || hasAnchor(front));
  }
  return patches;
}
