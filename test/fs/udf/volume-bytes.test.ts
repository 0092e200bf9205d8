import test from "ava";
import { DiscError } from "../../../src/errors.js";
import { VolumeBytes } from "../../../src/fs/udf/volume-bytes.js";
import type { BlockSource } from "../../../src/medium/block-source.js";
import { blockBytes } from "../../../src/units.js";

/** A medium whose bytes tell their blocks; it counts what is asked of it. */
class CountingSource implements BlockSource {
  readonly blocks: number;
  readonly asked: { readonly lba: number; readonly count: number }[] = [];
  readonly #bad: ReadonlySet<number>;

  constructor(blocks: number, bad: readonly number[] = []) {
    this.blocks = blocks;
    this.#bad = new Set(bad);
  }

  async read(lba: number, count: number, into: Uint8Array): Promise<void> {
    this.asked.push({ lba, count });
    for (let block = lba; block < lba + count; block++) {
      if (this.#bad.has(block)) throw new DiscError("E_READ_FAILED", `block ${block}`, { lba: block, blocks: 1 });
      into.fill(block % 251, (block - lba) * blockBytes, (block - lba + 1) * blockBytes);
    }
  }
}

async function octetAt(volume: VolumeBytes, block: number): Promise<number> {
  const bytes = await volume.read(block * blockBytes, blockBytes);
  return bytes.length === blockBytes && bytes.every((octet) => octet === bytes[0]) ? bytes[0]! : -1;
}

test("blocks that are asked for one after the other are read many at once", async (t) => {
  const source = new CountingSource(2005);
  const volume = new VolumeBytes(source);
  for (let block = 0; block < source.blocks; block++) t.is(await octetAt(volume, block), block % 251);
  t.true(source.asked.length < 25, `${source.asked.length} reads`);
  t.is(
    source.asked.reduce((sum, { count }) => sum + count, 0),
    source.blocks,
  );
});

test("blocks that are asked for here and there are read with little around them", async (t) => {
  const source = new CountingSource(100_000);
  const volume = new VolumeBytes(source);
  for (let block = 0; block < source.blocks; block += 1000) t.is(await octetAt(volume, block), block % 251);
  t.true(source.asked.every(({ count }) => count <= 16));
});

test("what is kept need not be read again, and is bounded", async (t) => {
  const source = new CountingSource(100_000);
  const volume = new VolumeBytes(source);
  const kept = (): number =>
    Array.from({ length: source.blocks }, (_unused, block) => volume.kept(block * blockBytes, blockBytes)).filter(
      (bytes) => bytes !== undefined,
    ).length;
  for (let block = 0; block < 6000; block++) await octetAt(volume, block);
  t.true(kept() >= 1024 && kept() <= 2048, `${kept()} blocks`);
  const { length } = source.asked;
  t.is(await octetAt(volume, 5990), 5990 % 251);
  t.is(source.asked.length, length);
});

test("a block that cannot be read hides none of those around it", async (t) => {
  const bad = [50, 51, 190];
  const source = new CountingSource(320, bad);
  const volume = new VolumeBytes(source);
  for (let block = 0; block < source.blocks; block++) {
    if (bad.includes(block)) await t.throwsAsync(octetAt(volume, block), { code: "E_READ_FAILED" });
    else t.is(await octetAt(volume, block), block % 251);
  }
});

test("bytes across windows, and outside of the medium", async (t) => {
  const source = new CountingSource(40);
  const volume = new VolumeBytes(source);
  const across = await volume.read(16 * blockBytes - 1, 2);
  t.deepEqual([...across], [15, 16]);
  t.is((await volume.read(5, 0)).length, 0);
  t.is(await octetAt(volume, 39), 39);
  await t.throwsAsync(volume.read(39 * blockBytes, blockBytes + 1), { code: "E_READ_FAILED" });
  await t.throwsAsync(volume.read(-1, 1), { code: "E_READ_FAILED" });
});
