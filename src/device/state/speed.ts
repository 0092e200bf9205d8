import { DiscError } from "../../errors.js";
import type { MediaFamily } from "./traits.js";

/** A writing speed: in 1,000 bytes a second, as a multiple of the medium's 1x ("8x"), or as fast as can be. */
export type WantedSpeed = number | "maximum" | `${number}x`;

/** Bytes of a block as speeds count them, and the speed of 1x. MMC-6 "SET CD SPEED"; drives count raw sectors on CD. */
const cdUnits = { blockBytes: 2352, single: 176.4 };
const dvdUnits = { blockBytes: 2048, single: 1385 };
const bdUnits = { blockBytes: 2048, single: 4495.5 };

/** What speeds of a kind of media are counted in. */
export function speedUnitsOf(family: MediaFamily | undefined): typeof cdUnits {
  if (family === "cd") return cdUnits;
  return family === "bd-r" || family === "bd-re" ? bdUnits : dvdUnits;
}

/**
 * A speed as drives are told it, in 1,000 bytes a second.
 *
 * @throws {@link DiscError} E_OPTION_INVALID for what is no speed.
 */
export function resolveSpeed(wanted: WantedSpeed, family: MediaFamily | undefined): number | "maximum" {
  if (wanted === "maximum") return wanted;
  const isFactor = typeof wanted === "string" && /^\d+(\.\d+)?x$/.test(wanted);
  const speed = isFactor ? Number(wanted.slice(0, -1)) * speedUnitsOf(family).single : wanted;
  if (typeof speed === "number" && Number.isFinite(speed) && speed > 0) return Math.max(1, Math.round(speed));
  const allowed = "a number of kB/s, a multiple of 1x such as 8x, or maximum";
  const message = `speed is ${wanted}, expected ${allowed}`;
  throw new DiscError("E_OPTION_INVALID", message, { option: "speed", value: wanted, allowed });
}
