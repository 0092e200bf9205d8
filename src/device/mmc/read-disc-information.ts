import { u8, u16be, u32be } from "../../codec/integers.js";
import { bit, bits, byte, highByteOf, reservedBits, split16 } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { rawBytes, reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";

interface ReadDiscInformation {
  /** 0: standard disc information. */
  dataType: number;
  allocationLength: number;
}

const clause = "MMC-6 READ DISC INFORMATION command";

/** Asks for the state of the disc. MMC-6 "READ DISC INFORMATION command". */
export const readDiscInformation: Command<ReadDiscInformation> = command<ReadDiscInformation>(
  "READ DISC INFORMATION",
  0x51,
  10,
  30_000,
  {
    _reserved1: reservedBits(1, 7, 3, clause),
    dataType: bits(1, 2, 0, clause),
    _reserved2: byte(2, 5, reserved(5), clause),
    allocationLength: byte(7, 2, u16be, clause),
    _control: byte(9, 1, reserved(1), clause),
  },
);

/** The state of a disc as its drive tells it. Members behind byte 7 may be missing: replies may end early. */
export interface DiscInformation {
  /** Bytes that follow this field. */
  discInformationLength: number;
  erasable: boolean;
  /** 0 empty, 1 incomplete, 2 damaged, 3 complete. */
  stateOfLastSession: number;
  /** 0 blank, 1 appendable, 2 complete, 3 other. */
  discStatus: number;
  numberOfFirstTrack: number;
  /** Counts the open or empty session at the end, too. */
  numberOfSessions: number;
  firstTrackInLastSession: number;
  /** Counts the track that is not visible yet, too. */
  lastTrackInLastSession: number;
  discIdentificationValid: boolean;
  barCodeValid: boolean;
  unrestrictedUse: boolean;
  applicationCodeValid: boolean;
  dirty: boolean;
  backgroundFormatStatus: number;
  discType?: number;
  discIdentification?: number;
  /** MSF in the low three bytes on CD, a block address on other media. */
  lastSessionLeadInStart?: number;
  /** MSF in the low three bytes on CD, a block address on other media; all ones where there is none. */
  lastPossibleLeadOutStart?: number;
  discBarCode?: Uint8Array;
  discApplicationCode?: number;
  numberOfOpcTables?: number;
}

const reply = "MMC-6 Standard disc information";

/** MMC-6 "Standard disc information", without OPC tables. */
export const discInformation: StructCodec<DiscInformation> = struct<DiscInformation>(
  "DiscInformation",
  34,
  {
    discInformationLength: byte(0, 2, u16be, reply),
    _dataType: reservedBits(2, 7, 5, reply),
    erasable: bit(2, 4, reply),
    stateOfLastSession: bits(2, 3, 2, reply),
    discStatus: bits(2, 1, 0, reply),
    numberOfFirstTrack: byte(3, 1, u8, reply),
    numberOfSessions: split16(4, 9, reply),
    firstTrackInLastSession: split16(5, 10, reply),
    lastTrackInLastSession: split16(6, 11, reply),
    discIdentificationValid: bit(7, 7, reply),
    barCodeValid: bit(7, 6, reply),
    unrestrictedUse: bit(7, 5, reply),
    applicationCodeValid: bit(7, 4, reply),
    _reserved7: reservedBits(7, 3, 3, reply),
    dirty: bit(7, 2, reply),
    backgroundFormatStatus: bits(7, 1, 0, reply),
    discType: byte(8, 1, u8, reply),
    _numberOfSessionsHigh: highByteOf(4, 9, reply),
    _firstTrackInLastSessionHigh: highByteOf(5, 10, reply),
    _lastTrackInLastSessionHigh: highByteOf(6, 11, reply),
    discIdentification: byte(12, 4, u32be, reply),
    lastSessionLeadInStart: byte(16, 4, u32be, reply),
    lastPossibleLeadOutStart: byte(20, 4, u32be, reply),
    discBarCode: byte(24, 8, rawBytes(8), reply),
    discApplicationCode: byte(32, 1, u8, reply),
    numberOfOpcTables: byte(33, 1, u8, reply),
  },
  { mayEndEarly: true },
);
