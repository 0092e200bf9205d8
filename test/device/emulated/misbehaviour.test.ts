/** Quirks and faults in the sidecar of a disc. */
import test from "ava";
import type { Misbehaviour } from "../../../src/device/emulated/misbehaviour.js";
import { createDiscOn, openRecorderOn } from "../../../src/device.js";
import type { FileAccess } from "../../../src/medium/file-access.js";
import { memoryFiles } from "../memory-files.js";
import { append, readsBack } from "../support.js";

const sidecar = "disc.mmc.json";

async function sidecarOf(files: FileAccess): Promise<Misbehaviour & Record<string, unknown>> {
  return JSON.parse(new TextDecoder().decode(await files.readFile(sidecar)));
}

async function change(files: FileAccess, members: object): Promise<void> {
  const changed = { ...(await sidecarOf(files)), ...members };
  await files.replaceFile(sidecar, new TextEncoder().encode(JSON.stringify(changed)));
}

async function disc(media: string, quirks?: readonly string[]): Promise<FileAccess> {
  const files = memoryFiles();
  await createDiscOn(files, "disc", { media, quirks });
  return files;
}

test("a disc is made with quirks, and keeps them whatever is done with it", async (t) => {
  const files = await disc("cd-rw", ["nwaMinus150OnBlank", "bufferFull"]);
  t.deepEqual((await sidecarOf(files)).quirks, ["nwaMinus150OnBlank", "bufferFull"]);
  await using recorder = await openRecorderOn(files, "disc", {});
  const start = await append(recorder, 1, 320);
  t.true(await readsBack(recorder, 1, start, 320));
  await recorder.blank();
  t.deepEqual((await sidecarOf(files)).quirks, ["nwaMinus150OnBlank", "bufferFull"]);
  await append(recorder, 2, 320);
  t.deepEqual((await sidecarOf(files)).quirks, ["nwaMinus150OnBlank", "bufferFull"]);
});

test("quirks that are named on opening are not kept", async (t) => {
  const files = await disc("dvd+r", ["lastRecordedMissing"]);
  await t.throwsAsync(openRecorderOn(files, "disc", { quirks: ["noMedium"] }), { code: "E_NO_MEDIUM" });
  await using recorder = await openRecorderOn(files, "disc", { quirks: ["longSessionGaps"] });
  await append(recorder, 1, 320);
  t.is(await append(recorder, 2, 320), 320 + 3 * 2048 + 32);
  t.deepEqual((await sidecarOf(files)).quirks, ["lastRecordedMissing"]);
});

test("a sidecar without quirks has no member for them", async (t) => {
  const members = Object.keys(await sidecarOf(await disc("dvd+r")));
  t.false(members.includes("quirks") || members.includes("faults") || members.includes("slow"));
});

test("faults strike each time the disc is opened", async (t) => {
  const files = await disc("dvd+r");
  const faults = [{ operationCode: 0x2a, at: 3, effect: "check", sense: { key: 3, asc: 0x0c, ascq: 0 } }];
  await change(files, { faults });
  for (let time = 1; time <= 2; time++) {
    await using recorder = await openRecorderOn(files, "disc", {});
    if (recorder.state.needsRepair) await recorder.repair();
    await t.throwsAsync(append(recorder, 1, 160), { message: /3\/0C\/00/ });
  }
  t.deepEqual((await sidecarOf(files)).faults, faults as never);
});

test("every kind of fault is read, and written again as it was", async (t) => {
  const files = await disc("dvd+r");
  const misbehaviour = {
    faults: [
      { at: 900, times: 2, effect: "check", sense: { key: 4, asc: 8, ascq: 1 }, carriedOut: true },
      { at: 901, effect: "lost", errno: "EIO", carriedOut: false },
      { at: 902, operationCode: 0x51, effect: "short", bytes: 8 },
      { at: 903, effect: "mediumChange" },
      { at: 904, effect: "reset" },
      { at: 905, effect: "mediumRemoval" },
      { afterBlocks: 100_000, effect: "powerLoss" },
    ],
    slow: { bufferBytes: 1_048_576, bytesBetweenCommands: 65_536 },
  };
  await change(files, misbehaviour);
  await using recorder = await openRecorderOn(files, "disc", {});
  await append(recorder, 1, 320);
  const { faults, slow } = await sidecarOf(files);
  t.deepEqual({ faults, slow } as unknown, misbehaviour);
});

test("what makes no sense is refused, and named", async (t) => {
  const wrong: readonly (readonly [object, RegExp])[] = [
    [{ quirks: "bufferFull" }, /quirks is not a list/],
    [{ quirks: ["bufferEmpty"] }, /no quirk "bufferEmpty"/],
    [{ faults: [{ at: 1, effect: "fire" }] }, /faults\[0\]\.effect is "fire"/],
    [{ faults: [{ at: -1, effect: "reset" }] }, /faults\[0\]\.at is -1/],
    [{ faults: [{ at: 1, effect: "check" }] }, /faults\[0\]\.sense is not an object/],
    [{ faults: [{ at: 1, effect: "short" }] }, /faults\[0\]\.bytes/],
    [{ slow: { bufferBytes: 1 } }, /slow\.bytesBetweenCommands/],
  ];
  for (const [members, message] of wrong) {
    const files = await disc("dvd+r");
    await change(files, members);
    await t.throwsAsync(openRecorderOn(files, "disc", {}), { code: "E_SIDECAR", message });
  }
  await t.throwsAsync(disc("dvd+r", ["bufferEmpty"]), { code: "E_OPTION_INVALID" });
  const files = await disc("dvd+r");
  await t.throwsAsync(openRecorderOn(files, "disc", { quirks: ["bufferEmpty"] }), { code: "E_OPTION_INVALID" });
});
