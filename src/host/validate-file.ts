import { throwIfCancelled } from "../errors.js";
import { checkImageStart, validatedBytes } from "../fs/image/validate-image.js";
import { nodeFileAccess } from "./node-file-access.js";

/**
 * Refuses a file that is no image, as `validateImage` does, which also looks at the length in bytes.
 *
 * @throws {@link DiscError} E_IMAGE_NOT_ALIGNED, E_IMAGE_NO_DESCRIPTOR, E_IMAGE_TOO_LONG, E_HOST.
 */
export async function validateImageFile(path: string): Promise<void> {
  const handle = await nodeFileAccess.open(path, "read");
  try {
    const bytes = await handle.size();
    const start = new Uint8Array(Math.min(bytes, validatedBytes));
    await handle.read(0, start);
    checkImageStart(path, bytes, start);
  } finally {
    await handle.close();
  }
}

/**
 * Refuses a stream that is no image, likewise; all of it is read, and nothing kept.
 *
 * @throws {@link DiscError} E_IMAGE_NOT_ALIGNED, E_IMAGE_NO_DESCRIPTOR, E_IMAGE_TOO_LONG, E_CANCELLED; what reading the
 *   stream raises.
 */
export async function validateImageStream(stream: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<void> {
  const start = new Uint8Array(validatedBytes);
  let bytes = 0;
  for await (const piece of stream) {
    throwIfCancelled(signal, "reading a stream");
    if (bytes < start.length) start.set(piece.subarray(0, start.length - bytes), bytes);
    bytes += piece.length;
  }
  checkImageStart("the stream", bytes, start.subarray(0, Math.min(bytes, start.length)));
}
