import { strictContext } from "../../codec/codec.js";
import { lbaFromMsf } from "../mmc/minute-second-frame.js";
import type { DiscInformation } from "../mmc/read-disc-information.js";
import { discInformation } from "../mmc/read-disc-information.js";
import { decodeTocItems, leadOutTrackNumber, rawTocItem, readToc, tocHeader, tocTrack } from "../mmc/read-toc.js";
import type { TrackInformation } from "../mmc/read-track-information.js";
import { trackInformation } from "../mmc/read-track-information.js";
import type { Answer, Asking } from "./ask.js";
import { ask, askSized, isAboutMedium } from "./ask.js";
import { discStatuses, sessionStates } from "./replies.js";

const longestTocBytes = 4096;
/** A time beyond that belongs to no block: 99 minutes are fewer. */
const allCdBlocks = 450_000;
const lastTrackPoint = 99;
/** The item that says where a session ends. */
const leadOutPoint = 0xa2;
const rawFormat = 2;

/** What a table of contents stands for, as replies of the commands that tell more. */
export interface TocReplies {
  readonly disc: DiscInformation;
  readonly tracks: readonly TrackInformation[];
}

function* askFormat(format: number): Asking<Uint8Array | null> {
  const question = (allocationLength: number): Asking<Answer> =>
    ask(
      readToc,
      {
        msf: format === rawFormat,
        format,
        trackSessionNumber: format === rawFormat ? 1 : 0,
        allocationLength,
        legacyFormat: 0,
      },
      allocationLength,
      { isAnswer: isAboutMedium },
    );
  const bytesOf = (head: Uint8Array): number =>
    head.length < tocHeader.size ? 0 : tocHeader.read(head, 0, strictContext).dataLength + 2;
  const reply = yield* askSized(question, { headBytes: tocHeader.size, bytesOf, mostBytes: longestTocBytes });
  return reply === null || reply.length < tocHeader.size ? null : reply;
}

/**
 * Asks for the table of contents alone: all that some drives know, and all that is dependable of media that can only be
 * read. What it tells stands for a finished disc.
 *
 * @returns `null` where there is no table of contents.
 */
export function* askToc(lastReadableLba: number | null): Asking<TocReplies | null> {
  const reply = yield* askFormat(0);
  if (reply === null) return null;
  const items = decodeTocItems(reply, tocTrack);
  const { sessionOf, leadOutOf } = yield* askSessions();
  const tracks = items.filter(({ trackNumber }) => trackNumber !== leadOutTrackNumber);
  const leadOut = items.find(({ trackNumber }) => trackNumber === leadOutTrackNumber)?.startAddress;
  const end = leadOut ?? (lastReadableLba ?? -1) + 1;
  const described = tracks.map(({ trackNumber, startAddress, adrControl }, index) => {
    const session = sessionOf(trackNumber);
    const next = tracks[index + 1];
    const isLastOfSession = next !== undefined && sessionOf(next.trackNumber) !== session;
    const trackEnd = (isLastOfSession ? leadOutOf(session) : undefined) ?? next?.startAddress ?? end;
    return trackOf(trackNumber, session, adrControl % 0x10, startAddress, trackEnd);
  });
  return { disc: discOf(described), tracks: described };
}

function trackOf(
  trackNumber: number,
  sessionNumber: number,
  control: number,
  trackStartAddress: number,
  end: number,
): TrackInformation {
  return {
    dataLength: trackInformation.size - 2,
    trackNumber,
    sessionNumber,
    layerJumpRecordingStatus: 0,
    damage: false,
    copy: false,
    trackMode: control,
    reservedTrack: false,
    blank: false,
    packet: false,
    fixedPacket: false,
    dataMode: 1,
    lastRecordedAddressValid: false,
    nextWritableAddressValid: false,
    trackStartAddress,
    trackSize: end - trackStartAddress,
  };
}

/** What stands for a disc of which a drive tells nothing: whether it is blank, or takes more, is not known. */
export const unknownDisc: DiscInformation = { ...discOf([]), discStatus: discStatuses.other };

function discOf(tracks: readonly TrackInformation[]): DiscInformation {
  return {
    discInformationLength: discInformation.size - 2,
    erasable: false,
    stateOfLastSession: sessionStates.complete,
    discStatus: discStatuses.complete,
    numberOfFirstTrack: tracks[0]?.trackNumber ?? 1,
    numberOfSessions: tracks.at(-1)?.sessionNumber ?? 0,
    firstTrackInLastSession: 1,
    lastTrackInLastSession: tracks.at(-1)?.trackNumber ?? 0,
    discIdentificationValid: false,
    barCodeValid: false,
    unrestrictedUse: false,
    applicationCodeValid: false,
    dirty: false,
    backgroundFormatStatus: 0,
  };
}

/** What tells sessions apart. */
interface TocSessions {
  sessionOf(trackNumber: number): number;
  /** Where a session ends; `undefined` where that is not told. */
  leadOutOf(session: number): number | undefined;
}

/** Which session a track is in: format 2 tells it of CDs, format 1 of the last session of other discs. */
function* askSessions(): Asking<TocSessions> {
  const raw = yield* askFormat(rawFormat);
  const items = raw === null ? [] : decodeTocItems(raw, rawTocItem);
  const tracks = items.filter(({ point }) => point <= lastTrackPoint);
  // Drives that know no such format may send something else.
  if (tracks.some(({ pointedMsf }) => lbaFromMsf(pointedMsf) < allCdBlocks)) {
    const sessions = new Map(tracks.map(({ point, sessionNumber }) => [point, sessionNumber]));
    const ends = items.filter(({ point }) => point === leadOutPoint);
    const leadOuts = new Map(ends.map(({ sessionNumber, pointedMsf }) => [sessionNumber, lbaFromMsf(pointedMsf)]));
    return {
      sessionOf: (trackNumber) => sessions.get(trackNumber) ?? 1,
      leadOutOf: (session) => leadOuts.get(session),
    };
  }
  const reply = yield* askFormat(1);
  const last = reply === null ? undefined : decodeTocItems(reply, tocTrack)[0];
  const first = last !== undefined && last.trackNumber > 1 ? last.trackNumber : Number.POSITIVE_INFINITY;
  return { sessionOf: (trackNumber) => (trackNumber >= first ? 2 : 1), leadOutOf: () => undefined };
}
