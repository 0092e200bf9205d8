import { strictContext } from "../../codec/codec.js";
import { encode } from "../../codec/struct.js";
import {
  bdDiscInformation,
  bdSpareArea,
  dvdRamStatus,
  dvdSpareArea,
  layerValue,
  physicalFormat,
  preRecordedField,
  writeProtection,
} from "../mmc/disc-structures.js";
import type { StructureListEntry } from "../mmc/read-disc-structure.js";
import {
  decodeStructure,
  encodeStructure,
  encodeStructureList,
  structureFormats,
  structureHeader,
  structureMedia,
} from "../mmc/read-disc-structure.js";
import type { EmulatedMedia } from "./media.js";
import type { MediumState, SequentialMedium } from "./medium.js";
import { capacityBlocksOf, writtenEnd } from "./overwritable.js";
import { checkCondition } from "./refusal.js";
import { isBlank, readableEnd } from "./sequential.js";

/** Bytes of structures that are longer than what is known of them. */
const controlDataBytes = 2048;
const adipBytes = 256;
const bdInformationBytes = 4096;
const manufacturer = "DISCSMTH";
/** In the medium status of a DVD-RAM. */
const withoutCartridge = 0x10;
/** Where the data zone begins, in the disc's own sector numbers. */
const firstDataSector = 0x3_0000;
const firstDataSectorOfRam = 0x3_1000;

/** Category and part version of the books, by type of media. */
const books: Readonly<Record<string, readonly [diskCategory: number, partVersion: number]>> = {
  "dvd-r": [0x2, 0x5],
  "dvd-r-dl": [0x2, 0x6],
  "dvd-rw": [0x3, 0x2],
  "dvd+r": [0xa, 0x1],
  "dvd+r-dl": [0xe, 0x1],
  "dvd+rw": [0x9, 0x2],
  "dvd+rw-dl": [0xd, 0x1],
  "dvd-ram": [0x1, 0x6],
};

/** One structure that a medium has. */
interface Structure {
  readonly format: number;
  readonly sendable: boolean;
  content(): Uint8Array;
}

function padded(structure: Uint8Array, bytes: number): Uint8Array {
  const target = new Uint8Array(bytes);
  target.set(structure);
  return target;
}

/** Where the first of two layers ends: half of the disc, unless set. */
function firstLayerBlocks(state: MediumState): number {
  const set = state.model === "sequential" ? state.firstLayerBlocks : null;
  const unit = state.media.unitBlocks;
  return set ?? Math.ceil(state.capacityBlocks / state.media.layers / unit) * unit;
}

/** @param blocks Of the data zone: the whole of it, or what has been recorded. */
function physical(state: MediumState, blocks: number): Uint8Array {
  const { media } = state;
  const [diskCategory, partVersion] = books[media.media] ?? [0, 0];
  const first = media.family === "dvd-ram" ? firstDataSectorOfRam : firstDataSector;
  return encode(physicalFormat, {
    diskCategory,
    partVersion,
    discSize: 0,
    maximumRate: 0xf,
    layersLessOne: media.layers - 1,
    oppositeTrackPath: media.layers > 1,
    layerType: media.erasable ? 4 : 2,
    linearDensity: 0,
    trackDensity: 0,
    firstSectorOfData: first,
    lastSectorOfData: first + Math.max(0, blocks - 1),
    lastSectorOfLayer0: media.layers > 1 ? first + firstLayerBlocks(state) - 1 : 0,
    burstCuttingArea: false,
    manufacturer,
    mediaType: "E01",
    productRevision: 0,
  });
}

/** Blocks up to the lead-out, or border-out, that is there now. */
function recordedBlocks(state: MediumState): number {
  if (state.model === "sequential") return readableEnd(state);
  return state.backgroundFormat === "none" ? capacityBlocksOf(state) : writtenEnd(state);
}

/** Field 1 codes and capacity, 3 and 4 the maker's name in two parts. */
function preRecorded(): Uint8Array {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value.padEnd(6, " "));
  const fields = [
    { fieldId: 1, information: Uint8Array.of(0x40, 0xc1, 0xfd, 0x9e, 0xd8, 0x50) },
    { fieldId: 2, information: new Uint8Array(6) },
    { fieldId: 3, information: text("DISCSM") },
    { fieldId: 4, information: text("ITH") },
    { fieldId: 5, information: new Uint8Array(6) },
  ].map((field) => encode(preRecordedField, field));
  return Uint8Array.from(fields.flatMap((field) => [...field]));
}

function bdInformation({ media, layers }: EmulatedMedia): Uint8Array {
  const units = Array.from({ length: layers }, (_, layerNumber) =>
    encode(bdDiscInformation, {
      format: 1,
      unitsPerLayer: 1,
      layerNumber,
      sequenceNumber: layerNumber,
      bytesInUse: bdDiscInformation.size,
      discType: media.startsWith("bd-re") ? "BDW" : "BDR",
      content: new Uint8Array(89),
      manufacturer: "DSMITH",
      mediaType: "E01",
      timeStamp: 0,
      productRevision: 0,
    }),
  );
  return padded(Uint8Array.from(units.flatMap((unit) => [...unit])), bdInformationBytes);
}

function bdSpares(state: MediumState): Uint8Array {
  const format = state.model === "sequential" ? state.format : { spareBlocks: state.spareBlocks, replacedBlocks: 0 };
  const allocatedBlocks = format?.spareBlocks ?? 0;
  const freeBlocks = Math.max(0, allocatedBlocks - (format?.replacedBlocks ?? 0));
  return encode(bdSpareArea, { freeBlocks, allocatedBlocks });
}

function layerCapacity(state: MediumState): Uint8Array {
  const isFixed = state.model === "sequential" && (state.firstLayerBlocks !== null || !isBlank(state));
  return encode(layerValue, { initialised: isFixed, value: firstLayerBlocks(state) });
}

function structuresOf(state: MediumState): Structure[] {
  const { media } = state;
  const readable = (format: number, content: () => Uint8Array): Structure => ({ format, sendable: false, content });
  const recorded = readable(structureFormats.physical, () =>
    padded(physical(state, recordedBlocks(state)), controlDataBytes),
  );
  const whole = (format: number, bytes: number): Structure =>
    readable(format, () => padded(physical(state, state.capacityBlocks), bytes));
  const layers: Structure[] =
    media.layers > 1 && media.sequential !== null
      ? [
          {
            format: structureFormats.layerCapacity,
            sendable: media.family === "dvd+r",
            content: () => layerCapacity(state),
          },
        ]
      : [];
  switch (media.family) {
    case "dvd-r":
      return [
        recorded,
        readable(structureFormats.preRecorded, preRecorded),
        whole(structureFormats.controlData, controlDataBytes),
        ...layers,
      ];
    case "dvd+r":
      return [recorded, whole(structureFormats.adip, adipBytes), ...layers];
    case "dvd+rw":
      return [recorded, whole(structureFormats.adip, adipBytes)];
    case "dvd-ram": {
      const none = { unusedPrimaryBlocks: 0, unusedSupplementaryBlocks: 0, allocatedSupplementaryBlocks: 0 };
      return [
        recorded,
        readable(structureFormats.mediumStatus, ramStatus),
        readable(structureFormats.spareArea, () => encode(dvdSpareArea, none)),
      ];
    }
    case "bd-r":
    case "bd-re":
      return [
        readable(structureFormats.physical, () => bdInformation(media)),
        readable(structureFormats.spareArea, () => bdSpares(state)),
      ];
    default:
      return [];
  }
}

/** Without a cartridge, and to be written so. */
function ramStatus(): Uint8Array {
  const none = { inCartridge: false, wasTakenOut: false, mediaWriteInhibited: false, cartridge: false };
  return encode(dvdRamStatus, { ...none, persistent: false, discType: withoutCartridge, writeInhibitReason: 0 });
}

function protection(): Structure {
  const none = { mediaWriteInhibited: false, cartridge: false, persistent: false, software: false };
  return { format: structureFormats.writeProtection, sendable: false, content: () => encode(writeProtection, none) };
}

/**
 * What the medium's maker, or its format, has put on it. MMC-6 "READ DISC STRUCTURE command".
 *
 * @throws Refusal 5/30/02 for a CD, 5/24/00 for a structure that the medium hasn't.
 */
export function structureReply(state: MediumState, mediaType: number, format: number): Uint8Array {
  const { family } = state.media;
  if (family === "cd") throw checkCondition(5, 0x30, 0x02);
  const own = structuresOf(state);
  const all = [...own, protection()];
  if (format === structureFormats.list) {
    const entries = all.map(
      (structure): StructureListEntry => ({
        format: structure.format,
        sendable: structure.sendable,
        readable: true,
        structureLength: structure.content().length + structureHeader.size,
      }),
    );
    return encodeStructure(encodeStructureList(entries));
  }
  const found = all.find((structure) => structure.format === format);
  const isOwnKind = mediaType === (family === "bd-r" || family === "bd-re" ? structureMedia.bd : structureMedia.dvd);
  if (found === undefined || (own.includes(found) && !isOwnKind)) throw checkCondition(5, 0x24, 0x00);
  return encodeStructure(found.content());
}

/**
 * The disc after SEND DISC STRUCTURE: the size of the first layer of a blank DVD+R DL.
 *
 * @throws Refusal 5/24/00 for any other structure, 5/2C/00 once it is fixed, 5/26/02 for a size that the layer hasn't.
 */
export function withStructure(
  state: MediumState,
  mediaType: number,
  format: number,
  data: Uint8Array,
): SequentialMedium {
  const { media } = state;
  const isKnown = mediaType === structureMedia.dvd && format === structureFormats.layerCapacity;
  if (!isKnown || media.family !== "dvd+r" || media.layers < 2 || state.model !== "sequential") {
    throw checkCondition(5, 0x24, 0x00);
  }
  if (data.length !== structureHeader.size + layerValue.size) throw checkCondition(5, 0x1a, 0x00);
  if (!isBlank(state) || state.firstLayerBlocks !== null) throw checkCondition(5, 0x2c, 0x00);
  const { value } = layerValue.read(decodeStructure(data), 0, strictContext);
  if (value === 0 || value % media.unitBlocks !== 0 || value > firstLayerBlocks(state))
    throw checkCondition(5, 0x26, 0x02);
  return { ...state, firstLayerBlocks: value };
}
