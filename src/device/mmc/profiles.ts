/** What the device layer has to know of a kind of media, by the profile that a drive reports for it. MMC-6 "Profiles". */
export interface Profile {
  readonly number: number;
  /** Name of the media type, as in `create --media`. */
  readonly media: string;
  /** `writeOnce` and `rewritable` grow by sessions; `overwritable` has none; `readOnly` is what it is. */
  readonly model: "readOnly" | "writeOnce" | "rewritable" | "overwritable";
  /** How this package writes it; absent where it doesn't yet. */
  readonly procedure?: WriteProcedure;
}

/** How one family of media is written. */
export interface WriteProcedure {
  readonly family: "cd" | "dvd+r" | "bd-r";
  /** Blocks written as one unit: a sector of a CD, an ECC block of DVD and BD. */
  readonly writeUnitBlocks: number;
  /** Blocks in one WRITE. MMC-6 leaves it open; burners in the field use these. */
  readonly transferBlocks: number;
  /** The feature that is current while the drive can write such a medium. MMC-6 "Features". */
  readonly writeFeature: number;
  /** Whether READ TRACK INFORMATION takes FFh for the track that is written next. */
  readonly hasInvisibleTrackNumber: boolean;
  /** Unreadable blocks at the end of a track written at once; the track's size counts them. */
  readonly runOutBlocks: number;
  /** Zero blocks written behind an image, because readers run ahead into the run-out. */
  readonly postGapBlocks: number;
  /** CLOSE TRACK/SESSION function that finalises the disc; on CD the write parameters say it instead. */
  readonly finaliseFunction: number;
}

/** Close Session, in CLOSE TRACK/SESSION. */
const closeSessionFunction = 2;

const cd: WriteProcedure = {
  family: "cd",
  writeUnitBlocks: 1,
  transferBlocks: 16,
  writeFeature: 0x002d,
  hasInvisibleTrackNumber: true,
  runOutBlocks: 2,
  postGapBlocks: 150,
  finaliseFunction: closeSessionFunction,
};

const dvdPlusR: WriteProcedure = {
  family: "dvd+r",
  writeUnitBlocks: 16,
  transferBlocks: 16,
  writeFeature: 0x002b,
  hasInvisibleTrackNumber: true,
  runOutBlocks: 0,
  postGapBlocks: 0,
  // "Minimal radius": some drives take no other function to finalise.
  finaliseFunction: 5,
};

const bdR: WriteProcedure = {
  family: "bd-r",
  writeUnitBlocks: 32,
  transferBlocks: 32,
  writeFeature: 0x0041,
  hasInvisibleTrackNumber: false,
  runOutBlocks: 0,
  postGapBlocks: 0,
  finaliseFunction: 6,
};

const profiles: readonly Profile[] = [
  { number: 0x0008, media: "cd-rom", model: "readOnly" },
  { number: 0x0009, media: "cd-r", model: "writeOnce", procedure: cd },
  { number: 0x000a, media: "cd-rw", model: "rewritable" },
  { number: 0x0010, media: "dvd-rom", model: "readOnly" },
  { number: 0x0011, media: "dvd-r", model: "writeOnce" },
  { number: 0x0012, media: "dvd-ram", model: "overwritable" },
  { number: 0x0013, media: "dvd-rw", model: "overwritable" },
  { number: 0x0014, media: "dvd-rw", model: "rewritable" },
  { number: 0x0015, media: "dvd-r-dl", model: "writeOnce" },
  { number: 0x0016, media: "dvd-r-dl", model: "writeOnce" },
  { number: 0x001a, media: "dvd+rw", model: "overwritable" },
  { number: 0x001b, media: "dvd+r", model: "writeOnce", procedure: dvdPlusR },
  { number: 0x002a, media: "dvd+rw-dl", model: "overwritable" },
  { number: 0x002b, media: "dvd+r-dl", model: "writeOnce" },
  { number: 0x0040, media: "bd-rom", model: "readOnly" },
  { number: 0x0041, media: "bd-r", model: "writeOnce", procedure: bdR },
  { number: 0x0042, media: "bd-r", model: "overwritable" },
  { number: 0x0043, media: "bd-re", model: "overwritable" },
];

/** The profile of that number; one that nothing is known of counts as read-only. */
export function profileOf(number: number): Profile {
  return profiles.find((profile) => profile.number === number) ?? { number, media: "unknown", model: "readOnly" };
}
