/** What a UDF volume says of itself, as plain data. */
import { blockBytes as mediumBlockBytes } from "../../units.js";
import type { Anchor } from "./anchor-reader.js";
import type { FileSetDescriptor } from "./file-set.js";
import type { LogicalVolumeIntegrityDescriptor } from "./logical-volume.js";
import { integrityTypes } from "./logical-volume.js";
import type { LoadedPartitions } from "./partition-loader.js";
import type { PartitionKind } from "./partition-space.js";
import type { VolumeDescriptors } from "./sequence-reader.js";

/** One partition of a logical volume; its index is its reference number. */
export interface UdfPartition {
  readonly kind: PartitionKind;
  readonly number: number;
  /** Where it lies; where the one lies in which it is, for one that is in another. */
  readonly startLba: number;
  readonly blocks: number;
  /** One of `accessTypes`. */
  readonly accessType: number;
}

/** Whether a volume was left as it should be. */
export interface UdfIntegrity {
  readonly type: "open" | "closed";
  /** When the volume was last modified; milliseconds since 1970. */
  readonly recordedMs: number | null;
  /** Above every unique id in use. */
  readonly nextUniqueId: bigint;
  readonly files: number;
  /** With the root. */
  readonly directories: number;
  /** Binary coded: 0x0102 is 1.02. */
  readonly minimumReadRevision: number;
  readonly minimumWriteRevision: number;
  readonly maximumWriteRevision: number;
}

/** The table of a virtual partition. */
export interface UdfAllocationTable {
  /** Block of the volume in which its file entry lies. */
  readonly icbLba: number;
  /** Block of the partition in which that of the table before it lies. */
  readonly previousIcb: number | undefined;
  /** How many entries it has. */
  readonly entries: number;
  /** The highest unique id in use. */
  readonly uniqueId: bigint;
  readonly modifiedMs: number | null;
  /** What its header says, from 2.00 on. */
  readonly logicalVolumeIdentifier: string | undefined;
  readonly files: number | undefined;
  readonly directories: number | undefined;
  readonly minimumReadRevision: number | undefined;
  readonly minimumWriteRevision: number | undefined;
  readonly maximumWriteRevision: number | undefined;
}

/** A run of blocks of the partition in which a metadata file lies. */
export interface MetadataExtent {
  readonly block: number;
  readonly blocks: number;
}

/** The files of a metadata partition, where both are sound and each has extents of its own. */
export interface UdfMetadataFiles {
  readonly main: readonly MetadataExtent[];
  readonly mirror: readonly MetadataExtent[];
}

/** What a UDF volume says of itself. */
export interface UdfVolumeInformation {
  /** Binary coded: 0x0102 is 1.02. */
  readonly udfRevision: number;
  /** Of its tags: 2 with NSR02, 3 with NSR03. */
  readonly descriptorVersion: 2 | 3;
  readonly tagSerialNumber: number;
  readonly logicalVolumeIdentifier: string;
  readonly volumeIdentifier: string;
  readonly volumeSetIdentifier: string;
  /** Who made it. */
  readonly implementationIdentifier: string;
  readonly applicationIdentifier: string;
  /** When it was made; milliseconds since 1970. */
  readonly recordedMs: number | null;
  /** Bytes of a block. Every number of a block here is one of blocks of so many bytes, from the medium's first. */
  readonly blockBytes: number;
  /** Blocks of the session's anchors, as far as they stand where the standard says. */
  readonly anchors: readonly number[];
  readonly mainSequenceLba: number;
  readonly reserveSequenceLba: number;
  /** By partition reference number. */
  readonly partitions: readonly UdfPartition[];
  /** `undefined` where the volume has none. */
  readonly integrity: UdfIntegrity | undefined;
  /** `undefined` where there is no virtual partition. */
  readonly vat: UdfAllocationTable | undefined;
  /** `undefined` where there is no metadata partition that a later session could go on with. */
  readonly metadataFiles: UdfMetadataFiles | undefined;
  readonly hardWriteProtected: boolean;
  readonly softWriteProtected: boolean;
}

/** Bits of a domain's flags. OSTA UDF 2.1.5.3. */
const writeProtection = { hard: 1, soft: 2 } as const;

/** What the information is taken from. */
export interface InformationSources {
  readonly anchor: Anchor;
  readonly anchors: readonly number[];
  readonly descriptors: VolumeDescriptors;
  readonly partitions: LoadedPartitions;
  readonly integrity: LogicalVolumeIntegrityDescriptor | undefined;
  readonly fileSet: FileSetDescriptor;
}

function partitionsOf({ descriptors, partitions }: InformationSources): UdfPartition[] {
  return descriptors.logicalVolume.partitionMaps.map((map, index) => {
    const number = map.kind === "unknown" ? 0 : map.partitionNumber;
    const descriptor = descriptors.partitions.get(number);
    return {
      kind: partitions.spaces[index]?.kind ?? "unknown",
      number,
      startLba: descriptor?.partitionStartingLocation ?? 0,
      blocks: descriptor?.partitionLength ?? 0,
      accessType: descriptor?.accessType ?? 0,
    };
  });
}

function integrityOf({ integrity }: InformationSources): UdfIntegrity | undefined {
  if (integrity === undefined) return undefined;
  const { integrityType, recordingDateAndTime, uniqueId, implementationUse: use } = integrity;
  return {
    type: integrityType === integrityTypes.close ? "closed" : "open",
    recordedMs: recordingDateAndTime,
    nextUniqueId: uniqueId,
    files: use.numberOfFiles,
    directories: use.numberOfDirectories,
    minimumReadRevision: use.minimumUdfReadRevision,
    minimumWriteRevision: use.minimumUdfWriteRevision,
    maximumWriteRevision: use.maximumUdfWriteRevision,
  };
}

function allocationTableOf({ partitions: { table } }: InformationSources): UdfAllocationTable | undefined {
  if (table === undefined) return undefined;
  const { icbBlock, previousIcbBlock, entries, uniqueId, modifiedMs, header } = table;
  return {
    icbLba: icbBlock,
    previousIcb: previousIcbBlock,
    entries: entries.length,
    uniqueId,
    modifiedMs,
    logicalVolumeIdentifier: header?.logicalVolumeIdentifier,
    files: header?.numberOfFiles,
    directories: header?.numberOfDirectories,
    minimumReadRevision: header?.minimumUdfReadRevision,
    minimumWriteRevision: header?.minimumUdfWriteRevision,
    maximumWriteRevision: header?.maximumUdfWriteRevision,
  };
}

/** Puts together what a volume says of itself. */
export function informationOf(sources: InformationSources): UdfVolumeInformation {
  const { anchor, anchors, descriptors, fileSet } = sources;
  const { primary, logicalVolume, tag } = descriptors;
  const { pointer, blockBytes } = anchor;
  const flags = logicalVolume.domainIdentifier.domainFlags | fileSet.domainIdentifier.domainFlags;
  const vat = allocationTableOf(sources);
  return {
    udfRevision: logicalVolume.domainIdentifier.udfRevision,
    descriptorVersion: tag.descriptorVersion === 2 ? 2 : 3,
    tagSerialNumber: tag.tagSerialNumber,
    // The volume of a table can be renamed with each new one.
    logicalVolumeIdentifier: vat?.logicalVolumeIdentifier || logicalVolume.logicalVolumeIdentifier,
    volumeIdentifier: primary?.volumeIdentifier ?? "",
    volumeSetIdentifier: primary?.volumeSetIdentifier ?? "",
    implementationIdentifier: logicalVolume.implementationIdentifier.identifier,
    applicationIdentifier: primary?.applicationIdentifier.identifier ?? "",
    recordedMs: primary?.recordingDateAndTime ?? null,
    blockBytes,
    anchors,
    mainSequenceLba: pointer.mainVolumeDescriptorSequenceExtent.extentLocation,
    reserveSequenceLba: pointer.reserveVolumeDescriptorSequenceExtent.extentLocation,
    partitions: partitionsOf(sources),
    integrity: integrityOf(sources),
    vat,
    metadataFiles: sources.partitions.metadataFiles,
    hardWriteProtected: (flags & writeProtection.hard) !== 0,
    softWriteProtected: (flags & writeProtection.soft) !== 0,
  };
}

/** A revision as people write it: 0x0201 is "2.01". */
export function revisionName(udfRevision: number): string {
  const digits = udfRevision.toString(16).padStart(4, "0");
  return `${Number.parseInt(digits.slice(0, 2), 16)}.${digits.slice(2)}`;
}

/** The block of the medium, of 2,048 bytes, behind the last one of the partitions. */
export function endOfPartitions({ partitions, blockBytes }: UdfVolumeInformation): number {
  const ends = partitions.map(({ startLba, blocks }) => ((startLba + blocks) * blockBytes) / mediumBlockBytes);
  return Math.ceil(Math.max(0, ...ends));
}

/** Whether partitions may reach beyond what is recorded: those of media that are written to bit by bit do. */
export function mayEndLater({ partitions }: UdfVolumeInformation): boolean {
  return partitions.some(({ kind }) => kind === "virtual");
}
