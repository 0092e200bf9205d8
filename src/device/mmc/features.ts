import { strictContext } from "../../codec/codec.js";
import { u8, u16be } from "../../codec/integers.js";
import { bit, bits, byte, reservedBits } from "../../codec/rows.js";
import type { Rows, StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";

/** A feature of a drive: something it can do, now or with another medium. MMC-6 "Feature descriptor". */
export interface Feature {
  readonly code: number;
  readonly version: number;
  readonly persistent: boolean;
  /** Whether it can do so with the medium that is in it. */
  readonly current: boolean;
  /** What belongs to the feature; whole groups of four bytes. */
  readonly payload: Uint8Array;
}

interface FeatureHead {
  featureCode: number;
  version: number;
  persistent: boolean;
  current: boolean;
  additionalLength: number;
}

const clause = "MMC-6 Feature descriptor generic format";

const featureHead: StructCodec<FeatureHead> = struct<FeatureHead>("FeatureDescriptor", 4, {
  featureCode: byte(0, 2, u16be, clause),
  _reserved2: reservedBits(2, 7, 6, clause),
  version: bits(2, 5, 2, clause),
  persistent: bit(2, 1, clause),
  current: bit(2, 0, clause),
  additionalLength: byte(3, 1, u8, clause),
});

/** Bytes of a list of feature descriptors. */
export function featureListBytes(features: readonly Feature[]): number {
  return features.reduce((bytes, feature) => bytes + featureHead.size + feature.payload.length, 0);
}

/** Writes feature descriptors one behind the other. */
export function writeFeatureList(features: readonly Feature[], target: Uint8Array, at: number): void {
  let position = at;
  for (const { code, version, persistent, current, payload } of features) {
    const head = { featureCode: code, version, persistent, current, additionalLength: payload.length };
    featureHead.write(head, target, position);
    target.set(payload, position + featureHead.size);
    position += featureHead.size + payload.length;
  }
}

/** Reads feature descriptors up to the end of the reply; one that is cut off is left out. */
export function readFeatureList(source: Uint8Array, at: number): Feature[] {
  const features: Feature[] = [];
  let position = at;
  while (position + featureHead.size <= source.length) {
    const head = featureHead.read(source, position, strictContext);
    const end = position + featureHead.size + head.additionalLength;
    if (end > source.length) break;
    const { featureCode: code, version, persistent, current } = head;
    features.push({ code, version, persistent, current, payload: source.slice(position + featureHead.size, end) });
    position = end;
  }
  return features;
}

/** Payloads are padded to whole groups of that many bytes. */
export const featurePaddingBytes = 4;

/** Declares what belongs to a feature. Older drives send less of it; what they lack is absent in the value. */
export function featurePayload<T extends object>(name: string, size: number, rows: Rows<T>): StructCodec<T> {
  return struct<T>(name, size, rows, { mayEndEarly: true });
}
