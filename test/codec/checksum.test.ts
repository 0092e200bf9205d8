import test from "ava";
import { crc16 } from "../../src/codec/checksum.js";

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

for (const [name, bytes, expected] of [
  ["the standard's example", Uint8Array.of(0x70, 0x6a, 0x77), 0x3299],
  ["the digits from 1 to 9", ascii("123456789"), 0x31c3],
  ["nothing", new Uint8Array(0), 0],
  ["zeros", new Uint8Array(496), 0],
] as const) {
  test(`CRC of ${name}`, (t) => {
    t.is(crc16(bytes, 0, bytes.length), expected);
  });
}

test("CRC of a part of the bytes", (t) => {
  t.is(crc16(Uint8Array.of(9, 0x70, 0x6a, 0x77, 9), 1, 3), 0x3299);
});
