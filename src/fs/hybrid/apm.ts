/** Apple partition maps. Inside Macintosh: Devices (1994), "The Partition Map". */
import { strictContext } from "../../codec/codec.js";
import { readU16be, readU32be, u16be, u32be } from "../../codec/integers.js";
import { byte } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { fixedText, nulText, rawBytes, textFromBytes } from "../../codec/text.js";
import type { BytePatch } from "./byte-patch.js";
import { sectorBytes, structurePatch } from "./byte-patch.js";
import type { ImageGrowth } from "./image-growth.js";
import { grownEnd } from "./image-growth.js";

/** Sizes of blocks that maps of discs have: the one that block 0 states is tried first. */
const blockSizes = [2048, 512] as const;

/** Entries that are looked at. */
const maximumEntries = 63;

/** What block 0 says. */
export interface AppleBlock0 {
  /** Bytes of a block of the map. */
  readonly blockSize: number;
  /** Blocks of the whole disk; a hybrid's may be bytes of a program. */
  readonly blockCount: number;
}

/** Block 0 as far as a hybrid has it: what follows is the program of a master boot record. */
const appleBlock0: StructCodec<AppleBlock0> = struct<AppleBlock0>("AppleBlock0", 8, {
  _signature: byte(0, 2, fixedText("ER"), "sbSig"),
  blockSize: byte(2, 2, u16be, "sbBlkSize"),
  blockCount: byte(4, 4, u32be, "sbBlkCount"),
});

/** An entry of the map. */
export interface ApplePartition {
  readonly signaturePad: number;
  /** Entries of the map. */
  readonly mapEntries: number;
  /** Its first block. */
  readonly firstBlock: number;
  readonly blocks: number;
  readonly name: string;
  /** "Apple_HFS", "Apple_partition_map". */
  readonly type: string;
  readonly firstDataBlock: number;
  readonly dataBlocks: number;
  readonly status: number;
  /** Boot code, and what else there is: 420 bytes. */
  readonly boot: Uint8Array;
}

/** Partition map entry. Inside Macintosh: Devices, "The Partition Map". */
export const applePartition: StructCodec<ApplePartition> = struct<ApplePartition>("ApplePartitionMapEntry", 512, {
  _signature: byte(0, 2, fixedText("PM"), "pmSig"),
  signaturePad: byte(2, 2, u16be, "pmSigPad"),
  mapEntries: byte(4, 4, u32be, "pmMapBlkCnt"),
  firstBlock: byte(8, 4, u32be, "pmPyPartStart"),
  blocks: byte(12, 4, u32be, "pmPartBlkCnt"),
  name: byte(16, 32, nulText(32), "pmPartName"),
  type: byte(48, 32, nulText(32), "pmParType"),
  firstDataBlock: byte(80, 4, u32be, "pmLgDataStart"),
  dataBlocks: byte(84, 4, u32be, "pmDataCnt"),
  status: byte(88, 4, u32be, "pmPartStatus"),
  boot: byte(92, 420, rawBytes(420), "pmLgBootStart and following"),
});

/** An Apple partition map. */
export interface ApplePartitionMap {
  readonly block0: AppleBlock0;
  /** Bytes in which its entries count and lie apart. */
  readonly blockSize: number;
  /** In their order; the map itself is one of them. */
  readonly partitions: readonly ApplePartition[];
}

function hasSignature(area: Uint8Array, at: number): boolean {
  return at + applePartition.size <= area.length && textFromBytes(area, at, 2) === "PM";
}

/**
 * The map in the first blocks of an image; `undefined` where there is none: the program of many master boot records
 * starts with block 0 of a map that does not follow.
 */
export function decodeApm(area: Uint8Array): ApplePartitionMap | undefined {
  if (area.length < appleBlock0.size || textFromBytes(area, 0, 2) !== "ER") return undefined;
  const stated = readU16be(area, 2);
  const blockSize = [...blockSizes].sort((one) => (one === stated ? -1 : 0)).find((size) => hasSignature(area, size));
  if (blockSize === undefined) return undefined;
  const count = Math.min(readU32be(area, blockSize + 4), maximumEntries);
  const partitions: ApplePartition[] = [];
  for (let index = 1; index <= count && hasSignature(area, index * blockSize); index++) {
    partitions.push(applePartition.read(area, index * blockSize, strictContext));
  }
  return { block0: appleBlock0.read(area, 0, strictContext), blockSize, partitions };
}

/** The bytes of a map: block 0, and what there is of each entry. */
export function encodeApm({ block0, blockSize, partitions }: ApplePartitionMap): readonly BytePatch[] {
  return [
    structurePatch(appleBlock0, block0, 0),
    ...partitions.map((partition, index) => structurePatch(applePartition, partition, (index + 1) * blockSize)),
  ];
}

/** What to write for partitions that go on to cover a grown image, and for the size of a disk that was right. */
export function grownApm(
  { block0, blockSize, partitions }: ApplePartitionMap,
  growth: ImageGrowth,
): readonly BytePatch[] {
  const sectors = blockSize / sectorBytes;
  const patches: BytePatch[] = [];
  if (block0.blockCount === Math.floor(growth.oldSectors / sectors)) {
    const blockCount = Math.floor(growth.newSectors / sectors);
    patches.push(structurePatch(appleBlock0, { ...block0, blockCount }, 0));
  }
  for (const [index, partition] of partitions.entries()) {
    const start = partition.firstBlock * sectors;
    const end = start + partition.blocks * sectors;
    const newEnd = grownEnd(growth, start, end);
    if (newEnd === end) continue;
    const blocks = Math.floor((newEnd - start) / sectors);
    const isAllData = partition.dataBlocks === partition.blocks;
    const grown = { ...partition, blocks, dataBlocks: isAllData ? blocks : partition.dataBlocks };
    patches.push(structurePatch(applePartition, grown, (index + 1) * blockSize));
  }
  return patches;
}

/** Types of partitions that hybrids have. */
export const apmTypes = { map: "Apple_partition_map", hfs: "Apple_HFS" } as const;

/** Bytes of a block of a new map: that of the disc, so that a GUID partition table has room before it. */
const newApmBlockSize = 2048;

/** Valid, allocated, in use and readable. Inside Macintosh: Devices, "pmPartStatus". */
const readableStatus = 0x17;

/** A partition for a new map, in blocks of {@link newApmBlockSize}. */
export interface NewApplePartition {
  readonly name: string;
  readonly type: string;
  readonly firstBlock: number;
  readonly blocks: number;
}

/** A new map, with the entry for itself. @param imageBlocks Of the image. */
export function newApm(partitions: readonly NewApplePartition[], imageBlocks: number): ApplePartitionMap {
  const mapEntries = partitions.length + 1;
  const map = { name: "Apple", type: apmTypes.map, firstBlock: 1, blocks: mapEntries };
  return {
    block0: { blockSize: newApmBlockSize, blockCount: imageBlocks },
    blockSize: newApmBlockSize,
    partitions: [map, ...partitions].map((partition) => ({
      ...partition,
      signaturePad: 0,
      mapEntries,
      firstDataBlock: 0,
      dataBlocks: partition.blocks,
      status: readableStatus,
      boot: new Uint8Array(applePartition.size - 92),
    })),
  };
}
