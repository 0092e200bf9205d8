/** Checks the space bitmaps of partitions against what is in use. ECMA-167, 3rd edition, 4/10, 4/14.12; OSTA UDF 2.3.8. */
import { strictContext } from "../../codec/codec.js";
import type { ShortAllocationDescriptor } from "../udf/allocation.js";
import type { PartitionDescriptor } from "../udf/partition.js";
import { spaceBitmapHead } from "../udf/space-sets.js";
import { tagIdentifiers } from "../udf/tag.js";
import type { UdfChecking } from "./udf-checking.js";
import type { SpaceUse, UsedRun } from "./udf-space.js";
import { checkDescriptorTag } from "./udf-tags.js";

/** Bytes of a bitmap that are looked at together. */
const pieceBytes = 64 * 1024;

/** A partition with a bitmap. */
export interface BitmapSource {
  readonly partition: PartitionDescriptor;
  readonly bitmaps: readonly ShortAllocationDescriptor[];
  readonly use: SpaceUse;
}

/** A bitmap whose head was checked. */
interface OpenBitmap {
  /** Where its bits lie. */
  readonly address: number;
  readonly bytes: number;
  readonly bits: number;
}

/** Notes the blocks of bitmaps as in use. */
export function useBitmaps({ blockBytes }: UdfChecking, { partition, bitmaps, use }: BitmapSource): void {
  for (const { extentPosition, extentLength } of bitmaps) {
    const address = (partition.partitionStartingLocation + extentPosition) * blockBytes;
    const bytes = Math.ceil(extentLength / blockBytes) * blockBytes;
    use.add([{ address, bytes }], { kind: "structure", owner: "a space bitmap", path: undefined }, false);
  }
}

async function openBitmap(
  checking: UdfChecking,
  { extentPosition, extentLength }: ShortAllocationDescriptor,
  partition: PartitionDescriptor,
): Promise<OpenBitmap | undefined> {
  const { report } = checking;
  const address = (partition.partitionStartingLocation + extentPosition) * checking.blockBytes;
  const place = { address };
  const { name, size } = spaceBitmapHead;
  const data = await checking.read(address, checking.blockBytes, "space bitmap");
  if (data === undefined) return undefined;
  const { numberOfBits: bits, numberOfBytes } = spaceBitmapHead.read(data, 0, strictContext);
  const bytes = size + numberOfBytes;
  const tag = { name, tagIdentifier: tagIdentifiers.spaceBitmapDescriptor, location: extentPosition };
  // The CRC covers the head alone, as is advised, or also bits in other blocks, where it is not looked at.
  if (!checkDescriptorTag(checking, { ...tag, data, at: 0, bytes, end: data.length, place })) return undefined;
  if (bits !== partition.partitionLength) {
    report("UDF_SPACE_BITMAP", place, `${bits} bits, for ${partition.partitionLength} blocks`);
  }
  if (numberOfBytes * 8 < bits || bytes > extentLength) {
    report("UDF_SPACE_BITMAP", place, `${bits} bits in ${numberOfBytes} bytes, in an extent of ${extentLength}`);
    return undefined;
  }
  return { address: address + size, bytes: numberOfBytes, bits: Math.min(bits, partition.partitionLength) };
}

/** What of a piece of a bitmap is in use: a byte for eight blocks, as bits are in the bitmap. */
class UsedBits {
  readonly #runs: readonly UsedRun[];
  readonly #blockBytes: number;
  readonly #start: number;
  #next = 0;

  constructor(runs: readonly UsedRun[], blockBytes: number, start: number) {
    this.#runs = runs;
    this.#blockBytes = blockBytes;
    this.#start = start;
  }

  /** @param first The first block, in the partition; a multiple of 8. Pieces ascend. */
  piece(first: number, bytes: number): Uint8Array {
    const used = new Uint8Array(bytes);
    const end = first + bytes * 8;
    // A long run reaches into the next pieces: the search starts again with the first that does.
    let index = this.#next;
    let isKept = true;
    for (; index < this.#runs.length; index++) {
      const { address, bytes: length } = this.#runs[index]!;
      const from = Math.floor(address / this.#blockBytes) - this.#start;
      const to = Math.ceil((address + length) / this.#blockBytes) - this.#start;
      if (from >= end) break;
      if (to <= first) {
        if (isKept) this.#next = index + 1;
        continue;
      }
      isKept = false;
      for (let block = Math.max(from, first); block < Math.min(to, end); block++) {
        const at = Math.floor((block - first) / 8);
        used[at] = used[at]! | (1 << ((block - first) % 8));
      }
    }
    return used;
  }
}

interface BitCounts {
  free: number;
  usedAndFree: number;
  firstUsedAndFree: number;
  unused: number;
}

function countBits(counts: BitCounts, free: Uint8Array, used: Uint8Array, first: number, bits: number): void {
  for (let index = 0; index < free.length; index++) {
    const last = Math.min(8, bits - first - index * 8);
    if (last <= 0) return;
    if (last === 8 && free[index] === 0xff && used[index] === 0) {
      counts.free += 8;
      continue;
    }
    if (last === 8 && free[index] === 0 && used[index] === 0xff) continue;
    for (let bit = 0; bit < last; bit++) {
      const isFree = ((free[index]! >>> bit) & 1) === 1;
      const isUsed = ((used[index]! >>> bit) & 1) === 1;
      if (isFree) counts.free++;
      if (isFree && isUsed && counts.usedAndFree++ === 0) counts.firstUsedAndFree = first + index * 8 + bit;
      if (!isFree && !isUsed) counts.unused++;
    }
  }
}

/**
 * Compares the bitmaps of a partition with what is in use.
 *
 * @returns How many blocks are free; `undefined` where that cannot be said.
 */
export async function checkBitmaps(checking: UdfChecking, source: BitmapSource): Promise<number | undefined> {
  const { report, blockBytes } = checking;
  const { partition, bitmaps, use } = source;
  const open: OpenBitmap[] = [];
  for (const extent of bitmaps) {
    const bitmap = await openBitmap(checking, extent, partition);
    if (bitmap === undefined) return undefined;
    open.push(bitmap);
  }
  const [first] = open;
  if (first === undefined) return undefined;
  const bits = Math.min(...open.map((bitmap) => bitmap.bits));
  const used = new UsedBits(use.runs, blockBytes, partition.partitionStartingLocation);
  const counts: BitCounts = { free: 0, usedAndFree: 0, firstUsedAndFree: 0, unused: 0 };
  for (let done = 0; done * 8 < bits; done += pieceBytes) {
    checking.throwIfCancelled();
    const count = Math.min(pieceBytes, Math.ceil(bits / 8) - done);
    const free = new Uint8Array(count);
    for (const { address } of open) {
      const piece = await checking.read(address + done, count, "space bitmap");
      if (piece === undefined) return undefined;
      for (const [index, octet] of piece.entries()) free[index] = free[index]! | octet;
    }
    countBits(counts, free, used.piece(done * 8, count), done * 8, bits);
  }
  const place = { address: first.address };
  if (counts.usedAndFree > 0) {
    const message = `${counts.usedAndFree} blocks in use are marked as free, the first is ${counts.firstUsedAndFree}`;
    report("UDF_SPACE_IN_USE", place, message);
  }
  if (counts.unused > 0)
    report("UDF_SPACE_LOST", place, `${counts.unused} blocks that nothing uses are marked as used`);
  return counts.free;
}
