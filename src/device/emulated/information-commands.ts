import { encode } from "../../codec/struct.js";
import { blockBytes } from "../../units.js";
import { getConfiguration } from "../mmc/get-configuration.js";
import { getPerformance } from "../mmc/get-performance.js";
import { inquiry } from "../mmc/inquiry.js";
import { encodeModePages, modeSense10 } from "../mmc/mode-parameters.js";
import { encodeModePages6, modeSense6 } from "../mmc/mode-sense-6.js";
import { readBufferCapacity } from "../mmc/read-buffer-capacity.js";
import { capacityReply, readCapacity } from "../mmc/read-capacity.js";
import { readDiscInformation } from "../mmc/read-disc-information.js";
import { readDiscStructure } from "../mmc/read-disc-structure.js";
import { encodeFormatCapacities, readFormatCapacities } from "../mmc/read-format-capacities.js";
import {
  encodeMediaSerialNumber,
  mediaSerialNumberAction,
  readMediaSerialNumber,
} from "../mmc/read-media-serial-number.js";
import { readToc } from "../mmc/read-toc.js";
import { readTrackInformation } from "../mmc/read-track-information.js";
import type { Handler } from "./command-handler.js";
import { answer } from "./command-handler.js";
import { discInformationReply } from "./disc-information.js";
import { structureReply } from "./disc-structures.js";
import type { DriveState } from "./drive-state.js";
import { configurationReply } from "./features.js";
import { currentCapacityOf, formatsOf } from "./format.js";
import { inquiryReply } from "./identity.js";
import type { MediumState } from "./medium.js";
import { modePages } from "./mode-pages.js";
import { capacityBlocksOf } from "./overwritable.js";
import { bufferReply, performanceReply } from "./performance.js";
import { checkCondition } from "./refusal.js";
import { readableEnd } from "./sequential.js";
import { tocReply } from "./toc.js";
import { trackInformationReply } from "./track-information.js";

const highestRequestedType = 2;
/** In READ FORMAT CAPACITIES: there is no medium. */
const noMediumCapacity = { numberOfBlocks: 0, descriptorType: 3, blockLengthBytes: blockBytes };

/** Blocks that READ CAPACITY tells of; none where the disc has to be blanked or formatted again. */
function readableBlocks(state: MediumState): number {
  if (state.interrupted !== null) return 0;
  return state.model === "sequential" ? readableEnd(state) : capacityBlocksOf(state);
}

function pagesAsked(
  drive: DriveState,
  { pageCode, pageControl }: { readonly pageCode: number; readonly pageControl: number },
): Uint8Array[] {
  const context = { medium: drive.medium, isLocked: drive.mechanism.isLocked };
  return modePages(drive.settings, context, pageCode, pageControl);
}

/** Commands that ask, by operation code. */
export const informationCommands: readonly (readonly [number, Handler])[] = [
  answer(inquiry, (_drive, { vitalProductData, pageCode, allocationLength }) => {
    if (vitalProductData || pageCode !== 0) throw checkCondition(5, 0x24, 0x00);
    return inquiryReply().slice(0, allocationLength);
  }),
  answer(getConfiguration, (drive, { requestedType, startingFeatureNumber: from, allocationLength }) => {
    if (requestedType > highestRequestedType) throw checkCondition(5, 0x24, 0x00);
    return configurationReply(drive.medium, { requestedType, from }).slice(0, allocationLength);
  }),
  answer(readDiscInformation, (drive, { dataType, allocationLength }) => {
    return discInformationReply(drive.requireMedium(), dataType).slice(0, allocationLength);
  }),
  answer(readTrackInformation, (drive, { addressType, address, allocationLength }) => {
    drive.requireMedium();
    const { writeParameters } = drive.settings;
    return trackInformationReply(drive.disc, writeParameters, addressType, address).slice(0, allocationLength);
  }),
  answer(readToc, (drive, { msf, format, legacyFormat, trackSessionNumber, allocationLength }) => {
    const medium = drive.requireMedium();
    // Linux sends the format where MMC-1 had it.
    const query = { msf, format: format === 0 ? legacyFormat : format, from: trackSessionNumber };
    return tocReply(medium, query).slice(0, allocationLength);
  }),
  answer(readCapacity, (drive) => {
    const lastBlockAddress = Math.max(0, readableBlocks(drive.requireMedium()) - 1);
    return encode(capacityReply, { lastBlockAddress, blockLengthBytes: blockBytes });
  }),
  answer(readFormatCapacities, (drive, { allocationLength }) => {
    const { medium } = drive;
    const value =
      medium === undefined
        ? { current: noMediumCapacity, formats: [] }
        : { current: currentCapacityOf(medium), formats: formatsOf(medium) };
    return encodeFormatCapacities(value).slice(0, allocationLength);
  }),
  answer(readBufferCapacity, (drive, { block, allocationLength }) => {
    drive.requireMedium();
    return bufferReply(block).slice(0, allocationLength);
  }),
  answer(readDiscStructure, (drive, { mediaType, format, allocationLength }) =>
    structureReply(drive.requireMedium(), mediaType, format).slice(0, allocationLength),
  ),
  answer(getPerformance, (drive, query) => performanceReply(drive.requireMedium(), drive.settings, query)),
  answer(readMediaSerialNumber, (drive, { serviceAction, allocationLength }) => {
    if (serviceAction !== mediaSerialNumberAction) throw checkCondition(5, 0x24, 0x00);
    const serialNumber = drive.requireMedium().discIdentification.toString(16).padStart(8, "0");
    return encodeMediaSerialNumber(new TextEncoder().encode(serialNumber)).slice(0, allocationLength);
  }),
  answer(modeSense10, (drive, fields) => encodeModePages(pagesAsked(drive, fields)).slice(0, fields.allocationLength)),
  answer(modeSense6, (drive, fields) => encodeModePages6(pagesAsked(drive, fields)).slice(0, fields.allocationLength)),
];
