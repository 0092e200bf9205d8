/**
 * A kind of blank media that can be emulated, with the rules its drives obey. All numbers are blocks.
 *
 * The gaps of CD are those of real discs: lead-out, lead-in and pre-gap between two sessions. Those of DVD+R and BD-R
 * are plausible, not measured: on a DVD+R the zones that end one session and begin the next lie among the blocks, on a
 * BD-R sessions are entries of the disc management area and cost no blocks.
 */
export interface EmulatedMedia {
  readonly media: string;
  readonly profile: number;
  readonly defaultCapacityBlocks: number;
  /** The largest there are: CD addresses end at 99:59:74; two layers; four. */
  readonly maximumCapacityBlocks: number;
  /** Blocks are recorded in whole units; what is short of one is filled with zeros when the track is closed. */
  readonly unitBlocks: number;
  /** Unreadable blocks that end each track. */
  readonly runOutBlocks: number;
  /** A shorter track is filled with zeros when it is closed, as drives do in track-at-once writing. */
  readonly minimumTrackBlocks: number;
  readonly trackGapBlocks: number;
  readonly firstSessionGapBlocks: number;
  readonly laterSessionGapBlocks: number;
  readonly maximumTracks: number;
  readonly maximumSessions: number;
  readonly cd: boolean;
}

const emulatedMedia: readonly EmulatedMedia[] = [
  {
    media: "cd-r",
    profile: 0x0009,
    defaultCapacityBlocks: 359_849,
    maximumCapacityBlocks: 449_849,
    unitBlocks: 1,
    runOutBlocks: 2,
    minimumTrackBlocks: 300,
    trackGapBlocks: 150,
    firstSessionGapBlocks: 11_400,
    laterSessionGapBlocks: 6_900,
    maximumTracks: 99,
    maximumSessions: 99,
    cd: true,
  },
  {
    media: "dvd+r",
    profile: 0x001b,
    defaultCapacityBlocks: 2_295_104,
    maximumCapacityBlocks: 4_173_824,
    unitBlocks: 16,
    runOutBlocks: 0,
    minimumTrackBlocks: 0,
    trackGapBlocks: 0,
    firstSessionGapBlocks: 2_048,
    laterSessionGapBlocks: 2_048,
    maximumTracks: 153,
    maximumSessions: 153,
    cd: false,
  },
  {
    media: "bd-r",
    profile: 0x0041,
    defaultCapacityBlocks: 12_219_392,
    maximumCapacityBlocks: 62_500_864,
    unitBlocks: 32,
    runOutBlocks: 0,
    minimumTrackBlocks: 0,
    trackGapBlocks: 0,
    firstSessionGapBlocks: 0,
    laterSessionGapBlocks: 0,
    maximumTracks: 7_927,
    maximumSessions: 7_927,
    cd: false,
  },
];

/** The media types that can be made, by name. */
export const mediaTypes: readonly string[] = emulatedMedia.map(({ media }) => media);

/** The rules of a media type; `undefined` for one that is not emulated. */
export function emulatedMediaOf(media: string): EmulatedMedia | undefined {
  return emulatedMedia.find((candidate) => candidate.media === media);
}
