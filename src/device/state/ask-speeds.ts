import { strictContext } from "../../codec/codec.js";
import type { CapabilitiesPage } from "../mmc/capabilities-page.js";
import {
  decodePerformance,
  getPerformance,
  performanceHeader,
  performanceTypes,
  writeSpeed,
} from "../mmc/get-performance.js";
import type { Answer, Asking } from "./ask.js";
import { ask, askSized, isAboutMedium } from "./ask.js";
import { askCapabilities } from "./ask-drive.js";
import { speedUnitsOf } from "./speed.js";
import type { MediaFamily } from "./traits.js";

/** One speed at which a drive can write its medium. IMAPI2 `IWriteSpeedDescriptor`. */
export interface WriteSpeedDescriptor {
  /** In 1,000 bytes a second, as `setSpeed` takes it. */
  readonly kilobytesPerSecond: number;
  /** Blocks of 2,048 bytes a second. */
  readonly sectorsPerSecond: number;
  /** Times the speed of the first drives of that kind, as it is printed on discs: 16 for 16x. */
  readonly factor: number;
  /** The speed of reading that goes with it; `null` where the drive does not say. */
  readonly readKilobytesPerSecond: number | null;
  /** Whether the disc turns at one speed all the time. */
  readonly isPureCav: boolean;
}

/** More descriptors than that no drive has. */
const mostDescriptors = 256;

function descriptor(
  family: MediaFamily | undefined,
  kilobytesPerSecond: number,
  readKilobytesPerSecond: number | null,
  isPureCav: boolean,
): WriteSpeedDescriptor {
  const { blockBytes, single } = speedUnitsOf(family);
  return {
    kilobytesPerSecond,
    sectorsPerSecond: Math.round((kilobytesPerSecond * 1000) / blockBytes),
    factor: Math.round((10 * kilobytesPerSecond) / single) / 10,
    readKilobytesPerSecond,
    isPureCav,
  };
}

/** Asks for the speeds at which the medium can be written, the fastest first; newer drives list them, older ones in a mode page. */
export function* askSpeeds(family: MediaFamily | undefined): Asking<WriteSpeedDescriptor[]> {
  const listed = yield* askPerformance(family);
  const speeds = listed.length > 0 ? listed : pageSpeeds(family, yield* askCapabilities());
  return speeds.sort((one, other) => other.kilobytesPerSecond - one.kilobytesPerSecond);
}

function* askPerformance(family: MediaFamily | undefined): Asking<WriteSpeedDescriptor[]> {
  const question = (bytes: number): Asking<Answer> => {
    const maximumDescriptors = Math.ceil((bytes - performanceHeader.size) / writeSpeed.size);
    const fields = { dataType: 0, startingBlock: 0, maximumDescriptors, type: performanceTypes.writeSpeeds };
    return ask(getPerformance, fields, bytes, { isAnswer: isAboutMedium });
  };
  const reply = yield* askSized(question, {
    headBytes: performanceHeader.size + writeSpeed.size,
    bytesOf: (head) =>
      head.length < performanceHeader.size ? 0 : performanceHeader.read(head, 0, strictContext).dataLength + 4,
    mostBytes: performanceHeader.size + mostDescriptors * writeSpeed.size,
  });
  if (reply === null || reply.length < performanceHeader.size) return [];
  return decodePerformance(reply, writeSpeed)
    .filter((speed) => speed.writeSpeed > 0)
    .map((speed) => descriptor(family, speed.writeSpeed, speed.readSpeed || null, speed.rotationControl === 1));
}

function pageSpeeds(family: MediaFamily | undefined, page: CapabilitiesPage | null): WriteSpeedDescriptor[] {
  if (page === null) return [];
  const listed = page.writeSpeeds.filter((speed) => speed.writeSpeed > 0);
  if (listed.length > 0) {
    return listed.map((speed) => descriptor(family, speed.writeSpeed, null, speed.rotationControl === 1));
  }
  return page.maximumWriteSpeed ? [descriptor(family, page.maximumWriteSpeed, null, false)] : [];
}
