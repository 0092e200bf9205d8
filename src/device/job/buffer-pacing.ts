import { strictContext } from "../../codec/codec.js";
import type { CommandChannel } from "../command-channel.js";
import { bufferCapacity, readBufferCapacity } from "../mmc/read-buffer-capacity.js";

/** Above this share of the drive's buffer nothing more is sent, until it has come down to the other one. */
const highWater = 0.95;
const lowWater = 0.65;
const firstPollMs = 10;
const longestPollMs = 100;
const limitMs = 120_000;
const shortestRetryMs = 2;
const longestRetryMs = 25;

/**
 * Sends no more than the drive's buffer takes. It begins once the buffer was full: some drives dislike to be asked
 * before, and most never let it come so far. A drive that does not tell how full its buffer is, or nonsense, or never
 * empties it, is not asked again; then a command is repeated after a short while.
 */
export class BufferPacing {
  readonly #channel: CommandChannel;
  #mode: "idle" | "paced" | "givenUp" = "idle";
  /** Bytes that the buffer takes for certain: it was asked about, and only empties meanwhile. */
  #creditBytes = 0;
  #retries = 0;

  constructor(channel: CommandChannel) {
    this.#channel = channel;
  }

  /** Before so many bytes are sent. */
  async beforeWrite(bytes: number): Promise<void> {
    if (this.#mode !== "paced") return;
    if (bytes > this.#creditBytes && (await this.#fill()) !== null && bytes > this.#creditBytes) await this.#drain();
    this.#creditBytes -= bytes;
  }

  /** A command was taken. */
  afterWrite(): void {
    this.#retries = 0;
  }

  /** A command was not taken because the buffer is full: waits until it has room. */
  async onFull(): Promise<void> {
    if (this.#mode === "idle") this.#mode = "paced";
    if (this.#mode === "paced" && (await this.#fill()) !== null) return await this.#drain();
    this.#retries++;
    await this.#channel.clock.wait(Math.min(shortestRetryMs * this.#retries, longestRetryMs));
  }

  async #drain(): Promise<void> {
    const { clock } = this.#channel;
    const started = clock.now();
    for (let pollMs = firstPollMs; ; pollMs = Math.min(2 * pollMs, longestPollMs)) {
      await clock.wait(pollMs);
      const fill = await this.#fill();
      if (fill === null || fill <= lowWater) return;
      if (clock.now() - started >= limitMs) {
        this.#mode = "givenUp";
        return;
      }
    }
  }

  /** How full the buffer is, from 0 to 1; `null` where that cannot be found out. */
  async #fill(): Promise<number | null> {
    const bytes = bufferCapacity.size;
    const fields = { block: false, allocationLength: bytes };
    const outcome = await this.#channel.attempt(readBufferCapacity, fields, {
      direction: "in",
      allocationBytes: bytes,
    });
    const reply =
      "error" in outcome || outcome.data.length < bytes ? null : bufferCapacity.read(outcome.data, 0, strictContext);
    if (reply === null || reply.bufferLength === 0 || reply.availableLength > reply.bufferLength) {
      this.#mode = "givenUp";
      return null;
    }
    const fill = 1 - reply.availableLength / reply.bufferLength;
    this.#creditBytes = Math.max(0, highWater - fill) * reply.bufferLength;
    return fill;
  }
}
