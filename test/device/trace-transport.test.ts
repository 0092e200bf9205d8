import { setImmediate } from "node:timers/promises";
import test from "ava";
import { encode } from "../../src/codec/struct.js";
import { encodeConfiguration, getConfiguration } from "../../src/device/mmc/get-configuration.js";
import { inquiry, standardInquiryData } from "../../src/device/mmc/inquiry.js";
import { read10 } from "../../src/device/mmc/read-10.js";
import { encodeStructure, readDiscStructure } from "../../src/device/mmc/read-disc-structure.js";
import {
  encodeMediaSerialNumber,
  mediaSerialNumberAction,
  readMediaSerialNumber,
} from "../../src/device/mmc/read-media-serial-number.js";
import { testUnitReady } from "../../src/device/mmc/test-unit-ready.js";
import { write10 } from "../../src/device/mmc/write-10.js";
import { replayTrace } from "../../src/device/replay-transport.js";
import { readTrace } from "../../src/device/trace-reader.js";
import type { TraceOptions, TraceSink } from "../../src/device/trace-transport.js";
import { recordTrace } from "../../src/device/trace-transport.js";
import type { CommandResult, Transport } from "../../src/device/transport.js";
import type { Warning } from "../../src/errors.js";
import { DiscError } from "../../src/errors.js";
import { openPlainly, readsBack } from "./support.js";
import {
  blankDisc,
  MemorySink,
  ok,
  openTraced,
  refused,
  ScriptedDrive,
  stoppedClock,
  threeSessions,
} from "./trace-support.js";

const ready = encode(testUnitReady.cdb, {});
const none = { direction: "none" } as const;
const read = (lba: number, blocks: number): Uint8Array =>
  encode(read10.cdb, { logicalBlockAddress: lba, transferBlocks: blocks });

function recorded(sink: MemorySink): Record<string, unknown>[] {
  return sink.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Records one command; gives its two lines and what the caller got. */
async function one(
  cdb: Uint8Array,
  answer: CommandResult,
  options: TraceOptions = {},
  allocationBytes = 4096,
): Promise<{ sent: Record<string, unknown>; ended: Record<string, unknown>; result: CommandResult; text: string }> {
  const sink = new MemorySink();
  const traced = recordTrace(new ScriptedDrive(() => answer), sink, { ...stoppedClock, ...options });
  const result = await traced.execute(cdb, { direction: "in", allocationBytes }, 1000);
  const [, sent, ended] = recorded(sink);
  return { sent: sent!, ended: ended!, result, text: sink.text };
}

test("the header says what is recorded", async (t) => {
  const sink = new MemorySink();
  const drive = { vendor: "HL-DT-ST", product: "BD-RE", revision: "1.03" };
  const options = { ...stoppedClock, program: "discsmith 1.2.3", drive };
  await recordTrace(new ScriptedDrive(() => ok()), sink, options)[Symbol.asyncDispose]();
  t.deepEqual(recorded(sink), [
    {
      trace: 1,
      device: "/dev/scripted",
      kind: "drive",
      maximumTransferBytes: 65_536,
      drive,
      program: "discsmith 1.2.3",
      started: "2023-11-14T22:13:20.000Z",
      blocks: "digest",
      serialNumbers: "redacted",
    },
    { event: "close", atMs: 0, result: "ok" },
  ]);
  t.true(sink.isClosed);
});

test("the folders of an emulated disc are nobody's business", async (t) => {
  const sink = new MemorySink();
  const path = await blankDisc(t, "dvd+r");
  await using _recorder = await openTraced(path, sink);
  t.is(recorded(sink)[0]!.device, "dvd+r.disc");
  t.false(sink.text.includes(path));
});

test("a command is written down before it is sent, and again when it has ended", async (t) => {
  const sink = new MemorySink();
  let whileRunning = 0;
  const drive = new ScriptedDrive(() => {
    whileRunning = sink.lines.length;
    return refused({ key: 5, asc: 0x21, ascq: 0x02 });
  });
  const traced = recordTrace(drive, sink, stoppedClock);
  const data = new Uint8Array(2048).fill(7);
  const cdb = encode(write10.cdb, { logicalBlockAddress: 32, transferBlocks: 1 });
  const result = await traced.execute(cdb, { direction: "out", data }, 200_000);
  t.deepEqual(result, refused({ key: 5, asc: 0x21, ascq: 0x02 }));
  t.is(whileRunning, 2);
  t.deepEqual(recorded(sink).slice(1), [
    {
      send: 1,
      atMs: 0,
      command: "WRITE (10)",
      cdb: "2a 00 00 00 00 20 00 00 01 00",
      fields: { logicalBlockAddress: 32, transferBlocks: 1 },
      direction: "out",
      bytes: 2048,
      timeoutMs: 200_000,
      data: { sha256: "e4fde89f39bc53b90e9935a8015b80dd6e4135485e894094a3517fa250e344ae" },
    },
    {
      answer: 1,
      ms: 0,
      status: "check",
      sense: { key: 5, asc: 0x21, ascq: 2, text: "illegal request: invalid address for write (5/21/02)" },
      rawSense: "70000500000000 0a 00000000 2102 00 000000".replaceAll(" ", ""),
    },
  ]);
});

test("the trace of a drive that hangs ends with the command that it hangs in", async (t) => {
  const sink = new MemorySink();
  const drive = new ScriptedDrive((cdb) => (cdb[0] === 0 ? ok() : new Promise(() => {})));
  const traced = recordTrace(drive, sink);
  await traced.execute(ready, none, 1000);
  void traced.execute(read(16, 1), { direction: "in", allocationBytes: 2048 }, 1000);
  await setImmediate();
  const trace = readTrace(sink.text, "hung.trace");
  t.false(trace.isComplete);
  t.like(trace.steps.at(-1), { sent: { send: 2, command: "READ (10)" }, answer: null });
});

test("commands that come at once are recorded one after the other", async (t) => {
  const sink = new MemorySink();
  const traced = recordTrace(new ScriptedDrive(async () => setImmediate(ok())), sink);
  await Promise.all(
    [1, 2, 3].map((lba) => traced.execute(read(lba, 1), { direction: "in", allocationBytes: 2048 }, 1)),
  );
  await traced.reserve();
  t.deepEqual(
    recorded(sink).map((line) => line.send ?? line.answer ?? line.event ?? "header"),
    ["header", 1, 1, 2, 2, 3, 3, "reserve"],
  );
});

test("reservations are recorded with how they ended", async (t) => {
  const sink = new MemorySink();
  const path = await blankDisc(t, "bd-r");
  const other = await openPlainly(path);
  await using recorder = await openTraced(path, sink, stoppedClock);
  await other.write({
    firstBlock: 0,
    blocks: 32,
    importedFrom: null,
    read: async () => {},
    async *chunks() {
      await t.throwsAsync(recorder.repair(), { code: "E_DISC_BUSY" });
      yield new Uint8Array(32 * 2048);
    },
  });
  await other[Symbol.asyncDispose]();
  const events = recorded(sink).filter(({ event }) => event !== undefined);
  t.deepEqual(events, [{ event: "reserve", atMs: 0, result: "E_DISC_BUSY" }]);
  // And are replayed so.
  const drive = replayTrace(readTrace(sink.text, "busy.trace"), { mode: "byCdb" });
  await drive.reserve();
  const strict = replayTrace(readTrace(`${sink.lines[0]}${sink.lines.at(-1)}`, "busy.trace"), { mode: "strict" });
  await t.throwsAsync(strict.reserve(), { code: "E_DISC_BUSY" });
});

test("what a drive answers passes through as it is", async (t) => {
  const answers: CommandResult[] = [
    ok(Uint8Array.of(1, 2, 3)),
    refused({ key: 2, asc: 4, ascq: 1 }),
    { status: "check", sense: null, rawSense: new Uint8Array(0), data: Uint8Array.of(9) },
    { status: "failed", errno: "EIO", cause: new Error("/home/somebody/secret") },
  ];
  for (const answer of answers) {
    const { result, text } = await one(read(0, 1), answer);
    t.is(result, answer);
    t.false(text.includes("somebody"));
  }
});

test("residual bytes are told", async (t) => {
  const { ended } = await one(encode(testUnitReady.cdb, {}), ok(new Uint8Array(8)), {}, 34);
  t.like(ended, { bytes: 8, residualBytes: 26 });
});

test("blocks are digests, but for volume descriptors", async (t) => {
  const data = new Uint8Array(3 * 2048).fill(0x61);
  data.fill(0, 2048, 4096);
  data.set(Buffer.from("\x01CD001\x01"), 2048);
  data.set(Buffer.from("HOLIDAYS"), 2048 + 40);
  const { ended, text } = await one(read(15, 3), ok(data), {}, data.length);
  const kept = [{ at: 2048, hex: Buffer.from(data.subarray(2048, 2048 + 48)).toString("hex") }];
  t.like(ended, { data: { kept } });
  t.false(text.includes("6161616161616161"));
  const trace = readTrace(text, "read.trace");
  const replayed = await replayTrace(trace, { mode: "strict" }).execute(
    read(15, 3),
    { direction: "in", allocationBytes: data.length },
    1,
  );
  if (replayed.status !== "ok") return t.fail();
  t.deepEqual(replayed.data.subarray(2048, 4096), data.subarray(2048, 4096));
  t.is(replayed.data.length, data.length);
});

test("blocks are whole where that is asked for", async (t) => {
  const data = crypto.getRandomValues(new Uint8Array(5 * 2048));
  const { text } = await one(read(15, 5), ok(data), { wholeBlocks: true }, data.length);
  const drive = replayTrace(readTrace(text, "read.trace"), { mode: "strict" });
  const replayed = await drive.execute(read(15, 5), { direction: "in", allocationBytes: data.length }, 1);
  t.deepEqual(replayed, ok(data));
});

test("of commands that nobody knows there is a digest alone", async (t) => {
  const { sent, ended, text } = await one(Uint8Array.of(0xe5, 1, 2, 3, 4, 5), ok(Buffer.from("secret of the maker")));
  t.like(sent, { command: null, fields: {}, cdb: "e5 01 02 03 04 05" });
  t.is(typeof (ended.data as { sha256?: string }).sha256, "string");
  t.false(text.includes(Buffer.from("secret").toString("hex")));
});

const serialNumber = Buffer.from("K9XC1LQ0042");
const feature = { version: 0, persistent: true, current: true };
const withSerialNumbers: Readonly<Record<string, readonly [cdb: Uint8Array, reply: Uint8Array]>> = {
  "unit serial number page": [
    encode(inquiry.cdb, { vitalProductData: true, pageCode: 0x80, allocationLength: 255 }),
    Buffer.concat([Uint8Array.of(5, 0x80, 0, serialNumber.length), serialNumber]),
  ],
  "vendor specific bytes of INQUIRY": [
    encode(inquiry.cdb, { vitalProductData: false, pageCode: 0, allocationLength: 96 }),
    Buffer.concat([
      encode(standardInquiryData, {
        peripheralDeviceType: 5,
        removableMedium: true,
        version: 5,
        responseDataFormat: 2,
        additionalLength: 91,
        vendorIdentification: "MAKER",
        productIdentification: "BURNER",
        productRevisionLevel: "1.00",
      }),
      serialNumber,
      new Uint8Array(60 - serialNumber.length),
    ]),
  ],
  "serial number feature": [
    encode(getConfiguration.cdb, { requestedType: 0, startingFeatureNumber: 0, allocationLength: 4096 }),
    encodeConfiguration({
      currentProfile: 0x1b,
      features: [
        { ...feature, code: 0x0107, payload: Uint8Array.of(1, 2, 3, 4) },
        { ...feature, code: 0x0108, payload: Buffer.concat([serialNumber, new Uint8Array(1)]) },
        { ...feature, code: 0x010a, payload: Uint8Array.of(5, 6, 7, 8) },
      ],
    }),
  ],
  "serial number feature, cut off": [
    encode(getConfiguration.cdb, { requestedType: 0, startingFeatureNumber: 0, allocationLength: 4096 }),
    encodeConfiguration({
      currentProfile: 0x1b,
      features: [{ ...feature, code: 0x0108, payload: Buffer.concat([serialNumber, new Uint8Array(5)]) }],
    }).slice(0, 12 + serialNumber.length),
  ],
  "burst cutting area": [
    encode(readDiscStructure.cdb, { mediaType: 1, address: 0, layerNumber: 0, format: 3, allocationLength: 192 }),
    encodeStructure(serialNumber),
  ],
  "medium's serial number": [
    encode(readMediaSerialNumber.cdb, { serviceAction: mediaSerialNumberAction, allocationLength: 252 }),
    encodeMediaSerialNumber(serialNumber),
  ],
};

for (const [what, [cdb, reply]] of Object.entries(withSerialNumbers)) {
  test(`${what}: redacted unless asked for`, async (t) => {
    const secret = serialNumber.toString("hex");
    t.true(Buffer.from(reply).includes(serialNumber));
    const { text, result, ended } = await one(cdb, ok(reply));
    t.deepEqual(result, ok(reply));
    t.true(Buffer.from(reply).includes(serialNumber), "the caller gets what the drive said");
    t.false(text.includes(secret));
    const { hex, redacted } = ended.data as { hex: string; redacted: [number, number][] };
    t.is(hex.length, 2 * reply.length);
    // What is not a serial number is as it was.
    const shown = Buffer.from(hex, "hex");
    const expected = Buffer.from(reply);
    for (const [at, bytes] of redacted) {
      t.true(at >= 4 && at + bytes <= reply.length);
      expected.fill("X", at, at + bytes);
    }
    t.deepEqual(shown, expected);
    t.true((await one(cdb, ok(reply), { serialNumbers: true })).text.includes(secret));
  });
}

test("how a disc was made is not redacted", async (t) => {
  const fields = { mediaType: 0, address: 0, layerNumber: 0, format: 0x11, allocationLength: 60 };
  const maker = Buffer.from("RICOHJPN");
  const { ended } = await one(encode(readDiscStructure.cdb, fields), ok(encodeStructure(maker)));
  t.deepEqual(ended.data, { hex: `000a0000${maker.toString("hex")}` });
});

test("the list of pages and other features are not redacted", async (t) => {
  const pages = encode(inquiry.cdb, { vitalProductData: true, pageCode: 0, allocationLength: 255 });
  t.deepEqual((await one(pages, ok(Uint8Array.of(5, 0, 0, 2, 0, 0x80)))).ended.data, { hex: "050000020080" });
  const configuration = encodeConfiguration({
    currentProfile: 9,
    features: [{ ...feature, code: 1, payload: new Uint8Array(8) }],
  });
  const [all] = withSerialNumbers["serial number feature"]!;
  t.deepEqual((await one(all, ok(configuration))).ended.data, { hex: Buffer.from(configuration).toString("hex") });
});

/** A sink that fails at its n-th line, or when it is closed. */
function failingSink(failAt: number): TraceSink & { readonly lines: string[] } {
  const lines: string[] = [];
  return {
    name: "full.trace",
    lines,
    write(line) {
      if (lines.length + 1 === failAt) {
        throw new DiscError("E_HOST", "full", { path: "full.trace", operation: "write", errno: "ENOSPC" });
      }
      lines.push(line);
    },
    close() {
      if (failAt === 0) throw new Error("EIO");
    },
  };
}

for (const failAt of [0, 1, 2, 3, 4, 30, 61]) {
  test(`a trace that fails ${failAt === 0 ? "at its end" : `at line ${failAt}`} is a warning, and harms no disc`, async (t) => {
    const path = await blankDisc(t, "dvd+r");
    const warnings: Warning[] = [];
    const sink = failingSink(failAt);
    {
      const onWarning = (warning: Warning): void => void warnings.push(warning);
      await using recorder = await openTraced(path, sink, { onWarning });
      await threeSessions(recorder);
    }
    t.deepEqual(
      warnings.map(({ code, detail }) => ({ code, detail })),
      [{ code: "E_HOST", detail: { path: "full.trace", operation: "write", errno: failAt === 0 ? "EIO" : "ENOSPC" } }],
    );
    if (failAt > 0) t.is(sink.lines.length, failAt - 1);
    await using again = await openPlainly(path);
    t.is(again.state.state, "complete");
    t.is(again.sessions.length, 3);
    t.true(await readsBack(again, 1, 0, 40));
  });
}

test("a slow sink is waited for: nothing is sent before its line is written", async (t) => {
  let written = 0;
  const sink: TraceSink = {
    name: "slow.trace",
    async write() {
      await setImmediate();
      written++;
    },
    async close() {},
  };
  const seen: number[] = [];
  const drive: Transport = new ScriptedDrive(() => {
    seen.push(written);
    return ok();
  });
  const traced = recordTrace(drive, sink);
  for (let command = 0; command < 3; command++) await traced.execute(ready, none, 1);
  t.deepEqual(seen, [2, 4, 6]);
});
