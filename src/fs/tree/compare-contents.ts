import type { Content } from "./content.js";
import { areSameBytes, OnDiscContent } from "./content.js";

/** Bytes of two contents that are compared at once. */
const pieceBytes = 256 * 1024;

/** Whether two contents are the same bytes of the same disc, so that there is nothing to compare. */
function lieInOnePlace(one: Content, other: Content): boolean {
  if (one === other) return true;
  if (!(one instanceof OnDiscContent && other instanceof OnDiscContent)) return false;
  return one.source === other.source && areSameBytes(one.extents, other.extents);
}

/**
 * The first byte in which two contents of one length differ; `undefined` where they are equal. Nothing is read where
 * both lie in the same place of one disc.
 *
 * @throws {@link DiscError} as `Content.read`.
 */
export async function firstDifference(one: Content, other: Content, signal?: AbortSignal): Promise<number | undefined> {
  if (one.bytes === 0 || lieInOnePlace(one, other)) return undefined;
  const whole = Math.min(pieceBytes, one.bytes);
  const pieces = [new Uint8Array(whole), new Uint8Array(whole)] as const;
  for (let offset = 0; offset < one.bytes; offset += pieceBytes) {
    const length = Math.min(pieceBytes, one.bytes - offset);
    const left = pieces[0].subarray(0, length);
    const right = pieces[1].subarray(0, length);
    await one.read(offset, left, signal);
    await other.read(offset, right, signal);
    for (let at = 0; at < length; at++) if (left[at] !== right[at]) return offset + at;
  }
  return undefined;
}
