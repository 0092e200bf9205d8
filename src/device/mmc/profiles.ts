/** What the device layer has to know of a kind of media, by the profile that a drive reports for it. MMC-6 "Profiles". */
export interface Profile {
  readonly number: number;
  /** Name of the media type, as in `create --media`. */
  readonly media: string;
  /** `writeOnce` and `rewritable` grow by sessions; `overwritable` has none; `readOnly` is what it is. */
  readonly model: "readOnly" | "writeOnce" | "rewritable" | "overwritable";
}

const profiles: readonly Profile[] = [
  { number: 0x0008, media: "cd-rom", model: "readOnly" },
  { number: 0x0009, media: "cd-r", model: "writeOnce" },
  { number: 0x000a, media: "cd-rw", model: "rewritable" },
  { number: 0x0010, media: "dvd-rom", model: "readOnly" },
  { number: 0x0011, media: "dvd-r", model: "writeOnce" },
  { number: 0x0012, media: "dvd-ram", model: "overwritable" },
  { number: 0x0013, media: "dvd-rw", model: "overwritable" },
  { number: 0x0014, media: "dvd-rw", model: "rewritable" },
  { number: 0x0015, media: "dvd-r-dl", model: "writeOnce" },
  { number: 0x0016, media: "dvd-r-dl", model: "writeOnce" },
  { number: 0x001a, media: "dvd+rw", model: "overwritable" },
  { number: 0x001b, media: "dvd+r", model: "writeOnce" },
  { number: 0x002a, media: "dvd+rw-dl", model: "overwritable" },
  { number: 0x002b, media: "dvd+r-dl", model: "writeOnce" },
  { number: 0x0040, media: "bd-rom", model: "readOnly" },
  { number: 0x0041, media: "bd-r", model: "writeOnce" },
  { number: 0x0042, media: "bd-r", model: "overwritable" },
  { number: 0x0043, media: "bd-re", model: "overwritable" },
];

/** The profile of that number; one that nothing is known of counts as read-only. */
export function profileOf(number: number): Profile {
  return profiles.find((profile) => profile.number === number) ?? { number, media: "unknown", model: "readOnly" };
}
