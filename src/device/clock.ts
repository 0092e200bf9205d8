/** Time, as far as the device layer waits for it: a test puts its own in its place. */
export interface Clock {
  /** Milliseconds since some moment. */
  now(): number;
  wait(milliseconds: number): Promise<void>;
}

/** The time of the machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wait: (milliseconds) =>
    new Promise((done) => {
      setTimeout(done, milliseconds);
    }),
};
