import type { Fault } from "./codec.js";
import type { Structure } from "./structure.js";

/** What a dump makes of a field; left out, its value as it is. */
interface Shown<T> {
  /** The structure that the field is: its own fields are shown. */
  readonly structure?: Structure | undefined;
  /** How the value is written down. */
  show?(value: T, source: Uint8Array, at: number): unknown;
  /** What the value means; `undefined` where that is clear, or not known. */
  explain?(value: T, source: Uint8Array, at: number): string | undefined;
}

/** How one kind of field of whole bytes is read and written. */
export interface FieldType<T> extends Shown<T> {
  /** For dumps: "both32". */
  readonly name: string;
  /** Its length in bytes; `undefined` for a type that fills whatever its row gives it. */
  readonly bytes: number | undefined;
  /** Set for fields that always hold the same bytes: their rows have no member in the value. */
  readonly constant?: true;
  read(source: Uint8Array, at: number, length: number, fault: Fault): T;
  write(value: T, target: Uint8Array, at: number, length: number): void;
}

/** One row of the printed table of a structure. Its place is kept in bits, so that flags tile like bytes do. */
export interface Row<T> extends Shown<T> {
  readonly firstBit: number;
  readonly bits: number;
  readonly typeName: string;
  readonly clause: string;
  readonly constant: boolean;
  /** Reads from a structure that starts at `source[base]` and ends before `source[end]`. */
  read(source: Uint8Array, base: number, end: number, fault: Fault): T;
  write(value: T, target: Uint8Array, base: number): void;
}

/** What a type says to dumps, taken over by its row. */
function shownAs<T>({ structure, show, explain }: Shown<T>): Shown<T> {
  return {
    ...(structure === undefined ? {} : { structure }),
    ...(show === undefined ? {} : { show }),
    ...(explain === undefined ? {} : { explain }),
  };
}

function bytesRow<T>(at: number, length: number, type: FieldType<T>, clause: string): Row<T> {
  if (type.bytes !== undefined && type.bytes !== length) {
    throw new TypeError(`row at ${at} (${clause}): ${type.name} is ${type.bytes} bytes long, the row ${length}`);
  }
  return {
    firstBit: at * 8,
    bits: length * 8,
    typeName: type.name,
    clause,
    constant: type.constant === true,
    ...shownAs(type),
    read: (source, base, _end, fault) => type.read(source, base + at, length, fault),
    write: (value, target, base) => type.write(value, target, base + at, length),
  };
}

/** A row in byte positions counted from 1, first and last inclusive, as ECMA-119 prints them. */
export function bp<T>(first: number, last: number, type: FieldType<T>, clause: string): Row<T> {
  return bytesRow(first - 1, last - first + 1, type, clause);
}

/** A row at a byte counted from 0 with a length, as MMC and SPC print them. */
export function byte<T>(at: number, length: number, type: FieldType<T>, clause: string): Row<T> {
  return bytesRow(at, length, type, clause);
}

/** A row in relative byte positions counted from 0, with a length, as ECMA-167 prints them. */
export function rbp<T>(at: number, length: number, type: FieldType<T>, clause: string): Row<T> {
  return bytesRow(at, length, type, clause);
}

function bitsRow<T>(
  at: number,
  high: number,
  low: number,
  clause: string,
  constant: boolean,
  fromNumber: (value: number) => T,
  toNumber: (value: T) => number,
): Row<T> {
  const width = high - low + 1;
  const unit = 2 ** low;
  const maximum = 2 ** width - 1;
  return {
    firstBit: at * 8 + 7 - high,
    bits: width,
    typeName: width === 1 ? `bit ${low}` : `bits ${high}-${low}`,
    clause,
    constant,
    read: (source, base) => fromNumber(Math.floor(source[base + at]! / unit) % (maximum + 1)),
    write: (value, target, base) => {
      const number = toNumber(value);
      if (!Number.isInteger(number) || number < 0 || number > maximum) {
        throw new RangeError(`${width} bits hold integers from 0 to ${maximum}, got ${number}`);
      }
      target[base + at] = target[base + at]! + number * unit;
    },
  };
}

/** Some bits of the byte at `at`, bit 7 being the highest, as MMC and SPC print them. */
export function bits(at: number, high: number, low: number, clause: string): Row<number> {
  const same = (value: number): number => value;
  return bitsRow(at, high, low, clause, false, same, same);
}

/** One bit of the byte at `at`. */
export function bit(at: number, number: number, clause: string): Row<boolean> {
  return bitsRow(at, number, number, clause, false, (value) => value === 1, Number);
}

/** Bits that are reserved: written as zero, not looked at on reading. */
export function reservedBits(at: number, high: number, low: number, clause: string): Row<void> {
  return bitsRow(
    at,
    high,
    low,
    clause,
    true,
    () => undefined,
    () => 0,
  );
}

/** Bits that always have this value, such as a code beside flags: no part of the value. */
export function fixedBits(at: number, high: number, low: number, expected: number, clause: string): Row<number> {
  const row = bits(at, high, low, clause);
  return {
    ...row,
    constant: true,
    read: (source, base, end, fault) => {
      const value = row.read(source, base, end, fault);
      if (value !== expected) fault(`is ${value}, expected ${expected}`);
      return value;
    },
    write: (_value, target, base) => row.write(expected, target, base),
  };
}

/** A bit that is always one: written so, not looked at on reading. */
export function fixedBit(at: number, number: number, clause: string): Row<void> {
  return bitsRow(
    at,
    number,
    number,
    clause,
    true,
    () => undefined,
    () => 1,
  );
}

/**
 * A 16-bit value in two places, as the track and session numbers of MMC replies: the low byte is this row, the high
 * byte the row that {@link highByteOf} makes for the same place. A reply that ends between them has the low byte alone.
 */
export function split16(lowAt: number, highAt: number, clause: string): Row<number> {
  return {
    firstBit: lowAt * 8,
    bits: 8,
    typeName: `split16 with byte ${highAt}`,
    clause,
    constant: false,
    read: (source, base, end) => source[base + lowAt]! + (base + highAt < end ? source[base + highAt]! * 0x100 : 0),
    write: (value, target, base) => {
      target[base + lowAt] = value;
      target[base + highAt] = value >>> 8;
    },
  };
}

/** The high byte of a value that {@link split16} reads and writes. */
export function highByteOf(lowAt: number, at: number, clause: string): Row<void> {
  return {
    firstBit: at * 8,
    bits: 8,
    typeName: `high byte of byte ${lowAt}`,
    clause,
    constant: true,
    read: () => undefined,
    write: () => {},
  };
}
