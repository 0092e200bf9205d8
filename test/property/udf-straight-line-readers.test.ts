/** UDF's straight-line readers against the rows: they read the same, and find fault with the same. */
import test from "ava";
import fc from "fast-check";
import type { ReadContext } from "../../src/codec/codec.js";
import { encode } from "../../src/codec/struct.js";
import type { DiscError } from "../../src/errors.js";
import {
  longAllocationDescriptor,
  readLongAllocation,
  readShortAllocation,
  shortAllocationDescriptor,
} from "../../src/fs/udf/allocation.js";
import type { ExtendedFileEntryHead } from "../../src/fs/udf/file-entry.js";
import { extendedFileEntryHead, fileEntryHead } from "../../src/fs/udf/file-entry.js";
import type { ReadFileEntry } from "../../src/fs/udf/file-entry-form.js";
import { FileEntryForm } from "../../src/fs/udf/file-entry-form.js";
import { fileIdentifierHead, readFileIdentifierHead } from "../../src/fs/udf/file-identifier.js";
import { descriptorTag, readTag } from "../../src/fs/udf/tag.js";
import { readTimestamp } from "../../src/fs/udf/timestamp.js";
import { checkEqual } from "../support/codec-checks.js";
import { holds } from "../support/properties.js";
import { extendedFileEntryValue, fileEntryValue, u8, u16 } from "../support/udf-values.js";

const manyRuns = { numRuns: 1000 };
const strict: ReadContext = { tolerant: false, lba: null };

const smallReaders = [
  { codec: descriptorTag, read: readTag },
  { codec: shortAllocationDescriptor, read: readShortAllocation },
  { codec: longAllocationDescriptor, read: readLongAllocation },
  { codec: fileIdentifierHead, read: readFileIdentifierHead },
] as const;

for (const { codec, read } of smallReaders) {
  test(`the straight-line reader of ${codec.name} is equal to its rows, whatever the bytes`, async (t) => {
    const { size } = codec;
    await holds(
      fc.property(fc.uint8Array({ minLength: size, maxLength: size }), u8, (bytes, at) => {
        const source = new Uint8Array(at + size + 3).fill(0xa5);
        source.set(bytes, at);
        checkEqual(read(source, at), codec.read(source, at, strict));
      }),
      manyRuns,
    );
    t.pass();
  });
}

/** What the rows read, as the straight-line reader gives it. */
function expectedOf(head: ExtendedFileEntryHead, isExtended: boolean): ReadFileEntry {
  const exact = (value: bigint): number | bigint => (value <= Number.MAX_SAFE_INTEGER ? Number(value) : value);
  return {
    strategyType: head.icbTag.strategyType,
    fileType: head.icbTag.fileType,
    parentIcbBlock: head.icbTag.parentIcbLocation.logicalBlockNumber,
    flags: head.icbTag.flags,
    uid: head.uid,
    gid: head.gid,
    permissions: head.permissions,
    links: head.fileLinkCount,
    informationLength: exact(head.informationLength),
    accessMs: head.accessTime,
    modifyMs: head.modificationTime,
    attributesMs: head.attributeTime,
    creationMs: isExtended ? head.creationTime : undefined,
    extendedAttributeIcb: head.extendedAttributeIcb,
    streamDirectoryIcb: isExtended ? head.streamDirectoryIcb : undefined,
    uniqueId: exact(head.uniqueId),
    lengthOfExtendedAttributes: head.lengthOfExtendedAttributes,
    lengthOfAllocationDescriptors: head.lengthOfAllocationDescriptors,
  };
}

for (const isExtended of [false, true]) {
  const codec = isExtended ? extendedFileEntryHead : fileEntryHead;
  const form = new FileEntryForm(isExtended);
  const encoded = isExtended
    ? extendedFileEntryValue.map((value) => encode(extendedFileEntryHead, value))
    : fileEntryValue.map((value) => encode(fileEntryHead, value));
  const foreign = fc.uint8Array({ minLength: codec.size, maxLength: codec.size });
  const damaged = fc.tuple(encoded, fc.nat(codec.size - 1), u8).map(([bytes, at, octet]) => {
    bytes[at] = octet;
    return bytes;
  });

  test(`the straight-line reader of ${codec.name} is equal to its rows, and reports the same`, async (t) => {
    let faults = 0;
    await holds(
      fc.property(fc.oneof(encoded, damaged, foreign), (source) => {
        const heard: DiscError[] = [];
        const told: DiscError[] = [];
        const rows = codec.read(source, 0, { tolerant: true, lba: 7, onWarning: (warning) => heard.push(warning) });
        const read = form.read(source, 0, { tolerant: true, lba: 7, onWarning: (warning) => told.push(warning) });
        t.deepEqual(read, expectedOf(rows as ExtendedFileEntryHead, isExtended));
        t.deepEqual(
          told.map(({ message }) => message),
          heard.map(({ message }) => message),
        );
        faults += heard.length;
      }),
      manyRuns,
    );
    t.true(faults > 0, "some times were none");
    t.throws(() => form.read(new Uint8Array(codec.size - 1), 0, { tolerant: true, lba: 7 }), {
      code: "E_FIELD_INVALID",
    });
  });
}

test("timestamps are read as the calendar has them, days behind a month's end and leap seconds among them", async (t) => {
  const fields = fc.record({
    year: fc.oneof(u16, fc.integer({ min: 1995, max: 2030 })),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 1, max: 31 }),
    hour: fc.integer({ min: 0, max: 23 }),
    minute: fc.integer({ min: 0, max: 59 }),
    second: fc.integer({ min: 0, max: 60 }),
  });
  await holds(
    fc.property(fc.array(fields, { minLength: 1, maxLength: 3 }), (times) => {
      for (const { year, month, day, hour, minute, second } of times) {
        const source = Uint8Array.of(
          0,
          0x10,
          year % 256,
          Math.floor(year / 256),
          month,
          day,
          hour,
          minute,
          second,
          1,
          2,
          3,
        );
        const date = new Date(0);
        date.setUTCFullYear(year, month - 1, day);
        date.setUTCHours(hour, minute, second);
        checkEqual(readTimestamp(source, 0), date.getTime() + 10_203 / 1000);
      }
    }),
    manyRuns,
  );
  t.pass();
});
