/** The table of packets that went bad. OSTA UDF 2.2.12. */
import { named } from "../../codec/explained.js";
import { readU16le, u16le, u32le } from "../../codec/integers.js";
import { arrayParts, headedParts } from "../../codec/parts.js";
import { rbp } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { nested, struct } from "../../codec/struct.js";
import type { Structure } from "../../codec/structure.js";
import { reserved } from "../../codec/text.js";
import type { UdfIdentifier } from "./entity-identifier.js";
import { udfIdentifier } from "./entity-identifier.js";
import { sealedTag } from "./tag.js";

/** Sparing Table up to its entries. */
export interface SparingTableHead {
  readonly sparingIdentifier: UdfIdentifier;
  readonly reallocationTableLength: number;
  /** The highest one of the copies prevails. */
  readonly sequenceNumber: number;
}

/** Sparing Table up to its entries. OSTA UDF 2.2.12. */
export const sparingTableHead: StructCodec<SparingTableHead> = struct<SparingTableHead>("SparingTable", 56, {
  _tag: rbp(0, 16, sealedTag, "UDF 2.2.12"),
  sparingIdentifier: rbp(16, 32, nested(udfIdentifier), "UDF 2.2.12"),
  reallocationTableLength: rbp(48, 2, u16le, "UDF 2.2.12"),
  _reserved: rbp(50, 2, reserved(2), "UDF 2.2.12"),
  sequenceNumber: rbp(52, 4, u32le, "UDF 2.2.12"),
});

/** One packet and its place. */
export interface SparingMapEntry {
  /** First block of the packet in the partition; 0xFFFFFFFF for a free entry, 0xFFFFFFF0 for a bad one. */
  readonly originalLocation: number;
  /** Absolute block. */
  readonly mappedLocation: number;
}

/** Map entry of a Sparing Table. OSTA UDF 2.2.12. */
export const sparingMapEntry: StructCodec<SparingMapEntry> = struct<SparingMapEntry>("SparingMapEntry", 8, {
  originalLocation: rbp(0, 4, named(u32le, { free: 0xffff_ffff, defective: 0xffff_fff0 }), "UDF 2.2.12"),
  mappedLocation: rbp(4, 4, u32le, "UDF 2.2.12"),
});

/** Sparing Table as a whole, for dumps. */
export const sparingTable: Structure = {
  name: "SparingTable",
  parts: headedParts(sparingTableHead, (source, at, end) =>
    arrayParts("mapEntries", nested(sparingMapEntry), {
      at: sparingTableHead.size,
      count: readU16le(source, at + 48),
      room: end - at - sparingTableHead.size,
      clause: "UDF 2.2.12",
    }),
  ),
};
