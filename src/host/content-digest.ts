import { createHash } from "node:crypto";
import { throwIfCancelled } from "../errors.js";
import type { Content } from "../fs/tree/content.js";

/** Bytes that are read at once. */
const pieceBytes = 1024 * 1024;

/**
 * The SHA-256 of a content, in hexadecimal digits.
 *
 * @throws {@link DiscError} as `Content.read`; E_CANCELLED.
 */
export async function digestOf(content: Content, signal?: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  const buffer = new Uint8Array(Math.min(pieceBytes, content.bytes));
  for (let offset = 0; offset < content.bytes; offset += pieceBytes) {
    throwIfCancelled(signal, "reading contents");
    const piece = buffer.subarray(0, Math.min(pieceBytes, content.bytes - offset));
    await content.read(offset, piece, signal);
    hash.update(piece);
  }
  return hash.digest("hex");
}
