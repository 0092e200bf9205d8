import type { WritingKind } from "../mmc/write-parameters-page.js";

/** Blocks of a session, or of zeros, that are written in order. */
export interface DataStep {
  readonly kind: "write";
  readonly firstBlock: number;
  /** Blocks of the session's data. */
  readonly blocks: number;
  /** Zero blocks before it: the pre-gap of a CD that is written at once. They end at `firstBlock`. */
  readonly pauseBlocks: number;
  /** Zero blocks behind it: post-gap, and what fills the last write unit. */
  readonly zeroBlocks: number;
  /** Whether the drive fills such a short track up by itself, so that one cut off looks like a whole one. */
  readonly isFilledUp: boolean;
  readonly transferBlocks: number;
  /** Whether WRITE (12) is used, with the drive's own verifying left out. */
  readonly streaming: boolean;
}

/** What a step does. */
export type StepAction =
  | {
      readonly kind: "setWriteParameters";
      readonly writing: WritingKind;
      readonly keepDiscOpen: boolean;
      readonly testWrite: boolean;
      /** What the drive says of the track; `null` where the usual one will do. */
      readonly trackMode: number | null;
      /** The step may fail: many drives know no such thing for this medium. */
      readonly mayFail: boolean;
    }
  | {
      readonly kind: "setSpeed";
      /** In 1,000 bytes a second. */
      readonly speed: number | "maximum";
      readonly command: "SET CD SPEED" | "SET STREAMING";
      /** Up to where it is meant. */
      readonly lastBlock: number;
    }
  | { readonly kind: "calibrate" }
  | { readonly kind: "setLayer0Blocks"; readonly blocks: number }
  | { readonly kind: "checkNextWritable"; readonly lba: number; readonly trackNumber: number }
  | { readonly kind: "reserveTrack"; readonly blocks: number; readonly mayFail: boolean }
  | { readonly kind: "sendCueSheet"; readonly blocks: number }
  | DataStep
  | {
      readonly kind: "writeZeros";
      readonly firstBlock: number;
      readonly blocks: number;
      readonly transferBlocks: number;
    }
  | { readonly kind: "synchronizeCache" }
  | {
      readonly kind: "closeTrack";
      readonly trackNumber: number;
      /** The step may fail: some drives know no such thing for this medium, and the next step does it too. */
      readonly mayFail: boolean;
    }
  | {
      readonly kind: "closeSession";
      /** Tried one after the other, where a drive refuses the one before. */
      readonly closeFunctions: readonly number[];
      /** Whether nothing can be added then. */
      readonly finalises: boolean;
      /** The step may fail: it brings nothing on most drives. */
      readonly mayFail: boolean;
    }
  | { readonly kind: "stopBackgroundFormat" }
  | { readonly kind: "awaitBackgroundFormat" }
  | { readonly kind: "blank"; readonly blankingType: number }
  | {
      readonly kind: "formatUnit";
      readonly formatType: number;
      readonly formatSubtype: number;
      /** All ones: as many as there are. */
      readonly blocks: number;
      readonly parameter: number;
      /** Whether the drive verifies what it formats; `null` where the type says it. */
      readonly certify: boolean | null;
    };

/** One step of a plan: plain data, to be shown or done. */
export type PlanStep = StepAction & {
  /** For people: "close track 3". */
  readonly description: string;
  /** Done at the end also where a step before it failed: it gives the drive back what was changed for this job. */
  readonly isCleanup?: true;
};

/** Whether nothing can be added to the disc once the steps are done. */
export function finalisesDisc(steps: readonly PlanStep[]): boolean {
  if (steps.some((step) => step.kind === "setWriteParameters" && step.testWrite)) return false;
  return steps.some(
    (step) =>
      (step.kind === "closeSession" && step.finalises) ||
      // What is written at once is closed with its last block.
      (step.kind === "setWriteParameters" && isAtOnce(step.writing) && !step.keepDiscOpen),
  );
}

function isAtOnce(writing: WritingKind): boolean {
  return writing === "cdSessionAtOnce" || writing === "dvdDiscAtOnce";
}

/** Whether the steps destroy what is on the disc. */
export function erasesDisc(steps: readonly PlanStep[]): boolean {
  return steps.some(({ kind }) => kind === "blank" || kind === "formatUnit" || kind === "writeZeros");
}
