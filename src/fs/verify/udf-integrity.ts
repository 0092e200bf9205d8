/** Checks the integrity sequence. ECMA-167, 3rd edition, 3/10.10, 4/14.15; OSTA UDF 2.2.6. */
import { strictContext } from "../../codec/codec.js";
import { readU32le } from "../../codec/integers.js";
import type { ExtentDescriptor } from "../udf/allocation.js";
import type { IntegrityImplementationUse } from "../udf/logical-volume.js";
import {
  integrityHead,
  integrityImplementationUse,
  integrityTypes,
  logicalVolumeIntegrityDescriptor,
  unknownBlocks,
} from "../udf/logical-volume.js";
import { revisionNumber, udfRevisions } from "../udf/revision.js";
import { tagIdentifiers } from "../udf/tag.js";
import { terminatingDescriptor, volumeDescriptorBytes } from "../udf/volume.js";
import type { UdfChecking } from "./udf-checking.js";
import { isZero } from "./udf-checking.js";
import { checkFixedExtent } from "./udf-extents.js";
import { checkFields, readRows, timeAt } from "./udf-fields.js";
import type { UdfPlace } from "./udf-report.js";
import { checkDescriptorTag, claimedIdentifier } from "./udf-tags.js";
import type { BlockRange } from "./udf-volume.js";

const maximumExtents = 1000;

/** The least an integrity sequence has where it can be rewritten. OSTA UDF 2.2.4.6. */
const minimumRewritableBytes = 8192;

/** The last integrity descriptor of a volume. */
export interface CheckedIntegrity {
  readonly place: UdfPlace;
  readonly head: ReturnType<typeof readHead>;
  readonly freeSpaceTable: readonly number[];
  readonly sizeTable: readonly number[];
  /** `undefined` where there is no room for it. */
  readonly implementationUse: IntegrityImplementationUse | undefined;
  readonly data: Uint8Array;
}

function readHead(data: Uint8Array): {
  readonly integrityType: number;
  readonly nextIntegrityExtent: ExtentDescriptor;
  readonly uniqueId: bigint;
  readonly numberOfPartitions: number;
  readonly lengthOfImplementationUse: number;
} {
  return readRows(integrityHead, data, 0);
}

function parse(data: Uint8Array, place: UdfPlace): CheckedIntegrity {
  const head = readHead(data);
  const { numberOfPartitions: count, lengthOfImplementationUse } = head;
  const table = (first: number): number[] =>
    Array.from({ length: count }, (_unused, index) => readU32le(data, first + 4 * index));
  const useAt = integrityHead.size + 8 * count;
  const hasUse = lengthOfImplementationUse >= integrityImplementationUse.size;
  return {
    place,
    head,
    freeSpaceTable: table(integrityHead.size),
    sizeTable: table(integrityHead.size + 4 * count),
    implementationUse: hasUse ? integrityImplementationUse.read(data, useAt, strictContext) : undefined,
    data,
  };
}

/** Reads the sequence, and checks the tags in it. @returns The last descriptor. */
export async function readIntegrity(
  checking: UdfChecking,
  first: ExtentDescriptor,
  ranges: BlockRange[],
): Promise<CheckedIntegrity | undefined> {
  const seen = new Set<number>();
  let last: CheckedIntegrity | undefined;
  for (let extent = first; extent.extentLength > 0; ) {
    checking.throwIfCancelled();
    const place = { address: checking.addressOf(extent.extentLocation) };
    if (seen.has(extent.extentLocation) || seen.size >= maximumExtents) {
      checking.report("UDF_LVID_SEQUENCE", place, "the integrity sequence leads back to where it was");
      break;
    }
    seen.add(extent.extentLocation);
    const blocks = Math.floor(extent.extentLength / checking.blockBytes);
    ranges.push({ name: "integrity sequence", first: extent.extentLocation, blocks, mayBeInPartition: true });
    const found = await readExtent(checking, extent.extentLocation, blocks);
    if (found === undefined) break;
    last = found;
    extent = found.head.nextIntegrityExtent;
  }
  return last;
}

async function readExtent(checking: UdfChecking, first: number, blocks: number): Promise<CheckedIntegrity | undefined> {
  const { tagIdentifier, name } = logicalVolumeIntegrityDescriptor;
  let last: CheckedIntegrity | undefined;
  for (let index = 0; index < Math.min(blocks, maximumExtents); index++) {
    const location = first + index;
    // Blocks that were never recorded end the sequence, as blank ones do.
    const data = await checking.tryBlock(location);
    if (data === undefined || isZero(data, 0, data.length)) break;
    const place = { address: checking.addressOf(location) };
    const claimed = claimedIdentifier(data);
    if (claimed === tagIdentifiers.terminatingDescriptor) {
      const tag = { name: terminatingDescriptor.name, tagIdentifier: claimed, location, data, at: 0, place };
      checkDescriptorTag(checking, { ...tag, bytes: volumeDescriptorBytes, end: data.length });
      break;
    }
    if (claimed !== tagIdentifier) {
      checking.report("UDF_LVID_SEQUENCE", place, `the integrity sequence has a tag of ${claimed} in it`);
      break;
    }
    const { numberOfPartitions, lengthOfImplementationUse } = readHead(data);
    const bytes = integrityHead.size + 8 * numberOfPartitions + lengthOfImplementationUse;
    if (bytes > data.length) {
      checking.report("UDF_LVID_LENGTH", place, `${bytes} bytes, in a block of ${data.length}`);
      break;
    }
    checkDescriptorTag(checking, { name, tagIdentifier, location, data, at: 0, bytes, end: data.length, place });
    last = parse(data, place);
    if (last.head.nextIntegrityExtent.extentLength > 0) break;
  }
  return last;
}

/** What the integrity descriptor is held against. */
export interface IntegrityContext {
  readonly maps: number;
  readonly isWithTable: boolean;
  readonly isRewritable: boolean;
}

/** Checks the descriptor by itself. */
export function checkIntegrity(
  checking: UdfChecking,
  { place, head, data, implementationUse }: CheckedIntegrity,
  extent: ExtentDescriptor,
  { maps, isWithTable, isRewritable }: IntegrityContext,
): void {
  const { report } = checking;
  const { integrityType, numberOfPartitions, lengthOfImplementationUse } = head;
  checkFields(checking, integrityHead, { data, at: 0, place }, { isLastModification: !isWithTable });
  if (isRewritable && extent.extentLength < minimumRewritableBytes) {
    report("UDF_LVID_EXTENT", place, `the integrity sequence has ${extent.extentLength} bytes`);
  }
  const wanted = isWithTable ? integrityTypes.open : integrityTypes.close;
  if (integrityType !== wanted) {
    report("UDF_LVID_STATE", place, `the integrity type is ${integrityType}, expected ${wanted}`);
  }
  checkFixedExtent(checking, head.nextIntegrityExtent, place, "next integrity extent");
  if (numberOfPartitions !== maps) {
    report("UDF_LVID_LENGTH", place, `${numberOfPartitions} partitions are counted, and ${maps} mapped`);
  }
  if (implementationUse === undefined) {
    report("UDF_LVID_LENGTH", place, `the implementation's part has ${lengthOfImplementationUse} bytes`);
    return;
  }
  const at = integrityHead.size + 8 * numberOfPartitions;
  checkFields(checking, integrityImplementationUse, { data, at, place });
}

/** What a partition has, as its integrity descriptor should say. */
export interface ExpectedSpace {
  /** Blocks; {@link unknownBlocks} for a virtual partition, `undefined` where it cannot be said. */
  readonly size: number | undefined;
  /** At least and at most; `undefined` where it cannot be said. */
  readonly free: { readonly minimum: number; readonly maximum: number } | undefined;
  /** Whether the number must be one. */
  readonly isCounted: boolean;
}

/** Checks the tables of free and of all blocks. OSTA UDF 2.2.6.2, 2.2.6.3. */
export function checkSpaceTables(
  { report }: UdfChecking,
  { place, freeSpaceTable, sizeTable }: CheckedIntegrity,
  expected: readonly ExpectedSpace[],
): void {
  if (sizeTable.length !== expected.length) return;
  for (const [index, { size, free, isCounted }] of expected.entries()) {
    const [foundSize, foundFree] = [sizeTable[index]!, freeSpaceTable[index]!];
    if (size !== undefined && foundSize !== size) {
      report("UDF_LVID_SIZE", place, `partition ${index} has ${foundSize} blocks, expected ${size}`);
    }
    const isRight = free === undefined || (foundFree >= free.minimum && foundFree <= free.maximum);
    if (!isRight || (isCounted && foundFree === unknownBlocks)) {
      const range = free === undefined ? "a number" : `${free.minimum} to ${free.maximum}`;
      report("UDF_LVID_FREE", place, `partition ${index} has ${foundFree} free blocks, expected ${range}`);
    }
  }
}

/** Revisions that are needed to read and to write a volume. */
export interface StatedRevisions {
  readonly minimumUdfReadRevision: number;
  readonly minimumUdfWriteRevision: number;
  readonly maximumUdfWriteRevision: number;
}

const knownRevisions: readonly number[] = udfRevisions.map(revisionNumber);

/**
 * Checks the revisions that a volume says are needed. OSTA UDF 2, 2.2.6.4.
 *
 * @param needed The revision of the newest structure that is used.
 */
export function checkRevisions(
  { report, revision }: UdfChecking,
  stated: StatedRevisions,
  needed: number,
  place: UdfPlace,
): void {
  const { minimumUdfReadRevision: read, minimumUdfWriteRevision: write, maximumUdfWriteRevision: most } = stated;
  const all = [read, write, most];
  const isRight =
    all.every((each) => knownRevisions.includes(each)) &&
    read <= revision &&
    // What 2.60 brought can all be read by those who know 2.50.
    read <= 0x0250 &&
    write <= revision &&
    most >= revision &&
    read >= Math.min(needed, 0x0250) &&
    write >= needed;
  if (isRight) return;
  const shown = all.map((each) => `0x${each.toString(16)}`).join(", ");
  report("UDF_LVID_REVISIONS", place, `to read, to write, at most: ${shown}; the volume is 0x${revision.toString(16)}`);
}

/** Checks the number of files and directories. OSTA UDF 2.2.6.4, 2.2.11. */
export function checkCounts(
  { report }: UdfChecking,
  stated: { readonly numberOfFiles: number; readonly numberOfDirectories: number },
  found: { readonly files: number; readonly directories: number },
  place: UdfPlace,
): void {
  if (stated.numberOfFiles !== found.files) {
    report("UDF_LVID_FILES", place, `${stated.numberOfFiles} files are counted, and ${found.files} named`);
  }
  if (stated.numberOfDirectories !== found.directories) {
    const message = `${stated.numberOfDirectories} directories are counted, and ${found.directories} there`;
    report("UDF_LVID_DIRECTORIES", place, message);
  }
}

/** Checks the next unique id. ECMA-167 4/14.15.1, OSTA UDF 3.2.1.1. */
export function checkNextUniqueId(checking: UdfChecking, next: bigint, place: UdfPlace): void {
  const low = next % 0x1_0000_0000n;
  if (low < 16n || (checking.isThirdEdition && next > 0xffff_ffffn)) {
    checking.report("UDF_NEXT_ID", place, `the next unique id is ${next}`);
  } else if (next > 0x7fff_ffffn) checking.report("UDF_NEXT_ID_LARGE", place, `the next unique id is ${next}`);
}

/** When the volume was last modified, as its integrity descriptor says. */
export function integrityTime({ data }: CheckedIntegrity): ReturnType<typeof timeAt> {
  return timeAt(data, 16);
}
