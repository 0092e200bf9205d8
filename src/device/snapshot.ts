import type { DiscIdentity, DiscState, Session } from "../medium/session.js";
import { lbaFromMsf } from "./mmc/minute-second-frame.js";
import type { Profile } from "./mmc/profiles.js";
import { profileOf } from "./mmc/profiles.js";
import type { DiscInformation } from "./mmc/read-disc-information.js";
import type { TrackInformation } from "./mmc/read-track-information.js";

/** What a drive said about its disc, before anything is made of it. */
export interface DriveReplies {
  readonly profileNumber: number;
  /** Features that are current; `null` where the drive knows no GET CONFIGURATION. */
  readonly currentFeatures: readonly number[] | null;
  readonly disc: DiscInformation;
  /** By track number; the last is the one that is written next, where there is one. */
  readonly tracks: readonly TrackInformation[];
  /** Last block of READ CAPACITY; `null` where the drive told none. */
  readonly lastReadableLba: number | null;
  /** Stands for what the last session begins with; empty where that could not be read. */
  readonly contentMark: string;
}

/** One track of a snapshot. */
interface TrackSnapshot {
  readonly number: number;
  readonly session: number;
  readonly startLba: number;
  /** Last block that holds data; `null` where nothing was recorded. */
  readonly lastRecordedLba: number | null;
  /** Where the track goes on; `null` where the drive names no valid address. */
  readonly nextWritableLba: number | null;
  readonly freeBlocks: number;
  readonly data: boolean;
  readonly damaged: boolean;
}

/** Everything known of a disc at one moment. Made once and never changed; what follows from replies is derived here. */
export interface DiscSnapshot {
  readonly profile: Profile;
  readonly state: DiscState;
  /** Whether the drive can write to this medium at all. */
  readonly writable: boolean;
  readonly blank: boolean;
  /** The last session was begun and not closed: it has to be closed before another can follow. */
  readonly torn: boolean;
  readonly tracks: readonly TrackSnapshot[];
  readonly sessions: readonly Session[];
  /** The last session that is complete, undamaged and data. */
  readonly lastDataSession: Session | null;
  readonly nextWritableLba: number | null;
  /** Blocks the next session may have, post-gap and run-out already subtracted. */
  readonly freeBlocks: number;
  readonly capacityBlocks: number;
  readonly writeUnitBlocks: number;
  /** Identifies the disc, whatever is written on it; `null` where it has no number of its own. */
  readonly discId: string | null;
  readonly identity: DiscIdentity;
}

const statusBlank = 0;
const statusAppendable = 1;
const statusComplete = 2;
const lastSessionEmpty = 0;
const lastSessionComplete = 3;
const noAddress = 0xffff_ffff;
const firstNegativeAddress = 2 ** 31;
const bdFamily = "bd-r";

/** Derives a snapshot from what a drive said. */
export function snapshotOf(replies: DriveReplies): DiscSnapshot {
  const { disc } = replies;
  const profile = profileOf(replies.profileNumber);
  const blank = isBlank(replies, profile);
  const tracks = replies.tracks.map((track) => trackSnapshot(track, profile, blank));
  const completeSessions = blank
    ? 0
    : disc.numberOfSessions - (disc.stateOfLastSession === lastSessionComplete ? 0 : 1);
  const sessions = sessionsOf(tracks, completeSessions);
  const lastDataSession = sessions.findLast(({ state, data }) => state === "complete" && data) ?? null;
  const overwritable = profile.model === "overwritable";
  const complete = disc.discStatus === statusComplete || profile.model === "readOnly";
  const torn = !blank && !complete && !overwritable && isTorn(disc, sessions, completeSessions, profile);
  const next = tracks.at(-1);
  const usable = !complete && !torn && !overwritable && next !== undefined && !next.damaged;
  const nextWritableLba = usable ? next.nextWritableLba : null;
  const state: DiscState = overwritable
    ? "overwritable"
    : blank
      ? "blank"
      : torn || (!complete && next?.damaged === true)
        ? "damaged"
        : disc.discStatus === statusAppendable && nextWritableLba !== null
          ? "appendable"
          : "complete";
  const writeFeature = profile.procedure?.writeFeature;
  const freeBlocks = nextWritableLba === null ? 0 : usableBlocks(next!.freeBlocks, profile);
  return {
    profile,
    state,
    writable:
      writeFeature !== undefined &&
      (replies.currentFeatures === null || replies.currentFeatures.includes(writeFeature)),
    blank,
    torn,
    tracks,
    sessions,
    lastDataSession,
    nextWritableLba,
    freeBlocks,
    capacityBlocks: capacityOf(replies, profile, next),
    writeUnitBlocks: profile.procedure?.writeUnitBlocks ?? 1,
    discId: discIdOf(replies, profile),
    identity: {
      fingerprint: fingerprintOf(replies, profile),
      nextWritableAddress: nextWritableLba ?? -1,
    },
  };
}

/** A BD-R that was formatted and never written claims to be appendable, with one empty session and no capacity. */
function isBlank({ disc, lastReadableLba }: DriveReplies, profile: Profile): boolean {
  if (profile.model === "readOnly") return false;
  if (disc.discStatus === statusBlank) return true;
  return (
    profile.procedure?.family === bdFamily &&
    disc.discStatus === statusAppendable &&
    disc.numberOfSessions === 1 &&
    disc.stateOfLastSession === lastSessionEmpty &&
    (lastReadableLba ?? 0) === 0
  );
}

/** Drives give addresses below the disc's start in two's complement. */
function signed(address: number): number {
  return address >= firstNegativeAddress ? address - 2 ** 32 : address;
}

function trackSnapshot(track: TrackInformation, profile: Profile, blank: boolean): TrackSnapshot {
  const startLba = signed(track.trackStartAddress ?? 0);
  const start = blank ? Math.max(0, startLba) : startLba;
  // Some drives name an address before the start of a blank disc: the pre-gap.
  const address = Math.max(signed(track.nextWritableAddress ?? 0), start);
  const nextWritableLba = track.nextWritableAddressValid && !track.damage ? address : null;
  return {
    number: track.trackNumber,
    session: track.sessionNumber,
    startLba: start,
    lastRecordedLba: lastRecorded(track, start, address, profile, blank),
    nextWritableLba,
    freeBlocks: track.freeBlocks ?? 0,
    // 4 to 7 are data. A few drives say F, unknown, of tracks that hold data.
    data: track.trackMode >= 4,
    damaged: track.damage,
  };
}

/** Last recorded block: what the drive says, else what follows from the next writable address or the track's size. */
function lastRecorded(
  track: TrackInformation,
  start: number,
  nextWritable: number,
  profile: Profile,
  blank: boolean,
): number | null {
  const found = (): number => {
    if (track.lastRecordedAddressValid && track.lastRecordedAddress !== undefined) return track.lastRecordedAddress;
    if (track.nextWritableAddressValid) return nextWritable - 1;
    // A track that can neither be written nor says where it ends was closed; if it is blank it has nothing.
    if (track.blank) return start - 1;
    return start + (track.trackSize ?? 0) - 1 - (profile.procedure?.runOutBlocks ?? 0);
  };
  const last = blank ? start - 1 : found();
  return last >= start ? last : null;
}

function sessionsOf(tracks: readonly TrackSnapshot[], completeSessions: number): Session[] {
  const sessions: Session[] = [];
  for (const number of new Set(tracks.map(({ session }) => session))) {
    const own = tracks.filter(({ session }) => session === number);
    const recorded = own.filter(({ lastRecordedLba }) => lastRecordedLba !== null);
    const first = own[0]!;
    if (recorded.length === 0) continue;
    sessions.push({
      number,
      startLba: first.startLba,
      blocks: recorded.at(-1)!.lastRecordedLba! + 1 - first.startLba,
      state: own.some(({ damaged }) => damaged) ? "damaged" : number <= completeSessions ? "complete" : "open",
      data: first.data,
    });
  }
  return sessions;
}

function isTorn(
  disc: DiscInformation,
  sessions: readonly Session[],
  completeSessions: number,
  profile: Profile,
): boolean {
  const begun = sessions.some(({ number }) => number > completeSessions);
  const open = disc.stateOfLastSession !== lastSessionComplete && disc.stateOfLastSession !== lastSessionEmpty;
  // An open session of a BD-R has to be closed even where nothing was recorded in it.
  return begun || (open && profile.procedure?.family === bdFamily);
}

function usableBlocks(freeBlocks: number, profile: Profile): number {
  const { writeUnitBlocks = 1, runOutBlocks = 0, postGapBlocks = 0 } = profile.procedure ?? {};
  return Math.max(0, Math.floor((freeBlocks - runOutBlocks - postGapBlocks) / writeUnitBlocks) * writeUnitBlocks);
}

function capacityOf(replies: DriveReplies, profile: Profile, next: TrackSnapshot | undefined): number {
  const leadOut = replies.disc.lastPossibleLeadOutStart;
  const isCd = profile.number === 0x0009 || profile.number === 0x000a;
  // Drives fill the field with ones, on CD all but the first byte, once nothing can be added.
  if (leadOut !== undefined && leadOut !== 0 && leadOut !== noAddress && leadOut % 0x100_0000 !== 0xff_ffff) {
    const block = isCd ? lbaFromMsf(leadOut) : leadOut;
    if (block > 0) return block;
  }
  if (next?.nextWritableLba !== null && next !== undefined) return next.nextWritableLba + next.freeBlocks;
  return (replies.lastReadableLba ?? -1) + 1;
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}

/** The number that a disc carries from its making on. */
function discIdOf({ disc }: DriveReplies, profile: Profile): string | null {
  const { discIdentificationValid, discIdentification } = disc;
  if (!discIdentificationValid || discIdentification === undefined) return null;
  return `${profile.media}-${hex(discIdentification)}`;
}

/**
 * What tells a disc and what is on it from others: its own number where it has one, where its tracks lie, and what the
 * last session begins with. Any change of the disc changes it.
 */
function fingerprintOf(replies: DriveReplies, profile: Profile): string {
  const { disc, tracks, contentMark } = replies;
  const facts = [
    discIdOf(replies, profile),
    disc.discStatus,
    disc.stateOfLastSession,
    disc.numberOfSessions,
    ...tracks.flatMap((track) => [
      track.trackStartAddress,
      track.nextWritableAddress,
      track.trackSize,
      track.lastRecordedAddress,
      track.damage,
    ]),
    contentMark,
  ];
  const text = new TextEncoder().encode(facts.join(" "));
  return `${profile.media}-${hex(fingerprint(text, 0x811c_9dc5))}${hex(fingerprint(text, 0x1234_5678))}`;
}

/** A number that differs for different bytes, as a rule (FNV-1a). It tells discs apart; it protects from nobody. */
export function fingerprint(bytes: Uint8Array, seed: number): number {
  let hash = seed;
  for (const octet of bytes) hash = Math.imul(hash ^ octet, 0x0100_0193);
  return hash >>> 0;
}
