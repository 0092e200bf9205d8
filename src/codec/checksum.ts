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

/** A CRC of 32 bits, least significant bit first: one entry for each value of the register's low byte. */
function reflectedTable(reversedPolynomial: number): Int32Array {
  return Int32Array.from({ length: 256 }, (_unused, low) => {
    let register = low;
    for (let bit = 0; bit < 8; bit++) register = register & 1 ? (register >>> 1) ^ reversedPolynomial : register >>> 1;
    return register;
  });
}

const crc32Table = reflectedTable(0xedb8_8320);
const crc32cTable = reflectedTable(0x82f6_3b78);

/** The register is kept with its sign: XOR and shifts don't care, and the last step takes it off. */
function reflectedCrc(table: Int32Array, pieces: readonly Uint8Array[]): number {
  let register = -1;
  for (const piece of pieces) {
    for (let index = 0; index < piece.length; index++) {
      register = (register >>> 8) ^ table[(register ^ piece[index]!) & 0xff]!;
    }
  }
  return ~register >>> 0;
}

/**
 * The CRC-32 of pieces that follow each other, least significant bit first: what partition tables of UEFI are secured
 * by. ISO 3309; the digits from 1 to 9 have 0xCBF43926.
 */
export function crc32(...pieces: readonly Uint8Array[]): number {
  return reflectedCrc(crc32Table, pieces);
}

/**
 * The CRC-32C of pieces that follow each other, least significant bit first: what digests of iSCSI are. RFC 7143 13.1,
 * and RFC 3720 appendix B.4: 32 bytes of zero have 0x8A9136AA.
 */
export function crc32c(...pieces: readonly Uint8Array[]): number {
  return reflectedCrc(crc32cTable, pieces);
}
