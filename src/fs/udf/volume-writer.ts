/** Writes what leads to a volume: recognition sequence, anchors, both descriptor sequences, integrity, file set. */
import { blockBytes } from "../../units.js";
import type { ExtentDescriptor, LongAllocationDescriptor } from "./allocation.js";
import { noExtent, noLongExtent } from "./allocation.js";
import { cutToDstring } from "./compressed-unicode.js";
import { noEntity, partitionContents, thisImplementation, udfDomain, udfEntity } from "./entity-identifier.js";
import type { FileSetDescriptor } from "./file-set.js";
import { fileSetDescriptor } from "./file-set.js";
import { integrityTypes, logicalVolumeDescriptor, logicalVolumeIntegrityDescriptor } from "./logical-volume.js";
import type { PartitionMap } from "./partition.js";
import { partitionDescriptor } from "./partition.js";
import type { RevisionRules } from "./revision.js";
import type { DescriptorCodec, TagContext } from "./tag.js";
import { writeDescriptor } from "./tag.js";
import {
  anchorVolumeDescriptorPointer,
  implementationUseVolumeDescriptor,
  primaryVolumeDescriptor,
  terminatingDescriptor,
  unallocatedSpaceDescriptor,
} from "./volume.js";
import { volumeStructureDescriptor } from "./volume-recognition.js";

/** Blocks of a volume descriptor sequence: the least there may be. ECMA-167 3/8.4.2, OSTA UDF 2.2.3.1. */
export const sequenceBlocks = 16;

/** Blocks of the integrity sequence: a descriptor and what ends it. */
export const integrityBlocks = 2;

/** Blocks of the volume recognition sequence, with the blank one that has to follow on it. OSTA UDF 2.1.7. */
export const recognitionBlocks = 4;

/** A volume as its descriptors describe it; every address is known. */
export interface VolumeDescription {
  readonly rules: RevisionRules;
  /** Of all tags. */
  readonly tagSerialNumber: number;
  readonly volumeName: string;
  /** Unique; see {@link volumeSetIdentifier}. */
  readonly volumeSetIdentifier: string;
  /** Milliseconds since 1970. */
  readonly recordedMs: number;
  /** Not before any time in the volume. */
  readonly integrityMs: number;
  readonly isOpen: boolean;
  readonly partitionNumber: number;
  readonly accessType: number;
  /** Absolute block, and blocks. */
  readonly partitionStart: number;
  readonly partitionBlocks: number;
  readonly partitionMaps: readonly PartitionMap[];
  /** For each map. */
  readonly freeSpaceTable: readonly number[];
  readonly sizeTable: readonly number[];
  readonly fileSet: LongAllocationDescriptor;
  readonly nextUniqueId: number;
  readonly files: number;
  readonly directories: number;
  /** Absolute blocks. */
  readonly mainSequenceLba: number;
  readonly reserveSequenceLba: number;
  readonly integrityLba: number;
}

/** An identifier whose first 16 characters tell this volume from all others, and the caller's name of the set. OSTA UDF 2.2.2.5. */
export function volumeSetIdentifier(createdMs: number, distinction: number, name: string): string {
  const eightDigits = (value: number): string => (value % 0x1_0000_0000).toString(16).padStart(8, "0");
  return cutToDstring(eightDigits(Math.floor(createdMs / 1000)) + eightDigits(distinction) + name, 128);
}

/** A volume's name as it is written: cut to what there is room for. */
export function udfVolumeName(name: string): string {
  return cutToDstring(name, 128);
}

/** Writes the descriptors that announce UDF. ECMA-167 2/8.3. */
export function renderRecognition(rules: RevisionRules, first: number, out: Uint8Array): void {
  const identifiers = ["BEA01", `NSR0${rules.descriptorVersion}`, "TEA01"];
  for (let block = 0; block < out.length / blockBytes; block++) {
    const standardIdentifier = identifiers[first + block];
    if (standardIdentifier === undefined) continue;
    const value = { structureType: 0, standardIdentifier, structureVersion: 1 };
    volumeStructureDescriptor.write(value, out, block * blockBytes);
  }
}

/** Renders the descriptors of one volume. */
export class VolumeRenderer {
  readonly #volume: VolumeDescription;

  constructor(volume: VolumeDescription) {
    this.#volume = volume;
  }

  #tag(tagLocation: number): TagContext {
    const { rules, tagSerialNumber } = this.#volume;
    return { descriptorVersion: rules.descriptorVersion, tagSerialNumber, tagLocation };
  }

  /** Fills blocks with anchors; each states its own place. */
  renderAnchors(lba: number, out: Uint8Array): void {
    const { mainSequenceLba, reserveSequenceLba } = this.#volume;
    const extent = (extentLocation: number): ExtentDescriptor => ({
      extentLength: sequenceBlocks * blockBytes,
      extentLocation,
    });
    const value = {
      mainVolumeDescriptorSequenceExtent: extent(mainSequenceLba),
      reserveVolumeDescriptorSequenceExtent: extent(reserveSequenceLba),
    };
    for (let block = 0; block < out.length / blockBytes; block++) {
      writeDescriptor(anchorVolumeDescriptorPointer, value, out, block * blockBytes, this.#tag(lba + block));
    }
  }

  /** Fills blocks of a descriptor sequence from its `first` on. */
  renderSequence(sequenceLba: number, first: number, out: Uint8Array): void {
    const written = this.#sequence();
    for (let block = 0; block < out.length / blockBytes; block++) {
      written[first + block]?.(out, block * blockBytes, this.#tag(sequenceLba + first + block));
    }
  }

  /** Fills blocks of the integrity sequence from its `first` on. */
  renderIntegrity(first: number, out: Uint8Array): void {
    const { rules, integrityMs, isOpen, nextUniqueId, freeSpaceTable, sizeTable } = this.#volume;
    const { files, directories, integrityLba } = this.#volume;
    const integrity = {
      recordingDateAndTime: integrityMs,
      integrityType: isOpen ? integrityTypes.open : integrityTypes.close,
      nextIntegrityExtent: noExtent,
      uniqueId: BigInt(nextUniqueId),
      freeSpaceTable,
      sizeTable,
      implementationUse: {
        implementationIdentifier: thisImplementation,
        numberOfFiles: files,
        numberOfDirectories: directories,
        minimumUdfReadRevision: rules.readNumber,
        minimumUdfWriteRevision: rules.number,
        maximumUdfWriteRevision: rules.number,
      },
    };
    for (let block = 0; block < out.length / blockBytes; block++) {
      const tag = this.#tag(integrityLba + first + block);
      if (first + block === 0) {
        writeDescriptor(logicalVolumeIntegrityDescriptor, integrity, out, block * blockBytes, tag);
      } else {
        writeDescriptor(terminatingDescriptor, {}, out, block * blockBytes, tag);
      }
    }
  }

  /** Writes the file set descriptor. */
  renderFileSet(rootDirectoryIcb: LongAllocationDescriptor, tagLocation: number, out: Uint8Array, at: number): void {
    const { rules, volumeName, recordedMs } = this.#volume;
    const value: FileSetDescriptor = {
      recordingDateAndTime: recordedMs,
      interchangeLevel: 3,
      maximumInterchangeLevel: 3,
      characterSetList: 1,
      maximumCharacterSetList: 1,
      fileSetNumber: 0,
      fileSetDescriptorNumber: 0,
      logicalVolumeIdentifier: udfVolumeName(volumeName),
      fileSetIdentifier: cutToDstring(volumeName, 32),
      copyrightFileIdentifier: "",
      abstractFileIdentifier: "",
      rootDirectoryIcb,
      domainIdentifier: udfDomain(rules.number),
      nextExtent: noLongExtent,
      systemStreamDirectoryIcb: noLongExtent,
    };
    writeDescriptor(fileSetDescriptor, value, out, at, this.#tag(tagLocation));
  }

  /** Writes the descriptor that ends the file set's sequence. */
  renderFileSetEnd(tagLocation: number, out: Uint8Array, at: number): void {
    writeDescriptor(terminatingDescriptor, {}, out, at, this.#tag(tagLocation));
  }

  /** What stands in each block of the sequence; both copies are written from this. */
  #sequence(): readonly ((out: Uint8Array, at: number, tag: TagContext) => void)[] {
    const as =
      <T>(codec: DescriptorCodec<T>, value: T) =>
      (out: Uint8Array, at: number, tag: TagContext): void =>
        writeDescriptor(codec, value, out, at, tag);
    const { rules, volumeName, recordedMs } = this.#volume;
    const logicalVolumeIdentifier = udfVolumeName(volumeName);
    const implementationIdentifier = thisImplementation;
    const none = new Uint8Array(0);
    return [
      as(primaryVolumeDescriptor, {
        volumeDescriptorSequenceNumber: 0,
        primaryVolumeDescriptorNumber: 0,
        volumeIdentifier: cutToDstring(volumeName, 32),
        volumeSequenceNumber: 1,
        maximumVolumeSequenceNumber: 1,
        interchangeLevel: 2,
        maximumInterchangeLevel: 2,
        characterSetList: 1,
        maximumCharacterSetList: 1,
        volumeSetIdentifier: this.#volume.volumeSetIdentifier,
        volumeAbstract: noExtent,
        volumeCopyrightNotice: noExtent,
        applicationIdentifier: noEntity,
        recordingDateAndTime: recordedMs,
        implementationIdentifier,
        implementationUse: none,
        predecessorVolumeDescriptorSequenceLocation: 0,
        flags: 0,
      }),
      as(implementationUseVolumeDescriptor, {
        volumeDescriptorSequenceNumber: 1,
        implementationIdentifier: udfEntity("*UDF LV Info", rules.number),
        logicalVolumeIdentifier,
        logicalVolumeInformation1: "",
        logicalVolumeInformation2: "",
        logicalVolumeInformation3: "",
        implementation: implementationIdentifier,
        implementationUse: none,
      }),
      as(partitionDescriptor, {
        volumeDescriptorSequenceNumber: 2,
        partitionFlags: 1,
        partitionNumber: this.#volume.partitionNumber,
        partitionContents: partitionContents(rules.descriptorVersion),
        partitionContentsUse: emptyHeader,
        accessType: this.#volume.accessType,
        partitionStartingLocation: this.#volume.partitionStart,
        partitionLength: this.#volume.partitionBlocks,
        implementationIdentifier,
        implementationUse: none,
      }),
      as(logicalVolumeDescriptor, {
        volumeDescriptorSequenceNumber: 3,
        logicalVolumeIdentifier,
        logicalBlockSize: blockBytes,
        domainIdentifier: udfDomain(rules.number),
        logicalVolumeContentsUse: this.#volume.fileSet,
        implementationIdentifier,
        implementationUse: none,
        integritySequenceExtent: {
          extentLength: integrityBlocks * blockBytes,
          extentLocation: this.#volume.integrityLba,
        },
        partitionMaps: this.#volume.partitionMaps,
      }),
      as(unallocatedSpaceDescriptor, { volumeDescriptorSequenceNumber: 4, allocationDescriptors: [] }),
      as(terminatingDescriptor, {}),
    ];
  }
}

const nowhere = { extentLength: 0, extentType: 0, extentPosition: 0 };

/** Nothing is free, and nothing noted: a partition that is not written to again. */
const emptyHeader = {
  unallocatedSpaceTable: nowhere,
  unallocatedSpaceBitmap: nowhere,
  partitionIntegrityTable: nowhere,
  freedSpaceTable: nowhere,
  freedSpaceBitmap: nowhere,
};
