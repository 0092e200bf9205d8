/** What "far apart" means: the standard does not say, so that it is measured against the session. OSTA UDF 2.2.3.2, 2.2.13.1. */
import type { ByteRun } from "../udf/partition-space.js";
import type { UdfChecking } from "./udf-checking.js";

/** The part of a session that has to be between two copies, and the blocks that are enough in a small one. */
const part = 0.1;
const enoughBlocks = 128;

interface Side {
  readonly address: number;
  readonly end: number;
  readonly side: 0 | 1;
}

function sidesOf(runs: readonly ByteRun[], side: 0 | 1): Side[] {
  return runs.flatMap(({ address, bytes }) => (address === null ? [] : { address, end: address + bytes, side }));
}

/** Bytes between the nearest two of two sets of runs; 0 where they touch or overlap. */
export function nearest(ones: readonly ByteRun[], others: readonly ByteRun[]): number {
  const all = [...sidesOf(ones, 0), ...sidesOf(others, 1)].sort((one, other) => one.address - other.address);
  const ends: [number, number] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let distance = Number.POSITIVE_INFINITY;
  for (const { address, end, side } of all) {
    distance = Math.min(distance, Math.max(0, address - ends[1 - side]!));
    ends[side] = Math.max(ends[side]!, end);
  }
  return distance;
}

/** Blocks that have to be between two copies: a tenth of what else is in the session, and 128 where there is room. */
export function marginOf({ first, last, blockBytes }: UdfChecking, copies: readonly ByteRun[]): number {
  const own = copies.reduce((sum, { bytes }) => sum + Math.ceil(bytes / blockBytes), 0);
  const rest = Math.max(0, last - first + 1 - own);
  return Math.max(rest * part, Math.min(enoughBlocks, rest * 2 * part));
}
