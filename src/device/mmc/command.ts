import { fixedU8 } from "../../codec/integers.js";
import { byte } from "../../codec/rows.js";
import type { Rows, StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";

/** One command of MMC-6 or SPC-4: its CDB, and how long it may take. */
export interface Command<F> {
  /** As the standard prints it. */
  readonly name: string;
  readonly operationCode: number;
  /** A drive decodes with the rows that a recorder encodes with. */
  readonly cdb: StructCodec<F>;
  /** After so long without an answer the drive is given up. */
  readonly timeoutMs: number;
}

/** The fields of a command that has none. */
export type NoFields = Record<never, never>;

/**
 * Declares a command.
 *
 * @param rows All bytes of the CDB but the operation code in byte 0.
 */
export function command<F extends object>(
  name: string,
  operationCode: number,
  cdbBytes: 6 | 10 | 12,
  timeoutMs: number,
  rows: Rows<F>,
): Command<F> {
  const clause = `operation code of ${name}`;
  const whole = { _operationCode: byte(0, 1, fixedU8(operationCode), clause), ...rows } as Rows<F>;
  return { name, operationCode, cdb: struct(name, cdbBytes, whole), timeoutMs };
}
