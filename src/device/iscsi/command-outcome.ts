import type { Sense } from "../mmc/sense.js";
import { encodeSense } from "../mmc/sense.js";

/** RFC 7143 11.4.2, SAM-5 "Status codes". */
export const statuses = { good: 0x00, checkCondition: 0x02, reservationConflict: 0x18 } as const;

/** How a command ended. */
export interface CommandOutcome {
  readonly status: number;
  /** As the drive gave it; empty where there is none. */
  readonly sense: Uint8Array;
  /** What was fetched, in pieces that follow each other. */
  readonly data: readonly Uint8Array[];
  /** How many bytes the command itself is about: more or less than the initiator expected. */
  readonly transferBytes: number;
}

const nothing = new Uint8Array(0);

/** A command that was done. */
export function good(data: Uint8Array): CommandOutcome {
  return { status: statuses.good, sense: nothing, data: [data], transferBytes: data.length };
}

/** A command that was refused. */
export function checkCondition(sense: Sense): CommandOutcome {
  return { status: statuses.checkCondition, sense: encodeSense(sense), data: [], transferBytes: 0 };
}
