/** What tests ask of dumps. */
import type { ExecutionContext } from "ava";
import type { DumpedField, DumpedStructure } from "../../src/codec/dump.js";
import type { Structure } from "../../src/codec/structure.js";

/**
 * Asserts that the rows of a structure, and of those in it, follow on each other without gap or overlap.
 *
 * @returns Bytes that they cover.
 */
export function tiledBytes(structure: Structure, source: Uint8Array, at: number, end: number): number {
  let bit = 0;
  for (const { key, row } of structure.parts(source, at, end)) {
    if (row.firstBit !== bit || !(row.bits >= 0)) {
      throw new Error(`${structure.name}: ${key} starts at bit ${row.firstBit} and has ${row.bits}, expected ${bit}`);
    }
    bit += row.bits;
    const behind = at + Math.ceil(bit / 8);
    // What is cut off is named, and not looked into.
    if (behind > end) return bit / 8;
    if (row.structure === undefined) continue;
    const inner = tiledBytes(row.structure, source, at + row.firstBit / 8, behind);
    if (inner < row.bits / 8)
      throw new Error(`${structure.name}: ${key} has ${row.bits / 8} bytes, of which ${inner} are told`);
  }
  return bit / 8;
}

/** The field that keys lead to. */
export function fieldIn(dumped: { readonly fields: readonly DumpedField[] }, ...keys: readonly string[]): DumpedField {
  let fields = dumped.fields;
  let found: DumpedField | undefined;
  for (const key of keys) {
    found = fields.find(({ field }) => field === key);
    if (found === undefined)
      throw new Error(`there is no ${keys.join(".")}: ${fields.map(({ field }) => field).join(", ")}`);
    fields = found.fields;
  }
  return found!;
}

/** All faults in a dump, with the fields that have them. */
export function faultsIn({ faults, fields }: Pick<DumpedStructure, "faults" | "fields">, path = ""): string[] {
  return [
    ...faults.map((fault) => `${path}: ${fault}`),
    ...fields.flatMap((field) => faultsIn(field, path === "" ? field.field : `${path}.${field.field}`)),
  ];
}

function textOf(octets: Uint8Array): string {
  return Buffer.from(octets).toString("hex");
}

/** Asserts that a dump shows the members of a value; those that it does not have under that name are passed over. */
export function showsValue(
  t: ExecutionContext,
  dumped: { readonly fields: readonly DumpedField[] },
  value: object,
): void {
  let shown = 0;
  for (const [key, member] of Object.entries(value)) {
    const field = dumped.fields.find((each) => each.field === key);
    if (field === undefined) continue;
    shown++;
    if (member instanceof Uint8Array) t.is(String(field.value).slice(0, 2 * member.length), textOf(member), key);
    else if (typeof member === "bigint") t.is(BigInt(field.value as string | number), member, key);
    else if (field.fields.length > 0) showsValue(t, field, member as object);
    else if (/time/i.test(field.type) && typeof member === "number") t.is(Date.parse(String(field.value)), member, key);
    else t.is(field.value, member as never, key);
  }
  t.true(shown > 0 || Object.keys(value).length === 0, "nothing of the value is shown");
}
