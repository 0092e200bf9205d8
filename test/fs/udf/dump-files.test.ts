import test from "ava";
import { dump } from "../../../src/codec/dump.js";
import { encode } from "../../../src/codec/struct.js";
import { longAllocationDescriptor, noLongExtent, shortAllocationDescriptor } from "../../../src/fs/udf/allocation.js";
import { allocationExtent, allocationExtentDescriptor } from "../../../src/fs/udf/allocation-extent.js";
import { thisImplementation, udfEntity } from "../../../src/fs/udf/entity-identifier.js";
import { extendedAttributes } from "../../../src/fs/udf/extended-attribute-parts.js";
import {
  attributeHead,
  attributeTypes,
  deviceSpecification,
  extendedAttributeHeader,
  fileTimes,
  noAttributes,
} from "../../../src/fs/udf/extended-attributes.js";
import type { ExtendedFileEntryHead } from "../../../src/fs/udf/file-entry.js";
import { extendedFileEntryHead, fileEntryHead, noOwner, permissionsOfMode } from "../../../src/fs/udf/file-entry.js";
import { extendedFileEntry, fileEntry } from "../../../src/fs/udf/file-entry-parts.js";
import type { FileIdentifierDescriptor } from "../../../src/fs/udf/file-identifier.js";
import { directoryContents, fileIdentifierDescriptor } from "../../../src/fs/udf/file-identifier.js";
import { allocationForms, fileTypes, terminalEntry } from "../../../src/fs/udf/icb.js";
import { unallocatedSpaceEntry } from "../../../src/fs/udf/space-sets.js";
import { sparingMapEntry, sparingTable, sparingTableHead } from "../../../src/fs/udf/sparing-table.js";
import { sealDescriptor, tagIdentifiers } from "../../../src/fs/udf/tag.js";
import {
  virtualAllocationTable,
  virtualAllocationTable150,
  virtualAllocationTableHeader,
  virtualAllocationTableTail,
} from "../../../src/fs/udf/virtual-allocation-table.js";
import { faultsIn, fieldIn, showsValue } from "../../support/dumped.js";
import { bytesOf, dumpWhole, icb, icbTag, location, sealed, short, time } from "../../support/dumped-udf.js";

const named: FileIdentifierDescriptor = {
  fileVersionNumber: 1,
  fileCharacteristics: 1,
  icb,
  implementationUse: encode(attributeHead, { attributeType: 1, attributeSubtype: 2, attributeLength: 3 }),
  fileIdentifier: bytesOf(8, 97, 46, 116),
};

test("file identifiers are shown with their names", (t) => {
  const dumped = dumpWhole(t, fileIdentifierDescriptor, sealed(fileIdentifierDescriptor, named), 77);
  t.like(fieldIn(dumped, "fileIdentifier"), { value: "a.t", at: 50, bytes: 4, clause: "4/14.4.8", meaning: null });
  t.is(fieldIn(dumped, "fileCharacteristics").meaning, "hidden");
  t.is(fieldIn(dumped, "icb", "udfUniqueId").value, 16);
  t.is(fieldIn(dumped, "_padding").bytes, 2);
  const deleted = { ...named, fileCharacteristics: 4, fileIdentifier: bytesOf(254, 97) };
  const shown = dumpWhole(t, fileIdentifierDescriptor, sealed(fileIdentifierDescriptor, deleted));
  t.like(fieldIn(shown, "fileIdentifier"), { value: "a", meaning: "of a deleted file" });
  const wide = { ...named, fileIdentifier: bytesOf(16, 0xd8, 0x3d, 0xdc, 0xbf) };
  t.is(
    fieldIn(dump(fileIdentifierDescriptor, sealed(fileIdentifierDescriptor, wide), 0), "fileIdentifier").value,
    "\u{1f4bf}",
  );
});

test("faults of a descriptor stand beside the fields that they are in", (t) => {
  const whole = sealed(fileIdentifierDescriptor, named);
  const broken = (at: number): string[] => {
    const source = whole.slice();
    source[at]! ^= 0x10;
    return faultsIn(dump(fileIdentifierDescriptor, source, 0, { location: 77 }));
  };
  t.deepEqual(broken(4), ["_tag.tagChecksum: does not fit the bytes of the tag"]);
  t.deepEqual(broken(24), ["_tag.descriptorCrc: does not fit the bytes of the descriptor"]);
  t.deepEqual(broken(12), [
    "_tag.tagChecksum: does not fit the bytes of the tag",
    "_tag.tagLocation: is 93, expected 77",
  ]);
  t.regex(broken(11).join("\n"), /_tag.descriptorCrcLength: is \d+, more than the descriptor has/);
  t.regex(broken(2).join("\n"), /_tag.descriptorVersion: is 19, expected 2 or 3/);
  t.regex(broken(50).join("\n"), /fileIdentifier: has compression identifier 24/);
  t.regex(broken(whole.length - 1).join("\n"), /_padding: byte 1 is 16, expected 0/);
  const cut = dump(fileIdentifierDescriptor, whole.subarray(0, 52), 0);
  t.deepEqual(cut.faults, ["is cut off: fileIdentifier needs 4 bytes, and there are 2"]);
});

const head: ExtendedFileEntryHead = {
  icbTag,
  uid: 1000,
  gid: noOwner,
  permissions: permissionsOfMode(0o754),
  fileLinkCount: 1,
  recordFormat: 0,
  recordDisplayAttributes: 0,
  recordLength: 0,
  informationLength: 6000n,
  objectSize: 6000n,
  logicalBlocksRecorded: 3n,
  accessTime: time,
  modificationTime: time,
  attributeTime: null,
  creationTime: time,
  checkpoint: 1,
  extendedAttributeIcb: noLongExtent,
  streamDirectoryIcb: noLongExtent,
  implementationIdentifier: thisImplementation,
  uniqueId: 17n,
  lengthOfExtendedAttributes: 0,
  lengthOfAllocationDescriptors: 0,
};

/** A file entry with what follows on its head. */
function entryBytes(
  form: number,
  fileType: number,
  attributes: Uint8Array,
  tail: Uint8Array,
  isExtended = true,
): Uint8Array {
  const codec = isExtended ? extendedFileEntryHead : fileEntryHead;
  const source = new Uint8Array(codec.size + attributes.length + tail.length);
  const value = {
    ...head,
    icbTag: { ...icbTag, fileType, flags: form },
    lengthOfExtendedAttributes: attributes.length,
    lengthOfAllocationDescriptors: tail.length,
  };
  codec.write(value, source, 0);
  source.set(attributes, codec.size);
  source.set(tail, codec.size + attributes.length);
  const tag = isExtended ? tagIdentifiers.extendedFileEntry : tagIdentifiers.fileEntry;
  sealDescriptor(tag, source, 0, source.length - 16, location);
  return source;
}

const join = (...pieces: Uint8Array[]): Uint8Array => Uint8Array.from(pieces.flatMap((piece) => [...piece]));
const none = new Uint8Array(0);

test("file entries are shown with allocation descriptors of either form", (t) => {
  const shorts = join(
    encode(shortAllocationDescriptor, short),
    encode(shortAllocationDescriptor, { ...short, extentType: 2 }),
  );
  const plain = dumpWhole(t, fileEntry, entryBytes(allocationForms.short, fileTypes.file, none, shorts, false), 77);
  const { objectSize: _size, creationTime: _time, streamDirectoryIcb: _streams, ...plainHead } = head;
  showsValue(t, plain, { ...plainHead, icbTag: { ...icbTag, flags: 0 }, lengthOfAllocationDescriptors: 16 });
  t.like(fieldIn(plain, "allocationDescriptors[1]", "extentType"), { value: 2, meaning: "hole" });
  t.like(fieldIn(plain, "allocationDescriptors[1]", "extentPosition"), { value: 7, at: 188, bytes: 4 });
  t.is(fieldIn(plain, "permissions").meaning, "rwx-- r-x-- r----");
  t.is(fieldIn(plain, "gid").meaning, "none");
  t.is(fieldIn(plain, "attributeTime").meaning, "not specified");
  const longs = encode(longAllocationDescriptor, icb);
  const extended = dumpWhole(t, extendedFileEntry, entryBytes(allocationForms.long, fileTypes.file, none, longs), 77);
  t.like(fieldIn(extended, "allocationDescriptors[0]", "logicalBlockNumber"), { value: 5, at: 220 });
  t.is(fieldIn(extended, "icbTag", "flags").meaning, "long allocation");
});

test("embedded bytes are shown as what they are", (t) => {
  const file = entryBytes(allocationForms.embedded, fileTypes.file, none, bytesOf(104, 105), false);
  t.like(fieldIn(dumpWhole(t, fileEntry, file, 77), "embeddedData"), { value: "6869", at: 176, bytes: 2 });
  const identifier = sealed(fileIdentifierDescriptor, named);
  const directory = entryBytes(allocationForms.embedded, fileTypes.directory, none, join(identifier, identifier));
  const shown = dumpWhole(t, extendedFileEntry, directory, 77);
  t.is(fieldIn(shown, "embeddedData", "descriptors[1]", "fileIdentifier").value, "a.t");
  t.is(fieldIn(shown, "embeddedData").type, directoryContents.name);
});

test("a file entry that claims more than there is says so, and is shown as far as it goes", (t) => {
  const source = entryBytes(allocationForms.short, fileTypes.file, none, encode(shortAllocationDescriptor, short));
  source[212] = 200;
  const dumped = dump(extendedFileEntry, source, 0);
  t.regex(faultsIn(dumped).join("\n"), /lengthOfAllocationDescriptors: is 200, more than there is/);
  t.is(fieldIn(dumped, "allocationDescriptors[0]", "extentPosition").value, 7);
  source[211] = 0xff;
  t.regex(dump(extendedFileEntry, source, 0).faults.join(), /is cut off: extendedAttributes needs 4278190080 bytes/);
});

test("extended attributes are shown by type", (t) => {
  const device = encode(deviceSpecification, {
    attributeType: attributeTypes.deviceSpecification,
    attributeSubtype: 1,
    attributeLength: 56,
    implementationUseLength: 32,
    majorDeviceIdentification: 8,
    minorDeviceIdentification: 1,
    implementationUse: thisImplementation,
  });
  const bare = device.slice(0, 24);
  bare.set([24, 0, 0, 0, 0], 8);
  const created = encode(fileTimes, { creationTime: time });
  const use = new Uint8Array(52);
  attributeHead.write(
    { attributeType: attributeTypes.implementationUse, attributeSubtype: 1, attributeLength: 52 },
    use,
    0,
  );
  use.set(bytesOf(4, 0, 0, 0, 0, ...Buffer.from("*UDF FreeEASpace")), 12);
  use.set(bytesOf(9, 9, 9, 9), 48);
  const foreign = encode(attributeHead, { attributeType: 3, attributeSubtype: 1, attributeLength: 12 });
  const area = new Uint8Array(24);
  extendedAttributeHeader.write(
    { implementationAttributesLocation: 24, applicationAttributesLocation: noAttributes },
    area,
    0,
  );
  sealDescriptor(tagIdentifiers.extendedAttributeHeaderDescriptor, area, 0, 8, location);
  const attributes = join(area, created, device, bare, use, foreign);
  const source = entryBytes(allocationForms.embedded, fileTypes.block, attributes, none);
  const dumped = dumpWhole(t, extendedFileEntry, source, 77);
  const attribute = (index: number, key: string) => fieldIn(dumped, "extendedAttributes", `attributes[${index}]`, key);
  t.is(fieldIn(dumped, "extendedAttributes", "header", "applicationAttributesLocation").meaning, "none");
  t.is(attribute(0, "creationTime").value, "2026-02-03T04:05:06.789000Z");
  t.is(attribute(0, "existence").meaning, "creationTime");
  t.is(attribute(1, "majorDeviceIdentification").value, 8);
  t.is(fieldIn(attribute(1, "implementationUse"), "identifier").value, "*discsmith");
  t.is(attribute(2, "minorDeviceIdentification").value, 1);
  t.is(fieldIn(attribute(3, "identifier"), "identifier").value, "*UDF FreeEASpace");
  t.is(attribute(3, "use").value, "09090909");
  t.is(attribute(4, "attributeType").value, 3);
  const cut = dump(extendedAttributes, attributes.subarray(0, attributes.length - 4), 0);
  t.is(fieldIn(cut, "rest").bytes, 8);
});

test("allocation extents are shown by the form that is given, or guessed", (t) => {
  const make = (tail: Uint8Array): Uint8Array => {
    const source = new Uint8Array(24 + tail.length);
    allocationExtentDescriptor.write(
      { previousAllocationExtentLocation: 3, lengthOfAllocationDescriptors: tail.length },
      source,
      0,
    );
    source.set(tail, 24);
    sealDescriptor(tagIdentifiers.allocationExtentDescriptor, source, 0, 8, location);
    return source;
  };
  const shorts = make(join(encode(shortAllocationDescriptor, short), encode(shortAllocationDescriptor, short)));
  const longs = make(encode(longAllocationDescriptor, { ...icb, udfUniqueId: 0 }));
  t.is(fieldIn(dumpWhole(t, allocationExtent(), shorts, 77), "allocationDescriptors[1]", "extentPosition").value, 7);
  t.is(fieldIn(dumpWhole(t, allocationExtent(), longs, 77), "allocationDescriptors[0]", "logicalBlockNumber").value, 5);
  t.is(
    fieldIn(dumpWhole(t, allocationExtent(false), longs, 77), "allocationDescriptors[1]", "extentPosition").value,
    0,
  );
  t.is(
    fieldIn(dumpWhole(t, allocationExtent(true), shorts, 77), "allocationDescriptors[0]", "logicalBlockNumber").value,
    7,
  );
});

test("virtual allocation tables of both layouts are shown with their entries", (t) => {
  const newer = new Uint8Array(152 + 4 + 12);
  const header = {
    lengthOfHeader: 156,
    lengthOfImplementationUse: 4,
    logicalVolumeIdentifier: "Disc",
    previousVatIcbLocation: 0xffff_ffff,
    numberOfFiles: 1,
    numberOfDirectories: 1,
    minimumUdfReadRevision: 0x0200,
    minimumUdfWriteRevision: 0x0200,
    maximumUdfWriteRevision: 0x0200,
  };
  virtualAllocationTableHeader.write(header, newer, 0);
  newer.set([7, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 9, 0, 0, 0], 156);
  const dumped = dumpWhole(t, virtualAllocationTable, newer);
  showsValue(t, dumped, header);
  t.is(fieldIn(dumped, "previousVatIcbLocation").meaning, "none");
  t.like(fieldIn(dumped, "entries[1]"), { meaning: "none", at: 160 });
  t.is(fieldIn(dumped, "entries[2]").value, 9);
  const ofWindows = new Uint8Array(152 + 32 + 4);
  virtualAllocationTableHeader.write({ ...header, lengthOfHeader: 152, lengthOfImplementationUse: 0 }, ofWindows, 0);
  ofWindows.set(Buffer.from("\0*Microsoft Windows"), 152);
  ofWindows[184] = 3;
  const uncounted = dump(virtualAllocationTable, ofWindows, 0);
  t.deepEqual(faultsIn(uncounted), ["lengthOfHeader: leaves out 32 bytes that stand before the entries"]);
  t.is(fieldIn(uncounted, "entries[0]").value, 3);
  const older = new Uint8Array(8 + 36);
  older[4] = 5;
  const tail = { entityIdentifier: udfEntity("*UDF Virtual Alloc Tbl", 0x0150), previousVatIcbLocation: 4 };
  virtualAllocationTableTail.write(tail, older, 8);
  const shown = dumpWhole(t, virtualAllocationTable150, older);
  t.is(fieldIn(shown, "entries[1]").value, 5);
  t.is(fieldIn(shown, "tail", "previousVatIcbLocation").value, 4);
  const icbEntry = entryBytes(allocationForms.embedded, fileTypes.none, none, older, false);
  t.is(fieldIn(dumpWhole(t, fileEntry, icbEntry, 77), "embeddedData", "entries[1]").value, 5);
});

test("sparing tables and unallocated space entries are shown with what they list", (t) => {
  const table = new Uint8Array(56 + 16);
  const tableHead = {
    sparingIdentifier: udfEntity("*UDF Sparing Table", 0x0150),
    reallocationTableLength: 2,
    sequenceNumber: 5,
  };
  sparingTableHead.write(tableHead, table, 0);
  sparingMapEntry.write({ originalLocation: 32, mappedLocation: 900 }, table, 56);
  sparingMapEntry.write({ originalLocation: 0xffff_ffff, mappedLocation: 932 }, table, 64);
  sealDescriptor(tagIdentifiers.sparingTable, table, 0, 56, location);
  const dumped = dumpWhole(t, sparingTable, table, 77);
  t.is(fieldIn(dumped, "mapEntries[0]", "mappedLocation").value, 900);
  t.is(fieldIn(dumped, "mapEntries[1]", "originalLocation").meaning, "free");
  const entry = join(encode(terminalEntry, { icbTag }), bytesOf(8, 0, 0, 0), encode(shortAllocationDescriptor, short));
  sealDescriptor(tagIdentifiers.unallocatedSpaceEntry, entry, 0, entry.length - 16, location);
  const space = dumpWhole(t, unallocatedSpaceEntry, entry, 77);
  t.is(fieldIn(space, "allocationDescriptors[0]", "extentLength").value, 4096);
});
