/** Every quirk, alone, on every medium that it makes sense for: three sessions, or a reason why not. */
import test from "ava";
import { quirks } from "../../../src/device/emulated/quirks.js";
import { readsBack } from "../support.js";
import { blankDisc, course, driveOf, recorderWith, sessionBlocks, sessionsOn, writeNext } from "./support.js";

/** Media that differ from another one in the number of layers alone. */
const doubleLayers = ["dvd+r-dl", "dvd+rw-dl", "bd-r-dl", "bd-re-dl"];
const isSlow = process.env.DISCSMITH_SLOW === "1";

for (const { name, media, endsWith } of quirks) {
  for (const type of media.filter((candidate) => isSlow || !doubleLayers.includes(candidate))) {
    // One after the other: all their discs would be in memory at once.
    test.serial(`${name} on ${type}`, async (t) => {
      const disc = await blankDisc(type);
      const { starts, error } = await course(await driveOf(disc, { quirks: [name] }), sessionsOn(type));
      if (error !== undefined && error.code !== endsWith) t.log(error);
      t.is(error?.code, endsWith);
      await using plain = await recorderWith(disc);
      // The disc is none the worse for it.
      await plain.repair();
      if (starts.length > 0 || sessionsOn(type) > 1) {
        if (plain.state.state !== "complete") starts.push(await writeNext(plain, starts));
        else t.is(sessionsOn(type), 1);
      }
      for (const [index, start] of starts.entries()) {
        t.true(await readsBack(plain, index + 1, start, sessionBlocks), `session ${index + 1}`);
      }
    });
  }
}
