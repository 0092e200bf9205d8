import type { Readable } from "node:stream";
import { DiscError, throwIfCancelled } from "../errors.js";
import { isRootDirectory, rootLbaIn, wrongAddress } from "../fs/image/ready-made-image.js";
import { firstVolumeDescriptorBlock } from "../fs/iso9660/volume-descriptors.js";
import type { SessionData, TaskOptions } from "../medium/session-data.js";
import { blockBytes } from "../units.js";
import { CountedStream } from "./counted-stream.js";
import { rechunk } from "./rechunk.js";

/** What is handed to the recorder at once: two write units of a DVD or BD. */
const chunkBlocks = 32;

/** How far into the stream its root directory is looked for before anything is written. */
const headBlocks = 32_768;

function blockOf(head: readonly Uint8Array[], index: number): Uint8Array | undefined {
  const chunk = head[Math.floor(index / chunkBlocks)];
  const at = (index % chunkBlocks) * blockBytes;
  return chunk?.subarray(at, at + blockBytes);
}

/**
 * A ready-made image that comes as a stream, as a session at `firstBlock`. Its beginning is read first, up to its root
 * directory, which tells what address it was made for.
 *
 * @param blocks Its length; a stream of another length ends writing with E_CONTENT_CHANGED.
 * @throws {@link DiscError} E_IMAGE_WRONG_ADDRESS, E_CONTENT_CHANGED, E_CANCELLED; what the stream raises.
 */
export async function streamedImage(
  source: Readable | AsyncIterable<Uint8Array>,
  blocks: number,
  firstBlock: number,
  signal?: AbortSignal,
): Promise<SessionData> {
  const counted = new CountedStream(source);
  const stream = rechunk(counted, chunkBlocks * blockBytes, signal);
  const head: Uint8Array[] = [];
  const readTo = async (block: number): Promise<Uint8Array | undefined> => {
    while (head.length * chunkBlocks <= block) {
      throwIfCancelled(signal, "reading the image");
      const next = await stream.next();
      if (next.done === true) break;
      head.push(next.value);
    }
    return blockOf(head, block);
  };
  const descriptor = await readTo(firstVolumeDescriptorBlock);
  const rootLba = descriptor === undefined ? undefined : rootLbaIn(descriptor);
  if (rootLba !== undefined || firstBlock > 0) {
    const rootAt = (rootLba ?? -1) - firstBlock;
    const root = rootAt < 0 || rootAt >= Math.min(blocks, headBlocks) ? undefined : await readTo(rootAt);
    if (root === undefined || !isRootDirectory(root, rootLba!)) throw wrongAddress("standard input", firstBlock, null);
  }
  if (counted.ended) counted.check(blocks);
  return {
    firstBlock,
    blocks,
    importedFrom: null,
    read: async (lba) => {
      throw new DiscError("E_CONTENT_NOT_REPEATABLE", `a stream is read once: block ${lba}`, { path: "stream" });
    },
    chunks: (options) => remaining(head, stream, counted, blocks, options),
  };
}

async function* remaining(
  head: readonly Uint8Array[],
  stream: AsyncGenerator<Uint8Array>,
  counted: CountedStream,
  blocks: number,
  options: TaskOptions = {},
): AsyncGenerator<Uint8Array> {
  let left = blocks * blockBytes;
  for (let index = 0; left > 0; index++) {
    throwIfCancelled(options.signal, "reading the image");
    const next = index < head.length ? { value: head[index]! } : await stream.next();
    const chunk = next.value ?? counted.check(blocks);
    if (chunk === undefined) return;
    // The last chunk is only given where the stream ends with it.
    if (left <= chunk.length) {
      if (index >= head.length - 1) await stream.next();
      counted.check(blocks);
    }
    yield chunk.subarray(0, Math.min(left, chunk.length));
    left -= chunk.length;
  }
}
