/** The descriptors that announce a UDF volume. ECMA-167, 3rd edition, 2/9.1 to 2/9.3, 3/9.1; OSTA UDF 2.1.7. */
import { u8 } from "../../codec/integers.js";
import type { FieldType } from "../../codec/rows.js";
import { rbp } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { reserved, textFromBytes, writeTextBytes } from "../../codec/text.js";

/** Volume Structure Descriptor: one of the volume recognition sequence. */
export interface VolumeStructureDescriptor {
  readonly structureType: number;
  /** "BEA01", "NSR02", "NSR03", "TEA01". */
  readonly standardIdentifier: string;
  readonly structureVersion: number;
}

const fiveCharacters: FieldType<string> = {
  name: "fiveCharacters",
  bytes: 5,
  read: (source, at) => textFromBytes(source, at, 5),
  write: writeTextBytes,
};

/** Volume Structure Descriptor. ECMA-167 2/9.1. */
export const volumeStructureDescriptor: StructCodec<VolumeStructureDescriptor> = struct<VolumeStructureDescriptor>(
  "VolumeStructureDescriptor",
  2048,
  {
    structureType: rbp(0, 1, u8, "2/9.1.1"),
    standardIdentifier: rbp(1, 5, fiveCharacters, "2/9.1.2"),
    structureVersion: rbp(6, 1, u8, "2/9.1.3"),
    _structureData: rbp(7, 2041, reserved(2041), "2/9.1.4"),
  },
);

/** Blocks between a session's start and its volume recognition sequence. ECMA-167 2/8.3: 32 KiB. */
export const firstVolumeStructureBlock = 16;
