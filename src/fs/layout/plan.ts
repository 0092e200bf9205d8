import type { PlacedRegion } from "./region.js";

/** Every block of a session has its place: regions that tile `[firstBlock, firstBlock + blocks)`. Plain data. */
export interface Plan {
  /** LBA of the first block. */
  readonly firstBlock: number;
  readonly blocks: number;
  /** In the order of their addresses. */
  readonly regions: readonly PlacedRegion[];
}

/** The kind of the regions that fill gaps between others; their blocks are zero. */
export const gapKind = "gap";

/** The kinds of what lies behind a volume, for disks alone: partitions, and the ends of partition tables. */
export const appendedKind = "appendedPartitions";
export const tailKind = "systemTail";

/** The block behind the last one that does not lie in a region of those kinds, or behind one. */
export function endBefore({ firstBlock, blocks, regions }: Plan, kinds: readonly string[]): number {
  const behind = regions.find(({ region: { kind } }) => kinds.includes(kind));
  return behind?.lba ?? firstBlock + blocks;
}

/** The address of the region of that kind. @throws TypeError when the plan has none. */
export function lbaOf(plan: Plan, kind: string): number {
  const placed = plan.regions.find(({ region }) => region.kind === kind);
  if (placed === undefined) throw new TypeError(`the plan has no region "${kind}"`);
  return placed.lba;
}

/** Index of the region that holds a block; regions of no blocks hold none. */
export function regionAt(plan: Plan, lba: number): number {
  let low = 0;
  let high = plan.regions.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (plan.regions[middle]!.lba <= lba) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The plan as lines of text: address, blocks, kind, name. */
export function printPlan(plan: Plan): string {
  const lines = plan.regions.map(({ region, lba }) =>
    [String(lba).padStart(10), String(region.blocks).padStart(10), region.kind.padEnd(20), region.name].join("  "),
  );
  return `${lines.join("\n")}\n`;
}
