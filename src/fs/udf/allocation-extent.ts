/** Allocation Extent Descriptor: allocation descriptors that found no room in the file entry. ECMA-167, 3rd edition, 4/14.5; OSTA UDF 2.3.11. */
import { u32le } from "../../codec/integers.js";
import { rbp } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { sealedTag } from "./tag.js";

/** Allocation Extent Descriptor; the descriptors follow on it. */
export interface AllocationExtentDescriptor {
  /** Block in the partition of the extent before; 0 where it is not said. */
  readonly previousAllocationExtentLocation: number;
  /** Bytes. */
  readonly lengthOfAllocationDescriptors: number;
}

/** Allocation Extent Descriptor. ECMA-167 4/14.5. */
export const allocationExtentDescriptor: StructCodec<AllocationExtentDescriptor> = struct<AllocationExtentDescriptor>(
  "AllocationExtentDescriptor",
  24,
  {
    _tag: rbp(0, 16, sealedTag, "4/14.5.1"),
    previousAllocationExtentLocation: rbp(16, 4, u32le, "4/14.5.2"),
    lengthOfAllocationDescriptors: rbp(20, 4, u32le, "4/14.5.3"),
  },
);
