/** Allocation Extent Descriptor: allocation descriptors that found no room in the file entry. ECMA-167, 3rd edition, 4/14.5; OSTA UDF 2.3.11. */
import { readU16le, readU32le, u32le } from "../../codec/integers.js";
import { headedParts } from "../../codec/parts.js";
import { rbp } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import type { Structure } from "../../codec/structure.js";
import { allocationParts, longAllocationDescriptor } from "./allocation.js";
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

/**
 * Whether descriptors look like long ones: what only those have, a partition and an implementation use, is small, and
 * zero, in each of them. Which form it is, the file entry says, which a dump of one block does not have.
 */
function looksLong(source: Uint8Array, at: number, length: number): boolean {
  if (length % longAllocationDescriptor.size !== 0) return false;
  for (let done = 0; done < length; done += longAllocationDescriptor.size) {
    if (readU16le(source, at + done + 8) > 0xff) return false;
    if (source.subarray(at + done + 10, at + done + 16).some((octet) => octet !== 0)) return false;
  }
  return true;
}

/**
 * Allocation Extent Descriptor with its descriptors, for dumps.
 *
 * @param isLong Their form; left out, it is guessed.
 */
export function allocationExtent(isLong?: boolean): Structure {
  return {
    name: "AllocationExtentDescriptor",
    parts: headedParts(allocationExtentDescriptor, (source, at, end) => {
      const { size } = allocationExtentDescriptor;
      const length = Math.min(readU32le(source, at + 20), end - at - size);
      return allocationParts(isLong ?? looksLong(source, at + size, length), size, length, "4/14.5");
    }),
    check: (source, at, end, _location, fault) => {
      const length = readU32le(source, at + 20);
      if (at + allocationExtentDescriptor.size + length > end) {
        fault("lengthOfAllocationDescriptors", `is ${length}, more than there is`);
      }
    },
  };
}
