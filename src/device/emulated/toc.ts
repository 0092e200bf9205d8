import { encode } from "../../codec/struct.js";
import { atip } from "../mmc/atip.js";
import { msfFromLba } from "../mmc/minute-second-frame.js";
import type { RawTocItem, TocTrack } from "../mmc/read-toc.js";
import { dataTrackControl, encodeToc, leadOutTrackNumber, rawTocItem, tocTrack } from "../mmc/read-toc.js";
import type { MediumState, MediumTrack, OverwritableMedium, SequentialMedium } from "./medium.js";
import { capacityBlocksOf, isFormatted } from "./overwritable.js";
import { checkCondition } from "./refusal.js";
import { readableEnd, trackEnd } from "./sequential.js";

/** What READ TOC/PMA/ATIP gives. MMC-6 "READ TOC/PMA/ATIP, format". */
const tocFormats = { tracks: 0, sessions: 1, raw: 2, atip: 4 } as const;
/** Q sub-channel with position, audio track of two channels. */
const audioTrackControl = 0x10;
/** So many tracks a table of contents can list. */
const mostTracks = 99;
/** The lead-in of a usual CD-R, by which its maker can be looked up. */
const atipLeadIn = 0x61_1a_41;
/** Points of the raw table of contents. */
const points = { firstTrack: 0xa0, lastTrack: 0xa1, leadOut: 0xa2 } as const;

/** How a table of contents is asked for. */
export interface TocQuery {
  readonly format: number;
  /** Addresses as minute, second, frame. */
  readonly msf: boolean;
  /** The first track to be listed. */
  readonly from: number;
}

/**
 * The table of contents, of complete sessions only. MMC-6 "READ TOC/PMA/ATIP response data".
 *
 * @throws Refusal 5/24/00 for a format that the medium hasn't, and where no session is complete; 3/57/00 where blanking
 *   or formatting was not brought to an end.
 */
export function tocReply(state: MediumState, query: TocQuery): Uint8Array {
  if (state.interrupted !== null) throw checkCondition(3, 0x57, 0x00);
  const isCd = state.media.family === "cd";
  if (query.format === tocFormats.atip && isCd) return atipReply(state);
  const contents = contentsOf(state);
  const last = contents.tracks.at(-1);
  if (last === undefined) throw checkCondition(5, 0x24, 0x00);
  if (query.format === tocFormats.tracks) return trackList(contents, query);
  if (query.format === tocFormats.sessions) {
    const first = contents.tracks.find(({ session }) => session === last.session)!;
    return encodeToc(1, last.session, tocTrack, [tocItem(first, query)]);
  }
  if (query.format !== tocFormats.raw || !isCd || state.model !== "sequential") throw checkCondition(5, 0x24, 0x00);
  return encodeToc(1, last.session, rawTocItem, rawToc(state));
}

/** A track as the table lists it. */
type ListedTrack = Pick<MediumTrack, "content" | "number" | "session" | "startLba">;

interface Contents {
  readonly tracks: readonly ListedTrack[];
  readonly leadOutLba: number;
}

function contentsOf(state: MediumState): Contents {
  return state.model === "sequential" ? contentsOfSequence(state) : contentsOfOverwritable(state);
}

function contentsOfOverwritable(state: OverwritableMedium): Contents {
  const track: ListedTrack = { number: 1, session: 1, startLba: 0, content: "mode1" };
  return { tracks: isFormatted(state) ? [track] : [], leadOutLba: capacityBlocksOf(state) };
}

function contentsOfSequence(state: SequentialMedium): Contents {
  const complete = state.tracks.filter(({ session }) => session <= state.closedSessions);
  const leadOutLba = readableEnd(state);
  const last = complete.at(-1);
  if (last === undefined || last.number <= mostTracks) return { tracks: complete, leadOutLba };
  // Tables of DVD and BD are fabricated: of more than they can list, all but the last session count as the first.
  const first = complete[0]!;
  const firstOfLast = complete.find(({ session }) => session === last.session)!;
  return { tracks: [first, { ...firstOfLast, number: 2, session: 2 }], leadOutLba };
}

function tocItem({ number, startLba, content }: ListedTrack, { msf }: TocQuery): TocTrack {
  return {
    adrControl: content === "audio" ? audioTrackControl : dataTrackControl,
    trackNumber: number,
    startAddress: msf ? msfFromLba(startLba) : startLba,
  };
}

function trackList({ tracks, leadOutLba }: Contents, query: TocQuery): Uint8Array {
  const last = tracks.at(-1)!;
  if (query.from > last.number && query.from !== leadOutTrackNumber) throw checkCondition(5, 0x24, 0x00);
  const listed = tracks.filter(({ number }) => number >= query.from).map((track) => tocItem(track, query));
  const leadOut = tocItem({ ...last, number: leadOutTrackNumber, startLba: leadOutLba }, query);
  return encodeToc(1, last.number, tocTrack, [...listed, leadOut]);
}

function rawToc(state: SequentialMedium): RawTocItem[] {
  const items: RawTocItem[] = [];
  for (let sessionNumber = 1; sessionNumber <= state.closedSessions; sessionNumber++) {
    const tracks = state.tracks.filter(({ session }) => session === sessionNumber);
    const item = (point: number, pointedMsf: number, { content }: MediumTrack): RawTocItem => ({
      sessionNumber,
      adrControl: content === "audio" ? audioTrackControl : dataTrackControl,
      trackNumber: 0,
      point,
      pointedMsf,
    });
    const first = tracks[0]!;
    const last = tracks.at(-1)!;
    items.push(
      // First and last track stand in the minute of the time pointed at.
      item(points.firstTrack, first.number * 0x1_0000, first),
      item(points.lastTrack, last.number * 0x1_0000, last),
      item(points.leadOut, msfFromLba(trackEnd(state, last)), last),
      ...tracks.map((track) => item(track.number, msfFromLba(track.startLba), track)),
    );
  }
  return items;
}

/** What the groove of a CD tells. MMC-6 "Response format 0100b (ATIP)". */
function atipReply(state: MediumState): Uint8Array {
  const { erasable } = state.media;
  return encode(atip, {
    dataLength: atip.size - 2,
    indicativeTargetWritingPower: 5,
    referenceSpeed: erasable ? 1 : 0,
    unrestrictedUse: false,
    rewritable: erasable,
    discSubtype: 0,
    a1Valid: false,
    a2Valid: false,
    a3Valid: false,
    leadInStart: atipLeadIn,
    lastPossibleLeadOutStart: msfFromLba(state.capacityBlocks),
    a1Values: new Uint8Array(3),
    a2Values: new Uint8Array(3),
    a3Values: new Uint8Array(3),
  });
}
