/** Virtual, sparable and metadata partitions, whole and damaged. OSTA UDF 2.2.8 to 2.2.13. */
import test from "ava";
import { writeU32le } from "../../../src/codec/integers.js";
import { encode } from "../../../src/codec/struct.js";
import { udfEntity } from "../../../src/fs/udf/entity-identifier.js";
import { fileTypes } from "../../../src/fs/udf/icb.js";
import type { PartitionMap } from "../../../src/fs/udf/partition.js";
import { sparingMapEntry, sparingTableHead } from "../../../src/fs/udf/sparing-table.js";
import { sealDescriptor, tagIdentifiers } from "../../../src/fs/udf/tag.js";
import {
  virtualAllocationTableHeader,
  virtualAllocationTableIdentifier,
  virtualAllocationTableTail,
} from "../../../src/fs/udf/virtual-allocation-table.js";
import { icbAt, joined, longExtent, MadeVolume, madeTime, shortExtent, spoil } from "../../support/hand-made-udf.js";
import { BadBlocks, lbas, openUdf, rootOf } from "../../support/opened-udf.js";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const common = { volumeSequenceNumber: 1, partitionNumber: 0 };
const plain: PartitionMap = { kind: "plain", ...common };
const found = { "a.txt": "hello" };

const virtual: PartitionMap = {
  kind: "virtual",
  ...common,
  partitionTypeIdentifier: udfEntity("*UDF Virtual Partition", 0x0201),
};

function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  for (const [index, value] of values.entries()) writeU32le(value, bytes, 4 * index);
  return bytes;
}

/** Virtual blocks 0, 1 and 2, the file set, the root and a file, lie in blocks 40, 42 and 45 of the partition. */
const entries = words(40, 42, 45, 0xffff_ffff);

const header = {
  lengthOfHeader: 152,
  lengthOfImplementationUse: 0,
  logicalVolumeIdentifier: "renamed",
  previousVatIcbLocation: 77,
  numberOfFiles: 1,
  numberOfDirectories: 1,
  minimumUdfReadRevision: 0x0201,
  minimumUdfWriteRevision: 0x0201,
  maximumUdfWriteRevision: 0x0201,
};

/** Tables in their two layouts, and in the one of Windows, which does not count 32 bytes of its header. */
const tables = {
  "1.50": {
    fileType: fileTypes.none,
    data: joined(
      entries,
      encode(virtualAllocationTableTail, {
        entityIdentifier: udfEntity(virtualAllocationTableIdentifier, 0x0150),
        previousVatIcbLocation: 77,
      }),
    ),
  },
  "2.01": {
    fileType: fileTypes.virtualAllocationTable,
    data: joined(encode(virtualAllocationTableHeader, header), entries),
  },
  "2.01 by Windows": {
    fileType: fileTypes.virtualAllocationTable,
    data: joined(
      encode(virtualAllocationTableHeader, header),
      joined(Uint8Array.of(0), text("*Microsoft Windows"), new Uint8Array(13)),
      entries,
    ),
  },
} as const;

/** @param tableBlock Block of the partition in which the table's entry lies; the last one is 351. */
function virtualVolume(layout: keyof typeof tables, tableBlock = 351): MadeVolume {
  const volume = new MadeVolume({
    maps: [plain, virtual],
    fileSet: icbAt(0, 1),
    root: icbAt(1, 1),
    closed: false,
    version: layout === "1.50" ? 2 : 3,
  });
  volume.partitionBlock(0).fill(0);
  // The last block is the table's; anchors of a closed session stand before it.
  volume.block(639).fill(0);
  volume.fileSet({}, volume.partitionBlock(40), 0);
  const identifiers = volume.identifiers([{ name: "a.txt", icb: icbAt(2, 1) }], icbAt(1, 1), 60);
  volume.data(60, identifiers);
  const root = { fileType: fileTypes.directory, form: 1, allocation: longExtent(identifiers.length, 60) };
  volume.partitionBlock(42).set(volume.entryBytes({ ...root, length: identifiers.length }, 1));
  const file = { form: 1, allocation: longExtent(5, 61), length: 5, uniqueId: 20 };
  volume.partitionBlock(45).set(volume.entryBytes(file, 2));
  volume.data(61, text("hello"));
  putTable(volume, layout, tableBlock);
  return volume;
}

function putTable(volume: MadeVolume, layout: keyof typeof tables, block: number): void {
  const { fileType, data } = tables[layout];
  volume.entry(block, { fileType, allocation: data, extended: layout !== "1.50", links: 0, uniqueId: 30 });
}

for (const layout of ["1.50", "2.01", "2.01 by Windows"] as const) {
  test(`a virtual partition, its table as in ${layout}`, async (t) => {
    const opened = await openUdf(virtualVolume(layout).bytes);
    t.deepEqual(await rootOf(opened), found);
    t.deepEqual(opened.warnings(), layout === "2.01 by Windows" ? ["allocation-table-odd"] : []);
    const { udf } = opened.image.sessions[0]!;
    t.deepEqual(
      udf?.partitions.map(({ kind }) => kind),
      ["type1", "virtual"],
    );
    t.is(udf?.vat?.icbLba, 639);
    t.is(udf?.vat?.previousIcb, 77);
    t.is(udf?.vat?.entries, 4);
    t.is(udf?.vat?.uniqueId, 30n);
    t.is(udf?.vat?.modifiedMs, madeTime);
    t.is(udf?.logicalVolumeIdentifier, layout === "1.50" ? "hand-made" : "renamed");
    const [file] = await opened.image.readdir("/");
    t.is(file?.fileEntry, undefined, "an entry that a table leads to is not referred to");
    t.deepEqual(lbas(file!), [288 + 61]);
  });
}

test("a table that is not in the last block is looked for 256 blocks back", async (t) => {
  const volume = virtualVolume("2.01", 351 - 255);
  volume.block(639).fill(1);
  const opened = await openUdf(volume.bytes);
  t.deepEqual(await rootOf(opened), found);
  t.deepEqual(opened.warnings(), ["allocation-table-odd"]);
  const farther = virtualVolume("2.01", 351 - 256);
  farther.block(639).fill(1);
  await t.throwsAsync(openUdf(farther.bytes), { message: /VirtualAllocationTable/ });
});

test("a damaged table: the one before it is taken", async (t) => {
  const volume = virtualVolume("2.01");
  putTable(volume, "2.01", 350);
  spoil(volume.block(639));
  const opened = await openUdf(volume.bytes);
  t.deepEqual(await rootOf(opened), found);
  t.is(opened.image.sessions[0]!.udf?.vat?.icbLba, 638);
});

test("blank blocks behind a table do not count", async (t) => {
  const volume = virtualVolume("2.01");
  const opened = await openUdf(joined(volume.bytes, new Uint8Array(3000 * 2048)));
  t.deepEqual(await rootOf(opened), found);
  t.deepEqual(opened.warnings(), []);
});

test("virtual blocks without a place are errors of what lies in them", async (t) => {
  const volume = virtualVolume("2.01");
  const identifiers = volume.identifiers(
    [
      { name: "a.txt", icb: icbAt(2, 1) },
      { name: "unused", icb: icbAt(3, 1) },
      { name: "behind the end", icb: icbAt(4, 1) },
    ],
    icbAt(1, 1),
    60,
  );
  volume.data(60, identifiers);
  const root = { fileType: fileTypes.directory, form: 1, allocation: longExtent(identifiers.length, 60) };
  volume.partitionBlock(42).set(volume.entryBytes({ ...root, length: identifiers.length }, 1));
  const opened = await openUdf(volume.bytes);
  const shown = await rootOf(opened);
  t.is(shown["a.txt"], "hello");
  t.regex(shown.unused!, /of block 3 is not there/);
  t.regex(shown["behind the end"]!, /of block 4 is not there/);
  t.deepEqual(opened.warnings(), ["file-entry-unusable"]);
});

function sparingTable(
  volume: MadeVolume,
  block: number,
  sequenceNumber: number,
  spared: readonly [number, number][],
): void {
  const target = volume.block(block);
  target.fill(0);
  const sparingIdentifier = udfEntity("*UDF Sparing Table", 0x0201);
  sparingTableHead.write({ sparingIdentifier, reallocationTableLength: spared.length, sequenceNumber }, target, 0);
  for (const [index, [originalLocation, mappedLocation]] of spared.entries()) {
    sparingMapEntry.write({ originalLocation, mappedLocation }, target, 56 + 8 * index);
  }
  const tag = { descriptorVersion: 3, tagSerialNumber: 1, tagLocation: block } as const;
  sealDescriptor(tagIdentifiers.sparingTable, target, 0, 40 + 8 * spared.length, tag);
}

function sparableVolume(): MadeVolume {
  const map: PartitionMap = {
    kind: "sparable",
    ...common,
    partitionTypeIdentifier: udfEntity("*UDF Sparable Partition", 0x0201),
    packetLength: 32,
    numberOfSparingTables: 2,
    sizeOfEachSparingTable: 2048,
    locationsOfSparingTables: [200, 220],
  };
  const volume = new MadeVolume({ maps: [map] });
  volume.root([
    { name: "a.txt", icb: icbAt(3) },
    { name: "across", icb: icbAt(4) },
  ]);
  volume.entry(3, { form: 0, allocation: shortExtent(5, 70), length: 5, uniqueId: 20 });
  volume.entry(4, { form: 0, allocation: shortExtent(4096, 95), length: 4096, uniqueId: 21 });
  // Packet 64 to 95 lies at block 576 of the volume; 96 and on are where they were.
  volume.block(576 + 6).set(text("hello"));
  volume.block(576 + 31).fill(65);
  volume.partitionBlock(96).fill(66);
  sparingTable(volume, 200, 1, [[64, 0]]);
  sparingTable(volume, 220, 2, [
    [64, 576],
    [0xffff_fff0, 1],
    [0xffff_ffff, 2],
  ]);
  return volume;
}

test("a sparable partition: packets that went bad are read elsewhere, by the newest table", async (t) => {
  const opened = await openUdf(sparableVolume().bytes);
  t.deepEqual(await rootOf(opened), { "a.txt": "hello", across: "A".repeat(2048) + "B".repeat(2048) });
  t.deepEqual(opened.warnings(), []);
  const [, across] = await opened.image.readdir("/");
  t.deepEqual(across?.extents, [
    { lba: 607, bytes: 2048 },
    { lba: 288 + 96, bytes: 2048 },
  ]);
  t.is(across?.fileEntry, undefined);
});

test("damaged sparing tables", async (t) => {
  const volume = sparableVolume();
  spoil(volume.block(200), 50);
  const opened = await openUdf(volume.bytes);
  t.is((await rootOf(opened))["a.txt"], "hello");
  t.deepEqual(opened.warnings(), []);
  spoil(volume.block(220), 50);
  const without = await openUdf(volume.bytes);
  t.is((await rootOf(without))["a.txt"], "\0".repeat(5));
  t.deepEqual(without.warnings(), ["sparing-table-missing"]);
});

/** Metadata in blocks 64 to 95 of the partition, mirrored in 160 to 191; their entries are blocks 32 and 128. */
function metadataVolume(flags = 1): MadeVolume {
  const map: PartitionMap = {
    kind: "metadata",
    ...common,
    partitionTypeIdentifier: udfEntity("*UDF Metadata Partition", 0x0250),
    metadataFileLocation: 32,
    metadataMirrorFileLocation: 128,
    metadataBitmapFileLocation: 0xffff_ffff,
    allocationUnitSize: 32,
    alignmentUnitSize: 32,
    flags,
  };
  const volume = new MadeVolume({ maps: [plain, map], fileSet: icbAt(0, 1), root: icbAt(2, 1), revision: 0x0250 });
  volume.partitionBlock(0).fill(0);
  const bytes = 32 * 2048;
  volume.entry(32, {
    fileType: fileTypes.metadata,
    form: 0,
    allocation: shortExtent(bytes, 64),
    length: bytes,
    links: 0,
  });
  const mirror = { fileType: fileTypes.metadataMirror, form: 0, length: bytes, links: 0 };
  volume.entry(128, { ...mirror, allocation: shortExtent(bytes, flags === 1 ? 160 : 64) });
  for (const first of flags === 1 ? [64, 160] : [64]) {
    volume.fileSet({}, volume.partitionBlock(first), 0);
    // Directories have short descriptors, which are of the metadata partition itself.
    const identifiers = volume.identifiers([{ name: "a.txt", icb: icbAt(5, 1) }], icbAt(2, 1), 3);
    const root = { fileType: fileTypes.directory, form: 0, allocation: shortExtent(identifiers.length, 3) };
    volume.partitionBlock(first + 2).set(volume.entryBytes({ ...root, length: identifiers.length }, 2));
    volume.partitionBlock(first + 3).set(identifiers);
    const file = { form: 1, allocation: longExtent(5, 200), length: 5, uniqueId: 20 };
    volume.partitionBlock(first + 5).set(volume.entryBytes(file, 5));
  }
  volume.data(200, text("hello"));
  return volume;
}

for (const flags of [0, 1]) {
  test(`a metadata partition, ${flags === 1 ? "twice" : "once"} on the disc`, async (t) => {
    const opened = await openUdf(metadataVolume(flags).bytes);
    t.deepEqual(await rootOf(opened), found);
    t.deepEqual(opened.warnings(), []);
    t.is(opened.image.sessions[0]!.udf?.partitions[1]?.kind, "metadata");
    const [file] = await opened.image.readdir("/");
    t.deepEqual(lbas(file!), [288 + 200]);
    t.is(file?.fileEntry, undefined);
  });
}

const damages: readonly [name: string, damage: (volume: MadeVolume) => void][] = [
  ["the entry of the metadata file", (volume) => spoil(volume.partitionBlock(32))],
  ["the entry of the mirror", (volume) => spoil(volume.partitionBlock(128))],
  ["the file set", (volume) => spoil(volume.partitionBlock(64))],
  ["the root's entry", (volume) => spoil(volume.partitionBlock(66))],
  ["the root's identifiers", (volume) => spoil(volume.partitionBlock(67))],
  ["a file's entry", (volume) => spoil(volume.partitionBlock(69))],
];

for (const [name, damage] of damages) {
  test(`a metadata partition with damage: ${name}`, async (t) => {
    const volume = metadataVolume();
    damage(volume);
    const opened = await openUdf(volume.bytes);
    t.deepEqual(await rootOf(opened), found);
    t.deepEqual(opened.warnings(), ["metadata-damaged"]);
  });
}

for (const block of [32, 64, 66, 67, 69]) {
  test(`a metadata partition whose block ${block} cannot be read`, async (t) => {
    const opened = await openUdf(new BadBlocks(metadataVolume().bytes, [288 + block]));
    t.deepEqual(await rootOf(opened), found);
    t.deepEqual(opened.warnings(), ["metadata-damaged"]);
  });
}

test("metadata damaged in both copies are an error", async (t) => {
  const volume = metadataVolume();
  spoil(volume.partitionBlock(66));
  spoil(volume.partitionBlock(162));
  await t.throwsAsync(openUdf(volume.bytes), { message: /descriptorCrc/ });
  const files = metadataVolume();
  spoil(files.partitionBlock(32));
  spoil(files.partitionBlock(128));
  await t.throwsAsync(openUdf(files.bytes), { message: /descriptorCrc/ });
});

test("a metadata file in pieces, with a hole in it", async (t) => {
  const volume = metadataVolume();
  const bytes = 40 * 2048;
  for (const [block, fileType] of [
    [32, fileTypes.metadata],
    [128, fileTypes.metadataMirror],
  ] as const) {
    const first = block === 32 ? 64 : 160;
    const allocation = joined(
      shortExtent(3 * 2048, first),
      shortExtent(29 * 2048, first + 100),
      shortExtent(8 * 2048, 0, 2),
    );
    volume.entry(block, { fileType, form: 0, allocation, length: bytes, links: 0 });
    for (const index of [3, 5])
      volume.partitionBlock(first + 100 + index - 3).set(volume.partitionBlock(first + index));
  }
  const opened = await openUdf(volume.bytes);
  t.deepEqual(await rootOf(opened), found);
  volume.fileSet({ rootDirectoryIcb: icbAt(33, 1) }, volume.partitionBlock(64), 0);
  volume.fileSet({ rootDirectoryIcb: icbAt(33, 1) }, volume.partitionBlock(160), 0);
  await t.throwsAsync(openUdf(volume.bytes), { message: /has no block 33/ });
});
