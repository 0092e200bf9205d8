import { strictContext } from "../../codec/codec.js";
import type { StructCodec } from "../../codec/struct.js";
import type {
  BdSpareArea,
  DvdRamStatus,
  DvdSpareArea,
  PhysicalFormat,
  WriteProtection,
} from "../mmc/disc-structures.js";
import {
  bdDiscInformation,
  bdSpareArea,
  dvdRamStatus,
  dvdSpareArea,
  physicalFormat,
  writeProtection,
} from "../mmc/disc-structures.js";
import {
  decodeStructure,
  readDiscStructure,
  structureFormats,
  structureHeader,
  structureMedia,
} from "../mmc/read-disc-structure.js";
import type { Asking } from "./ask.js";
import { ask, isAboutMedium } from "./ask.js";
import { traitsOf } from "./traits.js";

/** What a disc's structures tell; `null` where the drive does not know one, or the medium has none such. */
export interface DiscStructures {
  readonly protection: WriteProtection | null;
  readonly ramStatus: DvdRamStatus | null;
  /** Of discs with two layers. */
  readonly physical: PhysicalFormat | null;
  readonly dvdSpares: DvdSpareArea | null;
  readonly bdSpares: BdSpareArea | null;
  /** Who made a BD, and the maker's name of the kind. */
  readonly maker: { readonly manufacturer: string; readonly mediaType: string } | null;
}

/** Up to the end of the first layer. */
const physicalBytes = 16;
/** A unit of a BD's disc information begins so. */
const unitMark = [0x44, 0x49];

const none: DiscStructures = {
  protection: null,
  ramStatus: null,
  physical: null,
  dvdSpares: null,
  bdSpares: null,
  maker: null,
};

/**
 * Asks for the structures of which something is made: what forbids writing, where the first layer ends, spare areas.
 * Each is asked for with no more bytes than it has, and a drive may refuse any. CD have none.
 */
export function* askStructures(profileNumber: number): Asking<DiscStructures> {
  const family = traitsOf(profileNumber)?.family;
  if (family === undefined || family === "cd") return none;
  const isBd = family === "bd-r" || family === "bd-re";
  const mediaType = isBd ? structureMedia.bd : structureMedia.dvd;
  const { mediumStatus, physical, spareArea } = structureFormats;
  const protection = yield* askFor(mediaType, structureFormats.writeProtection, writeProtection);
  if (isBd) {
    const bdSpares = yield* askFor(mediaType, spareArea, bdSpareArea);
    return { ...none, protection, bdSpares, maker: yield* askMaker() };
  }
  if (family === "dvd-ram") {
    const ramStatus = yield* askFor(mediaType, mediumStatus, dvdRamStatus);
    return { ...none, protection, ramStatus, dvdSpares: yield* askFor(mediaType, spareArea, dvdSpareArea) };
  }
  if (!twoLayers.includes(profileNumber)) return { ...none, protection };
  return { ...none, protection, physical: yield* askFor(mediaType, physical, physicalFormat, physicalBytes) };
}

/** Profiles of DVD that have two layers. MMC-6 "Profiles". */
const twoLayers = [0x0015, 0x0016, 0x002a, 0x002b];

function* askBytes(mediaType: number, format: number, bytes: number): Asking<Uint8Array | null> {
  const allocationLength = structureHeader.size + bytes;
  const fields = { mediaType, address: 0, layerNumber: 0, format, allocationLength };
  const options = { isAnswer: isAboutMedium, isOptional: true };
  const answer = yield* ask(readDiscStructure, fields, allocationLength, options);
  if (!("data" in answer) || answer.data.length < structureHeader.size) return null;
  const structure = decodeStructure(answer.data);
  return structure.length < bytes ? null : structure;
}

function* askFor<T>(
  mediaType: number,
  format: number,
  codec: StructCodec<T>,
  bytes: number = codec.size,
): Asking<T | null> {
  const structure = yield* askBytes(mediaType, format, bytes);
  return structure === null ? null : codec.read(structure, 0, strictContext);
}

function* askMaker(): Asking<DiscStructures["maker"]> {
  const unit = yield* askBytes(structureMedia.bd, structureFormats.physical, bdDiscInformation.size);
  if (unit === null || unitMark.some((octet, at) => unit[at] !== octet)) return null;
  const { manufacturer, mediaType } = bdDiscInformation.read(unit, 0, strictContext);
  return { manufacturer, mediaType };
}
