/** Checks metadata partitions: their files, mirrors and maps. OSTA UDF 2.2.10, 2.2.13. */
import { extentTypes, noLongExtent } from "../udf/allocation.js";
import { fileTypes } from "../udf/icb.js";
import type { MetadataPartitionMap, PartitionDescriptor } from "../udf/partition.js";
import { accessTypes, noBitmapFile } from "../udf/partition.js";
import type { ByteRun } from "../udf/partition-space.js";
import { pushRun } from "../udf/partition-space.js";
import { marginOf, nearest } from "./udf-apart.js";
import type { UdfChecking } from "./udf-checking.js";
import type { CheckedEntry, EntryChecker } from "./udf-entries.js";
import type { UdfVolumeModel } from "./udf-model.js";
import { eccBlocks } from "./udf-partitions.js";
import type { UdfPlace } from "./udf-report.js";

/** Bit 0 of a map's flags: the mirror has extents of its own. OSTA UDF 2.2.10. */
const isDuplicated = 1;

/** The least an allocation unit may be. OSTA UDF 2.2.10. */
const minimumAllocationUnit = 32;

/** What is looked at. */
export interface MetadataContext {
  readonly model: UdfVolumeModel;
  readonly checker: EntryChecker;
  readonly map: MetadataPartitionMap;
  /** Reference number of the partition in which the files lie. */
  readonly baseReference: number;
  readonly partition: PartitionDescriptor;
  /** Of the logical volume descriptor. */
  readonly place: UdfPlace;
}

/** A metadata file that was found. */
interface MetadataFile {
  readonly entry: CheckedEntry;
  readonly runs: readonly ByteRun[];
}

/** Reads the entry of a metadata file. @param isCopy Whether its extents are those of another file. */
async function readFile(
  { model, checker, baseReference, place }: MetadataContext,
  block: number,
  fileType: number,
  name: string,
  isCopy: boolean,
): Promise<MetadataFile | undefined> {
  const { report, blockBytes } = model.checking;
  const icb = {
    ...noLongExtent,
    extentLength: blockBytes,
    logicalBlockNumber: block,
    partitionReferenceNumber: baseReference,
  };
  const entry = await checker.check({ icb, role: "metadata", path: name, parent: undefined, place, isCopy });
  if (entry === undefined) {
    report("UDF_METADATA_FILE", place, `${name} cannot be read`);
    return undefined;
  }
  const { record, extents } = entry;
  const at = { address: record.address };
  if (record.fileType !== fileType) {
    report("UDF_METADATA_FILE", at, `${name} is of file type ${record.fileType}, expected ${fileType}`);
  }
  if (record.streamDirectoryIcb !== undefined) report("UDF_METADATA_FILE", at, `${name} has streams`);
  const runs: ByteRun[] = [];
  for (const { type, allocatedBytes, runs: own } of extents) {
    for (const run of own.length === 0 ? [{ address: null, bytes: allocatedBytes }] : own) pushRun(runs, run);
    if (type === extentTypes.allocated) {
      report("UDF_METADATA_EXTENT", at, `${name} has an extent that is not recorded`);
    }
  }
  return { entry, runs };
}

/** OSTA UDF 2.2.13.2, DCN-5102. */
function mayHaveBitmap({ partition }: Pick<MetadataContext, "partition">): boolean {
  return partition.accessType === accessTypes.overwritable;
}

function checkMap({ report }: UdfChecking, { map, partition, place }: MetadataContext, packetLength: number): void {
  const { allocationUnitSize, alignmentUnitSize, flags } = map;
  const unit = Math.max(eccBlocks, packetLength);
  const allocation = Math.max(minimumAllocationUnit, unit);
  if (map.metadataFileLocation === map.metadataMirrorFileLocation) {
    report("UDF_METADATA_MAP", place, `main and mirror are both at block ${map.metadataFileLocation}`);
  }
  if (alignmentUnitSize === 0 || alignmentUnitSize % unit !== 0) {
    report("UDF_METADATA_MAP", place, `the alignment unit is ${alignmentUnitSize}, expected a multiple of ${unit}`);
  }
  if (allocationUnitSize === 0 || allocationUnitSize % allocation !== 0) {
    report(
      "UDF_METADATA_MAP",
      place,
      `the allocation unit is ${allocationUnitSize}, expected a multiple of ${allocation}`,
    );
  }
  if (flags > isDuplicated) report("UDF_METADATA_MAP", place, `the flags are ${flags}`);
  const hasBitmap = map.metadataBitmapFileLocation !== noBitmapFile;
  if (hasBitmap !== mayHaveBitmap({ partition })) {
    const message = `${hasBitmap ? "a" : "no"} metadata bitmap, in a partition of access type ${partition.accessType}`;
    report("UDF_METADATA_BITMAP", place, message);
  }
}

function checkExtents({ model, map }: MetadataContext, { entry }: MetadataFile, name: string): void {
  const { report, blockBytes } = model.checking;
  const place = { address: entry.record.address };
  const allocation = Math.max(1, map.allocationUnitSize);
  const alignment = Math.max(1, map.alignmentUnitSize);
  for (const { type, block, allocatedBytes } of entry.extents) {
    const blocks = allocatedBytes / blockBytes;
    if (blocks % allocation !== 0) report("UDF_METADATA_EXTENT", place, `${name} has an extent of ${blocks} blocks`);
    if (type !== extentTypes.hole && block % alignment !== 0) {
      report("UDF_METADATA_EXTENT", place, `${name} has an extent at block ${block}`);
    }
  }
}

function checkRuns({ model }: MetadataContext, { entry, runs }: MetadataFile, name: string): void {
  if (runs.length <= 1) return;
  const place = { address: entry.record.address };
  model.checking.report("UDF_METADATA_EXTENTS", place, `${name} lies in ${runs.length} extents`);
}

/** Bytes that are compared at once. */
const comparedBytes = 1024 * 1024;

/** Reports the first block in use in which main and mirror differ. */
async function compare({ checking, use }: UdfVolumeModel, main: MetadataFile, mirror: MetadataFile): Promise<void> {
  const { report, blockBytes } = checking;
  const place = { address: mirror.entry.record.address };
  const { bytes: mainBytes } = main.entry.record;
  const { bytes: mirrorBytes } = mirror.entry.record;
  if (mainBytes !== mirrorBytes) {
    report("UDF_METADATA_MIRROR", place, `the mirror has ${mirrorBytes} bytes, the main file ${mainBytes}`);
    return;
  }
  const [ones, others] = [pieces(main.runs), pieces(mirror.runs)];
  for (let offset = 0; offset < mainBytes; ) {
    checking.throwIfCancelled();
    const [one, other] = [ones(offset), others(offset)];
    const count = Math.min(one.bytes, other.bytes, comparedBytes);
    if (count === 0) return;
    if (one.address !== null && other.address !== null) {
      const first = await checking.read(one.address, count, "metadata file");
      const second = await checking.read(other.address, count, "metadata mirror file");
      if (first === undefined || second === undefined) return;
      for (let at = 0; at < count; at += blockBytes) {
        const end = Math.min(at + blockBytes, count);
        if (areEqual(first.subarray(at, end), second.subarray(at, end)) || !use.isMetadataInUse(one.address + at))
          continue;
        const block = Math.floor((offset + at) / blockBytes);
        report("UDF_METADATA_MIRROR", { address: other.address + at }, `block ${block} is not that of the main file`);
        return;
      }
    } else if (one.address !== other.address) {
      report("UDF_METADATA_MIRROR", place, `block ${offset / blockBytes} is a hole in one of the files`);
      return;
    }
    offset += count;
  }
}

function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.every((octet, index) => octet === other[index]);
}

/** What is left of the run at an offset; offsets ascend. */
function pieces(runs: readonly ByteRun[]): (offset: number) => ByteRun {
  let index = 0;
  let start = 0;
  return (offset) => {
    while (index < runs.length && offset >= start + runs[index]!.bytes) start += runs[index++]!.bytes;
    const run = runs[index];
    if (run === undefined) return { address: null, bytes: 0 };
    const skipped = offset - start;
    return { address: run.address === null ? null : run.address + skipped, bytes: run.bytes - skipped };
  };
}

function isSameRun(one: ByteRun | undefined, other: ByteRun | undefined): boolean {
  return one?.address === other?.address && one?.bytes === other?.bytes;
}

/**
 * Checks the files of a metadata partition.
 *
 * @param packetLength Blocks of a packet, where it lies on a sparable one.
 * @returns Compares both copies, once it is known what of them is in use; `undefined` where there is one copy alone.
 */
export async function checkMetadata(
  context: MetadataContext,
  packetLength: number,
): Promise<(() => Promise<void>) | undefined> {
  const { map, model } = context;
  const { checking } = model;
  checkMap(checking, context, packetLength);
  const hasOwnMirror = map.flags % 2 === isDuplicated;
  const { metadataFileLocation, metadataMirrorFileLocation, metadataBitmapFileLocation } = map;
  const { metadata, metadataMirror, metadataBitmap } = fileTypes;
  const main = await readFile(context, metadataFileLocation, metadata, "the metadata file", false);
  if (metadataBitmapFileLocation !== noBitmapFile && mayHaveBitmap(context)) {
    await readFile(context, metadataBitmapFileLocation, metadataBitmap, "the metadata bitmap file", false);
  }
  const isOne = metadataFileLocation === metadataMirrorFileLocation;
  const mirror = isOne
    ? undefined
    : await readFile(context, metadataMirrorFileLocation, metadataMirror, "the metadata mirror file", !hasOwnMirror);
  if (main !== undefined) {
    checkExtents(context, main, "the metadata file");
    checkRuns(context, main, "the metadata file");
  }
  if (mirror !== undefined && hasOwnMirror) checkExtents(context, mirror, "the metadata mirror file");
  if (main === undefined || mirror === undefined) return undefined;
  return compareExtents(checking, main, mirror, hasOwnMirror) ? undefined : () => compare(model, main, mirror);
}

/** @returns Whether main and mirror are one. */
function compareExtents(
  checking: UdfChecking,
  main: MetadataFile,
  mirror: MetadataFile,
  hasOwnMirror: boolean,
): boolean {
  const { report, blockBytes } = checking;
  const place = { address: mirror.entry.record.address };
  const isSame =
    main.runs.length === mirror.runs.length && main.runs.every((run, at) => isSameRun(run, mirror.runs[at]));
  if (isSame === hasOwnMirror && main.runs.length > 0) {
    report("UDF_METADATA_MIRROR", place, isSame ? "it has the extents of the main file" : "it has extents of its own");
  }
  const extents = ({ entry, runs }: MetadataFile): readonly ByteRun[] => [
    { address: entry.record.address, bytes: blockBytes },
    ...(isSame ? [] : runs),
  ];
  const [ones, others] = [extents(main), extents(mirror)];
  const distance = nearest(ones, others) / blockBytes;
  if (distance < marginOf(checking, [...ones, ...others])) {
    report("UDF_METADATA_NEAR", place, `${distance} blocks are between main and mirror`);
  }
  return isSame;
}
