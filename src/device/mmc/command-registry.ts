import { strictContext } from "../../codec/codec.js";
import type { StructCodec } from "../../codec/struct.js";
import { hasCode } from "../../errors.js";
import { atip } from "./atip.js";
import { blank } from "./blank.js";
import { decodeCapabilitiesPage } from "./capabilities-page.js";
import { closeTrackSession } from "./close-track-session.js";
import type { Command } from "./command.js";
import { bdDiscInformation, physicalFormat } from "./disc-structures.js";
import { errorRecoveryPage } from "./error-recovery-page.js";
import { formatParameters, formatUnit } from "./format-unit.js";
import { decodeConfiguration, getConfiguration } from "./get-configuration.js";
import { decodeEventReply, getEventStatusNotification } from "./get-event-status-notification.js";
import {
  decodePerformance,
  getPerformance,
  nominalPerformance,
  performanceTypes,
  writeSpeed,
} from "./get-performance.js";
import { inquiry, standardInquiryData } from "./inquiry.js";
import { mechanismStatus, mechanismStatusHeader } from "./mechanism-status.js";
import { findModePage, modePageCodes, modeSelect10, modeSense10 } from "./mode-parameters.js";
import { findModePage6, modeSelect6, modeSense6 } from "./mode-sense-6.js";
import { preventAllowMediumRemoval } from "./prevent-allow-medium-removal.js";
import { read10 } from "./read-10.js";
import { read12 } from "./read-12.js";
import { bufferCapacity, readBufferCapacity } from "./read-buffer-capacity.js";
import { capacityReply, readCapacity } from "./read-capacity.js";
import { discInformation, readDiscInformation } from "./read-disc-information.js";
import {
  decodeStructure,
  decodeStructureList,
  readDiscStructure,
  structureFormats,
  structureMedia,
} from "./read-disc-structure.js";
import { decodeFormatCapacities, readFormatCapacities } from "./read-format-capacities.js";
import { mediaSerialNumberAction, mediaSerialNumberHeader, readMediaSerialNumber } from "./read-media-serial-number.js";
import { decodeTocItems, rawTocItem, readToc, tocHeader, tocTrack } from "./read-toc.js";
import { readTrackInformation, trackInformation } from "./read-track-information.js";
import { requestSense } from "./request-sense.js";
import { reserveTrack } from "./reserve-track.js";
import { decodeCueSheet, sendCueSheet } from "./send-cue-sheet.js";
import { sendDiscStructure } from "./send-disc-structure.js";
import { sendOpcInformation } from "./send-opc-information.js";
import { decodeSense } from "./sense.js";
import { setCdSpeed } from "./set-cd-speed.js";
import { setStreaming, streamingPerformance } from "./set-streaming.js";
import { startStopUnit } from "./start-stop-unit.js";
import { synchronizeCache } from "./synchronize-cache.js";
import { testUnitReady } from "./test-unit-ready.js";
import { write10 } from "./write-10.js";
import { write12 } from "./write-12.js";
import { writeParametersPage } from "./write-parameters-page.js";

/** Fields of a command or of its data, by the names that their rows have; bytes are in hexadecimal. */
export type DescribedFields = Readonly<Record<string, string | number | boolean>>;

/** A command, as its CDB tells it. */
export interface DescribedCommand {
  /** As the standard prints it: "READ (10)". */
  readonly name: string;
  /** An item of a list has its number, from 1: "formats.1.numberOfBlocks". */
  readonly fields: DescribedFields;
  /** Whether it carries blocks of the disc, and not something about them. */
  readonly carriesBlocks: boolean;
}

/** Reads the data that come in for a command, or go out with it, as far as they are there. */
type DataReader<F> = (bytes: Uint8Array, fields: F) => object | null;

interface KnownCommand {
  readonly command: Command<object>;
  readonly carriesBlocks: boolean;
  readonly data: DataReader<never> | undefined;
  /** Whether these fields are its own, where several commands share an operation code. */
  readonly applies: ((fields: never) => boolean) | undefined;
}

function known<F extends object>(
  command: Command<F>,
  data?: DataReader<F>,
  applies?: (fields: F) => boolean,
): KnownCommand {
  return { command, carriesBlocks: false, data, applies };
}

function ofBlocks<F extends object>(command: Command<F>): KnownCommand {
  return { command, carriesBlocks: true, data: undefined, applies: undefined };
}

function asStruct<T extends object>(codec: StructCodec<T>): DataReader<unknown> {
  return (bytes) => codec.read(bytes, 0, strictContext);
}

/** The profile, and the features by number; in brackets those that are not current. */
function readConfiguration(bytes: Uint8Array): object {
  const { currentProfile, features } = decodeConfiguration(bytes);
  const numbers = features.map(({ code, current }) => {
    const number = code.toString(16).padStart(4, "0");
    return current ? number : `(${number})`;
  });
  return { currentProfile, features: numbers.join(" ") };
}

function readTableOfContents(
  bytes: Uint8Array,
  { format, legacyFormat }: { format: number; legacyFormat: number },
): object {
  const head = tocHeader.read(bytes, 0, strictContext);
  switch (format === 0 ? legacyFormat : format) {
    case 0:
    case 1:
      return { ...head, tracks: decodeTocItems(bytes, tocTrack) };
    case 2:
      return { ...head, items: decodeTocItems(bytes, rawTocItem) };
    case 4:
      return atip.read(bytes, 0, strictContext);
    default:
      return head;
  }
}

function readPerformance(bytes: Uint8Array, { type }: { type: number }): object | null {
  if (type === performanceTypes.nominal) return { stretches: decodePerformance(bytes, nominalPerformance) };
  return type === performanceTypes.writeSpeeds ? { speeds: decodePerformance(bytes, writeSpeed) } : null;
}

function readPage(page: Uint8Array | undefined): object | null {
  if (page === undefined) return null;
  switch (page[0]! % 0x40) {
    case modePageCodes.errorRecovery:
      return errorRecoveryPage.read(page, 0, strictContext);
    case modePageCodes.writeParameters:
      return writeParametersPage.read(page, 0, strictContext);
    case modePageCodes.capabilities:
      return decodeCapabilitiesPage(page);
    default:
      return null;
  }
}

/** The one page that is set: of several, the first that has a codec. */
function readSelected(find: typeof findModePage): DataReader<unknown> {
  const { errorRecovery, writeParameters, capabilities } = modePageCodes;
  return (bytes) => {
    const pages = [errorRecovery, writeParameters, capabilities].map((code) => find(bytes, code));
    return readPage(pages.find((page) => page !== undefined));
  };
}

function readStructure(bytes: Uint8Array, { mediaType, format }: { mediaType: number; format: number }): object | null {
  const structure = decodeStructure(bytes);
  const { physical, controlData, adip, list } = structureFormats;
  if (format === list) return { formats: decodeStructureList(structure) };
  if (mediaType === structureMedia.bd) return format === physical ? asStruct(bdDiscInformation)(structure, null) : null;
  return [physical, controlData, adip].some((code) => code === format)
    ? asStruct(physicalFormat)(structure, null)
    : null;
}

/** All commands whose codecs there are. */
const knownCommands: readonly KnownCommand[] = [
  known(testUnitReady),
  known(requestSense, decodeSense),
  known(inquiry, (bytes, fields) => (fields.vitalProductData ? null : asStruct(standardInquiryData)(bytes, fields))),
  known(startStopUnit),
  known(preventAllowMediumRemoval),
  known(readCapacity, asStruct(capacityReply)),
  known(readFormatCapacities, decodeFormatCapacities),
  ofBlocks(read10),
  ofBlocks(read12),
  ofBlocks(write10),
  ofBlocks(write12),
  known(synchronizeCache),
  known(readToc, readTableOfContents),
  known(getConfiguration, readConfiguration),
  known(getEventStatusNotification, decodeEventReply),
  known(mechanismStatus, asStruct(mechanismStatusHeader)),
  known(readDiscInformation, asStruct(discInformation)),
  known(readTrackInformation, asStruct(trackInformation)),
  known(readBufferCapacity, asStruct(bufferCapacity)),
  known(getPerformance, readPerformance),
  known(
    readMediaSerialNumber,
    asStruct(mediaSerialNumberHeader),
    ({ serviceAction }) => serviceAction === mediaSerialNumberAction,
  ),
  known(readDiscStructure, readStructure),
  known(sendDiscStructure),
  known(modeSelect6, readSelected(findModePage6)),
  known(modeSelect10, readSelected(findModePage)),
  known(modeSense6, (bytes, { pageCode }) => readPage(findModePage6(bytes, pageCode))),
  known(modeSense10, (bytes, { pageCode }) => readPage(findModePage(bytes, pageCode))),
  known(formatUnit, asStruct(formatParameters)),
  known(blank),
  known(reserveTrack),
  known(sendOpcInformation),
  known(sendCueSheet, (bytes) => ({ entries: decodeCueSheet(bytes) })),
  known(setCdSpeed),
  known(setStreaming, asStruct(streamingPerformance)),
  known(closeTrackSession),
];

function flatten(value: unknown, name: string, into: Record<string, string | number | boolean>): void {
  if (value instanceof Uint8Array) {
    into[name] = Array.from(value, (octet) => octet.toString(16).padStart(2, "0")).join("");
  } else if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    into[name] = value;
  } else if (typeof value === "object" && value !== null) {
    for (const [key, member] of Object.entries(value) as [string, unknown][]) {
      const own = Array.isArray(value) ? String(Number(key) + 1) : key;
      flatten(member, name === "" ? own : `${name}.${own}`, into);
    }
  }
}

function flattened(value: object): DescribedFields {
  const fields: Record<string, string | number | boolean> = {};
  flatten(value, "", fields);
  return fields;
}

/** Reads bytes that may be anything; `null` where they are not what they should be. */
function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (hasCode(error, "E_FIELD_INVALID")) return null;
    throw error;
  }
}

function find(cdb: Uint8Array): { readonly row: KnownCommand; readonly fields: object } | undefined {
  for (const row of knownCommands) {
    const { command, applies } = row;
    if (command.operationCode !== cdb[0] || cdb.length < command.cdb.size) continue;
    const fields = attempt(() => command.cdb.read(cdb, 0, strictContext));
    if (fields !== null && (applies === undefined || applies(fields as never))) return { row, fields };
  }
  return undefined;
}

/** The command of a CDB with its fields; `undefined` for one that no codec reads. */
export function describeCommand(cdb: Uint8Array): DescribedCommand | undefined {
  const found = find(cdb);
  if (found === undefined) return undefined;
  const { row, fields } = found;
  return { name: row.command.name, fields: flattened(fields), carriesBlocks: row.carriesBlocks };
}

/** What came in for a CDB, or went out with it, field by field; `null` where no codec reads it. */
export function describeData(cdb: Uint8Array, bytes: Uint8Array): DescribedFields | null {
  const found = find(cdb);
  const reader = found?.row.data;
  if (found === undefined || reader === undefined) return null;
  const data = attempt(() => reader(bytes, found.fields as never));
  return data === null ? null : flattened(data);
}
