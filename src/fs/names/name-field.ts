import type { FieldType } from "../../codec/rows.js";
import { nameFromBytes } from "./name-bytes.js";

/** A name of that many bytes, for dumps. */
export function nameField(length: number, decode: (bytes: Uint8Array) => string = nameFromBytes): FieldType<string> {
  return {
    name: `name(${length})`,
    bytes: length,
    read: (source, at) => decode(source.subarray(at, at + length)),
    write: () => {
      throw new TypeError("a name is written by the codec of its record");
    },
  };
}

/** An identifier of a directory record, for dumps; one byte of 0 or 1 is the directory itself or its parent. */
export function identifierField(length: number, decode?: (bytes: Uint8Array) => string): FieldType<string> {
  const isSpecial = (source: Uint8Array, at: number): boolean => length === 1 && source[at]! <= 1;
  return {
    ...nameField(length, decode),
    show: (name, source, at) => (isSpecial(source, at) ? (source[at] === 0 ? "." : "..") : name),
    explain: (_name, source, at) =>
      isSpecial(source, at) ? (source[at] === 0 ? "the directory itself" : "its parent") : undefined,
  };
}
