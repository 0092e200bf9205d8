import { bit, byte, reservedBits } from "../../codec/rows.js";
import { reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";

interface StartStopUnit {
  immediate: boolean;
  loadEject: boolean;
  start: boolean;
}

const clause = "MMC-6 START STOP UNIT command";

/** Spins the medium up or down, loads or ejects it. MMC-6 "START STOP UNIT command". */
export const startStopUnit: Command<StartStopUnit> = command<StartStopUnit>("START STOP UNIT", 0x1b, 6, 300_000, {
  _reserved1: reservedBits(1, 7, 1, clause),
  immediate: bit(1, 0, clause),
  _reserved2: byte(2, 2, reserved(2), clause),
  _reserved4: reservedBits(4, 7, 2, clause),
  loadEject: bit(4, 1, clause),
  start: bit(4, 0, clause),
  _control: byte(5, 1, reserved(1), clause),
});
