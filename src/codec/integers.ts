import type { FieldType } from "./rows.js";

/** The largest value of an unsigned 32-bit field. */
const maximumU32 = 0xffff_ffff;

function checkRange(value: number, maximum: number, type: string): void {
  if (!Number.isInteger(value) || value < 0 || value > maximum) {
    throw new RangeError(`${type} holds integers from 0 to ${maximum}, got ${value}`);
  }
}

/** Reads an unsigned 16-bit integer, least significant byte first. */
export function readU16le(source: Uint8Array, at: number): number {
  return source[at]! + source[at + 1]! * 0x100;
}

/** Reads an unsigned 16-bit integer, most significant byte first. */
export function readU16be(source: Uint8Array, at: number): number {
  return source[at]! * 0x100 + source[at + 1]!;
}

/** Reads an unsigned 24-bit integer, most significant byte first. */
function readU24be(source: Uint8Array, at: number): number {
  return source[at]! * 0x1_0000 + readU16be(source, at + 1);
}

/** Reads an unsigned 32-bit integer, least significant byte first. */
export function readU32le(source: Uint8Array, at: number): number {
  return readU16le(source, at) + readU16le(source, at + 2) * 0x1_0000;
}

/** Reads an unsigned 32-bit integer, most significant byte first. */
export function readU32be(source: Uint8Array, at: number): number {
  return readU16be(source, at) * 0x1_0000 + readU16be(source, at + 2);
}

// Assigning to a Uint8Array keeps the low eight bits, so `>>>` is safe for every value below 2^32.

/** Writes an unsigned 16-bit integer, least significant byte first. */
export function writeU16le(value: number, target: Uint8Array, at: number): void {
  target[at] = value;
  target[at + 1] = value >>> 8;
}

/** Writes an unsigned 16-bit integer, most significant byte first. */
export function writeU16be(value: number, target: Uint8Array, at: number): void {
  target[at] = value >>> 8;
  target[at + 1] = value;
}

/** Writes an unsigned 24-bit integer, most significant byte first. */
function writeU24be(value: number, target: Uint8Array, at: number): void {
  target[at] = value >>> 16;
  target[at + 1] = value >>> 8;
  target[at + 2] = value;
}

/** Writes an unsigned 32-bit integer, least significant byte first. */
export function writeU32le(value: number, target: Uint8Array, at: number): void {
  target[at] = value;
  target[at + 1] = value >>> 8;
  target[at + 2] = value >>> 16;
  target[at + 3] = value >>> 24;
}

/** Writes an unsigned 32-bit integer, most significant byte first. */
export function writeU32be(value: number, target: Uint8Array, at: number): void {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
}

/** Reads an unsigned 64-bit integer, least significant byte first. */
function readU64le(source: Uint8Array, at: number): bigint {
  return BigInt(readU32le(source, at)) + BigInt(readU32le(source, at + 4)) * 0x1_0000_0000n;
}

/**
 * Reads an unsigned 64-bit integer, least significant byte first: as a number where that is exact, as nearly all are,
 * else as a bigint.
 */
export function readExactU64le(source: Uint8Array, at: number): number | bigint {
  const value = readU32le(source, at) + readU32le(source, at + 4) * 0x1_0000_0000;
  return value <= Number.MAX_SAFE_INTEGER ? value : readU64le(source, at);
}

/** Writes an unsigned 64-bit integer, least significant byte first. */
function writeU64le(value: bigint, target: Uint8Array, at: number): void {
  writeU32le(Number(value % 0x1_0000_0000n), target, at);
  writeU32le(Number(value / 0x1_0000_0000n), target, at + 4);
}

/** Writes a safe integer from 0 on in 64 bits, least significant byte first: what hot records use. */
export function writeSafeU64le(value: number, target: Uint8Array, at: number): void {
  writeU32le(value % 0x1_0000_0000, target, at);
  writeU32le(Math.floor(value / 0x1_0000_0000), target, at + 4);
}

/** Writes an unsigned 32-bit integer in both byte orders: eight bytes. ECMA-119 7.3.3. */
export function writeBoth32(value: number, target: Uint8Array, at: number): void {
  writeU32le(value, target, at);
  writeU32be(value, target, at + 4);
}

function integer(
  name: string,
  bytes: number,
  maximum: number,
  read: (source: Uint8Array, at: number) => number,
  write: (value: number, target: Uint8Array, at: number) => void,
): FieldType<number> {
  return {
    name,
    bytes,
    read: (source, at) => read(source, at),
    write: (value, target, at) => {
      checkRange(value, maximum, name);
      write(value, target, at);
    },
  };
}

/** Unsigned, 8 bits. ECMA-119 7.1.1. */
export const u8: FieldType<number> = integer(
  "u8",
  1,
  0xff,
  (source, at) => source[at]!,
  (value, target, at) => {
    target[at] = value;
  },
);

/** Unsigned, 16 bits, least significant byte first. ECMA-119 7.2.1. */
export const u16le: FieldType<number> = integer("u16le", 2, 0xffff, readU16le, writeU16le);

/** Unsigned, 16 bits, most significant byte first. ECMA-119 7.2.2. */
export const u16be: FieldType<number> = integer("u16be", 2, 0xffff, readU16be, writeU16be);

/** Unsigned, 24 bits, most significant byte first: lengths and times in MMC. */
export const u24be: FieldType<number> = integer("u24be", 3, 0xff_ffff, readU24be, writeU24be);

/** Unsigned, 32 bits, least significant byte first. ECMA-119 7.3.1. */
export const u32le: FieldType<number> = integer("u32le", 4, maximumU32, readU32le, writeU32le);

/** Unsigned, 32 bits, most significant byte first. ECMA-119 7.3.2. */
export const u32be: FieldType<number> = integer("u32be", 4, maximumU32, readU32be, writeU32be);

/** Unsigned, 64 bits, least significant byte first. ECMA-167 1/7.1.7. */
export const u64le: FieldType<bigint> = {
  name: "u64le",
  bytes: 8,
  read: readU64le,
  write: (value, target, at) => {
    if (value < 0n || value >= 2n ** 64n) throw new RangeError(`u64le holds integers below 2^64, got ${value}`);
    writeU64le(value, target, at);
  },
};

/** Unsigned, 64 bits, least significant byte first, of which a number holds all values that are true. UEFI 1.8.1. */
export const safeU64le: FieldType<number> = {
  name: "safeU64le",
  bytes: 8,
  read: (source, at, _length, fault) => {
    const value = readU64le(source, at);
    if (value > Number.MAX_SAFE_INTEGER) fault(`is ${value}, more than any medium has`);
    return Number(value);
  },
  write: (value, target, at) => {
    checkRange(value, Number.MAX_SAFE_INTEGER, "safeU64le");
    writeSafeU64le(value, target, at);
  },
};

/** A field with both byte orders: they are written from one value and compared on reading. */
function both(name: string, little: FieldType<number>, big: FieldType<number>): FieldType<number> {
  const half = little.bytes!;
  return {
    name,
    bytes: half * 2,
    read: (source, at, _length, fault) => {
      const value = little.read(source, at, half, fault);
      const other = big.read(source, at + half, half, fault);
      if (value !== other) fault(`halves differ: ${value} and ${other}`);
      return value;
    },
    write: (value, target, at) => {
      little.write(value, target, at, half);
      big.write(value, target, at + half, half);
    },
  };
}

/** Unsigned, 16 bits in both byte orders. ECMA-119 7.2.3. */
export const both16: FieldType<number> = both("both16", u16le, u16be);

/** Unsigned, 32 bits in both byte orders. ECMA-119 7.3.3. */
export const both32: FieldType<number> = both("both32", u32le, u32be);

function fixed(type: FieldType<number>, expected: number): FieldType<number> {
  return {
    name: `${type.name} ${expected}`,
    bytes: type.bytes,
    constant: true,
    read: (source, at, length, fault) => {
      const value = type.read(source, at, length, fault);
      if (value !== expected) fault(`is ${value}, expected ${expected}`);
      return value;
    },
    write: (_value, target, at, length) => type.write(expected, target, at, length),
  };
}

/** A byte that always has this value. */
export function fixedU8(expected: number): FieldType<number> {
  return fixed(u8, expected);
}

/** 16 bits, least significant byte first, that always have this value. */
export function fixedU16le(expected: number): FieldType<number> {
  return fixed(u16le, expected);
}

/** 16 bits, most significant byte first, that always have this value. */
export function fixedU16be(expected: number): FieldType<number> {
  return fixed(u16be, expected);
}

/** 32 bits, most significant byte first, that always have this value. */
export function fixedU32be(expected: number): FieldType<number> {
  return fixed(u32be, expected);
}
