import { blankingTypes } from "../mmc/blank.js";
import type { MediumState, SequentialMedium } from "./medium.js";
import { asSequential } from "./medium.js";
import { checkCondition } from "./refusal.js";
import { openSessionTracks } from "./sequential.js";

/**
 * The disc as BLANK leaves it. MMC-6 "BLANK command".
 *
 * @throws Refusal 5/30/00 for media that cannot be blanked, 5/24/00 for ways that their drives don't know, 5/2C/00
 *   where there is no session to take the closing from.
 */
export function blanked(state: MediumState, type: number): SequentialMedium {
  const { media } = state;
  if (!media.erasable || media.sequential === null) throw checkCondition(5, 0x30, 0x00);
  if (type === blankingTypes.disc) return asSequential(state);
  if (type === blankingTypes.minimal) return { ...asSequential(state), atOnceOnly: media.family === "dvd-r" };
  if (media.family !== "cd" || state.model !== "sequential") throw checkCondition(5, 0x24, 0x00);
  if (type === blankingTypes.uncloseLastSession) return unclosed(state);
  if (type === blankingTypes.session) return withoutLastSession(state);
  throw checkCondition(5, 0x24, 0x00);
}

/** The disc with its last session open again. */
function unclosed(state: SequentialMedium): SequentialMedium {
  if (state.closedSessions === 0 || openSessionTracks(state).length > 0) throw checkCondition(5, 0x2c, 0x00);
  return { ...state, closedSessions: state.closedSessions - 1, finalised: false };
}

function withoutLastSession(state: SequentialMedium): SequentialMedium {
  const lastNumber = state.tracks.at(-1)?.session ?? 0;
  const tracks = state.tracks.filter(({ session }) => session < lastNumber);
  return { ...state, tracks, closedSessions: Math.max(0, lastNumber - 1), finalised: false };
}
