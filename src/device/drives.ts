import { DiscError } from "../errors.js";
import type { FileAccess } from "../medium/file-access.js";
import { EmulatedDrive } from "./emulated/drive.js";
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
}

/** Device files of real drives, on POSIX systems and on Windows; what lies in /dev/shm are files. */
const drivePath = /^(\/dev\/(?!shm\/)|\\\\[.?]\\)/;

/**
 * Opens what lies at a path: an emulated disc in a file.
 *
 * @param files The host's files.
 * @throws {@link DiscError} E_NOT_SUPPORTED for a real drive; E_SIDECAR, E_HOST; {@link DeviceError}.
 */
export async function openRecorderOn(files: FileAccess, path: string, options: OpenRecorderOptions): Promise<Recorder> {
  return await Recorder.on(await openTransport(files, path, options));
}

async function openTransport(files: FileAccess, path: string, options: OpenRecorderOptions): Promise<Transport> {
  if (drivePath.test(path)) {
    const what = "real drives; only emulated discs, which create makes, can be opened";
    throw new DiscError("E_NOT_SUPPORTED", `${path}: not supported yet: ${what}`, { what });
  }
  const { force = false, media } = options;
  return await EmulatedDrive.open(files, path, media === undefined ? { force } : { force, media });
}
