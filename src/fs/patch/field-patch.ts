import { strictContext } from "../../codec/codec.js";
import type { FieldType } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import type { BytePatch } from "../hybrid/byte-patch.js";
import { descriptorTag, sealDescriptor } from "../udf/tag.js";

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

/**
 * Puts a right tag before a descriptor of UDF again.
 *
 * @param crcLength Bytes that the tag covers; left out, as many as before.
 */
export function sealAgain(descriptor: Uint8Array, crcLength?: number): void {
  const tag = descriptorTag.read(descriptor, 0, strictContext);
  const { tagIdentifier, tagSerialNumber, tagLocation } = tag;
  const descriptorVersion = tag.descriptorVersion === 2 ? 2 : 3;
  const context = { descriptorVersion, tagSerialNumber, tagLocation } as const;
  sealDescriptor(tagIdentifier, descriptor, 0, crcLength ?? tag.descriptorCrcLength, context);
}
