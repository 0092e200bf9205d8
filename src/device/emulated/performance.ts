import { strictContext } from "../../codec/codec.js";
import { encode } from "../../codec/struct.js";
import { blockBytes } from "../../units.js";
import {
  encodePerformance,
  nominalPerformance,
  performanceHeader,
  performanceTypes,
  writeSpeed as writeSpeedDescriptor,
} from "../mmc/get-performance.js";
import { bufferCapacity } from "../mmc/read-buffer-capacity.js";
import { streamingPerformance } from "../mmc/set-streaming.js";
import type { MediumState } from "./medium.js";
import type { DriveSettings } from "./mode-pages.js";
import { bufferBytes, usualSettings } from "./mode-pages.js";
import { checkCondition } from "./refusal.js";
import { nearestSpeed, writeSpeedsOf } from "./speeds.js";

/** What GET PERFORMANCE asks for. */
export interface PerformanceQuery {
  readonly type: number;
  readonly dataType: number;
  readonly maximumDescriptors: number;
}

/** In {@link PerformanceQuery.dataType}: about writing, and which exceptions from the nominal. */
const writingBit = 4;
const exceptions = 4;

/**
 * How fast the drive is with this medium. MMC-6 "GET PERFORMANCE command".
 *
 * The length tells of all descriptors there are, however few were asked for.
 *
 * @throws Refusal 5/24/00 for what the drive doesn't tell.
 */
export function performanceReply(state: MediumState, settings: DriveSettings, query: PerformanceQuery): Uint8Array {
  const { type, dataType, maximumDescriptors } = query;
  const endBlock = state.capacityBlocks - 1;
  const cut = (reply: Uint8Array, itemBytes: number): Uint8Array =>
    reply.subarray(0, performanceHeader.size + maximumDescriptors * itemBytes);
  if (type === performanceTypes.writeSpeeds) {
    const items = writeSpeedsOf(state.media.family).map((speed) => ({
      rotationControl: 0,
      restoreDefaults: false,
      exact: true,
      mixedReadWrite: false,
      endBlock,
      readSpeed: speed,
      writeSpeed: speed,
    }));
    return cut(encodePerformance(true, writeSpeedDescriptor, items), writeSpeedDescriptor.size);
  }
  if (type !== performanceTypes.nominal || dataType % exceptions !== 0) throw checkCondition(5, 0x24, 0x00);
  const isAboutWriting = Math.floor(dataType / writingBit) % 2 === 1;
  const speed = isAboutWriting ? settings.writeSpeed : settings.readSpeed;
  const item = { startBlock: 0, startSpeed: speed, endBlock, endSpeed: speed };
  return cut(encodePerformance(isAboutWriting, nominalPerformance, [item]), nominalPerformance.size);
}

/**
 * The settings after SET STREAMING. MMC-6 "SET STREAMING command".
 *
 * @throws Refusal 5/1A/00 for data of another length, 5/26/02 for times of zero, and for an exact speed that isn't there.
 */
export function withStreaming(settings: DriveSettings, state: MediumState, data: Uint8Array): DriveSettings {
  if (data.length !== streamingPerformance.size) throw checkCondition(5, 0x1a, 0x00);
  const wanted = streamingPerformance.read(data, 0, strictContext);
  if (wanted.restoreDefaults) {
    const { readSpeed, writeSpeed, rotationControl } = usualSettings(state);
    return { ...settings, readSpeed, writeSpeed, rotationControl };
  }
  if (wanted.readTimeMs === 0 || wanted.writeTimeMs === 0) throw checkCondition(5, 0x26, 0x02);
  const speeds = writeSpeedsOf(state.media.family);
  const of = (size: number, timeMs: number): number => Math.floor((size * 1000) / timeMs);
  const write = of(wanted.writeSize, wanted.writeTimeMs);
  if (wanted.exact && !speeds.includes(write)) throw checkCondition(5, 0x26, 0x02);
  return {
    ...settings,
    readSpeed: nearestSpeed(speeds, of(wanted.readSize, wanted.readTimeMs)),
    writeSpeed: nearestSpeed(speeds, write),
    rotationControl: wanted.writeRotationControl,
  };
}

/** The buffer, which never fills: blocks go to the file as they come. MMC-6 "READ BUFFER CAPACITY command". */
export function bufferReply(inBlocks: boolean): Uint8Array {
  const length = inBlocks ? bufferBytes / blockBytes : bufferBytes;
  return encode(bufferCapacity, {
    dataLength: bufferCapacity.size - 2,
    block: inBlocks,
    bufferLength: length,
    availableLength: length,
  });
}
