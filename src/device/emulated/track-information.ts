import { encode } from "../../codec/struct.js";
import type { TrackInformation } from "../mmc/read-track-information.js";
import { trackInformation } from "../mmc/read-track-information.js";
import type { WriteParameters } from "../mmc/write-parameters-page.js";
import { writeTypes } from "../mmc/write-parameters-page.js";
import type { LoadedDisc } from "./loaded-disc.js";
import type { MediumTrack, OverwritableMedium, SequentialMedium } from "./medium.js";
import { rulesOfOverwriting, rulesOfSequence } from "./medium.js";
import { isFormatted } from "./overwritable.js";
import { checkCondition } from "./refusal.js";
import { dataEnd, hasNextTrack, nextTrackStart, recordingTrack, trackEnd, usableBlocks } from "./sequential.js";
import { invisibleTrack } from "./sequential-recording.js";

/** What the address of READ TRACK INFORMATION is. MMC-6 "Address/number type". */
const addressTypes = { block: 0, track: 1, session: 2 } as const;
/** Audio has none. MMC-6 "Data mode". */
const dataModes = { mode1: 1, mode2: 2, audio: 0xf } as const;
/** Audio of two channels. */
const audioTrackMode = 0;
/** Blocks of the pause before a session that is written at once. */
const pregapBlocks = 150;
/** The block where the first layer's data zone begins on a disc that DVD-ROM drives read. */
const dvdPlusRReadCompatibility = 0x4_0000;

const nothing: TrackInformation = {
  dataLength: trackInformation.size - 2,
  trackNumber: 1,
  sessionNumber: 1,
  layerJumpRecordingStatus: 0,
  damage: false,
  copy: false,
  trackMode: 4,
  reservedTrack: false,
  blank: false,
  packet: false,
  fixedPacket: false,
  dataMode: dataModes.mode1,
  lastRecordedAddressValid: false,
  nextWritableAddressValid: false,
  trackStartAddress: 0,
  nextWritableAddress: 0,
  freeBlocks: 0,
  blockingFactor: 0,
  trackSize: 0,
  lastRecordedAddress: 0,
  readCompatibilityLba: 0,
  nextLayerJumpAddress: 0,
  lastLayerJumpAddress: 0,
};

/**
 * One track, or the one that is written next. MMC-6 "Track information block".
 *
 * @throws Refusal 5/24/00 where there is no such track.
 */
export function trackInformationReply(
  disc: LoadedDisc,
  parameters: WriteParameters,
  addressType: number,
  address: number,
): Uint8Array {
  const { medium } = disc;
  if (medium.model === "overwritable") return encode(trackInformation, ofOverwritable(medium, addressType, address));
  const track = trackAsked(medium, addressType, address);
  if (track === undefined) throw checkCondition(5, 0x24, 0x00);
  return encode(trackInformation, ofSequence(disc, medium, track, parameters));
}

/** The track that is asked for; `undefined` where there is none. */
function trackAsked(state: SequentialMedium, addressType: number, address: number): MediumTrack | "next" | undefined {
  const { tracks } = state;
  const next = hasNextTrack(state) ? "next" : recordingTrack(state);
  if (addressType === addressTypes.block) {
    if (next === "next" && address >= nextTrackStart(state)) return next;
    return tracks.findLast(({ startLba }) => startLba <= address);
  }
  if (addressType === addressTypes.track) {
    if (address === invisibleTrack && rulesOfSequence(state).hasInvisibleTrackNumber) return next;
    return tracks.find(({ number }) => number === address) ?? (address === tracks.length + 1 ? next : undefined);
  }
  if (addressType !== addressTypes.session) return undefined;
  return tracks.find(({ session }) => session === address) ?? (address === state.closedSessions + 1 ? next : undefined);
}

function ofSequence(
  disc: LoadedDisc,
  state: SequentialMedium,
  track: MediumTrack | "next",
  parameters: WriteParameters,
): TrackInformation {
  const isNext = track === "next";
  const start = isNext ? nextTrackStart(state) : track.startLba;
  const nextWritable = isNext ? start : dataEnd(track);
  const isWritable = isNext || track.state === "recording";
  const reservedBlocks = isNext ? null : track.reservedBlocks;
  const end = reservedBlocks === null ? usableBlocks(state) : start + reservedBlocks;
  const free = isWritable ? Math.max(0, end - nextWritable) : 0;
  const isRecorded = !isNext && track.blocks > 0;
  const isCd = state.media.family === "cd";
  const isAudio = !isNext && track.content === "audio";
  const address = isCd && isWritable ? atOnceAddress(disc, parameters, nextWritable) : nextWritable;
  return {
    ...nothing,
    trackNumber: isNext ? state.tracks.length + 1 : track.number,
    sessionNumber: isNext ? state.closedSessions + 1 : track.session,
    damage: !isNext && track.damaged,
    trackMode: isAudio ? audioTrackMode : rulesOfSequence(state).dataTrackMode,
    ...trackState(state, track, parameters),
    dataMode: isNext ? dataModes.mode1 : dataModes[track.content],
    // Drives know the last recorded address of DVD and BD tracks, not of tracks on CD.
    lastRecordedAddressValid: isRecorded && !isCd,
    nextWritableAddressValid: free > 0,
    trackStartAddress: start,
    nextWritableAddress: isWritable ? (address < 0 ? address + 2 ** 32 : address) : 0,
    freeBlocks: free,
    blockingFactor: state.media.unitBlocks,
    trackSize: isWritable ? end - start : trackEnd(state, track) - start,
    lastRecordedAddress: isRecorded && !isCd ? dataEnd(track) - 1 : 0,
    readCompatibilityLba: state.media.family === "dvd+r" ? dvdPlusRReadCompatibility : 0,
  };
}

/** Where a session at once begins, or goes on: with the pause before its first track. */
function atOnceAddress(disc: LoadedDisc, { writeType }: WriteParameters, nextWritable: number): number {
  if (disc.sessionPlan !== null) return disc.sessionPlan.nextLba;
  return writeType === writeTypes.sessionAtOnce ? nextWritable - pregapBlocks : nextWritable;
}

/** Whether a track is blank, reserved or partly written: bits of which DVD+R has its own reading. */
function trackState(
  state: SequentialMedium,
  track: MediumTrack | "next",
  { writeType }: WriteParameters,
): Pick<TrackInformation, "blank" | "packet" | "reservedTrack"> {
  const { family } = state.media;
  const isNext = track === "next";
  const isOpenReservation = !isNext && track.state === "recording" && track.reservedBlocks !== null;
  const blank = isNext || (isOpenReservation && track.blocks === 0);
  if (family === "dvd+r") return { blank, packet: false, reservedTrack: !isNext };
  const isIncremental = isNext
    ? family === "bd-r" || (family === "dvd-r" && writeType === writeTypes.incremental && !state.atOnceOnly)
    : track.writing === "incremental";
  return { blank, packet: isIncremental, reservedTrack: isOpenReservation };
}

/** The one track of a disc that has none. */
function ofOverwritable(state: OverwritableMedium, addressType: number, address: number): TrackInformation {
  const size = isFormatted(state) ? state.userBlocks : state.capacityBlocks;
  const isAsked = addressType === addressTypes.block ? address < size : address === 1;
  if (!isAsked || addressType > addressTypes.session) throw checkCondition(5, 0x24, 0x00);
  // A DVD-RW counts in ECC blocks only, and names where an open border goes on.
  const isFixed = rulesOfOverwriting(state).writeUnitBlocks > 1;
  const free = state.borderOpen ? state.userBlocks - state.formattedBlocks : isFormatted(state) ? 0 : size;
  return {
    ...nothing,
    trackMode: isFixed ? 5 : 4,
    blank: !isFormatted(state),
    packet: isFixed,
    fixedPacket: isFixed,
    nextWritableAddressValid: state.borderOpen && free > 0,
    nextWritableAddress: state.borderOpen ? state.formattedBlocks : 0,
    freeBlocks: free,
    blockingFactor: state.media.unitBlocks,
    trackSize: size,
  };
}
