/** What is asked of an image that is to boot: from a disc by El Torito 1.0, from a disk by its partition tables. */
import { refuseOption } from "../../errors.js";
import type { BootEmulation } from "../eltorito/boot-catalog.js";
import type { BootPlatform } from "../eltorito/boot-catalog-entries.js";
import { bootMediaTypes, bootPlatforms } from "../eltorito/boot-catalog-entries.js";
import { isGuid } from "../hybrid/gpt.js";
import type { DiskGeometry, MbrLoader } from "../hybrid/mbr.js";
import { systemAreaBlocks, systemAreaBytes } from "../hybrid/system-area.js";
import type { ApmEntryOptions, CylinderAlign, GptEntryOptions, MbrEntryOptions } from "../hybrid/system-area-plan.js";
import { cylinderAligns } from "../hybrid/system-area-plan.js";
import type { Content } from "../tree/content.js";
import { DirectoryNode } from "../tree/directory.js";

/** An image that firmware boots from a disc: an entry of the boot catalog. IMAPI2 `IBootOptions`. */
export interface BootImageOptions {
  /**
   * A file of the tree, by its path; or a content that is in no file. For UEFI, a FAT volume is made of a directory, by
   * its path or itself.
   */
  readonly image: string | Content | DirectoryNode;
  /** Whom it is for; a number for platforms without a name. Default "x86". */
  readonly platform?: BootPlatform | number | undefined;
  /** What the firmware makes of it: a floppy disc, a hard disk, or nothing, the default. */
  readonly emulation?: BootEmulation | undefined;
  /** Whether it is one to boot. Default `true`. */
  readonly bootable?: boolean | undefined;
  /** Segment of memory the image is loaded to; 0, the default, stands for 7C0h. */
  readonly loadSegment?: number | undefined;
  /**
   * Sectors of 512 bytes that are loaded at first; "whole" for all of the image, as far as 65,535 sectors go. Default:
   * 4; 1 for emulated discs; "whole" for UEFI.
   */
  readonly loadSectors?: number | "whole" | undefined;
  /** Type of the partition in an image of a hard disk. Default: the one its partition table states. */
  readonly systemType?: number | undefined;
  /** Of its section: up to 28 characters. The first image's is the one of the catalog, of up to 24. */
  readonly idString?: string | undefined;
  /** 0, the default: none; 1: language and version. The first image can have none. */
  readonly selectionCriteriaType?: number | undefined;
  readonly selectionCriteria?: Uint8Array | undefined;
  /** Writes a boot information table into the image, as isolinux needs it. */
  readonly infoTable?: boolean | undefined;
  /** Writes into the image where it lies, as GRUB 2 needs it. */
  readonly grub2BootInfo?: boolean | undefined;
}

/** What a partition covers. */
export type PartitionCover =
  /**
   * The image, from that sector on: 0, 1, where its descriptors still follow, or the partition offset; as far as it
   * goes, or up to a sector, as a record that is there for its flag alone.
   */
  | { readonly volumeFromSector: number; readonly endSector?: number | undefined }
  /** A boot image, by its place in the list of images. */
  | { readonly image: number }
  /** A file of the tree, by its path. */
  | { readonly path: string }
  /** A content that is in no file, and lies behind the volume. */
  | { readonly content: Content };

/** A partition, and the tables that it stands in. */
export interface PartitionOptions {
  readonly covers: PartitionCover;
  readonly mbr?: MbrEntryOptions | undefined;
  readonly gpt?: GptEntryOptions | undefined;
  readonly apm?: ApmEntryOptions | undefined;
}

/** What makes an image one for disks, too. */
export interface HybridOptions {
  /** Up to 32,768 bytes of the system area: boot code, of which the partition tables take their places. */
  readonly systemArea?: Uint8Array | undefined;
  /** Whose code that is: it is told where it finds its image. Default "none". */
  readonly loader?: MbrLoader | undefined;
  /** The boot image that it loads, by its place in the list. Default 0. */
  readonly loaderImage?: number | undefined;
  /** Of the master boot record. Default: that of the system area, or one made of the volume's name and time. */
  readonly diskSignature?: number | undefined;
  /** GUID of the disk. Default: one made of the volume's name and time. */
  readonly diskGuid?: string | undefined;
  /**
   * A block from 16 on from which the image can be mounted, too: descriptors and directories of ISO 9660 and Joliet are
   * there a second time, with addresses that are counted from it. A partition that starts there can so be mounted by
   * itself. UDF is in the image as a whole alone. Default: 0, none. Not for images that are laid out to grow.
   */
  readonly partitionOffset?: number | undefined;
  /** Heads and sectors of a track by which the master boot record counts. Default: what suits the image's size. */
  readonly geometry?: DiskGeometry | undefined;
  /** Whether the image is filled up to the end of a cylinder. Default "auto". */
  readonly cylinderAlign?: CylinderAlign | undefined;
  readonly partitions?: readonly PartitionOptions[] | undefined;
}

/** What makes an image bootable. */
export interface BootOptions {
  /** The first is the one that is booted where nothing is chosen. */
  readonly images: readonly BootImageOptions[];
  /** The file of the tree that shows the boot catalog, made where it is missing. Default: none shows it. */
  readonly catalogPath?: string | undefined;
  readonly hybrid?: HybridOptions | undefined;
}

/** Number of a platform. El Torito 1.0, figure 2. */
export function platformNumber(platform: BootImageOptions["platform"] = "x86"): number {
  return typeof platform === "number" ? platform : bootPlatforms[platform];
}

function checkNumber(option: string, value: number | undefined, maximum: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= 0 && value <= maximum)) return;
  refuseOption(option, value, `a number from 0 to ${maximum}`);
}

function checkGuid(option: string, value: string | undefined): void {
  if (value === undefined || isGuid(value)) return;
  refuseOption(option, value, "a GUID, such as C12A7328-F81F-11D2-BA4B-00A0C93EC93B");
}

/** Characters of a catalog's and of a section's identifier. El Torito 1.0, figures 2 and 4. */
const catalogIdLength = 24;
const sectionIdLength = 28;

/** Bytes of selection criteria that a chain of extensions is used for here: more than any firmware looks at. */
const maximumCriteriaBytes = 1024;

function checkImage(image: BootImageOptions, index: number): void {
  const option = (name: string): string => `boot.images[${index}].${name}`;
  const { platform, emulation, loadSectors, idString = "", selectionCriteria, selectionCriteriaType = 0 } = image;
  if (typeof platform === "string" && !(platform in bootPlatforms)) {
    refuseOption(option("platform"), platform, Object.keys(bootPlatforms).join(", "));
  }
  if (typeof platform === "number") checkNumber(option("platform"), platform, 0xff);
  if (emulation !== undefined && !(emulation in bootMediaTypes)) {
    refuseOption(option("emulation"), emulation, Object.keys(bootMediaTypes).join(", "));
  }
  if (image.image instanceof DirectoryNode && platformNumber(platform) !== bootPlatforms.uefi) {
    refuseOption(option("image"), "a directory", "a file; of a directory, a volume is made for UEFI alone");
  }
  checkNumber(option("loadSegment"), image.loadSegment, 0xffff);
  if (loadSectors !== "whole") checkNumber(option("loadSectors"), loadSectors, 0xffff);
  checkNumber(option("systemType"), image.systemType, 0xff);
  checkNumber(option("selectionCriteriaType"), selectionCriteriaType, 0xff);
  const idLength = index === 0 ? catalogIdLength : sectionIdLength;
  if (idString.length > idLength || /[^\x20-\x7e]/.test(idString)) {
    refuseOption(option("idString"), idString, `up to ${idLength} ASCII characters`);
  }
  if (index === 0 && (selectionCriteriaType !== 0 || (selectionCriteria?.length ?? 0) > 0)) {
    refuseOption(
      option("selectionCriteriaType"),
      selectionCriteriaType,
      "0 for the first image, which has no criteria",
    );
  }
  if ((selectionCriteria?.length ?? 0) > maximumCriteriaBytes) {
    refuseOption(
      option("selectionCriteria"),
      `${selectionCriteria?.length} bytes`,
      `up to ${maximumCriteriaBytes} bytes`,
    );
  }
}

/** Sectors are 32-bit numbers in a master boot record, and a block has four. */
const maximumOffset = 2 ** 30 - 1;

function isPartitionOffset(block: number): boolean {
  return Number.isInteger(block) && block >= systemAreaBlocks && block <= maximumOffset;
}

/** What an address by cylinder, head and sector has room for. UEFI 2.10, 5.2.1: of the BIOS. */
const maximumHeads = 255;
const maximumSectorsOfTrack = 63;

function checkGeometry({ geometry, cylinderAlign }: HybridOptions): void {
  const isCount = (count: number, maximum: number): boolean =>
    Number.isInteger(count) && count >= 1 && count <= maximum;
  if (geometry !== undefined) {
    const { heads, sectors } = geometry;
    if (!isCount(heads, maximumHeads)) refuseOption("boot.hybrid.geometry.heads", heads, `1 to ${maximumHeads}`);
    if (!isCount(sectors, maximumSectorsOfTrack)) {
      refuseOption("boot.hybrid.geometry.sectors", sectors, `1 to ${maximumSectorsOfTrack}`);
    }
  }
  if (cylinderAlign !== undefined && !cylinderAligns.includes(cylinderAlign)) {
    refuseOption("boot.hybrid.cylinderAlign", cylinderAlign, cylinderAligns.join(", "));
  }
}

function checkHybrid(hybrid: HybridOptions, images: number): void {
  const { systemArea, loader, loaderImage, diskSignature, partitionOffset = 0, partitions = [] } = hybrid;
  if (partitionOffset !== 0 && !isPartitionOffset(partitionOffset)) {
    refuseOption("boot.hybrid.partitionOffset", partitionOffset, `0, or a block from ${systemAreaBlocks} on`);
  }
  checkGeometry(hybrid);
  if ((systemArea?.length ?? 0) > systemAreaBytes) {
    refuseOption("boot.hybrid.systemArea", `${systemArea?.length} bytes`, `up to ${systemAreaBytes} bytes`);
  }
  checkNumber("boot.hybrid.diskSignature", diskSignature, 0xffff_ffff);
  checkGuid("boot.hybrid.diskGuid", hybrid.diskGuid);
  if (loader !== undefined && loader !== "none" && (loaderImage ?? 0) >= images) {
    refuseOption("boot.hybrid.loaderImage", loaderImage ?? 0, "the number of a boot image, from 0");
  }
  for (const [index, { covers, gpt }] of partitions.entries()) {
    checkGuid(`boot.hybrid.partitions[${index}].gpt.type`, gpt?.type);
    checkGuid(`boot.hybrid.partitions[${index}].gpt.guid`, gpt?.guid);
    const isMissing =
      "image" in covers && !(Number.isInteger(covers.image) && covers.image >= 0 && covers.image < images);
    if (isMissing)
      refuseOption(`boot.hybrid.partitions[${index}].covers.image`, covers.image, "the number of a boot image, from 0");
  }
}

/** @throws {@link DiscError} E_OPTION_INVALID. */
export function checkBootOptions({ images, hybrid, catalogPath }: BootOptions): void {
  for (const [index, image] of images.entries()) checkImage(image, index);
  if (images.length === 0 && hybrid === undefined) refuseOption("boot.images", [], "at least one, or a hybrid");
  if (catalogPath !== undefined && images.length === 0)
    refuseOption("boot.catalogPath", catalogPath, "with boot images");
  if (hybrid !== undefined) checkHybrid(hybrid, images.length);
}
