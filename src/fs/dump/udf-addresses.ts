/** Where the blocks of a volume's partitions lie, as far as its dumped descriptors say. */
import { DiscError } from "../../errors.js";
import type { PartitionSpace } from "../udf/partition-space.js";
import { PlainSpace, UnknownSpace } from "../udf/partition-space.js";
import type { PlacedStructure } from "./structures.js";
import { numberOf } from "./structures.js";

/** The blocks of the partitions of a logical volume. */
export interface PartitionAddresses {
  /** Bytes of a block. */
  readonly blockBytes: number;
  /** The byte of the disc at which a block starts; `undefined` for one that has no place. */
  resolve(partitionReferenceNumber: number, block: number): number | undefined;
}

/** A partition of which nothing is known. */
export const noSpace: PartitionSpace = new UnknownSpace("a partition that is not known");

/** The space of a partition descriptor. */
export function plainSpace(partition: PlacedStructure, blockBytes: number): PlainSpace {
  return new PlainSpace(
    numberOf(partition, "partitionStartingLocation"),
    numberOf(partition, "partitionLength"),
    blockBytes,
  );
}

/** Where a block lies. A reader refuses what leaves its partition; a dump goes wherever there is something. */
export function addressIn(space: PartitionSpace, block: number, blockBytes: number): number | undefined {
  try {
    return space.locate(block, blockBytes, () => {})[0]?.address ?? undefined;
  } catch (error) {
    if (!(error instanceof DiscError)) throw error;
    return undefined;
  }
}
