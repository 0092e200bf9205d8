import { Readable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import test from "ava";
import fc from "fast-check";
import { rechunk } from "../../src/host/rechunk.js";
import { streamedImage } from "../../src/host/streamed-image.js";

async function gather(chunks: AsyncIterable<Uint8Array>): Promise<Buffer[]> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(Buffer.from(chunk));
  return all;
}

test("chunks have one length, the last is filled with zeros, and nothing is lost", async (t) => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 5000 }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(pieces, fc.integer({ min: 1, max: 9000 }), async (given, chunkBytes) => {
      const chunks = await gather(rechunk(Readable.from(given.map((piece) => Buffer.from(piece))), chunkBytes));
      const whole = Buffer.concat(given);
      t.true(chunks.every((chunk) => chunk.length === chunkBytes));
      t.is(chunks.length, Math.ceil(whole.length / chunkBytes));
      const filled = Buffer.alloc(chunks.length * chunkBytes);
      whole.copy(filled);
      t.true(Buffer.concat(chunks).equals(filled));
    }),
    { numRuns: 60 },
  );
});

test("large pieces pass in order", async (t) => {
  const piece = Buffer.from(Uint8Array.from({ length: 3_000_001 }, (_, index) => index % 253));
  const chunks = await gather(rechunk(Readable.from([piece, piece]), 65_536));
  t.true(
    Buffer.concat(chunks)
      .subarray(0, 6_000_002)
      .equals(Buffer.concat([piece, piece])),
  );
});

test("a consumer that stops, a source that fails, and a signal end it", async (t) => {
  const source = async function* (): AsyncGenerator<Buffer> {
    for (;;) {
      // Timers have their turn, as with every source that really waits.
      await nextTurn();
      yield Buffer.alloc(100_000);
    }
  };
  for await (const chunk of rechunk(source(), 32_768)) {
    t.is(chunk.length, 32_768);
    break;
  }
  const failing = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.alloc(100_000);
    throw new Error("the source failed");
  };
  await t.throwsAsync(gather(rechunk(failing(), 32_768)), { message: "the source failed" });
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 20);
  await t.throwsAsync(gather(rechunk(source(), 32_768, controller.signal)), { name: "AbortError" });
  await t.throwsAsync(gather(rechunk(source(), 0)), { instanceOf: RangeError });
});

test("a stream has to have the length that was announced", async (t) => {
  const streamOf = (bytes: number): Readable => Readable.from([Buffer.alloc(bytes, 1)]);
  const blocksRead = async (bytes: number, blocks: number): Promise<number> => {
    const image = await streamedImage(streamOf(bytes), blocks, 0);
    return (await gather(image.chunks())).reduce((sum, chunk) => sum + chunk.length, 0) / 2048;
  };
  t.is(await blocksRead(2048 * 100, 100), 100);
  t.is(await blocksRead(2048 * 99 + 1, 100), 100);
  t.is(await blocksRead(2048 * 32, 32), 32);
  for (const [bytes, blocks] of [
    [2048 * 99, 100],
    [2048 * 100 + 1, 100],
    [2048 * 200, 100],
    [2048 * 10, 26],
    [2048 * 64, 32],
  ] as const) {
    await t.throwsAsync(blocksRead(bytes, blocks), { code: "E_CONTENT_CHANGED" }, `${bytes} ${blocks}`);
  }
});
