/** Options of mkisofs that say what an image boots from. */
import { usageError } from "../usage.js";
import type { MkisofsOption } from "./option-row.js";
import { acts, hexadecimalOf, numberOf } from "./option-row.js";
import { guidOf, partitionTypeOf } from "./partition-type.js";
import type { BootEntryRequest, MkisofsRequest } from "./request.js";
import { biosPlatform, newBootEntry, uefiPlatform } from "./request.js";

/** The entry that options go to. */
function entryOf(request: MkisofsRequest): BootEntryRequest {
  return request.bootEntries.at(-1)!;
}

function beginEntry(request: MkisofsRequest): BootEntryRequest {
  request.bootEntries.push(newBootEntry());
  return entryOf(request);
}

/** Names of platforms. xorrisofs(1), -eltorito-platform. */
const platforms: Readonly<Record<string, number>> = { x86: biosPlatform, ppc: 1, mac: 2, efi: uefiPlatform };

function setPlatform(request: MkisofsRequest, text: string | undefined): void {
  const platform = platforms[text!.toLowerCase()] ?? numberOf("eltorito-platform", text!, 0xff);
  if (platform !== request.bootPlatform && entryOf(request).image !== undefined) beginEntry(request);
  request.bootPlatform = platform;
}

function setEfiBoot(request: MkisofsRequest, path: string | undefined): void {
  const entry = entryOf(request).image === undefined ? entryOf(request) : beginEntry(request);
  Object.assign(entry, newBootEntry(), { image: path, platform: uefiPlatform, emulation: "none" });
  beginEntry(request);
}

/** Characters of a section's identifier, as text or, in xorriso's reports, as digits. El Torito 1.0, figure 4. */
const idBytes = 28;

function idOf(text: string): string {
  if (text.length !== 2 * idBytes || !/^[\da-f]+$/i.test(text)) return text;
  return Buffer.from(text, "hex").toString("latin1").replace(/\0+$/, "");
}

/** El Torito. */
export const elToritoOptions: readonly MkisofsOption[] = [
  acts(
    "-b, -eltorito-boot PATH",
    "both",
    "Boot image for BIOS: a file of the image, or --interval:appended_partition_N:all::.",
    (request, path) => {
      const entry = entryOf(request);
      entry.image = path!;
      entry.platform = request.bootPlatform;
    },
  ),
  acts("-e PATH", "both", "Boot image for UEFI, likewise.", (request, path) => {
    const entry = entryOf(request);
    entry.image = path!;
    entry.platform = uefiPlatform;
  }),
  acts("-efi-boot PATH", "both", "-eltorito-alt-boot -e PATH -no-emul-boot -eltorito-alt-boot.", setEfiBoot),
  acts(
    "-eltorito-alt-boot",
    "both",
    "Ends an entry of the boot catalog; what follows is of the next. One that names no image is left out.",
    (request) => {
      beginEntry(request);
    },
  ),
  acts("-eltorito-platform PLATFORM", "xorrisofs", "x86, PPC, Mac, efi or a number: of the next -b.", setPlatform),
  acts(
    "-c, -eltorito-catalog PATH",
    "both",
    "The file that shows the boot catalog. Default: boot.catalog.",
    (request, path) => {
      request.catalogPath = path!;
    },
  ),
  acts("-boot-catalog-hide", "xorrisofs", "No file shows the boot catalog.", (request) => {
    request.catalogHidden = true;
  }),
  acts("-no-emul-boot", "both", "The image is loaded as it is. Default: it is that of a floppy disc.", (request) => {
    entryOf(request).emulation = "none";
  }),
  acts("-hard-disk-boot", "both", "The image is that of a hard disk.", (request) => {
    entryOf(request).emulation = "hardDisk";
  }),
  acts("-no-boot", "genisoimage", "The entry is marked as one not to boot.", (request) => {
    entryOf(request).bootable = false;
  }),
  acts("-boot-load-seg SEGMENT", "genisoimage", "The segment that the image is loaded to.", (request, text) => {
    entryOf(request).loadSegment = numberOf("boot-load-seg", text!, 0xffff);
  }),
  acts(
    "-boot-load-size SECTORS",
    "both",
    "Sectors of 512 bytes that are loaded; full, the default, is the whole image.",
    (request, text) => {
      entryOf(request).loadSectors = text === "full" ? undefined : numberOf("boot-load-size", text!, 0xffff);
    },
  ),
  acts("-boot-info-table", "both", "Writes into the image, not into its source, where it lies.", (request) => {
    entryOf(request).infoTable = true;
  }),
  acts("-grub2-boot-info", "xorrisofs", "Likewise, as GRUB 2 wants it.", (request) => {
    entryOf(request).grub2BootInfo = true;
  }),
  acts(
    "-eltorito-id TEXT",
    "xorrisofs",
    "Identifier of the entry's section; 56 hexadecimal digits are bytes.",
    (request, text) => {
      entryOf(request).idString = idOf(text!);
    },
  ),
  acts("-eltorito-selcrit DIGITS", "xorrisofs", "Selection criteria of the entry.", (request, text) => {
    entryOf(request).selectionCriteria = hexadecimalOf("eltorito-selcrit", text!);
  }),
];

function addPartition(request: MkisofsRequest, ...[number, type, path]: (string | undefined)[]): void {
  const { appended } = request.systemArea;
  const wanted = numberOf("append_partition", number!, 128);
  if (wanted === 0 || appended.some((other) => other.number === wanted)) {
    throw usageError(`-append_partition is of number ${wanted}, expected one from 1, each once`);
  }
  appended.push({ number: wanted, type: partitionTypeOf("append_partition", type!), path: path! });
}

/** The first block behind a system area: the descriptors of the partition are not to lie before those of the image. */
const firstOffset = 16;

function setPartitionOffset(request: MkisofsRequest, text: string | undefined): void {
  const offset = numberOf("partition_offset", text!);
  if (offset > 0 && offset < firstOffset) {
    throw usageError(`-partition_offset is ${offset}, expected 0, or a block from ${firstOffset} on`);
  }
  request.systemArea.partitionOffset = offset;
}

const cylinderAligns = ["auto", "on", "all", "off"] as const;

function setCylinderAlign(request: MkisofsRequest, text: string | undefined): void {
  const mode = cylinderAligns.find((known) => known === text);
  if (mode === undefined) throw usageError(`-partition_cyl_align is "${text}", expected ${cylinderAligns.join(", ")}`);
  request.systemArea.cylinderAlign = mode;
}

function setDiskGuid(request: MkisofsRequest, text: string | undefined): void {
  const isMade = text === "random" || text === "modification-date" || text === "volume_date_uuid";
  request.systemArea.diskGuid = isMade ? undefined : guidOf("-gpt_disk_guid", text!);
}

/** System area and partition tables. */
export const hybridOptions: readonly MkisofsOption[] = [
  acts(
    "-G, -generic-boot, -embedded-boot FILE",
    "both",
    "Up to 32,768 bytes for the system area; the partition records of its first sector are made anew.",
    (request, file) => {
      request.systemArea.generic = file!;
    },
  ),
  acts(
    "-isohybrid-mbr FILE",
    "xorrisofs",
    "Boot code of isolinux, with a partition that covers the image.",
    (request, file) => {
      request.systemArea.isohybrid = file!;
    },
  ),
  acts(
    "-isohybrid-gpt-basdat",
    "xorrisofs",
    "With -isohybrid-mbr: the entry's boot image is a partition for UEFI, in a GUID partition table, too.",
    (request) => {
      entryOf(request).gpt = "basicData";
    },
  ),
  acts("-isohybrid-gpt-hfsplus", "xorrisofs", "Likewise, with the type of HFS+.", (request) => {
    entryOf(request).gpt = "hfsPlus";
  }),
  acts("-isohybrid-apm-hfsplus", "xorrisofs", "Likewise, in an Apple partition map.", (request) => {
    entryOf(request).apm = true;
  }),
  acts(
    "-grub2-mbr FILE",
    "xorrisofs",
    "Boot code of GRUB 2; FILE may be --interval:local_fs:FROM-TO:ZEROIZERS:FILE.",
    (request, file) => {
      request.systemArea.grub2 = file!;
    },
  ),
  acts(
    "-protective-msdos-label",
    "xorrisofs",
    "A partition that covers the image but for its first sector.",
    (request) => {
      request.systemArea.protectiveLabel = true;
    },
  ),
  acts(
    "-mbr-force-bootable",
    "xorrisofs",
    "Some partition has the flag to boot; where none is to have it, one of the first sector alone.",
    (request) => {
      request.systemArea.forceBootable = true;
    },
  ),
  acts(
    "-iso_mbr_part_type TYPE",
    "xorrisofs",
    "The type of the partition that covers the image: a number, a GUID, or default.",
    (request, text) => {
      request.systemArea.volumeType = text === "default" ? undefined : partitionTypeOf("iso_mbr_part_type", text!);
    },
  ),
  acts(
    "-append_partition NUMBER TYPE FILE",
    "xorrisofs",
    "A partition behind the volume: FAT12, FAT16, Linux, a number, or a GUID; FILE may be an interval.",
    addPartition,
  ),
  acts("-appended_part_as_gpt", "xorrisofs", "Such partitions stand in a GUID partition table.", (request) => {
    request.systemArea.appendedAsGpt = true;
  }),
  acts("-appended_part_as_apm", "xorrisofs", "Such partitions stand in an Apple partition map, too.", (request) => {
    request.systemArea.appendedAsApm = true;
  }),
  acts(
    "-efi-boot-part FILE",
    "xorrisofs",
    "A partition for UEFI in a GUID partition table; --efi-boot-image is the boot image for UEFI.",
    (request, file) => {
      request.systemArea.efiPartition = file!;
    },
  ),
  acts(
    "-gpt_disk_guid GUID",
    "xorrisofs",
    "GUID of the disk; random and modification-date make one of the volume's name and time.",
    setDiskGuid,
  ),
  acts(
    "-partition_offset BLOCK",
    "xorrisofs",
    "The block, from 16 on, from which a partition can be mounted by itself; 0 for none.",
    setPartitionOffset,
  ),
  acts("-partition_hd_cyl NUMBER", "xorrisofs", "Heads of a cylinder; 0 for what suits the size.", (request, text) => {
    request.systemArea.heads = numberOf("partition_hd_cyl", text!, 255);
  }),
  acts("-partition_sec_hd NUMBER", "xorrisofs", "Sectors of a track; 0 for what suits the size.", (request, text) => {
    request.systemArea.trackSectors = numberOf("partition_sec_hd", text!, 63);
  }),
  acts(
    "-partition_cyl_align MODE",
    "xorrisofs",
    "on: the image ends with a cylinder; off: it need not; auto: with -isohybrid-mbr; all: as on, not with -append_partition.",
    setCylinderAlign,
  ),
  acts(
    "-chrp-boot, -chrp-boot-part",
    "both",
    "A partition of type 96h that covers the image, for computers of the CHRP kind.",
    (request) => {
      request.systemArea.chrp = true;
    },
  ),
  acts(
    "-part_like_isohybrid",
    "xorrisofs",
    "-isohybrid-gpt-basdat and the like are for any boot code, not for that of -isohybrid-mbr alone.",
    (request) => {
      request.systemArea.likeIsohybrid = true;
    },
  ),
];
