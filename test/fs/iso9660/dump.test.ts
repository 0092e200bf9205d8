/** Dumps of directory records with their system use entries, and of path tables. */
import test from "ava";
import { dump } from "../../../src/codec/dump.js";
import { encode } from "../../../src/codec/struct.js";
import type { Structure } from "../../../src/codec/structure.js";
import { directoryRecordStructure } from "../../../src/fs/iso9660/directory-record.js";
import type { PathTableRecord } from "../../../src/fs/iso9660/path-table.js";
import { pathTableRecordL, pathTableRecordM, pathTableRecordStructure } from "../../../src/fs/iso9660/path-table.js";
import { identifierField } from "../../../src/fs/names/name-field.js";
import {
  alternateName,
  childLink,
  deviceNumber,
  posixAttributes,
  relocated,
  rockRidgeReferences,
  symbolicLink,
  timeStamps,
} from "../../../src/fs/rockridge/entries.js";
import { rockRidgeStructures } from "../../../src/fs/rockridge/entry-parts.js";
import {
  continuationArea,
  extensionsReference,
  sharingProtocolIndicator,
  systemUseArea,
} from "../../../src/fs/susp/entries.js";
import { faultsIn, fieldIn, showsValue, tiledBytes } from "../../support/dumped.js";
import { recordBytes } from "../../support/hand-made-image.js";

const join = (...pieces: Uint8Array[]): Uint8Array => Uint8Array.from(pieces.flatMap((piece) => [...piece]));
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const time = Date.UTC(2026, 1, 3, 4, 5, 6);

function structureWith(skipped?: number): Structure {
  return directoryRecordStructure((length) => identifierField(length), systemUseArea(rockRidgeStructures, skipped));
}

const attributes = { mode: 0o100644, links: 2, uid: 1000, gid: 100, serialNumber: 7 };

test("a directory record is shown with every Rock Ridge entry", (t) => {
  const systemUse = join(
    encode(posixAttributes, attributes),
    encode(deviceNumber, { high: 0, low: 0x801 }),
    encode(timeStamps, { modify: time, access: time }),
    encode(alternateName, { continues: true, name: text("ä") }),
    encode(symbolicLink, {
      continues: false,
      components: [
        { kind: "root", continues: false, text: text("") },
        { kind: "name", continues: true, text: text("usr") },
      ],
    }),
    encode(childLink, { location: 99 }),
    encode(relocated, {}),
  );
  const bytes = recordBytes({ name: "A.;1", lba: 30, bytes: 5, systemUse });
  const structure = structureWith();
  t.is(tiledBytes(structure, bytes, 0, bytes.length), bytes.length);
  const dumped = dump(structure, bytes, 0);
  t.deepEqual(faultsIn(dumped), []);
  t.like(fieldIn(dumped, "fileIdentifier"), { value: "A.;1", at: 33, bytes: 4, clause: "9.1.11" });
  t.like(fieldIn(dumped, "_padding"), { at: 37, bytes: 1 });
  t.like(fieldIn(dumped, "locationOfExtent"), { value: 30, at: 2, bytes: 8 });
  const entry = (signature: string, ...keys: string[]) => fieldIn(dumped, "systemUse", signature, ...keys);
  showsValue(t, entry("PX"), attributes);
  t.is(entry("PX", "mode").meaning, "file 0644");
  t.is(entry("PX").at, 38);
  t.is(entry("PN", "low").value, 0x801);
  t.is(entry("TF", "flags").meaning, "modify, access");
  t.is(entry("TF", "access").value, "2026-02-03T04:05:06.000Z");
  t.like(entry("NM", "name"), { value: "ä" });
  t.is(entry("NM", "flags").meaning, "continue");
  t.is(entry("SL", "components[0]", "flags").meaning, "root");
  t.is(entry("SL", "components[1]", "flags").meaning, "continue");
  t.is(entry("SL", "components[1]", "text").value, "usr");
  t.is(entry("CL", "location").value, 99);
  t.deepEqual(entry("RE").fields.length, 3);
});

test("version 1.10 of PX ends before the serial number, and longer entries keep their rest", (t) => {
  const { serialNumber: _none, ...older } = attributes;
  const long = join(encode(sharingProtocolIndicator, { bytesSkipped: 0 }), Uint8Array.of(1, 2));
  long[2] = 9;
  const systemUse = join(encode(posixAttributes, older), long, Uint8Array.of(0x41, 0x41, 5, 1, 0xfe));
  const area = systemUseArea(rockRidgeStructures);
  t.is(tiledBytes(area, systemUse, 0, systemUse.length), systemUse.length);
  const dumped = dump(area, systemUse, 0);
  t.is(fieldIn(dumped, "PX").bytes, 36);
  t.deepEqual(
    fieldIn(dumped, "PX")
      .fields.map(({ field }) => field)
      .slice(-1),
    ["gid"],
  );
  t.deepEqual(fieldIn(dumped, "SP", "_length").faults, ["is 9, expected 7"]);
  t.is(fieldIn(dumped, "SP", "rest").value, "0102");
  t.like(fieldIn(dumped, "AA", "rest"), { value: "fe" });
});

test("the entries of SUSP, and bytes that are none", (t) => {
  const reference = rockRidgeReferences["1.12"];
  const area = join(
    encode(continuationArea, { block: 40, offset: 10, length: 200 }),
    encode(extensionsReference, reference),
    Uint8Array.of(0x53, 0x54, 4, 1, 0xaa, 0xaa),
  );
  const structure = systemUseArea(rockRidgeStructures);
  t.is(tiledBytes(structure, area, 0, area.length), area.length);
  const dumped = dump(structure, area, 0);
  showsValue(t, fieldIn(dumped, "CE"), { block: 40, offset: 10, length: 200 });
  showsValue(t, fieldIn(dumped, "ER"), reference);
  t.like(fieldIn(dumped, "rest"), { value: "aaaa", bytes: 2 });
});

test("bytes before the entries are passed over: those that SP names, and those of CD-ROM XA", (t) => {
  const extended = new Uint8Array(14);
  extended.set(text("XA"), 6);
  const entries = encode(alternateName, { continues: false, name: text("x") });
  const withXa = dump(systemUseArea(rockRidgeStructures), join(extended, entries), 0);
  t.is(fieldIn(withXa, "skipped").bytes, 14);
  t.is(fieldIn(withXa, "NM", "name").value, "x");
  const named = dump(systemUseArea(rockRidgeStructures, 3), join(text("???"), entries), 0);
  t.is(fieldIn(named, "skipped").value, "3f3f3f");
  t.is(fieldIn(named, "NM", "name").value, "x");
});

test("a damaged record shows its faults where they are", (t) => {
  const bytes = recordBytes({ name: "AB.;1", lba: 30, bytes: 5 });
  bytes[2] = 31;
  bytes[19] = 13;
  const halves = dump(structureWith(), bytes, 0);
  t.deepEqual(fieldIn(halves, "locationOfExtent").faults, ["halves differ: 31 and 30"]);
  t.is(fieldIn(halves, "recordingDateAndTime").faults.length, 1);
  bytes[32] = 200;
  const tooLong = dump(structureWith(), bytes, 0);
  t.deepEqual(fieldIn(tooLong, "lengthOfDirectoryRecord").faults, ["is 38 with an identifier of 200 bytes"]);
  t.is(fieldIn(tooLong, "rest").bytes, 5);
});

test("the directory itself and its parent have no names but these", (t) => {
  for (const [octet, value, meaning] of [
    [0, ".", "the directory itself"],
    [1, "..", "its parent"],
  ] as const) {
    const bytes = recordBytes({ name: Uint8Array.of(octet), lba: 1, bytes: 2048, flags: 2 });
    const dumped = dump(structureWith(), bytes, 0);
    t.like(fieldIn(dumped, "fileIdentifier"), { value, meaning });
    t.is(fieldIn(dumped, "fileFlags").meaning, "directory");
  }
});

for (const [order, codec] of [
  ["L", pathTableRecordL],
  ["M", pathTableRecordM],
] as const) {
  test(`path table records of type ${order} are shown as they are read`, (t) => {
    for (const directoryIdentifier of [text("ABC"), text("AB"), Uint8Array.of(0)]) {
      const value: PathTableRecord = {
        extendedAttributeRecordLength: 1,
        locationOfExtent: 0x0102_0304,
        parentDirectoryNumber: 0x0506,
        directoryIdentifier,
      };
      const bytes = encode(codec, value);
      const structure = pathTableRecordStructure(order, (length) => identifierField(length));
      t.is(tiledBytes(structure, bytes, 0, bytes.length), bytes.length);
      const dumped = dump(structure, bytes, 0);
      t.is(dumped.name, codec.name);
      t.deepEqual(faultsIn(dumped), []);
      const { directoryIdentifier: _identifier, ...numbers } = value;
      showsValue(t, dumped, numbers);
      t.is(fieldIn(dumped, "lengthOfDirectoryIdentifier").value, directoryIdentifier.length);
    }
  });
}
