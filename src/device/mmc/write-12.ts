import { u32be } from "../../codec/integers.js";
import { bit, byte, reservedBits } from "../../codec/rows.js";
import { reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";

interface Write12 {
  /** Onto the medium before the drive answers. */
  forceUnitAccess: boolean;
  logicalBlockAddress: number;
  transferBlocks: number;
  /** Time matters more than being right: the drive does not verify what it wrote, and moves no block to the spares. */
  streaming: boolean;
}

const clause = "MMC-6 WRITE (12) command";

/** Writes blocks. MMC-6 "WRITE (12) command". */
export const write12: Command<Write12> = command<Write12>("WRITE (12)", 0xaa, 12, 200_000, {
  _reserved1: reservedBits(1, 7, 4, clause),
  forceUnitAccess: bit(1, 3, clause),
  _reserved1low: reservedBits(1, 2, 0, clause),
  logicalBlockAddress: byte(2, 4, u32be, clause),
  transferBlocks: byte(6, 4, u32be, clause),
  streaming: bit(10, 7, clause),
  _reserved10: reservedBits(10, 6, 0, clause),
  _control: byte(11, 1, reserved(1), clause),
});
