/** What the bytes of a boot image tell of it. */
import { readU32le } from "../../codec/integers.js";
import type { BlockSource } from "../../medium/block-source.js";
import { blockBytes, blocksOf } from "../../units.js";
import type { BootEmulation, InitialBootEntry } from "./boot-catalog.js";
import type { BootInfoTable } from "./boot-info-table.js";
import { hasGrub2BootInfo, readBootInfoTable } from "./boot-info-table.js";

/** Bytes of the discs that are emulated; what is no floppy disc says itself how long it is. El Torito 1.0, figure 3. */
export const floppyBytes: Readonly<Record<BootEmulation, number>> = {
  none: 0,
  floppy1200: 1_228_800,
  floppy1440: 1_474_560,
  floppy2880: 2_949_120,
  hardDisk: 0,
};

/** Sectors of an entry. El Torito 1.0, figure 3. */
export const sectorBytes = 512;

/** What isolinux has at byte 64, if an MBR can start it from a disk. Syslinux 4.00, isohdpfx.S. */
const isohybridAt = 64;
const isohybridMagic = 0x7078_c0fb;

/** Bytes of an image that are looked at for a table with its length in it. */
const maximumImageBytes = 16 * 1024 * 1024;

/** What is known of a boot image. */
export interface BootImage {
  /** Length in bytes as far as it is known: of what is loaded at first, of the emulated floppy, or as its table says. */
  readonly bytes: number;
  /** The boot information table that names this image. */
  readonly infoTable: BootInfoTable | undefined;
  /** Whether it has GRUB 2's boot information. */
  readonly hasGrub2BootInfo: boolean;
  /** Whether it is an isolinux that an MBR can start, too. */
  readonly isIsohybridSuitable: boolean;
}

/** What the bytes of an image, and those behind it, tell of it. */
export function describeBootImage(
  entry: Pick<InitialBootEntry, "emulation" | "loadSectors" | "imageLba">,
  image: Uint8Array,
): BootImage {
  const infoTable = readBootInfoTable(image, entry.imageLba);
  return {
    bytes: Math.max(floppyBytes[entry.emulation], entry.loadSectors * sectorBytes, infoTable?.imageBytes ?? 0),
    infoTable,
    hasGrub2BootInfo: hasGrub2BootInfo(image, entry.imageLba),
    isIsohybridSuitable: image.length >= isohybridAt + 4 && readU32le(image, isohybridAt) === isohybridMagic,
  };
}

/**
 * Looks at the image of an entry; `undefined` for one that lies outside of the source.
 *
 * @throws {@link DiscError} E_READ_FAILED.
 */
export async function readBootImage(
  source: BlockSource,
  entry: Pick<InitialBootEntry, "emulation" | "loadSectors" | "imageLba">,
  signal?: AbortSignal,
): Promise<BootImage | undefined> {
  if (entry.imageLba >= source.blocks) return undefined;
  // A table says how long its image is: the first two blocks have it, and GRUB's boot information.
  const first = await readBlocks(source, entry.imageLba, 2, signal);
  const stated = readU32le(first, 16);
  const isStated = readU32le(first, 12) === entry.imageLba && stated <= maximumImageBytes;
  if (!isStated) return describeBootImage(entry, first);
  return describeBootImage(entry, await readBlocks(source, entry.imageLba, Math.max(2, blocksOf(stated)), signal));
}

async function readBlocks(source: BlockSource, lba: number, count: number, signal?: AbortSignal): Promise<Uint8Array> {
  const blocks = Math.min(count, source.blocks - lba);
  const bytes = new Uint8Array(blocks * blockBytes);
  await source.read(lba, blocks, bytes, signal);
  return bytes;
}
