import { readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import { EmulatedDrive } from "../../../src/device/emulated/drive.js";
import { brokenInvariant } from "../../../src/device/emulated/medium-invariants.js";
import { decodeSidecar, encodeSidecar } from "../../../src/device/emulated/sidecar.js";
import { msfFromLba } from "../../../src/device/mmc/minute-second-frame.js";
import { encodeCueSheet, sendCueSheet } from "../../../src/device/mmc/send-cue-sheet.js";
import { writeParametersFor } from "../../../src/device/mmc/write-parameters-page.js";
import { createDisc } from "../../../src/device.js";
import { nodeFileAccess } from "../../../src/host/node-file-access.js";
import type { Faults } from "../support.js";
import { faultyFiles, temporaryFolder } from "../support.js";
import { Bench, benchWith, openBench, reopened } from "./support.js";

const incremental = writeParametersFor("dvdIncremental", { keepDiscOpen: true });

/** A sidecar as version 0.1 wrote it: of a DVD+R with a closed session and an open one. */
const schema1 = {
  schema: 1,
  media: "dvd+r",
  profile: 27,
  capacityBlocks: 40_000,
  discId: "0000002a",
  finalised: false,
  sessions: [
    { number: 1, state: "complete" },
    { number: 2, state: "open" },
  ],
  tracks: [
    { number: 1, session: 1, startLba: 0, blocks: 16, state: "complete", damaged: false },
    { number: 2, session: 2, startLba: 2_064, blocks: 16, state: "complete", damaged: false },
  ],
  damage: [{ firstLba: 3, blocks: 1, fails: "read" }],
  acceptedBytes: 0,
};

test("sidecar-schema-1: sidecars of version 0.1 are read, and become new ones", async (t) => {
  const path = join(await temporaryFolder(t), "disc");
  await writeFile(path, new Uint8Array(2_080 * 2048));
  await writeFile(`${path}.mmc.json`, JSON.stringify(schema1));
  const bench = await openBench(t, path);
  t.like(await bench.disc(), { discStatus: 1, numberOfSessions: 2, lastTrackInLastSession: 3, discIdentification: 42 });
  t.is(await bench.read(3, 1), "3/11/00");
  t.is(await bench.close(2), "ok");
  const sidecar = JSON.parse(await readFile(`${path}.mmc.json`, "utf8"));
  t.like(sidecar, { schema: 2, model: "sequential", interrupted: null, format: null });
  t.like(sidecar.tracks[0], { reservedBlocks: null, content: "mode1", writing: "incremental" });
  const cd = { ...schema1, media: "cd-r", profile: 9, sessions: [], tracks: [], damage: [] };
  const state = decodeSidecar("disc", new TextEncoder().encode(JSON.stringify(cd)));
  t.is(state.model, "sequential");
  const unknown = new TextEncoder().encode(JSON.stringify({ ...schema1, schema: 3 }));
  t.throws(() => decodeSidecar("disc", unknown), { code: "E_SIDECAR" });
});

test("sidecars that contradict themselves", async (t) => {
  const ofBlank = async (media: string): Promise<Record<string, unknown>> =>
    JSON.parse(new TextDecoder().decode(encodeSidecar((await benchWith(t, media)).drive.medium)));
  const refused = (value: Record<string, unknown>, reason: RegExp): void => {
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    const error = t.throws(() => decodeSidecar("disc", bytes), { code: "E_SIDECAR" });
    t.regex(error.message, reason);
  };
  const ram = await ofBlank("dvd-ram");
  refused({ ...ram, model: "sequential" }, /not sequential/);
  refused({ ...ram, spareBlocks: 1 }, /more than/);
  refused({ ...ram, formattedBlocks: 80_001 }, /formatted/);
  refused({ ...ram, recordedBlocks: 80_001 }, /recorded/);
  refused({ ...ram, written: [{ firstLba: 5, blocks: 3 }] }, /does not lie behind/);
  refused({ ...ram, formattedBlocks: 4, written: [{ firstLba: 5, blocks: 80_000 }] }, /was written/);
  refused({ ...ram, backgroundFormat: "odd" }, /backgroundFormat/);
  refused({ ...ram, interrupted: "eject" }, /interrupted/);
  const bdR = await ofBlank("bd-r");
  refused({ ...bdR, format: { spareBlocks: 1 } }, /pseudoOverwrite/);
  refused({ ...bdR, firstLayerBlocks: -1 }, /firstLayerBlocks/);
  const track = {
    number: 1,
    session: 1,
    startLba: 0,
    blocks: 32,
    reservedBlocks: 16,
    state: "recording",
    damaged: false,
    content: "mode1",
    writing: "incremental",
  };
  const sessions = [{ number: 1, state: "open" }];
  refused({ ...bdR, sessions, tracks: [track] }, /reserved are 16/);
  refused(
    { ...bdR, sessions: [{ number: 1, state: "complete" }], tracks: [{ ...track, blocks: 3 }] },
    /being recorded/,
  );
  refused({ ...bdR, sessions, tracks: [{ ...track, reservedBlocks: null, blocks: 80_001 }] }, /beyond 80000/);
  const second = { ...track, number: 2, startLba: 64 };
  refused({ ...bdR, sessions, tracks: [{ ...track, reservedBlocks: null }, second] }, /not the last/);
});

/** Ends a drive as when its process is killed: nothing more is done. */
async function killed(t: ExecutionContext, bench: Bench): Promise<Bench> {
  // The lock of a process ends with it; the files are as they are at this moment.
  const copy = join(await temporaryFolder(t), "disc");
  await writeFile(copy, await readFile(bench.path));
  await writeFile(`${copy}.mmc.json`, await readFile(`${bench.path}.mmc.json`));
  return await openBench(t, copy);
}

test("killed in the midst of a blanking or a formatting, a disc says so until that is done again", async (t) => {
  const rewritable = await benchWith(t, "dvd-rw");
  await rewritable.select(incremental);
  await rewritable.session(0, 32, 1);
  for (const again of ["blank", "format"] as const) {
    t.is(await rewritable.blank(0, true), "ok");
    const left = await killed(t, rewritable);
    t.like(await left.disc(), { discStatus: 1, stateOfLastSession: 2 });
    t.is(await left.read(0, 1), "3/31/00");
    t.is(await left.write(0, 16), "3/31/00");
    t.is(await left.close(2), "3/31/00");
    t.is(await left.reserve(16), "3/31/00");
    t.is(await left.toc(0), "3/57/00");
    t.is(await left.lastBlock(), 0);
    if (again === "blank") t.is(await left.blank(0), "ok");
    else t.is(await left.format(0x10, 1_600, { typeDependentParameter: 16 }), "ok");
    t.like(await left.disc(), { discStatus: again === "blank" ? 0 : 2 });
    while ((await rewritable.ready()) !== "ok");
  }
  const bd = await benchWith(t, "bd-re", 40_000);
  await bd.format(0x30, 0xffff_ffff, { immediate: true });
  const left = await killed(t, bd);
  t.is(await left.write(0, 32), "3/31/00");
  t.is(await left.format(0x30, 0xffff_ffff), "ok");
  t.is(await left.write(0, 32), "ok");
});

test("killed while it was written, a sequential disc has an open, damaged track", async (t) => {
  for (const media of ["dvd-r", "dvd-rw", "cd-rw", "dvd-r-dl", "dvd+r-dl", "bd-r-dl"]) {
    const bench = await benchWith(t, media);
    const first = media === "cd-rw" ? 300 : 64;
    t.is(await bench.write(0, first, 1), "ok", media);
    const left = await killed(t, bench);
    t.like(await left.track(1), { damage: true, sessionNumber: 1 });
    t.like(await left.disc(), { discStatus: 1, stateOfLastSession: 1 });
    t.is(await left.octet(0), 1);
    t.is(await left.close(1, 1), "ok");
    t.is(await left.close(2), "ok");
    t.is(await left.octet(first - 1), 1);
  }
});

test("killed while reserved tracks were written: up to the end of the file, or to what was synced", async (t) => {
  const bench = await benchWith(t, "dvd+r");
  await bench.reserve(64);
  await bench.write(0, 32, 1);
  let left = await killed(t, bench);
  t.like(await left.track(1), { damage: true, nextWritableAddress: 32, freeBlocks: 32 });
  await bench.sync();
  left = await killed(t, bench);
  t.like(await left.track(1), { damage: false, nextWritableAddress: 32 });
  await bench.write(32, 16, 2);
  await bench.write(64, 16, 3);
  await bench.write(48, 8, 9);
  left = await killed(t, bench);
  // The file goes on behind the first track: nothing tells how far it was written since.
  t.like(await left.track(1), { damage: false, nextWritableAddress: 48 });
  t.like(await left.track(2), { damage: true, nextWritableAddress: 80 });
  t.is(await left.close(1, 2), "ok");
  t.is(await left.write(48, 16, 4), "ok");
  t.is(await left.close(1, 1), "ok");
  t.is(await left.close(2), "ok");
  t.deepEqual([await left.octet(31), await left.octet(63), await left.octet(64)], [1, 4, 3]);
});

test("killed in the midst of a session at once, a CD has an open, damaged track", async (t) => {
  const bench = await benchWith(t, "cd-r");
  await bench.select(writeParametersFor("cdSessionAtOnce", { keepDiscOpen: true }));
  const line = (trackNumber: number, index: number, lba: number, dataForm: number) => ({
    control: 4,
    adr: 1,
    trackNumber,
    index,
    dataForm,
    serialCopyManagement: 0,
    absoluteTime: msfFromLba(lba),
  });
  const data = encodeCueSheet([line(1, 0, -150, 0x10), line(1, 1, 0, 0x10), line(0xaa, 1, 500, 0x14)]);
  await bench.run(sendCueSheet, { cueSheetSize: data.length }, { direction: "out", data });
  await bench.write(-150, 150);
  t.like(await (await killed(t, bench)).disc(), { discStatus: 0 });
  await bench.write(0, 400, 1);
  const left = await killed(t, bench);
  t.like(await left.disc(), { discStatus: 1, stateOfLastSession: 1 });
  t.like(await left.track(1), { damage: true, nextWritableAddress: 400 });
  await left.select(writeParametersFor("cdTrackAtOnce", { keepDiscOpen: true }));
  t.is(await left.write(400, 16), "5/64/00");
  t.is(await left.close(1, 1), "ok");
  t.is(await left.close(2), "ok");
  t.is(await left.octet(399), 1);
});

test("killed while it was overwritten: what was synced is there, formatting is suspended", async (t) => {
  const bench = await benchWith(t, "dvd+rw", 64_000);
  await bench.format(0x26, 0xffff_ffff);
  await bench.write(0, 32, 1);
  await bench.write(40_000, 16, 2);
  await bench.sync();
  await bench.write(50_000, 16, 3);
  const left = await killed(t, bench);
  t.like(await left.disc(), { discStatus: 2, backgroundFormatStatus: 1 });
  t.is(await left.octet(0), 1);
  t.is(await left.octet(40_000), 2);
  t.is(await left.read(50_000, 1), "3/02/00");
  t.is(await left.format(0x26, 0, { typeDependentParameter: 1 }), "ok");
  t.is(await left.write(50_000, 16, 4), "ok");
  t.is(await left.close(0), "ok");
  t.is(await left.octet(45_000), 0);
});

test("killed while an open border grew: whole ECC blocks of it are there", async (t) => {
  const bench = await benchWith(t, "dvd-rw", 64_000);
  await bench.format(0x15, 0, { typeDependentParameter: 16 });
  await bench.write(0, 64, 1);
  await bench.drive[Symbol.asyncDispose]();
  await truncate(bench.path, 40 * 2048);
  const left = await openBench(t, bench.path);
  t.like(await left.disc(), { discStatus: 1, stateOfLastSession: 1 });
  t.is(await left.lastBlock(), 31);
  t.is(await left.write(32, 16, 2), "ok");
  t.is(await left.close(2), "ok");
  t.is(await left.octet(32), 2);
});

test("files that disagree with their sidecars", async (t) => {
  const bench = await benchWith(t, "dvd-ram", 6_400);
  await bench.write(100, 1);
  await bench.sync();
  await bench.drive[Symbol.asyncDispose]();
  await truncate(bench.path, 50 * 2048);
  await t.throwsAsync(openBench(t, bench.path), { code: "E_SIDECAR" });
  const forced = await openBench(t, bench.path, { force: true });
  t.is(await forced.octet(100), 0);
  await forced.drive[Symbol.asyncDispose]();
  await truncate(bench.path, 6_401 * 2048);
  await t.throwsAsync(openBench(t, bench.path), { code: "E_SIDECAR" });
});

test("a file that somebody says is a rewritable disc", async (t) => {
  for (const media of ["dvd+rw", "dvd-ram", "bd-re", "cd-rw", "dvd-rw"]) {
    const path = join(await temporaryFolder(t), "disc");
    await writeFile(path, new Uint8Array(40 * 2048 + 5).fill(9));
    const bench = await openBench(t, path, { media });
    t.is(await bench.octet(40), 9, media);
    t.is((await readFile(path)).length, 41 * 2048);
    t.is((await reopened(t, bench)).drive.medium.media.media, media);
  }
});

/** Every operation of the host's files fails once: the disc is then one of those that it may be. */
for (const [what, media, prepare, act] of [
  ["blanking", "cd-rw", async (b: Bench) => void (await b.write(0, 300, 1)), (b: Bench) => b.blank(0)],
  ["blanking a session", "cd-rw", async (b: Bench) => void (await b.write(0, 300, 1)), (b: Bench) => b.blank(6)],
  ["formatting", "bd-re", async () => {}, (b: Bench) => b.format(0x30, 0xffff_ffff)],
  ["reserving", "dvd+r", async () => {}, (b: Bench) => b.reserve(320)],
  ["overwriting", "dvd-ram", async () => {}, async (b: Bench) => [await b.write(100, 16, 2), await b.sync()]],
] as const) {
  for (const power of [false, true]) {
    test(`${what}: ${power ? "power lost" : "a failure"} at each operation`, async (t) => {
      for (let failAt = 1; ; failAt++) {
        const path = join(await temporaryFolder(t), "disc");
        await createDisc(path, { media, capacityBlocks: 40_000 });
        const before = await openBench(t, path);
        await prepare(before);
        await before.sync();
        await before.drive[Symbol.asyncDispose]();
        const faults: Faults = { operations: 0, failAt, power, partialBytes: 3_000 };
        let drive: EmulatedDrive | undefined;
        try {
          drive = await EmulatedDrive.open(faultyFiles(faults), path, {});
          await drive.reserve();
          await act(new Bench(drive, path));
        } catch (error) {
          if (!(error instanceof Error)) throw error;
        } finally {
          // After a failure the drive still lets go of the disc.
          await drive?.[Symbol.asyncDispose]().catch(() => undefined);
        }
        await using after = await EmulatedDrive.open(nodeFileAccess, path, {});
        await after.reserve();
        const bench = new Bench(after, path);
        t.is(brokenInvariant(after.medium), undefined);
        t.is(await bench.ready(), "ok");
        // What was not brought to an end can be done again.
        const again = await act(bench);
        t.true(["ok", "5/24/00", "5/2C/00"].includes([again].flat()[0]!), `operation ${failAt}: ${again}`);
        if (faults.operations < failAt) break;
      }
    });
  }
}
