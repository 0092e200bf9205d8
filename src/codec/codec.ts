import type { WarningListener } from "../errors.js";
import { DiscError, FormatError } from "../errors.js";
import { toleranceFor } from "./tolerances.js";

/** How strictly bytes are read, and where they came from. */
export interface ReadContext {
  /** In tolerant reading, a fault that stands in the table of tolerances is reported and passed over. */
  readonly tolerant: boolean;
  /** The block the bytes were read from; `null` where they come from no medium, such as a drive's reply. */
  readonly lba: number | null;
  readonly onWarning?: WarningListener | undefined;
}

/** Reading that passes nothing over, from no medium. */
export const strictContext: ReadContext = { tolerant: false, lba: null };

/** Both directions of one structure on a medium or in a command. A codec knows no I/O, no tree and no other addresses. */
export interface Codec<T> {
  /** The structure's name, as its standard prints it. */
  readonly name: string;
  /** Length of the encoding of `value` in bytes: the only place where it is computed. */
  bytes(value: T): number;
  /** Writes `value` at `target[at]`; bytes between fields are set too. */
  write(value: T, target: Uint8Array, at: number): void;
  /**
   * Reads a value at `source[at]`.
   *
   * @throws {@link FormatError} E_FIELD_INVALID where a rule is broken and not tolerated.
   */
  read(source: Uint8Array, at: number, context: ReadContext): T;
}

/** Says that a rule is broken: throws, or reports where the fault is a tolerated one. */
export type Fault = (reason: string) => void;

/**
 * Reports a broken rule of a structure.
 *
 * @throws {@link FormatError} E_FIELD_INVALID unless reading is tolerant and the table names the fault.
 */
export function reportFault(
  context: ReadContext,
  structure: string,
  field: string,
  clause: string,
  reason: string,
): void {
  const detail = { lba: context.lba, structure, field, clause, reason };
  const place = context.lba === null ? "" : ` at block ${context.lba}`;
  const message = `${structure}${place}: ${field} ${reason} (${clause})`;
  const tolerance = context.tolerant ? toleranceFor(structure, field) : undefined;
  if (tolerance === undefined) throw new FormatError("E_FIELD_INVALID", message, detail);
  context.onWarning?.(new DiscError("W_TOLERATED", message, { ...detail, tolerance }));
}

/** A piece of something that has to be covered without gap or overlap. */
export interface Piece {
  readonly name: string;
  readonly first: number;
  readonly length: number;
}

/**
 * Proves that pieces tile `[first, end)`: each starts where the one before ended. The rows of every structure and the
 * regions of every plan pass through here.
 *
 * @throws TypeError that names the first piece out of place.
 */
export function proveTiling(what: string, unit: string, pieces: Iterable<Piece>, first: number, end: number): void {
  let position = first;
  for (const piece of pieces) {
    if (piece.first !== position) {
      throw new TypeError(`${what}: ${piece.name} starts at ${unit} ${piece.first}, expected ${position}`);
    }
    if (!(piece.length >= 0)) throw new TypeError(`${what}: ${piece.name} has length ${piece.length}`);
    position += piece.length;
  }
  if (position !== end) throw new TypeError(`${what}: ends at ${unit} ${position}, expected ${end}`);
}
