import type { DiscSnapshot } from "./snapshot.js";

/**
 * The bits of the media state in the reference API: what can be done with a disc, and what stands against it.
 * IMAPI2 `IMAPI_FORMAT2_DATA_MEDIA_STATE`.
 */
export const mediaStateBits: {
  readonly overwriteOnly: 0x0001;
  readonly blank: 0x0002;
  readonly appendable: 0x0004;
  readonly finalSession: 0x0008;
  readonly damaged: 0x0400;
  readonly eraseRequired: 0x0800;
  readonly nonEmptySession: 0x1000;
  readonly writeProtected: 0x2000;
  readonly finalized: 0x4000;
  readonly unsupportedMedia: 0x8000;
} = {
  overwriteOnly: 0x0001,
  blank: 0x0002,
  appendable: 0x0004,
  finalSession: 0x0008,
  damaged: 0x0400,
  eraseRequired: 0x0800,
  nonEmptySession: 0x1000,
  writeProtected: 0x2000,
  finalized: 0x4000,
  unsupportedMedia: 0x8000,
};

/** Name of one bit. */
export type MediaStateName = keyof typeof mediaStateBits;

/** Damages that mean a session which was begun and holds something. */
const begunSessions = ["torn-track", "open-track", "open-session", "reserved-track"];

/** The bits that are set, by name. */
export function mediaStateNames(snapshot: DiscSnapshot): MediaStateName[] {
  const { traits, overwritable, blank, appendable, takesOneSession, damage, erasable, finalised, writable } = snapshot;
  const { protection } = snapshot;
  const isSequential = traits !== undefined && !overwritable;
  const set: { readonly [N in MediaStateName]: boolean } = {
    overwriteOnly: overwritable && traits !== undefined,
    blank,
    appendable: isSequential && (appendable || blank),
    finalSession: isSequential && takesOneSession && blank,
    damaged: damage === "torn-track" || damage === "damaged-session" || damage === "damaged-track",
    eraseRequired: isSequential && erasable && !blank && !appendable,
    nonEmptySession: damage !== null && begunSessions.includes(damage),
    writeProtected: protection !== null || (traits !== undefined && !writable && !finalised),
    finalized: finalised,
    unsupportedMedia: traits === undefined,
  };
  return (Object.keys(set) as MediaStateName[]).filter((name) => set[name]);
}

/** The bits as one number, as the reference API has it. */
export function mediaStateValue(names: readonly MediaStateName[]): number {
  return names.reduce((sum, name) => sum + mediaStateBits[name], 0);
}
