import type { Session } from "../../medium/session.js";
import { profileOf } from "../mmc/profiles.js";
import { formattedBlocksOf, isBlank } from "./media.js";
import type { DriveReplies } from "./replies.js";
import { isClosedDisc, sessionStates } from "./replies.js";
import type { TrackSnapshot } from "./tracks.js";
import { tracksOf } from "./tracks.js";

/** How many sessions are closed: the last that is counted may be open, or empty. */
export function completeSessionsOf(replies: DriveReplies): number {
  const { numberOfSessions, stateOfLastSession } = replies.disc;
  if (isBlank(replies)) return 0;
  const isWhole = stateOfLastSession === sessionStates.complete || isClosedDisc(replies);
  return numberOfSessions - (isWhole ? 0 : 1);
}

/** The sessions in which something was recorded. A medium that can be overwritten has one, unless it is blank. */
export function sessionsOf(replies: DriveReplies, tracks: readonly TrackSnapshot[]): Session[] {
  if (profileOf(replies.profileNumber).model === "overwritable") {
    if (isBlank(replies)) return [];
    return [{ number: 1, startLba: 0, blocks: formattedBlocksOf(replies), state: "complete", data: true }];
  }
  const complete = completeSessionsOf(replies);
  const sessions: Session[] = [];
  for (const number of new Set(tracks.map(({ session }) => session))) {
    const own = tracks.filter(({ session }) => session === number);
    const last = own.findLast(({ lastRecordedLba }) => lastRecordedLba !== null);
    if (last === undefined) continue;
    // An importer starts where data starts: an audio track may come before.
    const firstData = own.find(({ data, lastRecordedLba }) => data && lastRecordedLba !== null);
    const { startLba } = firstData ?? own[0]!;
    sessions.push({
      number,
      startLba,
      blocks: last.lastRecordedLba! + 1 - startLba,
      state: own.some(({ damaged }) => damaged) ? "damaged" : number <= complete ? "complete" : "open",
      data: firstData !== undefined,
    });
  }
  return sessions;
}

/** The last session that is complete, undamaged and data; `null` where there is none. */
export function lastDataSessionIn(sessions: readonly Session[]): Session | null {
  return sessions.findLast(({ state, data }) => state === "complete" && data) ?? null;
}

/** The same, from what a drive said. */
export function lastDataSessionOf(replies: DriveReplies): Session | null {
  return lastDataSessionIn(sessionsOf(replies, tracksOf(replies, isBlank(replies), new Set())));
}
