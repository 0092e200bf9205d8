/** Opens UDF volumes. ECMA-167, 3rd edition, 3/8.4, 4/8.3; OSTA UDF 2.2, 6.10 to 6.14. */
import type { ReadContext } from "../../codec/codec.js";
import { reportFault } from "../../codec/codec.js";
import type { Warning, WarningListener } from "../../errors.js";
import { type DiscError, FormatError, throwIfCancelled } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import { blockBytes as mediumBlockBytes } from "../../units.js";
import type { TreeReader } from "../tree/disc-entry.js";
import type { ExtentDescriptor, LongAllocationDescriptor } from "./allocation.js";
import type { Anchor, SessionRange } from "./anchor-reader.js";
import { anchorBlocks, findAnchors, firstAnchorBlock } from "./anchor-reader.js";
import type { EntryReading } from "./file-entry-reader.js";
import { FileEntryReader } from "./file-entry-reader.js";
import type { FileSetDescriptor } from "./file-set.js";
import { fileSetDescriptor } from "./file-set.js";
import type { LogicalVolumeDescriptor, LogicalVolumeIntegrityDescriptor } from "./logical-volume.js";
import { integrityTypes, logicalVolumeIntegrityDescriptor } from "./logical-volume.js";
import type { LoadedPartitions } from "./partition-loader.js";
import { loadPartitions } from "./partition-loader.js";
import type { VolumeReading } from "./sequence-reader.js";
import { readVolumeDescriptors, tryDescriptor } from "./sequence-reader.js";
import { readDescriptor, tagIdentifierAt, tagIdentifiers } from "./tag.js";
import type { UdfTreeOptions } from "./udf-reader.js";
import { UdfTree } from "./udf-reader.js";
import { isReadFailure, VolumeBytes } from "./volume-bytes.js";
import type { UdfVolumeInformation } from "./volume-information.js";
import { informationOf } from "./volume-information.js";

/** Extents of integrity descriptors that are followed: Linux follows as many. */
const maximumIntegrityExtents = 1000;

/** File set descriptors that are looked at. */
const maximumFileSets = 1000;

/** The identifier of every domain of OSTA. OSTA UDF 2.1.5.2. */
const udfDomainIdentifier = "*OSTA UDF Compliant";

/** The newest revision that is known. */
const newestRevision = 0x0260;

/** How a volume is opened. */
export interface UdfOptions {
  readonly onWarning?: WarningListener | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A UDF volume that was opened. */
export interface UdfVolume {
  readonly information: UdfVolumeInformation;
  /** What its entries are read from, and where the tree begins. Nothing is reported. */
  readonly reading: EntryReading & Pick<UdfTreeOptions, "rootDirectoryIcb">;
  /** Block of the volume with the integrity descriptor that prevails; `undefined` where there is none. */
  readonly integrityBlock: number | undefined;
  /** Its tree; what is wrong with it is told to the listener. */
  openTree(onWarning: WarningListener | undefined): TreeReader;
}

/** An integrity descriptor, and the block of the volume in which it stands. */
interface PlacedIntegrity {
  readonly descriptor: LogicalVolumeIntegrityDescriptor;
  readonly block: number;
}

/** The last integrity descriptor of a volume; `undefined` where there is no sound one. */
async function readIntegrity(
  reading: VolumeReading,
  { integritySequenceExtent }: LogicalVolumeDescriptor,
): Promise<PlacedIntegrity | undefined> {
  const { blockBytes, signal } = reading;
  let last: PlacedIntegrity | undefined;
  const seen = new Set<number>();
  for (let extent: ExtentDescriptor = integritySequenceExtent; extent.extentLength > 0; ) {
    throwIfCancelled(signal, "reading an integrity sequence");
    if (seen.has(extent.extentLocation) || seen.size >= maximumIntegrityExtents) {
      report(reading, "chain", "3/10.10.4", "of its extents has no end");
      break;
    }
    seen.add(extent.extentLocation);
    const blocks = Math.floor(extent.extentLength / blockBytes);
    let next: ExtentDescriptor | undefined;
    for (let index = 0; index < blocks && index < maximumIntegrityExtents && next === undefined; index++) {
      const found = await tryDescriptor(reading, logicalVolumeIntegrityDescriptor, extent.extentLocation + index);
      if (found === undefined) break;
      last = { descriptor: found, block: extent.extentLocation + index };
      if (found.nextIntegrityExtent.extentLength > 0) next = found.nextIntegrityExtent;
    }
    if (next === undefined) break;
    extent = next;
  }
  if (last === undefined) report(reading, "presence", "3/10.10", "is missing");
  return last;
}

function report({ context }: VolumeReading, field: string, clause: string, reason: string): void {
  reportFault(context, "LogicalVolumeIntegritySequence", field, clause, reason);
}

/** The file set that prevails: of those with number 0, the newest. ECMA-167 4/8.3.1. */
async function readFileSet(
  reading: VolumeReading,
  entries: FileEntryReader,
  first: LongAllocationDescriptor,
): Promise<FileSetDescriptor> {
  const { blockBytes, context, signal } = reading;
  const seen = new Set<string>();
  let best: FileSetDescriptor | undefined;
  for (let extent = first; extent.extentLength > 0; ) {
    const space = entries.space(extent.partitionReferenceNumber);
    const key = `${extent.partitionReferenceNumber}:${extent.logicalBlockNumber}`;
    if (seen.has(key) || seen.size >= maximumFileSets) {
      reportFault(context, "FileSetSequence", "chain", "4/14.1.17", "of its extents has no end");
      break;
    }
    seen.add(key);
    let next: LongAllocationDescriptor | undefined;
    const blocks = Math.min(Math.ceil(extent.extentLength / blockBytes), maximumFileSets);
    for (let index = 0; index < blocks && next === undefined; index++) {
      throwIfCancelled(signal, "reading a file set");
      const block = extent.logicalBlockNumber + index;
      try {
        const found = await entries.descriptor(space, block, signal, (data, _address, at) =>
          best === undefined || tagIdentifierAt(data, 0) === tagIdentifiers.fileSetDescriptor
            ? readDescriptor(fileSetDescriptor, data, 0, block, at).value
            : undefined,
        );
        if (found === undefined) break;
        if (isBetter(found, best)) best = found;
        if (found.nextExtent.extentLength > 0) next = found.nextExtent;
      } catch (error) {
        if (best === undefined || !isReadFailure(error)) throw error;
        break;
      }
    }
    if (next === undefined) break;
    extent = next;
  }
  if (best !== undefined) return best;
  const reason = "is in no extent";
  const detail = { lba: null, structure: "FileSetDescriptor", field: "presence", clause: "4/8.3.1", reason };
  throw new FormatError("E_FIELD_INVALID", `FileSetDescriptor: it ${reason} (4/8.3.1)`, detail);
}

function isBetter(one: FileSetDescriptor, other: FileSetDescriptor | undefined): boolean {
  if (other === undefined) return true;
  if (one.fileSetNumber !== other.fileSetNumber) return one.fileSetNumber < other.fileSetNumber;
  return one.fileSetDescriptorNumber >= other.fileSetDescriptorNumber;
}

/** Reports what is unusual about a volume as a whole. */
function reportOddities(
  { context }: VolumeReading,
  { domainIdentifier }: LogicalVolumeDescriptor,
  integrity: LogicalVolumeIntegrityDescriptor | undefined,
  { table }: LoadedPartitions,
): void {
  const { identifier, udfRevision } = domainIdentifier;
  if (identifier !== udfDomainIdentifier) {
    reportFault(context, "LogicalVolumeDescriptor", "domainIdentifier", "UDF 2.2.4.3", `is "${identifier}"`);
  }
  if (udfRevision > newestRevision) {
    const reason = `is 0x${udfRevision.toString(16)}, and 2.60 is the newest that is known`;
    reportFault(context, "LogicalVolumeDescriptor", "udfRevision", "UDF 2.1.5.3", reason);
  }
  // A volume with a table stays open for ever. OSTA UDF 2.2.6.1.
  if (integrity !== undefined && integrity.integrityType !== integrityTypes.close && table === undefined) {
    report({ context } as VolumeReading, "integrityType", "3/10.10.3", "is open: the volume was not closed");
  }
}

/** Reports an anchor that stands elsewhere than those that are looked for first. */
function reportPlace({ block, blockBytes }: Anchor, { startLba }: SessionRange, context: ReadContext): void {
  const usual = (startLba * mediumBlockBytes) / blockBytes + firstAnchorBlock;
  if (block === usual) return;
  const reason = `is at block ${block}, and none of use at ${usual}`;
  reportFault(context, "AnchorVolumeDescriptorPointer", "place", "3/8.4.2.1", reason);
}

/** Opens the volume that an anchor leads to. */
async function openAt(
  bytes: VolumeBytes,
  anchor: Anchor,
  range: SessionRange,
  context: ReadContext,
  signal: AbortSignal | undefined,
): Promise<UdfVolume> {
  const { blockBytes } = anchor;
  const reading: VolumeReading = { bytes, blockBytes, context, signal };
  const descriptors = await readVolumeDescriptors(reading, anchor);
  const { logicalVolume, tag } = descriptors;
  if (logicalVolume.logicalBlockSize !== blockBytes) {
    const reason = `is ${logicalVolume.logicalBlockSize}, and its descriptors lie in blocks of ${blockBytes}`;
    reportFault(context, "LogicalVolumeDescriptor", "logicalBlockSize", "3/10.6.5", reason);
  }
  const lastOf = (lba: number): number => Math.floor((lba * mediumBlockBytes) / blockBytes) - 1;
  const lastBlocks = [lastOf(range.endLba), lastOf(bytes.bytes / mediumBlockBytes)];
  const partitions = await loadPartitions(reading, descriptors, lastBlocks);
  const placedIntegrity = await readIntegrity(reading, logicalVolume);
  const integrity = placedIntegrity?.descriptor;
  const { spaces } = partitions;
  const entries = new FileEntryReader({ bytes, blockBytes, spaces, context });
  const fileSet = await readFileSet(reading, entries, logicalVolume.logicalVolumeContentsUse);
  reportOddities(reading, logicalVolume, integrity, partitions);
  const { rootDirectoryIcb } = fileSet;
  const { tagSerialNumber } = tag;
  const treeOptions = { bytes, blockBytes, spaces, rootDirectoryIcb, tagSerialNumber };
  // What has no root is no volume: another anchor may lead to one.
  const silent = { ...context, onWarning: undefined };
  await new UdfTree({ ...treeOptions, context: silent }).root(signal);
  const found = await anchorBlocks(bytes, range, blockBytes, signal);
  return {
    information: informationOf({ anchor, anchors: found, descriptors, partitions, integrity, fileSet }),
    reading: { ...treeOptions, context: silent },
    integrityBlock: placedIntegrity?.block,
    openTree: (onWarning) => new UdfTree({ ...treeOptions, context: { ...context, onWarning } }),
  };
}

/**
 * Opens the UDF volume of a session: that of the first anchor that leads to one.
 *
 * @returns `undefined` where there is no anchor at all.
 * @throws {@link DiscError} E_FIELD_INVALID, E_READ_FAILED, E_NOT_SUPPORTED for what the likeliest anchor leads to;
 *   E_CANCELLED.
 */
export async function openUdfVolume(
  source: BlockSource,
  range: SessionRange,
  { onWarning, signal }: UdfOptions = {},
): Promise<UdfVolume | undefined> {
  const bytes = new VolumeBytes(source);
  const tried = new Set<string>();
  let failure: DiscError | undefined;
  for await (const anchor of findAnchors(bytes, range, signal)) {
    const { mainVolumeDescriptorSequenceExtent: main, reserveVolumeDescriptorSequenceExtent: reserve } = anchor.pointer;
    const key = `${anchor.blockBytes}:${main.extentLocation}:${reserve.extentLocation}`;
    if (tried.has(key)) continue;
    tried.add(key);
    const warnings: Warning[] = [];
    const lba = Math.floor((anchor.block * anchor.blockBytes) / mediumBlockBytes);
    const context: ReadContext = { tolerant: true, lba, onWarning: (warning) => void warnings.push(warning) };
    try {
      reportPlace(anchor, range, context);
      const volume = await openAt(bytes, anchor, range, context, signal);
      for (const warning of warnings) onWarning?.(warning);
      return volume;
    } catch (error) {
      if (!isReadFailure(error)) throw error;
      throwIfCancelled(signal, "opening a UDF volume");
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
  return undefined;
}
