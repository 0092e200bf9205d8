import { fixedU16be, u24be, u32be } from "../../codec/integers.js";
import { bit, bits, byte, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";

interface FormatUnit {
  /** A parameter list follows: always, on discs. */
  formatData: boolean;
  /** The old list of defects is not kept. */
  completeList: boolean;
  /** 1, on discs. */
  formatCode: number;
}

const clause = "MMC-6 FORMAT UNIT command";

/** Formats the medium. MMC-6 "FORMAT UNIT command". */
export const formatUnit: Command<FormatUnit> = command<FormatUnit>("FORMAT UNIT", 0x04, 6, 18_000_000, {
  _reserved1: reservedBits(1, 7, 5, clause),
  formatData: bit(1, 4, clause),
  completeList: bit(1, 3, clause),
  formatCode: bits(1, 2, 0, clause),
  _reserved2: byte(2, 3, reserved(3), clause),
  _control: byte(5, 1, reserved(1), clause),
});

/** The format code that discs have. */
export const discFormatCode = 1;

/** How the medium is to be formatted. */
export interface FormatParameters {
  /** The option bits that follow are meant. */
  formatOptionsValid: boolean;
  disablePrimary: boolean;
  /** Nothing is verified while formatting. */
  disableCertification: boolean;
  stopFormat: boolean;
  initializationPattern: boolean;
  tryOut: boolean;
  immediate: boolean;
  vendorSpecific: boolean;
  /** All ones: as many as there are. */
  numberOfBlocks: number;
  /** As in READ FORMAT CAPACITIES. */
  formatType: number;
  formatSubtype: number;
  typeDependentParameter: number;
}

const list = "MMC-6 Format unit parameter list";

/** MMC-6 "FORMAT UNIT parameter list", the header and one format descriptor. */
export const formatParameters: StructCodec<FormatParameters> = struct<FormatParameters>("FormatUnitParameterList", 12, {
  _reserved0: byte(0, 1, reserved(1), list),
  formatOptionsValid: bit(1, 7, list),
  disablePrimary: bit(1, 6, list),
  disableCertification: bit(1, 5, list),
  stopFormat: bit(1, 4, list),
  initializationPattern: bit(1, 3, list),
  tryOut: bit(1, 2, list),
  immediate: bit(1, 1, list),
  vendorSpecific: bit(1, 0, list),
  _formatDescriptorLength: byte(2, 2, fixedU16be(8), list),
  numberOfBlocks: byte(4, 4, u32be, list),
  formatType: bits(8, 7, 2, list),
  formatSubtype: bits(8, 1, 0, list),
  typeDependentParameter: byte(9, 3, u24be, list),
});
