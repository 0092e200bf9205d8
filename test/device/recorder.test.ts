import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import type { Recorder } from "../../src/device/recorder.js";
import { createDisc, isEmulatedDisc, openRecorder } from "../../src/device.js";
import type { DiscError } from "../../src/errors.js";
import type { MultisessionSequential } from "../../src/multisession/interfaces.js";
import { blockBytes } from "../../src/units.js";
import { append, readsBack, sessionOf, temporaryFolder } from "./support.js";

async function sequential(recorder: Recorder): Promise<MultisessionSequential> {
  const [first, ...others] = await recorder.multisessionInterfaces();
  if (first?.type !== "sequential" || others.length > 0) throw new Error("expected one sequential interface");
  return first;
}

const families = [
  // Starts of the second and third session, from the gaps and units of each family.
  { media: "cd-r", profile: 0x09, unit: 1, capacity: 359_849, second: 600 + 150 + 2 + 11_400, gap: 450 + 2 + 6_900 },
  { media: "dvd+r", profile: 0x1b, unit: 16, capacity: 2_295_104, second: 608 + 2_048, gap: 304 + 2_048 },
  { media: "bd-r", profile: 0x41, unit: 32, capacity: 12_219_392, second: 608, gap: 320 },
] as const;

for (const { media, profile, unit, capacity, second, gap } of families) {
  test(`${media}: three sessions, each at the address the disc named`, async (t) => {
    const path = join(await temporaryFolder(t), "disc");
    await createDisc(path, { media });
    await using recorder = await openRecorder(path);
    t.like(recorder.state, { kind: "emulated", media, profile, state: "blank", blank: true, capacityBlocks: capacity });
    t.like(await sequential(recorder), {
      isSupportedOnCurrentMediaState: true,
      isFirstDataSession: true,
      startAddressOfPreviousSession: -1,
      lastWrittenAddressOfPreviousSession: -1,
      nextWritableAddress: 0,
      freeSectorsOnMedia: media === "cd-r" ? capacity - 152 : capacity,
      writeUnitSize: unit,
    });
    t.is(await append(recorder, 1, 600), 0);
    t.is(await append(recorder, 2, 300), second);
    t.is(await append(recorder, 3, 300), second + gap);
    t.deepEqual(
      recorder.sessions.map(({ number, startLba, state }) => ({ number, startLba, state })),
      [0, second, second + gap].map((startLba, index) => ({ number: index + 1, startLba, state: "complete" })),
    );
    const postGap = media === "cd-r" ? 150 : 0;
    t.like(await sequential(recorder), {
      isFirstDataSession: false,
      startAddressOfPreviousSession: second + gap,
      lastWrittenAddressOfPreviousSession: second + gap + Math.ceil((300 + postGap) / unit) * unit - 1,
    });
    await using again = await openRecorder(path);
    t.is(again.state.discId, recorder.state.discId);
    t.is(again.state.state, "appendable");
    t.true(await readsBack(again, 1, 0, 600));
    t.true(await readsBack(again, 2, second, 300));
    t.true(await readsBack(again, 3, second + gap, 300));
    t.is((await stat(path)).size, again.blocks * blockBytes);
  });

  test(`${media}: a finalised disc takes nothing more`, async (t) => {
    const path = join(await temporaryFolder(t), "disc");
    await createDisc(path, { media });
    await using recorder = await openRecorder(path);
    await recorder.write(sessionOf(1, 0, 400), { close: true });
    t.is(recorder.state.state, "complete");
    t.is(recorder.state.capacityBlocks, capacity);
    t.false((await sequential(recorder)).isSupportedOnCurrentMediaState);
    await t.throwsAsync(recorder.write(sessionOf(2, 12_000, 10)), { code: "E_DISC_FINALISED" });
    t.true(await readsBack(recorder, 1, 0, 400));
  });

  test(`${media}: what does not fit, or was made for another place, is refused before the first block`, async (t) => {
    const path = join(await temporaryFolder(t), "disc");
    await createDisc(path, { media, capacityBlocks: 2_400 });
    await using recorder = await openRecorder(path);
    const free = recorder.state.freeBlocks;
    const full = await t.throwsAsync<DiscError<"E_DISC_FULL">>(recorder.write(sessionOf(1, 0, free + 1)), {
      code: "E_DISC_FULL",
    });
    t.deepEqual(full?.detail, { blocks: free + 1, freeBlocks: free });
    await t.throwsAsync(recorder.write(sessionOf(1, 32, 10)), { code: "E_IMAGE_WRONG_ADDRESS" });
    t.is((await stat(path)).size, 0);
    await recorder.write(sessionOf(1, 0, free));
    t.true(await readsBack(recorder, 1, 0, free));
    t.is(recorder.state.state, "complete");
  });

  test(`${media}: cancelling leaves the session open; after repair the next one works`, async (t) => {
    const path = join(await temporaryFolder(t), "disc");
    await createDisc(path, { media });
    await using recorder = await openRecorder(path);
    await append(recorder, 1, 400);
    const abort = new AbortController();
    const session = sessionOf(2, recorder.state.nextWritableAddress!, 800, recorder.identity);
    const cancelled = recorder.write(session, {
      signal: abort.signal,
      onProgress: ({ doneBlocks }) => {
        if (doneBlocks >= 400) abort.abort();
      },
    });
    await t.throwsAsync(cancelled, { code: "E_CANCELLED" });
    t.is(recorder.state.state, "damaged");
    t.true(recorder.state.needsRepair);
    t.is(recorder.sessions[1]?.state, "open");
    t.false((await sequential(recorder)).isSupportedOnCurrentMediaState);
    t.true(await recorder.repair());
    t.false(await recorder.repair());
    t.is(recorder.state.state, "appendable");
    const start = await append(recorder, 3, 350);
    t.true(await readsBack(recorder, 1, 0, 400));
    t.true(await readsBack(recorder, 3, start, 350));
  });
}

test("a disc that another recorder wrote to meanwhile is not written", async (t) => {
  const path = join(await temporaryFolder(t), "disc");
  await createDisc(path, { media: "dvd+r" });
  await using one = await openRecorder(path);
  await using other = await openRecorder(path);
  await append(one, 1, 64);
  const session = sessionOf(2, one.state.nextWritableAddress!, 64, one.identity);
  await other.refresh();
  await append(other, 3, 64);
  await t.throwsAsync(one.write(session), { code: "E_DISC_CHANGED" });
  t.is(one.sessions.length, 2);
});

test("a disc that was swapped for one that looks alike is not written", async (t) => {
  const folder = await temporaryFolder(t);
  const states = [];
  for (const name of ["a", "b"]) {
    await createDisc(join(folder, name), { media: "dvd+r" });
    await using recorder = await openRecorder(join(folder, name));
    await append(recorder, 1, 64);
    states.push(recorder.identity);
  }
  t.is(states[0]?.nextWritableAddress, states[1]?.nextWritableAddress);
  await using recorder = await openRecorder(join(folder, "b"));
  const session = sessionOf(2, states[0]!.nextWritableAddress, 64, states[0]);
  await t.throwsAsync(recorder.write(session), { code: "E_DISC_CHANGED" });
});

test("one writes, others read; a second writer is told who is busy", async (t) => {
  const path = join(await temporaryFolder(t), "disc");
  await createDisc(path, { media: "dvd+r" });
  await using writer = await openRecorder(path);
  await append(writer, 1, 64);
  const next = writer.state.nextWritableAddress!;
  let seen = 0;
  const session = sessionOf(2, next, 200, writer.identity);
  await writer.write({
    ...session,
    async *chunks() {
      for await (const chunk of session.chunks()) {
        yield chunk;
        if (seen++ !== 5) continue;
        await using reader = await openRecorder(path);
        t.true(await readsBack(reader, 1, 0, 64));
        t.is(reader.sessions.at(-1)?.state, "open");
        const busy = await t.throwsAsync<DiscError<"E_DISC_BUSY">>(reader.write(sessionOf(3, next, 10)), {
          code: "E_DISC_BUSY",
        });
        t.regex(busy!.message, new RegExp(`${process.pid}`));
      }
    },
  });
  t.true(seen > 5);
  t.true(await readsBack(writer, 2, next, 200));
});

test("a session that is longer or shorter than announced fails", async (t) => {
  const path = join(await temporaryFolder(t), "disc");
  for (const real of [63, 65]) {
    await createDisc(path, { media: "dvd+r", force: true });
    await using recorder = await openRecorder(path);
    const session = { ...sessionOf(1, 0, real), blocks: 64 };
    await t.throwsAsync(recorder.write(session), { code: "E_CONTENT_CHANGED" });
    t.is(recorder.state.state, "damaged");
  }
});

test("the plan lists the steps, and names what it can't do", async (t) => {
  const path = join(await temporaryFolder(t), "disc");
  await createDisc(path, { media: "cd-r" });
  await using recorder = await openRecorder(path);
  const steps = recorder.planWrite({ firstBlock: 0, blocks: 500, importedFrom: null });
  t.deepEqual(
    steps.map(({ kind }) => kind),
    ["setWriteParameters", "checkNextWritable", "write", "synchronizeCache", "closeSession"],
  );
  t.like(steps[2], { firstBlock: 0, blocks: 500, zeroBlocks: 150 });
  const own = recorder.planWrite({ firstBlock: 0, blocks: 500, importedFrom: null }, { postgapAlreadyInImage: true });
  t.like(own[2], { blocks: 500, zeroBlocks: 0 });
  const last = recorder.planWrite({ firstBlock: 0, blocks: 500, importedFrom: null, endsInPostGap: true });
  t.like(last[2], { blocks: 500, zeroBlocks: 0 });
  t.throws(() => recorder.planWrite({ firstBlock: 1, blocks: 1, importedFrom: null }), {
    code: "E_IMAGE_WRONG_ADDRESS",
  });
});

test("CD: blocks in the run-out and between sessions cannot be read", async (t) => {
  const path = join(await temporaryFolder(t), "disc");
  await createDisc(path, { media: "cd-r" });
  await using recorder = await openRecorder(path);
  await append(recorder, 1, 600);
  await append(recorder, 2, 600);
  const block = new Uint8Array(2 * blockBytes);
  await recorder.read(748, 2, block);
  for (const lba of [749, 750, 752, 5_000, 100_000]) {
    const error = await t.throwsAsync<DiscError<"E_READ_FAILED">>(recorder.read(lba, 2, block), {
      code: "E_READ_FAILED",
    });
    t.like(error?.cause, { code: "E_COMMAND_FAILED" });
  }
});

test("create refuses what is there, and media it does not know", async (t) => {
  const path = join(await temporaryFolder(t), "disc");
  const error = await t.throwsAsync(createDisc(path, { media: "dvd-rom" }), { code: "E_NOT_SUPPORTED" });
  t.regex(error!.message, /cd-r, cd-rw, dvd-r/);
  await t.throwsAsync(createDisc(path, { media: "cd-r", capacityBlocks: 0 }), { code: "E_OPTION_INVALID" });
  t.false(await isEmulatedDisc(path));
  await createDisc(path, { media: "cd-r" });
  t.true(await isEmulatedDisc(path));
  await t.throwsAsync(createDisc(path, { media: "cd-r" }), { code: "E_TARGET_EXISTS" });
  await createDisc(path, { media: "bd-r", force: true });
  await using recorder = await openRecorder(path);
  t.is(recorder.state.media, "bd-r");
});

test("what cannot be opened says why", async (t) => {
  const path = join(await temporaryFolder(t), "disc");
  await t.throwsAsync(openRecorder(path), { code: "E_HOST" });
  await writeFile(path, new Uint8Array(100 * blockBytes));
  await t.throwsAsync(openRecorder(path), { code: "E_SIDECAR" });
});

test("a file without a sidecar becomes the first session of a disc", async (t) => {
  const path = join(await temporaryFolder(t), "disc");
  await writeFile(path, new Uint8Array(100 * blockBytes + 5).fill(7));
  {
    await using recorder = await openRecorder(path, { media: "dvd+r" });
    t.is(recorder.state.state, "appendable");
    t.like(recorder.sessions, [{ startLba: 0, blocks: 101, state: "complete" }]);
    t.is(recorder.sessions.length, 1);
  }
  await using recorder = await openRecorder(path);
  const start = await append(recorder, 2, 40);
  t.true(await readsBack(recorder, 2, start, 40));
  t.deepEqual([...(await readFile(path)).subarray(100 * blockBytes, 100 * blockBytes + 6)], [7, 7, 7, 7, 7, 0]);
});

test("a sidecar that disagrees with the file, or is none, is refused; force takes it as it is", async (t) => {
  const path = join(await temporaryFolder(t), "disc");
  await createDisc(path, { media: "dvd+r" });
  {
    await using recorder = await openRecorder(path);
    await append(recorder, 1, 160);
  }
  const sidecar = await readFile(`${path}.mmc.json`, "utf8");
  const whole = await readFile(path);
  await writeFile(path, whole.subarray(0, 100 * blockBytes));
  await t.throwsAsync(openRecorder(path), { code: "E_SIDECAR", message: /204800/ });
  {
    await using recorder = await openRecorder(path, { force: true });
    t.true(await readsBack(recorder, 1, 0, 96));
    await t.throwsAsync(recorder.read(100, 1, new Uint8Array(blockBytes)), { code: "E_READ_FAILED" });
  }
  await writeFile(path, Buffer.concat([whole, Buffer.alloc(blockBytes)]));
  await t.throwsAsync(openRecorder(path), { code: "E_SIDECAR" });
  {
    await using recorder = await openRecorder(path, { force: true });
    const start = await append(recorder, 2, 16);
    t.true(await readsBack(recorder, 2, start, 16));
  }
  await writeFile(path, whole);
  const replacements: readonly (readonly [string, string])[] = [
    ['"schema": 2', '"schema": 3'],
    ['"dvd+r"', '"dvd-rw"'],
    ['"number": 1,\n      "session"', '"number": 2,\n      "session"'],
    ['"blocks": 160', '"blocks": -1'],
    ['"state": "complete"', '"state": "recorded"'],
    ['"profile": 27', '"profile": 9'],
    ["{", "["],
  ];
  for (const [from, to] of replacements) {
    const changed = sidecar.replace(from, to);
    t.not(changed, sidecar, from);
    await writeFile(`${path}.mmc.json`, changed);
    await t.throwsAsync(openRecorder(path), { code: "E_SIDECAR" }, from);
  }
  await writeFile(`${path}.mmc.json`, sidecar);
  await using recorder = await openRecorder(path);
  t.true(await readsBack(recorder, 1, 0, 160));
});
