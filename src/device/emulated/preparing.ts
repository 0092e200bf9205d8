import { blankingTypes } from "../mmc/blank.js";
import { blanked } from "./blank.js";
import type { FormatRequest } from "./format.js";
import { formatted } from "./format.js";
import type { LoadedDisc } from "./loaded-disc.js";
import type { MediumState } from "./medium.js";
import { recordedEnd } from "./medium.js";

/** A change of the whole disc that takes its time: what is begun at once, and how it ends. */
export interface Preparation {
  /** What the disc is meanwhile, and stays if power fails. */
  begin(): Promise<void>;
  end(): Promise<void>;
}

/**
 * BLANK.
 *
 * @throws Refusal as {@link blanked}; nothing was changed then.
 */
export function blanking(disc: LoadedDisc, type: number): Preparation {
  const medium = blanked(disc.medium, type);
  const isPartial = type === blankingTypes.session || type === blankingTypes.uncloseLastSession;
  return isPartial ? shortening(disc, medium) : replacing(disc, medium, "blank");
}

/**
 * FORMAT UNIT.
 *
 * @throws Refusal as {@link formatted}; nothing was changed then.
 */
export function formatting(disc: LoadedDisc, request: FormatRequest): Preparation {
  const { medium, erases } = formatted(disc.medium, request);
  if (erases) return replacing(disc, medium, "format");
  return { begin: async () => {}, end: () => disc.save(medium) };
}

/** Takes the whole disc's content away. Where that is not brought to an end, the disc says so. */
function replacing(disc: LoadedDisc, medium: MediumState, what: "blank" | "format"): Preparation {
  return {
    begin: () => disc.save({ ...disc.medium, interrupted: what }),
    end: async () => {
      await disc.truncate(0);
      await disc.sync();
      await disc.save(medium);
    },
  };
}

/** Takes the end of a disc away: first from its tables, then from its file. */
function shortening(disc: LoadedDisc, medium: MediumState): Preparation {
  return {
    begin: async () => {},
    end: async () => {
      await disc.save({ ...medium, acceptedBytes: Math.max(medium.acceptedBytes, await disc.fileBytes()) });
      await disc.truncate(recordedEnd(medium));
      await disc.sync();
      await disc.save(medium);
    },
  };
}
