/** Media that are erased: CD-RW, and DVD-RW in both of its states. */
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import type { Recorder } from "../../../src/device/recorder.js";
import { createDisc, openRecorder } from "../../../src/device.js";
import { append, readsBack, sessionOf, temporaryFolder } from "../support.js";

const capacityBlocks = 80_000;

async function discOf(t: ExecutionContext, type: string): Promise<Recorder> {
  const path = join(await temporaryFolder(t), "disc");
  await createDisc(path, { media: type, capacityBlocks });
  const recorder = await openRecorder(path);
  t.teardown(() => recorder[Symbol.asyncDispose]());
  return recorder;
}

for (const type of ["cd-rw", "dvd-rw"]) {
  for (const blanking of ["full", undefined] as const) {
    test(`${type}: blanked (${blanking ?? "as usual"}) from every state, and written anew`, async (t) => {
      const recorder = await discOf(t, type);
      await append(recorder, 1, 320);
      await recorder.blank({ type: blanking });
      t.like(recorder.state, { state: "blank", takesOneSession: false, sessions: [] });
      await append(recorder, 2, 320);
      await append(recorder, 3, 320);
      await recorder.close();
      t.true(recorder.state.mediaState.includes("eraseRequired"));
      await recorder.blank({ type: blanking });
      t.is(recorder.state.state, "blank");
      const abort = new AbortController();
      const cancelled = recorder.write(sessionOf(4, 0, 640), {
        signal: abort.signal,
        onProgress: ({ action, doneBlocks }) => {
          if (action === "writingData" && doneBlocks >= 320) abort.abort();
        },
      });
      await t.throwsAsync(cancelled, { code: "E_CANCELLED" });
      t.is(recorder.state.state, "damaged");
      await recorder.blank({ type: blanking });
      t.is(recorder.state.state, "blank");
      await append(recorder, 5, 320);
      t.true(await readsBack(recorder, 5, 0, 320));
    });
  }
}

test("dvd-rw: blanked in haste, it takes one session, and says so; blanked wholly, several again", async (t) => {
  const recorder = await discOf(t, "dvd-rw");
  await append(recorder, 1, 320);
  await recorder.blank({ type: "minimal" });
  t.like(recorder.state, { state: "blank", takesOneSession: true });
  await recorder.write(sessionOf(2, 0, 500), { verify: "full" });
  t.is(recorder.state.state, "complete");
  t.true(await readsBack(recorder, 2, 0, 500));
  await t.throwsAsync(recorder.write(sessionOf(3, 30_000, 500)), { code: "E_DISC_FINALISED", message: /blanked/ });
  await recorder.blank();
  t.like(recorder.state, { state: "blank", takesOneSession: false });
  await append(recorder, 3, 320);
  t.is(recorder.state.state, "appendable");
});

for (const type of ["quick", "full"] as const) {
  test(`dvd-rw: formatted for overwriting (${type}), written, grown, and turned back`, async (t) => {
    const recorder = await discOf(t, "dvd-rw");
    await append(recorder, 1, 320);
    await recorder.format({ type });
    t.like(recorder.state, { state: "overwritable", blank: true, profile: 0x0013, canBeBlanked: true });
    await recorder.write(sessionOf(2, 0, 640), { verify: "full" });
    t.true(await readsBack(recorder, 2, 0, 640));
    await recorder.write(sessionOf(3, 640, 320, recorder.identity));
    await recorder.write(sessionOf(4, 160, 32, recorder.identity));
    t.true(await readsBack(recorder, 2, 0, 160));
    t.true(await readsBack(recorder, 4, 160, 32));
    t.true(await readsBack(recorder, 3, 640, 320));
    const odd = sessionOf(5, 8, 16, recorder.identity);
    await t.throwsAsync(recorder.write(odd), { code: "E_IMAGE_WRONG_ADDRESS" });
    await recorder.blank();
    t.like(recorder.state, { state: "blank", profile: 0x0014 });
    await append(recorder, 6, 320);
    t.true(await readsBack(recorder, 6, 0, 320));
  });
}

test("dvd-rw: one that grows is not written beyond its end, but to the end of the medium", async (t) => {
  const recorder = await discOf(t, "dvd-rw");
  await recorder.format();
  await recorder.write(sessionOf(1, 0, 320));
  const grown = sessionOf(2, 640, 16, recorder.identity);
  await t.throwsAsync(recorder.write(grown), { code: "E_IMAGE_WRONG_ADDRESS" });
  const total = recorder.state.capacityBlocks;
  t.is(total, capacityBlocks);
  await recorder.write(sessionOf(2, 320, total - 320, recorder.identity), { verify: "quick" });
  t.true(await readsBack(recorder, 1, 0, 320));
  t.true(await readsBack(recorder, 2, 320, 640));
});
