import type { CapabilitiesPage } from "../mmc/capabilities-page.js";
import type { Feature } from "../mmc/features.js";
import type { StandardInquiryData } from "../mmc/inquiry.js";
import { profileOf } from "../mmc/profiles.js";
import type { DiscInformation } from "../mmc/read-disc-information.js";
import type { FormatCapacities } from "../mmc/read-format-capacities.js";
import type { TrackInformation } from "../mmc/read-track-information.js";
import type { DiscStructures } from "./ask-structures.js";
import type { QuirkName } from "./quirks.js";

/** What a disc begins with, or its last session: sixteen blocks of system area, and the first descriptor. */
export interface RecordedStart {
  /** Stands for the bytes; empty where they could not be read. */
  readonly mark: string;
  /** `blank` where nothing but zeros was recorded, or nothing at all. */
  readonly content: "blank" | "recorded" | "unreadable";
}

/** What a drive said about itself and its disc, before anything is made of it. */
export interface DriveReplies {
  readonly profileNumber: number;
  readonly inquiry: StandardInquiryData | null;
  /** `null` where the drive knows no GET CONFIGURATION, or talks nonsense. */
  readonly features: readonly Feature[] | null;
  /** `null` where the drive has no such mode page. */
  readonly capabilities: CapabilitiesPage | null;
  readonly disc: DiscInformation;
  /** Bytes of READ DISC INFORMATION; 0 where it was put together from the table of contents. */
  readonly discInformationBytes: number;
  /** By track number; the last is the one that is written next, where there is one. */
  readonly tracks: readonly TrackInformation[];
  /** Last block of READ CAPACITY; `null` where the drive told none. */
  readonly lastReadableLba: number | null;
  readonly formatCapacities: FormatCapacities | null;
  readonly structures: DiscStructures;
  /** Of the last session, or of the disc where it can be overwritten; `null` where there is none. */
  readonly start: RecordedStart | null;
  /** Quirks that showed while it was asked. */
  readonly quirks: ReadonlySet<QuirkName>;
}

/** The number of a profile that drives older than profiles stand for. */
export function guessedProfile(erasable: boolean): number {
  return erasable ? 0x000a : 0x0009;
}

/** Whether READ DISC INFORMATION says that nothing can be added, or the medium is one that only can be read. */
export function isClosedDisc({ disc, profileNumber }: Pick<DriveReplies, "disc" | "profileNumber">): boolean {
  return disc.discStatus === discStatuses.complete || profileOf(profileNumber).model === "readOnly";
}

/** MMC-6 "Disc status". */
export const discStatuses: { readonly blank: 0; readonly appendable: 1; readonly complete: 2; readonly other: 3 } = {
  blank: 0,
  appendable: 1,
  complete: 2,
  other: 3,
};

/** MMC-6 "State of last session". */
export const sessionStates: {
  readonly empty: 0;
  readonly incomplete: 1;
  readonly damaged: 2;
  readonly complete: 3;
} = { empty: 0, incomplete: 1, damaged: 2, complete: 3 };

/** MMC-6 "Background format status". */
export const backgroundFormats: {
  readonly none: 0;
  readonly suspended: 1;
  readonly running: 2;
  readonly complete: 3;
} = { none: 0, suspended: 1, running: 2, complete: 3 };
