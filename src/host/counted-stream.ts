import { DiscError } from "../errors.js";
import { blockBytes, blocksOf } from "../units.js";

/** Counts the bytes of a stream: the chunks made of it do not tell, since the last is filled with zeros. */
export class CountedStream {
  bytes = 0;
  ended = false;
  readonly #source: AsyncIterable<Uint8Array>;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for await (const piece of this.#source) {
      this.bytes += piece.length;
      yield piece;
    }
    this.ended = true;
  }

  /** @throws {@link DiscError} E_CONTENT_CHANGED where the stream has not the length that was announced. */
  check(blocks: number): void {
    if (blocksOf(this.bytes) === blocks && this.ended) return;
    const expectedBytes = blocks * blockBytes;
    const detail = { path: "stream", expectedBytes, actualBytes: this.bytes, what: "size" };
    const relation = this.bytes > expectedBytes ? "more than" : `${blocksOf(this.bytes)} of`;
    throw new DiscError("E_CONTENT_CHANGED", `the stream gave ${relation} the ${blocks} blocks announced`, detail);
  }
}
