/** Drives that do not know READ DISC INFORMATION: what their other replies tell of the disc, and what cannot be told. */
import test from "ava";
import { planClose } from "../../../src/device/plan/plan-close.js";
import { planWrite } from "../../../src/device/plan/plan-write.js";
import type { Answer, Question } from "../../../src/device/state/ask.js";
import type { DiscSnapshot } from "../../../src/device/state/snapshot.js";
import type { HandMadeDrive } from "./hand-made-drive.js";
import { snapshotOfDrive } from "./hand-made-drive.js";
import type { BadState } from "./media-cases.js";
import {
  appendableDrive,
  badDrive,
  blankDrive,
  finalisedDrive,
  overwritableCases,
  recordedDrive,
  sequentialCases,
  unformattedDrive,
} from "./media-cases.js";

const unknown: Answer = { sense: { key: 5, asc: 0x20, ascq: 0 } };

/** The same drive, which does not know some commands, nor so many of the tracks by the number FFh. */
function without(drive: HandMadeDrive, ...codes: readonly number[]): HandMadeDrive {
  return {
    ...drive,
    instead: (question) => (codes.includes(question.cdb[0]!) ? unknown : drive.instead?.(question)),
  };
}

function facts(snapshot: DiscSnapshot): object {
  const { state, blank, appendable, finalised, erasable, damage, needsRepair, nextWritableLba, freeBlocks } = snapshot;
  const { sessions, tracks, needsFormat, writable, takesOneSession } = snapshot;
  return {
    ...{ state, blank, appendable, finalised, erasable, damage, needsRepair, nextWritableLba, freeBlocks },
    ...{ sessions, tracks, needsFormat, writable, takesOneSession },
  };
}

const seenInTracks: readonly BadState[] = [
  "torn",
  "open-track",
  "open-session",
  "reserved",
  "damaged-next",
  "no-address",
];

for (const one of sequentialCases) {
  test(`${one.media}: its tracks tell as much`, (t) => {
    const drives = {
      blank: blankDrive(one),
      appendable: appendableDrive(one),
      finalised: finalisedDrive(one),
      ...Object.fromEntries(seenInTracks.map((state) => [state, badDrive(one, state)])),
    };
    for (const [state, drive] of Object.entries(drives)) {
      const found = snapshotOfDrive(without(drive, 0x51));
      t.deepEqual(facts(found), facts(snapshotOfDrive(drive)), state);
      t.true(found.quirks.some(({ name }) => name === "no-disc-information"));
    }
  });

  test(`${one.media}: the next track is found by either name`, (t) => {
    const last = appendableDrive(one).tracks!.length;
    const isRefused: readonly ((number: number) => boolean)[] = [
      (number) => number === 0xff,
      (number) => number === last,
    ];
    for (const refuses of isRefused) {
      const instead = ({ cdb }: Question): Answer | undefined =>
        cdb[0] === 0x52 && refuses(cdb[5]!) ? unknown : undefined;
      const found = snapshotOfDrive(without({ ...appendableDrive(one), instead }, 0x51));
      t.like(found, { state: "appendable", nextWritableLba: one.starts[1] });
    }
  });

  test(`${one.media}: a drive that tells nothing is not written to, and it is said why`, (t) => {
    for (const drive of [blankDrive(one), appendableDrive(one), finalisedDrive(one)]) {
      const found = snapshotOfDrive({ ...without(drive, 0x51, 0x52), features: one.features });
      t.like(found, { blank: false, appendable: false, finalised: false, nextWritableLba: null });
      const expected = { code: "E_DISC_READ_ONLY", message: /does not tell whether anything can be added/ };
      t.throws(() => planWrite("drive", found, { firstBlock: 0, blocks: 16, importedFrom: null }), expected);
      t.throws(() => planClose("drive", found), expected);
    }
  });
}

for (const one of overwritableCases) {
  test(`${one.media}, overwritten: whether it is formatted is told by its capacities`, (t) => {
    for (const drive of [recordedDrive(one), unformattedDrive(one)]) {
      const found = snapshotOfDrive(without(drive, 0x51));
      const told = snapshotOfDrive(drive);
      for (const fact of ["state", "blank", "needsFormat", "totalBlocks", "writable"] as const) {
        t.is(found[fact], told[fact], fact);
      }
    }
  });
}
