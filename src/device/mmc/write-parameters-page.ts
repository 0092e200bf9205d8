import { u8, u16be, u32be } from "../../codec/integers.js";
import { bit, bits, byte, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { rawBytes, reserved } from "../../codec/text.js";
import { modePageCodes } from "./mode-parameters.js";

/** MMC-6 "Write parameters mode page, write type". */
export const writeTypes: {
  /** Packets on CD, increments on DVD. */
  readonly incremental: 0;
  readonly trackAtOnce: 1;
  /** Sessions on CD, the whole disc on DVD. */
  readonly sessionAtOnce: 2;
  readonly raw: 3;
  readonly layerJump: 4;
} = { incremental: 0, trackAtOnce: 1, sessionAtOnce: 2, raw: 3, layerJump: 4 };

/** MMC-6 "Write parameters mode page, multi-session". */
export const multisessionFields: {
  /** Closing the session finalises the disc. */
  readonly finalise: 0;
  /** Another session may follow. */
  readonly keepOpen: 3;
} = { finalise: 0, keepOpen: 3 };

/** How the next session is written. MMC-6 "Write parameters mode page". */
export interface WriteParameters {
  parametersSaveable: boolean;
  pageCode: number;
  /** Bytes that follow this field: 50. */
  pageLength: number;
  bufferUnderrunProtection: boolean;
  linkSizeValid: boolean;
  testWrite: boolean;
  /** One of {@link writeTypes}. */
  writeType: number;
  /** 3: a session may follow; 0: closing the session finalises the disc. */
  multisession: number;
  fixedPacket: boolean;
  copy: boolean;
  /** 4: data, recorded without interruption; 5: data, recorded in increments; 0: given by the cue sheet. */
  trackMode: number;
  /** 8: mode 1, blocks of 2,048 bytes; 10: mode 2, form 1; 13: mode 2, both forms. */
  dataBlockType: number;
  linkSize: number;
  initiatorApplicationCode: number;
  sessionFormat: number;
  /** In blocks. */
  packetSize: number;
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
  packetSize: byte(10, 4, u32be, pageClause),
  audioPauseLength: byte(14, 2, u16be, pageClause),
  mediaCatalogNumber: byte(16, 16, rawBytes(16), pageClause),
  internationalStandardRecordingCode: byte(32, 16, rawBytes(16), pageClause),
  subHeader: byte(48, 4, rawBytes(4), pageClause),
});

/** What a session is written with, beside its kind. */
export interface WriteParametersChoice {
  /** Another session may follow. */
  readonly keepDiscOpen: boolean;
  /** Everything is done but the writing itself. */
  readonly testWrite?: boolean;
  /** The drive links where the data did not come in time; without, it fails. */
  readonly bufferUnderrunProtection?: boolean;
}

/** The kinds of writing that have write parameters. */
export type WritingKind =
  /** A data track of a CD, one at a time. */
  | "cdTrackAtOnce"
  /** A CD session whose tracks a cue sheet names. */
  | "cdSessionAtOnce"
  /** DVD-R and DVD-RW, a border for each session. */
  | "dvdIncremental"
  /** DVD-R and DVD-RW, a disc of one session. */
  | "dvdDiscAtOnce"
  /** Media that need no write parameters, for drives that look at the multi-session field all the same. */
  | "multisessionOnly";

/** Blocks of an increment and of the link between two, on DVD. */
const dvdLinkBlocks = 16;

type KindFields = Pick<
  WriteParameters,
  | "linkSizeValid"
  | "writeType"
  | "fixedPacket"
  | "trackMode"
  | "dataBlockType"
  | "linkSize"
  | "packetSize"
  | "audioPauseLength"
>;

const noLinks = { linkSizeValid: false, fixedPacket: false, linkSize: 0, packetSize: 0 };

const kinds: Readonly<Record<WritingKind, KindFields>> = {
  cdTrackAtOnce: {
    ...noLinks,
    writeType: writeTypes.trackAtOnce,
    trackMode: 4,
    dataBlockType: 8,
    audioPauseLength: 150,
  },
  cdSessionAtOnce: {
    ...noLinks,
    writeType: writeTypes.sessionAtOnce,
    trackMode: 0,
    dataBlockType: 0,
    audioPauseLength: 150,
  },
  dvdIncremental: {
    linkSizeValid: true,
    writeType: writeTypes.incremental,
    fixedPacket: true,
    trackMode: 5,
    dataBlockType: 8,
    linkSize: dvdLinkBlocks,
    packetSize: dvdLinkBlocks,
    audioPauseLength: 0,
  },
  dvdDiscAtOnce: {
    ...noLinks,
    writeType: writeTypes.sessionAtOnce,
    trackMode: 5,
    dataBlockType: 8,
    audioPauseLength: 0,
  },
  multisessionOnly: {
    ...noLinks,
    writeType: writeTypes.incremental,
    trackMode: 5,
    dataBlockType: 8,
    audioPauseLength: 0,
  },
};

/** Write parameters for a kind of writing. MMC-6 "Write parameters mode page". */
export function writeParametersFor(kind: WritingKind, choice: WriteParametersChoice): WriteParameters {
  // A disc written at once ends with its only session, whatever is wished.
  const keepsOpen = choice.keepDiscOpen && kind !== "dvdDiscAtOnce";
  return {
    parametersSaveable: false,
    pageCode: modePageCodes.writeParameters,
    pageLength: writeParametersPage.size - 2,
    bufferUnderrunProtection: choice.bufferUnderrunProtection ?? true,
    testWrite: choice.testWrite ?? false,
    multisession: keepsOpen ? multisessionFields.keepOpen : multisessionFields.finalise,
    copy: false,
    initiatorApplicationCode: 0,
    sessionFormat: 0,
    mediaCatalogNumber: new Uint8Array(16),
    internationalStandardRecordingCode: new Uint8Array(16),
    subHeader: new Uint8Array(4),
    ...kinds[kind],
  };
}
