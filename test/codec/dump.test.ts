/** The kit of dumps: nested structures, arrays, explanations, and what is cut off. */
import test from "ava";
import { dump } from "../../src/codec/dump.js";
import { explained, flagged, named } from "../../src/codec/explained.js";
import { both32, u8, u16le, u64le } from "../../src/codec/integers.js";
import { bitsOfU32le } from "../../src/codec/packed.js";
import { arrayParts, embedded, fillingParts, headedParts, part, rawPart } from "../../src/codec/parts.js";
import { byte } from "../../src/codec/rows.js";
import { nested, struct } from "../../src/codec/struct.js";
import type { Structure } from "../../src/codec/structure.js";
import { rawBytes, reserved } from "../../src/codec/text.js";
import { longTime, recordingTime } from "../../src/codec/time.js";
import { faultsIn, fieldIn, tiledBytes } from "../support/dumped.js";

interface Inner {
  readonly kind: number;
  readonly size: number;
}

const inner = struct<Inner>("Inner", 9, {
  kind: byte(0, 1, named(u8, { one: 1, two: 2 }), "i.1"),
  size: byte(1, 8, both32, "i.2"),
});

const head = struct<{ count: number; first: Inner }>("Head", 11, {
  count: byte(0, 2, u16le, "h.1"),
  first: byte(2, 9, nested(inner), "h.2"),
});

const list: Structure = {
  name: "List",
  parts: headedParts(head, (source, at, end) => [
    ...arrayParts("items", nested(inner), { at: 11, count: source[at]!, room: end - at - 11, clause: "l.1" }),
  ]),
  check: (source, at, _end, _location, fault) => {
    if (source[at] === 1) fault("count", "is odd");
    if (source[at] === 1) fault("elsewhere", "is missing");
  },
};

const one = [2, 5, 0, 0, 0, 0, 0, 0, 5];
const other = [1, 6, 0, 0, 0, 0, 0, 0, 7];

test("structures in structures are shown with bytes counted from the outermost", (t) => {
  const source = Uint8Array.from([0xff, 1, 0, ...one, ...other]);
  t.is(tiledBytes(list, source, 1, source.length), 20);
  const dumped = dump(list, source, 1);
  t.like(fieldIn(dumped, "first"), { at: 2, bytes: 9, type: "Inner", value: null, clause: "h.2" });
  t.like(fieldIn(dumped, "first", "kind"), { at: 2, value: 2, meaning: "two" });
  t.like(fieldIn(dumped, "items[0]", "size"), { at: 12, bytes: 8, value: 6, faults: ["halves differ: 6 and 7"] });
  t.deepEqual(faultsIn(dumped), [": elsewhere is missing", "count: is odd", "items[0].size: halves differ: 6 and 7"]);
});

test("what is cut off is told, and never read", (t) => {
  const source = Uint8Array.from([9, 0, ...one, ...other, 1, 2]);
  const dumped = dump(list, source, 0);
  t.deepEqual(dumped.faults, ["is cut off: items[1] needs 9 bytes, and there are 2"]);
  t.is(dumped.bytes, 20);
  t.deepEqual(dump(list, source, 0, { end: 5 }).faults, ["is cut off: first needs 9 bytes, and there are 3"]);
  const nothing = dump(list, source, source.length);
  t.deepEqual({ bytes: nothing.bytes, fields: nothing.fields }, { bytes: 0, fields: [] });
});

test("arrays that fill their room leave a rest", (t) => {
  const filled: Structure = {
    name: "Filled",
    parts: (_source, at, end) => fillingParts("numbers", u16le, { at: 0, room: end - at, clause: "f" }),
  };
  const source = Uint8Array.of(1, 0, 2, 0, 3);
  t.is(tiledBytes(filled, source, 0, 5), 5);
  t.deepEqual(
    dump(filled, source, 0).fields.map(({ field, value }) => [field, value]),
    [
      ["numbers[0]", 1],
      ["numbers[1]", 2],
      ["rest", "03"],
    ],
  );
  t.deepEqual(rawPart("none", 0, 0, ""), []);
  t.deepEqual(rawPart("none", 0, -1, ""), []);
});

test("values are shown as JSON can hold them", (t) => {
  const flags = { a: 1, b: 2, high: 0x8000_0000 };
  const all: Structure = {
    name: "All",
    parts: () => [
      part("small", byte(0, 8, u64le, "")),
      part("large", byte(8, 8, u64le, "")),
      part("raw", byte(16, 2, rawBytes(2), "")),
      part("_reserved", byte(18, 2, reserved(2), "")),
      part("flags", byte(20, 1, flagged(u8, flags), "")),
      part("none", byte(21, 1, flagged(u8, flags), "")),
      part("other", byte(22, 1, named(u8, { one: 1 }), "")),
      part(
        "doubled",
        byte(
          23,
          1,
          explained(u8, (value) => `twice ${value / 2}`),
          "",
        ),
      ),
      part("low", bitsOfU32le(24, 0, 30, "")),
      part("high", bitsOfU32le(24, 30, 2, "", { all: 3 })),
      part("inside", byte(28, 1, embedded({ name: "In", parts: () => [part("x", byte(0, 1, u8, "x"))] }), "")),
    ],
  };
  const source = new Uint8Array(29);
  source.set([7], 0);
  source.set([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xab, 0xcd, 0, 9, 7, 0, 4, 6, 5, 0, 0, 0xc0, 8], 8);
  t.is(tiledBytes(all, source, 0, source.length), source.length);
  const dumped = dump(all, source, 0);
  const shown = Object.fromEntries(dumped.fields.map(({ field, value, meaning }) => [field, [value, meaning]]));
  t.deepEqual(shown, {
    small: [7, null],
    large: ["18446744073709551615", null],
    raw: ["abcd", null],
    _reserved: ["0009", null],
    flags: [7, "a, b, 0x4"],
    none: [0, null],
    other: [4, null],
    doubled: [6, "twice 3"],
    low: [5, null],
    high: [3, "all"],
    inside: [null, null],
  });
  t.is(fieldIn(dumped, "inside", "x").value, 8);
  t.deepEqual(JSON.parse(JSON.stringify(dumped)), dumped);
});

test("times are shown in UTC, with the zone that they were recorded in", (t) => {
  const times = struct<{ short: number | null; long: number | null }>("Times", 24, {
    short: byte(0, 7, recordingTime, ""),
    long: byte(7, 17, longTime, ""),
  });
  const source = new Uint8Array(24);
  source.set([126, 2, 3, 4, 5, 6, 4], 0);
  source.set(Buffer.from("2026020304050607"), 7);
  source[23] = 0xfc;
  const dumped = dump(times, source, 0);
  t.like(fieldIn(dumped, "short"), { value: "2026-02-03T03:05:06.000Z", meaning: "zone +60 minutes" });
  t.like(fieldIn(dumped, "long"), { value: "2026-02-03T05:05:06.070Z", meaning: "zone -60 minutes" });
  source.set([126, 13], 0);
  source.fill(0x30, 7, 23);
  const broken = dump(times, source, 0);
  t.like(fieldIn(broken, "short"), { value: null, meaning: null, faults: ["is no date and time: 126 13 3 4 5 6 4"] });
  t.like(fieldIn(broken, "long"), { value: null, meaning: "not specified", faults: [] });
});

test("what only dumps know cannot be written", (t) => {
  const type = embedded(inner);
  t.throws(() => type.write(undefined, new Uint8Array(9), 0, 9), { instanceOf: TypeError });
  t.is(
    type.read(new Uint8Array(9), 0, 9, () => {}),
    undefined,
  );
});
