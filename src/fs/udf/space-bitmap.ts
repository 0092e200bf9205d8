/** Where free space is noted in partitions that can be written to. ECMA-167, 3rd edition, 4/14.12; OSTA UDF 2.3.8. */
import { u32le } from "../../codec/integers.js";
import { rbp } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
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
