import type { Readable } from "node:stream";
import { DiscError, throwIfCancelled } from "../errors.js";
import type { Content } from "../fs/tree/content.js";

/** A stream of known length, read once, in order, when the image is. */
class StreamContent implements Content {
  readonly repeatable = false;
  readonly label = "stream";
  readonly bytes: number;
  readonly #source: AsyncIterator<Uint8Array>;
  #position = 0;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(source: AsyncIterable<Uint8Array>, bytes: number) {
    this.#source = source[Symbol.asyncIterator]();
    this.bytes = bytes;
  }

  async read(offset: number, into: Uint8Array, signal?: AbortSignal): Promise<void> {
    if (offset !== this.#position) {
      const message = `a stream can be read once, in order: byte ${offset} was asked for, ${this.#position} is next`;
      throw new DiscError("E_CONTENT_NOT_REPEATABLE", message, { path: this.label });
    }
    for (let done = 0; done < into.length; ) {
      if (this.#rest.length === 0) this.#rest = await this.#next(signal);
      const piece = this.#rest.subarray(0, into.length - done);
      into.set(piece, done);
      this.#rest = this.#rest.subarray(piece.length);
      done += piece.length;
      this.#position += piece.length;
    }
    if (this.#position === this.bytes) await this.#expectEnd();
  }

  async #next(signal: AbortSignal | undefined): Promise<Uint8Array> {
    throwIfCancelled(signal, "reading a stream");
    let result: IteratorResult<Uint8Array>;
    try {
      result = await this.#source.next();
    } catch (cause) {
      throw new DiscError("E_CONTENT_UNREADABLE", "a stream failed", { path: this.label }, { cause });
    }
    if (result.done === true) throw this.#wrongLength(this.#position);
    return result.value;
  }

  async #expectEnd(): Promise<void> {
    const { done, value } = await this.#source.next();
    const more = this.#rest.length + (done === true ? 0 : (value as Uint8Array).length);
    if (more > 0) throw this.#wrongLength(this.bytes + more);
  }

  #wrongLength(actualBytes: number): DiscError<"E_CONTENT_CHANGED"> {
    const relation = actualBytes > this.bytes ? "more than" : `${actualBytes} of`;
    const message = `a stream gave ${relation} the ${this.bytes} bytes announced`;
    const detail = { path: this.label, expectedBytes: this.bytes, actualBytes, what: "size" };
    return new DiscError("E_CONTENT_CHANGED", message, detail);
  }
}

/**
 * A stream as content. It makes the result one that can be read only once, from its start.
 *
 * @param bytes Its length, which has to be known before an image is planned.
 */
export function fromStream(source: Readable | AsyncIterable<Uint8Array>, bytes: number): Content {
  if (!Number.isSafeInteger(bytes) || bytes < 0) throw new RangeError(`bytes is a length, got ${bytes}`);
  return new StreamContent(source as AsyncIterable<Uint8Array>, bytes);
}
