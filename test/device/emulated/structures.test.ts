import test from "ava";
import { strictContext } from "../../../src/codec/codec.js";
import { encode } from "../../../src/codec/struct.js";
import { mediaTypes } from "../../../src/device/emulated/media.js";
import {
  discInformationTypes,
  pseudoOverwriteResources,
  trackResources,
} from "../../../src/device/mmc/disc-resources.js";
import { bdDiscInformation, bdSpareArea, layerValue, physicalFormat } from "../../../src/device/mmc/disc-structures.js";
import { featureCodes } from "../../../src/device/mmc/feature-codes.js";
import { decodeProfileList } from "../../../src/device/mmc/feature-payloads.js";
import { readDiscInformation } from "../../../src/device/mmc/read-disc-information.js";
import {
  decodeStructure,
  decodeStructureList,
  encodeStructure,
  readDiscStructure,
  structureFormats,
} from "../../../src/device/mmc/read-disc-structure.js";
import {
  decodeMediaSerialNumber,
  mediaSerialNumberAction,
  readMediaSerialNumber,
} from "../../../src/device/mmc/read-media-serial-number.js";
import { sendDiscStructure } from "../../../src/device/mmc/send-disc-structure.js";
import { decodeIncrementalStreaming, randomWritableFeature } from "../../../src/device/mmc/write-feature-payloads.js";
import type { Bench } from "./support.js";
import { allWell, benchWith } from "./support.js";

function query(bench: Bench, format: number, mediaType?: number) {
  const isBd = bench.path !== "" && bench.drive.medium.media.family.startsWith("bd");
  return { mediaType: mediaType ?? (isBd ? 1 : 0), address: 0, layerNumber: 0, format, allocationLength: 8192 };
}

async function structure(bench: Bench, format: number): Promise<Uint8Array> {
  return decodeStructure(await bench.fetch(readDiscStructure, query(bench, format), 8192));
}

async function layers(bench: Bench) {
  return layerValue.read(await structure(bench, structureFormats.layerCapacity), 0, strictContext);
}

async function sendLayer(bench: Bench, value: number): Promise<string> {
  const data = encodeStructure(encode(layerValue, { initialised: false, value }));
  const fields = { mediaType: 0, format: structureFormats.layerCapacity, structureDataLength: data.length };
  return await bench.run(sendDiscStructure, fields, { direction: "out", data });
}

test("every structure that is listed can be read, and has the length that is told", async (t) => {
  for (const media of mediaTypes.filter((type) => !type.startsWith("cd"))) {
    const bench = await benchWith(t, media, null);
    const list = decodeStructureList(await structure(bench, structureFormats.list));
    t.true(list.length >= 2, media);
    for (const { format, structureLength, readable } of list) {
      t.true(readable);
      t.is((await structure(bench, format)).length + 4, structureLength, `${media}, format ${format}`);
    }
    t.is(await bench.run(readDiscStructure, query(bench, 0x0b)), "5/24/00");
    t.is(await bench.run(readDiscStructure, query(bench, 0x00, media.startsWith("bd") ? 0 : 1)), "5/24/00");
  }
  const cd = await benchWith(t, "cd-r");
  t.is(await cd.run(readDiscStructure, query(cd, 0x00)), "5/30/02");
});

test("what DVD and BD tell of how they are made", async (t) => {
  for (const [media, diskCategory, layersLessOne] of [
    ["dvd-r", 2, 0],
    ["dvd-rw", 3, 0],
    ["dvd+r", 0xa, 0],
    ["dvd+rw", 9, 0],
    ["dvd-ram", 1, 0],
    ["dvd+r-dl", 0xe, 1],
    ["dvd-r-dl", 2, 1],
  ] as const) {
    const bench = await benchWith(t, media);
    const told = physicalFormat.read(await structure(bench, structureFormats.physical), 0, strictContext);
    t.like(told, { diskCategory, layersLessOne }, media);
  }
  for (const [media, discType, count] of [
    ["bd-r", "BDR", 1],
    ["bd-re", "BDW", 1],
    ["bd-r-dl", "BDR", 2],
    ["bd-re-dl", "BDW", 2],
  ] as const) {
    const bench = await benchWith(t, media);
    const bytes = await structure(bench, structureFormats.physical);
    for (let layer = 0; layer < count; layer++) {
      const told = bdDiscInformation.read(bytes, layer * bdDiscInformation.size, strictContext);
      t.like(told, { discType, layerNumber: layer });
    }
  }
});

test("spare areas of BD", async (t) => {
  const bench = await benchWith(t, "bd-re", null);
  const spares = async () => bdSpareArea.read(await structure(bench, structureFormats.spareArea), 0, strictContext);
  t.deepEqual(await spares(), { freeBlocks: 0, allocatedBlocks: 0 });
  await bench.format(0x30, 0xffff_ffff);
  t.deepEqual(await spares(), { freeBlocks: 393_216, allocatedBlocks: 393_216 });
});

test("what of a BD-R can still be written again, and how many tracks it takes", async (t) => {
  const bench = await benchWith(t, "bd-r", 40_000);
  const resources = async () =>
    await bench.value(
      readDiscInformation,
      { dataType: discInformationTypes.pseudoOverwriteResources, allocationLength: 16 },
      pseudoOverwriteResources,
    );
  t.like(await resources(), { dataType: 2, remainingReplacements: 0 });
  t.is(await bench.format(0x32, 38_720), "ok");
  t.like(await resources(), { remainingReplacements: 1_250 });
  await bench.write(0, 32);
  await bench.write(0, 32);
  t.like(await resources(), { remainingReplacements: 1_248 });
  const tracks = { dataType: discInformationTypes.trackResources, allocationLength: 12 };
  t.like(await bench.value(readDiscInformation, tracks, trackResources), {
    dataType: 1,
    assignedTracks: 1,
    appendableTracks: 1,
    maximumAppendableTracks: 16,
  });
  t.is(await bench.run(readDiscInformation, { dataType: 3, allocationLength: 16 }), "5/24/00");
  const other = await benchWith(t, "dvd+rw");
  t.is(await other.run(readDiscInformation, tracks), "5/24/00");
});

test("DVD+R DL: the layers part where the host wants, before anything is written", async (t) => {
  const bench = await benchWith(t, "dvd+r-dl", 64_000);
  t.deepEqual(await layers(bench), { initialised: false, value: 32_000 });
  for (const blocks of [0, 32_016, 1_001]) t.is(await sendLayer(bench, blocks), "5/26/02");
  t.is(await sendLayer(bench, 16_000), "ok");
  t.deepEqual(await layers(bench), { initialised: true, value: 16_000 });
  t.is(await sendLayer(bench, 16_000), "5/2C/00");
  t.deepEqual(await bench.session(0, 16, 1), allWell);
  const written = await benchWith(t, "dvd+r-dl", 64_000);
  t.deepEqual(await written.session(0, 16, 1), allWell);
  t.is(await sendLayer(written, 16_000), "5/2C/00");
  t.deepEqual(await layers(written), { initialised: true, value: 32_000 });
  for (const media of ["dvd+r", "dvd-r-dl"]) t.is(await sendLayer(await benchWith(t, media), 16_000), "5/24/00");
});

test("DVD-R DL ends with its first session", async (t) => {
  const bench = await benchWith(t, "dvd-r-dl", 64_000);
  t.is((await bench.configuration()).currentProfile, 0x15);
  t.deepEqual(await bench.session(0, 16, 1), allWell);
  t.like(await bench.disc(), { discStatus: 2, numberOfSessions: 1 });
});

test("features: what is current follows the medium", async (t) => {
  const currentOf = async (media: string): Promise<readonly number[]> =>
    (await (await benchWith(t, media)).configuration(1)).features.map(({ code }) => code);
  const of = (...codes: readonly number[]): readonly number[] =>
    [0x0000, 0x0001, 0x0003, 0x0010, 0x0107, 0x0108, ...codes].sort((a, b) => a - b);
  t.deepEqual(await currentOf("cd-r"), of(0x001e, 0x0021, 0x002d, 0x002e));
  t.deepEqual(await currentOf("cd-rw"), of(0x001e, 0x0021, 0x002d, 0x002e, 0x0037));
  t.deepEqual(await currentOf("dvd-r"), of(0x001f, 0x0021, 0x002f));
  t.deepEqual(await currentOf("dvd-rw"), of(0x001f, 0x0021, 0x0023, 0x002f));
  t.deepEqual(await currentOf("dvd+r"), of(0x001f, 0x002b));
  t.deepEqual(await currentOf("dvd+r-dl"), of(0x001f, 0x003b));
  t.deepEqual(await currentOf("dvd+rw"), of(0x001f, 0x0023, 0x002a));
  t.deepEqual(await currentOf("dvd-ram"), of(0x001f, 0x0020, 0x0023, 0x0024));
  t.deepEqual(await currentOf("bd-r"), of(0x0023, 0x0040, 0x0041));
  t.deepEqual(await currentOf("bd-re"), of(0x0023, 0x0024, 0x0040, 0x0041));
});

test("features: all, one, and what they hold", async (t) => {
  const bench = await benchWith(t, "dvd-r");
  const { features } = await bench.configuration();
  t.true(features.length > 20);
  const one = await bench.configuration(2, featureCodes.incrementalStreaming);
  t.is(one.features.length, 1);
  t.deepEqual(decodeIncrementalStreaming(one.features[0]!.payload)?.linkSizes, [16]);
  const from = await bench.configuration(0, 0x0100);
  t.true(from.features.every(({ code }) => code >= 0x0100));
  const profiles = decodeProfileList((await bench.configuration(2, 0)).features[0]!.payload);
  t.deepEqual(
    profiles.filter(({ current }) => current).map(({ profileNumber }) => profileNumber),
    [0x11],
  );
  t.true(profiles.some(({ profileNumber }) => profileNumber === 0x43));
  const ram = await benchWith(t, "dvd-ram", 64_000);
  const writable = (await ram.configuration(2, featureCodes.randomWritable)).features[0]!;
  t.like(randomWritableFeature.read(writable.payload, 0, strictContext), { lastLogicalBlock: 63_999, blocking: 16 });
  t.is(await bench.configuration(3).catch((error: Error) => error.message), "GET CONFIGURATION: 5/24/00");
});

test("a medium has a number of its own", async (t) => {
  const bench = await benchWith(t, "bd-re");
  const fields = { serviceAction: mediaSerialNumberAction, allocationLength: 64 };
  const number = new TextDecoder().decode(decodeMediaSerialNumber(await bench.fetch(readMediaSerialNumber, fields)));
  t.is(number, bench.drive.medium.discIdentification.toString(16).padStart(8, "0"));
  t.is(await bench.run(readMediaSerialNumber, { ...fields, serviceAction: 2 }), "5/24/00");
});
