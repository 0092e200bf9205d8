/** What becomes of a partition when its image grows. */
import { blockBytes } from "../../units.js";
import { sectorBytes } from "./byte-patch.js";

/** Sectors of disks in a block. */
export const sectorsInBlock: number = blockBytes / sectorBytes;

/** A partition that starts here or earlier has the volume descriptors in it. ECMA-119 6.2.1: behind 16 blocks. */
const lastStart = 16 * sectorsInBlock;

/** How an image grows, in sectors of 512 bytes. The ends of what partitions may use lie before a backup GPT. */
export interface ImageGrowth {
  readonly oldSectors: number;
  readonly newSectors: number;
  readonly oldUsableEnd: number;
  readonly newUsableEnd: number;
}

/**
 * Where a partition is to end in the grown image. One that covers the old image goes on to cover the new one: it holds
 * the volume descriptors, and reaches the end of the image, or of what partitions may use. The others stay.
 *
 * @param start Its first sector.
 * @param end The sector behind it.
 */
export function grownEnd(
  { oldSectors, newSectors, oldUsableEnd, newUsableEnd }: ImageGrowth,
  start: number,
  end: number,
): number {
  if (start > lastStart || end <= start) return end;
  // Ends are whole blocks, while those of disks and of what partitions may use need not be.
  const reaches = (limit: number): boolean => end > limit - sectorsInBlock;
  if (reaches(oldSectors)) return Math.max(end, newSectors);
  const aligned = Math.floor(newUsableEnd / sectorsInBlock) * sectorsInBlock;
  return reaches(oldUsableEnd) ? Math.max(end, aligned) : end;
}
