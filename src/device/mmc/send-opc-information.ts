import { u16be } from "../../codec/integers.js";
import { bit, byte, reservedBits } from "../../codec/rows.js";
import { reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";

interface SendOpcInformation {
  /** The drive finds the power of its laser by itself, now. */
  doOpc: boolean;
  parameterListLength: number;
}

const clause = "MMC-6 SEND OPC INFORMATION command";

/** Calibrates the laser for the medium. MMC-6 "SEND OPC INFORMATION command". */
export const sendOpcInformation: Command<SendOpcInformation> = command<SendOpcInformation>(
  "SEND OPC INFORMATION",
  0x54,
  10,
  200_000,
  {
    _reserved1: reservedBits(1, 7, 1, clause),
    doOpc: bit(1, 0, clause),
    _reserved2: byte(2, 5, reserved(5), clause),
    parameterListLength: byte(7, 2, u16be, clause),
    _control: byte(9, 1, reserved(1), clause),
  },
);
