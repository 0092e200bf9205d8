/** What a recorder does besides writing sessions: tray, speed, what the drive can do, exclusive access, sections. */
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import type { RecorderOptions } from "../../src/device/drive-access.js";
import { EmulatedDrive } from "../../src/device/emulated/drive.js";
import { misbehaving } from "../../src/device/emulated/misbehaving-drive.js";
import type { Misbehaviour } from "../../src/device/emulated/misbehaviour.js";
import { getPerformance } from "../../src/device/mmc/get-performance.js";
import { setCdSpeed } from "../../src/device/mmc/set-cd-speed.js";
import { setStreaming } from "../../src/device/mmc/set-streaming.js";
import { Recorder } from "../../src/device/recorder.js";
import type { RecorderProgress } from "../../src/device.js";
import { createDisc, openRecorder } from "../../src/device.js";
import type { DiscError } from "../../src/errors.js";
import { nodeFileAccess } from "../../src/host/node-file-access.js";
import { append, readsBack, sessionOf, temporaryFolder } from "./support.js";
import { VirtualClock } from "./virtual-clock.js";

async function recorderWith(
  t: ExecutionContext,
  media: string,
  how: Misbehaviour = {},
  options: RecorderOptions = {},
): Promise<{ path: string; recorder: Recorder; commands: Uint8Array[] }> {
  const path = join(await temporaryFolder(t), "disc");
  await createDisc(path, { media, capacityBlocks: 40_000 });
  const drive = misbehaving(await EmulatedDrive.open(nodeFileAccess, path, {}), how);
  const commands: Uint8Array[] = [];
  const execute = drive.execute.bind(drive);
  drive.execute = async (cdb, transfer, timeoutMs) => {
    commands.push(cdb);
    return await execute(cdb, transfer, timeoutMs);
  };
  const recorder = await Recorder.on(drive, { clock: new VirtualClock(), ...options });
  t.teardown(() => recorder[Symbol.asyncDispose]());
  return { path, recorder, commands };
}

test("a disc that is ejected is gone until it is loaded", async (t) => {
  const { recorder } = await recorderWith(t, "dvd+r");
  await append(recorder, 1, 64);
  await recorder.eject();
  t.false(recorder.hasMedium);
  t.throws(() => recorder.state, { code: "E_NO_MEDIUM" });
  t.throws(() => recorder.features(), { code: "E_NO_MEDIUM" });
  await t.throwsAsync(recorder.refresh(), { code: "E_NO_MEDIUM" });
  await t.throwsAsync(recorder.multisessionInterfaces(), { code: "E_NO_MEDIUM" });
  await t.throwsAsync(recorder.write(sessionOf(2, 64, 16)), { code: "E_NO_MEDIUM" });
  t.is((await recorder.load()).state, "appendable");
  t.true(await readsBack(recorder, 1, 0, 64));
});

test("an empty drive is opened where that is asked for", async (t) => {
  const path = join(await temporaryFolder(t), "disc");
  await createDisc(path, { media: "cd-r" });
  const empty = async () => misbehaving(await EmulatedDrive.open(nodeFileAccess, path, {}), { quirks: ["trayOpen"] });
  const options = { clock: new VirtualClock() };
  await t.throwsAsync(Recorder.on(await empty(), options), { code: "E_NO_MEDIUM" });
  await using recorder = await Recorder.on(await empty(), { ...options, mayBeEmpty: true });
  t.false(recorder.hasMedium);
  t.is((await recorder.load()).state, "blank");
  t.true(recorder.hasMedium);
});

test("a tray that someone else keeps locked is not opened, and it is said why", async (t) => {
  const { recorder } = await recorderWith(t, "cd-r", {
    faults: [{ at: 1, times: 9, operationCode: 0x1b, effect: "check", sense: { key: 5, asc: 0x53, ascq: 2 } }],
  });
  await t.throwsAsync(recorder.eject(), { code: "E_DISC_BUSY", message: /locked the tray/ });
  t.true(recorder.hasMedium);
});

test("the speeds of each kind of media, listed and set", async (t) => {
  const expected: Readonly<Record<string, { first: number; factor: number; sectors: number; code: number }>> = {
    "cd-r": { first: 8_467, factor: 48, sectors: 3_600, code: setCdSpeed.operationCode },
    "dvd+r": { first: 22_160, factor: 16, sectors: 10_820, code: setStreaming.operationCode },
    "bd-r": { first: 26_973, factor: 6, sectors: 13_170, code: setStreaming.operationCode },
  };
  for (const [media, { first, factor, sectors, code }] of Object.entries(expected)) {
    const { recorder, commands } = await recorderWith(t, media);
    const speeds = await recorder.speeds();
    t.like(speeds[0], { kilobytesPerSecond: first, factor, sectorsPerSecond: sectors, isPureCav: false }, media);
    t.true(speeds.length > 1);
    const kilobytes = speeds.map(({ kilobytesPerSecond }) => kilobytesPerSecond);
    t.deepEqual(
      kilobytes,
      [...kilobytes].sort((one, other) => other - one),
    );
    const slow = kilobytes.at(-1)!;
    await recorder.setSpeed(slow);
    t.is(commands.at(-1)?.[0], code);
    await recorder.refresh();
    t.is(recorder.snapshot.capabilities?.currentWriteSpeed, slow);
    await recorder.setSpeed("maximum");
    await recorder.refresh();
    t.is(recorder.snapshot.capabilities?.currentWriteSpeed, first);
    await recorder.write(sessionOf(1, 0, 320), { speed: slow });
    t.is(recorder.snapshot.capabilities?.currentWriteSpeed, first);
    t.is(commands.filter(([operationCode]) => operationCode === code).length, 4);
    await t.throwsAsync(recorder.setSpeed(-1), { code: "E_OPTION_INVALID" });
  }
});

test("drives that list no speeds have those of their mode page", async (t) => {
  const unknown = { effect: "check", sense: { key: 5, asc: 0x20, ascq: 0 } } as const;
  const faults = [{ at: 1, times: 99, operationCode: getPerformance.operationCode, ...unknown }];
  const { recorder } = await recorderWith(t, "dvd+r", { faults });
  t.is((await recorder.speeds())[0]?.kilobytesPerSecond, 22_160);
});

test("what the drive can do", async (t) => {
  const { recorder } = await recorderWith(t, "dvd-ram");
  t.true(recorder.features().some(({ code, current }) => code === 0x0020 && current));
  const profiles = recorder.profiles();
  t.deepEqual(
    profiles.filter(({ current }) => current),
    [{ number: 0x0012, media: "dvd-ram", current: true }],
  );
  t.true(profiles.some(({ media }) => media === "bd-r"));
  const codes = await recorder.modePageCodes();
  for (const code of [0x01, 0x2a]) {
    t.true(codes.includes(code));
    t.is((await recorder.modePage(code))[0]! % 0x40, code);
  }
  await t.throwsAsync(recorder.modePage(0x1d), { code: "E_NOT_SUPPORTED", message: /mode page 1Dh/ });
  const { vendorIdentification } = recorder.snapshot.inquiry!;
  t.truthy(vendorIdentification);
  const { status } = await recorder.transport.execute(new Uint8Array(6), { direction: "none" }, 1_000);
  t.is(status, "ok");
});

test("exclusive access keeps others out over several operations, and is given back once", async (t) => {
  const { path, recorder } = await recorderWith(t, "dvd+r");
  await using other = await openRecorder(path);
  {
    await using access = await recorder.acquireExclusiveAccess();
    t.true(recorder.hasExclusiveAccess);
    await append(recorder, 1, 64);
    t.true(recorder.hasExclusiveAccess);
    await t.throwsAsync(other.write(sessionOf(2, 64, 16)), { code: "E_DISC_BUSY" });
    await t.throwsAsync(other.acquireExclusiveAccess(), { code: "E_DISC_BUSY" });
    await access.release();
    t.false(recorder.hasExclusiveAccess);
  }
  t.false(recorder.hasExclusiveAccess);
  await other.refresh();
  await append(other, 2, 64);
});

test("sections of a disc that grows by sessions: at the next writable address, left open", async (t) => {
  const { recorder } = await recorderWith(t, "dvd+r");
  await append(recorder, 1, 64);
  const start = recorder.state.nextWritableAddress!;
  await t.throwsAsync(recorder.writeSection(sessionOf(2, start + 16, 16)), { code: "E_IMAGE_WRONG_ADDRESS" });
  await t.throwsAsync(recorder.writeSection(sessionOf(2, start, 17)), { code: "E_OPTION_INVALID" });
  await t.throwsAsync(recorder.writeSection(sessionOf(2, start, 64_000)), { code: "E_DISC_FULL" });
  await recorder.writeSection(sessionOf(2, start, 32));
  t.like(recorder.state, { state: "damaged", needsRepair: true });
  await recorder.writeSection(sessionOf(2, start + 32, 16));
  t.true(await readsBack(recorder, 2, start, 48));
  await recorder.repair();
  t.like(recorder.sessions[1], { startLba: start, blocks: 48, state: "complete" });
  await recorder.close();
  await t.throwsAsync(recorder.writeSection(sessionOf(3, 10_000, 16)), { code: "E_DISC_FINALISED" });
});

test("verifying finds what the drive did not write, and what cannot be read back", async (t) => {
  for (const [level, effect, code] of [
    ["full", "changed", "E_DIFFERENT"],
    ["full", "unreadable", "E_DAMAGED"],
    ["quick", "changed", "E_DIFFERENT"],
    ["none", "changed", undefined],
  ] as const) {
    const path = join(await temporaryFolder(t), "disc");
    await createDisc(path, { media: "dvd+r" });
    const drive = await EmulatedDrive.open(nodeFileAccess, path, {});
    const execute = drive.execute.bind(drive);
    drive.execute = async (cdb, transfer, timeoutMs) => {
      const result = await execute(cdb, transfer, timeoutMs);
      // The last of the blocks that are read back.
      const isLast = cdb[0] === 0x28 && cdb[5] === 96 && cdb[4] === 0;
      if (!isLast || result.status !== "ok") return result;
      if (effect === "unreadable") {
        const sense = { key: 3, asc: 0x11, ascq: 5 };
        return { status: "check", sense, rawSense: new Uint8Array(0), data: new Uint8Array(0) };
      }
      return { status: "ok", data: result.data.map((octet, at) => (at === 7 ? octet ^ 1 : octet)) };
    };
    await using recorder = await Recorder.on(drive);
    const written = recorder.write(sessionOf(1, 0, 110), { verify: level });
    if (code === undefined) await t.notThrowsAsync(written);
    else await t.throwsAsync(written, { code, message: /blocks 96 to 109/ });
    t.is(recorder.state.state, "appendable");
  }
});

test("a session that the drive does not tell of afterwards is not verified", async (t) => {
  const path = join(await temporaryFolder(t), "disc");
  await createDisc(path, { media: "dvd+r" });
  const drive = await EmulatedDrive.open(nodeFileAccess, path, {});
  const execute = drive.execute.bind(drive);
  // The drive takes the closing of tracks and sessions, and does nothing.
  drive.execute = async (cdb, transfer, timeoutMs) =>
    cdb[0] === 0x5b ? { status: "ok", data: new Uint8Array(0) } : await execute(cdb, transfer, timeoutMs);
  await using recorder = await Recorder.on(drive);
  const error = await t.throwsAsync<DiscError>(recorder.write(sessionOf(1, 0, 64), { verify: "quick" }));
  t.is(error?.code, "E_DAMAGED");
  t.regex(error!.message, /session 1 is open/);
});

test("progress tells what the drive is at, and how long it takes yet", async (t) => {
  const { recorder } = await recorderWith(t, "dvd-r");
  const seen: RecorderProgress[] = [];
  const onProgress = (progress: RecorderProgress): void => {
    seen.push(progress);
  };
  await recorder.write(sessionOf(1, 0, 320), { onProgress, verify: "full" });
  const actions = [...new Set(seen.map(({ action }) => action))];
  t.deepEqual(actions, [
    "calibratingPower",
    "initializingHardware",
    "validatingMedia",
    "writingData",
    "finalization",
    "verifying",
  ]);
  const writing = seen.filter(({ action }) => action === "writingData");
  t.like(writing.at(-1), { phase: "writing", doneBlocks: 320, totalBlocks: 320, fraction: 1, remainingMs: 0 });
  t.true(writing.every(({ elapsedMs }, index) => elapsedMs >= (writing[index - 1]?.elapsedMs ?? 0)));
  const rewritable = (await recorderWith(t, "dvd-rw")).recorder;
  const blanking: RecorderProgress[] = [];
  await rewritable.blank({ onProgress: (progress) => blanking.push(progress) });
  t.true(blanking.some(({ phase, fraction }) => phase === "blanking" && fraction !== null && fraction > 0));
  t.is(blanking.at(-1)?.fraction, 1);
});

test("a disc that is taken out while it is written is told from a drive that was reset", async (t) => {
  const write = 0x2a;
  const changed = await recorderWith(t, "dvd+r", { faults: [{ at: 4, operationCode: write, effect: "mediumChange" }] });
  // It was the same disc after all: a drive may say so without reason.
  await t.throwsAsync(append(changed.recorder, 1, 320), { code: "E_COMMAND_FAILED", message: /6\/28\/00/ });
  t.true(changed.recorder.state.needsRepair);
  await changed.recorder.repair();
  t.is(changed.recorder.state.state, "appendable");
  const taken = await recorderWith(t, "dvd+r", { faults: [{ at: 4, operationCode: write, effect: "mediumRemoval" }] });
  await t.throwsAsync(append(taken.recorder, 1, 320), { code: "E_COMMAND_FAILED" });
  t.false(taken.recorder.hasMedium);
});

test("another disc in the drive, while it is written", async (t) => {
  const folder = await temporaryFolder(t);
  const drives = [];
  for (const name of ["a", "b"]) {
    await createDisc(join(folder, name), { media: "dvd+r" });
    drives.push(await EmulatedDrive.open(nodeFileAccess, join(folder, name), {}));
  }
  const [first, second] = drives as [EmulatedDrive, EmulatedDrive];
  t.teardown(() => second[Symbol.asyncDispose]());
  let writes = 0;
  let isTold = false;
  const execute = first.execute.bind(first);
  first.execute = async (cdb, transfer, timeoutMs) => {
    if (cdb[0] === 0x2a) writes++;
    if (writes < 4) return await execute(cdb, transfer, timeoutMs);
    if (isTold) return await second.execute(cdb, transfer, timeoutMs);
    isTold = true;
    const sense = { key: 6, asc: 0x28, ascq: 0 };
    return { status: "check", sense, rawSense: new Uint8Array(0), data: new Uint8Array(0) };
  };
  await using recorder = await Recorder.on(first);
  const id = recorder.state.discId;
  const error = await t.throwsAsync<DiscError<"E_DISC_CHANGED">>(append(recorder, 1, 320), { code: "E_DISC_CHANGED" });
  t.like(error?.detail, { what: "disc", expected: id });
  t.not(error?.detail.actual, id);
});
