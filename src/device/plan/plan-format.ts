import { DiscError } from "../../errors.js";
import type { DiscSnapshot } from "../state/snapshot.js";
import type { FormatOptions } from "./formats.js";
import { formatSteps } from "./formats.js";
import { endBackgroundFormat } from "./plan-overwritable.js";
import { notSupported, procedureOf, readOnly, refuseFinalised } from "./refusals.js";
import type { PlanStep } from "./step.js";

/**
 * The steps that format a disc. What is on it is lost.
 *
 * A DVD-RW that grows by sessions becomes one that can be overwritten; blanking it turns it back.
 *
 * @param device For messages.
 * @throws {@link DiscError} E_NOT_SUPPORTED for media, or ways, that drive and medium do not know; E_OPTION_INVALID;
 *   E_DISC_READ_ONLY; E_DISC_NOT_BLANK for a BD-R that something was written to, or that is formatted already.
 */
export function planFormat(device: string, snapshot: DiscSnapshot, options: FormatOptions = {}): readonly PlanStep[] {
  const { traits, profile, erasable, overwritable, blank, capacities } = snapshot;
  const isBdR = traits?.family === "bd-r";
  if (traits === undefined || traits.family === "cd") throw notSupported(device, `formatting ${profile.media} media`);
  if (!erasable && !overwritable && !isBdR) throw readOnly(device, `${profile.media} media cannot be formatted`);
  if (isBdR) {
    refuseFinalised(device, snapshot);
    if (!blank || capacities.format === "formatted") {
      const message = `${device}: a BD-R is formatted once, before anything is written to it`;
      throw new DiscError("E_DISC_NOT_BLANK", message, { device });
    }
  }
  const procedure = procedureOf(device, snapshot);
  const steps = formatSteps(snapshot, options);
  // Formatted to its end, a disc is as it has to be for other drives.
  const isStopped = traits.family === "dvd+rw" && options.type !== "full";
  return isStopped ? [...steps, ...endBackgroundFormat("running", procedure)] : steps;
}
