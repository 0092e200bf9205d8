import type { Session } from "../../medium/session.js";
import { profileOf } from "../mmc/profiles.js";
import { isBlank } from "./media.js";
import type { DriveReplies } from "./replies.js";
import { isClosedDisc, sessionStates } from "./replies.js";
import { completeSessionsOf } from "./sessions.js";
import type { TrackSnapshot } from "./tracks.js";

/** What can be wrong with the last session of a disc that grows by sessions, with what is said of it. */
export const damages = {
  "torn-track": "a track was cut off while it was written",
  "open-track": "a track was begun and not closed",
  "reserved-track": "a track was given a size and not filled",
  "open-session": "a session was begun and not closed",
  "damaged-session": "the drive says that the last session is damaged",
  "damaged-track": "the drive says that the track which is to be written next is damaged",
} as const;

/** The name of what is wrong. */
export type DamageKind = keyof typeof damages;

/** What is wrong with the last session; `null` where nothing is. */
export function damageOf(
  replies: DriveReplies,
  tracks: readonly TrackSnapshot[],
  sessions: readonly Session[],
): DamageKind | null {
  const { disc, profileNumber } = replies;
  if (profileOf(profileNumber).model === "overwritable" || isClosedDisc(replies) || isBlank(replies)) return null;
  const complete = completeSessionsOf(replies);
  const begun = sessions.some(({ number }) => number > complete);
  const open = tracks.filter(({ session }) => session === tracks.at(-1)?.session);
  if (begun) return begunDamage(tracks, open);
  const last = disc.stateOfLastSession;
  if (open.some(({ reserved, lastRecordedLba }) => reserved && lastRecordedLba === null)) return "reserved-track";
  if (last === sessionStates.incomplete) return "open-session";
  if (last === sessionStates.damaged) return "damaged-session";
  return tracks.at(-1)?.damaged === true ? "damaged-track" : null;
}

function begunDamage(tracks: readonly TrackSnapshot[], open: readonly TrackSnapshot[]): DamageKind {
  if (open.some(({ damaged }) => damaged)) return "torn-track";
  const last = tracks.at(-1);
  const isRecorded = last !== undefined && last.lastRecordedLba !== null;
  if (isRecorded && last.nextWritableLba !== null) return "open-track";
  if (open.some(({ reserved }) => reserved)) return "reserved-track";
  return "open-session";
}

/** Whether closing the last session may cure it. */
export function needsRepair(damage: DamageKind | null): boolean {
  return damage !== null && damage !== "damaged-track";
}
