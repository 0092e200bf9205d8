import { blockBytes } from "../../units.js";
import type { Plan } from "./plan.js";
import { regionAt } from "./plan.js";
import type { Renderer } from "./region.js";

/** Renders any blocks of a plan, region by region. */
export async function renderBlocks(
  plan: Plan,
  renderers: ReadonlyMap<string, Renderer>,
  lba: number,
  out: Uint8Array,
  signal?: AbortSignal,
): Promise<void> {
  out.fill(0);
  const end = lba + out.length / blockBytes;
  for (let index = regionAt(plan, lba); index < plan.regions.length; index++) {
    const { region, lba: regionLba } = plan.regions[index]!;
    if (regionLba >= end) break;
    const first = Math.max(lba, regionLba);
    const last = Math.min(end, regionLba + region.blocks);
    const render = renderers.get(region.kind);
    if (render === undefined || last <= first) continue;
    const piece = out.subarray((first - lba) * blockBytes, (last - lba) * blockBytes);
    await render(first - regionLba, piece, plan, signal);
  }
}
