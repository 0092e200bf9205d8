/** The first sectors of FAT volumes. Clauses are those of Microsoft's FAT: General Overview of On-Disk Format, 1.03. */
import { fixedU8, fixedU16le, u8, u16le, u32le } from "../../codec/integers.js";
import { byte } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { encode, struct } from "../../codec/struct.js";
import { asciiText, fixedText, rawBytes, reserved } from "../../codec/text.js";
import type { FatGeometry } from "./geometry.js";
import { fatCopies, firstCluster, sectorBytes } from "./geometry.js";

const clause = "Boot Sector and BPB Structure";

/** Jumps over the fields to the code. "BS_jmpBoot" */
const jumpOnSmall = Uint8Array.of(0xeb, 0x3c, 0x90);
const jumpOnFat32 = Uint8Array.of(0xeb, 0x58, 0x90);

/** A disk that is not removed. "BPB_Media", "BS_DrvNum" */
export const mediaByte = 0xf8;
const driveNumber = 0x80;

/** Tracks and heads of a large disk: by these numbers nothing is read any more. "BPB_SecPerTrk", "BPB_NumHeads" */
const sectorsPerTrack = 32;
const heads = 64;

/** Says that serial number, label and type follow. "BS_BootSig" */
const extendedSignature = 0x29;

/** At the end of the sector. */
const signature = 0xaa55;

/** What BIOS does with a disk that it cannot start from: it goes on with the next one. INT 18h; a halt, for ever. */
const nothingToBoot = Uint8Array.of(0xcd, 0x18, 0xf4, 0xeb, 0xfd);

/** Sectors of FAT32's information and of the boot sector's copy. "BPB_FSInfo", "BPB_BkBootSec" */
const informationSector = 1;
const copySector = 6;

/** What a volume says of itself. */
export interface FatVolumeIdentity {
  /** Up to 11 ASCII characters. */
  readonly label: string;
  readonly serialNumber: number;
}

/** A boot sector, by names of the standard in full; the rest of it is the same in all volumes. */
interface BootSector extends FatVolumeIdentity {
  readonly jump: Uint8Array;
  readonly sectorsPerCluster: number;
  readonly reservedSectors: number;
  /** 0 on FAT32. */
  readonly rootEntries: number;
  /** 0 where 16 bits do not hold it, and on FAT32. */
  readonly totalSectors16: number;
  /** 0 on FAT32. */
  readonly tableSectors16: number;
  /** 0 where 16 bits hold it, but for FAT32. */
  readonly totalSectors32: number;
  readonly type: string;
  readonly bootCode: Uint8Array;
}

interface Fat32BootSector extends BootSector {
  readonly tableSectors32: number;
  readonly rootCluster: number;
}

const commonRows = {
  jump: byte(0, 3, rawBytes(3), clause),
  _oemName: byte(3, 8, fixedText("DSCSMITH"), clause),
  _bytesPerSector: byte(11, 2, fixedU16le(sectorBytes), clause),
  sectorsPerCluster: byte(13, 1, u8, clause),
  reservedSectors: byte(14, 2, u16le, clause),
  _fatCopies: byte(16, 1, fixedU8(fatCopies), clause),
  rootEntries: byte(17, 2, u16le, clause),
  totalSectors16: byte(19, 2, u16le, clause),
  _media: byte(21, 1, fixedU8(mediaByte), clause),
  tableSectors16: byte(22, 2, u16le, clause),
  _sectorsPerTrack: byte(24, 2, fixedU16le(sectorsPerTrack), clause),
  _heads: byte(26, 2, fixedU16le(heads), clause),
  _hiddenSectors: byte(28, 4, reserved(4), clause),
  totalSectors32: byte(32, 4, u32le, clause),
} as const;

/** @param at Where these rows begin; they end with the sector. */
function identityRows(at: number) {
  const codeAt = at + 26;
  const codeBytes = sectorBytes - 2 - codeAt;
  return {
    _driveNumber: byte(at, 1, fixedU8(driveNumber), clause),
    _reserved1: byte(at + 1, 1, reserved(1), clause),
    _extendedSignature: byte(at + 2, 1, fixedU8(extendedSignature), clause),
    serialNumber: byte(at + 3, 4, u32le, clause),
    label: byte(at + 7, 11, asciiText(11), clause),
    type: byte(at + 18, 8, asciiText(8), clause),
    bootCode: byte(codeAt, codeBytes, rawBytes(codeBytes), clause),
    _signature: byte(sectorBytes - 2, 2, fixedU16le(signature), clause),
  } as const;
}

/** FAT12 and FAT16. */
const smallBootSector: StructCodec<BootSector> = struct<BootSector>("BootSector", sectorBytes, {
  ...commonRows,
  ...identityRows(36),
});

const fat32BootSector: StructCodec<Fat32BootSector> = struct<Fat32BootSector>("Fat32BootSector", sectorBytes, {
  ...commonRows,
  tableSectors32: byte(36, 4, u32le, clause),
  _flags: byte(40, 2, fixedU16le(0), clause),
  _version: byte(42, 2, fixedU16le(0), clause),
  rootCluster: byte(44, 4, u32le, clause),
  _informationSector: byte(48, 2, fixedU16le(informationSector), clause),
  _copySector: byte(50, 2, fixedU16le(copySector), clause),
  _reserved: byte(52, 12, reserved(12), clause),
  ...identityRows(64),
});

/** What FAT32 keeps beside its tables. "FSInfo Sector Structure and Backup Boot Sector" */
interface FileSystemInformation {
  readonly freeClusters: number;
  /** Where the search for a free one begins. */
  readonly nextFreeCluster: number;
}

/** Where there is no such cluster. "FSI_Nxt_Free" */
const noneKnown = 0xffff_ffff;

const informationClause = "FSInfo Sector Structure";

const fileSystemInformation: StructCodec<FileSystemInformation> = struct<FileSystemInformation>("FSInfo", sectorBytes, {
  _leadSignature: byte(0, 4, fixedText("RRaA"), informationClause),
  _reserved1: byte(4, 480, reserved(480), informationClause),
  _structureSignature: byte(484, 4, fixedText("rrAa"), informationClause),
  freeClusters: byte(488, 4, u32le, informationClause),
  nextFreeCluster: byte(492, 4, u32le, informationClause),
  _reserved2: byte(496, 14, reserved(14), informationClause),
  _signature: byte(510, 2, fixedU16le(signature), informationClause),
});

/**
 * The sectors in front of the tables.
 *
 * @param usedClusters Of all there are, the first ones.
 */
export function reservedSectors(geometry: FatGeometry, identity: FatVolumeIdentity, usedClusters: number): Uint8Array {
  const { type, clusterBytes, reserved: count, table, rootEntries, clusters, total } = geometry;
  const isSmall = type !== "FAT32";
  const fitsIn16 = isSmall && total < 0x1_0000;
  const sector: BootSector = {
    label: identity.label.padEnd(11),
    serialNumber: identity.serialNumber,
    jump: isSmall ? jumpOnSmall : jumpOnFat32,
    sectorsPerCluster: clusterBytes / sectorBytes,
    reservedSectors: count,
    rootEntries,
    totalSectors16: fitsIn16 ? total : 0,
    tableSectors16: isSmall ? table : 0,
    totalSectors32: fitsIn16 ? 0 : total,
    type,
    bootCode: nothingToBoot,
  };
  const sectors = new Uint8Array(count * sectorBytes);
  if (isSmall) {
    sectors.set(encode(smallBootSector, sector));
    return sectors;
  }
  const bootSector = encode(fat32BootSector, { ...sector, tableSectors32: table, rootCluster: firstCluster });
  const information = encode(fileSystemInformation, {
    freeClusters: clusters - usedClusters,
    nextFreeCluster: usedClusters < clusters ? firstCluster + usedClusters : noneKnown,
  });
  for (const first of [0, copySector]) {
    sectors.set(bootSector, first * sectorBytes);
    sectors.set(information, (first + informationSector) * sectorBytes);
  }
  return sectors;
}
