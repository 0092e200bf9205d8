import { u16be } from "../../codec/integers.js";
import { bit, bits, byte, reservedBits } from "../../codec/rows.js";
import { reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";

interface CloseTrackSession {
  immediate: boolean;
  /** One of {@link closeFunctions}. */
  closeFunction: number;
  /** The track to close; 0 where a session is closed. */
  trackNumber: number;
}

const clause = "MMC-6 CLOSE TRACK/SESSION command";

/** Closes a track, a session or the disc. MMC-6 "CLOSE TRACK/SESSION command". */
export const closeTrackSession: Command<CloseTrackSession> = command<CloseTrackSession>(
  "CLOSE TRACK/SESSION",
  0x5b,
  10,
  3_600_000,
  {
    _reserved1: reservedBits(1, 7, 1, clause),
    immediate: bit(1, 0, clause),
    _reserved2: reservedBits(2, 7, 3, clause),
    closeFunction: bits(2, 2, 0, clause),
    _reserved3: byte(3, 1, reserved(1), clause),
    trackNumber: byte(4, 2, u16be, clause),
    _reserved6: byte(6, 3, reserved(3), clause),
    _control: byte(9, 1, reserved(1), clause),
  },
);

/** MMC-6 "Close function definitions". */
export const closeFunctions: {
  readonly stopBackgroundFormat: 0;
  readonly track: 1;
  readonly session: 2;
  readonly finaliseRestrictedOverwrite: 3;
  readonly finaliseMinimalRadius: 5;
  readonly finalise: 6;
} = {
  stopBackgroundFormat: 0,
  track: 1,
  session: 2,
  finaliseRestrictedOverwrite: 3,
  finaliseMinimalRadius: 5,
  finalise: 6,
};
