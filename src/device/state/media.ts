import { blockBytes } from "../../units.js";
import { lbaFromMsf } from "../mmc/minute-second-frame.js";
import { profileOf } from "../mmc/profiles.js";
import type { FormattableCapacity } from "../mmc/read-format-capacities.js";
import { capacityTypes } from "../mmc/read-format-capacities.js";
import type { QuirkName } from "./quirks.js";
import type { DriveReplies } from "./replies.js";
import { backgroundFormats, discStatuses, sessionStates } from "./replies.js";
import type { TrackSnapshot } from "./tracks.js";
import { traitsOf } from "./traits.js";

/** Sizes that a medium has or can be given, in blocks of 2,048 bytes. */
export interface Capacities {
  /** Last block that can be read, by READ CAPACITY; `null` where the drive told none. */
  readonly lastReadableLba: number | null;
  /** How the medium is formatted; `null` for media that are not. `unknown`: a DVD-RW whose border is still open. */
  readonly format: "unformatted" | "formatted" | "unknown" | null;
  /** Blocks that were formatted, or those that formatting would give; `null` for media that are not formatted. */
  readonly formatBlocks: number | null;
  /** Ways in which it can be formatted. */
  readonly formats: readonly {
    readonly blocks: number;
    readonly formatType: number;
    readonly formatSubtype: number;
    readonly parameter: number;
  }[];
}

/** Format types whose size is that of the whole medium. MMC-6 "Format types". */
const fullFormatType = 0x00;
const wholeFormatTypes = [fullFormatType, 0x10, 0x15, 0x26, 0x30, 0x31];
/** Those whose parameter is a block length. */
const ownBlockLengthTypes = [fullFormatType, 0x01, 0x30, 0x31];
/** Those that let a DVD-RW grow. */
const growTypes = [0x11, 0x13];
const noAddress = 0xffff_ffff;

/** The sizes, counted in blocks of 2,048 bytes also where the drive counts in others. */
export function capacitiesOf(
  { formatCapacities, lastReadableLba }: DriveReplies,
  quirks: Set<QuirkName> = new Set(),
): Capacities {
  const current = formatCapacities?.current ?? null;
  if (current === null) return { lastReadableLba, format: null, formatBlocks: null, formats: [] };
  const { blockLengthBytes } = current;
  const factor = blockLengthBytes > 0 ? blockLengthBytes / blockBytes : 1;
  if (factor !== 1) quirks.add("format-block-length");
  const blocks = (counted: number, by: number): number => (counted === noAddress ? counted : Math.floor(counted * by));
  const formats = formatCapacities!.formats.map((format) => ({
    blocks: blocks(format.numberOfBlocks, formatFactor(format)),
    formatType: format.formatType,
    formatSubtype: format.formatSubtype,
    parameter: format.typeDependentParameter,
  }));
  const { unformatted, formatted } = capacityTypes;
  const format =
    current.descriptorType === formatted
      ? "formatted"
      : current.descriptorType === unformatted
        ? "unformatted"
        : "unknown";
  return { lastReadableLba, format, formatBlocks: blocks(current.numberOfBlocks, factor), formats };
}

/** Formats of some types have a block length of their own; it is not that of the current size. MMC-6 "Format types". */
function formatFactor({ formatType, typeDependentParameter }: FormattableCapacity): number {
  const hasLength = ownBlockLengthTypes.includes(formatType) && typeDependentParameter > 0;
  return hasLength ? typeDependentParameter / blockBytes : 1;
}

/**
 * Whether a medium has to be formatted before anything can be written. Of a DVD+RW two replies tell: one alone that says
 * so is not believed, since what is on the disc would be taken for nothing.
 */
export function needsFormat(replies: DriveReplies): boolean {
  const family = traitsOf(replies.profileNumber)?.family;
  const { format } = capacitiesOf(replies);
  if (family === "dvd+rw") {
    return replies.disc.backgroundFormatStatus === backgroundFormats.none && format !== "formatted";
  }
  const isFormatted = family === "bd-re" || family === "dvd-ram" || family === "dvd-rw-overwrite";
  return isFormatted && format === "unformatted";
}

/**
 * Whether nothing is on a disc. A BD-R that was formatted and never written claims to be appendable, with one empty
 * session and no capacity. What can be overwritten is blank where nothing but zeros is at its start.
 */
export function isBlank(replies: DriveReplies): boolean {
  const { disc, lastReadableLba, profileNumber, start } = replies;
  const { model } = profileOf(profileNumber);
  if (model === "readOnly") return false;
  if (model === "overwritable") return needsFormat(replies) || start?.content === "blank";
  return disc.discStatus === discStatuses.blank || isFormattedBdR(disc, profileNumber, lastReadableLba);
}

/** Whether it is a BD-R in the state described at {@link isBlank}. */
export function isFormattedBdR(
  disc: DriveReplies["disc"],
  profileNumber: number,
  lastReadableLba: number | null,
): boolean {
  return (
    traitsOf(profileNumber)?.family === "bd-r" &&
    disc.discStatus === discStatuses.appendable &&
    disc.numberOfSessions === 1 &&
    disc.stateOfLastSession === sessionStates.empty &&
    (lastReadableLba ?? 0) === 0
  );
}

/** Blocks from 0 on that can be written at any address, of media that can be overwritten. */
export function formattedBlocksOf(replies: DriveReplies): number {
  const { lastReadableLba } = replies;
  const { format, formatBlocks } = capacitiesOf(replies);
  if (needsFormat(replies)) return 0;
  if (format === "formatted" || format === "unknown") return formatBlocks!;
  return lastReadableLba === null ? 0 : lastReadableLba + 1;
}

/** Blocks that a medium has, written or not. */
export function totalBlocksOf(replies: DriveReplies, tracks: readonly TrackSnapshot[]): number {
  if (profileOf(replies.profileNumber).model === "overwritable") return overwritableBlocks(replies);
  const leadOut = leadOutOf(replies);
  if (leadOut !== null) return leadOut;
  const next = tracks.at(-1);
  // Below its next writable address, a BD-R with pseudo-overwrite may have free blocks, too; then the sum is a guess.
  if (next !== undefined && next.nextWritableLba !== null) return next.nextWritableLba + next.freeBlocks;
  return (replies.lastReadableLba ?? -1) + 1;
}

/**
 * A medium has as many blocks as it was formatted with. One that was never formatted, or not to its end, has as many as
 * formatting would give.
 */
function overwritableBlocks(replies: DriveReplies): number {
  const { format, formats } = capacitiesOf(replies);
  const formatted = formattedBlocksOf(replies);
  if (format === "formatted" && formatted > 0 && !goesOn(replies)) return formatted;
  // What is written to without further ado gets the size that the drive thinks usual.
  const usual = formats.find(({ formatType }) => formatType === fullFormatType);
  if (format === "unformatted" && usual !== undefined) return usual.blocks;
  const sizes = formats.filter(({ formatType }) => wholeFormatTypes.includes(formatType));
  const known = sizes.map(({ blocks }) => blocks).filter((blocks) => blocks !== noAddress);
  return Math.max(formatted, ...known);
}

/** Whether what is formatted is not all: of a DVD+RW the rest comes in the background, a DVD-RW grows with writing. */
function goesOn(replies: DriveReplies): boolean {
  const family = traitsOf(replies.profileNumber)?.family;
  if (family === "dvd+rw") return replies.disc.backgroundFormatStatus !== backgroundFormats.complete;
  if (family !== "dvd-rw-overwrite") return false;
  return capacitiesOf(replies).formats.some(({ formatType, blocks }) => growTypes.includes(formatType) && blocks > 0);
}

/** Where the lead-out would start at the latest; `null` where the drive does not say. */
function leadOutOf({ disc, profileNumber }: DriveReplies): number | null {
  const leadOut = disc.lastPossibleLeadOutStart;
  // Drives fill the field with ones, on CD all but the first byte, once nothing can be added.
  if (leadOut === undefined || leadOut === 0 || leadOut === noAddress || leadOut % 0x100_0000 === 0xff_ffff)
    return null;
  const isCd = traitsOf(profileNumber)?.family === "cd";
  const block = isCd ? lbaFromMsf(leadOut) : leadOut;
  return block > 0 ? block : null;
}
