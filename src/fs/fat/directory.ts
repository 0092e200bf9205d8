/** Directories of FAT volumes. Clauses are those of Microsoft's FAT: General Overview of On-Disk Format, 1.03. */
import { u8, u16le, u32le, writeU16le } from "../../codec/integers.js";
import { bit, byte, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { encode, struct } from "../../codec/struct.js";
import { asText, rawBytes, reserved } from "../../codec/text.js";
import { directoryEntryBytes } from "./geometry.js";
import type { FatNames } from "./names.js";

const clause = "FAT Directory Structure";

/** An entry of an item, by its short name. */
interface DirectoryEntry {
  /** 8 characters of name and 3 of extension, filled with spaces. */
  readonly name: string;
  readonly readOnly: boolean;
  readonly hidden: boolean;
  readonly volumeLabel: boolean;
  readonly directory: boolean;
  readonly archive: boolean;
  readonly clusterHigh: number;
  readonly writeTime: number;
  readonly writeDate: number;
  readonly clusterLow: number;
  /** Bytes; 0 for directories. */
  readonly size: number;
}

const directoryEntry: StructCodec<DirectoryEntry> = struct<DirectoryEntry>("DirectoryEntry", directoryEntryBytes, {
  name: byte(0, 11, asText(11), clause),
  _reservedAttributes: reservedBits(11, 7, 6, clause),
  archive: bit(11, 5, clause),
  directory: bit(11, 4, clause),
  volumeLabel: bit(11, 3, clause),
  _system: reservedBits(11, 2, 2, clause),
  hidden: bit(11, 1, clause),
  readOnly: bit(11, 0, clause),
  _reserved: byte(12, 1, reserved(1), clause),
  // When it was created, and the day it was last read: a volume need not know.
  _creation: byte(13, 5, reserved(5), clause),
  _lastAccess: byte(18, 2, reserved(2), clause),
  clusterHigh: byte(20, 2, u16le, clause),
  writeTime: byte(22, 2, u16le, clause),
  writeDate: byte(24, 2, u16le, clause),
  clusterLow: byte(26, 2, u16le, clause),
  size: byte(28, 4, u32le, clause),
});

/** A part of a long name. "FAT Long Directory Entries" */
interface LongNameEntry {
  /** From 1; the last part has 40h more, and stands first. */
  readonly order: number;
  readonly name1: Uint8Array;
  readonly attributes: number;
  readonly checksum: number;
  readonly name2: Uint8Array;
  readonly name3: Uint8Array;
}

const longClause = "FAT Long Directory Entries";
const longNameAttributes = 0x0f;
const lastLongEntry = 0x40;

/** UTF-16 units in one entry, and in its three places. */
const unitsInEntry = 13;

const longNameEntry: StructCodec<LongNameEntry> = struct<LongNameEntry>("LongNameEntry", directoryEntryBytes, {
  order: byte(0, 1, u8, longClause),
  name1: byte(1, 10, rawBytes(10), longClause),
  attributes: byte(11, 1, u8, longClause),
  _type: byte(12, 1, reserved(1), longClause),
  checksum: byte(13, 1, u8, longClause),
  name2: byte(14, 12, rawBytes(12), longClause),
  _firstCluster: byte(26, 2, reserved(2), longClause),
  name3: byte(28, 4, rawBytes(4), longClause),
});

/** An item as its directory shows it. */
export interface ShownItem {
  readonly names: FatNames;
  readonly isDirectory: boolean;
  readonly isHidden: boolean;
  readonly modifyMs: number;
  readonly cluster: number;
  readonly bytes: number;
}

/** Years that a date can name. "Date and Time Formats" */
const firstYear = 1980;
const lastYear = 2107;

/** Date and time of a moment, in UTC: to two seconds. "Date and Time Formats" */
function stamp(timeMs: number): { writeDate: number; writeTime: number } {
  const within = Math.min(Math.max(timeMs, Date.UTC(firstYear, 0, 1)), Date.UTC(lastYear, 11, 31, 23, 59, 58));
  const date = new Date(within);
  const years = date.getUTCFullYear() - firstYear;
  return {
    writeDate: years * 512 + (date.getUTCMonth() + 1) * 32 + date.getUTCDate(),
    writeTime: date.getUTCHours() * 2048 + date.getUTCMinutes() * 32 + Math.floor(date.getUTCSeconds() / 2),
  };
}

/** What long entries say of the short name that they stand before. "FAT Long Directory Entries" */
function checksumOf(shortName: Uint8Array): number {
  return shortName.reduce((sum, octet) => ((sum & 1) * 0x80 + (sum >> 1) + octet) & 0xff, 0);
}

/** Entries that an item takes in its directory. */
export function entriesOf({ long }: FatNames): number {
  return 1 + (long === undefined ? 0 : Math.ceil(long.length / unitsInEntry));
}

/** The entries of a long name, the last part first. The name ends with a zero where there is room, then with FFFFh. */
function* longEntries(long: string, shortName: Uint8Array): Generator<Uint8Array> {
  const parts = Math.ceil(long.length / unitsInEntry);
  const units = new Uint8Array(parts * unitsInEntry * 2).fill(0xff);
  for (let index = 0; index < long.length; index++) writeU16le(long.charCodeAt(index), units, 2 * index);
  if (long.length < parts * unitsInEntry) writeU16le(0, units, 2 * long.length);
  const checksum = checksumOf(shortName);
  for (let part = parts; part > 0; part--) {
    const at = (part - 1) * unitsInEntry * 2;
    yield encode(longNameEntry, {
      order: part === parts ? part + lastLongEntry : part,
      attributes: longNameAttributes,
      checksum,
      name1: units.slice(at, at + 10),
      name2: units.slice(at + 10, at + 22),
      name3: units.slice(at + 22, at + 26),
    });
  }
}

function entry(
  name: string,
  { modifyMs, cluster, bytes, isDirectory, isHidden }: Omit<ShownItem, "names">,
  volumeLabel = false,
): Uint8Array {
  return encode(directoryEntry, {
    name,
    readOnly: false,
    hidden: isHidden,
    volumeLabel,
    directory: isDirectory,
    archive: !isDirectory && !volumeLabel,
    clusterHigh: Math.floor(cluster / 0x1_0000),
    clusterLow: cluster % 0x1_0000,
    size: bytes,
    ...stamp(modifyMs),
  });
}

/** The entries of an item: its long name, where it has one, and its short one. */
export function itemEntries(item: ShownItem): Uint8Array[] {
  const { short, long } = item.names;
  const shortEntry = entry(short, item);
  return [...(long === undefined ? [] : longEntries(long, shortEntry.subarray(0, 11))), shortEntry];
}

/** The entry by which a root directory names its volume. */
export function labelEntry(label: string, modifyMs: number): Uint8Array {
  return entry(label.padEnd(11), { modifyMs, cluster: 0, bytes: 0, isDirectory: false, isHidden: false }, true);
}

/** The entries with which every directory but the root begins: for itself, and for the one it is in. */
export function dotEntries(cluster: number, parentCluster: number, modifyMs: number): Uint8Array[] {
  const common = { modifyMs, bytes: 0, isDirectory: true, isHidden: false };
  return [entry(".".padEnd(11), { ...common, cluster }), entry("..".padEnd(11), { ...common, cluster: parentCluster })];
}

/** Entries of {@link dotEntries}, and of {@link labelEntry}. */
export const dotEntryCount = 2;
export const labelEntryCount = 1;
