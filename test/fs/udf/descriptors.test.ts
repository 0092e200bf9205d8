/** Bytes of descriptors that Linux, 7-Zip, GRUB and the Philips verifier accept, against what is written and read here. */
import test from "ava";
import { strictContext } from "../../../src/codec/codec.js";
import { encode } from "../../../src/codec/struct.js";
import { hasCode } from "../../../src/errors.js";
import { dstring, readCompressedUnicode, writeCompressedUnicode } from "../../../src/fs/udf/compressed-unicode.js";
import type { FileIdentifierDescriptor } from "../../../src/fs/udf/file-identifier.js";
import { fileIdentifierDescriptor } from "../../../src/fs/udf/file-identifier.js";
import { partitionMap } from "../../../src/fs/udf/partition.js";
import type { DescriptorCodec } from "../../../src/fs/udf/tag.js";
import { readDescriptor, writeDescriptor } from "../../../src/fs/udf/tag.js";
import { readTimestamp, writeTimestamp } from "../../../src/fs/udf/timestamp.js";
import { anchorVolumeDescriptorPointer, terminatingDescriptor } from "../../../src/fs/udf/volume.js";
import { everyPartitionMap } from "../../support/dumped-udf.js";

const hex = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString("hex")
    .replace(/(..)(?=.)/g, "$1 ");

const anchor = {
  mainVolumeDescriptorSequenceExtent: { extentLength: 16 * 2048, extentLocation: 32 },
  reserveVolumeDescriptorSequenceExtent: { extentLength: 16 * 2048, extentLocation: 48 },
};

const noLocation = { extentType: 0, partitionReferenceNumber: 0, flags: 0, extentLength: 2048 } as const;

const named: FileIdentifierDescriptor = {
  fileVersionNumber: 1,
  fileCharacteristics: 0,
  icb: { ...noLocation, logicalBlockNumber: 5, udfUniqueId: 16 },
  implementationUse: new Uint8Array(0),
  fileIdentifier: new Uint8Array([8, ...new TextEncoder().encode("a.txt")]),
};

const parent: FileIdentifierDescriptor = {
  ...named,
  fileCharacteristics: 10,
  icb: { ...noLocation, logicalBlockNumber: 2, udfUniqueId: 0 },
  fileIdentifier: new Uint8Array(0),
};

// biome-ignore lint/suspicious/noExplicitAny: the values differ in type from row to row
const vectors: readonly [name: string, codec: DescriptorCodec<any>, value: unknown, location: number, bytes: string][] =
  [
    [
      "an anchor",
      anchorVolumeDescriptorPointer,
      anchor,
      256,
      "02 00 02 00 cf 00 01 00 01 d7 f0 01 00 01 00 00 00 80 00 00 20 00 00 00 00 80 00 00 30 00 00 00",
    ],
    ["a terminating descriptor", terminatingDescriptor, {}, 37, "08 00 02 00 21 00 01 00 00 00 f0 01 25 00 00 00"],
    [
      "a file's identifier",
      fileIdentifierDescriptor,
      named,
      3,
      "01 01 02 00 02 00 01 00 e9 f5 1c 00 03 00 00 00 01 00 00 06 00 08 00 00 05 00 00 00 00 00 00 00 10 00 00 00 00 00 08 61 2e 74 78 74",
    ],
    [
      "a parent's identifier",
      fileIdentifierDescriptor,
      parent,
      3,
      "01 01 02 00 c9 00 01 00 47 62 18 00 03 00 00 00 01 00 0a 00 00 08 00 00 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
    ],
  ];

for (const [name, codec, value, tagLocation, bytes] of vectors) {
  test(`${name} is written byte by byte, and read`, (t) => {
    const written = new Uint8Array(codec.bytes(value));
    writeDescriptor(codec, value, written, 0, { descriptorVersion: 2, tagSerialNumber: 1, tagLocation });
    const expected = bytes.split(" ").length;
    t.is(hex(written.subarray(0, expected)), bytes);
    t.true(written.subarray(expected).every((octet) => octet === 0));
    const { tag, value: read } = readDescriptor(codec, written, 0, tagLocation, strictContext);
    t.is(tag.tagSerialNumber, 1);
    t.deepEqual(read, value);
  });
}

test("every fault of a tag is named by its field", (t) => {
  const written = new Uint8Array(512);
  const context = { descriptorVersion: 2, tagSerialNumber: 1, tagLocation: 256 } as const;
  writeDescriptor(anchorVolumeDescriptorPointer, anchor, written, 0, context);
  for (const [at, field] of [
    [4, "tagChecksum"],
    [40, "descriptorCrc"],
  ] as const) {
    const broken = written.slice();
    broken[at]! ^= 1;
    const error = t.throws(() => readDescriptor(anchorVolumeDescriptorPointer, broken, 0, 256, strictContext));
    t.true(hasCode(error, "E_FIELD_INVALID") && error.detail.field === field);
  }
  for (const [location, codec, field] of [
    [257, anchorVolumeDescriptorPointer, "tagLocation"],
    [256, terminatingDescriptor, "tagIdentifier"],
  ] as const) {
    const error = t.throws(() => readDescriptor<unknown>(codec as never, written, 0, location, strictContext));
    t.true(hasCode(error, "E_FIELD_INVALID") && error.detail.field === field, field);
  }
});

test("dstrings: one byte a character where that is enough, else two", (t) => {
  const target = new Uint8Array(32);
  const type = dstring(32);
  for (const [text, expected] of [
    ["AB", `08 41 42 ${"00 ".repeat(28)}03`],
    ["Ā", `10 01 00 ${"00 ".repeat(28)}03`],
    ["", "00 ".repeat(32).trim()],
  ] as const) {
    type.write(text, target, 0, 32);
    t.is(hex(target), expected);
    t.is(type.read(target, 0, 32, t.fail), text);
  }
  t.throws(() => type.write("x".repeat(31), target, 0, 32), { instanceOf: RangeError });
});

test("names: characters beyond the Basic Multilingual Plane stay pairs", (t) => {
  const target = new Uint8Array(16);
  writeCompressedUnicode("a\u{1f4bf}", target, 0);
  t.is(hex(target.subarray(0, 7)), "10 00 61 d8 3d dc bf");
  t.is(readCompressedUnicode(target, 0, 7), "a\u{1f4bf}");
  t.is(readCompressedUnicode(Uint8Array.of(7, 65), 0, 2), undefined);
});

test("timestamps keep microseconds, and know zones", (t) => {
  const target = new Uint8Array(12);
  const time = Date.UTC(2026, 1, 3, 4, 5, 6) + 789.012;
  writeTimestamp(time, target, 0);
  t.is(hex(target), "00 10 ea 07 02 03 04 05 06 4e 5a 0c");
  t.is(readTimestamp(target, 0), time);
  target[0] = 60; // one hour east
  t.is(readTimestamp(target, 0), time - 3_600_000);
  target.set([0x01, 0x18]); // -2047: not known
  t.is(readTimestamp(target, 0), time);
  t.is(readTimestamp(new Uint8Array(12), 0), null);
  target[4] = 13;
  t.is(readTimestamp(target, 0), undefined);
});

test("partition maps of every kind are read as they were written", (t) => {
  for (const map of everyPartitionMap) {
    const read = partitionMap.read(encode(partitionMap, map), 0, strictContext);
    t.deepEqual(encode(partitionMap, read), encode(partitionMap, map));
    t.is(read.kind, map.kind);
  }
});
