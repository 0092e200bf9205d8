import type { StructCodec } from "../../codec/struct.js";
import { encode } from "../../codec/struct.js";
import { blockBytes } from "../../units.js";
import { featureCodes } from "../mmc/feature-codes.js";
import {
  cdReadFeature,
  coreFeature,
  dvdReadFeature,
  encodeProfileList,
  encodeSerialNumber,
  randomReadableFeature,
  realTimeStreamingFeature,
  removableMediumFeature,
} from "../mmc/feature-payloads.js";
import type { Feature } from "../mmc/features.js";
import { encodeConfiguration } from "../mmc/get-configuration.js";
import {
  bdReadFeature,
  bdWriteFeature,
  cdMasteringFeature,
  cdRwWriteFeature,
  cdTrackAtOnceFeature,
  defectManagementFeature,
  dvdMinusWriteFeature,
  dvdPlusRFeature,
  dvdPlusRwFeature,
  encodeIncrementalStreaming,
  formattableFeature,
  randomWritableFeature,
  restrictedOverwriteFeature,
} from "../mmc/write-feature-payloads.js";
import { driveSerialNumber } from "./identity.js";
import { emulatedProfiles } from "./media.js";
import type { MediumState } from "./medium.js";
import { profileOfMedium } from "./medium.js";
import { capacityBlocksOf, isFormatted } from "./overwritable.js";

/** Which features GET CONFIGURATION asks for. MMC-6 "GET CONFIGURATION, requested type". */
export interface ConfigurationQuery {
  /** 0 all from a number on, 1 those of them that are current, 2 the one of that number. */
  readonly requestedType: number;
  readonly from: number;
}

const requestedTypes = { all: 0, current: 1, one: 2 } as const;

/** SCSI, as of old. */
const scsiInterface = 1;
const trayMechanism = 1;
/** Blocks lost between two increments of a DVD-R. */
const dvdLinkBlocks = 16;
const mode1 = 0x0100;
const cueSheetBytes = 800;

/** Whether the drive can do something with the medium in it, and the payload that says what. */
type FeatureRow = readonly [code: number, current: boolean, payload: Uint8Array];

function row<T>(code: number, current: boolean, codec: StructCodec<T>, value: T): FeatureRow {
  return [code, current, encode(codec, value)];
}

/** What the drive can do with any medium, or none. */
const persistentFeatures: readonly number[] = [
  featureCodes.profileList,
  featureCodes.core,
  featureCodes.removableMedium,
  featureCodes.serialNumber,
];

/** What the medium, in the state it is in, allows. */
function conditionsOf(state: MediumState | undefined) {
  const family = state?.media.family;
  const sequential = state?.model === "sequential" && state.interrupted === null ? state : undefined;
  const overwritable = state?.model === "overwritable" ? state : undefined;
  const isWritable = sequential !== undefined && !sequential.finalised;
  return { family, sequential, overwritable, isWritable, isDouble: state?.media.layers === 2 };
}

function generalRows(state: MediumState | undefined): FeatureRow[] {
  const current = state === undefined ? 0 : profileOfMedium(state);
  const profiles = emulatedProfiles.map((profileNumber) => ({ profileNumber, current: profileNumber === current }));
  const { family } = conditionsOf(state);
  return [
    [featureCodes.profileList, true, encodeProfileList(profiles)],
    row(featureCodes.core, true, coreFeature, {
      physicalInterfaceStandard: scsiInterface,
      deviceBusyEvents: true,
      inquiry2: false,
    }),
    row(featureCodes.removableMedium, true, removableMediumFeature, {
      loadingMechanism: trayMechanism,
      canLoad: true,
      canEject: true,
      preventJumper: false,
      deviceBusyMediaLoad: false,
      canLock: true,
    }),
    row(featureCodes.randomReadable, state !== undefined, randomReadableFeature, {
      logicalBlockBytes: blockBytes,
      blocking: state?.media.unitBlocks ?? 1,
      errorRecoveryPage: true,
    }),
    row(featureCodes.cdRead, family === "cd", cdReadFeature, {
      digitalAudioPlay: false,
      c2Flags: false,
      cdText: false,
    }),
    row(featureCodes.dvdRead, family?.startsWith("dvd") === true, dvdReadFeature, {
      multi110: true,
      dualLayerRw: true,
      dualLayerR: true,
    }),
    row(featureCodes.realTimeStreaming, state !== undefined, realTimeStreamingFeature, {
      readBufferCapacityBlock: true,
      setCdSpeed: true,
      modePage2aSpeeds: true,
      writeSpeedDescriptors: true,
      streamWriting: true,
    }),
    [featureCodes.serialNumber, true, encodeSerialNumber(driveSerialNumber)],
  ];
}

function sequentialRows(state: MediumState | undefined): FeatureRow[] {
  const { family, sequential, isWritable, isDouble } = conditionsOf(state);
  const isCd = family === "cd" && isWritable;
  const isMinus = family === "dvd-r" && isWritable;
  const isPlus = family === "dvd+r";
  return [
    [
      featureCodes.incrementalStreaming,
      isCd || (isMinus && sequential?.atOnceOnly !== true),
      encodeIncrementalStreaming({
        dataBlockTypesSupported: mode1,
        trackResources: false,
        addressModeReservation: false,
        bufferUnderrunFree: true,
        linkSizes: family === "dvd-r" ? [dvdLinkBlocks] : [],
      }),
    ],
    row(featureCodes.dvdPlusR, isPlus && !isDouble, dvdPlusRFeature, { write: isPlus && !isDouble && isWritable }),
    row(featureCodes.cdTrackAtOnce, isCd, cdTrackAtOnceFeature, {
      bufferUnderrunFree: true,
      rawSubchannels: false,
      packedSubchannels: false,
      testWrite: true,
      cdRw: true,
      subchannels: false,
      dataTypesSupported: mode1,
    }),
    row(featureCodes.cdMastering, isCd, cdMasteringFeature, {
      bufferUnderrunFree: true,
      sessionAtOnce: true,
      rawMultisession: false,
      raw: false,
      testWrite: true,
      cdRw: true,
      subchannels: false,
      maximumCueSheetLength: cueSheetBytes,
    }),
    row(featureCodes.dvdMinusWrite, isMinus, dvdMinusWriteFeature, {
      bufferUnderrunFree: true,
      dualLayerR: true,
      testWrite: true,
      dvdRw: true,
    }),
    row(featureCodes.cdRwWrite, isCd && state?.media.erasable === true, cdRwWriteFeature, { mediaSubtypes: 1 }),
    [
      featureCodes.bdRPseudoOverwrite,
      family === "bd-r" && isWritable && sequential?.format?.pseudoOverwrite === true,
      new Uint8Array(4),
    ],
    row(featureCodes.dvdPlusRDualLayer, isPlus && isDouble, dvdPlusRFeature, {
      write: isPlus && isDouble && isWritable,
    }),
  ];
}

function overwritableRows(state: MediumState | undefined): FeatureRow[] {
  const { family, overwritable, sequential, isDouble } = conditionsOf(state);
  const isUsable = overwritable !== undefined && overwritable.interrupted === null && isFormatted(overwritable);
  const isRestricted = overwritable !== undefined && family === "dvd-r";
  const isFreshBdR = family === "bd-r" && sequential?.tracks.length === 0 && sequential.format === null;
  const isPlus = family === "dvd+rw";
  return [
    row(featureCodes.randomWritable, isUsable && !isRestricted, randomWritableFeature, {
      lastLogicalBlock: overwritable === undefined ? 0 : Math.max(0, capacityBlocksOf(overwritable) - 1),
      logicalBlockBytes: blockBytes,
      blocking: state?.media.unitBlocks ?? 1,
      errorRecoveryPage: true,
    }),
    row(
      featureCodes.formattable,
      isFreshBdR || (state !== undefined && state.media.overwritable !== null),
      formattableFeature,
      {
        withoutSpares: true,
        spareExpansion: false,
        quickCertification: true,
        fullCertification: true,
        bdRandomRecording: false,
      },
    ),
    row(featureCodes.defectManagement, family === "dvd-ram" || family === "bd-re", defectManagementFeature, {
      supplementarySpareArea: false,
    }),
    row(featureCodes.dvdPlusRw, isPlus && !isDouble, dvdPlusRwFeature, {
      write: isPlus && !isDouble,
      quickStart: false,
      closeOnly: false,
    }),
    row(featureCodes.restrictedOverwrite, isRestricted, restrictedOverwriteFeature, {
      defectStatusGeneration: false,
      defectStatusReading: false,
      intermediate: true,
      blank: false,
    }),
    row(featureCodes.dvdPlusRwDualLayer, isPlus && isDouble, dvdPlusRwFeature, {
      write: isPlus && isDouble,
      quickStart: false,
      closeOnly: false,
    }),
  ];
}

/** Bitmaps of versions and classes of BD: all there are. */
const allBdClasses = new Uint8Array(8).fill(0x0f, 1, 4);

function bdRows(state: MediumState | undefined): FeatureRow[] {
  const { family, isWritable } = conditionsOf(state);
  const isBd = family === "bd-r" || family === "bd-re";
  return [
    row(featureCodes.bdRead, isBd, bdReadFeature, {
      bdReClasses: allBdClasses,
      bdRClasses: allBdClasses,
      bdRomClasses: allBdClasses,
    }),
    row(featureCodes.bdWrite, family === "bd-re" || (isBd && isWritable), bdWriteFeature, {
      verifyNotRequired: true,
      bdReClasses: allBdClasses,
      bdRClasses: allBdClasses,
    }),
  ];
}

/** All features of the drive with the medium that is in it; `undefined` for none. MMC-6 "Features". */
function featuresOf(state: MediumState | undefined): Feature[] {
  return [...generalRows(state), ...sequentialRows(state), ...overwritableRows(state), ...bdRows(state)]
    .map(([code, current, payload]): Feature => {
      return { code, version: 0, persistent: persistentFeatures.includes(code), current, payload };
    })
    .sort((a, b) => a.code - b.code);
}

/** Profile and features. MMC-6 "GET CONFIGURATION response data". */
export function configurationReply(state: MediumState | undefined, query: ConfigurationQuery): Uint8Array {
  const { requestedType, from } = query;
  const features = featuresOf(state).filter(({ code, current }) =>
    requestedType === requestedTypes.one
      ? code === from
      : code >= from && (requestedType === requestedTypes.all || current),
  );
  return encodeConfiguration({ currentProfile: state === undefined ? 0 : profileOfMedium(state), features });
}
