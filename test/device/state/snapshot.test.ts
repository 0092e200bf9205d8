import test from "ava";
import { featureCodes as feature } from "../../../src/device/mmc/feature-codes.js";
import type { Question } from "../../../src/device/state/ask.js";
import type { DamageKind } from "../../../src/device/state/damage.js";
import { mediaStateNames, mediaStateValue } from "../../../src/device/state/media-state.js";
import { snapshotFromReplies } from "../../../src/device/state/snapshot.js";
import { closedTrack, openTrack, sessionStates, snapshotOfDrive, statuses } from "./hand-made-drive.js";
import {
  appendableDrive,
  badDrive,
  badStates,
  blankDrive,
  finalisedDrive,
  growingDvdRw,
  overwritableCases,
  recordedDrive,
  sequentialCases,
  sessionBlocks,
  unformattedDrive,
} from "./media-cases.js";

for (const one of sequentialCases) {
  const { media, blocks, unit, starts } = one;
  const isCd = media.startsWith("cd");
  const overhead = isCd ? 152 : 0;

  test(`${media}: a blank disc`, (t) => {
    const snapshot = snapshotOfDrive(blankDrive(one));
    t.like(snapshot, {
      state: "blank",
      blank: true,
      appendable: false,
      finalised: false,
      overwritable: false,
      needsFormat: false,
      takesOneSession: false,
      damage: null,
      needsRepair: false,
      writable: true,
      nextWritableLba: 0,
      freeBlocks: blocks - overhead,
      totalBlocks: blocks,
      writeUnitBlocks: unit,
      erasable: media.endsWith("rw"),
      lastDataSession: null,
    });
    t.is(snapshot.profile.media, media);
    t.deepEqual(snapshot.sessions, []);
    t.deepEqual(snapshot.quirks, []);
    t.deepEqual(mediaStateNames(snapshot), ["blank", "appendable"]);
    t.is(mediaStateValue(mediaStateNames(snapshot)), 6);
  });

  test(`${media}: two sessions, and room for a third`, (t) => {
    const snapshot = snapshotOfDrive(appendableDrive(one));
    t.like(snapshot, {
      state: "appendable",
      blank: false,
      appendable: true,
      damage: null,
      nextWritableLba: starts[1],
      freeBlocks: blocks - starts[1] - overhead,
      totalBlocks: blocks,
      lastDataSession: { number: 2, startLba: starts[0], blocks: sessionBlocks, state: "complete", data: true },
    });
    t.deepEqual(
      snapshot.sessions.map(({ startLba }) => startLba),
      [0, starts[0]],
    );
    t.deepEqual(mediaStateNames(snapshot), ["appendable"]);
  });

  test(`${media}: a finalised disc`, (t) => {
    const snapshot = snapshotOfDrive(finalisedDrive(one));
    t.like(snapshot, {
      state: "complete",
      finalised: true,
      appendable: false,
      nextWritableLba: null,
      freeBlocks: 0,
      lastDataSession: { number: 2, startLba: starts[0] },
    });
    const erase = media.endsWith("rw") ? ["eraseRequired"] : [];
    t.deepEqual(mediaStateNames(snapshot), [...erase, "finalized"]);
  });

  for (const bad of badStates) {
    test(`${media}: a third session that is ${bad}`, (t) => {
      const snapshot = snapshotOfDrive(badDrive(one, bad));
      const damage = {
        torn: "torn-track",
        "open-track": "open-track",
        "open-session": "open-session",
        reserved: "reserved-track",
        "damaged-session": "damaged-session",
        "damaged-next": "damaged-track",
        "no-address": null,
      }[bad] as DamageKind | null;
      t.is(snapshot.damage, damage);
      t.is(snapshot.needsRepair, damage !== null && damage !== "damaged-track");
      t.is(snapshot.state, damage === null ? "complete" : "damaged");
      t.is(snapshot.finalised, false);
      t.is(snapshot.nextWritableLba, null);
      t.is(snapshot.freeBlocks, 0);
      t.like(snapshot.lastDataSession, { number: 2, startLba: starts[0], blocks: sessionBlocks });
      const third = snapshot.sessions[2];
      if (["torn", "open-track", "open-session"].includes(bad)) {
        t.like(third, { number: 3, startLba: starts[1], blocks: 320, state: bad === "torn" ? "damaged" : "open" });
      } else t.is(third, undefined);
      const names = mediaStateNames(snapshot);
      t.is(names.includes("nonEmptySession"), ["torn", "open-track", "open-session", "reserved"].includes(bad));
      t.is(names.includes("damaged"), ["torn", "damaged-session", "damaged-next"].includes(bad));
      t.false(names.includes("appendable"));
    });
  }
}

for (const one of overwritableCases) {
  const { media, unit, addressUnit, blocks } = one;
  test(`${media}: can be overwritten, whatever its status says; blank where its start is zeros`, (t) => {
    const drive = recordedDrive(one);
    const known = { state: "overwritable", overwritable: true, needsFormat: false, damage: null, finalised: false };
    const size = { totalBlocks: blocks, formattedBlocks: blocks, freeBlocks: blocks };
    const units = { writeUnitBlocks: unit, addressUnitBlocks: addressUnit };
    for (const discStatus of Object.values(statuses)) {
      for (const start of ["data", "damaged"] as const) {
        const recorded = snapshotOfDrive({ ...drive, disc: { ...drive.disc, discStatus }, start });
        t.like(recorded, { ...known, ...size, ...units, blank: false, nextWritableLba: null, writable: true });
        t.is(recorded.profile.media, media);
        t.deepEqual(recorded.sessions, [{ number: 1, startLba: 0, blocks, state: "complete", data: true }]);
        t.deepEqual(mediaStateNames(recorded), ["overwriteOnly"]);
      }
    }
    for (const start of ["zeros", "none"] as const) {
      const blank = snapshotOfDrive({ ...drive, start });
      t.like(blank, { ...known, ...size, blank: true, nextWritableLba: 0 });
      t.deepEqual(blank.sessions, []);
      t.deepEqual(mediaStateNames(blank), ["overwriteOnly", "blank"]);
    }
  });

  test(`${media}: not formatted, it says what formatting would give, and is not read`, (t) => {
    const drive = unformattedDrive(one);
    const instead = ({ cdb, name }: Question) => (cdb[0] === 0x28 ? t.fail(name) : undefined) as undefined;
    const snapshot = snapshotOfDrive({ ...drive, instead });
    t.like(snapshot, { blank: true, nextWritableLba: 0, totalBlocks: blocks, formattedBlocks: 0, needsFormat: true });
  });
}

test("DVD-RW that was formatted in haste: grows up to the size of the medium", (t) => {
  const grown = { needsFormat: false, formattedBlocks: 16, totalBlocks: 2_298_496, capacities: { format: "unknown" } };
  t.like(snapshotOfDrive(growingDvdRw(16)), grown);
});

test("DVD-R DL takes one session; so does a DVD-RW that was blanked in haste", (t) => {
  const dual = { profile: 0x0015, features: [feature.dvdMinusWrite, feature.incrementalStreaming] };
  const tracks = [openTrack(1, 0, 0, 4_171_712)];
  t.like(snapshotOfDrive({ ...dual, tracks }), { takesOneSession: true, blank: true, state: "blank" });
  const hasty = snapshotOfDrive({ ...blankDrive(sequentialCases[3]!), features: [feature.dvdMinusWrite] });
  t.like(hasty, { takesOneSession: true, writable: true, blank: true });
  t.deepEqual(mediaStateNames(hasty), ["blank", "appendable", "finalSession"]);
});

test("media that nobody writes", (t) => {
  for (const profile of [0x0016, 0x0042, 0x0008, 0x0010, 0x0040, 0x0050]) {
    const snapshot = snapshotOfDrive({ profile, features: [feature.dvdMinusWrite, feature.bdWrite] });
    t.like(snapshot, { traits: undefined, writable: false, nextWritableLba: null, freeBlocks: 0 });
    t.true(mediaStateNames(snapshot).includes("unsupportedMedia"));
  }
});

test("a CD that begins with audio has no data session; one whose second session is data does", (t) => {
  const cd = sequentialCases[0]!;
  const audio = { ...closedTrack(1, 0, 20_002), trackMode: 0 };
  const disc = {
    discStatus: statuses.appendable,
    stateOfLastSession: sessionStates.empty,
    numberOfSessions: 2,
  };
  const next = openTrack(2, 31_402, 31_402, 300_000);
  const one = snapshotOfDrive({ ...blankDrive(cd), disc, tracks: [audio, next] });
  t.like(one, { state: "appendable", blank: false, lastDataSession: null, nextWritableLba: 31_402 });
  t.deepEqual(one.sessions, [{ number: 1, startLba: 0, blocks: 20_000, state: "complete", data: false }]);
  const data = closedTrack(2, 31_402, 1_002);
  const last = openTrack(3, 39_304, 39_304, 290_000);
  const two = snapshotOfDrive({
    ...blankDrive(cd),
    disc: { ...disc, numberOfSessions: 3 },
    tracks: [audio, data, last],
  });
  t.like(two, { lastDataSession: { number: 2, startLba: 31_402, blocks: 1_000 } });
  // A session of mixed tracks is data from its first data track on.
  const mixed = [
    { ...audio, sessionNumber: 1 },
    { ...closedTrack(1, 20_152, 1_002) },
    openTrack(2, 40_000, 40_000, 1_000),
  ];
  const third = snapshotOfDrive({ ...blankDrive(cd), disc, tracks: mixed });
  t.like(third, { lastDataSession: { number: 1, startLba: 20_152, blocks: 1_000 } });
});

test("every snapshot can be made again of its raw replies", (t) => {
  const drives = [
    ...sequentialCases.flatMap((one) => [
      blankDrive(one),
      appendableDrive(one),
      finalisedDrive(one),
      ...badStates.map((bad) => badDrive(one, bad)),
    ]),
    ...overwritableCases.flatMap((one) => [recordedDrive(one), unformattedDrive(one)]),
  ];
  for (const drive of drives) {
    const snapshot = snapshotOfDrive(drive);
    const mailed = JSON.parse(JSON.stringify(snapshot.rawReplies));
    t.deepEqual(snapshotFromReplies(mailed), snapshot);
  }
  const { rawReplies } = snapshotOfDrive(drives[0]!);
  t.throws(() => snapshotFromReplies(rawReplies.slice(0, -1)), { instanceOf: RangeError, message: /no reply to/ });
});

test("a DVD+RW is taken for unformatted only where both replies say so", (t) => {
  const drive = recordedDrive(overwritableCases.find(({ media }) => media === "dvd+rw")!);
  const doubtful = { ...drive, disc: { ...drive.disc, backgroundFormatStatus: 0 } };
  // The rig's drive says so of every one; what is on it must not be taken for nothing.
  t.like(snapshotOfDrive(doubtful), { needsFormat: false, blank: false, state: "overwritable" });
  const formats = { ...drive.formats!, current: { ...drive.formats!.current, descriptorType: 1 } };
  t.like(snapshotOfDrive({ ...doubtful, formats }), { needsFormat: true, blank: true });
});
