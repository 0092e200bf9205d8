import { blankingTypes } from "../mmc/blank.js";
import type { DiscSnapshot } from "../state/snapshot.js";
import { overwritingSteps } from "./plan-overwritable.js";
import { notSupported, procedureOf, readOnly, refuseProtected } from "./refusals.js";
import type { PlanStep } from "./step.js";

/** How a disc is blanked. */
export interface BlankOptions {
  /**
   * `full` erases all blocks, which takes as long as writing them; `minimal` makes what is recorded unreachable. Default:
   * `minimal`, but `full` on DVD-RW, of which the other one leaves a disc that takes a single session.
   */
  readonly type?: "full" | "minimal" | undefined;
}

/** System area, descriptors and the anchor of UDF, in whole units. */
const startBlocks = 288;

/**
 * The steps that make a disc blank. CD-RW and DVD-RW are blanked by the drive; a DVD-RW that was formatted becomes one
 * that grows by sessions. On media that can be overwritten the start and the end, or everything, is filled with zeros.
 *
 * @param device For messages.
 * @throws {@link DiscError} E_DISC_READ_ONLY for media that cannot be erased; E_NOT_SUPPORTED.
 */
export function planBlank(device: string, snapshot: DiscSnapshot, options: BlankOptions = {}): readonly PlanStep[] {
  const { traits, erasable, profile, overwritable } = snapshot;
  if (traits === undefined) throw notSupported(device, `writing to ${profile.media} media`);
  refuseProtected(device, snapshot);
  if (erasable) return [blankStep(snapshot, options)];
  if (!overwritable) throw readOnly(device, `${profile.media} media cannot be erased`);
  const { transferBlocks } = procedureOf(device, snapshot);
  // Nothing can be on a medium that was never formatted.
  if (snapshot.needsFormat) return [];
  const zeros = zeroSteps(snapshot, transferBlocks, options.type === "full");
  return overwritingSteps(snapshot, 0, snapshot.totalBlocks, zeros);
}

function blankStep({ traits }: DiscSnapshot, options: BlankOptions): PlanStep {
  const isCd = traits?.family === "cd";
  const type = options.type ?? (isCd ? "minimal" : "full");
  const warning = isCd || type === "full" ? "" : "; it takes a single session then";
  const what = type === "full" ? "erase all blocks of the disc" : "erase the tables of the disc";
  return {
    kind: "blank",
    blankingType: type === "full" ? blankingTypes.disc : blankingTypes.minimal,
    description: `${what}${warning}`,
  };
}

function zeroSteps({ totalBlocks }: DiscSnapshot, transferBlocks: number, everything: boolean): PlanStep[] {
  const zeros = (firstBlock: number, blocks: number, what: string): PlanStep => ({
    kind: "writeZeros",
    firstBlock,
    blocks,
    transferBlocks,
    description: `fill ${what} with zeros: ${blocks} blocks from block ${firstBlock} on`,
  });
  if (everything || totalBlocks <= 2 * startBlocks) return [zeros(0, totalBlocks, "the disc")];
  const end = totalBlocks - startBlocks;
  // Volumes can be found by what stands at their end, too.
  return [zeros(0, startBlocks, "the start"), zeros(end, startBlocks, "the end")];
}
