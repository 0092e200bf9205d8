import type { Row } from "./rows.js";
import type { Structure } from "./structure.js";

/** What a field holds: numbers beyond 2^53 as digits, times in ISO form, bytes that are no text in hexadecimal. */
export type DumpedValue = string | number | boolean | null;

/** One field of a dumped structure. */
export interface DumpedField {
  /** As in the value that its codec reads; with `_` before it, bytes that are fixed or reserved. */
  readonly field: string;
  /** First byte, from the start of the outermost structure; bits of a byte share their byte. */
  readonly at: number;
  readonly bytes: number;
  readonly type: string;
  readonly clause: string;
  /** `null` where the field's own fields tell it, and where nothing is specified. */
  readonly value: DumpedValue;
  /** What the value means, where it is one of a list or a sum of flags. */
  readonly meaning: string | null;
  /** What is wrong with it. */
  readonly faults: readonly string[];
  /** The fields of a structure that stands in this one. */
  readonly fields: readonly DumpedField[];
}

/** A structure with its fields, which tile it. */
export interface DumpedStructure {
  readonly name: string;
  /** Length of what is there. */
  readonly bytes: number;
  /** What is wrong with it that no field shows. */
  readonly faults: readonly string[];
  readonly fields: readonly DumpedField[];
}

/** Where a structure ends at the latest, and where it is to say that it lies. */
export interface DumpPlace {
  /** Index into the bytes; left out, all of them may belong to it. */
  readonly end?: number;
  /** The block that it is to name as its own. */
  readonly location?: number | undefined;
}

/** A dump under way. */
interface Dumping {
  readonly source: Uint8Array;
  /** Where the outermost structure starts, and where it ends at the latest. */
  readonly origin: number;
  readonly limit: number;
  readonly location: number | undefined;
}

type OpenField = DumpedField & { readonly faults: string[] };

interface Shown {
  readonly value: DumpedValue;
  readonly meaning: string | null;
  readonly fields: readonly DumpedField[];
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

function plain(value: unknown): DumpedValue {
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return hexOf(value);
  if (typeof value === "bigint") return value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value);
  return typeof value === "number" || typeof value === "boolean" ? value : String(value);
}

function showValue(dumping: Dumping, row: Row<unknown>, base: number, end: number, faults: string[]): Shown {
  const { source } = dumping;
  const first = base + Math.floor(row.firstBit / 8);
  const behind = base + Math.ceil((row.firstBit + row.bits) / 8);
  if (row.structure !== undefined) {
    return { value: null, meaning: null, fields: dumpFields(dumping, row.structure, first, behind, faults) };
  }
  const value = row.read(source, base, end, (reason) => faults.push(reason));
  const meaning = faults.length > 0 ? null : (row.explain?.(value, source, first) ?? null);
  const shown = row.show === undefined ? value : row.show(value, source, first);
  // Bytes that are no part of a value are shown, too: what was left there may tell who wrote it.
  const isBare = shown === undefined && row.bits % 8 === 0;
  return { value: isBare ? hexOf(source.subarray(first, behind)) : plain(shown), meaning, fields: [] };
}

/** The fields of the structure that starts at `base`; faults that are no field's are added to `faults`. */
function dumpFields(
  dumping: Dumping,
  structure: Structure,
  base: number,
  end: number,
  faults: string[],
): readonly DumpedField[] {
  const fields: OpenField[] = [];
  let isWhole = true;
  for (const { key, row } of structure.parts(dumping.source, base, end)) {
    const first = base + Math.floor(row.firstBit / 8);
    const behind = base + Math.ceil((row.firstBit + row.bits) / 8);
    if (behind > end) {
      faults.push(`is cut off: ${key} needs ${behind - first} bytes, and there are ${Math.max(0, end - first)}`);
      isWhole = false;
      break;
    }
    const own: string[] = [];
    const { value, meaning, fields: inner } = showValue(dumping, row, base, end, own);
    const at = first - dumping.origin;
    const { typeName: type, clause } = row;
    fields.push({ field: key, at, bytes: behind - first, type, clause, value, meaning, faults: own, fields: inner });
  }
  if (!isWhole) return fields;
  structure.check?.(dumping.source, base, dumping.limit, dumping.location, (field, reason) => {
    const found = fields.find((each) => each.field === field);
    if (found === undefined) faults.push(`${field} ${reason}`);
    else found.faults.push(reason);
  });
  return fields;
}

/**
 * Names every field of a structure with its place, its clause and its value, and goes into the structures in it; faults
 * are shown, not raised.
 *
 * @param at Where the structure starts in `source`.
 */
export function dump(structure: Structure, source: Uint8Array, at: number, place: DumpPlace = {}): DumpedStructure {
  const limit = Math.min(source.length, place.end ?? source.length);
  const faults: string[] = [];
  const dumping: Dumping = { source, origin: at, limit, location: place.location };
  const fields = dumpFields(dumping, structure, at, limit, faults);
  const last = fields.at(-1);
  return { name: structure.name, bytes: last === undefined ? 0 : last.at + last.bytes, faults, fields };
}
