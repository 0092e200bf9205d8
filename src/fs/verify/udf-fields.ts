/** Checks fields by the rows of their structures: texts, times, entity identifiers, reserved bytes. OSTA UDF 2.1. */
import type { Codec } from "../../codec/codec.js";
import { readU16le } from "../../codec/integers.js";
import type { StructCodec } from "../../codec/struct.js";
import type { StructField } from "../../codec/structure.js";
import { textFromBytes } from "../../codec/text.js";
import { readTimestamp } from "../udf/timestamp.js";
import type { CheckedTime, UdfChecking } from "./udf-checking.js";
import { isZero } from "./udf-checking.js";
import { checkIdentifier } from "./udf-identifiers.js";
import type { UdfPlace } from "./udf-report.js";

/** How the fields of one structure are checked, by their keys. */
export interface FieldRules {
  /** Texts that may be missing. */
  readonly mayBeEmpty?: readonly string[];
  /** What identifiers have to be. */
  readonly identifiers?: Readonly<Record<string, string>>;
  /** Times that are not held against the last modification. */
  readonly isLastModification?: boolean;
}

/** A structure somewhere in the bytes. */
export interface FieldSource {
  readonly data: Uint8Array;
  readonly at: number;
  readonly place: UdfPlace;
}

/** The rows of a codec that is made of rows; descriptors of fixed size keep theirs. */
function rowsOf(codec: Codec<never>): readonly StructField[] {
  return (codec as unknown as Partial<StructCodec<unknown>>).fields ?? [];
}

/** Reads a structure of rows; faults of fields are no matter here. */
export function readRows<T>(codec: StructCodec<T> | Codec<T>, data: Uint8Array, at: number): T {
  const value: Record<string, unknown> = {};
  for (const { key, row } of rowsOf(codec as Codec<never>)) {
    const field = row.read(data, at, data.length, () => undefined);
    if (!row.constant) value[key] = field;
  }
  return value as T;
}

/** Checks the fields of a structure, of those kinds that have rules of their own. */
export function checkFields<T>(
  checking: UdfChecking,
  codec: StructCodec<T> | Codec<T>,
  source: FieldSource,
  rules: FieldRules = {},
): void {
  const { data, at, place } = source;
  const { report } = checking;
  for (const { key, row } of rowsOf(codec as Codec<never>)) {
    const first = at + row.firstBit / 8;
    const length = row.bits / 8;
    const name = `${codec.name}: ${key.replace(/^_/, "")}`;
    const { typeName } = row;
    if (typeName.startsWith("dstring")) {
      checkDstring(checking, { data, at: first, place }, length, name, rules.mayBeEmpty?.includes(key) === true);
    } else if (typeName === "charspec") {
      checkCharacterSet(checking, { data, at: first, place }, name);
    } else if (typeName === "timestamp") {
      checkTime(checking, { data, at: first, place }, name, rules.isLastModification !== true);
    } else if (typeName.startsWith("reserved")) {
      if (!isZero(data, first, first + length)) report("UDF_RESERVED", place, `${name} is not 0`);
    } else if (typeName.endsWith("Identifier")) {
      checkIdentifier(checking, typeName, { data, at: first, place }, name, rules.identifiers?.[key]);
    }
  }
}

const characterSet = "OSTA Compressed Unicode";

/** ECMA-167 1/7.2.1, OSTA UDF 2.1.2. */
function checkCharacterSet({ report }: UdfChecking, { data, at, place }: FieldSource, name: string): void {
  const isRight =
    data[at] === 0 &&
    textFromBytes(data, at + 1, characterSet.length) === characterSet &&
    isZero(data, at + 1 + characterSet.length, at + 64);
  if (!isRight) report("UDF_CHARACTER_SET", place, `${name} is not OSTA Compressed Unicode`);
}

/** ECMA-167 1/7.2.12, OSTA UDF 2.1.3. */
function checkDstring(
  { report }: UdfChecking,
  { data, at, place }: FieldSource,
  length: number,
  name: string,
  mayBeEmpty: boolean,
): void {
  if (isZero(data, at, at + length)) {
    if (!mayBeEmpty) report("UDF_DSTRING_EMPTY", place, `${name} is missing`);
    return;
  }
  const used = data[at + length - 1]!;
  const fault =
    used < 2 || used >= length
      ? `states ${used} bytes of ${length}`
      : (textFault(data, at, used) ??
        (isZero(data, at + used, at + length - 1) ? undefined : "has bytes behind its text"));
  if (fault !== undefined) report("UDF_DSTRING", place, `${name} ${fault}`);
}

/** What is wrong with a text in compressed Unicode that is not of a deleted name. OSTA UDF 2.1.1. */
export function textFault(data: Uint8Array, at: number, length: number, isDeleted = false): string | undefined {
  if (length < 2) return "is empty";
  const compression = data[at]!;
  const isWide = compression === 16 || (isDeleted && compression === 255);
  if (!isWide && compression !== 8 && !(isDeleted && compression === 254)) return `has compression ${compression}`;
  if (!isWide) return undefined;
  if (length % 2 === 0) return `of 16 bits a character has ${length} bytes`;
  for (let index = at + 1; index < at + length; index += 2) {
    const unit = data[index]! * 0x100 + data[index + 1]!;
    if (unit === 0xfeff || unit === 0xfffe) return `holds the character U+${unit.toString(16).toUpperCase()}`;
  }
  return undefined;
}

/** A time; `undefined` for none, and for bytes that are no time. */
export function timeAt(data: Uint8Array, at: number): CheckedTime | undefined {
  const ms = readTimestamp(data, at);
  if (ms === null || ms === undefined) return undefined;
  return { ms, hasZone: zoneOf(data, at) !== unspecifiedZone };
}

const unspecifiedZone = -2047;

function zoneOf(data: Uint8Array, at: number): number {
  const zone = readU16le(data, at) % 0x1000;
  return zone >= 0x800 ? zone - 0x1000 : zone;
}

/** What is wrong with the bytes of a time that is not missing. ECMA-167 1/7.3. */
function timeFault(data: Uint8Array, at: number): string | undefined {
  const type = data[at + 1]! >>> 4;
  const zone = zoneOf(data, at);
  if (type !== 1) return `is of type ${type}`;
  if (zone !== unspecifiedZone && Math.abs(zone) > 1440) return `has a zone of ${zone} minutes`;
  const year = readU16le(data, at + 2);
  if (year < 1 || year > 9999) return `has the year ${year}`;
  const [month, day] = [data[at + 4]!, data[at + 5]!];
  const days = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > days) return `has the date ${month}-${day}`;
  const [hour, minute, second] = [data[at + 6]!, data[at + 7]!, data[at + 8]!];
  if (hour > 23 || minute > 59 || second > 60) return `is ${hour}:${minute}:${second}`;
  if (data[at + 9]! > 99 || data[at + 10]! > 99 || data[at + 11]! > 99) return "has too large parts of a second";
  return undefined;
}

/**
 * Checks a time. ECMA-167 1/7.3, OSTA UDF 2.1.4.
 *
 * @param isHeld Whether it must not be later than the last modification of the volume.
 */
function checkTime(
  checking: UdfChecking,
  { data, at, place }: FieldSource,
  name: string,
  isHeld: boolean,
): CheckedTime | undefined {
  const { report, lastModified } = checking;
  if (isZero(data, at, at + 12)) {
    report("UDF_TIMESTAMP_MISSING", place, `${name} is missing`);
    return undefined;
  }
  const fault = timeFault(data, at);
  if (fault !== undefined) {
    report("UDF_TIMESTAMP", place, `${name} ${fault}`);
    return undefined;
  }
  const zone = zoneOf(data, at);
  if (zone !== unspecifiedZone && zone % 15 !== 0) {
    report("UDF_TIMESTAMP_ZONE", place, `${name} has a zone of ${zone} minutes`);
  }
  const time = timeAt(data, at);
  const isLater = time !== undefined && lastModified !== undefined && isLaterThan(time, lastModified);
  if (isHeld && isLater) {
    const shown = `${new Date(time.ms).toISOString()}, the volume was last modified at ${new Date(lastModified.ms).toISOString()}`;
    report("UDF_TIME_LATER", place, `${name} is ${shown}`);
  }
  return time;
}

/** Whether a time is later than another; times of which one has no zone cannot be compared. */
export function isLaterThan(time: CheckedTime, other: CheckedTime): boolean {
  return time.hasZone === other.hasZone && time.ms > other.ms;
}
