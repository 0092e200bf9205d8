import type { FieldType } from "./rows.js";
import { textFromBytes, writeTextBytes } from "./text.js";

const dayMs = 86_400_000;
const quarterHourMs = 900_000;

/** The earliest and the latest time a directory record can hold, in milliseconds since 1970. ECMA-119 9.1.5. */
export const recordingTimeRange: { readonly firstMs: number; readonly lastMs: number } = {
  firstMs: Date.UTC(1900, 0, 1),
  lastMs: Date.UTC(2155, 11, 31, 23, 59, 59, 999),
};

/** The times that 17 bytes hold. ECMA-119 8.4.26.1. */
export const longTimeRange: { readonly firstMs: number; readonly lastMs: number } = {
  firstMs: Date.parse("0001-01-01T00:00:00Z"),
  lastMs: Date.parse("9999-12-31T23:59:59.999Z"),
};

// Records name the same few days again and again.
let knownDate = -1;
let knownDay: number | undefined;

/** Days since 1970-01-01 of a day of the proleptic Gregorian calendar; `undefined` for one that does not exist. */
function dayNumber(year: number, month: number, day: number): number | undefined {
  const wanted = (year * 256 + month) * 256 + day;
  if (wanted !== knownDate) {
    knownDate = wanted;
    knownDay = calendarDay(year, month, day);
  }
  return knownDay;
}

function calendarDay(year: number, month: number, day: number): number | undefined {
  if (month < 1 || month > 12 || day < 1) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1) return undefined;
  return Math.round(date.getTime() / dayMs);
}

// Writing a million records calls for the calendar of the same few days again and again.
let cachedDay = Number.NaN;
let cachedYear = 0;
let cachedMonth = 0;
let cachedDate = 0;

/** Writes a time in seven bytes with zone 0. ECMA-119 9.1.5. */
export function writeRecordingTime(timeMs: number | null, target: Uint8Array, at: number): void {
  if (timeMs === null) {
    target.fill(0, at, at + 7);
    return;
  }
  const day = Math.floor(timeMs / dayMs);
  if (day !== cachedDay) {
    const date = new Date(day * dayMs);
    cachedYear = date.getUTCFullYear();
    cachedMonth = date.getUTCMonth() + 1;
    cachedDate = date.getUTCDate();
    if (!(cachedYear >= 1900 && cachedYear <= 2155)) {
      cachedDay = Number.NaN;
      throw new RangeError(`a recording time holds years from 1900 to 2155, got ${timeMs} ms`);
    }
    cachedDay = day;
  }
  const second = Math.floor((timeMs - day * dayMs) / 1000);
  target[at] = cachedYear - 1900;
  target[at + 1] = cachedMonth;
  target[at + 2] = cachedDate;
  target[at + 3] = Math.floor(second / 3600);
  target[at + 4] = Math.floor(second / 60) % 60;
  target[at + 5] = second % 60;
  target[at + 6] = 0;
}

/** Reads a time of seven bytes; `null` for "not specified", `undefined` for bytes that are no time. ECMA-119 9.1.5. */
export function readRecordingTime(source: Uint8Array, at: number): number | null | undefined {
  const year = source[at]!;
  const month = source[at + 1]!;
  const date = source[at + 2]!;
  const hour = source[at + 3]!;
  const minute = source[at + 4]!;
  const second = source[at + 5]!;
  if (month === 0 && date === 0 && hour === 0 && minute === 0 && second === 0) return null;
  const day = dayNumber(1900 + year, month, date);
  // A zone outside its range is ignored: some writers leave another meaning there.
  const signed = source[at + 6]! > 127 ? source[at + 6]! - 256 : source[at + 6]!;
  const zone = signed >= -48 && signed <= 52 ? signed : 0;
  if (day === undefined || hour > 23 || minute > 59 || second > 59) return undefined;
  return day * dayMs + ((hour * 60 + minute) * 60 + second) * 1000 - zone * quarterHourMs;
}

/** A time as dumps show it: in UTC. */
function showTime(timeMs: number | null): string | null {
  return timeMs === null ? null : new Date(timeMs).toISOString();
}

/**
 * What a dump says of a time besides: the zone that it was recorded in.
 *
 * @param minutes East of UTC; `undefined` where it is not known.
 */
export function explainTime(timeMs: number | null, minutes: number | undefined): string | undefined {
  if (timeMs === null) return "not specified";
  if (minutes === undefined) return "zone not known";
  return minutes === 0 ? undefined : `zone ${minutes < 0 ? "-" : "+"}${Math.abs(minutes)} minutes`;
}

/** Minutes of a zone in quarters of an hour. */
function zoneMinutes(octet: number): number {
  return (octet > 127 ? octet - 256 : octet) * (quarterHourMs / 60_000);
}

/** A date and time of seven bytes, in milliseconds since 1970; `null` means not specified. ECMA-119 9.1.5. */
export const recordingTime: FieldType<number | null> = {
  name: "recordingTime",
  bytes: 7,
  read: (source, at, _length, fault) => {
    const timeMs = readRecordingTime(source, at);
    if (timeMs === undefined) fault(`is no date and time: ${source.subarray(at, at + 7).join(" ")}`);
    return timeMs ?? null;
  },
  write: writeRecordingTime,
  show: showTime,
  explain: (timeMs, source, at) => explainTime(timeMs, zoneMinutes(source[at + 6]!)),
};

/** Reads a time of 17 bytes; `null` for "not specified", `undefined` for bytes that are no time. ECMA-119 8.4.26.1. */
export function readLongTime(source: Uint8Array, at: number): number | null | undefined {
  const digits = textFromBytes(source, at, 16);
  if (/^0{16}$/.test(digits)) return null;
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(digits);
  if (match === null) return undefined;
  const [year, month, date, hour, minute, second, hundredths] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const day = dayNumber(year, month, date);
  const signed = source[at + 16]! > 127 ? source[at + 16]! - 256 : source[at + 16]!;
  if (day === undefined || hour > 23 || minute > 59 || second > 59 || signed < -48 || signed > 52) return undefined;
  const ofDay = ((hour * 60 + minute) * 60 + second) * 1000 + hundredths * 10;
  return day * dayMs + ofDay - signed * quarterHourMs;
}

/** Writes a time in 17 bytes with zone 0; `null` as sixteen digits zero. ECMA-119 8.4.26.1. */
function writeLongTime(timeMs: number | null, target: Uint8Array, at: number): void {
  let digits = "0".repeat(16);
  if (timeMs !== null) {
    const iso = new Date(timeMs).toISOString();
    if (iso.length !== 24) throw new RangeError(`a date of 17 bytes holds years from 1 to 9999, got ${iso}`);
    digits = iso.replace(/[-T:.Z]/g, "").slice(0, 16);
  }
  writeTextBytes(digits, target, at);
  target[at + 16] = 0;
}

/** A date and time of 17 bytes, in milliseconds since 1970; `null` means not specified. ECMA-119 8.4.26.1. */
export const longTime: FieldType<number | null> = {
  name: "longTime",
  bytes: 17,
  read: (source, at, _length, fault) => {
    const timeMs = readLongTime(source, at);
    if (timeMs === undefined) fault(`is no date and time: "${textFromBytes(source, at, 16)}"`);
    return timeMs ?? null;
  },
  write: writeLongTime,
  show: showTime,
  explain: (timeMs, source, at) => explainTime(timeMs, zoneMinutes(source[at + 16]!)),
};
