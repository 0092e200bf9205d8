import { encode } from "../../codec/struct.js";
import { discInformationTypes, pseudoOverwriteResources, trackResources } from "../mmc/disc-resources.js";
import { msfFromLba } from "../mmc/minute-second-frame.js";
import type { DiscInformation } from "../mmc/read-disc-information.js";
import { discInformation } from "../mmc/read-disc-information.js";
import type { BackgroundFormat, MediumState, OverwritableMedium, SequentialMedium } from "./medium.js";
import { rulesOfSequence } from "./medium.js";
import { isFormatted } from "./overwritable.js";
import { checkCondition } from "./refusal.js";
import {
  hasNextTrack,
  isBlank,
  nextTrackStart,
  openSessionTracks,
  openTracks,
  replacementBlocks,
  usableBlocks,
} from "./sequential.js";

const status = { blank: 0, appendable: 1, complete: 2, other: 3 } as const;
const lastSession = { empty: 0, incomplete: 1, damaged: 2, complete: 3 } as const;
/** Blocks from the begin of a CD session's lead-in to its first track: lead-in and pre-gap. */
const cdLeadInBlocks = 4_650;
const backgroundStates: Readonly<Record<BackgroundFormat, number>> = { none: 0, suspended: 1, running: 2, complete: 3 };

type OwnFields = Pick<
  DiscInformation,
  | "backgroundFormatStatus"
  | "discStatus"
  | "firstTrackInLastSession"
  | "lastSessionLeadInStart"
  | "lastTrackInLastSession"
  | "numberOfSessions"
  | "stateOfLastSession"
>;

/**
 * The state of the disc, or what can still be done with it. MMC-6 "READ DISC INFORMATION command".
 *
 * @throws Refusal 5/24/00 for what the medium has nothing of.
 */
export function discInformationReply(state: MediumState, dataType: number): Uint8Array {
  if (dataType === discInformationTypes.standard) return standardInformation(state);
  if (state.model !== "sequential") throw checkCondition(5, 0x24, 0x00);
  if (dataType === discInformationTypes.trackResources) return tracksLeft(state);
  if (dataType !== discInformationTypes.pseudoOverwriteResources || state.media.family !== "bd-r") {
    throw checkCondition(5, 0x24, 0x00);
  }
  const clusters = Math.floor(replacementBlocks(state) / state.media.unitBlocks);
  return encode(pseudoOverwriteResources, {
    dataLength: pseudoOverwriteResources.size - 2,
    dataType,
    remainingReplacements: clusters,
    remainingMapEntries: clusters,
    remainingUpdates: clusters,
  });
}

function tracksLeft(state: SequentialMedium): Uint8Array {
  const { maximumTracks, maximumReservations } = rulesOfSequence(state);
  return encode(trackResources, {
    dataLength: trackResources.size - 2,
    dataType: discInformationTypes.trackResources,
    maximumTracks,
    assignedTracks: state.tracks.length,
    // Those that are reserved, and the one that takes what is left.
    maximumAppendableTracks: maximumReservations + 1,
    appendableTracks: openTracks(state).length,
  });
}

/** Blocks that a session, or all there is, may end with. */
function lastPossibleEnd(state: MediumState): number {
  if (state.model === "sequential") return usableBlocks(state);
  return isFormatted(state) ? state.userBlocks : state.capacityBlocks;
}

function standardInformation(state: MediumState): Uint8Array {
  const { media } = state;
  const isCd = media.family === "cd";
  const own = state.model === "sequential" ? ofSequence(state) : ofOverwritable(state);
  return encode(discInformation, {
    discInformationLength: discInformation.size - 2,
    erasable: media.erasable,
    numberOfFirstTrack: 1,
    discIdentificationValid: true,
    barCodeValid: false,
    unrestrictedUse: true,
    applicationCodeValid: false,
    dirty: false,
    discType: isCd ? 0x00 : 0xff,
    discIdentification: state.discIdentification,
    lastPossibleLeadOutStart: isCd ? msfFromLba(lastPossibleEnd(state)) : lastPossibleEnd(state),
    discBarCode: new Uint8Array(8),
    discApplicationCode: 0,
    numberOfOpcTables: 0,
    ...own,
    // What was left half blanked or half formatted can't be told from a session that was damaged.
    ...(state.interrupted === null
      ? {}
      : { discStatus: status.appendable, stateOfLastSession: lastSession.damaged, backgroundFormatStatus: 0 }),
  });
}

function ofSequence(state: SequentialMedium): OwnFields {
  const open = openSessionTracks(state);
  const sessions = state.closedSessions + (state.finalised ? 0 : 1);
  const firstOfLast = state.tracks.find(({ session }) => session === sessions)?.number ?? state.tracks.length + 1;
  const nextStart = state.finalised ? 0 : (open[0]?.startLba ?? nextTrackStart(state));
  // A BD-R that was formatted says so by not being blank any more.
  const isFresh = isBlank(state) && state.format === null;
  return {
    discStatus: isFresh ? status.blank : state.finalised ? status.complete : status.appendable,
    stateOfLastSession: state.finalised
      ? lastSession.complete
      : open.length > 0
        ? lastSession.incomplete
        : lastSession.empty,
    numberOfSessions: sessions,
    firstTrackInLastSession: firstOfLast,
    lastTrackInLastSession: state.tracks.length + (hasNextTrack(state) ? 1 : 0),
    backgroundFormatStatus: 0,
    lastSessionLeadInStart:
      state.media.family === "cd" ? msfFromLba(Math.max(0, nextStart - cdLeadInBlocks)) : nextStart,
  };
}

function ofOverwritable(state: OverwritableMedium): OwnFields {
  const formattedStatus = state.media.family === "dvd-ram" ? status.other : status.complete;
  const isComplete = isFormatted(state) && !state.borderOpen;
  return {
    discStatus: isComplete ? formattedStatus : state.borderOpen ? status.appendable : status.blank,
    stateOfLastSession: isComplete
      ? lastSession.complete
      : state.borderOpen
        ? lastSession.incomplete
        : lastSession.empty,
    numberOfSessions: 1,
    firstTrackInLastSession: 1,
    lastTrackInLastSession: 1,
    backgroundFormatStatus: backgroundStates[state.backgroundFormat],
    lastSessionLeadInStart: 0,
  };
}
