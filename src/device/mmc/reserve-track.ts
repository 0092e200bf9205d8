import { u32be } from "../../codec/integers.js";
import { bit, byte, reservedBits } from "../../codec/rows.js";
import { reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";

interface ReserveTrack {
  /** The size is the address where the track is split, not a number of blocks. */
  addressSpecified: boolean;
  /** In blocks. */
  reservationSize: number;
}

const clause = "MMC-6 RESERVE TRACK command";

/** Gives the track that is written next a size. MMC-6 "RESERVE TRACK command". */
export const reserveTrack: Command<ReserveTrack> = command<ReserveTrack>("RESERVE TRACK", 0x53, 10, 200_000, {
  _reserved1: reservedBits(1, 7, 1, clause),
  addressSpecified: bit(1, 0, clause),
  _reserved2: byte(2, 3, reserved(3), clause),
  reservationSize: byte(5, 4, u32be, clause),
  _control: byte(9, 1, reserved(1), clause),
});
