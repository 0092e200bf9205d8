import type { DiscSnapshot } from "../state/snapshot.js";
import { parametersStep, synchronizeStep } from "./common-steps.js";
import { defaultFormat, formatTypes, growFormat, restartFormat } from "./formats.js";
import type { WriteProcedure } from "./procedures.js";
import { procedures } from "./procedures.js";
import type { PlanStep } from "./step.js";

/**
 * What has to be done before blocks of a medium that can be overwritten are written: it is formatted where it never
 * was, and a format that someone interrupted is taken up again.
 */
function prepareOverwriting(snapshot: DiscSnapshot, firstBlock: number, blocks: number): PlanStep[] {
  const { backgroundFormat, needsFormat, formattedBlocks, traits } = snapshot;
  if (needsFormat) return [...defaultFormat(snapshot), ...growSteps(snapshot)];
  if (traits?.family === "dvd+rw" && backgroundFormat === "suspended") return [restartFormat()];
  return firstBlock + blocks > formattedBlocks || isBorderOpen(snapshot) ? growSteps(snapshot) : [];
}

/** Whether it is a DVD-RW that was formatted in haste: its border is open until it was written over to the end. */
export function isBorderOpen({ traits, capacities }: DiscSnapshot): boolean {
  return traits?.family === "dvd-rw-overwrite" && capacities.format === "unknown";
}

/** A DVD-RW that was formatted in haste grows while it is written. */
function growSteps({ traits, capacities }: DiscSnapshot): PlanStep[] {
  if (traits?.family !== "dvd-rw-overwrite") return [];
  const offered = capacities.formats.some(
    ({ formatType, blocks }) => formatType === formatTypes.quickGrow && blocks > 0,
  );
  return offered ? [growFormat()] : [];
}

/** What ends writing to a medium that can be overwritten, so that other drives read it. */
export function releaseOverwriting(snapshot: DiscSnapshot, { closeSession }: WriteProcedure): PlanStep[] {
  const { traits, backgroundFormat } = snapshot;
  const close = (description: string, mayFail: boolean): PlanStep => ({
    kind: "closeSession",
    closeFunctions: closeSession,
    finalises: false,
    mayFail,
    description,
  });
  if (traits?.family === "dvd+rw") {
    if (backgroundFormat === "complete") return [];
    const stop: PlanStep = { kind: "stopBackgroundFormat", description: "stop formatting in the background" };
    return [stop, close("close the border, so that other drives read the disc", true)];
  }
  const grows = isBorderOpen(snapshot) || snapshot.needsFormat;
  return traits?.family === "dvd-rw-overwrite" && grows ? [close("close the border of the disc", false)] : [];
}

/** The steps that write blocks of a medium that can be overwritten. */
export function overwritingSteps(
  snapshot: DiscSnapshot,
  firstBlock: number,
  blocks: number,
  writing: readonly PlanStep[],
): PlanStep[] {
  const procedure = procedures[snapshot.traits!.family];
  const { parameters } = procedure;
  return [
    ...prepareOverwriting(snapshot, firstBlock, blocks),
    ...(parameters === null ? [] : [parametersStep(snapshot, procedure, { writing: parameters, keepDiscOpen: true })]),
    ...writing,
    synchronizeStep,
    ...releaseOverwriting(snapshot, procedure),
  ];
}
