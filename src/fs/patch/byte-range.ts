/** Runs of bytes of an image, and which of them lie on one another. */
import { alignUp } from "../../units.js";
import type { Extent } from "../tree/content.js";
import { byteAddressOf } from "../tree/disc-entry.js";

/** Bytes of an image that follow on each other. */
export interface ByteRange {
  /** First byte, from the image's first. */
  readonly start: number;
  /** The byte behind the last one. */
  readonly end: number;
}

/** Whether some bytes are in one of the ranges. */
export function overlapsAny(ranges: readonly ByteRange[], start: number, end: number): boolean {
  return ranges.some((range) => range.start < end && start < range.end);
}

/**
 * The ranges that extents are in, with what is allotted behind the last byte; those that follow on each other as one.
 *
 * @param unitBytes Bytes in which the file system allots.
 */
export function allottedRanges(extents: readonly Extent[], unitBytes: number): ByteRange[] {
  const ranges: ByteRange[] = [];
  for (const extent of extents) {
    const start = byteAddressOf(extent);
    if (start === undefined || extent.bytes === 0) continue;
    const end = start + extent.bytes;
    const last = ranges.at(-1);
    if (last?.end === start) ranges[ranges.length - 1] = { start: last.start, end };
    else ranges.push({ start, end });
  }
  const last = ranges.at(-1);
  if (last !== undefined) ranges[ranges.length - 1] = { start: last.start, end: alignUp(last.end, unitBytes) };
  return ranges;
}
