import { u8, u16be } from "../../codec/integers.js";
import { bits, byte, reservedBits } from "../../codec/rows.js";
import { reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";

interface SendDiscStructure {
  /** 0 DVD, 1 BD. */
  mediaType: number;
  /** 20h: size of layer 0. */
  format: number;
  /** In bytes, with the head that READ DISC STRUCTURE has, too. */
  structureDataLength: number;
}

const clause = "MMC-6 SEND DISC STRUCTURE command";

/** Gives the medium a structure, such as the size of its first layer. MMC-6 "SEND DISC STRUCTURE command". */
export const sendDiscStructure: Command<SendDiscStructure> = command<SendDiscStructure>(
  "SEND DISC STRUCTURE",
  0xbf,
  12,
  180_000,
  {
    _reserved1: reservedBits(1, 7, 4, clause),
    mediaType: bits(1, 3, 0, clause),
    _reserved2: byte(2, 5, reserved(5), clause),
    format: byte(7, 1, u8, clause),
    structureDataLength: byte(8, 2, u16be, clause),
    _reserved10: byte(10, 1, reserved(1), clause),
    _control: byte(11, 1, reserved(1), clause),
  },
);
