/** Directories, records and path tables, byte by byte, as the standard has them. */
import test from "ava";
import { strictContext } from "../../../src/codec/codec.js";
import { openImage } from "../../../src/fs/image/open-image.js";
import { pathTableRecordBytes, pathTableRecordL, pathTableRecordM } from "../../../src/fs/iso9660/path-table.js";
import { primaryVolumeDescriptor } from "../../../src/fs/iso9660/volume-descriptors.js";
import type { DirectoryNode } from "../../../src/fs/tree/directory.js";
import { MemorySource } from "../../../src/medium/memory-source.js";
import { makeImage } from "../../support/made-image.js";
import { fillRichTree } from "../../support/rich-tree.js";

interface TableRecord {
  readonly identifier: string;
  readonly lba: number;
  readonly parent: number;
}

function pathTable(bytes: Buffer, lba: number, length: number, codec: typeof pathTableRecordL): TableRecord[] {
  const records: TableRecord[] = [];
  for (let at = lba * 2048; at < lba * 2048 + length; ) {
    const record = codec.read(bytes, at, strictContext);
    const identifier = Buffer.from(record.directoryIdentifier).toString("latin1");
    records.push({ identifier, lba: record.locationOfExtent, parent: record.parentDirectoryNumber });
    at += pathTableRecordBytes(record.directoryIdentifier.length);
  }
  return records;
}

async function tables(fill: (root: DirectoryNode) => void): Promise<{ bytes: Buffer; records: TableRecord[] }> {
  const { bytes } = await makeImage(fill, { fileSystems: ["iso", "rockridge"] });
  const volume = primaryVolumeDescriptor.read(bytes, 16 * 2048, strictContext);
  const little = pathTable(bytes, volume.locationOfTypeLPathTable, volume.pathTableSize, pathTableRecordL);
  const big = pathTable(bytes, volume.locationOfTypeMPathTable, volume.pathTableSize, pathTableRecordM);
  if (JSON.stringify(little) !== JSON.stringify(big)) throw new Error("the tables differ");
  return { bytes, records: little };
}

test("path tables are ordered by level, parent and identifier", async (t) => {
  const { bytes, records } = await tables(fillRichTree);
  const level = (number: number): number => (number === 1 ? 1 : 1 + level(records[number - 1]!.parent));
  t.deepEqual(records[0], { identifier: "\0", lba: records[0]!.lba, parent: 1 });
  for (let number = 2; number < records.length; number++) {
    const [one, other] = [records[number - 1]!, records[number]!];
    const order = level(number) - level(number + 1) || one.parent - other.parent;
    t.true(order < 0 || (order === 0 && one.identifier < other.identifier), `${number}: ${other.identifier}`);
  }
  for (const { lba } of records) t.is(bytes.readUInt32LE(lba * 2048 + 2), lba, 'the record "." leads to itself');
});

for (const directories of [113, 114, 115, 116, 250]) {
  test(`path tables around a block's end: ${directories} directories`, async (t) => {
    // Each record has 8 + 10 bytes: 113 of them and the root's fill 2,044 bytes.
    const { records } = await tables((root) => {
      for (let index = 0; index < directories; index++) root.addDirectory(`/DIR${String(index).padStart(7, "0")}`);
    });
    t.is(records.length, directories + 1);
    t.is(records.at(-1)!.identifier, `DIR${String(directories - 1).padStart(7, "0")}`);
  });
}

/** The records of the root, with what lies behind the last one of each block. */
function rootRecords(bytes: Buffer): { lengths: number[][]; rests: Buffer[] } {
  const { rootDirectoryRecord } = primaryVolumeDescriptor.read(bytes, 16 * 2048, strictContext);
  const lengths: number[][] = [];
  const rests: Buffer[] = [];
  for (let done = 0; done < rootDirectoryRecord.dataLength; done += 2048) {
    const start = rootDirectoryRecord.locationOfExtent * 2048 + done;
    const own: number[] = [];
    let at = start;
    while (at < start + 2048 && bytes[at] !== 0) {
      own.push(bytes[at]!);
      at += bytes[at]!;
    }
    lengths.push(own);
    rests.push(bytes.subarray(at, start + 2048));
  }
  return { lengths, rests };
}

for (const extra of [0, 1]) {
  test(`records never cross a block: a directory of 2,048 bytes${extra === 0 ? "" : " and one record"}`, async (t) => {
    // 34 + 34 + 45 × 44 = 2,048.
    const { bytes } = await makeImage(
      (root) => {
        for (let index = 0; index < 45 + extra; index++) root.addFile(`/F${String(index).padStart(5, "0")}.X`, "");
      },
      { fileSystems: ["iso"] },
    );
    const { lengths, rests } = rootRecords(bytes);
    t.deepEqual(lengths[0], [34, 34, ...new Array<number>(45).fill(44)]);
    t.is(lengths.length, 1 + extra);
    if (extra === 1) t.deepEqual(lengths[1], [44]);
    for (const rest of rests) t.true(rest.every((octet) => octet === 0));
  });
}

test("what a block has no room for begins in the next one, behind zeros", async (t) => {
  const { bytes } = await makeImage((root) => {
    for (let index = 0; index < 60; index++) root.addFile(`/${"x".repeat(index)}${index}`, "");
  });
  const { lengths, rests } = rootRecords(bytes);
  t.is(lengths.flat().length, 62);
  for (const [index, rest] of rests.entries()) {
    t.true(rest.every((octet) => octet === 0));
    const next = lengths[index + 1]?.[0];
    if (next !== undefined) t.true(rest.length < next, "no record was put off that would have fitted");
  }
});

/** The blocks that entries CE lead to, each once; all files of the image are empty. */
function continuationBlocks(bytes: Buffer): number[] {
  const blocks = new Set<number>();
  for (let at = bytes.indexOf("CE\x1C\x01"); at >= 0; at = bytes.indexOf("CE\x1C\x01", at + 1)) {
    blocks.add(bytes.readUInt32LE(at + 4));
  }
  return [...blocks].sort((one, other) => one - other);
}

test("continuation areas lie right behind the directory whose records they belong to", async (t) => {
  const long = (letter: string): string => letter.repeat(200);
  const { bytes } = await tables((root) => {
    root.addDirectory(`/a/${long("b")}/c`, { parents: true });
    for (let index = 0; index < 30; index++) root.addFile(`/a/${long("b")}/${index}${long("d")}`, "");
  });
  const image = await openImage(new MemorySource(bytes));
  const ends: number[] = [];
  for (const path of ["/", "/a", `/a/${long("b")}`]) {
    const { extents } = await image.stat(path);
    const { lba, bytes: length } = extents[0]!;
    ends.push(lba! + length / 2048);
  }
  const areas = continuationBlocks(bytes);
  // ER of the root, the long directory's name in the record of /a, and 30 names of more than 200 bytes.
  const [root, above, below] = ends as [number, number, number];
  t.deepEqual(areas, [root, above, below, below + 1, below + 2, below + 3]);
});
