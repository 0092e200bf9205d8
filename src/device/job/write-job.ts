import { DiscError, throwIfCancelled } from "../../errors.js";
import type { SessionData } from "../../medium/session-data.js";
import { blockBytes } from "../../units.js";
import type { CommandChannel } from "../command-channel.js";
import { synchronizeCache } from "../mmc/synchronize-cache.js";
import type { PlanStep } from "../plan/step.js";
import { answerAll } from "../read-state.js";
import { askNextWritable } from "../state/ask-tracks.js";
import type { DiscSnapshot } from "../state/snapshot.js";
import { awaitBackgroundFormat } from "./background-format.js";
import { BlockWriter } from "./block-writer.js";
import { closeSession, closeTrack, stopBackgroundFormat, synchronize } from "./closing.js";
import {
  calibrate,
  reserve,
  sendSessionCueSheet,
  setLayer0Blocks,
  setSpeed,
  setWriteParameters,
} from "./drive-settings.js";
import type { WaitOptions } from "./long-operation.js";
import { blankMedium, formatMedium } from "./media-operations.js";
import type { DriveAction, RecorderTaskOptions } from "./progress.js";
import { ProgressReporter } from "./progress.js";
import type { BlockSink } from "./session-writer.js";
import { SessionWriter, transferBytes } from "./session-writer.js";

type StepOf<K extends PlanStep["kind"]> = Extract<PlanStep, { kind: K }>;

/** What a `write` step takes its blocks from. */
type WrittenData = Pick<SessionData, "chunks">;

/** What a job may be given beside its steps. */
export interface JobOptions extends RecorderTaskOptions {
  /** Sees every block that the drive has taken, pre-gap and zeros included. */
  readonly onWritten?: ((lba: number, data: Uint8Array) => void) | undefined;
}

/**
 * Does the steps of a plan. Each command is waited for before the next; what is written goes block after block from
 * the step's first, so that a drive which refuses an address ends the job before anything is lost.
 *
 * Whatever ends a job early leaves the track as it is, with everything before it untouched: the drive is asked to put
 * on the disc what it holds, and the session stays open until it is repaired. What the job changed of the drive's own
 * settings is given back in any case.
 */
export class WriteJob {
  readonly #channel: CommandChannel;
  readonly #snapshot: DiscSnapshot;
  readonly #options: JobOptions;
  readonly #progress: ProgressReporter;

  /** @param snapshot The disc as it was when the steps were planned. */
  constructor(channel: CommandChannel, snapshot: DiscSnapshot, options: JobOptions) {
    this.#channel = channel;
    this.#snapshot = snapshot;
    this.#options = options;
    this.#progress = new ProgressReporter(channel.clock, options);
  }

  /**
   * Does all steps.
   *
   * @param session What the `write` step writes; absent where there is none.
   * @throws {@link DeviceError}; {@link DiscError} E_CANCELLED, E_CONTENT_CHANGED, E_DISC_CHANGED, E_NOT_SUPPORTED, or
   *   what reading the session raised.
   */
  async run(steps: readonly PlanStep[], session?: WrittenData): Promise<void> {
    let at = 0;
    try {
      for (; at < steps.length; at++) {
        const step = steps[at]!;
        if (step.isCleanup !== true) throwIfCancelled(this.#options.signal, step.description);
        await this.#do(step, session);
      }
    } catch (error) {
      await this.#cleanUp(steps.slice(at + 1));
      throw error;
    }
  }

  /** Best effort: the reason why the job ended is the one to report. */
  async #cleanUp(steps: readonly PlanStep[]): Promise<void> {
    for (const step of steps) {
      if (step.isCleanup !== true) continue;
      try {
        await this.#do(step, undefined);
      } catch (error) {
        if (!(error instanceof DiscError)) throw error;
      }
    }
  }

  async #do(step: PlanStep, session: WrittenData | undefined): Promise<void> {
    const channel = this.#channel;
    switch (step.kind) {
      case "setWriteParameters":
        this.#progress.fraction("initializingHardware", null, 0);
        return await setWriteParameters(channel, step);
      case "setSpeed":
        return await setSpeed(channel, step);
      case "calibrate":
        this.#progress.fraction("calibratingPower", null, 0);
        return await calibrate(channel);
      case "setLayer0Blocks":
        return await setLayer0Blocks(channel, step);
      case "checkNextWritable":
        this.#progress.fraction("validatingMedia", null, 0);
        return await this.#checkNextWritable(step);
      case "reserveTrack":
        return await reserve(channel, step);
      case "sendCueSheet":
        return await sendSessionCueSheet(channel, step);
      case "write":
        if (session === undefined) throw new TypeError("a plan that writes needs a session to write");
        return await this.#writeSession(step, session);
      case "writeZeros":
        return await this.#writeZeros(step);
      default:
        return await this.#doLong(step);
    }
  }

  /** Steps that the drive goes on with by itself. */
  async #doLong(
    step: StepOf<
      | "synchronizeCache"
      | "closeTrack"
      | "closeSession"
      | "stopBackgroundFormat"
      | "awaitBackgroundFormat"
      | "blank"
      | "formatUnit"
    >,
  ): Promise<void> {
    const channel = this.#channel;
    switch (step.kind) {
      case "synchronizeCache":
        return await this.#watched("finalization", 1, (options) => synchronize(channel, options));
      case "closeTrack":
        return await this.#watched("finalization", 1, (options) => closeTrack(channel, step, options));
      case "closeSession":
        return await this.#watched("finalization", 1, (options) => closeSession(channel, step, options));
      case "stopBackgroundFormat":
        return await this.#watched("finalization", 1, (options) => stopBackgroundFormat(channel, options));
      case "awaitBackgroundFormat":
        return await this.#watched("formattingMedia", this.#snapshot.totalBlocks, (options) =>
          awaitBackgroundFormat(channel, { ...options, signal: this.#options.signal }),
        );
      case "blank":
        return await this.#watched(
          "formattingMedia",
          this.#snapshot.totalBlocks,
          (options) => blankMedium(channel, step, options),
          "blanking",
        );
      case "formatUnit":
        return await this.#watched("formattingMedia", this.#snapshot.totalBlocks, (options) =>
          formatMedium(channel, step, options),
        );
    }
  }

  async #watched(
    action: DriveAction,
    totalBlocks: number,
    run: (options: WaitOptions) => Promise<void>,
    phase?: string,
  ): Promise<void> {
    const onFraction = (fraction: number | null): void => this.#progress.fraction(action, fraction, totalBlocks, phase);
    onFraction(0);
    await run({ onFraction });
    onFraction(1);
  }

  async #askNextWritable(trackNumber: number, blank: boolean): Promise<number | null> {
    const { traits, overwritable } = this.#snapshot;
    if (traits === undefined || overwritable) return null;
    return await answerAll(this.#channel, askNextWritable(traits, trackNumber, blank));
  }

  /** The address may have moved since the state was read; and some drives name another one when they are asked again. */
  async #checkNextWritable({ lba, trackNumber }: StepOf<"checkNextWritable">): Promise<void> {
    const actual = await this.#askNextWritable(trackNumber, this.#snapshot.blank);
    if (actual === lba) return;
    const what = "next writable address";
    const message = `${this.#channel.transport.name}: the ${what} was ${lba}, is ${actual ?? "unknown"}; nothing was written`;
    throw new DiscError("E_DISC_CHANGED", message, { what, expected: lba, actual: actual ?? -1 });
  }

  #blockWriter(streaming: boolean): BlockSink {
    const trackNumber = this.#snapshot.tracks.at(-1)?.number ?? 1;
    const askNext = () => this.#askNextWritable(trackNumber, false);
    const writer = new BlockWriter(this.#channel, { streaming, askNextWritable: askNext });
    const { onWritten } = this.#options;
    if (onWritten === undefined) return writer;
    return {
      write: async (lba, data) => {
        await writer.write(lba, data);
        onWritten(lba, data);
      },
    };
  }

  async #writeSession(step: StepOf<"write">, session: WrittenData): Promise<void> {
    const { maximumTransferBytes } = this.#channel.transport;
    const writer = new SessionWriter(this.#blockWriter(step.streaming), step, {
      signal: this.#options.signal,
      maximumTransferBytes,
      onBlocks: (done, total) => this.#progress.blocks("writingData", done, total),
    });
    await this.#orSynchronize(() => writer.write(session));
  }

  async #writeZeros({ firstBlock, blocks, transferBlocks }: StepOf<"writeZeros">): Promise<void> {
    const writer = this.#blockWriter(false);
    const zeros = new Uint8Array(transferBytes(transferBlocks, this.#channel.transport.maximumTransferBytes));
    await this.#orSynchronize(async () => {
      for (let done = 0; done < blocks; ) {
        throwIfCancelled(this.#options.signal, "writing");
        const data = zeros.subarray(0, Math.min(zeros.length, (blocks - done) * blockBytes));
        await writer.write(firstBlock + done, data);
        done += data.length / blockBytes;
        this.#progress.blocks("formattingMedia", done, blocks, "blanking");
      }
    });
  }

  /** What ends writing early leaves on the disc what the drive has got; as far as the drive goes along. */
  async #orSynchronize(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      await this.#channel.attempt(synchronizeCache, { immediate: false }, { direction: "none" });
      throw error;
    }
  }
}
