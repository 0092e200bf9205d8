/** Sessions of UDF alone: found in the blocks, told whole from torn. */
import test from "ava";
import { openImage, readSessions } from "../../../src/fs/image/open-image.js";
import { verifyImage } from "../../../src/fs/verify/verify.js";
import { MemorySource } from "../../../src/medium/memory-source.js";
import type { Session } from "../../../src/medium/session.js";
import { icbAt, MadeVolume, shortExtent } from "../../support/hand-made-udf.js";
import { BadBlocks, openUdf, rootOf } from "../../support/opened-udf.js";
import { besidesUdfRules } from "../../support/udf-findings.js";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A session with one file, named by where it starts, whose content is the last thing in it. */
function session(start: number, blocks = 640): MadeVolume {
  const volume = new MadeVolume({ start, blocks });
  volume.root([{ name: `at ${start}`, icb: icbAt(3) }]);
  const last = blocks - 288 - 260;
  volume.entry(3, { form: 0, allocation: shortExtent(5, last), length: 5, uniqueId: 16 });
  volume.data(last, text("hello"));
  return volume;
}

/** An image with sessions that start at these blocks. */
function discOf(starts: readonly number[], blocks: number): Uint8Array {
  const bytes = new Uint8Array(blocks * 2048);
  for (const start of starts) {
    const made = session(start);
    bytes.set(made.bytes.subarray(start * 2048), start * 2048);
  }
  return bytes;
}

async function startsOf(bytes: Uint8Array, scan = false): Promise<number[][]> {
  const sessions = await readSessions(new MemorySource(bytes), { scan });
  return sessions.map(({ startLba, blocks, endLba }) => [startLba, blocks ?? -1, endLba]);
}

test("sessions one behind the other, with gaps", async (t) => {
  const bytes = discOf([0, 640, 2000], 3000);
  const expected = [
    [0, 640, 640],
    [640, 1360, 2000],
    [2000, 1000, 3000],
  ];
  t.deepEqual(await startsOf(bytes), expected);
  t.deepEqual(await startsOf(bytes, true), expected);
  for (const [options, name] of [
    [{}, "at 2000"],
    [{ session: 1 }, "at 0"],
    [{ session: -1 }, "at 640"],
    [{ start: 640 }, "at 640"],
  ] as const) {
    const opened = await openUdf(bytes, options);
    t.deepEqual(await rootOf(opened), { [name]: "hello" });
    t.deepEqual(opened.warnings(), []);
  }
  const report = await verifyImage(new MemorySource(bytes));
  t.deepEqual(besidesUdfRules(report.findings), []);
  t.is(report.sessions, 3);
  t.is(report.directories, 1, "of the session that has most");
});

test("a file that can grow: the first session at block 32, the newest one's anchor at 256", async (t) => {
  const bytes = discOf([32, 704], 1400);
  const copy = (from: number, to: number): void => {
    bytes.copyWithin(to * 2048, from * 2048, (from + 1) * 2048);
  };
  // What announces the newest session, and an anchor that leads to its sequences.
  for (let block = 16; block < 19; block++) copy(704 + block, block);
  const newest = new MadeVolume({ start: 0 });
  newest.anchor(256, 704 + 100, 704 + 120);
  bytes.set(newest.block(256), 256 * 2048);
  t.deepEqual(await startsOf(bytes), [
    [32, 672, 704],
    [704, 696, 1400],
  ]);
  t.deepEqual(await startsOf(bytes, true), await startsOf(bytes));
  t.deepEqual(await rootOf(await openUdf(bytes)), { "at 704": "hello" });
  // The anchor leads back to the first one: what everybody mounts is a session of its own.
  newest.anchor(256, 32 + 100, 32 + 120);
  bytes.set(newest.block(256), 256 * 2048);
  t.deepEqual(
    (await startsOf(bytes)).map(([start]) => start),
    [32, 704, 0],
  );
  t.deepEqual(await rootOf(await openUdf(bytes)), { "at 32": "hello" });
});

test("images inside of images are no sessions: their anchors state other blocks", async (t) => {
  const bytes = discOf([0], 2000);
  bytes.set(session(0).bytes, 1000 * 2048);
  t.deepEqual(await startsOf(bytes), [[0, 2000, 2000]]);
  t.deepEqual(await startsOf(bytes, true), [[0, 2000, 2000]]);
});

/** A disc whose table of contents has these sessions. */
function withTable(
  bytes: Uint8Array,
  sessions: readonly (readonly [start: number, blocks: number])[],
  bad: number[] = [],
) {
  const table = sessions.map(
    ([startLba, blocks], index): Session => ({ number: index + 1, startLba, blocks, state: "complete", data: true }),
  );
  return Object.assign(new BadBlocks(bytes, bad), { sessions: table });
}

test("a session that was cut off is passed over", async (t) => {
  const bytes = discOf([0, 640], 1280);
  // The content of the second session's file is in block 640 + 380.
  const recorded = 640 + 370;
  const missing = Array.from({ length: 1280 - recorded }, (_, index) => recorded + index);
  const source = withTable(
    bytes,
    [
      [0, 640],
      [640, 370],
    ],
    missing,
  );
  const opened = await openUdf(source);
  t.deepEqual(await rootOf(opened), { "at 0": "hello" });
  t.deepEqual(opened.warnings(), ["W_SESSION_DAMAGED"]);
  const whole = withTable(bytes, [
    [0, 640],
    [640, 640],
  ]);
  t.deepEqual(await rootOf(await openUdf(whole)), { "at 640": "hello" });
  // What is missing is nothing that the tree needs.
  const anchors = Array.from({ length: 200 }, (_, index) => 1080 + index);
  const shorter = withTable(
    bytes,
    [
      [0, 640],
      [640, 440],
    ],
    anchors,
  );
  t.deepEqual(await rootOf(await openUdf(shorter)), { "at 640": "hello" });
});

test("a session that was torn before its anchors shows none of the one before it", async (t) => {
  const bytes = discOf([0, 640], 1280);
  bytes.fill(0, (640 + 200) * 2048, 1280 * 2048);
  const source = withTable(bytes, [
    [0, 640],
    [640, 200],
  ]);
  const { sessions, session: opened } = await openImage(source);
  t.is(opened.number, 1);
  t.deepEqual(
    sessions.map(({ fileSystems }) => fileSystems),
    [["udf"], []],
  );
});

test("an image that ends before its partitions do is told of", async (t) => {
  const volume = session(0);
  const opened = await openUdf(volume.bytes.subarray(0, 600 * 2048));
  t.deepEqual(await rootOf(opened), { "at 0": "hello" });
  t.deepEqual(opened.warnings(), ["volume-larger-than-medium"]);
});
