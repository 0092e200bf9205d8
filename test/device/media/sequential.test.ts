/** Every medium that grows by sessions, from blank to finalised, in the emulated drive. */
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import type { Recorder } from "../../../src/device/recorder.js";
import { createDisc, openRecorder } from "../../../src/device.js";
import type { MultisessionSequential } from "../../../src/multisession/interfaces.js";
import { append, readsBack, sessionOf, temporaryFolder } from "../support.js";

interface SequentialMedium {
  readonly media: string;
  readonly unit: number;
  /** Zeros behind the session. */
  readonly postGap: number;
  readonly canTestWrite: boolean;
}

const media: readonly SequentialMedium[] = [
  { media: "cd-r", unit: 1, postGap: 150, canTestWrite: true },
  { media: "cd-rw", unit: 1, postGap: 150, canTestWrite: true },
  { media: "dvd-r", unit: 16, postGap: 0, canTestWrite: true },
  { media: "dvd-rw", unit: 16, postGap: 0, canTestWrite: true },
  { media: "dvd+r", unit: 16, postGap: 0, canTestWrite: false },
  { media: "dvd+r-dl", unit: 16, postGap: 0, canTestWrite: false },
  { media: "bd-r", unit: 32, postGap: 0, canTestWrite: false },
  { media: "bd-r-dl", unit: 32, postGap: 0, canTestWrite: false },
];

const capacityBlocks = 90_016;
const sizes = [600, 333, 1_000];

async function discOf(t: ExecutionContext, type: string): Promise<{ path: string; recorder: Recorder }> {
  const path = join(await temporaryFolder(t), "disc");
  await createDisc(path, { media: type, capacityBlocks });
  const recorder = await openRecorder(path);
  t.teardown(() => recorder[Symbol.asyncDispose]());
  return { path, recorder };
}

async function sequential(recorder: Recorder): Promise<MultisessionSequential> {
  const [found] = await recorder.multisessionInterfaces();
  return found as MultisessionSequential;
}

for (const { media: type, unit, postGap, canTestWrite } of media) {
  test(`${type}: blank, three sessions, finalised; each step told by the drive`, async (t) => {
    const { path, recorder } = await discOf(t, type);
    t.like(recorder.state, { state: "blank", blank: true, nextWritableAddress: 0, mediaStateBits: 6 });
    t.like(await sequential(recorder), {
      isSupportedOnCurrentMediaState: true,
      isFirstDataSession: true,
      startAddressOfPreviousSession: -1,
      lastWrittenAddressOfPreviousSession: -1,
      nextWritableAddress: 0,
      writeUnitSize: unit,
    });
    const starts: number[] = [];
    for (const [index, blocks] of sizes.entries()) {
      const { freeSectorsOnMedia, nextWritableAddress } = await sequential(recorder);
      const start = await append(recorder, index + 1, blocks);
      starts.push(start);
      t.is(start, nextWritableAddress);
      t.like(recorder.state, { state: "appendable", blank: false, needsRepair: false, mediaStateBits: 4 });
      t.like(recorder.sessions.at(-1), { number: index + 1, startLba: start, state: "complete", data: true });
      const after = await sequential(recorder);
      t.like(after, {
        isSupportedOnCurrentMediaState: true,
        isFirstDataSession: false,
        startAddressOfPreviousSession: start,
        lastWrittenAddressOfPreviousSession: start + Math.ceil((blocks + postGap) / unit) * unit - 1,
      });
      t.true(after.nextWritableAddress > start + blocks);
      t.true(after.freeSectorsOnMedia < freeSectorsOnMedia);
      t.is(after.nextWritableAddress % unit, 0);
    }
    await recorder.close();
    t.like(recorder.state, { state: "complete", nextWritableAddress: null });
    t.true(recorder.state.mediaState.includes("finalized"));
    t.deepEqual(
      recorder.sessions.map(({ startLba, state }) => ({ startLba, state })),
      starts.map((startLba) => ({ startLba, state: "complete" })),
    );
    await using again = await openRecorder(path);
    for (const [index, blocks] of sizes.entries()) t.true(await readsBack(again, index + 1, starts[index]!, blocks));
    t.deepEqual(again.sessions, recorder.sessions);
    await t.throwsAsync(again.write(sessionOf(4, starts[2]! + 20_000, 16)), { code: "E_DISC_FINALISED" });
    await t.throwsAsync(again.close(), { code: "E_DISC_FINALISED" });
  });

  test(`${type}: closed with its last session; a session that fills what is left`, async (t) => {
    const { recorder } = await discOf(t, type);
    await append(recorder, 1, 320);
    const { nextWritableAddress: start, freeBlocks } = recorder.state;
    const tooBig = sessionOf(2, start!, freeBlocks + 1);
    await t.throwsAsync(recorder.write(tooBig), { code: "E_DISC_FULL" });
    await recorder.write(sessionOf(2, start!, freeBlocks, recorder.identity), { close: true, verify: "full" });
    t.is(recorder.state.state, "complete");
    t.true(await readsBack(recorder, 1, 0, 320));
    t.true(await readsBack(recorder, 2, start!, freeBlocks));
    await t.throwsAsync(recorder.write(sessionOf(3, start! + freeBlocks, 1)), { code: "E_DISC_FINALISED" });
  });

  test(`${type}: a dummy run leaves the disc as it was, and the drive as it is wanted`, async (t) => {
    const { recorder } = await discOf(t, type);
    const session = sessionOf(1, 0, 400);
    if (!canTestWrite) {
      await t.throwsAsync(recorder.write(session, { dummy: true }), { code: "E_NOT_SUPPORTED" });
      return;
    }
    const before = recorder.state;
    const { identity } = recorder;
    await recorder.write(session, { dummy: true, verify: "full" });
    t.deepEqual(recorder.state, before);
    t.deepEqual(recorder.identity, identity);
    await append(recorder, 1, 400);
    t.true(await readsBack(recorder, 1, 0, 400));
    await recorder.write(sessionOf(2, recorder.state.nextWritableAddress!, 400), { dummy: true });
    t.is(recorder.sessions.length, 1);
    t.is(recorder.state.state, "appendable");
  });

  test(`${type}: finalised by closing a session that was begun; blank discs are not`, async (t) => {
    const { recorder } = await discOf(t, type);
    await t.throwsAsync(recorder.close(), { code: "E_DISC_BLANK" });
    await append(recorder, 1, 320);
    const start = recorder.state.nextWritableAddress!;
    const cancelled = cancelAfter(recorder, sessionOf(2, start, 800, recorder.identity));
    await t.throwsAsync(cancelled, { code: "E_CANCELLED" });
    t.is(recorder.state.state, "damaged");
    t.regex(recorder.state.damage!, /begun and not closed/);
    await recorder.close();
    t.is(recorder.state.state, "complete");
    t.true(await readsBack(recorder, 1, 0, 320));
    t.is(recorder.sessions.length, 2);
  });
}

async function cancelAfter(recorder: Recorder, session: ReturnType<typeof sessionOf>): Promise<void> {
  const abort = new AbortController();
  await recorder.write(session, {
    signal: abort.signal,
    onProgress: ({ action, doneBlocks }) => {
      if (action === "writingData" && doneBlocks >= 400) abort.abort();
    },
  });
}

test("dvd-r-dl: one session, written at once, which finalises the disc", async (t) => {
  const { recorder } = await discOf(t, "dvd-r-dl");
  t.like(recorder.state, { state: "blank", takesOneSession: true });
  t.true(recorder.state.mediaState.includes("finalSession"));
  await recorder.write(sessionOf(1, 0, 1_000), { verify: "full" });
  t.is(recorder.state.state, "complete");
  t.true(await readsBack(recorder, 1, 0, 1_000));
});

for (const type of ["cd-r", "cd-rw"]) {
  test(`${type}: written at once, and appended to`, async (t) => {
    const { recorder } = await discOf(t, type);
    await recorder.write(sessionOf(1, 0, 500), { writeType: "sessionAtOnce", verify: "full" });
    t.is(recorder.state.state, "appendable");
    t.true(await readsBack(recorder, 1, 0, 500));
    const again = sessionOf(2, recorder.state.nextWritableAddress!, 500);
    await t.throwsAsync(recorder.write(again, { writeType: "sessionAtOnce" }), { code: "E_NOT_SUPPORTED" });
    const start = await append(recorder, 2, 400);
    t.true(await readsBack(recorder, 2, start, 400));
    t.true(await readsBack(recorder, 1, 0, 500));
  });
}

for (const type of ["dvd-r", "dvd-rw"]) {
  test(`${type}: written at once, it is finalised`, async (t) => {
    const { recorder } = await discOf(t, type);
    await recorder.write(sessionOf(1, 0, 500), { writeType: "sessionAtOnce", verify: "quick" });
    t.is(recorder.state.state, "complete");
    t.true(await readsBack(recorder, 1, 0, 500));
  });
}

test("dvd+r and bd-r: with a track that is reserved first", async (t) => {
  for (const type of ["dvd+r", "dvd+r-dl", "bd-r"]) {
    const { recorder } = await discOf(t, type);
    await recorder.write(sessionOf(1, 0, 500), { reserveTrack: true });
    t.is(recorder.state.state, "appendable", type);
    const start = await append(recorder, 2, 320);
    t.true(await readsBack(recorder, 1, 0, 500), type);
    t.true(await readsBack(recorder, 2, start, 320), type);
  }
});

test("a CD that begins with audio: nothing to import, and yet not blank; the first data session comes behind it", async (t) => {
  const path = join(await temporaryFolder(t), "disc");
  await createDisc(path, { media: "cd-r", capacityBlocks, audioSession: 4_500 });
  await using recorder = await openRecorder(path);
  t.like(recorder.state, { state: "appendable", blank: false });
  t.like(recorder.sessions, [{ number: 1, state: "complete", data: false }]);
  t.like(await sequential(recorder), {
    isSupportedOnCurrentMediaState: true,
    isFirstDataSession: true,
    startAddressOfPreviousSession: -1,
    lastWrittenAddressOfPreviousSession: -1,
  });
  const start = await append(recorder, 1, 400);
  t.true(start > 4_500);
  t.like(await sequential(recorder), { isFirstDataSession: false, startAddressOfPreviousSession: start });
  t.true(await readsBack(recorder, 1, start, 400));
});

test("what a drive does against the standard is told as a warning", async (t) => {
  const path = join(await temporaryFolder(t), "disc");
  await createDisc(path, { media: "cd-r" });
  await using recorder = await openRecorder(path, { quirks: ["nwaMinus150OnBlank"] });
  t.is(recorder.state.nextWritableAddress, 0);
  const [warning] = recorder.state.warnings;
  t.is(warning?.code, "W_DRIVE_QUIRK");
  t.deepEqual(warning?.detail, { quirk: "address-before-start" });
});
