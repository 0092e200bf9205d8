import type { Codec } from "../../codec/codec.js";
import { strictContext } from "../../codec/codec.js";
import { u8, u16be, u32be } from "../../codec/integers.js";
import { bit, bits, byte, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";

interface ReadToc {
  /** Addresses as minute, second, frame. */
  msf: boolean;
  /** 0 tracks, 1 last session, 2 everything (CD only). */
  format: number;
  trackSessionNumber: number;
  allocationLength: number;
  /** Where MMC-1 had the format; Linux still sends it here, with 0 in the other place. */
  legacyFormat: number;
}

const clause = "MMC-6 READ TOC/PMA/ATIP command";

/** Asks for the table of contents. MMC-6 "READ TOC/PMA/ATIP command". */
export const readToc: Command<ReadToc> = command<ReadToc>("READ TOC/PMA/ATIP", 0x43, 10, 30_000, {
  _reserved1: reservedBits(1, 7, 2, clause),
  msf: bit(1, 1, clause),
  _reserved1low: reservedBits(1, 0, 0, clause),
  _reserved2: reservedBits(2, 7, 4, clause),
  format: bits(2, 3, 0, clause),
  _reserved3: byte(3, 3, reserved(3), clause),
  trackSessionNumber: byte(6, 1, u8, clause),
  allocationLength: byte(7, 2, u16be, clause),
  legacyFormat: bits(9, 7, 6, clause),
  _control: reservedBits(9, 5, 0, clause),
});

/** The number under which a table of contents has the lead-out. */
export const leadOutTrackNumber = 0xaa;
/** Q sub-channel with position, data track recorded without interruption. */
export const dataTrackControl = 0x14;

interface TocHeader {
  /** Bytes that follow this field. */
  dataLength: number;
  firstNumber: number;
  lastNumber: number;
}

const headerClause = "MMC-6 READ TOC/PMA/ATIP response data";

/** The head of every format. */
export const tocHeader: StructCodec<TocHeader> = struct<TocHeader>("TocHeader", 4, {
  dataLength: byte(0, 2, u16be, headerClause),
  firstNumber: byte(2, 1, u8, headerClause),
  lastNumber: byte(3, 1, u8, headerClause),
});

/** One track of formats 0 and 1. */
export interface TocTrack {
  adrControl: number;
  trackNumber: number;
  /** A block address, or minute, second, frame in the low three bytes. */
  startAddress: number;
}

const trackClause = "MMC-6 Response format 0000b and 0001b";

/** MMC-6 "TOC track descriptor, formats 0000b and 0001b". */
export const tocTrack: StructCodec<TocTrack> = struct<TocTrack>("TocTrackDescriptor", 8, {
  _reserved0: byte(0, 1, reserved(1), trackClause),
  adrControl: byte(1, 1, u8, trackClause),
  trackNumber: byte(2, 1, u8, trackClause),
  _reserved3: byte(3, 1, reserved(1), trackClause),
  startAddress: byte(4, 4, u32be, trackClause),
});

/** One item of format 2. */
export interface RawTocItem {
  sessionNumber: number;
  adrControl: number;
  trackNumber: number;
  /** 1 to 99 a track; A0h, A1h first and last track; A2h the lead-out. */
  point: number;
  /** Hour (0), minute, second, frame that the item points at. */
  pointedMsf: number;
}

const rawClause = "MMC-6 Response format 0010b";

/** MMC-6 "TOC track descriptor, format 0010b". */
export const rawTocItem: StructCodec<RawTocItem> = struct<RawTocItem>("RawTocDescriptor", 11, {
  sessionNumber: byte(0, 1, u8, rawClause),
  adrControl: byte(1, 1, u8, rawClause),
  trackNumber: byte(2, 1, u8, rawClause),
  point: byte(3, 1, u8, rawClause),
  _ownPosition: byte(4, 3, reserved(3), rawClause),
  pointedMsf: byte(7, 4, u32be, rawClause),
});

/** Writes a whole reply of items of one kind. */
export function encodeToc<T>(
  firstNumber: number,
  lastNumber: number,
  item: StructCodec<T>,
  items: readonly T[],
): Uint8Array {
  const target = new Uint8Array(tocHeader.size + items.length * item.size);
  tocHeader.write({ dataLength: target.length - 2, firstNumber, lastNumber }, target, 0);
  for (const [index, value] of items.entries()) item.write(value, target, tocHeader.size + index * item.size);
  return target;
}

/** Reads the items of a reply; one that is cut off is left out. */
export function decodeTocItems<T>(bytes: Uint8Array, item: Codec<T> & { readonly size: number }): T[] {
  const { dataLength } = tocHeader.read(bytes, 0, strictContext);
  const end = Math.min(bytes.length, dataLength + 2);
  const items: T[] = [];
  for (let at = tocHeader.size; at + item.size <= end; at += item.size) {
    items.push(item.read(bytes, at, strictContext));
  }
  return items;
}
