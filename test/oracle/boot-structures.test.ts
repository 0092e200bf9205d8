/** Boot catalogs and partition tables that other programs write: read as xorriso reads them, and right when the image grows. */

import { randomBytes } from "node:crypto";
import { closeSync, copyFileSync, openSync, readFileSync, truncateSync, writeSync } from "node:fs";
import test from "ava";
import { dumpBlocks } from "../../src/fs/dump/blocks.js";
import { dumpIso } from "../../src/fs/dump/iso.js";
import type { PlacedStructure } from "../../src/fs/dump/structures.js";
import { mbrPartitions } from "../../src/fs/hybrid/mbr.js";
import type { SystemArea } from "../../src/fs/hybrid/system-area.js";
import { grownBlocks, grownSystemArea, readSystemArea, trailingBlocks } from "../../src/fs/hybrid/system-area.js";
import type { BootSetUp } from "../../src/fs/image/boot-set-up.js";
import { readBootSetUp } from "../../src/fs/image/boot-set-up.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import {
  bootableImages,
  canMakeBootableImages,
  complaints,
  makeBootable,
  makeRescue,
  makersOfBootableImages,
  reported,
  xorrisoReport,
} from "../support/bootable-images.js";
import { faultsIn } from "../support/dumped.js";

async function setUpOf(path: string): Promise<BootSetUp> {
  return await readBootSetUp(new MemorySource(readFileSync(path)), { strict: true });
}

async function all(structures: AsyncIterable<PlacedStructure>): Promise<PlacedStructure[]> {
  const found: PlacedStructure[] = [];
  for await (const structure of structures) found.push(structure);
  return found;
}

const platforms: Readonly<Record<number, string>> = { 0: "BIOS", 1: "PPC", 2: "Mac", 239: "UEFI" };
const emulations = { none: "none", floppy1200: "fd1.2", floppy1440: "fd1.4", floppy2880: "fd2.8", hardDisk: "hd" };

const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, "0")}`;

/** The lines of xorriso's report that are of El Torito, as what was read has them. */
function elToritoLines({ catalogLba, entries }: BootSetUp): Readonly<Record<string, readonly string[]>> {
  const options = entries.flatMap(({ image }, index) => {
    const words = [
      ...(image?.infoTable === undefined ? [] : ["boot-info-table"]),
      ...(image?.isIsohybridSuitable === true ? ["isohybrid-suitable"] : []),
      ...(image?.hasGrub2BootInfo === true ? ["grub2-boot-info"] : []),
    ];
    return words.length === 0 ? [] : [`${index + 1} ${words.join(" ")}`];
  });
  return {
    "El Torito catalog": catalogLba === undefined ? [] : [`${catalogLba} 1`],
    "El Torito boot img": entries.map((entry, index) =>
      [
        index + 1,
        platforms[entry.platform],
        entry.bootable ? "y" : "n",
        emulations[entry.emulation],
        hex(entry.loadSegment, 4),
        hex(entry.systemType, 2),
        entry.loadSectors,
        entry.imageLba,
      ].join(" "),
    ),
    "El Torito img opts": options,
  };
}

/** A GUID in the order of its bytes, as xorriso prints it. */
function guidBytes(guid: string): string {
  const parts = guid.toLowerCase().split("-");
  const reversed = parts.slice(0, 3).map((part) => (part.match(/../g) ?? []).reverse().join(""));
  return [...reversed, ...parts.slice(3)].join("");
}

/** The lines that are of partition tables. */
function tableLines({ systemArea: { mbr, gpt, apm } }: BootSetUp): Readonly<Record<string, readonly string[]>> {
  const records = mbr === undefined ? [] : mbrPartitions(mbr);
  const partitions = gpt?.partitions ?? [];
  const apple = (apm?.partitions ?? []).filter(({ type }) => type !== "Apple_partition_map");
  return {
    "MBR partition": records.flatMap((record, index) =>
      record.sizeInLba === 0
        ? []
        : [
            [index + 1, hex(record.bootIndicator, 2), hex(record.osType, 2), record.startingLba, record.sizeInLba].join(
              " ",
            ),
          ],
    ),
    "GPT disk GUID": gpt === undefined ? [] : [guidBytes(gpt.header.diskGuid)],
    "GPT lba range":
      gpt === undefined
        ? []
        : [[gpt.header.firstUsableLba, gpt.header.lastUsableLba, gpt.header.alternateLba].join(" ")],
    "GPT partname local": partitions.map(({ number, partitionName }) => `${number} ${partitionName}`),
    "GPT partition GUID": partitions.map((each) => `${each.number} ${guidBytes(each.uniquePartitionGuid)}`),
    "GPT type GUID": partitions.map((each) => `${each.number} ${guidBytes(each.partitionTypeGuid)}`),
    "GPT partition flags": partitions.map(
      ({ number, attributes }) => `${number} 0x${attributes.toString(16).padStart(16, "0")}`,
    ),
    "GPT start and size": partitions.map(
      ({ number, startingLba, endingLba }) => `${number} ${startingLba} ${endingLba - startingLba + 1}`,
    ),
    "APM block size": apm === undefined ? [] : [String(apm.blockSize)],
    "APM partition name": apple.map(({ name }, index) => `${index + 1} ${name}`),
    "APM partition type": apple.map(({ type }, index) => `${index + 1} ${type}`),
    "APM start and size": apple.map(({ firstBlock, blocks }, index) => `${index + 1} ${firstBlock} ${blocks}`),
  };
}

/** The words of xorriso's summary that what was read says, too. */
function summaryWords({ systemArea, mbrLoader, isMbrProtective }: BootSetUp): readonly string[] {
  return [
    ...(mbrLoader === "isolinux" ? ["isohybrid"] : []),
    ...(isMbrProtective ? ["protective-msdos-label"] : []),
    ...(mbrLoader === "grub2" ? ["grub2-mbr"] : []),
    ...(systemArea.gpt === undefined ? [] : ["GPT"]),
    ...(systemArea.apm === undefined ? [] : ["APM"]),
  ];
}

function summaryOf(report: readonly (readonly string[])[]): readonly string[] {
  const words = reported(report, "System area summary").join(" ").split(" ");
  const known = ["isohybrid", "protective-msdos-label", "grub2-mbr", "GPT", "APM"];
  return words.filter((word) => known.includes(word));
}

for (const [name, make] of Object.entries(makersOfBootableImages)) {
  test(`${name}: read as xorriso reads it`, async (t) => {
    if (!canMakeBootableImages(t)) return;
    const path = make(t);
    const setUp = await setUpOf(path);
    const report = xorrisoReport(path);
    const squeezed = (key: string): readonly string[] => reported(report, key).map((line) => line.replace(/ +/g, " "));
    for (const [key, lines] of Object.entries({ ...elToritoLines(setUp), ...tableLines(setUp) })) {
      t.deepEqual(lines, squeezed(key), key);
    }
    t.deepEqual(summaryWords(setUp), summaryOf(report), "system area summary");
  });
}

for (const [name, make] of Object.entries(makersOfBootableImages)) {
  test(`${name}: a dump shows the structures, and no fault`, async (t) => {
    if (!canMakeBootableImages(t)) return;
    const bytes = readFileSync(make(t));
    const source = new MemorySource(bytes);
    const { catalogLba, entries, systemArea } = await readBootSetUp(source);
    const iso = await all(dumpIso(source, 0));
    const area = [...(await all(dumpBlocks(source, 0, 16))), ...(await all(dumpBlocks(source, source.blocks - 1, 1)))];
    t.deepEqual(
      [...iso, ...area].flatMap((each) => faultsIn(each)),
      [],
    );
    const count = (structures: readonly PlacedStructure[], wanted: string): number =>
      structures.filter((each) => each.name === wanted).length;
    const catalog = iso.find((each) => each.name === "BootCatalog");
    t.is(catalog?.block, catalogLba);
    t.is(catalog?.fields.filter(({ type }) => /Entry$/.test(type)).length ?? 1, entries.length + 1);
    if (catalogLba !== undefined) t.is((await all(dumpBlocks(source, catalogLba, 1)))[0]?.name, "BootCatalog");
    t.is(count(area, "MasterBootRecord"), systemArea.mbr === undefined ? 0 : 1);
    t.is(count(area, "GptHeader"), systemArea.gpt === undefined ? 0 : 2, "the primary one, and its backup");
    t.is(count(area, "GptPartitionEntry"), systemArea.gpt?.partitions.length ?? 0);
    t.is(count(area, "ApplePartitionMapEntry"), systemArea.apm?.partitions.length ?? 0);
  });
}

/** A copy of an image that got longer: with bytes that are no zeros, as if a session had been added. */
async function grow(path: string, addedBlocks: number): Promise<{ readonly grown: string; readonly blocks: number }> {
  const bytes = readFileSync(path);
  const oldBlocks = bytes.length / 2048;
  const area = await readSystemArea(new MemorySource(bytes), { tolerant: false });
  const blocks = grownBlocks(area, oldBlocks, oldBlocks + addedBlocks);
  const grown = `${path}.grown`;
  copyFileSync(path, grown);
  truncateSync(grown, blocks * 2048);
  const file = openSync(grown, "r+");
  writeSync(file, randomBytes(addedBlocks * 2048), 0, addedBlocks * 2048, bytes.length);
  for (const { offsetBytes, bytes: patch } of grownSystemArea(area, oldBlocks, blocks)) {
    writeSync(file, patch, 0, patch.length, offsetBytes);
  }
  closeSync(file);
  return { grown, blocks };
}

test("an image that grows without its table is found to be wrong", async (t) => {
  if (!canMakeBootableImages(t)) return;
  const path = makeRescue(t);
  const before = complaints(path);
  truncateSync(path, readFileSync(path).length + 2048 * 100);
  t.notDeepEqual(complaints(path), before);
  await t.throwsAsync(setUpOf(path), { message: /backup is said to be in sector/ });
});

for (const [name, make] of Object.entries(makersOfBootableImages)) {
  for (const addedBlocks of [1, 3 * 512 + 77]) {
    test(`${name}, ${addedBlocks} blocks longer: no program finds anything new wrong`, async (t) => {
      if (!canMakeBootableImages(t)) return;
      const path = make(t);
      const before = await setUpOf(path);
      const { grown, blocks } = await grow(path, addedBlocks);
      t.deepEqual(complaints(grown), complaints(path));
      // In strict reading, a wrong CRC or a backup elsewhere is an error.
      const after = await setUpOf(grown);
      t.deepEqual(elToritoLines(after), elToritoLines(before), "El Torito is as it was");
      t.deepEqual(summaryWords(after), summaryWords(before));
      if (after.systemArea.gpt !== undefined) {
        t.is(after.systemArea.gpt.header.alternateLba, blocks * 4 - 1);
      }
      const report = xorrisoReport(grown);
      for (const [key, lines] of Object.entries(tableLines(after))) {
        const found = reported(report, key).map((line) => line.replace(/ +/g, " "));
        t.deepEqual(lines, found, `${key}, as xorriso reads the grown image`);
      }
    });
  }
}

/** Whose partitions cover the image, so that xorriso's tables for a longer image say what a grown one should have. */
for (const name of [
  "isohybrid",
  "isohybrid with GPT",
  "isohybrid with GPT and APM",
  "GRUB 2's MBR",
  "protective label",
]) {
  test(`${name}: what a grown image has is what xorriso writes for one of that length`, async (t) => {
    if (!canMakeBootableImages(t)) return;
    const path = makeBootable(t, bootableImages[name]!);
    const longer = readFileSync(makeBootable(t, bootableImages[name]!, 40_000_000));
    const bytes = readFileSync(path);
    const area = await readSystemArea(new MemorySource(bytes), { tolerant: false });
    const [oldBlocks, newBlocks] = [bytes.length / 2048, longer.length / 2048];
    t.is(grownBlocks(area, oldBlocks, newBlocks - trailingBlocks(area)), newBlocks, "as long as xorriso makes it");
    const grown = Buffer.concat([bytes, Buffer.alloc(longer.length - bytes.length)]);
    for (const { offsetBytes, bytes: patch } of grownSystemArea(area, oldBlocks, newBlocks))
      grown.set(patch, offsetBytes);
    t.deepEqual(grown.subarray(446, 512), longer.subarray(446, 512), "partition records, with cylinders and heads");
    const [ours, theirs] = await Promise.all(
      [grown, longer].map((each) => readSystemArea(new MemorySource(each), { tolerant: false })),
    );
    const places = ({ gpt, apm }: SystemArea): unknown => [
      gpt && [gpt.header.alternateLba, gpt.header.lastUsableLba, gpt.header.partitionEntryLba],
      gpt?.partitions.map(({ startingLba, endingLba }) => [startingLba, endingLba]),
      apm?.partitions.map(({ firstBlock, blocks, dataBlocks }) => [firstBlock, blocks, dataBlocks]),
    ];
    t.deepEqual(places(ours!), places(theirs!));
  });
}
