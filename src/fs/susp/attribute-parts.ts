/** Component records of AAIP as dumps show them. Arbitrary Attribute Interchange Protocol (AAIP) version 2.0. */
import { flagged } from "../../codec/explained.js";
import { u8 } from "../../codec/integers.js";
import { embedded, part, rawPart } from "../../codec/parts.js";
import { bp } from "../../codec/rows.js";
import type { StructField, Structure } from "../../codec/structure.js";
import { asText } from "../../codec/text.js";
import { componentHeadBytes, continueFlag } from "./attribute-list.js";

/** Whether all bytes but a first one that stands for a name space are printable characters of ASCII. */
function isText(bytes: Uint8Array): boolean {
  return bytes.every((octet, index) => (octet >= 0x20 && octet < 0x7f) || (index === 0 && octet >= 1 && octet <= 6));
}

const component: Structure = {
  name: "AttributeComponent",
  parts: (source, at, end) => {
    const heads = [
      part("flags", bp(1, 1, flagged(u8, { continue: continueFlag }), "AAIP 2.0 [A]")),
      part("length", bp(2, 2, u8, "AAIP 2.0 [B]")),
    ];
    const length = end - at - componentHeadBytes;
    if (length <= 0) return heads;
    const content = source.subarray(at + componentHeadBytes, end);
    if (!isText(content)) return [...heads, ...rawPart("content", componentHeadBytes, length, "AAIP 2.0 [C]")];
    return [...heads, part("content", bp(3, end - at, asText(length), "AAIP 2.0 [C]"))];
  },
};

/**
 * The component records from a byte of a structure on. One that goes on elsewhere ends with the structure.
 *
 * @param from Their first byte, counted from the structure's.
 * @param end Where the structure ends in the source.
 */
export function componentParts(source: Uint8Array, at: number, from: number, end: number): StructField[] {
  const parts: StructField[] = [];
  for (let position = from; at + position + componentHeadBytes <= end; ) {
    const bytes = Math.min(componentHeadBytes + source[at + position + 1]!, end - at - position);
    const row = bp(position + 1, position + bytes, embedded(component), "AAIP 2.0 [5]");
    parts.push(part(`components[${parts.length}]`, row));
    position += bytes;
  }
  return parts;
}
