import { alignUp } from "../../units.js";
import type { MediumTrack, SequentialMedium } from "./medium.js";
import { rulesOfSequence } from "./medium.js";

/** Tracks that are being recorded, or reserved to be. */
export function openTracks(state: SequentialMedium): readonly MediumTrack[] {
  return state.tracks.filter((track) => track.state === "recording");
}

/** The track that is being recorded and takes what is left of the disc. */
export function recordingTrack(state: SequentialMedium): MediumTrack | undefined {
  const last = state.tracks.at(-1);
  return last?.state === "recording" && last.reservedBlocks === null ? last : undefined;
}

/** First block behind a track's data. */
export function dataEnd(track: MediumTrack): number {
  return track.startLba + track.blocks;
}

/** First block behind a track, its run-out, or what is reserved for it, included. */
export function trackEnd(state: SequentialMedium, track: MediumTrack): number {
  if (track.state === "recording") return track.startLba + (track.reservedBlocks ?? track.blocks);
  return dataEnd(track) + (track.writing === "trackAtOnce" ? rulesOfSequence(state).runOutBlocks : 0);
}

/** Tracks of the session that is not closed. */
export function openSessionTracks(state: SequentialMedium): readonly MediumTrack[] {
  return state.tracks.filter(({ session }) => session > state.closedSessions);
}

/** Whether nothing was ever recorded, or reserved, on the disc. */
export function isBlank(state: SequentialMedium): boolean {
  return state.tracks.length === 0 && !state.finalised;
}

/** Blocks that can be addressed: on a BD-R the spare areas take some, and so does what was written over. */
export function usableBlocks(state: SequentialMedium): number {
  const { format, capacityBlocks, media } = state;
  if (format === null) return capacityBlocks;
  const usable = capacityBlocks - Math.max(format.spareBlocks, format.replacedBlocks);
  return usable - (usable % media.unitBlocks);
}

/** Where the track after the last one starts. */
export function nextTrackStart(state: SequentialMedium): number {
  const rules = rulesOfSequence(state);
  const last = state.tracks.at(-1);
  if (last === undefined) return 0;
  const gap =
    last.session > state.closedSessions
      ? rules.trackGapBlocks
      : last.session === 1
        ? rules.firstSessionGapBlocks
        : rules.laterSessionGapBlocks;
  return alignUp(trackEnd(state, last) + gap, state.media.unitBlocks);
}

/** Whether a track can follow those that are there: the one that is not visible before something is written to it. */
export function hasNextTrack(state: SequentialMedium): boolean {
  return !state.finalised && recordingTrack(state) === undefined;
}

/** Where the next block may be written outside of what is reserved; `null` on a finalised disc. */
export function nextWritableLba(state: SequentialMedium): number | null {
  if (state.finalised) return null;
  const recording = recordingTrack(state);
  return recording === undefined ? nextTrackStart(state) : dataEnd(recording);
}

/** The disc with a new, empty track that is being recorded. */
export function withTrackBegun(
  state: SequentialMedium,
  writing: MediumTrack["writing"],
  reservedBlocks: number | null = null,
): SequentialMedium {
  const track: MediumTrack = {
    number: state.tracks.length + 1,
    session: state.closedSessions + 1,
    startLba: nextTrackStart(state),
    blocks: 0,
    reservedBlocks,
    state: "recording",
    damaged: false,
    content: "mode1",
    writing,
  };
  return { ...state, tracks: [...state.tracks, track] };
}

/** The disc with something changed of one track. */
export function withTrack(state: SequentialMedium, number: number, change: Partial<MediumTrack>): SequentialMedium {
  return { ...state, tracks: state.tracks.with(number - 1, { ...state.tracks[number - 1]!, ...change }) };
}

/** How many blocks a track has once it was filled up to be closed. */
export function filledBlocks(state: SequentialMedium, track: MediumTrack): number {
  if (track.reservedBlocks !== null) return track.reservedBlocks;
  const minimum = track.writing === "trackAtOnce" ? rulesOfSequence(state).minimumTrackBlocks : 0;
  const whole = Math.max(minimum, alignUp(track.blocks, state.media.unitBlocks));
  return Math.min(whole, Math.max(track.blocks, usableBlocks(state) - track.startLba));
}

/**
 * The disc with its open session closed. One on which no further session has room, or a number, is finalised with it.
 *
 * @param finalise Whether no session may follow.
 */
export function withSessionClosed(state: SequentialMedium, finalise: boolean): SequentialMedium {
  const rules = rulesOfSequence(state);
  const begun = openSessionTracks(state).length > 0;
  const merged = begun && rules.mergesTracks ? withTracksMerged(state) : state;
  const closed = { ...merged, closedSessions: state.closedSessions + (begun ? 1 : 0) };
  const full =
    nextTrackStart(closed) >= usableBlocks(closed) ||
    closed.closedSessions >= rules.maximumSessions ||
    closed.tracks.length >= rules.maximumTracks;
  return { ...closed, finalised: state.finalised || finalise || full };
}

/** The disc with all tracks of the open session made one. */
function withTracksMerged(state: SequentialMedium): SequentialMedium {
  const own = openSessionTracks(state);
  const first = own[0]!;
  const merged: MediumTrack = {
    ...first,
    blocks: dataEnd(own.at(-1)!) - first.startLba,
    reservedBlocks: null,
    damaged: own.some(({ damaged }) => damaged),
  };
  return { ...state, tracks: [...state.tracks.filter(({ session }) => session <= state.closedSessions), merged] };
}

/**
 * What READ CAPACITY tells: blocks up to the end of the last session that is closed. A BD-R whose blocks may be written
 * again is used like an overwritable disc: there a closed track is enough.
 */
export function readableEnd(state: SequentialMedium): number {
  const byTracks = state.format?.pseudoOverwrite === true;
  const last = state.tracks.findLast(({ session, state: track }) =>
    byTracks ? track === "complete" : session <= state.closedSessions,
  );
  return last === undefined ? 0 : trackEnd(state, last);
}

/** Blocks that can still be used in the place of others, on a BD-R whose blocks may be written again. */
export function replacementBlocks(state: SequentialMedium): number {
  const { format } = state;
  if (format === null || !format.pseudoOverwrite || state.finalised) return 0;
  const free = usableBlocks(state) - (nextWritableLba(state) ?? usableBlocks(state));
  return Math.max(0, format.spareBlocks - format.replacedBlocks) + Math.max(0, free);
}
