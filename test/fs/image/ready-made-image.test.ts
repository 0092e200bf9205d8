/** Ready-made images as sessions: their blocks in order, read ahead. */
import test from "ava";
import { readyMadeImage } from "../../../src/fs/image/ready-made-image.js";
import type { BlockSource } from "../../../src/medium/block-source.js";
import { blockBytes } from "../../../src/units.js";

const pieceBlocks = 512;

/** Blocks that hold their numbers, and what was asked of them. */
class NumberedBlocks implements BlockSource {
  readonly blocks: number;
  readonly asked: number[] = [];
  pending = 0;
  failAt = Number.POSITIVE_INFINITY;

  constructor(blocks: number) {
    this.blocks = blocks;
  }

  async read(lba: number, count: number, into: Uint8Array): Promise<void> {
    this.pending++;
    await new Promise(setImmediate);
    this.pending--;
    if (lba >= this.failAt) throw new Error("the test's fault");
    // The descriptor at block 16 is looked for first; it is not there.
    if (count > 1) this.asked.push(lba);
    const view = new DataView(into.buffer, into.byteOffset);
    for (let index = 0; index < count; index++) view.setUint32(index * blockBytes, lba + index);
  }
}

for (const blocks of [1, 16, pieceBlocks - 1, pieceBlocks, pieceBlocks + 1, 4 * pieceBlocks, 5 * pieceBlocks + 7]) {
  test(`${blocks} blocks come in order, each once`, async (t) => {
    const session = await readyMadeImage(new NumberedBlocks(blocks), 0);
    let next = 0;
    for await (const piece of session.chunks({})) {
      const view = new DataView(piece.buffer, piece.byteOffset, piece.byteLength);
      for (let at = 0; at < piece.length; at += blockBytes) {
        if (view.getUint32(at) !== next++) t.fail(`block ${next - 1}`);
      }
      // Whoever takes its time finds the piece as it was.
      await new Promise(setImmediate);
      if (view.getUint32(piece.length - blockBytes) !== next - 1) t.fail(`block ${next - 1} was written over`);
    }
    t.is(next, blocks);
  });
}

test("the next piece is read while one is used, and no more than that", async (t) => {
  const source = new NumberedBlocks(4 * pieceBlocks);
  const session = await readyMadeImage(source, 0);
  const seen: number[] = [];
  for await (const _piece of session.chunks({})) {
    seen.push(source.pending);
    await new Promise(setImmediate);
  }
  t.deepEqual(seen, [1, 1, 1, 0]);
  t.deepEqual(
    source.asked,
    [0, 1, 2, 3].map((piece) => piece * pieceBlocks),
  );
});

test("nothing is read any more when whoever wanted it has gone", async (t) => {
  const source = new NumberedBlocks(4 * pieceBlocks);
  const session = await readyMadeImage(source, 0);
  for await (const _piece of session.chunks({})) break;
  t.is(source.pending, 0);
  // Nor does anybody hear of what fails then.
  source.failAt = pieceBlocks;
  for await (const _piece of session.chunks({})) break;
  t.is(source.pending, 0);
});

test("a piece that cannot be read is told in its turn", async (t) => {
  const source = new NumberedBlocks(4 * pieceBlocks);
  const session = await readyMadeImage(source, 0);
  source.failAt = 2 * pieceBlocks;
  let pieces = 0;
  const run = async (): Promise<void> => {
    for await (const _piece of session.chunks({})) pieces++;
  };
  await t.throwsAsync(run(), { message: "the test's fault" });
  t.is(pieces, 2);
});
