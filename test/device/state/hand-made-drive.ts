import { encode } from "../../../src/codec/struct.js";
import { featureCodes } from "../../../src/device/mmc/feature-codes.js";
import { encodeConfiguration } from "../../../src/device/mmc/get-configuration.js";
import { capacityReply } from "../../../src/device/mmc/read-capacity.js";
import type { DiscInformation } from "../../../src/device/mmc/read-disc-information.js";
import { discInformation } from "../../../src/device/mmc/read-disc-information.js";
import type { CurrentCapacity, FormattableCapacity } from "../../../src/device/mmc/read-format-capacities.js";
import { encodeFormatCapacities } from "../../../src/device/mmc/read-format-capacities.js";
import type { TrackInformation } from "../../../src/device/mmc/read-track-information.js";
import { trackInformation } from "../../../src/device/mmc/read-track-information.js";
import type { Answer, Question } from "../../../src/device/state/ask.js";
import { askState } from "../../../src/device/state/ask-disc.js";
import type { RawReply } from "../../../src/device/state/raw-replies.js";
import { rawReplyOf } from "../../../src/device/state/raw-replies.js";
import type { DiscSnapshot } from "../../../src/device/state/snapshot.js";
import { snapshotOf } from "../../../src/device/state/snapshot.js";
import { blockBytes } from "../../../src/units.js";

/** What a drive made by hand says of its disc. Whatever is left out is as on a blank disc. */
export interface HandMadeDrive {
  readonly profile: number;
  /** Codes of the features that are current. */
  readonly features?: readonly number[];
  readonly disc?: Partial<DiscInformation>;
  /** In order; the number of each is its place. */
  readonly tracks?: readonly Partial<TrackInformation>[];
  readonly lastReadableLba?: number;
  readonly formats?: {
    readonly current: Partial<CurrentCapacity>;
    readonly offered?: readonly Partial<FormattableCapacity>[];
  };
  /** What a read of the start gives; "none" for blocks that were never recorded. */
  readonly start?: "zeros" | "data" | "none" | "damaged";
  /** Answers instead, where it does. */
  readonly instead?: (question: Question) => Answer | undefined;
}

export const statuses = { blank: 0, appendable: 1, complete: 2, other: 3 } as const;
export const sessionStates = { empty: 0, incomplete: 1, damaged: 2, complete: 3 } as const;

export const illegalRequest: Answer = { sense: { key: 5, asc: 0x24, ascq: 0 } };

const blankDisc: DiscInformation = {
  discInformationLength: 32,
  erasable: false,
  stateOfLastSession: 0,
  discStatus: 0,
  numberOfFirstTrack: 1,
  numberOfSessions: 1,
  firstTrackInLastSession: 1,
  lastTrackInLastSession: 1,
  discIdentificationValid: false,
  barCodeValid: false,
  unrestrictedUse: true,
  applicationCodeValid: false,
  dirty: false,
  backgroundFormatStatus: 0,
  discType: 0,
  discIdentification: 0,
  lastSessionLeadInStart: 0,
  lastPossibleLeadOutStart: 0xffff_ffff,
  discBarCode: new Uint8Array(8),
  discApplicationCode: 0,
  numberOfOpcTables: 0,
};

export const plainTrack: TrackInformation = {
  dataLength: 46,
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
  dataMode: 1,
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

/** A track that was closed: so many blocks from a start. */
export function closedTrack(
  sessionNumber: number,
  trackStartAddress: number,
  trackSize: number,
): Partial<TrackInformation> {
  return { sessionNumber, trackStartAddress, trackSize };
}

/** A track that goes on at `next`. */
export function openTrack(
  sessionNumber: number,
  trackStartAddress: number,
  next: number,
  freeBlocks: number,
): Partial<TrackInformation> {
  return {
    sessionNumber,
    trackStartAddress,
    nextWritableAddressValid: true,
    nextWritableAddress: next < 0 ? next + 2 ** 32 : next,
    freeBlocks,
    trackSize: next + freeBlocks - trackStartAddress,
    blank: next === trackStartAddress,
  };
}

function read16(cdb: Uint8Array, at: number): number {
  return cdb[at]! * 0x100 + cdb[at + 1]!;
}

function configuration({ profile, features = [] }: HandMadeDrive): Uint8Array {
  const codes = [featureCodes.core, ...features];
  return encodeConfiguration({
    currentProfile: profile,
    features: codes.map((code) => ({
      code,
      version: 0,
      persistent: false,
      current: true,
      payload: new Uint8Array(4),
    })),
  });
}

function trackReply({ tracks = [] }: HandMadeDrive, cdb: Uint8Array): Answer {
  const asked = cdb[4]! * 0x100 + cdb[5]!;
  const number = asked === 0xff ? tracks.length : asked;
  const track = tracks[number - 1];
  if (track === undefined) return illegalRequest;
  return { data: encode(trackInformation, { ...plainTrack, trackNumber: number, ...track }) };
}

function startReply({ start = "zeros" }: HandMadeDrive, cdb: Uint8Array): Answer {
  if (start === "none") return { sense: { key: 5, asc: 0x21, ascq: 0 } };
  if (start === "damaged") return { sense: { key: 3, asc: 0x11, ascq: 5 } };
  return { data: new Uint8Array(read16(cdb, 7) * blockBytes).fill(start === "data" ? 7 : 0) };
}

function answer(drive: HandMadeDrive, question: Question): Answer {
  const { cdb } = question;
  const instead = drive.instead?.(question);
  if (instead !== undefined) return instead;
  switch (cdb[0]) {
    case 0x46:
      return { data: configuration(drive) };
    case 0x51: {
      const lastTrackInLastSession = Math.max(1, drive.tracks?.length ?? 0);
      return { data: encode(discInformation, { ...blankDisc, lastTrackInLastSession, ...drive.disc }) };
    }
    case 0x25: {
      const { lastReadableLba } = drive;
      if (lastReadableLba === undefined) return { sense: { key: 5, asc: 0x30, ascq: 0 } };
      return { data: encode(capacityReply, { lastBlockAddress: lastReadableLba, blockLengthBytes: blockBytes }) };
    }
    case 0x52:
      return trackReply(drive, cdb);
    case 0x23: {
      if (drive.formats === undefined) return illegalRequest;
      const { current, offered = [] } = drive.formats;
      return {
        data: encodeFormatCapacities({
          current: { numberOfBlocks: 0, descriptorType: 2, blockLengthBytes: blockBytes, ...current },
          formats: offered.map((format) => ({
            numberOfBlocks: 0,
            formatType: 0,
            formatSubtype: 0,
            typeDependentParameter: 0,
            ...format,
          })),
        }),
      };
    }
    case 0x28:
      return startReply(drive, cdb);
    default:
      return { sense: { key: 5, asc: 0x20, ascq: 0 } };
  }
}

/** Asks the drive everything, and derives the snapshot. No reply is longer than it was asked for. */
export function snapshotOfDrive(drive: HandMadeDrive): DiscSnapshot {
  const asking = askState();
  const rawReplies: RawReply[] = [];
  let step = asking.next();
  while (step.done !== true) {
    const question = step.value;
    const found = answer(drive, question);
    const most = question.transfer.direction === "in" ? question.transfer.allocationBytes : 0;
    const cut = "data" in found ? { data: found.data.subarray(0, most) } : found;
    rawReplies.push(rawReplyOf(question, cut));
    step = asking.next(cut);
  }
  return snapshotOf(step.value, rawReplies);
}
