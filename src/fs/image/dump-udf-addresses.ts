/**
 * Where the blocks of a volume's partitions lie, as far as its dumped descriptors say. Unlike a reader, which refuses a
 * volume that it cannot trust, this goes as far as it can: a block without a place is none.
 */
import type { PlacedStructure } from "./dump-structures.js";
import { numberOf } from "./dump-structures.js";

/** The blocks of the partitions of a logical volume. */
export interface PartitionAddresses {
  /** Bytes of a block. */
  readonly blockBytes: number;
  /** The byte of the disc at which a block starts; `undefined` for one that has no place. */
  resolve(partitionReferenceNumber: number, block: number): number | undefined;
}

/** The bytes of the disc at which the blocks of one partition start. */
export type Space = (block: number) => number | undefined;

/** A partition that is not known. */
export const noSpace: Space = () => undefined;

/** Type 1: blocks follow on each other. ECMA-167 3/10.7.2. */
export function plainSpace(partition: PlacedStructure, blockBytes: number): Space {
  const start = numberOf(partition, "partitionStartingLocation");
  // mkisofs takes the start of a later session's partition off the blocks of an earlier one: 32 bits, and no sign.
  return (block) => ((start + block) % 0x1_0000_0000) * blockBytes;
}

/** Sparable: packets that went bad lie elsewhere. OSTA UDF 2.2.9, 2.2.12. */
export function sparableSpace(
  base: Space,
  packetBlocks: number,
  /** First blocks of packets on the medium, by their first blocks in the partition. */
  spared: ReadonlyMap<number, number>,
  blockBytes: number,
): Space {
  return (block) => {
    const inPacket = packetBlocks > 0 ? block % packetBlocks : 0;
    const elsewhere = spared.get(block - inPacket);
    return elsewhere === undefined ? base(block) : (elsewhere + inPacket) * blockBytes;
  };
}

/** Virtual: a table has the place of each block. OSTA UDF 2.2.8. */
export function virtualSpace(base: Space, table: readonly number[]): Space {
  return (block) => {
    const place = table[block];
    return place === undefined || place === 0xffff_ffff ? undefined : base(place);
  };
}

/** Metadata: blocks are those of a file. OSTA UDF 2.2.10. */
export function metadataSpace(
  base: Space,
  runs: readonly { readonly block: number; readonly bytes: number }[],
  blockBytes: number,
): Space {
  return (block) => {
    let first = 0;
    for (const run of runs) {
      const count = Math.ceil(run.bytes / blockBytes);
      if (block < first + count) return base(run.block + block - first);
      first += count;
    }
    return undefined;
  };
}
