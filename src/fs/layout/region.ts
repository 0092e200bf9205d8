import type { Plan } from "./plan.js";

/**
 * Where a region goes. Blocks are counted from the session's start, its end, or the medium's start. One that follows on
 * others may have to lie at a multiple of some blocks, or not before some block of the session.
 */
export type Place =
  | { readonly at: "next"; readonly align?: number; readonly from?: number }
  | { readonly at: "fromStart"; readonly block: number }
  | { readonly at: "absolute"; readonly lba: number }
  | { readonly at: "fromEnd"; readonly block: number };

/** A run of blocks of one kind. Plain data: how it is rendered is found by `kind`. */
export interface Region {
  /** Unique in a plan: "pathTableL". */
  readonly kind: string;
  /** For people: "Path table, type L". */
  readonly name: string;
  /** Final before any address is known. */
  readonly blocks: number;
  readonly place: Place;
  /** `plan`: anything fixed by addresses; `content`: only once the contents before it have passed by. */
  readonly needs: "plan" | "content";
}

/** A region at its place. */
export interface PlacedRegion {
  readonly region: Region;
  readonly lba: number;
}

/** Fills `out`, a whole number of blocks that is zero beforehand, with the region's blocks from `first` on. */
export type Renderer = (first: number, out: Uint8Array, plan: Plan, signal?: AbortSignal) => Promise<void>;

/** A writer's regions: asked for before any address is known, bound to their renderers once the plan is made. */
export interface RegionWriter {
  readonly regions: readonly Region[];
  bind(plan: Plan): ReadonlyMap<string, Renderer>;
}

/** Where a region is placed whose place does not matter. */
export const nextPlace: Place = { at: "next" };
