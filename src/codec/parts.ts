/** How structures of varying length tell a dump what they are made of: rows that are made for the bytes at hand. */
import type { FieldType, Row } from "./rows.js";
import { byte } from "./rows.js";
import type { StructCodec } from "./struct.js";
import type { StructField, Structure } from "./structure.js";
import { rawBytes } from "./text.js";

/** A row under its key. */
export function part(key: string, row: Row<unknown>): StructField {
  return { key, row };
}

/** A structure as a field that is as long as its row. It is only dumped. */
export function embedded(structure: Structure): FieldType<unknown> {
  return {
    name: structure.name,
    bytes: undefined,
    structure,
    read: () => undefined,
    write: () => {
      throw new TypeError(`${structure.name} is written by its codec`);
    },
  };
}

/** Bytes without a structure; no part at all where there are none. */
export function rawPart(key: string, at: number, length: number, clause: string): StructField[] {
  return length > 0 ? [part(key, byte(at, length, rawBytes(length), clause))] : [];
}

/**
 * What stands behind a head of rows. Where the head itself is cut off, nothing does.
 *
 * @param tail Its parts, with places counted from the head's first byte.
 */
export function headedParts(
  head: Pick<StructCodec<unknown>, "size" | "fields">,
  tail: Structure["parts"],
): Structure["parts"] {
  return (source, at, end) => [...head.fields, ...(at + head.size > end ? [] : tail(source, at, end))];
}

/** Where an array lies in its structure. */
export interface ArrayPlace {
  /** Its first byte, from the structure's. */
  readonly at: number;
  /** Elements it is said to have. */
  readonly count: number;
  /** Bytes there are for it. */
  readonly room: number;
  readonly clause: string;
}

/** The elements of an array. Of those for which there is no room, only the first is named: a dump says so. */
export function arrayParts(
  key: string,
  type: FieldType<unknown>,
  { at, count, room, clause }: ArrayPlace,
): StructField[] {
  const elementBytes = type.bytes ?? 0;
  const length = Math.min(count, Math.floor(Math.max(0, room) / elementBytes) + 1);
  return Array.from({ length }, (_unused, index) =>
    part(`${key}[${index}]`, byte(at + index * elementBytes, elementBytes, type, clause)),
  );
}

/** The elements of an array that fills `room`, and what is left behind them. */
export function fillingParts(
  key: string,
  type: FieldType<unknown>,
  { at, room, clause }: Omit<ArrayPlace, "count">,
): StructField[] {
  const elementBytes = type.bytes ?? 0;
  const count = Math.floor(Math.max(0, room) / elementBytes);
  const rest = room - count * elementBytes;
  return [
    ...arrayParts(key, type, { at, count, room, clause }),
    ...rawPart("rest", at + count * elementBytes, rest, clause),
  ];
}
