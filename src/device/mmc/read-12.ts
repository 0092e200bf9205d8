import { u32be } from "../../codec/integers.js";
import { bit, byte, reservedBits } from "../../codec/rows.js";
import { reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";

interface Read12 {
  /** From the medium, not from the drive's buffer. */
  forceUnitAccess: boolean;
  logicalBlockAddress: number;
  transferBlocks: number;
  /** Time matters more than being right: the drive does not read again. */
  streaming: boolean;
}

const clause = "MMC-6 READ (12) command";

/** Reads blocks. MMC-6 "READ (12) command". */
export const read12: Command<Read12> = command<Read12>("READ (12)", 0xa8, 12, 60_000, {
  _reserved1: reservedBits(1, 7, 4, clause),
  forceUnitAccess: bit(1, 3, clause),
  _reserved1low: reservedBits(1, 2, 0, clause),
  logicalBlockAddress: byte(2, 4, u32be, clause),
  transferBlocks: byte(6, 4, u32be, clause),
  streaming: bit(10, 7, clause),
  _reserved10: reservedBits(10, 6, 0, clause),
  _control: byte(11, 1, reserved(1), clause),
});
