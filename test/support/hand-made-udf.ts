/** UDF volumes put together structure by structure, so that each can be wrong in its own way. */
import { encode } from "../../src/codec/struct.js";
import type { LongAllocationDescriptor } from "../../src/fs/udf/allocation.js";
import {
  extentTypes,
  longAllocationDescriptor,
  noLongExtent,
  shortAllocationDescriptor,
} from "../../src/fs/udf/allocation.js";
import { compressedUnicodeBytes, writeCompressedUnicode } from "../../src/fs/udf/compressed-unicode.js";
import { partitionContents, thisImplementation, udfDomain } from "../../src/fs/udf/entity-identifier.js";
import { extendedFileEntryHead, fileEntryHead } from "../../src/fs/udf/file-entry.js";
import { fileCharacteristics, fileIdentifierDescriptor } from "../../src/fs/udf/file-identifier.js";
import type { FileSetDescriptor } from "../../src/fs/udf/file-set.js";
import { fileSetDescriptor } from "../../src/fs/udf/file-set.js";
import { allocationForms, fileTypes, indirectEntry, strategies } from "../../src/fs/udf/icb.js";
import type { LogicalVolumeDescriptor, LogicalVolumeIntegrityDescriptor } from "../../src/fs/udf/logical-volume.js";
import { logicalVolumeDescriptor, logicalVolumeIntegrityDescriptor } from "../../src/fs/udf/logical-volume.js";
import type { PartitionDescriptor, PartitionMap } from "../../src/fs/udf/partition.js";
import { partitionDescriptor } from "../../src/fs/udf/partition.js";
import type { DescriptorCodec, TagContext } from "../../src/fs/udf/tag.js";
import { sealDescriptor, tagBytes, tagIdentifiers, writeDescriptor } from "../../src/fs/udf/tag.js";
import {
  anchorVolumeDescriptorPointer,
  primaryVolumeDescriptor,
  terminatingDescriptor,
} from "../../src/fs/udf/volume.js";
import { volumeStructureDescriptor } from "../../src/fs/udf/volume-recognition.js";

/** When everything in these volumes happened. */
export const madeTime: number = Date.UTC(2024, 1, 3, 4, 5, 6);

/** Blocks of the session, behind what announces UDF in blocks of any size. */
const mainSequence = 100;
const reserveSequence = 120;
const integrityBlock = 140;

const noExtent = { extentLength: 0, extentType: 0, extentPosition: 0 };
const nothing = new Uint8Array(0);

/** A run of blocks of the entry's own partition. */
export function shortExtent(bytes: number, block: number, type: number = extentTypes.recorded): Uint8Array {
  return encode(shortAllocationDescriptor, { extentLength: bytes, extentType: type, extentPosition: block });
}

/** A run of blocks of a partition, as a value. */
export function icbAt(block: number, partition = 0, bytes = 2048): LongAllocationDescriptor {
  return { ...noLongExtent, extentLength: bytes, logicalBlockNumber: block, partitionReferenceNumber: partition };
}

/** A run of blocks of a partition. */
export function longExtent(
  bytes: number,
  block: number,
  partition = 0,
  type: number = extentTypes.recorded,
): Uint8Array {
  return encode(longAllocationDescriptor, { ...icbAt(block, partition, bytes), extentType: type });
}

/** Bytes one behind the other. */
export function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

/** A text in CS0. */
export function compressed(text: string): Uint8Array {
  const bytes = new Uint8Array(compressedUnicodeBytes(text));
  writeCompressedUnicode(text, bytes, 0);
  return bytes;
}

/** A file entry of a hand-made volume. */
export interface MadeEntry {
  readonly fileType?: number;
  readonly extended?: boolean;
  /** One of `allocationForms`. Default: embedded. */
  readonly form?: number;
  /** Allocation descriptors, or what is embedded. */
  readonly allocation?: Uint8Array;
  /** Default: that of what is embedded. */
  readonly length?: number | bigint;
  readonly attributes?: Uint8Array;
  readonly attributesIcb?: LongAllocationDescriptor;
  readonly streams?: LongAllocationDescriptor;
  readonly uniqueId?: number;
  readonly links?: number;
  readonly flags?: number;
  readonly strategy?: number;
  readonly uid?: number;
  readonly permissions?: number;
}

/** An item of a directory. */
export interface MadeIdentifier {
  /** A name, or its bytes. */
  readonly name: string | Uint8Array;
  readonly icb: LongAllocationDescriptor;
  readonly characteristics?: number;
  readonly implementationUse?: Uint8Array;
}

/** How a volume is made. */
export interface MadeVolumeOptions {
  readonly blockBytes?: number;
  /** Blocks of the volume. */
  readonly blocks?: number;
  readonly version?: 2 | 3;
  readonly revision?: number;
  /** First block of the session. */
  readonly start?: number;
  readonly partitionNumber?: number;
  readonly maps?: readonly PartitionMap[];
  /** Where the file set lies. Default: block 0 of partition reference 0. */
  readonly fileSet?: LongAllocationDescriptor;
  readonly root?: LongAllocationDescriptor;
  readonly closed?: boolean;
}

/** A volume of one partition at block 288 of its session: file set at block 0, root's entry at 2. */
export class MadeVolume {
  readonly bytes: Uint8Array;
  readonly blockBytes: number;
  readonly blocks: number;
  readonly start: number;
  readonly partitionStart: number;
  readonly #options: MadeVolumeOptions;

  constructor(options: MadeVolumeOptions = {}) {
    this.#options = options;
    this.blockBytes = options.blockBytes ?? 2048;
    this.blocks = options.blocks ?? 640;
    this.start = options.start ?? 0;
    this.partitionStart = this.start + 288;
    this.bytes = new Uint8Array((this.start + this.blocks) * this.blockBytes);
    this.recognition();
    this.sequence(mainSequence);
    this.sequence(reserveSequence);
    this.put(logicalVolumeIntegrityDescriptor, this.integrity(), integrityBlock);
    for (const block of [256, this.blocks - 257, this.blocks - 1]) this.anchor(block);
    this.fileSet({});
  }

  get #tag(): Omit<TagContext, "tagLocation"> {
    return { descriptorVersion: this.#options.version ?? 3, tagSerialNumber: 1 };
  }

  /** A block of the session, to be changed. */
  block(block: number): Uint8Array {
    const first = (this.start + block) * this.blockBytes;
    return this.bytes.subarray(first, first + this.blockBytes);
  }

  /** A block of the partition, to be changed. */
  partitionBlock(block: number): Uint8Array {
    return this.block(this.partitionStart - this.start + block);
  }

  /** Writes a descriptor of the volume to a block of the session. */
  put<T>(codec: DescriptorCodec<T>, value: T, block: number): void {
    this.write(codec, value, this.block(block), this.start + block);
  }

  /** Writes a descriptor. */
  write<T>(codec: DescriptorCodec<T>, value: T, target: Uint8Array, location: number): void {
    target.fill(0);
    writeDescriptor(codec, value, target, 0, { ...this.#tag, tagLocation: location });
  }

  /** Announces UDF: each descriptor has 2,048 bytes, or a block, where that is longer. */
  recognition(): void {
    const step = Math.max(2048, this.blockBytes);
    const version = this.#options.version ?? 3;
    for (const [index, standardIdentifier] of ["BEA01", `NSR0${version}`, "TEA01"].entries()) {
      const at = this.start * this.blockBytes + 32_768 + index * step;
      volumeStructureDescriptor.write({ structureType: 0, standardIdentifier, structureVersion: 1 }, this.bytes, at);
    }
  }

  anchor(block: number, main: number = mainSequence, reserve: number = reserveSequence): void {
    const extentLength = 16 * this.blockBytes;
    this.put(
      anchorVolumeDescriptorPointer,
      {
        mainVolumeDescriptorSequenceExtent: { extentLength, extentLocation: this.start + main },
        reserveVolumeDescriptorSequenceExtent: { extentLength, extentLocation: this.start + reserve },
      },
      block,
    );
  }

  /** Writes a volume descriptor sequence: primary, partition, logical volume, terminator. */
  sequence(block: number): void {
    this.put(
      primaryVolumeDescriptor,
      {
        volumeDescriptorSequenceNumber: 0,
        primaryVolumeDescriptorNumber: 0,
        volumeIdentifier: "VOLUME",
        volumeSequenceNumber: 1,
        maximumVolumeSequenceNumber: 1,
        interchangeLevel: 2,
        maximumInterchangeLevel: 2,
        characterSetList: 1,
        maximumCharacterSetList: 1,
        volumeSetIdentifier: "0123456789ABCDEF set",
        volumeAbstract: { extentLength: 0, extentLocation: 0 },
        volumeCopyrightNotice: { extentLength: 0, extentLocation: 0 },
        applicationIdentifier: { flags: 0, identifier: "*hand", suffix: nothing },
        recordingDateAndTime: madeTime,
        implementationIdentifier: thisImplementation,
        implementationUse: nothing,
        predecessorVolumeDescriptorSequenceLocation: 0,
        flags: 0,
      },
      block,
    );
    this.put(partitionDescriptor, this.partition(), block + 1);
    this.put(logicalVolumeDescriptor, this.logicalVolume(), block + 2);
    this.put(terminatingDescriptor, {}, block + 3);
  }

  partition(changes: Partial<PartitionDescriptor> = {}): PartitionDescriptor {
    return {
      volumeDescriptorSequenceNumber: 1,
      partitionFlags: 1,
      partitionNumber: this.#options.partitionNumber ?? 0,
      partitionContents: partitionContents(this.#options.version ?? 3),
      partitionContentsUse: {
        unallocatedSpaceTable: noExtent,
        unallocatedSpaceBitmap: noExtent,
        partitionIntegrityTable: noExtent,
        freedSpaceTable: noExtent,
        freedSpaceBitmap: noExtent,
      },
      accessType: 1,
      partitionStartingLocation: this.partitionStart,
      partitionLength: this.start + this.blocks - this.partitionStart,
      implementationIdentifier: thisImplementation,
      implementationUse: nothing,
      ...changes,
    };
  }

  logicalVolume(changes: Partial<LogicalVolumeDescriptor> = {}): LogicalVolumeDescriptor {
    const partitionNumber = this.#options.partitionNumber ?? 0;
    return {
      volumeDescriptorSequenceNumber: 2,
      logicalVolumeIdentifier: "hand-made",
      logicalBlockSize: this.blockBytes,
      domainIdentifier: udfDomain(this.#options.revision ?? 0x0201),
      logicalVolumeContentsUse: this.#options.fileSet ?? icbAt(0, 0, this.blockBytes),
      implementationIdentifier: thisImplementation,
      implementationUse: nothing,
      integritySequenceExtent: { extentLength: 2 * this.blockBytes, extentLocation: this.start + integrityBlock },
      partitionMaps: this.#options.maps ?? [{ kind: "plain", volumeSequenceNumber: 1, partitionNumber }],
      ...changes,
    };
  }

  integrity(changes: Partial<LogicalVolumeIntegrityDescriptor> = {}): LogicalVolumeIntegrityDescriptor {
    return {
      recordingDateAndTime: madeTime,
      integrityType: (this.#options.closed ?? true) ? 1 : 0,
      nextIntegrityExtent: { extentLength: 0, extentLocation: 0 },
      uniqueId: 100n,
      freeSpaceTable: [0],
      sizeTable: [this.blocks - 288],
      implementationUse: {
        implementationIdentifier: thisImplementation,
        numberOfFiles: 3,
        numberOfDirectories: 1,
        minimumUdfReadRevision: this.#options.revision ?? 0x0201,
        minimumUdfWriteRevision: this.#options.revision ?? 0x0201,
        maximumUdfWriteRevision: this.#options.revision ?? 0x0201,
      },
      ...changes,
    };
  }

  /** Writes the file set to block 0 of the partition, or to the bytes given. */
  fileSet(changes: Partial<FileSetDescriptor>, target: Uint8Array = this.partitionBlock(0), location = 0): void {
    const value: FileSetDescriptor = {
      recordingDateAndTime: madeTime,
      interchangeLevel: 3,
      maximumInterchangeLevel: 3,
      characterSetList: 1,
      maximumCharacterSetList: 1,
      fileSetNumber: 0,
      fileSetDescriptorNumber: 0,
      logicalVolumeIdentifier: "hand-made",
      fileSetIdentifier: "set",
      copyrightFileIdentifier: "",
      abstractFileIdentifier: "",
      rootDirectoryIcb: this.#options.root ?? icbAt(2, 0, this.blockBytes),
      domainIdentifier: udfDomain(this.#options.revision ?? 0x0201),
      nextExtent: noLongExtent,
      systemStreamDirectoryIcb: noLongExtent,
      ...changes,
    };
    this.write(fileSetDescriptor, value, target, location);
  }

  /** The bytes of a file entry. */
  entryBytes(entry: MadeEntry, location: number): Uint8Array {
    const { allocation = nothing, attributes = nothing, extended = true } = entry;
    const block = new Uint8Array(this.blockBytes);
    const codec = extended ? extendedFileEntryHead : fileEntryHead;
    const head = {
      icbTag: {
        priorRecordedNumberOfDirectEntries: 0,
        strategyType: entry.strategy ?? strategies.single,
        strategyParameter: 0,
        maximumNumberOfEntries: 1,
        fileType: entry.fileType ?? fileTypes.file,
        parentIcbLocation: { logicalBlockNumber: 0, partitionReferenceNumber: 0 },
        flags: (entry.form ?? allocationForms.embedded) + (entry.flags ?? 0),
      },
      uid: entry.uid ?? 1000,
      gid: entry.uid ?? 1000,
      permissions: entry.permissions ?? 0x1084,
      fileLinkCount: entry.links ?? 1,
      recordFormat: 0,
      recordDisplayAttributes: 0,
      recordLength: 0,
      informationLength: BigInt(entry.length ?? allocation.length),
      objectSize: BigInt(entry.length ?? allocation.length),
      logicalBlocksRecorded: 0n,
      accessTime: madeTime + 1000,
      modificationTime: madeTime,
      creationTime: madeTime - 1000,
      attributeTime: madeTime + 2000,
      checkpoint: 1,
      extendedAttributeIcb: entry.attributesIcb ?? noLongExtent,
      streamDirectoryIcb: entry.streams ?? noLongExtent,
      implementationIdentifier: thisImplementation,
      uniqueId: BigInt(entry.uniqueId ?? 0),
      lengthOfExtendedAttributes: attributes.length,
      lengthOfAllocationDescriptors: allocation.length,
    };
    if (extended) extendedFileEntryHead.write(head, block, 0);
    else fileEntryHead.write(head, block, 0);
    block.set(attributes, codec.size);
    block.set(allocation, codec.size + attributes.length);
    const identifier = extended ? tagIdentifiers.extendedFileEntry : tagIdentifiers.fileEntry;
    const crcLength = codec.size + attributes.length + allocation.length - tagBytes;
    sealDescriptor(identifier, block, 0, crcLength, { ...this.#tag, tagLocation: location });
    return block;
  }

  /** Writes a file entry to a block of the partition. */
  entry(block: number, entry: MadeEntry): void {
    this.partitionBlock(block).set(this.entryBytes(entry, block));
  }

  /** Writes an indirect entry, which leads to another block. */
  indirection(block: number, target: number): void {
    const icbTag = {
      priorRecordedNumberOfDirectEntries: 0,
      strategyType: strategies.chained,
      strategyParameter: 1,
      maximumNumberOfEntries: 2,
      fileType: fileTypes.indirect,
      parentIcbLocation: { logicalBlockNumber: 0, partitionReferenceNumber: 0 },
      flags: 0,
    };
    const value = { icbTag, indirectIcb: icbAt(target, 0, 2 * this.blockBytes) };
    this.write(indirectEntry, value, this.partitionBlock(block), block);
  }

  /** The identifiers of a directory, the parent's first. */
  identifiers(items: readonly MadeIdentifier[], parent: LongAllocationDescriptor = icbAt(2), location = 2): Uint8Array {
    const own: MadeIdentifier = {
      name: nothing,
      icb: parent,
      characteristics: fileCharacteristics.parent + fileCharacteristics.directory,
    };
    return joined(...[own, ...items].map((item) => this.identifier(item, location)));
  }

  /** One file identifier. */
  identifier(
    { name, icb, characteristics = 0, implementationUse = nothing }: MadeIdentifier,
    location = 2,
  ): Uint8Array {
    const fileIdentifier = typeof name === "string" ? compressed(name) : name;
    const value = {
      fileVersionNumber: 1,
      fileCharacteristics: characteristics,
      icb,
      implementationUse,
      fileIdentifier,
    };
    const bytes = new Uint8Array(fileIdentifierDescriptor.bytes(value));
    writeDescriptor(fileIdentifierDescriptor, value, bytes, 0, { ...this.#tag, tagLocation: location });
    return bytes;
  }

  /** Writes a directory whose identifiers are kept in its entry. */
  directory(block: number, items: readonly MadeIdentifier[], entry: MadeEntry = {}): void {
    const allocation = this.identifiers(items, icbAt(2), block);
    this.entry(block, { fileType: fileTypes.directory, permissions: 0x14a5, allocation, ...entry });
  }

  /** Writes the root with these items. */
  root(items: readonly MadeIdentifier[], entry: MadeEntry = {}): void {
    this.directory(2, items, entry);
  }

  /** Writes bytes to the partition, from a block on. */
  data(block: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, (this.partitionStart + block) * this.blockBytes);
  }
}

/** Spoils a descriptor: its CRC does not fit any more. */
export function spoil(block: Uint8Array, at = 60): void {
  block[at]! ^= 0x55;
}
