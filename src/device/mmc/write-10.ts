import { u16be, u32be } from "../../codec/integers.js";
import { byte } from "../../codec/rows.js";
import { reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";

interface Write10 {
  logicalBlockAddress: number;
  transferBlocks: number;
}

const clause = "MMC-6 WRITE (10) command";

/** Writes blocks. MMC-6 "WRITE (10) command". */
export const write10: Command<Write10> = command<Write10>("WRITE (10)", 0x2a, 10, 200_000, {
  _flags: byte(1, 1, reserved(1), clause),
  logicalBlockAddress: byte(2, 4, u32be, clause),
  _reserved6: byte(6, 1, reserved(1), clause),
  transferBlocks: byte(7, 2, u16be, clause),
  _control: byte(9, 1, reserved(1), clause),
});
