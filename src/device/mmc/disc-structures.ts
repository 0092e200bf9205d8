/** The structures that READ DISC STRUCTURE and SEND DISC STRUCTURE carry, without their head. */
import { u8, u16be, u24be, u32be } from "../../codec/integers.js";
import { bit, bits, byte, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { asciiText, fixedText, rawBytes, reserved } from "../../codec/text.js";

/** How a DVD is made. Sector numbers are the disc's own: data begin at 030000h, on DVD-RAM at 031000h. */
export interface PhysicalFormat {
  /** 0 DVD-ROM, 1 DVD-RAM, 2 DVD-R, 3 DVD-RW, 9 DVD+RW, A DVD+R, D DVD+RW DL, E DVD+R DL. */
  diskCategory: number;
  partVersion: number;
  /** 0: 120 mm, 1: 80 mm. */
  discSize: number;
  maximumRate: number;
  /** One less than there are. */
  layersLessOne: number;
  /** The second layer is read from the outside inwards. */
  oppositeTrackPath: boolean;
  /** Bits: 0 embossed, 1 recordable, 2 rewritable. */
  layerType: number;
  linearDensity: number;
  trackDensity: number;
  firstSectorOfData: number;
  lastSectorOfData: number;
  /** 0 on discs of one layer. */
  lastSectorOfLayer0: number;
  burstCuttingArea?: boolean;
  /** DVD+R and DVD+RW: who made the disc. */
  manufacturer?: string;
  /** DVD+R and DVD+RW: the maker's name of the kind. */
  mediaType?: string;
  productRevision?: number;
}

const physical = "MMC-6 Physical format information (formats 00h, 10h and 11h)";
const plus = "ECMA-349 13.3.2 Physical format information in ADIP";

/**
 * Formats 00h, 10h and 11h, up to what all burners look at. MMC-6 "Physical format information"; the bytes from 17 on
 * are those of DVD+R and DVD+RW, ECMA-349 13.3.2.
 */
export const physicalFormat: StructCodec<PhysicalFormat> = struct<PhysicalFormat>(
  "PhysicalFormatInformation",
  31,
  {
    diskCategory: bits(0, 7, 4, physical),
    partVersion: bits(0, 3, 0, physical),
    discSize: bits(1, 7, 4, physical),
    maximumRate: bits(1, 3, 0, physical),
    _reserved2: reservedBits(2, 7, 7, physical),
    layersLessOne: bits(2, 6, 5, physical),
    oppositeTrackPath: bit(2, 4, physical),
    layerType: bits(2, 3, 0, physical),
    linearDensity: bits(3, 7, 4, physical),
    trackDensity: bits(3, 3, 0, physical),
    _reserved4: byte(4, 1, reserved(1), physical),
    firstSectorOfData: byte(5, 3, u24be, physical),
    _reserved8: byte(8, 1, reserved(1), physical),
    lastSectorOfData: byte(9, 3, u24be, physical),
    _reserved12: byte(12, 1, reserved(1), physical),
    lastSectorOfLayer0: byte(13, 3, u24be, physical),
    burstCuttingArea: bit(16, 7, physical),
    _reserved16: reservedBits(16, 6, 0, physical),
    _reserved17: byte(17, 2, reserved(2), plus),
    manufacturer: byte(19, 8, asciiText(8), plus),
    mediaType: byte(27, 3, asciiText(3), plus),
    productRevision: byte(30, 1, u8, plus),
  },
  { mayEndEarly: true },
);

/** One of the five fields that are pre-recorded in the lead-in of a DVD-R or DVD-RW. */
export interface PreRecordedField {
  /** 1 codes and capacity, 2 write strategy, 3 and 4 the maker's name, 5 more of it. */
  fieldId: number;
  information: Uint8Array;
}

const preRecordedClause = "MMC-6 Pre-recorded information in lead-in (format 0Eh)";

/** A field of format 0Eh; they follow one another. MMC-6 "Pre-recorded information in lead-in". */
export const preRecordedField: StructCodec<PreRecordedField> = struct<PreRecordedField>("PreRecordedField", 8, {
  fieldId: byte(0, 1, u8, preRecordedClause),
  information: byte(1, 6, rawBytes(6), preRecordedClause),
  _reserved7: byte(7, 1, reserved(1), preRecordedClause),
});

/** What a DVD-RAM is in, and what forbids writing. */
export interface DvdRamStatus {
  inCartridge: boolean;
  /** It was taken out of its cartridge once. */
  wasTakenOut: boolean;
  /** The drive does not write to such a medium, or such a side. */
  mediaWriteInhibited: boolean;
  /** The cartridge's tab. */
  cartridge: boolean;
  /** A mark on the medium. */
  persistent: boolean;
  /** 00h: written only in its cartridge, 10h: also without. */
  discType: number;
  writeInhibitReason: number;
}

const ramStatus = "MMC-6 DVD-RAM medium status (format 09h)";

/** Format 09h of a DVD-RAM. MMC-6 "DVD-RAM medium status". */
export const dvdRamStatus: StructCodec<DvdRamStatus> = struct<DvdRamStatus>("DvdRamMediumStatus", 4, {
  inCartridge: bit(0, 7, ramStatus),
  wasTakenOut: bit(0, 6, ramStatus),
  _reserved0: reservedBits(0, 5, 4, ramStatus),
  mediaWriteInhibited: bit(0, 3, ramStatus),
  cartridge: bit(0, 2, ramStatus),
  persistent: bit(0, 1, ramStatus),
  _reserved0low: reservedBits(0, 0, 0, ramStatus),
  discType: byte(1, 1, u8, ramStatus),
  _reserved2: byte(2, 1, reserved(1), ramStatus),
  writeInhibitReason: byte(3, 1, u8, ramStatus),
});

/** Spares of a DVD-RAM. */
export interface DvdSpareArea {
  unusedPrimaryBlocks: number;
  unusedSupplementaryBlocks: number;
  allocatedSupplementaryBlocks: number;
}

const dvdSpare = "MMC-6 DVD-RAM spare area information (format 0Ah)";

/** Format 0Ah of a DVD-RAM. MMC-6 "DVD-RAM spare area information". */
export const dvdSpareArea: StructCodec<DvdSpareArea> = struct<DvdSpareArea>("DvdSpareAreaInformation", 12, {
  unusedPrimaryBlocks: byte(0, 4, u32be, dvdSpare),
  unusedSupplementaryBlocks: byte(4, 4, u32be, dvdSpare),
  allocatedSupplementaryBlocks: byte(8, 4, u32be, dvdSpare),
});

/** Spares of a BD. */
export interface BdSpareArea {
  freeBlocks: number;
  allocatedBlocks: number;
}

const bdSpare = "MMC-6 BD spare area information (format 0Ah)";

/** Format 0Ah of a BD. MMC-6 "BD spare area information". */
export const bdSpareArea: StructCodec<BdSpareArea> = struct<BdSpareArea>("BdSpareAreaInformation", 12, {
  _reserved0: byte(0, 4, reserved(4), bdSpare),
  freeBlocks: byte(4, 4, u32be, bdSpare),
  allocatedBlocks: byte(8, 4, u32be, bdSpare),
});

/** An address or a size that decides where the layers of a disc part. */
export interface LayerValue {
  /** It was given before and can't be given again. */
  initialised: boolean;
  /** In blocks. */
  value: number;
}

const layer = "MMC-6 Layer structures (formats 20h to 24h)";

/**
 * Formats 20h to 24h, for reading and for sending: size of layer 0, start of the middle zone, interval of jumps,
 * address of the next jump, remapping address. MMC-6 "DVD layer capacity", "Middle zone start address" …
 */
export const layerValue: StructCodec<LayerValue> = struct<LayerValue>("LayerValue", 8, {
  initialised: bit(0, 7, layer),
  _reserved0: reservedBits(0, 6, 0, layer),
  _reserved1: byte(1, 3, reserved(3), layer),
  value: byte(4, 4, u32be, layer),
});

/** What forbids writing. */
export interface WriteProtection {
  /** A switch of the drive, or its whole. */
  mediaWriteInhibited: boolean;
  /** The cartridge's tab. */
  cartridge: boolean;
  /** A mark on the medium. */
  persistent: boolean;
  /** A mode page. */
  software: boolean;
}

const protection = "MMC-6 Write protection status (format C0h)";

/** Format C0h. MMC-6 "Write protection status". */
export const writeProtection: StructCodec<WriteProtection> = struct<WriteProtection>("WriteProtectionStatus", 4, {
  _reserved0: reservedBits(0, 7, 4, protection),
  mediaWriteInhibited: bit(0, 3, protection),
  cartridge: bit(0, 2, protection),
  persistent: bit(0, 1, protection),
  software: bit(0, 0, protection),
  _reserved1: byte(1, 3, reserved(3), protection),
});

/** One unit of what a BD tells about itself: there is at least one for each layer. */
export interface BdDiscInformation {
  format: number;
  unitsPerLayer: number;
  layerNumber: number;
  sequenceNumber: number;
  bytesInUse: number;
  /** "BDO" read-only, "BDR" recordable, "BDW" rewritable. */
  discType: string;
  content: Uint8Array;
  manufacturer: string;
  mediaType: string;
  timeStamp: number;
  productRevision: number;
}

const unit = "MMC-6 BD disc information (format 00h)";

/** A unit of format 00h of a BD. MMC-6 "BD disc information", "Disc information unit". */
export const bdDiscInformation: StructCodec<BdDiscInformation> = struct<BdDiscInformation>("DiscInformationUnit", 112, {
  _identifier: byte(0, 2, fixedText("DI"), unit),
  format: byte(2, 1, u8, unit),
  unitsPerLayer: bits(3, 7, 3, unit),
  layerNumber: bits(3, 2, 0, unit),
  _reserved4: byte(4, 1, reserved(1), unit),
  sequenceNumber: byte(5, 1, u8, unit),
  bytesInUse: byte(6, 1, u8, unit),
  _reserved7: byte(7, 1, reserved(1), unit),
  discType: byte(8, 3, asciiText(3), unit),
  content: byte(11, 89, rawBytes(89), unit),
  manufacturer: byte(100, 6, asciiText(6), unit),
  mediaType: byte(106, 3, asciiText(3), unit),
  timeStamp: byte(109, 2, u16be, unit),
  productRevision: byte(111, 1, u8, unit),
});
