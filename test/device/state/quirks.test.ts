/** Every quirk that a reading makes up for, from a drive made by hand that has it. */
import test from "ava";
import { encode } from "../../../src/codec/struct.js";
import { featureHeader } from "../../../src/device/mmc/get-configuration.js";
import { trackInformation } from "../../../src/device/mmc/read-track-information.js";
import type { Answer, Question } from "../../../src/device/state/ask.js";
import type { QuirkName } from "../../../src/device/state/quirks.js";
import { quirks } from "../../../src/device/state/quirks.js";
import type { DiscSnapshot } from "../../../src/device/state/snapshot.js";
import type { HandMadeDrive } from "./hand-made-drive.js";
import { illegalRequest, openTrack, plainTrack, sessionStates, snapshotOfDrive, statuses } from "./hand-made-drive.js";
import {
  appendableDrive,
  blankDrive,
  finalisedDrive,
  overwritableCases,
  recordedDrive,
  sequentialCases,
} from "./media-cases.js";

const [cdR, , dvdR, , dvdPlusR, , bdR] = sequentialCases;

/** Answers commands of one code in another way. */
function instead(code: number, answer: (question: Question) => Answer | undefined): Pick<HandMadeDrive, "instead"> {
  return { instead: (question) => (question.cdb[0] === code ? answer(question) : undefined) };
}

const tableOfContents: Answer = {
  data: Uint8Array.from(Buffer.from("001a0102" + "0014010000000000" + "0014020000000e40" + "0014aa0000001480", "hex")),
};

function tocOnly(question: Question): Answer | undefined {
  const isTracks = question.cdb[0] === 0x43 && question.cdb[2] === 0;
  return isTracks ? tableOfContents : undefined;
}

const cases: {
  readonly [Q in QuirkName]: { readonly drive: HandMadeDrive; readonly expected: Partial<DiscSnapshot> };
} = {
  "no-configuration": {
    drive: { ...blankDrive(cdR!), disc: { erasable: true }, ...instead(0x46, () => illegalRequest) },
    expected: { blank: true, writable: true, features: null, erasable: true },
  },
  "feature-list-nonsense": {
    drive: {
      ...blankDrive(dvdPlusR!),
      ...instead(0x46, () => ({ data: encode(featureHeader, { dataLength: 0x7fff_ffff, currentProfile: 0x1b }) })),
    },
    expected: { blank: true, writable: true, features: null },
  },
  "no-disc-information": {
    drive: {
      ...appendableDrive(dvdPlusR!),
      instead: (question) => (question.cdb[0] === 0x51 ? { sense: { key: 5, asc: 0x20, ascq: 0 } } : tocOnly(question)),
    },
    expected: { state: "appendable", finalised: false, nextWritableLba: dvdPlusR!.starts[1] },
  },
  "short-disc-information": {
    drive: {
      ...appendableDrive(dvdPlusR!),
      ...instead(0x51, ({ transfer }) =>
        transfer.direction === "in" && transfer.allocationBytes > 4
          ? { data: Uint8Array.of(0, 32, 0x01, 1, 3, 3, 3, 0x20) }
          : undefined,
      ),
    },
    expected: { state: "appendable" },
  },
  "short-track-information": {
    drive: {
      ...appendableDrive(dvdPlusR!),
      ...instead(0x52, ({ cdb, transfer }) => {
        const number = cdb[5] === 0xff ? 3 : cdb[5]!;
        const track = appendableDrive(dvdPlusR!).tracks![number - 1]!;
        const whole = encode(trackInformation, { ...plainTrack, trackNumber: number, ...track });
        return { data: transfer.direction === "in" && transfer.allocationBytes > 4 ? whole.subarray(0, 28) : whole };
      }),
    },
    expected: { state: "appendable", nextWritableLba: dvdPlusR!.starts[1] },
  },
  "no-track-information": {
    drive: {
      ...finalisedDrive(dvdPlusR!),
      instead: (question) => (question.cdb[0] === 0x52 ? illegalRequest : tocOnly(question)),
    },
    expected: { state: "complete", finalised: true },
  },
  "next-track-by-number": {
    drive: {
      ...appendableDrive(dvdPlusR!),
      ...instead(0x52, ({ cdb }) => (cdb[5] === 0xff ? illegalRequest : undefined)),
    },
    expected: { state: "appendable", nextWritableLba: dvdPlusR!.starts[1] },
  },
  "next-track-by-ffh": {
    drive: {
      ...appendableDrive(dvdR!),
      ...instead(0x52, ({ cdb }) => (cdb[5] === 3 ? illegalRequest : undefined)),
    },
    expected: { state: "appendable", nextWritableLba: dvdR!.starts[1] },
  },
  "last-track-refused": {
    drive: {
      ...appendableDrive(dvdPlusR!),
      ...instead(0x52, ({ cdb }) => (cdb[5]! >= 3 ? illegalRequest : undefined)),
    },
    expected: { state: "complete", finalised: false, nextWritableLba: null },
  },
  "write-parameters-first": {
    drive: (() => {
      let isTold = false;
      const drive = appendableDrive(cdR!);
      const answer = ({ cdb }: Question): Answer | undefined => {
        if (cdb[0] === 0x55) {
          isTold = true;
          return { data: new Uint8Array(0) };
        }
        if (cdb[0] !== 0x52 || isTold || cdb[5] !== 0xff) return undefined;
        const track = { ...plainTrack, trackNumber: 3, ...drive.tracks![2], nextWritableAddressValid: false };
        return { data: encode(trackInformation, track) };
      };
      return { ...drive, instead: answer };
    })(),
    expected: { state: "appendable", nextWritableLba: cdR!.starts[1] },
  },
  "address-before-start": {
    drive: { ...blankDrive(cdR!), tracks: [{ ...openTrack(1, 0, -150, 359_849) }] },
    expected: { blank: true, nextWritableLba: 0 },
  },
  "address-below-recorded": {
    drive: (() => {
      const drive = appendableDrive(bdR!);
      return { ...drive, tracks: [...drive.tracks!.slice(0, 2), openTrack(3, 320, 320, 1_000)] };
    })(),
    expected: { nextWritableLba: null, appendable: false },
  },
  "formatted-bd-r": {
    drive: {
      ...blankDrive(bdR!),
      disc: { discStatus: statuses.appendable, stateOfLastSession: sessionStates.empty, numberOfSessions: 1 },
      lastReadableLba: 0,
    },
    expected: { state: "blank", blank: true, nextWritableLba: 0 },
  },
  "data-mode-unknown": {
    drive: (() => {
      const drive = appendableDrive(dvdR!);
      return { ...drive, tracks: drive.tracks!.map((track) => ({ ...track, dataMode: 0xf })) };
    })(),
    expected: { state: "appendable" },
  },
  "erasable-bit": {
    drive: { ...blankDrive(dvdR!), disc: { ...blankDrive(dvdR!).disc, erasable: true } },
    expected: { erasable: false, blank: true },
  },
  "format-block-length": {
    drive: (() => {
      const one = overwritableCases[0]!;
      const current = { numberOfBlocks: 4 * one.blocks, blockLengthBytes: 512 };
      return { ...recordedDrive(one), formats: { current, offered: one.offered! } };
    })(),
    expected: { totalBlocks: overwritableCases[0]!.blocks },
  },
};

for (const [name, { drive, expected }] of Object.entries(cases)) {
  test(name, (t) => {
    const snapshot = snapshotOfDrive(drive);
    t.like(snapshot, expected);
    const met = snapshot.quirks.map((quirk) => quirk.name);
    t.true(met.includes(name as QuirkName), `met: ${met.join(", ")}`);
  });
}

test("every quirk is shown by some drive", (t) => {
  t.deepEqual(Object.keys(cases).sort(), Object.keys(quirks).sort());
});

test("well-behaved drives have none", (t) => {
  for (const one of sequentialCases) {
    for (const drive of [blankDrive(one), appendableDrive(one), finalisedDrive(one)]) {
      t.deepEqual(snapshotOfDrive(drive).quirks, []);
    }
  }
});

test("a table of contents alone tells the sessions; that of a CD in its third format tells where each ends", (t) => {
  const refuses = (question: Question): Answer | undefined =>
    [0x46, 0x51, 0x52].includes(question.cdb[0]!) ? { sense: { key: 5, asc: 0x20, ascq: 0 } } : tocOnly(question);
  const simple = snapshotOfDrive({ profile: 0, lastReadableLba: 5_247, instead: refuses });
  t.deepEqual(
    simple.sessions.map(({ number, startLba, blocks }) => [number, startLba, blocks]),
    [[1, 0, 5_248]],
  );
  const item = (session: number, point: number, msf: number): number[] => [
    ...[session, 0x14, 0, point, 0, 0, 0, 0],
    ...[Math.floor(msf / 0x1_0000), Math.floor(msf / 0x100) % 0x100, msf % 0x100],
  ];
  const items = [item(1, 1, 0x000200), item(1, 0xa2, 0x000f00), item(2, 2, 0x003240), item(2, 0xa2, 0x004600)].flat();
  const raw = Uint8Array.of(0, items.length + 2, 1, 2, ...items);
  const whole = snapshotOfDrive({
    profile: 0x0008,
    lastReadableLba: 5_247,
    instead: (question) => (question.cdb[0] === 0x43 && question.cdb[2] === 2 ? { data: raw } : refuses(question)),
  });
  t.deepEqual(
    whole.sessions.map(({ number, startLba, blocks }) => [number, startLba, blocks]),
    [
      [1, 0, 975],
      [2, 3_648, 1_600],
    ],
  );
  t.is(whole.sessions[0]!.state, "complete");
});
