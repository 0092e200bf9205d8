import { strictContext } from "../../codec/codec.js";
import { encode } from "../../codec/struct.js";
import { encodeModeSelectData, modeSelect10 } from "../mmc/mode-parameters.js";
import type { DiscInformation } from "../mmc/read-disc-information.js";
import type { TrackInformation } from "../mmc/read-track-information.js";
import { invisibleTrackNumber, readTrackInformation, trackInformation } from "../mmc/read-track-information.js";
import type { WritingKind } from "../mmc/write-parameters-page.js";
import { writeParametersFor, writeParametersPage } from "../mmc/write-parameters-page.js";
import type { Asking } from "./ask.js";
import { ask, tell } from "./ask.js";
import type { QuirkName } from "./quirks.js";
import { isClosedDisc, sessionStates } from "./replies.js";
import { nextWritableOf } from "./tracks.js";
import type { MediaTraits } from "./traits.js";
import { traitsOf } from "./traits.js";

/** The length field. */
const headBytes = 4;
/** Up to the size of the track: what nothing can be made of without. */
const neededBytes = 28;
const onlyTrackNumber = 1;

/** Asks for tracks, with replies of the length that the first of them announced. */
export class TrackQuestions {
  readonly #quirks: Set<QuirkName>;
  #bytes: number | undefined;

  constructor(quirks: Set<QuirkName>) {
    this.#quirks = quirks;
  }

  /** @returns `undefined` where the drive refuses. */
  *track(address: number): Asking<TrackInformation | undefined> {
    if (this.#bytes === undefined) {
      const head = yield* this.#ask(address, headBytes);
      if (head === undefined || head.length < 2) return undefined;
      const announced = trackInformation.read(head, 0, strictContext).dataLength + 2;
      this.#bytes = Math.min(trackInformation.size, Math.max(neededBytes, announced));
    }
    const reply = yield* this.#ask(address, this.#bytes);
    if (reply === undefined || reply.length < neededBytes) return undefined;
    if (reply.length < trackInformation.size - 12) this.#quirks.add("short-track-information");
    return trackInformation.read(reply, 0, strictContext);
  }

  *#ask(address: number, allocationLength: number): Asking<Uint8Array | undefined> {
    const answer = yield* ask(readTrackInformation, { addressType: 1, address, allocationLength }, allocationLength);
    return "data" in answer ? answer.data : undefined;
  }
}

/**
 * Asks for every track, and for the one that is written next. A drive that refuses tracks it said there are, tells of
 * them nothing.
 */
export function* askTracks(
  disc: DiscInformation,
  profileNumber: number,
  quirks: Set<QuirkName>,
): Asking<TrackInformation[]> {
  const traits = traitsOf(profileNumber);
  const questions = new TrackQuestions(quirks);
  if (traits?.nextTrack === "only") {
    const track = yield* questions.track(onlyTrackNumber);
    return track === undefined ? [] : [track];
  }
  const tracks: TrackInformation[] = [];
  const isOpen = !isClosedDisc({ disc, profileNumber });
  const lastNumber = disc.lastTrackInLastSession;
  for (let number = Math.max(1, disc.numberOfFirstTrack); number <= lastNumber; number++) {
    const isNext = number === lastNumber && isOpen && traits !== undefined;
    const track = isNext
      ? yield* askNextTrack(questions, number, disc, traits, quirks)
      : yield* questions.track(number);
    // Asked by the other name, some drives answer with that name.
    if (track !== undefined) tracks.push({ ...track, trackNumber: number });
  }
  return tracks;
}

/**
 * Asks where the next block of a disc that grows by sessions goes, and nothing else.
 *
 * @returns `null` where the drive names no address.
 */
export function* askNextWritable(traits: MediaTraits, trackNumber: number, blank: boolean): Asking<number | null> {
  const questions = new TrackQuestions(new Set());
  for (const number of numbersOfNext(traits, trackNumber)) {
    const track: TrackInformation | undefined = yield* questions.track(number);
    if (track !== undefined) return nextWritableOf(track, blank);
  }
  return null;
}

/** The names of the track that is written next, in the order in which they are tried. */
function numbersOfNext({ nextTrack: name }: MediaTraits, number: number): readonly number[] {
  return name === "invisible" ? [invisibleTrackNumber, number] : [number, invisibleTrackNumber];
}

/** Asks for the track that is written next: by one number, by the other, and once more when told how it is written. */
export function* askNextTrack(
  questions: TrackQuestions,
  number: number,
  disc: DiscInformation,
  traits: MediaTraits,
  quirks: Set<QuirkName>,
): Asking<TrackInformation | undefined> {
  const { family } = traits;
  const numbers = numbersOfNext(traits, number);
  let found: TrackInformation | undefined;
  for (const [index, asked] of numbers.entries()) {
    found = yield* questions.track(asked);
    if (found === undefined) continue;
    if (index === 1) quirks.add(asked === invisibleTrackNumber ? "next-track-by-ffh" : "next-track-by-number");
    break;
  }
  const isWhole = disc.stateOfLastSession === sessionStates.empty || disc.stateOfLastSession === sessionStates.complete;
  const hasParameters = family === "cd" || family === "dvd-r" || family === "dvd-r-dl";
  if (hasParameters && isWhole && found?.nextWritableAddressValid !== true && found?.damage !== true) {
    yield* tellWriteParameters(family === "cd" ? "cdTrackAtOnce" : "dvdIncremental");
    for (const asked of numbers) {
      const again: TrackInformation | undefined = yield* questions.track(asked);
      if (again === undefined) continue;
      if (again.nextWritableAddressValid) quirks.add("write-parameters-first");
      found = again;
      break;
    }
  }
  if (found === undefined) quirks.add("last-track-refused");
  return found;
}

/** Some drives name no address before they know how they will write. */
function* tellWriteParameters(kind: WritingKind): Asking<void> {
  const page = encode(writeParametersPage, writeParametersFor(kind, { keepDiscOpen: true }));
  const data = encodeModeSelectData([page]);
  yield* tell(modeSelect10, { pageFormat: true, savePages: false, parameterListLength: data.length }, data);
}
