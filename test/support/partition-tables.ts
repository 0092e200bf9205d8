/** Images with partition tables, made by hand. */
import { crc32 } from "../../src/codec/checksum.js";

/** Bytes of a sector. */
const sector = 512;

/** A partition of a table. */
export interface HandMadePartition {
  readonly start: number;
  /** Sectors. */
  readonly length: number;
  readonly type?: number;
}

/** Writes partition records and the signature of an MBR. */
export function putMbr(image: Uint8Array, partitions: readonly HandMadePartition[]): void {
  const view = new DataView(image.buffer, image.byteOffset);
  for (const [index, { start, length, type = 0x17 }] of partitions.entries()) {
    const at = 446 + 16 * index;
    image[at + 4] = type;
    view.setUint32(at + 8, start, true);
    view.setUint32(at + 12, length, true);
  }
  view.setUint16(510, 0xaa55, true);
}

/** Writes a GUID partition table with its backup in the image's last sectors. */
export function putGpt(image: Uint8Array, partitions: readonly HandMadePartition[], count = 128): void {
  const last = image.length / sector - 1;
  const entries = new Uint8Array(count * 128);
  const view = new DataView(entries.buffer);
  for (const [index, { start, length }] of partitions.entries()) {
    const at = index * 128;
    entries.fill(0xa0 + index, at, at + 32);
    view.setBigUint64(at + 32, BigInt(start), true);
    view.setBigUint64(at + 40, BigInt(start + length - 1), true);
    entries.set([0x49, 0, 0x53, 0, 0x4f, 0], at + 56);
  }
  const entrySectors = Math.ceil(entries.length / sector);
  const headerAt = (own: number, other: number, at: number): Uint8Array => {
    const bytes = new Uint8Array(sector);
    const header = new DataView(bytes.buffer);
    bytes.set(Buffer.from("EFI PART"));
    header.setUint32(8, 0x1_0000, true);
    header.setUint32(12, 92, true);
    header.setBigUint64(24, BigInt(own), true);
    header.setBigUint64(32, BigInt(other), true);
    header.setBigUint64(40, 64n, true);
    header.setBigUint64(48, BigInt(last - entrySectors - 1), true);
    bytes.fill(0x5c, 56, 72);
    header.setBigUint64(72, BigInt(at), true);
    header.setUint32(80, count, true);
    header.setUint32(84, 128, true);
    header.setUint32(88, crc32(entries), true);
    header.setUint32(16, crc32(bytes.subarray(0, 92)), true);
    return bytes;
  };
  image.set(headerAt(1, last, 2), sector);
  image.set(entries, 2 * sector);
  image.set(entries, (last - entrySectors) * sector);
  image.set(headerAt(last, 1, last - entrySectors), last * sector);
}

/** Writes an Apple partition map with blocks of 512 or 2,048 bytes; places are in these blocks. */
export function putApm(image: Uint8Array, blockSize: number, partitions: readonly HandMadePartition[]): void {
  const view = new DataView(image.buffer, image.byteOffset);
  image.set(Buffer.from("ER"));
  view.setUint16(2, blockSize);
  view.setUint32(4, image.length / blockSize);
  const all = [{ start: 1, length: partitions.length + 1 }, ...partitions];
  for (const [index, { start, length }] of all.entries()) {
    const at = (index + 1) * blockSize;
    image.set(Buffer.from("PM"), at);
    view.setUint32(at + 4, all.length);
    view.setUint32(at + 8, start);
    view.setUint32(at + 12, length);
    image.set(Buffer.from(index === 0 ? "Apple" : `Part ${index}`), at + 16);
    image.set(Buffer.from(index === 0 ? "Apple_partition_map" : "Apple_HFS"), at + 48);
    view.setUint32(at + 84, length);
    view.setUint32(at + 88, 3);
  }
}
