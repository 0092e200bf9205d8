import { strictContext } from "../../codec/codec.js";
import { u16be, u32be } from "../../codec/integers.js";
import { bits, byte, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";
import type { Feature } from "./features.js";
import { featureListBytes, readFeatureList, writeFeatureList } from "./features.js";

interface GetConfiguration {
  /** 0 all features, 1 those that are current, 2 the one named. */
  requestedType: number;
  startingFeatureNumber: number;
  allocationLength: number;
}

const clause = "MMC-6 GET CONFIGURATION command";

/** Asks for the current profile and the features. MMC-6 "GET CONFIGURATION command". */
export const getConfiguration: Command<GetConfiguration> = command<GetConfiguration>(
  "GET CONFIGURATION",
  0x46,
  10,
  30_000,
  {
    _reserved1: reservedBits(1, 7, 2, clause),
    requestedType: bits(1, 1, 0, clause),
    startingFeatureNumber: byte(2, 2, u16be, clause),
    _reserved4: byte(4, 3, reserved(3), clause),
    allocationLength: byte(7, 2, u16be, clause),
    _control: byte(9, 1, reserved(1), clause),
  },
);

interface FeatureHeader {
  /** Bytes that follow this field. */
  dataLength: number;
  currentProfile: number;
}

const reply = "MMC-6 GET CONFIGURATION response data, feature header";

/** The head of the reply. MMC-6 "Feature header". */
export const featureHeader: StructCodec<FeatureHeader> = struct<FeatureHeader>("FeatureHeader", 8, {
  dataLength: byte(0, 4, u32be, reply),
  _reserved4: byte(4, 2, reserved(2), reply),
  currentProfile: byte(6, 2, u16be, reply),
});

/** The reply as a whole. */
export interface Configuration {
  readonly currentProfile: number;
  readonly features: readonly Feature[];
}

/** Writes a whole reply. */
export function encodeConfiguration(configuration: Configuration): Uint8Array {
  const bytes = featureHeader.size + featureListBytes(configuration.features);
  const target = new Uint8Array(bytes);
  featureHeader.write({ dataLength: bytes - 4, currentProfile: configuration.currentProfile }, target, 0);
  writeFeatureList(configuration.features, target, featureHeader.size);
  return target;
}

/** Reads a whole reply. */
export function decodeConfiguration(bytes: Uint8Array): Configuration {
  const header = featureHeader.read(bytes, 0, strictContext);
  const end = Math.min(bytes.length, header.dataLength + 4);
  return {
    currentProfile: header.currentProfile,
    features: readFeatureList(bytes.subarray(0, end), featureHeader.size),
  };
}
