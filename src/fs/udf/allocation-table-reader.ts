/** Finds and reads virtual allocation tables. OSTA UDF 2.2.11 (2.00 and later), 2.2.10 of 1.50. */
import { reportFault } from "../../codec/codec.js";
import { readU32le } from "../../codec/integers.js";
import { FormatError, hasCode, throwIfCancelled } from "../../errors.js";
import { maximumUnreadable } from "./anchor-reader.js";
import type { EntryReading, UdfFileEntry } from "./file-entry-reader.js";
import { FileEntryReader } from "./file-entry-reader.js";
import { fileTypes } from "./icb.js";
import type { PlainSpace } from "./partition-space.js";
import { tagIdentifierAt, tagIdentifiers } from "./tag.js";
import type { VirtualAllocationTableHeader } from "./virtual-allocation-table.js";
import {
  noVirtualBlock,
  uncountedBytesAt,
  virtualAllocationTableHeader,
  virtualAllocationTableIdentifier,
  virtualAllocationTableTail,
} from "./virtual-allocation-table.js";
import { isReadFailure, lbaOfAddress } from "./volume-bytes.js";

/** How many blocks before the last one a table is looked for, as NetBSD does: run-out and lead-out count for some. */
const searchedBlocks = 256;

/** The largest table that is read: 16 million entries, one for each file. */
const maximumTableBytes = 64 * 1024 * 1024;

/** A table that was found. */
export interface FoundTable {
  readonly entries: Uint32Array;
  /** Block of the volume in which its file entry lies. */
  readonly icbBlock: number;
  /** Block of the partition in which that of the table before it lies; `undefined` for none. */
  readonly previousIcbBlock: number | undefined;
  /** The highest unique id in use. OSTA UDF 3.2.1.1. */
  readonly uniqueId: bigint;
  /** When it was written, which is when the volume was last modified; milliseconds since 1970. */
  readonly modifiedMs: number | null;
  /** From 2.00 on. */
  readonly header: VirtualAllocationTableHeader | undefined;
}

/** How many blank blocks are passed over on the way back to the last one that was recorded: gaps between sessions. */
const passedBlocks = 16_384;

/** The last block, up to `last`, that is not blank; `undefined` where it is far off, or blocks cannot be read. */
async function lastWithData(
  { bytes, blockBytes }: EntryReading,
  last: number,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  for (let block = last; block >= 0 && block > last - passedBlocks; block--) {
    throwIfCancelled(signal, "looking for a virtual allocation table");
    try {
      const data = await bytes.read(block * blockBytes, blockBytes, signal);
      if (data.some((octet) => octet !== 0)) return block;
    } catch (error) {
      if (!isReadFailure(error)) throw error;
      return undefined;
    }
  }
  return undefined;
}

/**
 * Reads the table of a partition: the last one that is whole.
 *
 * @param lastBlocks Blocks of the volume that may be the last recorded one, the likeliest first.
 * @throws {@link FormatError} E_FIELD_INVALID where there is none.
 */
export async function findAllocationTable(
  reading: EntryReading,
  partition: PlainSpace,
  lastBlocks: readonly number[],
  signal: AbortSignal | undefined,
): Promise<FoundTable> {
  const entries = new FileEntryReader(reading);
  const seen = new Set<number>();
  let unreadable = 0;
  const search = async (last: number): Promise<FoundTable | undefined> => {
    for (let block = last; block > last - searchedBlocks; block--) {
      throwIfCancelled(signal, "looking for a virtual allocation table");
      if (seen.has(block) || partition.blockAt(block * reading.blockBytes) < 0) continue;
      seen.add(block);
      const found = await tableAt(reading, entries, partition, block, signal);
      if (found === "unreadable") unreadable++;
      else if (found !== undefined) return found;
      if (unreadable >= maximumUnreadable) return undefined;
    }
    return undefined;
  };
  for (const last of lastBlocks) {
    const blankUpTo = await lastWithData(reading, last, signal);
    const found = (await search(last)) ?? (blankUpTo === undefined ? undefined : await search(blankUpTo));
    if (found === undefined) continue;
    if (found.icbBlock !== last && found.icbBlock !== blankUpTo) {
      const reason = `is block ${found.icbBlock}, and the last one recorded is ${blankUpTo ?? last}`;
      const context = { ...reading.context, lba: lbaOfAddress(found.icbBlock * reading.blockBytes) };
      reportFault(context, "VirtualAllocationTable", "position", "UDF 2.2.11", reason);
    }
    return found;
  }
  const reason = `is in none of the ${searchedBlocks} blocks before ${(lastBlocks[0] ?? 0) + 1}`;
  const detail = { lba: null, structure: "VirtualAllocationTable", field: "presence", clause: "UDF 2.2.11", reason };
  throw new FormatError("E_FIELD_INVALID", `VirtualAllocationTable: it ${reason} (UDF 2.2.11)`, detail);
}

/** The table whose file entry stands in a block; `undefined` where there is none that is whole. */
async function tableAt(
  { bytes, blockBytes, context }: EntryReading,
  entries: FileEntryReader,
  partition: PlainSpace,
  block: number,
  signal: AbortSignal | undefined,
): Promise<FoundTable | "unreadable" | undefined> {
  const address = block * blockBytes;
  try {
    const head = await bytes.read(address, blockBytes, signal);
    const identifier = tagIdentifierAt(head, 0);
    if (identifier !== tagIdentifiers.fileEntry && identifier !== tagIdentifiers.extendedFileEntry) return undefined;
    const entry = await entries.readAt(partition, partition.blockAt(address), signal);
    const { fileType } = entry.head;
    if (fileType !== fileTypes.none && fileType !== fileTypes.virtualAllocationTable) return undefined;
    const data = await entries.wholeFile(entry, maximumTableBytes, signal);
    const at = { ...context, lba: lbaOfAddress(address) };
    return fileType === fileTypes.none
      ? tableWithTail(data, entry, block, at)
      : tableWithHeader(data, entry, block, at);
  } catch (error) {
    if (!isReadFailure(error)) throw error;
    throwIfCancelled(signal, "looking for a virtual allocation table");
    return hasCode(error, "E_READ_FAILED") ? "unreadable" : undefined;
  }
}

type Context = EntryReading["context"];

function common(entry: UdfFileEntry, block: number): Pick<FoundTable, "icbBlock" | "uniqueId" | "modifiedMs"> {
  return { icbBlock: block, uniqueId: BigInt(entry.head.uniqueId), modifiedMs: entry.head.modifyMs };
}

function tableWithTail(data: Uint8Array, entry: UdfFileEntry, block: number, context: Context): FoundTable | undefined {
  const tailAt = data.length - virtualAllocationTableTail.size;
  if (tailAt < 0) return undefined;
  const { entityIdentifier, previousVatIcbLocation } = virtualAllocationTableTail.read(data, tailAt, context);
  if (entityIdentifier.identifier !== virtualAllocationTableIdentifier) return undefined;
  return {
    ...common(entry, block),
    entries: entriesOf(data.subarray(0, tailAt)),
    previousIcbBlock: previousVatIcbLocation === noVirtualBlock ? undefined : previousVatIcbLocation,
    header: undefined,
  };
}

function tableWithHeader(
  data: Uint8Array,
  entry: UdfFileEntry,
  block: number,
  context: Context,
): FoundTable | undefined {
  if (data.length < virtualAllocationTableHeader.size) return undefined;
  const header = virtualAllocationTableHeader.read(data, 0, context);
  if (header.lengthOfHeader < virtualAllocationTableHeader.size || header.lengthOfHeader > data.length)
    return undefined;
  let entriesAt = header.lengthOfHeader;
  const uncounted = uncountedBytesAt(data, 0, data.length);
  if (uncounted > 0) {
    const reason = `is ${header.lengthOfHeader}, and ${uncounted} bytes more stand before the entries`;
    reportFault(context, "VirtualAllocationTable", "lengthOfHeader", "UDF 2.2.11", reason);
    entriesAt += uncounted;
  }
  const { previousVatIcbLocation } = header;
  return {
    ...common(entry, block),
    entries: entriesOf(data.subarray(entriesAt)),
    previousIcbBlock: previousVatIcbLocation === noVirtualBlock ? undefined : previousVatIcbLocation,
    header,
  };
}

function entriesOf(data: Uint8Array): Uint32Array {
  const entries = new Uint32Array(Math.floor(data.length / 4));
  for (let index = 0; index < entries.length; index++) entries[index] = readU32le(data, 4 * index);
  return entries;
}
