/** What tests of codecs hold written bytes against. */
import { isDeepStrictEqual } from "node:util";

/** Bytes around what is written, which have to stay as they are. */
export const untouched = 0xaa;

/** Asserts that nothing was written but `length` bytes. */
export function checkUntouched(target: Uint8Array, at: number, length: number): void {
  const around = [...target.subarray(0, at), ...target.subarray(at + length)];
  if (!around.every((octet) => octet === untouched)) throw new Error("wrote beyond its length");
}

/** Asserts that two values are equal, and shows both where they are not. */
export function checkEqual(found: unknown, expected: unknown): void {
  // Random records have no prototype; a clone has that of every object.
  if (isDeepStrictEqual(structuredClone(found), structuredClone(expected))) return;
  const shown = (value: unknown): string =>
    JSON.stringify(value, (_key, member) => (typeof member === "bigint" ? String(member) : (member as unknown)));
  throw new Error(`found ${shown(found)}, expected ${shown(expected)}`);
}

/** The CRC as its definition says: one bit after the other through a shift register. */
export function bitwiseCrc(bytes: Uint8Array): number {
  let register = 0;
  for (const octet of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      const isOut = Math.floor(register / 0x8000) % 2;
      const isIn = Math.floor(octet / 2 ** bit) % 2;
      register = (register * 2) % 0x1_0000;
      if (isOut !== isIn) register ^= 0x1021;
    }
  }
  return register;
}

/** The checksum of the tag at `target[at]`. ECMA-167 3/7.2.3. */
export function tagChecksumOf(target: Uint8Array, at: number): number {
  const tag = [...target.subarray(at, at + 16)];
  return tag.reduce((sum, octet, index) => (index === 4 ? sum : sum + octet), 0) % 0x100;
}
