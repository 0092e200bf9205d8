import { DiscError, throwIfCancelled } from "../../errors.js";
import type { SessionData } from "../../medium/session-data.js";
import { blockBytes } from "../../units.js";
import type { DataStep } from "../plan/step.js";

/** Where blocks go. */
export interface BlockSink {
  write(lba: number, data: Uint8Array): Promise<void>;
}

/** How a session is taken and given away. */
export interface SessionWriterOptions {
  readonly signal: AbortSignal | undefined;
  /** The most bytes that one command may carry. */
  readonly maximumTransferBytes: number;
  readonly onBlocks: (doneBlocks: number, totalBlocks: number) => void;
}

/** Writes the data of a session with the zeros around it, in whole transfers, block after block. */
export class SessionWriter {
  readonly #sink: BlockSink;
  readonly #step: DataStep;
  readonly #options: SessionWriterOptions;
  readonly #buffer: Uint8Array;
  #filled = 0;
  #nextLba: number;

  constructor(sink: BlockSink, step: DataStep, options: SessionWriterOptions) {
    this.#sink = sink;
    this.#step = step;
    this.#options = options;
    this.#buffer = new Uint8Array(transferBytes(step.transferBlocks, options.maximumTransferBytes));
    this.#nextLba = step.firstBlock - step.pauseBlocks;
  }

  /**
   * @throws {@link DiscError} E_CANCELLED, E_CONTENT_CHANGED; what reading the session or writing it raised.
   */
  async write(session: Pick<SessionData, "chunks">): Promise<void> {
    const { isFilledUp, blocks, pauseBlocks, zeroBlocks } = this.#step;
    const { signal } = this.#options;
    // A short track that was cut off could not be told from a whole one, since the drive fills it up. So it is read
    // before its first block is written, and then neither cancelled nor failed by its source.
    const pieces = isFilledUp ? await wholeSession(session, blocks, signal) : session.chunks({ signal });
    await this.#addZeros(pauseBlocks);
    await this.#addPieces(pieces);
    await this.#addZeros(zeroBlocks);
    await this.#flush();
  }

  async #addPieces(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    const buffer = this.#buffer;
    const expected = this.#step.blocks * blockBytes;
    let received = 0;
    for await (const chunk of pieces) {
      received += chunk.length;
      if (received > expected) throw lengthChanged(expected, received);
      for (let at = 0; at < chunk.length; ) {
        // Whole transfers go out of the piece itself, without a copy.
        if (this.#filled === 0 && chunk.length - at >= buffer.length) {
          await this.#send(chunk.subarray(at, at + buffer.length));
          at += buffer.length;
          continue;
        }
        const part = chunk.subarray(at, at + buffer.length - this.#filled);
        buffer.set(part, this.#filled);
        this.#filled += part.length;
        at += part.length;
        if (this.#filled === buffer.length) await this.#flush();
      }
    }
    if (received !== expected) throw lengthChanged(expected, received);
  }

  async #addZeros(blocks: number): Promise<void> {
    const buffer = this.#buffer;
    for (let left = blocks * blockBytes; left > 0; ) {
      const more = Math.min(left, buffer.length - this.#filled);
      buffer.fill(0, this.#filled, this.#filled + more);
      this.#filled += more;
      left -= more;
      if (this.#filled === buffer.length) await this.#flush();
    }
  }

  async #flush(): Promise<void> {
    if (this.#filled > 0) await this.#send(this.#buffer.subarray(0, this.#filled));
    this.#filled = 0;
  }

  async #send(data: Uint8Array): Promise<void> {
    const { firstBlock, blocks, pauseBlocks, zeroBlocks, isFilledUp } = this.#step;
    if (!isFilledUp) throwIfCancelled(this.#options.signal, "writing");
    await this.#sink.write(this.#nextLba, data);
    this.#nextLba += data.length / blockBytes;
    const done = this.#nextLba - firstBlock + pauseBlocks;
    this.#options.onBlocks(done, pauseBlocks + blocks + zeroBlocks);
  }
}

/** Bytes of one transfer: as many as the family of media takes at once, and the way to the drive carries. */
export function transferBytes(transferBlocks: number, maximumTransferBytes: number): number {
  return Math.min(transferBlocks, Math.floor(maximumTransferBytes / blockBytes)) * blockBytes;
}

/** The whole of a short session, read into memory. */
async function wholeSession(
  session: Pick<SessionData, "chunks">,
  blocks: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array[]> {
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
