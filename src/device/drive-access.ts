import { DiscError, throwIfCancelled } from "../errors.js";
import type { ImportSource } from "../medium/import-source.js";
import type { DiscIdentity, Session } from "../medium/session.js";
import { blockBytes } from "../units.js";
import type { ChannelOptions, CommandChannel } from "./command-channel.js";
import type { DriveProfile } from "./drive-queries.js";
import { profilesOf, readModePage, readModePageCodes } from "./drive-queries.js";
import { setSpeed } from "./job/drive-settings.js";
import type { Feature } from "./mmc/features.js";
import { read10 } from "./mmc/read-10.js";
import { procedures } from "./plan/procedures.js";
import { answerAll, readState } from "./read-state.js";
import type { RecorderState } from "./recorder-state.js";
import { recorderStateOf } from "./recorder-state.js";
import type { WriteSpeedDescriptor } from "./state/ask-speeds.js";
import { askSpeeds } from "./state/ask-speeds.js";
import type { DiscSnapshot } from "./state/snapshot.js";
import type { WantedSpeed } from "./state/speed.js";
import { resolveSpeed } from "./state/speed.js";
import type { Transport } from "./transport.js";
import { ejectMedium, loadMedium, preventRemoval } from "./tray.js";

/** How a recorder is opened on a transport. */
export interface RecorderOptions extends ChannelOptions {
  /** Opens a drive without a disc, too: to load one, or to ask what the drive can do. Default: `false`. */
  readonly mayBeEmpty?: boolean | undefined;
}

/** Exclusive access to a drive; disposing of it gives it back. */
export interface ExclusiveAccess extends AsyncDisposable {
  release(): Promise<void>;
}

const largestReadBytes = 65_536;

/**
 * A drive: what is in it, what it can do, its tray, its speed, and its disc's blocks. IMAPI2 `IDiscRecorder2`.
 *
 * Everything it tells of the disc is that of the last {@link DriveAccess.refresh}; opening and every operation refresh.
 * It is the source that earlier sessions are imported from.
 */
export class DriveAccess implements ImportSource, AsyncDisposable {
  protected readonly channel: CommandChannel;
  #snapshot: DiscSnapshot | undefined;
  #state: RecorderState | undefined;
  #exclusive = 0;

  protected constructor(channel: CommandChannel) {
    this.channel = channel;
  }

  /** Reads the state for the first time; without a disc, only where there may be none. */
  protected async open(mayBeEmpty: boolean): Promise<void> {
    try {
      await this.refresh();
    } catch (error) {
      if (mayBeEmpty && isNoMedium(error)) return;
      await this.channel.transport[Symbol.asyncDispose]();
      throw error;
    }
  }

  get name(): string {
    return this.channel.transport.name;
  }

  /** The way to the drive: any command can be sent on it, by those who know what they do. IMAPI2 `IDiscRecorder2Ex`. */
  get transport(): Transport {
    return this.channel.transport;
  }

  /** Whether a disc was in the drive when its state was last read. */
  get hasMedium(): boolean {
    return this.#snapshot !== undefined;
  }

  /**
   * Everything that is known of drive and disc, with the replies it was made of.
   *
   * @throws {@link DiscError} E_NO_MEDIUM.
   */
  get snapshot(): DiscSnapshot {
    if (this.#snapshot !== undefined) return this.#snapshot;
    throw new DiscError("E_NO_MEDIUM", `${this.name}: there is no disc`, { device: this.name });
  }

  /** @throws {@link DiscError} E_NO_MEDIUM. */
  get state(): RecorderState {
    this.#state ??= recorderStateOf(this.transport, this.snapshot);
    return this.#state;
  }

  get sessions(): readonly Session[] {
    return this.snapshot.sessions;
  }

  get identity(): DiscIdentity {
    return this.snapshot.identity;
  }

  /** Blocks up to the last one recorded. */
  get blocks(): number {
    return this.sessions.reduce((end, session) => Math.max(end, session.startLba + session.blocks), 0);
  }

  /**
   * Reads the state of the disc again.
   *
   * @throws {@link DiscError} E_NO_MEDIUM; {@link DeviceError}.
   */
  async refresh(): Promise<RecorderState> {
    this.#state = undefined;
    try {
      this.#snapshot = await readState(this.channel);
    } catch (error) {
      if (isNoMedium(error)) this.#snapshot = undefined;
      throw error;
    }
    return this.state;
  }

  /**
   * Reads whole blocks.
   *
   * @throws {@link DiscError} E_READ_FAILED, with the drive's {@link DeviceError} as cause; E_CANCELLED.
   */
  async read(lba: number, count: number, into: Uint8Array, signal?: AbortSignal): Promise<void> {
    const most = Math.floor(Math.min(largestReadBytes, this.transport.maximumTransferBytes) / blockBytes);
    for (let done = 0; done < count; ) {
      throwIfCancelled(signal, "reading");
      const blocks = Math.min(most, count - done);
      const bytes = blocks * blockBytes;
      const fields = { logicalBlockAddress: lba + done, transferBlocks: blocks };
      const outcome = await this.channel.attempt(read10, fields, { direction: "in", allocationBytes: bytes });
      if ("error" in outcome || outcome.data.length < bytes) {
        const cause = "error" in outcome ? outcome.error : undefined;
        const message = `${this.name}: cannot read blocks ${lba + done} to ${lba + done + blocks - 1}`;
        throw new DiscError("E_READ_FAILED", message, { lba: lba + done, blocks }, { cause });
      }
      into.set(outcome.data, done * blockBytes);
      done += blocks;
    }
  }

  /** What the drive can do, now or with another medium; empty where it does not tell. IMAPI2 `SupportedFeaturePages`. */
  features(): readonly Feature[] {
    return this.snapshot.features ?? [];
  }

  /** The kinds of media that the drive knows. IMAPI2 `SupportedProfiles`, `CurrentProfiles`. */
  profiles(): DriveProfile[] {
    return profilesOf(this.snapshot.features);
  }

  /**
   * A mode page with its current values, from its first byte on. IMAPI2 `GetModePage`.
   *
   * @throws {@link DiscError} E_NOT_SUPPORTED where the drive has not the page; {@link DeviceError}.
   */
  async modePage(pageCode: number): Promise<Uint8Array> {
    return await readModePage(this.channel, pageCode);
  }

  /** The numbers of the mode pages that the drive has. IMAPI2 `SupportedModePages`. @throws {@link DeviceError}. */
  async modePageCodes(): Promise<number[]> {
    return await readModePageCodes(this.channel);
  }

  /**
   * The speeds at which the medium can be written, the fastest first. IMAPI2 `SupportedWriteSpeedDescriptors`.
   *
   * @throws {@link DeviceError}.
   */
  async speeds(): Promise<WriteSpeedDescriptor[]> {
    return await answerAll(this.channel, askSpeeds(this.snapshot.traits?.family));
  }

  /**
   * Sets the writing speed, which the drive keeps until it is set again. It takes the nearest it has. IMAPI2
   * `SetWriteSpeed`.
   *
   * @throws {@link DiscError} E_OPTION_INVALID, E_NO_MEDIUM; {@link DeviceError}.
   */
  async setSpeed(wanted: WantedSpeed): Promise<void> {
    const { traits, totalBlocks } = this.snapshot;
    const speed = resolveSpeed(wanted, traits?.family);
    const command = traits === undefined ? "SET CD SPEED" : procedures[traits.family].speedCommand;
    const lastBlock = Math.max(0, totalBlocks - 1);
    await setSpeed(this.channel, { kind: "setSpeed", speed, command, lastBlock, description: "" });
  }

  /**
   * Closes the tray, waits until the disc turns, and reads its state. IMAPI2 `CloseTray`.
   *
   * @throws {@link DiscError} E_NO_MEDIUM where the tray was empty; {@link DeviceError}.
   */
  async load(): Promise<RecorderState> {
    await loadMedium(this.channel);
    return await this.refresh();
  }

  /**
   * Opens the tray. IMAPI2 `EjectMedia`.
   *
   * @throws {@link DiscError} E_DISC_BUSY while another program writes to the disc, or has locked the tray;
   *   {@link DeviceError}.
   */
  async eject(): Promise<void> {
    await using _access = await this.acquireExclusiveAccess();
    await ejectMedium(this.channel);
    this.#snapshot = undefined;
    this.#state = undefined;
  }

  /** Whether this recorder keeps others from using the drive. */
  get hasExclusiveAccess(): boolean {
    return this.#exclusive > 0;
  }

  /**
   * Keeps others from writing to the disc, and the tray shut, until it is given back. Every operation that changes the
   * disc takes it for itself; several in a row can be held together by it. IMAPI2 `AcquireExclusiveAccess`.
   *
   * @throws {@link DiscError} E_DISC_BUSY while someone else has it.
   */
  async acquireExclusiveAccess(): Promise<ExclusiveAccess> {
    if (this.#exclusive === 0) {
      await this.transport.reserve();
      await preventRemoval(this.channel, true);
    }
    this.#exclusive++;
    let isHeld = true;
    const release = async (): Promise<void> => {
      if (!isHeld) return;
      isHeld = false;
      if (--this.#exclusive > 0) return;
      await preventRemoval(this.channel, false);
      await this.transport.release();
    };
    return { release, [Symbol.asyncDispose]: release };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.transport[Symbol.asyncDispose]();
  }

  /** Runs a task that changes the disc, with the drive reserved and its tray locked, and reads the state afterwards. */
  protected async exclusively<T>(task: () => Promise<T>): Promise<T> {
    await using _access = await this.acquireExclusiveAccess();
    try {
      const result = await task();
      await this.refresh();
      return result;
    } catch (error) {
      await this.#refreshAfterFailure();
      throw error;
    }
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

function isNoMedium(error: unknown): boolean {
  return error instanceof DiscError && error.code === "E_NO_MEDIUM";
}
