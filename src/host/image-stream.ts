import { Readable } from "node:stream";
import type { SessionData, TaskOptions } from "../medium/session-data.js";

async function* copies(image: SessionData, options: TaskOptions): AsyncGenerator<Buffer> {
  // A stream keeps what it is given until somebody takes it; the image fills its buffers anew.
  for await (const chunk of image.chunks(options)) yield Buffer.from(chunk);
}

/** An image as a Node stream, from its first block to its last. */
export function imageStream(image: SessionData, options: TaskOptions = {}): Readable {
  return Readable.from(copies(image, options), { objectMode: false });
}
