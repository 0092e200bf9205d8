/** Folders as build scripts leave them for mkisofs: small, with the names, depths and links that the real ones have. */
import {
  chmodSync,
  copyFileSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { run } from "./tools.js";

const syslinuxModules = "/usr/lib/syslinux/modules/bios";
export const isolinuxImage = "/usr/lib/ISOLINUX/isolinux.bin";

/** 2024-02-03 04:05:06 UTC: of all files and folders. */
const fileTime = 1_706_933_106;

function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_unused, index) => (index * 7) % 251);
}

/** Makes files below a folder. */
class TreeMaker {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  files(...paths: readonly string[]): void {
    for (const path of paths) this.file(path, `This is ${path}.\n`);
  }

  file(path: string, content: string | Uint8Array): void {
    const target = this.#made(path);
    writeFileSync(target, content);
  }

  copy(path: string, from: string): void {
    copyFileSync(from, this.#made(path));
  }

  link(path: string, target: string): void {
    symlinkSync(target, this.#made(path));
  }

  hardLink(path: string, to: string): void {
    linkSync(join(this.folder, to), this.#made(path));
  }

  mode(path: string, mode: number): void {
    chmodSync(join(this.folder, path), mode);
  }

  /** A FAT volume for UEFI. */
  efiVolume(path: string): void {
    run("mformat", ["-C", "-i", this.#made(path), "-f", "1440", "-N", "12345678", "::"]);
  }

  /** isolinux and its modules. */
  isolinux(folder: string): void {
    this.copy(`${folder}/isolinux.bin`, isolinuxImage);
    for (const name of ["ldlinux.c32", "libcom32.c32", "libutil.c32", "vesamenu.c32"]) {
      this.copy(`${folder}/${name}`, join(syslinuxModules, name));
    }
    this.files(`${folder}/isolinux.cfg`, `${folder}/menu.cfg`);
    this.file(`${folder}/splash.png`, bytes(5000));
  }

  /** GRUB for BIOS, as an image for El Torito. */
  grubImage(path: string): void {
    this.file(path, Buffer.concat([readFileSync("/usr/lib/grub/i386-pc/cdboot.img"), bytes(20_000)]));
  }

  #made(path: string): string {
    const target = join(this.folder, path);
    mkdirSync(dirname(target), { recursive: true });
    return target;
  }
}

/** live-build's `binary`, and those of others that start from isolinux and GRUB. */
function debianLive(make: TreeMaker): void {
  make.isolinux("binary/isolinux");
  make.file("binary/live/filesystem.squashfs", bytes(300_000));
  make.file("binary/live/vmlinuz-6.1.0-18-amd64", bytes(9001));
  make.file("binary/live/initrd.img-6.1.0-18-amd64", bytes(30_000));
  make.hardLink("binary/live/vmlinuz", "binary/live/vmlinuz-6.1.0-18-amd64");
  make.efiVolume("efiboot.img");
  make.files("binary/live/filesystem.packages", "binary/.disk/info", "binary/.disk/mkisofs", "binary/sha256sum.txt");
  make.efiVolume("binary/boot/grub/efi.img");
  make.files("binary/boot/grub/grub.cfg", "binary/boot/grub/config.cfg", "binary/boot/grub/x86_64-efi/grub.cfg");
  make.file("binary/boot/grub/unicode.pf2", bytes(12_345));
  make.file("binary/EFI/boot/bootx64.efi", bytes(10_000));
  make.file("binary/EFI/boot/grubx64.efi", bytes(12_000));
  make.files(
    "binary/EFI/debian/grub.cfg",
    "binary/pool/main/l/linux-signed-amd64/linux-image-6.1.0-18-amd64_6.1.76-1_amd64.deb",
  );
  make.files("binary/dists/bookworm/main/debian-installer/binary-amd64/Packages.gz");
  make.files("binary/tools/a/b/c/d/e/f/g/h/deep.txt", "binary/lost+found/left");
  make.link("binary/dists/stable", "bookworm");
  make.link("binary/debian", ".");
  make.mode("binary/sha256sum.txt", 0o444);
  make.mode("binary/EFI", 0o700);
}

/** archiso's `isofs_dir`. */
function arch(make: TreeMaker): void {
  make.isolinux("iso/boot/syslinux");
  make.copy("iso/boot/syslinux/isohdpfx.bin", "/usr/lib/ISOLINUX/isohdpfx.bin");
  make.files("iso/boot/2026-02-01-09-30-11-00.uuid", "iso/boot/memtest86+/memtest.efi", "iso/arch/version");
  make.files("iso/boot/syslinux/archiso_sys-linux.cfg", "iso/boot/syslinux/archiso_pxe.cfg");
  make.file("iso/arch/boot/x86_64/vmlinuz-linux", bytes(20_000));
  make.file("iso/arch/boot/x86_64/initramfs-linux.img", bytes(50_000));
  make.file("iso/arch/x86_64/airootfs.sfs", bytes(200_000));
  make.files("iso/arch/x86_64/airootfs.sha512", "iso/arch/pkglist.x86_64.txt");
  make.files("iso/loader/loader.conf", "iso/loader/entries/01-archiso-x86_64-linux.conf", "iso/shellx64.efi");
  make.file("iso/EFI/BOOT/BOOTx64.EFI", bytes(10_000));
  make.efiVolume("efiboot.img");
}

/** lorax's `outroot`. */
function lorax(make: TreeMaker): void {
  make.file("out/images/pxeboot/vmlinuz", bytes(20_000));
  make.file("out/images/pxeboot/initrd.img", bytes(50_000));
  make.file("out/images/install.img", bytes(200_000));
  make.file("out/LiveOS/squashfs.img", bytes(200_000));
  make.grubImage("out/images/eltorito.img");
  make.efiVolume("out/images/efiboot.img");
  make.files("out/boot/grub2/grub.cfg", "out/.discinfo", "out/EULA", "out/LICENSE", "out/EFI/BOOT/grub.cfg");
  make.file("out/EFI/BOOT/BOOTX64.EFI", bytes(10_000));
  make.file("out/EFI/BOOT/grubx64.efi", bytes(12_000));
  make.file("out/EFI/BOOT/fonts/unicode.pf2", bytes(12_345));
  make.files(
    "out/boot/grub/powerpc-ieee1275/core.elf",
    "out/ppc/bootinfo.txt",
    "in/i386-pc/normal.mod",
    "in/i386-pc/linux.mod",
  );
}

/** Trees of GRUB for BIOS and UEFI: grml's, Ubuntu's, Rescuezilla's, memtest86+'s. */
function grub(make: TreeMaker): void {
  make.grubImage("image/boot/grub/i386-pc/eltorito.img");
  make.copy("image/boot/grub/i386-pc/boot_hybrid.img", "/usr/lib/grub/i386-pc/boot_hybrid.img");
  make.files("image/boot/grub/grub.cfg", "image/boot/grub/loopback.cfg", "image/boot/grub/locale/de.mo");
  make.files("image/boot/grub/x86_64-efi/linux.mod", "image/boot/grub/theme/theme.txt", "image/conf/bootid.txt");
  make.efiVolume("image/boot/efi.img");
  make.copy("image/boot/esp.img", join(make.folder, "image/boot/efi.img"));
  make.copy("image/efi.img", join(make.folder, "image/boot/efi.img"));
  make.copy("efi.img", join(make.folder, "image/boot/efi.img"));
  make.copy("image/boot/grub/grub.eltorito.bootstrap.img", join(make.folder, "image/boot/grub/i386-pc/eltorito.img"));
  make.file("image/EFI/BOOT/BOOTx64.EFI", bytes(10_000));
  make.file("image/casper/filesystem.squashfs", bytes(200_000));
  make.file("image/casper/vmlinuz", bytes(9001));
  make.files("image/casper/filesystem.manifest", "image/.disk/cd_type", "image/README.diskdefines", "image/ubuntu");
  make.files("image/live/grml64-full/grml64-full.squashfs", "image/md5sum.txt");
  make.copy("image/boot/floppy.img", join(make.folder, "image/boot/efi.img"));
}

/** Store paths, and the list that NixOS makes of them. */
function nix(make: TreeMaker): void {
  const hash = "0c1v5kzl2hq7k4n1sx5m6v3q9r8d2w4j";
  make.file(`store/${hash}-linux-6.6.32/bzImage`, bytes(9001));
  make.files(`store/${hash}-nixos-system-nixos-24.05/init`, `store/${hash}-nixos-system-nixos-24.05/etc/NIXOS`);
  make.files(`store/${hash}-perl-5.38.2/lib/perl5/site_perl/5.38.2/x86_64-linux/auto/a=b/c.pm`, "version.txt");
  make.link(`store/${hash}-nixos-system-nixos-24.05/kernel`, `../${hash}-linux-6.6.32/bzImage`);
  make.isolinux("syslinux");
  make.efiVolume("efi.img");
  make.file("nix-store.squashfs", bytes(100_000));
  const names = [`${hash}-linux-6.6.32`, `${hash}-nixos-system-nixos-24.05`, `${hash}-perl-5.38.2`];
  const paths = [
    ...[
      "isolinux=syslinux",
      "boot/efi.img=efi.img",
      "version.txt=version.txt",
      "nix-store.squashfs=nix-store.squashfs",
    ],
    ...names.map((name) => `nix/store/${name}=store/${name}`),
  ];
  make.file("pathlist", `${paths.join("\n")}\n`);
}

/** What installers and clouds are told. */
function seeds(make: TreeMaker): void {
  make.files("seed/user-data", "seed/meta-data", "seed/network-config", "answer/answer.toml", "answer/first-boot.sh");
  make.files("drive/openstack/latest/meta_data.json", "drive/openstack/latest/vendor_data2.json");
  make.files("drive/openstack/2018-08-27/network_data.json", "drive/ec2/latest/meta-data.json");
  make.files("unattended/autounattend.xml", "unattended/ks.cfg");
  make.mode("seed", 0o775);
}

/** A disc of Windows, as it is unpacked. */
function windowsDisc(make: TreeMaker, disc: string): void {
  make.file(`${disc}/boot/etfsboot.com`, bytes(4096));
  make.files(`${disc}/boot/bcd`, `${disc}/boot/fonts/wgl4_boot.ttf`, `${disc}/bootmgr.efi`, `${disc}/autorun.inf`);
  make.file(`${disc}/bootmgr`, bytes(3000));
  make.efiVolume(`${disc}/efi/microsoft/boot/efisys.bin`);
  make.copy(
    `${disc}/efi/microsoft/boot/efisys_noprompt.bin`,
    join(make.folder, `${disc}/efi/microsoft/boot/efisys.bin`),
  );
  make.files(`${disc}/efi/microsoft/boot/cdboot.efi`, `${disc}/efi/boot/bootx64.efi`, `${disc}/support/logging/e.man`);
  make.file(`${disc}/sources/install.wim`, bytes(150_000));
  make.file(`${disc}/sources/boot.wim`, bytes(100_000));
  make.files(
    `${disc}/sources/$OEM$/$$/Panther/unattend.xml`,
    `${disc}/sources/dlmanifests/microsoft-windows-iis-rm/iis.man`,
  );
  make.files(`${disc}/sources/replacementmanifests/microsoft-windows-terminalservices-licenseserver-replacement.man`);
  make.files(`${disc}/setup.exe`, `${disc}/autounattend.xml`);
}

/** Two of them: genisoimage writes into boot images what they are told. */
function windows(make: TreeMaker): void {
  for (const disc of ["win", "unpack"]) windowsDisc(make, disc);
}

/** What leads through a film: as much of it as mkisofs looks at. DVD Specifications for Read-Only Disc, part 3, VI4.1. */
function filmInformation(kind: "VMG" | "VTS", lastSector: number): Uint8Array {
  const sectors = Buffer.alloc(2 * 2048);
  sectors.write(`DVDVIDEO-${kind}`, "latin1");
  sectors.writeUInt32BE(lastSector, 12);
  sectors.writeUInt32BE(1, 28);
  sectors.writeUInt32BE(sectors.length - 1, 128);
  if (kind === "VTS") {
    sectors.writeUInt32BE(2, 196);
    return sectors;
  }
  // One title set, whose table is in the second sector.
  sectors.writeUInt16BE(1, 62);
  sectors.writeUInt32BE(1, 196);
  Buffer.from("0001000000000013" + "3c01000100000101" + "00000004", "hex").copy(sectors, 2048);
  return sectors;
}

/** Games and films. */
function discs(make: TreeMaker): void {
  make.files("game/SYSTEM.CNF", "game/MELONDS.ELF", "game/BIOS7.BIN", "game/FIRMWARE.BIN");
  make.file("game/HEARTGOLD.NDS", bytes(100_000));
  for (const name of ["IFO", "BUP"]) {
    make.file(`dvd/VIDEO_TS/VIDEO_TS.${name}`, filmInformation("VMG", 3));
    make.file(`dvd/VIDEO_TS/VTS_01_0.${name}`, filmInformation("VTS", 7));
  }
  make.file("dvd/VIDEO_TS/VTS_01_1.VOB", bytes(4 * 2048));
  make.files("dvd/AUDIO_TS/AUDIO_PP.IFO", "cd_root/system.cnf", "cd_root/fight.exe", "cd_root/LOGO.tim");
}

/** The name of one of the trees. */
export type TreeName = "debianLive" | "arch" | "lorax" | "grub" | "nix" | "seeds" | "windows" | "discs";

const makers: Readonly<Record<TreeName, (make: TreeMaker) => void>> = {
  debianLive,
  arch,
  lorax,
  grub,
  nix,
  seeds,
  windows,
  discs,
};

/** Everything in a folder, itself included, has one time. */
function settle(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) settle(path);
    else lutimesSync(path, fileTime, fileTime);
  }
  lutimesSync(folder, fileTime, fileTime);
}

/** Makes all trees, each in a folder of its name. */
export function makeLinesTrees(folder: string): void {
  for (const [name, make] of Object.entries(makers)) {
    const own = join(folder, name);
    mkdirSync(own, { recursive: true });
    make(new TreeMaker(own));
    settle(own);
  }
}
