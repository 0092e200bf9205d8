import type { Warning } from "../errors.js";
import { DiscError, throwIfCancelled } from "../errors.js";
import type { ImportSource } from "../medium/import-source.js";
import type { DiscIdentity, DiscState, Session } from "../medium/session.js";
import type { SessionData, TaskOptions } from "../medium/session-data.js";
import type { MultisessionInterface } from "../multisession/interfaces.js";
import { blockBytes } from "../units.js";
import { CommandChannel } from "./command-channel.js";
import { preventAllowMediumRemoval } from "./mmc/prevent-allow-medium-removal.js";
import { read10 } from "./mmc/read-10.js";
import { readState } from "./read-state.js";
import type { DiscSnapshot } from "./snapshot.js";
import type { Transport } from "./transport.js";
import { WriteJob } from "./write-job.js";
import type { WriteOptions, WriteStep } from "./write-plan.js";
import { planRepair, planWrite } from "./write-plan.js";

/** What is known of the disc in a recorder: a summary of one moment, never changed afterwards. */
export interface RecorderState {
  readonly kind: "emulated" | "drive";
  /** Type of the medium, as in `create --media`. */
  readonly media: string;
  /** Number of the MMC profile. */
  readonly profile: number;
  readonly state: DiscState;
  readonly blank: boolean;
  readonly capacityBlocks: number;
  /** Blocks the next session may have. */
  readonly freeBlocks: number;
  /** Identifies the disc, whatever is written on it; `null` where it has no number of its own. */
  readonly discId: string | null;
  readonly sessions: readonly Session[];
  /** Where the next session goes; `null` where none can. */
  readonly nextWritableAddress: number | null;
  readonly writeUnitBlocks: number;
  /** Whether {@link Recorder.repair} is needed before anything can be added. */
  readonly needsRepair: boolean;
  readonly warnings: readonly Warning[];
}

/** How a session is written, watched and stopped. */
export interface RecorderWriteOptions extends TaskOptions, WriteOptions {}

const largestReadBytes = 65_536;

/**
 * A drive with its disc: reads it, says how it can take another session, and writes that session.
 *
 * Everything it tells of the disc is that of the last {@link Recorder.refresh}; opening and writing refresh. It is the
 * source that earlier sessions are imported from.
 */
export class Recorder implements ImportSource, AsyncDisposable {
  readonly #channel: CommandChannel;
  #snapshot: DiscSnapshot;
  #state: RecorderState;

  private constructor(channel: CommandChannel, snapshot: DiscSnapshot) {
    this.#channel = channel;
    this.#snapshot = snapshot;
    this.#state = stateOf(channel.transport, snapshot);
  }

  /**
   * Opens a recorder on a transport, which then belongs to it.
   *
   * @throws {@link DiscError} E_NO_MEDIUM; {@link DeviceError}.
   */
  static async on(transport: Transport): Promise<Recorder> {
    const channel = new CommandChannel(transport);
    try {
      return new Recorder(channel, await readState(channel));
    } catch (error) {
      await transport[Symbol.asyncDispose]();
      throw error;
    }
  }

  get name(): string {
    return this.#channel.transport.name;
  }

  get state(): RecorderState {
    return this.#state;
  }

  get sessions(): readonly Session[] {
    return this.#snapshot.sessions;
  }

  get identity(): DiscIdentity {
    return this.#snapshot.identity;
  }

  /** Blocks up to the last one recorded. */
  get blocks(): number {
    return this.#snapshot.sessions.reduce((end, session) => Math.max(end, session.startLba + session.blocks), 0);
  }

  /**
   * Reads the state of the disc again.
   *
   * @throws {@link DiscError} E_NO_MEDIUM; {@link DeviceError}.
   */
  async refresh(): Promise<RecorderState> {
    this.#snapshot = await readState(this.#channel);
    this.#state = stateOf(this.#channel.transport, this.#snapshot);
    return this.#state;
  }

  /**
   * How the disc can take another session, as it is now; reads its state again.
   *
   * On a disc whose last session was never closed nothing is supported, since closing it moves the next writable
   * address: call {@link Recorder.repair} first. Numbers that there are none of are -1.
   *
   * @throws {@link DiscError} E_NO_MEDIUM; {@link DeviceError}.
   */
  async multisessionInterfaces(): Promise<MultisessionInterface[]> {
    await this.refresh();
    const { profile, state, lastDataSession, nextWritableLba, freeBlocks, capacityBlocks } = this.#snapshot;
    const common = { inUse: false, importRecorder: this };
    if (profile.model === "readOnly") return [];
    if (state === "overwritable") {
      return [
        {
          ...common,
          type: "randomWrite",
          isSupportedOnCurrentMediaState: false,
          writeUnitSize: this.#snapshot.writeUnitBlocks,
          lastWrittenAddress: -1,
          totalSectorsOnMedia: capacityBlocks,
        },
      ];
    }
    return [
      {
        ...common,
        type: "sequential",
        isSupportedOnCurrentMediaState: this.#snapshot.writable && nextWritableLba !== null,
        isFirstDataSession: lastDataSession === null,
        startAddressOfPreviousSession: lastDataSession?.startLba ?? -1,
        lastWrittenAddressOfPreviousSession:
          lastDataSession === null ? -1 : lastDataSession.startLba + lastDataSession.blocks - 1,
        nextWritableAddress: nextWritableLba ?? -1,
        freeSectorsOnMedia: freeBlocks,
        writeUnitSize: this.#snapshot.writeUnitBlocks,
      },
    ];
  }

  /**
   * Reads whole blocks.
   *
   * @throws {@link DiscError} E_READ_FAILED, with the drive's {@link DeviceError} as cause; E_CANCELLED.
   */
  async read(lba: number, count: number, into: Uint8Array, signal?: AbortSignal): Promise<void> {
    const { transport } = this.#channel;
    const most = Math.floor(Math.min(largestReadBytes, transport.maximumTransferBytes) / blockBytes);
    for (let done = 0; done < count; ) {
      throwIfCancelled(signal, "reading");
      const blocks = Math.min(most, count - done);
      const bytes = blocks * blockBytes;
      const fields = { logicalBlockAddress: lba + done, transferBlocks: blocks };
      const outcome = await this.#channel.attempt(read10, fields, { direction: "in", allocationBytes: bytes });
      if ("error" in outcome || outcome.data.length < bytes) {
        const cause = "error" in outcome ? outcome.error : undefined;
        const message = `${this.name}: cannot read blocks ${lba + done} to ${lba + done + blocks - 1}`;
        throw new DiscError("E_READ_FAILED", message, { lba: lba + done, blocks }, { cause });
      }
      into.set(outcome.data, done * blockBytes);
      done += blocks;
    }
  }

  /**
   * What {@link Recorder.write} would do, as far as the state last read tells; nothing is sent to the drive.
   *
   * @throws {@link DiscError} as `write` does before its first block.
   */
  planWrite(
    session: Pick<SessionData, "firstBlock" | "blocks" | "importedFrom" | "endsInPostGap">,
    options: WriteOptions = {},
  ): readonly WriteStep[] {
    return planWrite(this.name, this.#snapshot, session, options);
  }

  /**
   * Writes a session and closes it. The state of the disc is read again first; where it isn't the one the session was
   * made for, nothing is written. A session that was never closed is closed before.
   *
   * Cancelling, and every failure after the first block, leaves the earlier sessions as they were and the new one open:
   * `repair` closes it, and then another can be written.
   *
   * @throws {@link DiscError} E_DISC_BUSY, E_DISC_FINALISED, E_DISC_CHANGED, E_IMAGE_WRONG_ADDRESS, E_DISC_FULL,
   *   E_DISC_READ_ONLY, E_NOT_SUPPORTED, E_CONTENT_CHANGED, E_CANCELLED; {@link DeviceError}; what reading the session
   *   raised.
   */
  async write(session: SessionData, options: RecorderWriteOptions = {}): Promise<void> {
    throwIfCancelled(options.signal, "writing");
    await this.#exclusively(async () => {
      await this.refresh();
      // Also refuses, before anything is sent, what can't be written after a repair either.
      let steps = this.planWrite(session, options);
      if (this.#snapshot.torn) {
        await this.#close(options);
        // It was the disc that the session was made for; closing it changed its identity.
        const { firstBlock, blocks, endsInPostGap } = session;
        steps = this.planWrite({ firstBlock, blocks, endsInPostGap, importedFrom: null }, options);
      }
      await new WriteJob(this.#channel, options).run(steps, session);
    });
  }

  /**
   * Closes a session that was begun and never closed, so that the disc can take the next one. Does nothing where there
   * is none. The next writable address moves; so repair first, and import then.
   *
   * @returns Whether there was something to close.
   * @throws {@link DiscError} E_DISC_BUSY, E_DISC_READ_ONLY, E_NOT_SUPPORTED; {@link DeviceError}.
   */
  async repair(options: TaskOptions = {}): Promise<boolean> {
    return await this.#exclusively(async () => {
      await this.refresh();
      const needed = this.#snapshot.torn;
      if (needed) await this.#close(options);
      return needed;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#channel.transport[Symbol.asyncDispose]();
  }

  async #close(options: TaskOptions): Promise<void> {
    await new WriteJob(this.#channel, options).run(planRepair(this.name, this.#snapshot));
    await this.refresh();
  }

  /** Runs a task that changes the disc, with the drive reserved and its tray locked. */
  async #exclusively<T>(task: () => Promise<T>): Promise<T> {
    const { transport } = this.#channel;
    await transport.reserve();
    try {
      await this.#preventRemoval(true);
      const result = await task();
      await this.refresh();
      return result;
    } catch (error) {
      await this.#refreshAfterFailure();
      throw error;
    } finally {
      await this.#preventRemoval(false);
      await transport.release();
    }
  }

  /** Not every drive has a tray to lock. */
  async #preventRemoval(prevent: boolean): Promise<void> {
    await this.#channel.attempt(preventAllowMediumRemoval, { prevent: prevent ? 1 : 0 }, { direction: "none" });
  }

  /** The state shall be that of the disc after a failure, too; but the failure is what is reported. */
  async #refreshAfterFailure(): Promise<void> {
    try {
      await this.refresh();
    } catch (error) {
      if (!(error instanceof DiscError)) throw error;
    }
  }
}

function stateOf(transport: Transport, snapshot: DiscSnapshot): RecorderState {
  const { profile, state, blank, torn, capacityBlocks, freeBlocks, discId, sessions } = snapshot;
  return {
    kind: transport.kind,
    media: profile.media,
    profile: profile.number,
    state,
    blank,
    capacityBlocks,
    freeBlocks,
    discId,
    sessions,
    nextWritableAddress: snapshot.nextWritableLba,
    writeUnitBlocks: snapshot.writeUnitBlocks,
    needsRepair: torn,
    warnings: sessions.filter((session) => session.state !== "complete").map(warningOf),
  };
}

function warningOf({ number, state }: Session): Warning {
  const reason = state === "open" ? "it was begun and not closed" : "it was cut off while it was written";
  return new DiscError("W_SESSION_DAMAGED", `session ${number}: ${reason}`, { session: number, reason });
}
