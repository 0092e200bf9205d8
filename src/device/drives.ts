import { DiscError } from "../errors.js";
import type { FileAccess } from "../medium/file-access.js";
import { openEmulatedDrive } from "./emulated/misbehaving-drive.js";
import type { CreateDiscOptions } from "./emulated/store.js";
import { createDiscFile } from "./emulated/store.js";
import { Recorder } from "./recorder.js";
import { SgTransport } from "./sg-transport.js";
import type { TraceOptions, TraceSink } from "./trace-transport.js";
import { recordTrace } from "./trace-transport.js";
import type { Transport } from "./transport.js";

/** That the conversation with a drive is to be recorded. */
export interface TraceRequest extends TraceOptions {
  /**
   * Makes the place for the trace of a drive that is being opened; `undefined` where it is not to be recorded.
   *
   * @param device Name of its transport.
   */
  open(device: string): TraceSink | undefined | Promise<TraceSink | undefined>;
}

/** How a recorder is opened. */
export interface OpenRecorderOptions {
  /** Records all that is said between this program and the drive. */
  readonly trace?: TraceRequest | undefined;
  /** Takes an emulated disc as its sidecar has it, where that and the disc's file disagree. */
  readonly force?: boolean | undefined;
  /**
   * What a file without a sidecar is: "cd-r", "dvd+r", "bd-r". It gets one, with everything it holds as its first
   * session, and can be appended to.
   */
  readonly media?: string | undefined;
  /** Opens a drive without a disc, too. */
  readonly mayBeEmpty?: boolean | undefined;
  /**
   * How long a drive is left alone after it took a command that it goes on with by itself; some say too early that they
   * are ready. Default: 500 ms for a real drive, none for an emulated one.
   */
  readonly settlingMs?: number | undefined;
  /** Of a real drive: refuses to change its disc, as a dry run has to. */
  readonly readOnly?: boolean | undefined;
  /** Of a real drive: the most bytes of one command, 65,536 unless said. 32,768 suits old USB bridges. */
  readonly maximumTransferBytes?: number | undefined;
  /** Names of docs/QUIRKS.md: what the drive of an emulated disc does beside what the disc's sidecar says. */
  readonly quirks?: readonly string[] | undefined;
}

const driveSettlingMs = 500;

/** Whether a path is that of a real drive, on POSIX systems or on Windows; what lies in /dev/shm are files. */
export function isDrivePath(path: string): boolean {
  return /^(\/dev\/(?!shm\/)|\\\\[.?]\\)/.test(path);
}

/**
 * Opens what lies at a path: a real drive, or an emulated disc in a file.
 *
 * @param files The host's files.
 * @throws {@link DiscError} E_NOT_SUPPORTED for a real drive without the native addon; E_NO_MEDIUM, E_SIDECAR, E_HOST,
 *   E_OPTION_INVALID; E_TARGET_EXISTS of a trace; {@link DeviceError}.
 */
export async function openRecorderOn(files: FileAccess, path: string, options: OpenRecorderOptions): Promise<Recorder> {
  const { mayBeEmpty, settlingMs = isDrivePath(path) ? driveSettlingMs : 0 } = options;
  return await Recorder.on(await openTransportOn(files, path, options), { mayBeEmpty, settlingMs });
}

/**
 * Records what goes through a transport, where that is asked for.
 *
 * @param transport Is closed where the trace cannot be begun.
 * @throws {@link DiscError} E_TARGET_EXISTS, E_HOST, as the request raises them.
 */
async function traced(transport: Transport, request: TraceRequest | undefined): Promise<Transport> {
  if (request === undefined) return transport;
  try {
    const sink = await request.open(transport.name);
    return sink === undefined ? transport : recordTrace(transport, sink, request);
  } catch (error) {
    await transport[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Makes a blank emulated disc.
 *
 * @param files The host's files.
 * @throws {@link DiscError} E_TARGET_EXISTS where there is one and `force` isn't set; E_NOT_SUPPORTED for a type of
 *   media that cannot be emulated, and at the path of a drive; E_OPTION_INVALID, E_DISC_BUSY, E_HOST.
 */
export async function createDiscOn(files: FileAccess, path: string, options: CreateDiscOptions): Promise<void> {
  if (isDrivePath(path)) {
    const what = "an emulated disc at the path of a drive";
    throw new DiscError("E_NOT_SUPPORTED", `${path}: not supported: ${what}; name a file`, { what });
  }
  await createDiscFile(files, path, options);
}

/**
 * Opens the way to what lies at a path, without looking at it.
 *
 * @param files The host's files.
 * @throws {@link DiscError} as {@link openRecorderOn}.
 */
export async function openTransportOn(
  files: FileAccess,
  path: string,
  options: OpenRecorderOptions,
): Promise<Transport> {
  return await traced(await openTransport(files, path, options), options.trace);
}

async function openTransport(files: FileAccess, path: string, options: OpenRecorderOptions): Promise<Transport> {
  if (isDrivePath(path)) return await SgTransport.open(path, options);
  const { force = false, media, quirks = [] } = options;
  return await openEmulatedDrive(files, path, { force, quirks, ...(media === undefined ? {} : { media }) });
}
