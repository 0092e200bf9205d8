import { strictContext } from "../../codec/codec.js";
import { hasCode } from "../../errors.js";
import { closeTrackSession } from "./close-track-session.js";
import type { Command } from "./command.js";
import { decodeConfiguration, featureHeader, getConfiguration } from "./get-configuration.js";
import { inquiry, standardInquiryData } from "./inquiry.js";
import { modeParameterHeader, modeSelect10, modeSense10 } from "./mode-parameters.js";
import { preventAllowMediumRemoval } from "./prevent-allow-medium-removal.js";
import { read10 } from "./read-10.js";
import { capacityReply, readCapacity } from "./read-capacity.js";
import { discInformation, readDiscInformation } from "./read-disc-information.js";
import { readToc, tocHeader } from "./read-toc.js";
import { readTrackInformation, trackInformation } from "./read-track-information.js";
import { requestSense } from "./request-sense.js";
import { decodeSense } from "./sense.js";
import { startStopUnit } from "./start-stop-unit.js";
import { synchronizeCache } from "./synchronize-cache.js";
import { testUnitReady } from "./test-unit-ready.js";
import { write10 } from "./write-10.js";

/** Fields of a command or a reply, by the names that its rows have; bytes are in hexadecimal. */
export type DescribedFields = Readonly<Record<string, string | number | boolean>>;

/** A command, as its CDB tells it. */
export interface DescribedCommand {
  /** As the standard prints it: "READ (10)". */
  readonly name: string;
  readonly fields: DescribedFields;
  /** Whether it carries blocks of the disc, and not something about them. */
  readonly carriesBlocks: boolean;
}

/** Reads a reply, or as much of it as came. */
type ReplyReader = (bytes: Uint8Array) => object | null;

interface KnownCommand {
  readonly command: Command<object>;
  readonly carriesBlocks: boolean;
  readonly reply: ReplyReader | undefined;
}

function known<F extends object>(command: Command<F>, reply?: ReplyReader): KnownCommand {
  return { command, carriesBlocks: false, reply };
}

function ofBlocks<F extends object>(command: Command<F>): KnownCommand {
  return { command, carriesBlocks: true, reply: undefined };
}

/** The profile, and the features by number; in brackets those that are not current. */
function configurationFields(bytes: Uint8Array): object | null {
  if (bytes.length < featureHeader.size) return null;
  const { currentProfile, features } = decodeConfiguration(bytes);
  const numbers = features.map(({ code, current }) => {
    const number = code.toString(16).padStart(4, "0");
    return current ? number : `(${number})`;
  });
  return { currentProfile, features: numbers.join(" ") };
}

/** All commands whose codecs there are. */
const knownCommands: readonly KnownCommand[] = [
  known(testUnitReady),
  known(requestSense, decodeSense),
  known(inquiry, (bytes) => standardInquiryData.read(bytes, 0, strictContext)),
  known(startStopUnit),
  known(preventAllowMediumRemoval),
  known(readCapacity, (bytes) => capacityReply.read(bytes, 0, strictContext)),
  ofBlocks(read10),
  ofBlocks(write10),
  known(synchronizeCache),
  known(readToc, (bytes) => tocHeader.read(bytes, 0, strictContext)),
  known(getConfiguration, configurationFields),
  known(readDiscInformation, (bytes) => discInformation.read(bytes, 0, strictContext)),
  known(readTrackInformation, (bytes) => trackInformation.read(bytes, 0, strictContext)),
  known(modeSelect10),
  known(modeSense10, (bytes) => modeParameterHeader.read(bytes, 0, strictContext)),
  known(closeTrackSession),
];

function plainFields(value: object): DescribedFields {
  const entries = Object.entries(value).map(([key, field]: [string, unknown]) => [key, plainField(field)] as const);
  return Object.fromEntries(entries.filter(([, field]) => field !== undefined)) as DescribedFields;
}

function plainField(field: unknown): string | number | boolean | undefined {
  if (field instanceof Uint8Array) return Array.from(field, (octet) => octet.toString(16).padStart(2, "0")).join("");
  return typeof field === "string" || typeof field === "number" || typeof field === "boolean" ? field : undefined;
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

function find(cdb: Uint8Array): { readonly row: KnownCommand; readonly fields: DescribedFields } | undefined {
  // Several commands may share an operation code and differ by a service action.
  for (const row of knownCommands) {
    if (row.command.operationCode !== cdb[0] || cdb.length < row.command.cdb.size) continue;
    const fields = attempt(() => row.command.cdb.read(cdb, 0, strictContext));
    if (fields !== null) return { row, fields: plainFields(fields) };
  }
  return undefined;
}

/** The command of a CDB with its fields; `undefined` for one that no codec reads. */
export function describeCommand(cdb: Uint8Array): DescribedCommand | undefined {
  const found = find(cdb);
  if (found === undefined) return undefined;
  const { row, fields } = found;
  return { name: row.command.name, fields, carriesBlocks: row.carriesBlocks };
}

/** What came back for a CDB, field by field; `null` where no codec reads it. */
export function describeReply(cdb: Uint8Array, bytes: Uint8Array): DescribedFields | null {
  const reader = find(cdb)?.row.reply;
  if (reader === undefined || bytes.length === 0) return null;
  const fields = attempt(() => reader(bytes));
  return fields === null ? null : plainFields(fields);
}
