/** Directory records and path tables as dumps show them, with what goes on elsewhere. ECMA-119 9.1, 9.4; SUSP 5.1. */
import type { DumpedField } from "../../codec/dump.js";
import { dump } from "../../codec/dump.js";
import type { Structure } from "../../codec/structure.js";
import { textFromBytes } from "../../codec/text.js";
import { blockBytes, blocksOf } from "../../units.js";
import { directoryRecordHeadBytes, directoryRecordStructure } from "../iso9660/directory-record.js";
import { pathTableRecordBytes, pathTableRecordStructure } from "../iso9660/path-table.js";
import { jolietNaming } from "../joliet/joliet-reader.js";
import { nameFromBytes } from "../names/name-bytes.js";
import { identifierField } from "../names/name-field.js";
import { rockRidgeStructures } from "../rockridge/entry-parts.js";
import { systemUseArea } from "../susp/entries.js";
import type { DiscBytes } from "./bytes.js";
import type { PlacedStructure } from "./structures.js";
import { placed, placedBytes, unreadable } from "./structures.js";

/** How the records of a tree are to be read. */
export interface RecordForm {
  decode(identifier: Uint8Array): string;
  /** Bytes before the entries of each system use area; `undefined` where it is not known. */
  readonly skipped?: number | undefined;
}

/** Joliet's names. */
export const jolietForm: RecordForm = {
  decode: (identifier) => jolietNaming.decode(identifier, true, () => {}).name,
};

/** Names of a tree that is not known: a zero byte stands in those of Joliet alone. */
export const guessedForm: RecordForm = {
  decode: (identifier) => (identifier.includes(0) ? jolietForm.decode(identifier) : nameFromBytes(identifier)),
};

/** The most continuation areas that are followed from a record. */
const maximumContinuations = 64;

/** Blocks without a record, one behind the other, after which a directory's length is believed no longer. */
const maximumForeignBlocks = 16;

/** The longest continuation area that is shown. */
const maximumContinuationBytes = 64 * 1024;

function recordStructure({ decode, skipped }: RecordForm): Structure {
  const area = systemUseArea(rockRidgeStructures, skipped);
  // The record that has SP skips nothing before it.
  const root = systemUseArea(rockRidgeStructures, 0);
  return directoryRecordStructure((length) => identifierField(length, decode), {
    name: area.name,
    parts: (source, at, end) => (textFromBytes(source, at, 2) === "SP" ? root : area).parts(source, at, end),
  });
}

function findField(fields: readonly DumpedField[], key: string): DumpedField | undefined {
  return fields.find(({ field }) => field === key);
}

/** Where the entries among these fields go on, if they do. */
function continuationIn(fields: readonly DumpedField[]): { address: number; length: number } | undefined {
  const entry = findField(fields, "CE");
  if (entry === undefined) return undefined;
  const { block, offset, length } = Object.fromEntries(entry.fields.map(({ field, value }) => [field, Number(value)]));
  return { address: block! * blockBytes + offset!, length: length! };
}

/** The areas in which a record goes on. */
async function* dumpContinuations(bytes: DiscBytes, record: PlacedStructure): AsyncGenerator<PlacedStructure> {
  const role = `continuation area of ${record.role}`;
  const visited = new Set<number>();
  let next = continuationIn(findField(record.fields, "systemUse")?.fields ?? []);
  while (next !== undefined && next.length > 0 && !visited.has(next.address) && visited.size < maximumContinuations) {
    visited.add(next.address);
    const { address, length } = next;
    const area = await bytes.tryRead(address, Math.min(length, maximumContinuationBytes));
    if (typeof area === "string") {
      yield unreadable(role, address, area);
      return;
    }
    const dumped = dump(systemUseArea(rockRidgeStructures, 0), area, 0);
    yield placed(role, address, dumped);
    next = continuationIn(dumped.fields);
  }
}

/** The record at a place, and its continuation areas. */
export async function* dumpRecord(
  bytes: DiscBytes,
  role: string,
  lba: number,
  offset: number,
  form: RecordForm,
): AsyncGenerator<PlacedStructure> {
  const block = await bytes.readWindow(lba, 2);
  const record = placed(role, lba * blockBytes + offset, dumpRecordAt(block, offset, block.length, form));
  yield record;
  yield* dumpContinuations(bytes, record);
}

function dumpRecordAt(block: Uint8Array, at: number, end: number, form: RecordForm): PlacedStructure {
  const length = Math.max(1, block[at]!);
  return placed("", 0, dump(recordStructure(form), block, at, { end: Math.min(end, at + Math.max(length, 33)) }));
}

/** The records of one block of a directory. A record that crosses its end breaks a rule, and is shown as it stands. */
async function* dumpDirectoryBlock(
  bytes: DiscBytes,
  role: string,
  address: number,
  block: Uint8Array,
  first: number,
  form: RecordForm,
): AsyncGenerator<PlacedStructure, { readonly records: number; readonly end: number }> {
  let at = first;
  let records = 0;
  while (at < blockBytes && block[at] !== 0) {
    const recordBytes = block[at]!;
    if (recordBytes <= directoryRecordHeadBytes || at + recordBytes > block.length) {
      yield placedBytes(role, address + at, block.subarray(at, blockBytes));
      break;
    }
    const record = placed(role, address + at, dumpRecordAt(block, at, block.length, form));
    yield record;
    yield* dumpContinuations(bytes, record);
    records++;
    at += recordBytes;
  }
  return { records, end: at };
}

/**
 * The records of a directory, one by one, with their continuation areas.
 *
 * @param length Of its extent, in bytes.
 */
export async function* dumpDirectory(
  bytes: DiscBytes,
  role: string,
  lba: number,
  length: number,
  form: RecordForm,
): AsyncGenerator<PlacedStructure> {
  const blocks = Math.min(blocksOf(length), bytes.length / blockBytes - lba);
  let first = 0;
  let withoutRecords = 0;
  for (let index = 0; index < blocks && withoutRecords < maximumForeignBlocks; index++) {
    const address = (lba + index) * blockBytes;
    const block = await bytes.tryRead(address, Math.min(2, blocks - index) * blockBytes);
    if (typeof block === "string") {
      yield unreadable(role, address, block);
      first = 0;
      withoutRecords++;
      continue;
    }
    const { records, end } = yield* dumpDirectoryBlock(bytes, role, address, block, first, form);
    withoutRecords = records === 0 ? withoutRecords + 1 : 0;
    first = Math.max(0, end - blockBytes);
  }
}

/**
 * The records of a path table, one by one.
 *
 * @param length Of the table, in bytes.
 */
export async function* dumpPathTable(
  bytes: DiscBytes,
  order: "L" | "M",
  role: string,
  address: number,
  length: number,
  { decode }: RecordForm,
): AsyncGenerator<PlacedStructure> {
  const structure = pathTableRecordStructure(order, (identifierBytes) => identifierField(identifierBytes, decode));
  const end = Math.min(address + length, bytes.length);
  // The longest record has an identifier of 255 bytes.
  const windowBytes = 64 * blockBytes;
  let position = address;
  while (position < end) {
    const window = await bytes.tryRead(position, Math.min(windowBytes, end - position));
    if (typeof window === "string") {
      yield unreadable(role, position, window);
      return;
    }
    const isLast = position + window.length >= end;
    let at = 0;
    while (at < window.length && window[at] !== 0) {
      const recordBytes = pathTableRecordBytes(window[at]!);
      if (at + recordBytes > window.length && !isLast) break;
      yield placed(role, position + at, dump(structure, window, at, { end: at + recordBytes }));
      at += recordBytes;
    }
    if (at === 0 || window[at] === 0) return;
    position += at;
  }
}
