import { encode } from "../../src/codec/struct.js";
import type { DirectoryRecord } from "../../src/fs/iso9660/directory-record.js";
import { directoryRecord, fileFlags } from "../../src/fs/iso9660/directory-record.js";
import type { PrimaryVolumeDescriptor } from "../../src/fs/iso9660/volume-descriptors.js";
import { primaryVolumeDescriptor, volumeDescriptorSetTerminator } from "../../src/fs/iso9660/volume-descriptors.js";
import { blockBytes } from "../../src/units.js";

/** A record in a directory of a hand-made image. */
export interface HandMadeRecord {
  readonly name: string | Uint8Array;
  readonly lba: number;
  readonly bytes: number;
  readonly flags?: number;
  readonly systemUse?: Uint8Array;
  readonly earBlocks?: number;
  readonly unit?: number;
}

/** The bytes of a record. */
export function recordBytes(given: HandMadeRecord): Uint8Array {
  const record: DirectoryRecord = {
    extendedAttributeRecordLength: given.earBlocks ?? 0,
    locationOfExtent: given.lba,
    dataLength: given.bytes,
    recordingDateAndTime: 0,
    fileFlags: given.flags ?? 0,
    fileUnitSize: given.unit ?? 0,
    interleaveGapSize: 0,
    volumeSequenceNumber: 1,
    fileIdentifier: typeof given.name === "string" ? new TextEncoder().encode(given.name) : given.name,
    systemUse: given.systemUse ?? new Uint8Array(0),
  };
  return encode(directoryRecord, record);
}

/** "." and ".." of a directory. */
export function ownRecords(lba: number, parentLba: number, bytes: number, systemUse?: Uint8Array): HandMadeRecord[] {
  const flags = fileFlags.directory;
  return [
    { name: Uint8Array.of(0), lba, bytes, flags, ...(systemUse === undefined ? {} : { systemUse }) },
    { name: Uint8Array.of(1), lba: parentLba, bytes, flags },
  ];
}

/** One block of a directory; records follow on each other. */
export function directoryBlock(records: readonly HandMadeRecord[]): Uint8Array {
  const block = new Uint8Array(blockBytes);
  let at = 0;
  for (const record of records) {
    const bytes = recordBytes(record);
    block.set(bytes, at);
    at += bytes.length;
  }
  return block;
}

/** A primary volume descriptor with its root at a block. */
export function primaryDescriptor(
  rootLba: number,
  volumeSpaceSize: number,
  changes: Partial<PrimaryVolumeDescriptor> = {},
): Uint8Array {
  return encode(primaryVolumeDescriptor, {
    version: 1,
    systemIdentifier: "",
    volumeIdentifier: "HAND_MADE",
    volumeSpaceSize,
    volumeSetSize: 1,
    volumeSequenceNumber: 1,
    logicalBlockSize: blockBytes,
    pathTableSize: 10,
    locationOfTypeLPathTable: 18,
    locationOfOptionalTypeLPathTable: 0,
    locationOfTypeMPathTable: 19,
    locationOfOptionalTypeMPathTable: 0,
    rootDirectoryRecord: {
      extendedAttributeRecordLength: 0,
      locationOfExtent: rootLba,
      dataLength: blockBytes,
      recordingDateAndTime: 0,
      fileFlags: fileFlags.directory,
      fileUnitSize: 0,
      interleaveGapSize: 0,
      volumeSequenceNumber: 1,
    },
    volumeSetIdentifier: "",
    publisherIdentifier: "",
    dataPreparerIdentifier: "",
    applicationIdentifier: "",
    copyrightFileIdentifier: "",
    abstractFileIdentifier: "",
    bibliographicFileIdentifier: "",
    volumeCreationDateAndTime: null,
    volumeModificationDateAndTime: null,
    volumeExpirationDateAndTime: null,
    volumeEffectiveDateAndTime: null,
    fileStructureVersion: 1,
    applicationUse: new Uint8Array(512),
    ...changes,
  });
}

/** An image of some blocks; those not given are zero. */
export function imageOf(blocks: number, given: Readonly<Record<number, Uint8Array>>): Uint8Array {
  const image = new Uint8Array(blocks * blockBytes);
  for (const [lba, bytes] of Object.entries(given)) image.set(bytes, Number(lba) * blockBytes);
  return image;
}

/** An image with a root at block 20 that holds these items, 32 blocks long; further blocks as given. */
export function imageWithRoot(
  items: readonly HandMadeRecord[],
  more: Readonly<Record<number, Uint8Array>> = {},
  rootSystemUse?: Uint8Array,
): Uint8Array {
  return imageOf(32, {
    16: primaryDescriptor(20, 32),
    17: encode(volumeDescriptorSetTerminator, {}),
    20: directoryBlock([...ownRecords(20, 20, blockBytes, rootSystemUse), ...items]),
    ...more,
  });
}
