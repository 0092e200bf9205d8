import type { Sense } from "../mmc/sense.js";

/** What a drive says while it is busy. */
export const busyQualifiers = { formatting: 0x04, other: 0x07 } as const;

const wholeProgress = 0x1_0000;

/**
 * What goes on after a command with the Immed bit has been answered. Time is counted in the commands that find the drive
 * busy, so that nothing depends on a clock.
 */
export class LongOperation {
  readonly #qualifier: number;
  readonly #polls: number;
  readonly #end: () => Promise<void>;
  #done = 0;

  /**
   * @param qualifier One of {@link busyQualifiers}.
   * @param polls How many commands find the drive busy.
   * @param end What is done at last.
   */
  constructor(qualifier: number, polls: number, end: () => Promise<void>) {
    this.#qualifier = qualifier;
    this.#polls = polls;
    this.#end = end;
  }

  get isDone(): boolean {
    return this.#done >= this.#polls;
  }

  /** A command finds the drive busy: the sense it gets. */
  poll(): Sense {
    this.#done++;
    return this.sense();
  }

  /** How far it is. */
  sense(): Sense {
    const progress = Math.floor((wholeProgress * this.#done) / (this.#polls + 1));
    return { key: 2, asc: 0x04, ascq: this.#qualifier, progress };
  }

  async end(): Promise<void> {
    await this.#end();
  }
}
