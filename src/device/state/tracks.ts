import type { TrackInformation } from "../mmc/read-track-information.js";
import type { QuirkName } from "./quirks.js";
import type { DriveReplies } from "./replies.js";
import type { MediaTraits } from "./traits.js";
import { traitsOf } from "./traits.js";

/** One track of a snapshot. */
export interface TrackSnapshot {
  readonly number: number;
  readonly session: number;
  readonly startLba: number;
  /** As the drive says it, with what a closed track ends in. */
  readonly blocks: number;
  /** Last block that holds data; `null` where nothing was recorded. */
  readonly lastRecordedLba: number | null;
  /** Where the track goes on; `null` where the drive names no address that can be believed. */
  readonly nextWritableLba: number | null;
  readonly freeBlocks: number;
  /** Whether it holds data; `false` for audio. */
  readonly data: boolean;
  /** As the drive says it, for drives that want to hear it again. MMC-6 "Track mode". */
  readonly trackMode: number;
  /** Someone gave it a size, which is not used up. */
  readonly reserved: boolean;
  readonly damaged: boolean;
}

const firstNegativeAddress = 2 ** 31;
/** Up to 3 are audio. A few drives say F, unknown, of tracks that hold data. MMC-6 "Track mode". */
const firstDataMode = 4;
const unknownDataMode = 0xf;

/** Drives give addresses below the disc's start in two's complement. */
export function signed(address: number): number {
  return address >= firstNegativeAddress ? address - 2 ** 32 : address;
}

/** What tracks are derived with. */
interface TrackContext {
  readonly traits: MediaTraits | undefined;
  readonly blank: boolean;
  readonly quirks: Set<QuirkName>;
}

/**
 * The tracks of a disc.
 *
 * @param blank Whether nothing is on it, whatever its tracks say.
 * @param quirks Receives those that show.
 */
export function tracksOf(replies: DriveReplies, blank: boolean, quirks: Set<QuirkName>): TrackSnapshot[] {
  const context = { traits: traitsOf(replies.profileNumber), blank, quirks };
  const tracks = replies.tracks.map((track) => trackSnapshot(track, context));
  const next = tracks.at(-1);
  if (next === undefined || next.nextWritableLba === null) return tracks;
  const recorded = Math.max(...tracks.map(({ lastRecordedLba }) => lastRecordedLba ?? -1));
  if (next.nextWritableLba > recorded) return tracks;
  quirks.add("address-below-recorded");
  return [...tracks.slice(0, -1), { ...next, nextWritableLba: null }];
}

function trackSnapshot(track: TrackInformation, context: TrackContext): TrackSnapshot {
  const { blank, quirks } = context;
  const start = startOf(track, blank);
  if (track.dataMode === unknownDataMode && track.trackMode >= firstDataMode) quirks.add("data-mode-unknown");
  return {
    number: track.trackNumber,
    session: track.sessionNumber,
    startLba: start,
    blocks: track.trackSize ?? 0,
    lastRecordedLba: lastRecorded(track, start, context),
    nextWritableLba: nextWritableOf(track, blank, quirks),
    freeBlocks: track.freeBlocks ?? 0,
    data: track.trackMode >= firstDataMode,
    trackMode: track.trackMode,
    reserved: isReserved(track, context),
    damaged: track.damage,
  };
}

/** The first block of a track; that of a blank disc is 0, whatever it is said to be. */
function startOf({ trackStartAddress = 0 }: TrackInformation, blank: boolean): number {
  const start = signed(trackStartAddress);
  return blank ? Math.max(0, start) : start;
}

/**
 * Where a track goes on, by what its drive says; `null` where it says nothing, or that the track is damaged.
 *
 * Some drives name an address before the start of a blank disc: the pre-gap, or the lead-in.
 */
export function nextWritableOf(
  track: TrackInformation,
  blank: boolean,
  quirks: Set<QuirkName> = new Set(),
): number | null {
  if (!track.nextWritableAddressValid || track.damage) return null;
  const start = startOf(track, blank);
  const address = signed(track.nextWritableAddress ?? 0);
  if (address >= start) return address;
  quirks.add("address-before-start");
  return start;
}

/** On DVD+R the two bits are one number: 3 is a reserved track, 2 one that was begun. */
function isReserved({ reservedTrack, blank }: TrackInformation, { traits }: TrackContext): boolean {
  const isPlus = traits?.family === "dvd+r" || traits?.family === "dvd+r-dl";
  return reservedTrack && (blank || !isPlus);
}

/** Last recorded block: what the drive says, else what follows from the next writable address or the track's size. */
function lastRecorded(track: TrackInformation, start: number, { traits, blank }: TrackContext): number | null {
  if (blank) return null;
  const found = (): number => {
    if (track.lastRecordedAddressValid && track.lastRecordedAddress !== undefined) return track.lastRecordedAddress;
    if (track.nextWritableAddressValid) return Math.max(signed(track.nextWritableAddress ?? 0), start) - 1;
    if (track.blank) return start - 1;
    // A track that cannot be written was closed, or cut off: then it has free blocks yet, and no run-out.
    const free = track.freeBlocks ?? 0;
    return start + (track.trackSize ?? 0) - 1 - (free > 0 ? free : (traits?.runOutBlocks ?? 0));
  };
  const last = found();
  return last >= start ? last : null;
}
