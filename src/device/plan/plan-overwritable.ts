import type { DiscSnapshot } from "../state/snapshot.js";
import { parametersStep, synchronizeStep } from "./common-steps.js";
import { defaultFormat, formatTypes, growFormat, restartFormat, stopBackgroundFormatStep } from "./formats.js";
import type { WriteProcedure } from "./procedures.js";
import { procedures } from "./procedures.js";
import type { PlanStep } from "./step.js";

/**
 * What has to be done before blocks of a medium that can be overwritten are written: it is formatted where it never
 * was, and a format that someone interrupted is taken up again.
 */
function prepareOverwriting(snapshot: DiscSnapshot, end: number): PlanStep[] {
  const { backgroundFormat, needsFormat, traits } = snapshot;
  if (needsFormat) return [...defaultFormat(snapshot), ...growSteps(snapshot)];
  if (traits?.family === "dvd+rw" && backgroundFormat === "suspended") return [restartFormat()];
  return grows(snapshot, end) ? growSteps(snapshot) : [];
}

/** Whether it is a DVD-RW that was formatted in haste: its border is open until it was written over to the end. */
function isBorderOpen({ traits, capacities }: DiscSnapshot): boolean {
  return traits?.family === "dvd-rw-overwrite" && capacities.format === "unknown";
}

/** Whether it is a DVD-RW that has to grow for what is written up to `end`. */
function grows(snapshot: DiscSnapshot, end: number): boolean {
  const { traits, formattedBlocks, needsFormat } = snapshot;
  return traits?.family === "dvd-rw-overwrite" && (needsFormat || isBorderOpen(snapshot) || end > formattedBlocks);
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
function releaseOverwriting(snapshot: DiscSnapshot, procedure: WriteProcedure, end: number): PlanStep[] {
  if (snapshot.traits?.family === "dvd+rw") return endBackgroundFormat(snapshot.backgroundFormat, procedure);
  return grows(snapshot, end) ? [closeBorder(procedure, "close the border of the disc", false)] : [];
}

/** Stops formatting in the background, so that a DVD+RW can be taken out and read. */
export function endBackgroundFormat(status: DiscSnapshot["backgroundFormat"], procedure: WriteProcedure): PlanStep[] {
  if (status === "complete") return [];
  return [
    stopBackgroundFormatStep,
    closeBorder(procedure, "close the border, so that other drives read the disc", true),
  ];
}

function closeBorder({ closeSession }: WriteProcedure, description: string, mayFail: boolean): PlanStep {
  return { kind: "closeSession", closeFunctions: closeSession, finalises: false, mayFail, description };
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
    ...prepareOverwriting(snapshot, firstBlock + blocks),
    ...(parameters === null ? [] : [parametersStep(snapshot, procedure, { writing: parameters, keepDiscOpen: true })]),
    ...writing,
    synchronizeStep,
    ...releaseOverwriting(snapshot, procedure, firstBlock + blocks),
  ];
}
