/** GUID partition tables. UEFI Specification 2.10, 5.3. */
import { crc32 } from "../../codec/checksum.js";
import { strictContext } from "../../codec/codec.js";
import { safeU64le, u32le, u64le } from "../../codec/integers.js";
import type { FieldType } from "../../codec/rows.js";
import { byte } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { encode, struct } from "../../codec/struct.js";
import { fixedText, rawBytes, reserved, textFromBytes, utf16leText } from "../../codec/text.js";
import { hasCode } from "../../errors.js";
import type { BytePatch } from "./byte-patch.js";
import { sectorBytes } from "./byte-patch.js";
import type { ImageGrowth } from "./image-growth.js";
import { grownEnd } from "./image-growth.js";

/** The sector of the primary header. UEFI 2.10, 5.3.2. */
export const primaryHeaderLba = 1;

/** Bytes of a header, and where its CRC is. UEFI 2.10, table 5.5. */
const headerBytes = 92;
const crcAt = 16;
const entryBytes = 128;

/** More than any table has. */
const maximumEntriesBytes = 1024 * 1024;

/** Lengths of the parts of a GUID in bytes; the first three are numbers, least significant byte first. */
const guidParts = [4, 2, 2, 2, 6] as const;

/** Whether a text is a GUID as one is written. UEFI 2.10, appendix A. */
export function isGuid(text: string): boolean {
  return /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/i.test(text);
}

/** A GUID as text: "C12A7328-F81F-11D2-BA4B-00A0C93EC93B". UEFI 2.10, appendix A. */
const guid: FieldType<string> = {
  name: "guid",
  bytes: 16,
  read: (source, at) => {
    let position = at;
    const parts = guidParts.map((length, index) => {
      const octets = [...source.subarray(position, position + length)];
      position += length;
      if (index < 3) octets.reverse();
      return octets.map((octet) => octet.toString(16).padStart(2, "0")).join("");
    });
    return parts.join("-").toUpperCase();
  },
  write: (value, target, at) => {
    if (!isGuid(value)) throw new RangeError(`"${value}" is no GUID`);
    let position = at;
    for (const [index, digits] of value.split("-").entries()) {
      const octets = (digits.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
      if (index < 3) octets.reverse();
      target.set(octets, position);
      position += octets.length;
    }
  },
};

/** The type of an entry that is not used. UEFI 2.10, table 5.7. */
const unusedType = "00000000-0000-0000-0000-000000000000";

/** A header: the primary one, or its backup. */
export interface GptHeader {
  readonly revision: number;
  readonly headerSize: number;
  readonly headerCrc32: number;
  /** The sector of this header. */
  readonly myLba: number;
  /** The sector of the other one. */
  readonly alternateLba: number;
  readonly firstUsableLba: number;
  /** The last sector that partitions may have. */
  readonly lastUsableLba: number;
  readonly diskGuid: string;
  /** The first sector of the entries. */
  readonly partitionEntryLba: number;
  readonly numberOfPartitionEntries: number;
  /** Bytes. */
  readonly sizeOfPartitionEntry: number;
  readonly partitionEntryArrayCrc32: number;
  /** What there is behind the header in its sector: 420 bytes. */
  readonly rest: Uint8Array;
}

/** GPT header, with the rest of its sector. UEFI 2.10, table 5.5. */
export const gptHeader: StructCodec<GptHeader> = struct<GptHeader>(
  "GptHeader",
  sectorBytes,
  {
    _signature: byte(0, 8, fixedText("EFI PART"), "table 5.5"),
    revision: byte(8, 4, u32le, "table 5.5"),
    headerSize: byte(12, 4, u32le, "table 5.5"),
    headerCrc32: byte(crcAt, 4, u32le, "table 5.5"),
    _reserved: byte(20, 4, reserved(4), "table 5.5"),
    myLba: byte(24, 8, safeU64le, "table 5.5"),
    alternateLba: byte(32, 8, safeU64le, "table 5.5"),
    firstUsableLba: byte(40, 8, safeU64le, "table 5.5"),
    lastUsableLba: byte(48, 8, safeU64le, "table 5.5"),
    diskGuid: byte(56, 16, guid, "table 5.5"),
    partitionEntryLba: byte(72, 8, safeU64le, "table 5.5"),
    numberOfPartitionEntries: byte(80, 4, u32le, "table 5.5"),
    sizeOfPartitionEntry: byte(84, 4, u32le, "table 5.5"),
    partitionEntryArrayCrc32: byte(88, 4, u32le, "table 5.5"),
    rest: byte(headerBytes, sectorBytes - headerBytes, rawBytes(sectorBytes - headerBytes), "table 5.5"),
  },
  {
    check: (source, at, _end, _location, fault) => {
      const header = decodeGptHeader(source.subarray(at, at + sectorBytes));
      if (header !== undefined && header.headerCrc32 !== headerCrcOf(header)) fault("headerCrc32", "is wrong");
    },
  },
);

/** A partition. */
export interface GptPartition {
  readonly partitionTypeGuid: string;
  readonly uniquePartitionGuid: string;
  readonly startingLba: number;
  /** Its last sector. */
  readonly endingLba: number;
  /** Bit 0: needed by the platform; bit 60: read-only, for Windows. */
  readonly attributes: bigint;
  readonly partitionName: string;
}

/** GPT partition entry. UEFI 2.10, table 5.6. */
export const gptPartition: StructCodec<GptPartition> = struct<GptPartition>("GptPartitionEntry", entryBytes, {
  partitionTypeGuid: byte(0, 16, guid, "table 5.6"),
  uniquePartitionGuid: byte(16, 16, guid, "table 5.6"),
  startingLba: byte(32, 8, safeU64le, "table 5.6"),
  endingLba: byte(40, 8, safeU64le, "table 5.6"),
  attributes: byte(48, 8, u64le, "table 5.6"),
  partitionName: byte(56, 72, utf16leText(72), "table 5.6"),
});

/** One of the two copies of a table. */
export interface GuidPartitionTable {
  readonly header: GptHeader;
  readonly isHeaderCrcRight: boolean;
  /** The bytes of all entries, used or not; none where the header states what cannot be. */
  readonly entries: Uint8Array;
  readonly isEntriesCrcRight: boolean;
  /** Those that are used, each with its number, from 1. */
  readonly partitions: readonly (GptPartition & { readonly number: number })[];
}

/** Where the entries of a table lie, in bytes; `undefined` where its header cannot be true. */
export interface EntriesPlace {
  readonly offsetBytes: number;
  readonly bytes: number;
}

function isFormatError(error: unknown): boolean {
  return hasCode(error, "E_FIELD_INVALID");
}

/** A header; `undefined` where there is none, or one whose numbers no disk has. */
export function decodeGptHeader(sector: Uint8Array): GptHeader | undefined {
  if (sector.length < sectorBytes || textFromBytes(sector, 0, 8) !== "EFI PART") return undefined;
  try {
    return gptHeader.read(sector, 0, strictContext);
  } catch (error) {
    if (!isFormatError(error)) throw error;
    return undefined;
  }
}

/** Where the entries are that a header speaks of; `undefined` where it cannot be true. */
export function entriesPlaceOf(header: GptHeader): EntriesPlace | undefined {
  const bytes = header.numberOfPartitionEntries * header.sizeOfPartitionEntry;
  const canBe = header.sizeOfPartitionEntry >= entryBytes && bytes <= maximumEntriesBytes;
  return canBe ? { offsetBytes: header.partitionEntryLba * sectorBytes, bytes } : undefined;
}

/** The CRC of a header, counted with zeros in its own field. UEFI 2.10, table 5.5. */
function headerCrcOf(header: GptHeader): number {
  const sector = encode(gptHeader, { ...header, headerCrc32: 0 });
  return crc32(sector.subarray(0, header.headerSize));
}

function partitionAt(entries: Uint8Array, at: number): GptPartition | undefined {
  try {
    const partition = gptPartition.read(entries, at, strictContext);
    return partition.partitionTypeGuid === unusedType ? undefined : partition;
  } catch (error) {
    if (!isFormatError(error)) throw error;
    return undefined;
  }
}

/**
 * A table as its header and its entries say.
 *
 * @param entries The bytes at {@link entriesPlaceOf} the header; left out where they cannot be read.
 */
export function decodeGpt(header: GptHeader, entries: Uint8Array = new Uint8Array(0)): GuidPartitionTable {
  const partitions: (GptPartition & { number: number })[] = [];
  const size = header.sizeOfPartitionEntry;
  for (let at = 0; size >= entryBytes && at + size <= entries.length; at += size) {
    const partition = partitionAt(entries, at);
    if (partition !== undefined) partitions.push({ ...partition, number: at / size + 1 });
  }
  const isWhole = entries.length === header.numberOfPartitionEntries * size;
  const isHeaderSizeRight = header.headerSize >= headerBytes && header.headerSize <= sectorBytes;
  return {
    header,
    isHeaderCrcRight: isHeaderSizeRight && header.headerCrc32 === headerCrcOf(header),
    entries,
    isEntriesCrcRight: isWhole && crc32(entries) === header.partitionEntryArrayCrc32,
    partitions,
  };
}

/** Whether a table can be relied on: both of its CRCs are right. */
export function isSoundGpt({ isHeaderCrcRight, isEntriesCrcRight }: GuidPartitionTable): boolean {
  return isHeaderCrcRight && isEntriesCrcRight;
}

/** A header and its entries as bytes, with right CRCs. */
function encodeTable(header: GptHeader, entries: Uint8Array): Uint8Array {
  const whole = { ...header, partitionEntryArrayCrc32: crc32(entries) };
  const sector = new Uint8Array(sectorBytes);
  gptHeader.write({ ...whole, headerCrc32: headerCrcOf(whole) }, sector, 0);
  return sector;
}

/** Sectors that the backup needs at the end of its disk: the entries, and the header behind them. UEFI 2.10, 5.3.1. */
export function gptBackupSectors({ entries }: GuidPartitionTable): number {
  return Math.ceil(entries.length / sectorBytes) + 1;
}

/** How an image grows that has this table, from the end that its header states. */
export function gptGrowth(gpt: GuidPartitionTable, oldSectors: number, newSectors: number): ImageGrowth {
  const newUsableEnd = newSectors - gptBackupSectors(gpt);
  return { oldSectors, newSectors, oldUsableEnd: gpt.header.lastUsableLba + 1, newUsableEnd };
}

/** The entries, with the ends of those changed that cover the image. */
function grownEntries(gpt: GuidPartitionTable, growth: ImageGrowth): Uint8Array {
  const entries = gpt.entries.slice();
  for (const { number, ...partition } of gpt.partitions) {
    const { startingLba, endingLba } = partition;
    // What they may cover ends before the backup, never at the end of the image.
    const newEnd = grownEnd({ ...growth, oldSectors: Number.POSITIVE_INFINITY }, startingLba, endingLba + 1);
    if (newEnd === endingLba + 1) continue;
    gptPartition.write(
      { ...partition, endingLba: newEnd - 1 },
      entries,
      (number - 1) * gpt.header.sizeOfPartitionEntry,
    );
  }
  return entries;
}

/**
 * What to write so that the table is right in an image that has grown: the backup at its new end, entries that cover
 * the image, and the primary header, which comes last, so that the old table holds until then. The old backup is left:
 * nothing speaks of it any longer.
 *
 * The last {@link gptBackupSectors} of the image have to be free for it.
 *
 * @param gpt The primary table, {@link isSoundGpt sound}.
 * @param newSizeBytes Of the grown image: a multiple of 512.
 * @throws RangeError for an image that has no room for the table.
 */
export function moveGptBackup(gpt: GuidPartitionTable, newSizeBytes: number): readonly BytePatch[] {
  const { header } = gpt;
  const newSectors = newSizeBytes / sectorBytes;
  const growth = gptGrowth(gpt, header.alternateLba + 1, newSectors);
  if (!Number.isInteger(newSectors) || growth.newUsableEnd <= header.firstUsableLba) {
    throw new RangeError(`an image of ${newSizeBytes} bytes has no room for its partition table`);
  }
  const entries = grownEntries(gpt, growth);
  const last = newSectors - 1;
  const primary = { ...header, alternateLba: last, lastUsableLba: growth.newUsableEnd - 1 };
  const backup = { ...primary, myLba: last, alternateLba: header.myLba, partitionEntryLba: growth.newUsableEnd };
  const isChanged = entries.some((octet, index) => octet !== gpt.entries[index]);
  return [
    { offsetBytes: growth.newUsableEnd * sectorBytes, bytes: entries },
    { offsetBytes: last * sectorBytes, bytes: encodeTable(backup, entries) },
    ...(isChanged ? [{ offsetBytes: header.partitionEntryLba * sectorBytes, bytes: entries }] : []),
    { offsetBytes: header.myLba * sectorBytes, bytes: encodeTable(primary, entries) },
  ];
}

/** Types of partitions that hybrids have. UEFI 2.10, table 5.7, and what most programs write. */
export const gptTypes = {
  efiSystem: "C12A7328-F81F-11D2-BA4B-00A0C93EC93B",
  basicData: "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7",
  hfsPlus: "48465300-0000-11AA-AA11-00306543ECAC",
} as const;

/** Entries of a table, in use or not: what most programs write, and the least there may be. UEFI 2.10, 5.3.1. */
const leastEntries = 128;

/** Sectors of a new table's entries. */
const newEntriesSectors = (leastEntries * entryBytes) / sectorBytes;

/** Sectors at the end of a disk that the backup of a new table needs. */
export const newGptBackupSectors: number = newEntriesSectors + 1;

/** What a new table is made of. */
export interface NewGpt {
  readonly diskGuid: string;
  /** By their numbers, from 0; at most 128. */
  readonly partitions: readonly (GptPartition | undefined)[];
  /** First sector of the primary table's entries; partitions may start behind them. */
  readonly entriesLba: number;
  /** Of the image. */
  readonly sectors: number;
}

/** A new table: what stands at the start of the image, and the backup in its last sectors. */
export function newGpt({ diskGuid, partitions, entriesLba, sectors }: NewGpt): readonly BytePatch[] {
  const entries = new Uint8Array(leastEntries * entryBytes);
  for (const [index, partition] of partitions.entries()) {
    if (partition !== undefined) gptPartition.write(partition, entries, index * entryBytes);
  }
  const backupLba = sectors - newGptBackupSectors;
  const primary: GptHeader = {
    revision: 0x1_0000,
    headerSize: headerBytes,
    headerCrc32: 0,
    myLba: primaryHeaderLba,
    alternateLba: sectors - 1,
    firstUsableLba: endOfNewEntries(entriesLba),
    lastUsableLba: backupLba - 1,
    diskGuid,
    partitionEntryLba: entriesLba,
    numberOfPartitionEntries: leastEntries,
    sizeOfPartitionEntry: entryBytes,
    partitionEntryArrayCrc32: 0,
    rest: new Uint8Array(sectorBytes - headerBytes),
  };
  const backup = { ...primary, myLba: sectors - 1, alternateLba: primaryHeaderLba, partitionEntryLba: backupLba };
  return [
    { offsetBytes: backupLba * sectorBytes, bytes: entries },
    { offsetBytes: backup.myLba * sectorBytes, bytes: encodeTable(backup, entries) },
    { offsetBytes: entriesLba * sectorBytes, bytes: entries },
    { offsetBytes: primaryHeaderLba * sectorBytes, bytes: encodeTable(primary, entries) },
  ];
}

/** The sector behind the entries of a new table that start at a sector. */
export function endOfNewEntries(entriesLba: number): number {
  return entriesLba + newEntriesSectors;
}

/** A GUID that follows from a text: of random ones in form, and the same wherever the text is. RFC 9562, 5.4. */
export function guidOf(text: string): string {
  const octets = new Uint8Array(16);
  for (let word = 0; word < 4; word++) {
    const sum = crc32(new TextEncoder().encode(`${word}/${text}/${word}`));
    for (let index = 0; index < 4; index++) octets[word * 4 + index] = Math.floor(sum / 0x100 ** index) % 0x100;
  }
  // Version 4 in the third number, and the variant in the fourth.
  octets[7] = 0x40 + (octets[7]! % 0x10);
  octets[8] = 0x80 + (octets[8]! % 0x40);
  return guid.read(octets, 0, 16, () => {});
}
