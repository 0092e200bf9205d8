/** Finds and checks the anchors of a session. ECMA-167, 3rd edition, 3/8.4.2; OSTA UDF 2.2.3, 6.10 to 6.14. */
import { firstAnchorBlock } from "../udf/anchor-reader.js";
import { tagIdentifierAt, tagIdentifiers } from "../udf/tag.js";
import type { AnchorVolumeDescriptorPointer } from "../udf/volume.js";
import { anchorVolumeDescriptorPointer, volumeDescriptorBytes } from "../udf/volume.js";
import type { UdfChecking } from "./udf-checking.js";
import { isZero } from "./udf-checking.js";
import { checkFixedExtent } from "./udf-extents.js";
import { checkFields, readRows } from "./udf-fields.js";
import { checkDescriptorTag, isOfKind } from "./udf-tags.js";

/** Where the one anchor of an open session may stand, besides the first place. OSTA UDF 6.10. */
const laterAnchorBlock = 512;

/** Blocks of a sequence at the least. ECMA-167 3/8.4.2.2. */
const minimumSequenceBlocks = 16;

/** How far before its end a session's last anchor or table is looked for: run-out and lead-out count as recorded for some. */
const blocksBeforeEnd = 200;

/** The same, over blocks that are blank. */
const blankBlocks = 16_384;

/** How far behind a partition the last anchor is looked for: anchors in 257 blocks, and a sequence before them. */
const blocksBehindPartition = 320;

/** An anchor that was checked. */
export interface CheckedAnchor {
  readonly block: number;
  readonly pointer: AnchorVolumeDescriptorPointer;
}

/** The anchors of a session. */
export interface CheckedAnchors {
  readonly anchors: readonly CheckedAnchor[];
  /** The one that leads on; `undefined` where none is at its place. */
  readonly prevailing: CheckedAnchor | undefined;
  /** Whether the session was left open. */
  readonly isOpen: boolean;
}

async function anchorAt(checking: UdfChecking, block: number): Promise<CheckedAnchor | undefined> {
  const data = await checking.tryBlock(block);
  const { tagIdentifier, name } = anchorVolumeDescriptorPointer;
  if (data === undefined || !isOfKind(data, tagIdentifier)) return undefined;
  const place = { address: checking.addressOf(block) };
  const whole = { name, tagIdentifier, location: block, data, at: 0, bytes: volumeDescriptorBytes, place };
  checkDescriptorTag(checking, { ...whole, end: data.length });
  checkFields(checking, anchorVolumeDescriptorPointer, { data, at: 0, place });
  const pointer = readRows(anchorVolumeDescriptorPointer, data, 0);
  const { mainVolumeDescriptorSequenceExtent: main, reserveVolumeDescriptorSequenceExtent: reserve } = pointer;
  for (const [kind, extent] of [
    ["main", main],
    ["reserve", reserve],
  ] as const) {
    checkFixedExtent(checking, extent, place, `${name}: ${kind} sequence`);
    if (extent.extentLength >= minimumSequenceBlocks * checking.blockBytes) continue;
    const message = `${name}: the ${kind} sequence has ${extent.extentLength} bytes`;
    checking.report("UDF_SEQUENCE_LENGTH", place, message);
  }
  // What states another block, or is damaged, is an anchor to nobody.
  return tagIdentifierAt(data, 0) === undefined || !isSound(data, block) ? undefined : { block, pointer };
}

function isSound(data: Uint8Array, block: number): boolean {
  return data[12]! + data[13]! * 0x100 + data[14]! * 0x1_0000 + data[15]! * 0x100_0000 === block;
}

function extentsText({ pointer }: CheckedAnchor): string {
  const { mainVolumeDescriptorSequenceExtent: main, reserveVolumeDescriptorSequenceExtent: reserve } = pointer;
  return `${main.extentLength} bytes at ${main.extentLocation} and ${reserve.extentLength} at ${reserve.extentLocation}`;
}

/**
 * Checks the anchors of a session.
 *
 * @param isWithTable Whether the volume has a virtual partition, and so may be open.
 */
export async function checkAnchors(checking: UdfChecking, isWithTable: boolean): Promise<CheckedAnchors> {
  const { first, last, report } = checking;
  const places = new Set([first + firstAnchorBlock, last - firstAnchorBlock, last]);
  const anchors: CheckedAnchor[] = [];
  for (const block of places) {
    if (block < first) continue;
    const anchor = await anchorAt(checking, block);
    if (anchor !== undefined) anchors.push(anchor);
  }
  const later = first + laterAnchorBlock;
  if (anchors.length === 0 && isWithTable && !places.has(later)) {
    const anchor = await anchorAt(checking, later);
    if (anchor !== undefined) anchors.push(anchor);
  }
  const prevailing = anchors[0];
  const isOpen = isWithTable && anchors.length === 1 && isEarly(prevailing!, first);
  const place = { address: checking.addressOf(first + firstAnchorBlock) };
  if (isOpen) {
    const message = `the session is open: its one anchor is block ${prevailing!.block}`;
    report("UDF_ANCHOR_OPEN", { address: checking.addressOf(prevailing!.block) }, message);
  } else {
    if (anchors.length < 2) {
      const shown = anchors.map(({ block }) => block).join(", ");
      const message = `the session from ${first} to ${last} has ${anchors.length} anchors: ${shown || "none"}`;
      report("UDF_ANCHOR_COUNT", place, message);
    }
    if (anchors.length > 0 && prevailing?.block !== first + firstAnchorBlock) {
      report("UDF_ANCHOR_FIRST", place, `block ${first + firstAnchorBlock} is no anchor`);
    }
  }
  for (const anchor of anchors.slice(1)) {
    if (extentsText(anchor) === extentsText(prevailing!)) continue;
    const shown = `${extentsText(anchor)}, the first one ${extentsText(prevailing!)}`;
    report("UDF_ANCHOR_DIFFERS", { address: checking.addressOf(anchor.block) }, `it names ${shown}`);
  }
  return { anchors, prevailing, isOpen };
}

function isEarly({ block }: CheckedAnchor, first: number): boolean {
  return block === first + firstAnchorBlock || block === first + laterAnchorBlock;
}

/** Whether a block holds an anchor that is one to readers. */
function isAnchor(data: Uint8Array | undefined, block: number): boolean {
  if (data === undefined || !isSound(data, block)) return false;
  return tagIdentifierAt(data, 0) === tagIdentifiers.anchorVolumeDescriptorPointer;
}

/**
 * The last block of a session that counts: that of its last anchor or table, if one is near the end.
 *
 * @param stated The last block by what the session's descriptors say, anchors not counted: a medium that is written
 *   over and over may go on for gigabytes behind it.
 * @param readBlock Reads a block; `undefined` where it cannot be read.
 */
export async function lastCountedBlock(
  last: number,
  stated: number,
  readBlock: (block: number) => Promise<Uint8Array | undefined>,
): Promise<number> {
  if (isAnchor(await readBlock(last - firstAnchorBlock), last - firstAnchorBlock)) return last;
  let isBlank = true;
  for (let block = last; block >= 0; block--) {
    const data = await readBlock(block);
    // Between sessions of an image, and behind what a drive was told to close, any number of blocks may be blank.
    isBlank &&= data === undefined || isZero(data, 0, data.length);
    if (data !== undefined && (isAnchor(data, block) || isTableIcb(data, tagIdentifierAt(data, 0)))) return block;
    if (last - block >= (isBlank ? blankBlocks : blocksBeforeEnd)) break;
  }
  for (let block = Math.min(last, stated + blocksBehindPartition); block >= stated; block--) {
    if (isAnchor(await readBlock(block), block)) return block;
  }
  return last;
}

/** Whether a block holds the ICB of a virtual allocation table: one of file type 248, or 0 in revision 1.50. */
export function isTableIcb(data: Uint8Array, identifier: number | undefined): boolean {
  const isEntry = identifier === tagIdentifiers.fileEntry || identifier === tagIdentifiers.extendedFileEntry;
  return isEntry && (data[27] === 248 || data[27] === 0);
}
