import { bits, byte, reservedBits } from "../../codec/rows.js";
import { reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";

interface PreventAllow {
  /** 0 allow, 1 prevent. */
  prevent: number;
}

const clause = "MMC-6 PREVENT ALLOW MEDIUM REMOVAL command";

/** Locks or unlocks the tray. MMC-6 "PREVENT ALLOW MEDIUM REMOVAL command". */
export const preventAllowMediumRemoval: Command<PreventAllow> = command<PreventAllow>(
  "PREVENT ALLOW MEDIUM REMOVAL",
  0x1e,
  6,
  30_000,
  {
    _reserved1: byte(1, 3, reserved(3), clause),
    _reserved4: reservedBits(4, 7, 2, clause),
    prevent: bits(4, 1, 0, clause),
    _control: byte(5, 1, reserved(1), clause),
  },
);
