/** What drives do against the standard, and what was made of it. The names are stable: programs may look for them. */
export const quirks = {
  "no-configuration": "the drive knows no GET CONFIGURATION: the medium was told from whether it is erasable",
  "feature-list-nonsense": "the drive announces a list of features longer than any: features count as unknown",
  "no-disc-information":
    "the drive knows no READ DISC INFORMATION: the state of the disc follows from its tracks, or the table of contents",
  "short-disc-information": "READ DISC INFORMATION ends before the fields it should have",
  "short-track-information": "READ TRACK INFORMATION ends before the fields it should have",
  "no-track-information": "the drive tells nothing of its tracks: sessions are those of the table of contents",
  "next-track-by-number": "the drive does not know the next track as FFh: it was asked by its number",
  "next-track-by-ffh": "the drive does not know the next track by its number: it was asked as FFh",
  "last-track-refused": "the drive tells nothing of the track it should write next: it counts as full",
  "write-parameters-first": "the drive named a next writable address only after it was told how it would be written",
  "address-before-start": "the drive names a next writable address before the start of the disc: its start was taken",
  "address-below-recorded":
    "the drive names a next writable address within what is recorded: nothing will be written there",
  "formatted-bd-r": "the drive says of a formatted blank BD-R that it can be appended to: it counts as blank",
  "data-mode-unknown": "the drive does not know the data mode of a track: it counts as data",
  "erasable-bit": "the drive says of a medium that can be written once that it is erasable",
  "format-block-length": "the drive counts format capacities in blocks of another length: they were converted",
} as const;

/** The name of a quirk. */
export type QuirkName = keyof typeof quirks;

/** A quirk that was met, with what was made of it. */
export interface AppliedQuirk {
  readonly name: QuirkName;
  readonly text: string;
}

/** The quirks of a set, in the order of the table. */
export function appliedQuirks(met: ReadonlySet<QuirkName>): AppliedQuirk[] {
  return Object.entries(quirks)
    .filter(([name]) => met.has(name as QuirkName))
    .map(([name, text]) => ({ name: name as QuirkName, text }));
}
