import test from "ava";
import { strictContext } from "../../../src/codec/codec.js";
import { encode } from "../../../src/codec/struct.js";
import { decodeCapabilitiesPage } from "../../../src/device/mmc/capabilities-page.js";
import { errorRecoveryPage } from "../../../src/device/mmc/error-recovery-page.js";
import {
  decodePerformance,
  getPerformance,
  nominalPerformance,
  performanceHeader,
  writeSpeed,
} from "../../../src/device/mmc/get-performance.js";
import {
  encodeModeSelectData,
  findModePage,
  modePageCodes,
  modeSelect10,
  modeSense10,
} from "../../../src/device/mmc/mode-parameters.js";
import { findModePage6, modeParameterHeader6, modeSelect6, modeSense6 } from "../../../src/device/mmc/mode-sense-6.js";
import { bufferCapacity, readBufferCapacity } from "../../../src/device/mmc/read-buffer-capacity.js";
import { fullSpeed, setCdSpeed } from "../../../src/device/mmc/set-cd-speed.js";
import type { StreamingPerformance } from "../../../src/device/mmc/set-streaming.js";
import { setStreaming, streamingPerformance } from "../../../src/device/mmc/set-streaming.js";
import { writeParametersFor, writeParametersPage } from "../../../src/device/mmc/write-parameters-page.js";
import type { Bench } from "./support.js";
import { benchWith } from "./support.js";

const current = 0;
const changeable = 1;
const defaults = 2;
const saved = 3;

async function page(bench: Bench, pageCode: number, pageControl = current): Promise<Uint8Array> {
  const fields = { disableBlockDescriptors: true, pageControl, pageCode, allocationLength: 512 };
  return findModePage(await bench.fetch(modeSense10, fields), pageCode)!;
}

async function capabilities(bench: Bench) {
  return decodeCapabilitiesPage(await page(bench, modePageCodes.capabilities));
}

async function performance(bench: Bench, type: number, dataType: number, maximumDescriptors = 20): Promise<Uint8Array> {
  return await bench.fetch(getPerformance, { dataType, startingBlock: 0, maximumDescriptors, type });
}

async function streaming(bench: Bench, changes: Partial<StreamingPerformance>): Promise<string> {
  const data = encode(streamingPerformance, {
    writeRotationControl: 0,
    restoreDefaults: false,
    exact: false,
    randomAccess: false,
    startBlock: 0,
    endBlock: 1000,
    readSize: 11_080,
    readTimeMs: 1000,
    writeSize: 5_540,
    writeTimeMs: 1000,
    ...changes,
  });
  return await bench.run(setStreaming, { type: 0, parameterListLength: data.length }, { direction: "out", data });
}

test("mode pages: current, changeable and default values, and none that are saved", async (t) => {
  const bench = await benchWith(t, "cd-r");
  const wanted = { ...writeParametersFor("cdTrackAtOnce", { keepDiscOpen: true }), audioPauseLength: 151 };
  t.is(await bench.select(wanted), "ok");
  const read = async (control: number) =>
    writeParametersPage.read(await page(bench, modePageCodes.writeParameters, control), 0, strictContext);
  t.deepEqual(await read(current), wanted);
  t.like(await read(defaults), { multisession: 0, audioPauseLength: 150, writeType: 1 });
  t.like(await read(changeable), { writeType: 15, multisession: 3, testWrite: true });
  t.true((await page(bench, modePageCodes.capabilities, changeable)).subarray(2).every((octet) => octet === 0));
  const fields = { disableBlockDescriptors: true, pageControl: saved, pageCode: 5, allocationLength: 60 };
  t.is(await bench.run(modeSense10, fields, { direction: "in", allocationBytes: 60 }), "5/39/00");
  t.is(await bench.run(modeSense10, { ...fields, pageControl: current, pageCode: 0x0e }), "5/24/00");
  const all = await bench.fetch(modeSense10, {
    ...fields,
    pageControl: current,
    pageCode: 0x3f,
    allocationLength: 512,
  });
  for (const code of [1, 5, 0x2a]) t.truthy(findModePage(all, code), `page ${code}`);
});

test("MODE SENSE (6) and MODE SELECT (6) do the same", async (t) => {
  const bench = await benchWith(t, "cd-r");
  const fields = { disableBlockDescriptors: false, pageControl: current, pageCode: 0x2a, allocationLength: 128 };
  const reply = await bench.fetch(modeSense6, fields);
  t.is(decodeCapabilitiesPage(findModePage6(reply, 0x2a)!).writesCdR, true);
  const wanted = writeParametersFor("cdTrackAtOnce", { keepDiscOpen: true });
  const data = new Uint8Array(modeParameterHeader6.size + writeParametersPage.size);
  writeParametersPage.write(wanted, data, modeParameterHeader6.size);
  const select = { pageFormat: true, savePages: false, parameterListLength: data.length };
  t.is(await bench.run(modeSelect6, select, { direction: "out", data }), "ok");
  t.is(await bench.run(modeSelect6, { ...select, pageFormat: false }, { direction: "out", data }), "5/24/00");
  const asked = await page(bench, modePageCodes.writeParameters);
  t.deepEqual(writeParametersPage.read(asked, 0, strictContext), wanted);
});

test("MODE SELECT: pages that are cut off, unknown, or of another length", async (t) => {
  const bench = await benchWith(t, "cd-r");
  const select = async (data: Uint8Array, parameterListLength = data.length): Promise<string> =>
    await bench.run(
      modeSelect10,
      { pageFormat: true, savePages: false, parameterListLength },
      { direction: "out", data },
    );
  const whole = encodeModeSelectData([
    encode(writeParametersPage, writeParametersFor("cdTrackAtOnce", { keepDiscOpen: true })),
  ]);
  t.is(await select(new Uint8Array(0)), "ok");
  t.is(await select(whole.subarray(0, 40)), "5/1A/00");
  t.is(await select(whole, 50), "5/1A/00");
  t.is(await select(encodeModeSelectData([Uint8Array.of(0x2a, 2, 0, 0)])), "5/26/00");
  const longer = whole.slice();
  longer[9] = 51;
  t.is(await select(longer), "5/26/00");
  const recovery = await page(bench, modePageCodes.errorRecovery);
  const value = { ...errorRecoveryPage.read(recovery, 0, strictContext), readRetryCount: 3 };
  t.is(await select(encodeModeSelectData([encode(errorRecoveryPage, value)])), "ok");
  t.is((await page(bench, modePageCodes.errorRecovery))[3], 3);
});

test("write parameters are taken of media that don't need them, too", async (t) => {
  for (const media of ["dvd+r", "dvd+rw", "bd-r", "bd-re", "dvd-ram"]) {
    const bench = await benchWith(t, media);
    t.is(await bench.select(writeParametersFor("multisessionOnly", { keepDiscOpen: true })), "ok", media);
    t.is((await page(bench, modePageCodes.writeParameters))[3]! >= 0xc0, true);
  }
});

test("speeds: listed, chosen, shown, and given back", async (t) => {
  const bench = await benchWith(t, "dvd-r");
  const listed = decodePerformance(await performance(bench, 3, 0), writeSpeed).map((item) => item.writeSpeed);
  t.deepEqual(listed, [22_160, 11_080, 5_540, 2_770]);
  t.deepEqual(
    (await capabilities(bench)).writeSpeeds.map((item) => item.writeSpeed),
    listed,
  );
  t.is((await capabilities(bench)).currentWriteSpeed, 22_160);
  // The length tells of all, however few were asked for.
  const first = await performance(bench, 3, 0, 1);
  t.is(first.length, performanceHeader.size + writeSpeed.size);
  t.is(performanceHeader.read(first, 0, strictContext).dataLength, 4 + 4 * writeSpeed.size);
  t.is(await streaming(bench, {}), "ok");
  t.like(await capabilities(bench), { currentWriteSpeed: 5_540, currentReadSpeed: 11_080 });
  const now = decodePerformance(await performance(bench, 0, 0x14), nominalPerformance);
  t.deepEqual(now, [{ startBlock: 0, startSpeed: 5_540, endBlock: 79_999, endSpeed: 5_540 }]);
  t.is(decodePerformance(await performance(bench, 0, 0x10), nominalPerformance)[0]?.startSpeed, 11_080);
  t.is(await streaming(bench, { writeSize: 6_000, exact: true }), "5/26/02");
  t.is(await streaming(bench, { writeTimeMs: 0 }), "5/26/02");
  t.is(await streaming(bench, { writeSize: 6_000 }), "ok");
  t.like(await capabilities(bench), { currentWriteSpeed: 5_540 });
  t.is(await streaming(bench, { restoreDefaults: true }), "ok");
  t.like(await capabilities(bench), { currentWriteSpeed: 22_160 });
  const speed = { rotationalControl: 0, readSpeed: fullSpeed, writeSpeed: 100 };
  t.is(await bench.run(setCdSpeed, speed), "ok");
  t.like(await capabilities(bench), { currentWriteSpeed: 2_770, currentReadSpeed: 22_160 });
  t.is(await bench.run(getPerformance, { dataType: 1, startingBlock: 0, maximumDescriptors: 1, type: 0 }), "5/24/00");
  t.is(await bench.run(getPerformance, { dataType: 0, startingBlock: 0, maximumDescriptors: 1, type: 5 }), "5/24/00");
  const short = { direction: "out", data: new Uint8Array(8) } as const;
  t.is(await bench.run(setStreaming, { type: 0, parameterListLength: 8 }, short), "5/1A/00");
});

test("the buffer is empty, in bytes and in blocks", async (t) => {
  const bench = await benchWith(t, "dvd-r");
  for (const [block, unit] of [
    [false, 1],
    [true, 2048],
  ] as const) {
    const fields = { block, allocationLength: bufferCapacity.size };
    const told = await bench.value(readBufferCapacity, fields, bufferCapacity);
    t.is(told.bufferLength * unit, 4_194_304);
    t.is(told.availableLength, told.bufferLength);
    t.is(told.block, block);
  }
});
