/**
 * Every scenario with its first, second, … command failing: it fails with an error that says why, or succeeds. What was
 * on the disc before is whole, and the next session can be written, or it is said why not.
 */
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import { EmulatedDrive } from "../../src/device/emulated/drive.js";
import type { FaultEffect } from "../../src/device/emulated/faults.js";
import { misbehaving } from "../../src/device/emulated/misbehaving-drive.js";
import { Recorder } from "../../src/device/recorder.js";
import { createDisc } from "../../src/device.js";
import { DiscError } from "../../src/errors.js";
import { nodeFileAccess } from "../../src/host/node-file-access.js";
import { openPlainly, readsBack, sessionOf, temporaryFolder } from "./support.js";
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

/** A disc as it is prepared, and where the scenarios write. */
interface Medium {
  readonly type: string;
  readonly prepare?: (recorder: Recorder) => Promise<void>;
  readonly overwritable: boolean;
}

const media: readonly Medium[] = [
  { type: "cd-r", overwritable: false },
  { type: "cd-rw", overwritable: false },
  { type: "dvd-r", overwritable: false },
  { type: "dvd-rw", overwritable: false },
  { type: "dvd+r", overwritable: false },
  { type: "dvd+r-dl", overwritable: false },
  { type: "bd-r", overwritable: false },
  { type: "dvd-ram", overwritable: true },
  { type: "dvd+rw", overwritable: true },
  { type: "bd-re", overwritable: true },
  { type: "dvd-rw", overwritable: true, prepare: (recorder) => recorder.format() },
];

const capacityBlocks = 80_000;
const firstBlocks = 64;
/** No whole number of units. */
const secondBlocks = 90;

function place(recorder: Recorder, overwritable: boolean, seed: number): number {
  const later = seed === 1 ? 0 : firstBlocks;
  return overwritable ? later : (recorder.state.nextWritableAddress ?? 0);
}

async function write(recorder: Recorder, overwritable: boolean, seed: number): Promise<number> {
  const start = place(recorder, overwritable, seed);
  await recorder.write(sessionOf(seed, start, seed === 1 ? firstBlocks : secondBlocks, recorder.identity));
  return start;
}

type Scenario = (recorder: Recorder, overwritable: boolean) => Promise<unknown>;

const scenarios: Readonly<Record<string, Scenario>> = {
  "a session is added": (recorder, overwritable) => write(recorder, overwritable, 2),
  ...(isSlow
    ? {
        "the disc is finalised": async (recorder, overwritable) => overwritable || (await recorder.close()),
        "a session is added and verified": async (recorder, overwritable) => {
          const session = sessionOf(2, place(recorder, overwritable, 2), secondBlocks, recorder.identity);
          await recorder.write(session, { verify: "full", speed: 4_000 });
        },
      }
    : {}),
};

/** Fields of a disc that are there before the scenario. */
async function preparedDisc(t: ExecutionContext, medium: Medium): Promise<string> {
  const path = join(await temporaryFolder(t), "disc");
  await createDisc(path, { media: medium.type, capacityBlocks });
  await using recorder = await openPlainly(path);
  await medium.prepare?.(recorder);
  await write(recorder, medium.overwritable, 1);
  return path;
}

async function copyOf(prepared: string, path: string): Promise<void> {
  for (const end of ["", ".mmc.json"]) await copyFile(`${prepared}${end}`, `${path}${end}`);
}

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

/** What must hold afterwards, whatever happened. */
async function checkAfterwards(path: string, { overwritable }: Medium, check: (ok: boolean, what: string) => void) {
  await using recorder = await openPlainly(path);
  check(await readsBack(recorder, 1, 0, firstBlocks), "the first session is whole");
  const { state } = recorder.state;
  check(overwritable ? state === "overwritable" : state !== "blank", `the disc is ${state}`);
  check((state === "damaged") === recorder.state.needsRepair, `${recorder.state.damage} needs repair`);
  try {
    await recorder.repair();
    const start = await write(recorder, overwritable, 3);
    check(await readsBack(recorder, 3, start, secondBlocks), "the next session is whole");
  } catch (error) {
    const isReason = error instanceof DiscError && error.code.startsWith("E_DISC_");
    check(isReason, `the next session is refused with a reason: ${String(error)}`);
  }
  check(await readsBack(recorder, 1, 0, firstBlocks), "the first session is whole after the next");
}

for (const medium of media) {
  const name = medium.overwritable && medium.type === "dvd-rw" ? "dvd-rw, formatted" : medium.type;
  for (const [what, scenario] of Object.entries(scenarios)) {
    for (const [how, effect] of Object.entries(effects)) {
      test(`${name}: ${what}; ${how}`, async (t) => {
        const prepared = await preparedDisc(t, medium);
        const path = join(await temporaryFolder(t), "disc");
        let failures = 0;
        for (let at = 1; ; at++) {
          await copyOf(prepared, path);
          const check = (ok: boolean, problem: string): void => {
            if (!ok) t.fail(`command ${at}: ${problem}`);
          };
          const { failure, isHit } = await run(path, effect, at, (recorder) => scenario(recorder, medium.overwritable));
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
