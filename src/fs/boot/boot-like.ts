/** Makes the boot set-up of an image again: what a new image needs to boot as that one does. */
import type { WarningListener } from "../../errors.js";
import { DiscError } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import { blockBytes } from "../../units.js";
import type { BootEntry } from "../eltorito/boot-catalog.js";
import type { BootImage } from "../eltorito/boot-image.js";
import { sectorBytes } from "../hybrid/byte-patch.js";
import { gptTypes } from "../hybrid/gpt.js";
import { sectorsInBlock } from "../hybrid/image-growth.js";
import type { MbrLoader } from "../hybrid/mbr.js";
import { bootImageAddressOf } from "../hybrid/mbr.js";
import type { SystemArea } from "../hybrid/system-area.js";
import { systemAreaBlocks } from "../hybrid/system-area.js";
import type { Content } from "../tree/content.js";
import { OnDiscContent } from "../tree/content.js";
import type { DirectoryNode } from "../tree/directory.js";
import type { FileNode } from "../tree/node.js";
import { walkTree } from "../tree/walk.js";
import { bootCodeOf } from "./boot-code.js";
import type { BootImageOptions, BootOptions, HybridOptions, PartitionCover, PartitionOptions } from "./boot-options.js";
import type { FoundPartition } from "./found-partitions.js";
import { foundPartitions } from "./found-partitions.js";

/** The boot set-up of an image, as it was read. */
export interface ReadBootSetUp {
  readonly catalogLba: number | undefined;
  readonly entries: readonly (BootEntry & { readonly image: BootImage | undefined })[];
  readonly systemArea: SystemArea;
  readonly mbrLoader: MbrLoader;
  /** The block in which a partition starts that can be mounted by itself; 0 where none does. */
  readonly partitionOffset: number;
}

/** A file of the tree that is needed for booting. */
interface RememberedFile {
  readonly node: FileNode;
  /** Where it was. */
  readonly path: string;
}

/** How a boot set-up is remembered. */
export interface Remembering {
  /**
   * Whether another image than the one that is read is to boot so: its disk has identifiers of its own, and its catalog
   * is shown where that one's is.
   */
  readonly isOther: boolean;
  /** Hears of what cannot be made again. */
  readonly onWarning: WarningListener;
  readonly signal?: AbortSignal | undefined;
}

/** Fields of a FAT volume's first sector that tell how long it is. ECMA-107, table 2. */
const fatSectorBytesAt = 11;
const fatSmallSectorsAt = 19;
const fatLargeSectorsAt = 32;

/** Bytes of the FAT volume that starts in a block; 0 where none does. */
function fatVolumeBytes(block: Uint8Array): number {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const bytesPerSector = view.getUint16(fatSectorBytesAt, true);
  const isSigned = view.getUint16(510, true) === 0xaa55 && [512, 1024, 2048, 4096].includes(bytesPerSector);
  if (!isSigned) return 0;
  return bytesPerSector * (view.getUint16(fatSmallSectorsAt, true) || view.getUint32(fatLargeSectorsAt, true));
}

/**
 * What an image boots from, tied to the files of its tree: these may move, be replaced or removed, and what it boots
 * from goes with them.
 */
export class RememberedBoot {
  readonly #source: BlockSource;
  readonly #setUp: ReadBootSetUp;
  readonly #remembering: Remembering;
  /** Files by their first blocks. */
  readonly #files: ReadonlyMap<number, RememberedFile>;
  readonly #partitions: readonly FoundPartition[];
  readonly #code: Uint8Array;
  /** Bytes of the images that are in no file, by their first blocks. */
  readonly #outside: ReadonlyMap<number, Content>;

  private constructor(
    source: BlockSource,
    setUp: ReadBootSetUp,
    files: ReadonlyMap<number, RememberedFile>,
    partitions: readonly FoundPartition[],
    read: { readonly code: Uint8Array; readonly outside: ReadonlyMap<number, Content> },
    remembering: Remembering,
  ) {
    this.#source = source;
    this.#setUp = setUp;
    this.#files = files;
    this.#partitions = partitions;
    this.#code = read.code;
    this.#outside = read.outside;
    this.#remembering = remembering;
  }

  /**
   * Remembers a boot set-up.
   *
   * @param root The tree as it was imported from the same source.
   * @throws {@link DiscError} E_READ_FAILED, E_CANCELLED.
   */
  static async read(
    source: BlockSource,
    setUp: ReadBootSetUp,
    root: DirectoryNode,
    remembering: Remembering,
  ): Promise<RememberedBoot> {
    const { signal } = remembering;
    const partitions = foundPartitions(setUp.systemArea, setUp.partitionOffset);
    const wanted = new Set(setUp.entries.map(({ imageLba }) => imageLba));
    for (const { firstSector } of partitions) wanted.add(firstSector / sectorsInBlock);
    if (setUp.catalogLba !== undefined) wanted.add(setUp.catalogLba);
    const files = filesAt(root, wanted);
    const outside = new Map<number, Content>();
    for (const entry of setUp.entries) {
      const { imageLba } = entry;
      if (files.has(imageLba) || outside.has(imageLba) || imageLba >= source.blocks) continue;
      const bytes = await lengthOf(source, entry, partitions, signal);
      outside.set(imageLba, new OnDiscContent(source, [{ lba: imageLba, bytes }]));
    }
    const code = await bootCodeOf(source, setUp.systemArea, signal);
    return new RememberedBoot(source, setUp, files, partitions, { code, outside }, remembering);
  }

  /**
   * The options of an image with that tree, as it is now.
   *
   * @returns `undefined` where nothing boots.
   */
  options(root: DirectoryNode): BootOptions | undefined {
    const { entries, catalogLba } = this.#setUp;
    const kept = entries.filter((entry) => this.#isThere(entry));
    const images = kept.map((entry) => this.#image(entry, root));
    const hybrid = this.#hybrid(kept, images, root);
    if (images.length === 0 && hybrid === undefined) return undefined;
    const catalog = catalogLba === undefined || images.length === 0 ? undefined : this.#files.get(catalogLba);
    const catalogPath =
      catalog === undefined
        ? undefined
        : (pathOf(catalog, root) ?? (this.#remembering.isOther ? catalog.path : undefined));
    return { images, catalogPath, hybrid };
  }

  #isThere({ imageLba }: BootEntry): boolean {
    if (this.#files.has(imageLba) || this.#outside.has(imageLba)) return true;
    this.#leaveOut(`the boot image at block ${imageLba}`, "the image ends before it");
    return false;
  }

  #image(entry: ReadBootSetUp["entries"][number], root: DirectoryNode): BootImageOptions {
    const { imageLba, image, loadSectors, emulation, loadSegment, systemType, bootable, platform, idString } = entry;
    const file = this.#files.get(imageLba);
    const path = file === undefined ? undefined : pathOf(file, root);
    const content = file?.node.content ?? this.#outside.get(imageLba)!;
    const isWhole = loadSectors === Math.ceil(content.bytes / sectorBytes);
    const { selectionCriteriaType, selectionCriteria } = entry;
    return {
      image: path ?? content,
      platform,
      emulation,
      bootable,
      loadSegment,
      loadSectors: isWhole ? "whole" : loadSectors,
      // That of a replaced image of a hard disk may be another one.
      systemType: emulation === "hardDisk" ? undefined : systemType,
      idString,
      selectionCriteriaType,
      selectionCriteria,
      infoTable: image?.infoTable !== undefined,
      grub2BootInfo: image?.hasGrub2BootInfo ?? false,
    };
  }

  #hybrid(
    entries: ReadBootSetUp["entries"],
    images: readonly BootImageOptions[],
    root: DirectoryNode,
  ): HybridOptions | undefined {
    const { isOther } = this.#remembering;
    const { systemArea, mbrLoader, partitionOffset } = this.#setUp;
    const isKnown = [systemArea.mbr, systemArea.gpt, systemArea.apm].some((table) => table !== undefined);
    if (!isKnown && this.#code.length === 0) return undefined;
    if (!isKnown) {
      const reason = "what is in the system area is of no known kind: it stays, and may lead to where things were";
      this.#leaveOut("other firmware's way to start", reason);
    }
    const partitions: PartitionOptions[] = [];
    for (const found of this.#partitions) {
      const covers = this.#coverOf(found, entries, root);
      const gpt = found.gpt && (isOther ? { ...found.gpt, guid: undefined } : found.gpt);
      if (covers !== undefined) partitions.push({ covers, mbr: found.mbr, gpt, apm: found.apm });
    }
    const { mbr, gpt } = systemArea;
    const loaderImage =
      mbrLoader === "none" || mbr === undefined
        ? -1
        : entries.findIndex(({ imageLba }) => bootImageAddressOf(mbrLoader, imageLba) === mbr.bootImageAddress);
    return {
      systemArea: this.#code,
      loader: loaderImage < 0 || images.length === 0 ? "none" : mbrLoader,
      loaderImage: Math.max(0, loaderImage),
      diskSignature: isOther ? 0 : mbr?.diskSignature,
      diskGuid: isOther ? undefined : gpt?.header.diskGuid,
      partitionOffset,
      partitions,
    };
  }

  /** What a partition covers; `undefined` for one that cannot be made again. */
  #coverOf(found: FoundPartition, entries: ReadBootSetUp["entries"], root: DirectoryNode): PartitionCover | undefined {
    const { firstSector, endSector, isVolume, name } = found;
    if (isVolume) return { volumeFromSector: firstSector };
    // A record that is there for its flag alone.
    if (endSector <= systemAreaBlocks * sectorsInBlock) return { volumeFromSector: firstSector, endSector };
    const lba = firstSector / sectorsInBlock;
    const image = entries.findIndex(({ imageLba }) => imageLba === lba);
    if (image >= 0) return { image };
    const file = this.#files.get(lba);
    const path = file === undefined ? undefined : pathOf(file, root);
    if (path !== undefined) return { path };
    const reason = this.#obstacle(found);
    if (reason !== undefined) {
      this.#leaveOut(`partition ${name}`, reason);
      return undefined;
    }
    const bytes = (endSector - firstSector) * sectorBytes;
    return { content: new OnDiscContent(this.#source, [{ lba, bytes }]) };
  }

  /** Why what is in a partition cannot be copied as it is. */
  #obstacle({ firstSector, endSector, gpt, name }: FoundPartition): string | undefined {
    if (gpt?.type === gptTypes.hfsPlus || name.includes("HFSPLUS")) return "HFS+ is not written";
    if (firstSector % sectorsInBlock !== 0) return "it does not start with a block";
    return endSector > this.#source.blocks * sectorsInBlock ? "the image ends before it does" : undefined;
  }

  #leaveOut(what: string, reason: string): void {
    this.#remembering.onWarning(new DiscError("W_BOOT_LEFT_OUT", `${what} is left out: ${reason}`, { what, reason }));
  }
}

/** Where a file is now; where it was, if another one took its place there; `undefined` where it is gone. */
function pathOf({ node, path }: RememberedFile, root: DirectoryNode): string | undefined {
  const now = node.parent === null ? undefined : node.path;
  if (now !== undefined && root.find(now) === node) return now;
  return root.find(path)?.type === "file" ? path : undefined;
}

/** The files of a tree that start at some blocks. */
function filesAt(root: DirectoryNode, lbas: ReadonlySet<number>): Map<number, RememberedFile> {
  const files = new Map<number, RememberedFile>();
  for (const { node, path } of walkTree(root)) {
    if (node.type !== "file" || node.content.bytes === 0) continue;
    const first = node.content.extents?.[0];
    if (first === undefined || first.lba === null || first.offset || !lbas.has(first.lba)) continue;
    if (!files.has(first.lba)) files.set(first.lba, { node, path });
  }
  return files;
}

/** Bytes of an image that is in no file, as far as anything tells. */
async function lengthOf(
  source: BlockSource,
  { imageLba, image }: ReadBootSetUp["entries"][number],
  partitions: readonly FoundPartition[],
  signal: AbortSignal | undefined,
): Promise<number> {
  const block = new Uint8Array(blockBytes);
  await source.read(imageLba, 1, block, signal);
  const partition = partitions.find(({ firstSector }) => firstSector === imageLba * sectorsInBlock);
  const partitionBytes = partition === undefined ? 0 : (partition.endSector - partition.firstSector) * sectorBytes;
  const stated = Math.max(image?.bytes ?? 0, fatVolumeBytes(block), partitionBytes, 1);
  return Math.min(stated, (source.blocks - imageLba) * blockBytes);
}
