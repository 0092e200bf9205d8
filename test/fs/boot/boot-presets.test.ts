import test from "ava";
import { MemoryContent } from "../../../src/fs/tree/content.js";
import type { BootOptions, BootPreset } from "../../../src/index.js";
import { bootPreset, DirectoryNode, walkTree } from "../../../src/index.js";

function preset(paths: readonly string[], options: BootPreset): Promise<BootOptions> {
  const root = new DirectoryNode("");
  for (const path of paths) root.addFile(path, `content of ${path}`, { parents: true });
  return bootPreset(root, options);
}

const found: readonly (readonly [string, readonly string[], object])[] = [
  [
    "isolinux",
    ["/isolinux/isolinux.bin", "/isolinux/isolinux.cfg"],
    { images: [{ image: "/isolinux/isolinux.bin", infoTable: true }], catalogPath: "/isolinux/boot.cat" },
  ],
  [
    "GRUB for both",
    ["/boot/grub/i386-pc/eltorito.img", "/boot/grub/efi.img"],
    {
      images: [
        { image: "/boot/grub/i386-pc/eltorito.img", infoTable: true, grub2BootInfo: true },
        { image: "/boot/grub/efi.img", platform: "uefi" },
      ],
      catalogPath: "/boot/grub/i386-pc/boot.cat",
    },
  ],
  [
    "Windows, whatever the letters' case",
    ["/BOOT/ETFSBOOT.COM", "/EFI/Microsoft/Boot/efisys.bin"],
    {
      images: [
        { image: "/BOOT/ETFSBOOT.COM", loadSectors: 8 },
        { image: "/EFI/Microsoft/Boot/efisys.bin", platform: "uefi", loadSectors: 1 },
      ],
      catalogPath: undefined,
    },
  ],
  ["UEFI alone", ["/images/efiboot.img"], { images: [{ image: "/images/efiboot.img", platform: "uefi" }] }],
];

for (const [name, paths, expected] of found) {
  test(`recognised: ${name}`, async (t) => {
    t.like(await preset(paths, { auto: true }), expected);
  });
}

test("named images are told what loaders of their names need", async (t) => {
  const options = await preset(["/my/isolinux.bin", "/other.img"], { bios: "/my/isolinux.bin", uefi: "/other.img" });
  t.deepEqual(options.images, [
    { image: "/my/isolinux.bin", infoTable: true },
    { image: "/other.img", platform: "uefi" },
  ]);
  t.is(options.catalogPath, "/my/boot.cat");
  t.is(options.hybrid, undefined);
});

test("what is not in the tree is opened outside", async (t) => {
  const outside = new MemoryContent(new Uint8Array(10));
  const opened: string[] = [];
  const openOutside = async (path: string): Promise<MemoryContent> => {
    opened.push(path);
    return outside;
  };
  const { images } = await preset(["/in.img"], { bios: "in.img", uefi: "../out.img", openOutside });
  t.deepEqual(opened, ["../out.img"]);
  t.is(images[1]!.image, outside);
});

test("for disks: boot code of the tree, of the caller, or our own", async (t) => {
  const paths = ["/isolinux/isolinux.bin", "/isolinux/isohdpfx.bin"];
  const ofTree = await preset(paths, { auto: true, hybrid: true });
  t.is(Buffer.from(ofTree.hybrid!.systemArea!).toString(), "content of /isolinux/isohdpfx.bin");
  t.is(ofTree.hybrid!.loader, "isolinux");
  t.like(ofTree.hybrid!.partitions![0], { covers: { volumeFromSector: 0 }, mbr: { active: true } });
  const bootCode = Uint8Array.of(1, 2, 3);
  t.is((await preset(paths, { auto: true, hybrid: true, bootCode })).hybrid!.systemArea, bootCode);
  t.is((await preset(paths.slice(0, 1), { auto: true, hybrid: true })).hybrid!.systemArea!.length, 432);
  const uefi = await preset(["/efi.img"], { auto: true, hybrid: true });
  t.like(uefi.hybrid, { systemArea: undefined, loader: "none" });
  t.like(uefi.hybrid!.partitions![0], { covers: { image: 0 }, gpt: { name: "EFI boot" } });
});

test("what is not recognised is refused, and said what is there", async (t) => {
  const refused = await t.throwsAsync(preset(["/readme"], { auto: true }), { code: "E_BOOT_NOT_FOUND" });
  t.regex(refused.message, /--boot-bios/);
});

/** Paths of the files in the volume that is the second or only image. */
function pathsIn(options: BootOptions): string[] {
  const volume = options.images.at(-1)!.image as DirectoryNode;
  return [...walkTree(volume)].filter(({ node }) => node.type === "file").map(({ path }) => path);
}

test("a tree with programs for UEFI and no volume gets one: of /EFI, and what systemd-boot reads", async (t) => {
  const grub = await preset(["/EFI/BOOT/BOOTX64.EFI", "/EFI/BOOT/grub.cfg", "/boot/vmlinuz"], { auto: true });
  t.is(grub.images.length, 1);
  t.is(grub.images[0]!.platform, "uefi");
  t.deepEqual(pathsIn(grub), ["/EFI/BOOT/BOOTX64.EFI", "/EFI/BOOT/grub.cfg"]);
  const root = new DirectoryNode("");
  const entry =
    "title Live\nlinux /live/vmlinuz\ninitrd /live/ucode.img /live/initrd.img\ninitrd /MORE.IMG\n#linux /no\n";
  for (const path of ["/live/vmlinuz", "/live/ucode.img", "/live/initrd.img", "/live/rootfs", "/more.img", "/no"]) {
    root.addFile(path, path, { parents: true });
  }
  root.addFile("/efi/boot/bootaa64.efi", "program", { parents: true });
  root.addFile("/loader/entries/live.conf", entry, { parents: true });
  root.addFile("/loader/loader.conf", "timeout 3\n");
  root.addFile("/isolinux/isolinux.bin", "loader", { parents: true });
  const both = await bootPreset(root, { auto: true, hybrid: true });
  t.deepEqual(
    both.images.map(({ platform }) => platform),
    [undefined, "uefi"],
  );
  t.deepEqual(pathsIn(both), [
    "/efi/boot/bootaa64.efi",
    "/loader/entries/live.conf",
    "/loader/loader.conf",
    "/live/vmlinuz",
    "/live/ucode.img",
    "/live/initrd.img",
    "/more.img",
  ]);
  t.like(both.hybrid!.partitions![0], { covers: { image: 1 } });
});

test("a link among the programs for UEFI is refused", async (t) => {
  const root = new DirectoryNode("");
  root.addFile("/EFI/BOOT/BOOTX64.EFI", "program", { parents: true });
  root.addSymlink("/EFI/link", "BOOT");
  await t.throwsAsync(bootPreset(root, { auto: true }), { code: "E_NOT_A_FILE" });
});

test("a directory that is named for UEFI is one to make a volume of", async (t) => {
  const { images } = await preset(["/esp/EFI/BOOT/BOOTX64.EFI"], { uefi: "/esp" });
  t.deepEqual(images, [{ image: "/esp", platform: "uefi" }]);
});

test("a partition offset: the volume's partition, and the image for UEFI behind the volume", async (t) => {
  const root = new DirectoryNode("");
  const efi = root.addFile("/boot/grub/efi.img", "a FAT volume", { parents: true });
  const both = await bootPreset(root, { auto: true, hybrid: true, partitionOffset: 16 });
  t.is(both.images[0]?.image, efi.content);
  t.is(both.hybrid?.partitionOffset, 16);
  t.like(both.hybrid?.partitions?.[0], { covers: { volumeFromSector: 64 }, gpt: { name: "ISO9660" } });
  t.like(both.hybrid?.partitions?.[1], { covers: { image: 0 }, gpt: { name: "EFI boot" } });
  const bios = await preset(["/isolinux/isolinux.bin"], { auto: true, hybrid: true, partitionOffset: 20 });
  t.deepEqual(bios.hybrid?.partitions, [{ covers: { volumeFromSector: 80 }, mbr: { type: 0x17, active: true } }]);
  const bare = await preset([], { partitionOffset: 16, diskSignature: 7 });
  const partitions = [{ covers: { volumeFromSector: 64 }, mbr: { type: 0xcd } }];
  t.deepEqual(bare, { images: [], hybrid: { partitionOffset: 16, diskSignature: 7, partitions } });
});
