/** Changes structures of UDF images, and makes their tags right again: for images with one fault each. */
import { crc16 } from "../../src/codec/checksum.js";
import { strictContext } from "../../src/codec/codec.js";
import { readU16le, readU32le, writeU16le, writeU32le } from "../../src/codec/integers.js";
import { readCompressedUnicode } from "../../src/fs/udf/compressed-unicode.js";
import { extendedFileEntryHead, fileEntryHead } from "../../src/fs/udf/file-entry.js";
import { fileIdentifierHeadBytes } from "../../src/fs/udf/file-identifier.js";
import type { LogicalVolumeDescriptor } from "../../src/fs/udf/logical-volume.js";
import { logicalVolumeDescriptor } from "../../src/fs/udf/logical-volume.js";
import type { PartitionDescriptor, PartitionMap } from "../../src/fs/udf/partition.js";
import { partitionDescriptor } from "../../src/fs/udf/partition.js";
import type { DescriptorCodec } from "../../src/fs/udf/tag.js";
import { readDescriptor, tagBytes, tagIdentifierAt, tagIdentifiers, writeDescriptor } from "../../src/fs/udf/tag.js";
import { blockBytes } from "../../src/units.js";

/** Blocks of a sequence. */
const sequenceBlocks = 16;

/** Number of a descriptor that is put into sequences. */
const insertedNumber = 90;

/** Changes bytes, which start with a tag; the tag is made right afterwards. */
export type Change = (bytes: Uint8Array) => void;

/** The bytes of an image of one session, with the structures in it. */
export class UdfEditor {
  bytes: Uint8Array;
  /** Blocks that cannot be read. */
  readonly unreadable: Set<number> = new Set();

  constructor(bytes: Uint8Array) {
    // Not sliced: buffers of Node would share their bytes.
    this.bytes = Uint8Array.from(bytes);
  }

  get blocks(): number {
    return this.bytes.length / blockBytes;
  }

  block(lba: number): Uint8Array {
    return this.bytes.subarray(lba * blockBytes, (lba + 1) * blockBytes);
  }

  /** Makes the tag at a byte right for what it covers. */
  seal(at: number, crcLength: number = readU16le(this.bytes, at + 10)): void {
    sealTag(this.bytes, at, crcLength);
  }

  /** Changes the descriptor at a byte. */
  change(at: number, change: Change, crcLength?: number): void {
    change(this.bytes.subarray(at, at + blockBytes));
    this.seal(at, crcLength);
  }

  changeBlock(lba: number, change: Change, crcLength?: number): void {
    this.change(lba * blockBytes, change, crcLength);
  }

  /** Blocks that hold an anchor, or another descriptor that states where it is. */
  anchors(): number[] {
    const found: number[] = [];
    for (let lba = 0; lba < this.blocks; lba++) {
      const data = this.block(lba);
      if (tagIdentifierAt(data, 0) === tagIdentifiers.anchorVolumeDescriptorPointer) found.push(lba);
    }
    return found.filter((lba) => readU32le(this.block(lba), 12) === lba);
  }

  changeAnchors(change: Change): void {
    for (const lba of this.anchors()) this.changeBlock(lba, change);
  }

  /** First blocks of the main and of the reserve sequence. */
  get sequences(): readonly [number, number] {
    const anchor = this.block(256);
    return [readU32le(anchor, 20), readU32le(anchor, 28)];
  }

  /** Blocks of the descriptors of a kind, in both sequences. */
  descriptors(tagIdentifier: number): number[] {
    return this.sequences.flatMap((first) =>
      Array.from({ length: sequenceBlocks }, (_unused, index) => first + index).filter(
        (lba) => tagIdentifierAt(this.block(lba), 0) === tagIdentifier,
      ),
    );
  }

  /** Changes the descriptors of a kind, in both sequences. */
  changeDescriptors(tagIdentifier: number, change: Change, crcLength?: number): void {
    for (const lba of this.descriptors(tagIdentifier)) this.changeBlock(lba, change, crcLength);
  }

  /** Writes a descriptor anew, in both sequences. */
  rewrite<T>(codec: DescriptorCodec<T>, change: (value: T) => T): void {
    for (const lba of this.descriptors(codec.tagIdentifier)) {
      const { tag, value } = readDescriptor(codec, this.block(lba), 0, lba, strictContext);
      this.block(lba).fill(0);
      const context = { ...tag, descriptorVersion: tag.descriptorVersion as 2 | 3 };
      writeDescriptor(codec, change(value), this.block(lba), 0, context);
    }
  }

  /** Puts a changed copy of a descriptor, with a number of its own, behind the last of both sequences. */
  insertCopy(tagIdentifier: number, change: Change): void {
    const copy = this.block(this.descriptors(tagIdentifier)[0]!).slice();
    writeU32le(insertedNumber, copy, 16);
    change(copy);
    const ends = this.descriptors(tagIdentifiers.terminatingDescriptor);
    for (const end of ends) {
      this.block(end + 1).set(this.block(end));
      this.block(end).set(copy);
      for (const lba of [end, end + 1]) this.changeBlock(lba, (data) => writeU32le(lba, data, 12));
    }
  }

  /** Changes the maps of the logical volume. */
  changeMaps(change: (maps: readonly PartitionMap[]) => readonly PartitionMap[]): void {
    this.rewrite(logicalVolumeDescriptor, (value) => ({ ...value, partitionMaps: change(value.partitionMaps) }));
  }

  get partition(): PartitionDescriptor {
    const [lba] = this.descriptors(tagIdentifiers.partitionDescriptor);
    return readDescriptor(partitionDescriptor, this.block(lba!), 0, lba, strictContext).value;
  }

  get logicalVolume(): LogicalVolumeDescriptor {
    const [lba] = this.descriptors(tagIdentifiers.logicalVolumeDescriptor);
    return readDescriptor(logicalVolumeDescriptor, this.block(lba!), 0, lba, strictContext).value;
  }

  /** Binary coded: 0x0102 is 1.02. */
  get revision(): number {
    const [lba] = this.descriptors(tagIdentifiers.logicalVolumeDescriptor);
    return readU16le(this.block(lba!), 240);
  }

  /** Block of the integrity descriptor. */
  get integrity(): number {
    return this.logicalVolume.integritySequenceExtent.extentLocation;
  }

  /** What the integrity descriptor states: free blocks of each partition, their sizes, and what follows. */
  get integrityTables(): { readonly free: number; readonly size: number; readonly use: number } {
    const count = readU32le(this.block(this.integrity), 72);
    return { free: 80, size: 80 + 4 * count, use: 80 + 8 * count };
  }

  changeIntegrity(change: Change, crcLength?: number): void {
    this.changeBlock(this.integrity, change, crcLength);
  }

  /** Blocks of the file entries of the metadata: of both copies, where there are two. */
  get metadataFiles(): number[] {
    const { partitionStartingLocation: start } = this.partition;
    const map = this.logicalVolume.partitionMaps[1];
    if (map?.kind !== "metadata") return [];
    return [map.metadataFileLocation, map.metadataMirrorFileLocation].map((location) => start + location);
  }

  /** First blocks of the metadata, in the same way. */
  get metadataStarts(): number[] {
    const { partitionStartingLocation: start } = this.partition;
    return this.metadataFiles.map((lba) => start + readU32le(this.block(lba), headBytes(this.block(lba)) + 4));
  }

  /** The blocks of the medium that hold a block of a partition. */
  locate(block: number, reference: number): number[] {
    const { partitionStartingLocation: start } = this.partition;
    const map = this.logicalVolume.partitionMaps[reference]!;
    if (map.kind === "metadata") return this.metadataStarts.map((first) => first + block);
    if (map.kind === "virtual") return [start + this.tableEntry(block)];
    return [start + block];
  }

  /** Bytes of the file identifiers with that name: of both copies, where there are two. */
  identifiers(name: string): number[] {
    const found: number[] = [];
    const { partitionStartingLocation: start } = this.partition;
    for (let at = start * blockBytes; at + 40 < this.bytes.length; at += 4) {
      if (this.bytes[at] !== 1 || this.bytes[at + 1] !== 1) continue;
      if (tagIdentifierAt(this.bytes, at) !== tagIdentifiers.fileIdentifierDescriptor) continue;
      const nameAt = at + 38 + readU16le(this.bytes, at + 36);
      if (readCompressedUnicode(this.bytes, nameAt, this.bytes[at + 19]!) === name) found.push(at);
    }
    if (found.length === 0) throw new Error(`no file identifier of "${name}"`);
    return found;
  }

  changeIdentifiers(name: string, change: Change): void {
    for (const at of this.identifiers(name)) this.change(at, change);
  }

  /** Blocks of the file entry of a name. */
  entries(name: string): number[] {
    const [at] = this.identifiers(name);
    return this.locate(readU32le(this.bytes, at! + 24), readU16le(this.bytes, at! + 28));
  }

  changeEntries(name: string, change: Change): void {
    for (const lba of this.entries(name)) this.changeEntry(lba, change);
  }

  /** Changes a file entry, whose length may change with it. */
  changeEntry(lba: number, change: Change): void {
    const entry = this.block(lba);
    change(entry);
    const size = headBytes(entry);
    const crcLength = size - 16 + readU32le(entry, size - 8) + readU32le(entry, size - 4);
    this.seal(lba * blockBytes, crcLength);
  }

  /**
   * Writes the identifiers of a directory of one extent anew, and makes everything right that follows from it.
   *
   * @param rest Bytes of the directory behind them.
   */
  rewriteDirectory(name: string, change: (identifiers: Uint8Array[]) => readonly Uint8Array[], rest = 0): void {
    const [lba] = this.entries(name);
    const entry = this.block(lba!);
    const descriptor = headBytes(entry) + readU32le(entry, headBytes(entry) - 8);
    const start = this.partition.partitionStartingLocation * blockBytes;
    const [length, block] = [readU32le(entry, descriptor), readU32le(entry, descriptor + 4)];
    const first = start + block * blockBytes;
    const before: Uint8Array[] = [];
    for (let at = first; at < first + length; at += before.at(-1)!.length) {
      const bytes = fileIdentifierHeadBytes + this.bytes[at + 19]! + readU16le(this.bytes, at + 36);
      before.push(this.bytes.slice(at, at + Math.ceil(bytes / 4) * 4));
    }
    this.bytes.fill(0, first, first + length);
    let at = first;
    for (const identifier of change(before)) {
      this.bytes.set(identifier, at);
      writeU32le(block + Math.floor((at - first) / blockBytes), this.bytes, at + 12);
      this.seal(at, identifier.length - tagBytes);
      at += identifier.length;
    }
    const added = at - first + rest - length;
    this.changeEntry(lba!, (bytes) => {
      writeU32le(length + added, bytes, descriptor);
      addTo(bytes, "informationLength", added);
      if (isExtended(bytes)) addTo(bytes, "objectSize", added);
    });
  }

  /** Blocks of the file set descriptor. */
  get fileSets(): number[] {
    const { logicalBlockNumber, partitionReferenceNumber } = this.logicalVolume.logicalVolumeContentsUse;
    return this.locate(logicalBlockNumber, partitionReferenceNumber);
  }

  changeFileSet(change: Change): void {
    for (const lba of this.fileSets) this.changeBlock(lba, change);
  }

  /** Blocks of the root's file entry. */
  get roots(): number[] {
    const fileSet = this.block(this.fileSets[0]!);
    return this.locate(readU32le(fileSet, 404), readU16le(fileSet, 408));
  }

  /** Blocks of the ICBs of a virtual allocation table. */
  get tables(): number[] {
    return Array.from({ length: 4 }, (_unused, index) => this.blocks - 4 + index);
  }

  /** What the table says of a block; it is embedded in its ICB. */
  tableEntry(number: number): number {
    const entry = this.block(this.blocks - 1);
    const table = headBytes(entry) + (entry[27] === 248 ? 152 : 0);
    return readU32le(entry, table + 4 * number);
  }

  /** Adds entries to the tables from 2.00 on. @returns The number of the first of them. */
  addTableEntries(blocks: readonly number[]): number {
    let first = 0;
    this.changeTables((entry) => {
      const at = headBytes(entry);
      const length = readU32le(entry, at - 4);
      first = (length - 152) / 4;
      for (const [index, block] of blocks.entries()) writeU32le(block, entry, at + length + 4 * index);
      for (const key of ["informationLength", "lengthOfAllocationDescriptors"]) addTo(entry, key, 4 * blocks.length);
      if (isExtended(entry)) addTo(entry, "objectSize", 4 * blocks.length);
    });
    return first;
  }

  /** Writes other tables; their two layouts are told apart by the file type. */
  writeTables(fileType: number, make: (table: Uint8Array) => Uint8Array): void {
    this.changeTables((entry) => {
      const at = headBytes(entry);
      const bytes = make(entry.slice(at, at + readU32le(entry, at - 4)));
      entry.fill(0, at);
      entry.set(bytes, at);
      entry[27] = fileType;
      writeU32le(bytes.length, entry, at - 4);
      writeU32le(bytes.length, entry, entryField(entry, "informationLength"));
    });
  }

  changeTables(change: Change): void {
    for (const lba of this.tables) this.changeEntry(lba, change);
  }

  /** Blocks before which room can be made: behind them lies nothing but what states its own block. */
  get tail(): number {
    const [, reserve] = this.sequences;
    return Math.min(this.blocks - 257, reserve > 256 ? reserve : this.blocks);
  }

  /** Puts blank blocks between the partition's contents and what ends the session. */
  insertBeforeTail(count: number): void {
    this.#insert(this.tail, count);
  }

  /** Makes the partition longer; there have to be blocks for it. */
  growPartition(count: number): void {
    const blocks = this.partition.partitionLength + count;
    this.changeDescriptors(tagIdentifiers.partitionDescriptor, (data) => writeU32le(blocks, data, 192));
    this.changeIntegrity((data) => writeU32le(blocks, data, this.integrityTables.size));
  }

  /** Puts blank blocks before the partition, which moves with all that is in it. */
  shiftPartition(count: number): void {
    const { partitionStartingLocation: start } = this.partition;
    this.#insert(start, count);
    this.changeDescriptors(tagIdentifiers.partitionDescriptor, (data) => writeU32le(start + count, data, 188));
  }

  #insert(at: number, count: number): void {
    const tail = this.tail;
    const [, reserve] = this.sequences;
    const bytes = new Uint8Array(this.bytes.length + count * blockBytes);
    bytes.set(this.bytes.subarray(0, at * blockBytes));
    bytes.set(this.bytes.subarray(at * blockBytes), (at + count) * blockBytes);
    this.bytes = bytes;
    for (let lba = tail + count; lba < this.blocks; lba++) {
      if (tagIdentifierAt(this.block(lba), 0) === undefined) continue;
      this.changeBlock(lba, (data) => writeU32le(lba, data, 12));
    }
    if (reserve >= at) this.changeAnchors((data) => writeU32le(reserve + count, data, 28));
  }

  /** Moves one of the sequences to where nothing is. */
  moveSequence(which: 0 | 1, to: number): void {
    const from = this.sequences[which];
    for (let index = 0; index < sequenceBlocks; index++) {
      const [source, target] = [this.block(from + index), this.block(to + index)];
      target.set(source);
      source.fill(0);
      if (tagIdentifierAt(target, 0) === undefined) continue;
      this.changeBlock(to + index, (data) => writeU32le(to + index, data, 12));
    }
    this.changeAnchors((data) => writeU32le(to, data, which === 0 ? 20 : 28));
  }
}

function isExtended(entry: Uint8Array): boolean {
  return readU16le(entry, 0) === tagIdentifiers.extendedFileEntry;
}

/** Bytes of the head of the file entry in a block. */
export function headBytes(entry: Uint8Array): number {
  return isExtended(entry) ? extendedFileEntryHead.size : fileEntryHead.size;
}

/** Where a field of a file entry lies in one. */
export function entryField(entry: Uint8Array, key: string): number {
  const { fields } = isExtended(entry) ? extendedFileEntryHead : fileEntryHead;
  return fields.find((field) => field.key === key)!.row.firstBit / 8;
}

function addTo(entry: Uint8Array, key: string, added: number): void {
  const at = entryField(entry, key);
  writeU32le(readU32le(entry, at) + added, entry, at);
}

/** Gives a file entry other extents: their lengths, with the type in the upper two bits, blocks and partitions. */
export function setExtents(entry: Uint8Array, extents: readonly (readonly [number, number, number?])[]): void {
  const at = headBytes(entry) + readU32le(entry, headBytes(entry) - 8);
  const bytes = entry[34]! % 8 === 0 ? 8 : 16;
  entry.fill(0, at);
  for (const [index, [length, block, reference = 0]] of extents.entries()) {
    writeU32le(length, entry, at + index * bytes);
    writeU32le(block, entry, at + index * bytes + 4);
    if (bytes === 16) writeU16le(reference, entry, at + index * bytes + 8);
  }
  writeU32le(extents.length * bytes, entry, headBytes(entry) - 4);
}

/** Makes a tag right for the bytes behind it. */
export function sealTag(bytes: Uint8Array, at: number, crcLength: number): void {
  writeU16le(crcLength, bytes, at + 10);
  writeU16le(crc16(bytes, at + 16, crcLength), bytes, at + 8);
  sealChecksum(bytes, at);
}

/** Makes the checksum of a tag right, and nothing else. */
export function sealChecksum(bytes: Uint8Array, at: number): void {
  let sum = 0;
  for (let index = 0; index < 16; index++) if (index !== 4) sum += bytes[at + index]!;
  bytes[at + 4] = sum;
}
