/** What else a recorder does, on drives with the quirks that stand against it. */
import test from "ava";
import type { Recorder } from "../../../src/device/recorder.js";
import { readsBack, sessionOf } from "../support.js";
import type { TestDisc } from "./support.js";
import { blankDisc, discWith, recorderWith, sessionBlocks, writeNext } from "./support.js";

async function quirky(disc: TestDisc, ...quirks: readonly string[]): Promise<Recorder> {
  return await recorderWith(disc, { quirks });
}

for (const [name, type] of [
  ["finaliseOnlyMinimalRadius", "dvd+r"],
  ["finaliseOnlyPlain", "dvd+r"],
  ["multisessionBitsOnDvdPlusR", "dvd+r"],
  ["page05RefusedOnPlus", "dvd+r"],
  ["closeSessionNeedsTrack", "dvd+r"],
  ["closeSessionNeedsTrack", "bd-r"],
  ["closeSessionNeedsTrack", "cd-r"],
  ["closeSessionNeedsTrack", "dvd-r"],
  ["closeBusyThoughReady", "dvd-r"],
  ["fullDiscHidesTracks", "dvd-r"],
] as const) {
  test(`${name}: a ${type} is finalised with its last session, and without one`, async (t) => {
    const disc = await discWith(type, 1);
    {
      await using recorder = await quirky(disc, name);
      const start = recorder.state.nextWritableAddress!;
      await recorder.write(sessionOf(2, start, sessionBlocks, recorder.identity), { close: true });
      t.is(recorder.state.state, "complete");
      t.true(await readsBack(recorder, 2, start, sessionBlocks));
    }
    const other = await discWith(type, 2);
    await using recorder = await quirky(other, name);
    await recorder.close();
    t.is(recorder.state.state, "complete");
    await using plain = await recorderWith(other);
    t.is(plain.state.state, "complete");
    t.is(plain.sessions.length, 2);
  });
}

for (const type of ["cd-r", "dvd-r", "dvd+r", "bd-r"]) {
  test(`a finalised ${type} whose tracks are hidden has the sessions that it has`, async (t) => {
    const disc = await discWith(type, 3, true);
    await using plain = await recorderWith(disc);
    await using recorder = await quirky(disc, "fullDiscHidesTracks");
    t.deepEqual(
      recorder.sessions.map(({ startLba }) => startLba),
      // The table of contents of these tells no session but the first and the last.
      type === "cd-r" ? plain.sessions.map(({ startLba }) => startLba) : [0, plain.sessions.at(-1)!.startLba],
    );
    t.true(await readsBack(recorder, 3, plain.sessions.at(-1)!.startLba, sessionBlocks));
  });
}

for (const type of ["cd-r", "dvd-r"]) {
  test(`a test of writing a ${type} leaves it as it was, whatever address the drive names meanwhile`, async (t) => {
    const disc = await discWith(type, 1);
    await using recorder = await quirky(disc, "nwaZeroInSimulation");
    const start = recorder.state.nextWritableAddress!;
    await recorder.write(sessionOf(2, start, sessionBlocks, recorder.identity), { dummy: true });
    t.is(recorder.state.nextWritableAddress, start);
    t.is(recorder.sessions.length, 1);
    await recorder.write(sessionOf(2, start, sessionBlocks, recorder.identity));
    t.true(await readsBack(recorder, 2, start, sessionBlocks));
  });
}

for (const name of ["mediumChangeAfterLoad", "readyTooEarly", "lockedAtFirst", "staleUntilReload", "page05BeforeNwa"]) {
  test(`${name}: a disc is taken out, put in again and written`, async (t) => {
    const disc = await discWith("cd-r", 1);
    await using recorder = await quirky(disc, name);
    await recorder.eject();
    await recorder.load();
    const start = await writeNext(recorder, [0]);
    t.true(start > sessionBlocks);
    t.true(await readsBack(recorder, 2, start, sessionBlocks));
  });
}

for (const name of ["readyTooEarly", "progressMissingFromTur", "mediumChangeAfterLoad", "softErrors", "senseLost"]) {
  for (const type of ["cd-rw", "dvd-rw"]) {
    test(`${name}: a ${type} is blanked, and written from its beginning`, async (t) => {
      const disc = await discWith(type, 2);
      await using recorder = await quirky(disc, name);
      await recorder.blank();
      t.true(recorder.state.blank);
      t.is(await writeNext(recorder, []), 0);
      t.true(await readsBack(recorder, 1, 0, sessionBlocks));
    });
  }
  for (const type of ["dvd-rw", "dvd+rw", "dvd-ram", "bd-re"]) {
    test(`${name}: a ${type} is formatted, and written`, async (t) => {
      const disc = await blankDisc(type);
      await using recorder = await quirky(disc, name);
      await recorder.format();
      t.is(recorder.state.state, "overwritable");
      t.is(await writeNext(recorder, []), 0);
      t.true(await readsBack(recorder, 1, 0, sessionBlocks));
    });
  }
}

test("a lower speed cures the loss of streaming", async (t) => {
  const disc = await blankDisc("dvd+r");
  await using recorder = await quirky(disc, "lossOfStreaming");
  await recorder.write(sessionOf(1, 0, sessionBlocks, recorder.identity), { speed: 5540 });
  t.true(await readsBack(recorder, 1, 0, sessionBlocks));
});

for (const type of ["dvd-ram", "bd-re"]) {
  test(`what is streamed to a ${type} needs no spares`, async (t) => {
    const disc = await blankDisc(type);
    await using recorder = await quirky(disc, "spareExhausted");
    await recorder.write(sessionOf(1, 0, sessionBlocks, recorder.identity), { streaming: true });
    t.true(await readsBack(recorder, 1, 0, sessionBlocks));
  });
}

for (const type of ["dvd-r", "dvd+r", "bd-r"]) {
  test(`the last unit of a ${type} is filled up`, async (t) => {
    await using recorder = await quirky(await blankDisc(type), "wholeUnitsEnforced");
    await recorder.write(sessionOf(1, 0, 5, recorder.identity));
    t.true(await readsBack(recorder, 1, 0, 5));
  });
}

test("a track that is too short for a CD is filled up by the recorder", async (t) => {
  await using recorder = await quirky(await blankDisc("cd-r"), "minimumTrackEnforced");
  await recorder.write(sessionOf(1, 0, 5, recorder.identity));
  t.true(await readsBack(recorder, 1, 0, 5));
});

test("a session that is to be written at once is refused where a CD has one already, and not on a blank one", async (t) => {
  const disc = await blankDisc("cd-r");
  await using recorder = await quirky(disc, "saoOnAppendableRefused");
  await recorder.write(sessionOf(1, 0, sessionBlocks, recorder.identity), { writeType: "sessionAtOnce" });
  t.true(await readsBack(recorder, 1, 0, sessionBlocks));
  const appendable = await discWith("cd-r", 1);
  await using second = await quirky(appendable, "saoOnAppendableRefused");
  const start = second.state.nextWritableAddress!;
  await t.throwsAsync(
    second.write(sessionOf(2, start, sessionBlocks, second.identity), { writeType: "sessionAtOnce" }),
    { code: "E_NOT_SUPPORTED" },
  );
  await using plain = await recorderWith(appendable);
  t.is(plain.sessions.length, 1);
  t.true(await readsBack(plain, 1, 0, sessionBlocks));
});

test("blocks at the end of a track that can't be read end in one error, whatever the drive calls it", async (t) => {
  for (const quirks of [[], ["runOutIllegalMode"]]) {
    await using recorder = await quirky(await discWith("cd-r", 1), ...quirks);
    const { startLba, blocks } = recorder.sessions[0]!;
    const end = startLba + blocks;
    await t.throwsAsync(recorder.read(end, 2, new Uint8Array(4096)), { code: "E_READ_FAILED" });
    t.true(await readsBack(recorder, 1, 0, sessionBlocks));
  }
});

test("what the tray says when there is no disc", async (t) => {
  await t.throwsAsync(quirky(await discWith("dvd+r", 1), "trayOpen"), { code: "E_NO_MEDIUM" });
  await t.throwsAsync(quirky(await discWith("dvd+r", 1), "noMedium"), { code: "E_NO_MEDIUM" });
});
