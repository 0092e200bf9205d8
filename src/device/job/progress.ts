import type { Progress, TaskOptions } from "../../medium/session-data.js";
import type { Clock } from "../clock.js";

/** What the drive is at. IMAPI2 `IMAPI_FORMAT2_DATA_WRITE_ACTION`. */
export type DriveAction =
  | "validatingMedia"
  | "formattingMedia"
  | "initializingHardware"
  | "calibratingPower"
  | "writingData"
  | "finalization"
  | "completed"
  | "verifying";

/** How far a drive has come. IMAPI2 `IDiscFormat2DataEventArgs`. */
export interface RecorderProgress extends Progress {
  readonly action: DriveAction;
  /** From 0 to 1; `null` where the drive does not say. */
  readonly fraction: number | null;
  /** Since the task began. */
  readonly elapsedMs: number;
  /** Until this phase ends, at the speed so far; `null` where that is not known. */
  readonly remainingMs: number | null;
}

/** How a task of a recorder is watched and stopped. */
export interface RecorderTaskOptions extends Omit<TaskOptions, "onProgress"> {
  readonly onProgress?: ((progress: RecorderProgress) => void) | undefined;
}

const phases: { readonly [A in DriveAction]: string } = {
  validatingMedia: "preparing",
  formattingMedia: "formatting",
  initializingHardware: "preparing",
  calibratingPower: "calibrating",
  writingData: "writing",
  finalization: "closing",
  completed: "closing",
  verifying: "verifying",
};

/** Reports progress, with the times that follow from it. */
export class ProgressReporter {
  readonly #clock: Clock;
  readonly #listener: RecorderTaskOptions["onProgress"];
  readonly #started: number;
  #phase = "";
  #phaseStarted: number;

  constructor(clock: Clock, { onProgress }: RecorderTaskOptions) {
    this.#clock = clock;
    this.#listener = onProgress;
    this.#started = clock.now();
    this.#phaseStarted = this.#started;
  }

  /** So many blocks of so many. */
  blocks(action: DriveAction, doneBlocks: number, totalBlocks: number, phase: string = phases[action]): void {
    if (this.#listener === undefined) return;
    this.#report(action, phase, doneBlocks, totalBlocks, totalBlocks === 0 ? null : doneBlocks / totalBlocks);
  }

  /** What the drive says of a long operation, on so many blocks. */
  fraction(action: DriveAction, fraction: number | null, totalBlocks: number, phase: string = phases[action]): void {
    if (this.#listener === undefined) return;
    this.#report(action, phase, Math.floor((fraction ?? 0) * totalBlocks), totalBlocks, fraction);
  }

  #report(action: DriveAction, phase: string, doneBlocks: number, totalBlocks: number, fraction: number | null): void {
    const now = this.#clock.now();
    if (phase !== this.#phase) {
      this.#phase = phase;
      this.#phaseStarted = now;
    }
    const spent = now - this.#phaseStarted;
    const remainingMs = fraction === null || fraction <= 0 ? null : (spent / fraction) * (1 - fraction);
    const elapsedMs = now - this.#started;
    this.#listener?.({ phase, action, doneBlocks, totalBlocks, fraction, elapsedMs, remainingMs });
  }
}
