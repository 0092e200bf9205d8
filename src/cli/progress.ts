import type { Progress, ProgressListener } from "../node.js";
import { blockBytes } from "../node.js";

/** The line is drawn anew at most so often. */
const intervalMs = 100;

/** What the progress line is drawn on. */
export interface ProgressTarget {
  readonly columns?: number | undefined;
  write(text: string): void;
}

/** How far something has come, as a line of text. */
export function progressText({ phase, doneBlocks, totalBlocks }: Progress, bytesPerSecond: number): string {
  if (totalBlocks === 0) return `${phase}: ${doneBlocks} items`;
  const percent = Math.min(100, Math.floor((100 * doneBlocks) / totalBlocks));
  const mebibytes = (blocks: number): string => ((blocks * blockBytes) / 2 ** 20).toFixed(1);
  const speed = bytesPerSecond > 0 ? `, ${(bytesPerSecond / 2 ** 20).toFixed(1)} MiB/s` : "";
  return `${phase}: ${percent} %, ${mebibytes(doneBlocks)} of ${mebibytes(totalBlocks)} MiB${speed}`;
}

/** One line on a terminal that is drawn over and over. */
export class ProgressLine {
  readonly #target: ProgressTarget;
  #shown = 0;
  #lastMs = 0;
  #phase = "";
  #phaseStartMs = 0;

  constructor(target: ProgressTarget) {
    this.#target = target;
  }

  readonly listener: ProgressListener = (progress) => {
    const now = performance.now();
    if (progress.phase !== this.#phase) {
      this.#phase = progress.phase;
      this.#phaseStartMs = now;
    } else if (now - this.#lastMs < intervalMs) {
      return;
    }
    this.#lastMs = now;
    const seconds = (now - this.#phaseStartMs) / 1000;
    const speed = seconds > 0.5 ? (progress.doneBlocks * blockBytes) / seconds : 0;
    const text = progressText(progress, speed).slice(0, Math.max(1, (this.#target.columns ?? 80) - 1));
    this.#target.write(`\r${text}${" ".repeat(Math.max(0, this.#shown - text.length))}`);
    this.#shown = text.length;
  };

  /** Takes the line away, before something else is printed. */
  clear(): void {
    if (this.#shown > 0) this.#target.write(`\r${" ".repeat(this.#shown)}\r`);
    this.#shown = 0;
    this.#lastMs = 0;
  }
}
