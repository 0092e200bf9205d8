import { encode } from "../codec/struct.js";
import { DiscError, throwIfCancelled } from "../errors.js";
import type { SessionData, TaskOptions } from "../medium/session-data.js";
import { blockBytes } from "../units.js";
import type { CommandChannel } from "./command-channel.js";
import { closeFunctions, closeTrackSession } from "./mmc/close-track-session.js";
import { modePageCodes, modeParameterHeader, modeSelect10, modeSense10 } from "./mmc/mode-parameters.js";
import { synchronizeCache } from "./mmc/synchronize-cache.js";
import { write10 } from "./mmc/write-10.js";
import { writeParametersFor, writeParametersPage } from "./mmc/write-parameters-page.js";
import { becomeReady } from "./read-state.js";
import type { WriteStep } from "./write-plan.js";

type DataStep = Extract<WriteStep, { kind: "write" }>;

const noData = { direction: "none" } as const;
const strictly = { onUnitAttention: "fail" } as const;

/**
 * Does the steps of a plan. Each command is waited for before the next; what is written goes block after block from
 * the step's first, so that a drive which refuses an address ends the job before anything is lost.
 *
 * Whatever ends a job early leaves the track as it is, with everything before it untouched: the drive is asked to put
 * on the disc what it holds, and the session stays open until it is repaired.
 */
export class WriteJob {
  readonly #channel: CommandChannel;
  readonly #options: TaskOptions;
  #nextLba = 0;
  #isStoppable = true;

  constructor(channel: CommandChannel, options: TaskOptions) {
    this.#channel = channel;
    this.#options = options;
  }

  /**
   * Does all steps.
   *
   * @param session What the `write` step writes; absent where there is none.
   * @throws {@link DeviceError}; {@link DiscError} E_CANCELLED, E_CONTENT_CHANGED, or what reading the session raised.
   */
  async run(steps: readonly WriteStep[], session?: SessionData): Promise<void> {
    for (const step of steps) {
      throwIfCancelled(this.#options.signal, step.description);
      await this.#do(step, session);
    }
  }

  async #do(step: WriteStep, session: SessionData | undefined): Promise<void> {
    switch (step.kind) {
      case "setWriteParameters":
        return await this.#setWriteParameters(step.keepDiscOpen);
      case "write":
        if (session === undefined) throw new TypeError("a plan that writes needs a session to write");
        return await this.#writeAll(step, session);
      case "synchronizeCache":
        await this.#channel.send(synchronizeCache, { immediate: false }, noData, strictly);
        return await becomeReady(this.#channel);
      case "closeTrack": {
        this.#report("closing", 0, 1);
        const fields = { immediate: false, closeFunction: closeFunctions.track, trackNumber: step.trackNumber };
        const outcome = await this.#channel.attempt(closeTrackSession, fields, noData, strictly);
        if ("error" in outcome && !step.mayFail) throw outcome.error;
        return await becomeReady(this.#channel);
      }
      case "closeSession": {
        this.#report("closing", 0, 1);
        const fields = { immediate: false, closeFunction: step.closeFunction, trackNumber: 0 };
        await this.#channel.send(closeTrackSession, fields, noData, strictly);
        await becomeReady(this.#channel);
        return this.#report("closing", 1, 1);
      }
    }
  }

  /** Sets the page of write parameters, keeping what the drive has in fields that are its own. */
  async #setWriteParameters(keepDiscOpen: boolean): Promise<void> {
    const wanted = writeParametersFor("cdTrackAtOnce", { keepDiscOpen });
    const bytes = modeParameterHeader.size + writeParametersPage.size;
    const parameters = new Uint8Array(bytes);
    writeParametersPage.write(wanted, parameters, modeParameterHeader.size);
    await this.#channel.send(
      modeSelect10,
      { pageFormat: true, savePages: false, parameterListLength: bytes },
      { direction: "out", data: parameters },
    );
    // A drive that took the page without obeying it would finalise the disc, or fail at the end.
    const fields = {
      disableBlockDescriptors: true,
      pageControl: 0,
      pageCode: modePageCodes.writeParameters,
      allocationLength: bytes,
    };
    const outcome = await this.#channel.attempt(modeSense10, fields, { direction: "in", allocationBytes: bytes });
    if ("error" in outcome || outcome.data.length < modeParameterHeader.size + 4) return;
    const pageAt = modeParameterHeader.size + 256 * outcome.data[6]! + outcome.data[7]!;
    const asked = encode(writeParametersPage, wanted);
    // Write type, and the multisession bits: bytes 2 and 3 of the page.
    const differs = (at: number, mask: number): boolean =>
      ((outcome.data[pageAt + at] ?? asked[at]!) & mask) !== (asked[at]! & mask);
    if (differs(2, 0x0f) || differs(3, 0xc0)) {
      const what = `track-at-once writing${keepDiscOpen ? " with a disc that stays open" : ""} by this drive`;
      throw new DiscError("E_NOT_SUPPORTED", `not supported: ${what}`, { what });
    }
  }

  async #writeAll(step: DataStep, session: SessionData): Promise<void> {
    this.#nextLba = step.firstBlock;
    // A short track that was cut off could not be told from a whole one, since the drive fills it up. So it is read
    // before its first block is written, and then neither cancelled nor failed by its source.
    const pieces = step.isFilledUp ? await wholeSession(session, step.blocks, this.#options) : undefined;
    this.#isStoppable = !step.isFilledUp;
    try {
      await this.#writeData(step, pieces ?? session.chunks({ signal: this.#options.signal }));
    } catch (error) {
      // Best effort: the reason why writing ended is the one to report.
      await this.#channel.attempt(synchronizeCache, { immediate: false }, noData);
      throw error;
    }
  }

  async #writeData(step: DataStep, pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    const total = step.blocks + step.zeroBlocks;
    const mostBlocks = Math.floor(this.#channel.transport.maximumTransferBytes / blockBytes);
    const buffer = new Uint8Array(Math.min(step.transferBlocks, mostBlocks) * blockBytes);
    let filled = 0;
    let received = 0;
    const expected = step.blocks * blockBytes;
    const send = async (data: Uint8Array): Promise<void> => {
      await this.#write(data);
      this.#report("writing", this.#nextLba - step.firstBlock, total);
    };
    for await (const chunk of pieces) {
      received += chunk.length;
      if (received > expected) throw lengthChanged(expected, received);
      for (let at = 0; at < chunk.length; ) {
        // Whole transfers go out of the piece itself, without a copy.
        if (filled === 0 && chunk.length - at >= buffer.length) {
          await send(chunk.subarray(at, at + buffer.length));
          at += buffer.length;
          continue;
        }
        const part = chunk.subarray(at, at + buffer.length - filled);
        buffer.set(part, filled);
        filled += part.length;
        at += part.length;
        if (filled < buffer.length) continue;
        await send(buffer);
        filled = 0;
      }
    }
    if (received !== expected) throw lengthChanged(expected, received);
    for (let zeros = step.zeroBlocks * blockBytes; filled > 0 || zeros > 0; filled = 0) {
      const more = Math.min(zeros, buffer.length - filled);
      buffer.fill(0, filled, filled + more);
      await send(buffer.subarray(0, filled + more));
      zeros -= more;
    }
  }

  async #write(data: Uint8Array): Promise<void> {
    if (this.#isStoppable) throwIfCancelled(this.#options.signal, "writing");
    const transferBlocks = data.length / blockBytes;
    const fields = { logicalBlockAddress: this.#nextLba, transferBlocks };
    await this.#channel.send(write10, fields, { direction: "out", data }, strictly);
    this.#nextLba += transferBlocks;
  }

  #report(phase: string, doneBlocks: number, totalBlocks: number): void {
    this.#options.onProgress?.({ phase, doneBlocks, totalBlocks });
  }
}

/** The whole of a short session, read into memory. */
async function wholeSession(session: SessionData, blocks: number, { signal }: TaskOptions): Promise<Uint8Array[]> {
  const whole = new Uint8Array(blocks * blockBytes);
  let received = 0;
  for await (const chunk of session.chunks({ signal })) {
    if (received + chunk.length > whole.length) throw lengthChanged(whole.length, received + chunk.length);
    whole.set(chunk, received);
    received += chunk.length;
  }
  if (received !== whole.length) throw lengthChanged(whole.length, received);
  throwIfCancelled(signal, "writing");
  return [whole];
}

function lengthChanged(expectedBytes: number, actualBytes: number): DiscError<"E_CONTENT_CHANGED"> {
  const path = "the session";
  const what = "its length";
  const message = `${path} was to have ${expectedBytes} bytes, it has ${actualBytes}`;
  return new DiscError("E_CONTENT_CHANGED", message, { path, expectedBytes, actualBytes, what });
}
