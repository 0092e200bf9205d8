import { u8, u16be, u24be } from "../../codec/integers.js";
import { bit, bits, byte, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";

interface MechanismStatus {
  allocationLength: number;
}

const clause = "MMC-6 MECHANISM STATUS command";

/** Asks how tray and changer stand. MMC-6 "MECHANISM STATUS command". */
export const mechanismStatus: Command<MechanismStatus> = command<MechanismStatus>(
  "MECHANISM STATUS",
  0xbd,
  12,
  30_000,
  {
    _reserved1: byte(1, 7, reserved(7), clause),
    allocationLength: byte(8, 2, u16be, clause),
    _reserved10: byte(10, 1, reserved(1), clause),
    _control: byte(11, 1, reserved(1), clause),
  },
);

/** How tray and changer stand. */
export interface MechanismStatusHeader {
  fault: boolean;
  /** 0 ready, 1 loading, 2 unloading, 3 initialising. */
  changerState: number;
  currentSlot: number;
  /** 0 idle, 1 playing, 2 scanning, 7 no state reported. */
  mechanismState: number;
  doorOpen: boolean;
  currentBlock: number;
  numberOfSlots: number;
  /** Bytes of the table of slots that follows. */
  lengthOfSlotTable: number;
}

const reply = "MMC-6 Mechanism status header";

/** MMC-6 "Mechanism status header"; a drive without changer answers nothing more. */
export const mechanismStatusHeader: StructCodec<MechanismStatusHeader> = struct<MechanismStatusHeader>(
  "MechanismStatusHeader",
  8,
  {
    fault: bit(0, 7, reply),
    changerState: bits(0, 6, 5, reply),
    currentSlot: bits(0, 4, 0, reply),
    mechanismState: bits(1, 7, 5, reply),
    doorOpen: bit(1, 4, reply),
    _currentSlotHigh: reservedBits(1, 3, 0, reply),
    currentBlock: byte(2, 3, u24be, reply),
    numberOfSlots: byte(5, 1, u8, reply),
    lengthOfSlotTable: byte(6, 2, u16be, reply),
  },
);
