/** Times of the volume that options give. */
import type { ImageOptions } from "../node.js";
import type { OptionValues } from "./parse.js";
import { splitAtEquals } from "./sources.js";
import { usageError } from "./usage.js";

type VolumeDates = Pick<ImageOptions, "volumeCreation" | "volumeModification" | "volumeEffective" | "volumeExpiration">;

/** The option of the library for each word of --volume-date. */
const members: ReadonlyMap<string, keyof VolumeDates> = new Map([
  ["created", "volumeCreation"],
  ["modified", "volumeModification"],
  ["effective", "volumeEffective"],
  ["expires", "volumeExpiration"],
]);

/** A date, or a date with a time, as ISO 8601 writes them; without a zone it is UTC. NaN for what is none. */
function timeOf(text: string): number {
  const match = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[-+]\d\d:\d\d)?)?$/.exec(text);
  if (match === null) return Number.NaN;
  const [, date, time = "00:00", zone = "Z"] = match;
  // A day that the month does not have is taken for one of the next month.
  const isDay = new Date(`${date}T00:00Z`).toJSON()?.startsWith(date!) === true;
  return isDay ? Date.parse(`${date}T${time}${zone}`) : Number.NaN;
}

/** What --volume-date says. @throws {@link DiscError} E_USAGE. */
export function volumeDatesOf(options: OptionValues): VolumeDates {
  const dates: { -readonly [Key in keyof VolumeDates]: VolumeDates[Key] } = {};
  for (const word of options.texts("volume-date")) {
    const [which, text] = splitAtEquals(word) ?? ["", ""];
    const member = members.get(which);
    const ms = timeOf(text);
    if (member === undefined || Number.isNaN(ms)) {
      const expected = `WHICH=TIME with ${[...members.keys()].join(", ")} and a time such as 2026-03-04T11:22:33Z`;
      throw usageError(`--volume-date is "${word}", expected ${expected}`);
    }
    dates[member] = ms;
  }
  return dates;
}
