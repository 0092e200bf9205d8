/** Recognises sessions of UDF by what lies at their start. OSTA UDF 6.10 to 6.14. */
import { throwIfCancelled } from "../../errors.js";
import { blockBytes as mediumBlockBytes } from "../../units.js";
import type { Anchor } from "./anchor-reader.js";
import { sessionAnchor } from "./anchor-reader.js";
import type { VolumeReading } from "./sequence-reader.js";
import { readVolumeDescriptors } from "./sequence-reader.js";
import type { VolumeBytes } from "./volume-bytes.js";
import { isReadFailure, lbaOfAddress } from "./volume-bytes.js";

/** A session that holds UDF. */
export interface UdfSession {
  /** The block of the medium behind those that its descriptors name for sure; the session itself may end later. */
  readonly endLba: number;
  /** Where its main volume descriptor sequence lies: the same for two anchors of one volume. */
  readonly sequenceLba: number;
}

/** The session that starts at a block; `undefined` where none does. @throws {@link DiscError} E_CANCELLED. */
export async function udfSessionAt(
  bytes: VolumeBytes,
  startLba: number,
  signal: AbortSignal | undefined,
): Promise<UdfSession | undefined> {
  const anchor = await sessionAnchor(bytes, startLba, signal);
  if (anchor === undefined) return undefined;
  const { mainVolumeDescriptorSequenceExtent: main } = anchor.pointer;
  return {
    endLba: Math.max(endOf(anchor), await endOfPartitions(bytes, anchor, signal)),
    sequenceLba: lbaOfAddress(main.extentLocation * anchor.blockBytes),
  };
}

/** Behind an anchor and the sequences that it names. */
function endOf({ block, blockBytes, pointer }: Anchor): number {
  const { mainVolumeDescriptorSequenceExtent: main, reserveVolumeDescriptorSequenceExtent: reserve } = pointer;
  const ends = [main, reserve].map(({ extentLocation, extentLength }) => extentLocation * blockBytes + extentLength);
  return Math.ceil(Math.max((block + 1) * blockBytes, ...ends) / mediumBlockBytes);
}

/** Behind the partitions; 0 where they are as long as what may yet be recorded. */
async function endOfPartitions(bytes: VolumeBytes, anchor: Anchor, signal: AbortSignal | undefined): Promise<number> {
  const { blockBytes } = anchor;
  const reading: VolumeReading = { bytes, blockBytes, context: { tolerant: true, lba: null }, signal };
  try {
    const { logicalVolume, partitions } = await readVolumeDescriptors(reading, anchor);
    if (logicalVolume.partitionMaps.some(({ kind }) => kind === "virtual")) return 0;
    const ends = [...partitions.values()].map(
      ({ partitionStartingLocation: start, partitionLength: length }) => (start + length) * blockBytes,
    );
    const end = Math.ceil(Math.max(0, ...ends) / mediumBlockBytes);
    return end * mediumBlockBytes <= bytes.bytes ? end : 0;
  } catch (error) {
    if (!isReadFailure(error)) throw error;
    throwIfCancelled(signal, "looking for sessions");
    return 0;
  }
}
