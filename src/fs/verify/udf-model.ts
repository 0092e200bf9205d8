/** What the checks of a tree know of its volume. */
import { DiscError } from "../../errors.js";
import type { LongAllocationDescriptor } from "../udf/allocation.js";
import type { FileEntryReader } from "../udf/file-entry-reader.js";
import type { PartitionMap } from "../udf/partition.js";
import type { ByteRun, PartitionSpace } from "../udf/partition-space.js";
import type { UdfChecking } from "./udf-checking.js";
import type { IcbRules } from "./udf-extents.js";
import type { SpaceUse } from "./udf-space.js";

/** A volume, as far as it could be opened. */
export interface UdfVolumeModel {
  readonly checking: UdfChecking;
  /** By partition reference number, as the maps. */
  readonly spaces: readonly PartitionSpace[];
  readonly maps: readonly PartitionMap[];
  readonly entries: FileEntryReader;
  readonly icbRules: IcbRules;
  /** Whether the volume has a virtual partition: it is then on media that are written once, in order. */
  readonly isSequential: boolean;
  /** Whether entries may be chained: on write-once media that are not written in order. */
  readonly mayChainEntries: boolean;
  readonly use: SpaceUse;
}

/** Where something lies; or why not. */
export type Found = { readonly runs: readonly ByteRun[] } | { readonly fault: string; readonly isOutside: boolean };

/** Finds where blocks of a partition lie. */
export function findBlocks(
  { spaces, checking }: UdfVolumeModel,
  reference: number,
  block: number,
  bytes: number,
): Found {
  const space = spaces[reference];
  if (space === undefined) return { fault: `there is no partition ${reference}`, isOutside: false };
  let outside: string | undefined;
  try {
    const runs = space.locate(block, bytes, (reason) => {
      outside = `an extent ${reason}`;
    });
    if (outside !== undefined) return { fault: outside, isOutside: false };
    const behind = runs.find(
      ({ address, bytes: length }) => address !== null && address + length > checking.bytes.bytes,
    );
    if (behind === undefined) return { runs };
    return { fault: `block ${block} of partition ${reference} lies behind the end of the medium`, isOutside: true };
  } catch (error) {
    if (!(error instanceof DiscError)) throw error;
    return { fault: error.message, isOutside: false };
  }
}

/** The address of the one run that an ICB leads to; `undefined` where it leads nowhere. */
export function addressOfIcb(
  model: UdfVolumeModel,
  { partitionReferenceNumber, logicalBlockNumber }: LongAllocationDescriptor,
): number | undefined {
  const found = findBlocks(model, partitionReferenceNumber, logicalBlockNumber, model.checking.blockBytes);
  return "runs" in found ? (found.runs[0]?.address ?? undefined) : undefined;
}

/** Whether a partition is the metadata partition. */
export function isMetadata({ spaces }: UdfVolumeModel, reference: number): boolean {
  return spaces[reference]?.kind === "metadata";
}
