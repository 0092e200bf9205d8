import test from "ava";
import { encode } from "../../../src/codec/struct.js";
import { CommandChannel } from "../../../src/device/command-channel.js";
import { BlockWriter } from "../../../src/device/job/block-writer.js";
import { bufferCapacity } from "../../../src/device/mmc/read-buffer-capacity.js";
import type { CommandResult } from "../../../src/device/transport.js";
import { blockBytes } from "../../../src/units.js";
import { VirtualClock } from "../virtual-clock.js";
import type { Script } from "./scripted-transport.js";
import { check, ok, ScriptedTransport } from "./scripted-transport.js";

const write10Code = 0x2a;
const write12Code = 0xaa;
const bufferCode = 0x5c;

function writerOn(
  script: Script,
  { next = null, streaming = false }: { next?: number | null; streaming?: boolean } = {},
) {
  const clock = new VirtualClock();
  const transport = new ScriptedTransport(script);
  const channel = new CommandChannel(transport, { clock });
  const writer = new BlockWriter(channel, { streaming, askNextWritable: async () => next });
  return { clock, transport, writer };
}

function lbaOf(cdb: Uint8Array): number {
  return new DataView(cdb.buffer, cdb.byteOffset).getInt32(2);
}

const data = new Uint8Array(16 * blockBytes);

/** The first writes end so; those after them are taken. */
function firstWrites(...results: readonly CommandResult[]): Script {
  const left = [...results];
  return (cdb) => (cdb[0] === write10Code ? left.shift() : undefined);
}

function bufferReply(bufferLength: number, availableLength: number): CommandResult {
  return ok(encode(bufferCapacity, { dataLength: 10, block: false, bufferLength, availableLength }));
}

test("blocks before block 0 are sent in two's complement", async (t) => {
  const { writer, transport } = writerOn(() => ok());
  await writer.write(-150, data);
  t.is(Buffer.from(transport.sent[0]!).toString("hex"), "2a00ffffff6a00001000");
});

test("streaming is another command", async (t) => {
  const { writer, transport } = writerOn(() => ok(), { streaming: true });
  await writer.write(32, data);
  t.is(transport.sent[0]![0], write12Code);
  t.is(transport.sent[0]![10], 0x80);
});

test("a cache that the drive wants synchronized is; for a sequence that is still wrong then, the drive fails", async (t) => {
  for (const [asc, ascq] of [
    [0x2c, 0x00],
    [0x04, 0x07],
    [0x04, 0x04],
  ] as const) {
    const { writer, transport } = writerOn(firstWrites(check(asc === 0x2c ? 5 : 2, asc, ascq)));
    await writer.write(0, data);
    t.is(transport.codes, "2a 35 2a");
  }
  const twice = writerOn(firstWrites(check(5, 0x2c, 0), check(5, 0x2c, 0)));
  await t.throwsAsync(twice.writer.write(0, data), { code: "E_COMMAND_FAILED" });
  t.is(twice.transport.codes, "2a 35 2a");
});

test("a drive that becomes ready is waited for, but not for ever", async (t) => {
  const late = writerOn(firstWrites(check(2, 0x04, 0x01), check(2, 0x04, 0x01)));
  await late.writer.write(0, data);
  t.is(late.transport.codes, "2a 2a 2a");
  const never = writerOn(() => check(2, 0x04, 0x01));
  await t.throwsAsync(never.writer.write(0, data), { code: "E_COMMAND_FAILED" });
  t.true(never.clock.waitedMs >= 200_000 && never.clock.waitedMs < 300_000);
});

test("blocks that the drive took of a command are not sent again; it goes on with the rest, and nowhere else", async (t) => {
  const partly = writerOn(firstWrites(check(5, 0x21, 0x02)), { next: 104 });
  await partly.writer.write(100, data);
  t.deepEqual(
    partly.transport.sent.map((cdb) => [lbaOf(cdb), cdb[8]]),
    [
      [100, 16],
      [104, 12],
    ],
  );
  const wholly = writerOn(firstWrites(check(5, 0x21, 0x02)), { next: 116 });
  await wholly.writer.write(100, data);
  t.is(wholly.transport.codes, "2a");
  for (const next of [null, 0, 99, 100, 117, 5_000]) {
    const elsewhere = writerOn(firstWrites(check(5, 0x21, 0x02)), { next });
    await t.throwsAsync(elsewhere.writer.write(100, data), { code: "E_COMMAND_FAILED" }, String(next));
    t.is(elsewhere.transport.codes, "2a");
  }
});

test("what ends writing at once: write errors, a unit attention, a command that does not get through", async (t) => {
  for (const result of [
    check(3, 0x0c, 0x09),
    check(6, 0x29, 0),
    check(6, 0x28, 0),
    check(5, 0x64, 0),
    check(2, 0x3a, 2),
  ]) {
    const { writer, transport } = writerOn(() => result);
    await t.throwsAsync(writer.write(0, data), { code: "E_COMMAND_FAILED" });
    t.is(transport.codes, "2a");
  }
  const lost = writerOn(() => ({ status: "failed", errno: "EIO" }));
  await t.throwsAsync(lost.writer.write(0, data), { code: "E_TRANSPORT_FAILED" });
});

test("once the buffer was full, no more is sent than it takes", async (t) => {
  const bufferBytes = 64 * blockBytes;
  let filled = 0;
  let refusals = 0;
  let mostFilled = 0;
  const { writer } = writerOn((cdb) => {
    // The drive writes four blocks for each command.
    filled = Math.max(0, filled - 4 * blockBytes);
    if (cdb[0] === bufferCode) return bufferReply(bufferBytes, bufferBytes - filled);
    if (filled + data.length > bufferBytes) {
      refusals++;
      return check(2, 0x04, 0x08);
    }
    filled += data.length;
    mostFilled = Math.max(mostFilled, filled);
    return ok();
  });
  for (let index = 0; index < 200; index++) await writer.write(16 * index, data);
  t.true(mostFilled > 0.9 * bufferBytes && mostFilled <= bufferBytes);
  // It tells that there is a buffer to mind.
  t.is(refusals, 1);
});

test("a drive whose buffer never fills is not asked about it", async (t) => {
  const { writer, transport } = writerOn(() => ok());
  for (let index = 0; index < 50; index++) await writer.write(16 * index, data);
  t.true(transport.sent.every((cdb) => cdb[0] === write10Code));
});

test("where the buffer cannot be asked about, or tells nonsense, or stays full, writes are repeated", async (t) => {
  const replies: readonly (() => CommandResult)[] = [
    () => check(5, 0x20, 0),
    () => bufferReply(0, 0),
    () => bufferReply(1_000, 2_000),
    () => ok(new Uint8Array(4)),
  ];
  for (const reply of replies) {
    let full = 30;
    const { writer, transport, clock } = writerOn((cdb) =>
      cdb[0] === bufferCode ? reply() : full-- > 0 ? check(2, 0x04, 0x08) : ok(),
    );
    await writer.write(0, data);
    t.is(transport.sent.filter((cdb) => cdb[0] === bufferCode).length, 1);
    t.is(transport.sent.filter((cdb) => cdb[0] === write10Code).length, 31);
    t.true(clock.waitedMs > 30 && clock.waitedMs <= 30 * 25);
  }
  let full = 3;
  const stuck = writerOn((cdb) =>
    cdb[0] === bufferCode ? bufferReply(1_000_000, 0) : full-- > 0 ? check(2, 0x04, 0x08) : ok(),
  );
  await stuck.writer.write(0, data);
  t.true(stuck.clock.waitedMs >= 120_000 && stuck.clock.waitedMs < 130_000);
});
