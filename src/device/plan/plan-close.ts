import { DiscError } from "../../errors.js";
import type { DiscSnapshot } from "../state/snapshot.js";
import { closeSessionStep, parametersStep } from "./common-steps.js";
import { closeBegunSession } from "./plan-repair.js";
import { noNextSession, notSupported, procedureOf, refuseFinalised } from "./refusals.js";
import type { PlanStep } from "./step.js";

/**
 * The steps that finalise a disc without writing to it.
 *
 * @param device For messages.
 * @throws {@link DiscError} E_DISC_FINALISED, E_DISC_BLANK, E_DISC_READ_ONLY; E_NOT_SUPPORTED for media that are never
 *   finalised, because they can be overwritten.
 */
export function planClose(device: string, snapshot: DiscSnapshot): readonly PlanStep[] {
  const procedure = procedureOf(device, snapshot);
  if (snapshot.overwritable) throw notSupported(device, "finalising a medium that can be overwritten");
  refuseFinalised(device, snapshot);
  if (snapshot.blank) throw new DiscError("E_DISC_BLANK", `${device}: the disc is blank`, { device });
  if (snapshot.needsRepair) return closeBegunSession(snapshot, procedure, true);
  if (snapshot.damage !== null || snapshot.discStatus === "other") throw noNextSession(device, snapshot);
  const { parameters: writing } = procedure;
  const { description: _closing, ...closing } = closeSessionStep(procedure, true);
  return [
    ...(writing === null ? [] : [parametersStep(snapshot, procedure, { writing, keepDiscOpen: false })]),
    { ...closing, description: "finalise the disc" },
  ];
}
