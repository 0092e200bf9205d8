import test from "ava";
import fc from "fast-check";
import type { Warning } from "../../../src/errors.js";
import type { BytePatch } from "../../../src/fs/hybrid/byte-patch.js";
import { mbrPartitions } from "../../../src/fs/hybrid/mbr.js";
import type { SystemArea } from "../../../src/fs/hybrid/system-area.js";
import { grownBlocks, grownSystemArea, readSystemArea, trailingBlocks } from "../../../src/fs/hybrid/system-area.js";
import { MemorySource } from "../../../src/medium/memory-source.js";
import { putApm, putGpt, putMbr } from "../../support/partition-tables.js";
import { holds } from "../../support/properties.js";

const blocks = 200;
const sectors = blocks * 4;

function imageOf(fill: (image: Uint8Array) => void, length = blocks): Uint8Array {
  const image = new Uint8Array(length * 2048);
  fill(image);
  return image;
}

async function read(image: Uint8Array): Promise<SystemArea> {
  return await readSystemArea(new MemorySource(image), { tolerant: false });
}

function apply(image: Uint8Array, patches: readonly BytePatch[], newBlocks: number): Uint8Array {
  const grown = new Uint8Array(newBlocks * 2048);
  grown.set(image);
  for (const { offsetBytes, bytes } of patches) grown.set(bytes, offsetBytes);
  return grown;
}

async function grow(image: Uint8Array, newBlocks: number): Promise<SystemArea> {
  const patches = grownSystemArea(await read(image), image.length / 2048, newBlocks);
  return await read(apply(image, patches, newBlocks));
}

const mbrPlaces = ({ mbr }: SystemArea): unknown =>
  mbr &&
  mbrPartitions(mbr).flatMap(({ startingLba, sizeInLba }) => (sizeInLba === 0 ? [] : [[startingLba, sizeInLba]]));
const gptPlaces = ({ gpt }: SystemArea): unknown =>
  gpt?.partitions.map(({ startingLba, endingLba }) => [startingLba, endingLba - startingLba + 1]);
const apmPlaces = ({ apm }: SystemArea): unknown => apm?.partitions.map((each) => [each.firstBlock, each.blocks]);

test("where no table is, nothing is written", async (t) => {
  for (const fill of [() => {}, (image: Uint8Array) => image.fill(0x5a, 0, 510)]) {
    const area = await read(imageOf(fill));
    t.deepEqual(grownSystemArea(area, blocks, blocks + 100), []);
    t.is(trailingBlocks(area), 0);
    t.is(grownBlocks(area, blocks, blocks + 7), blocks + 7);
  }
  t.true((await read(imageOf(() => {}))).isEmpty);
});

for (const { name, partitions, grown } of [
  { name: "from the first sector", partitions: [{ start: 0, length: sectors }], grown: [[0, sectors + 400]] },
  { name: "protective", partitions: [{ start: 1, length: sectors - 1, type: 0xee }], grown: [[1, sectors + 399]] },
  {
    name: "protective, left from a shorter image",
    partitions: [{ start: 1, length: 300, type: 0xee }],
    grown: [[1, sectors + 399]],
  },
  { name: "from block 16 on", partitions: [{ start: 64, length: sectors - 64 }], grown: [[64, sectors + 336]] },
  {
    name: "ending within the last block",
    partitions: [{ start: 0, length: sectors - 3 }],
    grown: [[0, sectors + 400]],
  },
  { name: "ending before the last block", partitions: [{ start: 0, length: sectors - 4 }], grown: [[0, sectors - 4]] },
  {
    name: "starting behind the descriptors",
    partitions: [{ start: 68, length: sectors - 68 }],
    grown: [[68, sectors - 68]],
  },
  {
    name: "followed by another one",
    partitions: [
      { start: 64, length: 400 },
      { start: 464, length: sectors - 464, type: 0xef },
    ],
    grown: [
      [64, 400],
      [464, sectors - 464],
    ],
  },
  { name: "already longer", partitions: [{ start: 0, length: sectors + 2048 }], grown: [[0, sectors + 2048]] },
  {
    name: "with one inside",
    partitions: [
      { start: 0, length: sectors },
      { start: 100, length: 20, type: 0xef },
    ],
    grown: [
      [0, sectors + 400],
      [100, 20],
    ],
  },
] as const) {
  test(`MBR partition ${name}`, async (t) => {
    t.deepEqual(
      mbrPlaces(
        await grow(
          imageOf((image) => putMbr(image, partitions)),
          blocks + 100,
        ),
      ),
      grown,
    );
  });
}

test("an MBR partition is as long as its field can say", async (t) => {
  const area = await read(imageOf((image) => putMbr(image, [{ start: 1, length: sectors - 1, type: 0xee }])));
  const [patch] = grownSystemArea(area, blocks, 2 ** 31);
  t.is(Buffer.from(patch!.bytes).readUInt32LE(12), 0xffff_ffff);
});

test("cylinders, heads and sectors are counted as they were", async (t) => {
  const image = imageOf((bytes) => {
    putMbr(bytes, [{ start: 0, length: 2048 }]);
    bytes.set([63, 32, 0], 451);
  }, 512);
  const area = await read(image);
  t.is(grownBlocks(area, 512, 513), 1024, "and so is the image's length");
  const chsAfter = (newBlocks: number): number[] => [...grownSystemArea(area, 512, newBlocks)[0]!.bytes.subarray(5, 8)];
  t.deepEqual(chsAfter(1024), [63, 32, 1]);
  t.deepEqual(chsAfter(512 * 300), [63, 64 + 32, 299 - 256], "cylinder 299: two bits of it stand above the sector");
  t.deepEqual(chsAfter(512 * 1025), [0xfe, 0xff, 0xff], "beyond the last cylinder");
});

test("a GPT's backup moves to the end; what covers the image goes on to", async (t) => {
  const usableEnd = sectors - 33;
  const image = imageOf((bytes) => {
    putMbr(bytes, [{ start: 1, length: sectors - 1, type: 0xee }]);
    putGpt(bytes, [
      { start: 0, length: Math.floor(usableEnd / 4) * 4 },
      { start: 100, length: 50 },
      { start: 600, length: usableEnd - 600 },
    ]);
  });
  const grown = await grow(image, blocks + 100);
  const newUsableEnd = sectors + 400 - 33;
  t.deepEqual(gptPlaces(grown), [
    [0, Math.floor(newUsableEnd / 4) * 4],
    [100, 50],
    [600, usableEnd - 600],
  ]);
  t.like(grown.gpt?.header, {
    alternateLba: sectors + 399,
    lastUsableLba: newUsableEnd - 1,
    myLba: 1,
    partitionEntryLba: 2,
  });
  t.like(grown.gptBackup?.header, { myLba: sectors + 399, alternateLba: 1, partitionEntryLba: newUsableEnd });
  t.deepEqual(grown.gptBackup?.entries, grown.gpt?.entries);
  t.deepEqual(mbrPlaces(grown), [[1, sectors + 399]]);
  t.is(trailingBlocks(grown), 9, "33 sectors");
  t.is(grownBlocks(grown, blocks, 300), 309);
});

test("the primary header of a GPT is written last of its table", async (t) => {
  const area = await read(imageOf((image) => putGpt(image, [{ start: 64, length: sectors - 64 - 33 }])));
  const offsets = grownSystemArea(area, blocks, 300).map(({ offsetBytes }) => offsetBytes / 512);
  t.deepEqual(offsets, [1200 - 33, 1199, 2, 1]);
});

for (const { name, damage, pattern } of [
  { name: "header", damage: 512 + 60, pattern: /headerCrc is wrong/ },
  { name: "entry", damage: 1024 + 100, pattern: /entriesCrc is wrong/ },
] as const) {
  test(`a GPT with a damaged ${name} is reported and left alone`, async (t) => {
    const image = imageOf((bytes) => {
      putMbr(bytes, [{ start: 1, length: sectors - 1, type: 0xee }]);
      putGpt(bytes, [{ start: 64, length: 100 }]);
      bytes[damage] = bytes[damage]! + 1;
    });
    await t.throwsAsync(read(image), { code: "E_FIELD_INVALID", message: pattern });
    const warnings: string[] = [];
    const onWarning = (warning: Warning): void => void warnings.push(warning.message);
    const area = await readSystemArea(new MemorySource(image), { tolerant: true, onWarning });
    t.regex(warnings.join(), pattern);
    t.deepEqual(
      grownSystemArea(area, blocks, 300).map(({ offsetBytes }) => offsetBytes),
      [446],
      "the MBR alone",
    );
  });
}

for (const { name, change, pattern } of [
  {
    name: "elsewhere",
    change: (image: Uint8Array) => new Uint8Array([...image, ...new Uint8Array(2048)]),
    pattern: /not the image's last one/,
  },
  { name: "missing", change: (image: Uint8Array) => image.fill(0, image.length - 512), pattern: /backup is missing/ },
  {
    name: "damaged",
    change: (image: Uint8Array) => image.fill(1, image.length - 1024, image.length - 1000),
    pattern: /backup is damaged/,
  },
] as const) {
  test(`a GPT whose backup is ${name} is reported`, async (t) => {
    const image = change(imageOf((bytes) => putGpt(bytes, [{ start: 64, length: 100 }])));
    await t.throwsAsync(read(image), { code: "E_FIELD_INVALID", message: pattern });
  });
}

for (const blockSize of [512, 2048]) {
  test(`an Apple partition map with blocks of ${blockSize} bytes`, async (t) => {
    const perBlock = 2048 / blockSize;
    const image = imageOf((bytes) =>
      putApm(bytes, blockSize, [
        { start: 0, length: blocks * perBlock },
        { start: 30 * perBlock, length: 20 },
      ]),
    );
    t.is((await read(image)).apm?.blockSize, blockSize);
    const grown = await grow(image, blocks + 100);
    t.deepEqual(apmPlaces(grown), [
      [1, 3],
      [0, (blocks + 100) * perBlock],
      [30 * perBlock, 20],
    ]);
    t.is(grown.apm?.partitions[1]?.dataBlocks, (blocks + 100) * perBlock);
    t.is(grown.apm?.block0.blockCount, (blocks + 100) * perBlock);
  });
}

test("block 0 of a map without a map is none", async (t) => {
  const area = await read(imageOf((image) => image.set([0x45, 0x52, 8, 0, 0, 0, 0x90, 0x90])));
  t.is(area.apm, undefined);
  t.false(area.isEmpty);
});

test("an image that does not grow is refused", async (t) => {
  const area = await read(imageOf(() => {}));
  t.throws(() => grownSystemArea(area, blocks, blocks), { instanceOf: RangeError });
});

const partition = fc.record({ start: fc.nat({ max: 900 }), length: fc.integer({ min: 1, max: 900 }) });

test("whatever the tables are, growing twice is growing at once, and leaves the rest", async (t) => {
  await holds(
    fc.asyncProperty(
      fc.array(partition, { maxLength: 4 }),
      fc.array(partition, { maxLength: 6 }),
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 1, max: 300 }),
      fc.boolean(),
      async (records, gptPartitions, first, second, hasGpt) => {
        const image = imageOf((bytes) => {
          bytes.fill(0x77, 64 * 512, 100 * 512);
          putMbr(bytes, records);
          if (hasGpt) putGpt(bytes, gptPartitions);
        });
        const halfway = blocks + first;
        const end = halfway + second;
        const once = apply(image, grownSystemArea(await read(image), blocks, end), end);
        const half = apply(image, grownSystemArea(await read(image), blocks, halfway), halfway);
        const twice = apply(half, grownSystemArea(await read(half), halfway, end), end);
        // The backup of the step between lies where no table speaks of it any longer.
        const areas = [once, twice].map((bytes) => bytes.subarray(0, blocks * 2048 - 33 * 512));
        if (Buffer.compare(areas[0]!, areas[1]!) !== 0) throw new Error("grew to another image");
        const [before, after] = [image, once].map((bytes) => bytes.subarray(64 * 512, blocks * 2048 - 33 * 512));
        if (Buffer.compare(before!, after!) !== 0) throw new Error("changed what is no table");
      },
    ),
  );
  t.pass();
});
