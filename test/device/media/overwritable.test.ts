/** Every medium that can be overwritten, in the emulated drive: formatted, written anywhere, read back, blanked. */
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import type { Recorder } from "../../../src/device/recorder.js";
import type { FormatOptions } from "../../../src/device.js";
import { createDisc, openRecorder } from "../../../src/device.js";
import { blockBytes } from "../../../src/units.js";
import { append, readsBack, sessionOf, temporaryFolder } from "../support.js";

interface OverwritableMedium {
  readonly media: string;
  readonly unit: number;
  /** What addresses have to be multiples of. */
  readonly addressUnit: number;
  readonly streams: boolean;
  readonly formats: readonly FormatOptions[];
}

const both: readonly FormatOptions[] = [{ type: "quick" }, { type: "full" }];

const media: readonly OverwritableMedium[] = [
  { media: "dvd-ram", unit: 16, addressUnit: 1, streams: true, formats: both },
  { media: "dvd+rw", unit: 16, addressUnit: 1, streams: false, formats: both },
  { media: "dvd+rw-dl", unit: 16, addressUnit: 1, streams: false, formats: both },
  {
    media: "bd-re",
    unit: 32,
    addressUnit: 1,
    streams: true,
    formats: [...both, { spare: "none" }, { spare: "default", type: "full" }],
  },
  { media: "bd-re-dl", unit: 32, addressUnit: 1, streams: true, formats: both },
];

const capacityBlocks = 40_000 - (40_000 % 32);

async function discOf(t: ExecutionContext, type: string): Promise<{ path: string; recorder: Recorder }> {
  const path = join(await temporaryFolder(t), "disc");
  await createDisc(path, { media: type, capacityBlocks });
  const recorder = await openRecorder(path);
  t.teardown(() => recorder[Symbol.asyncDispose]());
  return { path, recorder };
}

test("dvd+rw: formatted wholly, all blocks are formatted; in haste, formatting is stopped", async (t) => {
  const { recorder } = await discOf(t, "dvd+rw");
  await recorder.format();
  t.is(recorder.snapshot.backgroundFormat, "suspended");
  const fractions: number[] = [];
  await recorder.format({
    type: "full",
    onProgress: ({ action, fraction }) => {
      if (action === "formattingMedia" && fraction !== null) fractions.push(fraction);
    },
  });
  t.is(recorder.snapshot.backgroundFormat, "complete");
  t.true(fractions.length > 10);
  t.true(await isZero(recorder, recorder.state.capacityBlocks - 16, 16));
});

test("dvd+rw: formatting that is cancelled is stopped, and writing goes on with it", async (t) => {
  const { recorder } = await discOf(t, "dvd+rw");
  const abort = new AbortController();
  const cancelled = recorder.format({
    type: "full",
    signal: abort.signal,
    onProgress: ({ fraction }) => {
      if (fraction !== null && fraction > 0.3 && fraction < 1) abort.abort();
    },
  });
  await t.throwsAsync(cancelled, { code: "E_CANCELLED" });
  t.is(recorder.snapshot.backgroundFormat, "suspended");
  await append(recorder, 1, 64);
  t.true(await readsBack(recorder, 1, 0, 64));
});

async function isZero(recorder: Recorder, lba: number, blocks: number): Promise<boolean> {
  const into = new Uint8Array(blocks * blockBytes);
  await recorder.read(lba, blocks, into);
  return into.every((octet) => octet === 0);
}

for (const { media: type, unit, addressUnit, streams, formats } of media) {
  test(`${type}: as it is sold; three writes at addresses of choice, read back`, async (t) => {
    const { path, recorder } = await discOf(t, type);
    t.like(recorder.state, { state: "overwritable", blank: true, nextWritableAddress: 0, sessions: [] });
    const [offered] = await recorder.multisessionInterfaces();
    const total = recorder.state.capacityBlocks;
    t.like(offered, {
      type: "randomWrite",
      isSupportedOnCurrentMediaState: true,
      writeUnitSize: unit,
      lastWrittenAddress: -1,
      totalSectorsOnMedia: total,
    });
    await recorder.write(sessionOf(1, 0, 600), { verify: "full" });
    t.like(recorder.state, { blank: false, nextWritableAddress: null, capacityBlocks: total, freeBlocks: total });
    const second = 10_000 + addressUnit;
    await recorder.write(sessionOf(2, second, 333, recorder.identity), { verify: "quick" });
    await recorder.write(sessionOf(3, 100 * addressUnit, 16, recorder.identity));
    await using again = await openRecorder(path);
    t.true(await readsBack(again, 1, 0, 100 * addressUnit));
    t.true(await readsBack(again, 3, 100 * addressUnit, 16));
    t.true(await readsBack(again, 1, 100 * addressUnit + 16, 600 - 100 * addressUnit - 16));
    t.true(await readsBack(again, 2, second, 333));
  });

  test(`${type}: what knows nothing of the disc does not go over it unless it is asked for`, async (t) => {
    const { recorder } = await discOf(t, type);
    await append(recorder, 1, 320);
    await t.throwsAsync(recorder.write(sessionOf(2, 0, 320)), { code: "E_DISC_NOT_BLANK" });
    t.true(await readsBack(recorder, 1, 0, 320));
    await recorder.write(sessionOf(2, 0, 320), { overwrite: true });
    t.true(await readsBack(recorder, 2, 0, 320));
    const { capacityBlocks: total } = recorder.state;
    const end = sessionOf(3, total - 64, 64, recorder.identity);
    await t.throwsAsync(recorder.write({ ...end, blocks: 65 }), { code: "E_DISC_FULL" });
    await recorder.write(end);
    t.true(await readsBack(recorder, 3, total - 64, 64));
  });

  test(`${type}: is never finalised, knows no test writing, and needs no repair`, async (t) => {
    const { recorder } = await discOf(t, type);
    await t.throwsAsync(recorder.close(), { code: "E_NOT_SUPPORTED" });
    await t.throwsAsync(recorder.write(sessionOf(1, 0, 16), { dummy: true }), { code: "E_NOT_SUPPORTED" });
    t.false(await recorder.repair());
    await recorder.write(sessionOf(1, 0, 64), { close: true });
    t.is(recorder.state.state, "overwritable");
  });

  test(`${type}: streaming, in whole units`, async (t) => {
    const { recorder } = await discOf(t, type);
    const session = sessionOf(1, 0, 5 * unit + 3);
    if (!streams) {
      await t.throwsAsync(recorder.write(session, { streaming: true }), { code: "E_NOT_SUPPORTED" });
      return;
    }
    await recorder.write(session, { streaming: true, verify: "full" });
    t.true(await readsBack(recorder, 1, 0, 5 * unit + 3));
    const odd = sessionOf(2, unit + 1, unit, recorder.identity);
    await t.throwsAsync(recorder.write(odd, { streaming: true }), { code: "E_IMAGE_WRONG_ADDRESS" });
  });

  for (const options of formats) {
    test(`${type}: formatted with ${JSON.stringify(options)}, and written to its last block`, async (t) => {
      const { recorder } = await discOf(t, type);
      await append(recorder, 1, 64);
      await recorder.format(options);
      t.like(recorder.state, { state: "overwritable", blank: true, needsFormat: false });
      const { capacityBlocks: total } = recorder.state;
      if (options.spare === "none") t.is(total, capacityBlocks);
      await recorder.write(sessionOf(2, total - unit, unit));
      t.true(await readsBack(recorder, 2, total - unit, unit));
    });
  }

  for (const blanking of ["minimal", "full"] as const) {
    test(`${type}: blanked by zeros, ${blanking}`, async (t) => {
      const { recorder } = await discOf(t, type);
      await append(recorder, 1, 2_000);
      await recorder.blank({ type: blanking });
      t.like(recorder.state, { blank: true, nextWritableAddress: 0 });
      t.true(await isZero(recorder, 0, 288));
      t.is(await isZero(recorder, 288, 1_700), blanking === "full");
      await append(recorder, 2, 320);
      t.true(await readsBack(recorder, 2, 0, 320));
    });
  }

  test(`${type}: sections, where they are wanted`, async (t) => {
    const { recorder } = await discOf(t, type);
    await append(recorder, 1, 640);
    await recorder.writeSection(sessionOf(2, 16, 32), { streaming: false });
    t.true(await readsBack(recorder, 1, 0, 16));
    t.true(await readsBack(recorder, 2, 16, 32));
    t.true(await readsBack(recorder, 1, 48, 592));
  });
}

test("bd-re: spare areas of a size of choice", async (t) => {
  const { recorder } = await discOf(t, "bd-re");
  await recorder.format({ spare: "none" });
  const whole = recorder.state.capacityBlocks;
  await recorder.format();
  const usual = recorder.state.capacityBlocks;
  t.true(usual < whole);
  const wanted = whole - usual + 64;
  await recorder.format({ spare: wanted });
  t.is(recorder.state.capacityBlocks, whole - wanted - ((whole - wanted) % 32));
  await t.throwsAsync(recorder.format({ spare: whole }), { code: "E_OPTION_INVALID" });
  await t.throwsAsync(recorder.format({ pseudoOverwrite: true }), { code: "E_OPTION_INVALID" });
});

test("bd-r: formatted once, with and without pseudo-overwrite; then sessions as on any other", async (t) => {
  for (const options of [{}, { pseudoOverwrite: true }] as const) {
    const { recorder } = await discOf(t, "bd-r");
    const whole = recorder.state.capacityBlocks;
    await recorder.format(options);
    t.true(recorder.state.blank);
    t.is(recorder.state.state, "blank");
    t.is(recorder.state.nextWritableAddress, 0);
    t.true(recorder.state.freeBlocks < whole);
    await t.throwsAsync(recorder.format(options), { code: "E_DISC_NOT_BLANK" });
    await append(recorder, 1, 640);
    const start = await append(recorder, 2, 320);
    t.true(await readsBack(recorder, 1, 0, 640));
    t.true(await readsBack(recorder, 2, start, 320));
    await t.throwsAsync(recorder.format(options), { code: "E_DISC_NOT_BLANK" });
    const { freeBlocks, nextWritableAddress } = recorder.state;
    await recorder.write(sessionOf(3, nextWritableAddress!, freeBlocks, recorder.identity), { close: true });
    t.is(recorder.state.state, "complete");
    t.true(await readsBack(recorder, 3, nextWritableAddress!, freeBlocks));
  }
});

test("what is not formatted, and what is not blanked", async (t) => {
  for (const type of ["cd-r", "cd-rw", "dvd-r", "dvd+r"]) {
    const { recorder } = await discOf(t, type);
    const code = type.startsWith("cd") ? "E_NOT_SUPPORTED" : "E_DISC_READ_ONLY";
    await t.throwsAsync(recorder.format(), { code });
    if (type !== "cd-rw") await t.throwsAsync(recorder.blank(), { code: "E_DISC_READ_ONLY" });
  }
});
