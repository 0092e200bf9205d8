/** Reads file entries and where their contents lie. ECMA-167, 3rd edition, 4/14.6 to 4/14.9, 4/14.17; OSTA UDF 2.3.5, 2.3.6. */
import type { ReadContext } from "../../codec/codec.js";
import { reportFault, strictContext } from "../../codec/codec.js";
import { DiscError, throwIfCancelled } from "../../errors.js";
import type { LongAllocationDescriptor } from "./allocation.js";
import type { FoundAttributes } from "./attribute-reader.js";
import { noFoundAttributes, readAttributes } from "./attribute-reader.js";
import type { FileContents } from "./contents-reader.js";
import { ContentsReader } from "./contents-reader.js";
import type { ReadFileEntry } from "./file-entry-form.js";
import { FileEntryForm } from "./file-entry-form.js";
import type { IcbTag } from "./icb.js";
import { indirectEntry, strategies } from "./icb.js";
import type { ByteRun, PartitionSpace } from "./partition-space.js";
import type { DescriptorTag } from "./tag.js";
import { checkTag, readDescriptor, tagIdentifierAt, tagIdentifiers } from "./tag.js";
import type { VolumeBytes } from "./volume-bytes.js";
import { isReadFailure, lbaOfAddress } from "./volume-bytes.js";

/** Entries of one file that are passed on the way to the newest one. */
const maximumIndirections = 10_000;

/** The largest file of extended attributes that is read; they are a few hundred bytes. */
const maximumAttributeBytes = 1024 * 1024;

const nothing = new Uint8Array(0);

const plainForm = new FileEntryForm(false);
const extendedForm = new FileEntryForm(true);

/** Takes a run that leaves its partition for a fault that is not passed over. */
function refuse(reason: string): void {
  reportFault(strictContext, "Extent", "partition", "4/14.14", reason);
}

/** What file entries are read from. */
export interface EntryReading {
  readonly bytes: VolumeBytes;
  /** Bytes of a block of the volume. */
  readonly blockBytes: number;
  /** By partition reference number; those that are found by way of others come later. */
  readonly spaces: readonly PartitionSpace[];
  readonly context: ReadContext;
}

/** A file entry that was read. */
export interface UdfFileEntry {
  readonly space: PartitionSpace;
  /** Its block in the partition. */
  readonly block: number;
  /** Where it stands on the medium. */
  readonly address: number;
  readonly tag: DescriptorTag;
  readonly head: ReadFileEntry;
  /** Extended attributes, and behind them allocation descriptors, or what is embedded. */
  readonly attributes: Uint8Array;
  readonly allocation: Uint8Array;
  /** Where the latter stand on the medium. */
  readonly allocationAddress: number;
}

/** What the extended attributes say that stand in an entry itself. */
export function ownAttributes({ attributes }: UdfFileEntry, context: ReadContext): FoundAttributes {
  return attributes.length === 0 ? noFoundAttributes : readAttributes(attributes, context);
}

/** Reads the entries of a volume. */
export class FileEntryReader {
  readonly #reading: EntryReading;
  readonly #contents: ContentsReader;

  constructor(reading: EntryReading) {
    this.#reading = reading;
    this.#contents = new ContentsReader(this, reading);
  }

  /** Where the contents of an entry lie. @throws as {@link ContentsReader.read}. */
  contents(entry: UdfFileEntry, signal: AbortSignal | undefined): Promise<FileContents> {
    return this.#contents.read(entry, signal);
  }

  /** The same, as {@link ContentsReader.own}. */
  ownContents(entry: UdfFileEntry): FileContents | undefined {
    return this.#contents.own(entry);
  }

  /** What the context of a block of the medium is. */
  contextAt(address: number): ReadContext {
    const { tolerant, onWarning } = this.#reading.context;
    return { tolerant, lba: lbaOfAddress(address), onWarning };
  }

  /** @throws {@link FormatError} E_FIELD_INVALID for a number without a map. */
  space(partitionReferenceNumber: number): PartitionSpace {
    const { spaces, context } = this.#reading;
    const space = spaces[partitionReferenceNumber];
    if (space === undefined) {
      const reason = `is ${partitionReferenceNumber}, and there are ${spaces.length} maps`;
      reportFault(context, "LogicalBlockAddress", "partitionReferenceNumber", "4/7.1.2", reason);
    }
    return space!;
  }

  /**
   * Reads the entry that an ICB leads to: the newest of its chain. ECMA-167 4/A, strategies 4 and 4096.
   *
   * @throws {@link DiscError} E_FIELD_INVALID, E_READ_FAILED, E_NOT_SUPPORTED, E_CANCELLED.
   */
  async read(icb: LongAllocationDescriptor, signal: AbortSignal | undefined): Promise<UdfFileEntry> {
    const { context } = this.#reading;
    if (icb.extentLength === 0) reportFault(context, "FileEntry", "icb", "4/14.4.5", "is that of no entry");
    return await this.readAt(this.space(icb.partitionReferenceNumber), icb.logicalBlockNumber, signal);
  }

  /**
   * The entry that an ICB leads to, if it is at hand and nothing is odd about it, as with nearly all entries of a large
   * directory; else `undefined`: {@link FileEntryReader.read} tells what there is to tell.
   */
  sound(icb: LongAllocationDescriptor): UdfFileEntry | undefined {
    const { bytes, blockBytes, spaces } = this.#reading;
    const space = spaces[icb.partitionReferenceNumber];
    if (space === undefined || icb.extentLength === 0) return undefined;
    const block = icb.logicalBlockNumber;
    const [run, ...others] = space.locate(block, blockBytes, refuse);
    if (run === undefined || run.address === null || others.length > 0) return undefined;
    const data = bytes.kept(run.address, blockBytes);
    if (data === undefined) return undefined;
    const found = this.#entryOrIndirection(data, { space, block }, run.address, strictContext);
    return "icbTag" in found || found.head.strategyType !== strategies.single ? undefined : found;
  }

  /** Reads the entry in a block of a partition. @throws as {@link FileEntryReader.read}. */
  async readAt(space: PartitionSpace, block: number, signal: AbortSignal | undefined): Promise<UdfFileEntry> {
    let at = { space, block };
    for (let count = 0; count < maximumIndirections; count++) {
      throwIfCancelled(signal, "reading a file entry");
      const found = await this.descriptor(at.space, at.block, signal, (data, address, context) =>
        this.#entryOrIndirection(data, at, address, context),
      );
      if ("icbTag" in found) {
        at = this.#target(found.indirectIcb);
        continue;
      }
      if (found.head.strategyType !== strategies.chained) return found;
      const next = await this.#indirectionBehind(at.space, at.block, signal);
      if (next === undefined) return found;
      at = this.#target(next);
    }
    const reason = `of more than ${maximumIndirections} entries has no end`;
    reportFault(this.#reading.context, "IndirectEntry", "chain", "4/14.7", reason);
    throw new DiscError("E_DAMAGED", "a chain of indirect entries has no end", { what: "indirect entries" });
  }

  /**
   * Reads a descriptor at the head of a block; its second copy where the first is damaged and there are two.
   *
   * @throws {@link DiscError} E_FIELD_INVALID, E_READ_FAILED, E_CANCELLED.
   */
  async descriptor<T>(
    space: PartitionSpace,
    block: number,
    signal: AbortSignal | undefined,
    parse: (data: Uint8Array, address: number, context: ReadContext) => T,
  ): Promise<T> {
    const { bytes, blockBytes } = this.#reading;
    const address = this.#addressOf(
      space.locate(block, blockBytes, (reason) => this.#outside(reason)),
      block,
    );
    try {
      return parse(await bytes.read(address, blockBytes, signal), address, this.contextAt(address));
    } catch (error) {
      if (!isReadFailure(error)) throw error;
      throwIfCancelled(signal, "reading a descriptor");
      const alternate = space.alternateOf?.(address);
      if (alternate === undefined) throw error;
      const context = this.contextAt(alternate);
      const value = parse(await bytes.read(alternate, blockBytes, signal), alternate, context);
      const reason = `at block ${lbaOfAddress(address)} is damaged, its copy was taken: ${error.message}`;
      reportFault(context, "MetadataPartition", "block", "UDF 2.2.13", reason);
      return value;
    }
  }

  /** What the extended attributes of an entry say; those in a file of their own are read, too. */
  async attributes(entry: UdfFileEntry, signal: AbortSignal | undefined): Promise<FoundAttributes> {
    const { extendedAttributeIcb } = entry.head;
    const context = this.contextAt(entry.address);
    const own = ownAttributes(entry, context);
    if (extendedAttributeIcb.extentLength === 0) return own;
    try {
      const file = await this.read(extendedAttributeIcb, signal);
      const area = await this.wholeFile(file, maximumAttributeBytes, signal);
      const others = readAttributes(area, this.contextAt(file.address));
      return {
        device: own.device ?? others.device,
        creationMs: own.creationMs ?? others.creationMs,
        lists: [...own.lists, ...others.lists],
      };
    } catch (error) {
      if (!isReadFailure(error)) throw error;
      const reason = `cannot be read: ${error.message}`;
      reportFault(context, "ExtendedAttribute", "file", "4/14.9.16", reason);
      return own;
    }
  }

  /**
   * The contents of a small file.
   *
   * @throws {@link DiscError} as {@link FileEntryReader.contents}; E_NOT_SUPPORTED for more bytes than that.
   */
  async wholeFile(entry: UdfFileEntry, maximumBytes: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const { runs, bytes: length } = await this.contents(entry, signal);
    if (length > maximumBytes) {
      const what = `a structure of ${length} bytes in a file, where at most ${maximumBytes} are expected`;
      throw new DiscError("E_NOT_SUPPORTED", what, { what });
    }
    if (runs.some(({ address }) => address === null)) {
      const what = "a structure in a file that is not recorded in whole";
      throw new DiscError("E_DAMAGED", what, { what });
    }
    const whole = new Uint8Array(length);
    let at = 0;
    for (const { address, bytes } of runs) {
      whole.set(await this.#reading.bytes.read(address ?? 0, bytes, signal), at);
      at += bytes;
    }
    return whole;
  }

  #target(icb: LongAllocationDescriptor): { space: PartitionSpace; block: number } {
    return { space: this.space(icb.partitionReferenceNumber), block: icb.logicalBlockNumber };
  }

  #outside(reason: string): void {
    reportFault(this.#reading.context, "Extent", "partition", "4/14.14", reason);
  }

  #addressOf(runs: readonly ByteRun[], block: number): number {
    const address = runs[0]?.address ?? null;
    if (runs.length !== 1 || address === null) {
      reportFault(this.#reading.context, "Extent", "block", "4/14.14", `${block} does not lie in one piece`);
    }
    return address!;
  }

  /** The ICB that the block behind a direct entry leads to, if it leads anywhere. */
  async #indirectionBehind(
    space: PartitionSpace,
    block: number,
    signal: AbortSignal | undefined,
  ): Promise<LongAllocationDescriptor | undefined> {
    try {
      return await this.descriptor(space, block + 1, signal, (data, _address, context) => {
        if (tagIdentifierAt(data, 0) !== tagIdentifiers.indirectEntry) return undefined;
        const { indirectIcb } = readDescriptor(indirectEntry, data, 0, block + 1, context).value;
        return indirectIcb.extentLength === 0 ? undefined : indirectIcb;
      });
    } catch (error) {
      if (!isReadFailure(error)) throw error;
      // The block behind the newest entry was never written to.
      return undefined;
    }
  }

  #entryOrIndirection(
    data: Uint8Array,
    at: { readonly space: PartitionSpace; readonly block: number },
    address: number,
    context: ReadContext,
  ): UdfFileEntry | { readonly icbTag: IcbTag; readonly indirectIcb: LongAllocationDescriptor } {
    const identifier = tagIdentifierAt(data, 0);
    if (identifier === tagIdentifiers.indirectEntry) {
      return readDescriptor(indirectEntry, data, 0, at.block, context).value;
    }
    const form = identifier === extendedForm.tagIdentifier ? extendedForm : plainForm;
    const { tagIdentifier, headBytes, name } = form;
    const tag = checkTag(data, 0, data.length, { tagIdentifier, tagLocation: at.block }, context);
    const head = form.read(data, 0, context);
    const { strategyType, lengthOfExtendedAttributes, lengthOfAllocationDescriptors } = head;
    const allocationAt = headBytes + lengthOfExtendedAttributes;
    const end = allocationAt + lengthOfAllocationDescriptors;
    if (end > data.length) {
      const reason = `is ${lengthOfAllocationDescriptors}, behind ${allocationAt} bytes of a block of ${data.length}`;
      reportFault(context, name, "lengthOfAllocationDescriptors", "4/14.9.20", reason);
    }
    if (strategyType !== strategies.single && strategyType !== strategies.chained) {
      reportFault(context, "IcbTag", "strategyType", "4/14.6.2", `is ${strategyType}, expected 4 or 4096`);
    }
    return {
      space: at.space,
      block: at.block,
      address,
      tag,
      head,
      attributes: lengthOfExtendedAttributes === 0 ? nothing : data.subarray(headBytes, allocationAt),
      allocation: data.subarray(allocationAt, end),
      allocationAddress: address + allocationAt,
    };
  }
}
