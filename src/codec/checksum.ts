/** CRC-16 of the polynomial x^16 + x^12 + x^5 + 1, one entry for each value of the register's high byte. */
const crcTable: Uint16Array = Uint16Array.from({ length: 256 }, (_unused, high) => {
  let register = high << 8;
  for (let bit = 0; bit < 8; bit++) register = register & 0x8000 ? (register << 1) ^ 0x1021 : register << 1;
  return register;
});

/**
 * The CRC of `length` bytes from `source[at]` on, most significant bit first, starting from 0. ECMA-167 3/7.2.6, and
 * annex A of the same: the bytes 70 6A 77 have 0x3299.
 */
export function crc16(source: Uint8Array, at: number, length: number): number {
  let register = 0;
  const end = at + length;
  for (let index = at; index < end; index++) {
    register = ((register << 8) & 0xffff) ^ crcTable[(register >>> 8) ^ source[index]!]!;
  }
  return register;
}
