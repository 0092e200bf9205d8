import { reportFault } from "../../codec/codec.js";
import type { WarningListener } from "../../errors.js";
import { DiscError, throwIfCancelled } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import { DisplacedSource } from "../../medium/displaced-source.js";
import type { Session } from "../../medium/session.js";
import type { CharsetChoice } from "../names/charset.js";
import type { FileSystemName, TreeReader } from "../tree/disc-entry.js";
import { endOfPartitions, mayEndLater } from "../udf/volume-information.js";
import { cutOffReason } from "./cut-off.js";
import type { DetectedVolume, VolumeOptions } from "./detect.js";
import { detectVolume, openTree } from "./detect.js";
import { DiscImage } from "./disc-image.js";
import type { ImageSession } from "./sessions.js";
import { blocksFrom, chainedSessions, scanSessions } from "./sessions.js";

/** What an image is read from: blocks, and, where there is one, the table of their sessions. */
export interface ImageSource extends BlockSource {
  /** For messages. */
  readonly name?: string | undefined;
  /** As a table of contents tells; absent or empty, sessions are looked for in the blocks. */
  readonly sessions?: readonly Session[] | undefined;
}

/** How an image is opened. */
export interface OpenOptions {
  /** Number of the session, from 1; -1 is the one before the last. Default: the last one that is whole. */
  readonly session?: number | undefined;
  /** First block of the session, instead of its number. */
  readonly start?: number | undefined;
  /** Searches every block for sessions. */
  readonly scan?: boolean | undefined;
  /** Which tree is shown. Default: Rock Ridge, or else Joliet, or else plain ISO 9660, or else UDF. */
  readonly fileSystem?: FileSystemName | undefined;
  /** The disc's address of block 0 of the source, for a session that was dumped alone. Default 0. */
  readonly addressOffset?: number | undefined;
  readonly onWarning?: WarningListener | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The character set of ISO 9660 and Rock Ridge names, or what finds the one that the disc names; left out, UTF-8. */
  readonly charset?: CharsetChoice | undefined;
  /** Shows contents that are compressed by zisofs as they are stored. Default: as they were before. */
  readonly rawContents?: boolean | undefined;
}

/** A session with its volume, or with the reason why there is none. */
interface ProbedSession {
  readonly session: ImageSession;
  readonly volume: DetectedVolume | undefined;
  readonly failure: DiscError | undefined;
  /** Why the session is not whole, for one that is closed and was cut off. */
  readonly cutOff?: string | undefined;
}

async function findSessions(source: BlockSource, given: readonly Session[], options: OpenOptions): Promise<Session[]> {
  const { start, scan, addressOffset = 0, signal } = options;
  if (start !== undefined) {
    const blocks = await blocksFrom(source, start, signal);
    return [{ number: 1, startLba: start, blocks, state: "complete", data: true }];
  }
  if (scan === true) return scanSessions(source, signal);
  if (given.length > 0) return given.filter(({ data }) => data);
  if (addressOffset > 0) {
    return [
      { number: 1, startLba: addressOffset, blocks: source.blocks - addressOffset, state: "complete", data: true },
    ];
  }
  const chain = await chainedSessions(source, signal);
  // Something else than ISO 9660 may start there.
  return chain.length > 0 ? chain : [{ number: 1, startLba: 0, blocks: source.blocks, state: "complete", data: true }];
}

/**
 * Looks into a session; what is wrong with one that is not opened is no warning for the caller.
 *
 * @param endLba The block behind the last one that was recorded, or may have been.
 * @param isFromTable Whether the session's length is what a drive recorded, and not what its descriptors say.
 */
async function probe(
  source: BlockSource,
  found: Session,
  endLba: number,
  isFromTable: boolean,
  options: VolumeOptions,
): Promise<ProbedSession> {
  const { number, startLba, blocks, state } = found;
  try {
    const volume = await detectVolume(source, startLba, { ...options, onWarning: undefined, endLba });
    const { fileSystems, volumeName } = volume;
    const udf = volume.udf?.information;
    const cutOff = isFromTable ? await cutOffReason(source, volume, startLba + blocks, options) : undefined;
    const known = cutOff === undefined ? state : "damaged";
    const session: ImageSession = { number, startLba, blocks, state: known, endLba, fileSystems, volumeName, udf };
    return { session, volume, failure: undefined, cutOff };
  } catch (error) {
    throwIfCancelled(options.signal, "looking for file systems");
    if (!(error instanceof DiscError)) throw error;
    const nothing = { fileSystems: [], volumeName: "", udf: undefined };
    const session: ImageSession = { number, startLba, blocks, state, endLba, ...nothing };
    return { session, volume: undefined, failure: error };
  }
}

function isReadable({ session }: ProbedSession): boolean {
  return session.fileSystems.length > 0;
}

/** @throws {@link DiscError} E_SESSION_NOT_FOUND. */
function sessionByNumber(probed: readonly ProbedSession[], wanted: number): ProbedSession {
  const last = probed.at(-1)?.session.number ?? 0;
  const found = wanted < 0 ? probed.at(wanted - 1) : probed.find(({ session: { number } }) => number === wanted);
  if (found === undefined || !Number.isInteger(wanted)) {
    const message = `there is no session ${wanted}; the last one is ${last}`;
    throw new DiscError("E_SESSION_NOT_FOUND", message, { session: wanted, sessions: last });
  }
  return found;
}

/** Why a session is not one to go on from; `undefined` for a whole one. */
function faultOf(probed: ProbedSession): string | undefined {
  const { session, failure, cutOff } = probed;
  if (cutOff !== undefined) return cutOff;
  if (session.state !== "complete") return `it is ${session.state}`;
  if (isReadable(probed)) return undefined;
  return failure?.message ?? "it has no file system that can be read";
}

/** The last session that is closed, whole and readable; the later ones are warned of. */
function lastWholeSession(
  probed: readonly ProbedSession[],
  onWarning: WarningListener | undefined,
): ProbedSession | undefined {
  for (const candidate of [...probed].reverse()) {
    const reason = faultOf(candidate);
    if (reason === undefined) return candidate;
    const { number } = candidate.session;
    // Where nothing can be read at all, opening fails for that reason, and no warning is needed.
    if (!probed.some(isReadable)) continue;
    onWarning?.(
      new DiscError("W_SESSION_DAMAGED", `session ${number} is not whole: ${reason}`, { session: number, reason }),
    );
  }
  return undefined;
}

function noneWhole(name: string, isImport: boolean | undefined): DiscError {
  const reason = "none of its sessions is whole";
  if (isImport === true) return new DiscError("E_NOTHING_TO_IMPORT", `${name}: ${reason}`, { reason });
  const message = `${name}: ${reason}; what can be read of one is shown where it is named`;
  return new DiscError("E_DAMAGED", message, { what: reason });
}

function noFileSystem(probed: readonly ProbedSession[], chosen: ProbedSession | undefined, name: string): DiscError {
  const failed = chosen ?? probed.at(-1);
  const startLba = failed?.session.startLba ?? 0;
  const failure = failed?.failure?.code === "E_NO_FILE_SYSTEM" ? undefined : failed?.failure;
  const because = failure === undefined ? "" : `: ${failure.message}`;
  const message = `${name === "" ? "" : `${name}: `}no file system at block ${startLba}${because}`;
  return new DiscError("E_NO_FILE_SYSTEM", message, { startLba }, { cause: failed?.failure });
}

function checkOptions({ start, addressOffset, session }: OpenOptions): void {
  for (const [option, value] of Object.entries({ start, addressOffset })) {
    if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) continue;
    const allowed = "a block address from 0";
    throw new DiscError("E_OPTION_INVALID", `${option} is ${value}, expected ${allowed}`, { option, value, allowed });
  }
  if (session === 0) {
    const allowed = "a number from 1, or below 0";
    const detail = { option: "session", value: session, allowed };
    throw new DiscError("E_OPTION_INVALID", `session is 0, expected ${allowed}`, detail);
  }
}

/**
 * Finds the sessions of a disc or image, and what is in each; nothing is opened. Sessions whose file systems cannot be
 * read have none.
 *
 * @throws {@link DiscError} E_OPTION_INVALID, E_READ_FAILED, E_CANCELLED.
 */
export async function readSessions(source: ImageSource, options: OpenOptions = {}): Promise<readonly ImageSession[]> {
  checkOptions(options);
  const { probed } = await probeSessions(source, options);
  return probed.map(({ session }) => session);
}

async function probeSessions(
  source: ImageSource,
  options: OpenOptions,
): Promise<{ readonly blocks: BlockSource; readonly probed: readonly ProbedSession[] }> {
  const { addressOffset = 0, start, scan } = options;
  const blocks: BlockSource = addressOffset > 0 ? new DisplacedSource(source, addressOffset) : source;
  const given = source.sessions ?? [];
  const isFromTable = given.length > 0 && start === undefined && scan !== true;
  const isExact = isFromTable || start !== undefined;
  const probed: ProbedSession[] = [];
  const sessions = await findSessions(blocks, given, options);
  for (const [index, found] of sessions.entries()) {
    // What descriptors say may be less than was recorded: up to the next session, all may belong to this one.
    const next = sessions[index + 1]?.startLba ?? 0;
    const stated = isExact && found.blocks > 0 ? found.startLba + found.blocks : blocks.blocks;
    const endLba = !isExact && next > found.startLba ? next : stated;
    probed.push(await probe(blocks, found, endLba, isFromTable, options));
  }
  return { blocks, probed };
}

/** An opened session: what {@link openImage} and the import both work on. */
export interface OpenedSession {
  /** The blocks, at the disc's addresses. */
  readonly blocks: BlockSource;
  readonly tree: TreeReader;
  readonly volume: DetectedVolume;
  readonly session: ImageSession;
  readonly sessions: readonly ImageSession[];
}

/**
 * Finds the sessions of a disc or image, and opens one.
 *
 * @param options With `wholeOnly`, a disc without a whole session has nothing to import: E_NOTHING_TO_IMPORT.
 * @throws {@link DiscError} as {@link openImage}.
 */
export async function openSession(
  source: ImageSource,
  options: OpenOptions & { readonly wholeOnly?: boolean },
): Promise<OpenedSession> {
  checkOptions(options);
  throwIfCancelled(options.signal, "opening an image");
  const { onWarning } = options;
  const { blocks, probed } = await probeSessions(source, options);
  const chosen =
    options.session === undefined ? lastWholeSession(probed, onWarning) : sessionByNumber(probed, options.session);
  if (chosen === undefined && probed.some(isReadable)) throw noneWhole(source.name ?? "the image", options.wholeOnly);
  if (chosen?.volume === undefined || !isReadable(chosen)) throw noFileSystem(probed, chosen, source.name ?? "");
  // Once more, now for the warnings of the session that is opened.
  const { session } = chosen;
  const volume = await detectVolume(blocks, session.startLba, { ...options, endLba: session.endLba });
  checkVolumeSize(volume, blocks, onWarning);
  const fileSystem = options.fileSystem ?? volume.fileSystems[0]!;
  const tree = openTree(blocks, volume, fileSystem, options);
  return { blocks, tree, volume, session, sessions: probed.map(({ session }) => session) };
}

/** Warns of an image that ends before the end its descriptor states. */
function checkVolumeSize(volume: DetectedVolume, blocks: BlockSource, onWarning: WarningListener | undefined): void {
  const { primary, primaryLba, joliet } = volume.descriptors;
  const context = { tolerant: true, lba: primaryLba ?? null, onWarning };
  const size = (primary ?? joliet)?.volumeSpaceSize ?? 0;
  if (size > blocks.blocks) {
    const reason = `is ${size}, and there are ${blocks.blocks} blocks`;
    reportFault(context, "Volume", "volumeSpaceSize", "8.4.8", reason);
  }
  const udf = volume.udf?.information;
  if (udf === undefined || mayEndLater(udf) || endOfPartitions(udf) <= blocks.blocks) return;
  const reason = `end at block ${endOfPartitions(udf)}, and there are ${blocks.blocks} blocks`;
  reportFault(context, "Volume", "partitions", "ECMA-167 3/10.5.9", reason);
}

/**
 * Opens a disc or an image for reading: the last whole session, or the one that `options` name.
 *
 * @throws {@link DiscError} E_NO_FILE_SYSTEM, E_DAMAGED where no session is whole and none is named,
 *   E_FILE_SYSTEM_NOT_FOUND, E_SESSION_NOT_FOUND, E_OPTION_INVALID, E_READ_FAILED, E_FIELD_INVALID, E_CANCELLED.
 * @example
 * const image = await openImage(source);
 * for await (const entry of image.walk()) console.log(entry.path, entry.bytes);
 */
export async function openImage(source: ImageSource, options: OpenOptions = {}): Promise<DiscImage> {
  const { blocks, tree, volume, session, sessions } = await openSession(source, options);
  return new DiscImage(blocks, tree, volume, session, sessions, options.onWarning);
}
