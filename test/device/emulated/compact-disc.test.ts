import { readFile } from "node:fs/promises";
import test from "ava";
import { strictContext } from "../../../src/codec/codec.js";
import { atip } from "../../../src/device/mmc/atip.js";
import { lbaFromMsf, msfFromLba } from "../../../src/device/mmc/minute-second-frame.js";
import type { CueSheetEntry } from "../../../src/device/mmc/send-cue-sheet.js";
import { encodeCueSheet, sendCueSheet } from "../../../src/device/mmc/send-cue-sheet.js";
import { writeParametersFor } from "../../../src/device/mmc/write-parameters-page.js";
import { createDisc } from "../../../src/device.js";
import type { Bench } from "./support.js";
import { allWell, benchWith, reopened } from "./support.js";

const open = { keepDiscOpen: true };
const trackAtOnce = writeParametersFor("cdTrackAtOnce", open);
const sessionAtOnce = writeParametersFor("cdSessionAtOnce", open);

function line(trackNumber: number, index: number, lba: number, dataForm = 0x10): CueSheetEntry {
  return { control: 4, adr: 1, trackNumber, index, dataForm, serialCopyManagement: 0, absoluteTime: msfFromLba(lba) };
}

/** A session of one data track, its pause sent by the host. */
function cueSheet(start: number, blocks: number, track = 1): CueSheetEntry[] {
  return [
    line(0, 0, start - 150, 0x41),
    line(track, 0, start - 150),
    line(track, 1, start),
    line(0xaa, 1, start + blocks, 0x14),
  ];
}

async function send(bench: Bench, entries: readonly CueSheetEntry[]): Promise<string> {
  const data = encodeCueSheet(entries);
  return await bench.run(sendCueSheet, { cueSheetSize: data.length }, { direction: "out", data });
}

test("CD-R: several tracks of a session, and three sessions", async (t) => {
  const bench = await benchWith(t, "cd-r");
  t.is(await bench.select(trackAtOnce), "ok");
  t.is(await bench.write(0, 310, 1), "ok");
  t.is(await bench.sync(), "ok");
  // Two blocks run-out, and the pre-gap of the next track.
  t.like(await bench.track(0xff), { trackNumber: 2, sessionNumber: 1, nextWritableAddress: 462 });
  t.is(await bench.write(462, 400, 2), "ok");
  t.is(await bench.close(2), "5/72/03");
  t.is(await bench.sync(), "ok");
  t.is(await bench.close(2), "ok");
  t.like(await bench.track(0xff), { trackNumber: 3, sessionNumber: 2, nextWritableAddress: 864 + 11_400 });
  t.is(await bench.write(864 + 11_400, 300, 3), "ok");
  t.is(await bench.sync(), "ok");
  t.is(await bench.close(2), "ok");
  t.like(await bench.track(0xff), { trackNumber: 4, sessionNumber: 3, nextWritableAddress: 12_566 + 6_900 });
  t.is(await bench.octet(462), 2);
  t.is(await bench.read(309, 2), "3/11/05");
  t.is(await bench.read(400, 1), "3/11/00");
  t.is(await bench.lastBlock(), 12_565);
  t.is(await bench.toc(1), "000a0102" + "0014030000002fe8");
  const raw = await bench.toc(2);
  // Five items for the first session, four for the second.
  t.is(raw.length / 2, 4 + 9 * 11);
  t.is(raw.slice(8, 8 + 22), "011400a00000000001" + "0000");
});

test("CD-R: what track-at-once writing is not for", async (t) => {
  const bench = await benchWith(t, "cd-r");
  t.is(await bench.select({ ...trackAtOnce, writeType: 0 }), "5/26/02");
  t.is(await bench.select({ ...trackAtOnce, writeType: 3 }), "5/26/02");
  // Parameters for audio are taken, but nothing is written with them.
  t.is(await bench.select({ ...trackAtOnce, trackMode: 0, dataBlockType: 0 }), "ok");
  t.is(await bench.write(0, 300), "5/64/00");
  t.is(await bench.select({ ...trackAtOnce, trackMode: 0 }), "5/26/02");
  t.is(await bench.blank(0), "5/30/00");
  t.is(await bench.close(6), "5/24/00");
  // Form 1 of mode 2 has blocks of the same length.
  t.is(await bench.select({ ...trackAtOnce, dataBlockType: 10 }), "ok");
  t.is(await bench.write(0, 300), "ok");
  t.is(await bench.sync(), "ok");
  t.like(await bench.track(1), { dataMode: 2, trackMode: 4 });
});

test("a session at once begins with its pause and ends with its last block", async (t) => {
  const bench = await benchWith(t, "cd-r");
  t.is(await send(bench, cueSheet(0, 500)), "5/2C/00");
  t.is(await bench.select(sessionAtOnce), "ok");
  t.like(await bench.track(0xff), { nextWritableAddress: 2 ** 32 - 150 });
  t.is(await bench.write(0, 16), "5/2C/00");
  t.is(await send(bench, cueSheet(0, 500).slice(0, 3)), "5/26/00");
  t.is(await send(bench, cueSheet(16, 500)), "5/26/00");
  t.is(await send(bench, cueSheet(0, 500, 2)), "5/26/00");
  t.is(await send(bench, cueSheet(0, 80_001)), "5/63/00");
  t.is(await send(bench, [line(0, 0, -150, 0x01), line(1, 1, 0, 0x00), line(0xaa, 1, 400, 0x01)]), "5/26/02");
  t.is(await send(bench, cueSheet(0, 500)), "ok");
  t.is(await bench.write(0, 16), "5/21/02");
  t.is(await bench.write(-150, 150, 9), "ok");
  t.like(await bench.track(0xff), { nextWritableAddress: 0 });
  t.is(await bench.write(0, 400, 1), "ok");
  t.is(await bench.sync(), "ok");
  t.like(await bench.disc(), { discStatus: 1, stateOfLastSession: 1 });
  t.is(await bench.write(400, 101), "5/63/00");
  t.is(await bench.write(400, 100, 2), "ok");
  t.is(await bench.write(500, 1), "5/63/00");
  t.is(await bench.sync(), "ok");
  t.like(await bench.disc(), { discStatus: 1, stateOfLastSession: 0, numberOfSessions: 2 });
  // No run-out: the lead-out begins where the data end.
  t.like(await bench.track(1), { trackSize: 500, trackStartAddress: 0 });
  t.is(await bench.octet(0), 1);
  t.is(await bench.octet(499), 2);
  t.is(await bench.read(500, 1), "5/21/00");
  t.is(await bench.lastBlock(), 499);
});

test("a session at once of several tracks, behind another session; pauses that the drive makes", async (t) => {
  const bench = await benchWith(t, "cd-rw");
  await bench.select(trackAtOnce);
  t.is(await bench.write(0, 300), "ok");
  await bench.sync();
  await bench.close(2);
  const start = 302 + 11_400;
  await bench.select({ ...sessionAtOnce, multisession: 0 });
  const sheet = [
    line(0, 0, start - 150, 0x41),
    line(2, 0, start - 150, 0x14),
    line(2, 1, start),
    line(3, 0, start + 400, 0x14),
    line(3, 1, start + 550),
    line(0xaa, 1, start + 900, 0x14),
  ];
  t.is(await send(bench, sheet), "ok");
  t.is(await bench.write(start, 401), "5/63/00");
  t.is(await bench.write(start, 400, 2), "ok");
  // The pause between is made by the drive.
  t.is(await bench.write(start + 400, 1), "5/21/02");
  t.is(await bench.write(start + 550, 350, 3), "ok");
  t.is(await bench.sync(), "ok");
  t.like(await bench.disc(), { discStatus: 2, numberOfSessions: 2, lastTrackInLastSession: 3 });
  t.like(await bench.track(2), { trackStartAddress: start, trackSize: 550, sessionNumber: 2 });
  t.like(await bench.track(3), { trackStartAddress: start + 550, trackSize: 350 });
  t.is(await bench.octet(start + 549), 0);
  t.is(await bench.octet(start + 899), 3);
});

test("test writing does everything but write", async (t) => {
  const bench = await benchWith(t, "cd-r");
  t.is(await bench.select({ ...trackAtOnce, testWrite: true }), "ok");
  t.is(await bench.write(0, 300), "ok");
  t.is(await bench.write(0, 16), "5/21/02");
  t.is(await bench.sync(), "ok");
  t.like(await bench.track(0xff), { trackNumber: 2, nextWritableAddress: 452 });
  t.is(await bench.read(0, 1), "5/21/00");
  t.is(await bench.write(452, 300), "ok");
  t.is(await bench.sync(), "ok");
  t.is(await bench.close(2), "ok");
  t.like(await bench.disc(), { discStatus: 0 });
  t.is((await readFile(bench.path)).length, 0);
  // A session at once, and switching to real writing in its midst.
  t.is(await bench.select({ ...sessionAtOnce, testWrite: true }), "ok");
  t.is(await send(bench, cueSheet(0, 400)), "ok");
  t.is(await bench.write(-150, 150), "ok");
  t.is(await bench.write(0, 200), "ok");
  t.is(await bench.select(trackAtOnce), "ok");
  t.like(await bench.disc(), { discStatus: 0 });
  t.is(await bench.write(0, 300), "ok");
  t.is(await bench.octet(0), 1);
  const dvd = await benchWith(t, "dvd-r");
  await dvd.select({ ...writeParametersFor("dvdIncremental", open), testWrite: true });
  t.deepEqual(await dvd.session(0, 32, 1), allWell);
  t.like(await dvd.disc(), { discStatus: 0 });
  const atOnce = writeParametersFor("dvdDiscAtOnce", { keepDiscOpen: false });
  await dvd.select({ ...atOnce, testWrite: true });
  t.is(await dvd.reserve(32), "ok");
  t.is(await dvd.write(0, 32), "ok");
  t.is(await dvd.sync(), "ok");
  await dvd.select(atOnce);
  t.like(await dvd.disc(), { discStatus: 0 });
  t.is(await dvd.reserve(32), "ok");
});

test("CD-RW: blanked wholly, minimally, and by its last session", async (t) => {
  const bench = await benchWith(t, "cd-rw");
  const sessions = async (): Promise<void> => {
    await bench.select(trackAtOnce);
    t.is(await bench.write(0, 300, 1), "ok");
    await bench.sync();
    await bench.close(2);
    t.is(await bench.write(11_702, 300, 2), "ok");
    await bench.sync();
  };
  await sessions();
  // The second session is still open: blanking it takes its track away.
  t.is(await bench.blank(6), "ok");
  t.like(await bench.track(0xff), { trackNumber: 2, sessionNumber: 2, nextWritableAddress: 11_702 });
  t.is((await readFile(bench.path)).length, 300 * 2048);
  t.is(await bench.write(11_702, 300, 3), "ok");
  await bench.sync();
  await bench.select({ ...trackAtOnce, multisession: 0 });
  await bench.close(2);
  t.like(await bench.disc(), { discStatus: 2, numberOfSessions: 2 });
  t.is(await bench.write(18_904, 300), "5/30/05");
  // Unclosed, it goes on where it was.
  t.is(await bench.blank(5), "ok");
  t.like(await bench.disc(), { discStatus: 1, stateOfLastSession: 1, numberOfSessions: 2 });
  t.is(await bench.octet(11_702), 3);
  t.is(await bench.blank(5), "5/2C/00");
  t.is(await bench.blank(2), "5/24/00");
  for (const type of [1, 0]) {
    t.is(await bench.blank(type), "ok");
    t.like(await bench.disc(), { discStatus: 0, erasable: true, numberOfSessions: 1 });
    t.is(await bench.read(0, 1), "5/21/00");
    t.is(await bench.toc(0), "5/24/00");
    await sessions();
  }
});

test("a CD that begins with an audio session", async (t) => {
  const made = await benchWith(t, "cd-r", 80_000, { audioSession: 4_500 });
  const bench = await reopened(t, made);
  t.like(await bench.disc(), { discStatus: 1, numberOfSessions: 2, stateOfLastSession: 0 });
  t.like(await bench.track(1), { trackMode: 0, dataMode: 0xf, trackSize: 4_500, nextWritableAddressValid: false });
  t.is(await bench.read(0, 1), "5/64/00");
  t.is(await bench.toc(0), "00120101" + "0010010000000000" + "0010aa0000001194");
  t.is((await readFile(bench.path)).length, 0);
  await bench.select(trackAtOnce);
  t.is(await bench.write(15_900, 300, 5), "ok");
  await bench.sync();
  await bench.close(2);
  t.is(await bench.octet(15_900), 5);
  t.is(await bench.read(4_499, 2), "5/64/00");
  t.is(await bench.toc(1), "000a0102" + "0014020000003e1c");
  const again = await reopened(t, bench);
  t.like(await again.track(2), { trackMode: 4, dataMode: 1, sessionNumber: 2 });
  const other = { media: "dvd-r", audioSession: 4_500, force: true };
  await t.throwsAsync(createDisc(bench.path, other), { code: "E_NOT_SUPPORTED" });
  for (const audioSession of [299, 1.5, 400_000]) {
    await t.throwsAsync(createDisc(bench.path, { media: "cd-r", audioSession, force: true }), {
      code: "E_OPTION_INVALID",
    });
  }
});

test("what the groove of a CD tells", async (t) => {
  for (const [media, rewritable] of [
    ["cd-r", false],
    ["cd-rw", true],
  ] as const) {
    const bench = await benchWith(t, media);
    const told = atip.read(Buffer.from(await bench.toc(4), "hex"), 0, strictContext);
    t.is(told.rewritable, rewritable);
    t.is(lbaFromMsf(told.lastPossibleLeadOutStart), 80_000);
    t.is(lbaFromMsf(told.leadInStart), -11_635);
  }
  t.is(await (await benchWith(t, "dvd+r")).toc(4), "5/24/00");
});
