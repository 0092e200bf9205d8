import type { SessionData } from "../../medium/session-data.js";
import type { WantedSpeed } from "../state/speed.js";

/** What a plan has to know of a session. */
export type WrittenSession = Pick<
  SessionData,
  "firstBlock" | "blocks" | "importedFrom" | "endsInPostGap" | "modifiedBlocks"
>;

/** How a session is written. */
export interface WriteOptions {
  /** Finalises the disc: no session can follow. Without effect on media that can be overwritten. */
  readonly close?: boolean | undefined;
  /** The data ends with a post-gap of its own, so that none is added on CD. */
  readonly postgapAlreadyInImage?: boolean | undefined;
  /** Does everything with the laser switched off: on CD-R, CD-RW, DVD-R and DVD-RW. */
  readonly dummy?: boolean | undefined;
  /** How fast; left out, as the drive is set. The drive takes the nearest speed it has. */
  readonly speed?: WantedSpeed | undefined;
  /**
   * `sessionAtOnce` writes a blank CD in one go with its lead-in and lead-out, or a blank DVD-R or DVD-RW as one session
   * that is closed with its last block. Default: track by track; at once where the medium takes a single session.
   */
  readonly writeType?: "sessionAtOnce" | undefined;
  /** Lets the drive leave out its own verifying, on DVD-RAM and BD: about twice as fast. */
  readonly streaming?: boolean | undefined;
  /** Gives the track its size before it is written, where drives take it: on DVD+R and BD-R. */
  readonly reserveTrack?: boolean | undefined;
  /** Writes over what is on a medium that can be overwritten also where the image was not made for it. */
  readonly overwrite?: boolean | undefined;
}
