import type { Sense } from "../mmc/sense.js";

/** How the emulated drive refuses a command, inside of it: thrown by what answers, caught where commands come in. */
export class Refusal {
  readonly sense: Sense;

  constructor(sense: Sense) {
    this.sense = sense;
  }
}

/** The refusal with that sense key, additional sense code and qualifier. MMC-6 "Sense key, ASC and ASCQ assignments". */
export function checkCondition(key: number, asc: number, ascq: number): Refusal {
  return new Refusal({ key, asc, ascq });
}
