/** What shows that a drive has a quirk: one for each, held against a drive with it and one without. */
import { strictContext } from "../../../src/codec/codec.js";
import { encode } from "../../../src/codec/struct.js";
import { decodeCapabilitiesPage } from "../../../src/device/mmc/capabilities-page.js";
import { closeTrackSession } from "../../../src/device/mmc/close-track-session.js";
import { writeProtection } from "../../../src/device/mmc/disc-structures.js";
import { featureCodes } from "../../../src/device/mmc/feature-codes.js";
import { discFormatCode, formatParameters, formatUnit } from "../../../src/device/mmc/format-unit.js";
import { decodeConfiguration, getConfiguration } from "../../../src/device/mmc/get-configuration.js";
import {
  decodeEventReply,
  eventClasses,
  getEventStatusNotification,
  mediaEvent,
} from "../../../src/device/mmc/get-event-status-notification.js";
import {
  encodeModeSelectData,
  findModePage,
  modePageCodes,
  modeSelect10,
  modeSense10,
} from "../../../src/device/mmc/mode-parameters.js";
import { preventAllowMediumRemoval } from "../../../src/device/mmc/prevent-allow-medium-removal.js";
import { read10 } from "../../../src/device/mmc/read-10.js";
import { bufferCapacity, readBufferCapacity } from "../../../src/device/mmc/read-buffer-capacity.js";
import { readDiscInformation } from "../../../src/device/mmc/read-disc-information.js";
import {
  decodeStructure,
  readDiscStructure,
  structureFormats,
  structureMedia,
} from "../../../src/device/mmc/read-disc-structure.js";
import type { FormatCapacities } from "../../../src/device/mmc/read-format-capacities.js";
import {
  capacityTypes,
  decodeFormatCapacities,
  readFormatCapacities,
} from "../../../src/device/mmc/read-format-capacities.js";
import { mediaSerialNumberAction, readMediaSerialNumber } from "../../../src/device/mmc/read-media-serial-number.js";
import { leadOutTrackNumber } from "../../../src/device/mmc/read-toc.js";
import { readTrackInformation } from "../../../src/device/mmc/read-track-information.js";
import { requestSense } from "../../../src/device/mmc/request-sense.js";
import { sendCueSheet } from "../../../src/device/mmc/send-cue-sheet.js";
import { sendOpcInformation } from "../../../src/device/mmc/send-opc-information.js";
import { decodeSense, senseBytes } from "../../../src/device/mmc/sense.js";
import { setStreaming, streamingPerformance } from "../../../src/device/mmc/set-streaming.js";
import { startStopUnit } from "../../../src/device/mmc/start-stop-unit.js";
import { synchronizeCache } from "../../../src/device/mmc/synchronize-cache.js";
import { testUnitReady } from "../../../src/device/mmc/test-unit-ready.js";
import { decodeIncrementalStreaming } from "../../../src/device/mmc/write-feature-payloads.js";
import type {
  WriteParameters,
  WriteParametersChoice,
  WritingKind,
} from "../../../src/device/mmc/write-parameters-page.js";
import { writeParametersFor, writeParametersPage } from "../../../src/device/mmc/write-parameters-page.js";
import { blockBytes } from "../../../src/units.js";
import type { Asker } from "./support.js";
import { dataIn, ending, sessionBlocks } from "./support.js";

/** How a quirk is brought to light. */
export interface Provocation {
  readonly media: string;
  /** Sessions that are on the disc before. */
  readonly sessions: number;
  readonly finalised?: boolean;
  /** Whether the drive behaves as the quirk says. */
  shows(drive: Asker): Promise<boolean>;
}

const invisible = 0xff;
const { writeProtection: protectionFormat } = structureFormats;
const protectionStatus = { mediaType: structureMedia.dvd, address: 0, layerNumber: 0, format: protectionFormat };

async function synchronise(drive: Asker): Promise<string> {
  return await drive.ends(synchronizeCache, { immediate: false });
}

async function close(drive: Asker, closeFunction: number, trackNumber: number): Promise<string> {
  return await drive.ends(closeTrackSession, { immediate: false, closeFunction, trackNumber });
}

async function isReady(drive: Asker): Promise<string> {
  return await drive.ends(testUnitReady, {});
}

async function tray(drive: Asker, loadEject: boolean, start: boolean): Promise<string> {
  return await drive.ends(startStopUnit, { immediate: false, loadEject, start });
}

async function select(
  drive: Asker,
  kind: WritingKind,
  choice: WriteParametersChoice,
  change: Partial<WriteParameters> = {},
): Promise<string> {
  const page = { ...writeParametersFor(kind, choice), ...change };
  const data = encodeModeSelectData([encode(writeParametersPage, page)]);
  const fields = { pageFormat: true, savePages: false, parameterListLength: data.length };
  return await drive.ends(modeSelect10, fields, { direction: "out", data });
}

async function read(drive: Asker, lba: number, blocks: number): Promise<string> {
  return await drive.ends(
    read10,
    { logicalBlockAddress: lba, transferBlocks: blocks },
    { direction: "in", allocationBytes: blocks * blockBytes },
  );
}

/** Writes units one behind the other; tells how each ended. */
async function writes(drive: Asker, firstLba: number, count: number, blocks = 32): Promise<string> {
  const endings: string[] = [];
  for (let index = 0; index < count; index++) endings.push(await drive.write(firstLba + index * blocks, blocks));
  return endings.join(" ");
}

async function readyEndings(drive: Asker, count: number): Promise<string> {
  const endings: string[] = [];
  for (let index = 0; index < count; index++) endings.push(await isReady(drive));
  return endings.join(" ");
}

/** Formats the medium; tells how that ended. */
async function format(
  drive: Asker,
  formatType: number,
  options: { formatSubtype?: number; numberOfBlocks?: number; parameter?: number; immediate?: boolean } = {},
): Promise<string> {
  const { formatSubtype = 0, numberOfBlocks = 0xffff_ffff, parameter = 0, immediate = false } = options;
  const data = encode(formatParameters, {
    formatOptionsValid: true,
    disablePrimary: false,
    disableCertification: false,
    stopFormat: false,
    initializationPattern: false,
    tryOut: false,
    immediate,
    vendorSpecific: false,
    numberOfBlocks,
    formatType,
    formatSubtype,
    typeDependentParameter: parameter,
  });
  const fields = { formatData: true, completeList: false, formatCode: discFormatCode };
  return await drive.ends(formatUnit, fields, { direction: "out", data });
}

async function formatCapacities(drive: Asker): Promise<FormatCapacities> {
  return decodeFormatCapacities(dataIn(await drive.ask(readFormatCapacities, {}, 252)));
}

async function capabilities(drive: Asker): Promise<Uint8Array> {
  const fields = { disableBlockDescriptors: true, pageControl: 0, pageCode: modePageCodes.capabilities };
  return dataIn(await drive.ask(modeSense10, fields, 512));
}

async function setSpeed(drive: Asker): Promise<void> {
  const data = encode(streamingPerformance, {
    writeRotationControl: 0,
    restoreDefaults: false,
    exact: false,
    randomAccess: false,
    startBlock: 0,
    endBlock: 2_295_103,
    readSize: 11_080,
    readTimeMs: 1000,
    writeSize: 5540,
    writeTimeMs: 1000,
  });
  await drive.send(setStreaming, { type: 0, parameterListLength: data.length }, { direction: "out", data });
}

const trackQuirks: Readonly<Record<string, Provocation>> = {
  nwaMinus150OnBlank: {
    media: "cd-r",
    sessions: 0,
    shows: async (drive) => (await drive.track(invisible)).nextWritableAddress === 2 ** 32 - 150,
  },
  nwaGarbageWhenInvalid: {
    media: "dvd+r",
    sessions: 1,
    shows: async (drive) => {
      const { nextWritableAddressValid, nextWritableAddress } = await drive.track(1);
      return !nextWritableAddressValid && nextWritableAddress! > sessionBlocks;
    },
  },
  nwaZeroInSimulation: {
    media: "cd-r",
    sessions: 1,
    shows: async (drive) => {
      await select(drive, "cdTrackAtOnce", { keepDiscOpen: true, testWrite: true });
      const before = (await drive.track(invisible)).nextWritableAddress!;
      await synchronise(drive);
      const after = (await drive.track(invisible)).nextWritableAddress;
      await select(drive, "cdTrackAtOnce", { keepDiscOpen: true });
      return before > 0 && after === 0 && (await drive.track(invisible)).nextWritableAddress === before;
    },
  },
  nwaMovesOnReread: {
    media: "dvd+r",
    sessions: 0,
    shows: async (drive) => {
      const first = await drive.track(invisible);
      return first.nextWritableAddress !== (await drive.track(invisible)).nextWritableAddress;
    },
  },
  trackFFUnsupported: {
    media: "cd-r",
    sessions: 1,
    shows: async (drive) => (await drive.trackEnds(invisible)) === "5/24/00" && (await drive.trackEnds(2)) === "ok",
  },
  trackFFOnly: {
    media: "dvd+r",
    sessions: 1,
    shows: async (drive) => (await drive.trackEnds(2)) === "5/24/00" && (await drive.trackEnds(invisible)) === "ok",
  },
  lastRecordedMissing: {
    media: "dvd+r",
    sessions: 1,
    shows: async (drive) => !(await drive.track(1)).lastRecordedAddressValid,
  },
  trackInformationShort: {
    media: "dvd+r",
    sessions: 1,
    shows: async (drive) => {
      const reply = dataIn(await drive.ask(readTrackInformation, { addressType: 1, address: 1 }, 48));
      return reply.length === 28 && reply[1] === 26;
    },
  },
  fullDiscHidesTracks: {
    media: "dvd+r",
    sessions: 2,
    finalised: true,
    shows: async (drive) => (await drive.trackEnds(1)) === "5/24/00",
  },
  dataModeUnknown: {
    media: "cd-r",
    sessions: 1,
    shows: async (drive) => (await drive.track(1)).dataMode === 0xf,
  },
  page05BeforeNwa: {
    media: "cd-r",
    sessions: 1,
    shows: async (drive) => {
      const before = (await drive.track(2)).nextWritableAddressValid;
      await select(drive, "cdTrackAtOnce", { keepDiscOpen: true });
      return !before && (await drive.track(2)).nextWritableAddressValid;
    },
  },
  longSessionGaps: {
    media: "dvd-r",
    sessions: 0,
    shows: async (drive) => {
      await select(drive, "dvdIncremental", { keepDiscOpen: true });
      await drive.write(0, 32);
      await synchronise(drive);
      await close(drive, 1, 1);
      await close(drive, 2, 0);
      return (await drive.track(2)).nextWritableAddress === 32 + 3 * 28_688 + 32;
    },
  },
  sessionsExhausted: {
    media: "dvd+r",
    sessions: 2,
    shows: async (drive) => {
      const { nextWritableAddressValid, freeBlocks } = await drive.track(invisible);
      return !nextWritableAddressValid && freeBlocks === 0;
    },
  },
};

const discQuirks: Readonly<Record<string, Provocation>> = {
  readCapacityPlus2: {
    media: "cd-r",
    sessions: 1,
    shows: async (drive) => (await drive.lastBlock()) === (await drive.toc(0)).at(-1)!.startAddress + 1,
  },
  readCapacityLastSessionOnly: {
    media: "dvd+r",
    sessions: 2,
    shows: async (drive) => (await drive.lastBlock()) === sessionBlocks - 1,
  },
  readCapacityZero: { media: "dvd+r", sessions: 1, shows: async (drive) => (await drive.lastBlock()) === 0 },
  staleUntilReload: {
    media: "dvd+r",
    sessions: 1,
    shows: async (drive) => {
      const facts = async (): Promise<string> => JSON.stringify([await drive.lastBlock(), await drive.toc(0)]);
      const before = await facts();
      const { nextWritableAddress } = await drive.track(invisible);
      await drive.write(nextWritableAddress!, 32);
      await synchronise(drive);
      await close(drive, 1, 2);
      await close(drive, 2, 0);
      const after = await facts();
      await tray(drive, true, true);
      await isReady(drive);
      return before === after && after !== (await facts());
    },
  },
  toc1TwoSessions: {
    media: "dvd+r",
    sessions: 3,
    shows: async (drive) => {
      const start = (await drive.track(3)).trackStartAddress;
      const tracks = (await drive.toc(0)).map(({ trackNumber }) => trackNumber).join();
      const [last] = await drive.toc(1);
      return tracks === "1,2,170" && last?.trackNumber === 2 && last.startAddress === start;
    },
  },
  toc1AlwaysTrack1: {
    media: "cd-r",
    sessions: 2,
    shows: async (drive) => {
      const [last] = await drive.toc(1);
      return last?.trackNumber === 1 && last.startAddress > sessionBlocks;
    },
  },
  toc1FailsOnOpenSession: {
    media: "dvd+r",
    sessions: 1,
    shows: async (drive) => ending(await drive.tocReply(1)) === "5/24/00",
  },
  tocFullFails: { media: "cd-r", sessions: 1, shows: async (drive) => ending(await drive.tocReply(2)) === "5/24/00" },
  toc0MissingLeadOut: {
    media: "dvd+r",
    sessions: 1,
    shows: async (drive) => (await drive.toc(0)).every(({ trackNumber }) => trackNumber !== leadOutTrackNumber),
  },
  bdrFormattedClaimsAppendable: {
    media: "bd-r",
    sessions: 0,
    shows: async (drive) => {
      const { discStatus, stateOfLastSession, numberOfSessions } = await drive.disc();
      return discStatus === 1 && stateOfLastSession === 0 && numberOfSessions === 1 && (await drive.lastBlock()) === 0;
    },
  },
  bdrOpenSessionLeft: {
    media: "bd-r",
    sessions: 1,
    shows: async (drive) => {
      const before = (await drive.disc()).stateOfLastSession;
      const { nextWritableAddress } = await drive.track(2);
      const refused = await drive.write(nextWritableAddress!, 32);
      await close(drive, 2, 0);
      const after = (await drive.disc()).stateOfLastSession;
      return (
        before === 1 && refused === "5/2C/00" && after === 0 && (await drive.write(nextWritableAddress!, 32)) === "ok"
      );
    },
  },
  erasableBitWrong: { media: "cd-r", sessions: 1, shows: async (drive) => (await drive.disc()).erasable },
  featureLinkSizeGarbage: {
    media: "dvd-r",
    sessions: 0,
    shows: async (drive) => {
      const reply = await drive.ask(getConfiguration, { requestedType: 0, startingFeatureNumber: 0 }, 4096);
      const { features } = decodeConfiguration(dataIn(reply));
      const feature = features.find(({ code }) => code === featureCodes.incrementalStreaming);
      const { linkSizes } = decodeIncrementalStreaming(feature!.payload)!;
      return feature!.payload[3]! > linkSizes.length && !linkSizes.includes(16);
    },
  },
  mode2aShort: {
    media: "dvd+r",
    sessions: 0,
    shows: async (drive) => {
      const page = findModePage(await capabilities(drive), modePageCodes.capabilities)!;
      return page.length === 20 && page[1] === 18;
    },
  },
  mode2aPadded: {
    media: "dvd+r",
    sessions: 0,
    shows: async (drive) => {
      const reply = await capabilities(drive);
      const page = findModePage(reply, modePageCodes.capabilities)!;
      const isLonger = reply.length === 8 + page.length + 8;
      return isLonger && page[31] === 99 && decodeCapabilitiesPage(page).writeSpeeds.length < 99;
    },
  },
  formatCapacitiesUnknown: {
    media: "dvd-rw",
    sessions: 0,
    shows: async (drive) => {
      await format(drive, 0x10, { numberOfBlocks: 1600, parameter: 16 });
      const { current } = await formatCapacities(drive);
      return current?.descriptorType === capacityTypes.unknown && current.numberOfBlocks === 1600;
    },
  },
  formatCapacitiesOddBlocks: {
    media: "dvd-rw",
    sessions: 0,
    shows: async (drive) => {
      await format(drive, 0x10, { numberOfBlocks: 1600, parameter: 16 });
      const { current } = await formatCapacities(drive);
      return current?.blockLengthBytes === 512 && current.numberOfBlocks === 6400;
    },
  },
  rejectsReadDiscInformation: {
    media: "cd-r",
    sessions: 1,
    shows: async (drive) => ending(await drive.ask(readDiscInformation, { dataType: 0 }, 34)) === "5/20/00",
  },
  rejectsReadDiscStructure: {
    media: "dvd+r",
    sessions: 1,
    shows: async (drive) => ending(await drive.ask(readDiscStructure, protectionStatus, 8)) === "5/20/00",
  },
  cartridgeProtected: {
    media: "dvd-ram",
    sessions: 0,
    shows: async (drive) => {
      const told = decodeStructure(dataIn(await drive.ask(readDiscStructure, protectionStatus, 8)));
      return writeProtection.read(told, 0, strictContext).cartridge && (await drive.write(0, 16)) === "7/27/00";
    },
  },
  rejectsGetConfiguration: {
    media: "cd-r",
    sessions: 1,
    shows: async (drive) =>
      ending(await drive.ask(getConfiguration, { requestedType: 0, startingFeatureNumber: 0 }, 8)) === "5/20/00",
  },
};

const writingQuirks: Readonly<Record<string, Provocation>> = {
  bufferFull: {
    media: "dvd+r",
    sessions: 0,
    shows: async (drive) => {
      const first = await writes(drive, 0, 4);
      const busy = [await drive.write(128, 32), await drive.write(128, 32), await drive.write(128, 32)].join();
      return first === "ok ok ok ok" && busy === "2/04/08,2/04/08,2/04/08" && (await drive.write(128, 32)) === "ok";
    },
  },
  bufferCapacityOdd: {
    media: "dvd+r",
    sessions: 0,
    shows: async (drive) => {
      const reply = dataIn(await drive.ask(readBufferCapacity, { block: false }, bufferCapacity.size));
      const { bufferLength, availableLength } = bufferCapacity.read(reply, 0, strictContext);
      return availableLength > bufferLength;
    },
  },
  bufferCapacityAbsent: {
    media: "dvd+r",
    sessions: 0,
    shows: async (drive) =>
      ending(await drive.ask(readBufferCapacity, { block: false }, bufferCapacity.size)) === "5/20/00",
  },
  longWriteAfterSync: {
    media: "dvd+r",
    sessions: 0,
    shows: async (drive) => {
      await drive.write(0, 32);
      await synchronise(drive);
      return (await readyEndings(drive, 4)) === "2/04/08 2/04/08 2/04/08 ok";
    },
  },
  firstWriteSlow: {
    media: "dvd+r",
    sessions: 0,
    shows: async (drive) => {
      const endings = [];
      for (let time = 1; time <= 4; time++) endings.push(await drive.write(0, 32));
      return endings.join(" ") === "2/04/01 2/04/01 2/04/01 ok";
    },
  },
  partialAccept: {
    media: "dvd+r",
    sessions: 0,
    shows: async (drive) => {
      const endings = await writes(drive, 0, 2);
      return endings === "ok 5/21/02" && (await drive.track(invisible)).nextWritableAddress === 48;
    },
  },
  sequenceErrorUntilSync: {
    media: "dvd+r",
    sessions: 0,
    shows: async (drive) => {
      const endings = [await writes(drive, 0, 3), await drive.write(64, 32), await synchronise(drive)].join(" ");
      return endings === "ok ok 5/2C/00 5/2C/00 ok" && (await drive.write(64, 32)) === "ok";
    },
  },
  saoOnAppendableRefused: {
    media: "cd-r",
    sessions: 1,
    shows: async (drive) => {
      const data = new Uint8Array(32);
      return (await drive.ends(sendCueSheet, { cueSheetSize: 32 }, { direction: "out", data })) === "5/24/00";
    },
  },
  minimumTrackEnforced: {
    media: "cd-r",
    sessions: 0,
    shows: async (drive) => {
      const short = [await drive.write(0, 150), await synchronise(drive)].join();
      return short === "ok,3/72/00" && [await drive.write(150, 150), await synchronise(drive)].join() === "ok,ok";
    },
  },
  wholeUnitsEnforced: {
    media: "bd-r",
    sessions: 0,
    shows: async (drive) => (await drive.write(0, 16)) === "5/63/01" && (await drive.write(0, 32)) === "ok",
  },
  trackMode5Required: {
    media: "dvd-r",
    sessions: 0,
    shows: async (drive) => {
      const { trackMode } = await drive.track(1);
      const refused = await select(drive, "dvdIncremental", { keepDiscOpen: true }, { trackMode: 4 });
      return (
        trackMode === 5 &&
        refused === "5/26/02" &&
        (await select(drive, "dvdIncremental", { keepDiscOpen: true })) === "ok"
      );
    },
  },
  opcUnknown: {
    media: "dvd+r",
    sessions: 0,
    shows: async (drive) =>
      (await drive.ends(sendOpcInformation, { doOpc: true, parameterListLength: 0 })) === "5/20/00",
  },
  pseudoOverwriteExhausted: {
    media: "bd-r",
    sessions: 0,
    shows: async (drive) => {
      await format(drive, 0x00, { parameter: blockBytes });
      const first = await writes(drive, 0, 2);
      await drive.track(1);
      return first === "ok ok" && (await drive.write(0, 32)) === "5/21/02" && (await drive.write(64, 32)) === "ok";
    },
  },
  calibrationAreaAlmostFull: {
    media: "cd-r",
    sessions: 0,
    shows: async (drive) =>
      (await writes(drive, 0, 2)) === "1/73/01 ok" && (await drive.track(invisible)).nextWritableAddress === 64,
  },
  calibrationFails: {
    media: "dvd+r",
    sessions: 0,
    shows: async (drive) => {
      const opc = await drive.ends(sendOpcInformation, { doOpc: true, parameterListLength: 0 });
      return opc === "3/73/03" && (await drive.write(0, 32)) === "3/73/03";
    },
  },
  lossOfStreaming: {
    media: "dvd+r",
    sessions: 0,
    shows: async (drive) => {
      const fast = await writes(drive, 0, 4);
      await setSpeed(drive);
      return fast === "ok ok ok 3/0C/09" && (await writes(drive, 96, 5)) === "ok ok ok ok ok";
    },
  },
  spareExhausted: {
    media: "bd-r",
    sessions: 0,
    shows: async (drive) => (await writes(drive, 0, 3)) === "ok ok 3/0C/02",
  },
};

const closingQuirks: Readonly<Record<string, Provocation>> = {
  closeBusyThoughReady: {
    media: "dvd+r",
    sessions: 0,
    shows: async (drive) => {
      await drive.write(0, 32);
      await synchronise(drive);
      await close(drive, 1, 1);
      const ready = await isReady(drive);
      return ready === "ok" && [await close(drive, 2, 0), await synchronise(drive)].join() === "2/04/07,2/04/07";
    },
  },
  readyTooEarly: {
    media: "dvd+r",
    sessions: 1,
    shows: async (drive) => {
      await tray(drive, false, true);
      return (await isReady(drive)) === "ok" && (await read(drive, 0, 1)) === "2/04/01";
    },
  },
  progressMissingFromTur: {
    media: "dvd-rw",
    sessions: 0,
    shows: async (drive) => {
      await format(drive, 0x10, { numberOfBlocks: 1600, parameter: 16, immediate: true });
      const busy = await drive.send(testUnitReady, {});
      const asked = decodeSense(dataIn(await drive.ask(requestSense, {}, senseBytes)));
      const told = busy.status === "check" && busy.sense !== null ? busy.sense : undefined;
      return told?.ascq === 4 && told.progress === undefined && asked?.progress !== undefined;
    },
  },
  page05RefusedOnPlus: {
    media: "dvd+r",
    sessions: 0,
    shows: async (drive) => (await select(drive, "multisessionOnly", { keepDiscOpen: true })) === "5/26/00",
  },
  closeTrackFailsOnCd: {
    media: "cd-r",
    sessions: 0,
    shows: async (drive) => {
      await drive.write(0, 300);
      return (await close(drive, 1, 1)) === "5/24/00" && (await synchronise(drive)) === "ok";
    },
  },
  closeSessionNeedsTrack: {
    media: "dvd+r",
    sessions: 0,
    shows: async (drive) => {
      await drive.write(0, 32);
      await close(drive, 1, 1);
      return (await close(drive, 2, 0)) === "5/24/00" && (await close(drive, 2, 1)) === "ok";
    },
  },
  finaliseOnlyMinimalRadius: {
    media: "dvd+r",
    sessions: 1,
    shows: async (drive) => (await close(drive, 6, 0)) === "5/24/00" && (await close(drive, 5, 0)) === "ok",
  },
  finaliseOnlyPlain: {
    media: "dvd+r",
    sessions: 1,
    shows: async (drive) => (await close(drive, 5, 0)) === "5/24/00" && (await close(drive, 6, 0)) === "ok",
  },
  multisessionBitsOnDvdPlusR: {
    media: "dvd+r",
    sessions: 0,
    shows: async (drive) => {
      await drive.write(0, 32);
      await close(drive, 1, 1);
      await select(drive, "multisessionOnly", { keepDiscOpen: true });
      await close(drive, 2, 0);
      const open = (await drive.disc()).discStatus;
      const { nextWritableAddress } = await drive.track(invisible);
      await drive.write(nextWritableAddress!, 32);
      await close(drive, 1, 2);
      await select(drive, "multisessionOnly", { keepDiscOpen: false });
      await close(drive, 2, 0);
      return open === 1 && (await drive.disc()).discStatus === 2;
    },
  },
};

const mediumQuirks: Readonly<Record<string, Provocation>> = {
  mediumChangeAfterLoad: {
    media: "dvd+r",
    sessions: 1,
    shows: async (drive) => {
      await tray(drive, true, true);
      return (await readyEndings(drive, 5)) === "6/28/00 2/04/01 2/04/01 2/04/01 ok";
    },
  },
  resetMidBurn: {
    media: "dvd+r",
    sessions: 0,
    shows: async (drive) => (await writes(drive, 0, 3)) === "ok ok 6/29/00" && (await drive.write(64, 32)) === "ok",
  },
  trayOpen: {
    media: "dvd+r",
    sessions: 1,
    shows: async (drive) => {
      const open = await isReady(drive);
      return open === "2/3A/02" && (await tray(drive, true, true)) === "ok" && (await isReady(drive)) !== "2/3A/02";
    },
  },
  noMedium: { media: "dvd+r", sessions: 1, shows: async (drive) => (await isReady(drive)) === "2/3A/01" },
  lockedAtFirst: {
    media: "dvd+r",
    sessions: 1,
    shows: async (drive) => {
      const locked = await tray(drive, true, false);
      await drive.send(preventAllowMediumRemoval, { prevent: 0 });
      return locked === "5/53/02" && (await tray(drive, true, false)) === "ok";
    },
  },
  ejectButtonPressed: {
    media: "dvd+r",
    sessions: 0,
    shows: async (drive) => {
      const codes = [];
      for (let time = 1; time <= 3; time++) {
        const fields = { polled: true, classRequest: 2 ** eventClasses.media };
        const reply = decodeEventReply(dataIn(await drive.ask(getEventStatusNotification, fields, 8)));
        codes.push(mediaEvent.read(reply.event!, 0, strictContext).eventCode);
        await drive.write(32 * (time - 1), 32);
      }
      return codes.slice(1).join() === "1,0";
    },
  },
  runOutIllegalMode: {
    media: "cd-r",
    sessions: 1,
    shows: async (drive) => {
      const end = (await drive.toc(0)).at(-1)!.startAddress;
      return (await read(drive, end - 2, 2)) === "5/64/00" && (await read(drive, end - 3, 1)) === "ok";
    },
  },
};

const hostQuirks: Readonly<Record<string, Provocation>> = {
  commandsFiltered: {
    media: "dvd+r",
    sessions: 1,
    shows: async (drive) => {
      const fields = { serviceAction: mediaSerialNumberAction, allocationLength: 4 };
      const transfer = { direction: "in", allocationBytes: 4 } as const;
      return (await drive.ends(readMediaSerialNumber, fields, transfer)) === "EPERM";
    },
  },
  narrowTransport: {
    media: "dvd+r",
    sessions: 1,
    shows: async (drive) => (await read(drive, 0, 33)) === "EIO" && (await read(drive, 0, 32)) === "ok",
  },
  softErrors: {
    media: "dvd+r",
    sessions: 1,
    shows: async (drive) => (await readyEndings(drive, 8)) === "ok ok ok ok ok ok EAGAIN ok",
  },
  busReset: {
    media: "dvd+r",
    sessions: 0,
    shows: async (drive) =>
      (await writes(drive, 0, 3)) === "ok ok ECONNRESET" && (await readyEndings(drive, 2)) === "6/29/02 ok",
  },
  repliesPadded: {
    media: "dvd+r",
    sessions: 1,
    shows: async (drive) => {
      const reply = dataIn(await drive.ask(readDiscInformation, { dataType: 0 }, 200));
      return reply.length === 200 && reply.subarray(34).every((octet) => octet === 0);
    },
  },
  longAllocationsHang: {
    media: "dvd+r",
    sessions: 1,
    shows: async (drive) => {
      const long = ending(await drive.ask(readDiscInformation, { dataType: 0 }, 200));
      return long === "ETIMEDOUT" && ending(await drive.ask(readDiscInformation, { dataType: 0 }, 34)) === "ok";
    },
  },
  senseLost: {
    media: "dvd+r",
    sessions: 1,
    shows: async (drive) => {
      const lost = await drive.trackEnds(99);
      const reply = dataIn(await drive.ask(requestSense, {}, senseBytes));
      return lost === "no sense" && decodeSense(reply)?.asc === 0x24;
    },
  },
};

/** By the name of the quirk. */
export const provocations: Readonly<Record<string, Provocation>> = {
  ...trackQuirks,
  ...discQuirks,
  ...writingQuirks,
  ...closingQuirks,
  ...mediumQuirks,
  ...hostQuirks,
};
