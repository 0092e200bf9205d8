import type { ImportSource } from "../medium/import-source.js";

/** What every way of adding a session to a disc has in common. IMAPI2 `IMultisession`. */
interface MultisessionBase {
  /** Whether this way can be used with the disc as it is now. */
  readonly isSupportedOnCurrentMediaState: boolean;
  /** Set by the caller to mark the one to use; all `false` lets the image choose. */
  inUse: boolean;
  /** Where earlier sessions are read from. */
  readonly importRecorder: ImportSource;
}

/** Sessions one after the other, on write-once media. IMAPI2 `IMultisessionSequential` and `IMultisessionSequential2`. */
export interface MultisessionSequential extends MultisessionBase {
  readonly type: "sequential";
  /** Whether the next session would be the first with data; an audio session before it does not count. */
  readonly isFirstDataSession: boolean;
  /** First block of the last complete data session; -1 where there is none. */
  readonly startAddressOfPreviousSession: number;
  /** Last block written in it, inclusive; -1 where there is none. */
  readonly lastWrittenAddressOfPreviousSession: number;
  /** Where the first block of the next session goes; 0 on a blank disc. */
  readonly nextWritableAddress: number;
  /** Blocks the next session may have; run-out blocks and post-gap are already subtracted. */
  readonly freeSectorsOnMedia: number;
  /** Blocks written as one unit. */
  readonly writeUnitSize: number;
}

/** Sessions on media that can be overwritten anywhere. IMAPI2 `IMultisessionRandomWrite`. */
export interface MultisessionRandomWrite extends MultisessionBase {
  readonly type: "randomWrite";
  readonly writeUnitSize: number;
  /** Last block written, or -1 where the drive does not know it. */
  readonly lastWrittenAddress: number;
  readonly totalSectorsOnMedia: number;
}

/** A snapshot of how a disc can take another session. */
export type MultisessionInterface = MultisessionSequential | MultisessionRandomWrite;
