import { u8, u16be } from "../../codec/integers.js";
import { bit, bits, byte, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { rawBytes, reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";

interface ModeSense10 {
  disableBlockDescriptors: boolean;
  /** 0 current values, 1 changeable, 2 default, 3 saved. */
  pageControl: number;
  pageCode: number;
  allocationLength: number;
}

const senseClause = "SPC-4 MODE SENSE (10) command";

/** Asks for a page of parameters. SPC-4 "MODE SENSE (10) command". */
export const modeSense10: Command<ModeSense10> = command<ModeSense10>("MODE SENSE (10)", 0x5a, 10, 30_000, {
  _reserved1: reservedBits(1, 7, 4, senseClause),
  disableBlockDescriptors: bit(1, 3, senseClause),
  _reserved1low: reservedBits(1, 2, 0, senseClause),
  pageControl: bits(2, 7, 6, senseClause),
  pageCode: bits(2, 5, 0, senseClause),
  _reserved3: byte(3, 4, reserved(4), senseClause),
  allocationLength: byte(7, 2, u16be, senseClause),
  _control: byte(9, 1, reserved(1), senseClause),
});

interface ModeSelect10 {
  pageFormat: boolean;
  savePages: boolean;
  parameterListLength: number;
}

const selectClause = "SPC-4 MODE SELECT (10) command";

/** Sets a page of parameters. SPC-4 "MODE SELECT (10) command". */
export const modeSelect10: Command<ModeSelect10> = command<ModeSelect10>("MODE SELECT (10)", 0x55, 10, 30_000, {
  _reserved1: reservedBits(1, 7, 5, selectClause),
  pageFormat: bit(1, 4, selectClause),
  _reserved1low: reservedBits(1, 3, 1, selectClause),
  savePages: bit(1, 0, selectClause),
  _reserved2: byte(2, 5, reserved(5), selectClause),
  parameterListLength: byte(7, 2, u16be, selectClause),
  _control: byte(9, 1, reserved(1), selectClause),
});

interface ModeParameterHeader {
  /** Bytes that follow this field; reserved in MODE SELECT. */
  modeDataLength: number;
  blockDescriptorLength: number;
}

const headerClause = "SPC-4 Mode parameter header (10)";

/** SPC-4 "Mode parameter header (10)". */
export const modeParameterHeader: StructCodec<ModeParameterHeader> = struct<ModeParameterHeader>(
  "ModeParameterHeader",
  8,
  {
    modeDataLength: byte(0, 2, u16be, headerClause),
    _reserved2: byte(2, 4, reserved(4), headerClause),
    blockDescriptorLength: byte(6, 2, u16be, headerClause),
  },
);

/** The number of the page of write parameters. */
export const writeParametersPageCode = 0x05;

/** How a CD is written. MMC-6 "Write parameters mode page". */
export interface WriteParameters {
  parametersSaveable: boolean;
  pageCode: number;
  /** Bytes that follow this field: 50. */
  pageLength: number;
  bufferUnderrunProtection: boolean;
  linkSizeValid: boolean;
  testWrite: boolean;
  /** 0 packet, 1 track at once, 2 session at once, 3 raw. */
  writeType: number;
  /** 3: a session may follow; 0: closing the session finalises the disc. */
  multisession: number;
  fixedPacket: boolean;
  copy: boolean;
  /** 4: data, recorded without interruption. */
  trackMode: number;
  /** 8: mode 1, blocks of 2,048 bytes. */
  dataBlockType: number;
  linkSize: number;
  initiatorApplicationCode: number;
  sessionFormat: number;
  packetSize: Uint8Array;
  audioPauseLength: number;
  mediaCatalogNumber: Uint8Array;
  internationalStandardRecordingCode: Uint8Array;
  subHeader: Uint8Array;
}

const pageClause = "MMC-6 Write parameters mode page";

/** MMC-6 "Write parameters mode page (05h)". */
export const writeParametersPage: StructCodec<WriteParameters> = struct<WriteParameters>("WriteParametersPage", 52, {
  parametersSaveable: bit(0, 7, pageClause),
  _reserved0: reservedBits(0, 6, 6, pageClause),
  pageCode: bits(0, 5, 0, pageClause),
  pageLength: byte(1, 1, u8, pageClause),
  _reserved2: reservedBits(2, 7, 7, pageClause),
  bufferUnderrunProtection: bit(2, 6, pageClause),
  linkSizeValid: bit(2, 5, pageClause),
  testWrite: bit(2, 4, pageClause),
  writeType: bits(2, 3, 0, pageClause),
  multisession: bits(3, 7, 6, pageClause),
  fixedPacket: bit(3, 5, pageClause),
  copy: bit(3, 4, pageClause),
  trackMode: bits(3, 3, 0, pageClause),
  _reserved4: reservedBits(4, 7, 4, pageClause),
  dataBlockType: bits(4, 3, 0, pageClause),
  linkSize: byte(5, 1, u8, pageClause),
  _reserved6: byte(6, 1, reserved(1), pageClause),
  initiatorApplicationCode: byte(7, 1, u8, pageClause),
  sessionFormat: byte(8, 1, u8, pageClause),
  _reserved9: byte(9, 1, reserved(1), pageClause),
  packetSize: byte(10, 4, rawBytes(4), pageClause),
  audioPauseLength: byte(14, 2, u16be, pageClause),
  mediaCatalogNumber: byte(16, 16, rawBytes(16), pageClause),
  internationalStandardRecordingCode: byte(32, 16, rawBytes(16), pageClause),
  subHeader: byte(48, 4, rawBytes(4), pageClause),
});

/** Write parameters of a data track written at once. MMC-6 "Write parameters mode page". */
export function trackAtOnceParameters(keepDiscOpen: boolean): WriteParameters {
  return {
    parametersSaveable: false,
    pageCode: writeParametersPageCode,
    pageLength: writeParametersPage.size - 2,
    bufferUnderrunProtection: true,
    linkSizeValid: false,
    testWrite: false,
    writeType: 1,
    multisession: keepDiscOpen ? 3 : 0,
    fixedPacket: false,
    copy: false,
    trackMode: 4,
    dataBlockType: 8,
    linkSize: 0,
    initiatorApplicationCode: 0,
    sessionFormat: 0,
    packetSize: new Uint8Array(4),
    audioPauseLength: 150,
    mediaCatalogNumber: new Uint8Array(16),
    internationalStandardRecordingCode: new Uint8Array(16),
    subHeader: new Uint8Array(4),
  };
}
