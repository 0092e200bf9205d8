import { strictContext } from "../../codec/codec.js";
import { encode } from "../../codec/struct.js";
import { encodeCapabilitiesPage } from "../mmc/capabilities-page.js";
import type { ErrorRecoveryPage } from "../mmc/error-recovery-page.js";
import { errorRecoveryPage } from "../mmc/error-recovery-page.js";
import { modePageCodes } from "../mmc/mode-parameters.js";
import type { WriteParameters } from "../mmc/write-parameters-page.js";
import { writeParametersFor, writeParametersPage, writeTypes } from "../mmc/write-parameters-page.js";
import type { MediumState } from "./medium.js";
import { checkCondition } from "./refusal.js";
import { nearestSpeed, writeSpeedsOf } from "./speeds.js";

/** Which values of a page are asked for. SPC-4 "Page control". */
const pageControls = { current: 0, changeable: 1, default: 2, saved: 3 } as const;

/** The drive's buffer. */
export const bufferBytes = 4_194_304;
/** Audio; blocks of 2,048 bytes in mode 1, and in form 1 of mode 2. MMC-6 "Data block type". */
export const dataBlockTypes = { audio: 0, mode1: 8, mode2Form1: 10 } as const;
const firstDataTrackMode = 4;
const lastDataTrackMode = 7;
const dvdPacketBlocks = 16;

const usualErrorRecovery: ErrorRecoveryPage = {
  parametersSaveable: false,
  pageCode: modePageCodes.errorRecovery,
  pageLength: errorRecoveryPage.size - 2,
  automaticWriteReallocation: true,
  automaticReadReallocation: false,
  transferBlock: false,
  readContinuous: false,
  postError: false,
  disableTransferOnError: false,
  disableCorrection: false,
  readRetryCount: 32,
  enhancedDefectReporting: 0,
  writeRetryCount: 0,
  recoveryTimeLimit: 0,
};

/** What can be set of a drive, and is lost with the power and with the medium. Speeds in 1,000 bytes a second. */
export interface DriveSettings {
  readonly writeParameters: WriteParameters;
  readonly errorRecovery: ErrorRecoveryPage;
  readonly readSpeed: number;
  readonly writeSpeed: number;
  readonly rotationControl: number;
}

/** The settings of a drive that was just given a medium. */
export function usualSettings(state: MediumState | undefined): DriveSettings {
  const family = state?.media.family;
  const kind =
    family === undefined || family === "cd"
      ? "cdTrackAtOnce"
      : family === "dvd-r"
        ? "dvdIncremental"
        : "multisessionOnly";
  const speed = nearestSpeed(writeSpeedsOf(family), Number.POSITIVE_INFINITY);
  return {
    writeParameters: writeParametersFor(kind, { keepDiscOpen: false }),
    errorRecovery: usualErrorRecovery,
    readSpeed: speed,
    writeSpeed: speed,
    rotationControl: 0,
  };
}

/** What the pages are made of, beside the settings. */
export interface ModePageContext {
  readonly medium: MediumState | undefined;
  readonly isLocked: boolean;
}

/**
 * The pages that MODE SENSE asks for. MMC-6 "Mode parameters for multi-media devices".
 *
 * @throws Refusal 5/24/00 for a page that the drive hasn't, 5/39/00 for saved values: it keeps none.
 */
export function modePages(
  settings: DriveSettings,
  context: ModePageContext,
  pageCode: number,
  pageControl: number,
): Uint8Array[] {
  if (pageControl === pageControls.saved) throw checkCondition(5, 0x39, 0x00);
  const shown = pageControl === pageControls.default ? usualSettings(context.medium) : settings;
  const changeable = pageControl === pageControls.changeable;
  const pages: readonly (readonly [number, () => Uint8Array])[] = [
    [
      modePageCodes.errorRecovery,
      () => (changeable ? changeableErrorRecovery() : encode(errorRecoveryPage, shown.errorRecovery)),
    ],
    [
      modePageCodes.writeParameters,
      () => (changeable ? changeableWriteParameters() : encode(writeParametersPage, shown.writeParameters)),
    ],
    [
      modePageCodes.capabilities,
      () => (changeable ? unchangeable(capabilities(shown, context)) : capabilities(shown, context)),
    ],
  ];
  const asked = pages.filter(([code]) => pageCode === modePageCodes.all || code === pageCode);
  if (asked.length === 0) throw checkCondition(5, 0x24, 0x00);
  return asked.map(([, page]) => page());
}

/** A page of which nothing can be changed: ones stand for what can be. */
function unchangeable(page: Uint8Array): Uint8Array {
  return page.fill(0, 2);
}

function changeableErrorRecovery(): Uint8Array {
  const page = {
    ...usualErrorRecovery,
    automaticWriteReallocation: false,
    readRetryCount: 0xff,
    writeRetryCount: 0xff,
  };
  return encode(errorRecoveryPage, { ...page, disableCorrection: true });
}

function changeableWriteParameters(): Uint8Array {
  return encode(writeParametersPage, {
    ...writeParametersFor("cdTrackAtOnce", { keepDiscOpen: true }),
    bufferUnderrunProtection: true,
    linkSizeValid: true,
    testWrite: true,
    writeType: 0xf,
    multisession: 3,
    fixedPacket: true,
    copy: true,
    trackMode: 0xf,
    dataBlockType: 0xf,
    linkSize: 0xff,
    sessionFormat: 0xff,
    packetSize: 0xffff_ffff,
    audioPauseLength: 0xffff,
  });
}

/** MMC-3 "MM capabilities and mechanical status page (2Ah)". */
function capabilities(settings: DriveSettings, { medium, isLocked }: ModePageContext): Uint8Array {
  const speeds = writeSpeedsOf(medium?.media.family);
  const { readSpeed, writeSpeed, rotationControl } = settings;
  return encodeCapabilitiesPage({
    parametersSaveable: false,
    readsDvdRam: true,
    readsDvdR: true,
    readsDvdRom: true,
    readsByMethod2: true,
    readsCdRw: true,
    readsCdR: true,
    writesDvdRam: true,
    writesDvdR: true,
    testWrite: true,
    writesCdRw: true,
    writesCdR: true,
    bufferUnderrunProtection: true,
    readsMultisession: true,
    readsMode2Form2: false,
    readsMode2Form1: false,
    digitalPort2: false,
    digitalPort1: false,
    compositeAudio: false,
    playsAudio: false,
    readsBarCode: false,
    readsUpc: false,
    readsIsrc: false,
    reportsC2: false,
    correctsSubchannels: false,
    readsSubchannels: false,
    readsAudioAccurately: false,
    readsAudio: false,
    loadingMechanism: 1,
    canEject: true,
    preventJumper: false,
    locked: isLocked,
    canLock: true,
    sideFlags: 0,
    maximumReadSpeed: speeds[0]!,
    volumeLevels: 0,
    bufferKilobytes: bufferBytes / 1024,
    currentReadSpeed: readSpeed,
    digitalOutput: 0,
    maximumWriteSpeed: speeds[0]!,
    obsoleteWriteSpeed: writeSpeed,
    copyManagementRevision: 0,
    rotationControl,
    currentWriteSpeed: writeSpeed,
    writeSpeeds: speeds.map((speed) => ({ rotationControl: 0, writeSpeed: speed })),
  });
}

/**
 * The settings after MODE SELECT.
 *
 * @param pages Behind the header and its block descriptors.
 * @throws Refusal 5/1A/00 for pages that are cut off, 5/26/00 for pages that can't be set, 5/26/02 for values that the
 *   drive, or the medium, is not for.
 */
export function selectPages(
  settings: DriveSettings,
  medium: MediumState | undefined,
  pages: Uint8Array,
): DriveSettings {
  let selected = settings;
  for (let at = 0; at < pages.length; ) {
    const code = pages[at]! % 0x40;
    const length = pages[at + 1];
    const size = code === modePageCodes.writeParameters ? writeParametersPage.size : errorRecoveryPage.size;
    if (code !== modePageCodes.writeParameters && code !== modePageCodes.errorRecovery)
      throw checkCondition(5, 0x26, 0x00);
    if (length !== undefined && length !== size - 2) throw checkCondition(5, 0x26, 0x00);
    if (at + size > pages.length) throw checkCondition(5, 0x1a, 0x00);
    const page = pages.subarray(at, at + size);
    selected =
      code === modePageCodes.writeParameters
        ? {
            ...selected,
            writeParameters: checkedWriteParameters(medium, writeParametersPage.read(page, 0, strictContext)),
          }
        : { ...selected, errorRecovery: errorRecoveryPage.read(page, 0, strictContext) };
    at += size;
  }
  return selected;
}

function checkedWriteParameters(medium: MediumState | undefined, page: WriteParameters): WriteParameters {
  const family = medium?.media.family;
  const isPossible = family === "cd" ? isPossibleOnCd(page) : family === "dvd-r" ? isPossibleOnDvdMinus(page) : true;
  if (!isPossible) throw checkCondition(5, 0x26, 0x02);
  return page;
}

/** Whether the page is for data, and not for audio. */
export function isData({ trackMode, dataBlockType }: WriteParameters): boolean {
  const isBlock = dataBlockType === dataBlockTypes.mode1 || dataBlockType === dataBlockTypes.mode2Form1;
  return isBlock && trackMode >= firstDataTrackMode && trackMode <= lastDataTrackMode;
}

/**
 * Sessions whose tracks a cue sheet tells take nothing else from here. A page for audio is taken, as every writer of CDs
 * takes it: libburn sends one before it asks for the next writable address. Only to write with it is refused.
 */
function isPossibleOnCd(page: WriteParameters): boolean {
  const isAudio = page.dataBlockType === dataBlockTypes.audio;
  if (page.writeType === writeTypes.sessionAtOnce) return true;
  return page.writeType === writeTypes.trackAtOnce && (isAudio || isData(page));
}

function isPossibleOnDvdMinus(page: WriteParameters): boolean {
  const isKnown = page.writeType === writeTypes.incremental || page.writeType === writeTypes.sessionAtOnce;
  return isKnown && isData(page) && (!page.fixedPacket || page.packetSize === dvdPacketBlocks);
}
