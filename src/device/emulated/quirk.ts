import { strictContext } from "../../codec/codec.js";
import type { StructCodec } from "../../codec/struct.js";
import { encode } from "../../codec/struct.js";
import type { ErrorCode } from "../../errors.js";
import type { Command } from "../mmc/command.js";
import { featureHeader, getConfiguration } from "../mmc/get-configuration.js";
import type { DiscInformation } from "../mmc/read-disc-information.js";
import { discInformation, readDiscInformation } from "../mmc/read-disc-information.js";
import type { Sense } from "../mmc/sense.js";
import { encodeSense } from "../mmc/sense.js";
import type { CommandResult, Transfer } from "../transport.js";
import type { EmulatedMedia } from "./media.js";

/** One command on its way to a drive. */
export interface Call {
  readonly cdb: Uint8Array;
  readonly transfer: Transfer;
  readonly timeoutMs: number;
}

/** Hands a command on: to what lies behind, in the end to the drive. */
export type Pass = (call: Call) => Promise<CommandResult>;

/** Stands between host and drive: changes commands, answers, or both. Called for one command after the other. */
export type Behaviour = (call: Call, pass: Pass) => Promise<CommandResult>;

/** The groups that docs/QUIRKS.md has. */
export type QuirkGroup = "state" | "writing" | "medium" | "host";

/** Something that drives of the field do, and a well-behaved one does not: as docs/QUIRKS.md tells it. */
export interface QuirkDescription {
  readonly name: string;
  readonly group: QuirkGroup;
  /** The media types it makes sense for. */
  readonly media: readonly string[];
  /** What the drive does: one sentence. */
  readonly drive: string;
  /** What the recorder does about it: one sentence. */
  readonly recorder: string;
  /** How the recorder ends where it can't do what was asked; absent where it can. */
  readonly endsWith?: ErrorCode;
}

/** A quirk that can be switched on. */
export interface Quirk extends QuirkDescription {
  /** Begins to behave so: what it remembers belongs to one drive, and is lost with its power. */
  behave(drive: Pass): Behaviour;
  /** Changes the rules of the medium, where it is not the drive that differs. */
  changeRules?(media: EmulatedMedia): EmulatedMedia;
}

export const cdMedia: readonly string[] = ["cd-r", "cd-rw"];
export const dvdMinusMedia: readonly string[] = ["dvd-r", "dvd-rw"];
export const dvdPlusRMedia: readonly string[] = ["dvd+r", "dvd+r-dl"];
export const dvdPlusRwMedia: readonly string[] = ["dvd+rw", "dvd+rw-dl"];
export const bdRMedia: readonly string[] = ["bd-r", "bd-r-dl"];
export const bdReMedia: readonly string[] = ["bd-re", "bd-re-dl"];
/** Media that are written session after session. */
export const sequentialMedia: readonly string[] = [
  ...cdMedia,
  ...dvdMinusMedia,
  "dvd-r-dl",
  ...dvdPlusRMedia,
  ...bdRMedia,
];
/** Media whose blocks can be written in any order. */
export const overwritableMedia: readonly string[] = ["dvd-rw", "dvd-ram", ...dvdPlusRwMedia, ...bdReMedia];
export const allMedia: readonly string[] = [...new Set([...sequentialMedia, ...overwritableMedia])];

/** Sets of media types that many quirks make sense for. */
export const quirkMedia: Readonly<Record<"all" | "cd" | "overwritable" | "sequential", readonly string[]>> = {
  all: allMedia,
  cd: cdMedia,
  overwritable: overwritableMedia,
  sequential: sequentialMedia,
};

const noData = new Uint8Array(0);
/** As much as a command of ten bytes can ask for. */
const wholeReplyBytes = 0xffff;

/** The answer CHECK CONDITION. */
export function checkWith(sense: Sense, data: Uint8Array = noData): CommandResult {
  return { status: "check", sense, rawSense: encodeSense(sense), data };
}

/** The answer CHECK CONDITION, by its three numbers. */
export function check(key: number, asc: number, ascq: number): CommandResult {
  return checkWith({ key, asc, ascq });
}

/** Passes everything on. */
export const wellBehaved: Behaviour = async (call, pass) => await pass(call);

/** The answer GOOD, without data. */
export const done: CommandResult = { status: "ok", data: noData };

/** Whether a call is of a command. */
export function isCommand(call: Call, command: Pick<Command<unknown>, "operationCode">): boolean {
  return call.cdb[0] === command.operationCode;
}

/** The fields of a call of that command. */
export function fieldsOf<F>(command: Command<F>, call: Call): F {
  return command.cdb.read(call.cdb, 0, strictContext);
}

/** A call of a command. */
export function callOf<F>(command: Command<F>, fields: F, transfer: Transfer): Call {
  return { cdb: encode(command.cdb, fields), transfer, timeoutMs: command.timeoutMs };
}

/** A call as it is, with other fields in its CDB. */
export function withFields<F>(command: Command<F>, call: Call, change: Partial<F>): Call {
  return { ...call, cdb: encode(command.cdb, { ...fieldsOf(command, call), ...change }) };
}

/**
 * Changes the replies to a command. The drive is asked for the whole reply, so that it can be read and written with its
 * codec; the host gets what it asked for of the new one.
 */
export function onReply<F extends { allocationLength: number }>(
  command: Command<F>,
  change: (data: Uint8Array, fields: F) => Uint8Array | CommandResult | Promise<Uint8Array | CommandResult>,
): Behaviour {
  const most = command.cdb.size === 6 ? 0xff : wholeReplyBytes;
  return async (call, pass) => {
    if (!isCommand(call, command)) return await pass(call);
    const fields = fieldsOf(command, call);
    const whole = withFields(command, call, { allocationLength: most } as Partial<F>);
    const result = await pass({ ...whole, transfer: { direction: "in", allocationBytes: most } });
    if (result.status !== "ok") return result;
    const changed = await change(result.data, fields);
    return changed instanceof Uint8Array ? cutTo(call, changed.subarray(0, fields.allocationLength)) : changed;
  };
}

/** Changes the replies to a command that has no allocation length. */
export function onFixedReply<F, T>(
  command: Command<F>,
  codec: StructCodec<T>,
  change: (value: T, fields: F) => T | CommandResult | Promise<T | CommandResult>,
): Behaviour {
  return async (call, pass) => {
    const result = await pass(call);
    if (!isCommand(call, command) || result.status !== "ok") return result;
    const changed = await change(codec.read(result.data, 0, strictContext), fieldsOf(command, call));
    return isResult(changed) ? changed : cutTo(call, encode(codec, changed));
  };
}

/** Changes replies that are one structure. */
export function onStructure<F extends { allocationLength: number }, T>(
  command: Command<F>,
  codec: StructCodec<T>,
  change: (value: T, fields: F) => T | CommandResult | Promise<T | CommandResult>,
): Behaviour {
  return onReply(command, async (data, fields) => {
    // Another quirk may have cut the reply off: it is read as if zeros followed, and stays as short.
    const whole = new Uint8Array(Math.max(data.length, codec.size));
    whole.set(data);
    const changed = await change(codec.read(whole, 0, strictContext), fields);
    return isResult(changed) ? changed : encode(codec, changed).subarray(0, data.length);
  });
}

function isResult(value: unknown): value is CommandResult {
  return typeof value === "object" && value !== null && "status" in value;
}

/** Data that a command brings to its host, no more than there is room for. */
export function cutTo(call: Call, data: Uint8Array): CommandResult {
  const { transfer } = call;
  return { status: "ok", data: transfer.direction === "in" ? data.slice(0, transfer.allocationBytes) : noData };
}

/** Answers calls of a command instead of the drive, where `when` says so. */
export function refuse<F>(
  command: Command<F>,
  sense: Sense,
  when: (fields: F, call: Call) => boolean | Promise<boolean> = () => true,
): Behaviour {
  return async (call, pass) =>
    isCommand(call, command) && (await when(fieldsOf(command, call), call)) ? checkWith(sense) : await pass(call);
}

/** One behaviour behind the other, the first one next to the host. */
export function chain(...behaviours: readonly Behaviour[]): Behaviour {
  return async (call, pass) => {
    const from = (index: number): Pass => {
      const behaviour = behaviours[index];
      return behaviour === undefined ? pass : (next) => behaviour(next, from(index + 1));
    };
    return await from(0)(call);
  };
}

/** The profile of the medium. Asking that disturbs nothing: no unit attention is told with GET CONFIGURATION. */
export async function profileIn(drive: Pass): Promise<number> {
  const fields = { requestedType: 2, startingFeatureNumber: 0, allocationLength: featureHeader.size };
  const result = await drive(
    callOf(getConfiguration, fields, { direction: "in", allocationBytes: featureHeader.size }),
  );
  return result.status === "ok" ? featureHeader.read(result.data, 0, strictContext).currentProfile : 0;
}

/** The state of the disc; `null` where the drive does not tell it. To be asked only after a command went well. */
export async function discIn(drive: Pass): Promise<DiscInformation | null> {
  const fields = { dataType: 0, allocationLength: discInformation.size };
  const transfer: Transfer = { direction: "in", allocationBytes: discInformation.size };
  const result = await drive(callOf(readDiscInformation, fields, transfer));
  return result.status === "ok" ? discInformation.read(result.data, 0, strictContext) : null;
}
