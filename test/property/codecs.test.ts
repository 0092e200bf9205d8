/** Codecs: what is written is what is read, and hand-written code is equal to the rows of its table. */
import test from "ava";
import fc from "fast-check";
import type { Codec } from "../../src/codec/codec.js";
import { strictContext } from "../../src/codec/codec.js";
import { encode } from "../../src/codec/struct.js";
import { FormatError } from "../../src/errors.js";
import type { DirectoryRecordHead } from "../../src/fs/iso9660/directory-record.js";
import {
  directoryRecord,
  directoryRecordHead,
  readSoundHead,
  writeDirectoryRecordHead,
} from "../../src/fs/iso9660/directory-record.js";
import { pathTableRecordL, pathTableRecordM } from "../../src/fs/iso9660/path-table.js";
import {
  alternateName,
  deviceNumber,
  posixAttributes,
  posixAttributesRows,
  symbolicLink,
  timeStamps,
} from "../../src/fs/rockridge/entries.js";
import { continuationArea, extensionsReference } from "../../src/fs/susp/entries.js";
import { holds } from "../support/properties.js";

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.oneof(fc.integer({ min: 0, max: 0xffff_ffff }), fc.constantFrom(0, 1, 0x8000_0000, 0xffff_ffff));
const bytes = (minLength: number, maxLength: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength, maxLength });
/** What a recording time can hold, whole seconds. */
const time = fc.integer({ min: -2_208_988_800, max: 5_869_583_999 }).map((seconds) => seconds * 1000);
const ascii = fc.string({ maxLength: 60 });

const head: fc.Arbitrary<DirectoryRecordHead> = fc.record({
  lengthOfDirectoryRecord: u8,
  extendedAttributeRecordLength: u8,
  locationOfExtent: u32,
  dataLength: u32,
  recordingDateAndTime: fc.option(time),
  fileFlags: u8,
  fileUnitSize: u8,
  interleaveGapSize: u8,
  volumeSequenceNumber: u16,
  lengthOfFileIdentifier: u8,
});

/** Asserts that what a codec writes has the length it says, and reads back as the value. */
function roundTrip<T>(name: string, codec: Codec<T>, values: fc.Arbitrary<T>): void {
  test(`${name} is read as it was written`, async (t) => {
    await holds(
      fc.property(values, u8, (value, at) => {
        const length = codec.bytes(value);
        const target = new Uint8Array(at + length + 3).fill(0xaa);
        codec.write(value, target, at);
        const before = target.subarray(0, at);
        const after = target.subarray(at + length);
        if (![...before, ...after].every((octet) => octet === 0xaa)) throw new Error("wrote beyond its length");
        const read = codec.read(target, at, strictContext);
        const again = encode(codec, read);
        if (!Buffer.from(again).equals(target.subarray(at, at + length))) throw new Error("reads another value");
      }),
    );
    t.pass();
  });
}

roundTrip("the head of a directory record", directoryRecordHead, head);
roundTrip(
  "a directory record",
  directoryRecord,
  fc
    .record({
      extendedAttributeRecordLength: u8,
      locationOfExtent: u32,
      dataLength: u32,
      recordingDateAndTime: fc.option(time),
      fileFlags: u8,
      fileUnitSize: u8,
      interleaveGapSize: u8,
      volumeSequenceNumber: u16,
      fileIdentifier: bytes(1, 100),
      systemUse: bytes(0, 50).map((use) => use.map((_octet, index) => (index % 2 === 0 ? 0x41 : 0x42))),
    })
    // A system use area of odd length is padded, and read with its padding.
    .filter(({ systemUse }) => systemUse.length % 2 === 0),
);
for (const [name, codec] of [
  ["L", pathTableRecordL],
  ["M", pathTableRecordM],
] as const) {
  const values = fc.record({
    extendedAttributeRecordLength: u8,
    locationOfExtent: u32,
    parentDirectoryNumber: u16,
    directoryIdentifier: bytes(1, 207),
  });
  roundTrip(`a path table record of type ${name}`, codec, values);
}
const attributes = { mode: u32, links: u32, uid: u32, gid: u32 };
roundTrip("PX of version 1.12", posixAttributes, fc.record({ ...attributes, serialNumber: u32 }));
roundTrip("PX of version 1.10", posixAttributes, fc.record(attributes));
roundTrip("PN", deviceNumber, fc.record({ high: u32, low: u32 }));
roundTrip(
  "TF",
  timeStamps,
  fc.record({ modify: time, access: time, attributes: time, creation: time }, { requiredKeys: [] }),
);
roundTrip("NM", alternateName, fc.record({ continues: fc.boolean(), name: bytes(0, 250) }));
roundTrip(
  "SL",
  symbolicLink,
  fc.record({
    continues: fc.boolean(),
    components: fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant("name" as const), continues: fc.boolean(), text: bytes(0, 40) }),
        fc.record({
          kind: fc.constantFrom("current" as const, "parent" as const, "root" as const),
          continues: fc.constant(false),
          text: fc.constant(new Uint8Array(0)),
        }),
      ),
      { maxLength: 5 },
    ),
  }),
);
roundTrip("CE", continuationArea, fc.record({ block: u32, offset: u32, length: u32 }));
roundTrip(
  "ER",
  extensionsReference,
  fc.record({ identifier: ascii, descriptor: ascii, source: ascii, extensionVersion: u8 }),
);

test("the straight-line writer of record heads is equal to the rows", async (t) => {
  await holds(
    fc.property(head, (value) => {
      const plain = {
        extendedAttributeRecordLength: 0,
        fileUnitSize: 0,
        interleaveGapSize: 0,
        volumeSequenceNumber: 1,
      };
      const expected = encode(directoryRecordHead, { ...value, ...plain });
      const found = new Uint8Array(expected.length).fill(0xaa);
      writeDirectoryRecordHead(
        found,
        0,
        value.lengthOfDirectoryRecord,
        value.locationOfExtent,
        value.dataLength,
        value.recordingDateAndTime,
        value.fileFlags,
        value.lengthOfFileIdentifier,
      );
      if (!Buffer.from(found).equals(expected)) throw new Error(Buffer.from(found).toString("hex"));
    }),
    { numRuns: 1000 },
  );
  t.pass();
});

/** What the rows read of foreign bytes; `undefined` where they refuse them. */
function rowsRead(source: Uint8Array): DirectoryRecordHead | undefined {
  try {
    return directoryRecordHead.read(source, 0, strictContext);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

test("the straight-line reader of record heads is equal to the rows, also on foreign bytes", async (t) => {
  const foreign = bytes(33, 33);
  const damaged = fc.tuple(head, fc.integer({ min: 0, max: 32 }), u8).map(([value, at, octet]) => {
    const encoded = encode(directoryRecordHead, value);
    encoded[at] = octet;
    return encoded;
  });
  const sound = head.map((value) => encode(directoryRecordHead, value));
  await holds(
    fc.property(fc.oneof(foreign, damaged, sound), (source) => {
      const [fast, rows] = [readSoundHead(source, 0), rowsRead(source)];
      if (JSON.stringify(fast) !== JSON.stringify(rows))
        throw new Error(`${JSON.stringify(fast)}, rows: ${JSON.stringify(rows)}`);
    }),
    { numRuns: 2000 },
  );
  t.pass();
});

test("hand-written PX is equal to its rows, also on foreign bytes", async (t) => {
  await holds(
    fc.property(fc.record({ ...attributes, serialNumber: u32 }), (value) => {
      const [one, other] = [encode(posixAttributes, value), encode(posixAttributesRows, value)];
      if (!Buffer.from(one).equals(other)) throw new Error(Buffer.from(one).toString("hex"));
      const read = posixAttributes.read(other, 0, strictContext);
      if (JSON.stringify(read) !== JSON.stringify(posixAttributesRows.read(other, 0, strictContext)))
        throw new Error("read");
    }),
    { numRuns: 1000 },
  );
  t.pass();
});
