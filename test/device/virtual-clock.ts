import type { Clock } from "../../src/device/clock.js";

/** A clock on which waiting takes no time, and tells how long was waited. */
export class VirtualClock implements Clock {
  waitedMs = 0;

  readonly now = (): number => this.waitedMs;

  readonly wait = async (milliseconds: number): Promise<void> => {
    this.waitedMs += milliseconds;
  };
}
