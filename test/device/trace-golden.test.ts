/**
 * What is said to the drive of each medium while it is written, command by command. A change of it is to be seen in
 * review: `UPDATE_GOLDEN=1 npx ava build/test/device/trace-golden.test.js` writes test/fixtures/traces anew.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { Recorder } from "../../src/device/recorder.js";
import { replayTrace } from "../../src/device/replay-transport.js";
import { readTrace } from "../../src/device/trace-reader.js";
import { mediaTypes } from "../../src/device.js";
import { blankDisc, instantly, MemorySink, openTraced, stoppedClock, wholeCourse } from "./trace-support.js";

const folder = join(import.meta.dirname, "../../../test/fixtures/traces");
const isUpdate = process.env.UPDATE_GOLDEN === "1";

for (const media of mediaTypes) {
  const name = `${media}.trace`;
  const path = join(folder, name);

  test.serial(`${media}: is written by the commands of ${name}`, async (t) => {
    const sink = new MemorySink();
    {
      await using recorder = await openTraced(await blankDisc(t, media), sink, stoppedClock);
      await wholeCourse(recorder);
    }
    if (isUpdate) writeFileSync(path, sink.text);
    t.deepEqual(sink.text.split("\n"), readFileSync(path, "utf8").split("\n"));
  });

  test.serial(`${media}: a recorder on ${name} comes to the state of the disc`, async (t) => {
    const disc = await blankDisc(t, media);
    const drive = replayTrace(readTrace(readFileSync(path, "utf8"), name), { mode: "strict" });
    await using recorder = await openTraced(disc, new MemorySink());
    await using replayed = await Recorder.on(drive, instantly);
    t.deepEqual(replayed.state, recorder.state);
    t.deepEqual(replayed.identity, recorder.identity);
    await wholeCourse(recorder);
    await wholeCourse(replayed);
    t.deepEqual(replayed.state, recorder.state);
    drive.finish();
  });
}
