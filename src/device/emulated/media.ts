import { mediaCapacities } from "../../medium/media-capacities.js";

/** Families of media whose drives obey the same rules. */
export type MediaFamily = "bd-r" | "bd-re" | "cd" | "dvd+r" | "dvd+rw" | "dvd-r" | "dvd-ram";

/** How sessions and tracks lie on media that are written in sequence. All numbers are blocks unless said otherwise. */
export interface SequentialRules {
  readonly profile: number;
  /** Unreadable blocks that end each track written at once. */
  readonly runOutBlocks: number;
  /** A shorter track is filled with zeros when it is closed, as drives do in track-at-once writing. */
  readonly minimumTrackBlocks: number;
  readonly trackGapBlocks: number;
  readonly firstSessionGapBlocks: number;
  readonly laterSessionGapBlocks: number;
  /** Counts. */
  readonly maximumTracks: number;
  readonly maximumSessions: number;
  /** How many tracks may be reserved at one time; 0 where RESERVE TRACK is not for this medium. */
  readonly maximumReservations: number;
  /** Whether READ TRACK INFORMATION and CLOSE TRACK/SESSION take FFh for the track that is written next. */
  readonly hasInvisibleTrackNumber: boolean;
  /** Whether closing a session makes one track of all tracks in it. */
  readonly mergesTracks: boolean;
  /** Functions of CLOSE TRACK/SESSION that finalise the disc. */
  readonly finaliseFunctions: readonly number[];
  /** Whether the write parameters mode page rules how is written, and if the disc stays open. */
  readonly obeysWriteParameters: boolean;
  /** In READ TRACK INFORMATION: 4 data recorded without interruption, 5 data recorded in increments. */
  readonly dataTrackMode: number;
}

/** How media are formatted and written that can be overwritten. */
export interface OverwritableRules {
  readonly profile: number;
  readonly soldFormatted: boolean;
  /** Blocks of which there must be whole ones in each write; 1 where the drive reads, changes and writes back. */
  readonly writeUnitBlocks: number;
}

/** Spare areas of a BD: blocks that stand in for others. They and the blocks for data add up to the capacity. */
export interface SpareRules {
  /** Of {@link EmulatedMedia.defaultCapacityBlocks}; less in proportion on a smaller medium. */
  readonly defaultBlocks: number;
  readonly minimumBlocks: number;
  readonly maximumBlocks: number;
}

/**
 * A kind of blank media that can be emulated, with the rules its drives obey. All numbers are blocks.
 *
 * The gaps of CD are those of real discs: lead-out, lead-in and pre-gap between two sessions. Those of DVD-R were
 * measured by others. Those of DVD+R and BD-R are plausible, not measured: on a DVD+R the zones that end one session and
 * begin the next lie among the blocks, on a BD-R sessions are entries of the disc management area and cost no blocks.
 */
export interface EmulatedMedia {
  readonly media: string;
  readonly family: MediaFamily;
  readonly layers: 1 | 2;
  readonly erasable: boolean;
  readonly defaultCapacityBlocks: number;
  /** The largest there are: CD addresses end at 99:59:74; BD have up to four layers. */
  readonly maximumCapacityBlocks: number;
  /** Blocks are recorded in whole units; what is short of one is filled with zeros when the track is closed. */
  readonly unitBlocks: number;
  /** `null` for media without sessions. DVD-RW obey both kinds of rules, one after the other. */
  readonly sequential: SequentialRules | null;
  readonly overwritable: OverwritableRules | null;
  readonly spares: SpareRules | null;
}

const cdRules: Omit<SequentialRules, "profile"> = {
  runOutBlocks: 2,
  minimumTrackBlocks: 300,
  trackGapBlocks: 150,
  firstSessionGapBlocks: 11_400,
  laterSessionGapBlocks: 6_900,
  maximumTracks: 99,
  maximumSessions: 99,
  maximumReservations: 0,
  hasInvisibleTrackNumber: true,
  mergesTracks: false,
  finaliseFunctions: [],
  obeysWriteParameters: true,
  dataTrackMode: 4,
};

const dvdMinusRules: Omit<SequentialRules, "profile"> = {
  runOutBlocks: 0,
  minimumTrackBlocks: 0,
  trackGapBlocks: 0,
  firstSessionGapBlocks: 28_688,
  laterSessionGapBlocks: 6_160,
  // Entries of the recording management data.
  maximumTracks: 2_302,
  maximumSessions: 2_302,
  maximumReservations: 2,
  hasInvisibleTrackNumber: false,
  mergesTracks: false,
  finaliseFunctions: [],
  obeysWriteParameters: true,
  dataTrackMode: 5,
};

const dvdPlusRules: Omit<SequentialRules, "profile"> = {
  runOutBlocks: 0,
  minimumTrackBlocks: 0,
  trackGapBlocks: 0,
  firstSessionGapBlocks: 2_048,
  laterSessionGapBlocks: 2_048,
  maximumTracks: 153,
  maximumSessions: 153,
  maximumReservations: 15,
  hasInvisibleTrackNumber: true,
  mergesTracks: true,
  finaliseFunctions: [5, 6],
  obeysWriteParameters: false,
  dataTrackMode: 4,
};

const bdRules: Omit<SequentialRules, "profile"> = {
  runOutBlocks: 0,
  minimumTrackBlocks: 0,
  trackGapBlocks: 0,
  firstSessionGapBlocks: 0,
  laterSessionGapBlocks: 0,
  maximumTracks: 7_927,
  maximumSessions: 7_927,
  maximumReservations: 15,
  hasInvisibleTrackNumber: false,
  mergesTracks: false,
  finaliseFunctions: [6],
  obeysWriteParameters: false,
  dataTrackMode: 4,
};

const cdCapacity = { defaultCapacityBlocks: mediaCapacities["cd-r"], maximumCapacityBlocks: 449_849 };
const dvdMinusCapacity = { defaultCapacityBlocks: mediaCapacities["dvd-r"], maximumCapacityBlocks: 2_298_496 };
const dvdPlusCapacity = { defaultCapacityBlocks: mediaCapacities["dvd+r"], maximumCapacityBlocks: 4_173_824 };
const dvdPlusDoubleCapacity = { defaultCapacityBlocks: mediaCapacities["dvd+r-dl"], maximumCapacityBlocks: 4_173_824 };
const bdCapacity = { defaultCapacityBlocks: mediaCapacities["bd-r"], maximumCapacityBlocks: 62_500_864 };
const bdDoubleCapacity = { defaultCapacityBlocks: mediaCapacities["bd-r-dl"], maximumCapacityBlocks: 62_500_864 };
const bdSpares: SpareRules = { defaultBlocks: 393_216, minimumBlocks: 131_072, maximumBlocks: 655_360 };
const bdDoubleSpares: SpareRules = { defaultBlocks: 786_432, minimumBlocks: 262_144, maximumBlocks: 1_310_720 };

const single = { layers: 1, sequential: null, overwritable: null, spares: null } as const;
const double = { ...single, layers: 2 } as const;

const emulatedMedia: readonly EmulatedMedia[] = [
  {
    ...single,
    ...cdCapacity,
    media: "cd-r",
    family: "cd",
    erasable: false,
    unitBlocks: 1,
    sequential: { ...cdRules, profile: 0x0009 },
  },
  {
    ...single,
    ...cdCapacity,
    media: "cd-rw",
    family: "cd",
    erasable: true,
    unitBlocks: 1,
    sequential: { ...cdRules, profile: 0x000a },
  },
  {
    ...single,
    ...dvdMinusCapacity,
    media: "dvd-r",
    family: "dvd-r",
    erasable: false,
    unitBlocks: 16,
    sequential: { ...dvdMinusRules, profile: 0x0011 },
  },
  {
    ...single,
    ...dvdMinusCapacity,
    media: "dvd-rw",
    family: "dvd-r",
    erasable: true,
    unitBlocks: 16,
    sequential: { ...dvdMinusRules, profile: 0x0014 },
    overwritable: { profile: 0x0013, soldFormatted: false, writeUnitBlocks: 16 },
  },
  {
    ...double,
    defaultCapacityBlocks: mediaCapacities["dvd-r-dl"],
    maximumCapacityBlocks: 4_171_712,
    media: "dvd-r-dl",
    family: "dvd-r",
    erasable: false,
    unitBlocks: 16,
    // Where the first layer ends is fixed by the end of the first session: there is no second.
    sequential: { ...dvdMinusRules, profile: 0x0015, maximumSessions: 1 },
  },
  {
    ...single,
    ...dvdPlusCapacity,
    media: "dvd+r",
    family: "dvd+r",
    erasable: false,
    unitBlocks: 16,
    sequential: { ...dvdPlusRules, profile: 0x001b },
  },
  {
    ...double,
    ...dvdPlusDoubleCapacity,
    media: "dvd+r-dl",
    family: "dvd+r",
    erasable: false,
    unitBlocks: 16,
    sequential: { ...dvdPlusRules, profile: 0x002b },
  },
  {
    ...single,
    ...dvdPlusCapacity,
    media: "dvd+rw",
    family: "dvd+rw",
    erasable: true,
    unitBlocks: 16,
    overwritable: { profile: 0x001a, soldFormatted: false, writeUnitBlocks: 1 },
  },
  {
    ...double,
    ...dvdPlusDoubleCapacity,
    media: "dvd+rw-dl",
    family: "dvd+rw",
    erasable: true,
    unitBlocks: 16,
    overwritable: { profile: 0x002a, soldFormatted: false, writeUnitBlocks: 1 },
  },
  {
    ...single,
    defaultCapacityBlocks: mediaCapacities["dvd-ram"],
    maximumCapacityBlocks: 2_295_072,
    media: "dvd-ram",
    family: "dvd-ram",
    erasable: true,
    unitBlocks: 16,
    overwritable: { profile: 0x0012, soldFormatted: true, writeUnitBlocks: 1 },
  },
  {
    ...single,
    ...bdCapacity,
    media: "bd-r",
    family: "bd-r",
    erasable: false,
    unitBlocks: 32,
    sequential: { ...bdRules, profile: 0x0041 },
    spares: bdSpares,
  },
  {
    ...double,
    ...bdDoubleCapacity,
    media: "bd-r-dl",
    family: "bd-r",
    erasable: false,
    unitBlocks: 32,
    sequential: { ...bdRules, profile: 0x0041 },
    spares: bdDoubleSpares,
  },
  {
    ...single,
    ...bdCapacity,
    media: "bd-re",
    family: "bd-re",
    erasable: true,
    unitBlocks: 32,
    overwritable: { profile: 0x0043, soldFormatted: false, writeUnitBlocks: 1 },
    spares: bdSpares,
  },
  {
    ...double,
    ...bdDoubleCapacity,
    media: "bd-re-dl",
    family: "bd-re",
    erasable: true,
    unitBlocks: 32,
    overwritable: { profile: 0x0043, soldFormatted: false, writeUnitBlocks: 1 },
    spares: bdDoubleSpares,
  },
];

/** The media types that can be made, by name. */
export const mediaTypes: readonly string[] = emulatedMedia.map(({ media }) => media);

/** Profiles of the drive: those of all media it takes. */
export const emulatedProfiles: readonly number[] = [
  ...new Set(
    emulatedMedia.flatMap(({ sequential, overwritable }) =>
      [sequential, overwritable].flatMap((rules) => (rules === null ? [] : [rules.profile])),
    ),
  ),
].sort((a, b) => a - b);

/** The media of that type; `undefined` for one that cannot be emulated. */
export function emulatedMediaOf(media: string): EmulatedMedia | undefined {
  return emulatedMedia.find((candidate) => candidate.media === media);
}
