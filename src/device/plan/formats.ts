import { DiscError } from "../../errors.js";
import type { Capacities } from "../state/media.js";
import type { DiscSnapshot } from "../state/snapshot.js";
import type { PlanStep } from "./step.js";

/** How a disc is formatted. */
export interface FormatOptions {
  /** `full` also verifies, or writes, every block; on DVD+RW that takes as long as writing them. Default: `quick`. */
  readonly type?: "quick" | "full" | undefined;
  /**
   * Spare area of a BD, that bad blocks are replaced from: none, as large as the drive would have it, or so many blocks.
   * Default: `default`.
   */
  readonly spare?: "none" | "default" | number | undefined;
  /** Whether blocks of a BD-R can be written again, at the price of others. Default: `false`. */
  readonly pseudoOverwrite?: boolean | undefined;
}

/** One way in which a drive would format its medium. */
export type OfferedFormat = Capacities["formats"][number];

/** MMC-6 "Format types". */
export const formatTypes: {
  readonly full: 0x00;
  readonly dvdRwFull: 0x10;
  readonly quickGrow: 0x13;
  readonly dvdRwQuick: 0x15;
  readonly dvdPlusRw: 0x26;
  readonly bdWithSpares: 0x30;
  readonly bdWithoutSpares: 0x31;
  readonly bdRWithSpares: 0x32;
} = {
  full: 0x00,
  dvdRwFull: 0x10,
  quickGrow: 0x13,
  dvdRwQuick: 0x15,
  dvdPlusRw: 0x26,
  bdWithSpares: 0x30,
  bdWithoutSpares: 0x31,
  bdRWithSpares: 0x32,
};

const allBlocks = 0xffff_ffff;
const restart = 1;
const dvdUnitBlocks = 16;
const bdUnitBlocks = 32;
/** Of a BD: all blocks verified, or some. MMC-6 "Format type 30h, format sub-type". */
const fullCertification = 2;
const quickCertification = 3;
/** Of a BD-R: sequential recording with and without pseudo-overwrite. MMC-6 "Format type 32h, format sub-type". */
const withPseudoOverwrite = 0;
const withoutPseudoOverwrite = 1;

type FormatStep = Extract<PlanStep, { kind: "formatUnit" }>;

function formatStep(step: Omit<FormatStep, "kind" | "certify"> & { readonly certify?: boolean }): PlanStep {
  return { certify: null, ...step, kind: "formatUnit" };
}

/** Ends formatting in the background where it is under way. */
export const stopBackgroundFormatStep: PlanStep = {
  kind: "stopBackgroundFormat",
  description: "stop formatting in the background",
};

/** Begins, or takes up again, what a DVD+RW goes on with by itself. */
function backgroundFormat(parameter: number, description: string): PlanStep {
  const { dvdPlusRw: formatType } = formatTypes;
  return formatStep({ formatType, formatSubtype: 0, blocks: allBlocks, parameter, description });
}

/** Takes up again a format that was interrupted. */
export function restartFormat(): PlanStep {
  return backgroundFormat(restart, "go on formatting the disc, which was interrupted");
}

/** Lets a DVD-RW that was formatted in haste grow while it is written. */
export function growFormat(): PlanStep {
  const { quickGrow: formatType } = formatTypes;
  const description = "let the disc grow while it is written";
  return formatStep({ formatType, formatSubtype: 0, blocks: 0, parameter: dvdUnitBlocks, description });
}

/** The way of a type that the drive offers; of several, the one with the most blocks. */
function offered({ capacities }: DiscSnapshot, formatType: number): OfferedFormat | undefined {
  const found = capacities.formats.filter((format) => format.formatType === formatType);
  return found.sort((one, other) => other.blocks - one.blocks)[0];
}

function notOffered(what: string): DiscError<"E_NOT_SUPPORTED"> {
  return new DiscError("E_NOT_SUPPORTED", `not supported by this drive: ${what}`, { what });
}

function optionInvalid(option: string, value: unknown, allowed: string): DiscError<"E_OPTION_INVALID"> {
  const message = `${option} is ${String(value)}, expected ${allowed}`;
  return new DiscError("E_OPTION_INVALID", message, { option, value, allowed });
}

/**
 * The steps that format a medium as it is asked for.
 *
 * @throws {@link DiscError} E_NOT_SUPPORTED where the drive does not offer it, or the medium is not formatted at all;
 *   E_OPTION_INVALID.
 */
export function formatSteps(snapshot: DiscSnapshot, options: FormatOptions): PlanStep[] {
  const { traits, profile } = snapshot;
  const isBd = traits?.family === "bd-re" || traits?.family === "bd-r";
  const { spare, pseudoOverwrite } = options;
  if (!isBd && spare !== undefined) throw optionInvalid("spare", spare, "nothing: only BD have spare areas of choice");
  if (pseudoOverwrite !== undefined && traits?.family !== "bd-r") {
    throw optionInvalid("pseudoOverwrite", pseudoOverwrite, "nothing: only BD-R know it");
  }
  switch (traits?.family) {
    case "dvd-r":
    case "dvd-rw-overwrite":
      return [dvdRwFormat(snapshot, options)];
    case "dvd+rw":
      return plusRwFormat(options);
    case "dvd-ram":
      return [dvdRamFormat(snapshot, options)];
    case "bd-re":
      return [bdReFormat(snapshot, options)];
    case "bd-r":
      return [bdRFormat(snapshot, options)];
    default:
      throw notOffered(`formatting ${profile.media} media`);
  }
}

/** The steps that a medium needs which was never formatted. */
export function defaultFormat(snapshot: DiscSnapshot): PlanStep[] {
  return formatSteps(snapshot, {});
}

/**
 * A DVD+RW is formatted in the background, whether a format is in haste or not. In haste it is stopped once it has begun,
 * and what is written later formats the disc further; else the drive goes on to the end of the disc, and is waited for.
 */
function plusRwFormat({ type = "quick" }: FormatOptions): PlanStep[] {
  const begin = backgroundFormat(0, "format the disc, in the background");
  if (type === "quick") return [begin];
  return [
    begin,
    { kind: "awaitBackgroundFormat", description: "wait until the drive has formatted the whole disc" },
    // Where the waiting ends early, the disc can be taken out.
    { ...stopBackgroundFormatStep, isCleanup: true },
  ];
}

function dvdRwFormat(snapshot: DiscSnapshot, { type = "quick" }: FormatOptions): PlanStep {
  const { dvdRwFull, dvdRwQuick } = formatTypes;
  const wanted = type === "full" ? dvdRwFull : dvdRwQuick;
  const found = offered(snapshot, wanted) ?? (type === "quick" ? offered(snapshot, dvdRwFull) : undefined);
  if (found === undefined) throw notOffered(`a ${type} format of this medium`);
  const { formatType, blocks } = found;
  const description = `format the disc for overwriting, ${formatType === dvdRwFull ? "all of it" : "its start"}`;
  return formatStep({ formatType, formatSubtype: 0, blocks, parameter: dvdUnitBlocks, description });
}

function dvdRamFormat(snapshot: DiscSnapshot, { type = "quick" }: FormatOptions): PlanStep {
  const found = offered(snapshot, formatTypes.full);
  if (found === undefined) throw notOffered("a format of this medium");
  const certify = type === "full";
  const description = `format the disc ${certify ? "and verify all blocks" : "without verifying"}: ${found.blocks} blocks`;
  return formatStep({ ...formatOf(found), certify, description });
}

function formatOf({ formatType, formatSubtype, blocks, parameter }: OfferedFormat) {
  return { formatType, formatSubtype, blocks, parameter };
}

/** The size of a BD with so many spare blocks. */
function sizeWithSpares(snapshot: DiscSnapshot, format: OfferedFormat, spare: number): number {
  const { formatType } = format;
  const sizes = snapshot.capacities.formats.filter((one) => one.formatType === formatType).map(({ blocks }) => blocks);
  const whole = offered(snapshot, formatTypes.bdWithoutSpares)?.blocks ?? snapshot.capacities.formatBlocks ?? 0;
  const blocks = Math.floor((whole - spare) / bdUnitBlocks) * bdUnitBlocks;
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  if (Number.isInteger(spare) && blocks >= least && blocks <= most) return blocks;
  throw optionInvalid("spare", spare, `none, default, or a number of blocks from ${whole - most} to ${whole - least}`);
}

function bdReFormat(snapshot: DiscSnapshot, { type = "quick", spare = "default" }: FormatOptions): PlanStep {
  const { full, bdWithSpares, bdWithoutSpares } = formatTypes;
  const isQuickDefault = type === "quick" && spare === "default" && offered(snapshot, full) !== undefined;
  const wanted = spare === "none" ? bdWithoutSpares : isQuickDefault ? full : bdWithSpares;
  // The first that is offered with spares is the drive's own choice of their size.
  const found =
    spare === "none" ? offered(snapshot, wanted) : snapshot.capacities.formats.find((one) => one.formatType === wanted);
  if (found === undefined) throw notOffered(`a format ${spare === "none" ? "without" : "with"} spare areas`);
  const blocks = typeof spare === "number" ? sizeWithSpares(snapshot, found, spare) : found.blocks;
  const certification = type === "full" ? fullCertification : quickCertification;
  const formatSubtype = wanted === bdWithSpares ? certification : found.formatSubtype;
  const spares = spare === "none" ? "without spare areas" : `${blocks} blocks and spare areas`;
  const description = `format the disc, ${spares}${type === "full" ? ", and verify all blocks" : ""}`;
  return formatStep({ ...formatOf(found), blocks, formatSubtype, description });
}

function bdRFormat(snapshot: DiscSnapshot, options: FormatOptions): PlanStep {
  const { spare = "default", pseudoOverwrite = false } = options;
  if (spare === "none")
    throw optionInvalid("spare", spare, "default, or a number of blocks: BD-R without are not formatted");
  const found = snapshot.capacities.formats.find(({ formatType }) => formatType === formatTypes.bdRWithSpares);
  const plain = offered(snapshot, formatTypes.full);
  const usesPlain = found === undefined && !pseudoOverwrite && spare === "default";
  const format = usesPlain ? plain : found;
  if (format === undefined) throw notOffered("that format of a BD-R");
  const blocks = typeof spare === "number" ? sizeWithSpares(snapshot, format, spare) : format.blocks;
  const subtype = pseudoOverwrite ? withPseudoOverwrite : withoutPseudoOverwrite;
  const overwriting = pseudoOverwrite ? ", so that blocks can be written again" : "";
  return formatStep({
    ...formatOf(format),
    blocks,
    formatSubtype: usesPlain ? format.formatSubtype : subtype,
    description: `format the disc, ${blocks} blocks and spare areas${overwriting}`,
  });
}
