import { strictContext } from "../../codec/codec.js";
import type { StructCodec } from "../../codec/struct.js";

/** Writes the items of a list one behind the other. There must be room for them. */
export function encodeItems<T>(item: StructCodec<T>, values: readonly T[], target: Uint8Array, at: number): void {
  for (const [index, value] of values.entries()) item.write(value, target, at + index * item.size);
}

/** Reads the items of a list up to `end`, or to the end of the reply; one that is cut off is left out. */
export function decodeItems<T>(item: StructCodec<T>, source: Uint8Array, at: number, end: number): T[] {
  const items: T[] = [];
  const last = Math.min(source.length, end) - item.size;
  for (let position = at; position <= last; position += item.size) {
    items.push(item.read(source, position, strictContext));
  }
  return items;
}
