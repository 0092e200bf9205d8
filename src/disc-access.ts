/** Where drives meet the host: discs are opened, made, traced and served. */
import { resolve } from "node:path";
import type { OpenRecorderOptions, TraceRequest } from "./device/drives.js";
import { createDiscOn, openRecorderOn as openOn, openTransportOn } from "./device/drives.js";
import type { CreateDiscOptions } from "./device/emulated/store.js";
import { isEmulatedDiscFile } from "./device/emulated/store.js";
import type { DriveService, ServeOptions } from "./device/iscsi/target.js";
import { serveTransport } from "./device/iscsi/target.js";
import { targetNameFor } from "./device/iscsi/target-name.js";
import type { Recorder } from "./device/recorder.js";
import type { TraceContents } from "./device/trace-data.js";
import type { Transport } from "./device/transport.js";
import type { WarningListener } from "./errors.js";
import { DiscError, hasCode } from "./errors.js";
import { createLineFile, createNumberedLineFile } from "./host/line-file.js";
import { nodeFileAccess } from "./host/node-file-access.js";
import { packageVersion } from "./host/package-version.js";
import { listenTcp } from "./host/tcp-listener.js";
import type { FileAccess } from "./medium/file-access.js";

/** How traces in files are made. */
export interface TraceFileOptions extends Partial<TraceContents> {
  /** Takes the first name that is free of FILE, FILE.2, FILE.3 …, and not FILE alone. */
  readonly numbered?: boolean | undefined;
  /** Hears, once, that the trace cannot be written. */
  readonly onWarning?: WarningListener | undefined;
}

/**
 * Asks for the trace of a drive in a new file, which is never written over one that is there. Each line is written
 * before anything else happens, so that it survives whatever follows.
 *
 * @example
 * await using recorder = await openRecorder("backup.disc", { trace: traceToFile("backup.trace") });
 */
export function traceToFile(path: string, { numbered = false, ...options }: TraceFileOptions = {}): TraceRequest {
  return {
    ...options,
    program: `discsmith ${packageVersion()}`,
    open: () => (numbered ? createNumberedLineFile(path) : createLineFile(path)),
  };
}

/**
 * The trace that the environment asks for: DISCSMITH_TRACE names a file. A file that cannot be made is a warning, and
 * then nothing is recorded.
 *
 * @param environment Such as `process.env`.
 */
export function traceOfEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  onWarning: WarningListener,
): TraceRequest | undefined {
  const path = environment.DISCSMITH_TRACE ?? "";
  if (path === "") return undefined;
  const request = traceToFile(path, { numbered: true, onWarning });
  return {
    ...request,
    async open(device) {
      try {
        return await request.open(device);
      } catch (error) {
        if (!hasCode(error, "E_HOST")) throw error;
        const message = `${path}: there will be no trace: ${error.message}`;
        onWarning(new DiscError("E_HOST", message, error.detail, { cause: error }));
        return undefined;
      }
    },
  };
}

/**
 * Opens what lies at a path: an emulated disc in a file. Unless `options` say how it is traced, the environment does.
 *
 * @param files The host's files.
 * @throws {@link DiscError} as {@link openRecorder}.
 */
export async function openRecorderOn(files: FileAccess, path: string, options: OpenRecorderOptions): Promise<Recorder> {
  return await openOn(files, path, withTrace(options));
}

/**
 * Opens the way to a disc's drive: for programs that send it commands of their own.
 *
 * @throws {@link DiscError} as {@link openRecorder}.
 */
export async function openTransport(path: string, options: OpenRecorderOptions = {}): Promise<Transport> {
  return await openTransportOn(nodeFileAccess, path, withTrace(options));
}

function withTrace(options: OpenRecorderOptions): OpenRecorderOptions {
  return { ...options, trace: options.trace ?? traceOfEnvironment(process.env, emitWarning) };
}

function emitWarning({ message, code }: DiscError): void {
  process.emitWarning(message, { code });
}

/**
 * Opens a disc for reading and writing.
 *
 * @param path Of a drive, as {@link listDrives} has it, or of an emulated disc, made by {@link createDisc}.
 * @throws {@link DiscError} E_SIDECAR where the file has no sidecar, or one that disagrees with it; E_NOT_SUPPORTED for
 *   a real drive where the native addon is missing; E_NO_MEDIUM, E_HOST; E_TARGET_EXISTS where the file of a trace is
 *   there; {@link DeviceError}.
 *
 * @example
 * await using recorder = await openRecorder("backup.disc");
 * const interfaces = await recorder.multisessionInterfaces();
 */
export async function openRecorder(path: string, options: OpenRecorderOptions = {}): Promise<Recorder> {
  return await openRecorderOn(nodeFileAccess, path, options);
}

/**
 * Makes a blank emulated disc: the file `path`, and its sidecar beside it.
 *
 * @throws {@link DiscError} E_TARGET_EXISTS where there is one and `force` isn't set; E_NOT_SUPPORTED for a type of
 *   media that is not in {@link mediaTypes}, and at the path of a drive; E_OPTION_INVALID, E_DISC_BUSY, E_HOST.
 */
export async function createDisc(path: string, options: CreateDiscOptions): Promise<void> {
  await createDiscOn(nodeFileAccess, path, options);
}

/** Whether a path is that of an emulated disc: whether there is a sidecar beside it. */
export async function isEmulatedDisc(path: string): Promise<boolean> {
  return await isEmulatedDiscFile(nodeFileAccess, path);
}

/** How a disc is served: {@link ServeOptions}, and for a path how it is opened. */
export interface ServeDiscOptions extends ServeOptions, OpenRecorderOptions {}

/**
 * Serves a disc with its drive to other systems, as a target of iSCSI: QEMU makes a drive of a guest of it, and any
 * system with an initiator one of its own. Others can read and write it until the service is closed; meanwhile nobody
 * else on this host can write it. There is no authentication.
 *
 * @param disc The path of an emulated disc, or a transport, which is given back when the service ends.
 * @throws {@link DiscError} E_DISC_BUSY while someone else writes it; E_SIDECAR, E_NOT_SUPPORTED, E_OPTION_INVALID;
 *   E_HOST where the address cannot be had.
 *
 * @example
 * await using service = await serveDisc("backup.disc", { port: 0 });
 * console.log(service.url);
 * await service.closed;
 */
export async function serveDisc(disc: string | Transport, options: ServeDiscOptions = {}): Promise<DriveService> {
  const opened = typeof disc === "string" ? await openTransport(disc, options) : undefined;
  const transport = opened ?? (disc as Transport);
  try {
    const targetName = options.targetName ?? targetNameFor(resolve(transport.name));
    return await serveTransport(transport, listenTcp, { ...options, targetName }, opened !== undefined);
  } catch (error) {
    await opened?.[Symbol.asyncDispose]();
    throw error;
  }
}
