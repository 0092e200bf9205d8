import { u16be, u32be } from "../../codec/integers.js";
import { byte } from "../../codec/rows.js";
import { reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";

interface Read10 {
  logicalBlockAddress: number;
  transferBlocks: number;
}

const clause = "MMC-6 READ (10) command";

/** Reads blocks. MMC-6 "READ (10) command". */
export const read10: Command<Read10> = command<Read10>("READ (10)", 0x28, 10, 60_000, {
  _flags: byte(1, 1, reserved(1), clause),
  logicalBlockAddress: byte(2, 4, u32be, clause),
  _reserved6: byte(6, 1, reserved(1), clause),
  transferBlocks: byte(7, 2, u16be, clause),
  _control: byte(9, 1, reserved(1), clause),
});
