/**
 * What loaders are told inside of their own images: where they lie. mkisofs(8), "boot information table"; GRUB 2's
 * grub-core/boot/i386/pc/cdboot.S.
 */
import { strictContext } from "../../codec/codec.js";
import { readU32le, u32le, u64le } from "../../codec/integers.js";
import { byte } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { reserved } from "../../codec/text.js";
import { alignUp, blockBytes } from "../../units.js";

/** Where the table starts in an image, and where it ends. */
const tableAt = 8;
const tableEnd = 64;

/** Where GRUB 2 finds its address in an image. */
const grub2At = 2548;

/** Sectors of 512 bytes in a block; those that GRUB's first stage lies before the rest of it. */
const sectorsInBlock = blockBytes / 512;
const grub2FirstSector = 5;

/** The boot information table. */
export interface BootInfoTable {
  /** Block of the Primary Volume Descriptor. */
  readonly primaryLba: number;
  /** Block of the image. */
  readonly imageLba: number;
  /** Of the image. */
  readonly imageBytes: number;
  /** See {@link bootImageChecksum}. */
  readonly checksum: number;
}

/** Boot information table: bytes 8 to 63 of an image. mkisofs(8). */
const bootInfoTable: StructCodec<BootInfoTable> = struct<BootInfoTable>("BootInfoTable", tableEnd - tableAt, {
  primaryLba: byte(0, 4, u32le, "bi_pvd"),
  imageLba: byte(4, 4, u32le, "bi_file"),
  imageBytes: byte(8, 4, u32le, "bi_length"),
  checksum: byte(12, 4, u32le, "bi_csum"),
  _reserved: byte(16, 40, reserved(40), "bi_reserved"),
});

/** What GRUB 2 is told of its image. */
interface Grub2BootInfo {
  /** Sector of 512 bytes where the image goes on behind its first five. */
  readonly address: bigint;
}

/** GRUB 2's boot information: 8 bytes at byte 2,548 of an image. cdboot.S. */
const grub2BootInfo: StructCodec<Grub2BootInfo> = struct<Grub2BootInfo>("Grub2BootInfo", 8, {
  address: byte(0, 8, u64le, "cdboot.S"),
});

/** The sum of an image's 32-bit words from byte 64 on; zeros are added to an incomplete last one. */
export function bootImageChecksum(image: Uint8Array): number {
  const whole = new Uint8Array(alignUp(image.length, 4));
  whole.set(image);
  let sum = 0;
  for (let at = tableEnd; at < whole.length; at += 4) sum = (sum + readU32le(whole, at)) % 0x1_0000_0000;
  return sum;
}

/**
 * The boot information table of an image; `undefined` for an image that has none: the table has to name the image's
 * block, and a length with which the checksum is right.
 *
 * @param image Its bytes; they may go on behind the image, as blocks do.
 * @param imageLba Where it lies.
 */
export function readBootInfoTable(image: Uint8Array, imageLba: number): BootInfoTable | undefined {
  if (image.length < tableEnd) return undefined;
  const table = bootInfoTable.read(image, tableAt, strictContext);
  if (table.imageLba !== imageLba || table.imageBytes < tableEnd || table.imageBytes > image.length) return undefined;
  return bootImageChecksum(image.subarray(0, table.imageBytes)) === table.checksum ? table : undefined;
}

/**
 * The image with a boot information table.
 *
 * @param image All of it, and nothing more.
 * @throws RangeError for an image of less than 64 bytes, which has no room for it.
 */
export function withBootInfoTable(
  image: Uint8Array,
  { primaryLba, imageLba }: Pick<BootInfoTable, "primaryLba" | "imageLba">,
): Uint8Array {
  if (image.length < tableEnd) throw new RangeError(`a boot image has at least 64 bytes, got ${image.length}`);
  const patched = image.slice();
  const table = { primaryLba, imageLba, imageBytes: image.length, checksum: bootImageChecksum(image) };
  bootInfoTable.write(table, patched, tableAt);
  return patched;
}

function grub2AddressOf(imageLba: number): bigint {
  return BigInt(imageLba * sectorsInBlock + grub2FirstSector);
}

/** Whether an image holds the boot information of GRUB 2 for its block. */
export function hasGrub2BootInfo(image: Uint8Array, imageLba: number): boolean {
  if (image.length < grub2At + grub2BootInfo.size) return false;
  return grub2BootInfo.read(image, grub2At, strictContext).address === grub2AddressOf(imageLba);
}

/**
 * The image with the boot information of GRUB 2. Where it has a boot information table too, that comes after it: its
 * checksum counts these bytes.
 *
 * @throws RangeError for an image that has no room for it.
 */
export function withGrub2BootInfo(image: Uint8Array, imageLba: number): Uint8Array {
  if (image.length < grub2At + grub2BootInfo.size) {
    throw new RangeError(`an image of GRUB 2 has at least ${grub2At + grub2BootInfo.size} bytes, got ${image.length}`);
  }
  const patched = image.slice();
  grub2BootInfo.write({ address: grub2AddressOf(imageLba) }, patched, grub2At);
  return patched;
}
