import type { StructCodec } from "../../codec/struct.js";

/** Bytes of a sector of disks, in which partition tables count. */
export const sectorBytes = 512;

/** Bytes to be written into an image. */
export interface BytePatch {
  /** From the image's first byte. */
  readonly offsetBytes: number;
  readonly bytes: Uint8Array;
}

/** The patch that writes one structure. */
export function structurePatch<T>(codec: StructCodec<T>, value: T, offsetBytes: number): BytePatch {
  const bytes = new Uint8Array(codec.size);
  codec.write(value, bytes, 0);
  return { offsetBytes, bytes };
}
