/** Descriptors of the volume. ECMA-167, 3rd edition, 3/10; OSTA UDF 2.2. */
import type { Codec, ReadContext } from "../../codec/codec.js";
import { reportFault } from "../../codec/codec.js";
import { flagged } from "../../codec/explained.js";
import { readU32le, u16le, u32le } from "../../codec/integers.js";
import { arrayParts, headedParts } from "../../codec/parts.js";
import { rbp } from "../../codec/rows.js";
import { nested, struct } from "../../codec/struct.js";
import type { Structure } from "../../codec/structure.js";
import { rawBytes, reserved } from "../../codec/text.js";
import type { ExtentDescriptor } from "./allocation.js";
import { extentDescriptor } from "./allocation.js";
import { charspec, dstring } from "./compressed-unicode.js";
import type { EntityIdentifier, ImplementationIdentifier, UdfIdentifier } from "./entity-identifier.js";
import { entityIdentifier, implementationIdentifier, udfIdentifier } from "./entity-identifier.js";
import type { DescriptorCodec } from "./tag.js";
import { descriptor, sealedTag, tagIdentifiers } from "./tag.js";
import { timestamp } from "./timestamp.js";

/** Bytes of the descriptors of fixed size; each has a block of its own. */
export const volumeDescriptorBytes = 512;

/** Anchor Volume Descriptor Pointer. */
export interface AnchorVolumeDescriptorPointer {
  readonly mainVolumeDescriptorSequenceExtent: ExtentDescriptor;
  readonly reserveVolumeDescriptorSequenceExtent: ExtentDescriptor;
}

/** Anchor Volume Descriptor Pointer. ECMA-167 3/10.2. */
export const anchorVolumeDescriptorPointer: DescriptorCodec<AnchorVolumeDescriptorPointer> = descriptor(
  tagIdentifiers.anchorVolumeDescriptorPointer,
  struct<AnchorVolumeDescriptorPointer>("AnchorVolumeDescriptorPointer", volumeDescriptorBytes, {
    _tag: rbp(0, 16, sealedTag, "3/10.2.1"),
    mainVolumeDescriptorSequenceExtent: rbp(16, 8, nested(extentDescriptor), "3/10.2.2"),
    reserveVolumeDescriptorSequenceExtent: rbp(24, 8, nested(extentDescriptor), "3/10.2.3"),
    _reserved: rbp(32, 480, reserved(480), "3/10.2.4"),
  }),
);

/** Primary Volume Descriptor. */
export interface PrimaryVolumeDescriptor {
  /** The highest one of a sequence prevails. */
  readonly volumeDescriptorSequenceNumber: number;
  readonly primaryVolumeDescriptorNumber: number;
  readonly volumeIdentifier: string;
  readonly volumeSequenceNumber: number;
  readonly maximumVolumeSequenceNumber: number;
  readonly interchangeLevel: number;
  readonly maximumInterchangeLevel: number;
  /** Bit 0: CS0. */
  readonly characterSetList: number;
  readonly maximumCharacterSetList: number;
  /** Its first 16 characters are to be unique. OSTA UDF 2.2.2.5. */
  readonly volumeSetIdentifier: string;
  readonly volumeAbstract: ExtentDescriptor;
  readonly volumeCopyrightNotice: ExtentDescriptor;
  readonly applicationIdentifier: EntityIdentifier;
  /** Milliseconds since 1970. */
  readonly recordingDateAndTime: number | null;
  readonly implementationIdentifier: ImplementationIdentifier;
  readonly implementationUse: Uint8Array;
  readonly predecessorVolumeDescriptorSequenceLocation: number;
  readonly flags: number;
}

/** Primary Volume Descriptor. ECMA-167 3/10.1. */
export const primaryVolumeDescriptor: DescriptorCodec<PrimaryVolumeDescriptor> = descriptor(
  tagIdentifiers.primaryVolumeDescriptor,
  struct<PrimaryVolumeDescriptor>("UdfPrimaryVolumeDescriptor", volumeDescriptorBytes, {
    _tag: rbp(0, 16, sealedTag, "3/10.1.1"),
    volumeDescriptorSequenceNumber: rbp(16, 4, u32le, "3/10.1.2"),
    primaryVolumeDescriptorNumber: rbp(20, 4, u32le, "3/10.1.3"),
    volumeIdentifier: rbp(24, 32, dstring(32), "3/10.1.4"),
    volumeSequenceNumber: rbp(56, 2, u16le, "3/10.1.5"),
    maximumVolumeSequenceNumber: rbp(58, 2, u16le, "3/10.1.6"),
    interchangeLevel: rbp(60, 2, u16le, "3/10.1.7"),
    maximumInterchangeLevel: rbp(62, 2, u16le, "3/10.1.8"),
    characterSetList: rbp(64, 4, u32le, "3/10.1.9"),
    maximumCharacterSetList: rbp(68, 4, u32le, "3/10.1.10"),
    volumeSetIdentifier: rbp(72, 128, dstring(128), "3/10.1.11"),
    _descriptorCharacterSet: rbp(200, 64, charspec, "3/10.1.12"),
    _explanatoryCharacterSet: rbp(264, 64, charspec, "3/10.1.13"),
    volumeAbstract: rbp(328, 8, nested(extentDescriptor), "3/10.1.14"),
    volumeCopyrightNotice: rbp(336, 8, nested(extentDescriptor), "3/10.1.15"),
    applicationIdentifier: rbp(344, 32, nested(entityIdentifier), "3/10.1.16"),
    recordingDateAndTime: rbp(376, 12, timestamp, "3/10.1.17"),
    implementationIdentifier: rbp(388, 32, nested(implementationIdentifier), "3/10.1.18"),
    implementationUse: rbp(420, 64, rawBytes(64), "3/10.1.19"),
    predecessorVolumeDescriptorSequenceLocation: rbp(484, 4, u32le, "3/10.1.20"),
    flags: rbp(488, 2, flagged(u16le, { commonVolumeSetIdentification: 1 }), "3/10.1.21"),
    _reserved: rbp(490, 22, reserved(22), "3/10.1.22"),
  }),
);

/** Volume Descriptor Pointer: the sequence goes on elsewhere. */
export interface VolumeDescriptorPointer {
  readonly volumeDescriptorSequenceNumber: number;
  readonly nextVolumeDescriptorSequenceExtent: ExtentDescriptor;
}

/** Volume Descriptor Pointer. ECMA-167 3/10.3. */
export const volumeDescriptorPointer: DescriptorCodec<VolumeDescriptorPointer> = descriptor(
  tagIdentifiers.volumeDescriptorPointer,
  struct<VolumeDescriptorPointer>("VolumeDescriptorPointer", volumeDescriptorBytes, {
    _tag: rbp(0, 16, sealedTag, "3/10.3.1"),
    volumeDescriptorSequenceNumber: rbp(16, 4, u32le, "3/10.3.2"),
    nextVolumeDescriptorSequenceExtent: rbp(20, 8, nested(extentDescriptor), "3/10.3.3"),
    _reserved: rbp(28, 484, reserved(484), "3/10.3.4"),
  }),
);

/** Implementation Use Volume Descriptor in the one form UDF defines: "*UDF LV Info". */
export interface ImplementationUseVolumeDescriptor {
  readonly volumeDescriptorSequenceNumber: number;
  readonly implementationIdentifier: UdfIdentifier;
  readonly logicalVolumeIdentifier: string;
  readonly logicalVolumeInformation1: string;
  readonly logicalVolumeInformation2: string;
  readonly logicalVolumeInformation3: string;
  /** Who wrote it. */
  readonly implementation: ImplementationIdentifier;
  readonly implementationUse: Uint8Array;
}

/** Implementation Use Volume Descriptor. ECMA-167 3/10.4, OSTA UDF 2.2.7. */
export const implementationUseVolumeDescriptor: DescriptorCodec<ImplementationUseVolumeDescriptor> = descriptor(
  tagIdentifiers.implementationUseVolumeDescriptor,
  struct<ImplementationUseVolumeDescriptor>("ImplementationUseVolumeDescriptor", volumeDescriptorBytes, {
    _tag: rbp(0, 16, sealedTag, "3/10.4.1"),
    volumeDescriptorSequenceNumber: rbp(16, 4, u32le, "3/10.4.2"),
    implementationIdentifier: rbp(20, 32, nested(udfIdentifier), "3/10.4.3"),
    _charspec: rbp(52, 64, charspec, "UDF 2.2.7.2.1"),
    logicalVolumeIdentifier: rbp(116, 128, dstring(128), "UDF 2.2.7.2.2"),
    logicalVolumeInformation1: rbp(244, 36, dstring(36), "UDF 2.2.7.2.3"),
    logicalVolumeInformation2: rbp(280, 36, dstring(36), "UDF 2.2.7.2.3"),
    logicalVolumeInformation3: rbp(316, 36, dstring(36), "UDF 2.2.7.2.3"),
    implementation: rbp(352, 32, nested(implementationIdentifier), "UDF 2.2.7.2.4"),
    implementationUse: rbp(384, 128, rawBytes(128), "UDF 2.2.7.2.5"),
  }),
);

/** Unallocated Space Descriptor: space outside of all partitions. */
export interface UnallocatedSpaceDescriptor {
  readonly volumeDescriptorSequenceNumber: number;
  readonly allocationDescriptors: readonly ExtentDescriptor[];
}

/** The Unallocated Space Descriptor before its extents. */
interface UnallocatedSpaceHead {
  readonly volumeDescriptorSequenceNumber: number;
  readonly numberOfAllocationDescriptors: number;
}

const unallocatedSpaceHead = struct<UnallocatedSpaceHead>("UnallocatedSpaceDescriptor", 24, {
  _tag: rbp(0, 16, sealedTag, "3/10.8.1"),
  volumeDescriptorSequenceNumber: rbp(16, 4, u32le, "3/10.8.2"),
  numberOfAllocationDescriptors: rbp(20, 4, u32le, "3/10.8.3"),
});

const unallocatedSpaceCodec: Codec<UnallocatedSpaceDescriptor> & Structure = {
  name: "UnallocatedSpaceDescriptor",
  bytes: ({ allocationDescriptors }) =>
    unallocatedSpaceHead.size + extentDescriptor.size * allocationDescriptors.length,
  write: ({ volumeDescriptorSequenceNumber, allocationDescriptors }, target, at) => {
    const numberOfAllocationDescriptors = allocationDescriptors.length;
    unallocatedSpaceHead.write({ volumeDescriptorSequenceNumber, numberOfAllocationDescriptors }, target, at);
    for (const [index, extent] of allocationDescriptors.entries()) {
      extentDescriptor.write(extent, target, at + unallocatedSpaceHead.size + index * extentDescriptor.size);
    }
  },
  read: (source, at, context: ReadContext) => {
    const { volumeDescriptorSequenceNumber, numberOfAllocationDescriptors: count } = unallocatedSpaceHead.read(
      source,
      at,
      context,
    );
    if (unallocatedSpaceHead.size + count * extentDescriptor.size > source.length - at) {
      reportFault(context, "UnallocatedSpaceDescriptor", "numberOfAllocationDescriptors", "3/10.8.3", `is ${count}`);
    }
    return {
      volumeDescriptorSequenceNumber,
      allocationDescriptors: Array.from({ length: count }, (_unused, index) =>
        extentDescriptor.read(source, at + unallocatedSpaceHead.size + index * extentDescriptor.size, context),
      ),
    };
  },
  parts: headedParts(unallocatedSpaceHead, (source, at, end) =>
    arrayParts("allocationDescriptors", nested(extentDescriptor), {
      at: unallocatedSpaceHead.size,
      count: readU32le(source, at + 20),
      room: end - at - unallocatedSpaceHead.size,
      clause: "3/10.8.4",
    }),
  ),
};

/** Unallocated Space Descriptor. ECMA-167 3/10.8. */
export const unallocatedSpaceDescriptor: DescriptorCodec<UnallocatedSpaceDescriptor> = descriptor(
  tagIdentifiers.unallocatedSpaceDescriptor,
  unallocatedSpaceCodec,
);

/** Terminating Descriptor: it has no members. ECMA-167 3/10.9, 4/14.2. */
export const terminatingDescriptor: DescriptorCodec<object> = descriptor(
  tagIdentifiers.terminatingDescriptor,
  struct<object>("TerminatingDescriptor", volumeDescriptorBytes, {
    _tag: rbp(0, 16, sealedTag, "3/10.9.1"),
    _reserved: rbp(16, 496, reserved(496), "3/10.9.2"),
  }),
);
