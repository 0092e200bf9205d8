import { strictContext } from "../../codec/codec.js";
import { u8, u16be, u32be } from "../../codec/integers.js";
import { bit, bits, byte, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";
import { decodeItems, encodeItems } from "./items.js";

interface GetPerformance {
  /** For type 0: bits 4 and 3 tolerance (10b: 20 % of the nominal), bit 2 writing, bits 1 and 0 (0) nominal speeds. */
  dataType: number;
  startingBlock: number;
  maximumDescriptors: number;
  /** 0 speeds along the disc, 3 speeds that can be chosen for writing. */
  type: number;
}

const clause = "MMC-6 GET PERFORMANCE command";

/** Asks how fast the drive is. MMC-6 "GET PERFORMANCE command". */
export const getPerformance: Command<GetPerformance> = command<GetPerformance>("GET PERFORMANCE", 0xac, 12, 30_000, {
  _reserved1: reservedBits(1, 7, 5, clause),
  dataType: bits(1, 4, 0, clause),
  startingBlock: byte(2, 4, u32be, clause),
  _reserved6: byte(6, 2, reserved(2), clause),
  maximumDescriptors: byte(8, 2, u16be, clause),
  type: byte(10, 1, u8, clause),
  _control: byte(11, 1, reserved(1), clause),
});

/** The types that are used here. MMC-6 "GET PERFORMANCE, Type". */
export const performanceTypes: { readonly nominal: 0; readonly writeSpeeds: 3 } = { nominal: 0, writeSpeeds: 3 };

interface PerformanceHeader {
  /** Bytes that follow this field. */
  dataLength: number;
  write: boolean;
  exceptions: boolean;
}

const header = "MMC-6 GET PERFORMANCE response data, header";

/** The head of every type. MMC-6 "Performance header". */
export const performanceHeader: StructCodec<PerformanceHeader> = struct<PerformanceHeader>("PerformanceHeader", 8, {
  dataLength: byte(0, 4, u32be, header),
  _reserved4: reservedBits(4, 7, 2, header),
  write: bit(4, 1, header),
  exceptions: bit(4, 0, header),
  _reserved5: byte(5, 3, reserved(3), header),
});

/** How fast a stretch of the disc is. Speeds in 1,000 bytes a second. */
export interface NominalPerformance {
  startBlock: number;
  startSpeed: number;
  endBlock: number;
  endSpeed: number;
}

const nominal = "MMC-6 Performance descriptor, nominal performance";

/** An item of type 0. MMC-6 "Performance descriptor, nominal performance". */
export const nominalPerformance: StructCodec<NominalPerformance> = struct<NominalPerformance>(
  "NominalPerformance",
  16,
  {
    startBlock: byte(0, 4, u32be, nominal),
    startSpeed: byte(4, 4, u32be, nominal),
    endBlock: byte(8, 4, u32be, nominal),
    endSpeed: byte(12, 4, u32be, nominal),
  },
);

/** A pair of speeds that can be set. Speeds in 1,000 bytes a second. */
export interface WriteSpeed {
  /** 0 the medium's own way (CLV, ZCLV …), 1 pure CAV. */
  rotationControl: number;
  restoreDefaults: boolean;
  /** Whether the speed is kept on the whole disc. */
  exact: boolean;
  /** Suits a mix of reading and writing. */
  mixedReadWrite: boolean;
  /** The last block that can be written at that speed. */
  endBlock: number;
  readSpeed: number;
  writeSpeed: number;
}

const speed = "MMC-6 Write speed descriptor";

/** An item of type 3. MMC-6 "Write speed descriptor". */
export const writeSpeed: StructCodec<WriteSpeed> = struct<WriteSpeed>("WriteSpeedDescriptor", 16, {
  _reserved0: reservedBits(0, 7, 5, speed),
  rotationControl: bits(0, 4, 3, speed),
  restoreDefaults: bit(0, 2, speed),
  exact: bit(0, 1, speed),
  mixedReadWrite: bit(0, 0, speed),
  _reserved1: byte(1, 3, reserved(3), speed),
  endBlock: byte(4, 4, u32be, speed),
  readSpeed: byte(8, 4, u32be, speed),
  writeSpeed: byte(12, 4, u32be, speed),
});

/** Writes a whole reply of items of one kind. */
export function encodePerformance<T>(isAboutWriting: boolean, item: StructCodec<T>, items: readonly T[]): Uint8Array {
  const target = new Uint8Array(performanceHeader.size + items.length * item.size);
  performanceHeader.write({ dataLength: target.length - 4, write: isAboutWriting, exceptions: false }, target, 0);
  encodeItems(item, items, target, performanceHeader.size);
  return target;
}

/** Reads the items of a reply; one that is cut off is left out. */
export function decodePerformance<T>(bytes: Uint8Array, item: StructCodec<T>): T[] {
  const { dataLength } = performanceHeader.read(bytes, 0, strictContext);
  return decodeItems(item, bytes, performanceHeader.size, dataLength + 4);
}
