/** Several quirks at once: whatever comes of a session, those before it are whole, and the disc is not lost. */
import test from "ava";
import fc from "fast-check";
import { mediaTypes } from "../../src/device/emulated/media.js";
import { quirks } from "../../src/device/emulated/quirks.js";
import {
  blankDisc,
  course,
  driveOf,
  recorderWith,
  sessionBlocks,
  sessionsOn,
  writeNext,
} from "../device/quirks/support.js";
import { readsBack } from "../device/support.js";
import { holds } from "../support/properties.js";

const isSlow = process.env.DISCSMITH_SLOW === "1";

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
  await holds(
    fc.asyncProperty(mixtures, async ({ type, names }) => {
      const disc = await blankDisc(type);
      const starts: number[] = [];
      {
        await using first = await recorderWith(disc);
        starts.push(await writeNext(first, starts));
      }
      await course(await driveOf(disc, { quirks: names }), 3, starts);
      await using plain = await recorderWith(disc);
      await plain.repair();
      if (sessionsOn(type) > 1) starts.push(await writeNext(plain, starts));
      for (const [index, start] of starts.entries()) {
        if (!(await readsBack(plain, index + 1, start, sessionBlocks))) throw new Error(`session ${index + 1} is lost`);
      }
    }),
    { numRuns: isSlow ? 2_000 : 100 },
  );
  t.pass();
});
