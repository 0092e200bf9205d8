import type { Codec, ReadContext } from "./codec.js";
import { proveTiling, reportFault } from "./codec.js";
import type { FieldType, Row } from "./rows.js";
import type { StructField, Structure } from "./structure.js";

/**
 * The rows of a structure: one for each member of its value, plus rows whose key starts with `_` for bytes that are
 * fixed or reserved and so no part of the value.
 */
export type Rows<T> = { readonly [K in keyof T]-?: Row<Exclude<T[K], undefined>> } & {
  readonly [reserved: `_${string}`]: Row<never> | Row<number> | Row<string> | Row<void>;
};

/** A codec made of rows: it also knows its size, and can be dumped. */
export interface StructCodec<T> extends Codec<T>, Structure {
  /** Bytes of the whole structure. */
  readonly size: number;
  /** The rows in the standard's order. */
  readonly fields: readonly StructField[];
}

/** What a structure may do that others don't. */
export interface StructOptions {
  /** A drive's reply: it may end early, and what it lacks is absent in the value. */
  readonly mayEndEarly?: boolean;
  /** See {@link Structure.check}. */
  readonly check?: Structure["check"];
}

/**
 * Declares a structure of fixed size by its rows, in the order, numbering and clauses of its standard.
 *
 * @param name As the standard prints it.
 * @param size In bytes.
 * @throws TypeError when the rows do not tile the structure; so a wrong declaration does not load.
 */
export function struct<T extends object>(
  name: string,
  size: number,
  rows: Rows<T>,
  options: StructOptions = {},
): StructCodec<T> {
  const fields = Object.entries(rows as Record<string, Row<unknown>>).map(([key, row]): StructField => ({ key, row }));
  const pieces = fields.map(({ key, row }) => ({ name: key, first: row.firstBit, length: row.bits }));
  proveTiling(name, "bit", pieces, 0, size * 8);
  for (const { key, row } of fields) {
    if (row.constant !== key.startsWith("_")) throw new TypeError(`${name}: ${key} has the wrong kind of key`);
  }
  const { mayEndEarly = false, check } = options;

  function read(source: Uint8Array, at: number, context: ReadContext): T {
    const end = Math.min(source.length, at + size);
    if (end - at < size && !mayEndEarly) {
      reportFault(context, name, "size", "", `has ${Math.max(0, end - at)} bytes, expected ${size}`);
    }
    const value: Record<string, unknown> = {};
    let current = fields[0]!;
    const fault = (reason: string): void => reportFault(context, name, current.key, current.row.clause, reason);
    for (const field of fields) {
      const { key, row } = field;
      if (at + Math.ceil((row.firstBit + row.bits) / 8) > end) break;
      current = field;
      const member = row.read(source, at, end, fault);
      if (!row.constant) value[key] = member;
    }
    return value as T;
  }

  function write(value: T, target: Uint8Array, at: number): void {
    target.fill(0, at, at + size);
    for (const { key, row } of fields) row.write((value as Record<string, unknown>)[key], target, at);
  }

  const parts = (): readonly StructField[] => fields;
  return { name, size, fields, parts, ...(check === undefined ? {} : { check }), bytes: () => size, read, write };
}

/** Encodes a value of fixed size into bytes of its own. */
export function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  const target = new Uint8Array(codec.bytes(value));
  codec.write(value, target, 0);
  return target;
}

/** How the fields of a structure are read that is itself a field: the outer one's own rows are what is held to. */
const nestedContext: ReadContext = { tolerant: true, lba: null };

/** A structure of fixed size as a field of another one. */
export function nested<T>(codec: StructCodec<T>): FieldType<T> {
  return {
    name: codec.name,
    bytes: codec.size,
    structure: codec,
    read: (source, at) => codec.read(source, at, nestedContext),
    write: (value, target, at) => codec.write(value, target, at),
  };
}
