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

/** CRC-32C with its bits reversed, one entry for each value of the register's low byte. */
const crc32cTable: Int32Array = Int32Array.from({ length: 256 }, (_unused, low) => {
  let register = low;
  for (let bit = 0; bit < 8; bit++) register = register & 1 ? (register >>> 1) ^ 0x82f6_3b78 : register >>> 1;
  return register;
});

/**
 * The CRC-32C of pieces that follow each other, least significant bit first: what digests of iSCSI are. RFC 7143 13.1,
 * and RFC 3720 appendix B.4: 32 bytes of zero have 0x8A9136AA.
 *
 * The register is kept with its sign: XOR and shifts don't care, and the last step takes it off.
 */
export function crc32c(...pieces: readonly Uint8Array[]): number {
  let register = -1;
  for (const piece of pieces) {
    for (let index = 0; index < piece.length; index++) {
      register = (register >>> 8) ^ crc32cTable[(register ^ piece[index]!) & 0xff]!;
    }
  }
  return ~register >>> 0;
}
