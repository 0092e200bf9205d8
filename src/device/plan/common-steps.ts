/** Steps that several plans have. */
import type { WritingKind } from "../mmc/write-parameters-page.js";
import type { DiscSnapshot } from "../state/snapshot.js";
import type { WriteProcedure } from "./procedures.js";
import type { PlanStep } from "./step.js";

const writingNames: { readonly [K in WritingKind]: string } = {
  cdTrackAtOnce: "track-at-once writing",
  cdSessionAtOnce: "session-at-once writing",
  dvdIncremental: "incremental writing",
  dvdDiscAtOnce: "disc-at-once writing",
  multisessionOnly: "writing in sessions",
};

/** What write parameters are set for. */
interface ParametersChoice {
  readonly writing: WritingKind;
  readonly keepDiscOpen: boolean;
  readonly testWrite?: boolean;
}

/** Sets the write parameters. */
export function parametersStep(
  { tracks, traits }: DiscSnapshot,
  procedure: WriteProcedure,
  { writing, keepDiscOpen, testWrite = false }: ParametersChoice,
): PlanStep {
  const isDvd = traits?.family === "dvd-r" || traits?.family === "dvd-r-dl";
  const end = testWrite ? "nothing is recorded" : `the disc ${keepDiscOpen ? "stays open" : "is finalised"}`;
  return {
    kind: "setWriteParameters",
    writing,
    keepDiscOpen,
    testWrite,
    trackMode: isDvd ? dataTrackMode(tracks.at(-1)?.trackMode) : null,
    mayFail: procedure.parametersMayFail,
    description: `set ${writingNames[writing]}, ${end}`,
  };
}

/** Some drives want to hear again what they say of the track. */
function dataTrackMode(mode: number | undefined): number | null {
  return mode === 4 || mode === 5 ? mode : null;
}

/** Puts everything on the disc that the drive still holds. */
export const synchronizeStep: PlanStep = {
  kind: "synchronizeCache",
  description: "put everything on the disc that the drive still holds",
};

/** Closes a track. */
export function closeTrackStep(trackNumber: number, mayFail = false): PlanStep {
  return { kind: "closeTrack", trackNumber, mayFail, description: `close track ${trackNumber}` };
}

/** Closes the session, or the disc with it. */
export function closeSessionStep({ closeSession, finalise }: WriteProcedure, finalises: boolean): PlanStep {
  return {
    kind: "closeSession",
    closeFunctions: finalises ? finalise : closeSession,
    finalises,
    mayFail: false,
    description: finalises ? "close the session and finalise the disc" : "close the session, the disc stays open",
  };
}
