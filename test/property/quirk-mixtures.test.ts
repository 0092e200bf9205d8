/** Several quirks at once: whatever comes of a session, those before it are whole, and the disc is not lost. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import fc from "fast-check";
import { EmulatedDrive } from "../../src/device/emulated/drive.js";
import { mediaTypes } from "../../src/device/emulated/media.js";
import { misbehaving } from "../../src/device/emulated/misbehaving-drive.js";
import { quirks } from "../../src/device/emulated/quirks.js";
import { createDisc } from "../../src/device.js";
import { nodeFileAccess } from "../../src/host/node-file-access.js";
import { course, sessionBlocks, sessionsOn, writeNext } from "../device/quirks/support.js";
import { openPlainly, readsBack } from "../device/support.js";
import { holds } from "../support/properties.js";

/** Some of the quirks that make sense for one type of media. */
const mixtures = fc.constantFrom(...mediaTypes).chain((type) =>
  fc.record({
    type: fc.constant(type),
    names: fc.subarray(
      quirks.filter(({ media }) => media.includes(type)).map(({ name }) => name),
      { minLength: 2, maxLength: 6 },
    ),
  }),
);

test("two sessions on drives with several quirks", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "discsmith-quirks-"));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  let discs = 0;
  await holds(
    fc.asyncProperty(mixtures, async ({ type, names }) => {
      const path = join(folder, `disc${++discs}`);
      await createDisc(path, { media: type });
      const starts: number[] = [];
      {
        await using first = await openPlainly(path);
        starts.push(await writeNext(first, starts));
      }
      await course(misbehaving(await EmulatedDrive.open(nodeFileAccess, path, {}), { quirks: names }), 3, starts);
      await using plain = await openPlainly(path);
      await plain.repair();
      if (sessionsOn(type) > 1) starts.push(await writeNext(plain, starts));
      for (const [index, start] of starts.entries()) {
        if (!(await readsBack(plain, index + 1, start, sessionBlocks))) throw new Error(`session ${index + 1} is lost`);
      }
    }),
    { numRuns: 40 },
  );
  t.pass();
});
