/** How much fits on the kinds of blank media, by the names they have everywhere here. MMC-6 "Profiles". */

const compactDisc = 359_849;
const dvdMinus = 2_298_496;
const dvdPlus = 2_295_104;
const dvdPlusDouble = 4_173_824;
const bluRay = 12_219_392;
const bluRayDouble = 24_438_784;

/** The kinds of media that can be written. */
export type WritableMedia =
  | "cd-r"
  | "cd-rw"
  | "dvd-r"
  | "dvd-rw"
  | "dvd-r-dl"
  | "dvd+r"
  | "dvd+r-dl"
  | "dvd+rw"
  | "dvd+rw-dl"
  | "dvd-ram"
  | "bd-r"
  | "bd-r-dl"
  | "bd-re"
  | "bd-re-dl";

/** Blocks that can be written on a usual blank medium of a type: CD of 80 minutes, BD without spare areas. */
export const mediaCapacities: Readonly<Record<WritableMedia, number>> = {
  "cd-r": compactDisc,
  "cd-rw": compactDisc,
  "dvd-r": dvdMinus,
  "dvd-rw": dvdMinus,
  "dvd-r-dl": 4_171_712,
  "dvd+r": dvdPlus,
  "dvd+r-dl": dvdPlusDouble,
  "dvd+rw": dvdPlus,
  "dvd+rw-dl": dvdPlusDouble,
  "dvd-ram": 2_236_704,
  "bd-r": bluRay,
  "bd-r-dl": bluRayDouble,
  "bd-re": bluRay,
  "bd-re-dl": bluRayDouble,
};
