/** docs/RECORDER.md names only what there is. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { Recorder } from "../../src/device/recorder.js";
import {
  createDisc,
  erasesDisc,
  finalisesDisc,
  listDrives,
  openRecorder,
  sessionFromStream,
  snapshotFromReplies,
} from "../../src/device.js";
import { temporaryFolder } from "./support.js";

const text = readFileSync(join(import.meta.dirname, "../../../docs/RECORDER.md"), "utf8");

test("members of the recorder that the document names are there", async (t) => {
  const path = join(await temporaryFolder(t), "disc");
  await createDisc(path, { media: "dvd+r" });
  await using recorder: Recorder = await openRecorder(path);
  const named = [...text.matchAll(/`recorder\.(\w+)(?:\.(\w+))?/g)];
  t.true(named.length > 40);
  for (const [whole, member, below] of named) {
    t.true(member! in recorder, whole);
    if (below === undefined) continue;
    t.true(below in (recorder[member as keyof Recorder] as object), whole);
  }
});

test("functions that the document names are exported", (t) => {
  const functions = { openRecorder, listDrives, finalisesDisc, erasesDisc, sessionFromStream, snapshotFromReplies };
  for (const [name, exported] of Object.entries(functions)) {
    t.true(text.includes(name), name);
    t.is(typeof exported, "function", name);
  }
  for (const [, name] of text.matchAll(/`(plan\w+)`/g)) t.true(name! in Recorder.prototype, name);
});
