import { alignUp } from "../../units.js";
import type { EmulatedMedia } from "./media.js";

/** A track of an emulated disc. */
export interface MediumTrack {
  readonly number: number;
  readonly session: number;
  readonly startLba: number;
  /** Blocks that hold data; run-out blocks are not among them. */
  readonly blocks: number;
  readonly state: "recording" | "complete";
  /** Set where power was lost while it was being recorded. */
  readonly damaged: boolean;
}

/** Blocks of an emulated disc that fail. */
export interface Damage {
  readonly firstLba: number;
  readonly blocks: number;
  readonly fails: "read" | "write";
}

/**
 * Everything about an emulated disc but its blocks. A value: each change makes a new one.
 *
 * Invariants: tracks are numbered from 1 without gaps and lie in order without overlap; only the last may be
 * recording; sessions up to `closedSessions` are closed, and at most one more has tracks.
 */
export interface MediumState {
  readonly media: EmulatedMedia;
  readonly capacityBlocks: number;
  /** Number by which a drive tells discs apart; 32 bits. */
  readonly discIdentification: number;
  readonly closedSessions: number;
  readonly finalised: boolean;
  readonly tracks: readonly MediumTrack[];
  readonly damage: readonly Damage[];
  /** Bytes that the file may have although no track accounts for them, because someone said so. */
  readonly acceptedBytes: number;
}

/** A disc on which nothing was recorded. */
export function blankMedium(media: EmulatedMedia, capacityBlocks: number, discIdentification: number): MediumState {
  return {
    media,
    capacityBlocks,
    discIdentification,
    closedSessions: 0,
    finalised: false,
    tracks: [],
    damage: [],
    acceptedBytes: 0,
  };
}

/** The track that is being recorded. */
export function recordingTrack(state: MediumState): MediumTrack | undefined {
  const last = state.tracks.at(-1);
  return last?.state === "recording" ? last : undefined;
}

/** First block behind a track's data. */
export function dataEnd(track: MediumTrack): number {
  return track.startLba + track.blocks;
}

/** First block behind a track, its run-out included. */
export function trackEnd(state: MediumState, track: MediumTrack): number {
  return dataEnd(track) + (track.state === "complete" ? state.media.runOutBlocks : 0);
}

/** First block behind everything recorded, and the number of blocks the disc's file has. */
export function recordedEnd(state: MediumState): number {
  // A track of which nothing was recorded begins behind a gap that the file does not have yet.
  const last = state.tracks.findLast(({ blocks }) => blocks > 0);
  return last === undefined ? 0 : dataEnd(last);
}

/** Tracks of the session that is not closed. */
export function openSessionTracks(state: MediumState): readonly MediumTrack[] {
  return state.tracks.filter(({ session }) => session > state.closedSessions);
}

/** Where the track after the last one starts. */
export function nextTrackStart(state: MediumState): number {
  const { media } = state;
  const last = state.tracks.at(-1);
  if (last === undefined) return 0;
  const gap =
    last.session > state.closedSessions
      ? media.trackGapBlocks
      : last.session === 1
        ? media.firstSessionGapBlocks
        : media.laterSessionGapBlocks;
  return alignUp(trackEnd(state, last) + gap, media.unitBlocks);
}

/** Where the next block may be written; `null` on a finalised disc. */
export function nextWritableLba(state: MediumState): number | null {
  if (state.finalised) return null;
  const recording = recordingTrack(state);
  return recording === undefined ? nextTrackStart(state) : dataEnd(recording);
}

/** The disc with a new, empty track that is being recorded. */
export function withTrackBegun(state: MediumState): MediumState {
  const track: MediumTrack = {
    number: state.tracks.length + 1,
    session: state.closedSessions + 1,
    startLba: nextTrackStart(state),
    blocks: 0,
    state: "recording",
    damaged: false,
  };
  return { ...state, tracks: [...state.tracks, track] };
}

/** The disc with something changed of its last track. */
export function withLastTrack(state: MediumState, change: Partial<MediumTrack>): MediumState {
  return { ...state, tracks: state.tracks.with(-1, { ...state.tracks.at(-1)!, ...change }) };
}

/** How many blocks a track of so many blocks has once it was filled up to be closed. */
export function filledBlocks(media: EmulatedMedia, blocks: number): number {
  return Math.max(media.minimumTrackBlocks, alignUp(blocks, media.unitBlocks));
}

/**
 * The disc with its open session closed. One on which no further session has room, or a number, is finalised with it.
 *
 * @param finalise Whether no session may follow.
 */
export function withSessionClosed(state: MediumState, finalise: boolean): MediumState {
  const begun = openSessionTracks(state).length > 0;
  const closed = { ...state, closedSessions: state.closedSessions + (begun ? 1 : 0) };
  const full =
    nextTrackStart(closed) >= closed.capacityBlocks ||
    closed.closedSessions >= closed.media.maximumSessions ||
    closed.tracks.length >= closed.media.maximumTracks;
  return { ...closed, finalised: state.finalised || finalise || full };
}
