import { join } from "node:path";
import test from "ava";
import { createDisc, openRecorder } from "../../../src/device.js";
import { temporaryFolder } from "../support.js";

test("what a drive does against the standard is reported as a warning", async (t) => {
  const path = join(await temporaryFolder(t), "x.disc");
  await createDisc(path, { media: "cd-r", quirks: ["nwaMinus150OnBlank"] });
  await using recorder = await openRecorder(path);
  t.is(recorder.state.nextWritableAddress, 0);
  t.like(recorder.state.warnings[0], { code: "W_DRIVE_QUIRK", detail: { quirk: "address-before-start" } });
});
