/** Gives every block of a session its place, and finds what renders it. */
import { blockBytes } from "../../units.js";
import { BootWriter } from "../boot/boot-writer.js";
import { chainRecordLba } from "../growth/chain-record.js";
import type { BlockPatch, SessionHeader } from "../growth/front.js";
import {
  anchorAt,
  countDescriptors,
  descriptorsOf,
  frontPatches,
  hasAnchor,
  leadBlocks,
  recordBlock,
  withVolumeSpaceSize,
} from "../growth/front.js";
import { growSystem, renderPatches, systemBlocks } from "../growth/system-patches.js";
import type { SystemAreaPlan } from "../hybrid/system-area.js";
import { systemAreaBytes } from "../hybrid/system-area.js";
import { firstVolumeDescriptorBlock } from "../iso9660/volume-descriptors.js";
import type { Plan } from "../layout/plan.js";
import { tailKind } from "../layout/plan.js";
import type { PlanLimits } from "../layout/planner.js";
import { planAfter, planBefore, planRegions } from "../layout/planner.js";
import type { Region, RegionWriter, Renderer } from "../layout/region.js";
import { nextPlace } from "../layout/region.js";
import { renderBlocks } from "../layout/render.js";
import { firstAnchorBlock } from "../udf/anchor-reader.js";
import type { Growth } from "./growth.js";
import type { SessionParts } from "./iso-session.js";
import { bootRecordPosition, sessionWriters, systemAreaKind } from "./iso-session.js";
import { ownTreePatches } from "./partition-tree.js";

/** A session whose every block has its place. */
export interface LaidOutSession {
  readonly plan: Plan;
  readonly renderers: ReadonlyMap<string, Renderer>;
  /** Blocks before the session that are written after it, in this order. */
  readonly front: readonly BlockPatch[];
}

/** What stands before a session: see {@link Growth.lead}. */
const leadRegion: Region = {
  kind: "lead",
  name: "Header before the session",
  blocks: leadBlocks,
  place: { at: "next" },
  needs: "plan",
};

/** The anchor of the header before the session: 256 blocks behind that one's start, in a gap of the session. */
function leadAnchorWriter(render: Renderer): RegionWriter {
  const kind = "leadAnchor";
  const place = { at: "fromStart", block: firstAnchorBlock - leadBlocks } as const;
  return {
    regions: [{ kind, name: "UDF: anchor of the header before the session", blocks: 1, place, needs: "plan" }],
    bind: () => new Map([[kind, render]]),
  };
}

/** Renders the header of a planned session. */
async function renderHeader(
  plan: Plan,
  renderers: ReadonlyMap<string, Renderer>,
  hasUdf: boolean,
): Promise<SessionHeader> {
  const { firstBlock } = plan;
  const lead = new Uint8Array((leadBlocks - firstVolumeDescriptorBlock) * blockBytes);
  await renderBlocks(plan, renderers, firstBlock + firstVolumeDescriptorBlock, lead);
  const descriptors = lead.subarray(0, countDescriptors(lead) * blockBytes);
  if (!hasUdf) return { descriptors, anchor: undefined };
  const anchor = new Uint8Array(blockBytes);
  await renderBlocks(plan, renderers, firstBlock + firstAnchorBlock, anchor);
  return { descriptors, anchor };
}

/** Renders the lead of a session, and its anchor. */
class LeadRenderer {
  readonly #growth: Growth;
  readonly #hasUdf: boolean;
  #header: Promise<SessionHeader> | undefined;
  #plan: Plan | undefined;
  #renderers: ReadonlyMap<string, Renderer> | undefined;
  #system: SystemAreaPlan | undefined;

  constructor(growth: Growth, hasUdf: boolean) {
    this.#growth = growth;
    this.#hasUdf = hasUdf;
  }

  /**
   * @param plan That of the session without its lead.
   * @param system What a new image has for disks.
   */
  bind(plan: Plan, renderers: ReadonlyMap<string, Renderer>, system: SystemAreaPlan | undefined): void {
    this.#plan = plan;
    this.#renderers = renderers;
    this.#system = system;
  }

  get hasAnchor(): boolean {
    const { lead, front } = this.#growth;
    return lead === "kept" ? hasAnchor(front!) : this.#hasUdf;
  }

  /** That of the session. */
  header(): Promise<SessionHeader> {
    this.#header ??= renderHeader(this.#plan!, this.#renderers!, this.#hasUdf);
    return this.#header;
  }

  readonly lead: Renderer = async (first, out) => {
    const whole = await this.#wholeLead();
    out.set(whole.subarray(first * blockBytes, first * blockBytes + out.length));
  };

  readonly anchor: Renderer = async (_first, out) => {
    if (!this.hasAnchor) return;
    const { lead, front, sessionStart } = this.#growth;
    const anchor = lead === "kept" ? front!.anchor : (await this.header()).anchor!;
    out.set(anchorAt(anchor, sessionStart - leadBlocks + firstAnchorBlock));
  };

  async #wholeLead(): Promise<Uint8Array> {
    const { lead, front, chain, sessionStart } = this.#growth;
    const first = firstVolumeDescriptorBlock * blockBytes;
    const whole = new Uint8Array(leadBlocks * blockBytes);
    if (lead === "front") {
      const { firstBlock, blocks } = this.#plan!;
      whole.set(withVolumeSpaceSize((await this.header()).descriptors, firstBlock + blocks), first);
      renderPatches(this.#system?.patches ?? [], 0, whole.subarray(0, systemAreaBytes));
      whole.set(recordBlock(chain!), chainRecordLba * blockBytes);
      return whole;
    }
    // What lies behind the descriptors has stayed where it was.
    const descriptors = descriptorsOf(front!.lead);
    whole.set(front!.lead.subarray(0, first));
    // In a chain that begins at block 32, the next session is found by the length of this one.
    whole.set(chain === undefined ? withVolumeSpaceSize(descriptors, leadBlocks) : descriptors, first);
    // A volume has two anchors at least; the other one stands where the header ends. OSTA UDF 2.2.3.
    const last = (leadBlocks - 1) * blockBytes;
    if (this.hasAnchor && first + descriptors.length <= last)
      whole.set(anchorAt(front!.anchor, sessionStart - 1), last);
    return whole;
  }
}

/** What becomes of the image's partition tables; `undefined` where there are none. */
function growthOfSystem({ firstBlock, blocks }: Plan, growth: Growth | undefined): SystemAreaPlan | undefined {
  if (growth?.system === undefined) return undefined;
  return growSystem(growth.system.area, growth.system.blocks, firstBlock + blocks);
}

/** A plan with what partition tables have at the end of the image. */
function withTail(plan: Plan, system: SystemAreaPlan | undefined): Plan {
  const blocks = (system?.blocks ?? 0) - plan.firstBlock - plan.blocks;
  if (blocks <= 0) return plan;
  return planBefore(plan, {
    kind: tailKind,
    name: "End of the image for disks",
    blocks,
    place: nextPlace,
    needs: "plan",
  });
}

/** What identifiers of disks and partitions are made of where none are given. */
function seedOf({ options, times }: SessionParts): string {
  return `${options.volumeName ?? "DISC"}/${times.imageMs}`;
}

/**
 * Lays out a session.
 *
 * @throws {@link DiscError} E_IMAGE_TOO_BIG, and as the writers of its parts; E_NOT_SUPPORTED where the front of the
 *   medium has no room.
 */
export async function layOutSession(parts: SessionParts, limits: PlanLimits): Promise<LaidOutSession> {
  const { growth, sessionStart, udf, boot: bootPlan, contents } = parts;
  const boot =
    bootPlan === undefined ? undefined : new BootWriter(bootPlan, contents, bootRecordPosition, sessionStart);
  const { writers, inFront } = sessionWriters(parts, boot);
  const lead = growth === undefined ? undefined : new LeadRenderer(growth, udf !== undefined);
  const hasLead = growth?.lead !== undefined;
  // Of a medium that is to grow, block 256 is kept free even where no UDF is written now.
  if (hasLead && (growth.lead === "front" || lead!.hasAnchor)) writers.push(leadAnchorWriter(lead!.anchor));
  const regions = writers.flatMap((writer) => writer.regions);
  const withAppended = (volume: Plan): Plan =>
    boot?.appended === undefined ? volume : planBefore(volume, boot.appended);
  const first = withAppended(planRegions(regions, sessionStart, limits));
  const wanted = boot?.systemArea(first, seedOf(parts));
  // What fills up a cylinder belongs to the volume: what stands at its end is to stand at that of the image.
  const isFilledUp = wanted !== undefined && !wanted.hasTail && boot?.appended === undefined;
  const bare = isFilledUp ? planRegions(regions, sessionStart, { ...limits, endAlign: wanted.blocks }) : first;
  const system = (isFilledUp ? boot?.systemArea(bare, seedOf(parts)) : wanted) ?? growthOfSystem(bare, growth);
  const plan = withTail(bare, system);
  const renderers = new Map<string, Renderer>();
  for (const writer of writers) for (const [kind, render] of writer.bind(plan)) renderers.set(kind, render);
  if (system !== undefined) {
    const tailLba = bare.firstBlock + bare.blocks;
    renderers.set(tailKind, async (first, out) => renderPatches(system.patches, tailLba + first, out));
  }
  if (growth === undefined || lead === undefined) {
    if (system !== undefined) {
      renderers.set(systemAreaKind, async (first, out) => renderPatches(system.patches, first, out));
    }
    return { plan, renderers, front: [] };
  }
  lead.bind(plan, renderers, boot === undefined ? undefined : system);
  const { front, room, chain } = growth;
  const endLba = plan.firstBlock + plan.blocks;
  const patches = [
    ...systemBlocks(front?.lead, system?.patches ?? []),
    ...(growth.ownTree === undefined || inFront.length === 0
      ? []
      : await ownTreePatches(inFront, plan, growth.ownTree)),
    ...(front === undefined ? [] : frontPatches(front, { header: await lead.header(), endLba, room, chain })),
  ];
  if (!hasLead) return { plan, renderers, front: patches };
  renderers.set(leadRegion.kind, lead.lead);
  return { plan: planAfter(leadRegion, plan), renderers, front: patches };
}
