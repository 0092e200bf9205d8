/** Extended attributes. ECMA-167, 3rd edition, 4/14.10; OSTA UDF 3.3.4. */
import type { Codec, ReadContext } from "../../codec/codec.js";
import { reportFault } from "../../codec/codec.js";
import { named } from "../../codec/explained.js";
import { readU32le, u8, u16le, u32le, writeU32le } from "../../codec/integers.js";
import { rbp } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { nested, struct } from "../../codec/struct.js";
import { reserved } from "../../codec/text.js";
import type { ImplementationIdentifier } from "./entity-identifier.js";
import { implementationIdentifier } from "./entity-identifier.js";
import { sealedTag } from "./tag.js";
import { readTimestamp, writeTimestamp } from "./timestamp.js";

/** Types of extended attributes. ECMA-167 4/14.10.3 to 4/14.10.9. */
export const attributeTypes = {
  characterSet: 1,
  alternatePermissions: 3,
  fileTimes: 5,
  informationTimes: 6,
  deviceSpecification: 12,
  implementationUse: 2048,
  applicationUse: 65536,
} as const;

/** Extended Attribute Header Descriptor: where each kind of attribute begins. */
export interface ExtendedAttributeHeader {
  /** Bytes from the header's start; {@link noAttributes} for none, or, up to 1.50, the length of them all. */
  readonly implementationAttributesLocation: number;
  readonly applicationAttributesLocation: number;
}

/** A location of attributes that are not there, from 2.00 on. OSTA UDF 3.3.4.1. */
export const noAttributes = 0xffff_ffff;

/** Extended Attribute Header Descriptor. ECMA-167 4/14.10.1. */
export const extendedAttributeHeader: StructCodec<ExtendedAttributeHeader> = struct<ExtendedAttributeHeader>(
  "ExtendedAttributeHeaderDescriptor",
  24,
  {
    _tag: rbp(0, 16, sealedTag, "4/14.10.1.1"),
    implementationAttributesLocation: rbp(16, 4, named(u32le, { none: noAttributes }), "4/14.10.1.2"),
    applicationAttributesLocation: rbp(20, 4, named(u32le, { none: noAttributes }), "4/14.10.1.3"),
  },
);

/** What every attribute begins with. */
export interface AttributeHead {
  /** One of {@link attributeTypes}. */
  readonly attributeType: number;
  readonly attributeSubtype: number;
  /** Bytes of the whole attribute. */
  readonly attributeLength: number;
}

/** Head of an extended attribute. ECMA-167 4/14.10.2. */
export const attributeHead: StructCodec<AttributeHead> = struct<AttributeHead>("ExtendedAttribute", 12, {
  attributeType: rbp(0, 4, named(u32le, attributeTypes), "4/14.10.2.1"),
  attributeSubtype: rbp(4, 1, u8, "4/14.10.2.2"),
  _reserved: rbp(5, 3, reserved(3), "4/14.10.2.3"),
  attributeLength: rbp(8, 4, u32le, "4/14.10.2.4"),
});

/** Device Specification: the numbers of a device node. */
export interface DeviceSpecification {
  readonly attributeType: number;
  readonly attributeSubtype: number;
  readonly attributeLength: number;
  /** Bytes behind the two numbers. */
  readonly implementationUseLength: number;
  readonly majorDeviceIdentification: number;
  readonly minorDeviceIdentification: number;
  readonly implementationUse: ImplementationIdentifier;
}

/** Device Specification, with the implementation use that UDF asks for. ECMA-167 4/14.10.7, OSTA UDF 3.3.4.4. */
export const deviceSpecification: StructCodec<DeviceSpecification> = struct<DeviceSpecification>(
  "DeviceSpecification",
  56,
  {
    attributeType: rbp(0, 4, named(u32le, attributeTypes), "4/14.10.7.1"),
    attributeSubtype: rbp(4, 1, u8, "4/14.10.7.2"),
    _reserved: rbp(5, 3, reserved(3), "4/14.10.7.3"),
    attributeLength: rbp(8, 4, u32le, "4/14.10.7.4"),
    implementationUseLength: rbp(12, 4, u32le, "4/14.10.7.5"),
    majorDeviceIdentification: rbp(16, 4, u32le, "4/14.10.7.6"),
    minorDeviceIdentification: rbp(20, 4, u32le, "4/14.10.7.7"),
    implementationUse: rbp(24, 32, nested(implementationIdentifier), "4/14.10.7.8"),
  },
);

/** Implementation Use, up to what it holds, with the checksum that UDF's own have there. */
export interface ImplementationUse {
  readonly attributeType: number;
  readonly attributeSubtype: number;
  readonly attributeLength: number;
  /** Bytes behind the identifier: of the checksum, and of what follows it. */
  readonly implementationUseLength: number;
  readonly implementationIdentifier: ImplementationIdentifier;
  readonly headerChecksum: number;
}

/** Implementation Use. ECMA-167 4/14.10.8, OSTA UDF 3.3.4.5. */
export const implementationUse: StructCodec<ImplementationUse> = struct<ImplementationUse>("ImplementationUse", 50, {
  attributeType: rbp(0, 4, named(u32le, attributeTypes), "4/14.10.8.1"),
  attributeSubtype: rbp(4, 1, u8, "4/14.10.8.2"),
  _reserved: rbp(5, 3, reserved(3), "4/14.10.8.3"),
  attributeLength: rbp(8, 4, u32le, "4/14.10.8.4"),
  implementationUseLength: rbp(12, 4, u32le, "4/14.10.8.5"),
  implementationIdentifier: rbp(16, 32, nested(implementationIdentifier), "4/14.10.8.6"),
  headerChecksum: rbp(48, 2, u16le, "UDF 3.3.4.5"),
});

/** The identifier of an attribute that holds component records of AAIP: extended attributes of hosts, and lists. */
export const listIdentifier = "*discsmith AAIP 2.0";

/** The checksum of an attribute's head: the sum of the bytes before it. OSTA UDF 3.3.4.5. */
export const attributesHeadChecksum = {
  at: 48,
  of: (source: Uint8Array, at: number): number =>
    source.subarray(at, at + 48).reduce((sum, octet) => sum + octet, 0) % 0x1_0000,
} as const;

/** File Times with the one that file entries lack: when the file was created, in milliseconds since 1970. */
export interface FileTimes {
  readonly creationTime: number | null;
}

/** Bit 0 of the mask: the creation time is recorded, before all others. ECMA-167 4/14.10.5.6. */
const creationExists = 1;
const fileTimesHeadBytes = 20;
const timestampBytes = 12;

/** File Times. ECMA-167 4/14.10.5, OSTA UDF 3.3.4.3. */
export const fileTimes: Codec<FileTimes> = {
  name: "FileTimes",
  bytes: ({ creationTime }) => fileTimesHeadBytes + (creationTime === null ? 0 : timestampBytes),
  write: (value, target, at) => {
    const attributeLength = fileTimes.bytes(value);
    attributeHead.write({ attributeType: attributeTypes.fileTimes, attributeSubtype: 1, attributeLength }, target, at);
    writeU32le(attributeLength - fileTimesHeadBytes, target, at + 12); // RBP 12, 4/14.10.5.5
    writeU32le(value.creationTime === null ? 0 : creationExists, target, at + 16); // RBP 16, 4/14.10.5.6
    if (value.creationTime !== null) writeTimestamp(value.creationTime, target, at + fileTimesHeadBytes); // 4/14.10.5.7
  },
  read: (source, at, context: ReadContext) => {
    const hasCreation = readU32le(source, at + 16) % 2 === creationExists;
    if (!hasCreation) return { creationTime: null };
    if (readU32le(source, at + 12) < timestampBytes || at + fileTimesHeadBytes + timestampBytes > source.length) {
      reportFault(context, "FileTimes", "dataLength", "4/14.10.5.5", "is too short for the times it has");
      return { creationTime: null };
    }
    const creationTime = readTimestamp(source, at + fileTimesHeadBytes);
    if (creationTime === undefined) reportFault(context, "FileTimes", "creationTime", "4/14.10.5.7", "is no time");
    return { creationTime: creationTime ?? null };
  },
};
