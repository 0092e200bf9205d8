/** Opens a UDF volume for checking: what leads to its partitions, and what is known of them. */

import { strictContext } from "../../codec/codec.js";
import { readU16le } from "../../codec/integers.js";
import { textFromBytes } from "../../codec/text.js";
import type { LogicalVolumeDescriptor } from "../udf/logical-volume.js";
import { logicalVolumeDescriptor } from "../udf/logical-volume.js";
import type { PartitionMap } from "../udf/partition.js";
import { partitionTypeIdentifiers } from "../udf/partition.js";
import type { LoadedPartitions } from "../udf/partition-loader.js";
import { loadPartitions } from "../udf/partition-loader.js";
import { descriptorTag, tagIdentifiers } from "../udf/tag.js";
import type { AnchorVolumeDescriptorPointer } from "../udf/volume.js";
import type { UdfChecking } from "./udf-checking.js";
import type { PlacedPartition } from "./udf-partitions.js";
import type { SequenceDescriptor } from "./udf-sequences.js";
import { claimedIdentifier } from "./udf-tags.js";

/** Descriptors of a sequence that are looked at for its logical volume. */
const peekedBlocks = 64;

/** What has to be known of a volume before its first descriptor is checked. */
export interface PeekedVolume {
  /** Binary coded. */
  readonly revision: number;
  readonly hasVirtualPartition: boolean;
}

/** Looks for the revision of a volume, and for a virtual partition, in its sequences. */
export async function peekVolume(
  checking: UdfChecking,
  {
    mainVolumeDescriptorSequenceExtent: main,
    reserveVolumeDescriptorSequenceExtent: reserve,
  }: AnchorVolumeDescriptorPointer,
): Promise<PeekedVolume> {
  const virtual = partitionTypeIdentifiers.virtual;
  for (const { extentLocation, extentLength } of [main, reserve]) {
    const blocks = Math.min(Math.floor(extentLength / checking.blockBytes), peekedBlocks);
    for (let index = 0; index < blocks; index++) {
      const data = await checking.tryBlock(extentLocation + index);
      if (data === undefined || claimedIdentifier(data) !== tagIdentifiers.logicalVolumeDescriptor) continue;
      const text = textFromBytes(data, 440, Math.max(0, data.length - 440));
      return { revision: readU16le(data, 240), hasVirtualPartition: text.includes(virtual) };
    }
  }
  return { revision: 0x0102, hasVirtualPartition: false };
}

/** Loads the partitions of a volume. @returns `undefined` where a table or file that is needed is not there. */
export async function openPartitions(
  checking: UdfChecking,
  { data, place }: SequenceDescriptor,
  maps: readonly PartitionMap[],
  partitions: ReadonlyMap<number, PlacedPartition>,
): Promise<LoadedPartitions | undefined> {
  const { bytes, blockBytes, signal, last, report } = checking;
  // What is odd is found by the checks, which know more of it.
  const context = { tolerant: true, lba: null };
  const values = new Map([...partitions].map(([number, { value }]) => [number, value] as const));
  // Of the logical volume, nothing but the maps is asked for.
  const logicalVolume = { partitionMaps: maps } as LogicalVolumeDescriptor;
  const tag = descriptorTag.read(data, 0, strictContext);
  const descriptors = { primary: undefined, logicalVolume, partitions: values, tag };
  const end = Math.floor(bytes.bytes / blockBytes) - 1;
  return await checking.attempt(
    () => loadPartitions({ bytes, blockBytes, context, signal }, descriptors, [last, end]),
    (reason) => {
      const isVirtual = maps.some(({ kind }) => kind === "virtual");
      report(isVirtual ? "UDF_VAT_MISSING" : "UDF_METADATA_FILE", place, `${logicalVolumeDescriptor.name}: ${reason}`);
    },
  );
}
