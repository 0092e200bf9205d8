import { u32be } from "../../codec/integers.js";
import { bit, bits, byte, reservedBits } from "../../codec/rows.js";
import { reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";

interface Blank {
  immediate: boolean;
  /** One of {@link blankingTypes}. */
  blankingType: number;
  /** A block of the track, or the track's number, where one track is blanked. */
  startAddressOrTrackNumber: number;
}

const clause = "MMC-6 BLANK command";

/** Makes rewritable sequential media blank. MMC-6 "BLANK command". */
export const blank: Command<Blank> = command<Blank>("BLANK", 0xa1, 12, 18_000_000, {
  _reserved1: reservedBits(1, 7, 5, clause),
  immediate: bit(1, 4, clause),
  _reserved1low: reservedBits(1, 3, 3, clause),
  blankingType: bits(1, 2, 0, clause),
  startAddressOrTrackNumber: byte(2, 4, u32be, clause),
  _reserved6: byte(6, 5, reserved(5), clause),
  _control: byte(11, 1, reserved(1), clause),
});

/** MMC-6 "Blanking types". */
export const blankingTypes: {
  readonly disc: 0;
  /** The lead-in and the tables alone: data stay where they are, unreachable. */
  readonly minimal: 1;
  readonly track: 2;
  readonly unreserveTrack: 3;
  readonly trackTail: 4;
  readonly uncloseLastSession: 5;
  readonly session: 6;
} = { disc: 0, minimal: 1, track: 2, unreserveTrack: 3, trackTail: 4, uncloseLastSession: 5, session: 6 };
