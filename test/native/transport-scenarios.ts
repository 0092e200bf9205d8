/** The transport to real drives among the fake ones of fake-sg.c: `node transport-scenarios.js NAME`. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { SgTransport } from "../../src/device/sg-transport.js";
import type { Transfer, Transport } from "../../src/device/transport.js";
import { openRecorder } from "../../src/device.js";

const timeLimitMs = 60_000;
const none: Transfer = { direction: "none" };
const inquiry = Uint8Array.of(0x12, 0, 0, 0, 96, 0);

function vendor(...bytes: number[]): Uint8Array {
  return Uint8Array.of(0xc0, ...bytes, 0, 0, 0, 0, 0, 0, 0, 0, 0).subarray(0, 10);
}

async function errnoOf(transport: Transport, cdb: Uint8Array): Promise<string> {
  const result = await transport.execute(cdb, none, timeLimitMs);
  return result.status === "failed" ? result.errno : result.status;
}

async function commands(): Promise<void> {
  await using drive = await SgTransport.open("/dev/fake-a");
  assert.deepEqual([drive.name, drive.kind, drive.maximumTransferBytes], ["/dev/fake-a", "drive", 65_536]);
  const answer = await drive.execute(inquiry, { direction: "in", allocationBytes: 96 }, timeLimitMs);
  assert.ok(answer.status === "ok" && answer.data.length === 36);
  const data = new Uint8Array(4096).fill(5);
  const blocks = (operationCode: number) => Uint8Array.of(operationCode, 0, 0, 0, 0, 7, 0, 0, 2, 0);
  assert.equal((await drive.execute(blocks(0x2a), { direction: "out", data }, timeLimitMs)).status, "ok");
  const read = await drive.execute(blocks(0x28), { direction: "in", allocationBytes: 4096 }, timeLimitMs);
  assert.ok(read.status === "ok");
  assert.deepEqual(read.data, data);
  const refused = await drive.execute(vendor(2, 5, 0x21, 2), none, timeLimitMs);
  assert.ok(refused.status === "check" && refused.sense?.asc === 0x21);
  assert.equal(await errnoOf(drive, vendor(1, 0, 7, 0)), "EIO");
  assert.equal(await errnoOf(drive, vendor(3, 1)), "EPERM");
  assert.equal(await errnoOf(drive, vendor(7)), "ENODEV");
  await using small = await SgTransport.open("/dev/fake-a", { maximumTransferBytes: 32_768 });
  assert.equal(small.maximumTransferBytes, 32_768);
  for (const maximumTransferBytes of [0, 1000, 2049, Number.NaN]) {
    await assert.rejects(SgTransport.open("/dev/fake-a", { maximumTransferBytes }), { code: "E_OPTION_INVALID" });
  }
}

/** Soft errors are tried again, but not for ever, and nothing else comes in between. */
async function retries(): Promise<void> {
  await using drive = await SgTransport.open("/dev/fake-a");
  assert.equal(await errnoOf(drive, vendor(8, 2)), "ok");
  const order: string[] = [];
  const run = async (name: string, cdb: Uint8Array): Promise<void> =>
    void order.push(`${name} ${await errnoOf(drive, cdb)}`);
  await Promise.all([run("first", vendor(8, 4)), run("second", new Uint8Array(6))]);
  assert.deepEqual(order, ["first ok", "second ok"]);
  assert.equal(await errnoOf(drive, vendor(8, 100)), "EAGAIN");
  assert.equal(await errnoOf(drive, vendor(1, 8, 0, 0)), "EBUSY");
  // Not beyond the command's own time limit.
  const result = await drive.execute(vendor(1, 8, 0, 0), none, 50);
  assert.ok(result.status === "failed");
}

async function claims(): Promise<void> {
  await using drive = await SgTransport.open("/dev/fake-a");
  await using other = await SgTransport.open("/dev/fake-a");
  await drive.reserve();
  await assert.rejects(other.reserve(), {
    code: "E_DISC_BUSY",
    detail: { device: "/dev/fake-a", owner: "another program, which has locked it" },
  });
  assert.equal(await errnoOf(other, new Uint8Array(6)), "ok");
  await drive.release();
  await other.reserve();
  await other.release();
  await other.release();
  // A program that burns, as those of libburn and cdrkit do.
  const holder = spawn(process.env.HOLD_LOCK!, [join(process.env.FAKE_SG_FOLDER!, "a")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await once(holder.stdout, "data");
  await assert.rejects(drive.reserve(), {
    code: "E_DISC_BUSY",
    detail: { device: "/dev/fake-a", owner: `process ${holder.pid}` },
  });
  holder.stdin.end();
  await once(holder, "exit");
  await drive.reserve();
  await using claimed = await SgTransport.open("/dev/fake-busy");
  await assert.rejects(claimed.reserve(), { code: "E_DISC_BUSY", message: /another program, which has claimed it/ });
  for (const name of ["/dev/fake-denied", "/dev/fake-readonly"]) {
    await using readable = await SgTransport.open(name);
    assert.equal(await errnoOf(readable, new Uint8Array(6)), "ok");
    await assert.rejects(readable.reserve(), { code: "E_DISC_READ_ONLY", message: /may only read it/ });
  }
  await using dry = await SgTransport.open("/dev/fake-b", { readOnly: true });
  await assert.rejects(dry.reserve(), { code: "E_DISC_READ_ONLY", message: /dry run/ });
}

async function refusals(): Promise<void> {
  const refused = async (path: string, errno: string, message: RegExp): Promise<void> => {
    await assert.rejects(openRecorder(path), { code: "E_HOST", message });
    await assert.rejects(openRecorder(path), (error: { detail?: { errno?: string } }) => error.detail?.errno === errno);
  };
  await refused("/dev/fake-none", "ENXIO", /the drive is gone/);
  await refused("/dev/nothing", "ENOENT", /there is no such device/);
  await refused("/dev/null", "ENOTTY", /takes no SCSI commands/);
}

/** A transport that is closed during a command waits for it, and answers nothing afterwards. */
async function closing(): Promise<void> {
  const drive = await SgTransport.open("/dev/fake-a");
  const running = drive.execute(vendor(5, 1), none, timeLimitMs);
  const closed = drive[Symbol.asyncDispose]();
  const late = drive.execute(new Uint8Array(6), none, timeLimitMs);
  await using keeper = await SgTransport.open("/dev/fake-keeper");
  await keeper.execute(vendor(6, 1), none, timeLimitMs);
  assert.equal((await running).status, "ok");
  await closed;
  const answer = await late;
  assert.ok(answer.status === "failed" && answer.errno === "EBADF");
  await drive[Symbol.asyncDispose]();
}

const scenarios: Readonly<Record<string, () => Promise<void>>> = { commands, retries, claims, refusals, closing };

await scenarios[process.argv[2]!]!();
