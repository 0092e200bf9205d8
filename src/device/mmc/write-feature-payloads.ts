/** What belongs to each feature that is about writing. MMC-6 "Feature definitions". */
import { strictContext } from "../../codec/codec.js";
import { u8, u16be, u24be, u32be } from "../../codec/integers.js";
import { bit, byte, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { rawBytes, reserved } from "../../codec/text.js";
import { featurePaddingBytes, featurePayload } from "./features.js";

/** Feature 0020h. */
export interface RandomWritableFeature {
  lastLogicalBlock?: number;
  logicalBlockBytes?: number;
  /** Blocks that are written as one. */
  blocking?: number;
  errorRecoveryPage?: boolean;
}

const writable = "MMC-6 Random writable feature (0020h)";

/** MMC-6 "Random writable feature (0020h)". */
export const randomWritableFeature: StructCodec<RandomWritableFeature> = featurePayload<RandomWritableFeature>(
  "RandomWritableFeature",
  12,
  {
    lastLogicalBlock: byte(0, 4, u32be, writable),
    logicalBlockBytes: byte(4, 4, u32be, writable),
    blocking: byte(8, 2, u16be, writable),
    _reserved10: reservedBits(10, 7, 1, writable),
    errorRecoveryPage: bit(10, 0, writable),
    _reserved11: byte(11, 1, reserved(1), writable),
  },
);

interface IncrementalStreamingHead {
  dataBlockTypesSupported: number;
  trackResources: boolean;
  addressModeReservation: boolean;
  bufferUnderrunFree: boolean;
  numberOfLinkSizes: number;
}

const incremental = "MMC-6 Incremental streaming writable feature (0021h)";

const incrementalStreamingHead: StructCodec<IncrementalStreamingHead> = struct<IncrementalStreamingHead>(
  "IncrementalStreamingWritableFeature",
  4,
  {
    dataBlockTypesSupported: byte(0, 2, u16be, incremental),
    _reserved2: reservedBits(2, 7, 3, incremental),
    trackResources: bit(2, 2, incremental),
    addressModeReservation: bit(2, 1, incremental),
    bufferUnderrunFree: bit(2, 0, incremental),
    numberOfLinkSizes: byte(3, 1, u8, incremental),
  },
);

/** Feature 0021h. */
export interface IncrementalStreamingFeature extends Omit<IncrementalStreamingHead, "numberOfLinkSizes"> {
  /** Blocks lost between two increments, one for each way the drive knows; 16 is the one for DVD. */
  readonly linkSizes: readonly number[];
}

function withLinkSizes(headBytes: number, linkSizes: readonly number[]): Uint8Array {
  const sizeBytes = Math.ceil(linkSizes.length / featurePaddingBytes) * featurePaddingBytes;
  const target = new Uint8Array(headBytes + sizeBytes);
  target.set(linkSizes, headBytes);
  return target;
}

/** The payload of feature 0021h. */
export function encodeIncrementalStreaming({ linkSizes, ...head }: IncrementalStreamingFeature): Uint8Array {
  const target = withLinkSizes(incrementalStreamingHead.size, linkSizes);
  incrementalStreamingHead.write({ ...head, numberOfLinkSizes: linkSizes.length }, target, 0);
  return target;
}

/**
 * Reads the payload of feature 0021h.
 *
 * @returns `null` where it is too short; link sizes that are not there are left out, whatever their number is said to be.
 */
export function decodeIncrementalStreaming(bytes: Uint8Array): IncrementalStreamingFeature | null {
  if (bytes.length < incrementalStreamingHead.size) return null;
  const { numberOfLinkSizes, ...head } = incrementalStreamingHead.read(bytes, 0, strictContext);
  const sizesAt = incrementalStreamingHead.size;
  return { ...head, linkSizes: [...bytes.subarray(sizesAt, sizesAt + numberOfLinkSizes)] };
}

/** Feature 0023h. */
export interface FormattableFeature {
  /** Formats BD-RE without spare areas. */
  withoutSpares?: boolean;
  /** Enlarges the spare area of a formatted disc. */
  spareExpansion?: boolean;
  quickCertification?: boolean;
  fullCertification?: boolean;
  /** Formats BD-R for random recording. */
  bdRandomRecording?: boolean;
}

const formattable = "MMC-6 Formattable feature (0023h)";

/** MMC-6 "Formattable feature (0023h)". */
export const formattableFeature: StructCodec<FormattableFeature> = featurePayload<FormattableFeature>(
  "FormattableFeature",
  8,
  {
    _reserved0: reservedBits(0, 7, 4, formattable),
    withoutSpares: bit(0, 3, formattable),
    spareExpansion: bit(0, 2, formattable),
    quickCertification: bit(0, 1, formattable),
    fullCertification: bit(0, 0, formattable),
    _reserved1: byte(1, 3, reserved(3), formattable),
    _reserved4: reservedBits(4, 7, 1, formattable),
    bdRandomRecording: bit(4, 0, formattable),
    _reserved5: byte(5, 3, reserved(3), formattable),
  },
);

/** Feature 0024h. */
export interface DefectManagementFeature {
  supplementarySpareArea?: boolean;
}

const defects = "MMC-6 Hardware defect management feature (0024h)";

/** MMC-6 "Hardware defect management feature (0024h)". */
export const defectManagementFeature: StructCodec<DefectManagementFeature> = featurePayload<DefectManagementFeature>(
  "DefectManagementFeature",
  4,
  {
    supplementarySpareArea: bit(0, 7, defects),
    _reserved0: reservedBits(0, 6, 0, defects),
    _reserved1: byte(1, 3, reserved(3), defects),
  },
);

/** Features 002Ah and 003Ah: DVD+RW of one and of two layers. */
export interface DvdPlusRwFeature {
  /** Otherwise it only reads them. */
  write?: boolean;
  quickStart?: boolean;
  closeOnly?: boolean;
}

const plusRw = "MMC-6 DVD+RW feature (002Ah), DVD+RW dual layer feature (003Ah)";

/** MMC-6 "DVD+RW feature (002Ah)"; feature 003Ah is the same for two layers. */
export const dvdPlusRwFeature: StructCodec<DvdPlusRwFeature> = featurePayload<DvdPlusRwFeature>("DvdPlusRwFeature", 4, {
  _reserved0: reservedBits(0, 7, 1, plusRw),
  write: bit(0, 0, plusRw),
  _reserved1: reservedBits(1, 7, 2, plusRw),
  quickStart: bit(1, 1, plusRw),
  closeOnly: bit(1, 0, plusRw),
  _reserved2: byte(2, 2, reserved(2), plusRw),
});

/** Features 002Bh and 003Bh: DVD+R of one and of two layers. */
export interface DvdPlusRFeature {
  /** Otherwise it only reads them. */
  write?: boolean;
}

const plusR = "MMC-6 DVD+R feature (002Bh), DVD+R dual layer feature (003Bh)";

/** MMC-6 "DVD+R feature (002Bh)"; feature 003Bh is the same for two layers. */
export const dvdPlusRFeature: StructCodec<DvdPlusRFeature> = featurePayload<DvdPlusRFeature>("DvdPlusRFeature", 4, {
  _reserved0: reservedBits(0, 7, 1, plusR),
  write: bit(0, 0, plusR),
  _reserved1: byte(1, 3, reserved(3), plusR),
});

/** Feature 002Ch. */
export interface RestrictedOverwriteFeature {
  defectStatusGeneration?: boolean;
  defectStatusReading?: boolean;
  /** Writes on where a quick format ended. */
  intermediate?: boolean;
  blank?: boolean;
}

const restricted = "MMC-6 Rigid restricted overwrite feature (002Ch)";

/** MMC-6 "Rigid restricted overwrite feature (002Ch)". */
export const restrictedOverwriteFeature: StructCodec<RestrictedOverwriteFeature> =
  featurePayload<RestrictedOverwriteFeature>("RigidRestrictedOverwriteFeature", 4, {
    _reserved0: reservedBits(0, 7, 4, restricted),
    defectStatusGeneration: bit(0, 3, restricted),
    defectStatusReading: bit(0, 2, restricted),
    intermediate: bit(0, 1, restricted),
    blank: bit(0, 0, restricted),
    _reserved1: byte(1, 3, reserved(3), restricted),
  });

/** Feature 002Dh. */
export interface CdTrackAtOnceFeature {
  bufferUnderrunFree?: boolean;
  rawSubchannels?: boolean;
  packedSubchannels?: boolean;
  testWrite?: boolean;
  cdRw?: boolean;
  subchannels?: boolean;
  dataTypesSupported?: number;
}

const trackAtOnce = "MMC-6 CD track at once feature (002Dh)";

/** MMC-6 "CD track at once feature (002Dh)". */
export const cdTrackAtOnceFeature: StructCodec<CdTrackAtOnceFeature> = featurePayload<CdTrackAtOnceFeature>(
  "CdTrackAtOnceFeature",
  4,
  {
    _reserved0: reservedBits(0, 7, 7, trackAtOnce),
    bufferUnderrunFree: bit(0, 6, trackAtOnce),
    _reserved0b5: reservedBits(0, 5, 5, trackAtOnce),
    rawSubchannels: bit(0, 4, trackAtOnce),
    packedSubchannels: bit(0, 3, trackAtOnce),
    testWrite: bit(0, 2, trackAtOnce),
    cdRw: bit(0, 1, trackAtOnce),
    subchannels: bit(0, 0, trackAtOnce),
    _reserved1: byte(1, 1, reserved(1), trackAtOnce),
    dataTypesSupported: byte(2, 2, u16be, trackAtOnce),
  },
);

/** Feature 002Eh. */
export interface CdMasteringFeature {
  bufferUnderrunFree?: boolean;
  sessionAtOnce?: boolean;
  rawMultisession?: boolean;
  raw?: boolean;
  testWrite?: boolean;
  cdRw?: boolean;
  subchannels?: boolean;
  /** In bytes. */
  maximumCueSheetLength?: number;
}

const mastering = "MMC-6 CD mastering feature (002Eh)";

/** MMC-6 "CD mastering feature (002Eh)". */
export const cdMasteringFeature: StructCodec<CdMasteringFeature> = featurePayload<CdMasteringFeature>(
  "CdMasteringFeature",
  4,
  {
    _reserved0: reservedBits(0, 7, 7, mastering),
    bufferUnderrunFree: bit(0, 6, mastering),
    sessionAtOnce: bit(0, 5, mastering),
    rawMultisession: bit(0, 4, mastering),
    raw: bit(0, 3, mastering),
    testWrite: bit(0, 2, mastering),
    cdRw: bit(0, 1, mastering),
    subchannels: bit(0, 0, mastering),
    maximumCueSheetLength: byte(1, 3, u24be, mastering),
  },
);

/** Feature 002Fh. */
export interface DvdMinusWriteFeature {
  bufferUnderrunFree?: boolean;
  dualLayerR?: boolean;
  testWrite?: boolean;
  dvdRw?: boolean;
}

const minusWrite = "MMC-6 DVD-R/-RW write feature (002Fh)";

/** MMC-6 "DVD-R/-RW write feature (002Fh)". */
export const dvdMinusWriteFeature: StructCodec<DvdMinusWriteFeature> = featurePayload<DvdMinusWriteFeature>(
  "DvdMinusWriteFeature",
  4,
  {
    _reserved0: reservedBits(0, 7, 7, minusWrite),
    bufferUnderrunFree: bit(0, 6, minusWrite),
    _reserved0b5: reservedBits(0, 5, 4, minusWrite),
    dualLayerR: bit(0, 3, minusWrite),
    testWrite: bit(0, 2, minusWrite),
    dvdRw: bit(0, 1, minusWrite),
    _reserved0b0: reservedBits(0, 0, 0, minusWrite),
    _reserved1: byte(1, 3, reserved(3), minusWrite),
  },
);

/** The payload of feature 0033h: its link sizes. MMC-6 "Layer jump recording feature (0033h)". */
export function encodeLayerJump(linkSizes: readonly number[]): Uint8Array {
  const target = withLinkSizes(4, linkSizes);
  target[3] = linkSizes.length;
  return target;
}

/** Reads the link sizes out of the payload of feature 0033h. */
export function decodeLayerJump(bytes: Uint8Array): number[] {
  return [...bytes.subarray(4, 4 + (bytes[3] ?? 0))];
}

/** Feature 0037h. */
export interface CdRwWriteFeature {
  /** One bit for each sub-type of CD-RW: 0 normal speed, 1 high speed, 2 ultra speed, 3 ultra speed +. */
  mediaSubtypes?: number;
}

const cdRwWrite = "MMC-6 CD-RW media write support feature (0037h)";

/** MMC-6 "CD-RW media write support feature (0037h)". */
export const cdRwWriteFeature: StructCodec<CdRwWriteFeature> = featurePayload<CdRwWriteFeature>("CdRwWriteFeature", 4, {
  _reserved0: byte(0, 1, reserved(1), cdRwWrite),
  mediaSubtypes: byte(1, 1, u8, cdRwWrite),
  _reserved2: byte(2, 2, reserved(2), cdRwWrite),
});

/** Feature 0040h. Each bitmap has one bit for each version of a class of discs. */
export interface BdReadFeature {
  bdReClasses?: Uint8Array;
  bdRClasses?: Uint8Array;
  bdRomClasses?: Uint8Array;
}

const bdReadClause = "MMC-6 BD read feature (0040h)";

/** MMC-6 "BD read feature (0040h)". */
export const bdReadFeature: StructCodec<BdReadFeature> = featurePayload<BdReadFeature>("BdReadFeature", 28, {
  _reserved0: byte(0, 4, reserved(4), bdReadClause),
  bdReClasses: byte(4, 8, rawBytes(8), bdReadClause),
  bdRClasses: byte(12, 8, rawBytes(8), bdReadClause),
  bdRomClasses: byte(20, 8, rawBytes(8), bdReadClause),
});

/** Feature 0041h. */
export interface BdWriteFeature {
  /** WRITE (12) may say that what was written need not be verified. */
  verifyNotRequired?: boolean;
  bdReClasses?: Uint8Array;
  bdRClasses?: Uint8Array;
}

const bdWriteClause = "MMC-6 BD write feature (0041h)";

/** MMC-6 "BD write feature (0041h)". */
export const bdWriteFeature: StructCodec<BdWriteFeature> = featurePayload<BdWriteFeature>("BdWriteFeature", 20, {
  _reserved0: reservedBits(0, 7, 1, bdWriteClause),
  verifyNotRequired: bit(0, 0, bdWriteClause),
  _reserved1: byte(1, 3, reserved(3), bdWriteClause),
  bdReClasses: byte(4, 8, rawBytes(8), bdWriteClause),
  bdRClasses: byte(12, 8, rawBytes(8), bdWriteClause),
});
