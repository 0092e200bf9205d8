import { strictContext } from "../../codec/codec.js";
import { u8, u16be, u32be } from "../../codec/integers.js";
import { bit, bits, byte, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";
import { decodeItems, encodeItems } from "./items.js";

interface ReadDiscStructure {
  /** 0 DVD, 1 BD. */
  mediaType: number;
  address: number;
  layerNumber: number;
  /** One of {@link structureFormats}, or another. */
  format: number;
  allocationLength: number;
}

const clause = "MMC-6 READ DISC STRUCTURE command";

/** Asks for what the medium's maker, or its format, has put on it. MMC-6 "READ DISC STRUCTURE command". */
export const readDiscStructure: Command<ReadDiscStructure> = command<ReadDiscStructure>(
  "READ DISC STRUCTURE",
  0xad,
  12,
  30_000,
  {
    _reserved1: reservedBits(1, 7, 4, clause),
    mediaType: bits(1, 3, 0, clause),
    address: byte(2, 4, u32be, clause),
    layerNumber: byte(6, 1, u8, clause),
    format: byte(7, 1, u8, clause),
    allocationLength: byte(8, 2, u16be, clause),
    _authentication: byte(10, 1, reserved(1), clause),
    _control: byte(11, 1, reserved(1), clause),
  },
);

/** Media types in the command. */
export const structureMedia: { readonly dvd: 0; readonly bd: 1 } = { dvd: 0, bd: 1 };

/** The formats that are used here, by name. MMC-6 "READ DISC STRUCTURE, format codes". */
export const structureFormats: {
  /** How a DVD is made; of a BD, its disc information. */
  readonly physical: 0x00;
  /** Of a DVD-RAM: its cartridge, and what forbids writing. */
  readonly mediumStatus: 0x09;
  readonly spareArea: 0x0a;
  /** What was pre-recorded in the lead-in of a DVD-R or DVD-RW. */
  readonly preRecorded: 0x0e;
  /** The control data of a DVD-R or DVD-RW; laid out as `physical`. */
  readonly controlData: 0x10;
  /** The address in the groove of a DVD+R or DVD+RW; laid out as `physical`. */
  readonly adip: 0x11;
  readonly layerCapacity: 0x20;
  readonly middleZoneStart: 0x21;
  readonly jumpIntervalSize: 0x22;
  readonly manualLayerJump: 0x23;
  readonly remapping: 0x24;
  readonly writeProtection: 0xc0;
  readonly list: 0xff;
} = {
  physical: 0x00,
  mediumStatus: 0x09,
  spareArea: 0x0a,
  preRecorded: 0x0e,
  controlData: 0x10,
  adip: 0x11,
  layerCapacity: 0x20,
  middleZoneStart: 0x21,
  jumpIntervalSize: 0x22,
  manualLayerJump: 0x23,
  remapping: 0x24,
  writeProtection: 0xc0,
  list: 0xff,
};

interface StructureHeader {
  /** Bytes that follow this field. */
  dataLength: number;
}

const header = "MMC-6 READ DISC STRUCTURE response data, header";

/** The head of every structure, in replies and in SEND DISC STRUCTURE. MMC-6 "Disc structure data header". */
export const structureHeader: StructCodec<StructureHeader> = struct<StructureHeader>("DiscStructureHeader", 4, {
  dataLength: byte(0, 2, u16be, header),
  _reserved2: byte(2, 2, reserved(2), header),
});

/** Puts the head before a structure. */
export function encodeStructure(structure: Uint8Array): Uint8Array {
  const target = new Uint8Array(structureHeader.size + structure.length);
  structureHeader.write({ dataLength: target.length - 2 }, target, 0);
  target.set(structure, structureHeader.size);
  return target;
}

/** Takes the structure out of a reply, as far as it is there. */
export function decodeStructure(bytes: Uint8Array): Uint8Array {
  const { dataLength } = structureHeader.read(bytes, 0, strictContext);
  return bytes.subarray(structureHeader.size, dataLength + 2);
}

/** A format that a drive knows for its medium. */
export interface StructureListEntry {
  format: number;
  /** SEND DISC STRUCTURE takes it. */
  sendable: boolean;
  readable: boolean;
  /** Bytes of the structure, with its head. */
  structureLength: number;
}

const list = "MMC-6 Disc structure list (format FFh)";

const structureListEntry: StructCodec<StructureListEntry> = struct<StructureListEntry>("DiscStructureListEntry", 4, {
  format: byte(0, 1, u8, list),
  sendable: bit(1, 7, list),
  readable: bit(1, 6, list),
  _reserved1: reservedBits(1, 5, 0, list),
  structureLength: byte(2, 2, u16be, list),
});

/** The structure of format FFh. */
export function encodeStructureList(entries: readonly StructureListEntry[]): Uint8Array {
  const target = new Uint8Array(entries.length * structureListEntry.size);
  encodeItems(structureListEntry, entries, target, 0);
  return target;
}

/** Reads the structure of format FFh. */
export function decodeStructureList(bytes: Uint8Array): StructureListEntry[] {
  return decodeItems(structureListEntry, bytes, 0, bytes.length);
}
