import type { FieldType } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import type { BytePatch } from "../hybrid/byte-patch.js";

/**
 * The patch that writes one field of a structure and leaves the others.
 *
 * @param structureAt The byte of the image at which the structure starts.
 */
export function fieldPatch<T, K extends keyof T & string>(
  codec: StructCodec<T>,
  key: K,
  value: T[K],
  structureAt: number,
): BytePatch {
  const structure = new Uint8Array(codec.size);
  const row = setField(codec, key, value, structure);
  const first = row.firstBit / 8;
  return { offsetBytes: structureAt + first, bytes: structure.slice(first, first + row.bits / 8) };
}

/** Writes one field into the bytes that begin with a structure. */
export function setField<T, K extends keyof T & string>(
  codec: StructCodec<T>,
  key: K,
  value: T[K],
  structure: Uint8Array,
): { readonly firstBit: number; readonly bits: number } {
  const { row } = codec.fields.find((field) => field.key === key)!;
  row.write(value, structure, 0);
  return row;
}

/** The patch that writes a value of whole bytes. */
export function valuePatch<T>(type: FieldType<T>, value: T, offsetBytes: number, length: number): BytePatch {
  const bytes = new Uint8Array(length);
  type.write(value, bytes, 0, length);
  return { offsetBytes, bytes };
}
