import test from "ava";
import { encode } from "../../src/codec/struct.js";
import { inquiry } from "../../src/device/mmc/inquiry.js";
import { read10 } from "../../src/device/mmc/read-10.js";
import type { Sense } from "../../src/device/mmc/sense.js";
import { write10 } from "../../src/device/mmc/write-10.js";
import { readTrace } from "../../src/device/trace-reader.js";
import type { TraceRow } from "../../src/device/trace-table.js";
import { driveOfStep, TraceTable } from "../../src/device/trace-table.js";
import { recordTrace } from "../../src/device/trace-transport.js";
import type { CommandResult, Transfer } from "../../src/device/transport.js";
import { MemorySink, ok, refused, ScriptedDrive } from "./trace-support.js";

const ready = new Uint8Array(6);
const longWrite: Sense = { key: 2, asc: 4, ascq: 8 };

/** One command and its answer. */
interface Talk {
  readonly cdb: Uint8Array;
  readonly transfer: Transfer;
  readonly answer: CommandResult;
}

function writing(lba: number, blocks: number, answer: CommandResult = ok()): Talk {
  const cdb = encode(write10.cdb, { logicalBlockAddress: lba, transferBlocks: blocks });
  return { cdb, transfer: { direction: "out", data: new Uint8Array(blocks * 2048) }, answer };
}

function reading(lba: number, blocks: number, bytes = blocks * 2048): Talk {
  const cdb = encode(read10.cdb, { logicalBlockAddress: lba, transferBlocks: blocks });
  const transfer: Transfer = { direction: "in", allocationBytes: blocks * 2048 };
  return { cdb, transfer, answer: ok(new Uint8Array(bytes)) };
}

function asking(answer: CommandResult): Talk {
  return { cdb: ready, transfer: { direction: "none" }, answer };
}

/** The rows of a conversation in which every command takes a millisecond. */
async function rowsOf(talks: readonly Talk[], isEach = false): Promise<TraceRow[]> {
  const sink = new MemorySink();
  const answers = talks.map(({ answer }) => answer);
  let now = 0;
  const drive = new ScriptedDrive(() => {
    now++;
    return answers.shift()!;
  });
  const traced = recordTrace(drive, sink, { now: () => now });
  for (const { cdb, transfer } of talks) await traced.execute(cdb, transfer, 1);
  const table = new TraceTable(isEach);
  const rows = readTrace(sink.text, "x").steps.flatMap((step) => table.take(step));
  return [...rows, ...table.end()];
}

function shown({ numbers, ms, command, fields, result }: TraceRow): string {
  return [numbers, ms, command, fields, result].join(" | ");
}

test("writes and reads that go on are one row, the last piece may be shorter", async (t) => {
  const rows = await rowsOf([
    writing(0, 16),
    writing(16, 16),
    writing(32, 5),
    reading(0, 8),
    reading(8, 8),
    reading(16, 1),
  ]);
  t.deepEqual(rows.map(shown), [
    "1-3 | 3 | WRITE (10) × 3 | blocks 0 to 36, 16 at a time | ok",
    "4-6 | 3 | READ (10) × 3 | blocks 0 to 16, 8 at a time | ok, 16384 bytes",
  ]);
  t.deepEqual(
    rows.map(({ atMs }) => atMs),
    [0, 3],
  );
});

test("a gap, a short reply and an error begin a row of their own", async (t) => {
  const rows = await rowsOf([
    writing(0, 16),
    writing(32, 16),
    writing(48, 16, refused(longWrite)),
    writing(48, 16, refused(longWrite)),
    writing(48, 16),
    reading(0, 16),
    reading(16, 16, 2048),
    reading(100, 1),
  ]);
  t.deepEqual(rows.map(shown), [
    "1 | 1 | WRITE (10) | blocks 0 to 15 | ok",
    "2 | 1 | WRITE (10) | blocks 32 to 47 | ok",
    "3-4 | 2 | WRITE (10) × 2 | blocks 48 to 63, 16 at a time | not ready: long write in progress (2/04/08)",
    "5 | 1 | WRITE (10) | blocks 48 to 63 | ok",
    "6 | 1 | READ (10) | blocks 0 to 15 | ok, 32768 bytes",
    "7 | 1 | READ (10) | blocks 16 to 31 | ok, 2048 of 32768 bytes",
    "8 | 1 | READ (10) | block 100 | ok, 2048 bytes",
  ]);
});

test("polling is one row for each answer", async (t) => {
  const talks = [asking(refused(longWrite)), asking(refused(longWrite)), asking(ok()), asking(ok())];
  t.deepEqual((await rowsOf(talks)).map(shown), [
    "1-2 | 2 | TEST UNIT READY × 2 |  | not ready: long write in progress (2/04/08)",
    "3-4 | 2 | TEST UNIT READY × 2 |  | ok",
  ]);
  t.is((await rowsOf(talks, true)).length, 4, "each, where that is asked for");
});

test("commands that nobody knows, and answers of every kind", async (t) => {
  const unknown = Uint8Array.of(0xe5, 1, 0, 0, 0, 0);
  const rows = await rowsOf([
    { cdb: unknown, transfer: { direction: "in", allocationBytes: 4 }, answer: ok(new Uint8Array(4)) },
    { cdb: unknown, transfer: { direction: "none" }, answer: { status: "failed", errno: "ENODEV" } },
    asking({ status: "check", sense: null, rawSense: new Uint8Array(0), data: new Uint8Array(0) }),
  ]);
  t.deepEqual(rows.map(shown), [
    "1 | 1 | operation code e5h |  | ok, 4 bytes",
    "2 | 1 | operation code e5h |  | failed: ENODEV",
    "3 | 1 | TEST UNIT READY |  | no sense",
  ]);
});

test("a command that was never answered, and events", async (t) => {
  const sink = new MemorySink();
  const traced = recordTrace(new ScriptedDrive(() => new Promise(() => {})), sink, { now: () => 0 });
  await traced.reserve();
  void traced.execute(ready, { direction: "none" }, 1);
  await new Promise(setImmediate);
  const table = new TraceTable(false);
  const rows = readTrace(sink.text, "x").steps.flatMap((step) => table.take(step));
  t.deepEqual([...rows, ...table.end()].map(shown), [
    " |  | reserve |  | ok",
    "1 |  | TEST UNIT READY |  | no answer: the trace ends here",
  ]);
});

test("who made the drive is in the INQUIRY that was answered", async (t) => {
  const sink = new MemorySink();
  const reply = Buffer.from(
    `\x05\x80\x05\x02\x1f\0\0\0${"PIONEER".padEnd(8)}${"BD-RW BDR-212".padEnd(16)}1.02`,
    "latin1",
  );
  const answers = [refused({ key: 6, asc: 0x29, ascq: 0 }), ok(reply.subarray(0, 5)), ok(reply)];
  const traced = recordTrace(new ScriptedDrive(() => answers.shift()!), sink);
  const cdb = encode(inquiry.cdb, { vitalProductData: false, pageCode: 0, allocationLength: 36 });
  for (let time = 0; time < 3; time++) await traced.execute(cdb, { direction: "in", allocationBytes: 36 }, 1);
  await traced.reserve();
  const [, , ...found] = readTrace(sink.text, "x").steps.map(driveOfStep);
  t.deepEqual(readTrace(sink.text, "x").steps.slice(0, 2).map(driveOfStep), [undefined, undefined]);
  t.deepEqual(found, [{ vendor: "PIONEER", product: "BD-RW BDR-212", revision: "1.02" }, undefined]);
});

test("details show CDB, data, what they mean, and sense", async (t) => {
  const cdb = Uint8Array.of(0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  const transfer: Transfer = { direction: "in", allocationBytes: 8 };
  const [capacity, write, refusal] = await rowsOf([
    { cdb, transfer, answer: ok(Uint8Array.of(0, 0, 0, 9, 0, 0, 8, 0)) },
    writing(0, 1),
    asking(refused(longWrite)),
  ]);
  t.deepEqual(capacity!.details, [
    "CDB: 25 00 00 00 00 00 00 00 00 00",
    "received: 0000000900000800",
    "lastBlockAddress 9, blockLengthBytes 2048",
  ]);
  t.deepEqual(write!.details, [
    "CDB: 2a 00 00 00 00 00 00 00 01 00",
    "sent, SHA-256: e5a00aa9991ac8a5ee3109844d84a55583bd20572ad3ffcd42792f3c36b183ad",
  ]);
  t.deepEqual(refusal!.details, ["CDB: 00 00 00 00 00 00", "sense: 700002000000000a00000000040800000000"]);
});
