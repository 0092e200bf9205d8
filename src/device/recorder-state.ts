import type { Warning } from "../errors.js";
import { DiscError } from "../errors.js";
import type { DiscState, Session } from "../medium/session.js";
import { damages } from "./state/damage.js";
import type { MediaStateName } from "./state/media-state.js";
import { mediaStateNames, mediaStateValue } from "./state/media-state.js";
import type { AppliedQuirk } from "./state/quirks.js";
import type { DiscSnapshot } from "./state/snapshot.js";
import type { Transport } from "./transport.js";

/** What is known of the disc in a recorder: a summary of one moment, never changed afterwards. */
export interface RecorderState {
  readonly kind: "emulated" | "drive";
  /** Type of the medium, as in `create --media`. */
  readonly media: string;
  /** Number of the MMC profile. */
  readonly profile: number;
  readonly state: DiscState;
  readonly blank: boolean;
  readonly capacityBlocks: number;
  /** Blocks the next session may have; on media that can be overwritten, all of them. */
  readonly freeBlocks: number;
  /** Identifies the disc, whatever is written on it; `null` where it has no number of its own. */
  readonly discId: string | null;
  readonly sessions: readonly Session[];
  /** Where the next session goes; `null` where none can, or where any address will do. */
  readonly nextWritableAddress: number | null;
  readonly writeUnitBlocks: number;
  /** Whether {@link Recorder.repair} is needed before anything can be added. */
  readonly needsRepair: boolean;
  /** What is wrong with the last session, in words; `null` where nothing is. */
  readonly damage: string | null;
  /** Whether the medium is formatted before anything is written; writing does so by itself. */
  readonly needsFormat: boolean;
  /** Whether {@link Recorder.blank} makes it blank again: by erasing, or by writing over. */
  readonly canBeBlanked: boolean;
  /** Whether the medium takes one session only, and is finalised with it, asked for or not. */
  readonly takesOneSession: boolean;
  /** What can be done with the disc, and what stands against it, in the reference API's names. */
  readonly mediaState: readonly MediaStateName[];
  /** The same as the reference API's number. */
  readonly mediaStateBits: number;
  /** What the drive does against the standard, and what was made of it. */
  readonly quirks: readonly AppliedQuirk[];
  readonly warnings: readonly Warning[];
}

/** The summary of a snapshot. */
export function recorderStateOf(transport: Transport, snapshot: DiscSnapshot): RecorderState {
  const { profile, state, blank, freeBlocks, discId, sessions, quirks, damage } = snapshot;
  const { erasable, overwritable, traits, needsRepair, needsFormat, takesOneSession } = snapshot;
  const mediaState = mediaStateNames(snapshot);
  return {
    kind: transport.kind,
    media: profile.media,
    profile: profile.number,
    state,
    blank,
    capacityBlocks: snapshot.totalBlocks,
    freeBlocks,
    discId,
    sessions,
    nextWritableAddress: snapshot.nextWritableLba,
    writeUnitBlocks: snapshot.writeUnitBlocks,
    needsRepair,
    damage: damage === null ? null : damages[damage],
    needsFormat,
    canBeBlanked: traits !== undefined && (erasable || overwritable),
    takesOneSession,
    mediaState,
    mediaStateBits: mediaStateValue(mediaState),
    quirks,
    warnings: [
      ...sessions.filter((session) => session.state !== "complete").map(sessionWarning),
      ...quirks.map(quirkWarning),
    ],
  };
}

function sessionWarning({ number, state }: Session): Warning {
  const reason = state === "open" ? "it was begun and not closed" : "it was cut off while it was written";
  return new DiscError("W_SESSION_DAMAGED", `session ${number}: ${reason}`, { session: number, reason });
}

function quirkWarning({ name, text }: AppliedQuirk): Warning {
  return new DiscError("W_DRIVE_QUIRK", text, { quirk: name });
}
