import { DiscError } from "../../errors.js";
import { formattedAsUsual } from "./format.js";
import type { MediumState, SequentialMedium } from "./medium.js";
import { usableBlocks, withSessionClosed, withTrack, withTrackBegun } from "./sequential.js";

/** How tracks come about on a medium where nothing else is asked for. */
export function usualWriting(state: SequentialMedium): "incremental" | "trackAtOnce" {
  return state.media.family === "cd" ? "trackAtOnce" : "incremental";
}

/**
 * A blank disc with content that came from elsewhere: on media with sessions, as the first one, closed.
 *
 * @param blocks How many there are, from block 0 on.
 * @throws {@link DiscError} E_DISC_FULL where they are too many.
 */
export function withContent(blank: MediumState, blocks: number): MediumState {
  const whole = blank.model === "overwritable" ? formattedAsUsual(blank) : blank;
  const room = whole.model === "overwritable" ? whole.userBlocks : usableBlocks(whole);
  if (blocks > room) {
    const message = `the file has ${blocks} blocks, the medium ${room}`;
    throw new DiscError("E_DISC_FULL", message, { blocks, freeBlocks: room });
  }
  if (whole.model === "overwritable") return { ...whole, recordedBlocks: blocks };
  if (blocks === 0) return whole;
  const recorded = withTrack(withTrackBegun(whole, usualWriting(whole)), 1, { blocks, state: "complete" });
  return withSessionClosed(recorded, false);
}

/** A blank CD that begins with a closed session of one audio track of so many blocks. */
export function withAudioSession(blank: SequentialMedium, blocks: number): SequentialMedium {
  const audio = { blocks, state: "complete", content: "audio" } as const;
  return withSessionClosed(withTrack(withTrackBegun(blank, "sessionAtOnce"), 1, audio), false);
}
