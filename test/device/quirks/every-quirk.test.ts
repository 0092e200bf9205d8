/** Every quirk, alone, on every medium that it makes sense for: three sessions, or a reason why not. */
import test from "ava";
import { EmulatedDrive } from "../../../src/device/emulated/drive.js";
import { mediaTypes } from "../../../src/device/emulated/media.js";
import { misbehaving } from "../../../src/device/emulated/misbehaving-drive.js";
import { quirks } from "../../../src/device/emulated/quirks.js";
import { Recorder } from "../../../src/device/recorder.js";
import type { Transport } from "../../../src/device/transport.js";
import { DiscError } from "../../../src/errors.js";
import { nodeFileAccess } from "../../../src/host/node-file-access.js";
import { append, openPlainly, readsBack } from "../support.js";
import { discWith } from "./support.js";

const sessions = 3;
const sessionBlocks = 320;

for (const { name, media, endsWith } of quirks) {
  for (const type of media.filter((candidate) => mediaTypes.includes(candidate))) {
    test(`${name} on ${type}`, async (t) => {
      const path = await discWith(t, type, 0);
      const drive = misbehaving(await EmulatedDrive.open(nodeFileAccess, path, {}), { quirks: [name] });
      const { starts, error } = await course(drive);
      if (error !== undefined && error.code !== endsWith) t.log(error);
      t.is(error?.code, endsWith);
      await using plain = await openPlainly(path);
      for (const [index, start] of starts.entries()) {
        t.true(await readsBack(plain, index + 1, start, sessionBlocks), `session ${index + 1}`);
      }
      // The disc is none the worse for it.
      await plain.repair();
      const last = await append(plain, sessions + 1, sessionBlocks);
      t.true(await readsBack(plain, sessions + 1, last, sessionBlocks));
    });
  }
}

/** Writes three sessions, as far as it gets. */
async function course(drive: Transport): Promise<{ starts: readonly number[]; error?: DiscError }> {
  const starts: number[] = [];
  try {
    await using recorder = await Recorder.on(drive);
    for (let session = 1; session <= sessions; session++) {
      // What a session that someone left open needs.
      if (recorder.state.needsRepair) await recorder.repair();
      starts.push(await append(recorder, session, sessionBlocks));
    }
    return { starts };
  } catch (error) {
    if (!(error instanceof DiscError)) throw error;
    return { starts, error };
  }
}
