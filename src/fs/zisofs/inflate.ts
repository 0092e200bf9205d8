/**
 * Uncompresses a stream of zlib that is to give just so many bytes. RFC 1950. By the platform's own streams, which
 * work beside the event loop, and which browsers have, too.
 *
 * @param into All of it is filled.
 * @returns What is wrong with the stream; `undefined` where nothing is.
 */
export async function inflate(compressed: Uint8Array<ArrayBuffer>, into: Uint8Array): Promise<string | undefined> {
  const stream = new DecompressionStream("deflate");
  const writer = stream.writable.getWriter();
  // What fails in writing fails in reading, too, which says so.
  const written = writer.write(compressed).then(
    () => writer.close(),
    () => undefined,
  );
  written.catch(() => undefined);
  const reader = stream.readable.getReader();
  let done = 0;
  try {
    for (;;) {
      const next = await reader.read();
      if (next.done) break;
      const piece: Uint8Array = next.value;
      if (done + piece.length > into.length) {
        await reader.cancel().catch(() => undefined);
        return `gives more than ${into.length} bytes`;
      }
      into.set(piece, done);
      done += piece.length;
    }
  } catch (error) {
    return `is no stream of zlib: ${error instanceof Error ? error.message : String(error)}`;
  }
  return done === into.length ? undefined : `gives ${done} bytes, expected ${into.length}`;
}
