/** Finds where the contents of files lie. ECMA-167, 3rd edition, 4/12, 4/14.14, 4/14.5; OSTA UDF 2.3.10, 2.3.11. */
import type { ReadContext } from "../../codec/codec.js";
import { reportFault, strictContext } from "../../codec/codec.js";
import { DiscError, throwIfCancelled } from "../../errors.js";
import { blockBytes } from "../../units.js";
import type { Extent } from "../tree/content.js";
import {
  extentTypes,
  longAllocationDescriptor,
  readLongAllocation,
  readShortAllocation,
  shortAllocationDescriptor,
} from "./allocation.js";
import { allocationExtentDescriptor } from "./allocation-extent.js";
import type { EntryReading, FileEntryReader, UdfFileEntry } from "./file-entry-reader.js";
import { allocationForms } from "./icb.js";
import type { ByteRun, PartitionSpace } from "./partition-space.js";
import { pushRun } from "./partition-space.js";
import { checkTag, tagIdentifiers } from "./tag.js";
import { lbaOfAddress } from "./volume-bytes.js";

/** Pieces of one file that are kept: a file whose every block lies elsewhere has 2 GiB before it has so many. */
const maximumRuns = 1_048_576;

/** Where the contents of a file lie. */
export interface FileContents {
  /** In order; as long as the file in all. */
  readonly runs: readonly ByteRun[];
  readonly bytes: number;
}

/** One allocation descriptor, of any form. */
interface Allocation {
  readonly bytes: number;
  readonly type: number;
  readonly space: PartitionSpace;
  readonly block: number;
}

/** Where descriptors stand, and which file they are of. */
interface Piece {
  readonly data: Uint8Array;
  readonly form: number;
  readonly space: PartitionSpace;
}

/** Gathers the runs of one file, up to its length. */
class RunCollector {
  readonly runs: ByteRun[] = [];
  done = 0;
  readonly #length: number;
  readonly #blockBytes: number;
  readonly #context: ReadContext;

  constructor(length: number, blockBytes: number, context: ReadContext) {
    this.#length = length;
    this.#blockBytes = blockBytes;
    this.#context = context;
  }

  /** Whether all of the file has its place; what else was allotted behind its end is none of it. */
  get isFull(): boolean {
    return this.done >= this.#length;
  }

  add({ bytes, type, space, block }: Allocation): void {
    const count = Math.min(bytes, this.#length - this.done);
    if (type === extentTypes.recorded) {
      const fault = (reason: string): void => reportFault(this.#context, "Extent", "partition", "4/14.14", reason);
      for (const run of space.locate(block, count, fault)) pushRun(this.runs, run);
    } else pushRun(this.runs, { address: null, bytes: count });
    this.done += count;
    if (this.runs.length <= maximumRuns) return;
    const what = `a file of more than ${maximumRuns} extents`;
    throw new DiscError("E_NOT_SUPPORTED", what, { what });
  }

  /** Refuses runs that lie outside of the medium, or on one another. */
  check(mediumBytes: number): void {
    const fault = (field: string, reason: string): void =>
      reportFault(this.#context, "FileEntry", field, "4/14.9.20", reason);
    for (const { address, bytes } of this.runs) {
      if (address === null || address + bytes <= mediumBytes) continue;
      const blocks = Math.ceil(bytes / this.#blockBytes);
      fault("extentLocation", `of ${blocks} blocks at ${lbaOfAddress(address)} passes the end of the medium`);
    }
    if (this.runs.length < 2) return;
    const recorded = this.runs.filter(({ address }) => address !== null) as { address: number; bytes: number }[];
    recorded.sort((one, other) => one.address - other.address);
    for (const [index, { address }] of recorded.entries()) {
      const before = recorded[index - 1];
      if (before === undefined || before.address + before.bytes <= address) continue;
      fault("extents", `overlap at block ${lbaOfAddress(address)}`);
    }
  }
}

/** Follows the allocation descriptors of files. */
export class ContentsReader {
  readonly #entries: FileEntryReader;
  readonly #reading: EntryReading;
  /** Of each extent of descriptors, the entry it belongs to: it cannot be that of a second one. */
  readonly #owners: Map<number, number> = new Map();
  /** What long chains of descriptors gave, by their entries: each name of a file would give it anew. */
  readonly #chained: Map<number, FileContents> = new Map();

  constructor(entries: FileEntryReader, reading: EntryReading) {
    this.#entries = entries;
    this.#reading = reading;
  }

  /**
   * Where the contents of an entry lie.
   *
   * @throws {@link DiscError} E_FIELD_INVALID where they do not hold what the entry says, lie outside, or on one
   *   another; E_NOT_SUPPORTED, E_READ_FAILED, E_CANCELLED.
   */
  async read(entry: UdfFileEntry, signal: AbortSignal | undefined): Promise<FileContents> {
    const known = this.#chained.get(entry.address);
    if (known !== undefined) return known;
    const context = this.#entries.contextAt(entry.address);
    if (formOf(entry) === allocationForms.embedded) return embedded(entry, lengthOf(entry), context);
    const collector = this.#collector(entry, context);
    const chain = await this.#collect(ownPiece(entry), entry, collector, signal);
    const contents = this.#contentsOf(entry, collector, context);
    // What cannot be read has no claim: it may lead to the descriptors of another file.
    for (const address of chain) this.#owners.set(address, entry.address);
    if (chain.size > 0) this.#chained.set(entry.address, contents);
    return contents;
  }

  /**
   * The same of an entry that has all its descriptors itself, as nearly all have; `undefined` for one that has not.
   *
   * @throws {@link DiscError} E_FIELD_INVALID for every fault, also for tolerated ones; E_NOT_SUPPORTED.
   */
  own(entry: UdfFileEntry): FileContents | undefined {
    if (formOf(entry) === allocationForms.embedded) return embedded(entry, lengthOf(entry), strictContext);
    const collector = this.#collector(entry, strictContext);
    const isAll = this.#addAll(ownPiece(entry), collector) === undefined;
    return isAll ? this.#contentsOf(entry, collector, strictContext) : undefined;
  }

  #collector(entry: UdfFileEntry, context: ReadContext): RunCollector {
    const form = formOf(entry);
    const length = lengthOf(entry);
    if (form !== allocationForms.short && form !== allocationForms.long) {
      const what = `allocation descriptors of form ${form}`;
      throw new DiscError("E_NOT_SUPPORTED", what, { what });
    }
    if (!Number.isSafeInteger(length)) {
      const what = `a file of ${entry.head.informationLength} bytes`;
      throw new DiscError("E_NOT_SUPPORTED", what, { what });
    }
    return new RunCollector(length, this.#reading.blockBytes, context);
  }

  #contentsOf({ head }: UdfFileEntry, collector: RunCollector, context: ReadContext): FileContents {
    if (!collector.isFull) {
      const reason = `is ${head.informationLength}, and the extents hold ${collector.done} bytes`;
      reportFault(context, "FileEntry", "informationLength", "4/14.9.10", reason);
    }
    collector.check(this.#reading.bytes.bytes);
    return { runs: collector.runs, bytes: collector.done };
  }

  /** @returns Where descriptors stand outside of the entry. */
  async #collect(
    first: Piece,
    entry: UdfFileEntry,
    collector: RunCollector,
    signal: AbortSignal | undefined,
  ): Promise<ReadonlySet<number>> {
    const seen = new Set<number>();
    for (let piece = first; !collector.isFull; ) {
      throwIfCancelled(signal, "following allocation descriptors");
      const next = this.#addAll(piece, collector);
      if (next === undefined) break;
      piece = { ...piece, data: await this.#nextData(next, entry, seen, signal) };
    }
    return seen;
  }

  /** @returns Where the descriptors go on. */
  #addAll(piece: Piece, collector: RunCollector): Allocation | undefined {
    const codec = piece.form === allocationForms.short ? shortAllocationDescriptor : longAllocationDescriptor;
    for (let at = 0; at + codec.size <= piece.data.length && !collector.isFull; at += codec.size) {
      const allocation = this.#allocationAt(piece, at);
      if (allocation.bytes === 0) return undefined;
      if (allocation.type === extentTypes.nextDescriptors) return allocation;
      collector.add(allocation);
    }
    return undefined;
  }

  #allocationAt({ data, form, space }: Piece, at: number): Allocation {
    if (form === allocationForms.short) {
      const { extentLength, extentType, extentPosition } = readShortAllocation(data, at);
      return { bytes: extentLength, type: extentType, space, block: extentPosition };
    }
    const { extentLength, extentType, logicalBlockNumber, partitionReferenceNumber } = readLongAllocation(data, at);
    // What is not recorded has no place, and so no partition.
    const isPlaced = extentType === extentTypes.recorded || extentType === extentTypes.nextDescriptors;
    const isUsed = isPlaced && extentLength > 0;
    const own = isUsed ? this.#entries.space(partitionReferenceNumber) : space;
    return { bytes: extentLength, type: extentType, space: own, block: logicalBlockNumber };
  }

  async #nextData(
    { space, block }: Allocation,
    entry: UdfFileEntry,
    seen: Set<number>,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    return await this.#entries.descriptor(space, block, signal, (data, address, context) => {
      const owner = this.#owners.get(address) ?? entry.address;
      if (seen.has(address) || owner !== entry.address) {
        const reason = `at block ${lbaOfAddress(address)} belongs to two files, or to one twice`;
        reportFault(context, "AllocationExtentDescriptor", "chain", "4/14.5", reason);
      }
      const tagIdentifier = tagIdentifiers.allocationExtentDescriptor;
      checkTag(data, 0, data.length, { tagIdentifier, tagLocation: block }, context);
      const { lengthOfAllocationDescriptors: length } = allocationExtentDescriptor.read(data, 0, context);
      const end = allocationExtentDescriptor.size + length;
      if (end > data.length) {
        const reason = `is ${length} in a block of ${data.length}`;
        reportFault(context, "AllocationExtentDescriptor", "lengthOfAllocationDescriptors", "4/14.5.3", reason);
      }
      seen.add(address);
      return data.subarray(allocationExtentDescriptor.size, end);
    });
  }
}

/** One of {@link allocationForms}, of the descriptors of an entry. */
function formOf({ head }: UdfFileEntry): number {
  return head.flags % 8;
}

/** Bytes of a file, as its entry states them. */
function lengthOf({ head }: UdfFileEntry): number {
  return Number(head.informationLength);
}

/** The descriptors in an entry itself. */
function ownPiece(entry: UdfFileEntry): Piece {
  return { data: entry.allocation, form: formOf(entry), space: entry.space };
}

/** Contents that stand in the entry itself, where allocation descriptors would. */
function embedded(entry: UdfFileEntry, length: number, context: ReadContext): FileContents {
  const available = entry.allocation.length;
  if (length !== available) {
    const reason = `is ${length}, and ${available} bytes are embedded`;
    reportFault(context, "FileEntry", length < available ? "embeddedLength" : "informationLength", "4/14.9.10", reason);
  }
  return { runs: length === 0 ? [] : [{ address: entry.allocationAddress, bytes: length }], bytes: length };
}

/** Extents of the medium for runs of bytes. */
export function extentsOfRuns(runs: readonly ByteRun[]): Extent[] {
  return runs.map(({ address, bytes }) => {
    if (address === null) return { lba: null, bytes };
    const offset = address % blockBytes;
    const lba = lbaOfAddress(address);
    return offset === 0 ? { lba, bytes } : { lba, bytes, offset };
  });
}
