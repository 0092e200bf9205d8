/**
 * What the native addon goes through, one scenario a process: `node scenarios.js NAME`. It runs with fake-sg.c preloaded,
 * and fails by ending with another code than 0.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { SgDevice } from "../../src/device/sg-device.js";
import { hasCode } from "../../src/errors.js";
import {
  birthTimeNs,
  copyFileRange,
  dataRanges,
  readExtendedAttributes,
  removeExtendedAttribute,
  setExtendedAttribute,
} from "../../src/host/native-files.js";
import type { NativeBinding } from "../../src/native-binding.js";
import { errnoName, loadNative } from "../../src/native-binding.js";

const timeLimitMs = 60_000;
/** Fewer commands where every access is checked. */
const isChecked = process.env.DISCSMITH_SANITIZED === "1";
const inquiry = Uint8Array.of(0x12, 0, 0, 0, 96, 0);
const testUnitReady = new Uint8Array(6);

function binding(): NativeBinding {
  const loaded = loadNative();
  if ("reason" in loaded) throw new Error(loaded.reason);
  return loaded.binding;
}

async function openDrive(name: string, exclusive = false): Promise<SgDevice> {
  const device = new SgDevice(binding());
  const { error, operation } = await device.open(Buffer.from(`/dev/fake-${name}`), exclusive);
  assert.equal(error, 0, operation);
  return device;
}

/** The command C0h of fake-sg.c, with these bytes from byte 1 on. */
function vendor(...bytes: number[]): Uint8Array {
  return Uint8Array.of(0xc0, ...bytes, 0, 0, 0, 0, 0, 0, 0, 0, 0).subarray(0, 10);
}

function blockCommand(operationCode: number, lba: number, blocks: number): Uint8Array {
  return Uint8Array.of(operationCode, 0, 0, 0, 0, lba, 0, 0, blocks, 0);
}

async function openGate(gate: number): Promise<void> {
  await askGatekeeper(vendor(6, gate));
}

/** Until a command is being done that waits at the gate: not only asked for. */
async function waitForArrival(gate: number): Promise<void> {
  await askGatekeeper(vendor(10, gate));
}

async function askGatekeeper(cdb: Uint8Array): Promise<void> {
  const device = await openDrive("gatekeeper");
  assert.equal((await device.send(cdb, 0, timeLimitMs)).error, 0);
  await device.close();
}

/** Descriptors that are open on fake drives, without the one that asks. */
async function openDescriptors(): Promise<number> {
  const device = await openDrive("counter");
  const { data } = await device.send(vendor(9), 1, timeLimitMs);
  await device.close();
  return data[0]! - 1;
}

function threadCount(): number {
  return readdirSync("/proc/self/task").length;
}

function residentBytes(): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "latin1"))![1]) * 1024;
}

/** Waits for what happens at some time; a test that waits for ever is ended from outside. */
async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await isSo()); tries++) {
    assert.ok(tries < 3000, `not within 30 s: ${what}`);
    await delay(10);
  }
}

async function opening(): Promise<void> {
  const errorOf = async (path: string, exclusive: boolean) => {
    const device = new SgDevice(binding());
    const reply = await device.open(Buffer.from(path), exclusive);
    assert.equal(await device.close(), 0);
    return [reply.error === 0 ? "" : errnoName(reply.error), reply.operation, reply.writable];
  };
  assert.deepEqual(await errorOf("/dev/fake-a", false), ["", "", true]);
  assert.deepEqual(await errorOf("/dev/fake-a", true), ["", "", true]);
  for (const name of ["denied", "readonly"])
    assert.deepEqual(await errorOf(`/dev/fake-${name}`, false), ["", "", false]);
  assert.deepEqual(await errorOf("/dev/fake-denied", true), ["EACCES", "open", false]);
  assert.deepEqual(await errorOf("/dev/fake-readonly", true), ["EROFS", "open", false]);
  assert.deepEqual(await errorOf("/dev/fake-busy", false), ["", "", true]);
  assert.deepEqual(await errorOf("/dev/fake-busy", true), ["EBUSY", "open", false]);
  assert.deepEqual(await errorOf("/dev/fake-none", false), ["ENXIO", "open", false]);
  assert.deepEqual(await errorOf("/dev/fake-old", false), ["ENOSYS", "identify", false]);
  assert.deepEqual(await errorOf("/dev/null", false), ["ENOTTY", "identify", false]);
  assert.deepEqual(await errorOf("/nowhere", false), ["ENOENT", "open", false]);
  assert.deepEqual(await errorOf("/dev/fake-a\0b", false), ["EINVAL", "open", false]);
  const closed = await openDrive("a");
  assert.equal(await closed.close(), 0);
  assert.equal(errnoName(await closed.close()), "EBADF");
  assert.equal(errnoName((await closed.send(testUnitReady, 0, timeLimitMs)).error), "EBADF");
  assert.equal(errnoName((await closed.open(Buffer.from("/dev/fake-a"), false)).error), "EBADF");
  const never = new SgDevice(binding());
  assert.equal(errnoName((await never.send(testUnitReady, 0, timeLimitMs)).error), "EBADF");
  assert.equal(errnoName(await never.close()), "EBADF");
  assert.equal(await openDescriptors(), 0);
}

async function commands(): Promise<void> {
  const device = await openDrive("a");
  const send = (cdb: Uint8Array, data: Uint8Array | number = 0) => device.send(cdb, data, timeLimitMs);
  const answer = await send(inquiry, 96);
  assert.deepEqual([answer.error, answer.status, answer.residualBytes, answer.data.length], [0, 0, 60, 96]);
  assert.equal(Buffer.from(answer.data.subarray(8, 16)).toString(), "FAKE    ");
  assert.ok(answer.data.subarray(36).every((octet) => octet === 0));
  const content = Uint8Array.from({ length: 65_536 }, (_, at) => (at * 31) % 251);
  assert.equal((await send(blockCommand(0x2a, 3, 32), content)).status, 0);
  assert.deepEqual((await send(blockCommand(0x28, 3, 32), content.length)).data, content);
  const refused = await send(vendor(2, 5, 0x21, 2));
  assert.deepEqual([refused.status, refused.driverStatus, refused.sense.length], [2, 8, 18]);
  assert.deepEqual([...refused.sense.subarray(0, 14)], [0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x21, 2]);
  const odd = await send(vendor(1, 0x18, 7, 6));
  assert.deepEqual([odd.status, odd.hostStatus, odd.driverStatus, odd.sense.length], [0x18, 7, 6, 0]);
  assert.equal(errnoName((await send(vendor(3, 12))).error), "ENOMEM");
  assert.equal(errnoName((await send(Uint8Array.of(0))).error), "EMSGSIZE");
  const short = await send(vendor(4, 1, 0), 1000);
  assert.deepEqual([short.residualBytes, short.data.lastIndexOf(0x5a)], [256, 743]);
  assert.ok(short.durationMs >= 0);
  assert.equal(errnoName((await send(vendor(7))).error), "ENODEV");
  assert.equal(errnoName((await send(testUnitReady)).error), "ENODEV");
  type Anything = (...values: unknown[]) => Promise<unknown>;
  const wrongly = device as unknown as { readonly open: Anything; readonly send: Anything };
  for (const wrong of [
    [],
    [1, 2, 3],
    [testUnitReady, "x", 3],
    [new Uint8Array(256), 0, 0],
    [new Uint16Array(6), 0, 0],
  ]) {
    await assert.rejects(wrongly.send(...wrong), TypeError);
  }
  await assert.rejects(wrongly.open("x", false), TypeError);
  assert.throws(() => new (binding().SgDevice as unknown as new (listener: unknown) => unknown)(1), TypeError);
  assert.equal(await device.close(), 0);
}

/** What is sent is what the buffer held when it was sent, whatever becomes of the buffer. */
async function buffers(): Promise<void> {
  const device = await openDrive("a");
  const held = device.send(vendor(5, 1), 0, timeLimitMs);
  const changed = new Uint8Array(2048).fill(7);
  const given = new Uint8Array(2048).fill(8);
  const writes = [
    device.send(blockCommand(0x2a, 0, 1), changed, timeLimitMs),
    device.send(blockCommand(0x2a, 1, 1), given, timeLimitMs),
  ];
  changed.fill(9);
  structuredClone(given.buffer, { transfer: [given.buffer] });
  assert.equal(given.length, 0);
  await openGate(1);
  await Promise.all([held, ...writes]);
  const { data } = await device.send(blockCommand(0x28, 0, 2), 4096, timeLimitMs);
  assert.ok(data.subarray(0, 2048).every((octet) => octet === 7));
  assert.ok(data.subarray(2048).every((octet) => octet === 8));
  await device.close();
}

async function locks(): Promise<void> {
  const [first, second] = [await openDrive("a", true), await openDrive("a")];
  const path = Buffer.from("/dev/fake-a");
  const locked = await second.open(path, true);
  assert.deepEqual([errnoName(locked.error), locked.operation], ["EAGAIN", "lock"]);
  // What was open before is open still.
  assert.equal((await second.send(testUnitReady, 0, timeLimitMs)).error, 0);
  // Closing another descriptor of the file leaves the lock alone.
  const third = await openDrive("a");
  await third.close();
  assert.equal(errnoName((await second.open(path, true)).error), "EAGAIN");
  assert.equal((await first.open(path, false)).error, 0);
  assert.equal((await second.open(path, true)).error, 0);
  await Promise.all([first.close(), second.close()]);
  assert.equal(await openDescriptors(), 0);
}

async function leaks(): Promise<void> {
  const count = isChecked ? 3_000 : 100_000;
  const device = await openDrive("a");
  const run = async (times: number): Promise<void> => {
    for (let index = 0; index < times; index += 4) {
      const replies = await Promise.all([
        device.send(testUnitReady, 0, timeLimitMs),
        device.send(inquiry, 96, timeLimitMs),
        device.send(blockCommand(0x28, 0, 16), 32_768, timeLimitMs),
        device.send(vendor(2, 5, 0x24, 0), 0, timeLimitMs),
      ]);
      assert.deepEqual(
        replies.map(({ status }) => status),
        [0, 0, 0, 2],
      );
    }
  };
  // So many until V8 has settled on the size of its heap.
  await run(count / 2);
  globalThis.gc!();
  const [before, descriptors, threads] = [residentBytes(), readdirSync("/proc/self/fd").length, threadCount()];
  await run(count);
  globalThis.gc!();
  const grownBytes = residentBytes() - before;
  process.stdout.write(`${JSON.stringify({ count, grownMiB: Math.round(grownBytes / 2 ** 20) })}\n`);
  assert.ok(isChecked || grownBytes < 32 * 2 ** 20, `${grownBytes} bytes more after ${count} commands`);
  assert.equal(readdirSync("/proc/self/fd").length, descriptors);
  assert.equal(threadCount(), threads);
  // Opening again and again in the same device, and with devices of their own.
  for (let times = 0; times < 200; times++) {
    assert.equal((await device.open(Buffer.from("/dev/fake-a"), times % 2 === 0)).error, 0);
    await (await openDrive("b")).close();
  }
  await device.close();
  assert.equal(await openDescriptors(), 0);
  await until("its threads have ended", () => threadCount() === threads - 1);
}

async function independent(): Promise<void> {
  const drives = await Promise.all(Array.from({ length: 10 }, (_, index) => openDrive(`drive${index}`)));
  const [slow, ...others] = drives;
  let isSlowDone = false;
  const waiting = slow!.send(vendor(5, 2), 0, timeLimitMs).then(() => {
    isSlowDone = true;
  });
  await Promise.all(
    others.map(async (drive, index) => {
      const content = new Uint8Array(2048).fill(index + 1);
      await drive.send(blockCommand(0x2a, 0, 1), content, timeLimitMs);
      for (let times = 0; times < 200; times++) {
        const { data } = await drive.send(blockCommand(0x28, 0, 1), 2048, timeLimitMs);
        assert.deepEqual(data, content);
      }
    }),
  );
  assert.ok(!isSlowDone);
  // All drives at once, and what the system's files need is still there.
  const all = others.map((drive) => drive.send(vendor(5, 2), 0, timeLimitMs));
  assert.ok(
    (await Promise.all(Array.from({ length: 8 }, () => readFile("/proc/self/stat")))).every(({ length }) => length > 0),
  );
  assert.ok(!isSlowDone);
  await openGate(2);
  await Promise.all([waiting, ...all]);
  await Promise.all(drives.map((drive) => drive.close()));
  assert.equal(await openDescriptors(), 0);
}

async function closing(): Promise<void> {
  const threads = threadCount();
  const device = await openDrive("a");
  const running = device.send(vendor(5, 3), 0, timeLimitMs);
  const queued = device.send(testUnitReady, 0, timeLimitMs);
  const closed = device.close();
  assert.equal(errnoName((await device.send(testUnitReady, 0, timeLimitMs)).error), "EBADF");
  await openGate(3);
  assert.deepEqual([(await running).error, (await queued).error, await closed], [0, 0, 0]);
  assert.equal(await openDescriptors(), 0);
  await until("its thread has ended", () => threadCount() <= threads);
}

async function collected(): Promise<void> {
  const threads = threadCount();
  for (let index = 0; index < 20; index++) await openDrive(`forgotten${index}`);
  // One whose command is under way is kept, whoever forgot it.
  const running = (await openDrive("running")).send(vendor(5, 4), 0, timeLimitMs);
  await until("the forgotten are closed", async () => {
    globalThis.gc!();
    return (await openDescriptors()) === 1;
  });
  await openGate(4);
  assert.equal((await running).error, 0);
  await until("the last is closed", async () => {
    globalThis.gc!();
    return (await openDescriptors()) === 0 && threadCount() <= threads;
  });
}

function startWorker(task: string): Worker {
  return new Worker(fileURLToPath(import.meta.url), { workerData: task });
}

async function workers(): Promise<void> {
  const ends = Array.from({ length: 4 }, async () => await once(startWorker("commands"), "exit"));
  assert.deepEqual(await Promise.all(ends), [[0], [0], [0], [0]]);
  await until("their drives are closed", async () => (await openDescriptors()) === 0);
}

/** Ends workers in the middle of commands; the drives are closed when the commands have come back. */
async function terminated(): Promise<void> {
  const threads = threadCount();
  const rounds = isChecked ? 5 : 20;
  for (let round = 0; round < rounds; round++) {
    const gate = 100 + round;
    const waiting = startWorker(`gate ${gate}`);
    const busy = startWorker("flood");
    await Promise.all([once(waiting, "message"), once(busy, "message")]);
    await Promise.all([waiting.terminate(), busy.terminate()]);
    assert.ok((await openDescriptors()) >= 1);
    await openGate(gate);
  }
  await until("their drives are closed", async () => (await openDescriptors()) === 0);
  await until("their threads have ended", () => threadCount() <= threads + 1);
}

/** File operations, many at once, and some under way when their thread of JavaScript is ended. */
async function files(): Promise<void> {
  const path = join(process.env.FAKE_SG_FOLDER!, "file");
  await writeFile(path, Buffer.alloc(100_000, 1));
  await fileOperations(path, 50);
  for (let round = 0; round < (isChecked ? 3 : 10); round++) {
    const worker = startWorker(`files ${path}`);
    await once(worker, "message");
    await worker.terminate();
  }
}

async function fileOperations(path: string, count: number): Promise<void> {
  await using source = await open(path);
  await using target = await open(`${path}.${process.pid}`, "w");
  const ends = { source: source.fd, sourceOffset: 10, target: target.fd, targetOffset: 0 };
  const all = async (index: number): Promise<void> => {
    assert.deepEqual(await dataRanges(path), [{ start: 0, end: 100_000 }]);
    assert.equal(await copyFileRange(ends, 50_000), 50_000);
    assert.notEqual(await birthTimeNs(path), undefined);
    const name = `user.${index}`;
    try {
      assert.ok(await setExtendedAttribute(path, { name, value: new Uint8Array(index) }));
    } catch (error) {
      // Of the file system, not of the addon.
      if (hasCode(error, "E_HOST") && ["ENOTSUP", "ENOSPC"].includes(error.detail.errno)) return;
      throw error;
    }
    assert.ok((await readExtendedAttributes(path))!.some((attribute) => attribute.name === name));
    assert.ok(await removeExtendedAttribute(path, name));
  };
  await Promise.all(Array.from({ length: count }, (_, index) => all(index)));
}

async function workerTask(task: string): Promise<void> {
  const port = parentPort!;
  if (task.startsWith("files ")) {
    const path = task.slice("files ".length);
    for (let index = 0; index < 20; index++) void dataRanges(path);
    void readExtendedAttributes(path);
    port.postMessage("begun");
    for (;;) await birthTimeNs(path);
  }
  const device = await openDrive("worker");
  const content = new Uint8Array(65_536);
  if (task === "commands") {
    for (let index = 0; index < 300; index++) await device.send(blockCommand(0x2a, 0, 32), content, timeLimitMs);
  } else if (task === "flood") {
    const flood = async (): Promise<void> => {
      for (;;) await device.send(blockCommand(0x28, 0, 32), 65_536, timeLimitMs);
    };
    for (let index = 0; index < 10; index++) void flood();
    port.postMessage("begun");
  } else {
    const gate = Number(task.split(" ")[1]);
    void device.send(vendor(5, gate), 65_536, timeLimitMs);
    for (let index = 0; index < 10; index++) void device.send(blockCommand(0x2a, 0, 32), content, timeLimitMs);
    await waitForArrival(gate);
    port.postMessage("begun");
  }
}

/** Whatever is open, the process ends when it has nothing to do, and when it is told to. */
async function idle(): Promise<void> {
  await openDrive("a");
  Object.assign(globalThis, { kept: await openDrive("b") });
}

async function exiting(): Promise<void> {
  const device = await openDrive("a");
  void device.send(vendor(5, 6), 65_536, timeLimitMs);
  for (let index = 0; index < 10; index++) void device.send(inquiry, 96, timeLimitMs);
  process.exit(0);
}

const scenarios: Readonly<Record<string, () => Promise<void>>> = {
  opening,
  commands,
  buffers,
  locks,
  leaks,
  independent,
  closing,
  collected,
  workers,
  terminated,
  idle,
  exiting,
  files,
};

if (!isMainThread) await workerTask(workerData as string);
else {
  const name = process.argv[2];
  if (name === undefined) process.stdout.write(Object.keys(scenarios).join("\n"));
  else await scenarios[name]!();
}
