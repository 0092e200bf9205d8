import test from "ava";
import fc from "fast-check";
import { strictContext } from "../../src/codec/codec.js";
import {
  directoryRecordHead,
  directoryRecordHeadBytes,
  readSoundHead,
  writeDirectoryRecordHead,
} from "../../src/fs/iso9660/directory-record.js";
import {
  alternateName,
  posixAttributes,
  posixAttributesRows,
  symbolicLink,
  timeStamps,
} from "../../src/fs/rockridge/entries.js";

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
/** Whole seconds of the years that a directory record holds. */
const recordedSecond = fc.integer({ min: Date.UTC(1900, 0, 1) / 1000, max: Date.UTC(2155, 11, 31) / 1000 });

test("the straight-line head of a directory record is what its rows write", (t) => {
  fc.assert(
    fc.property(u8, u32, u32, recordedSecond, u8, u8, (length, lba, bytes, second, flags, identifierBytes) => {
      const straight = new Uint8Array(directoryRecordHeadBytes);
      writeDirectoryRecordHead(straight, 0, length, lba, bytes, second * 1000, flags, identifierBytes);
      const byRows = new Uint8Array(directoryRecordHeadBytes);
      const head = {
        lengthOfDirectoryRecord: length,
        extendedAttributeRecordLength: 0,
        locationOfExtent: lba,
        dataLength: bytes,
        recordingDateAndTime: second * 1000,
        fileFlags: flags,
        fileUnitSize: 0,
        interleaveGapSize: 0,
        volumeSequenceNumber: 1,
        lengthOfFileIdentifier: identifierBytes,
      };
      directoryRecordHead.write(head, byRows, 0);
      t.deepEqual(straight, byRows);
      t.deepEqual(readSoundHead(straight, 0), head);
      t.deepEqual(directoryRecordHead.read(straight, 0, strictContext), head);
    }),
  );
});

test("the straight-line reader refuses just what the rows find at fault, and else reads the same", (t) => {
  const foreign = fc.tuple(
    fc.uint8Array({ minLength: directoryRecordHeadBytes, maxLength: directoryRecordHeadBytes }),
    u32,
    u32,
    u16,
    fc.boolean(),
  );
  fc.assert(
    fc.property(foreign, ([bytes, lba, length, sequence, isMended]) => {
      // Bytes at random hardly ever have halves that agree: every other time they are made to.
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      if (isMended) {
        for (const [at, value] of [[2, lba] as const, [10, length] as const]) {
          view.setUint32(at, value, true);
          view.setUint32(at + 4, value, false);
        }
        view.setUint16(28, sequence, true);
        view.setUint16(30, sequence, false);
      }
      let byRows: unknown;
      try {
        byRows = directoryRecordHead.read(bytes, 0, strictContext);
      } catch {
        byRows = undefined;
      }
      t.deepEqual(readSoundHead(bytes, 0), byRows as ReturnType<typeof readSoundHead>);
    }),
    { numRuns: 2000 },
  );
});

test("the straight-line PX is what its rows write, and both read it", (t) => {
  const values = fc.record({ mode: u32, links: u32, uid: u32, gid: u32, serialNumber: u32 });
  fc.assert(
    fc.property(values, (value) => {
      const straight = new Uint8Array(posixAttributes.bytes(value));
      posixAttributes.write(value, straight, 0);
      const byRows = new Uint8Array(posixAttributesRows.size);
      posixAttributesRows.write(value, byRows, 0);
      t.deepEqual(straight, byRows);
      t.deepEqual(posixAttributes.read(straight, 0, strictContext), value);
      t.deepEqual(posixAttributesRows.read(straight, 0, strictContext), value);
    }),
  );
});

test("PX of version 1.10 has no serial number", (t) => {
  const value = { mode: 0o100644, links: 1, uid: 2, gid: 3 };
  const bytes = new Uint8Array(posixAttributes.bytes(value));
  posixAttributes.write(value, bytes, 0);
  t.is(bytes.length, 36);
  t.deepEqual(posixAttributes.read(bytes, 0, strictContext), value);
});

test("TF, NM and SL are read as they were written", (t) => {
  const time = fc.option(recordedSecond.map((second) => second * 1000));
  const times = fc.record({ creation: time, modify: time, access: time, attributes: time, backup: time });
  const piece = fc.uint8Array({ minLength: 1, maxLength: 250 });
  const component = fc.record({
    kind: fc.constant("name" as const),
    continues: fc.boolean(),
    text: fc.uint8Array({ minLength: 1, maxLength: 60 }),
  });
  fc.assert(
    fc.property(
      times,
      piece,
      fc.array(component, { maxLength: 4 }),
      fc.boolean(),
      (recorded, name, components, more) => {
        const stamps = Object.fromEntries(Object.entries(recorded).filter(([, value]) => value !== null));
        const tf = new Uint8Array(timeStamps.bytes(stamps));
        timeStamps.write(stamps, tf, 0);
        t.deepEqual({ ...timeStamps.read(tf, 0, strictContext) }, stamps);
        const nm = new Uint8Array(alternateName.bytes({ continues: more, name }));
        alternateName.write({ continues: more, name }, nm, 0);
        const readName = alternateName.read(nm, 0, strictContext);
        t.deepEqual({ continues: readName.continues, name: Uint8Array.from(readName.name) }, { continues: more, name });
        const link = { continues: more, components };
        const sl = new Uint8Array(symbolicLink.bytes(link));
        symbolicLink.write(link, sl, 0);
        const readLink = symbolicLink.read(sl, 0, strictContext);
        t.is(readLink.continues, more);
        t.deepEqual(
          readLink.components.map(({ kind, continues, text }) => ({ kind, continues, text: Uint8Array.from(text) })),
          components,
        );
      },
    ),
  );
});
