import { bytesFromName, nameFromBytes } from "../fs/names/name-bytes.js";

/** A path for Node's `fs`: text, or the bytes of one that is not UTF-8. */
export function hostPath(path: string): string | Buffer {
  return path.isWellFormed() ? path : Buffer.from(bytesFromName(path));
}

/** The name, as this package writes names, of one that Node gave as bytes. */
export function nameOfHost(bytes: Buffer): string {
  return nameFromBytes(bytes);
}
