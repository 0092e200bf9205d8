import test from "ava";
import { commandResultOf } from "../../src/device/sg-reply.js";
import type { Transfer } from "../../src/device/transport.js";
import type { CommandReply } from "../../src/native-binding.js";

const fetching: Transfer = { direction: "in", allocationBytes: 8 };
const fixedSense = Uint8Array.of(0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x21, 2, 0, 0, 0, 0);

function reply(changes: Partial<CommandReply>): CommandReply {
  const good = { error: 0, status: 0, hostStatus: 0, driverStatus: 0, residualBytes: 0, durationMs: 1 };
  return { ...good, sense: new Uint8Array(0), data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), ...changes };
}

test("what came is cut to what there was of it", (t) => {
  const received = (residualBytes: number) => {
    const { result } = commandResultOf(reply({ residualBytes }), fetching);
    return result.status === "ok" ? [...result.data] : result.status;
  };
  t.deepEqual(received(0), [1, 2, 3, 4, 5, 6, 7, 8]);
  t.deepEqual(received(5), [1, 2, 3]);
  t.deepEqual(received(8), []);
  // What bridges have been seen to say.
  t.deepEqual(received(9), []);
  t.deepEqual(received(-1), [1, 2, 3, 4, 5, 6, 7, 8]);
  const sent = commandResultOf(reply({ data: new Uint8Array(0) }), { direction: "out", data: new Uint8Array(8) });
  t.deepEqual(sent, { result: { status: "ok", data: new Uint8Array(0) }, mayRetry: false });
});

test("sense comes with check condition, or where the driver says so", (t) => {
  for (const changes of [{ status: 2 }, { status: 2, driverStatus: 8 }, { driverStatus: 8 }, { driverStatus: 0x18 }]) {
    const { result, mayRetry } = commandResultOf(reply({ ...changes, sense: fixedSense }), fetching);
    t.false(mayRetry);
    if (result.status !== "check") return t.fail();
    t.like(result.sense, { key: 5, asc: 0x21, ascq: 2 });
    t.deepEqual(result.rawSense, fixedSense);
  }
  const lost = commandResultOf(reply({ status: 2, residualBytes: 8 }), fetching).result;
  t.deepEqual(lost, { status: "check", sense: null, rawSense: new Uint8Array(0), data: new Uint8Array(0) });
});

const failures: readonly [string, Partial<CommandReply>, string, boolean][] = [
  ["the system", { error: 1 }, "EPERM", false],
  ["a transfer that is too long", { error: 5 }, "EIO", false],
  ["no memory", { error: 12 }, "ENOMEM", false],
  ["a CDB that is too short", { error: 90 }, "EMSGSIZE", false],
  ["a drive that was pulled out", { error: 19 }, "ENODEV", false],
  ["an error that has no name", { error: 131 }, "errno 131", false],
  ["no connection", { hostStatus: 1 }, "ENODEV", false],
  ["a busy bus", { hostStatus: 2 }, "EBUSY", false],
  ["the time limit", { hostStatus: 3 }, "ETIMEDOUT", false],
  ["an unknown drive", { hostStatus: 4 }, "ENXIO", false],
  ["the adapter, whatever the status", { hostStatus: 7, status: 2, sense: fixedSense }, "EIO", false],
  ["a reset", { hostStatus: 8 }, "ECONNRESET", false],
  ["a soft error", { hostStatus: 0x0b }, "EAGAIN", true],
  ["the driver's time limit", { driverStatus: 6 }, "ETIMEDOUT", false],
  ["the driver", { driverStatus: 7 }, "EIO", false],
  ["a busy drive", { status: 8 }, "EBUSY", true],
  ["a full queue", { status: 0x28 }, "EBUSY", true],
  ["someone's reservation", { status: 0x18 }, "EIO", false],
];

for (const [what, changes, errno, mayRetry] of failures) {
  test(`a command failed by ${what}`, (t) => {
    const judged = commandResultOf(reply(changes), fetching);
    t.like(judged, { result: { status: "failed", errno }, mayRetry });
  });
}

test("a condition that was met is no failure", (t) => {
  t.is(commandResultOf(reply({ status: 4 }), fetching).result.status, "ok");
});
