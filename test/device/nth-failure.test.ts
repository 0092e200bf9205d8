/**
 * Every scenario with its first, second, … command failing: it fails with an error that says why, or succeeds. What was
 * on the disc before is whole, and the next session can be written, or it is said why not.
 */
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import { EmulatedDrive } from "../../src/device/emulated/drive.js";
import type { FaultEffect } from "../../src/device/emulated/faults.js";
import { misbehaving } from "../../src/device/emulated/misbehaving-drive.js";
import type { FormatOptions } from "../../src/device/plan/formats.js";
import type { BlankOptions } from "../../src/device/plan/plan-blank.js";
import { Recorder } from "../../src/device/recorder.js";
import { DiscError } from "../../src/errors.js";
import { nodeFileAccess } from "../../src/host/node-file-access.js";
import type { Medium } from "./media/prepared-discs.js";
import {
  allMedia,
  begunDisc,
  checkAfterwards,
  checkPreparedAfterwards,
  copyDisc,
  freshDisc,
  nextSession,
  preparedDisc,
} from "./media/prepared-discs.js";
import { openPlainly, temporaryFolder } from "./support.js";
import { VirtualClock } from "./virtual-clock.js";

const isSlow = process.env.DISCSMITH_SLOW === "1";

/** All at once, none of them would come to its end before the runner takes them for stuck. */
const register = isSlow ? test.serial : test;

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

type Check = (ok: boolean, problem: string) => void;

interface Scenario {
  /** Whether each command fails in usual runs, too; else those that ask for something fail in slow ones alone. */
  readonly allCommands: boolean;
  readonly media: readonly Medium[];
  /** Makes the disc that it begins with. */
  readonly disc: (t: ExecutionContext, medium: Medium) => Promise<string>;
  readonly run: (recorder: Recorder, medium: Medium) => Promise<unknown>;
  /** What must hold of the disc, whether it failed or not. */
  readonly afterwards: (path: string, medium: Medium, check: Check) => Promise<void>;
  /** What must hold of it besides, where it did not fail. */
  readonly succeeded?: (recorder: Recorder, medium: Medium) => boolean;
}

const isErased = ({ type }: Medium): boolean => type === "cd-rw" || type === "dvd-rw";
const sequentialMedia = allMedia.filter(({ overwritable }) => !overwritable);
/** All are blanked in the same way that are filled with zeros; so without slow runs one of them is. */
const blankableMedia = allMedia.filter(
  (medium) => isErased(medium) || medium.type === "bd-re" || (isSlow && medium.overwritable),
);
const formattableMedia = allMedia.filter(({ type, overwritable }) => overwritable || type === "dvd-rw");
/** A DVD-RW that is blanked grows by sessions then, and one that is formatted can be overwritten. */
const asBlanked = (medium: Medium): Medium => ({ ...medium, overwritable: medium.overwritable && !isErased(medium) });
const asFormatted = (medium: Medium): Medium => ({ ...medium, overwritable: medium.type !== "bd-r" });

function blanking(media: readonly Medium[], options: BlankOptions): Scenario {
  return {
    allCommands: false,
    media,
    disc: preparedDisc,
    run: (recorder) => recorder.blank(options),
    afterwards: (path, medium, check) =>
      checkPreparedAfterwards(path, asBlanked(medium), (recorder) => recorder.blank(), check),
    succeeded: ({ state }) => state.blank && !state.needsRepair,
  };
}

function formatting(media: readonly Medium[], disc: Scenario["disc"], options: FormatOptions): Scenario {
  return {
    allCommands: false,
    media,
    disc,
    run: (recorder) => recorder.format(options),
    afterwards: (path, medium, check) =>
      checkPreparedAfterwards(path, asFormatted(medium), (recorder) => recorder.format(), check),
    succeeded: ({ state, snapshot }, { type }) =>
      type === "bd-r"
        ? snapshot.capacities.format === "formatted"
        : state.state === "overwritable" && !state.needsFormat,
  };
}

const adding: Omit<Scenario, "run"> = {
  allCommands: true,
  media: allMedia,
  disc: preparedDisc,
  afterwards: checkAfterwards,
};
const bdR = allMedia.filter(({ type }) => type === "bd-r");

const scenarios: Readonly<Record<string, Scenario>> = {
  "a session is added": {
    ...adding,
    run: (recorder, medium) => recorder.write(nextSession(recorder, medium, 2)),
  },
  "a session that was begun is closed": {
    allCommands: false,
    media: sequentialMedia,
    disc: begunDisc,
    run: (recorder) => recorder.repair(),
    afterwards: checkAfterwards,
    succeeded: ({ state }) => !state.needsRepair,
  },
  "the disc is blanked": blanking(blankableMedia, {}),
  "the disc is formatted": formatting(formattableMedia, preparedDisc, {}),
  ...(isSlow
    ? {
        "all blocks are blanked": blanking(blankableMedia.filter(isErased), { type: "full" }),
        "the disc is formatted, all of it": formatting(formattableMedia, preparedDisc, { type: "full" }),
        "a fresh disc is formatted": formatting([...formattableMedia, ...bdR], freshDisc, {}),
        "the disc is finalised": {
          ...adding,
          run: async (recorder, { overwritable }) => overwritable || (await recorder.close()),
        },
        "a session is added and verified": {
          ...adding,
          run: async (recorder, medium) => {
            await recorder.write(nextSession(recorder, medium, 2), { verify: "full", speed: 4_000 });
          },
        },
      }
    : {}),
};

/** Runs the scenario; returns what it failed with, whether there were so many commands, and which of them only ask. */
async function run(path: string, effect: FaultEffect, at: number, { run }: Scenario, medium: Medium) {
  let commands = 0;
  const questions = new Set<number>();
  const drive = await EmulatedDrive.open(nodeFileAccess, path, {});
  const failing = misbehaving(drive, { faults: [{ at, ...effect }] });
  const execute = failing.execute.bind(failing);
  failing.execute = async (...call) => {
    commands++;
    if (call[1].direction === "in") questions.add(commands);
    return await execute(...call);
  };
  let failure: unknown;
  try {
    await using recorder = await Recorder.on(failing, { clock: new VirtualClock() });
    await run(recorder, medium);
  } catch (error) {
    failure = error;
  }
  return { failure, isHit: commands >= at, questions };
}

for (const [what, scenario] of Object.entries(scenarios)) {
  for (const medium of scenario.media) {
    for (const [how, effect] of Object.entries(effects)) {
      register(`${medium.name}: ${what}; ${how}`, async (t) => {
        const prepared = await scenario.disc(t, medium);
        const path = join(await temporaryFolder(t), "disc");
        await copyDisc(prepared, path);
        const { questions } = await run(path, effect, Number.POSITIVE_INFINITY, scenario, medium);
        let failures = 0;
        for (let at = 1; ; at++) {
          if (!(isSlow || scenario.allCommands) && questions.has(at)) continue;
          await copyDisc(prepared, path);
          const check: Check = (ok, problem) => {
            if (!ok) t.fail(`command ${at}: ${problem}`);
          };
          const { failure, isHit } = await run(path, effect, at, scenario, medium);
          if (!isHit) break;
          if (failure === undefined && scenario.succeeded !== undefined) {
            // Not by what the failing drive told last.
            await using recorder = await openPlainly(path);
            check(scenario.succeeded(recorder, medium), "nothing is said to be wrong, and it is not done");
          }
          if (failure !== undefined) failures++;
          else if (!isSlow) continue;
          check(failure === undefined || failure instanceof DiscError, `fails with ${String(failure)}`);
          await scenario.afterwards(path, medium, check);
        }
        t.true(failures > 0);
      });
    }
  }
}
