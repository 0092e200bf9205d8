import { bit, byte, reservedBits } from "../../codec/rows.js";
import { reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";

interface SynchronizeCache {
  immediate: boolean;
}

const clause = "MMC-6 SYNCHRONIZE CACHE command";

/**
 * Puts everything on the medium that the drive still holds; in track-at-once writing, ends the track.
 * MMC-6 "SYNCHRONIZE CACHE command".
 */
export const synchronizeCache: Command<SynchronizeCache> = command<SynchronizeCache>(
  "SYNCHRONIZE CACHE",
  0x35,
  10,
  3_600_000,
  {
    _reserved1: reservedBits(1, 7, 2, clause),
    immediate: bit(1, 1, clause),
    _reserved1low: reservedBits(1, 0, 0, clause),
    _range: byte(2, 7, reserved(7), clause),
    _control: byte(9, 1, reserved(1), clause),
  },
);
