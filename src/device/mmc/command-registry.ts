import { strictContext } from "../../codec/codec.js";
import type { StructCodec } from "../../codec/struct.js";
import { hasCode } from "../../errors.js";
import { blank } from "./blank.js";
import { closeTrackSession } from "./close-track-session.js";
import type { Command } from "./command.js";
import { formatUnit } from "./format-unit.js";
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
import { modeParameterHeader, modeSelect10, modeSense10 } from "./mode-parameters.js";
import { preventAllowMediumRemoval } from "./prevent-allow-medium-removal.js";
import { read10 } from "./read-10.js";
import { read12 } from "./read-12.js";
import { bufferCapacity, readBufferCapacity } from "./read-buffer-capacity.js";
import { capacityReply, readCapacity } from "./read-capacity.js";
import { discInformation, readDiscInformation } from "./read-disc-information.js";
import { decodeFormatCapacities, readFormatCapacities } from "./read-format-capacities.js";
import { mediaSerialNumberAction, mediaSerialNumberHeader, readMediaSerialNumber } from "./read-media-serial-number.js";
import { decodeTocItems, rawTocItem, readToc, tocHeader, tocTrack } from "./read-toc.js";
import { readTrackInformation, trackInformation } from "./read-track-information.js";
import { requestSense } from "./request-sense.js";
import { reserveTrack } from "./reserve-track.js";
import { sendCueSheet } from "./send-cue-sheet.js";
import { sendOpcInformation } from "./send-opc-information.js";
import { decodeSense } from "./sense.js";
import { setCdSpeed } from "./set-cd-speed.js";
import { setStreaming } from "./set-streaming.js";
import { startStopUnit } from "./start-stop-unit.js";
import { synchronizeCache } from "./synchronize-cache.js";
import { testUnitReady } from "./test-unit-ready.js";
import { write10 } from "./write-10.js";
import { write12 } from "./write-12.js";

/** Fields of a command or a reply, by the names that its rows have; bytes are in hexadecimal. */
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

/** Reads a reply, or as much of it as came. */
type ReplyReader<F> = (bytes: Uint8Array, fields: F) => object | null;

interface KnownCommand {
  readonly command: Command<object>;
  readonly carriesBlocks: boolean;
  readonly reply: ReplyReader<never> | undefined;
  /** Whether these fields are its own, where several commands share an operation code. */
  readonly applies: ((fields: never) => boolean) | undefined;
}

function known<F extends object>(
  command: Command<F>,
  reply?: ReplyReader<F>,
  applies?: (fields: F) => boolean,
): KnownCommand {
  return { command, carriesBlocks: false, reply, applies };
}

function ofBlocks<F extends object>(command: Command<F>): KnownCommand {
  return { command, carriesBlocks: true, reply: undefined, applies: undefined };
}

function structReply<T extends object>(codec: StructCodec<T>): ReplyReader<unknown> {
  return (bytes) => codec.read(bytes, 0, strictContext);
}

/** The profile, and the features by number; in brackets those that are not current. */
function configurationReply(bytes: Uint8Array): object {
  const { currentProfile, features } = decodeConfiguration(bytes);
  const numbers = features.map(({ code, current }) => {
    const number = code.toString(16).padStart(4, "0");
    return current ? number : `(${number})`;
  });
  return { currentProfile, features: numbers.join(" ") };
}

function tocReply(bytes: Uint8Array, { format, legacyFormat }: { format: number; legacyFormat: number }): object {
  const head = tocHeader.read(bytes, 0, strictContext);
  switch (format === 0 ? legacyFormat : format) {
    case 0:
    case 1:
      return { ...head, tracks: decodeTocItems(bytes, tocTrack) };
    case 2:
      return { ...head, items: decodeTocItems(bytes, rawTocItem) };
    default:
      return head;
  }
}

function performanceReply(bytes: Uint8Array, { type }: { type: number }): object | null {
  if (type === performanceTypes.nominal) return { stretches: decodePerformance(bytes, nominalPerformance) };
  return type === performanceTypes.writeSpeeds ? { speeds: decodePerformance(bytes, writeSpeed) } : null;
}

/** All commands whose codecs there are. */
const knownCommands: readonly KnownCommand[] = [
  known(testUnitReady),
  known(requestSense, decodeSense),
  known(inquiry, (bytes, fields) => (fields.vitalProductData ? null : structReply(standardInquiryData)(bytes, fields))),
  known(startStopUnit),
  known(preventAllowMediumRemoval),
  known(readCapacity, structReply(capacityReply)),
  known(readFormatCapacities, decodeFormatCapacities),
  ofBlocks(read10),
  ofBlocks(read12),
  ofBlocks(write10),
  ofBlocks(write12),
  known(synchronizeCache),
  known(readToc, tocReply),
  known(getConfiguration, configurationReply),
  known(getEventStatusNotification, decodeEventReply),
  known(mechanismStatus, structReply(mechanismStatusHeader)),
  known(readDiscInformation, structReply(discInformation)),
  known(readTrackInformation, structReply(trackInformation)),
  known(readBufferCapacity, structReply(bufferCapacity)),
  known(getPerformance, performanceReply),
  known(
    readMediaSerialNumber,
    structReply(mediaSerialNumberHeader),
    ({ serviceAction }) => serviceAction === mediaSerialNumberAction,
  ),
  known(modeSelect10),
  known(modeSense10, structReply(modeParameterHeader)),
  known(formatUnit),
  known(blank),
  known(reserveTrack),
  known(sendOpcInformation),
  known(sendCueSheet),
  known(setCdSpeed),
  known(setStreaming),
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

/** What came back for a CDB, field by field; `null` where no codec reads it. */
export function describeReply(cdb: Uint8Array, bytes: Uint8Array): DescribedFields | null {
  const found = find(cdb);
  const reader = found?.row.reply;
  if (found === undefined || reader === undefined) return null;
  const reply = attempt(() => reader(bytes, found.fields as never));
  return reply === null ? null : flattened(reply);
}
