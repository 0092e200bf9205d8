/** The system area of a new image, and what stands at its end, so that disks start from it, too. */
import { crc32 } from "../../codec/checksum.js";
import { readU16le, readU32le } from "../../codec/integers.js";
import { refuseOption } from "../../errors.js";
import { alignUp, blockBytes } from "../../units.js";
import { encodeApm, newApm } from "./apm.js";
import type { BytePatch } from "./byte-patch.js";
import { sectorBytes } from "./byte-patch.js";
import type { GptPartition } from "./gpt.js";
import { endOfNewEntries, guidOf, newGpt, newGptBackupSectors, primaryHeaderLba } from "./gpt.js";
import { sectorsInBlock } from "./image-growth.js";
import type { DiskGeometry, MbrLoader, NewMbrPartition } from "./mbr.js";
import { bootImageAddressOf, encodeMbr, geometryFor, mbrTypes, newMbr } from "./mbr.js";
import type { SystemAreaPlan } from "./system-area.js";
import { systemAreaBlocks, systemAreaBytes } from "./system-area.js";

/** How a partition stands in the master boot record. */
export interface MbrEntryOptions {
  /** Which of the four records it has. Default: the first that is free. */
  readonly number?: number | undefined;
  /** EFh for one that UEFI boots from, EEh for one that protects the disk. */
  readonly type: number;
  /** Whether it is the one to boot. */
  readonly active?: boolean | undefined;
}

/** How a partition stands in the GUID partition table. */
export interface GptEntryOptions {
  /** Which of the 128 entries it has, from 1. Default: the first that is free. */
  readonly number?: number | undefined;
  /** GUID of its type: "C12A7328-F81F-11D2-BA4B-00A0C93EC93B". */
  readonly type: string;
  /** Up to 36 characters. */
  readonly name?: string | undefined;
  /** Default: one made of the volume's name and time. */
  readonly guid?: string | undefined;
  readonly attributes?: bigint | undefined;
}

/** How a partition stands in the Apple partition map. */
export interface ApmEntryOptions {
  /** "Apple_HFS". */
  readonly type: string;
  readonly name: string;
}

/** A partition whose place is known. */
export interface PlacedPartition {
  readonly firstSector: number;
  /** The sector behind it; `undefined` for one that goes as far as the volume, or the image, does. */
  readonly endSector: number | undefined;
  /** Whether it lies behind the volume. */
  readonly isAppended: boolean;
  readonly mbr?: MbrEntryOptions | undefined;
  readonly gpt?: GptEntryOptions | undefined;
  readonly apm?: ApmEntryOptions | undefined;
}

/**
 * When an image is filled up to the end of a cylinder: where a partition of its master boot record reaches its end and
 * there is no GUID partition table; always; never.
 */
export type CylinderAlign = "auto" | "on" | "off";

/** All there are. */
export const cylinderAligns: readonly CylinderAlign[] = ["auto", "on", "off"];

/** What a system area is made of. */
export interface SystemAreaInput {
  /** Boot code: up to 32,768 bytes. */
  readonly base: Uint8Array;
  readonly loader: MbrLoader;
  /** The block of the image that it loads; `undefined` where it loads none. */
  readonly loaderLba: number | undefined;
  readonly diskSignature: number | undefined;
  readonly diskGuid: string | undefined;
  readonly geometry?: DiskGeometry | undefined;
  readonly cylinderAlign?: CylinderAlign | undefined;
  readonly partitions: readonly PlacedPartition[];
  /** The block behind the volume: what is appended starts there. */
  readonly volumeEnd: number;
  /** The block behind what is appended. */
  readonly contentEnd: number;
  /** What is made up follows from this: the volume's name and time. */
  readonly seed: string;
}

/** The sector behind the system area. */
const endOfArea = systemAreaBlocks * sectorsInBlock;

/** A new GUID partition table's entries follow on its header, or on the entries of an Apple partition map. */
const entriesBehindHeader = primaryHeaderLba + 1;

/** Boot code with room for block 0 of an Apple partition map does nothing in these bytes. isohdpfx.S, boot.S. */
const apmRoom = { from: 2, to: 26, noOperation: 0x90 } as const;

/** Block 0 as a program: "ER", blocks of 2,048 bytes, and, as their number, a jump to what follows. */
const apmCode = [0x45, 0x52, 0x08, 0x00, 0xeb, 0x02, 0xff, 0xff] as const;

/** Records of a master boot record, and entries of a new GUID partition table. */
const mbrRecords = 4;
const gptEntries = 128;

/** Where the signatures of a disk and of a master boot record stand. UEFI 2.10, table 5.1. */
const diskSignatureAt = 440;
const bootSignatureAt = 510;

/** Gives every partition its number: those that are asked for, and the free ones in their order. From 0. */
function numbered<P, T>(
  partitions: readonly P[],
  limit: number,
  table: string,
  numberOf: (partition: P) => number | undefined,
  make: (partition: P, index: number) => T,
): (T | undefined)[] {
  const slots: (T | undefined)[] = [];
  const option = `boot.hybrid.partitions[].${table}.number`;
  const put = (partition: P, index: number): void => {
    if (!Number.isInteger(index) || index < 0 || index >= limit) refuseOption(option, index + 1, `1 to ${limit}`);
    if (slots[index] !== undefined) refuseOption(option, index + 1, "each number once");
    slots[index] = make(partition, index);
  };
  for (const partition of partitions) {
    const number = numberOf(partition);
    if (number !== undefined) put(partition, number - 1);
  }
  for (const partition of partitions) {
    if (numberOf(partition) !== undefined) continue;
    const free = Array.from({ length: limit }, (_unused, index) => index).find((index) => slots[index] === undefined);
    put(partition, free ?? limit);
  }
  return slots;
}

/** Sectors of the image, where partitions of the volume end in each table, and what the tables need. */
class Tables {
  readonly #input: SystemAreaInput;
  readonly hasGpt: boolean;
  readonly hasApm: boolean;
  readonly hasMbr: boolean;
  readonly sectors: number;

  constructor(input: SystemAreaInput) {
    this.#input = input;
    const { partitions, base, loader } = input;
    this.hasGpt = partitions.some(({ gpt }) => gpt !== undefined);
    this.hasApm = partitions.some(({ apm }) => apm !== undefined);
    const isSigned = readU16le(base, bootSignatureAt) === 0xaa55;
    this.hasMbr = this.hasGpt || partitions.some(({ mbr }) => mbr !== undefined) || isSigned || loader !== "none";
    const backupBlocks = this.hasGpt ? Math.ceil(newGptBackupSectors / sectorsInBlock) : 0;
    const bare = (input.contentEnd + backupBlocks) * sectorsInBlock;
    this.sectors = this.#endsWithCylinder() ? this.#wholeCylinders(bare) : bare;
  }

  /** Firmware that takes a disk's geometry from its partitions wants them to end with a cylinder. */
  #endsWithCylinder(): boolean {
    const { cylinderAlign = "auto" } = this.#input;
    if (cylinderAlign !== "auto") return cylinderAlign === "on";
    if (this.hasGpt) return false;
    return this.#input.partitions.some(
      ({ mbr, endSector }) => mbr !== undefined && mbr.type !== mbrTypes.protective && endSector === undefined,
    );
  }

  #wholeCylinders(sectors: number): number {
    const [heads, perTrack] = geometryFor(sectors, this.#input.geometry);
    // Images end with a block: of odd tracks, four cylinders do.
    const cylinder = heads * perTrack;
    return alignUp(sectors, cylinder % sectorsInBlock === 0 ? cylinder : cylinder * sectorsInBlock);
  }

  #endOf({ endSector }: PlacedPartition, table: "mbr" | "gpt" | "apm"): number {
    if (endSector !== undefined) return endSector;
    const { partitions, volumeEnd } = this.#input;
    const isBefore = partitions.some((other) => other.isAppended && other[table] !== undefined);
    if (isBefore) return volumeEnd * sectorsInBlock;
    if (table !== "gpt") return this.sectors;
    return Math.floor((this.sectors - newGptBackupSectors) / sectorsInBlock) * sectorsInBlock;
  }

  mbr(): BytePatch {
    const { partitions, base, loader, loaderLba, seed } = this.#input;
    const listed = partitions.filter(({ mbr }) => mbr !== undefined);
    const records = numbered<PlacedPartition, NewMbrPartition>(
      listed,
      mbrRecords,
      "mbr",
      ({ mbr }) => mbr!.number,
      (partition) => ({
        startingLba: partition.firstSector,
        endLba: this.#endOf(partition, "mbr"),
        osType: partition.mbr!.type,
        isActive: partition.mbr!.active ?? false,
      }),
    );
    // What knows no GUID partition table is to take the disk for full. UEFI 2.10, 5.2.3.
    if (this.hasGpt && listed.length === 0) {
      records[0] = { startingLba: 1, endLba: this.sectors, osType: mbrTypes.protective, isActive: false };
    }
    const given = this.#input.diskSignature ?? readU32le(base, diskSignatureAt);
    const diskSignature = given === 0 ? crc32(new TextEncoder().encode(seed)) : given;
    const isLoading = loader !== "none" && loaderLba !== undefined;
    const changes = {
      diskSignature,
      ...(isLoading ? { bootImageAddress: bootImageAddressOf(loader, loaderLba) } : {}),
    };
    const mbr = newMbr(base, records, this.sectors, changes, this.#input.geometry);
    return { offsetBytes: 0, bytes: encodeMbr(mbr) };
  }

  gpt(): readonly BytePatch[] {
    const { partitions, diskGuid, seed } = this.#input;
    const listed = partitions.filter(({ gpt }) => gpt !== undefined);
    const entries = numbered<PlacedPartition, GptPartition>(
      listed,
      gptEntries,
      "gpt",
      ({ gpt }) => gpt!.number,
      (partition, index) => ({
        partitionTypeGuid: partition.gpt!.type,
        uniquePartitionGuid: partition.gpt!.guid ?? guidOf(`${seed}/${index + 1}`),
        startingLba: partition.firstSector,
        endingLba: this.#endOf(partition, "gpt") - 1,
        attributes: partition.gpt!.attributes ?? 0n,
        partitionName: partition.gpt!.name ?? "",
      }),
    );
    return newGpt({
      diskGuid: diskGuid ?? guidOf(seed),
      partitions: entries,
      entriesLba: this.#gptEntriesSector(),
      sectors: this.sectors,
    });
  }

  apm(): readonly BytePatch[] {
    const listed = this.#input.partitions.filter(({ apm }) => apm !== undefined);
    const partitions = listed.map((partition) => {
      const firstBlock = Math.floor(partition.firstSector / sectorsInBlock);
      const { name, type } = partition.apm!;
      return {
        name,
        type,
        firstBlock,
        blocks: Math.floor(this.#endOf(partition, "apm") / sectorsInBlock) - firstBlock,
      };
    });
    const [block0, ...entries] = encodeApm(newApm(partitions, Math.floor(this.sectors / sectorsInBlock)));
    return [this.#apmBlock0(block0!), ...entries];
  }

  /** Block 0 of an Apple partition map takes the place of what boot code has for it. */
  #apmBlock0(block0: BytePatch): BytePatch {
    const { base } = this.#input;
    const code = base.subarray(0, block0.bytes.length);
    if (code.every((octet) => octet === 0)) return block0;
    if (code[0] === apmCode[0] && code[1] === apmCode[1]) return { offsetBytes: 0, bytes: code.slice() };
    const { from, to, noOperation } = apmRoom;
    if (!base.subarray(from, to).every((octet) => octet === noOperation)) {
      refuseOption(
        "boot.hybrid.systemArea",
        "boot code",
        "with an Apple partition map, code that has room for its block 0",
      );
    }
    return { offsetBytes: 0, bytes: Uint8Array.from(apmCode) };
  }

  #gptEntriesSector(): number {
    if (!this.hasApm) return entriesBehindHeader;
    // Block 0, the map's own entry, and one for each partition.
    const apmBlocks = 2 + this.#input.partitions.filter(({ apm }) => apm !== undefined).length;
    const first = apmBlocks * sectorsInBlock;
    if (endOfNewEntries(first) > endOfArea) {
      refuseOption("boot.hybrid.partitions", `${apmBlocks - 2} in an Apple partition map`, "up to 6 beside a GPT");
    }
    return first;
  }
}

/**
 * Plans the system area of a new image.
 *
 * @throws {@link DiscError} E_OPTION_INVALID for tables that have no room.
 */
export function planSystemArea(input: SystemAreaInput): SystemAreaPlan {
  const whole = new Uint8Array(systemAreaBytes);
  whole.set(input.base);
  const tables = new Tables({ ...input, base: whole });
  const patches: BytePatch[] = [{ offsetBytes: 0, bytes: whole }];
  if (tables.hasMbr) patches.push(tables.mbr());
  if (tables.hasApm) patches.push(...tables.apm());
  if (tables.hasGpt) patches.push(...tables.gpt());
  return { blocks: (tables.sectors * sectorBytes) / blockBytes, hasTail: tables.hasGpt, patches };
}
