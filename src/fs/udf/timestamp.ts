import { readU16le, writeU16le } from "../../codec/integers.js";
import type { FieldType } from "../../codec/rows.js";
import { explainTime } from "../../codec/time.js";

/** Coordinated Universal Time, local zone 0: type 1 in the upper four bits, an offset of 0 minutes. */
const utcTypeAndTimeZone = 0x1000;

/** The offset that says that none is known. ECMA-167 1/7.3.1. */
const unspecifiedOffset = -2047;

// Records name the same few seconds again and again.
let cachedSecond = Number.NaN;
const cachedFields = new Uint8Array(7);

/**
 * Writes a time with zone 0, to the microsecond; `null` as twelve bytes of zero. ECMA-167 1/7.3.
 *
 * @param timeMs Milliseconds since 1970.
 */
export function writeTimestamp(timeMs: number | null, target: Uint8Array, at: number): void {
  if (timeMs === null) {
    target.fill(0, at, at + 12);
    return;
  }
  const second = Math.floor(timeMs / 1000);
  if (second !== cachedSecond) {
    const date = new Date(second * 1000);
    const year = date.getUTCFullYear();
    if (!(year >= 1 && year <= 9999)) throw new RangeError(`a timestamp holds years from 1 to 9999, got ${timeMs} ms`);
    writeU16le(year, cachedFields, 0);
    cachedFields[2] = date.getUTCMonth() + 1;
    cachedFields[3] = date.getUTCDate();
    cachedFields[4] = date.getUTCHours();
    cachedFields[5] = date.getUTCMinutes();
    cachedFields[6] = date.getUTCSeconds();
    cachedSecond = second;
  }
  writeU16le(utcTypeAndTimeZone, target, at);
  target.set(cachedFields, at + 2);
  // A number of milliseconds since 1970 holds a quarter of a microsecond: what lies nearer below one is that one.
  const microseconds = Math.min(999_999, Math.floor((timeMs - second * 1000) * 1000 + 0.13));
  target[at + 9] = Math.floor(microseconds / 10_000);
  target[at + 10] = Math.floor(microseconds / 100) % 100;
  target[at + 11] = microseconds % 100;
}

/** Minutes east of UTC; `undefined` where the offset is not known, or none there is. */
function zoneOf(source: Uint8Array, at: number): number | undefined {
  const zone = readU16le(source, at) % 0x1000;
  const minutes = zone >= 0x800 ? zone - 0x1000 : zone;
  return minutes === unspecifiedOffset || Math.abs(minutes) > 1440 ? undefined : minutes;
}

// Entries name the same few days again and again.
let knownDate = -1;
let knownDayMs = 0;

/** When a day begins, in milliseconds since 1970; of one behind its month's end, one of the next month. */
function dayMsOf(year: number, month: number, day: number): number {
  const wanted = (year * 16 + month) * 32 + day;
  if (wanted !== knownDate) {
    const date = new Date(0);
    date.setUTCFullYear(year, month - 1, day);
    knownDate = wanted;
    knownDayMs = date.getTime();
  }
  return knownDayMs;
}

/** Reads a time in milliseconds since 1970; `null` for "not specified", `undefined` for bytes that are no time. */
export function readTimestamp(source: Uint8Array, at: number): number | null | undefined {
  const year = readU16le(source, at + 2);
  const month = source[at + 4]!;
  const day = source[at + 5]!;
  const hour = source[at + 6]!;
  const minute = source[at + 7]!;
  const second = source[at + 8]!;
  if (year === 0 && month === 0 && day === 0) return null;
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return undefined;
  const ofDay = ((hour * 60 + minute) * 60 + second) * 1000;
  const microseconds = source[at + 9]! * 10_000 + source[at + 10]! * 100 + source[at + 11]!;
  return dayMsOf(year, month, day) + ofDay - (zoneOf(source, at) ?? 0) * 60_000 + microseconds / 1000;
}

/** A time as dumps show it: in UTC, to the microsecond. */
function showTimestamp(timeMs: number | null): string | null {
  if (timeMs === null) return null;
  const millisecond = Math.floor(timeMs);
  const microseconds = Math.min(999, Math.round((timeMs - millisecond) * 1000));
  return new Date(millisecond).toISOString().replace("Z", `${String(microseconds).padStart(3, "0")}Z`);
}

/** A time, in milliseconds since 1970; `null` means not specified. ECMA-167 1/7.3. */
export const timestamp: FieldType<number | null> = {
  name: "timestamp",
  bytes: 12,
  read: (source, at, _length, fault) => {
    const timeMs = readTimestamp(source, at);
    if (timeMs === undefined) fault(`is no time: ${source.subarray(at, at + 12).join(" ")}`);
    return timeMs ?? null;
  },
  write: writeTimestamp,
  show: showTimestamp,
  explain: (timeMs, source, at) => explainTime(timeMs, zoneOf(source, at)),
};
