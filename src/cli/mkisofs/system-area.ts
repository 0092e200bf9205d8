/** The system area that a command line of xorrisofs asks for. xorrisofs(1), "System Area, MBR, GPT, APM, other boot blocks". */
import type {
  ApmEntryOptions,
  BootImageOptions,
  Content,
  GptEntryOptions,
  HybridOptions,
  PartitionCover,
  PartitionOptions,
} from "../../node.js";
import { gptTypes, mbrTypes } from "../../node.js";
import { usageError } from "../usage.js";
import { namedBytes, namedContent } from "./interval.js";
import type { AppendedPartitionRequest, BootEntryRequest, PartitionTypeRequest, SystemAreaRequest } from "./request.js";
import { biosPlatform, uefiPlatform } from "./request.js";

/** Type in a master boot record of what covers an image with appended partitions alone. */
const linuxType = 0x83;

/** Type of the one partition that firmware of PowerPC computers takes for an ISO 9660 volume. xorrisofs(1), -chrp-boot-part. */
const chrpType = 0x96;

/** Needed by the platform, and read-only to Windows: as xorriso marks what is in the image. UEFI 2.10, table 5.8. */
const inImage = 0x1000_0000_0000_0001n;

/** Sectors of 512 bytes in a block. */
const sectorsInBlock = 4;

/** Partitions of a master boot record. */
const mbrRecords = 4;

/** Of the boot images in the image, so many stand in a master boot record. xorrisofs(1), -isohybrid-gpt-basdat. */
const markedRecords = 3;

/** The files of appended partitions, each opened once, so that boot images that lie in them are the same contents. */
export class AppendedContents {
  readonly #contents: ReadonlyMap<number, Content>;

  private constructor(contents: ReadonlyMap<number, Content>) {
    this.#contents = contents;
  }

  static async open({ appended }: SystemAreaRequest): Promise<AppendedContents> {
    const contents = new Map<number, Content>();
    for (const { number, path } of appended) contents.set(number, await namedContent(path));
    return new AppendedContents(contents);
  }

  /** @throws {@link DiscError} E_USAGE. */
  content(number: number): Content {
    const found = this.#contents.get(number);
    if (found === undefined) throw usageError(`there is no -append_partition ${number} that could be booted`);
    return found;
  }
}

function gptTypeOf({ mbr, guid }: PartitionTypeRequest): string {
  return guid ?? (mbr === mbrTypes.uefi ? gptTypes.efiSystem : gptTypes.basicData);
}

function apmTypeOf({ guid }: PartitionTypeRequest): string {
  return guid === gptTypes.hfsPlus ? "Apple_HFS" : "Data";
}

/** Puts partitions into the tables. */
class PartitionList {
  readonly partitions: PartitionOptions[] = [];
  readonly #area: SystemAreaRequest;
  readonly #entries: readonly BootEntryRequest[];
  readonly #images: readonly BootImageOptions[];
  readonly #appended: AppendedContents;

  constructor(
    area: SystemAreaRequest,
    entries: readonly BootEntryRequest[],
    images: readonly BootImageOptions[],
    appended: AppendedContents,
  ) {
    this.#area = area;
    this.#entries = entries;
    this.#images = images;
    this.#appended = appended;
  }

  get #isInGpt(): boolean {
    return this.#area.efiPartition !== undefined || (this.#area.appendedAsGpt && this.#area.appended.length > 0);
  }

  /** Boot images that isohybrid is to mark. */
  get #marked(): number[] {
    if (!this.#isLikeIsohybrid) return [];
    return [...this.#entries.keys()].filter((index) => this.#entries[index]!.gpt !== undefined);
  }

  /** Whether boot images are marked as isohybrid does it. */
  get #isLikeIsohybrid(): boolean {
    return this.#area.isohybrid !== undefined || this.#area.likeIsohybrid;
  }

  get #hasApm(): boolean {
    const { appendedAsApm, appended } = this.#area;
    return (this.#isLikeIsohybrid && this.#entries.some(({ apm }) => apm)) || (appendedAsApm && appended.length > 0);
  }

  /** One partition, with nothing beside it. @throws {@link DiscError} E_USAGE. */
  fillChrp(): void {
    const { appended, isohybrid, efiPartition, partitionOffset } = this.#area;
    if (appended.length > 0 || isohybrid !== undefined || efiPartition !== undefined || partitionOffset > 0) {
      throw usageError("-chrp-boot-part makes the image one partition: there can be no other one, and no offset");
    }
    this.partitions.push({ covers: { volumeFromSector: 0 }, mbr: { number: 1, type: chrpType, active: true } });
  }

  async fill(): Promise<void> {
    if (this.#isInGpt) await this.#fillGpt();
    else this.#fillMbr();
  }

  /** With a GUID partition table that programs trust, the master boot record protects it. */
  async #fillGpt(): Promise<void> {
    const { forceBootable, efiPartition } = this.#area;
    if (forceBootable) {
      this.partitions.push(
        { covers: { volumeFromSector: 1 }, mbr: { number: 1, type: mbrTypes.protective } },
        { covers: { volumeFromSector: 0, endSector: 1 }, mbr: { number: 2, type: 0, active: true } },
      );
    }
    this.#addMarked(false);
    this.#addOffsetVolume();
    if (efiPartition !== undefined) {
      const gpt = { type: gptTypes.efiSystem, name: "EFI boot partition", attributes: inImage };
      this.partitions.push({ covers: await this.#efiCover(efiPartition), gpt });
    }
    for (const partition of this.#area.appended) {
      const { number } = partition;
      this.#addAppended(partition, { gpt: { ...this.#appendedGpt(partition), number } });
    }
  }

  /** Behind the offset, the volume is a partition of its own; one that boot images in it would overlap with is left out. */
  #addOffsetVolume(): void {
    const { partitionOffset, efiPartition, appended, volumeType } = this.#area;
    if (partitionOffset === 0 || efiPartition !== undefined || appended.some(({ number }) => number === 1)) return;
    const gpt = { type: volumeType?.guid ?? gptTypes.basicData, name: "ISO9660", attributes: inImage };
    this.partitions.push({ covers: { volumeFromSector: partitionOffset * sectorsInBlock }, gpt });
  }

  async #efiCover(path: string): Promise<PartitionCover> {
    if (path !== "--efi-boot-image") return { content: await namedContent(path) };
    const image = this.#entries.findIndex(({ platform }) => platform === uefiPlatform);
    if (image < 0) throw usageError("-efi-boot-part --efi-boot-image: there is no boot image for UEFI");
    return { image };
  }

  #fillMbr(): void {
    const { isohybrid, grub2, protectiveLabel, appended, volumeType, forceBootable, partitionOffset } = this.#area;
    const offsetSector = partitionOffset * sectorsInBlock;
    const isFirstAppended = appended.some(({ number }) => number === 1);
    const isActive = isohybrid !== undefined || protectiveLabel || grub2 !== undefined || forceBootable;
    const addVolume = (from: number, type: number, gpt?: GptEntryOptions): void => {
      if (isFirstAppended) return;
      const mbr = { number: 1, type: volumeType?.mbr ?? type, active: isActive };
      this.partitions.push({ covers: { volumeFromSector: from }, mbr, gpt });
    };
    if (isohybrid !== undefined) {
      const isMarked = this.#marked.length > 0;
      const gpt = isMarked ? { type: gptTypes.basicData, name: "ISOHybrid", attributes: inImage } : undefined;
      addVolume(offsetSector, isMarked || this.#hasApm ? 0 : mbrTypes.hidden, gpt);
    } else if (protectiveLabel || offsetSector > 0) addVolume(Math.max(1, offsetSector), mbrTypes.iso9660);
    else if (appended.length > 0) addVolume(0, linuxType);
    this.#addMarked(appended.length === 0);
    for (const partition of appended) {
      const { number, type } = partition;
      if (number > mbrRecords) throw usageError(`-append_partition ${number} needs -appended_part_as_gpt`);
      const gpt = this.#marked.length > 0 ? this.#appendedGpt(partition) : undefined;
      this.#addAppended(partition, { mbr: { number, type: type.mbr }, gpt });
    }
    const isBootable = this.partitions.some(({ mbr }) => mbr?.active === true);
    if (!forceBootable || isBootable) return;
    this.partitions.push({ covers: { volumeFromSector: 0, endSector: 1 }, mbr: { type: 0, active: true } });
  }

  #addAppended(partition: AppendedPartitionRequest, tables: Omit<PartitionOptions, "covers">): void {
    const content = this.#appended.content(partition.number);
    const image = this.#images.findIndex((other) => other.image === content);
    const covers = image < 0 ? { content } : { image };
    const { appendedAsApm } = this.#area;
    // What is marked as a boot image stands in the table already.
    const gpt = this.#marked.includes(image) ? undefined : tables.gpt;
    const name = `Appended${partition.number}`;
    const apm: ApmEntryOptions | undefined = appendedAsApm ? { type: apmTypeOf(partition.type), name } : undefined;
    this.partitions.push({ covers, ...tables, gpt, apm });
  }

  #appendedGpt({ number, type }: AppendedPartitionRequest): GptEntryOptions {
    return { type: gptTypeOf(type), name: `Appended${number}`, attributes: 0n };
  }

  /** @param isInMbr Whether they stand in the master boot record, too. */
  #addMarked(isInMbr: boolean): void {
    if (!this.#isLikeIsohybrid) return;
    const marked = this.#marked;
    for (const [index, { gpt, apm }] of this.#entries.entries()) {
      const place = marked.indexOf(index);
      if (place < 0 && !apm) continue;
      this.partitions.push({
        covers: { image: index },
        mbr:
          isInMbr && place >= 0 && place < markedRecords
            ? { type: gpt === "basicData" ? mbrTypes.uefi : 0 }
            : undefined,
        gpt:
          place < 0
            ? undefined
            : {
                type: gpt === "basicData" ? gptTypes.basicData : gptTypes.hfsPlus,
                name: `ISOHybrid${place + 1}`,
                attributes: inImage,
              },
        apm: apm ? { type: "Apple_HFS", name: "EFI" } : undefined,
      });
    }
  }
}

/** Counts where one of the two is not given. xorrisofs(1), -partition_sec_hd. */
const usualHeads = 64;
const usualTrackSectors = 32;

function geometryOf({ heads, trackSectors }: SystemAreaRequest): HybridOptions["geometry"] {
  if (heads === 0 && trackSectors === 0) return undefined;
  return { heads: heads || usualHeads, sectors: trackSectors || usualTrackSectors };
}

/** @throws {@link DiscError} E_USAGE. */
function cylinderAlignOf({ cylinderAlign, isohybrid, appended }: SystemAreaRequest): HybridOptions["cylinderAlign"] {
  if (cylinderAlign === "all" && appended.length > 0) {
    throw usageError("-partition_cyl_align all is not supported with -append_partition: partitions are not filled up");
  }
  if (cylinderAlign === "auto") return isohybrid !== undefined && appended.length === 0 ? "on" : "off";
  return cylinderAlign === "off" ? "off" : "on";
}

/**
 * The system area; `undefined` where nothing is asked for.
 *
 * @param images Those of the entries.
 * @throws {@link DiscError} E_USAGE, E_SOURCE_UNREADABLE, E_NOT_A_FILE.
 */
export async function hybridOf(
  area: SystemAreaRequest,
  entries: readonly BootEntryRequest[],
  images: readonly BootImageOptions[],
  appended: AppendedContents,
): Promise<HybridOptions | undefined> {
  const given = [area.isohybrid, area.grub2, area.generic].filter((path) => path !== undefined);
  if (given.length > 1) throw usageError("-isohybrid-mbr, --grub2-mbr and -G name boot code each; give one of them");
  const list = new PartitionList(area, entries, images, appended);
  if (area.chrp) list.fillChrp();
  else await list.fill();
  const systemArea = given[0] === undefined ? undefined : await namedBytes(given[0]);
  if (systemArea === undefined && list.partitions.length === 0) return undefined;
  const loaderImage = entries.findIndex(({ platform }) => platform === biosPlatform);
  const wanted = area.isohybrid !== undefined ? "isolinux" : area.grub2 !== undefined ? "grub2" : "none";
  if (wanted === "isolinux" && loaderImage < 0) throw usageError("-isohybrid-mbr needs a boot image for BIOS: -b");
  return {
    systemArea,
    loader: loaderImage < 0 ? "none" : wanted,
    loaderImage: Math.max(0, loaderImage),
    diskGuid: area.diskGuid,
    partitionOffset: area.partitionOffset,
    geometry: geometryOf(area),
    cylinderAlign: cylinderAlignOf(area),
    partitions: list.partitions,
  };
}
