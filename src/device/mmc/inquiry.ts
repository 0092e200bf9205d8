import { u8, u16be } from "../../codec/integers.js";
import { bit, bits, byte, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { asciiText, reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";

interface Inquiry {
  vitalProductData: boolean;
  pageCode: number;
  allocationLength: number;
}

const clause = "SPC-4 INQUIRY command";

/** Asks a drive who it is. SPC-4 "INQUIRY command". */
export const inquiry: Command<Inquiry> = command<Inquiry>("INQUIRY", 0x12, 6, 30_000, {
  _reserved1: reservedBits(1, 7, 1, clause),
  vitalProductData: bit(1, 0, clause),
  pageCode: byte(2, 1, u8, clause),
  allocationLength: byte(3, 2, u16be, clause),
  _control: byte(5, 1, reserved(1), clause),
});

/** What every drive tells about itself. */
export interface StandardInquiryData {
  /** 5: CD/DVD device. */
  peripheralDeviceType: number;
  removableMedium: boolean;
  version: number;
  responseDataFormat: number;
  additionalLength: number;
  vendorIdentification?: string;
  productIdentification?: string;
  productRevisionLevel?: string;
}

const reply = "SPC-4 Standard INQUIRY data";

/** SPC-4 "Standard INQUIRY data", up to the revision. */
export const standardInquiryData: StructCodec<StandardInquiryData> = struct<StandardInquiryData>(
  "StandardInquiryData",
  36,
  {
    _peripheralQualifier: reservedBits(0, 7, 5, reply),
    peripheralDeviceType: bits(0, 4, 0, reply),
    removableMedium: bit(1, 7, reply),
    _reserved1: reservedBits(1, 6, 0, reply),
    version: byte(2, 1, u8, reply),
    _reserved3: reservedBits(3, 7, 4, reply),
    responseDataFormat: bits(3, 3, 0, reply),
    additionalLength: byte(4, 1, u8, reply),
    _flags: byte(5, 3, reserved(3), reply),
    vendorIdentification: byte(8, 8, asciiText(8), reply),
    productIdentification: byte(16, 16, asciiText(16), reply),
    productRevisionLevel: byte(32, 4, asciiText(4), reply),
  },
  { mayEndEarly: true },
);
