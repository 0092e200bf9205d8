import type { ReadContext } from "../../codec/codec.js";
import { strictContext } from "../../codec/codec.js";
import { encode } from "../../codec/struct.js";
import { hasCode } from "../../errors.js";
import { blockBytes } from "../../units.js";
import { closeTrackSession } from "../mmc/close-track-session.js";
import type { Command } from "../mmc/command.js";
import { getConfiguration } from "../mmc/get-configuration.js";
import { inquiry } from "../mmc/inquiry.js";
import {
  encodeModePages,
  modePageCodes,
  modeParameterHeader,
  modeSelect10,
  modeSense10,
} from "../mmc/mode-parameters.js";
import { preventAllowMediumRemoval } from "../mmc/prevent-allow-medium-removal.js";
import { read10 } from "../mmc/read-10.js";
import { capacityReply, readCapacity } from "../mmc/read-capacity.js";
import { readDiscInformation } from "../mmc/read-disc-information.js";
import { readToc } from "../mmc/read-toc.js";
import { readTrackInformation } from "../mmc/read-track-information.js";
import { requestSense } from "../mmc/request-sense.js";
import { encodeSense } from "../mmc/sense.js";
import { startStopUnit } from "../mmc/start-stop-unit.js";
import { synchronizeCache } from "../mmc/synchronize-cache.js";
import { testUnitReady } from "../mmc/test-unit-ready.js";
import { write10 } from "../mmc/write-10.js";
import { writeParametersPage } from "../mmc/write-parameters-page.js";
import type { EmulatedDrive } from "./drive.js";
import { trackEnd } from "./medium.js";
import { checkCondition } from "./refusal.js";
import {
  configurationReply,
  discInformationReply,
  inquiryReply,
  tocReply,
  trackAsked,
  trackInformationReply,
} from "./replies.js";

/** Answers one command; returns the data that goes back. */
type Handler = (drive: EmulatedDrive, cdb: Uint8Array, data: Uint8Array) => Promise<Uint8Array> | Uint8Array;

const nothing = new Uint8Array(0);

/** Fields out of range are the drive's to refuse, not to fall over. */
function decodeCdb<F>(command: Command<F>, cdb: Uint8Array, context: ReadContext): F {
  try {
    return command.cdb.read(cdb, 0, context);
  } catch (error) {
    if (hasCode(error, "E_FIELD_INVALID")) throw checkCondition(5, 0x24, 0x00);
    throw error;
  }
}

function handle<F>(
  command: Command<F>,
  answer: (drive: EmulatedDrive, fields: F, data: Uint8Array) => Promise<Uint8Array> | Uint8Array,
): [number, Handler] {
  const handler: Handler = (drive, cdb, data) => answer(drive, decodeCdb(command, cdb, strictContext), data);
  return [command.operationCode, handler];
}

/** What the emulated drive knows to do, by operation code. */
export const handlers: ReadonlyMap<number, Handler> = new Map([
  handle(testUnitReady, () => nothing),
  handle(requestSense, (drive, { allocationLength }) => encodeSense(drive.takeSense()).slice(0, allocationLength)),
  handle(inquiry, (_drive, { vitalProductData, pageCode, allocationLength }) => {
    if (vitalProductData || pageCode !== 0) throw checkCondition(5, 0x24, 0x00);
    return inquiryReply().slice(0, allocationLength);
  }),
  handle(getConfiguration, (drive, { requestedType, startingFeatureNumber, allocationLength }) => {
    if (requestedType > 2) throw checkCondition(5, 0x24, 0x00);
    return configurationReply(drive.medium, requestedType, startingFeatureNumber).slice(0, allocationLength);
  }),
  handle(readDiscInformation, (drive, { dataType, allocationLength }) => {
    if (dataType !== 0) throw checkCondition(5, 0x24, 0x00);
    return discInformationReply(drive.medium).slice(0, allocationLength);
  }),
  handle(readTrackInformation, (drive, { addressType, address, allocationLength }) => {
    const track = trackAsked(drive.medium, addressType, address);
    if (track === undefined) throw checkCondition(5, 0x24, 0x00);
    return trackInformationReply(drive.medium, track).slice(0, allocationLength);
  }),
  handle(readToc, (drive, { msf, format, legacyFormat, trackSessionNumber, allocationLength }) => {
    // Linux sends the format where MMC-1 had it.
    const reply = tocReply(drive.medium, format === 0 ? legacyFormat : format, msf, trackSessionNumber);
    if (reply === undefined) throw checkCondition(5, 0x24, 0x00);
    return reply.slice(0, allocationLength);
  }),
  handle(readCapacity, (drive) => {
    const { medium } = drive;
    const last = medium.tracks.findLast(({ session }) => session <= medium.closedSessions);
    const end = last === undefined ? 0 : trackEnd(medium, last);
    return encode(capacityReply, { lastBlockAddress: Math.max(0, end - 1), blockLengthBytes: blockBytes });
  }),
  handle(read10, (drive, { logicalBlockAddress, transferBlocks }) => drive.read(logicalBlockAddress, transferBlocks)),
  handle(write10, async (drive, { logicalBlockAddress, transferBlocks }, data) => {
    await drive.write(logicalBlockAddress, transferBlocks, data);
    return nothing;
  }),
  handle(synchronizeCache, async (drive) => {
    await drive.synchronize();
    return nothing;
  }),
  handle(closeTrackSession, async (drive, { closeFunction, trackNumber }) => {
    await drive.close(closeFunction, trackNumber);
    return nothing;
  }),
  handle(modeSense10, (drive, { pageControl, pageCode, allocationLength }) => {
    if (pageCode !== modePageCodes.writeParameters || pageControl !== 0 || !drive.medium.media.cd) {
      throw checkCondition(5, 0x24, 0x00);
    }
    return encodeModePages([encode(writeParametersPage, drive.writeParameters)]).slice(0, allocationLength);
  }),
  handle(modeSelect10, (drive, { pageFormat, parameterListLength }, data) => {
    if (!pageFormat) throw checkCondition(5, 0x24, 0x00);
    if (parameterListLength === 0) return nothing;
    if (data.length < modeParameterHeader.size + writeParametersPage.size || parameterListLength !== data.length) {
      throw checkCondition(5, 0x1a, 0x00);
    }
    const page = writeParametersPage.read(data, modeParameterHeader.size, strictContext);
    if (page.pageCode !== modePageCodes.writeParameters || !drive.medium.media.cd) throw checkCondition(5, 0x26, 0x00);
    if (page.pageLength !== writeParametersPage.size - 2) throw checkCondition(5, 0x26, 0x00);
    // Track at once, data, mode 1: what this drive can do.
    if (page.writeType !== 1 || page.trackMode !== 4 || page.dataBlockType !== 8 || page.testWrite) {
      throw checkCondition(5, 0x26, 0x02);
    }
    drive.writeParameters = page;
    return nothing;
  }),
  handle(preventAllowMediumRemoval, () => nothing),
  handle(startStopUnit, () => nothing),
]);
