/** Where free space is noted. ECMA-167, 3rd edition, 4/14.11, 4/14.12; OSTA UDF 2.3.7, 2.3.8. */
import { readU32le, u32le } from "../../codec/integers.js";
import { headedParts } from "../../codec/parts.js";
import { rbp } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { nested, struct } from "../../codec/struct.js";
import type { Structure } from "../../codec/structure.js";
import { allocationParts } from "./allocation.js";
import type { IcbTag } from "./icb.js";
import { allocationForms, icbTag } from "./icb.js";
import { sealedTag } from "./tag.js";

/** Space Bitmap Descriptor before its bitmap, in which a set bit is a free block. */
export interface SpaceBitmapHead {
  readonly numberOfBits: number;
  readonly numberOfBytes: number;
}

/** Space Bitmap Descriptor up to its bitmap. ECMA-167 4/14.12. */
export const spaceBitmapHead: StructCodec<SpaceBitmapHead> = struct<SpaceBitmapHead>("SpaceBitmapDescriptor", 24, {
  _tag: rbp(0, 16, sealedTag, "4/14.12.1"),
  numberOfBits: rbp(16, 4, u32le, "4/14.12.2"),
  numberOfBytes: rbp(20, 4, u32le, "4/14.12.3"),
});

/** Unallocated Space Entry before its descriptors. */
interface UnallocatedSpaceEntryHead {
  readonly icbTag: IcbTag;
  /** Bytes. */
  readonly lengthOfAllocationDescriptors: number;
}

const unallocatedSpaceEntryHead = struct<UnallocatedSpaceEntryHead>("UnallocatedSpaceEntry", 40, {
  _tag: rbp(0, 16, sealedTag, "4/14.11.1"),
  icbTag: rbp(16, 20, nested(icbTag), "4/14.11.2"),
  lengthOfAllocationDescriptors: rbp(36, 4, u32le, "4/14.11.3"),
});

/** Unallocated Space Entry, for dumps. ECMA-167 4/14.11. */
export const unallocatedSpaceEntry: Structure = {
  name: "UnallocatedSpaceEntry",
  parts: headedParts(unallocatedSpaceEntryHead, (source, at, end) => {
    const { size } = unallocatedSpaceEntryHead;
    const isLong = source[at + 34]! % 8 === allocationForms.long;
    return allocationParts(isLong, size, Math.min(readU32le(source, at + 36), end - at - size), "4/14.11.4");
  }),
};
