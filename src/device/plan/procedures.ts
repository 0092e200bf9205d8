import { closeFunctions } from "../mmc/close-track-session.js";
import type { WritingKind } from "../mmc/write-parameters-page.js";
import type { MediaFamily } from "../state/traits.js";

/** How one family of media is written: what differs between the families, as a table. */
export interface WriteProcedure {
  /** Blocks in one WRITE. MMC-6 leaves it open; burners in the field use these. */
  readonly transferBlocks: number;
  /** Write parameters for sessions one after the other; `null` where a drive wants none. */
  readonly parameters: WritingKind | null;
  /** Write parameters for a session, or a disc, of known length that is written at once; `null` where there is no such way. */
  readonly atOnceParameters: WritingKind | null;
  /** Whether the standard knows no write parameters for the family, but the firmware of some drives looks at them. */
  readonly parametersMayFail: boolean;
  /** Whether a track has to be closed; a CD's ends when the cache is synchronized, and closing it fails on some drives. */
  readonly closesTracks: boolean;
  /** CLOSE TRACK/SESSION functions that end a session, in the order in which they are tried. */
  readonly closeSession: readonly number[];
  /** Those that finalise the disc; on CD and DVD-R the write parameters say it instead. */
  readonly finalise: readonly number[];
  /** Whether the drive can do everything but switch its laser on. */
  readonly canTestWrite: boolean;
  /** Whether WRITE (12) with streaming goes faster, at the price of the drive's own verifying. */
  readonly canStream: boolean;
  /** Whether drives may need to be told to calibrate their laser. */
  readonly calibrates: boolean;
  /** The command that sets the speed. */
  readonly speedCommand: "SET CD SPEED" | "SET STREAMING";
}

const { session, finaliseMinimalRadius, finalise } = closeFunctions;

/** 32 KiB for CD and DVD, 64 KiB for BD. */
const dvdTransferBlocks = 16;
const bdTransferBlocks = 32;

const sequential: WriteProcedure = {
  transferBlocks: dvdTransferBlocks,
  parameters: null,
  atOnceParameters: null,
  parametersMayFail: false,
  closesTracks: true,
  closeSession: [session],
  finalise: [session],
  canTestWrite: false,
  canStream: false,
  calibrates: false,
  speedCommand: "SET STREAMING",
};

const dvdMinus: WriteProcedure = {
  ...sequential,
  parameters: "dvdIncremental",
  atOnceParameters: "dvdDiscAtOnce",
  canTestWrite: true,
  calibrates: true,
};

const dvdPlus: WriteProcedure = {
  ...sequential,
  parameters: "multisessionOnly",
  parametersMayFail: true,
  // "Minimal radius" first: some drives take no other function to finalise, and others do not know it.
  finalise: [finaliseMinimalRadius, finalise],
};

const overwritable: WriteProcedure = { ...sequential, closesTracks: false, closeSession: [], finalise: [] };

/** The procedures, by family. */
export const procedures: { readonly [F in MediaFamily]: WriteProcedure } = {
  cd: {
    ...sequential,
    parameters: "cdTrackAtOnce",
    atOnceParameters: "cdSessionAtOnce",
    closesTracks: false,
    canTestWrite: true,
    speedCommand: "SET CD SPEED",
  },
  "dvd-r": dvdMinus,
  "dvd-r-dl": dvdMinus,
  "dvd+r": dvdPlus,
  "dvd+r-dl": dvdPlus,
  "bd-r": {
    ...sequential,
    transferBlocks: bdTransferBlocks,
    finalise: [finalise],
    canStream: true,
  },
  "dvd-rw-overwrite": {
    ...overwritable,
    parameters: "multisessionOnly",
    parametersMayFail: true,
    closeSession: [session],
  },
  "dvd+rw": { ...overwritable, closeSession: [session] },
  "dvd-ram": { ...overwritable, canStream: true },
  "bd-re": { ...overwritable, transferBlocks: bdTransferBlocks, canStream: true },
};
