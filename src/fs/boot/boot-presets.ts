/** Boot set-ups that people know by name: what the usual trees boot from, and what makes an image start from disks. */
import { DiscError } from "../../errors.js";
import { gptTypes } from "../hybrid/gpt.js";
import { sectorsInBlock } from "../hybrid/image-growth.js";
import type { MbrLoader } from "../hybrid/mbr.js";
import { mbrTypes } from "../hybrid/mbr.js";
import type { Content } from "../tree/content.js";
import type { DirectoryNode } from "../tree/directory.js";
import { fileAt } from "../tree/find-any-case.js";
import { splitPath } from "../tree/path.js";
import type { BootImageOptions, BootOptions, PartitionOptions } from "./boot-options.js";
import { ownBootCode } from "./own-boot-code.js";
import { removableMediaPrograms, uefiVolume } from "./uefi-volume.js";

/** A loader that is known by the name of its boot image. */
interface KnownLoader {
  readonly name: string;
  readonly platform: "x86" | "uefi";
  /** Places in the order in which they are looked for; letters of either case. */
  readonly paths: readonly string[];
  readonly image?: Omit<BootImageOptions, "image" | "platform"> | undefined;
  readonly loader?: MbrLoader | undefined;
  /** Name of the file beside the image that shows the catalog; `undefined` where none is usual. */
  readonly catalog?: string | undefined;
}

/** What the makers of such trees name their boot images, and what these need to be told. */
const knownLoaders: readonly KnownLoader[] = [
  {
    name: "isolinux",
    platform: "x86",
    paths: [
      "/isolinux/isolinux.bin",
      "/boot/isolinux/isolinux.bin",
      "/boot/syslinux/isolinux.bin",
      "/syslinux/isolinux.bin",
      "/boot/x86_64/loader/isolinux.bin",
      "/isolinux.bin",
    ],
    image: { infoTable: true },
    loader: "isolinux",
    catalog: "boot.cat",
  },
  {
    name: "GRUB",
    platform: "x86",
    paths: [
      "/boot/grub/i386-pc/eltorito.img",
      "/boot/grub2/i386-pc/eltorito.img",
      "/images/eltorito.img",
      "/boot/grub/bios.img",
      "/boot/grub/eltorito.img",
    ],
    image: { infoTable: true, grub2BootInfo: true },
    loader: "grub2",
    catalog: "boot.cat",
  },
  { name: "Windows", platform: "x86", paths: ["/boot/etfsboot.com"], image: { loadSectors: 8 } },
  {
    name: "Windows for UEFI",
    platform: "uefi",
    paths: ["/efi/microsoft/boot/efisys.bin", "/efi/microsoft/boot/efisys_ex.bin"],
    image: { loadSectors: 1 },
  },
  {
    name: "a FAT volume for UEFI",
    platform: "uefi",
    paths: [
      "/boot/grub/efi.img",
      "/boot/grub2/efi.img",
      "/images/efiboot.img",
      "/efi/archiso/efiboot.img",
      "/efi/boot/efiboot.img",
      "/boot/efi.img",
      "/boot/efiboot.img",
      "/boot/x86_64/efi",
      "/efiboot.img",
      "/efi.img",
    ],
  },
];

/** Where boot code for the master boot record lies in a tree. */
const knownBootCode: Readonly<Record<Exclude<MbrLoader, "none">, readonly string[]>> = {
  isolinux: ["/isolinux/isohdpfx.bin", "/boot/isolinux/isohdpfx.bin", "/boot/syslinux/isohdpfx.bin"],
  grub2: ["/boot/grub/i386-pc/boot_hybrid.img", "/boot/grub2/i386-pc/boot_hybrid.img"],
};

/** Which preset is wanted. */
export interface BootPreset {
  /** Recognises what the tree boots from, where `bios` and `uefi` do not say it. */
  readonly auto?: boolean | undefined;
  /** Path of the image for BIOS in the tree, or of a content that is in no file. */
  readonly bios?: string | undefined;
  /** Path of the image for UEFI, likewise; or of a directory of the tree, of which a FAT volume is made. */
  readonly uefi?: string | undefined;
  /** Opens what is to be booted and is not in the tree. Default: it has to be there. */
  readonly openOutside?: ((path: string) => Promise<Content | DirectoryNode>) | undefined;
  /** Whether the image starts from disks, too. */
  readonly hybrid?: boolean | undefined;
  /**
   * The block from which on a partition of the image can be mounted by itself, as in {@link HybridOptions}. The image for
   * UEFI then lies behind the volume, in a partition of its own. Where nothing boots, the partition alone is made.
   */
  readonly partitionOffset?: number | undefined;
  /** Boot code for BIOS on disks. Default: what of isolinux or GRUB lies in the tree, or else our own. */
  readonly bootCode?: Uint8Array | undefined;
  /** Identifiers of the disk, as in {@link HybridOptions}. */
  readonly diskSignature?: number | undefined;
  readonly diskGuid?: string | undefined;
  /** The file that shows the boot catalog. Default: the usual one of the loader. */
  readonly catalogPath?: string | undefined;
}

/** A boot image that was found, and whose it is. */
interface Found {
  /** `undefined` for one that is in no file. */
  readonly path: string | undefined;
  readonly image: BootImageOptions["image"];
  readonly known: KnownLoader | undefined;
}

/** An image that the caller names. */
async function namedImage(
  root: DirectoryNode,
  given: string,
  known: KnownLoader | undefined,
  openOutside: BootPreset["openOutside"],
): Promise<Found> {
  // What leads out of its folder can be a path of the host alone.
  const isPath = !given.split("/").some((name) => name === "." || name === "..");
  if (openOutside === undefined || (isPath && root.find(given) !== undefined))
    return { path: given, image: given, known };
  return { path: undefined, image: await openOutside(given), known };
}

async function imageFor(root: DirectoryNode, platform: "x86" | "uefi", preset: BootPreset): Promise<Found | undefined> {
  const candidates = knownLoaders.filter((known) => known.platform === platform);
  const given = platform === "x86" ? preset.bios : preset.uefi;
  if (given !== undefined) {
    const name = given.split("/").at(-1)?.toLowerCase();
    const isNamed = ({ paths }: KnownLoader): boolean => paths.some((path) => splitPath(path).at(-1) === name);
    return await namedImage(root, given, candidates.find(isNamed), preset.openOutside);
  }
  if (preset.auto !== true) return undefined;
  for (const known of candidates) {
    const file = fileAt(root, known.paths);
    if (file !== undefined) return { path: file.path, image: file.path, known };
  }
  const volume = platform === "uefi" ? await uefiVolume(root) : undefined;
  return volume === undefined ? undefined : { path: undefined, image: volume, known: undefined };
}

/** @throws {@link DiscError} E_BOOT_NOT_FOUND: what was looked for. */
function refuseUnknown(): never {
  const looked = [...knownLoaders.flatMap(({ paths }) => paths), ...removableMediaPrograms];
  const message = "nothing that is known to boot is in the tree: name the images with --boot-bios and --boot-uefi";
  throw new DiscError("E_BOOT_NOT_FOUND", message, { looked });
}

/** Boot code of the tree, or else our own. @throws what reading raises. */
async function bootCodeFor(root: DirectoryNode, loader: MbrLoader): Promise<Uint8Array | undefined> {
  if (loader === "none") return undefined;
  const file = fileAt(root, knownBootCode[loader]);
  if (file === undefined) return ownBootCode(loader);
  const code = new Uint8Array(file.content.bytes);
  await file.content.read(0, code);
  return code;
}

function catalogBeside({ path, known }: Found): string | undefined {
  if (known?.catalog === undefined || path === undefined) return undefined;
  return `/${[...splitPath(path).slice(0, -1), known.catalog].join("/")}`;
}

/** Partitions that firmware starts from and every program accepts: a protective record, and the FAT volume of UEFI. */
function partitionsFor(uefiImage: number, partitionOffset: number): PartitionOptions[] {
  const covers = { volumeFromSector: partitionOffset * sectorsInBlock };
  if (uefiImage < 0) return [{ covers, mbr: { type: mbrTypes.hidden, active: true } }];
  const uefi: PartitionOptions = { covers: { image: uefiImage }, gpt: { type: gptTypes.efiSystem, name: "EFI boot" } };
  if (partitionOffset === 0) return [uefi];
  return [{ covers, gpt: { type: gptTypes.basicData, name: "ISO9660" } }, uefi];
}

/** A set-up from which nothing boots: a partition that can be mounted by itself, and no more. */
function bareOffset({ partitionOffset = 0, diskSignature }: BootPreset): BootOptions {
  const covers = { volumeFromSector: partitionOffset * sectorsInBlock };
  const partitions = [{ covers, mbr: { type: mbrTypes.iso9660 } }];
  return { images: [], hybrid: { partitionOffset, diskSignature, partitions } };
}

/** What an image is that lies behind the volume, and not in it: in a partition that does not overlap with that one. */
function behindVolume({ path, image, known }: Found, root: DirectoryNode): Found {
  const item = typeof image === "string" ? root.find(image) : undefined;
  // Of a directory a volume is made, which is in no file.
  return { path, image: item?.type === "file" ? item.content : image, known };
}

/**
 * The boot set-up that a preset stands for.
 *
 * @throws {@link DiscError} E_BOOT_NOT_FOUND where nothing is recognised; what reading boot code raises.
 */
export async function bootPreset(root: DirectoryNode, preset: BootPreset): Promise<BootOptions> {
  const { hybrid = false, partitionOffset = 0, auto = false, bootCode } = preset;
  if (!auto && preset.bios === undefined && preset.uefi === undefined && partitionOffset > 0) {
    return bareOffset(preset);
  }
  const bios = await imageFor(root, "x86", preset);
  const named = await imageFor(root, "uefi", preset);
  const uefi = named === undefined || partitionOffset === 0 ? named : behindVolume(named, root);
  const images: BootImageOptions[] = [];
  if (bios !== undefined) images.push({ image: bios.image, ...bios.known?.image });
  if (uefi !== undefined) images.push({ image: uefi.image, platform: "uefi", ...uefi.known?.image });
  if (images.length === 0) refuseUnknown();
  const loader = bios?.known?.loader ?? "none";
  const systemArea = hybrid ? (bootCode ?? (await bootCodeFor(root, loader))) : undefined;
  return {
    images,
    catalogPath: preset.catalogPath ?? (bios === undefined ? undefined : catalogBeside(bios)),
    hybrid: hybrid
      ? {
          systemArea,
          loader: systemArea === undefined ? "none" : loader,
          loaderImage: 0,
          diskSignature: preset.diskSignature,
          diskGuid: preset.diskGuid,
          partitionOffset,
          partitions: partitionsFor(uefi === undefined ? -1 : images.length - 1, partitionOffset),
        }
      : undefined,
  };
}
