/** Every quirk, alone, on every medium that it makes sense for: three sessions, or a reason why not. */
import test from "ava";
import { mediaTypes } from "../../../src/device/emulated/media.js";
import { quirks } from "../../../src/device/emulated/quirks.js";
import { Recorder } from "../../../src/device/recorder.js";
import { DiscError } from "../../../src/errors.js";
import { append, openPlainly, readsBack } from "../support.js";
import { blankDisc, quirkyDrive } from "./support.js";

/** Quirks that end the course of three sessions before its end: where, and with which code. */
const refusals: Readonly<Record<string, { readonly session: number; readonly code: string }>> = {
  noMedium: { session: 0, code: "E_NO_MEDIUM" },
  trayOpen: { session: 0, code: "E_NO_MEDIUM" },
  nwaMovesOnReread: { session: 1, code: "E_DISC_CHANGED" },
  rejectsReadDiscInformation: { session: 1, code: "E_DISC_READ_ONLY" },
  sessionsExhausted: { session: 3, code: "E_DISC_FULL" },
};

const sessions = 3;
const sessionBlocks = 320;

for (const { name, media } of quirks) {
  for (const type of media.filter((candidate) => mediaTypes.includes(candidate))) {
    test(`${name} on ${type}`, async (t) => {
      const path = await blankDisc(t, type);
      const starts: number[] = [];
      const refusal = refusals[name];
      let failed: { session: number; code: string } | undefined;
      let session = 0;
      const drive = await quirkyDrive(path, name);
      try {
        await using recorder = await Recorder.on(drive);
        for (session = 1; session <= sessions; session++) starts.push(await append(recorder, session, sessionBlocks));
      } catch (error) {
        if (!(error instanceof DiscError)) throw error;
        failed = { session, code: error.code };
        if (refusal?.code !== error.code) t.log(error);
      }
      t.deepEqual(failed, refusal);
      t.true(drive.applied.get(name)! > 0, "the quirk was at work");
      await using plain = await openPlainly(path);
      for (const [index, start] of starts.entries()) {
        t.true(await readsBack(plain, index + 1, start, sessionBlocks), `session ${index + 1}`);
      }
    });
  }
}
