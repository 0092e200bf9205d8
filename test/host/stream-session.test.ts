import { join } from "node:path";
import { Readable } from "node:stream";
import test from "ava";
import { createDisc, openRecorder, sessionFromStream } from "../../src/device.js";
import { blockBytes } from "../../src/units.js";
import { temporaryFolder } from "../device/support.js";

function bytesOf(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_unused, index) => (index * 7 + Math.floor(index / 997)) % 251));
}

/** A stream whose pieces have nothing to do with blocks. */
function streamOf(bytes: Buffer, pieceBytes: number): Readable {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) pieces.push(bytes.subarray(at, at + pieceBytes));
  return Readable.from(pieces, { objectMode: false });
}

test("whatever the pieces of a stream are, it comes onto the disc as it is, and its last block is filled", async (t) => {
  for (const [media, pieceBytes, length] of [
    ["dvd+r", 1_000, 200_000],
    ["bd-r", 70_001, 64 * blockBytes],
    ["dvd-ram", 3, 10_000],
  ] as const) {
    const path = join(await temporaryFolder(t), "disc");
    await createDisc(path, { media });
    await using recorder = await openRecorder(path);
    const bytes = bytesOf(length);
    const blocks = Math.ceil(length / blockBytes);
    const session = sessionFromStream(streamOf(bytes, pieceBytes), { firstBlock: 0, blocks });
    await recorder.write(session, { verify: "full" });
    const into = new Uint8Array(blocks * blockBytes);
    await recorder.read(0, blocks, into);
    t.true(bytes.equals(into.subarray(0, length)), media);
    t.true(into.subarray(length).every((octet) => octet === 0));
    await t.throwsAsync(session.read(0, 1, into), { code: "E_CONTENT_NOT_REPEATABLE" });
  }
});

test("a stream that is shorter or longer than was said is no session", async (t) => {
  for (const real of [63, 65, 200]) {
    const path = join(await temporaryFolder(t), "disc");
    await createDisc(path, { media: "dvd+r" });
    await using recorder = await openRecorder(path);
    const session = sessionFromStream(streamOf(bytesOf(real * blockBytes), 5_000), { firstBlock: 0, blocks: 64 });
    await t.throwsAsync(recorder.write(session), { code: "E_CONTENT_CHANGED" }, String(real));
    t.true(recorder.state.needsRepair);
  }
});

test("a stream that fails, and one that is cancelled", async (t) => {
  const path = join(await temporaryFolder(t), "disc");
  await createDisc(path, { media: "dvd+r" });
  await using recorder = await openRecorder(path);
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(100_000);
    throw new Error("the stream's own fault");
  }
  const session = sessionFromStream(failing(), { firstBlock: 0, blocks: 64 });
  await t.throwsAsync(recorder.write(session), { message: "the stream's own fault" });
  await recorder.repair();
  const abort = new AbortController();
  const firstBlock = recorder.state.nextWritableAddress!;
  const cancelled = sessionFromStream(streamOf(bytesOf(64 * blockBytes), 5_000), { firstBlock, blocks: 64 });
  abort.abort();
  await t.throwsAsync(recorder.write(cancelled, { signal: abort.signal }), { code: "E_CANCELLED" });
  t.is(recorder.state.state, "appendable");
});
