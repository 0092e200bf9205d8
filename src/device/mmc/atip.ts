import { u16be, u24be } from "../../codec/integers.js";
import { bit, bits, byte, fixedBit, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { rawBytes, reserved } from "../../codec/text.js";

/** What the groove of a CD-R or CD-RW tells: format 4 of READ TOC/PMA/ATIP. Times are minute, second, frame. */
export interface Atip {
  /** Bytes that follow this field. */
  dataLength: number;
  indicativeTargetWritingPower: number;
  /** For CD-RW. */
  referenceSpeed: number;
  unrestrictedUse: boolean;
  rewritable: boolean;
  discSubtype: number;
  a1Valid: boolean;
  a2Valid: boolean;
  a3Valid: boolean;
  /** From minute 90 on: who made the disc can be looked up by it. */
  leadInStart: number;
  lastPossibleLeadOutStart: number;
  a1Values?: Uint8Array;
  a2Values?: Uint8Array;
  a3Values?: Uint8Array;
}

const clause = "MMC-6 Response format 0100b (ATIP)";

/** MMC-6 "Response format 0100b". Older drives end the reply behind the lead-out. */
export const atip: StructCodec<Atip> = struct<Atip>(
  "AtipDescriptor",
  28,
  {
    dataLength: byte(0, 2, u16be, clause),
    _reserved2: byte(2, 2, reserved(2), clause),
    _one4: fixedBit(4, 7, clause),
    indicativeTargetWritingPower: bits(4, 6, 4, clause),
    _reserved4: reservedBits(4, 3, 3, clause),
    referenceSpeed: bits(4, 2, 0, clause),
    _zero5: reservedBits(5, 7, 7, clause),
    unrestrictedUse: bit(5, 6, clause),
    _reserved5: reservedBits(5, 5, 0, clause),
    _one6: fixedBit(6, 7, clause),
    rewritable: bit(6, 6, clause),
    discSubtype: bits(6, 5, 3, clause),
    a1Valid: bit(6, 2, clause),
    a2Valid: bit(6, 1, clause),
    a3Valid: bit(6, 0, clause),
    _reserved7: byte(7, 1, reserved(1), clause),
    leadInStart: byte(8, 3, u24be, clause),
    _reserved11: byte(11, 1, reserved(1), clause),
    lastPossibleLeadOutStart: byte(12, 3, u24be, clause),
    _reserved15: byte(15, 1, reserved(1), clause),
    a1Values: byte(16, 3, rawBytes(3), clause),
    _reserved19: byte(19, 1, reserved(1), clause),
    a2Values: byte(20, 3, rawBytes(3), clause),
    _reserved23: byte(23, 1, reserved(1), clause),
    a3Values: byte(24, 3, rawBytes(3), clause),
    _reserved27: byte(27, 1, reserved(1), clause),
  },
  { mayEndEarly: true },
);
