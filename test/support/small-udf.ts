/** Small UDF volumes, put together block by block: of each kind of partition, with a file of each kind of allocation. */
import { encode } from "../../src/codec/struct.js";
import type { LongAllocationDescriptor, ShortAllocationDescriptor } from "../../src/fs/udf/allocation.js";
import {
  extentTypes,
  longAllocationDescriptor,
  noExtent,
  noLongExtent,
  shortAllocationDescriptor,
} from "../../src/fs/udf/allocation.js";
import { allocationExtentDescriptor } from "../../src/fs/udf/allocation-extent.js";
import { compressedUnicodeBytes, writeCompressedUnicode } from "../../src/fs/udf/compressed-unicode.js";
import { partitionContents, thisImplementation, udfDomain, udfEntity } from "../../src/fs/udf/entity-identifier.js";
import type { ExtendedFileEntryHead } from "../../src/fs/udf/file-entry.js";
import { extendedFileEntryHead } from "../../src/fs/udf/file-entry.js";
import type { FileIdentifierDescriptor } from "../../src/fs/udf/file-identifier.js";
import { fileCharacteristics, fileIdentifierDescriptor } from "../../src/fs/udf/file-identifier.js";
import { fileSetDescriptor } from "../../src/fs/udf/file-set.js";
import { allocationForms, fileTypes, icbFlags } from "../../src/fs/udf/icb.js";
import { logicalVolumeDescriptor, logicalVolumeIntegrityDescriptor } from "../../src/fs/udf/logical-volume.js";
import type { PartitionMap } from "../../src/fs/udf/partition.js";
import { noBitmapFile, partitionDescriptor, partitionTypeIdentifiers } from "../../src/fs/udf/partition.js";
import { pathComponentsOf } from "../../src/fs/udf/path-components.js";
import type { DescriptorCodec } from "../../src/fs/udf/tag.js";
import { sealDescriptor, tagIdentifiers, writeDescriptor } from "../../src/fs/udf/tag.js";
import { virtualAllocationTableHeader } from "../../src/fs/udf/virtual-allocation-table.js";
import * as volume from "../../src/fs/udf/volume.js";
import { volumeStructureDescriptor } from "../../src/fs/udf/volume-recognition.js";
import { blockBytes } from "../../src/units.js";

export const udfBlocks = 420;
export const partitionStart = 288;
const partitionLength = 130;
const time = Date.UTC(2026, 1, 3);

/** Where metadata lie in their partition, and the block of it in which each file of the metadata partition lies. */
const metadataStart = 32;
const metadataBlocks = 16;
const metadataFile = 100;
const metadataMirror = 110;

/** Block of the first partition in which the target of a link stands. */
const linkTarget = 60;

/** How the files' blocks are found: as they are, by a table, or in a file. */
export type UdfKind = "plain" | "virtual" | "metadata";

const kinds: Readonly<Record<UdfKind, string>> = {
  plain: "",
  virtual: partitionTypeIdentifiers.virtual,
  metadata: partitionTypeIdentifiers.metadata,
};

/** Blocks, by the numbers that their partition gives them, of what stands in the tree. */
export const udfPlaces = {
  fileSet: 0,
  root: 2,
  rootContents: 3,
  file: 4,
  extent: 5,
  directory: 6,
  streams: 7,
  stream: 8,
  link: 9,
  data: 20,
} as const;

const implementationUse = new Uint8Array(0);
const implementationIdentifier = thisImplementation;
const compressed = (name: string): Uint8Array => {
  const target = new Uint8Array(compressedUnicodeBytes(name));
  writeCompressedUnicode(name, target, 0);
  return target;
};
const number = (volumeDescriptorSequenceNumber: number): { volumeDescriptorSequenceNumber: number } => ({
  volumeDescriptorSequenceNumber,
});

class UdfMaker {
  readonly bytes: Uint8Array = new Uint8Array(udfBlocks * blockBytes);
  readonly #kind: UdfKind;

  constructor(kind: UdfKind) {
    this.#kind = kind;
  }

  /** Number of the map by which the tree's blocks are found. */
  get reference(): number {
    return this.#kind === "plain" ? 0 : 1;
  }

  put<T>(lba: number, codec: DescriptorCodec<T>, value: T, tagLocation = lba): void {
    writeDescriptor(codec, value, this.bytes, lba * blockBytes, {
      descriptorVersion: 3,
      tagSerialNumber: 1,
      tagLocation,
    });
  }

  /** The medium's block of a block of the tree's partition. */
  lbaOf(block: number): number {
    return partitionStart + (this.#kind === "metadata" ? metadataStart : this.#kind === "virtual" ? 40 : 0) + block;
  }

  icb(block: number): LongAllocationDescriptor {
    return {
      ...noLongExtent,
      extentLength: blockBytes,
      logicalBlockNumber: block,
      partitionReferenceNumber: this.reference,
    };
  }

  /** A file entry at a block of the medium. */
  entry(
    lba: number,
    tagLocation: number,
    fileType: number,
    flags: number,
    tail: Uint8Array,
    more: Partial<ExtendedFileEntryHead> = {},
  ): void {
    const at = lba * blockBytes;
    const parentIcbLocation = { logicalBlockNumber: 0, partitionReferenceNumber: 0 };
    const counts = { priorRecordedNumberOfDirectEntries: 0, strategyParameter: 0, maximumNumberOfEntries: 1 };
    const icbTag = { ...counts, strategyType: 4, fileType, parentIcbLocation, flags };
    const zeros = { uid: 0, gid: 0, recordFormat: 0, recordDisplayAttributes: 0, recordLength: 0, checkpoint: 1 };
    const times = { accessTime: time, modificationTime: time, attributeTime: time, creationTime: time };
    const sizes = { informationLength: BigInt(tail.length), objectSize: 0n, logicalBlocksRecorded: 0n, uniqueId: 0n };
    const icbs = { extendedAttributeIcb: noLongExtent, streamDirectoryIcb: noLongExtent };
    const lengths = { lengthOfExtendedAttributes: 0, lengthOfAllocationDescriptors: tail.length };
    const rest = { permissions: 0x14a5, fileLinkCount: 1, implementationIdentifier };
    const head = { icbTag, ...zeros, ...times, ...sizes, ...icbs, ...lengths, ...rest, ...more };
    extendedFileEntryHead.write(head, this.bytes, at);
    this.bytes.set(tail, at + extendedFileEntryHead.size);
    this.seal(at, tagIdentifiers.extendedFileEntry, extendedFileEntryHead.size + tail.length, tagLocation);
  }

  seal(at: number, tagIdentifier: number, length: number, tagLocation: number): void {
    const context = { descriptorVersion: 3, tagSerialNumber: 1, tagLocation } as const;
    sealDescriptor(tagIdentifier, this.bytes, at, length - 16, context);
  }

  /** Descriptors of a directory, one behind the other. */
  identifiers(
    tagLocation: number,
    items: readonly (readonly [name: string, block: number, characteristics: number])[],
  ): Uint8Array {
    const pieces = items.map(([name, block, characteristics]) => {
      const value: FileIdentifierDescriptor = {
        fileVersionNumber: 1,
        fileCharacteristics: characteristics,
        icb: this.icb(block),
        implementationUse,
        fileIdentifier: compressed(name),
      };
      const piece = new Uint8Array(fileIdentifierDescriptor.bytes(value));
      writeDescriptor(fileIdentifierDescriptor, value, piece, 0, {
        descriptorVersion: 3,
        tagSerialNumber: 1,
        tagLocation,
      });
      return piece;
    });
    return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
  }

  volumeStructures(): void {
    for (const [index, standardIdentifier] of ["BEA01", "NSR03", "TEA01"].entries()) {
      const value = { structureType: 0, standardIdentifier, structureVersion: 1 };
      volumeStructureDescriptor.write(value, this.bytes, (16 + index) * blockBytes);
    }
    const sequence = (extentLocation: number) => ({ extentLength: 16 * blockBytes, extentLocation });
    for (const lba of [256, udfBlocks - 1]) {
      this.put(lba, volume.anchorVolumeDescriptorPointer, {
        mainVolumeDescriptorSequenceExtent: sequence(32),
        reserveVolumeDescriptorSequenceExtent: sequence(48),
      });
    }
    for (const first of [32, 48]) this.#sequence(first);
    this.put(64, logicalVolumeIntegrityDescriptor, {
      recordingDateAndTime: time,
      integrityType: 1,
      nextIntegrityExtent: noExtent,
      uniqueId: 100n,
      freeSpaceTable: [0],
      sizeTable: [partitionLength],
      implementationUse: {
        implementationIdentifier,
        numberOfFiles: 1,
        numberOfDirectories: 2,
        minimumUdfReadRevision: 0x0250,
        minimumUdfWriteRevision: 0x0250,
        maximumUdfWriteRevision: 0x0250,
      },
    });
    this.put(65, volume.terminatingDescriptor, {});
  }

  #sequence(first: number): void {
    const none: ShortAllocationDescriptor = { extentLength: 0, extentType: 0, extentPosition: 0 };
    this.put(first, partitionDescriptor, {
      ...number(0),
      partitionFlags: 1,
      partitionNumber: 0,
      partitionContents: partitionContents(3),
      partitionContentsUse: {
        unallocatedSpaceTable: none,
        unallocatedSpaceBitmap: none,
        partitionIntegrityTable: none,
        freedSpaceTable: none,
        freedSpaceBitmap: none,
      },
      accessType: 1,
      partitionStartingLocation: partitionStart,
      partitionLength,
      implementationIdentifier,
      implementationUse,
    });
    this.put(first + 1, logicalVolumeDescriptor, {
      ...number(1),
      logicalVolumeIdentifier: "Hand made",
      logicalBlockSize: blockBytes,
      domainIdentifier: udfDomain(0x0250),
      logicalVolumeContentsUse: { ...this.icb(udfPlaces.fileSet), extentLength: 2 * blockBytes },
      implementationIdentifier,
      implementationUse,
      integritySequenceExtent: { extentLength: 2 * blockBytes, extentLocation: 64 },
      partitionMaps: this.#maps(),
    });
    this.put(first + 2, volume.unallocatedSpaceDescriptor, { ...number(2), allocationDescriptors: [] });
    this.put(first + 3, volume.terminatingDescriptor, {});
  }

  #maps(): PartitionMap[] {
    const numbers = { volumeSequenceNumber: 1, partitionNumber: 0 };
    const plain: PartitionMap = { kind: "plain", ...numbers };
    const partitionTypeIdentifier = udfEntity(kinds[this.#kind], 0x0250);
    if (this.#kind === "virtual") return [plain, { kind: "virtual", ...numbers, partitionTypeIdentifier }];
    if (this.#kind === "plain") return [plain];
    const metadataMap: PartitionMap = {
      kind: "metadata",
      ...numbers,
      partitionTypeIdentifier,
      metadataFileLocation: metadataFile,
      metadataMirrorFileLocation: metadataMirror,
      metadataBitmapFileLocation: noBitmapFile,
      allocationUnitSize: 16,
      alignmentUnitSize: 16,
      flags: 0,
    };
    return [plain, metadataMap];
  }

  /** What the second map leads to. */
  partitionStructures(): void {
    if (this.#kind === "metadata") {
      const runs = encode(shortAllocationDescriptor, short(metadataBlocks * blockBytes, metadataStart));
      const informationLength = BigInt(metadataBlocks * blockBytes);
      for (const [block, type] of [
        [metadataFile, fileTypes.metadata],
        [metadataMirror, fileTypes.metadataMirror],
      ] as const) {
        this.entry(partitionStart + block, block, type, allocationForms.short, runs, { informationLength });
      }
    }
    if (this.#kind !== "virtual") return;
    const table = new Uint8Array(virtualAllocationTableHeader.size + 4 * 16);
    const revisions = {
      minimumUdfReadRevision: 0x0200,
      minimumUdfWriteRevision: 0x0200,
      maximumUdfWriteRevision: 0x0200,
    };
    const counts = { numberOfFiles: 1, numberOfDirectories: 2, previousVatIcbLocation: 0xffff_ffff };
    const lengths = { lengthOfHeader: virtualAllocationTableHeader.size, lengthOfImplementationUse: 0 };
    virtualAllocationTableHeader.write(
      { ...lengths, logicalVolumeIdentifier: "Hand made", ...counts, ...revisions },
      table,
      0,
    );
    for (let block = 0; block < 16; block++) table[virtualAllocationTableHeader.size + 4 * block] = 40 + block;
    const block = udfBlocks - 2 - partitionStart;
    this.entry(udfBlocks - 2, block, fileTypes.virtualAllocationTable, allocationForms.embedded, table);
  }

  /** A root with a directory, and a file that has an allocation extent and a stream. */
  tree(): void {
    const at = (block: number): number => this.lbaOf(block);
    const { directory, parent } = fileCharacteristics;
    const places = udfPlaces;
    this.put(
      at(places.fileSet),
      fileSetDescriptor,
      {
        recordingDateAndTime: time,
        interchangeLevel: 3,
        maximumInterchangeLevel: 3,
        characterSetList: 1,
        maximumCharacterSetList: 1,
        fileSetNumber: 0,
        fileSetDescriptorNumber: 0,
        logicalVolumeIdentifier: "Hand made",
        fileSetIdentifier: "Set",
        copyrightFileIdentifier: "",
        abstractFileIdentifier: "",
        rootDirectoryIcb: this.icb(places.root),
        domainIdentifier: udfDomain(0x0250),
        nextExtent: noLongExtent,
        systemStreamDirectoryIcb: noLongExtent,
      },
      places.fileSet,
    );
    this.put(at(places.fileSet + 1), volume.terminatingDescriptor, {}, places.fileSet + 1);
    const contents = this.identifiers(places.rootContents, [
      ["", places.root, directory + parent],
      ["file.bin", places.file, 0],
      ["folder", places.directory, directory],
    ]);
    this.bytes.set(contents, at(places.rootContents) * blockBytes);
    const run = encode(longAllocationDescriptor, { ...this.icb(places.rootContents), extentLength: contents.length });
    this.entry(at(places.root), places.root, fileTypes.directory, allocationForms.long, run, {
      informationLength: BigInt(contents.length),
    });
    const inFolder = this.identifiers(places.directory, [
      ["", places.root, directory + parent],
      ["ä", places.file, 0],
      ["link", places.link, 0],
    ]);
    this.entry(at(places.directory), places.directory, fileTypes.directory, allocationForms.embedded, inFolder);
    this.#file();
    const components = pathComponentsOf("../x");
    this.bytes.set(components, (partitionStart + linkTarget) * blockBytes);
    const far = { ...noLongExtent, extentLength: components.length, logicalBlockNumber: linkTarget };
    const target = encode(longAllocationDescriptor, far);
    this.entry(at(places.link), places.link, fileTypes.symlink, allocationForms.long, target, {
      informationLength: BigInt(components.length),
    });
  }

  #file(): void {
    const places = udfPlaces;
    const data = { ...noLongExtent, extentLength: 2 * blockBytes, logicalBlockNumber: places.data };
    const more = { ...this.icb(places.extent), extentType: extentTypes.nextDescriptors };
    const runs = Uint8Array.from([
      ...encode(longAllocationDescriptor, data),
      ...encode(longAllocationDescriptor, more),
    ]);
    this.entry(this.lbaOf(places.file), places.file, fileTypes.file, allocationForms.long, runs, {
      informationLength: BigInt(3 * blockBytes),
      streamDirectoryIcb: this.icb(places.streams),
    });
    const at = this.lbaOf(places.extent) * blockBytes;
    const extent = {
      previousAllocationExtentLocation: 0,
      lengthOfAllocationDescriptors: longAllocationDescriptor.size,
    };
    allocationExtentDescriptor.write(extent, this.bytes, at);
    const last = { ...data, extentLength: blockBytes, logicalBlockNumber: places.data + 9 };
    longAllocationDescriptor.write(last, this.bytes, at + allocationExtentDescriptor.size);
    this.seal(at, tagIdentifiers.allocationExtentDescriptor, allocationExtentDescriptor.size, places.extent);
    const streams = this.identifiers(places.streams, [
      ["", places.file, 10],
      ["notes", places.stream, 0],
    ]);
    this.entry(
      this.lbaOf(places.streams),
      places.streams,
      fileTypes.streamDirectory,
      allocationForms.embedded,
      streams,
    );
    const flags = allocationForms.embedded + icbFlags.stream;
    this.entry(this.lbaOf(places.stream), places.stream, fileTypes.file, flags, Uint8Array.of(104, 105));
  }
}

function short(extentLength: number, extentPosition: number): ShortAllocationDescriptor {
  return { extentLength, extentType: 0, extentPosition };
}

/** A volume, and where the blocks of its tree lie on the medium. */
export interface HandMadeUdf {
  readonly bytes: Uint8Array;
  lbaOf(block: number): number;
}

/** Makes a volume: "/file.bin" of two extents with a stream "notes", and "/folder" with a second name of it, "ä", and a link. */
export function handMadeUdf(kind: UdfKind): HandMadeUdf {
  const maker = new UdfMaker(kind);
  maker.volumeStructures();
  maker.partitionStructures();
  maker.tree();
  return { bytes: maker.bytes, lbaOf: (block) => maker.lbaOf(block) };
}
