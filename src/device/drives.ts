import { DiscError } from "../errors.js";
import type { FileAccess } from "../medium/file-access.js";
import { openEmulatedDrive } from "./emulated/misbehaving-drive.js";
import type { CreateDiscOptions } from "./emulated/store.js";
import { createDiscFile } from "./emulated/store.js";
import { Recorder } from "./recorder.js";
import type { Transport } from "./transport.js";

/** How a recorder is opened. */
export interface OpenRecorderOptions {
  /** Takes an emulated disc as its sidecar has it, where that and the disc's file disagree. */
  readonly force?: boolean | undefined;
  /**
   * What a file without a sidecar is: "cd-r", "dvd+r", "bd-r". It gets one, with everything it holds as its first
   * session, and can be appended to.
   */
  readonly media?: string | undefined;
  /** Names of docs/QUIRKS.md: what the drive of an emulated disc does beside what the disc's sidecar says. */
  readonly quirks?: readonly string[] | undefined;
}

/** Whether a path is that of a real drive, on POSIX systems or on Windows; what lies in /dev/shm are files. */
export function isDrivePath(path: string): boolean {
  return /^(\/dev\/(?!shm\/)|\\\\[.?]\\)/.test(path);
}

/**
 * Opens what lies at a path: an emulated disc in a file.
 *
 * @param files The host's files.
 * @throws {@link DiscError} E_NOT_SUPPORTED for a real drive; E_SIDECAR, E_HOST; {@link DeviceError}.
 */
export async function openRecorderOn(files: FileAccess, path: string, options: OpenRecorderOptions): Promise<Recorder> {
  return await Recorder.on(await openTransportOn(files, path, options));
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
  if (isDrivePath(path)) {
    const what = "real drives; only emulated discs, which create makes, can be opened";
    throw new DiscError("E_NOT_SUPPORTED", `${path}: not supported yet: ${what}`, { what });
  }
  const { force = false, media, quirks = [] } = options;
  return await openEmulatedDrive(files, path, { force, quirks, ...(media === undefined ? {} : { media }) });
}
