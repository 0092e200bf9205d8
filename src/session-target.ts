/** What a session is added to: a disc in a recorder, or a plain image in a file. */
import type { TraceRequest } from "./device/drives.js";
import { isDrivePath } from "./device/drives.js";
import type { PlanStep } from "./device/plan/step.js";
import type { Recorder, RecorderWriteOptions } from "./device/recorder.js";
import { isEmulatedDisc, openRecorderOn } from "./disc-access.js";
import { DiscError } from "./errors.js";
import { readSessions } from "./fs/image/open-image.js";
import { sessionBehindChain } from "./fs/image/sessions.js";
import { dryFileAccess } from "./host/dry-file-access.js";
import { ImageFile } from "./host/image-file.js";
import { nodeFileAccess } from "./host/node-file-access.js";
import type { SessionData, TaskOptions } from "./medium/session-data.js";
import type { MultisessionInterface } from "./multisession/interfaces.js";

/** How a target is opened. */
export interface TargetOptions {
  /** What a file without a sidecar is: an emulated disc. */
  readonly media?: string | undefined;
  readonly force?: boolean | undefined;
  readonly trace?: TraceRequest | undefined;
  readonly dryRun?: boolean | undefined;
  /** Takes a plain file that holds sequential sessions, too. */
  readonly growable?: boolean | undefined;
}

/** How a session is written to a target. */
export type TargetWriteOptions = TaskOptions &
  Pick<RecorderWriteOptions, "close" | "dummy" | "speed" | "verify" | "streaming" | "onWarning">;

/** Something that takes sessions. */
export interface SessionTarget extends AsyncDisposable {
  readonly name: string;
  /** Type of the medium; "image" for a file. */
  readonly media: string;
  /** The disc's recorder; `undefined` for a file. */
  readonly recorder: Recorder | undefined;
  readonly isBlank: boolean;
  /** Blocks that can still be written. */
  readonly freeBlocks: number;
  /** Whether sessions are found by searching alone: the chain does not lead to the last. */
  readonly isScanned: boolean;
  /** Number of the last session; 0 where there is none. */
  lastSession(): Promise<number>;
  multisessionInterfaces(): Promise<readonly MultisessionInterface[]>;
  plan(session: SessionData, options: TargetWriteOptions): readonly PlanStep[];
  write(session: SessionData, options: TargetWriteOptions): Promise<void>;
}

class RecorderTarget implements SessionTarget {
  readonly recorder: Recorder;
  readonly isScanned: boolean = false;
  readonly #isOwned: boolean;

  constructor(recorder: Recorder, isOwned: boolean) {
    this.recorder = recorder;
    this.#isOwned = isOwned;
  }

  get name(): string {
    return this.recorder.name;
  }

  get media(): string {
    return this.recorder.state.media;
  }

  get isBlank(): boolean {
    return this.recorder.state.blank;
  }

  get freeBlocks(): number {
    return this.recorder.state.freeBlocks;
  }

  async lastSession(): Promise<number> {
    const { state } = this.recorder;
    if (state.state !== "overwritable") return state.sessions.at(-1)?.number ?? 0;
    if (state.blank) return 0;
    return (await readSessions(this.recorder.importSource)).at(-1)?.number ?? 0;
  }

  async multisessionInterfaces(): Promise<readonly MultisessionInterface[]> {
    return await this.recorder.multisessionInterfaces();
  }

  plan(session: SessionData, { close, dummy, speed, streaming }: TargetWriteOptions): readonly PlanStep[] {
    return this.recorder.planWrite(session, { close, dummy, speed, streaming });
  }

  async write(session: SessionData, options: TargetWriteOptions): Promise<void> {
    await this.recorder.write(session, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOwned) await this.recorder[Symbol.asyncDispose]();
  }
}

class ImageFileTarget implements SessionTarget {
  readonly media: string = "image";
  readonly recorder: undefined;
  readonly isBlank: boolean = false;
  readonly isScanned: boolean;
  readonly #image: ImageFile;

  constructor(image: ImageFile, isScanned: boolean) {
    this.#image = image;
    this.isScanned = isScanned;
  }

  get name(): string {
    return this.#image.name;
  }

  get freeBlocks(): number {
    return this.#image.multisessionInterfaces()[0]!.totalSectorsOnMedia - this.#image.blocks;
  }

  async lastSession(): Promise<number> {
    return (await readSessions(this.#image)).at(-1)?.number ?? 0;
  }

  async multisessionInterfaces(): Promise<readonly MultisessionInterface[]> {
    return this.#image.multisessionInterfaces();
  }

  plan({ modifiedBlocks = [] }: SessionData, options: TargetWriteOptions): readonly PlanStep[] {
    this.#refuseDiscOptions(options);
    return modifiedBlocks.map(
      ({ firstBlock, blocks }): PlanStep => ({
        kind: "write",
        firstBlock,
        blocks,
        pauseBlocks: 0,
        zeroBlocks: 0,
        isFilledUp: false,
        transferBlocks: blocks,
        streaming: false,
        description: `write ${blocks} blocks from block ${firstBlock} on, and make sure that they are on the disk`,
      }),
    );
  }

  async write(session: SessionData, options: TargetWriteOptions): Promise<void> {
    this.#refuseDiscOptions(options);
    const { signal, onProgress } = options;
    await this.#image.write(session, { signal, onProgress });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#image.close();
  }

  #refuseDiscOptions({ close, dummy, speed, streaming, verify = "none" }: TargetWriteOptions): void {
    const asked = { close, dummy, speed, streaming, verify: verify === "none" ? undefined : verify };
    for (const [option, value] of Object.entries(asked)) {
      if (value === undefined || value === false) continue;
      const what = `${option} for a plain image in a file`;
      throw new DiscError("E_NOT_SUPPORTED", `${this.name}: not supported: ${what}`, { what });
    }
  }
}

/** @throws {@link DiscError} E_NOT_SUPPORTED for sequential sessions, unless they are to be grown. */
async function openImageFile(path: string, { dryRun, growable }: TargetOptions): Promise<SessionTarget> {
  const image = await ImageFile.open(dryRun === true ? dryFileAccess(nodeFileAccess) : nodeFileAccess, path);
  try {
    const behind = await sessionBehindChain(image);
    if (behind !== undefined && growable !== true) {
      const what = "adding to a file that holds the sessions of a write-once disc";
      const hint = `a session at block ${behind} is not led to from its start; --media says which disc it is, --growable makes it an image that grows`;
      throw new DiscError("E_NOT_SUPPORTED", `${path}: not supported: ${what}: ${hint}`, { what });
    }
    return new ImageFileTarget(image, behind !== undefined);
  } catch (error) {
    await image.close();
    throw error;
  }
}

/**
 * Opens what a session is to be added to.
 *
 * @param disc A recorder stays the caller's.
 * @throws {@link DiscError} as `openRecorder`; E_NOT_SUPPORTED, E_HOST.
 */
export async function openTarget(disc: string | Recorder, options: TargetOptions): Promise<SessionTarget> {
  if (typeof disc !== "string") return new RecorderTarget(disc, false);
  const { media, force, trace, dryRun } = options;
  if (media === undefined && !isDrivePath(disc) && !(await isEmulatedDisc(disc))) {
    return await openImageFile(disc, options);
  }
  // What a dry run has to do on the way, such as closing a torn session, is done in memory; a drive refuses it.
  const files = dryRun === true ? dryFileAccess(nodeFileAccess) : nodeFileAccess;
  return new RecorderTarget(await openRecorderOn(files, disc, { media, force, trace, readOnly: dryRun }), true);
}
