import test from "ava";
import { writeParametersFor } from "../../../src/device/mmc/write-parameters-page.js";
import { allWell, benchWith } from "./support.js";

const incremental = writeParametersFor("dvdIncremental", { keepDiscOpen: true });
const finalising = writeParametersFor("dvdIncremental", { keepDiscOpen: false });
const discAtOnce = writeParametersFor("dvdDiscAtOnce", { keepDiscOpen: false });
const incrementalFeature = 0x0021;

for (const media of ["dvd-r", "dvd-rw"]) {
  test(`${media}: borders follow one another; another address is refused, and so is everything once it is final`, async (t) => {
    const bench = await benchWith(t, media);
    t.is(await bench.select(incremental), "ok");
    t.is(await bench.read(0, 1), "5/21/00");
    t.is(await bench.write(16, 16), "5/21/02");
    t.is(await bench.write(80_000, 16), "5/21/00");
    t.like(await bench.track(1), {
      blank: true,
      packet: true,
      trackMode: 5,
      nextWritableAddress: 0,
      freeBlocks: 80_000,
    });
    // FFh is no track of this medium.
    t.is(await bench.track(0xff).catch((error: Error) => error.message), "READ TRACK INFORMATION: 5/24/00");
    t.deepEqual(await bench.session(0, 20, 1, 1), allWell);
    // 20 blocks are two ECC blocks; the first border takes 28,688 blocks, later ones 6,160.
    t.like(await bench.track(2), { sessionNumber: 2, trackStartAddress: 28_720, nextWritableAddress: 28_720 });
    t.is(await bench.write(28_704, 16), "5/21/02");
    t.deepEqual(await bench.session(28_720, 32, 2, 2), allWell);
    t.like(await bench.disc(), {
      discStatus: 1,
      stateOfLastSession: 0,
      numberOfSessions: 3,
      lastTrackInLastSession: 3,
    });
    t.like(await bench.track(3), { nextWritableAddress: 34_912 });
    t.is(await bench.octet(19), 1);
    t.is(await bench.octet(20), 0);
    t.is(await bench.octet(28_720), 2);
    t.is(await bench.read(20, 16), "5/21/00");
    t.is(await bench.lastBlock(), 28_751);
    t.true(await bench.hasFeature(incrementalFeature));
    t.is(await bench.select(finalising), "ok");
    t.deepEqual(await bench.session(34_912, 16, 3, 3), allWell);
    t.like(await bench.disc(), {
      discStatus: 2,
      stateOfLastSession: 3,
      numberOfSessions: 3,
      lastTrackInLastSession: 3,
    });
    t.is(await bench.write(41_088, 16), "5/30/05");
    t.is(await bench.reserve(16), "5/30/05");
    t.is(await bench.close(2), "5/30/05");
    t.false(await bench.hasFeature(incrementalFeature));
    t.like(await bench.track(3), { nextWritableAddressValid: false, lastRecordedAddress: 34_927, trackSize: 16 });
    t.is(await bench.toc(1), "000a0103" + "0014030000008860");
    t.is(await bench.toc(2), "5/24/00");
  });
}

test("DVD-R: a disc at once has a size, and ends when it has come to it", async (t) => {
  const bench = await benchWith(t, "dvd-r");
  t.is(await bench.select(discAtOnce), "ok");
  t.is(await bench.write(0, 16), "5/2C/00");
  t.is(await bench.reserve(80_001), "5/63/00");
  t.is(await bench.reserve(100), "ok");
  t.like(await bench.track(1), { reservedTrack: true, blank: true, packet: false, freeBlocks: 112, trackSize: 112 });
  t.is(await bench.reserve(16), "5/2C/00");
  t.is(await bench.write(0, 96), "ok");
  t.is(await bench.sync(), "ok");
  t.like(await bench.disc(), { discStatus: 1, stateOfLastSession: 1 });
  t.is(await bench.write(96, 32), "5/63/00");
  t.is(await bench.write(96, 4), "ok");
  t.is(await bench.sync(), "ok");
  t.like(await bench.disc(), { discStatus: 2, stateOfLastSession: 3, numberOfSessions: 1 });
  t.is(await bench.lastBlock(), 111);
});

test("DVD-R: the write parameters say how it is written", async (t) => {
  const bench = await benchWith(t, "dvd-r");
  t.is(await bench.select({ ...incremental, writeType: 1 }), "5/26/02");
  t.is(await bench.select({ ...incremental, writeType: 4 }), "5/26/02");
  t.is(await bench.select({ ...incremental, trackMode: 0 }), "5/26/02");
  t.is(await bench.select({ ...incremental, dataBlockType: 0 }), "5/26/02");
  t.is(await bench.select({ ...incremental, packetSize: 32 }), "5/26/02");
  t.is(await bench.select(discAtOnce), "ok");
  t.is(await bench.reserve(32), "ok");
  // Reserved to be written at once, and not in increments.
  t.is(await bench.select(incremental), "ok");
  t.is(await bench.write(0, 16), "5/64/00");
});

test("DVD-RW blanked minimally takes a disc at once alone, until it is blanked wholly", async (t) => {
  const bench = await benchWith(t, "dvd-rw");
  await bench.select(incremental);
  t.deepEqual(await bench.session(0, 32, 1), allWell);
  t.is(await bench.blank(1), "ok");
  t.like(await bench.disc(), { discStatus: 0, erasable: true, numberOfSessions: 1 });
  t.is(await bench.read(0, 1), "5/21/00");
  t.false(await bench.hasFeature(incrementalFeature));
  t.is(await bench.write(0, 16), "5/64/00");
  t.is(await bench.reserve(16), "5/64/00");
  await bench.select(discAtOnce);
  t.is(await bench.reserve(32), "ok");
  t.is(await bench.write(0, 32), "ok");
  t.is(await bench.sync(), "ok");
  t.like(await bench.disc(), { discStatus: 2 });
  t.is(await bench.blank(5), "5/24/00");
  t.is(await bench.blank(0), "ok");
  t.true(await bench.hasFeature(incrementalFeature));
  await bench.select(incremental);
  t.deepEqual(await bench.session(0, 16, 1), allWell);
});

test("a track that is reserved keeps its place, while others are written", async (t) => {
  for (const media of ["dvd-r", "dvd+r", "bd-r"]) {
    const bench = await benchWith(t, media);
    const unit = media === "bd-r" ? 32 : 16;
    if (media === "dvd-r") await bench.select(incremental);
    t.is(await bench.reserve(100), "ok", media);
    const reserved = Math.ceil(100 / unit) * unit;
    t.like(await bench.track(1), { reservedTrack: true, blank: true, trackSize: reserved, freeBlocks: reserved });
    t.like(await bench.track(2), { trackStartAddress: reserved, nextWritableAddress: reserved });
    t.like(await bench.disc(), { discStatus: 1, stateOfLastSession: 1, lastTrackInLastSession: 2 });
    t.is(await bench.write(reserved, unit, 2), "ok");
    t.is(await bench.write(0, unit, 1), "ok");
    t.is(await bench.write(unit, reserved), "5/63/00");
    t.is(await bench.sync(), "ok");
    t.is(await bench.close(2), "5/72/03");
    t.is(await bench.close(1, 2), "ok");
    t.is(await bench.close(2), "5/72/04");
    t.is(await bench.read(unit, 1), "5/21/00");
    t.is(await bench.close(1, 1), "ok");
    t.is(await bench.octet(unit), 0);
    t.is(await bench.close(2), "ok");
    t.is(await bench.octet(0), 1);
    t.is(await bench.octet(reserved), 2);
    // A DVD+R makes one track of all tracks of a session.
    t.is((await bench.disc()).lastTrackInLastSession, media === "dvd+r" ? 2 : 3);
  }
});

test("a reserved track that is full needs no closing", async (t) => {
  for (const media of ["dvd+r", "bd-r"]) {
    const bench = await benchWith(t, media);
    t.is(await bench.reserve(1_641), "ok");
    for (let lba = 0; lba < 1_641; lba += 547) t.is(await bench.write(lba, 547), "ok");
    t.is(await bench.close(2), "ok", media);
    t.like(await bench.disc(), { discStatus: 1, stateOfLastSession: 0, numberOfSessions: 2 });
    t.is(await bench.read(0, 1_641), "ok");
  }
});

test("only so many tracks may be reserved", async (t) => {
  const bench = await benchWith(t, "dvd+r");
  for (let track = 1; track <= 15; track++) t.is(await bench.reserve(16), "ok");
  t.is(await bench.reserve(16), "5/72/05");
  const cd = await benchWith(t, "cd-r");
  t.is(await cd.reserve(300), "5/64/00");
});

test("BD-R: the first write formats it; sessions cost no blocks", async (t) => {
  const bench = await benchWith(t, "bd-r");
  t.like(await bench.disc(), { discStatus: 0 });
  t.deepEqual((await bench.formats()).current?.descriptorType, 1);
  t.deepEqual(await bench.session(0, 10, 1), allWell);
  t.like(await bench.disc(), { discStatus: 1, stateOfLastSession: 0, numberOfSessions: 2 });
  t.like(await bench.track(2), { packet: true, nextWritableAddress: 32, freeBlocks: 80_000 - 32 });
  t.is(await bench.write(0, 32), "5/21/02");
  t.is(await bench.format(0x32, 0xffff_ffff), "5/30/06");
  t.is(await bench.close(5), "5/24/00");
  t.deepEqual(await bench.session(32, 32, 2), allWell);
  t.is(await bench.close(6), "ok");
  t.like(await bench.disc(), { discStatus: 2, numberOfSessions: 2 });
});

for (const [media, capacity] of [
  ["cd-r", 20_000],
  ["dvd-r", 40_000],
  ["dvd+r", 20_000],
  ["bd-r", 20_000],
] as const) {
  test(`${media}: the last block can be written, and no other behind it`, async (t) => {
    const bench = await benchWith(t, media, capacity);
    const last = 16 * Math.floor((capacity - 1) / 16);
    for (let lba = 0; lba < last; lba += 500) {
      t.is(await bench.write(lba, Math.min(500, last - lba)), "ok");
    }
    t.is(await bench.write(last, capacity - last + 1), "5/63/00");
    t.is(await bench.write(last, capacity - last, 7), "ok");
    t.is(await bench.write(capacity, 1), "5/21/00");
    t.is(await bench.sync(), "ok");
    t.is(await bench.close(1, 1), "ok");
    t.is(await bench.close(2), "ok");
    t.is(await bench.octet(capacity - 1), 7);
    // Where no session has room any more, the disc is final.
    t.like(await bench.disc(), { discStatus: 2 });
  });
}

test("DVD+R: one track for each session, FFh for the one that comes next", async (t) => {
  const bench = await benchWith(t, "dvd+r");
  t.like(await bench.track(0xff), { trackNumber: 1, blank: true, reservedTrack: false, readCompatibilityLba: 262_144 });
  t.is(await bench.write(0, 16), "ok");
  t.is(await bench.close(1, 0xff), "ok");
  t.like(await bench.track(1), { blank: false, reservedTrack: true, nextWritableAddressValid: false });
  t.is(await bench.write(16, 16), "ok");
  t.is(await bench.close(1, 2), "ok");
  t.like(await bench.disc(), { lastTrackInLastSession: 3, numberOfSessions: 1 });
  t.is(await bench.close(2), "ok");
  t.like(await bench.disc(), { lastTrackInLastSession: 2, numberOfSessions: 2 });
  t.like(await bench.track(1), { trackSize: 32, lastRecordedAddress: 31 });
  t.like(await bench.track(0x20, 0), { trackNumber: 1 });
  t.like(await bench.track(2, 2), { trackNumber: 2 });
  t.is(await bench.close(5), "ok");
  t.like(await bench.disc(), { discStatus: 2, numberOfSessions: 1 });
});

test("of more tracks than a table can list, DVD and BD tell two", async (t) => {
  const bench = await benchWith(t, "bd-r", 20_000);
  for (let session = 1; session <= 100; session++) {
    const lba = (session - 1) * 32;
    t.is(await bench.write(lba, 32), "ok");
    t.is(await bench.close(1, session), "ok");
    t.is(await bench.close(2), "ok");
  }
  t.is(await bench.toc(0), "001a0102" + "0014010000000000" + "0014020000000c60" + "0014aa0000000c80");
  t.is(await bench.toc(1), "000a0102" + "0014020000000c60");
  t.like(await bench.track(100), { sessionNumber: 100, trackStartAddress: 3168 });
});
