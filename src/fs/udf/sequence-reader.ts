/** Reads volume descriptor sequences. ECMA-167, 3rd edition, 3/8.4.2; OSTA UDF 2.2.3. */
import type { ReadContext } from "../../codec/codec.js";
import { reportFault } from "../../codec/codec.js";
import type { DiscError } from "../../errors.js";
import { FormatError, hasCode, throwIfCancelled } from "../../errors.js";
import type { ExtentDescriptor } from "./allocation.js";
import type { Anchor } from "./anchor-reader.js";
import type { LogicalVolumeDescriptor } from "./logical-volume.js";
import { logicalVolumeDescriptor } from "./logical-volume.js";
import type { PartitionDescriptor } from "./partition.js";
import { partitionDescriptor } from "./partition.js";
import type { DescriptorCodec, DescriptorTag } from "./tag.js";
import { checkTag, readDescriptor, tagIdentifierAt, tagIdentifiers } from "./tag.js";
import type { PrimaryVolumeDescriptor } from "./volume.js";
import { primaryVolumeDescriptor, terminatingDescriptor, volumeDescriptorPointer } from "./volume.js";
import type { VolumeBytes } from "./volume-bytes.js";
import { isReadFailure, lbaOfAddress } from "./volume-bytes.js";

/** Extents of one sequence that are followed: Linux follows as many. */
const maximumExtents = 64;

/** Descriptors of one extent that are looked at; sequences have six, and 16 blocks. */
const maximumDescriptors = 4096;

/** The descriptors of a sequence that prevail. */
export interface VolumeDescriptors {
  /** `undefined` where there is none: nothing that is read depends on it. */
  readonly primary: PrimaryVolumeDescriptor | undefined;
  readonly logicalVolume: LogicalVolumeDescriptor;
  /** By partition number. */
  readonly partitions: ReadonlyMap<number, PartitionDescriptor>;
  /** Of the logical volume descriptor. */
  readonly tag: DescriptorTag;
}

/** How structures of the volume are read. */
export interface VolumeReading {
  readonly bytes: VolumeBytes;
  /** Bytes of a block of the volume. */
  readonly blockBytes: number;
  readonly context: ReadContext;
  readonly signal: AbortSignal | undefined;
}

/** What the sequences have given so far. Of equal descriptors the one with the highest sequence number prevails. */
class Collected {
  primary: PrimaryVolumeDescriptor | undefined;
  logicalVolume: LogicalVolumeDescriptor | undefined;
  tag: DescriptorTag | undefined;
  readonly partitions: Map<number, PartitionDescriptor> = new Map();
  /** The first thing that is wrong with the sequence; `undefined` for a whole one. */
  fault: DiscError | undefined;

  add(identifier: number, block: Uint8Array, location: number, context: ReadContext): void {
    if (identifier === tagIdentifiers.primaryVolumeDescriptor) {
      const { value } = readDescriptor(primaryVolumeDescriptor, block, 0, location, context);
      if (isNewer(value, this.primary)) this.primary = value;
    } else if (identifier === tagIdentifiers.partitionDescriptor) {
      const { value } = readDescriptor(partitionDescriptor, block, 0, location, context);
      if (isNewer(value, this.partitions.get(value.partitionNumber))) this.partitions.set(value.partitionNumber, value);
    } else if (identifier === tagIdentifiers.logicalVolumeDescriptor) {
      const { tag, value } = readDescriptor(logicalVolumeDescriptor, block, 0, location, context);
      if (!isNewer(value, this.logicalVolume)) return;
      this.logicalVolume = value;
      this.tag = tag;
    } else {
      // What the others hold is needed by nobody who reads; that they are sound says that the sequence is.
      checkTag(block, 0, block.length, { tagIdentifier: identifier, tagLocation: location }, context);
    }
  }

  get isComplete(): boolean {
    return this.logicalVolume !== undefined && this.partitions.size > 0;
  }

  merge(other: Collected): void {
    if (isNewer(other.primary, this.primary)) this.primary = other.primary;
    if (isNewer(other.logicalVolume, this.logicalVolume)) {
      this.logicalVolume = other.logicalVolume;
      this.tag = other.tag;
    }
    for (const [number, partition] of other.partitions) {
      if (isNewer(partition, this.partitions.get(number))) this.partitions.set(number, partition);
    }
  }
}

interface Numbered {
  readonly volumeDescriptorSequenceNumber: number;
}

function isNewer(one: Numbered | undefined, other: Numbered | undefined): boolean {
  if (one === undefined) return false;
  return other === undefined || one.volumeDescriptorSequenceNumber >= other.volumeDescriptorSequenceNumber;
}

/** The extent that a pointer in a block names, if it is a sound one. */
function nextExtent(block: Uint8Array, location: number, context: ReadContext): ExtentDescriptor {
  const { value } = readDescriptor(volumeDescriptorPointer, block, 0, location, context);
  return value.nextVolumeDescriptorSequenceExtent;
}

/** Reads one extent of a sequence. @returns The extent in which it goes on; "end" where it ends as it should. */
async function readExtent(
  reading: VolumeReading,
  extent: ExtentDescriptor,
  found: Collected,
): Promise<ExtentDescriptor | "end" | undefined> {
  const { bytes, blockBytes, signal } = reading;
  const count = Math.min(Math.floor(extent.extentLength / blockBytes), maximumDescriptors);
  for (let index = 0; index < count; index++) {
    throwIfCancelled(signal, "reading a volume descriptor sequence");
    const location = extent.extentLocation + index;
    const context = { ...reading.context, lba: lbaOfAddress(location * blockBytes) };
    try {
      const block = await bytes.read(location * blockBytes, blockBytes, signal);
      const identifier = tagIdentifierAt(block, 0);
      // Blocks that were never written to end a sequence, too.
      if (identifier === undefined && block.every((octet) => octet === 0)) return undefined;
      if (identifier === tagIdentifiers.volumeDescriptorPointer) return nextExtent(block, location, context);
      if (identifier === tagIdentifiers.terminatingDescriptor) {
        readDescriptor(terminatingDescriptor, block, 0, location, context);
        return "end";
      }
      found.add(identifier ?? tagIdentifiers.terminatingDescriptor, block, location, context);
    } catch (error) {
      if (!isReadFailure(error)) throw error;
      throwIfCancelled(signal, "reading a volume descriptor sequence");
      found.fault ??= error;
      // A drive takes its time for each block that it cannot read.
      if (hasCode(error, "E_READ_FAILED")) return undefined;
    }
  }
  return undefined;
}

async function readSequence(reading: VolumeReading, extent: ExtentDescriptor): Promise<Collected> {
  const found = new Collected();
  const seen = new Set<number>();
  for (let next: ExtentDescriptor | "end" | undefined = extent; next !== "end"; ) {
    if (next === undefined || next.extentLength === 0) {
      report(reading, extent, "terminator", "3/8.4.2", "is missing");
      break;
    }
    if (seen.has(next.extentLocation) || seen.size >= maximumExtents) {
      report(reading, next, "chain", "3/10.3", "of its extents has no end");
      break;
    }
    seen.add(next.extentLocation);
    next = await readExtent(reading, next, found);
  }
  return found;
}

function report(
  { blockBytes, context }: VolumeReading,
  { extentLocation }: ExtentDescriptor,
  field: string,
  clause: string,
  reason: string,
): void {
  const at = { ...context, lba: lbaOfAddress(extentLocation * blockBytes) };
  reportFault(at, "VolumeDescriptorSequence", field, clause, reason);
}

function checked(found: Collected, fault: DiscError | undefined, context: ReadContext): VolumeDescriptors {
  const { primary, logicalVolume, partitions, tag } = found;
  if (logicalVolume !== undefined && tag !== undefined && partitions.size > 0) {
    return { primary, logicalVolume, partitions, tag };
  }
  if (fault !== undefined) throw fault;
  const what = logicalVolume === undefined ? "logical volume descriptor" : "partition descriptor";
  const { lba } = context;
  const message = `VolumeDescriptorSequence: a ${what} is in neither of its copies (3/8.4.2)`;
  const reason = `has no ${what}`;
  const detail = { lba, structure: "VolumeDescriptorSequence", field: "presence", clause: "3/8.4.2", reason };
  throw new FormatError("E_FIELD_INVALID", message, detail);
}

/**
 * Reads the sequence that an anchor names; its reserve copy, too, where the main one is damaged.
 *
 * @throws {@link DiscError} E_FIELD_INVALID, E_READ_FAILED where neither of them is of use; E_CANCELLED.
 */
export async function readVolumeDescriptors(reading: VolumeReading, { pointer }: Anchor): Promise<VolumeDescriptors> {
  const { mainVolumeDescriptorSequenceExtent: mainExtent } = pointer;
  const main = await readSequence(reading, mainExtent);
  if (main.isComplete && main.fault === undefined) return checked(main, undefined, reading.context);
  const why = main.fault === undefined ? "is not complete" : `is damaged: ${main.fault.message}`;
  report(reading, mainExtent, "main", "3/8.4.2.2", `${why}; its reserve is used`);
  const reserve = await readSequence(reading, pointer.reserveVolumeDescriptorSequenceExtent);
  if (reserve.isComplete && reserve.fault === undefined) return checked(reserve, undefined, reading.context);
  main.merge(reserve);
  return checked(main, main.fault ?? reserve.fault, reading.context);
}

/** Reads the descriptor in a block, whatever its codec; `undefined` where the block holds no sound one of that kind. */
export async function tryDescriptor<T>(
  reading: VolumeReading,
  codec: DescriptorCodec<T>,
  block: number,
): Promise<T | undefined> {
  const { bytes, blockBytes, signal } = reading;
  const context = { ...reading.context, lba: lbaOfAddress(block * blockBytes) };
  try {
    const data = await bytes.read(block * blockBytes, blockBytes, signal);
    if (tagIdentifierAt(data, 0) !== codec.tagIdentifier) return undefined;
    return readDescriptor(codec, data, 0, block, context).value;
  } catch (error) {
    if (!isReadFailure(error)) throw error;
    throwIfCancelled(signal, "reading a descriptor");
    return undefined;
  }
}
