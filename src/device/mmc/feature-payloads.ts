/**
 * What belongs to each feature, behind the head that all have. Payloads of older drives are shorter, and what they
 * lack is absent in the value. MMC-6 "Feature definitions".
 */
import { u16be, u32be } from "../../codec/integers.js";
import { bit, bits, byte, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { reserved } from "../../codec/text.js";
import { featurePaddingBytes, featurePayload } from "./features.js";
import { decodeItems, encodeItems } from "./items.js";

/** A profile that a drive knows. */
export interface ProfileDescriptor {
  profileNumber: number;
  current: boolean;
}

const list = "MMC-6 Profile list feature (0000h)";

const profileDescriptor: StructCodec<ProfileDescriptor> = struct<ProfileDescriptor>("ProfileDescriptor", 4, {
  profileNumber: byte(0, 2, u16be, list),
  _reserved2: reservedBits(2, 7, 1, list),
  current: bit(2, 0, list),
  _reserved3: byte(3, 1, reserved(1), list),
});

/** The payload of feature 0000h. */
export function encodeProfileList(profiles: readonly ProfileDescriptor[]): Uint8Array {
  const target = new Uint8Array(profiles.length * profileDescriptor.size);
  encodeItems(profileDescriptor, profiles, target, 0);
  return target;
}

/** Reads the payload of feature 0000h. */
export function decodeProfileList(bytes: Uint8Array): ProfileDescriptor[] {
  return decodeItems(profileDescriptor, bytes, 0, bytes.length);
}

/** Feature 0001h. */
export interface CoreFeature {
  /** 1 SCSI, 2 ATAPI, 7 serial ATAPI, 8 USB. */
  physicalInterfaceStandard?: number;
  /** Newer drives tell device busy events. */
  deviceBusyEvents?: boolean;
  inquiry2?: boolean;
}

const core = "MMC-6 Core feature (0001h)";

/** MMC-6 "Core feature (0001h)". */
export const coreFeature: StructCodec<CoreFeature> = featurePayload<CoreFeature>("CoreFeature", 8, {
  physicalInterfaceStandard: byte(0, 4, u32be, core),
  _reserved4: reservedBits(4, 7, 2, core),
  inquiry2: bit(4, 1, core),
  deviceBusyEvents: bit(4, 0, core),
  _reserved5: byte(5, 3, reserved(3), core),
});

/** Feature 0003h. */
export interface RemovableMediumFeature {
  /** 0 caddy, 1 tray, 2 pop-up, 4 changer, 5 changer with magazine. */
  loadingMechanism?: number;
  canLoad?: boolean;
  canEject?: boolean;
  /** A jumper locks the tray when the drive is switched on. */
  preventJumper?: boolean;
  deviceBusyMediaLoad?: boolean;
  canLock?: boolean;
}

const removable = "MMC-6 Removable medium feature (0003h)";

/** MMC-6 "Removable medium feature (0003h)". */
export const removableMediumFeature: StructCodec<RemovableMediumFeature> = featurePayload<RemovableMediumFeature>(
  "RemovableMediumFeature",
  4,
  {
    loadingMechanism: bits(0, 7, 5, removable),
    canLoad: bit(0, 4, removable),
    canEject: bit(0, 3, removable),
    preventJumper: bit(0, 2, removable),
    deviceBusyMediaLoad: bit(0, 1, removable),
    canLock: bit(0, 0, removable),
    _reserved1: byte(1, 3, reserved(3), removable),
  },
);

/** Feature 0010h. */
export interface RandomReadableFeature {
  logicalBlockBytes?: number;
  /** Blocks that are read as one. */
  blocking?: number;
  errorRecoveryPage?: boolean;
}

const readable = "MMC-6 Random readable feature (0010h)";

/** MMC-6 "Random readable feature (0010h)". */
export const randomReadableFeature: StructCodec<RandomReadableFeature> = featurePayload<RandomReadableFeature>(
  "RandomReadableFeature",
  8,
  {
    logicalBlockBytes: byte(0, 4, u32be, readable),
    blocking: byte(4, 2, u16be, readable),
    _reserved6: reservedBits(6, 7, 1, readable),
    errorRecoveryPage: bit(6, 0, readable),
    _reserved7: byte(7, 1, reserved(1), readable),
  },
);

/** Feature 001Eh. */
export interface CdReadFeature {
  digitalAudioPlay?: boolean;
  c2Flags?: boolean;
  cdText?: boolean;
}

const cdReadClause = "MMC-6 CD read feature (001Eh)";

/** MMC-6 "CD read feature (001Eh)". */
export const cdReadFeature: StructCodec<CdReadFeature> = featurePayload<CdReadFeature>("CdReadFeature", 4, {
  digitalAudioPlay: bit(0, 7, cdReadClause),
  _reserved0: reservedBits(0, 6, 2, cdReadClause),
  c2Flags: bit(0, 1, cdReadClause),
  cdText: bit(0, 0, cdReadClause),
  _reserved1: byte(1, 3, reserved(3), cdReadClause),
});

/** Feature 001Fh. */
export interface DvdReadFeature {
  multi110?: boolean;
  dualLayerRw?: boolean;
  dualLayerR?: boolean;
}

const dvdReadClause = "MMC-6 DVD read feature (001Fh)";

/** MMC-6 "DVD read feature (001Fh)". */
export const dvdReadFeature: StructCodec<DvdReadFeature> = featurePayload<DvdReadFeature>("DvdReadFeature", 4, {
  _reserved0: reservedBits(0, 7, 1, dvdReadClause),
  multi110: bit(0, 0, dvdReadClause),
  _reserved1: byte(1, 1, reserved(1), dvdReadClause),
  _reserved2: reservedBits(2, 7, 2, dvdReadClause),
  dualLayerRw: bit(2, 1, dvdReadClause),
  dualLayerR: bit(2, 0, dvdReadClause),
  _reserved3: byte(3, 1, reserved(1), dvdReadClause),
});

/** Feature 0107h. */
export interface RealTimeStreamingFeature {
  readBufferCapacityBlock?: boolean;
  setCdSpeed?: boolean;
  /** The capabilities mode page lists the write speeds. */
  modePage2aSpeeds?: boolean;
  /** GET PERFORMANCE type 3 lists the write speeds. */
  writeSpeedDescriptors?: boolean;
  streamWriting?: boolean;
}

const streaming = "MMC-6 Real-time streaming feature (0107h)";

/** MMC-6 "Real-time streaming feature (0107h)". */
export const realTimeStreamingFeature: StructCodec<RealTimeStreamingFeature> = featurePayload<RealTimeStreamingFeature>(
  "RealTimeStreamingFeature",
  4,
  {
    _reserved0: reservedBits(0, 7, 5, streaming),
    readBufferCapacityBlock: bit(0, 4, streaming),
    setCdSpeed: bit(0, 3, streaming),
    modePage2aSpeeds: bit(0, 2, streaming),
    writeSpeedDescriptors: bit(0, 1, streaming),
    streamWriting: bit(0, 0, streaming),
    _reserved1: byte(1, 3, reserved(3), streaming),
  },
);

/** The payload of feature 0108h: the drive's serial number. MMC-6 "Logical unit serial number feature (0108h)". */
export function encodeSerialNumber(serialNumber: string): Uint8Array {
  const bytes = Math.ceil(serialNumber.length / featurePaddingBytes) * featurePaddingBytes;
  return new TextEncoder().encode(serialNumber.padEnd(bytes, " "));
}

/** Reads the payload of feature 0108h. */
export function decodeSerialNumber(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes).replace(/[ \0]+$/, "");
}
