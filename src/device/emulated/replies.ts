import { encode } from "../../codec/struct.js";
import type { Feature } from "../mmc/features.js";
import { encodeConfiguration } from "../mmc/get-configuration.js";
import { standardInquiryData } from "../mmc/inquiry.js";
import { msfFromLba } from "../mmc/minute-second-frame.js";
import { discInformation } from "../mmc/read-disc-information.js";
import { dataTrackControl, encodeToc, leadOutTrackNumber, rawTocItem, tocTrack } from "../mmc/read-toc.js";
import { trackInformation } from "../mmc/read-track-information.js";
import { emulatedMediaOf, mediaTypes } from "./media.js";
import type { MediumState, MediumTrack } from "./medium.js";
import { nextTrackStart, nextWritableLba, openSessionTracks, recordingTrack, trackEnd } from "./medium.js";

/** Who the emulated drive says it is. */
export function inquiryReply(): Uint8Array {
  return encode(standardInquiryData, {
    peripheralDeviceType: 5,
    removableMedium: true,
    version: 5,
    responseDataFormat: 2,
    additionalLength: standardInquiryData.size - 5,
    vendorIdentification: "DISCSMTH",
    productIdentification: "EMULATED DRIVE",
    productRevisionLevel: "1.00",
  });
}

function feature(code: number, current: boolean, persistent: boolean, payload: readonly number[]): Feature {
  return { code, version: 0, persistent, current, payload: Uint8Array.from(payload) };
}

/** Profiles and features. MMC-6 "Features". */
export function configurationReply(state: MediumState, requestedType: number, from: number): Uint8Array {
  const { media } = state;
  const writable = !state.finalised;
  const profileList = mediaTypes.flatMap((type) => {
    const { profile } = emulatedMediaOf(type)!;
    return [Math.floor(profile / 0x100), profile % 0x100, profile === media.profile ? 1 : 0, 0];
  });
  const is = (type: string): boolean => media.media === type;
  const all = [
    feature(0x0000, true, true, profileList),
    feature(0x0001, true, true, [0, 0, 0, 1, 1, 0, 0, 0]),
    // Tray, can be locked and ejected.
    feature(0x0003, true, true, [0x29, 0, 0, 0]),
    feature(0x0010, true, false, [0, 0, 8, 0, 0, media.unitBlocks, 1, 0]),
    feature(0x001e, media.cd, false, [0, 0, 0, 0]),
    feature(0x001f, is("dvd+r"), false, [0, 0, 0, 0]),
    feature(0x002b, is("dvd+r"), false, [is("dvd+r") && writable ? 1 : 0, 0, 0, 0]),
    feature(0x002d, media.cd && writable, false, [0x40, 0, 1, 0]),
    feature(0x0040, is("bd-r"), false, new Array<number>(28).fill(0)),
    feature(0x0041, is("bd-r") && writable, false, new Array<number>(20).fill(0)),
  ];
  const features = all.filter(({ code, current }) =>
    requestedType === 2 ? code === from : code >= from && (requestedType === 0 || current),
  );
  return encodeConfiguration({ currentProfile: media.profile, features });
}

function isBlank(state: MediumState): boolean {
  return state.tracks.length === 0 && !state.finalised;
}

/** The number of the track that is written next, or of the last one of a finalised disc. */
function lastTrackNumber(state: MediumState): number {
  return state.tracks.length + (state.finalised || recordingTrack(state) !== undefined ? 0 : 1);
}

/** The state of the disc. MMC-6 "Standard disc information". */
export function discInformationReply(state: MediumState): Uint8Array {
  const { media } = state;
  const open = openSessionTracks(state);
  const sessions = state.closedSessions + (state.finalised ? 0 : 1);
  const firstOfLast = state.tracks.find(({ session }) => session === sessions)?.number ?? state.tracks.length + 1;
  const nextStart = state.finalised ? 0 : (open[0]?.startLba ?? nextTrackStart(state));
  return encode(discInformation, {
    discInformationLength: discInformation.size - 2,
    erasable: false,
    stateOfLastSession: state.finalised ? 3 : open.length > 0 ? 1 : 0,
    discStatus: isBlank(state) ? 0 : state.finalised ? 2 : 1,
    numberOfFirstTrack: 1,
    numberOfSessions: sessions,
    firstTrackInLastSession: firstOfLast,
    lastTrackInLastSession: lastTrackNumber(state),
    discIdentificationValid: true,
    barCodeValid: false,
    unrestrictedUse: true,
    applicationCodeValid: false,
    dirty: false,
    backgroundFormatStatus: 0,
    discType: media.cd ? 0x00 : 0xff,
    discIdentification: state.discIdentification,
    lastSessionLeadInStart: media.cd ? msfFromLba(Math.max(0, nextStart - 4650)) : nextStart,
    lastPossibleLeadOutStart: media.cd ? msfFromLba(state.capacityBlocks) : state.capacityBlocks,
    discBarCode: new Uint8Array(8),
    discApplicationCode: 0,
    numberOfOpcTables: 0,
  });
}

/** One track, or the one that is written next. MMC-6 "Track information block". */
export function trackInformationReply(state: MediumState, track: MediumTrack | "next"): Uint8Array {
  const { media } = state;
  const next = nextWritableLba(state) ?? 0;
  const start = track === "next" ? next : track.startLba;
  const writable = track === "next" || track.state === "recording";
  const free = Math.max(0, state.capacityBlocks - next);
  const recorded = track !== "next" && track.blocks > 0;
  return encode(trackInformation, {
    dataLength: trackInformation.size - 2,
    trackNumber: track === "next" ? state.tracks.length + 1 : track.number,
    sessionNumber: track === "next" ? state.closedSessions + 1 : track.session,
    layerJumpRecordingStatus: 0,
    damage: track !== "next" && track.damaged,
    copy: false,
    trackMode: 4,
    reservedTrack: false,
    blank: track === "next",
    packet: false,
    fixedPacket: false,
    dataMode: 1,
    // Drives know the last recorded address of DVD and BD tracks, not of tracks on CD.
    lastRecordedAddressValid: recorded && !media.cd,
    nextWritableAddressValid: writable && free > 0,
    trackStartAddress: start,
    nextWritableAddress: writable ? next : 0,
    freeBlocks: writable ? free : 0,
    blockingFactor: media.unitBlocks,
    trackSize: writable ? next + free - start : trackEnd(state, track) - start,
    lastRecordedAddress: recorded && !media.cd ? start + track.blocks - 1 : 0,
    readCompatibilityLba: 0,
    nextLayerJumpAddress: 0,
    lastLayerJumpAddress: 0,
  });
}

/** The track that READ TRACK INFORMATION asks for; `undefined` where there is none. */
export function trackAsked(state: MediumState, addressType: number, address: number): MediumTrack | "next" | undefined {
  const { tracks } = state;
  const recording = recordingTrack(state);
  const next = state.finalised ? undefined : (recording ?? "next");
  if (addressType === 0) {
    const found = tracks.findLast(({ startLba }) => startLba <= address);
    return next === "next" && address >= nextTrackStart(state) ? next : found;
  }
  if (addressType === 1) {
    if (address === 0xff && state.media.media !== "bd-r") return next;
    return tracks.find(({ number }) => number === address) ?? (address === tracks.length + 1 ? next : undefined);
  }
  if (addressType !== 2) return undefined;
  return tracks.find(({ session }) => session === address) ?? (address === state.closedSessions + 1 ? next : undefined);
}

/**
 * The table of contents, of complete sessions only. MMC-6 "READ TOC/PMA/ATIP response data".
 *
 * @returns `undefined` for a format that the medium has not.
 */
export function tocReply(state: MediumState, format: number, msf: boolean, from: number): Uint8Array | undefined {
  const complete = state.tracks.filter(({ session }) => session <= state.closedSessions);
  const last = complete.at(-1);
  if (last === undefined) return undefined;
  const address = (block: number): number => (msf ? msfFromLba(block) : block);
  const track = (trackNumber: number, block: number) => ({
    adrControl: dataTrackControl,
    trackNumber,
    startAddress: address(block),
  });
  if (format === 0) {
    const items = complete
      .filter(({ number }) => number >= from)
      .map(({ number, startLba }) => track(number, startLba));
    return encodeToc(1, last.number, tocTrack, [...items, track(leadOutTrackNumber, trackEnd(state, last))]);
  }
  if (format === 1) {
    const first = complete.find(({ session }) => session === last.session)!;
    return encodeToc(1, last.session, tocTrack, [track(first.number, first.startLba)]);
  }
  return format === 2 && state.media.cd ? encodeToc(1, last.session, rawTocItem, rawToc(state, complete)) : undefined;
}

function rawToc(state: MediumState, complete: readonly MediumTrack[]) {
  const items = [];
  for (let sessionNumber = 1; sessionNumber <= state.closedSessions; sessionNumber++) {
    const tracks = complete.filter(({ session }) => session === sessionNumber);
    const item = (point: number, pointedMsf: number) => ({
      sessionNumber,
      adrControl: dataTrackControl,
      trackNumber: 0,
      point,
      pointedMsf,
    });
    const last = tracks.at(-1)!;
    // First and last track stand in the minute of the time pointed at.
    items.push(item(0xa0, tracks[0]!.number * 0x1_0000), item(0xa1, last.number * 0x1_0000));
    items.push(item(0xa2, msfFromLba(trackEnd(state, last))));
    items.push(...tracks.map(({ number, startLba }) => item(number, msfFromLba(startLba))));
  }
  return items;
}
