import type { WarningListener } from "../errors.js";
import { DeviceError, DiscError, hasCode, throwIfCancelled } from "../errors.js";
import type { ImportSource } from "../medium/import-source.js";
import type { BlockRange, SessionData } from "../medium/session-data.js";
import type { MultisessionInterface } from "../multisession/interfaces.js";
import { blockBytes } from "../units.js";
import { CommandChannel } from "./command-channel.js";
import type { RecorderOptions } from "./drive-access.js";
import { DriveAccess } from "./drive-access.js";
import type { RecorderTaskOptions } from "./job/progress.js";
import { ProgressReporter } from "./job/progress.js";
import type { VerificationLevel } from "./job/verify.js";
import { compareBlocks, verifyState } from "./job/verify.js";
import { WriteJob } from "./job/write-job.js";
import { WrittenBlocks } from "./job/written-blocks.js";
import { multisessionInterfacesOf, OverwritableSource } from "./multisession-interfaces.js";
import type { FormatOptions } from "./plan/formats.js";
import { frontSections } from "./plan/front-sections.js";
import type { BlankOptions } from "./plan/plan-blank.js";
import { planBlank } from "./plan/plan-blank.js";
import { planClose } from "./plan/plan-close.js";
import { planFormat } from "./plan/plan-format.js";
import { planRepair } from "./plan/plan-repair.js";
import { planSection } from "./plan/plan-section.js";
import { planWrite } from "./plan/plan-write.js";
import type { PlanStep } from "./plan/step.js";
import { finalisesDisc } from "./plan/step.js";
import type { WriteOptions, WrittenSession } from "./plan/write-options.js";
import type { DiscSnapshot } from "./state/snapshot.js";
import type { Transport } from "./transport.js";

export type { RecorderState } from "./recorder-state.js";

/** How a session is written, watched and stopped. */
export interface RecorderWriteOptions extends RecorderTaskOptions, WriteOptions {
  /** What is read back afterwards and compared. Default: `none`. IMAPI2 `IBurnVerification`. */
  readonly verify?: VerificationLevel | undefined;
  /** Hears of blocks that were lost before, and are written as zeros: W_BLOCKS_LOST. */
  readonly onWarning?: WarningListener | undefined;
}

/** How blocks are written as they are. */
export interface SectionOptions extends RecorderTaskOptions {
  /** WRITE (12), with the drive's own verifying left out: on DVD-RAM and BD. */
  readonly streaming?: boolean | undefined;
}

/**
 * A drive with its disc: says how the disc can take another session, writes that session, and prepares, repairs,
 * finalises or blanks the disc. Each of these is planned first; plans can be asked for and shown without anything being
 * done.
 */
export class Recorder extends DriveAccess {
  /**
   * Opens a recorder on a transport, which then belongs to it.
   *
   * @throws {@link DiscError} E_NO_MEDIUM, unless there may be none; {@link DeviceError}.
   */
  static async on(transport: Transport, options: RecorderOptions = {}): Promise<Recorder> {
    const recorder = new Recorder(new CommandChannel(transport, options));
    await recorder.open(options.mayBeEmpty === true);
    return recorder;
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
    return multisessionInterfacesOf(this.snapshot, this.importSource);
  }

  /** What sessions are read from: of a medium that can be overwritten they are found in its blocks. */
  get importSource(): ImportSource {
    return this.snapshot.overwritable ? new OverwritableSource(this) : this;
  }

  /**
   * What {@link Recorder.write} would do, as far as the state last read tells; nothing is sent to the drive.
   * `finalisesDisc` says of the steps whether nothing can follow.
   *
   * @throws {@link DiscError} as `write` does before its first block.
   */
  planWrite(session: WrittenSession, options: WriteOptions = {}): readonly PlanStep[] {
    const steps = planWrite(this.name, this.snapshot, session, options);
    const sections = frontSections(session, this.snapshot.writeUnitBlocks);
    return [...steps, ...sections.flatMap((section) => this.#planSection(section))];
  }

  #planSection({ firstBlock, blocks }: BlockRange, streaming = false): readonly PlanStep[] {
    return planSection(this.name, this.snapshot, { firstBlock, blocks, streaming });
  }

  /** What {@link Recorder.repair} would do; nothing where nothing is to be repaired. @throws {@link DiscError} as it does. */
  planRepair(): readonly PlanStep[] {
    return planRepair(this.name, this.snapshot);
  }

  /** What {@link Recorder.close} would do. @throws {@link DiscError} as it does. */
  planClose(): readonly PlanStep[] {
    return planClose(this.name, this.snapshot);
  }

  /** What {@link Recorder.blank} would do. @throws {@link DiscError} as it does. */
  planBlank(options: BlankOptions = {}): readonly PlanStep[] {
    return planBlank(this.name, this.snapshot, options);
  }

  /** What {@link Recorder.format} would do. @throws {@link DiscError} as it does. */
  planFormat(options: FormatOptions = {}): readonly PlanStep[] {
    return planFormat(this.name, this.snapshot, options);
  }

  /**
   * Writes a session and closes it. The state of the disc is read again first; where it isn't the one the session was
   * made for, nothing is written. A session that was never closed is closed before; a medium that needs it is formatted.
   *
   * Cancelling, and every failure after the first block, leaves the earlier sessions as they were and the new one open:
   * `repair` closes it, and then another can be written. A dummy run leaves the disc as it was.
   *
   * @throws {@link DiscError} E_DISC_BUSY, E_DISC_FINALISED, E_DISC_CHANGED, E_IMAGE_WRONG_ADDRESS, E_DISC_FULL,
   *   E_DISC_READ_ONLY, E_DISC_NOT_BLANK, E_NOT_SUPPORTED, E_CONTENT_CHANGED, E_CANCELLED; E_DIFFERENT and E_DAMAGED
   *   where verifying finds what was not written right; {@link DeviceError}; what reading the session raised.
   */
  async write(session: SessionData, options: RecorderWriteOptions = {}): Promise<void> {
    throwIfCancelled(options.signal, "writing");
    await this.exclusively(async () => {
      await this.refresh();
      // Also refuses, before anything is sent, what can't be written after a repair either.
      let steps = planWrite(this.name, this.snapshot, session, options);
      if (this.snapshot.needsRepair) {
        await this.#do(this.planRepair(), options);
        await this.refresh();
        // It was the disc that the session was made for; closing it changed its identity.
        const { firstBlock, blocks, endsInPostGap } = session;
        const again = { firstBlock, blocks, endsInPostGap, importedFrom: null };
        steps = planWrite(this.name, this.snapshot, again, options);
      }
      await this.#writeAndVerify(steps, session, options);
      await this.#writeFront(session, options);
    });
  }

  /** Makes a session visible that was written: what stands around its blocks in their write units is written again. */
  async #writeFront(session: SessionData, options: RecorderWriteOptions): Promise<void> {
    for (const { firstBlock, blocks } of frontSections(session, this.snapshot.writeUnitBlocks)) {
      const unit = await this.#readUnit(firstBlock, blocks, options);
      for (const range of session.modifiedBlocks!.slice(1)) {
        const at = range.firstBlock - firstBlock;
        if (at < 0 || at >= blocks) continue;
        await session.read(range.firstBlock, range.blocks, unit.subarray(at * blockBytes), options.signal);
      }
      await this.refresh();
      const steps = this.#planSection({ firstBlock, blocks });
      await this.#do(steps, options, { chunks: () => oneChunk(unit) });
    }
  }

  /** A write unit; one that was torn, so that not one block of it can be read, is all zeros: writing makes it whole. */
  async #readUnit(firstBlock: number, blocks: number, options: RecorderWriteOptions): Promise<Uint8Array> {
    const { signal, onWarning } = options;
    const unit = new Uint8Array(blocks * blockBytes);
    try {
      await this.read(firstBlock, blocks, unit, signal);
      return unit;
    } catch (error) {
      if (!hasCode(error, "E_READ_FAILED")) throw error;
      for (let lba = firstBlock; lba < firstBlock + blocks; lba++) if (await this.#isReadable(lba, signal)) throw error;
      const message = `blocks ${firstBlock} to ${firstBlock + blocks - 1} cannot be read: what of them the session does not replace is lost`;
      onWarning?.(new DiscError("W_BLOCKS_LOST", message, { lba: firstBlock, blocks }, { cause: error }));
      return unit.fill(0);
    }
  }

  async #isReadable(lba: number, signal: AbortSignal | undefined): Promise<boolean> {
    try {
      await this.read(lba, 1, new Uint8Array(blockBytes), signal);
      return true;
    } catch (error) {
      if (!hasCode(error, "E_READ_FAILED")) throw error;
      return false;
    }
  }

  /**
   * Writes blocks at an address, and nothing around them: no gaps, nothing is closed. On media that grow by sessions
   * that is the next writable address alone, and leaves the session open. IMAPI2 `IWriteEngine2::WriteSection`.
   *
   * @param section Address and length are multiples of `snapshot.addressUnitBlocks`; streaming, of `writeUnitBlocks`.
   * @throws {@link DiscError} E_OPTION_INVALID, and as {@link Recorder.write}; {@link DeviceError}.
   */
  async writeSection(
    section: Pick<SessionData, "firstBlock" | "blocks" | "chunks">,
    options: SectionOptions = {},
  ): Promise<void> {
    await this.exclusively(async () => {
      await this.refresh();
      const { firstBlock, blocks } = section;
      const steps = this.#planSection({ firstBlock, blocks }, options.streaming === true);
      await this.#do(steps, options, section);
    });
  }

  /**
   * Closes a session that was begun and never closed, so that the disc can take the next one. Does nothing where there
   * is none. The next writable address moves; so repair first, and import then.
   *
   * @returns Whether there was something to close.
   * @throws {@link DiscError} E_DISC_BUSY, E_DISC_READ_ONLY, E_NOT_SUPPORTED; {@link DeviceError}.
   */
  async repair(options: RecorderTaskOptions = {}): Promise<boolean> {
    return await this.#plannedTask(() => this.planRepair(), options);
  }

  /**
   * Finalises the disc without writing to it; a session that was begun is closed with it.
   *
   * @throws {@link DiscError} E_DISC_BUSY, E_DISC_FINALISED, E_DISC_BLANK, E_DISC_READ_ONLY; E_NOT_SUPPORTED for media that
   *   can be overwritten, and where the drive took the command and the disc is open as before; {@link DeviceError}.
   */
  async close(options: RecorderTaskOptions = {}): Promise<void> {
    await this.#plannedTask(() => this.planClose(), options);
    if (this.snapshot.finalised) return;
    const what = "finalising this disc without writing another session";
    throw new DiscError("E_NOT_SUPPORTED", `${this.name}: not supported by this drive: ${what}`, { what });
  }

  /**
   * Makes the disc blank: CD-RW and DVD-RW by erasing, media that can be overwritten by filling them with zeros. A
   * DVD-RW that was formatted for overwriting becomes one that grows by sessions. IMAPI2 `IDiscFormat2Erase`.
   *
   * @throws {@link DiscError} E_DISC_BUSY, E_DISC_READ_ONLY for media that cannot be erased, E_NOT_SUPPORTED;
   *   {@link DeviceError}.
   */
  async blank(options: BlankOptions & RecorderTaskOptions = {}): Promise<void> {
    await this.#plannedTask(() => this.planBlank(options), options);
  }

  /**
   * Formats the disc: DVD-RW for overwriting, DVD+RW, DVD-RAM, BD-RE, and blank BD-R. What is on it is lost.
   *
   * @throws {@link DiscError} E_DISC_BUSY, E_DISC_READ_ONLY, E_DISC_NOT_BLANK, E_NOT_SUPPORTED, E_OPTION_INVALID;
   *   {@link DeviceError}.
   */
  async format(options: FormatOptions & RecorderTaskOptions = {}): Promise<void> {
    await this.#plannedTask(() => this.planFormat(options), options);
  }

  /** Plans by the state as it is now, and does it. @returns Whether there was something to do. */
  async #plannedTask(plan: () => readonly PlanStep[], options: RecorderTaskOptions): Promise<boolean> {
    return await this.exclusively(async () => {
      await this.refresh();
      const steps = plan();
      await this.#do(steps, options);
      return steps.length > 0;
    });
  }

  async #writeAndVerify(
    steps: readonly PlanStep[],
    session: SessionData,
    options: RecorderWriteOptions,
  ): Promise<void> {
    const { verify: level = "none", dummy, signal } = options;
    const { firstBlock, blocks } = session;
    if (level === "none" || dummy === true) return await this.#do(steps, options, session);
    const written = new WrittenBlocks(firstBlock, blocks);
    await this.#do(steps, options, session, written.add);
    await this.refresh();
    verifyState(this.name, this.snapshot, { firstBlock, blocks, finalised: finalisesDisc(steps) });
    const progress = new ProgressReporter(this.channel.clock, options);
    const onBlocks = (done: number, total: number): void => progress.blocks("verifying", done, total);
    await compareBlocks(this.name, this, written.stretches, level, { signal, onBlocks });
  }

  async #do(
    steps: readonly PlanStep[],
    options: RecorderTaskOptions,
    session?: Pick<SessionData, "chunks">,
    onWritten?: (lba: number, data: Uint8Array) => void,
  ): Promise<void> {
    const before = this.snapshot;
    const { signal, onProgress } = options;
    try {
      await new WriteJob(this.channel, before, { signal, onProgress, onWritten }).run(steps, session);
    } catch (error) {
      throw (await this.#discChanged(before, error)) ?? error;
    }
  }

  /** A unit attention in the middle of a task may mean that the disc is another one: that is what is to be told then. */
  async #discChanged(before: DiscSnapshot, error: unknown): Promise<DiscError | undefined> {
    const isAttention = error instanceof DeviceError && "senseKey" in error.detail && error.detail.senseKey === 6;
    if (!isAttention) return undefined;
    let found = "no disc";
    try {
      await this.refresh();
      if (isSameDisc(before, this.snapshot)) return undefined;
      found = this.snapshot.discId ?? this.snapshot.identity.fingerprint;
    } catch (cause) {
      if (!(cause instanceof DiscError) || cause.code !== "E_NO_MEDIUM") return undefined;
    }
    const detail = { what: "disc", expected: before.discId ?? before.identity.fingerprint, actual: found };
    const message = `${this.name}: the disc was taken out while it was written: now there is ${found}`;
    return new DiscError("E_DISC_CHANGED", message, detail, { cause: error });
  }
}

async function* oneChunk(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
  yield chunk;
}

/** Whether a disc may be the one that another snapshot was made of, with more written to it. */
function isSameDisc(before: DiscSnapshot, after: DiscSnapshot): boolean {
  if (before.profile.media !== after.profile.media || before.discId !== after.discId) return false;
  return before.sessions.every(({ startLba }, index) => after.sessions[index]?.startLba === startLba);
}
