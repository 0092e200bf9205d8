/** Bootable images that xorriso and GRUB make, and what xorriso says of them. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { execute } from "./judges.js";
import { requireTool, run, skip, temporaryFolder } from "./tools.js";

const isolinux = "/usr/lib/ISOLINUX/isolinux.bin";
const isolinuxMbr = "/usr/lib/ISOLINUX/isohdpfx.bin";
const grubCdBoot = "/usr/lib/grub/i386-pc/cdboot.img";
const grubMbr = "/usr/lib/grub/i386-pc/boot_hybrid.img";
const grubUefi = "/usr/lib/grub/x86_64-efi/moddep.lst";

const byIsolinux = [
  "-b",
  "isolinux.bin",
  "-c",
  "boot.cat",
  "-no-emul-boot",
  "-boot-load-size",
  "4",
  "-boot-info-table",
];
const byGrub = [
  ...["-b", "grub.img", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table", "--grub2-boot-info"],
];
const uefi = ["-eltorito-alt-boot", "-e", "efi.img", "-no-emul-boot"];
const appended = ["-eltorito-alt-boot", "-e", "--interval:appended_partition_2:all::", "-no-emul-boot"];
const isohybrid = ["-isohybrid-mbr", isolinuxMbr];

/** What makes each image, behind `xorriso -as mkisofs`. "%" stands for the image of a floppy with FAT. */
export const bootableImages: Readonly<Record<string, readonly string[]>> = {
  "no boot images": [],
  "El Torito alone": byIsolinux,
  "id strings, selection criteria and many entries": [
    ...[...byIsolinux, "-eltorito-id", "Who made it", ...uefi, "-eltorito-id", "Firmware", "-eltorito-selcrit", "0102"],
    ...["-eltorito-alt-boot", "-eltorito-platform", "PPC", "-b", "other.img", "-no-emul-boot", "-boot-load-size", "8"],
    ...["-eltorito-alt-boot", "-b", "third.img", "-no-emul-boot", "-boot-load-size", "full"],
  ],
  "emulated floppy": ["-b", "floppy.img"],
  isohybrid: [...byIsolinux, ...isohybrid],
  "isohybrid in a partition at block 16": [...byIsolinux, ...isohybrid, "-partition_offset", "16"],
  "isohybrid with GPT": [...byIsolinux, ...isohybrid, ...uefi, "-isohybrid-gpt-basdat"],
  "isohybrid with GPT and APM": [
    ...[...byIsolinux, ...isohybrid, ...uefi, "-isohybrid-gpt-basdat", "-isohybrid-apm-hfsplus"],
  ],
  "isohybrid with an appended partition": [
    ...[...byIsolinux, ...isohybrid, "-partition_offset", "16", "-append_partition", "2", "0xef", "%", ...appended],
  ],
  "GRUB 2's MBR": [...byGrub, "--grub2-mbr", grubMbr],
  "GRUB 2's MBR, appended partition in GPT": [
    ...[...byGrub, "--grub2-mbr", grubMbr, "-append_partition", "2", "0xef", "%", "-appended_part_as_gpt"],
    ...appended,
  ],
  "protective label": [...byGrub, "--protective-msdos-label"],
};

function bytesOf(name: string, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_unused, index) => (index * 7 + name.length) % 251);
}

function makeTree(t: ExecutionContext, dataBytes = 3_000_000): { readonly folder: string; readonly floppy: string } {
  const folder = temporaryFolder(t);
  const tree = join(folder, "tree");
  mkdirSync(tree);
  const floppy = join(tree, "efi.img");
  run("mformat", ["-C", "-i", floppy, "-f", "1440", "-N", "12345678", "::"]);
  copyFileSync(floppy, join(tree, "floppy.img"));
  copyFileSync(isolinux, join(tree, "isolinux.bin"));
  writeFileSync(join(tree, "grub.img"), Buffer.concat([readFileSync(grubCdBoot), bytesOf("grub", 30_001)]));
  writeFileSync(join(tree, "other.img"), bytesOf("other", 5000));
  writeFileSync(join(tree, "third.img"), bytesOf("third", 512));
  writeFileSync(join(tree, "data"), bytesOf("data", dataBytes));
  return { folder, floppy };
}

/** Whether all is there that these images are made of. */
export function canMakeBootableImages(t: ExecutionContext): boolean {
  const missing = [
    [isolinux, "isolinux"],
    [grubMbr, "grub-pc-bin"],
    [grubUefi, "grub-efi-amd64-bin"],
  ].find(([path]) => !existsSync(path!));
  if (missing !== undefined) return skip(t, `${missing[0]} is missing: apt install ${missing[1]}`);
  return ["xorriso", "genisoimage", "mformat", "grub-mkrescue", "sgdisk", "fdisk"].every((name) =>
    requireTool(t, name),
  );
}

/**
 * Makes one of {@link bootableImages}; returns its path.
 *
 * @param dataBytes Of the file that makes it as long as it is.
 */
export function makeBootable(t: ExecutionContext, options: readonly string[], dataBytes = 3_000_000): string {
  const { folder, floppy } = makeTree(t, dataBytes);
  const image = join(folder, "image.iso");
  const given = options.map((option) => (option === "%" ? floppy : option));
  run("xorriso", ["-as", "mkisofs", "-quiet", "-o", image, ...given, join(folder, "tree")]);
  return image;
}

/** Makes an image with entries that genisoimage alone can make; returns its path. */
export function makeByGenisoimage(t: ExecutionContext): string {
  const { folder } = makeTree(t);
  const image = join(folder, "image.iso");
  run("genisoimage", [
    ...["-quiet", "-o", image, ...byIsolinux, "-eltorito-alt-boot", "-b", "other.img", "-no-emul-boot", "-no-boot"],
    ...["-boot-load-seg", "2560", "-eltorito-alt-boot", "-b", "floppy.img", join(folder, "tree")],
  ]);
  return image;
}

/** Makes an image with grub-mkrescue, for BIOS, UEFI and Macs. */
export function makeRescue(t: ExecutionContext): string {
  const { folder } = makeTree(t);
  const image = join(folder, "rescue.iso");
  run("grub-mkrescue", ["-o", image, join(folder, "tree")]);
  return image;
}

/** The lines of xorriso's report, each as the words on both sides of its colons. */
export function xorrisoReport(image: string): readonly (readonly string[])[] {
  const { output } = execute("xorriso", [
    ...["-indev", image, "-report_el_torito", "plain", "-report_system_area", "plain"],
  ]);
  return output
    .toString()
    .split("\n")
    .filter((line) => line.includes(":"))
    .map((line) => line.split(/ *: +/).map((words) => words.trim()));
}

/** What follows on a line's first words; the lines of a table in order. */
export function reported(report: readonly (readonly string[])[], key: string): readonly string[] {
  return report.filter(([first]) => first === key).map((words) => words.slice(1).join(" : "));
}

/** What sgdisk and fdisk say of an image, without numbers that change when it grows. */
export function complaints(path: string): readonly string[] {
  const verified = execute("sgdisk", ["-v", path]);
  const listed = execute("fdisk", ["-l", path]);
  const lines = `${verified.output}${verified.messages}${listed.messages}`.split("\n");
  return lines
    .filter((line) => /warning|problem|invalid|caution|error|corrupt|overlap|mismatch|damaged|not|but/i.test(line))
    .map((line) => line.replace(/[\d.]+ (free sectors|blocks|[KM]iB|sectors?)|\([\d.]+ [KM]?i?B(ytes)?\)/gi, "N $1"))
    .map((line) => line.replace(/available in .*/, ""));
}

/** What makes each bootable image. */
export const makersOfBootableImages: Readonly<Record<string, (t: ExecutionContext) => string>> = {
  ...Object.fromEntries(
    Object.entries(bootableImages).map(([name, options]) => [
      name,
      (t: ExecutionContext): string => makeBootable(t, options),
    ]),
  ),
  "grub-mkrescue": makeRescue,
  "entries of genisoimage": makeByGenisoimage,
};
