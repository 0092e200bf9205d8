/** The package's way to discs: `import { openRecorder, createDisc } from "discsmith/device"`. */

import { resolve } from "node:path";
import type { OpenRecorderOptions } from "./device/drives.js";
import { createDiscOn, openRecorderOn, openTransportOn } from "./device/drives.js";
import type { CreateDiscOptions } from "./device/emulated/store.js";
import { isEmulatedDiscFile } from "./device/emulated/store.js";
import type { DriveService, ServeOptions } from "./device/iscsi/target.js";
import { serveTransport } from "./device/iscsi/target.js";
import { targetNameFor } from "./device/iscsi/target-name.js";
import type { Recorder } from "./device/recorder.js";
import type { Transport } from "./device/transport.js";
import { nodeFileAccess } from "./host/node-file-access.js";
import { listenTcp } from "./host/tcp-listener.js";

export type { ExclusiveAccess, RecorderOptions } from "./device/drive-access.js";
export type { DriveProfile } from "./device/drive-queries.js";
export type { OpenRecorderOptions } from "./device/drives.js";
export { createDiscOn, isDrivePath, openRecorderOn } from "./device/drives.js";
export { mediaTypes } from "./device/emulated/media.js";
export type { QuirkDescription } from "./device/emulated/quirk.js";
export { quirkMedia } from "./device/emulated/quirk.js";
export { quirkDescriptions } from "./device/emulated/quirks.js";
export type { CreateDiscOptions } from "./device/emulated/store.js";
export type { DriveService, ServeOptions, ServiceEvent } from "./device/iscsi/target.js";
export type { DriveAction, RecorderProgress, RecorderTaskOptions } from "./device/job/progress.js";
export type { VerificationLevel } from "./device/job/verify.js";
export type { Feature } from "./device/mmc/features.js";
export type { FormatOptions } from "./device/plan/formats.js";
export type { BlankOptions } from "./device/plan/plan-blank.js";
export type { PlanStep } from "./device/plan/step.js";
export { erasesDisc, finalisesDisc } from "./device/plan/step.js";
export type { WriteOptions } from "./device/plan/write-options.js";
export type { RecorderState, RecorderWriteOptions, SectionOptions } from "./device/recorder.js";
export { Recorder } from "./device/recorder.js";
export type { WriteSpeedDescriptor } from "./device/state/ask-speeds.js";
export type { MediaStateName } from "./device/state/media-state.js";
export { mediaStateBits } from "./device/state/media-state.js";
export type { RawReply } from "./device/state/raw-replies.js";
export type { DiscSnapshot } from "./device/state/snapshot.js";
export { snapshotFromReplies } from "./device/state/snapshot.js";
export type { CommandResult, Transfer, Transport } from "./device/transport.js";

/**
 * Opens a disc for reading and writing.
 *
 * @param path Of an emulated disc, made by {@link createDisc}.
 * @throws {@link DiscError} E_SIDECAR where the file has no sidecar, or one that disagrees with it; E_NOT_SUPPORTED for
 *   a real drive; E_HOST.
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
  const opened = typeof disc === "string" ? await openTransportOn(nodeFileAccess, disc, options) : undefined;
  const transport = opened ?? (disc as Transport);
  try {
    const targetName = options.targetName ?? targetNameFor(resolve(transport.name));
    return await serveTransport(transport, listenTcp, { ...options, targetName }, opened !== undefined);
  } catch (error) {
    await opened?.[Symbol.asyncDispose]();
    throw error;
  }
}
