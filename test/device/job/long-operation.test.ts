import test from "ava";
import { CommandChannel } from "../../../src/device/command-channel.js";
import { synchronize } from "../../../src/device/job/closing.js";
import { runLong, waitUntilDone } from "../../../src/device/job/long-operation.js";
import { encodeSense } from "../../../src/device/mmc/sense.js";
import { synchronizeCache } from "../../../src/device/mmc/synchronize-cache.js";
import { VirtualClock } from "../virtual-clock.js";
import type { Script } from "./scripted-transport.js";
import { check, ok, ScriptedTransport } from "./scripted-transport.js";

function channelOf(script: Script, settlingMs = 0) {
  const clock = new VirtualClock();
  const transport = new ScriptedTransport(script);
  return { clock, transport, channel: new CommandChannel(transport, { clock, settlingMs }) };
}

const sync = { command: synchronizeCache, fields: (immediate: boolean) => ({ immediate }) };

/** Answers one after the other; the last for good. */
function inTurn(...answers: ReturnType<Script>[]): () => ReturnType<Script> {
  return () => (answers.length > 1 ? answers.shift() : answers[0]);
}

test("a drive is asked until it is done, and how far it is", async (t) => {
  const ready = inTurn(check(2, 0x04, 0x07, 16_384), check(2, 0x04, 0x07, 32_768), check(6, 0x28, 0), ok());
  const { channel, clock } = channelOf((cdb) => (cdb[0] === 0 ? ready() : ok()));
  const fractions: (number | null)[] = [];
  await waitUntilDone(channel, { onFraction: (fraction) => fractions.push(fraction) });
  t.deepEqual(fractions, [0.25, 0.5, null]);
  t.true(clock.waitedMs < 500);
});

test("a drive that does not say how far it is with the answer is asked for it", async (t) => {
  const ready = inTurn(check(2, 0x04, 0x04), ok());
  const sense = encodeSense({ key: 2, asc: 0x04, ascq: 0x04, progress: 49_152 });
  const { channel } = channelOf((cdb) => (cdb[0] === 0 ? ready() : ok(sense)));
  const fractions: (number | null)[] = [];
  await waitUntilDone(channel, { onFraction: (fraction) => fractions.push(fraction) });
  t.deepEqual(fractions, [0.75]);
});

test("what ends the wait: no disc, a cause that is not told for long; a hand that is wanted, a failure, the limit", async (t) => {
  await t.notThrowsAsync(waitUntilDone(channelOf(() => check(2, 0x3a, 1)).channel));
  const untold = channelOf(() => check(2, 0x04, 0x00));
  await t.notThrowsAsync(waitUntilDone(untold.channel));
  t.true(untold.clock.waitedMs >= 5_000 && untold.clock.waitedMs < 10_000);
  for (const sense of [check(2, 0x04, 0x03), check(2, 0x04, 0x02), check(3, 0x72, 0), check(4, 0x44, 0)]) {
    await t.throwsAsync(waitUntilDone(channelOf(() => sense).channel), { code: "E_COMMAND_FAILED" });
  }
  const endless = channelOf(() => check(2, 0x04, 0x07));
  await t.throwsAsync(waitUntilDone(endless.channel), { code: "E_COMMAND_FAILED" });
  t.true(endless.clock.waitedMs >= 3_600_000);
  const gone = channelOf(() => ({ status: "failed", errno: "ENODEV" }));
  await t.throwsAsync(waitUntilDone(gone.channel), { code: "E_TRANSPORT_FAILED" });
  t.is(gone.transport.codes, "00");
});

test("a drive that is to be left alone at first is", async (t) => {
  const { channel, clock } = channelOf(() => ok(), 500);
  await runLong(channel, sync, {});
  t.is(clock.waitedMs, 500);
});

test("a drive that does not return at once is sent the command without", async (t) => {
  for (const asc of [0x24, 0x26]) {
    const { channel, transport } = channelOf((cdb) => (cdb[0] === 0x35 && cdb[1] === 2 ? check(5, asc, 0) : ok()));
    await runLong(channel, sync, {});
    t.is(transport.codes, "35 35 00");
    t.deepEqual(
      transport.sent.map((cdb) => cdb[1]),
      [2, 0, 0],
    );
  }
  const refused = channelOf(() => check(5, 0x20, 0));
  await t.throwsAsync(runLong(refused.channel, sync, {}), { code: "E_COMMAND_FAILED" });
  t.is(refused.transport.codes, "35");
});

test("the cache is synchronized once more without returning at once: the barrier for drives that are ready too early", async (t) => {
  const { channel, transport } = channelOf(() => ok());
  await synchronize(channel, {});
  t.is(transport.codes, "35 00 35");
  t.deepEqual([transport.sent[0]![1], transport.sent[2]![1]], [2, 0]);
});
