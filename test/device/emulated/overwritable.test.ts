import { readFile } from "node:fs/promises";
import test from "ava";
import { benchWith, reopened, senseOf } from "./support.js";

const all = 0xffff_ffff;
const plusRw = 0x26;
const spares = 0x30;
const noSpares = 0x31;
const bdR = 0x32;
const quickGrow = 0x13;
const quick = 0x15;
const dvdFull = 0x10;
const dvd = { typeDependentParameter: 16 };

for (const media of ["dvd+rw", "dvd+rw-dl"]) {
  test(`${media}: formatting goes on in the background, is stopped, and started again`, async (t) => {
    const bench = await benchWith(t, media, 64_000);
    t.like(await bench.disc(), { discStatus: 0, backgroundFormatStatus: 0, erasable: true });
    t.deepEqual((await bench.formats()).current, { descriptorType: 1, numberOfBlocks: 64_000, blockLengthBytes: 2048 });
    t.deepEqual((await bench.formats()).formats, [
      { formatType: plusRw, formatSubtype: 0, numberOfBlocks: 64_000, typeDependentParameter: 0 },
    ]);
    t.is(await bench.read(0, 1), "5/30/10");
    t.is(await bench.write(0, 16), "5/30/10");
    t.is(await bench.toc(0), "5/24/00");
    t.is(await bench.lastBlock(), 0);
    t.is(await bench.format(0x00, all), "5/26/00");
    t.is(await bench.format(plusRw, 1_000), "5/26/02");
    t.is(await bench.format(plusRw, all), "ok");
    t.like(await bench.disc(), { discStatus: 2, stateOfLastSession: 3, backgroundFormatStatus: 2 });
    t.is(await bench.lastBlock(), 63_999);
    t.is(await bench.write(3, 1, 3), "ok");
    t.is(await bench.write(40_000, 16, 4), "ok");
    t.is(await bench.write(63_999, 2), "5/21/00");
    t.is(await bench.octet(3), 3);
    t.is(await bench.octet(40_000), 4);
    t.is(await bench.read(20_000, 1), "3/02/00");
    t.is(await bench.read(63_999, 2), "5/21/00");
    t.is(await bench.sync(), "ok");
    t.is(await bench.close(0), "ok");
    t.like(await bench.disc(), { backgroundFormatStatus: 1 });
    // What lay between was formatted before it stopped.
    t.is(await bench.octet(20_000), 0);
    t.like((await bench.formats()).current, { descriptorType: 2, numberOfBlocks: 40_016 });
    t.is(await bench.read(40_016, 1), "3/02/00");
    t.is(await bench.write(40_016, 16), "5/21/02");
    t.is(await bench.write(20_001, 5, 5), "ok");
    t.is(await bench.format(plusRw, 0, { typeDependentParameter: 1 }), "ok");
    t.like(await bench.disc(), { backgroundFormatStatus: 2 });
    t.is(await bench.octet(20_001), 5);
    t.is(await bench.write(63_999, 1, 6), "ok");
    t.is(await bench.write(64_000, 1), "5/21/00");
    const again = await reopened(t, bench);
    // Nobody formats a disc that is in no drive.
    t.like(await again.disc(), { backgroundFormatStatus: 1 });
    t.is(await again.octet(20_001), 5);
    t.is(await again.format(plusRw, all), "ok");
    t.is(await again.read(20_001, 1), "3/02/00");
    t.is((await readFile(again.path)).length, 0);
  });
}

test("DVD+RW: asked often enough, the drive is done with formatting", async (t) => {
  const bench = await benchWith(t, "dvd+rw", 6_400);
  await bench.format(plusRw, 6_400);
  await bench.write(3_000, 16, 7);
  let polls = 0;
  let progress = -1;
  while ((await bench.disc()).backgroundFormatStatus === 2) {
    const sense = await bench.sense();
    if (sense.progress === undefined) break;
    t.is(senseOf(sense), "0/04/04");
    t.true(sense.progress > progress);
    progress = sense.progress;
    t.is(await bench.ready(), "ok");
    polls++;
  }
  t.true(polls > 10 && polls < 100);
  t.like(await bench.disc(), { backgroundFormatStatus: 3 });
  t.is(await bench.octet(6_399), 0);
  t.is(await bench.octet(3_000), 7);
  t.like((await bench.formats()).current, { descriptorType: 2, numberOfBlocks: 6_400 });
  t.is(await bench.format(plusRw, 0, { typeDependentParameter: 1 }), "ok");
  t.like(await bench.disc(), { backgroundFormatStatus: 3 });
  t.is((await reopened(t, bench).then((again) => again.disc())).backgroundFormatStatus, 3);
});

test("DVD-RAM comes formatted, and is written a block at a time", async (t) => {
  const bench = await benchWith(t, "dvd-ram", 64_000);
  t.like(await bench.disc(), { discStatus: 3, stateOfLastSession: 3 });
  t.is(await bench.octet(63_999), 0);
  t.is(await bench.write(63_999, 1, 1), "ok");
  t.is(await bench.write(63_999, 2, 1), "5/21/00");
  t.is(await bench.write(5, 1, 2), "ok");
  t.is(await bench.sync(), "ok");
  for (const closing of [0, 1, 2]) t.is(await bench.close(closing), "ok");
  t.is(await bench.close(6), "5/24/00");
  t.is(await bench.blank(0), "5/30/00");
  t.is(await bench.reserve(16), "5/30/05");
  t.is(await bench.octet(63_999), 1);
  t.like(await bench.track(1), { trackSize: 64_000, nextWritableAddressValid: false });
  t.is(await bench.toc(0), "00120101" + "0014010000000000" + "0014aa000000fa00");
  t.is(await bench.format(0x00, 64_000, { typeDependentParameter: 2048 }), "ok");
  t.is(await bench.format(0x00, 64_000, { typeDependentParameter: 512 }), "5/26/02");
  t.is(await bench.octet(5), 0);
});

test("BD-RE: blocks for data and spare ones add up to the medium", async (t) => {
  const bench = await benchWith(t, "bd-re", null);
  const { current, formats } = await bench.formats();
  t.like(current, { descriptorType: 1, numberOfBlocks: 12_219_392 });
  t.deepEqual(
    formats.map(({ formatType, numberOfBlocks }) => [formatType, numberOfBlocks]),
    [
      [0x00, 11_826_176],
      [spares, 11_826_176],
      [spares, 12_088_320],
      [spares, 11_564_032],
      [noSpares, 12_219_392],
    ],
  );
  t.is(await bench.write(0, 32), "5/30/10");
  t.is(await bench.format(spares, 12_219_392), "5/26/02");
  t.is(await bench.format(spares, 11_826_177), "5/26/02");
  t.is(await bench.format(bdR, all), "5/26/00");
  t.is(await bench.format(spares, all), "ok");
  t.is(await bench.lastBlock(), 11_826_175);
  t.is(await bench.octet(11_826_175), 0);
  t.is(await bench.write(11_826_175, 1, 9), "ok");
  t.is(await bench.write(11_826_176, 1), "5/21/00");
  t.is(await bench.sync(), "ok");
  const again = await reopened(t, bench);
  t.is(await again.octet(11_826_175), 9);
  t.is(await again.format(noSpares, all, { typeDependentParameter: 2048 }), "ok");
  t.is(await again.lastBlock(), 12_219_391);
  t.is(await again.octet(11_826_175), 0);
  const small = await benchWith(t, "bd-re", 40_000);
  for (const { formatType, numberOfBlocks } of (await small.formats()).formats) {
    t.is(numberOfBlocks % 32, 0);
    t.true(formatType === noSpares ? numberOfBlocks === 40_000 : numberOfBlocks < 40_000);
  }
});

test("BD of two layers have twice the spares", async (t) => {
  const bench = await benchWith(t, "bd-re-dl", null);
  t.is((await bench.formats()).formats[0]?.numberOfBlocks, 24_438_784 - 786_432);
});

test("DVD-RW: from sequential recording to restricted overwrite and back", async (t) => {
  const bench = await benchWith(t, "dvd-rw", 64_000);
  t.is((await bench.configuration(2, 0)).currentProfile, 0x14);
  t.is(await bench.format(quickGrow, 0, dvd), "5/2C/00");
  t.is(await bench.format(quick, 0, { typeDependentParameter: 0 }), "5/26/02");
  t.is(await bench.format(quick, 0, dvd), "ok");
  t.is((await bench.configuration(2, 0)).currentProfile, 0x13);
  t.like(await bench.disc(), { discStatus: 1, stateOfLastSession: 1 });
  t.like((await bench.formats()).current, { descriptorType: 3, numberOfBlocks: 64_000 });
  t.like(await bench.track(1), { fixedPacket: true, packet: true, blockingFactor: 16, nextWritableAddress: 0 });
  t.is(await bench.write(0, 1), "5/64/01");
  t.is(await bench.write(1, 16), "5/21/02");
  t.is(await bench.write(16, 16), "5/21/02");
  t.is(await bench.write(0, 32, 1), "ok");
  t.is(await bench.write(32, 16, 2), "ok");
  t.is(await bench.write(16, 16, 3), "ok");
  t.like(await bench.track(1), { nextWritableAddress: 48 });
  t.is(await bench.read(48, 1), "5/21/00");
  t.is(await bench.sync(), "ok");
  t.is(await bench.close(2), "ok");
  t.like(await bench.disc(), { discStatus: 2, stateOfLastSession: 3 });
  t.is(await bench.lastBlock(), 47);
  t.deepEqual([await bench.octet(0), await bench.octet(16), await bench.octet(32)], [1, 3, 2]);
  const { formats } = await bench.formats();
  t.is(formats.find(({ formatType }) => formatType === quickGrow)?.numberOfBlocks, 63_952);
  t.is(await bench.write(48, 16), "5/21/02");
  t.is(await bench.write(0, 16, 4), "ok");
  t.is(await bench.format(quickGrow, 0, dvd), "ok");
  t.is(await bench.octet(32), 2);
  t.is(await bench.write(48, 16, 5), "ok");
  t.is(await bench.close(2), "ok");
  t.is(await bench.lastBlock(), 63);
  t.is(await bench.format(dvdFull, 63_984, dvd), "ok");
  t.is(await bench.octet(63_983), 0);
  t.is(await bench.write(63_984, 16), "5/21/02");
  t.is(await bench.write(64_000, 16), "5/21/00");
  t.is(await bench.format(dvdFull, 0, dvd), "5/26/02");
  t.is(await bench.blank(0), "ok");
  t.is((await bench.configuration(2, 0)).currentProfile, 0x14);
  t.like(await bench.disc(), { discStatus: 0 });
});

test("DVD-RW: the last block can be written, and no other behind it", async (t) => {
  const bench = await benchWith(t, "dvd-rw", 4_000);
  await bench.format(quick, 0, dvd);
  for (let lba = 0; lba < 3_984; lba += 496) await bench.write(lba, Math.min(496, 3_984 - lba));
  t.is(await bench.write(3_984, 32), "5/21/00");
  t.is(await bench.write(3_984, 16, 8), "ok");
  t.is(await bench.close(2), "ok");
  t.is(await bench.octet(3_999), 8);
  t.is((await bench.formats()).formats.find(({ formatType }) => formatType === quickGrow)?.numberOfBlocks, 0);
});

test("BD-R formatted for it takes writes again, for the price of other blocks", async (t) => {
  const bench = await benchWith(t, "bd-r", 40_000);
  const sizes = (await bench.formats()).formats.map(({ formatType, numberOfBlocks }) => [formatType, numberOfBlocks]);
  t.is(sizes.length, 4);
  t.is(await bench.format(bdR, all, { formatSubtype: 2 }), "5/26/02");
  t.is(await bench.format(bdR, 40_000 - 1_280), "ok");
  t.is(await bench.format(bdR, all), "5/30/06");
  t.like(await bench.disc(), { discStatus: 1, stateOfLastSession: 0, numberOfSessions: 1 });
  t.is((await bench.disc()).lastPossibleLeadOutStart, 38_720);
  t.is(await bench.lastBlock(), 0);
  t.true(await bench.hasFeature(0x0038));
  t.is(await bench.write(0, 64, 1), "ok");
  t.like(await bench.track(1), { freeBlocks: 38_720 - 64 });
  // Two clusters are touched, and replaced by spare ones.
  t.is(await bench.write(31, 2, 2), "ok");
  t.is(await bench.octet(32), 2);
  t.is(await bench.octet(33), 1);
  t.like(await bench.track(1), { freeBlocks: 38_720 - 64 });
  t.is(await bench.write(60, 8), "5/21/02");
  for (let times = 0; times < 38; times++) t.is(await bench.write(0, 32, times), "ok");
  // From now on it is blocks at the end of the disc.
  t.is(await bench.write(0, 32, 99), "ok");
  t.like(await bench.track(1), { freeBlocks: 38_720 - 96 });
  t.is(await bench.sync(), "ok");
  const again = await reopened(t, bench);
  t.is(await again.octet(0), 99);
  t.like(await again.track(1), { freeBlocks: 38_720 - 96 });
  t.is(await again.close(1, 1), "ok");
  t.is(await again.lastBlock(), 63);
  t.is(await again.close(6), "ok");
  t.is(await again.write(0, 32), "5/30/05");
  t.false(await again.hasFeature(0x0038));
  const plain = await benchWith(t, "bd-r", 40_000);
  t.is(await plain.format(bdR, all, { formatSubtype: 1 }), "ok");
  t.is(await plain.write(0, 64), "ok");
  t.is(await plain.write(0, 32), "5/21/02");
});

test("what can't be formatted", async (t) => {
  for (const media of ["cd-r", "cd-rw", "dvd-r", "dvd+r"]) {
    const bench = await benchWith(t, media);
    t.is(await bench.format(0x00, all, { typeDependentParameter: 2048 }), "5/30/06", media);
    t.deepEqual((await bench.formats()).formats, []);
  }
});

test("formatting behind the host's back: progress until it is done", async (t) => {
  const bench = await benchWith(t, "bd-re", 40_000);
  t.is(await bench.format(spares, all, { immediate: true }), "ok");
  t.is(await bench.read(0, 1), "2/04/04");
  const first = await bench.sense();
  t.is(senseOf(first), "2/04/04");
  t.is(await bench.ready(), "2/04/04");
  t.true((await bench.sense()).progress! > first.progress!);
  let polls = 0;
  while ((await bench.ready()) !== "ok") polls++;
  t.true(polls > 0 && polls < 10);
  t.is(await bench.octet(0), 0);
  t.is(await bench.write(0, 1), "ok");
});
