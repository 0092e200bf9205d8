/** Drives made by hand, one for each medium and state that there is. */
import { featureCodes as feature } from "../../../src/device/mmc/feature-codes.js";
import type { TrackInformation } from "../../../src/device/mmc/read-track-information.js";
import type { HandMadeDrive } from "./hand-made-drive.js";
import { closedTrack, openTrack, sessionStates, statuses } from "./hand-made-drive.js";

/** A family of media that grow by sessions. */
export interface SequentialCase {
  readonly media: string;
  readonly profile: number;
  readonly features: readonly number[];
  readonly blocks: number;
  readonly unit: number;
  /** Starts of the second and the third session of 1,600 blocks each, as drives of the field place them. */
  readonly starts: readonly [number, number];
}

export const sequentialCases: readonly SequentialCase[] = [
  {
    media: "cd-r",
    profile: 0x0009,
    features: [feature.cdTrackAtOnce],
    blocks: 359_849,
    unit: 1,
    starts: [13_002, 21_504],
  },
  {
    media: "cd-rw",
    profile: 0x000a,
    features: [feature.cdTrackAtOnce],
    blocks: 359_849,
    unit: 1,
    starts: [13_002, 21_504],
  },
  {
    media: "dvd-r",
    profile: 0x0011,
    features: [feature.dvdMinusWrite, feature.incrementalStreaming],
    blocks: 2_298_496,
    unit: 16,
    starts: [30_288, 38_048],
  },
  {
    media: "dvd-rw",
    profile: 0x0014,
    features: [feature.dvdMinusWrite, feature.incrementalStreaming],
    blocks: 2_298_496,
    unit: 16,
    starts: [30_288, 38_048],
  },
  {
    media: "dvd+r",
    profile: 0x001b,
    features: [feature.dvdPlusR],
    blocks: 2_295_104,
    unit: 16,
    starts: [3_648, 7_296],
  },
  {
    media: "dvd+r-dl",
    profile: 0x002b,
    features: [feature.dvdPlusRDualLayer],
    blocks: 4_173_824,
    unit: 16,
    starts: [3_648, 7_296],
  },
  { media: "bd-r", profile: 0x0041, features: [feature.bdWrite], blocks: 12_219_392, unit: 32, starts: [1_600, 3_200] },
];

/** Blocks of each session in the cases. */
export const sessionBlocks = 1_600;

function leadOut({ media, blocks }: SequentialCase): number {
  if (!media.startsWith("cd")) return blocks;
  const frames = blocks + 150;
  return Math.floor(frames / 4500) * 0x1_0000 + (Math.floor(frames / 75) % 60) * 0x100 + (frames % 75);
}

const runOutBlocks = 2;

/** A track that was closed with a session of the case. */
function sessionTrack({ media }: SequentialCase, session: number, start: number): Partial<TrackInformation> {
  return closedTrack(session, start, sessionBlocks + (media.startsWith("cd") ? runOutBlocks : 0));
}

/** A blank disc. */
export function blankDrive(one: SequentialCase): HandMadeDrive {
  const { profile, features, blocks } = one;
  return {
    profile,
    features,
    disc: { lastPossibleLeadOutStart: leadOut(one), erasable: one.media.endsWith("rw") },
    tracks: [openTrack(1, 0, 0, blocks)],
  };
}

/** A disc with two sessions, that takes a third. */
export function appendableDrive(one: SequentialCase): HandMadeDrive {
  const { blocks, starts } = one;
  return {
    ...blankDrive(one),
    disc: {
      ...blankDrive(one).disc,
      discStatus: statuses.appendable,
      stateOfLastSession: sessionStates.empty,
      numberOfSessions: 3,
      firstTrackInLastSession: 3,
    },
    tracks: [
      sessionTrack(one, 1, 0),
      sessionTrack(one, 2, starts[0]),
      openTrack(3, starts[1], starts[1], blocks - starts[1]),
    ],
    lastReadableLba: starts[0] + sessionBlocks - 1,
    start: "data",
  };
}

/** A disc with two sessions that takes nothing more. */
export function finalisedDrive(one: SequentialCase): HandMadeDrive {
  return {
    ...appendableDrive(one),
    features: [],
    disc: {
      erasable: one.media.endsWith("rw"),
      discStatus: statuses.complete,
      stateOfLastSession: sessionStates.complete,
      numberOfSessions: 2,
      firstTrackInLastSession: 2,
    },
    tracks: [sessionTrack(one, 1, 0), sessionTrack(one, 2, one.starts[0])],
  };
}

/** What can be wrong with the third session. */
export type BadState =
  | "torn"
  | "open-track"
  | "open-session"
  | "reserved"
  | "damaged-session"
  | "damaged-next"
  | "no-address";

export const badStates: readonly BadState[] = [
  "torn",
  "open-track",
  "open-session",
  "reserved",
  "damaged-session",
  "damaged-next",
  "no-address",
];

const thirdBlocks = 320;

function badTracks(one: SequentialCase, state: BadState): readonly Partial<TrackInformation>[] {
  const { blocks, starts, unit } = one;
  const [, start] = starts;
  const free = blocks - start - thirdBlocks;
  const begun = { ...openTrack(3, start, start + thirdBlocks, free), trackMode: 4 };
  const isCd = one.media.startsWith("cd");
  const next = openTrack(3, start + thirdBlocks + (isCd ? 152 : 0), start + thirdBlocks + (isCd ? 152 : 0), free - 152);
  switch (state) {
    case "torn":
      return [{ ...begun, nextWritableAddressValid: false, damage: true }];
    case "open-track":
      return [begun];
    case "open-session":
      return [closedTrack(3, start, thirdBlocks + (isCd ? runOutBlocks : 0)), next];
    case "reserved":
      return [
        { ...openTrack(3, start, start, thirdBlocks), trackSize: thirdBlocks, reservedTrack: true, blank: true },
        openTrack(3, start + thirdBlocks + unit, start + thirdBlocks + unit, free - unit),
      ];
    case "damaged-session":
      return [openTrack(3, start, start, blocks - start)];
    case "damaged-next":
      return [{ ...openTrack(3, start, start, blocks - start), damage: true }];
    case "no-address":
      return [{ ...openTrack(3, start, start, 0), nextWritableAddressValid: false, trackSize: 0 }];
  }
}

/** A disc with two sessions, and a third with which something is wrong. */
export function badDrive(one: SequentialCase, state: BadState): HandMadeDrive {
  const good = appendableDrive(one);
  const incomplete = ["torn", "open-track", "open-session", "reserved"].includes(state);
  const stateOfLastSession = incomplete
    ? sessionStates.incomplete
    : state === "damaged-session"
      ? sessionStates.damaged
      : sessionStates.empty;
  const tracks = [...good.tracks!.slice(0, 2), ...badTracks(one, state)];
  return { ...good, disc: { ...good.disc, stateOfLastSession, lastTrackInLastSession: tracks.length }, tracks };
}

/** A medium that can be overwritten. */
export interface OverwritableCase {
  readonly media: string;
  readonly profile: number;
  readonly features: readonly number[];
  readonly blocks: number;
  readonly unit: number;
  /** What addresses have to be multiples of. */
  readonly addressUnit: number;
  /** The ways of formatting that its drives offer. */
  readonly offered: NonNullable<HandMadeDrive["formats"]>["offered"];
}

const dvdRwBlocks = 2_298_496;

export const overwritableCases: readonly OverwritableCase[] = [
  {
    media: "dvd-ram",
    profile: 0x0012,
    features: [feature.randomWritable],
    blocks: 2_236_704,
    unit: 16,
    addressUnit: 1,
    offered: [{ numberOfBlocks: 2_236_704, formatType: 0x00, typeDependentParameter: 0x800 }],
  },
  {
    media: "dvd-rw",
    profile: 0x0013,
    features: [feature.restrictedOverwrite],
    blocks: dvdRwBlocks,
    unit: 16,
    addressUnit: 16,
    offered: [
      { numberOfBlocks: dvdRwBlocks, formatType: 0x00, typeDependentParameter: 0x800 },
      { numberOfBlocks: dvdRwBlocks, formatType: 0x10, typeDependentParameter: 16 },
      { numberOfBlocks: dvdRwBlocks, formatType: 0x15, typeDependentParameter: 16 },
    ],
  },
  {
    media: "dvd+rw",
    profile: 0x001a,
    features: [feature.dvdPlusRw],
    blocks: 2_295_104,
    unit: 16,
    addressUnit: 1,
    offered: [{ numberOfBlocks: 2_295_104, formatType: 0x26 }],
  },
  {
    media: "bd-re",
    profile: 0x0043,
    features: [feature.bdWrite],
    blocks: 11_826_176,
    unit: 32,
    addressUnit: 1,
    offered: [
      { numberOfBlocks: 11_826_176, formatType: 0x00, typeDependentParameter: 0x800 },
      { numberOfBlocks: 11_826_176, formatType: 0x30 },
      { numberOfBlocks: 12_088_320, formatType: 0x30 },
      { numberOfBlocks: 11_564_032, formatType: 0x30 },
      { numberOfBlocks: 12_219_392, formatType: 0x31, typeDependentParameter: 0x800 },
    ],
  },
];

/** A formatted disc that holds something. */
export function recordedDrive({ profile, features, blocks, offered }: OverwritableCase): HandMadeDrive {
  return {
    profile,
    features,
    disc: {
      discStatus: statuses.complete,
      stateOfLastSession: sessionStates.complete,
      erasable: true,
      backgroundFormatStatus: profile === 0x001a ? 3 : 0,
    },
    tracks: [closedTrack(1, 0, blocks)],
    lastReadableLba: blocks - 1,
    formats: { current: { numberOfBlocks: blocks }, offered: offered ?? [] },
    start: "data",
  };
}

/** A disc that was never formatted. */
export function unformattedDrive(one: OverwritableCase): HandMadeDrive {
  return {
    ...recordedDrive(one),
    disc: { discStatus: statuses.blank },
    tracks: [],
    formats: { current: { numberOfBlocks: one.blocks, descriptorType: 1 }, offered: one.offered ?? [] },
  };
}

/** A DVD-RW that was formatted in haste, and has grown to so many blocks. */
export function growingDvdRw(grownTo: number): HandMadeDrive {
  const one = overwritableCases[1]!;
  return {
    ...recordedDrive(one),
    tracks: [closedTrack(1, 0, grownTo)],
    lastReadableLba: grownTo - 1,
    formats: {
      current: { numberOfBlocks: grownTo, descriptorType: 3 },
      offered: [
        ...one.offered!,
        { numberOfBlocks: dvdRwBlocks - grownTo, formatType: 0x13, typeDependentParameter: 16 },
      ],
    },
    start: grownTo > 16 ? "data" : "zeros",
  };
}

/** A DVD+RW whose formatting was interrupted, or goes on. */
export function formattingPlusRw(status: "suspended" | "running"): HandMadeDrive {
  const drive = recordedDrive(overwritableCases[2]!);
  return { ...drive, disc: { ...drive.disc, backgroundFormatStatus: status === "suspended" ? 1 : 2 } };
}
