/** Master boot records. UEFI 2.10, 5.2; the fields of addresses of loaders: isohdpfx.S of Syslinux, boot.S of GRUB 2. */
import { strictContext } from "../../codec/codec.js";
import { explained, named } from "../../codec/explained.js";
import { fixedU16le, readU16le, u8, u16le, u32le, u64le, writeU16le } from "../../codec/integers.js";
import { byte } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { nested, struct } from "../../codec/struct.js";
import { rawBytes } from "../../codec/text.js";
import type { BytePatch } from "./byte-patch.js";
import { sectorBytes, structurePatch } from "./byte-patch.js";
import type { ImageGrowth } from "./image-growth.js";
import { grownEnd, sectorsInBlock } from "./image-growth.js";

/** Types of partitions with a meaning of their own for hybrid images. */
export const mbrTypes = { empty: 0, hidden: 0x17, iso9660: 0xcd, protective: 0xee, uefi: 0xef } as const;

/** The boot signature at the end of the sector. UEFI 2.10, table 5.1. */
const signature = 0xaa55;
const signatureAt = 510;

/** Where the partition records start, and their bytes. UEFI 2.10, table 5.1. */
const recordsAt = 446;
const recordBytes = 16;

/** GRUB's MBR loads the second block of its image; that of Syslinux the first. */
const grub2Offset = BigInt(sectorsInBlock);

/** Largest value of a field of 32 bits: a protective partition of a larger disk has it. UEFI 2.10, table 5.4. */
const maximumSectors = 0xffff_ffff;

/** A partition record. */
export interface MbrPartition {
  /** 80h for the one to boot. */
  readonly bootIndicator: number;
  /** Its first sector as cylinder, head and sector: 3 bytes. */
  readonly startingChs: Uint8Array;
  /** EEh for one that protects the disk, EFh for one that UEFI boots from. */
  readonly osType: number;
  /** Its last sector as cylinder, head and sector: 3 bytes. */
  readonly endingChs: Uint8Array;
  /** Its first sector of 512 bytes. */
  readonly startingLba: number;
  /** Sectors of 512 bytes; 0 for a record that is not used. */
  readonly sizeInLba: number;
}

const partitionRecord: StructCodec<MbrPartition> = struct<MbrPartition>("MbrPartitionRecord", recordBytes, {
  bootIndicator: byte(0, 1, u8, "table 5.2"),
  startingChs: byte(1, 3, chsType(), "table 5.2"),
  osType: byte(4, 1, named(u8, mbrTypes), "table 5.2"),
  endingChs: byte(5, 3, chsType(), "table 5.2"),
  startingLba: byte(8, 4, u32le, "table 5.2"),
  sizeInLba: byte(12, 4, u32le, "table 5.2"),
});

function chsType(): ReturnType<typeof rawBytes> {
  return explained(rawBytes(3), (chs) => {
    const { cylinder, head, sector } = chsFrom(chs);
    return `cylinder ${cylinder}, head ${head}, sector ${sector}`;
  });
}

/** A master boot record. */
export interface MasterBootRecord {
  /** 432 bytes. */
  readonly bootCode: Uint8Array;
  /** The sector where the loader goes on, in the MBRs of isolinux and GRUB 2; in others, more code. */
  readonly bootImageAddress: bigint;
  readonly diskSignature: number;
  readonly unknown: number;
  readonly partition1: MbrPartition;
  readonly partition2: MbrPartition;
  readonly partition3: MbrPartition;
  readonly partition4: MbrPartition;
}

/** Master Boot Record: the first sector. UEFI 2.10, table 5.1. */
export const masterBootRecord: StructCodec<MasterBootRecord> = struct<MasterBootRecord>("MasterBootRecord", 512, {
  bootCode: byte(0, 432, rawBytes(432), "table 5.1"),
  bootImageAddress: byte(432, 8, u64le, "isohdpfx.S, boot.S"),
  diskSignature: byte(440, 4, u32le, "table 5.1"),
  unknown: byte(444, 2, u16le, "table 5.1"),
  partition1: byte(recordsAt, 16, nested(partitionRecord), "table 5.1"),
  partition2: byte(462, 16, nested(partitionRecord), "table 5.1"),
  partition3: byte(478, 16, nested(partitionRecord), "table 5.1"),
  partition4: byte(494, 16, nested(partitionRecord), "table 5.1"),
  _signature: byte(signatureAt, 2, fixedU16le(signature), "table 5.1"),
});

/** The master boot record of a disk's first sector; `undefined` where its signature is missing. */
export function decodeMbr(sector: Uint8Array): MasterBootRecord | undefined {
  if (sector.length < sectorBytes || readU16le(sector, signatureAt) !== signature) return undefined;
  return masterBootRecord.read(sector, 0, strictContext);
}

/** The bytes of a master boot record. */
export function encodeMbr(mbr: MasterBootRecord): Uint8Array {
  const sector = new Uint8Array(sectorBytes);
  masterBootRecord.write(mbr, sector, 0);
  return sector;
}

/** All four partition records, used or not. */
export function mbrPartitions(mbr: MasterBootRecord): readonly MbrPartition[] {
  return [mbr.partition1, mbr.partition2, mbr.partition3, mbr.partition4];
}

/** Whose loader an MBR starts; "none" for one that names no boot image of its disc. */
export type MbrLoader = "isolinux" | "grub2" | "none";

/**
 * Tells the MBR of isolinux, which names the first sector of a boot image, from that of GRUB 2, which names the one a
 * block behind it.
 *
 * @param imageLbas The blocks of the disc's boot images.
 */
export function mbrLoader({ bootImageAddress }: MasterBootRecord, imageLbas: readonly number[]): MbrLoader {
  const lbas = imageLbas.filter((lba) => lba > 0);
  const names = (loader: "isolinux" | "grub2"): boolean =>
    lbas.some((lba) => bootImageAddressOf(loader, lba) === bootImageAddress);
  if (names("isolinux")) return "isolinux";
  return names("grub2") ? "grub2" : "none";
}

/**
 * Whether the MBR keeps programs that know no other table from the whole disk: one partition from its second sector to
 * the end.
 *
 * @param sectors Of the image.
 */
export function isProtective(mbr: MasterBootRecord, sectors: number): boolean {
  const used = mbrPartitions(mbr).filter(({ sizeInLba }) => sizeInLba > 0);
  const [only] = used;
  if (used.length !== 1 || only === undefined || only.startingLba !== 1) return false;
  return only.sizeInLba === Math.min(sectors - 1, maximumSectors);
}

interface Chs {
  readonly cylinder: number;
  readonly head: number;
  /** From 1. */
  readonly sector: number;
}

/** The bits of an address of a sector. UEFI 2.10, 5.2.1: of the BIOS. */
function chsFrom(chs: Uint8Array): Chs {
  const [head, low, high] = [chs[0]!, chs[1]!, chs[2]!];
  return { cylinder: Math.floor(low / 64) * 256 + high, head, sector: low % 64 };
}

/** The first cylinder that has no address. */
const cylinderLimit = 1024;

/** What stands for a sector beyond the last cylinder. UEFI 2.10, table 5.4, and what most programs write. */
const beyondChs = Uint8Array.of(0xfe, 0xff, 0xff);

/** Heads and sectors of a track that programs count with: xorriso's and isohybrid's first, then those of disks. */
const geometries = [
  [64, 32],
  [128, 32],
  [255, 32],
  [255, 63],
  [240, 63],
  [128, 63],
  [64, 63],
  [16, 63],
] as const;

function chsOf(lba: number, heads: number, sectors: number): Uint8Array {
  const cylinder = Math.floor(lba / (heads * sectors));
  if (cylinder >= cylinderLimit) return beyondChs;
  const head = Math.floor(lba / sectors) % heads;
  return Uint8Array.of(head, Math.floor(cylinder / 256) * 64 + (lba % sectors) + 1, cylinder % 256);
}

/** How the address of a partition's last sector was counted; `undefined` where that is not known. */
function geometryOf({ endingChs, startingLba, sizeInLba }: MbrPartition): readonly [number, number] | undefined {
  return geometries.find(([heads, sectors]) => {
    const chs = chsOf(startingLba + sizeInLba - 1, heads, sectors);
    return chs !== beyondChs && chs.every((octet, index) => octet === endingChs[index]);
  });
}

/** The sector behind a partition in the grown image. */
function newEndOf(mbr: MasterBootRecord, partition: MbrPartition, growth: ImageGrowth): number {
  const { startingLba, sizeInLba, osType } = partition;
  const isAlone = mbrPartitions(mbr).every((other) => other === partition || other.sizeInLba === 0);
  // One that protects the disk may be left from before the image grew last.
  const isProtecting = osType === mbrTypes.protective && startingLba === 1 && isAlone;
  const end = isProtecting ? growth.newSectors : grownEnd(growth, startingLba, startingLba + sizeInLba);
  return startingLba + Math.min(end - startingLba, maximumSectors);
}

/** What to write for partitions that go on to cover a grown image: their records, and nothing else. */
export function grownMbr(mbr: MasterBootRecord, growth: ImageGrowth): readonly BytePatch[] {
  return mbrPartitions(mbr).flatMap((partition, index) => {
    if (partition.sizeInLba === 0) return [];
    const newEnd = newEndOf(mbr, partition, growth);
    const sizeInLba = newEnd - partition.startingLba;
    if (sizeInLba === partition.sizeInLba) return [];
    const geometry = geometryOf(partition);
    const endingChs = geometry === undefined ? partition.endingChs : chsOf(newEnd - 1, ...geometry);
    return [structurePatch(partitionRecord, { ...partition, endingChs, sizeInLba }, recordsAt + index * recordBytes)];
  });
}

/** A partition for a new master boot record, in sectors. */
export interface NewMbrPartition {
  readonly startingLba: number;
  readonly endLba: number;
  readonly osType: number;
  /** Whether it is the one to boot. */
  readonly isActive: boolean;
}

const unusedPartition: MbrPartition = {
  bootIndicator: 0,
  startingChs: new Uint8Array(3),
  osType: mbrTypes.empty,
  endingChs: new Uint8Array(3),
  startingLba: 0,
  sizeInLba: 0,
};

/** How a disk's sectors are counted where they are addressed by cylinder, head and sector. */
export interface DiskGeometry {
  /** Heads of a cylinder. */
  readonly heads: number;
  /** Sectors of a track. */
  readonly sectors: number;
}

/**
 * Heads and sectors of a track with which a disk of so many sectors has less than 1,025 cylinders, if any has.
 *
 * @param given What is taken instead.
 */
export function geometryFor(sectors: number, given?: DiskGeometry): readonly [heads: number, sectors: number] {
  if (given !== undefined) return [given.heads, given.sectors];
  const fits = ([heads, perTrack]: readonly [number, number]): boolean => sectors <= heads * perTrack * cylinderLimit;
  return geometries.find(fits) ?? [255, 63];
}

function newPartition(partition: NewMbrPartition, [heads, sectors]: readonly [number, number]): MbrPartition {
  const { startingLba, endLba, osType, isActive } = partition;
  const sizeInLba = Math.min(endLba - startingLba, maximumSectors);
  return {
    bootIndicator: isActive ? 0x80 : 0,
    startingChs: chsOf(startingLba, heads, sectors),
    osType,
    endingChs: chsOf(startingLba + sizeInLba - 1, heads, sectors),
    startingLba,
    sizeInLba,
  };
}

/**
 * A sector with partitions, and what it held of boot code.
 *
 * @param base The sector as it was: 512 bytes.
 * @param partitions By their numbers, from 0; at most four.
 * @param imageSectors Of the whole image: heads and sectors are counted as a disk of that size has them.
 * @param given Heads and sectors of a track instead.
 */
export function newMbr(
  base: Uint8Array,
  partitions: readonly (NewMbrPartition | undefined)[],
  imageSectors: number,
  changes: Partial<Pick<MasterBootRecord, "bootImageAddress" | "diskSignature">>,
  given?: DiskGeometry,
): MasterBootRecord {
  const signed = base.slice(0, sectorBytes);
  writeU16le(signature, signed, signatureAt);
  const geometry = geometryFor(imageSectors, given);
  const records = [0, 1, 2, 3].map((index) => {
    const partition = partitions[index];
    return partition === undefined ? unusedPartition : newPartition(partition, geometry);
  });
  return {
    ...masterBootRecord.read(signed, 0, strictContext),
    ...changes,
    partition1: records[0]!,
    partition2: records[1]!,
    partition3: records[2]!,
    partition4: records[3]!,
  };
}

/** Where the loader of a master boot record finds its image: the sector that its code is told. */
export function bootImageAddressOf(loader: Exclude<MbrLoader, "none">, imageLba: number): bigint {
  return BigInt(imageLba * sectorsInBlock) + (loader === "grub2" ? grub2Offset : 0n);
}

/**
 * Sectors of a cylinder, where the image ends with one: firmware that takes the disk's geometry from its partitions
 * wants that. 1 where it does not.
 */
export function cylinderSectors(mbr: MasterBootRecord, imageSectors: number): number {
  for (const partition of mbrPartitions(mbr)) {
    if (partition.sizeInLba === 0 || partition.osType === mbrTypes.protective) continue;
    const [heads, sectors] = geometryOf(partition) ?? [1, 1];
    const isAtEnd = partition.startingLba + partition.sizeInLba === imageSectors;
    if (isAtEnd && imageSectors % (heads * sectors) === 0) return heads * sectors;
  }
  return 1;
}
