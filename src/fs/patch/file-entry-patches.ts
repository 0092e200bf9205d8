/** What changes in a file entry when its file gets another length. ECMA-167, 3rd edition, 4/12, 4/14.9, 4/14.17. */
import { strictContext } from "../../codec/codec.js";
import type { StructCodec } from "../../codec/struct.js";
import { DiscError } from "../../errors.js";
import { alignUp } from "../../units.js";
import type { BytePatch } from "../hybrid/byte-patch.js";
import type { LongAllocationDescriptor } from "../udf/allocation.js";
import { extentTypes, longAllocationDescriptor, shortAllocationDescriptor } from "../udf/allocation.js";
import { allocationExtentDescriptor } from "../udf/allocation-extent.js";
import type { FileEntryHead } from "../udf/file-entry.js";
import { extendedFileEntryHead, fileEntryHead } from "../udf/file-entry.js";
import type { EntryReading, FileEntryReader, UdfFileEntry } from "../udf/file-entry-reader.js";
import { allocationForms } from "../udf/icb.js";
import { descriptorTag, tagBytes, tagIdentifiers } from "../udf/tag.js";
import { sealAgain, setField } from "./field-patch.js";
import type { FileChange } from "./reference.js";

/** The longest extent: 30 bits. ECMA-167 4/14.14.1.1. */
const maximumExtentLength = 0x3fff_ffff;

function isExtended({ tag }: UdfFileEntry): boolean {
  return tag.tagIdentifier === tagIdentifiers.extendedFileEntry;
}

function formOf({ head }: UdfFileEntry): number {
  return head.flags % 8;
}

/** Where the allocation descriptors of an entry stand, or what is embedded in their place. */
function allocationAt(entry: UdfFileEntry): number {
  return entry.allocationAddress - entry.address;
}

/** The most bytes that an entry has room for; `undefined` for one whose file lies elsewhere. */
export function embeddedLimitOf(entry: UdfFileEntry, blockBytes: number): number | undefined {
  return formOf(entry) === allocationForms.embedded ? blockBytes - allocationAt(entry) : undefined;
}

/** A descriptor with allocation descriptors in it: a file entry, or an extent that it goes on in. */
interface Holder {
  /** The byte of the image at which its block starts. */
  readonly address: number;
  /** Its block, to be changed. */
  readonly data: Uint8Array;
  readonly firstAt: number;
  readonly end: number;
}

/** The descriptors that tell where a file lies, the entry itself first. */
async function holdersOf(
  entry: UdfFileEntry,
  { bytes, blockBytes, context }: EntryReading,
  entries: FileEntryReader,
  signal: AbortSignal | undefined,
): Promise<Holder[]> {
  const data = (await bytes.read(entry.address, blockBytes, signal)).slice();
  const firstAt = allocationAt(entry);
  const holders: Holder[] = [{ address: entry.address, data, firstAt, end: firstAt + entry.allocation.length }];
  if (formOf(entry) === allocationForms.embedded) return holders;
  const isShort = formOf(entry) === allocationForms.short;
  for (let holder = holders[0]; holder !== undefined; ) {
    const next = nextExtentOf(holder, isShort);
    if (next === undefined) break;
    const space = isShort ? entry.space : entries.space(next.partitionReferenceNumber);
    holder = await entries.descriptor(space, next.logicalBlockNumber, signal, (block, address) => {
      const { lengthOfAllocationDescriptors: length } = allocationExtentDescriptor.read(block, 0, context);
      const { size } = allocationExtentDescriptor;
      return { address, data: block.slice(), firstAt: size, end: size + length };
    });
    holders.push(holder);
  }
  return holders;
}

type Placed = Pick<LongAllocationDescriptor, "extentLength" | "extentType"> & {
  readonly logicalBlockNumber: number;
  readonly partitionReferenceNumber: number;
};

function descriptorAt({ data }: Holder, at: number, isShort: boolean): Placed {
  if (!isShort) return longAllocationDescriptor.read(data, at, strictContext);
  const { extentLength, extentType, extentPosition } = shortAllocationDescriptor.read(data, at, strictContext);
  return { extentLength, extentType, logicalBlockNumber: extentPosition, partitionReferenceNumber: 0 };
}

function sizeOf(isShort: boolean): number {
  return isShort ? shortAllocationDescriptor.size : longAllocationDescriptor.size;
}

function nextExtentOf(holder: Holder, isShort: boolean): Placed | undefined {
  for (let at = holder.firstAt; at + sizeOf(isShort) <= holder.end; at += sizeOf(isShort)) {
    const found = descriptorAt(holder, at, isShort);
    if (found.extentLength === 0) return undefined;
    if (found.extentType === extentTypes.nextDescriptors) return found;
  }
  return undefined;
}

/** What came of giving extents another length. */
interface Resized {
  /** By how many more blocks are recorded; below 0 for fewer. */
  blocks: number;
  /** Whether descriptors are not needed any more. */
  isCut: boolean;
}

function writeLength(data: Uint8Array, at: number, isShort: boolean, extentLength: number): void {
  if (isShort) {
    const value = shortAllocationDescriptor.read(data, at, strictContext);
    shortAllocationDescriptor.write({ ...value, extentLength }, data, at);
  } else {
    const value = longAllocationDescriptor.read(data, at, strictContext);
    longAllocationDescriptor.write({ ...value, extentLength }, data, at);
  }
}

/**
 * Gives the extents of a file another length in all. What is not needed any more becomes zeros: an extent of no bytes
 * ends the descriptors (ECMA-167 4/12). What is allotted behind the end of a file stays, unless the file ends in an
 * earlier extent.
 */
function resizeExtents(
  holders: readonly Holder[],
  isShort: boolean,
  oldBytes: number,
  bytes: number,
  unit: number,
): Resized {
  const size = sizeOf(isShort);
  const resized: Resized = { blocks: 0, isCut: false };
  let oldRest = oldBytes;
  let rest = bytes;
  for (const holder of holders) {
    for (let at = holder.firstAt; at + size <= holder.end; at += size) {
      const { extentLength, extentType } = descriptorAt(holder, at, isShort);
      if (extentLength === 0) return resized;
      const leadsOn = extentType === extentTypes.nextDescriptors;
      if (leadsOn && (rest > 0 || oldRest <= 0)) break;
      if (oldRest <= 0 && !resized.isCut) return resized;
      if (rest === 0) {
        holder.data.fill(0, at, at + size);
        resized.isCut = true;
        if (leadsOn) return resized;
      }
      const length = Math.min(extentLength >= oldRest ? alignUp(extentLength, unit) : extentLength, rest);
      if (length > maximumExtentLength) {
        const what = `an extent of ${length} bytes in UDF`;
        throw new DiscError("E_NOT_SUPPORTED", `not supported: ${what}`, { what });
      }
      if (length > 0) writeLength(holder.data, at, isShort, length);
      if (oldRest > 0) resized.blocks += Math.ceil(length / unit) - Math.ceil(Math.min(extentLength, oldRest) / unit);
      oldRest -= extentLength;
      rest -= length;
    }
  }
  return resized;
}

/** Where the descriptors of a holder end, without those that became zeros. */
function usedEnd({ data, firstAt, end }: Holder, size: number): number {
  let used = end;
  while (used - size >= firstAt && data.subarray(used - size, used).every((octet) => octet === 0)) used -= size;
  return used;
}

/** Seals a holder that ends elsewhere than it did: the tag covers all of it, or else as much as it covered before. */
function sealHolder({ data, end }: Holder, newEnd: number): number {
  const { descriptorCrcLength } = descriptorTag.read(data, 0, strictContext);
  const crcLength = descriptorCrcLength === end - tagBytes ? newEnd - tagBytes : descriptorCrcLength;
  sealAgain(data, crcLength);
  return Math.max(end, newEnd, tagBytes + crcLength);
}

/** Writes what the heads of all file entries say of their files' lengths and times. */
function writeCommonHead<T extends FileEntryHead>(
  codec: StructCodec<T>,
  head: Partial<FileEntryHead>,
  data: Uint8Array,
): void {
  for (const { key, row } of codec.fields) {
    const value = head[key as keyof FileEntryHead];
    if (value !== undefined) row.write(value, data, 0);
  }
}

/** Writes what a file entry says of its file's length and time. */
function writeHead(
  entry: UdfFileEntry,
  data: Uint8Array,
  { bytes, mtimeMs }: FileChange,
  blocks: number,
  lengthOfAllocationDescriptors: number,
): void {
  const codec = isExtended(entry) ? extendedFileEntryHead : fileEntryHead;
  const before: FileEntryHead = codec.read(data, 0, { tolerant: true, lba: null });
  const recorded = before.logicalBlocksRecorded + BigInt(blocks);
  const head: Partial<FileEntryHead> = {
    informationLength: BigInt(bytes),
    // Some writers do not count.
    logicalBlocksRecorded: recorded < 0n ? 0n : recorded,
    lengthOfAllocationDescriptors,
    ...(mtimeMs === undefined ? {} : { modificationTime: mtimeMs }),
  };
  if (isExtended(entry)) {
    const { objectSize, creationTime } = extendedFileEntryHead.read(data, 0, { tolerant: true, lba: null });
    const growth = BigInt(bytes) - before.informationLength;
    setField(extendedFileEntryHead, "objectSize", objectSize + growth, data);
    // Nothing is modified before it is created.
    if (mtimeMs !== undefined && creationTime !== null && creationTime > mtimeMs) {
      setField(extendedFileEntryHead, "creationTime", mtimeMs, data);
    }
    writeCommonHead(extendedFileEntryHead, head, data);
  } else writeCommonHead(fileEntryHead, head, data);
}

/**
 * What is to be written so that a file entry tells of a changed file: the entry, the extents that it goes on in, and the
 * second copy of each where there is one, which comes first.
 *
 * @throws {@link DiscError} E_NOT_SUPPORTED for an extent that cannot be as long; E_READ_FAILED.
 */
export async function fileEntryPatches(
  entry: UdfFileEntry,
  reading: EntryReading,
  entries: FileEntryReader,
  change: FileChange,
  signal: AbortSignal | undefined,
): Promise<BytePatch[]> {
  const holders = await holdersOf(entry, reading, entries, signal);
  const [own, ...others] = holders as [Holder, ...Holder[]];
  const isShort = formOf(entry) === allocationForms.short;
  let ownEnd = own.end;
  let resized: Resized = { blocks: 0, isCut: false };
  if (formOf(entry) === allocationForms.embedded) {
    own.data.fill(0, own.firstAt, own.end);
    own.data.set(change.content ?? new Uint8Array(0), own.firstAt);
    ownEnd = own.firstAt + change.bytes;
  } else {
    const oldBytes = Number(entry.head.informationLength);
    resized = resizeExtents(holders, isShort, oldBytes, change.bytes, reading.blockBytes);
    if (resized.isCut) ownEnd = usedEnd(own, sizeOf(isShort));
  }
  writeHead(entry, own.data, change, resized.blocks, ownEnd - own.firstAt);
  const lengths = [sealHolder(own, ownEnd)];
  for (const holder of others) {
    const end = resized.isCut ? usedEnd(holder, sizeOf(isShort)) : holder.end;
    setField(allocationExtentDescriptor, "lengthOfAllocationDescriptors", end - holder.firstAt, holder.data);
    lengths.push(sealHolder(holder, end));
  }
  return holders.flatMap(({ address, data }, index) => {
    const bytes = data.slice(0, lengths[index]);
    const alternates = reading.spaces.flatMap((space) => space.alternateOf?.(address) ?? []);
    return [...alternates, address].map((offsetBytes) => ({ offsetBytes, bytes }));
  });
}
