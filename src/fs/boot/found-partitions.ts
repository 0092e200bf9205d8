/** The partitions of an image, each once, with the tables that it stands in. */
import { apmTypes } from "../hybrid/apm.js";
import { sectorBytes } from "../hybrid/byte-patch.js";
import { sectorsInBlock } from "../hybrid/image-growth.js";
import { mbrPartitions, mbrTypes } from "../hybrid/mbr.js";
import type { SystemArea } from "../hybrid/system-area.js";
import { systemAreaBlocks } from "../hybrid/system-area.js";
import type { ApmEntryOptions, GptEntryOptions, MbrEntryOptions } from "../hybrid/system-area-plan.js";

/** A partition of an image. */
export interface FoundPartition {
  readonly firstSector: number;
  /** The sector behind it. */
  readonly endSector: number;
  /** Whether the volume's descriptors are in it, or those that the volume has in a partition of its own. */
  readonly isVolume: boolean;
  /** For messages. */
  readonly name: string;
  readonly mbr?: MbrEntryOptions | undefined;
  readonly gpt?: GptEntryOptions | undefined;
  readonly apm?: ApmEntryOptions | undefined;
}

/** The sector where the descriptors of a volume that starts at block 0 stand. ECMA-119 6.2.1. */
const descriptorSector = systemAreaBlocks * sectorsInBlock;

function partition(
  firstSector: number,
  endSector: number,
  name: string,
  tables: Pick<FoundPartition, "mbr" | "gpt" | "apm">,
): Omit<FoundPartition, "isVolume"> {
  return { firstSector, endSector, name, ...tables };
}

/** xorriso lists what lies between the other partitions, too. */
function isGap(name: string): boolean {
  return /^Gap\d+$/.test(name);
}

function* listed({ mbr, gpt, apm }: SystemArea): Generator<Omit<FoundPartition, "isVolume">> {
  const records = mbr === undefined ? [] : mbrPartitions(mbr);
  const isAlone = records.filter(({ sizeInLba }) => sizeInLba > 0).length === 1;
  for (const [index, record] of records.entries()) {
    const { startingLba, sizeInLba, osType: type, bootIndicator } = record;
    // One that protects the disk follows by itself from the other table, where no record stands beside it.
    const isProtecting = gpt !== undefined && isAlone && type === mbrTypes.protective && bootIndicator === 0;
    if (sizeInLba === 0 || isProtecting) continue;
    const number = index + 1;
    const entry = { number, type, active: bootIndicator >= 0x80 };
    yield partition(startingLba, startingLba + sizeInLba, `${number} of the MBR`, { mbr: entry });
  }
  for (const found of gpt?.partitions ?? []) {
    const { number, startingLba, endingLba, partitionName: name, attributes } = found;
    if (isGap(name)) continue;
    const entry = { number, type: found.partitionTypeGuid, name, guid: found.uniquePartitionGuid, attributes };
    yield partition(startingLba, endingLba + 1, `${number} of the GPT, "${name}"`, { gpt: entry });
  }
  const unit = (apm?.blockSize ?? 0) / sectorBytes;
  for (const { type, name, firstBlock, blocks } of apm?.partitions ?? []) {
    if (type === apmTypes.map || blocks === 0 || isGap(name)) continue;
    const start = firstBlock * unit;
    yield partition(start, start + blocks * unit, `"${name}" of the Apple partition map`, { apm: { type, name } });
  }
}

/** Whether two tables may speak of one partition: they round its end differently. */
function isSame(one: FoundPartition, other: FoundPartition): boolean {
  if (one.firstSector !== other.firstSector || one.isVolume !== other.isVolume) return false;
  return one.isVolume || Math.abs(one.endSector - other.endSector) < sectorsInBlock;
}

/**
 * The partitions of all tables of a system area, in the order of master boot record, GUID and Apple partition tables.
 *
 * @param partitionOffset The block in which one starts that can be mounted by itself; 0 where none does.
 */
export function foundPartitions(area: SystemArea, partitionOffset: number): readonly FoundPartition[] {
  const partitions: FoundPartition[] = [];
  for (const listing of listed(area)) {
    const { firstSector, endSector } = listing;
    const hasDescriptors = firstSector <= descriptorSector && endSector > descriptorSector;
    const isOwn = partitionOffset > 0 && firstSector === partitionOffset * sectorsInBlock;
    const found: FoundPartition = { ...listing, isVolume: hasDescriptors || isOwn };
    const index = partitions.findIndex((known) => isSame(known, found) && !hasTable(known, found));
    const known = partitions[index];
    if (known === undefined) partitions.push(found);
    else {
      partitions[index] = {
        ...known,
        mbr: known.mbr ?? found.mbr,
        gpt: known.gpt ?? found.gpt,
        apm: known.apm ?? found.apm,
      };
    }
  }
  return partitions;
}

/** Whether a partition stands in the table of another one already. */
function hasTable(known: FoundPartition, { mbr, gpt, apm }: FoundPartition): boolean {
  return (
    (mbr !== undefined && known.mbr !== undefined) ||
    (gpt !== undefined && known.gpt !== undefined) ||
    (apm !== undefined && known.apm !== undefined)
  );
}
