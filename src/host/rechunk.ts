import type { Readable } from "node:stream";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import chunker from "stream-chunker";

/** What stream-chunker is fed: it copies its rest again for each piece, and cuts up a large one at once. */
const leastPieceBytes = 32_768;
const mostPieceBytes = 1_048_576;

/**
 * Pieces of 32 KiB to 1 MiB; only the last may be shorter. It ends when nobody wants more: stream-chunker, once it is
 * destroyed, goes on taking pieces and keeps them all.
 */
async function* regroup(source: AsyncIterable<Uint8Array>, handover: Handover): AsyncGenerator<Uint8Array> {
  let gathered: Uint8Array[] = [];
  let gatheredBytes = 0;
  for await (const piece of source) {
    if (handover.destroyed) return;
    for (let at = 0; at < piece.length; at += mostPieceBytes) {
      const part = piece.subarray(at, at + mostPieceBytes);
      if (gatheredBytes === 0 && part.length >= leastPieceBytes) {
        yield part;
        continue;
      }
      gathered.push(part);
      gatheredBytes += part.length;
      if (gatheredBytes < leastPieceBytes) continue;
      // A short rest and a piece of up to 1 MiB would be more than that.
      const joined = Buffer.concat(gathered);
      for (let from = 0; from < joined.length; from += mostPieceBytes) {
        yield joined.subarray(from, from + mostPieceBytes);
      }
      gathered = [];
      gatheredBytes = 0;
    }
  }
  if (gatheredBytes > 0) yield Buffer.concat(gathered);
}

/** Hands over one chunk at a time: the stream before it waits until the chunk was taken and the next is asked for. */
class Handover extends Writable {
  #chunk: Uint8Array | undefined;
  #taken: ((error?: Error | null) => void) | undefined;
  #arrived: (() => void) | undefined;
  #ended = false;
  #failure: Error | null = null;

  constructor() {
    super({ highWaterMark: 1 });
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    this.#chunk = chunk;
    this.#taken = done;
    this.#arrived?.();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#ended = true;
    this.#arrived?.();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#ended = true;
    this.#failure = error;
    this.#arrived?.();
    done(error);
  }

  /** The next chunk; `undefined` at the end. @throws what ended the streams early. */
  async take(): Promise<Uint8Array | undefined> {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
    if (this.#chunk === undefined && !this.#ended) await new Promise<void>((arrived) => (this.#arrived = arrived));
    this.#arrived = undefined;
    if (this.#failure !== null) throw this.#failure;
    const chunk = this.#chunk;
    this.#chunk = undefined;
    return chunk;
  }
}

/**
 * A stream in chunks of one length; the last is filled with zeros. Chunks are valid for good.
 *
 * @param chunkBytes A positive whole number: stream-chunker does not check it.
 */
export async function* rechunk(
  source: Readable | AsyncIterable<Uint8Array>,
  chunkBytes: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  if (!Number.isSafeInteger(chunkBytes) || chunkBytes < 1) throw new RangeError(`chunkBytes is ${chunkBytes}`);
  const handover = new Handover();
  const chunks = chunker(chunkBytes, { flush: true, align: true });
  // Boundaries of chunks survive into a Writable, not into "for await".
  const options = signal === undefined ? {} : { signal };
  // How it ends is seen at the handover: on Node 20, a pipeline with a stream as old as stream-chunker never settles.
  pipeline(regroup(source, handover), chunks, handover, options).catch(() => undefined);
  try {
    for (let chunk = await handover.take(); chunk !== undefined; chunk = await handover.take()) {
      // At the end of a stream whose length is a multiple, an empty chunk is flushed.
      if (chunk.length > 0) yield chunk;
    }
  } finally {
    handover.destroy();
  }
}
