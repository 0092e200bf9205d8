import type { NumberNames } from "./explained.js";
import { nameOf } from "./explained.js";
import { readU32le, writeU32le } from "./integers.js";
import type { Row } from "./rows.js";

/**
 * `width` bits from bit `low` on of the 32-bit integer at `at`, whose least significant byte comes first: an extent's
 * length and its type share one. ECMA-167 4/14.14.1.1.
 *
 * @param names What values mean.
 */
export function bitsOfU32le(
  at: number,
  low: number,
  width: number,
  clause: string,
  names: NumberNames = {},
): Row<number> {
  const unit = 2 ** low;
  const maximum = 2 ** width - 1;
  return {
    firstBit: at * 8 + low,
    bits: width,
    typeName: `bits ${low + width - 1}-${low} of u32le`,
    clause,
    constant: false,
    explain: (value) => nameOf(value, names),
    read: (source, base) => Math.floor(readU32le(source, base + at) / unit) % (maximum + 1),
    write: (value, target, base) => {
      if (!Number.isInteger(value) || value < 0 || value > maximum) {
        throw new RangeError(`${width} bits hold integers from 0 to ${maximum}, got ${value}`);
      }
      writeU32le(readU32le(target, base + at) + value * unit, target, base + at);
    },
  };
}
