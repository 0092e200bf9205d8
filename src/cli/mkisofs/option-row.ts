/** How an option of mkisofs, genisoimage and xorrisofs is described: one row of the table. */
import { usageError } from "../usage.js";
import type { MkisofsRequest } from "./request.js";

/** Programs that have an option. */
export type OptionOwner = "genisoimage" | "xorrisofs" | "both";

/** One option. */
export interface MkisofsOption {
  /** Without dashes; the first is the usual one. Names of one letter can stand together: "-JR". */
  readonly names: readonly string[];
  /** Names of the values that follow. */
  readonly values: readonly string[];
  readonly owner: OptionOwner;
  /** What it does here; or, of one that is refused, why. */
  readonly effect: string;
  /** What becomes of it: it does something, it is taken without effect, or it is known and refused. */
  readonly kind: "acts" | "idle" | "refused";
  /** Writes to the request; gets the values; nothing comes of options that are refused. @throws {@link DiscError} E_USAGE. */
  readonly apply: (request: MkisofsRequest, ...values: string[]) => void;
}

/** Splits "-V, -volid ID" into names and values. */
function spelled(spelling: string): Pick<MkisofsOption, "names" | "values"> {
  const words = spelling.split(/,? +/);
  const names = words.filter((word) => word.startsWith("-")).map((word) => word.replace(/^--?/, ""));
  return { names, values: words.filter((word) => !word.startsWith("-")) };
}

/**
 * An option that does something.
 *
 * @param spelling As in a manual: "-V, -volid ID".
 */
export function acts(
  spelling: string,
  owner: OptionOwner,
  effect: string,
  apply: MkisofsOption["apply"],
): MkisofsOption {
  return { ...spelled(spelling), owner, effect, kind: "acts", apply };
}

/** An option that is taken and changes nothing, since what it asks for is so in any case, or is not a matter of the image. */
export function idle(spelling: string, owner: OptionOwner, effect: string): MkisofsOption {
  return { ...spelled(spelling), owner, effect, kind: "idle", apply: () => {} };
}

/** An option that is known, and asks for what is not done here. */
export function refused(spelling: string, owner: OptionOwner, effect: string): MkisofsOption {
  return { ...spelled(spelling), owner, effect, kind: "refused", apply: () => {} };
}

/** A whole number: "4", "0x7c0". @throws {@link DiscError} E_USAGE. */
export function numberOf(option: string, text: string, maximum: number = Number.MAX_SAFE_INTEGER): number {
  const value = /^(0x[\da-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value) && value <= maximum) return value;
  throw usageError(`-${option} is "${text}", expected a whole number up to ${maximum}`);
}

/** Bytes in hexadecimal digits. @throws {@link DiscError} E_USAGE. */
export function hexadecimalOf(option: string, text: string): Uint8Array {
  const digits = text.replace(/^0x/i, "");
  if (!/^([\da-f]{2})+$/i.test(digits)) throw usageError(`-${option} is "${text}", expected hexadecimal digits`);
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
