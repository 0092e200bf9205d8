import test from "ava";
import { crc16, crc32, crc32c } from "../../src/codec/checksum.js";

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

test("CRC-32C has the values of the standard's examples", (t) => {
  // RFC 3720 appendix B.4.
  const ascending = Uint8Array.from({ length: 32 }, (_unused, index) => index);
  t.is(crc32c(new Uint8Array(32)), 0x8a91_36aa);
  t.is(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8_ab43);
  t.is(crc32c(ascending), 0x46dd_794e);
  t.is(crc32c(ascending.slice().reverse()), 0x113f_db5c);
  t.is(crc32c(ascending.subarray(0, 5), new Uint8Array(0), ascending.subarray(5)), 0x46dd_794e, "in pieces");
  t.is(crc32c(), 0);
});

test("CRC-32 has the values that are known of it", (t) => {
  t.is(crc32(ascii("123456789")), 0xcbf4_3926);
  t.is(crc32(ascii("1234"), new Uint8Array(0), ascii("56789")), 0xcbf4_3926, "in pieces");
  t.is(crc32(new Uint8Array(4)), 0x2144_df1c);
  t.is(crc32(), 0);
});
