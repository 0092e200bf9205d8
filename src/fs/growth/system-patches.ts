/** The partition tables of an image that grows: what changes in its first blocks, and what stands at its end. */
import { blockBytes } from "../../units.js";
import type { BytePatch } from "../hybrid/byte-patch.js";
import type { SystemArea, SystemAreaPlan } from "../hybrid/system-area.js";
import { grownBlocks, grownSystemArea, systemAreaBlocks } from "../hybrid/system-area.js";
import type { BlockPatch } from "./front.js";

/**
 * @param oldBlocks Length of the image that the system area describes.
 * @param endLba Where what is new ends.
 */
export function growSystem(area: SystemArea, oldBlocks: number, endLba: number): SystemAreaPlan {
  const blocks = grownBlocks(area, oldBlocks, endLba);
  // A session may fit into the padding: then the image is as long as its tables say.
  if (blocks <= oldBlocks) return { blocks: endLba, hasTail: false, patches: [] };
  return { blocks, hasTail: true, patches: grownSystemArea(area, oldBlocks, blocks) };
}

/**
 * Patches of the system area as whole blocks, each in the place of the last that changes it.
 *
 * @param lead What the blocks from 0 on hold now; `undefined` where they hold nothing.
 */
export function systemBlocks(lead: Uint8Array | undefined, patches: readonly BytePatch[]): BlockPatch[] {
  if (lead === undefined) return [];
  const end = systemAreaBlocks * blockBytes;
  const changed = lead.slice(0, end);
  const order = new Set<number>();
  for (const { offsetBytes, bytes } of patches) {
    if (offsetBytes >= end) continue;
    changed.set(bytes, offsetBytes);
    const last = Math.floor((offsetBytes + bytes.length - 1) / blockBytes);
    for (let lba = Math.floor(offsetBytes / blockBytes); lba <= last; lba++) {
      order.delete(lba);
      order.add(lba);
    }
  }
  return [...order].map((lba) => ({ lba, bytes: changed.slice(lba * blockBytes, (lba + 1) * blockBytes) }));
}

/** Fills blocks with what patches put there. */
export function renderPatches(patches: readonly BytePatch[], lba: number, out: Uint8Array): void {
  const start = lba * blockBytes;
  for (const { offsetBytes, bytes } of patches) {
    const from = Math.max(offsetBytes, start);
    const to = Math.min(offsetBytes + bytes.length, start + out.length);
    if (from < to) out.set(bytes.subarray(from - offsetBytes, to - offsetBytes), from - start);
  }
}
