import type { Readable } from "node:stream";
import { DiscError, throwIfCancelled } from "../errors.js";
import type { SessionData } from "../medium/session-data.js";
import { blockBytes } from "../units.js";
import { CountedStream } from "./counted-stream.js";
import { rechunk } from "./rechunk.js";

/** A write unit of BD, two of DVD: what is handed to the recorder at once. */
const chunkBlocks = 32;

/** Where a stream goes. */
export interface StreamSessionOptions {
  /** Address of the first block: the next writable one, or any on media that can be overwritten. */
  readonly firstBlock: number;
  /** Length of the stream; its last block is filled with zeros where it ends within. */
  readonly blocks: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A stream as a session: whatever its pieces are, the recorder gets whole write units. It is read once, while it is
 * written; nothing is known of what is in it.
 *
 * A stream that is longer or shorter than was said ends writing with E_CONTENT_CHANGED.
 *
 * @example
 * const session = sessionFromStream(createReadStream("data.bin"), { firstBlock: 0, blocks: 1_000 });
 * await recorder.write(session, { verify: "full" });
 */
export function sessionFromStream(
  source: Readable | AsyncIterable<Uint8Array>,
  { firstBlock, blocks, signal }: StreamSessionOptions,
): SessionData {
  const counted = new CountedStream(source);
  return {
    firstBlock,
    blocks,
    importedFrom: null,
    read: async (lba) => {
      throw new DiscError("E_CONTENT_NOT_REPEATABLE", `a stream is read once: block ${lba}`, { path: "stream" });
    },
    chunks: (options) => chunksOf(counted, blocks, options?.signal ?? signal),
  };
}

async function* chunksOf(
  counted: CountedStream,
  blocks: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let left = blocks * blockBytes;
  for await (const chunk of rechunk(counted, chunkBlocks * blockBytes, signal)) {
    throwIfCancelled(signal, "reading a stream");
    if (left === 0) counted.check(blocks);
    yield chunk.subarray(0, Math.min(left, chunk.length));
    left -= Math.min(left, chunk.length);
  }
  counted.check(blocks);
}
