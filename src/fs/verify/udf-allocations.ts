/** Checks allocation descriptors, and follows them. ECMA-167, 3rd edition, 4/12, 4/14.5, 4/14.14; OSTA UDF 2.3.10, 2.3.11. */
import { strictContext } from "../../codec/codec.js";
import type { LongAllocationDescriptor } from "../udf/allocation.js";
import { extentTypes, longAllocationDescriptor, noLongExtent, shortAllocationDescriptor } from "../udf/allocation.js";
import { allocationExtentDescriptor } from "../udf/allocation-extent.js";
import { allocationForms } from "../udf/icb.js";
import type { ByteRun } from "../udf/partition-space.js";
import { tagIdentifiers } from "../udf/tag.js";
import type { UdfChecking } from "./udf-checking.js";
import { checkExtentFlags, maximumExtentBytes } from "./udf-extents.js";
import type { UdfVolumeModel } from "./udf-model.js";
import { findBlocks } from "./udf-model.js";
import type { UdfPlace } from "./udf-report.js";
import { checkDescriptorTag } from "./udf-tags.js";

/** One extent of a file. */
export interface CheckedExtent {
  /** Where it starts in the file, and its bytes of it; behind the file's end, none. */
  readonly offset: number;
  readonly bytes: number;
  /** Bytes that it takes, in whole blocks. */
  readonly allocatedBytes: number;
  readonly type: number;
  readonly reference: number;
  readonly block: number;
  /** Where it lies; none for what is not allocated, or cannot be found. */
  readonly runs: readonly ByteRun[];
}

/** What allocation descriptors stand for. */
export interface CheckedAllocation {
  readonly extents: readonly CheckedExtent[];
  /** Blocks of the file that are recorded. */
  readonly recordedBlocks: number;
  /** Extents of more descriptors. */
  readonly overhead: readonly ByteRun[];
}

/** The descriptors of one entry. */
export interface AllocationSource {
  readonly data: Uint8Array;
  /** One of {@link allocationForms}. */
  readonly form: number;
  /** The partition in which the entry lies: short descriptors are of it. */
  readonly reference: number;
  /** Bytes of the file. */
  readonly length: number;
  /** Whether the file is a directory: its data belong to the metadata. */
  readonly isDirectory: boolean;
  /** Whether the file is one of those that make up a metadata partition: everything of it lies outside. */
  readonly isMetadataFile: boolean;
  readonly place: UdfPlace;
}

/** Follows the descriptors of one entry. */
class AllocationWalk {
  readonly extents: CheckedExtent[] = [];
  readonly overhead: ByteRun[] = [];
  recordedBlocks = 0;
  readonly #model: UdfVolumeModel;
  readonly #checking: UdfChecking;
  readonly #source: AllocationSource;
  /** Bytes of the file so far, and those in whole blocks of all extents. */
  #done = 0;
  #allocated = 0;
  readonly #overheadOwners: Map<number, number>;

  constructor(model: UdfVolumeModel, source: AllocationSource, overheadOwners: Map<number, number>) {
    this.#model = model;
    this.#checking = model.checking;
    this.#source = source;
    this.#overheadOwners = overheadOwners;
  }

  async run(): Promise<void> {
    const { data, length, place } = this.#source;
    for (let next = this.#piece(data); next !== undefined; ) {
      this.#checking.throwIfCancelled();
      const more = await this.#follow(next);
      next = more === undefined ? undefined : this.#piece(more);
    }
    if (this.#done < length) {
      const message = `the extents hold ${this.#done} bytes of ${length}`;
      this.#checking.report("UDF_ENTRY_LENGTH", place, message);
    }
  }

  /** Checks the descriptors of a piece. @returns The one that leads on. */
  #piece(data: Uint8Array): LongAllocationDescriptor | undefined {
    const { form, place } = this.#source;
    const bytes = form === allocationForms.short ? shortAllocationDescriptor.size : longAllocationDescriptor.size;
    if (data.length % bytes !== 0) {
      const message = `${data.length} bytes of descriptors of ${bytes}`;
      this.#checking.report("UDF_ENTRY_OVERFULL", place, message);
    }
    for (let at = 0; at + bytes <= data.length; at += bytes) {
      const descriptor = this.#descriptorAt(data, at);
      if (descriptor.extentLength === 0) {
        this.#checkEmpty(descriptor);
        return undefined;
      }
      if (descriptor.extentType === extentTypes.nextDescriptors) return descriptor;
      this.#extent(descriptor);
    }
    return undefined;
  }

  #descriptorAt(data: Uint8Array, at: number): LongAllocationDescriptor {
    const { form, reference } = this.#source;
    if (form !== allocationForms.short) return longAllocationDescriptor.read(data, at, strictContext);
    const { extentLength, extentType, extentPosition } = shortAllocationDescriptor.read(data, at, strictContext);
    const isPlaced = extentLength > 0 && extentType !== extentTypes.hole;
    const partitionReferenceNumber = isPlaced ? reference : 0;
    return { ...noLongExtent, extentLength, extentType, logicalBlockNumber: extentPosition, partitionReferenceNumber };
  }

  #checkEmpty({ extentType, logicalBlockNumber: block, partitionReferenceNumber }: LongAllocationDescriptor): void {
    const { place } = this.#source;
    const { report } = this.#checking;
    if (extentType !== 0) report("UDF_EXTENT_TYPE", place, `an empty extent is of type ${extentType}`);
    if (block !== 0 || partitionReferenceNumber !== 0) {
      report(
        "UDF_EXTENT_PLACE",
        place,
        `an empty extent is at block ${block} of partition ${partitionReferenceNumber}`,
      );
    }
  }

  #extent(descriptor: LongAllocationDescriptor): void {
    const { blockBytes, report } = this.#checking;
    const { length, place } = this.#source;
    const { extentLength, extentType: type } = descriptor;
    const blocks = Math.ceil(extentLength / blockBytes);
    const isTail = this.#allocated >= length;
    const isLast = !isTail && this.#allocated + blocks * blockBytes >= length;
    if (extentLength > maximumExtentBytes(blockBytes) || (!isLast && extentLength % blockBytes !== 0)) {
      report(
        "UDF_EXTENT_LENGTH",
        place,
        `an extent of ${extentLength} bytes, ${isLast ? "the last" : "before the last"}`,
      );
    }
    if (isTail && type !== extentTypes.allocated) {
      report("UDF_EXTENT_TYPE", place, `an extent of type ${type} behind the end of the file`);
    }
    if (isLast && extentLength !== length - this.#done) {
      report("UDF_ENTRY_LENGTH", place, `the last extent has ${extentLength} bytes, expected ${length - this.#done}`);
    }
    if (type === extentTypes.recorded) this.recordedBlocks += blocks;
    const bytes = isTail ? 0 : Math.max(0, Math.min(extentLength, length - this.#done));
    const { partitionReferenceNumber: reference, logicalBlockNumber: block } = descriptor;
    const extent = { offset: this.#done, bytes, allocatedBytes: blocks * blockBytes, type, reference, block };
    this.extents.push({ ...extent, runs: this.#place(descriptor, blocks) });
    this.#allocated += blocks * blockBytes;
    this.#done += bytes;
  }

  /** Checks where an extent lies. */
  #place(descriptor: LongAllocationDescriptor, blocks: number): readonly ByteRun[] {
    const { blockBytes, report, isThirdEdition } = this.#checking;
    const { place, isDirectory, isMetadataFile } = this.#source;
    const { extentType, logicalBlockNumber: block, partitionReferenceNumber: reference } = descriptor;
    checkExtentFlags(this.#checking, descriptor, this.#model.icbRules, place, "an extent");
    if (extentType === extentTypes.hole) {
      if (block !== 0 || reference !== 0) {
        report("UDF_EXTENT_PLACE", place, `an unallocated extent is at block ${block} of partition ${reference}`);
      }
      return [];
    }
    const { metadataReference } = this.#model.icbRules;
    const isInMetadata = reference === metadataReference;
    if (metadataReference !== undefined && isInMetadata !== (isDirectory && !isMetadataFile)) {
      report(
        "UDF_EXTENT_METADATA",
        place,
        `an extent in partition ${reference}; the metadata's is ${metadataReference}`,
      );
    }
    if (isThirdEdition && blocks > 1 && this.#model.spaces[reference]?.kind === "virtual") {
      report("UDF_EXTENT_VIRTUAL", place, `an extent of ${blocks} blocks in the virtual partition`);
    }
    const found = findBlocks(this.#model, reference, block, blocks * blockBytes);
    if ("runs" in found) return found.runs;
    report(found.isOutside ? "UDF_EXTENT_MEDIUM" : "UDF_EXTENT_PARTITION", place, found.fault);
    return [];
  }

  /** The descriptors in the extent to which one leads. */
  async #follow(descriptor: LongAllocationDescriptor): Promise<Uint8Array | undefined> {
    const { blockBytes, report } = this.#checking;
    const { place } = this.#source;
    const { logicalBlockNumber: block, partitionReferenceNumber: reference, extentLength } = descriptor;
    if (extentLength !== blockBytes) report("UDF_AED", place, `an extent of descriptors has ${extentLength} bytes`);
    checkExtentFlags(this.#checking, descriptor, this.#model.icbRules, place, "an extent of descriptors");
    const { metadataReference } = this.#model.icbRules;
    if (metadataReference !== undefined && (reference === metadataReference) === this.#source.isMetadataFile) {
      report("UDF_EXTENT_METADATA", place, `an extent of descriptors in partition ${reference}`);
    }
    const found = findBlocks(this.#model, reference, block, blockBytes);
    const address = "runs" in found ? found.runs[0]?.address : undefined;
    if (address === undefined || address === null) {
      report("UDF_AED", place, "fault" in found ? found.fault : "an extent of descriptors lies nowhere");
      return undefined;
    }
    const owner = this.#overheadOwners.get(address);
    if (owner !== undefined) {
      const message = owner === place.address ? "leads back" : "belongs to two files";
      report("UDF_AED", { ...place, address }, `an extent of descriptors ${message}`);
      return undefined;
    }
    this.#overheadOwners.set(address, place.address ?? -1);
    const data = await this.#checking.read(address, blockBytes, "allocation extent", place.path);
    return data === undefined ? undefined : this.#descriptors(data, address, block);
  }

  #descriptors(data: Uint8Array, address: number, location: number): Uint8Array | undefined {
    const { blockBytes, report } = this.#checking;
    const place = { address, path: this.#source.place.path };
    const head = allocationExtentDescriptor.read(data, 0, strictContext);
    const { lengthOfAllocationDescriptors: length, previousAllocationExtentLocation: previous } = head;
    const { name, size } = allocationExtentDescriptor;
    const isWhole = size + length <= data.length;
    const bytes = isWhole ? size + length : size;
    const tagIdentifier = tagIdentifiers.allocationExtentDescriptor;
    const tag = { name, tagIdentifier, location, data, at: 0, bytes, end: isWhole ? data.length : size, place };
    this.overhead.push({ address, bytes: blockBytes });
    if (!checkDescriptorTag(this.#checking, tag)) return undefined;
    if (!isWhole) {
      report("UDF_AED", place, `${length} bytes of descriptors in a block of ${data.length}`);
      return undefined;
    }
    if (previous !== 0) report("UDF_AED_PREVIOUS", place, `it names block ${previous} as the one before`);
    return data.subarray(size, size + length);
  }
}

/**
 * Checks the allocation descriptors of an entry, and finds where its contents lie.
 *
 * @param overheadOwners Extents of descriptors that were seen, with the addresses of their entries.
 */
export async function checkAllocation(
  model: UdfVolumeModel,
  source: AllocationSource,
  overheadOwners: Map<number, number>,
): Promise<CheckedAllocation> {
  const walk = new AllocationWalk(model, source, overheadOwners);
  await walk.run();
  return walk;
}
