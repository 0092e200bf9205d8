import { alignUp } from "../../units.js";
import type { DiscSnapshot } from "../state/snapshot.js";
import { closeSessionStep, closeTrackStep, parametersStep, synchronizeStep } from "./common-steps.js";
import type { WriteProcedure } from "./procedures.js";
import type { DataStep, PlanStep } from "./step.js";
import type { WriteOptions } from "./write-options.js";

/** The steps that write a session of a disc that grows by sessions, and close it. */
export function sequentialSteps(
  snapshot: DiscSnapshot,
  procedure: WriteProcedure,
  data: PlanStep & DataStep,
  options: WriteOptions,
): PlanStep[] {
  const { family } = snapshot.traits!;
  const testWrite = options.dummy === true;
  const atOnce = snapshot.takesOneSession || options.writeType === "sessionAtOnce";
  const keepDiscOpen = options.close !== true && !(atOnce && family !== "cd");
  const writing = atOnce ? procedure.atOnceParameters : procedure.parameters;
  const parameters =
    writing === null ? [] : [parametersStep(snapshot, procedure, { writing, keepDiscOpen, testWrite })];
  return [
    ...(procedure.calibrates && !snapshot.hasOpcTable ? [calibrateStep] : []),
    ...parameters,
    ...layerSteps(snapshot, data, options),
    checkStep(snapshot, data),
    ...sizeSteps(snapshot, data, atOnce, options),
    data,
    synchronizeStep,
    ...(testWrite ? [] : closingSteps(snapshot, procedure, atOnce, keepDiscOpen)),
    ...(testWrite ? [endTestWriting(snapshot, procedure)] : []),
  ];
}

const calibrateStep: PlanStep = { kind: "calibrate", description: "let the drive calibrate its laser" };

function checkStep({ tracks, needsRepair }: DiscSnapshot, { firstBlock: lba }: DataStep): PlanStep {
  const trackNumber = nextTrackNumber({ tracks, needsRepair });
  return { kind: "checkNextWritable", lba, trackNumber, description: `make sure that block ${lba} is still the next` };
}

/** The number of the track that is written; on a disc that is repaired first, what it will be then. */
function nextTrackNumber({ tracks, needsRepair }: Pick<DiscSnapshot, "tracks" | "needsRepair">): number {
  const last = tracks.at(-1);
  if (last === undefined) return 1;
  return last.number + (needsRepair && last.lastRecordedLba !== null ? 1 : 0);
}

/** Layers of equal length are read without a seek across the disc; that matters once nothing more is added. */
function layerSteps({ traits, blank }: DiscSnapshot, { blocks }: DataStep, { close }: WriteOptions): PlanStep[] {
  if (traits!.family !== "dvd+r-dl" || !blank || close !== true) return [];
  const half = alignUp(Math.ceil(blocks / 2), traits!.writeUnitBlocks);
  return [{ kind: "setLayer0Blocks", blocks: half, description: `let layer 0 have ${half} blocks` }];
}

/** Tells the drive how long the session is, where that is needed or wanted. */
function sizeSteps({ traits }: DiscSnapshot, data: DataStep, atOnce: boolean, options: WriteOptions): PlanStep[] {
  const blocks = data.blocks + data.zeroBlocks;
  if (atOnce && traits!.family === "cd") {
    return [{ kind: "sendCueSheet", blocks, description: `send the cue sheet: one data track of ${blocks} blocks` }];
  }
  const isPlusOrBd = traits!.family !== "cd" && traits!.family !== "dvd-r";
  if (!atOnce && !(options.reserveTrack === true && isPlusOrBd)) return [];
  const description = `reserve a track of ${blocks} blocks`;
  return [{ kind: "reserveTrack", blocks, mayFail: !atOnce, description }];
}

/** What is written at once needs no closing. */
function closingSteps(
  snapshot: DiscSnapshot,
  procedure: WriteProcedure,
  atOnce: boolean,
  keepDiscOpen: boolean,
): PlanStep[] {
  if (atOnce) return [];
  const track = procedure.closesTracks ? [closeTrackStep(nextTrackNumber(snapshot))] : [];
  return [...track, closeSessionStep(procedure, !keepDiscOpen)];
}

/** A drive that is left in test mode would pretend to write for whoever comes next. */
function endTestWriting(snapshot: DiscSnapshot, procedure: WriteProcedure): PlanStep {
  const step = parametersStep(snapshot, procedure, { writing: procedure.parameters!, keepDiscOpen: true });
  return { ...step, description: "end test writing", isCleanup: true };
}
