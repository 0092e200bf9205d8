/** Finds the contents that an image boots from, and makes those anew that are told where they lie. */
import type { WarningListener } from "../../errors.js";
import { DiscError } from "../../errors.js";
import { blockBytes, blocksOf } from "../../units.js";
import type { BootCatalog, InitialBootEntry, SectionBootEntry } from "../eltorito/boot-catalog.js";
import { isBootCatalog } from "../eltorito/boot-catalog.js";
import { floppyBytes, sectorBytes } from "../eltorito/boot-image.js";
import { FatVolumeContent } from "../fat/volume-content.js";
import { decodeMbr, mbrPartitions } from "../hybrid/mbr.js";
import type { Content } from "../tree/content.js";
import type { Item } from "../tree/directory.js";
import { DirectoryNode } from "../tree/directory.js";
import { FileNode } from "../tree/node.js";
import { BootCatalogContent, patchedBootImage } from "./boot-contents.js";
import type { BootImageOptions, BootOptions, PartitionOptions } from "./boot-options.js";
import { platformNumber } from "./boot-options.js";

/** A boot image with its content. */
export interface PlannedBootImage {
  readonly options: BootImageOptions;
  /** As it is written. */
  readonly content: Content;
  /** What the catalog says of it, but for its address. */
  readonly entry: Omit<SectionBootEntry, "imageLba">;
}

/** A partition with its content. */
export interface PlannedPartition {
  readonly options: PartitionOptions;
  /** `undefined` for one that covers the volume. */
  readonly content: Content | undefined;
}

/** Everything that an image boots from. */
export interface BootPlan {
  readonly options: BootOptions;
  readonly images: readonly PlannedBootImage[];
  readonly partitions: readonly PlannedPartition[];
  /** `undefined` where the image boots from disks alone. */
  readonly catalog: BootCatalogContent | undefined;
  /** What is written in the place of contents of the tree. */
  readonly replaced: ReadonlyMap<Content, Content>;
  /** Files of no directory: their contents lie among those of the others. */
  readonly hidden: readonly FileNode[];
  /** Contents behind the volume. */
  readonly appended: readonly Content[];
}

/** The most sectors that an entry can state. El Torito 1.0, figure 3. */
const maximumSectors = 0xffff;

/** Sectors that are loaded of an image that is not emulated, and of one that is. El Torito 1.0, 2.2; mkisofs(8). */
const usualSectors = 4;
const emulatedSectors = 1;

const uefiPlatform = platformNumber("uefi");

function loadSectorsOf({ loadSectors, emulation = "none", platform }: BootImageOptions, bytes: number): number {
  const whole = Math.min(Math.ceil(bytes / sectorBytes), maximumSectors);
  if (loadSectors === "whole") return whole;
  if (loadSectors !== undefined) return loadSectors;
  if (emulation !== "none") return emulatedSectors;
  return platformNumber(platform) === uefiPlatform ? whole : usualSectors;
}

/** How a boot image is called in messages. */
function nameOf({ image }: BootImageOptions): string {
  if (typeof image === "string") return image;
  return image instanceof DirectoryNode ? volumeName(image) : image.label;
}

function volumeName({ path }: DirectoryNode): string {
  return path === "/" ? "FAT volume" : `FAT volume of ${path}`;
}

/** Of a FAT volume that is made: firmware knows it by the programs in it. */
const volumeLabel = "EFI";

/** @throws {@link DiscError} E_ITEM_NOT_FOUND, E_NOT_A_FILE. */
function contentAt(root: DirectoryNode, path: string): Content {
  const item = root.item(path);
  if (item.type === "file") return item.content;
  throw new DiscError("E_NOT_A_FILE", `"${path}" is a ${item.type}, and what is booted is a file`, { path });
}

/**
 * Type of the partition in an image of a hard disk, which has exactly one. El Torito 1.0, figure 3.
 *
 * @throws {@link DiscError} E_BOOT_IMAGE_INVALID, and what reading raises.
 */
async function systemTypeOf(content: Content, path: string): Promise<number> {
  const sector = new Uint8Array(Math.min(sectorBytes, content.bytes));
  await content.read(0, sector);
  const mbr = decodeMbr(sector);
  const used = mbr === undefined ? [] : mbrPartitions(mbr).filter(({ osType }) => osType !== 0);
  if (used.length === 1) return used[0]!.osType;
  const rule = `a hard disk has a master boot record with one partition, and this one has ${mbr === undefined ? "no record" : used.length}`;
  throw new DiscError("E_BOOT_IMAGE_INVALID", `boot image "${path}": ${rule}`, { path, rule });
}

/** @throws {@link DiscError} E_BOOT_IMAGE_INVALID, E_BOOT_EMULATION_MISMATCH. */
function checkImage({ emulation = "none" }: BootImageOptions, path: string, { bytes }: Content): void {
  if (bytes === 0) {
    const rule = "it is empty";
    throw new DiscError("E_BOOT_IMAGE_INVALID", `boot image "${path}": ${rule}`, { path, rule });
  }
  const expectedBytes = floppyBytes[emulation];
  if (expectedBytes === 0 || bytes === expectedBytes) return;
  const message = `boot image "${path}" has ${bytes} bytes, a floppy disc of that kind has ${expectedBytes}`;
  throw new DiscError("E_BOOT_EMULATION_MISMATCH", message, { path, emulation, bytes, expectedBytes });
}

/** What a plan needs besides the tree. */
export interface BootPlanning {
  readonly onWarning: WarningListener;
  readonly times: {
    /** The image's own, in milliseconds since 1970. */
    readonly imageMs: number;
    /** When an item was modified, likewise. */
    modifyMs(item: Item): number;
  };
}

/** Gathers contents, each once. */
class Planning {
  readonly replaced: Map<Content, Content> = new Map();
  readonly hidden: Set<Content> = new Set();
  readonly appended: Set<Content> = new Set();
  readonly #root: DirectoryNode;
  readonly #options: BootPlanning;
  readonly #volumes = new Map<DirectoryNode, FatVolumeContent>();

  constructor(root: DirectoryNode, options: BootPlanning) {
    this.#root = root;
    this.#options = options;
  }

  /** Makes those images anew that are told where they lie: each once, even where several entries lead to it. */
  async patch(images: readonly BootImageOptions[]): Promise<void> {
    for (const options of images) {
      const given = this.#given(options);
      checkImage(options, nameOf(options), given);
      const same = images.filter((other) => this.#given(other) === given);
      const infoTable = same.some((other) => other.infoTable === true);
      const grub2BootInfo = same.some((other) => other.grub2BootInfo === true);
      if (this.replaced.has(given) || !(infoTable || grub2BootInfo)) continue;
      const patches = { infoTable, grub2BootInfo };
      this.replaced.set(given, await patchedBootImage(given, nameOf(options), patches));
    }
  }

  #given({ image, platform }: BootImageOptions): Content {
    if (image instanceof DirectoryNode) return this.#volumeOf(image);
    if (typeof image !== "string") return image;
    const item = this.#root.find(image);
    const isVolume = item?.type === "directory" && platformNumber(platform) === uefiPlatform;
    return isVolume ? this.#volumeOf(item) : contentAt(this.#root, image);
  }

  #volumeOf(directory: DirectoryNode): FatVolumeContent {
    const made = this.#volumes.get(directory);
    if (made !== undefined) return made;
    const { times } = this.#options;
    const volume = new FatVolumeContent(directory, {
      name: volumeName(directory),
      label: volumeLabel,
      serialNumber: Math.floor(times.imageMs / 1000) % 2 ** 32,
      modifyMs: (item) => times.modifyMs(item),
    });
    this.#volumes.set(directory, volume);
    return volume;
  }

  async image(options: BootImageOptions, isPartition: boolean): Promise<PlannedBootImage> {
    const { image, emulation = "none" } = options;
    const given = this.#given(options);
    const content = this.replaced.get(given) ?? given;
    if (typeof image !== "string" || given instanceof FatVolumeContent)
      (isPartition ? this.appended : this.hidden).add(content);
    const systemType =
      options.systemType ?? (emulation === "hardDisk" ? await systemTypeOf(given, nameOf(options)) : 0);
    const entry = {
      bootable: options.bootable ?? true,
      emulation,
      loadSegment: options.loadSegment ?? 0,
      systemType,
      loadSectors: loadSectorsOf(options, content.bytes),
      hasScsiDriver: false,
      hasAtapiDriver: false,
      selectionCriteriaType: options.selectionCriteriaType ?? 0,
      selectionCriteria: options.selectionCriteria ?? new Uint8Array(0),
    };
    return { options, content, entry };
  }

  partition(options: PartitionOptions, images: readonly PlannedBootImage[]): PlannedPartition {
    const { covers } = options;
    if ("volumeFromSector" in covers) return { options, content: undefined };
    if ("image" in covers) return { options, content: images[covers.image]!.content };
    if ("path" in covers) {
      const content = contentAt(this.#root, covers.path);
      return { options, content: this.replaced.get(content) ?? content };
    }
    this.appended.add(covers.content);
    this.hidden.delete(covers.content);
    return { options, content: covers.content };
  }
}

/** Shows the catalog as a file of the tree. */
async function showCatalog(
  root: DirectoryNode,
  path: string,
  catalog: BootCatalogContent,
  onWarning: WarningListener,
): Promise<readonly [Content, Content] | undefined> {
  const existing = root.find(path);
  if (existing === undefined) {
    root.addFile(path, catalog, { parents: true, mode: 0o444 });
    return undefined;
  }
  const before = contentAt(root, path);
  if (!(before instanceof BootCatalogContent) && !(await holdsCatalog(before))) {
    onWarning(new DiscError("W_REPLACED", `"${path}" was replaced by the boot catalog`, { path }));
  }
  return [before, catalog];
}

/** Whether a file is a boot catalog that was left from another image. */
async function holdsCatalog(content: Content): Promise<boolean> {
  if (content.bytes < blockBytes || !content.repeatable) return false;
  const block = new Uint8Array(blockBytes);
  await content.read(0, block);
  return isBootCatalog(block, 0);
}

/** The catalog, with its entries in sections of one platform and one identifier each. El Torito 1.0, 2.3. */
export function catalogOf(
  images: readonly PlannedBootImage[],
  lbaOf: (image: PlannedBootImage) => number,
): BootCatalog {
  const [first, ...others] = images;
  const { hasScsiDriver: _scsi, hasAtapiDriver: _atapi, selectionCriteria: _criteria, ...entry } = first!.entry;
  const { selectionCriteriaType: _type, ...initial } = entry;
  const sections: { platform: number; idString: string; entries: SectionBootEntry[] }[] = [];
  for (const image of others) {
    const platform = platformNumber(image.options.platform);
    const idString = image.options.idString ?? "";
    const last = sections.at(-1);
    const isSame = last !== undefined && last.platform === platform && last.idString === idString;
    const section = isSame ? last : { platform, idString, entries: [] };
    if (!isSame) sections.push(section);
    section.entries.push({ ...image.entry, imageLba: lbaOf(image) });
  }
  const located: InitialBootEntry = { ...initial, imageLba: lbaOf(first!) };
  return {
    platform: platformNumber(first!.options.platform),
    idString: first!.options.idString ?? "",
    initial: located,
    sections,
  };
}

/**
 * Finds what an image boots from in its tree. Images that are told where they lie are read; where the catalog is to be
 * shown and there is no such file yet, it is added to the tree.
 *
 * @throws {@link DiscError} E_ITEM_NOT_FOUND, E_NOT_A_FILE, E_BOOT_IMAGE_INVALID, E_BOOT_EMULATION_MISMATCH; what
 *   reading boot images raises; E_IMAGE_IN_USE where the catalog cannot be added.
 */
export async function planBoot(
  options: BootOptions,
  root: DirectoryNode,
  planningOptions: BootPlanning,
): Promise<BootPlan> {
  const planning = new Planning(root, planningOptions);
  const wanted = options.hybrid?.partitions ?? [];
  const isPartition = (index: number): boolean =>
    wanted.some(({ covers }) => "image" in covers && covers.image === index);
  await planning.patch(options.images);
  const images: PlannedBootImage[] = [];
  for (const [index, image] of options.images.entries()) images.push(await planning.image(image, isPartition(index)));
  const partitions = wanted.map((partition) => planning.partition(partition, images));
  const { replaced, hidden } = planning;
  const catalog = images.length === 0 ? undefined : new BootCatalogContent(catalogOf(images, () => 0));
  if (catalog !== undefined && options.catalogPath !== undefined) {
    const change = await showCatalog(root, options.catalogPath, catalog, planningOptions.onWarning);
    if (change !== undefined) replaced.set(...change);
  } else if (catalog !== undefined) hidden.add(catalog);
  return { options, images, partitions, catalog, replaced, hidden: nodesOf(hidden), appended: [...planning.appended] };
}

/** Files with names for messages, which no image shows. */
function nodesOf(contents: ReadonlySet<Content>): FileNode[] {
  const outside = new DirectoryNode("");
  return [...contents].map((content) => {
    const node = new FileNode(content.label, content);
    outside.attach(node);
    return node;
  });
}

/** Blocks of what lies behind the volume. */
export function appendedBlocks({ appended }: BootPlan): number {
  return appended.reduce((sum, { bytes }) => sum + blocksOf(bytes), 0);
}
