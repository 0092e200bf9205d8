/** File Entry and Extended File Entry. ECMA-167, 3rd edition, 4/14.9 and 4/14.17; OSTA UDF 2.3.6. */
import { explained, named } from "../../codec/explained.js";
import { u8, u16le, u32le, u64le } from "../../codec/integers.js";
import { rbp } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { nested, struct } from "../../codec/struct.js";
import { reserved } from "../../codec/text.js";
import type { LongAllocationDescriptor } from "./allocation.js";
import { longAllocationDescriptor } from "./allocation.js";
import type { ImplementationIdentifier } from "./entity-identifier.js";
import { implementationIdentifier } from "./entity-identifier.js";
import type { IcbTag } from "./icb.js";
import { icbFlags, icbTag } from "./icb.js";
import { sealedTag } from "./tag.js";
import { timestamp } from "./timestamp.js";

/** A File Entry before its extended attributes and allocation descriptors. */
export interface FileEntryHead {
  readonly icbTag: IcbTag;
  /** {@link noOwner} for none. */
  readonly uid: number;
  readonly gid: number;
  /** Five bits each for others, group and owner. */
  readonly permissions: number;
  readonly fileLinkCount: number;
  readonly recordFormat: number;
  readonly recordDisplayAttributes: number;
  readonly recordLength: number;
  /** Bytes of the file. */
  readonly informationLength: bigint;
  /** Blocks recorded, without embedded data. */
  readonly logicalBlocksRecorded: bigint;
  /** Milliseconds since 1970, as the other times. */
  readonly accessTime: number | null;
  readonly modificationTime: number | null;
  readonly attributeTime: number | null;
  readonly checkpoint: number;
  readonly extendedAttributeIcb: LongAllocationDescriptor;
  readonly implementationIdentifier: ImplementationIdentifier;
  readonly uniqueId: bigint;
  /** Bytes. */
  readonly lengthOfExtendedAttributes: number;
  readonly lengthOfAllocationDescriptors: number;
}

/** An Extended File Entry before its extended attributes and allocation descriptors. */
export interface ExtendedFileEntryHead extends FileEntryHead {
  /** Bytes of the file and of all its streams. */
  readonly objectSize: bigint;
  readonly creationTime: number | null;
  readonly streamDirectoryIcb: LongAllocationDescriptor;
}

/** An owner or group that is not known. OSTA UDF 2.3.6.1. */
export const noOwner = 0xffff_ffff;

const owner = named(u32le, { none: noOwner });

/** Permissions as `ls` shows them, with `c` to change attributes and `d` to delete: owner, group, others. */
function explainPermissions(permissions: number): string {
  const classes = [10, 5, 0].map((shift) => Math.floor(permissions / 2 ** shift) % 32);
  const letters = [
    ["r", 4],
    ["w", 2],
    ["x", 1],
    ["c", 8],
    ["d", 16],
  ] as const;
  return classes.map((bits) => letters.map(([letter, bit]) => (bits & bit ? letter : "-")).join("")).join(" ");
}

/** File Entry up to its variable part. ECMA-167 4/14.9. */
export const fileEntryHead: StructCodec<FileEntryHead> = struct<FileEntryHead>("FileEntry", 176, {
  _tag: rbp(0, 16, sealedTag, "4/14.9.1"),
  icbTag: rbp(16, 20, nested(icbTag), "4/14.9.2"),
  uid: rbp(36, 4, owner, "4/14.9.3"),
  gid: rbp(40, 4, owner, "4/14.9.4"),
  permissions: rbp(44, 4, explained(u32le, explainPermissions), "4/14.9.5"),
  fileLinkCount: rbp(48, 2, u16le, "4/14.9.6"),
  recordFormat: rbp(50, 1, u8, "4/14.9.7"),
  recordDisplayAttributes: rbp(51, 1, u8, "4/14.9.8"),
  recordLength: rbp(52, 4, u32le, "4/14.9.9"),
  informationLength: rbp(56, 8, u64le, "4/14.9.10"),
  logicalBlocksRecorded: rbp(64, 8, u64le, "4/14.9.11"),
  accessTime: rbp(72, 12, timestamp, "4/14.9.12"),
  modificationTime: rbp(84, 12, timestamp, "4/14.9.13"),
  attributeTime: rbp(96, 12, timestamp, "4/14.9.14"),
  checkpoint: rbp(108, 4, u32le, "4/14.9.15"),
  extendedAttributeIcb: rbp(112, 16, nested(longAllocationDescriptor), "4/14.9.16"),
  implementationIdentifier: rbp(128, 32, nested(implementationIdentifier), "4/14.9.17"),
  uniqueId: rbp(160, 8, u64le, "4/14.9.18"),
  lengthOfExtendedAttributes: rbp(168, 4, u32le, "4/14.9.19"),
  lengthOfAllocationDescriptors: rbp(172, 4, u32le, "4/14.9.20"),
});

/** Extended File Entry up to its variable part. ECMA-167 4/14.17. */
export const extendedFileEntryHead: StructCodec<ExtendedFileEntryHead> = struct<ExtendedFileEntryHead>(
  "ExtendedFileEntry",
  216,
  {
    _tag: rbp(0, 16, sealedTag, "4/14.17.1"),
    icbTag: rbp(16, 20, nested(icbTag), "4/14.17.2"),
    uid: rbp(36, 4, owner, "4/14.17.3"),
    gid: rbp(40, 4, owner, "4/14.17.4"),
    permissions: rbp(44, 4, explained(u32le, explainPermissions), "4/14.17.5"),
    fileLinkCount: rbp(48, 2, u16le, "4/14.17.6"),
    recordFormat: rbp(50, 1, u8, "4/14.17.7"),
    recordDisplayAttributes: rbp(51, 1, u8, "4/14.17.8"),
    recordLength: rbp(52, 4, u32le, "4/14.17.9"),
    informationLength: rbp(56, 8, u64le, "4/14.17.10"),
    objectSize: rbp(64, 8, u64le, "4/14.17.11"),
    logicalBlocksRecorded: rbp(72, 8, u64le, "4/14.17.12"),
    accessTime: rbp(80, 12, timestamp, "4/14.17.13"),
    modificationTime: rbp(92, 12, timestamp, "4/14.17.14"),
    creationTime: rbp(104, 12, timestamp, "4/14.17.15"),
    attributeTime: rbp(116, 12, timestamp, "4/14.17.16"),
    checkpoint: rbp(128, 4, u32le, "4/14.17.17"),
    _reserved: rbp(132, 4, reserved(4), "4/14.17.18"),
    extendedAttributeIcb: rbp(136, 16, nested(longAllocationDescriptor), "4/14.17.19"),
    streamDirectoryIcb: rbp(152, 16, nested(longAllocationDescriptor), "4/14.17.20"),
    implementationIdentifier: rbp(168, 32, nested(implementationIdentifier), "4/14.17.21"),
    uniqueId: rbp(200, 8, u64le, "4/14.17.22"),
    lengthOfExtendedAttributes: rbp(208, 4, u32le, "4/14.17.23"),
    lengthOfAllocationDescriptors: rbp(212, 4, u32le, "4/14.17.24"),
  },
);

/**
 * The permissions of POSIX mode bits: read, write and execute of each class, five bits apart. The two other bits of a
 * class, to change attributes and to delete, have no like in a mode and stay clear. ECMA-167 4/14.9.5.
 */
export function permissionsOfMode(mode: number): number {
  const others = mode & 7;
  const group = (mode >>> 3) & 7;
  const owner = (mode >>> 6) & 7;
  return others + group * 0x20 + owner * 0x400;
}

/** The POSIX mode bits of permissions and of an ICB's flags. */
export function modeOfPermissions(permissions: number, flags: number): number {
  const bits = (permissions & 7) + ((permissions >>> 5) & 7) * 8 + ((permissions >>> 10) & 7) * 64;
  const special =
    (flags & icbFlags.setUserId ? 0o4000 : 0) +
    (flags & icbFlags.setGroupId ? 0o2000 : 0) +
    (flags & icbFlags.sticky ? 0o1000 : 0);
  return bits + special;
}

/** The bits of an ICB's flags that are set-user-ID, set-group-ID and sticky. ECMA-167 4/14.6.8. */
export function flagsOfMode(mode: number): number {
  return (
    (mode & 0o4000 ? icbFlags.setUserId : 0) +
    (mode & 0o2000 ? icbFlags.setGroupId : 0) +
    (mode & 0o1000 ? icbFlags.sticky : 0)
  );
}
