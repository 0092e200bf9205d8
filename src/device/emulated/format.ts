import { blockBytes } from "../../units.js";
import type { CurrentCapacity, FormattableCapacity } from "../mmc/read-format-capacities.js";
import { capacityTypes } from "../mmc/read-format-capacities.js";
import type { MediumState, OverwritableMedium, SequentialMedium } from "./medium.js";
import { unformatted } from "./medium.js";
import { isFormatted, withFormattingStopped } from "./overwritable.js";
import { checkCondition } from "./refusal.js";
import { isBlank, usableBlocks } from "./sequential.js";

/** Format types, by name. MMC-6 "Format types". */
const formatTypes = {
  full: 0x00,
  dvdRwFull: 0x10,
  dvdRwQuickGrow: 0x13,
  dvdRwQuick: 0x15,
  dvdPlusRw: 0x26,
  bdReSpares: 0x30,
  bdReNoSpares: 0x31,
  bdR: 0x32,
} as const;

/** In format descriptors: as many blocks as there are. */
const allBlocks = 0xffff_ffff;
/** What belongs to the types for DVD-RW: blocks of an ECC block. */
const dvdUnitParameter = 16;
/** Sub-types of {@link formatTypes.bdR}: sequential with and without pseudo-overwrite, random. */
const bdRPseudoOverwrite = 0;
const bdRRandom = 2;

/** How the medium is to be formatted. MMC-6 "Format descriptor". */
export interface FormatRequest {
  readonly numberOfBlocks: number;
  readonly formatType: number;
  readonly formatSubtype: number;
  readonly typeDependentParameter: number;
}

/** What formatting makes of a disc. */
export interface FormatResult {
  readonly medium: MediumState;
  /** Whether what was on the disc is gone. */
  readonly erases: boolean;
}

function wholeUnits(state: MediumState, blocks: number): number {
  return blocks - (blocks % state.media.unitBlocks);
}

/** Spare blocks of a BD that leave whole units for data. A smaller medium has less of them, in proportion. */
function sparesOf(state: MediumState, blocks: number): number {
  const { capacityBlocks, media } = state;
  const spares = Math.floor((blocks * capacityBlocks) / media.defaultCapacityBlocks);
  return capacityBlocks - wholeUnits(state, capacityBlocks - wholeUnits(state, spares));
}

/** Blocks for data that a BD can be formatted with: the usual size first, then from the largest to the smallest. */
function bdSizes(state: MediumState): number[] {
  const { spares } = state.media;
  if (spares === null) return [];
  return [spares.defaultBlocks, spares.minimumBlocks, spares.maximumBlocks].map(
    (blocks) => state.capacityBlocks - sparesOf(state, blocks),
  );
}

function descriptor(formatType: number, numberOfBlocks: number, typeDependentParameter: number): FormattableCapacity {
  return { formatType, formatSubtype: 0, numberOfBlocks, typeDependentParameter };
}

/** The ways in which the disc can be formatted now. MMC-6 "Formattable capacity descriptors". */
export function formatsOf(state: MediumState): FormattableCapacity[] {
  const whole = wholeUnits(state, state.capacityBlocks);
  const full = descriptor(formatTypes.full, whole, blockBytes);
  switch (state.media.family) {
    case "dvd+rw":
      return [descriptor(formatTypes.dvdPlusRw, whole, 0)];
    case "dvd-ram":
      return [full];
    case "bd-re": {
      const [usual, ...others] = bdSizes(state);
      return [
        descriptor(formatTypes.full, usual!, blockBytes),
        ...[usual!, ...others].map((blocks) => descriptor(formatTypes.bdReSpares, blocks, 0)),
        descriptor(formatTypes.bdReNoSpares, whole, blockBytes),
      ];
    }
    case "bd-r":
      return state.model === "sequential" && isBlank(state) && state.format === null
        ? [
            descriptor(formatTypes.full, bdSizes(state)[0]!, blockBytes),
            ...bdSizes(state).map((blocks) => descriptor(formatTypes.bdR, blocks, 0)),
          ]
        : [];
    case "dvd-r":
      if (state.media.overwritable === null) return [];
      return [
        full,
        descriptor(formatTypes.dvdRwFull, whole, dvdUnitParameter),
        ...(state.model === "overwritable"
          ? [descriptor(formatTypes.dvdRwQuickGrow, whole - state.formattedBlocks, dvdUnitParameter)]
          : []),
        descriptor(formatTypes.dvdRwQuick, whole, dvdUnitParameter),
      ];
    default:
      return [];
  }
}

/** The size that the disc has now. MMC-6 "Current/maximum capacity descriptor". */
export function currentCapacityOf(state: MediumState): CurrentCapacity {
  const of = (descriptorType: number, numberOfBlocks: number): CurrentCapacity => ({
    descriptorType,
    numberOfBlocks,
    blockLengthBytes: blockBytes,
  });
  const whole = wholeUnits(state, state.capacityBlocks);
  if (state.model === "sequential") {
    return isBlank(state) && state.format === null
      ? of(capacityTypes.unformatted, whole)
      : of(capacityTypes.formatted, usableBlocks(state));
  }
  if (!isFormatted(state)) return of(capacityTypes.unformatted, whole);
  if (state.borderOpen) return of(capacityTypes.unknown, whole);
  const isRunning = state.backgroundFormat === "running";
  return of(capacityTypes.formatted, isRunning ? state.userBlocks : state.formattedBlocks);
}

/** A disc that can be overwritten, formatted as drives do it unless told otherwise. */
export function formattedAsUsual(state: OverwritableMedium): OverwritableMedium {
  const userBlocks = bdSizes(state)[0] ?? wholeUnits(state, state.capacityBlocks);
  return wholly(state, userBlocks, state.media.family === "dvd+rw" ? "complete" : "none");
}

function wholly(
  state: MediumState,
  userBlocks: number,
  backgroundFormat: OverwritableMedium["backgroundFormat"] = "none",
): OverwritableMedium {
  const spareBlocks = state.media.spares === null ? 0 : state.capacityBlocks - userBlocks;
  return { ...unformatted(state), userBlocks, spareBlocks, formattedBlocks: userBlocks, backgroundFormat };
}

/**
 * The disc as FORMAT UNIT leaves it. MMC-6 "FORMAT UNIT command".
 *
 * @throws Refusal 5/30/06 for media that cannot be formatted (again), 5/26/00 and 5/26/02 for what they cannot be
 *   formatted to.
 */
export function formatted(state: MediumState, request: FormatRequest): FormatResult {
  const { family } = state.media;
  if (family === "dvd+rw" && state.model === "overwritable") return formattedPlusRw(state, request);
  if (family === "dvd-r" && state.media.overwritable !== null) return formattedMinusRw(state, request);
  if (family === "bd-r" && state.model === "sequential") return formattedBdR(state, request);
  if (family !== "dvd-ram" && family !== "bd-re") throw checkCondition(5, 0x30, 0x06);
  return { medium: wholly(state, wantedBlocks(state, request)), erases: true };
}

/** Blocks that a DVD-RAM or BD gets; all ones stand for the usual number of the type. */
function wantedBlocks(
  state: MediumState,
  { formatType, numberOfBlocks, typeDependentParameter }: FormatRequest,
): number {
  const offered = formatsOf(state).filter((format) => format.formatType === formatType);
  if (offered.length === 0) throw checkCondition(5, 0x26, 0x00);
  if (offered[0]!.typeDependentParameter === blockBytes && typeDependentParameter !== blockBytes) {
    throw checkCondition(5, 0x26, 0x02);
  }
  if (numberOfBlocks === allBlocks) return offered[0]!.numberOfBlocks;
  const sizes = offered.map((format) => format.numberOfBlocks);
  const isOffered = numberOfBlocks >= Math.min(...sizes) && numberOfBlocks <= Math.max(...sizes);
  if (!isOffered || numberOfBlocks % state.media.unitBlocks !== 0) throw checkCondition(5, 0x26, 0x02);
  return numberOfBlocks;
}

/** DVD+RW: what is written first is formatted first, and the rest in the background. */
function formattedPlusRw(state: OverwritableMedium, request: FormatRequest): FormatResult {
  if (request.formatType !== formatTypes.dvdPlusRw) throw checkCondition(5, 0x26, 0x00);
  const whole = wholeUnits(state, state.capacityBlocks);
  const isRestart = request.typeDependentParameter % 2 === 1;
  if (isRestart && state.backgroundFormat !== "none") {
    const backgroundFormat = state.backgroundFormat === "suspended" ? "running" : state.backgroundFormat;
    return { medium: { ...state, backgroundFormat }, erases: false };
  }
  if (![allBlocks, whole, ...(isRestart ? [0] : [])].includes(request.numberOfBlocks))
    throw checkCondition(5, 0x26, 0x02);
  return { medium: { ...unformatted(state), userBlocks: whole, backgroundFormat: "running" }, erases: true };
}

/** DVD-RW: from sequential recording to restricted overwrite, or a new border to an old one. */
function formattedMinusRw(state: MediumState, request: FormatRequest): FormatResult {
  const { formatType, numberOfBlocks, typeDependentParameter } = request;
  const whole = wholeUnits(state, state.capacityBlocks);
  const isFull = formatType === formatTypes.full;
  if (typeDependentParameter !== (isFull ? blockBytes : dvdUnitParameter)) throw checkCondition(5, 0x26, 0x02);
  const blocks = numberOfBlocks === allBlocks ? whole : numberOfBlocks;
  if (blocks > whole || blocks % dvdUnitParameter !== 0) throw checkCondition(5, 0x26, 0x02);
  const empty = { ...unformatted(state), userBlocks: whole };
  if (isFull || formatType === formatTypes.dvdRwFull) {
    if (blocks === 0) throw checkCondition(5, 0x26, 0x02);
    return { medium: { ...empty, formattedBlocks: blocks }, erases: true };
  }
  if (formatType === formatTypes.dvdRwQuick) return { medium: { ...empty, borderOpen: true }, erases: true };
  if (formatType !== formatTypes.dvdRwQuickGrow) throw checkCondition(5, 0x26, 0x00);
  if (state.model !== "overwritable" || !isFormatted(state)) throw checkCondition(5, 0x2c, 0x00);
  return { medium: { ...state, borderOpen: true }, erases: false };
}

/** BD-R: spare areas, and whether blocks may be written again, are decided before the first write. */
function formattedBdR(state: SequentialMedium, request: FormatRequest): FormatResult {
  if (!isBlank(state) || state.format !== null) throw checkCondition(5, 0x30, 0x06);
  if (request.formatSubtype >= bdRRandom) throw checkCondition(5, 0x26, 0x02);
  const blocks = wantedBlocks(state, request);
  const format = {
    spareBlocks: state.capacityBlocks - blocks,
    pseudoOverwrite: request.formatSubtype === bdRPseudoOverwrite,
    replacedBlocks: 0,
  };
  return { medium: { ...state, format }, erases: false };
}

/**
 * The disc as CLOSE TRACK/SESSION leaves it where there are no sessions: formatting in the background has ended, and the
 * border of a DVD-RW is closed.
 */
export function closedOverwritable(state: OverwritableMedium): OverwritableMedium {
  return { ...withFormattingStopped(state), borderOpen: false };
}
