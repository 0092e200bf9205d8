import test from "ava";
import fc from "fast-check";
import { strictContext } from "../../src/codec/codec.js";
import { byte } from "../../src/codec/rows.js";
import { encode, struct } from "../../src/codec/struct.js";
import { longTime, recordingTime, recordingTimeRange } from "../../src/codec/time.js";

interface Timed {
  time: number | null;
}

const short = struct<Timed>("Short", 7, { time: byte(0, 7, recordingTime, "9.1.5") });
const long = struct<Timed>("Long", 17, { time: byte(0, 17, longTime, "8.4.26.1") });

test("a recording time: bytes, zones, nothing", (t) => {
  const time = Date.UTC(2026, 1, 28, 23, 59, 58);
  t.deepEqual([...encode(short, { time })], [126, 2, 28, 23, 59, 58, 0]);
  t.deepEqual([...encode(short, { time: null })], [0, 0, 0, 0, 0, 0, 0]);
  // Four quarters of an hour east: an hour earlier in UTC.
  t.deepEqual(short.read(Uint8Array.of(126, 2, 28, 23, 59, 58, 4), 0, strictContext), { time: time - 3_600_000 });
  t.deepEqual(short.read(Uint8Array.of(126, 2, 28, 23, 59, 58, 252), 0, strictContext), { time: time + 3_600_000 });
  for (const wrong of [
    [126, 2, 29, 0, 0, 0, 0],
    [126, 13, 1, 0, 0, 0, 0],
    [126, 0, 1, 0, 0, 0, 0],
    [126, 1, 1, 24, 0, 0, 0],
  ]) {
    t.throws(() => short.read(Uint8Array.from(wrong), 0, strictContext), { code: "E_FIELD_INVALID" });
  }
  t.throws(() => encode(short, { time: recordingTimeRange.firstMs - 1 }), { instanceOf: RangeError });
  t.throws(() => encode(short, { time: recordingTimeRange.lastMs + 1 }), { instanceOf: RangeError });
});

test("a recording time comes back to the second", (t) => {
  const times = fc.integer({ min: recordingTimeRange.firstMs, max: recordingTimeRange.lastMs });
  fc.assert(
    fc.property(times, (time) => {
      const second = Math.floor(time / 1000) * 1000;
      return short.read(encode(short, { time }), 0, strictContext).time === second;
    }),
  );
  t.pass();
});

test("a long time: digits, zones, nothing", (t) => {
  const time = Date.UTC(1999, 11, 31, 1, 2, 3, 450);
  const text = Buffer.from("1999123101020345\0", "latin1");
  t.deepEqual(Buffer.from(encode(long, { time })), text);
  t.deepEqual(Buffer.from(encode(long, { time: null })), Buffer.from("0000000000000000\0", "latin1"));
  t.deepEqual(long.read(text, 0, strictContext), { time });
  text[16] = 4;
  t.deepEqual(long.read(text, 0, strictContext), { time: time - 3_600_000 });
  for (const wrong of [
    "1999133101020345\0",
    "\0".repeat(17),
    " ".repeat(17),
    "199912310102034x\0",
    "1999123101020345\x70",
  ]) {
    t.throws(() => long.read(Buffer.from(wrong, "latin1"), 0, strictContext), { code: "E_FIELD_INVALID" });
  }
});

test("a long time comes back to the hundredth of a second", (t) => {
  const times = fc.integer({ min: Date.UTC(1000, 0, 1), max: Date.UTC(9999, 11, 31) });
  fc.assert(
    fc.property(
      times,
      (time) => long.read(encode(long, { time }), 0, strictContext).time === Math.floor(time / 10) * 10,
    ),
  );
  t.pass();
});
