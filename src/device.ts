/** The package's way to discs: `import { openRecorder, createDisc } from "discsmith/device"`. */

export type { ExclusiveAccess, RecorderOptions } from "./device/drive-access.js";
export type { DriveProfile } from "./device/drive-queries.js";
export type { OpenRecorderOptions, TraceRequest } from "./device/drives.js";
export { createDiscOn, isDrivePath } from "./device/drives.js";
export { mediaTypes } from "./device/emulated/media.js";
export type { QuirkDescription } from "./device/emulated/quirk.js";
export { quirkMedia } from "./device/emulated/quirk.js";
export { quirkDescriptions } from "./device/emulated/quirks.js";
export type { CreateDiscOptions } from "./device/emulated/store.js";
export type { DriveService, ServeOptions, ServiceEvent } from "./device/iscsi/target.js";
export type { DriveAction, RecorderProgress, RecorderTaskOptions } from "./device/job/progress.js";
export type { VerificationLevel } from "./device/job/verify.js";
export type { DriveDescription } from "./device/list-drives.js";
export { listDrives } from "./device/list-drives.js";
export type { Feature } from "./device/mmc/features.js";
export type { FormatOptions } from "./device/plan/formats.js";
export type { BlankOptions } from "./device/plan/plan-blank.js";
export type { PlanStep } from "./device/plan/step.js";
export { erasesDisc, finalisesDisc } from "./device/plan/step.js";
export type { WriteOptions } from "./device/plan/write-options.js";
export type { RecorderState, RecorderWriteOptions, SectionOptions } from "./device/recorder.js";
export { Recorder } from "./device/recorder.js";
export type { ReplayOptions, ReplayTransport } from "./device/replay-transport.js";
export { replayTrace } from "./device/replay-transport.js";
export type { WriteSpeedDescriptor } from "./device/state/ask-speeds.js";
export type { MediaStateName } from "./device/state/media-state.js";
export { mediaStateBits } from "./device/state/media-state.js";
export type { RawReply } from "./device/state/raw-replies.js";
export type { DiscSnapshot } from "./device/state/snapshot.js";
export { snapshotFromReplies } from "./device/state/snapshot.js";
export type { WantedSpeed } from "./device/state/speed.js";
export type { TraceContents } from "./device/trace-data.js";
export type { Trace, TracedCommand, TracedStep } from "./device/trace-reader.js";
export { readTrace, TraceReader } from "./device/trace-reader.js";
export type { AnswerLine, EventLine, SentLine, TracedData, TracedDrive, TraceHeader } from "./device/trace-record.js";
export type { TraceRow } from "./device/trace-table.js";
export { driveOfStep, TraceTable } from "./device/trace-table.js";
export type { TraceOptions, TraceSink } from "./device/trace-transport.js";
export { recordTrace } from "./device/trace-transport.js";
export type { CommandResult, Transfer, Transport } from "./device/transport.js";
export type { ServeDiscOptions, TraceFileOptions } from "./disc-access.js";
export {
  createDisc,
  isEmulatedDisc,
  openRecorder,
  openRecorderOn,
  openTransport,
  serveDisc,
  traceOfEnvironment,
  traceToFile,
} from "./disc-access.js";
export type { StreamSessionOptions } from "./host/stream-session.js";
export { sessionFromStream } from "./host/stream-session.js";
