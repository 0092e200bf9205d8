/**
 * What is planned for every medium in every state, as it is shown to people. A change of a plan has to be wanted: then
 * UPDATE_GOLDEN=1 writes the file anew.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { planBlank } from "../../../src/device/plan/plan-blank.js";
import { planClose } from "../../../src/device/plan/plan-close.js";
import { planFormat } from "../../../src/device/plan/plan-format.js";
import { planRepair } from "../../../src/device/plan/plan-repair.js";
import { planWrite } from "../../../src/device/plan/plan-write.js";
import type { PlanStep } from "../../../src/device/plan/step.js";
import type { WriteOptions } from "../../../src/device/plan/write-options.js";
import type { DiscSnapshot } from "../../../src/device/state/snapshot.js";
import { DiscError } from "../../../src/errors.js";
import type { HandMadeDrive } from "../state/hand-made-drive.js";
import { openTrack, snapshotOfDrive } from "../state/hand-made-drive.js";
import {
  appendableDrive,
  badDrive,
  badStates,
  blankDrive,
  finalisedDrive,
  formattingPlusRw,
  growingDvdRw,
  overwritableCases,
  recordedDrive,
  sequentialCases,
  unformattedDrive,
} from "../state/media-cases.js";

const goldenFile = join(import.meta.dirname, "../../../../test/device/plan/golden-plans.json");
const isUpdate = process.env.UPDATE_GOLDEN === "1";

type Golden = Readonly<Record<string, Readonly<Record<string, readonly string[] | string>>>>;

/** The steps with what their descriptions do not say; or the refusal. */
function shown(plan: () => readonly PlanStep[]): readonly string[] | string {
  try {
    return plan().map(({ kind, description, ...members }) => {
      const told = Object.entries(members).filter(([, value]) => value !== false && value !== null && value !== 0);
      return [`${description};`, kind, ...told.map(([name, value]) => `${name}=${value}`)].join(" ");
    });
  } catch (error) {
    if (!(error instanceof DiscError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

const sessionBlocks = 1_000;

/** Plans, without those that are the same as the one before. */
function plansOf(snapshot: DiscSnapshot): Record<string, readonly string[] | string> {
  const firstBlock = snapshot.nextWritableLba ?? snapshot.tracks.at(-1)?.startLba ?? 0;
  const session = { firstBlock, blocks: sessionBlocks, importedFrom: snapshot.identity };
  const write = (options: WriteOptions = {}) => shown(() => planWrite("D", snapshot, session, options));
  const isMinus = snapshot.erasable && snapshot.traits?.family === "dvd-r";
  const plans: Record<string, readonly string[] | string> = {
    repair: shown(() => planRepair("D", snapshot)),
    close: shown(() => planClose("D", snapshot)),
  };
  if (snapshot.needsRepair) return plans;
  plans.write = write();
  plans["write, close"] = write({ close: true });
  plans.blank = shown(() => planBlank("D", snapshot));
  plans.format = shown(() => planFormat("D", snapshot));
  if (!snapshot.blank && !snapshot.overwritable) return plans;
  plans["write, dummy"] = write({ dummy: true });
  plans["write at once"] = write({ writeType: "sessionAtOnce" });
  plans["write, streaming"] = write({ streaming: true });
  plans["write, speed, reserve"] = write({ speed: 4_000, reserveTrack: true });
  plans["blank, other type"] = shown(() => planBlank("D", snapshot, { type: isMinus ? "minimal" : "full" }));
  plans["format, full"] = shown(() => planFormat("D", snapshot, { type: "full" }));
  const different = Object.entries(plans).filter(
    ([name, plan]) => name === "write" || JSON.stringify(plan) !== JSON.stringify(plans.write),
  );
  return Object.fromEntries(different);
}

const drives: Record<string, HandMadeDrive> = {};
for (const one of sequentialCases) {
  drives[`${one.media}, blank`] = blankDrive(one);
  drives[`${one.media}, appendable`] = appendableDrive(one);
  drives[`${one.media}, finalised`] = finalisedDrive(one);
  // Of media that are written alike, one will do.
  if (["cd-rw", "dvd-rw", "dvd+r-dl"].includes(one.media)) continue;
  for (const bad of badStates) drives[`${one.media}, ${bad}`] = badDrive(one, bad);
}
for (const one of overwritableCases) {
  drives[`${one.media}, recorded`] = recordedDrive(one);
  drives[`${one.media}, not formatted`] = unformattedDrive(one);
}
drives["dvd-rw, formatted in haste"] = growingDvdRw(16);
drives["dvd+rw, format suspended"] = formattingPlusRw("suspended");
drives["dvd+rw, format running"] = formattingPlusRw("running");
const minus = sequentialCases[2]!;
drives["dvd-r-dl, blank"] = { ...blankDrive(minus), profile: 0x0015, tracks: [openTrack(1, 0, 0, 4_171_712)] };
drives["dvd-r-dl, torn"] = { ...badDrive(minus, "torn"), profile: 0x0015 };
drives["dvd-rw, blanked in haste"] = { ...blankDrive(sequentialCases[3]!), features: [0x002f] };
drives["bd-r in a drive that only reads"] = { ...appendableDrive(sequentialCases[6]!), features: [] };
drives["bd-r for random recording"] = { ...blankDrive(sequentialCases[6]!), profile: 0x0042 };
drives["dvd-r-dl in layer jump mode"] = { ...blankDrive(minus), profile: 0x0016 };
drives["dvd-rom"] = { profile: 0x0010 };

function readGolden(): Golden {
  return JSON.parse(readFileSync(goldenFile, "utf8")) as Golden;
}

if (isUpdate) {
  const all = Object.fromEntries(
    Object.entries(drives).map(([name, drive]) => [name, plansOf(snapshotOfDrive(drive))]),
  );
  writeFileSync(goldenFile, `${JSON.stringify(all, null, 2)}\n`);
}

for (const [name, drive] of Object.entries(drives)) {
  test(name, (t) => {
    t.deepEqual(plansOf(snapshotOfDrive(drive)), readGolden()[name] as Record<string, string>);
  });
}

test("there is no plan too many in the file", (t) => {
  t.deepEqual(Object.keys(readGolden()).sort(), Object.keys(drives).sort());
});
