import { featureCodes as feature } from "../mmc/feature-codes.js";

/** The families of media that are written alike. */
export type MediaFamily =
  | "cd"
  | "dvd-r"
  | "dvd-r-dl"
  | "dvd-rw-overwrite"
  | "dvd+r"
  | "dvd+r-dl"
  | "dvd+rw"
  | "dvd-ram"
  | "bd-r"
  | "bd-re";

/** What is true of all media of one profile that can be written. */
export interface MediaTraits {
  readonly family: MediaFamily;
  /** Blocks recorded as one unit: a sector of a CD, an ECC block of DVD and BD. */
  readonly writeUnitBlocks: number;
  /** What first address and length of a WRITE have to be multiples of. */
  readonly addressUnitBlocks: number;
  /** Features of which one is current while the drive can write such a medium. MMC-6 "Features". */
  readonly writeFeatures: readonly number[];
  /**
   * By which number READ TRACK INFORMATION tells where to go on: FFh, the track that is not visible yet; the last track
   * of READ DISC INFORMATION; or 1, where there is one track for ever.
   */
  readonly nextTrack: "invisible" | "last" | "only";
  /** Unreadable blocks that end a track written at once; the track's size counts them. */
  readonly runOutBlocks: number;
  /** Zero blocks written behind an image, because readers run ahead into the run-out. */
  readonly postGapBlocks: number;
}

const dvdUnitBlocks = 16;
const bdUnitBlocks = 32;

function dvd(
  family: MediaFamily,
  nextTrack: MediaTraits["nextTrack"],
  writeFeatures: readonly number[],
  addressUnitBlocks: number = dvdUnitBlocks,
): MediaTraits {
  const writeUnitBlocks = dvdUnitBlocks;
  return { family, writeUnitBlocks, addressUnitBlocks, writeFeatures, nextTrack, runOutBlocks: 0, postGapBlocks: 0 };
}

function bd(
  family: MediaFamily,
  nextTrack: MediaTraits["nextTrack"],
  writeFeatures: readonly number[],
  addressUnitBlocks: number,
): MediaTraits {
  const writeUnitBlocks = bdUnitBlocks;
  return { family, writeUnitBlocks, addressUnitBlocks, writeFeatures, nextTrack, runOutBlocks: 0, postGapBlocks: 0 };
}

const cd: MediaTraits = {
  family: "cd",
  writeUnitBlocks: 1,
  addressUnitBlocks: 1,
  writeFeatures: [feature.cdTrackAtOnce, feature.cdMastering],
  nextTrack: "invisible",
  runOutBlocks: 2,
  postGapBlocks: 150,
};

/** By profile number. Layer jump recording of DVD-R DL and random recording of BD-R are left out: nobody writes them. */
const traitsByProfile: ReadonlyMap<number, MediaTraits> = new Map([
  [0x0009, cd],
  [0x000a, cd],
  [0x0011, dvd("dvd-r", "last", [feature.dvdMinusWrite, feature.incrementalStreaming])],
  [0x0012, dvd("dvd-ram", "only", [feature.randomWritable], 1)],
  [0x0013, dvd("dvd-rw-overwrite", "only", [feature.restrictedOverwrite, feature.randomWritable])],
  [0x0014, dvd("dvd-r", "last", [feature.dvdMinusWrite, feature.incrementalStreaming])],
  [0x0015, dvd("dvd-r-dl", "last", [feature.dvdMinusWrite, feature.incrementalStreaming])],
  [0x001a, dvd("dvd+rw", "only", [feature.dvdPlusRw, feature.randomWritable], 1)],
  [0x001b, dvd("dvd+r", "invisible", [feature.dvdPlusR])],
  [0x002a, dvd("dvd+rw", "only", [feature.dvdPlusRwDualLayer, feature.dvdPlusRw, feature.randomWritable], 1)],
  // Drives older than the feature of its own report that of DVD+R for it.
  [0x002b, dvd("dvd+r-dl", "invisible", [feature.dvdPlusRDualLayer, feature.dvdPlusR])],
  [0x0041, bd("bd-r", "last", [feature.bdWrite], bdUnitBlocks)],
  [0x0043, bd("bd-re", "only", [feature.bdWrite, feature.randomWritable], 1)],
]);

/** The traits of a profile; `undefined` for media that are not written. */
export function traitsOf(profileNumber: number): MediaTraits | undefined {
  return traitsByProfile.get(profileNumber);
}
