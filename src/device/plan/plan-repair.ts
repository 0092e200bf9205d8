import type { DiscSnapshot } from "../state/snapshot.js";
import { closeSessionStep, closeTrackStep, parametersStep, synchronizeStep } from "./common-steps.js";
import type { WriteProcedure } from "./procedures.js";
import { procedureOf } from "./refusals.js";
import type { PlanStep } from "./step.js";

/**
 * The steps that close a session which was begun and never closed; none where there is no such session.
 *
 * @param device For messages.
 * @throws {@link DiscError} E_NOT_SUPPORTED, E_DISC_READ_ONLY.
 */
export function planRepair(device: string, snapshot: DiscSnapshot): readonly PlanStep[] {
  if (!snapshot.needsRepair) return [];
  const procedure = procedureOf(device, snapshot);
  return closeBegunSession(snapshot, procedure, snapshot.takesOneSession);
}

/** Closes what is open of the last session, and the disc with it where that is wanted. */
export function closeBegunSession(snapshot: DiscSnapshot, procedure: WriteProcedure, finalises: boolean): PlanStep[] {
  const { parameters: writing } = procedure;
  const { description: close, ...closing } = closeSessionStep(procedure, finalises);
  return [
    ...(writing === null ? [] : [parametersStep(snapshot, procedure, { writing, keepDiscOpen: !finalises })]),
    synchronizeStep,
    ...closeOpenTracks(snapshot, procedure),
    { ...closing, description: `${close}: it was begun and never closed` },
  ];
}

/**
 * Closes the tracks that may be open: those that someone gave a size, which the drive fills up, and the last one that
 * something was recorded in.
 */
function closeOpenTracks({ tracks }: DiscSnapshot, procedure: WriteProcedure): PlanStep[] {
  const own = tracks.filter((track) => track.session === tracks.at(-1)?.session);
  const last = own.findLast(({ lastRecordedLba }) => lastRecordedLba !== null);
  return own
    .filter((track) => track === last || track.reserved)
    .map(({ number, reserved, nextWritableLba, damaged }) => {
      // Of a track that is closed already drives think differently; the session's closing tells whether it was.
      const mayBeClosed = nextWritableLba === null && !damaged;
      const { description, ...step } = closeTrackStep(number, !procedure.closesTracks || reserved || mayBeClosed);
      return { ...step, description: `${description}, which may be open` };
    });
}
