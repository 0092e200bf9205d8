import { DiscError } from "../../errors.js";
import type { FileAccess, FileLock } from "../../medium/file-access.js";
import { getConfiguration } from "../mmc/get-configuration.js";
import { getEventStatusNotification } from "../mmc/get-event-status-notification.js";
import { inquiry } from "../mmc/inquiry.js";
import { requestSense } from "../mmc/request-sense.js";
import type { Sense } from "../mmc/sense.js";
import { encodeSense } from "../mmc/sense.js";
import { testUnitReady } from "../mmc/test-unit-ready.js";
import type { CommandResult, Transfer, Transport } from "../transport.js";
import { handlers } from "./commands.js";
import type { OperationPolls } from "./drive-state.js";
import { DriveState, noSense } from "./drive-state.js";
import { LoadedDisc } from "./loaded-disc.js";
import type { MediumState } from "./medium.js";
import { Refusal } from "./refusal.js";
import { openTracks } from "./sequential.js";
import type { StoreOptions } from "./store.js";
import { DiscStore } from "./store.js";

const reset: Sense = { key: 6, asc: 0x29, ascq: 0x00 };
const maximumTransferBytes = 1_048_576;
const usualPolls: OperationPolls = { closing: 1, preparing: 4 };

/** These are answered whatever the drive has to tell, and whatever goes on. SPC-4 "Unit attention condition". */
const unconditional: readonly number[] = [inquiry, requestSense, getConfiguration, getEventStatusNotification].map(
  ({ operationCode }) => operationCode,
);

/** How an emulated drive is made. */
export interface EmulatedDriveOptions extends StoreOptions {
  /** How long the drive is busy after commands with the Immed bit. */
  readonly polls?: OperationPolls;
}

/**
 * A drive that keeps its disc in a file and answers the commands of MMC-6 as a well-behaved one does.
 *
 * Commands run one after the other. {@link EmulatedDrive.medium} is what the files say; after a failure of the host's
 * files it is read again before the next command, which gets the unit attention of a reset: the drive was, so to say,
 * switched off and on.
 */
export class EmulatedDrive implements Transport {
  readonly name: string;
  readonly kind = "emulated";
  readonly maximumTransferBytes: number = maximumTransferBytes;
  readonly #files: FileAccess;
  readonly #state: DriveState;
  #lock: FileLock | undefined;
  #failed = false;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(files: FileAccess, path: string, state: DriveState) {
    this.name = path;
    this.#files = files;
    this.#state = state;
  }

  /**
   * Puts the disc at `path` into a drive.
   *
   * @throws {@link DiscError} E_SIDECAR, E_HOST, E_NOT_SUPPORTED.
   */
  static async open(files: FileAccess, path: string, options: EmulatedDriveOptions): Promise<EmulatedDrive> {
    const store = new DiscStore(files, path, options);
    try {
      const disc = await LoadedDisc.load(store);
      return new EmulatedDrive(files, path, new DriveState(disc, options.polls ?? usualPolls));
    } catch (error) {
      await store.closeFiles();
      throw error;
    }
  }

  /** The disc as it is now. */
  get medium(): MediumState {
    return this.#state.disc.recorded;
  }

  async execute(cdb: Uint8Array, transfer: Transfer, _timeoutMs: number): Promise<CommandResult> {
    return await this.#inTurn(() => this.#execute(cdb, transfer));
  }

  /** Somebody presses the drive's button: the tray opens, or, where removal is prevented, the host is asked for it. */
  async pressEjectButton(): Promise<void> {
    await this.#inTurn(async () => this.#state.mechanism.pressButton());
  }

  async reserve(): Promise<void> {
    if (this.#lock !== undefined) {
      const owner = "this process";
      throw new DiscError("E_DISC_BUSY", `${this.name} is in use by ${owner}`, { device: this.name, owner });
    }
    this.#lock = await this.#files.lock(this.name);
    this.#state.isReserved = true;
    try {
      await this.#inTurn(() => this.#lookForChange());
    } catch (error) {
      await this.release();
      throw error;
    }
  }

  async release(): Promise<void> {
    await this.#inTurn(() => this.#finishOperation());
    const lock = this.#lock;
    this.#lock = undefined;
    this.#state.isReserved = false;
    await lock?.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#inTurn(async () => {
        await this.#finishOperation();
        await this.#state.disc.closeFiles();
      });
    } finally {
      await this.release();
    }
  }

  async #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(task);
    this.#queue = turn.catch(() => undefined);
    return await turn;
  }

  async #execute(cdb: Uint8Array, transfer: Transfer): Promise<CommandResult> {
    try {
      return { status: "ok", data: await this.#answer(cdb, transfer) };
    } catch (error) {
      if (error instanceof Refusal) {
        this.#state.lastSense = error.sense;
        const rawSense = encodeSense(error.sense);
        return { status: "check", sense: error.sense, rawSense, data: new Uint8Array(0) };
      }
      this.#failed = true;
      return { status: "failed", errno: errnoOf(error), cause: error };
    }
  }

  async #answer(cdb: Uint8Array, transfer: Transfer): Promise<Uint8Array> {
    const operationCode = cdb[0]!;
    const handler = handlers.get(operationCode);
    const state = this.#state;
    const isUnconditional = unconditional.includes(operationCode);
    if (this.#failed) {
      state.reset();
      await state.disc.reload(this.#lock !== undefined);
      state.reset();
      this.#failed = false;
      state.attention = reset;
    } else if (operationCode === testUnitReady.operationCode && this.#lock === undefined) {
      await this.#lookForChange();
    }
    const { attention } = state;
    if (attention !== undefined && !isUnconditional) {
      state.attention = undefined;
      throw new Refusal(attention);
    }
    if (handler === undefined) throw new Refusal({ key: 5, asc: 0x20, ascq: 0x00 });
    // The sense of a command is kept until the next one.
    if (!isUnconditional) state.lastSense = noSense;
    const busy = isUnconditional ? undefined : await state.pollOperation();
    if (busy !== undefined) throw new Refusal(busy);
    const data = await handler(state, cdb, transfer.direction === "out" ? transfer.data : new Uint8Array(0));
    return transfer.direction === "in" ? data.subarray(0, transfer.allocationBytes) : new Uint8Array(0);
  }

  /** What goes on behind the host's back is brought to its end while the disc is still this drive's. */
  async #finishOperation(): Promise<void> {
    if (this.#failed || !this.#state.isBusy) return;
    try {
      await this.#state.finishOperation();
    } catch (error) {
      if (!(error instanceof DiscError)) throw error;
      this.#failed = true;
    }
  }

  /** Reads the disc's files again when another process has changed them. */
  async #lookForChange(): Promise<void> {
    const { disc, mechanism } = this.#state;
    const isChanged = await disc.isChangedByOthers();
    const { recorded } = disc;
    const growsElsewhere = recorded.model === "sequential" && openTracks(recorded).length > 0;
    if (!isChanged && !growsElsewhere) return;
    await disc.reload(this.#lock !== undefined);
    this.#state.reset();
    // A track that grows while another process writes it is no change of medium: only what a sidecar says is.
    if (!isChanged) return;
    mechanism.mediumChanged();
    this.#state.mediumArrived();
  }
}

/** The operating system's name of a failure. */
function errnoOf(error: unknown): string {
  if (error instanceof DiscError && error.code === "E_HOST") return (error as DiscError<"E_HOST">).detail.errno;
  return error instanceof DiscError ? error.code : "EIO";
}
