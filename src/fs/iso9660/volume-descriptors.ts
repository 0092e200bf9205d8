/** Volume descriptors. ECMA-119, 4th edition (June 2019), clause 8; Joliet Specification (May 1995). */
import { explained, flagged } from "../../codec/explained.js";
import { both16, both32, fixedU8, u8, u32be, u32le } from "../../codec/integers.js";
import type { FieldType } from "../../codec/rows.js";
import { bp } from "../../codec/rows.js";
import type { Rows, StructCodec } from "../../codec/struct.js";
import { nested, struct } from "../../codec/struct.js";
import type { Structure } from "../../codec/structure.js";
import { aCharacters, dCharacters, fixedText, rawBytes, ucs2Text, zeros } from "../../codec/text.js";
import { longTime, recordingTime } from "../../codec/time.js";
import type { DirectoryRecordHead } from "./directory-record.js";
import { fileFlags } from "./directory-record.js";
import { charsetOfEscapeSequences } from "./escape-sequences.js";

/** The first block of the volume descriptor set, from the start of its session. ECMA-119 6.2.1: 16 blocks of system area. */
export const firstVolumeDescriptorBlock = 16;

/** Values of Volume Descriptor Type. ECMA-119 8.1.1. */
export const volumeDescriptorTypes = { boot: 0, primary: 1, supplementary: 2, partition: 3, terminator: 255 } as const;

/** The root's record in a volume descriptor: always 34 bytes, with an identifier of one zero byte. */
export type RootDirectoryRecord = Omit<DirectoryRecordHead, "lengthOfDirectoryRecord" | "lengthOfFileIdentifier">;

const rootDirectoryRecord: StructCodec<RootDirectoryRecord> = struct<RootDirectoryRecord>("RootDirectoryRecord", 34, {
  _lengthOfDirectoryRecord: bp(1, 1, fixedU8(34), "9.1.1"),
  extendedAttributeRecordLength: bp(2, 2, u8, "9.1.2"),
  locationOfExtent: bp(3, 10, both32, "9.1.3"),
  dataLength: bp(11, 18, both32, "9.1.4"),
  recordingDateAndTime: bp(19, 25, recordingTime, "9.1.5"),
  fileFlags: bp(26, 26, flagged(u8, fileFlags), "9.1.6"),
  fileUnitSize: bp(27, 27, u8, "9.1.7"),
  interleaveGapSize: bp(28, 28, u8, "9.1.8"),
  volumeSequenceNumber: bp(29, 32, both16, "9.1.9"),
  _lengthOfFileIdentifier: bp(33, 33, fixedU8(1), "9.1.10"),
  _fileIdentifier: bp(34, 34, fixedU8(0), "9.1.11"),
});

/** What primary and supplementary volume descriptors both hold. */
interface VolumeDescriptor {
  readonly version: number;
  readonly systemIdentifier: string;
  readonly volumeIdentifier: string;
  /** Blocks: where the volume ends. */
  readonly volumeSpaceSize: number;
  readonly volumeSetSize: number;
  readonly volumeSequenceNumber: number;
  /** Bytes. */
  readonly logicalBlockSize: number;
  /** Bytes. */
  readonly pathTableSize: number;
  readonly locationOfTypeLPathTable: number;
  readonly locationOfOptionalTypeLPathTable: number;
  readonly locationOfTypeMPathTable: number;
  readonly locationOfOptionalTypeMPathTable: number;
  readonly rootDirectoryRecord: RootDirectoryRecord;
  readonly volumeSetIdentifier: string;
  readonly publisherIdentifier: string;
  readonly dataPreparerIdentifier: string;
  readonly applicationIdentifier: string;
  readonly copyrightFileIdentifier: string;
  readonly abstractFileIdentifier: string;
  readonly bibliographicFileIdentifier: string;
  /** Milliseconds since 1970; `null` where not specified. The same for the next three. */
  readonly volumeCreationDateAndTime: number | null;
  readonly volumeModificationDateAndTime: number | null;
  readonly volumeExpirationDateAndTime: number | null;
  readonly volumeEffectiveDateAndTime: number | null;
  readonly fileStructureVersion: number;
  readonly applicationUse: Uint8Array;
}

/** The Primary Volume Descriptor. */
export interface PrimaryVolumeDescriptor extends VolumeDescriptor {}

/** A Supplementary Volume Descriptor, or, with version 2, an Enhanced Volume Descriptor. */
export interface SupplementaryVolumeDescriptor extends VolumeDescriptor {
  readonly volumeFlags: number;
  /** 32 bytes. */
  readonly escapeSequences: Uint8Array;
}

/** Primary Volume Descriptor: one logical sector. ECMA-119 8.4. */
export const primaryVolumeDescriptor: StructCodec<PrimaryVolumeDescriptor> = struct<PrimaryVolumeDescriptor>(
  "PrimaryVolumeDescriptor",
  2048,
  {
    _type: bp(1, 1, fixedU8(volumeDescriptorTypes.primary), "8.4.1"),
    _identifier: bp(2, 6, fixedText("CD001"), "8.4.2"),
    version: bp(7, 7, u8, "8.4.3"),
    _unused1: bp(8, 8, zeros(1), "8.4.4"),
    systemIdentifier: bp(9, 40, aCharacters(32), "8.4.5"),
    volumeIdentifier: bp(41, 72, dCharacters(32), "8.4.6"),
    _unused2: bp(73, 80, zeros(8), "8.4.7"),
    volumeSpaceSize: bp(81, 88, both32, "8.4.8"),
    _unused3: bp(89, 120, zeros(32), "8.4.9"),
    volumeSetSize: bp(121, 124, both16, "8.4.10"),
    volumeSequenceNumber: bp(125, 128, both16, "8.4.11"),
    logicalBlockSize: bp(129, 132, both16, "8.4.12"),
    pathTableSize: bp(133, 140, both32, "8.4.13"),
    locationOfTypeLPathTable: bp(141, 144, u32le, "8.4.14"),
    locationOfOptionalTypeLPathTable: bp(145, 148, u32le, "8.4.15"),
    locationOfTypeMPathTable: bp(149, 152, u32be, "8.4.16"),
    locationOfOptionalTypeMPathTable: bp(153, 156, u32be, "8.4.17"),
    rootDirectoryRecord: bp(157, 190, nested(rootDirectoryRecord), "8.4.18"),
    volumeSetIdentifier: bp(191, 318, dCharacters(128), "8.4.19"),
    publisherIdentifier: bp(319, 446, aCharacters(128), "8.4.20"),
    dataPreparerIdentifier: bp(447, 574, aCharacters(128), "8.4.21"),
    applicationIdentifier: bp(575, 702, aCharacters(128), "8.4.22"),
    copyrightFileIdentifier: bp(703, 739, dCharacters(37), "8.4.23"),
    abstractFileIdentifier: bp(740, 776, dCharacters(37), "8.4.24"),
    bibliographicFileIdentifier: bp(777, 813, dCharacters(37), "8.4.25"),
    volumeCreationDateAndTime: bp(814, 830, longTime, "8.4.26"),
    volumeModificationDateAndTime: bp(831, 847, longTime, "8.4.27"),
    volumeExpirationDateAndTime: bp(848, 864, longTime, "8.4.28"),
    volumeEffectiveDateAndTime: bp(865, 881, longTime, "8.4.29"),
    fileStructureVersion: bp(882, 882, u8, "8.4.30"),
    _unused4: bp(883, 883, zeros(1), "8.4.31"),
    applicationUse: bp(884, 1395, rawBytes(512), "8.4.32"),
    _reserved: bp(1396, 2048, zeros(653), "8.4.33"),
  },
);

function explainEscapeSequences(escapeSequences: Uint8Array): string | undefined {
  const level = jolietLevel(escapeSequences);
  return level === 0 ? charsetOfEscapeSequences(escapeSequences) : `Joliet level ${level}`;
}

/** The rows of a Supplementary Volume Descriptor, whose texts are in the character set of its escape sequences. */
function supplementaryRows(text: (bytes: number) => FieldType<string>): Rows<SupplementaryVolumeDescriptor> {
  return {
    _type: bp(1, 1, fixedU8(volumeDescriptorTypes.supplementary), "8.5.1"),
    _identifier: bp(2, 6, fixedText("CD001"), "8.5.2"),
    version: bp(7, 7, u8, "8.5.3"),
    volumeFlags: bp(8, 8, flagged(u8, { unregisteredEscapeSequences: 1 }), "8.5.4"),
    systemIdentifier: bp(9, 40, text(32), "8.5.5"),
    volumeIdentifier: bp(41, 72, text(32), "8.5.6"),
    _unused1: bp(73, 80, zeros(8), "8.5.7"),
    volumeSpaceSize: bp(81, 88, both32, "8.5.8"),
    escapeSequences: bp(89, 120, explained(rawBytes(32), explainEscapeSequences), "8.5.9"),
    volumeSetSize: bp(121, 124, both16, "8.5.10"),
    volumeSequenceNumber: bp(125, 128, both16, "8.5.11"),
    logicalBlockSize: bp(129, 132, both16, "8.5.12"),
    pathTableSize: bp(133, 140, both32, "8.5.13"),
    locationOfTypeLPathTable: bp(141, 144, u32le, "8.5.14"),
    locationOfOptionalTypeLPathTable: bp(145, 148, u32le, "8.5.15"),
    locationOfTypeMPathTable: bp(149, 152, u32be, "8.5.16"),
    locationOfOptionalTypeMPathTable: bp(153, 156, u32be, "8.5.17"),
    rootDirectoryRecord: bp(157, 190, nested(rootDirectoryRecord), "8.5.18"),
    volumeSetIdentifier: bp(191, 318, text(128), "8.5.19"),
    publisherIdentifier: bp(319, 446, text(128), "8.5.20"),
    dataPreparerIdentifier: bp(447, 574, text(128), "8.5.21"),
    applicationIdentifier: bp(575, 702, text(128), "8.5.22"),
    copyrightFileIdentifier: bp(703, 739, text(37), "8.5.23"),
    abstractFileIdentifier: bp(740, 776, text(37), "8.5.24"),
    bibliographicFileIdentifier: bp(777, 813, text(37), "8.5.25"),
    volumeCreationDateAndTime: bp(814, 830, longTime, "8.5.26"),
    volumeModificationDateAndTime: bp(831, 847, longTime, "8.5.27"),
    volumeExpirationDateAndTime: bp(848, 864, longTime, "8.5.28"),
    volumeEffectiveDateAndTime: bp(865, 881, longTime, "8.5.29"),
    fileStructureVersion: bp(882, 882, u8, "8.5.30"),
    _unused2: bp(883, 883, zeros(1), "8.5.31"),
    applicationUse: bp(884, 1395, rawBytes(512), "8.5.32"),
    _unused3: bp(1396, 2048, zeros(653), "8.5.33"),
  };
}

/** Supplementary Volume Descriptor with texts in UCS-2, as Joliet has it. ECMA-119 8.5. */
export const jolietVolumeDescriptor: StructCodec<SupplementaryVolumeDescriptor> = struct(
  "SupplementaryVolumeDescriptor",
  2048,
  supplementaryRows(ucs2Text),
);

/** Enhanced Volume Descriptor: version 2, no escape sequences, texts as in the primary one. ECMA-119 8.5. */
export const enhancedVolumeDescriptor: StructCodec<SupplementaryVolumeDescriptor> = struct(
  "SupplementaryVolumeDescriptor",
  2048,
  supplementaryRows(aCharacters),
);

/** Boot Record. */
interface BootRecord {
  readonly bootSystemIdentifier: string;
  readonly bootIdentifier: string;
  readonly bootSystemUse: Uint8Array;
}

/** Boot Record, for dumps. ECMA-119 8.2. */
export const bootRecordStructure: Structure = struct<BootRecord>("BootRecord", 2048, {
  _type: bp(1, 1, fixedU8(volumeDescriptorTypes.boot), "8.2.1"),
  _identifier: bp(2, 6, fixedText("CD001"), "8.2.2"),
  _version: bp(7, 7, fixedU8(1), "8.2.3"),
  bootSystemIdentifier: bp(8, 39, aCharacters(32), "8.2.4"),
  bootIdentifier: bp(40, 71, aCharacters(32), "8.2.5"),
  bootSystemUse: bp(72, 2048, rawBytes(1977), "8.2.6"),
});

/** Volume Descriptor Set Terminator. ECMA-119 8.3. */
export const volumeDescriptorSetTerminator: StructCodec<object> = struct<object>(
  "VolumeDescriptorSetTerminator",
  2048,
  {
    _type: bp(1, 1, fixedU8(volumeDescriptorTypes.terminator), "8.3.1"),
    _identifier: bp(2, 6, fixedText("CD001"), "8.3.2"),
    _version: bp(7, 7, fixedU8(1), "8.3.3"),
    _reserved: bp(8, 2048, zeros(2041), "8.3.4"),
  },
);

/** Escape sequences of Joliet, level 3: UCS-2 with all its characters. Joliet Specification, "Escape sequences". */
export const jolietEscapeSequences: Uint8Array = Uint8Array.of(0x25, 0x2f, 0x45);

/** The Joliet level that escape sequences announce: 1 to 3; 0 for none. */
export function jolietLevel(escapeSequences: Uint8Array): number {
  if (escapeSequences[0] !== 0x25 || escapeSequences[1] !== 0x2f) return 0;
  return [0x40, 0x43, 0x45].indexOf(escapeSequences[2]!) + 1;
}

/** The codec of the descriptor of a volume that a block holds; `undefined` for what describes none. */
export function describingCodec(block: Uint8Array): StructCodec<VolumeDescriptor> | undefined {
  const type = block[0];
  if (type === volumeDescriptorTypes.primary) return primaryVolumeDescriptor as StructCodec<VolumeDescriptor>;
  if (type !== volumeDescriptorTypes.supplementary) return undefined;
  const codec = jolietLevel(block.subarray(88, 120)) > 0 ? jolietVolumeDescriptor : enhancedVolumeDescriptor;
  return codec as StructCodec<VolumeDescriptor>;
}
