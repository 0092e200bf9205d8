/** Blocks at multiples of which sessions start on media that can be overwritten: the largest write unit. */
export const growableSessionAlignment = 32;

/** The states a disc can be in. `overwritable` media have no sessions of their own. */
export type DiscState = "blank" | "appendable" | "complete" | "damaged" | "overwritable";

/** The states a session can be in: closed, begun and not closed, or begun and torn. */
export type SessionState = "complete" | "open" | "damaged";

/** One session of a disc, as its table of contents or its track information tells. */
export interface Session {
  /** From 1. */
  readonly number: number;
  /** Its first block. */
  readonly startLba: number;
  /** Blocks recorded in its track. */
  readonly blocks: number;
  readonly state: SessionState;
  /** Whether its first track holds data; `false` for audio. */
  readonly data: boolean;
}

/** What a disc must still be when an image made for it is written. */
export interface DiscIdentity {
  /** Tells the disc and its sessions from others as far as the medium allows: any change of the disc changes it. */
  readonly fingerprint: string;
  readonly nextWritableAddress: number;
}
