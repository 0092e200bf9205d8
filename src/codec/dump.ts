import type { StructCodec } from "./struct.js";

/** One field of a dumped structure. */
export interface DumpedField {
  readonly field: string;
  /** First byte and length in the structure; bits of a byte share their byte. */
  readonly at: number;
  readonly bytes: number;
  readonly type: string;
  readonly clause: string;
  /** The value, or what is wrong with it. */
  readonly value: string;
}

/**
 * Names every field of a structure with its place, its clause and its value; faults are shown, not raised.
 *
 * @param at Where the structure starts in `source`.
 */
export function dump<T>(codec: StructCodec<T>, source: Uint8Array, at: number): DumpedField[] {
  const end = Math.min(source.length, at + codec.size);
  const dumped: DumpedField[] = [];
  for (const { key, row } of codec.fields) {
    const first = Math.floor(row.firstBit / 8);
    const last = Math.ceil((row.firstBit + row.bits) / 8);
    if (at + last > end) break;
    const faults: string[] = [];
    const value = row.read(source, at, end, (reason) => faults.push(reason));
    const shown = value === undefined ? "" : show(value);
    dumped.push({
      field: key,
      at: first,
      bytes: last - first,
      type: row.typeName,
      clause: row.clause,
      value: faults.length > 0 ? `${shown} (${faults.join("; ")})`.trim() : shown,
    });
  }
  return dumped;
}

function show(value: unknown): string {
  if (value instanceof Uint8Array) return Array.from(value, (octet) => octet.toString(16).padStart(2, "0")).join(" ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
