import test from "ava";
import { encode } from "../../src/codec/struct.js";
import { readTrackInformation } from "../../src/device/mmc/read-track-information.js";
import { Recorder } from "../../src/device/recorder.js";
import { replayTrace } from "../../src/device/replay-transport.js";
import type { Trace } from "../../src/device/trace-reader.js";
import { readTrace } from "../../src/device/trace-reader.js";
import { recordTrace } from "../../src/device/trace-transport.js";
import type { CommandResult, Transfer, Transport } from "../../src/device/transport.js";
import type { DiscError } from "../../src/errors.js";
import { hasCode } from "../../src/errors.js";
import { append, sessionOf } from "./support.js";
import {
  blankDisc,
  instantly,
  MemorySink,
  ok,
  openTraced,
  refused,
  ScriptedDrive,
  stoppedClock,
  threeSessions,
} from "./trace-support.js";

const none = { direction: "none" } as const;
const ready = new Uint8Array(6);
const readCapacity = Uint8Array.of(0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0);
const readTrack = Uint8Array.of(0x52, 1, 0, 0, 0, 1, 0, 0, 8, 0);
const eightBytes = { direction: "in", allocationBytes: 8 } as const;

function bytesOf(transfer: Transfer): number {
  return transfer.direction === "in" ? transfer.allocationBytes : 0;
}

/** A conversation, and the trace of it. */
async function traceOf(talk: (recorder: Recorder) => Promise<void>, path: string): Promise<Trace> {
  const sink = new MemorySink();
  {
    await using recorder = await openTraced(path, sink, stoppedClock);
    await talk(recorder);
  }
  return readTrace(sink.text, "test.trace");
}

/** A trace with some of its text replaced. */
async function changedTrace(path: string, from: RegExp | string, to: string): Promise<Trace> {
  const sink = new MemorySink();
  {
    await using recorder = await openTraced(path, sink, stoppedClock);
    await threeSessions(recorder);
  }
  const text = sink.text.replace(from, to);
  if (text === sink.text) throw new Error("nothing was replaced");
  return readTrace(text, "changed.trace");
}

function detailOf(error: DiscError | undefined): { line: number; expected: string; actual: string } {
  if (!hasCode(error, "E_TRACE_DIFFERENT")) throw new Error(`unexpected: ${error}`);
  return error.detail;
}

for (const media of ["cd-r", "dvd+r", "bd-r"]) {
  test(`${media}: every command that differs is found where it differs`, async (t) => {
    const trace = await traceOf(threeSessions, await blankDisc(t, media));
    const commands = trace.steps.filter((step) => "sent" in step);
    // Each of the first 60 in turn is another one.
    for (const [index, changed] of commands.slice(0, 60).entries()) {
      const cdb = `${changed.sent.cdb.slice(0, -2)}c0`;
      const steps = trace.steps.map((step) =>
        step === changed ? { ...changed, sent: { ...changed.sent, cdb } } : step,
      );
      const drive = replayTrace({ ...trace, steps }, { mode: "strict" });
      const run = async (): Promise<void> => {
        await using recorder = await Recorder.on(drive, instantly);
        await threeSessions(recorder);
      };
      const { line, expected, actual } = detailOf(await t.throwsAsync<DiscError>(run()));
      t.is(line, changed.line, `command ${index + 1}`);
      t.true(expected.includes(`[${cdb}]`));
      t.true(actual.includes(`[${changed.sent.cdb}]`));
    }
  });
}

test("other data that go out are found", async (t) => {
  const trace = await traceOf((recorder) => append(recorder, 1, 32).then(() => {}), await blankDisc(t, "bd-r"));
  const drive = replayTrace(trace, { mode: "strict" });
  await using recorder = await Recorder.on(drive, instantly);
  const error = await t.throwsAsync<DiscError>(recorder.write(sessionOf(2, 0, 32)));
  t.regex(detailOf(error).expected, /^WRITE \(10\) \[.*\], 65536 bytes out with other data$/);
});

test("what differed is told once, and at the end; meanwhile the drive is gone", async (t) => {
  const path = await blankDisc(t, "dvd+r");
  const drive = replayTrace(await changedTrace(path, /"cdb":"2a 00 00 00 00 10/, '"cdb":"2a 00 00 00 00 11'), {
    mode: "strict",
  });
  await using recorder = await Recorder.on(drive, instantly);
  const first = await t.throwsAsync<DiscError>(threeSessions(recorder));
  t.regex(detailOf(first).actual, /^WRITE \(10\) \[2a 00 00 00 00 10/);
  t.deepEqual(await drive.execute(ready, none, 1), { status: "failed", errno: "E_TRACE_DIFFERENT", cause: first });
  await t.throwsAsync(recorder.refresh(), { code: "E_TRANSPORT_FAILED" });
  t.is(await t.throwsAsync(drive.reserve()), first);
  await t.notThrowsAsync(drive.release());
  t.is(
    t.throws(() => drive.finish()),
    first,
  );
});

test("a replay that ends early, or goes on, is told", async (t) => {
  const trace = await traceOf(async () => {}, await blankDisc(t, "dvd+r"));
  const unfinished = replayTrace(trace, { mode: "strict" });
  await unfinished.execute(ready, none, 1);
  const rest = detailOf(t.throws<DiscError>(() => unfinished.finish()));
  t.like(rest, { line: 4, actual: "nothing more" });
  t.regex(rest.expected, /^INQUIRY /);

  const longer = replayTrace(trace, { mode: "strict" });
  {
    await using recorder = await Recorder.on(longer, instantly);
    longer.finish();
    const more = detailOf(await t.throwsAsync<DiscError>(recorder.refresh()));
    t.like(more, { expected: "close", actual: "TEST UNIT READY [00 00 00 00 00 00]" });
  }
  const closed = replayTrace(trace, { mode: "strict" });
  await (await Recorder.on(closed, instantly))[Symbol.asyncDispose]();
  closed.finish();
  const after = detailOf(await t.throwsAsync<DiscError>(closed.execute(ready, none, 1)));
  t.is(after.expected, "the end of the trace");
});

test("events are part of the order", async (t) => {
  const trace = await traceOf((recorder) => append(recorder, 1, 16).then(() => {}), await blankDisc(t, "dvd+r"));
  const drive = replayTrace(trace, { mode: "strict" });
  const error = detailOf(await t.throwsAsync<DiscError>(drive.reserve()));
  t.like(error, { line: 2, expected: "TEST UNIT READY [00 00 00 00 00 00]", actual: "reserve" });
  const other = replayTrace(trace, { mode: "strict" });
  await using recorder = await Recorder.on(other, instantly);
  await t.throwsAsync(recorder.refresh(), {
    code: "E_TRACE_DIFFERENT",
    message: /the trace has reserve, sent is TEST/,
  });
});

test("refusals, lost sense and failures are replayed as they were", async (t) => {
  const answers = [
    refused({ key: 6, asc: 0x28, ascq: 0 }),
    { status: "check", sense: null, rawSense: new Uint8Array(0), data: Uint8Array.of(1, 2) },
    { status: "failed", errno: "ENODEV" },
    // Sense in descriptor format, as some bridges give it.
    {
      status: "check",
      sense: { key: 5, asc: 0x20, ascq: 0 },
      rawSense: Uint8Array.of(0x72, 5, 0x20, 0, 0, 0, 0, 0),
      data: new Uint8Array(0),
    },
    // Sense whose bytes a way to the drive kept for itself.
    { status: "check", sense: { key: 3, asc: 0x0c, ascq: 9 }, rawSense: new Uint8Array(0), data: new Uint8Array(0) },
    ok(Uint8Array.of(0, 0, 0, 9, 0, 0, 8, 0)),
  ] as const;
  const left = [...answers];
  const sink = new MemorySink();
  const traced = recordTrace(new ScriptedDrive(() => left.shift()!), sink);
  for (const answer of answers) t.deepEqual(await traced.execute(readCapacity, eightBytes, 1), answer);
  await traced[Symbol.asyncDispose]();
  const drive = replayTrace(readTrace(sink.text, "answers.trace"), { mode: "strict" });
  t.like(drive, { name: "/dev/scripted", kind: "drive", maximumTransferBytes: 65_536 });
  for (const answer of answers) t.deepEqual(await drive.execute(readCapacity, eightBytes, 1), answer);
  await drive[Symbol.asyncDispose]();
  drive.finish();
});

test("a command that was never answered ends the replay", async (t) => {
  const sink = new MemorySink();
  const drive = new ScriptedDrive((cdb) => (cdb[0] === 0 ? ok() : new Promise(() => {})));
  const traced = recordTrace(drive, sink);
  await traced.execute(ready, none, 1);
  void traced.execute(readCapacity, eightBytes, 1);
  await new Promise(setImmediate);
  for (const mode of ["strict", "byCdb"] as const) {
    const replay = replayTrace(readTrace(sink.text, "hung.trace"), { mode });
    await replay.execute(ready, none, 1);
    const error = detailOf(await t.throwsAsync<DiscError>(replay.execute(readCapacity, eightBytes, 1)));
    t.like(error, { line: 4, expected: "no answer to READ CAPACITY [25 00 00 00 00 00 00 00 00 00], 8 bytes in" });
  }
});

test("by CDB: each gets its answers in order, and the last one again", async (t) => {
  const sink = new MemorySink();
  let asked = 0;
  const traced = recordTrace(new ScriptedDrive((cdb) => ok(cdb[0] === 0 ? undefined : Uint8Array.of(++asked))), sink);
  await traced.execute(readCapacity, eightBytes, 1);
  await traced.execute(ready, none, 1);
  await traced.execute(readCapacity, eightBytes, 1);
  const drive = replayTrace(readTrace(sink.text, "some.trace"), { mode: "byCdb" });
  await drive.reserve();
  for (const expected of [1, 2, 2, 2]) {
    t.deepEqual(await drive.execute(readCapacity, eightBytes, 1), ok(Uint8Array.of(expected)));
    t.deepEqual(await drive.execute(ready, none, 1), ok());
  }
  await drive.release();
  drive.finish();
  const error = detailOf(await t.throwsAsync<DiscError>(drive.execute(readTrack, eightBytes, 1)));
  t.like(error, {
    line: 1,
    expected: "no such command",
    actual: "READ TRACK INFORMATION [52 01 00 00 00 01 00 00 08 00], 8 bytes in",
  });
  t.throws(() => drive.finish(), { code: "E_TRACE_DIFFERENT" });
});

test("by CDB: a reply is cut to what is asked for, as a drive does it", async (t) => {
  const sink = new MemorySink();
  const reply = Uint8Array.of(0, 6, 1, 1, 0, 4, 0x41, 1);
  const traced = recordTrace(new ScriptedDrive((_cdb, transfer) => ok(reply.subarray(0, bytesOf(transfer)))), sink);
  const ask = async (drive: Transport, bytes: number, track = 1): Promise<CommandResult> => {
    const fields = { addressType: 1, address: track, allocationLength: bytes };
    return await drive.execute(
      encode(readTrackInformation.cdb, fields),
      { direction: "in", allocationBytes: bytes },
      1,
    );
  };
  await ask(traced, 4);
  await ask(traced, 6);
  const drive = replayTrace(readTrace(sink.text, "some.trace"), { mode: "byCdb" });
  t.deepEqual(await ask(drive, 2), ok(reply.subarray(0, 2)));
  t.deepEqual(await ask(drive, 5), ok(reply.subarray(0, 5)));
  // How it goes on was not recorded.
  await t.throwsAsync(ask(drive, 8), { code: "E_TRACE_DIFFERENT" });
  const other = replayTrace(readTrace(sink.text, "some.trace"), { mode: "byCdb" });
  await t.throwsAsync(ask(other, 4, 2), { code: "E_TRACE_DIFFERENT" }, "another track");
});

test("by CDB: a reply that was shorter than asked for is all there is", async (t) => {
  const sink = new MemorySink();
  const short = Uint8Array.of(0, 2, 1, 1);
  const traced = recordTrace(new ScriptedDrive(() => ok(short)), sink);
  await traced.execute(readTrack, eightBytes, 1);
  const drive = replayTrace(readTrace(sink.text, "short.trace"), { mode: "byCdb" });
  const more = Uint8Array.from(readTrack);
  more[8] = 48;
  t.deepEqual(await drive.execute(more, { direction: "in", allocationBytes: 48 }, 1), ok(short));
});

test("by CDB: what is not in the trace may be refused, as by a drive that does not know it", async (t) => {
  const sink = new MemorySink();
  const traced = recordTrace(new ScriptedDrive(() => ok(new Uint8Array(8))), sink);
  await traced.execute(readTrack, eightBytes, 1);
  const drive = replayTrace(readTrace(sink.text, "old.trace"), { mode: "byCdb", unknown: "refuse" });
  t.deepEqual(await drive.execute(readCapacity, eightBytes, 1), refused({ key: 5, asc: 0x20, ascq: 0 }));
  const second = Uint8Array.from(readTrack);
  second[5] = 2;
  t.deepEqual(await drive.execute(second, eightBytes, 1), refused({ key: 5, asc: 0x24, ascq: 0 }));
  drive.finish();
});

test("by CDB: the state of a disc is read in any order, as often as wanted", async (t) => {
  const path = await blankDisc(t, "dvd+r");
  {
    await using recorder = await openTraced(path, new MemorySink());
    for (const blocks of [20, 30, 40]) await append(recorder, blocks, blocks);
  }
  let expected: Recorder | undefined;
  const trace = await traceOf(async (recorder) => {
    expected = recorder;
    await recorder.multisessionInterfaces();
  }, path);
  await using recorder = await Recorder.on(replayTrace(trace, { mode: "byCdb" }));
  for (let time = 0; time < 3; time++) t.deepEqual(await recorder.refresh(), expected!.state);
  t.is(recorder.sessions.length, 3);
});
