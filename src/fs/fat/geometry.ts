/** How a FAT volume is divided. Clauses are those of Microsoft's FAT: General Overview of On-Disk Format, 1.03. */
import { blockBytes } from "../../units.js";

/** Bytes of a sector: firmware and systems read others, too, but this size everywhere. */
export const sectorBytes = 512;

/** Both tables hold the same. */
export const fatCopies = 2;

/** The first cluster that holds data. "FAT Data Structure" */
export const firstCluster = 2;

/** Bytes of an entry of a directory. "FAT Directory Structure" */
export const directoryEntryBytes = 32;

export type FatType = "FAT12" | "FAT16" | "FAT32";

/** What tells the types apart is the number of clusters alone. "FAT Type Determination" */
const mostClusters: Readonly<Record<FatType, number>> = { FAT12: 4084, FAT16: 65_524, FAT32: 0x0fff_fff4 };

/** Programs are known to be off by up to so many at these limits. "FAT Type Determination" */
const safetyClusters = 16;

/** Bits of an entry of a table. "FAT Data Structure" */
export const entryBits: Readonly<Record<FatType, number>> = { FAT12: 12, FAT16: 16, FAT32: 32 };

/** Sectors in front of the tables: on FAT32, the boot sector's copy is the seventh. "BPB_RsvdSecCnt" */
const reservedSectors: Readonly<Record<FatType, number>> = { FAT12: 1, FAT16: 1, FAT32: 32 };

/** The root directory has at least so many entries, but on FAT32. "BPB_RootEntCnt" */
const usualRootEntries = 512;

/** Sizes of clusters: no smaller than a block of a disc, no larger than every reader takes. "BPB_SecPerClus" */
const clusterSizes = [1, 2, 4, 8, 16].map((blocks) => blocks * blockBytes);

/** A larger cluster is taken where a volume had more of the smaller ones than this. */
const usualMostClusters = 262_144;

/** The most sectors of a volume. "BPB_TotSec32" */
export const maximumSectors = 0xffff_ffff;

/** Where everything lies in a volume; all counts are in sectors, but where clusters are named. */
export interface FatGeometry {
  readonly type: FatType;
  readonly clusterBytes: number;
  readonly reserved: number;
  /** Sectors of one table. */
  readonly table: number;
  /** Entries of a root directory with a place of its own; 0 on FAT32, where it is a directory as all others. */
  readonly rootEntries: number;
  readonly clusters: number;
  readonly total: number;
}

/** What a volume has to hold. */
export interface FatNeeds {
  /** Entries of the root directory. */
  readonly rootEntries: number;
  /** Clusters of everything but a root directory with a place of its own. */
  clusters(type: FatType, clusterBytes: number): number;
}

/** Bytes of a table for so many clusters. */
export function tableBytes(type: FatType, clusters: number): number {
  return Math.ceil(((clusters + firstCluster) * entryBits[type]) / 8);
}

/** First sector of the root directory that has a place of its own. */
export function rootStart({ reserved, table }: FatGeometry): number {
  return reserved + fatCopies * table;
}

/** First sector of the clusters. */
export function dataStart(geometry: FatGeometry): number {
  return rootStart(geometry) + (geometry.rootEntries * directoryEntryBytes) / sectorBytes;
}

/** The type that holds so many clusters, and how many it has then: each type has a least and a largest number. */
function typeFor(needs: FatNeeds, clusterBytes: number): { type: FatType; clusters: number } | undefined {
  let least = 1;
  for (const type of ["FAT12", "FAT16", "FAT32"] as const) {
    const clusters = Math.max(least, needs.clusters(type, clusterBytes));
    if (clusters <= mostClusters[type] - safetyClusters) return { type, clusters };
    least = mostClusters[type] + 1 + safetyClusters;
  }
  return undefined;
}

/**
 * The smallest volume for what it has to hold. It fills whole blocks, and its clusters begin where blocks do.
 *
 * @returns `undefined` where no volume is large enough.
 */
export function planGeometry(needs: FatNeeds): FatGeometry | undefined {
  const fits = clusterSizes.find((bytes) => needs.clusters("FAT32", bytes) <= usualMostClusters);
  const clusterBytes = fits ?? clusterSizes.at(-1)!;
  const found = typeFor(needs, clusterBytes);
  if (found === undefined) return undefined;
  const { type, clusters } = found;
  const isSmall = type !== "FAT32";
  const inSector = sectorBytes / directoryEntryBytes;
  const wanted = Math.max(usualRootEntries, needs.rootEntries);
  const rootEntries = isSmall ? Math.ceil(wanted / inSector) * inSector : 0;
  const table = Math.ceil(tableBytes(type, clusters) / sectorBytes);
  const draft: FatGeometry = {
    type,
    clusterBytes,
    reserved: reservedSectors[type],
    table,
    rootEntries,
    clusters,
    total: 0,
  };
  const inBlock = blockBytes / sectorBytes;
  const reserved = draft.reserved + ((inBlock - (dataStart(draft) % inBlock)) % inBlock);
  const geometry = { ...draft, reserved };
  const total = dataStart(geometry) + clusters * (clusterBytes / sectorBytes);
  return total > maximumSectors ? undefined : { ...geometry, total };
}
