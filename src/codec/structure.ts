import type { Row } from "./rows.js";

/** One row of a structure, with its key. Those of fixed and reserved bytes start with `_`. */
export interface StructField {
  readonly key: string;
  readonly row: Row<unknown>;
}

/** Says that a field of a structure breaks a rule. */
export type FieldFault = (field: string, reason: string) => void;

/**
 * What a dump has to know of a structure. Those made of rows know it by themselves; one whose length varies says, beside
 * its codec, which rows stand at a given place.
 */
export interface Structure {
  /** As its standard prints it. */
  readonly name: string;
  /**
   * The rows of the structure at `source[at]`, in order, with places counted from there. They tile the structure also
   * where it is damaged; where `source[end]` cuts it off, the last ones may lie behind.
   */
  parts(source: Uint8Array, at: number, end: number): readonly StructField[];
  /**
   * Finds the faults that no row sees alone, such as a wrong checksum.
   *
   * @param end Where the bytes end that the structure may speak of: those behind it in its block are among them.
   * @param location The block that the structure is to name as its own; `undefined` where that is not known.
   */
  check?(source: Uint8Array, at: number, end: number, location: number | undefined, fault: FieldFault): void;
}
