import type { Recorder, TraceRequest } from "../device.js";
import { isDrivePath, isEmulatedDisc, openRecorder } from "../device.js";
import { pathKind } from "../host/path-kind.js";
import type { DiscImage, ImageSource, OpenOptions } from "../node.js";
import { DiscError, FileSource, hasCode, nodeFileAccess, openImage, readSessions } from "../node.js";
import type { CommandContext } from "./command.js";

/** A DISC that was opened for reading: a disc in a recorder, or a plain image in a file. */
export type OpenedDisc = AsyncDisposable & { readonly source: ImageSource } & (
    | { readonly kind: "recorder"; readonly recorder: Recorder }
    | {
        readonly kind: "image";
        /** Why an emulated disc is read as a plain image; `undefined` for what is one. */
        readonly fault?: DiscError;
      }
  );

/**
 * Refuses a DISC that is not there, in the words of a drive without one. Of real drives the recorder says what can be
 * done with them.
 *
 * @throws {@link DiscError} E_NO_MEDIUM, E_HOST.
 */
export async function requireDisc(path: string): Promise<void> {
  if (isDrivePath(path)) return;
  const kind = await pathKind(path);
  if (kind === "file") return;
  const what = kind === undefined ? "there is no such disc or image" : `it is a ${kind}, not a disc or image`;
  throw new DiscError("E_NO_MEDIUM", `${path}: ${what}`, { device: path });
}

async function openFile(path: string): Promise<OpenedDisc> {
  const handle = await nodeFileAccess.open(path, "read");
  try {
    const blocks = new FileSource(handle, await handle.size());
    const source: ImageSource = {
      name: path,
      blocks: blocks.blocks,
      read: (lba, count, into) => blocks.read(lba, count, into),
    };
    return { kind: "image", source, [Symbol.asyncDispose]: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openWithRecorder(path: string, trace: TraceRequest | undefined): Promise<OpenedDisc> {
  const recorder = await openRecorder(path, { trace });
  const dispose = (): Promise<void> => recorder[Symbol.asyncDispose]();
  return { kind: "recorder", source: recorder.importSource, recorder, [Symbol.asyncDispose]: dispose };
}

/**
 * Opens a DISC for reading. An emulated disc whose sidecar cannot be used is read as a plain image, with a warning.
 *
 * @throws {@link DiscError} E_NO_MEDIUM, E_NOT_SUPPORTED, E_HOST; {@link DeviceError}.
 */
export async function openDisc(
  path: string,
  { reporter, trace }: Pick<CommandContext, "reporter" | "trace">,
): Promise<OpenedDisc> {
  await requireDisc(path);
  if (isDrivePath(path)) return await openWithRecorder(path, trace);
  if (!(await isEmulatedDisc(path))) return await openFile(path);
  try {
    return await openWithRecorder(path, trace);
  } catch (error) {
    if (!hasCode(error, "E_SIDECAR")) throw error;
    const { detail, message } = error;
    const warning = `${message}; ${path} is read as a plain image`;
    reporter.onWarning(new DiscError("E_SIDECAR", warning, detail, { cause: error }));
    return { ...(await openFile(path)), fault: error } as OpenedDisc;
  }
}

/**
 * Opens the tree that the options name.
 *
 * @throws {@link DiscError} as `openImage`; E_DISC_BLANK.
 */
export async function openTree(disc: OpenedDisc, options: OpenOptions): Promise<DiscImage> {
  requireRecorded(disc);
  return await openImage(disc.source, options);
}

/** @throws {@link DiscError} E_DISC_BLANK for a disc that nothing was written to. */
export function requireRecorded(disc: OpenedDisc): void {
  if (disc.kind !== "recorder" || !disc.recorder.state.blank) return;
  const device = disc.recorder.name;
  throw new DiscError("E_DISC_BLANK", `${device}: the disc is blank`, { device });
}

/**
 * Refuses a file of several sessions as a disc whose sidecar is to be made anew: that would know the first alone, and
 * the next session would hide the others.
 */
async function refuseLaterSessions(path: string): Promise<void> {
  await using file = await openFile(path);
  const sessions = await readSessions(file.source, { scan: true });
  const later = sessions.filter(({ startLba }) => startLba > 0);
  if (later.length === 0) return;
  const places = later.map(({ startLba }) => startLba).join(", ");
  const reason = `sessions were found at blocks ${places}, too, which a sidecar made anew would not know; --force takes the first alone`;
  throw new DiscError("E_SIDECAR", `${path}: ${reason}`, { path, reason });
}

/**
 * Refuses what no session can be added to: what is no disc and no image, and a file of several sessions that is to be
 * taken for a disc with one.
 *
 * @throws {@link DiscError} E_NO_MEDIUM, E_SIDECAR.
 */
export async function requireTarget(path: string, media: string | undefined, force: boolean): Promise<void> {
  await requireDisc(path);
  if (media === undefined || force || isDrivePath(path) || (await isEmulatedDisc(path))) return;
  await refuseLaterSessions(path);
}

/**
 * Refuses what has no drive: as {@link requireTarget}, and plain images.
 *
 * @throws {@link DiscError} E_NO_MEDIUM, E_NOT_SUPPORTED, E_SIDECAR.
 */
export async function requireWritable(path: string, media: string | undefined, force: boolean): Promise<void> {
  await requireTarget(path, media, force);
  if (media !== undefined || isDrivePath(path) || (await isEmulatedDisc(path))) return;
  const what = "a plain image, which has no drive";
  const message = `${path} has no sidecar ${path}.mmc.json, so it is ${what}; append adds sessions to it; if it is an emulated disc that lost its sidecar, say which medium it is (--media)`;
  throw new DiscError("E_NOT_SUPPORTED", message, { what });
}
