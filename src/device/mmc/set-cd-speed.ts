import { u16be } from "../../codec/integers.js";
import { bits, byte, reservedBits } from "../../codec/rows.js";
import { reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";

interface SetCdSpeed {
  /** 0 the medium's own way, 1 pure CAV. */
  rotationalControl: number;
  /** In 1,000 bytes a second; {@link fullSpeed} for as fast as can be. */
  readSpeed: number;
  writeSpeed: number;
}

const clause = "MMC-6 SET CD SPEED command";

/** Sets the speed on CD. MMC-6 "SET CD SPEED command". */
export const setCdSpeed: Command<SetCdSpeed> = command<SetCdSpeed>("SET CD SPEED", 0xbb, 12, 30_000, {
  _reserved1: reservedBits(1, 7, 2, clause),
  rotationalControl: bits(1, 1, 0, clause),
  readSpeed: byte(2, 2, u16be, clause),
  writeSpeed: byte(4, 2, u16be, clause),
  _reserved6: byte(6, 5, reserved(5), clause),
  _control: byte(11, 1, reserved(1), clause),
});

/** As fast as the drive can. */
export const fullSpeed = 0xffff;
