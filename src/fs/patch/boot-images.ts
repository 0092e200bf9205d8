/** What follows for a file that an image boots from. El Torito 1.0; mkisofs(8), "boot information table". */
import { DiscError, hasCode } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import { blockBytes, blocksOf } from "../../units.js";
import { withBootInfoTable, withGrub2BootInfo } from "../eltorito/boot-info-table.js";
import { sectorBytes } from "../hybrid/byte-patch.js";
import type { SystemArea } from "../hybrid/system-area.js";
import type { BootSetUp, BootSetUpEntry } from "../image/boot-set-up.js";
import { readBootSetUp } from "../image/boot-set-up.js";
import type { Content } from "../tree/content.js";
import { MemoryContent } from "../tree/content.js";

/** The largest boot image that is held in memory, for its table has the sum of it. */
const maximumImageBytes = 64 * 1024 * 1024;

/** Bytes behind the start of a volume of HFS or HFS+ at which its signature stands. */
const hfsSignatureAt = 1024;

/** A partition of an image, in bytes. */
interface Partition {
  readonly table: string;
  readonly start: number;
  readonly bytes: number;
}

/**
 * The boot set-ups of an image's sessions; a catalog that is none is passed over.
 *
 * @throws {@link DiscError} E_READ_FAILED, E_CANCELLED.
 */
export async function readBootSetUps(
  source: BlockSource,
  starts: readonly number[],
  signal: AbortSignal | undefined,
): Promise<BootSetUp[]> {
  const found: BootSetUp[] = [];
  for (const startLba of starts) {
    try {
      found.push(await readBootSetUp(source, { startLba, signal }));
    } catch (error) {
      if (!hasCode(error, "E_FIELD_INVALID")) throw error;
    }
  }
  return found;
}

function partitionsOf({ mbr, gpt, apm }: SystemArea): Partition[] {
  const records = mbr === undefined ? [] : [mbr.partition1, mbr.partition2, mbr.partition3, mbr.partition4];
  return [
    ...records.map(({ startingLba, sizeInLba }) => ({
      table: "MBR",
      start: startingLba * sectorBytes,
      bytes: sizeInLba * sectorBytes,
    })),
    ...(gpt?.partitions ?? []).map(({ startingLba, endingLba }) => ({
      table: "GPT",
      start: startingLba * sectorBytes,
      bytes: (endingLba + 1 - startingLba) * sectorBytes,
    })),
    ...(apm?.partitions ?? []).map(({ firstBlock, blocks }) => ({
      table: "APM",
      start: firstBlock * apm!.blockSize,
      bytes: blocks * apm!.blockSize,
    })),
  ];
}

function notSupported(path: string, what: string): DiscError<"E_NOT_SUPPORTED"> {
  return new DiscError("E_NOT_SUPPORTED", `"${path}": not supported: ${what}`, { what });
}

/** A file that is patched, as far as booting is concerned. */
export interface PatchedImage {
  readonly path: string;
  /** The byte of the image at which it starts. */
  readonly start: number;
  readonly oldBytes: number;
}

/**
 * Refuses a length that would not go with what boots from a file: partitions and emulated discs keep their sizes.
 *
 * @throws {@link DiscError} E_NOT_SUPPORTED.
 */
export function checkBootUse(
  { path, start, oldBytes }: PatchedImage,
  bytes: number,
  setUps: readonly BootSetUp[],
): void {
  for (const { catalogLba, entries, systemArea } of setUps) {
    if (catalogLba !== undefined && catalogLba * blockBytes === start) {
      throw notSupported(path, "changing the boot catalog as a file");
    }
    for (const { table, start: first } of partitionsOf(systemArea)) {
      if (first !== start || blocksOf(bytes) === blocksOf(oldBytes)) continue;
      const blocks = `${blocksOf(bytes)} blocks instead of ${blocksOf(oldBytes)}`;
      throw notSupported(path, `${blocks} for a file that is a partition of the ${table}`);
    }
    for (const { imageLba, emulation, loadSectors, image } of entries) {
      if (imageLba * blockBytes !== start) continue;
      const loadBytes = loadSectors * sectorBytes;
      if (loadBytes >= oldBytes && bytes > loadBytes) {
        throw notSupported(path, `a boot image of ${bytes} bytes, of which the boot catalog loads ${loadBytes}`);
      }
      if (emulation !== "none" && emulation !== "hardDisk" && image?.bytes === oldBytes && bytes !== oldBytes) {
        throw notSupported(path, `a floppy of ${bytes} bytes in the place of one of ${oldBytes}`);
      }
    }
  }
}

/** What a boot image is told of itself, as the image in its place is. */
function toldOf(start: number, setUps: readonly BootSetUp[]): BootSetUpEntry["image"] {
  const images = setUps.flatMap(({ entries }) => entries.filter(({ imageLba }) => imageLba * blockBytes === start));
  return images.find(({ image }) => image?.infoTable !== undefined || image?.hasGrub2BootInfo === true)?.image;
}

/**
 * The content as it is to be written: with a boot information table, and with GRUB 2's, where the image in its place has
 * one.
 *
 * @returns `undefined` where there is nothing to be told.
 * @throws {@link DiscError} E_NOT_SUPPORTED for a content that has no room for it; what reading it raises.
 */
export async function toldContent(
  { path, start }: PatchedImage,
  content: Content,
  setUps: readonly BootSetUp[],
  signal: AbortSignal | undefined,
): Promise<Content | undefined> {
  const told = toldOf(start, setUps);
  if (told === undefined) return undefined;
  if (content.bytes > maximumImageBytes) {
    throw notSupported(path, `a boot image of ${content.bytes} bytes with a boot information table`);
  }
  let image = new Uint8Array(content.bytes);
  await content.read(0, image, signal);
  const imageLba = start / blockBytes;
  try {
    if (told.hasGrub2BootInfo) image = new Uint8Array(withGrub2BootInfo(image, imageLba));
    const { infoTable } = told;
    if (infoTable !== undefined) {
      image = new Uint8Array(withBootInfoTable(image, { primaryLba: infoTable.primaryLba, imageLba }));
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw notSupported(path, `a content without room for what a boot loader is told: ${error.message}`);
  }
  return new MemoryContent(image);
}

/**
 * Whether a volume of HFS or HFS+ lies over the same files, as for Macs: it has their lengths, too.
 *
 * @throws {@link DiscError} E_READ_FAILED.
 */
export async function hasHfs(source: BlockSource, { systemArea }: BootSetUp, signal?: AbortSignal): Promise<boolean> {
  const block = new Uint8Array(blockBytes);
  // Without a partition map, it begins where the image does.
  for (const start of new Set([0, ...partitionsOf(systemArea).map((partition) => partition.start)])) {
    const lba = Math.floor((start + hfsSignatureAt) / blockBytes);
    if (lba >= source.blocks) continue;
    await source.read(lba, 1, block, signal);
    const at = (start + hfsSignatureAt) % blockBytes;
    const signature = String.fromCharCode(block[at]!, block[at + 1]!);
    if (signature === "H+" || signature === "HX" || signature === "BD") return true;
  }
  return false;
}
