/** Tells a session that was cut off from a whole one. */
import { DiscError, throwIfCancelled } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import { blocksOf } from "../../units.js";
import type { DiscEntry, TreeReader } from "../tree/disc-entry.js";
import { identityOf } from "../tree/disc-entry.js";
import { endOfPartitions, mayEndLater } from "../udf/volume-information.js";
import type { DetectedVolume, VolumeOptions } from "./detect.js";
import { openTree } from "./detect.js";

/**
 * Where a volume says that it ends. Sessions made by this package count from the start of the medium, those of others
 * from their own start; a size that ends before the session starts can only be the latter.
 */
function statedEnd({ descriptors, startLba, udf }: DetectedVolume): number {
  const descriptor = descriptors.primary ?? descriptors.joliet;
  if (descriptor === undefined && udf !== undefined) {
    return mayEndLater(udf.information) ? 0 : endOfPartitions(udf.information);
  }
  const size = descriptor?.volumeSpaceSize ?? 0;
  return size > startLba ? size : startLba + size;
}

/** Whether some item lies, in whole or in part, in the blocks from `end` on. */
async function reachesBeyond(tree: TreeReader, end: number, signal: AbortSignal | undefined): Promise<boolean> {
  const isBeyond = ({ extents }: DiscEntry): boolean =>
    extents.some(({ lba, bytes, offset = 0 }) => lba !== null && lba + blocksOf(offset + bytes) > end);
  const seen = new Set<number>();
  const pending = [await tree.root(signal)];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    throwIfCancelled(signal, "looking at a session");
    const identity = identityOf(directory) ?? -1;
    if (isBeyond(directory)) return true;
    if (seen.has(identity) || directory.refusal !== null) continue;
    seen.add(identity);
    for (const entry of (await tree.list(directory, signal)).entries) {
      if (isBeyond(entry)) return true;
      if (entry.type === "directory") pending.push(entry);
    }
  }
  return false;
}

/**
 * Why a closed session is not whole, or `undefined`. A burn that was stopped leaves descriptors and directories, which
 * come first, and files that were never written; once the drive has closed the track, only the size tells.
 *
 * @param recordedEnd The block behind the last one recorded in the session's track.
 */
export async function cutOffReason(
  blocks: BlockSource,
  volume: DetectedVolume,
  recordedEnd: number,
  options: VolumeOptions,
): Promise<string | undefined> {
  const end = statedEnd(volume);
  if (end <= recordedEnd) return undefined;
  const reason = `it was cut off at block ${recordedEnd} and should end at ${end}`;
  const quiet: VolumeOptions = { ...options, onWarning: undefined };
  const fileSystem = volume.fileSystems[0];
  if (fileSystem === undefined) return reason;
  try {
    // Some writers state a size a little too large: what counts is whether anything is missing.
    const tree = openTree(blocks, volume, fileSystem, quiet);
    return (await reachesBeyond(tree, recordedEnd, options.signal)) ? reason : undefined;
  } catch (error) {
    throwIfCancelled(options.signal, "looking at a session");
    if (!(error instanceof DiscError)) throw error;
    return reason;
  }
}
