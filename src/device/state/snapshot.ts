import type { DiscIdentity, DiscState, Session } from "../../medium/session.js";
import type { CapabilitiesPage } from "../mmc/capabilities-page.js";
import { featureCodes } from "../mmc/feature-codes.js";
import type { Feature } from "../mmc/features.js";
import type { StandardInquiryData } from "../mmc/inquiry.js";
import type { Profile } from "../mmc/profiles.js";
import { profileOf } from "../mmc/profiles.js";
import { discInformation } from "../mmc/read-disc-information.js";
import { askState } from "./ask-disc.js";
import type { DamageKind } from "./damage.js";
import { damageOf, needsRepair } from "./damage.js";
import { fingerprint } from "./fingerprint.js";
import type { Capacities } from "./media.js";
import { capacitiesOf, formattedBlocksOf, isBlank, isFormattedBdR, needsFormat, totalBlocksOf } from "./media.js";
import type { ProtectionKind } from "./protection.js";
import { protectionOf } from "./protection.js";
import type { AppliedQuirk, QuirkName } from "./quirks.js";
import { appliedQuirks } from "./quirks.js";
import type { RawReply } from "./raw-replies.js";
import { answersFrom } from "./raw-replies.js";
import type { DriveReplies } from "./replies.js";
import { discStatuses, isClosedDisc } from "./replies.js";
import { lastDataSessionIn, sessionsOf } from "./sessions.js";
import type { TrackSnapshot } from "./tracks.js";
import { tracksOf } from "./tracks.js";
import type { MediaTraits } from "./traits.js";
import { traitsOf } from "./traits.js";

/**
 * Everything known of a drive and its disc at one moment. Made once and never changed: the first members are what the
 * drive said, the others follow from them.
 */
export interface DiscSnapshot {
  readonly profile: Profile;
  /** `undefined` for media that are not written. */
  readonly traits: MediaTraits | undefined;
  readonly inquiry: StandardInquiryData | null;
  /** `null` where the drive knows no features. */
  readonly features: readonly Feature[] | null;
  /** The mode page; `null` where the drive has none. */
  readonly capabilities: CapabilitiesPage | null;
  readonly erasable: boolean;
  readonly discStatus: "blank" | "appendable" | "complete" | "other";
  readonly lastSessionState: "empty" | "incomplete" | "damaged" | "complete";
  readonly backgroundFormat: "none" | "suspended" | "running" | "complete";
  /** Whether the drive told how it was calibrated for the medium. */
  readonly hasOpcTable: boolean;
  readonly tracks: readonly TrackSnapshot[];
  readonly sessions: readonly Session[];
  readonly capacities: Capacities;
  /** Blocks of the first layer; `null` on discs with one layer, and where the drive does not tell. */
  readonly firstLayerBlocks: number | null;
  /** Blocks that bad ones are replaced from; `null` where the drive tells of none. */
  readonly spares: SpareBlocks | null;
  /** Who made a BD, and the maker's name of the kind: "DSMITH/E01"; `null` where the drive does not tell. */
  readonly maker: string | null;
  /** The replies themselves, in the order in which they were asked for. */
  readonly rawReplies: readonly RawReply[];

  readonly state: DiscState;
  /** Whether the drive can write to this medium at all. */
  readonly writable: boolean;
  /** What forbids writing to the disc; `null` where nothing does, or the drive does not tell. */
  readonly protection: ProtectionKind | null;
  readonly blank: boolean;
  /** Whether another session can follow, without anything else being done first. */
  readonly appendable: boolean;
  /** Whether nothing can be added for good. */
  readonly finalised: boolean;
  readonly overwritable: boolean;
  readonly needsFormat: boolean;
  /** Whether the medium takes one session only, and is finalised with it. */
  readonly takesOneSession: boolean;
  /** What is wrong with the last session; `null` where nothing is. */
  readonly damage: DamageKind | null;
  /** Whether the last session has to be closed before another can follow. */
  readonly needsRepair: boolean;
  /** The last session that is complete, undamaged and data. */
  readonly lastDataSession: Session | null;
  /**
   * Where the next session goes; `null` where none can. On media that can be overwritten it is 0 while they are blank:
   * later, any address will do.
   */
  readonly nextWritableLba: number | null;
  /** Blocks that the next session may have, post-gap and run-out already subtracted. */
  readonly freeBlocks: number;
  /** Blocks of the whole medium. */
  readonly totalBlocks: number;
  /** Blocks from 0 on that can be written at any address; 0 on media that grow by sessions. */
  readonly formattedBlocks: number;
  /** Blocks written as one unit. */
  readonly writeUnitBlocks: number;
  /** What first address and length of a WRITE have to be multiples of. */
  readonly addressUnitBlocks: number;
  readonly quirks: readonly AppliedQuirk[];
  /** Identifies the disc, whatever is written on it; `null` where it has no number of its own. */
  readonly discId: string | null;
  readonly identity: DiscIdentity;
}

/** Spare areas of a DVD-RAM or a BD. */
export interface SpareBlocks {
  /** Not used yet. */
  readonly freeBlocks: number;
  /** All there are; `null` on DVD-RAM, of which drives tell only what is left. */
  readonly allocatedBlocks: number | null;
}

const discStatusNames = ["blank", "appendable", "complete", "other"] as const;
const lastSessionStateNames = ["empty", "incomplete", "damaged", "complete"] as const;
const backgroundFormatNames = ["none", "suspended", "running", "complete"] as const;

/** Derives a snapshot from what a drive said. */
export function snapshotOf(replies: DriveReplies, rawReplies: readonly RawReply[] = []): DiscSnapshot {
  const quirks = new Set(replies.quirks);
  const profile = profileOf(replies.profileNumber);
  const traits = traitsOf(replies.profileNumber);
  const blank = isBlank(replies);
  const tracks = tracksOf(replies, blank, quirks);
  const sessions = sessionsOf(replies, tracks);
  const capacities = capacitiesOf(replies, quirks);
  noteQuirks(replies, profile, quirks);
  const overwritable = profile.model === "overwritable";
  const protection = protectionOf(replies.structures);
  const damage = damageOf(replies, tracks, sessions);
  const derived = { blank, overwritable, damage, tracks };
  const totalBlocks = totalBlocksOf(replies, tracks);
  const nextWritableLba = nextWritableOf(replies, derived);
  return {
    profile,
    traits,
    inquiry: replies.inquiry,
    features: replies.features,
    capabilities: replies.capabilities,
    erasable: isErasable(replies, profile),
    discStatus: discStatusNames[replies.disc.discStatus]!,
    lastSessionState: lastSessionStateNames[replies.disc.stateOfLastSession]!,
    backgroundFormat: backgroundFormatNames[replies.disc.backgroundFormatStatus]!,
    hasOpcTable: replies.discInformationBytes > discInformation.size,
    tracks,
    sessions,
    capacities,
    ...structureFacts(replies),
    rawReplies,
    state: stateOf(replies, derived, nextWritableLba),
    writable: protection === null && isWritable(replies, traits, needsFormat(replies)),
    protection,
    blank,
    appendable: !overwritable && !blank && nextWritableLba !== null,
    finalised: !overwritable && isClosedDisc(replies),
    overwritable,
    needsFormat: needsFormat(replies),
    takesOneSession: takesOneSession(replies, traits),
    damage,
    needsRepair: needsRepair(damage),
    lastDataSession: lastDataSessionIn(sessions),
    nextWritableLba,
    freeBlocks: freeBlocksOf(replies, derived, nextWritableLba, totalBlocks),
    totalBlocks,
    formattedBlocks: overwritable ? formattedBlocksOf(replies) : 0,
    writeUnitBlocks: traits?.writeUnitBlocks ?? 1,
    addressUnitBlocks: traits?.addressUnitBlocks ?? 1,
    quirks: appliedQuirks(quirks),
    discId: discIdOf(replies, profile),
    identity: { fingerprint: fingerprintOf(replies, profile), nextWritableAddress: nextWritableLba ?? -1 },
  };
}

/**
 * Derives a snapshot from the raw replies of another one: what a report of a fault has to hold.
 *
 * @throws RangeError where they lack the answer to a question that is asked.
 */
export function snapshotFromReplies(rawReplies: readonly RawReply[]): DiscSnapshot {
  return snapshotOf(answersFrom(askState(), rawReplies), rawReplies);
}

function structureFacts({ structures }: DriveReplies): Pick<DiscSnapshot, "firstLayerBlocks" | "maker" | "spares"> {
  const { physical, dvdSpares, bdSpares, maker } = structures;
  const layerEnd = physical?.lastSectorOfLayer0 ?? 0;
  const unused = dvdSpares === null ? null : dvdSpares.unusedPrimaryBlocks + dvdSpares.unusedSupplementaryBlocks;
  return {
    firstLayerBlocks: layerEnd === 0 ? null : layerEnd + 1 - physical!.firstSectorOfData,
    spares: bdSpares ?? (unused === null ? null : { freeBlocks: unused, allocatedBlocks: null }),
    maker: maker === null ? null : `${maker.manufacturer}/${maker.mediaType}`,
  };
}

interface Derived {
  readonly blank: boolean;
  readonly overwritable: boolean;
  readonly damage: DamageKind | null;
  readonly tracks: readonly TrackSnapshot[];
}

function nextWritableOf(replies: DriveReplies, { blank, overwritable, damage, tracks }: Derived): number | null {
  if (overwritable) return blank && traitsOf(replies.profileNumber) !== undefined ? 0 : null;
  if (isClosedDisc(replies) || damage !== null) return null;
  return tracks.at(-1)?.nextWritableLba ?? null;
}

function stateOf(replies: DriveReplies, { blank, overwritable, damage }: Derived, next: number | null): DiscState {
  if (overwritable) return "overwritable";
  if (blank) return "blank";
  if (damage !== null) return "damaged";
  // A disc that names no address takes nothing more, whatever it is called.
  return replies.disc.discStatus === discStatuses.appendable && next !== null ? "appendable" : "complete";
}

/** A medium that was never formatted cannot be written yet; but it can be formatted. */
function isWritable({ features }: DriveReplies, traits: MediaTraits | undefined, needsFormat: boolean): boolean {
  if (traits === undefined) return false;
  if (features === null) return true;
  const isCurrent = (wanted: number): boolean => features.some(({ code, current }) => current && code === wanted);
  return traits.writeFeatures.some(isCurrent) || (needsFormat && isCurrent(featureCodes.formattable));
}

/**
 * Erasable is believable where such media can be; some drives say it of everything that is not full. Where a drive says
 * nothing of it, the profile does.
 */
function isErasable({ disc, discInformationBytes, profileNumber }: DriveReplies, profile: Profile): boolean {
  const isTold = discInformationBytes > 0;
  if (profile.model === "rewritable") return disc.erasable || !isTold || profileNumber === 0x0014;
  return profileNumber === 0x0013;
}

/** Layers of a DVD-R DL cannot be left half full; of a DVD-RW blanked in haste, the drive offers no increments. */
function takesOneSession({ features, profileNumber }: DriveReplies, traits: MediaTraits | undefined): boolean {
  if (traits?.family === "dvd-r-dl") return true;
  if (profileNumber !== 0x0014 || features === null) return false;
  return !features.some(({ code, current }) => current && code === featureCodes.incrementalStreaming);
}

function noteQuirks(replies: DriveReplies, profile: Profile, quirks: Set<QuirkName>): void {
  const { disc, profileNumber, lastReadableLba } = replies;
  if (isFormattedBdR(disc, profileNumber, lastReadableLba)) quirks.add("formatted-bd-r");
  if (disc.erasable && profile.model === "writeOnce") quirks.add("erasable-bit");
}

function freeBlocksOf(
  replies: DriveReplies,
  { overwritable, tracks }: Derived,
  next: number | null,
  totalBlocks: number,
): number {
  const traits = traitsOf(replies.profileNumber);
  if (traits === undefined) return 0;
  if (overwritable) return totalBlocks;
  if (next === null) return 0;
  const { writeUnitBlocks, runOutBlocks, postGapBlocks } = traits;
  const blocks = tracks.at(-1)!.freeBlocks - runOutBlocks - postGapBlocks;
  return Math.max(0, Math.floor(blocks / writeUnitBlocks) * writeUnitBlocks);
}

/** The number that a disc carries from its making on. */
function discIdOf({ disc }: DriveReplies, profile: Profile): string | null {
  const { discIdentificationValid, discIdentification } = disc;
  if (!discIdentificationValid || discIdentification === undefined) return null;
  return `${profile.media}-${discIdentification.toString(16).padStart(8, "0")}`;
}

/**
 * What tells a disc and what is on it from others: its own number where it has one, where its tracks lie, and what the
 * last session begins with. Any change of the disc changes it.
 */
function fingerprintOf(replies: DriveReplies, profile: Profile): string {
  const { disc, tracks, start } = replies;
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
    start?.mark,
  ];
  return `${profile.media}-${fingerprint(new TextEncoder().encode(facts.join(" ")))}`;
}
