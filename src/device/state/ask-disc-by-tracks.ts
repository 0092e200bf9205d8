import { profileOf } from "../mmc/profiles.js";
import type { DiscInformation } from "../mmc/read-disc-information.js";
import type { TrackInformation } from "../mmc/read-track-information.js";
import { invisibleTrackNumber } from "../mmc/read-track-information.js";
import type { Asking } from "./ask.js";
import type { TocReplies } from "./ask-toc.js";
import { unknownDisc } from "./ask-toc.js";
import { askNextTrack, TrackQuestions } from "./ask-tracks.js";
import type { QuirkName } from "./quirks.js";
import { discStatuses, sessionStates } from "./replies.js";
import { signed } from "./tracks.js";
import { traitsOf } from "./traits.js";

/** No medium has more: so many entries has the recording management data of a DVD-R. */
const mostTracks = 2_302;

/**
 * Asks for the state of a disc that grows by sessions where the drive does not tell it: its tracks do. One that is not
 * used yet is there as long as something can be added.
 *
 * @returns `null` where the drive tells of no tracks, or the medium has none.
 */
export function* askDiscByTracks(profileNumber: number, quirks: Set<QuirkName>): Asking<TocReplies | null> {
  const traits = traitsOf(profileNumber);
  if (traits === undefined || profileOf(profileNumber).model === "overwritable") return null;
  const questions = new TrackQuestions(quirks);
  const tracks = yield* askUncounted(questions);
  const last = tracks.at(-1);
  if (last === undefined) return null;
  const disc = discOfTracks(tracks, last);
  if (disc.discStatus === discStatuses.complete) return { disc, tracks };
  const number = last.trackNumber;
  const next: TrackInformation | undefined = yield* askNextTrack(questions, number, disc, traits, quirks);
  return next === undefined
    ? { disc, tracks }
    : { disc, tracks: [...tracks.slice(0, -1), { ...next, trackNumber: number }] };
}

/** The tracks by their numbers, until the drive refuses one, and then the next one by the name that it has on some media. */
function* askUncounted(questions: TrackQuestions): Asking<TrackInformation[]> {
  const tracks: TrackInformation[] = [];
  // A drive that does not refuse, but tells of a track that it told of before, has no other.
  const add = (track: TrackInformation | undefined): boolean => {
    const before = tracks.at(-1);
    if (track === undefined || (before !== undefined && startOf(track) <= startOf(before))) return false;
    tracks.push({ ...track, trackNumber: tracks.length + 1 });
    return true;
  };
  while (tracks.length < mostTracks && add(yield* questions.track(tracks.length + 1)));
  add(yield* questions.track(invisibleTrackNumber));
  return tracks;
}

function startOf({ trackStartAddress = 0 }: TrackInformation): number {
  return signed(trackStartAddress);
}

/** What READ DISC INFORMATION would say of a disc with these tracks, as far as they tell. */
function discOfTracks(tracks: readonly TrackInformation[], last: TrackInformation): DiscInformation {
  const own = tracks.filter(({ sessionNumber }) => sessionNumber === last.sessionNumber);
  const isUnused = ({ blank, reservedTrack }: TrackInformation): boolean => blank && !reservedTrack;
  const isOpen = own.some((track) => track.nextWritableAddressValid || track.blank || track.damage);
  const isEmpty = own.length === 1 && isUnused(last);
  const isBlank = isEmpty && tracks.length === 1 && !last.damage;
  const { blank, appendable, complete } = discStatuses;
  return {
    ...unknownDisc,
    discStatus: isBlank ? blank : isOpen ? appendable : complete,
    stateOfLastSession: isEmpty ? sessionStates.empty : isOpen ? sessionStates.incomplete : sessionStates.complete,
    numberOfSessions: last.sessionNumber,
    firstTrackInLastSession: own[0]!.trackNumber,
    lastTrackInLastSession: last.trackNumber,
  };
}
