import type { EmulatedMedia, OverwritableRules, SequentialRules } from "./media.js";
import type { Misbehaviour } from "./misbehaviour.js";

/** A track of an emulated disc. */
export interface MediumTrack {
  readonly number: number;
  readonly session: number;
  readonly startLba: number;
  /** Blocks that hold data; run-out blocks are not among them. */
  readonly blocks: number;
  /** What RESERVE TRACK gave it; `null` for a track that takes what is left. */
  readonly reservedBlocks: number | null;
  readonly state: "recording" | "complete";
  /** Set where power was lost while it was being recorded. */
  readonly damaged: boolean;
  /** Audio has no blocks that could be read as such, and so none in the disc's file; the modes are those of CD. */
  readonly content: "audio" | "mode1" | "mode2";
  /** How it was written: what session-at-once wrote ends without run-out, what was written in increments says so. */
  readonly writing: "incremental" | "sessionAtOnce" | "trackAtOnce";
}

/** Blocks that lie side by side. */
export interface BlockRun {
  readonly firstLba: number;
  readonly blocks: number;
}

/** Blocks of an emulated disc that fail. */
export interface Damage extends BlockRun {
  readonly fails: "read" | "write";
}

interface MediumBase {
  readonly media: EmulatedMedia;
  readonly capacityBlocks: number;
  /** Number by which a drive tells discs apart; 32 bits. */
  readonly discIdentification: number;
  readonly damage: readonly Damage[];
  /** Bytes that the file may have although nothing accounts for them, because someone said so. */
  readonly acceptedBytes: number;
  /** What was begun and not yet ended: when it never will be, the disc has to be blanked, or formatted, again. */
  readonly interrupted: "blank" | "format" | null;
  /** How the drive that the disc is in differs from a well-behaved one. */
  readonly misbehaviour: Misbehaviour;
}

/** How a BD-R was formatted. */
export interface SequentialFormat {
  readonly spareBlocks: number;
  /** Whether blocks once written may be written again: each time, others are used up. */
  readonly pseudoOverwrite: boolean;
  /** Blocks used up so far: those of the spare areas first, then those at the end of the disc. */
  readonly replacedBlocks: number;
}

/**
 * A disc on which sessions follow one another, but for its blocks. A value: each change makes a new one.
 *
 * Invariants: tracks are numbered from 1 without gaps and lie in order without overlap, inside the capacity; those that
 * are being recorded have a reserved size, all but the last; sessions up to `closedSessions` are closed, and at most
 * one more has tracks.
 */
export interface SequentialMedium extends MediumBase {
  readonly model: "sequential";
  readonly closedSessions: number;
  readonly finalised: boolean;
  readonly tracks: readonly MediumTrack[];
  /** A DVD-RW that was blanked minimally can only be written at once, not in increments. */
  readonly atOnceOnly: boolean;
  /** Where the first of two layers ends, once that was set. DVD+R DL. */
  readonly firstLayerBlocks: number | null;
  /** BD-R; `null` before it is formatted. */
  readonly format: SequentialFormat | null;
}

/** How far formatting in the background has come. MMC-6 "Background format status". */
export type BackgroundFormat = "complete" | "none" | "running" | "suspended";

/**
 * A disc whose blocks can be overwritten, but for its blocks. A value: each change makes a new one.
 *
 * Invariants: `formattedBlocks` and all of `written` lie inside of `userBlocks`; `userBlocks` and `spareBlocks` together
 * inside of the capacity; the runs of `written` lie in order behind `formattedBlocks` and touch neither it nor each
 * other; without a format all of them are 0.
 */
export interface OverwritableMedium extends MediumBase {
  readonly model: "overwritable";
  /** Blocks that can be addressed; 0 before the disc is formatted. */
  readonly userBlocks: number;
  readonly spareBlocks: number;
  /** Blocks from 0 on that can be read. */
  readonly formattedBlocks: number;
  /** Blocks behind the formatted ones that were written all the same. */
  readonly written: readonly BlockRun[];
  readonly backgroundFormat: BackgroundFormat;
  /** DVD-RW whose last border is open: it can grow, and cannot be read by other drives. */
  readonly borderOpen: boolean;
  /** Blocks up to the last one that was ever written: those the disc's file has. */
  readonly recordedBlocks: number;
}

/** Everything about an emulated disc but its blocks. */
export type MediumState = OverwritableMedium | SequentialMedium;

/** What all media have in common when they are made. */
function freshBase(media: EmulatedMedia, capacityBlocks: number, discIdentification: number): MediumBase {
  return {
    media,
    capacityBlocks,
    discIdentification,
    damage: [],
    acceptedBytes: 0,
    interrupted: null,
    misbehaviour: {},
  };
}

/** A disc as it is sold. */
export function blankMedium(media: EmulatedMedia, capacityBlocks: number, discIdentification: number): MediumState {
  const base = freshBase(media, capacityBlocks, discIdentification);
  if (media.sequential !== null) return asSequential(base);
  const blank = unformatted(base);
  if (!rulesOfOverwriting(blank).soldFormatted) return blank;
  const userBlocks = capacityBlocks - (capacityBlocks % media.unitBlocks);
  return { ...blank, userBlocks, formattedBlocks: userBlocks };
}

/** The disc with nothing recorded, to be written in sequence. */
export function asSequential(state: MediumBase): SequentialMedium {
  const { media, capacityBlocks, discIdentification, damage, misbehaviour } = state;
  return {
    ...freshBase(media, capacityBlocks, discIdentification),
    damage,
    misbehaviour,
    model: "sequential",
    closedSessions: 0,
    finalised: false,
    tracks: [],
    atOnceOnly: false,
    firstLayerBlocks: null,
    format: null,
  };
}

/** The disc with nothing recorded, to be formatted and overwritten. */
export function unformatted(state: MediumBase): OverwritableMedium {
  const { media, capacityBlocks, discIdentification, damage, misbehaviour } = state;
  return {
    ...freshBase(media, capacityBlocks, discIdentification),
    damage,
    misbehaviour,
    model: "overwritable",
    userBlocks: 0,
    spareBlocks: 0,
    formattedBlocks: 0,
    written: [],
    backgroundFormat: "none",
    borderOpen: false,
    recordedBlocks: 0,
  };
}

/** The rules of a disc that is written in sequence. */
export function rulesOfSequence(state: SequentialMedium): SequentialRules {
  const { sequential, media } = state.media;
  if (sequential === null) throw new TypeError(`${media} is not written in sequence`);
  return sequential;
}

/** The rules of a disc that is overwritten. */
export function rulesOfOverwriting(state: OverwritableMedium): OverwritableRules {
  const { overwritable, media } = state.media;
  if (overwritable === null) throw new TypeError(`${media} cannot be overwritten`);
  return overwritable;
}

/** The profile that a drive reports for the disc. */
export function profileOfMedium(state: MediumState): number {
  return state.model === "sequential" ? rulesOfSequence(state).profile : rulesOfOverwriting(state).profile;
}

/** First block behind everything recorded, and the number of blocks the disc's file has. */
export function recordedEnd(state: MediumState): number {
  if (state.model === "overwritable") return state.recordedBlocks;
  // A track of which nothing was recorded begins behind a gap that the file does not have yet.
  const last = state.tracks.findLast(({ blocks, content }) => blocks > 0 && content !== "audio");
  return last === undefined ? 0 : last.startLba + last.blocks;
}

/** Whether a block of the run is among those that fail so. */
export function isDamaged(state: MediumState, fails: Damage["fails"], lba: number, blocks: number): boolean {
  return state.damage.some(
    (damage) => damage.fails === fails && lba < damage.firstLba + damage.blocks && damage.firstLba < lba + blocks,
  );
}
