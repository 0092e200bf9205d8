/** What READ DISC INFORMATION tells beside the state of the disc: how much of what can still be done. */
import { u16be, u32be } from "../../codec/integers.js";
import { bits, byte, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { reserved } from "../../codec/text.js";

/** Data types of READ DISC INFORMATION. MMC-6 "Disc information data types". */
export const discInformationTypes: {
  readonly standard: 0;
  readonly trackResources: 1;
  readonly pseudoOverwriteResources: 2;
} = { standard: 0, trackResources: 1, pseudoOverwriteResources: 2 };

/** How many tracks there are and can be. */
export interface TrackResources {
  /** Bytes that follow this field: 10. */
  dataLength: number;
  dataType: number;
  maximumTracks: number;
  assignedTracks: number;
  /** Tracks that can be open, for writing, at one time. */
  maximumAppendableTracks: number;
  appendableTracks: number;
}

const tracks = "MMC-6 Track resources information";

/** MMC-6 "Track resources information". */
export const trackResources: StructCodec<TrackResources> = struct<TrackResources>("TrackResources", 12, {
  dataLength: byte(0, 2, u16be, tracks),
  dataType: bits(2, 7, 5, tracks),
  _reserved2: reservedBits(2, 4, 0, tracks),
  _reserved3: byte(3, 1, reserved(1), tracks),
  maximumTracks: byte(4, 2, u16be, tracks),
  assignedTracks: byte(6, 2, u16be, tracks),
  maximumAppendableTracks: byte(8, 2, u16be, tracks),
  appendableTracks: byte(10, 2, u16be, tracks),
});

/** How often blocks of a BD-R can still be written again. */
export interface PseudoOverwriteResources {
  /** Bytes that follow this field: 14. */
  dataLength: number;
  dataType: number;
  /** Clusters. */
  remainingReplacements: number;
  remainingMapEntries: number;
  /** How often the map of replacements can be recorded. */
  remainingUpdates: number;
}

const overwriting = "MMC-6 POW resources information";

/** MMC-6 "POW resources information". */
export const pseudoOverwriteResources: StructCodec<PseudoOverwriteResources> = struct<PseudoOverwriteResources>(
  "PseudoOverwriteResources",
  16,
  {
    dataLength: byte(0, 2, u16be, overwriting),
    dataType: bits(2, 7, 5, overwriting),
    _reserved2: reservedBits(2, 4, 0, overwriting),
    _reserved3: byte(3, 1, reserved(1), overwriting),
    remainingReplacements: byte(4, 4, u32be, overwriting),
    remainingMapEntries: byte(8, 4, u32be, overwriting),
    remainingUpdates: byte(12, 4, u32be, overwriting),
  },
);
