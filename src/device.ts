/** The package's way to discs: `import { openRecorder, createDisc } from "discsmith/device"`. */

import type { OpenRecorderOptions } from "./device/drives.js";
import { createDiscOn, openRecorderOn } from "./device/drives.js";
import type { CreateDiscOptions } from "./device/emulated/store.js";
import { isEmulatedDiscFile } from "./device/emulated/store.js";
import type { Recorder } from "./device/recorder.js";
import { nodeFileAccess } from "./host/node-file-access.js";

export type { ExclusiveAccess, RecorderOptions } from "./device/drive-access.js";
export type { DriveProfile } from "./device/drive-queries.js";
export type { OpenRecorderOptions } from "./device/drives.js";
export { createDiscOn, isDrivePath, openRecorderOn } from "./device/drives.js";
export { mediaTypes } from "./device/emulated/media.js";
export type { QuirkDescription } from "./device/emulated/quirk.js";
export { quirkMedia } from "./device/emulated/quirk.js";
export { quirkDescriptions } from "./device/emulated/quirks.js";
export type { CreateDiscOptions } from "./device/emulated/store.js";
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
export type { WantedSpeed } from "./device/state/speed.js";

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
