/** The file set: what a logical volume holds. ECMA-167, 3rd edition, 4/14.1; OSTA UDF 2.3.2. */
import { u16le, u32le } from "../../codec/integers.js";
import { rbp } from "../../codec/rows.js";
import { nested, struct } from "../../codec/struct.js";
import { reserved } from "../../codec/text.js";
import type { LongAllocationDescriptor } from "./allocation.js";
import { longAllocationDescriptor } from "./allocation.js";
import { charspec, dstring } from "./compressed-unicode.js";
import type { DomainIdentifier } from "./entity-identifier.js";
import { domainIdentifier } from "./entity-identifier.js";
import type { DescriptorCodec } from "./tag.js";
import { descriptor, sealedTag, tagIdentifiers } from "./tag.js";
import { timestamp } from "./timestamp.js";

/** File Set Descriptor. */
export interface FileSetDescriptor {
  /** Milliseconds since 1970. */
  readonly recordingDateAndTime: number | null;
  readonly interchangeLevel: number;
  readonly maximumInterchangeLevel: number;
  readonly characterSetList: number;
  readonly maximumCharacterSetList: number;
  readonly fileSetNumber: number;
  readonly fileSetDescriptorNumber: number;
  readonly logicalVolumeIdentifier: string;
  readonly fileSetIdentifier: string;
  readonly copyrightFileIdentifier: string;
  readonly abstractFileIdentifier: string;
  readonly rootDirectoryIcb: LongAllocationDescriptor;
  readonly domainIdentifier: DomainIdentifier;
  readonly nextExtent: LongAllocationDescriptor;
  /** From revision 2.00 on. OSTA UDF 2.3.2.8. */
  readonly systemStreamDirectoryIcb: LongAllocationDescriptor;
}

/** File Set Descriptor. ECMA-167 4/14.1. */
export const fileSetDescriptor: DescriptorCodec<FileSetDescriptor> = descriptor(
  tagIdentifiers.fileSetDescriptor,
  struct<FileSetDescriptor>("FileSetDescriptor", 512, {
    _tag: rbp(0, 16, sealedTag, "4/14.1.1"),
    recordingDateAndTime: rbp(16, 12, timestamp, "4/14.1.2"),
    interchangeLevel: rbp(28, 2, u16le, "4/14.1.3"),
    maximumInterchangeLevel: rbp(30, 2, u16le, "4/14.1.4"),
    characterSetList: rbp(32, 4, u32le, "4/14.1.5"),
    maximumCharacterSetList: rbp(36, 4, u32le, "4/14.1.6"),
    fileSetNumber: rbp(40, 4, u32le, "4/14.1.7"),
    fileSetDescriptorNumber: rbp(44, 4, u32le, "4/14.1.8"),
    _logicalVolumeIdentifierCharacterSet: rbp(48, 64, charspec, "4/14.1.9"),
    logicalVolumeIdentifier: rbp(112, 128, dstring(128), "4/14.1.10"),
    _fileSetCharacterSet: rbp(240, 64, charspec, "4/14.1.11"),
    fileSetIdentifier: rbp(304, 32, dstring(32), "4/14.1.12"),
    copyrightFileIdentifier: rbp(336, 32, dstring(32), "4/14.1.13"),
    abstractFileIdentifier: rbp(368, 32, dstring(32), "4/14.1.14"),
    rootDirectoryIcb: rbp(400, 16, nested(longAllocationDescriptor), "4/14.1.15"),
    domainIdentifier: rbp(416, 32, nested(domainIdentifier), "4/14.1.16"),
    nextExtent: rbp(448, 16, nested(longAllocationDescriptor), "4/14.1.17"),
    systemStreamDirectoryIcb: rbp(464, 16, nested(longAllocationDescriptor), "4/14.1.18"),
    _reserved: rbp(480, 32, reserved(32), "4/14.1.19"),
  }),
);
