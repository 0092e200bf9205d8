import test from "ava";
import fc from "fast-check";
import { proveTiling, strictContext } from "../../src/codec/codec.js";
import { dump } from "../../src/codec/dump.js";
import {
  both16,
  both32,
  fixedU8,
  fixedU16be,
  fixedU16le,
  u8,
  u16be,
  u16le,
  u32be,
  u32le,
} from "../../src/codec/integers.js";
import { bit, bits, bp, byte, highByteOf, reservedBits, split16 } from "../../src/codec/rows.js";
import { encode, struct } from "../../src/codec/struct.js";
import {
  aCharacters,
  asciiText,
  dCharacters,
  fixedText,
  rawBytes,
  reserved,
  ucs2Text,
  zeros,
} from "../../src/codec/text.js";
import type { DiscError } from "../../src/errors.js";

interface Sample {
  high: boolean;
  low: number;
  track: number;
  size: number;
  name: string;
}

const sample = struct<Sample>("Sample", 20, {
  _type: bp(1, 1, fixedU8(7), "1.1"),
  high: bit(1, 7, "1.2"),
  _reserved1: reservedBits(1, 6, 4, "1.2"),
  low: bits(1, 3, 0, "1.2"),
  track: split16(2, 3, "1.3"),
  _trackHigh: highByteOf(2, 3, "1.3"),
  size: byte(4, 8, both32, "1.4"),
  name: bp(13, 18, dCharacters(6), "1.5"),
  _end: bp(19, 20, zeros(2), "1.6"),
});

const value: Sample = { high: true, low: 5, track: 0x0102, size: 0x0a0b0c0d, name: "AB" };
const bytes = Buffer.from("0785" + "0201" + "0d0c0b0a0a0b0c0d" + "414220202020" + "0000", "hex");

test("writes and reads the same bytes as the table says", (t) => {
  t.deepEqual(Buffer.from(encode(sample, value)), bytes);
  t.deepEqual(sample.read(bytes, 0, strictContext), value);
  const moved = Buffer.alloc(30, 0xff);
  sample.write(value, moved, 5);
  t.deepEqual(moved.subarray(5, 25), bytes);
  t.deepEqual([moved[4], moved[25]], [0xff, 0xff]);
  t.deepEqual(sample.read(moved, 5, strictContext), value);
});

test("reads back every value it writes", (t) => {
  const values = fc.record({
    high: fc.boolean(),
    low: fc.integer({ min: 0, max: 15 }),
    track: fc.integer({ min: 0, max: 0xffff }),
    size: fc.integer({ min: 0, max: 0xffff_ffff }),
    name: fc.string({ unit: fc.constantFrom("A", "Z", "0", "_"), maxLength: 6 }),
  });
  fc.assert(fc.property(values, (any) => t.deepEqual(sample.read(encode(sample, any), 0, strictContext), any)));
});

test("a declaration with a gap, an overlap or a wrong length does not load", (t) => {
  const row = (at: number, length = 1) => byte(at, length, u8, "x");
  const declare = (size: number, rows: Record<string, ReturnType<typeof row>>) =>
    struct<Record<string, number>>("Wrong", size, rows);
  t.notThrows(() => declare(2, { a: row(0), b: row(1) }));
  t.throws(() => declare(3, { a: row(0), b: row(2) }), {
    instanceOf: TypeError,
    message: /b starts at bit 16, expected 8/,
  });
  t.throws(() => declare(2, { a: row(0), b: row(0) }), { instanceOf: TypeError });
  t.throws(() => declare(3, { a: row(0), b: row(1) }), { instanceOf: TypeError, message: /ends at bit 16/ });
  t.throws(() => row(0, 2), { instanceOf: TypeError, message: /u8 is 1 bytes long, the row 2/ });
  t.throws(() => declare(1, { _a: row(0) }), { message: /wrong kind of key/ });
  t.throws(() => struct<{ a: number }>("Wrong", 1, { a: bits(0, 6, 0, "x") }), { message: /a starts at bit 1/ });
});

test("pieces tile, or are named", (t) => {
  const pieces = [
    { name: "one", first: 10, length: 5 },
    { name: "none", first: 15, length: 0 },
    { name: "two", first: 15, length: 1 },
  ];
  t.notThrows(() => proveTiling("plan", "block", pieces, 10, 16));
  t.throws(() => proveTiling("plan", "block", pieces, 9, 16), { message: /one starts at block 10, expected 9/ });
  t.throws(() => proveTiling("plan", "block", pieces, 10, 17), { message: /ends at block 16, expected 17/ });
  const negative = [{ name: "odd", first: 0, length: -1 }];
  t.throws(() => proveTiling("plan", "block", negative, 0, -1), { message: /length -1/ });
});

test("a broken rule is named by structure, field and clause", (t) => {
  const broken = Buffer.from(bytes);
  broken[4] = 0;
  const error = t.throws<DiscError<"E_FIELD_INVALID">>(() => sample.read(broken, 0, { tolerant: false, lba: 16 }), {
    code: "E_FIELD_INVALID",
  });
  t.like(error?.detail, { lba: 16, structure: "Sample", field: "size", clause: "1.4" });
  t.regex(error!.message, /Sample at block 16: size halves differ/);
  // No tolerance names this structure.
  t.throws(() => sample.read(broken, 0, { tolerant: true, lba: 16 }), { code: "E_FIELD_INVALID" });
  t.throws(() => sample.read(bytes.subarray(0, 19), 0, strictContext), {
    code: "E_FIELD_INVALID",
    message: /19 bytes/,
  });
});

test("tolerant reading passes over what the table of tolerances names, and says so", (t) => {
  const descriptor = struct<{ volumeSpaceSize: number }>("PrimaryVolumeDescriptor", 8, {
    volumeSpaceSize: byte(0, 8, both32, "8.4.8"),
  });
  const halves = Buffer.from("0500000000000000", "hex");
  t.throws(() => descriptor.read(halves, 0, strictContext), { code: "E_FIELD_INVALID" });
  const warnings: string[] = [];
  const context = { tolerant: true, lba: 16, onWarning: (warning: DiscError) => warnings.push(warning.code) };
  t.deepEqual(descriptor.read(halves, 0, context), { volumeSpaceSize: 5 });
  t.deepEqual(warnings, ["W_TOLERATED"]);
});

test("a reply may end early; what it lacks is absent", (t) => {
  const reply = struct<{ first: number; second?: number }>(
    "Reply",
    4,
    { first: split16(0, 3, "x"), second: byte(1, 2, u16be, "x"), _firstHigh: highByteOf(0, 3, "x") },
    { mayEndEarly: true },
  );
  t.deepEqual(reply.read(Uint8Array.of(9, 1), 0, strictContext), { first: 9 } as never);
  t.deepEqual(reply.read(Uint8Array.of(9, 1, 2), 0, strictContext), { first: 9, second: 0x102 });
  t.deepEqual(reply.read(Uint8Array.of(9, 1, 2, 3), 0, strictContext), { first: 0x309, second: 0x102 });
});

test("a dump shows every field with its place, faults among them", (t) => {
  const broken = Buffer.from(bytes);
  broken[0] = 8;
  const { name, bytes: length, faults, fields } = dump(sample, broken, 0);
  t.deepEqual({ name, length, faults }, { name: "Sample", length: 20, faults: [] });
  t.deepEqual(
    fields.map(({ field, at, bytes: size, value: shown }) => [field, at, size, shown]),
    [
      ["_type", 0, 1, 8],
      ["high", 1, 1, true],
      ["_reserved1", 1, 1, null],
      ["low", 1, 1, 5],
      ["track", 2, 1, 0x0102],
      ["_trackHigh", 3, 1, "01"],
      ["size", 4, 8, value.size],
      ["name", 12, 6, "AB"],
      ["_end", 18, 2, "0000"],
    ],
  );
  t.like(fields[0], { faults: ["is 8, expected 7"], clause: "1.1", type: "u8 7" });
  t.deepEqual(fields[1]?.faults, []);
  const cut = dump(sample, broken.subarray(0, 14), 0);
  t.is(cut.fields.length, 7);
  t.is(cut.bytes, 12);
  t.deepEqual(cut.faults, ["is cut off: name needs 6 bytes, and there are 2"]);
});

const integerTypes = [
  { type: u8, maximum: 0xff, number: 0xfe, hex: "fe" },
  { type: u16le, maximum: 0xffff, number: 0x0102, hex: "0201" },
  { type: u16be, maximum: 0xffff, number: 0x0102, hex: "0102" },
  { type: u32le, maximum: 0xffff_ffff, number: 0xf1020304, hex: "040302f1" },
  { type: u32be, maximum: 0xffff_ffff, number: 0xf1020304, hex: "f1020304" },
  { type: both16, maximum: 0xffff, number: 0x0102, hex: "02010102" },
  { type: both32, maximum: 0xffff_ffff, number: 0xf1020304, hex: "040302f1f1020304" },
];

for (const { type, maximum, number, hex } of integerTypes) {
  test(`${type.name}: bytes, range, round trip`, (t) => {
    const codec = struct<{ a: number }>("One", type.bytes!, { a: byte(0, type.bytes!, type, "x") });
    t.is(Buffer.from(encode(codec, { a: number })).toString("hex"), hex);
    t.deepEqual(codec.read(Buffer.from(hex, "hex"), 0, strictContext), { a: number });
    for (const wrong of [-1, maximum + 1, 0.5, Number.NaN]) {
      t.throws(() => encode(codec, { a: wrong }), { instanceOf: RangeError });
    }
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: maximum }),
        (a) => codec.read(encode(codec, { a }), 0, strictContext).a === a,
      ),
    );
  });
}

test("bits refuse what they cannot hold", (t) => {
  const codec = struct<{ a: number; b: number }>("Bits", 1, { a: bits(0, 7, 5, "x"), b: bits(0, 4, 0, "x") });
  t.deepEqual([...encode(codec, { a: 5, b: 17 })], [0b101_10001]);
  t.throws(() => encode(codec, { a: 8, b: 0 }), { instanceOf: RangeError });
  t.throws(() => encode(codec, { a: -1, b: 0 }), { instanceOf: RangeError });
});

test("constants are written, and checked on reading", (t) => {
  const codec = struct<Record<never, never>>("Constants", 11, {
    _a: byte(0, 1, fixedU8(1), "a"),
    _b: byte(1, 2, fixedU16le(0x0203), "b"),
    _c: byte(3, 2, fixedU16be(0x0405), "c"),
    _d: byte(5, 3, fixedText("CD0"), "d"),
    _e: byte(8, 2, zeros(2), "e"),
    _f: byte(10, 1, reserved(1), "f"),
  });
  const good = Buffer.from("01030204054344300000" + "00", "hex");
  t.deepEqual(Buffer.from(encode(codec, {})), good);
  for (let at = 0; at < 10; at++) {
    const bad = Buffer.from(good);
    bad[at]! ^= 0x40;
    t.throws(() => codec.read(bad, 0, strictContext), { code: "E_FIELD_INVALID" }, `byte ${at}`);
  }
  good[10] = 0xff;
  t.deepEqual(codec.read(good, 0, strictContext), {});
});

test("text is padded, passes every byte, and refuses what does not fit", (t) => {
  for (const type of [aCharacters(4), dCharacters(4), asciiText(4)]) {
    const codec = struct<{ a: string }>("Text", 4, { a: byte(0, 4, type, "x") });
    t.is(Buffer.from(encode(codec, { a: "ab" })).toString("hex"), "61622020");
    t.deepEqual(codec.read(Buffer.from("6162ff00", "hex"), 0, strictContext), { a: "ab\xff" });
    for (const wrong of ["abcde", "\u0100", "\n"])
      t.throws(() => encode(codec, { a: wrong }), { instanceOf: RangeError });
  }
  const wide = struct<{ a: string }>("Wide", 7, { a: byte(0, 7, ucs2Text(7), "x") });
  t.is(Buffer.from(encode(wide, { a: "é" })).toString("hex"), "00e90020002000");
  t.deepEqual(wide.read(encode(wide, { a: "日本" }), 0, strictContext), { a: "日本" });
  t.throws(() => encode(wide, { a: "abcd" }), { instanceOf: RangeError });
  const raw = struct<{ a: Uint8Array }>("Raw", 3, { a: byte(0, 3, rawBytes(3), "x") });
  t.is(Buffer.from(encode(raw, { a: Uint8Array.of(1, 2) })).toString("hex"), "010200");
  t.throws(() => encode(raw, { a: new Uint8Array(4) }), { instanceOf: RangeError });
});
