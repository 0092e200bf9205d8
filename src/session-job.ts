/** One session in the making: what every way to add to a disc has in common. */
import type { TraceRequest } from "./device/drives.js";
import type { PlanStep } from "./device/plan/step.js";
import type { Recorder, RecorderWriteOptions } from "./device/recorder.js";
import type { Warning } from "./errors.js";
import { DiscError, hasCode } from "./errors.js";
import type { DetectedFileSystem } from "./fs/image/detect.js";
import { FileSystemImage } from "./fs/image/file-system-image.js";
import type { ImportOptions } from "./fs/image/import.js";
import type { ImageOptions } from "./fs/image/options.js";
import { strictly } from "./fs/image/options.js";
import type { SessionImage } from "./fs/image/session-image.js";
import type { Item } from "./fs/tree/directory.js";
import type { FileSystemName } from "./fs/tree/disc-entry.js";
import { walkTree } from "./fs/tree/walk.js";
import { compressedResult } from "./host/compress-contents.js";
import type { ZisofsOptions } from "./host/zisofs-options.js";
import type { TaskOptions } from "./medium/session-data.js";
import type { SessionTarget } from "./session-target.js";

/** What is asked of the recorder. */
export type SessionWriting = Pick<RecorderWriteOptions, "close" | "dummy" | "speed" | "verify" | "streaming">;

/** How a session is written. */
export interface AppendOptions extends ImageOptions, TaskOptions, SessionWriting {
  /** Compresses files by zisofs: as `compressContents`. Default: none. */
  readonly zisofs?: ZisofsOptions | undefined;
  /** Says what would be done, and does nothing. */
  readonly dryRun?: boolean | undefined;
  /** The session that is imported: its number, from 1; -1 is the one before the last. Default: the last whole one. */
  readonly session?: number | undefined;
  /** The one tree that is imported. Default: all trees of the session, joined into one. */
  readonly importFrom?: FileSystemName | undefined;
  /** The character set in which the imported session's names are read, where it is not `charset`. */
  readonly importCharset?: ImportOptions["charset"];
  /** As in `openRecorder`. */
  readonly media?: string | undefined;
  /** As in `openRecorder`. */
  readonly force?: boolean | undefined;
  /** As in `openRecorder`. */
  readonly trace?: TraceRequest | undefined;
  /** Hears what is done besides: that the disc is blank, that a torn session was closed. */
  readonly onNote?: ((note: string) => void) | undefined;
  /** Asked before anything is written; what it throws ends the job. */
  readonly confirm?: ((recorder: Recorder) => Promise<void>) | undefined;
}

/** What was, or would be, written. */
export interface SessionReport {
  readonly disc: string;
  readonly media: string;
  readonly dryRun: boolean;
  /** Number of the session. */
  readonly session: number;
  readonly isFirstSession: boolean;
  /** First block. */
  readonly start: number;
  readonly blocks: number;
  /** Items that are no directories. */
  readonly files: number;
  /** The root among them. */
  readonly directories: number;
  /** Blocks a session may have now: before this one in a dry run, after it else. */
  readonly freeBlocks: number;
  readonly volumeName: string;
  readonly fileSystems: readonly DetectedFileSystem[];
  /** The tree that was imported, the richest one of several; `null` for a first session. */
  readonly importedFrom: FileSystemName | null;
  /** Paths of the earlier session whose items are not in the new tree any more. */
  readonly hidden: readonly string[];
  /** Whether a session that was cut off was closed first. */
  readonly repaired: boolean;
  /** Whether the disc is finalised. */
  readonly closed: boolean;
  readonly steps: readonly PlanStep[];
}

/** One session in the making. */
export class SessionJob {
  /** The tree of the session, and what is to be made of it. */
  readonly image: FileSystemImage;
  readonly #target: SessionTarget;
  readonly #options: AppendOptions;
  readonly #hidden: string[] = [];
  #importedFrom: FileSystemName | null = null;
  #repaired = false;

  constructor(target: SessionTarget, options: AppendOptions) {
    this.#target = target;
    this.#options = options;
    const onWarning = (warning: Warning): void => this.#heard(warning);
    this.image = new FileSystemImage({ ...options, finalised: options.close, onWarning });
  }

  #heard(warning: Warning): void {
    if (hasCode(warning, "W_REPLACED")) {
      // What is replaced is still in its place while this is reported.
      const { path } = warning.detail;
      if (this.image.root.find(path)?.imported === true) this.#hidden.push(path);
    }
    this.#options.onWarning?.(warning);
  }

  /** Refuses a disc that takes nothing, closes a torn session, and imports the last whole one. */
  async prepare(): Promise<void> {
    const target = this.#target;
    const { onNote } = this.#options;
    if (target.recorder !== undefined) await this.#prepareDisc(target.recorder);
    this.image.multisessionInterfaces = await target.multisessionInterfaces();
    if (target.isBlank && this.#options.session !== undefined) {
      const { name: device } = target;
      throw new DiscError("E_DISC_BLANK", `${device}: the disc is blank: it has no session to go on from`, { device });
    }
    if (target.isBlank) return onNote?.(`${target.name} is blank: the first session is written`);
    await this.#import();
  }

  async #prepareDisc(recorder: Recorder): Promise<void> {
    const { name: device } = recorder;
    const { onNote } = this.#options;
    if (recorder.state.state === "complete") {
      throw new DiscError("E_DISC_FINALISED", `${device}: the disc is finalised`, { device });
    }
    await this.#options.confirm?.(recorder);
    if (!recorder.state.needsRepair) return;
    onNote?.(`${device}: the last session was cut off; it is closed first`);
    this.#repaired = await recorder.repair(this.#options);
  }

  async #import(): Promise<void> {
    const { signal, onProgress, importFrom, onNote } = this.#options;
    const { session, charset: written, importCharset: charset = written } = this.#options;
    const task = { signal, onProgress, charset, session, scan: this.#target.isScanned };
    try {
      if (importFrom === undefined) this.#importedFrom = await this.image.importFileSystem(task);
      else {
        await this.image.importSpecificFileSystem(importFrom, task);
        this.#importedFrom = importFrom;
      }
    } catch (error) {
      if (!hasCode(error, "E_NOTHING_TO_IMPORT")) throw error;
      this.image.discardFailedImport();
      return onNote?.(`${this.#target.name} has no whole session: the next one starts afresh`);
    }
  }

  /** Remembers that items of the earlier session will not be found in the new one, and what is below them. */
  hide(node: Item): void {
    if (node.imported && node.parent !== null) this.#hidden.push(node.path);
    if (node.type !== "directory") return;
    for (const below of walkTree(node)) if (below.node.imported) this.#hidden.push(below.path);
  }

  /** Whether a session is written though the tree may be as it was: for the disc's sake, or for its name's. */
  get isNeeded(): boolean {
    const { close, volumeName } = this.#options;
    const isRenamed = volumeName !== undefined && volumeName !== this.image.importedVolumeName;
    return this.#importedFrom === null || close === true || isRenamed;
  }

  /** The tree that was imported, the richest one of several; `null` where there was none. */
  get importedFrom(): FileSystemName | null {
    return this.#importedFrom;
  }

  /** The disc's name. */
  get disc(): string {
    return this.#target.name;
  }

  /** Writes the session, or, in a dry run, says what would be written. */
  async write(): Promise<SessionReport> {
    const target = this.#target;
    const { close, dummy, speed, verify, streaming, dryRun = false, signal, onProgress } = this.#options;
    const writing = { close, dummy, speed, streaming, verify, onWarning: strictly(this.#options) };
    await using session = await compressedResult(this.image, this.#options.zisofs, { signal, onProgress });
    const planned = this.#report(session, (await target.lastSession()) + 1, target.plan(session, writing));
    if (dryRun) return planned;
    await target.write(session, { ...writing, signal, onProgress });
    return { ...planned, session: await target.lastSession(), freeBlocks: target.freeBlocks };
  }

  #report({ firstBlock, blocks }: SessionImage, session: number, steps: readonly PlanStep[]): SessionReport {
    const { name: disc, media, freeBlocks } = this.#target;
    const { fileCount: files, directoryCount: directories, options } = this.image;
    return {
      disc,
      media,
      dryRun: this.#options.dryRun === true,
      session,
      isFirstSession: this.#importedFrom === null,
      start: firstBlock,
      blocks,
      files,
      directories,
      freeBlocks,
      volumeName: options.volumeName ?? "DISC",
      fileSystems: options.fileSystems ?? ["rockridge", "joliet", "iso"],
      importedFrom: this.#importedFrom,
      hidden: this.#hidden,
      repaired: this.#repaired,
      closed: this.#options.close === true,
      steps,
    };
  }
}
