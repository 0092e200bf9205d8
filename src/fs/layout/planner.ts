import { proveTiling } from "../../codec/codec.js";
import { DiscError } from "../../errors.js";
import { alignUp } from "../../units.js";
import type { Plan } from "./plan.js";
import { gapKind } from "./plan.js";
import type { PlacedRegion, Region } from "./region.js";
import { nextPlace } from "./region.js";

/** The bounds of a plan. */
export interface PlanLimits {
  /** Blocks the session may have; `undefined` for no limit. */
  readonly blocks?: number | undefined;
  /** The plan's end lies at a multiple of so many blocks of the medium. Default 1. */
  readonly endAlign?: number | undefined;
}

/** Addresses are 32-bit numbers on disc. ECMA-119 7.3.3. */
const maximumBlocks = 0xffff_ffff;

/** Takes the lowest free run for a region that may lie anywhere from `cursor` on, between those already placed. */
function nextFree(placed: readonly PlacedRegion[], cursor: number, blocks: number, align: number): number {
  let lba = alignUp(cursor, align);
  for (const other of placed) {
    const end = other.lba + other.region.blocks;
    if (lba + blocks <= other.lba || end <= lba) continue;
    lba = alignUp(end, align);
  }
  return lba;
}

function byAddress(one: PlacedRegion, other: PlacedRegion): number {
  return one.lba - other.lba || one.region.blocks - other.region.blocks;
}

function refuseOverlaps(placed: readonly PlacedRegion[], firstBlock: number): void {
  let end = firstBlock;
  for (const { region, lba } of placed) {
    if (lba < end)
      throw new TypeError(`region ${region.kind} cannot lie at block ${lba}: blocks before ${end} are taken`);
    end = lba + region.blocks;
  }
}

/** Puts the regions of fixed places first, those that follow one another around them, and those of the end last. */
function place(
  regions: readonly Region[],
  firstBlock: number,
  endAlign: number,
): { placed: PlacedRegion[]; end: number } {
  const placed: PlacedRegion[] = [];
  for (const region of regions) {
    if (region.place.at === "fromStart") placed.push({ region, lba: firstBlock + region.place.block });
    if (region.place.at === "absolute") placed.push({ region, lba: region.place.lba });
  }
  placed.sort(byAddress);
  refuseOverlaps(placed, firstBlock);
  let cursor = firstBlock;
  const following: PlacedRegion[] = [];
  for (const region of regions) {
    if (region.place.at !== "next") continue;
    const { align = 1, from = 0 } = region.place;
    const lba = nextFree(placed, Math.max(cursor, firstBlock + from), region.blocks, align);
    following.push({ region, lba });
    cursor = lba + region.blocks;
  }
  const fromEnd = regions.filter((region) => region.place.at === "fromEnd");
  const all = [...placed, ...following].sort(byAddress);
  const behind = (region: Region): number => (region.place.at === "fromEnd" ? region.place.block : 0);
  const used = all.reduce((end, { region, lba }) => Math.max(end, lba + region.blocks), firstBlock);
  const end = alignUp(used + Math.max(0, ...fromEnd.map((region) => behind(region) + 1)), endAlign);
  for (const region of fromEnd) all.push({ region, lba: end - 1 - behind(region) });
  return { placed: all.sort(byAddress), end };
}

/**
 * Gives every region its place and fills the gaps, so that the plan tiles its blocks without gap or overlap.
 *
 * @param regions In the order of docs/ON-DISC.md; lengths final.
 * @param firstBlock LBA of the first block: 0, or the next writable address of an appended session.
 * @throws {@link DiscError} E_IMAGE_TOO_BIG when it would pass the limits.
 */
export function planRegions(regions: readonly Region[], firstBlock: number, limits: PlanLimits = {}): Plan {
  const tiled: PlacedRegion[] = [];
  let position = firstBlock;
  const fillTo = (lba: number): void => {
    if (lba <= position) return;
    const gap: Region = { kind: gapKind, name: "Gap", blocks: lba - position, place: nextPlace, needs: "plan" };
    tiled.push({ region: gap, lba: position });
    position = lba;
  };
  const { placed, end } = place(regions, firstBlock, limits.endAlign ?? 1);
  for (const next of placed) {
    fillTo(next.lba);
    tiled.push(next);
    position = next.lba + next.region.blocks;
  }
  // What is counted from the end has blocks behind it, whether or not anything lies there.
  fillTo(end);
  const blocks = position - firstBlock;
  const limitBlocks = Math.min(limits.blocks ?? maximumBlocks, maximumBlocks - firstBlock);
  if (blocks > limitBlocks) {
    const message = `image needs ${blocks} blocks, there is room for ${limitBlocks}`;
    throw new DiscError("E_IMAGE_TOO_BIG", message, { blocks, limitBlocks });
  }
  const pieces = tiled.map(({ region, lba }) => ({ name: region.kind, first: lba, length: region.blocks }));
  proveTiling("plan", "block", pieces, firstBlock, firstBlock + blocks);
  return Object.freeze({ firstBlock, blocks, regions: Object.freeze(tiled) });
}

/** A plan with a region before its first block. */
export function planAfter(lead: Region, { firstBlock, blocks, regions }: Plan): Plan {
  const lba = firstBlock - lead.blocks;
  const all = Object.freeze([{ region: lead, lba }, ...regions]);
  return Object.freeze({ firstBlock: lba, blocks: lead.blocks + blocks, regions: all });
}

/** A plan with a region behind its last block. */
export function planBefore({ firstBlock, blocks, regions }: Plan, tail: Region): Plan {
  const all = Object.freeze([...regions, { region: tail, lba: firstBlock + blocks }]);
  return Object.freeze({ firstBlock, blocks: blocks + tail.blocks, regions: all });
}
