import { DiscError } from "../../errors.js";
import { damages } from "../state/damage.js";
import { protections } from "../state/protection.js";
import type { DiscSnapshot } from "../state/snapshot.js";
import type { WriteProcedure } from "./procedures.js";
import { procedures } from "./procedures.js";

/** Says that something is not supported. */
export function notSupported(device: string, what: string): DiscError<"E_NOT_SUPPORTED"> {
  return new DiscError("E_NOT_SUPPORTED", `${device}: ${what} is not supported`, { what });
}

/** Says that a disc cannot be written, and why. */
export function readOnly(device: string, reason: string): DiscError<"E_DISC_READ_ONLY"> {
  return new DiscError("E_DISC_READ_ONLY", `${device}: ${reason}`, { device, reason });
}

/**
 * How the medium is written.
 *
 * @throws {@link DiscError} E_NOT_SUPPORTED for media that are not written; E_DISC_READ_ONLY where the drive can't now.
 */
export function procedureOf(device: string, snapshot: DiscSnapshot): WriteProcedure {
  const { profile, traits, writable, finalised } = snapshot;
  if (traits === undefined) throw notSupported(device, `writing to ${profile.media} media${kindOf(profile.number)}`);
  refuseProtected(device, snapshot);
  if (!writable && !finalised) throw readOnly(device, `the drive cannot write ${profile.media} media now`);
  return procedures[traits.family];
}

/** @throws {@link DiscError} E_DISC_READ_ONLY where something forbids writing. */
export function refuseProtected(device: string, { protection }: DiscSnapshot): void {
  if (protection !== null) throw readOnly(device, `the disc is write-protected: ${protections[protection]}`);
}

function kindOf(profile: number): string {
  if (profile === 0x0016) return " in layer jump mode";
  return profile === 0x0042 ? " formatted for random recording" : "";
}

/** @throws {@link DiscError} E_DISC_FINALISED. */
export function refuseFinalised(device: string, { finalised, erasable }: DiscSnapshot): void {
  if (!finalised) return;
  const remedy = erasable ? "; blanked, it can be written again" : "";
  throw new DiscError("E_DISC_FINALISED", `${device}: the disc is finalised${remedy}`, { device });
}

/** Says why a disc that grows by sessions takes no other now. */
export function noNextSession(device: string, snapshot: DiscSnapshot): DiscError {
  const { damage, discStatus, erasable, freeBlocks, needsRepair, tracks } = snapshot;
  const blanked = erasable ? "; blanked, the disc can be written again" : "";
  if (damage !== null) {
    return readOnly(device, `${damages[damage]}${needsRepair ? "; closing the session may cure it" : blanked}`);
  }
  if (discStatus === "other") {
    return readOnly(device, `the drive does not tell whether anything can be added to the disc${blanked}`);
  }
  if (tracks.at(-1)?.nextWritableLba !== null && tracks.length > 0 && freeBlocks === 0) {
    return new DiscError("E_DISC_FULL", `${device}: no block is free`, { blocks: 1, freeBlocks: 0 });
  }
  return readOnly(device, `the drive names no next writable address${blanked}`);
}
