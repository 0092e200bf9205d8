/**
 * Every scenario with its first, second, … command failing: it fails with an error that says why, or succeeds. What was
 * on the disc before is whole, and the next session can be written, or it is said why not.
 */
import { join } from "node:path";
import test from "ava";
import { EmulatedDrive } from "../../src/device/emulated/drive.js";
import type { FaultEffect } from "../../src/device/emulated/faults.js";
import { misbehaving } from "../../src/device/emulated/misbehaving-drive.js";
import { Recorder } from "../../src/device/recorder.js";
import { DiscError } from "../../src/errors.js";
import { nodeFileAccess } from "../../src/host/node-file-access.js";
import type { Medium } from "./media/prepared-discs.js";
import { allMedia, checkAfterwards, copyDisc, nextSession, preparedDisc } from "./media/prepared-discs.js";
import { temporaryFolder } from "./support.js";
import { VirtualClock } from "./virtual-clock.js";

const isSlow = process.env.DISCSMITH_SLOW === "1";

const effects: Readonly<Record<string, FaultEffect>> = {
  "the answer is lost": { effect: "lost", errno: "EIO", carriedOut: true },
  ...(isSlow
    ? {
        "the drive fails": { effect: "check", sense: { key: 4, asc: 0x44, ascq: 0 } },
        "the drive refuses": { effect: "check", sense: { key: 5, asc: 0x24, ascq: 0 } },
        "the command is lost": { effect: "lost", errno: "EIO" },
        "the drive fails afterwards": { effect: "check", sense: { key: 3, asc: 0x0c, ascq: 0 }, carriedOut: true },
        "the drive is reset": { effect: "reset" },
        "the medium is said to be another": { effect: "mediumChange" },
        "the drive is unplugged": { effect: "powerLoss" },
        "the disc is taken out": { effect: "mediumRemoval" },
      }
    : {}),
};

type Scenario = (recorder: Recorder, medium: Medium) => Promise<unknown>;

const scenarios: Readonly<Record<string, Scenario>> = {
  "a session is added": (recorder, medium) => recorder.write(nextSession(recorder, medium, 2)),
  ...(isSlow
    ? {
        "the disc is finalised": async (recorder, { overwritable }) => overwritable || (await recorder.close()),
        "a session is added and verified": async (recorder, medium) => {
          await recorder.write(nextSession(recorder, medium, 2), { verify: "full", speed: 4_000 });
        },
      }
    : {}),
};

/** Runs the scenario; returns what it failed with, and whether there were so many commands. */
async function run(path: string, effect: FaultEffect, at: number, scenario: (recorder: Recorder) => Promise<unknown>) {
  let commands = 0;
  const drive = await EmulatedDrive.open(nodeFileAccess, path, {});
  const failing = misbehaving(drive, { faults: [{ at, ...effect }] });
  const execute = failing.execute.bind(failing);
  failing.execute = async (...call) => {
    commands++;
    return await execute(...call);
  };
  let failure: unknown;
  try {
    await using recorder = await Recorder.on(failing, { clock: new VirtualClock() });
    await scenario(recorder);
  } catch (error) {
    failure = error;
  }
  return { failure, isHit: commands >= at };
}

for (const medium of allMedia) {
  for (const [what, scenario] of Object.entries(scenarios)) {
    for (const [how, effect] of Object.entries(effects)) {
      test(`${medium.name}: ${what}; ${how}`, async (t) => {
        const prepared = await preparedDisc(t, medium);
        const path = join(await temporaryFolder(t), "disc");
        let failures = 0;
        for (let at = 1; ; at++) {
          await copyDisc(prepared, path);
          const check = (ok: boolean, problem: string): void => {
            if (!ok) t.fail(`command ${at}: ${problem}`);
          };
          const { failure, isHit } = await run(path, effect, at, (recorder) => scenario(recorder, medium));
          if (!isHit) break;
          if (failure !== undefined) failures++;
          else if (!isSlow) continue;
          check(failure === undefined || failure instanceof DiscError, `fails with ${String(failure)}`);
          await checkAfterwards(path, medium, check);
        }
        t.true(failures > 0);
      });
    }
  }
}
