/** The table by which blocks of a virtual partition are found. OSTA UDF 2.2.11 (2.00 and later), 2.2.10 of 1.50. */
import { named } from "../../codec/explained.js";
import { readU16le, u16le, u32le } from "../../codec/integers.js";
import { embedded, fillingParts, headedParts, part, rawPart } from "../../codec/parts.js";
import { rbp } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { nested, struct } from "../../codec/struct.js";
import type { Structure } from "../../codec/structure.js";
import { reserved, textFromBytes } from "../../codec/text.js";
import { dstring } from "./compressed-unicode.js";
import type { UdfIdentifier } from "./entity-identifier.js";
import { revision, udfIdentifier } from "./entity-identifier.js";

/** An entry that stands for no block, and the location of a table that is not there. */
export const noVirtualBlock = 0xffff_ffff;

/** A block, or none. */
const virtualBlock = named(u32le, { none: noVirtualBlock });

/** Identifier of the table of 1.50. */
export const virtualAllocationTableIdentifier = "*UDF Virtual Alloc Tbl";

/** What stands before the entries from 2.00 on. */
export interface VirtualAllocationTableHeader {
  /** Bytes of this header with its implementation use. */
  readonly lengthOfHeader: number;
  readonly lengthOfImplementationUse: number;
  readonly logicalVolumeIdentifier: string;
  /** Block in the partition; {@link noVirtualBlock} for none. */
  readonly previousVatIcbLocation: number;
  readonly numberOfFiles: number;
  readonly numberOfDirectories: number;
  readonly minimumUdfReadRevision: number;
  readonly minimumUdfWriteRevision: number;
  readonly maximumUdfWriteRevision: number;
}

/** Header of the Virtual Allocation Table. OSTA UDF 2.2.11. */
export const virtualAllocationTableHeader: StructCodec<VirtualAllocationTableHeader> =
  struct<VirtualAllocationTableHeader>("VirtualAllocationTableHeader", 152, {
    lengthOfHeader: rbp(0, 2, u16le, "UDF 2.2.11"),
    lengthOfImplementationUse: rbp(2, 2, u16le, "UDF 2.2.11"),
    logicalVolumeIdentifier: rbp(4, 128, dstring(128), "UDF 2.2.11"),
    previousVatIcbLocation: rbp(132, 4, virtualBlock, "UDF 2.2.11"),
    numberOfFiles: rbp(136, 4, u32le, "UDF 2.2.11"),
    numberOfDirectories: rbp(140, 4, u32le, "UDF 2.2.11"),
    minimumUdfReadRevision: rbp(144, 2, revision, "UDF 2.2.11"),
    minimumUdfWriteRevision: rbp(146, 2, revision, "UDF 2.2.11"),
    maximumUdfWriteRevision: rbp(148, 2, revision, "UDF 2.2.11"),
    _reserved: rbp(150, 2, reserved(2), "UDF 2.2.11"),
  });

/** What stands behind the entries in 1.50. */
export interface VirtualAllocationTableTail {
  readonly entityIdentifier: UdfIdentifier;
  readonly previousVatIcbLocation: number;
}

/** Tail of the Virtual Allocation Table. OSTA UDF 1.50, 2.2.10. */
export const virtualAllocationTableTail: StructCodec<VirtualAllocationTableTail> = struct<VirtualAllocationTableTail>(
  "VirtualAllocationTableTail",
  36,
  {
    entityIdentifier: rbp(0, 32, nested(udfIdentifier), "UDF 1.50 2.2.10"),
    previousVatIcbLocation: rbp(32, 4, virtualBlock, "UDF 1.50 2.2.10"),
  },
);

/** Bytes of the entity identifier that Windows leaves between header and entries without counting it. */
const uncountedBytes = 32;

/**
 * Bytes that stand between the header at `source[at]` and the entries, and are not counted; 0 where all are. As an entry
 * they would be a block beyond any disc: 0, "*", "M", "i".
 */
export function uncountedBytesAt(source: Uint8Array, at: number, end: number): number {
  const entriesAt = at + readU16le(source, at);
  const isCounted = readU16le(source, at + 2) > 0 || textFromBytes(source, entriesAt, 2) !== "\0*";
  return isCounted || entriesAt + uncountedBytes > end ? 0 : uncountedBytes;
}

/** The table of 2.00 and later as a whole, for dumps: header, implementation use, entries. */
export const virtualAllocationTable: Structure = {
  name: "VirtualAllocationTable",
  parts: headedParts(virtualAllocationTableHeader, (source, at, end) => {
    const { size } = virtualAllocationTableHeader;
    const headerLength = Math.max(size, readU16le(source, at)) + uncountedBytesAt(source, at, end);
    return [
      ...rawPart("implementationUse", size, headerLength - size, "UDF 2.2.11"),
      ...fillingParts("entries", virtualBlock, {
        at: headerLength,
        room: end - at - headerLength,
        clause: "UDF 2.2.11",
      }),
    ];
  }),
  check: (source, at, end, _location, fault) => {
    const uncounted = uncountedBytesAt(source, at, end);
    if (uncounted > 0) fault("lengthOfHeader", `leaves out ${uncounted} bytes that stand before the entries`);
  },
};

/** The table of 1.50 as a whole, for dumps: entries, and the tail behind them. */
export const virtualAllocationTable150: Structure = {
  name: "VirtualAllocationTable",
  parts: (_source, at, end) => {
    const room = end - at - virtualAllocationTableTail.size;
    const tail = rbp(
      Math.max(0, room),
      virtualAllocationTableTail.size,
      embedded(virtualAllocationTableTail),
      "UDF 1.50 2.2.10",
    );
    return [...fillingParts("entries", virtualBlock, { at: 0, room, clause: "UDF 1.50 2.2.10" }), part("tail", tail)];
  },
};
