/** Virtual, sparable and metadata partitions, whole and damaged. OSTA UDF 2.2.8 to 2.2.13. */
import test from "ava";
import { fileTypes } from "../../../src/fs/udf/icb.js";
import type { MadeVolume } from "../../support/hand-made-udf.js";
import { icbAt, joined, longExtent, madeTime, shortExtent, spoil } from "../../support/hand-made-udf.js";
import { metadataVolume, putTable, sparableVolume, virtualVolume } from "../../support/mapped-udf.js";
import { BadBlocks, lbas, openUdf, rootOf } from "../../support/opened-udf.js";

const found = { "a.txt": "hello" };

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
    t.is(file?.fileEntry?.partition, "virtual");
    t.is(file?.fileEntry?.block, 2);
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

for (const flags of [0, 1]) {
  test(`a metadata partition, ${flags === 1 ? "twice" : "once"} on the disc`, async (t) => {
    const opened = await openUdf(metadataVolume(flags).bytes);
    t.deepEqual(await rootOf(opened), found);
    t.deepEqual(opened.warnings(), []);
    t.is(opened.image.sessions[0]!.udf?.partitions[1]?.kind, "metadata");
    const [file] = await opened.image.readdir("/");
    t.deepEqual(lbas(file!), [288 + 200]);
    t.is(file?.fileEntry?.partition, "metadata");
    t.is(file?.fileEntry?.block, 5);
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
