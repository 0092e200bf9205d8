/**
 * Command lines of build scripts, as they are but for names: "OUT" is the image. They are run in a folder that holds
 * `tree`, and the other files of {@link makeLinesTree}.
 */
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "./tools.js";

const isohybridMbr = "/usr/lib/ISOLINUX/isohdpfx.bin";
const grubMbr = "/usr/lib/grub/i386-pc/boot_hybrid.img";
const byIsolinux = "-b isolinux/isolinux.bin -c isolinux/boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table";
const byUefi = "-eltorito-alt-boot -e boot/grub/efi.img -no-emul-boot";
const byGrub = "-b boot/grub/i386-pc/eltorito.img -no-emul-boot -boot-load-size 4 -boot-info-table --grub2-boot-info";
const appendedUefi = "-eltorito-alt-boot -e --interval:appended_partition_2:all:: -no-emul-boot";
const efiGuid = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";

/** A command line, and the program it is of. */
export interface MkisofsLine {
  readonly program: "genisoimage" | "xorrisofs";
  readonly line: string;
  /** Run in this folder, not in the one above it. */
  readonly folder?: "tree";
}

/** By who builds what with them. */
export const mkisofsLines: Readonly<Record<string, MkisofsLine>> = {
  "Debian live-build": {
    program: "xorrisofs",
    line: `-R -r -J -joliet-long -l -cache-inodes -iso-level 3 -isohybrid-mbr ${isohybridMbr} -A 'Debian Live' -p 'live-build 20230502; https://salsa.debian.org/live-team/live-build' -publisher 'Debian Live project; https://wiki.debian.org/DebianLive' -V 'Debian bookworm' ${byIsolinux} ${byUefi} -isohybrid-gpt-basdat -isohybrid-apm-hfsplus -o OUT tree`,
  },
  "Debian wiki, RepackBootableISO": {
    program: "xorrisofs",
    line: `-r -V 'Debian 12.5.0 amd64 n' -o OUT -J -J -joliet-long -cache-inodes -isohybrid-mbr ${isohybridMbr} -b isolinux/isolinux.bin -c isolinux/boot.cat -boot-load-size 4 -boot-info-table -no-emul-boot ${byUefi} -isohybrid-gpt-basdat -isohybrid-apm-hfsplus tree`,
  },
  "lorax with isolinux": {
    program: "genisoimage",
    line: `-o OUT ${byIsolinux} -eltorito-alt-boot -e images/efiboot.img -no-emul-boot -R -J -V Fedora-S-dvd-x86_64-30 -T -graft-points isolinux=tree/isolinux images/efiboot.img=tree/boot/grub/efi.img LiveOS=tree/live .discinfo=tree/.disk/info`,
  },
  "lorax with GRUB 2": {
    program: "xorrisofs",
    line: `-o OUT -R -J -V Fedora-S-dvd-x86_64-38 --grub2-mbr ${grubMbr} -partition_offset 0 -appended_part_as_gpt -append_partition 2 ${efiGuid} tree/boot/grub/efi.img -iso_mbr_part_type EBD0A0A2-B9E5-4433-87C0-68B6B72699C7 -c boot.cat --boot-catalog-hide -b images/eltorito.img -no-emul-boot -boot-load-size 4 -boot-info-table --grub2-boot-info ${appendedUefi} -graft-points images/eltorito.img=tree/boot/grub/i386-pc/eltorito.img LiveOS=tree/live .discinfo=tree/.disk/info`,
  },
  "Red Hat's trees": {
    program: "genisoimage",
    folder: "tree",
    line: `-U -A 'RHEL_6.0 x86_64' -V 'RHEL_6.0 x86_64 Disc 1' -volset 'RHEL_6.0 x86_64' -J -joliet-long -r -v -T -x ./lost+found -o OUT ${byIsolinux} ${byUefi} .`,
  },
  "archiso of 2020": {
    program: "xorrisofs",
    line: `-iso-level 3 -full-iso9660-filenames -volid ARCH_202001 -appid 'Arch Linux Live/Rescue CD' -publisher 'Arch Linux <http://www.archlinux.org>' -preparer 'prepared by mkarchiso' -eltorito-boot isolinux/isolinux.bin -eltorito-catalog isolinux/boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table -isohybrid-mbr ${isohybridMbr} ${byUefi} -isohybrid-gpt-basdat -output OUT tree/`,
  },
  "archiso of 2021": {
    program: "xorrisofs",
    line: `-quiet -iso-level 3 -full-iso9660-filenames -joliet -joliet-long -rational-rock -volid ARCH_202107 -appid 'Arch Linux Live/Rescue CD' -publisher 'Arch Linux <https://archlinux.org>' -preparer 'prepared by mkarchiso' -isohybrid-mbr ${isohybridMbr} --mbr-force-bootable -append_partition 2 ${efiGuid} tree/boot/grub/efi.img -appended_part_as_gpt -eltorito-boot isolinux/isolinux.bin -eltorito-catalog isolinux/boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table ${appendedUefi} -output OUT tree/`,
  },
  "grml-live": {
    program: "xorrisofs",
    line: `-V 'grml64-full 2024.02' -publisher 'grml-live | grml.org' -l -r -J -joliet-long ${byIsolinux} ${byUefi} -isohybrid-mbr ${isohybridMbr} -o OUT tree`,
  },
  NixOS: {
    program: "xorrisofs",
    line: `-iso-level 3 -volid nixos-24.05-x86_64 -appid nixos -publisher nixos -graft-points -full-iso9660-filenames -joliet -b isolinux/isolinux.bin -c .boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table --sort-weight 1 /isolinux -isohybrid-mbr ${isohybridMbr} -eltorito-alt-boot -e boot/efi.img -no-emul-boot -isohybrid-gpt-basdat -r -path-list pathlist --sort-weight 0 / -output OUT`,
  },
  "answer file for Proxmox": { program: "genisoimage", line: "-quiet -r -J -V PROXMOX-AIS -o OUT tree/answer.toml" },
  "seed of cloud-init": {
    program: "genisoimage",
    line: "-output OUT -volid cidata -joliet -rock tree/user-data tree/meta-data",
  },
  "seed of cloud-init by Packer": {
    program: "xorrisofs",
    line: "-rock -joliet -volid cidata -output OUT seed",
  },
  "config drive of OpenStack": {
    program: "genisoimage",
    line: "-o OUT -ldots -allow-lowercase -allow-multidot -l -publisher 'OpenStack Compute 28.0' -quiet -J -r -V config-2 seed",
  },
  "unattended Ubuntu of 2020": {
    program: "genisoimage",
    folder: "tree",
    line: `-D -r -V ATTENDLESS_UBUNTU -cache-inodes -J -l ${byIsolinux} -o OUT .`,
  },
  "unattended Ubuntu of 2022": {
    program: "xorrisofs",
    line: `-r -V 'Ubuntu-Server 22.04.1' -o OUT --modification-date=2022080916200100 --grub2-mbr ${grubMbr} --protective-msdos-label -partition_offset 0 --mbr-force-bootable -append_partition 2 28732ac11ff8d211ba4b00a0c93ec93b tree/boot/grub/efi.img -appended_part_as_gpt -iso_mbr_part_type a2a0d0ebe5b9334487c068b6b72699c7 -c /boot.catalog -b /boot/grub/i386-pc/eltorito.img -no-emul-boot -boot-load-size 4 -boot-info-table --grub2-boot-info -eltorito-alt-boot -e '--interval:appended_partition_2:::' -no-emul-boot tree`,
  },
  "Windows, bootable": {
    program: "genisoimage",
    line: "-b boot/etfsboot.com -no-emul-boot -boot-load-seg 1984 -boot-load-size 8 -iso-level 2 -J -l -D -N -joliet-long -relaxed-filenames -V WINSP -o OUT windows",
  },
  "Windows, with UDF": {
    program: "genisoimage",
    line: "-b boot/etfsboot.com -no-emul-boot -boot-load-size 8 -hide boot.catalog -eltorito-alt-boot -e efi/microsoft/boot/efisys.bin -no-emul-boot -iso-level 3 -J -joliet-long -udf -allow-limited-size -V CCCOMA_X64FRE -o OUT windows",
  },
  "Windows, answer file": { program: "genisoimage", line: "-quiet -J -R -l -V OEMDRV -o OUT seed" },
  "PlayStation 2": {
    program: "genisoimage",
    line: "-o OUT -l -sysid PLAYSTATION -A PLAYSTATION -V GAME -publisher NOBODY game",
  },
  "DVD-Video by hand": { program: "genisoimage", line: "-udf -V MOVIE -o OUT video" },
  "grub-mkrescue": {
    program: "xorrisofs",
    line: `-graft-points ${byGrub} --grub2-mbr ${grubMbr} --efi-boot efi.img -efi-boot-part --efi-boot-image --protective-msdos-label -o OUT -r tree /efi.img=efi.img --sort-weight 0 / --sort-weight 1 /boot`,
  },
  "kernels with Limine": {
    program: "xorrisofs",
    line: "-b boot/etfsboot.com -no-emul-boot -boot-load-size 4 -boot-info-table --efi-boot efi/microsoft/boot/efisys.bin -efi-boot-part --efi-boot-image --protective-msdos-label --quiet windows -o OUT",
  },
  SystemRescueCd: {
    program: "xorrisofs",
    line: `-joliet -rock --modification-date=2026030412000000 -omit-version-number -disable-deep-relocation ${byIsolinux} ${byUefi} -volid RESCUE -o OUT tree`,
  },
  "live images for arm64": {
    program: "genisoimage",
    line: "-e boot/grub/efi.img -no-emul-boot -R -J -T -c boot.catalog -hide boot.catalog -V GXDE -o OUT tree",
  },
};

/** The words of a command line; quotes keep words together. */
export function wordsOf({ line }: MkisofsLine, image: string): string[] {
  const words = line.match(/'[^']*'|\S+/g) ?? [];
  return words.map((word) => (word === "OUT" ? image : word.replaceAll("'", "")));
}

/** Makes what the command lines take. */
export function makeLinesTree(folder: string): void {
  const file = (path: string, content: string | Uint8Array = `This is ${path}.\n`): void => {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_unused, index) => (index * 7) % 251);
  file("tree/live/filesystem.squashfs", bytes(300_000));
  file("tree/live/vmlinuz-6.1.0-18-amd64", bytes(9001));
  file("tree/.disk/info");
  file("tree/boot/grub/grub.cfg");
  file(
    "tree/boot/grub/i386-pc/eltorito.img",
    Buffer.concat([readFileSync("/usr/lib/grub/i386-pc/cdboot.img"), bytes(20_000)]),
  );
  run("mformat", ["-C", "-i", join(folder, "tree/boot/grub/efi.img"), "-f", "1440", "-N", "12345678", "::"]);
  mkdirSync(join(folder, "tree/isolinux"));
  copyFileSync("/usr/lib/ISOLINUX/isolinux.bin", join(folder, "tree/isolinux/isolinux.bin"));
  file("tree/isolinux/isolinux.cfg");
  file("tree/pool/main/a-long-name-of-a-package_1.2.3-4_all.deb");
  file("tree/lost+found/empty", "");
  for (const name of ["answer.toml", "user-data", "meta-data"]) file(`tree/${name}`);
  copyFileSync(join(folder, "tree/boot/grub/efi.img"), join(folder, "efi.img"));
  symlinkSync("live/vmlinuz-6.1.0-18-amd64", join(folder, "tree/vmlinuz"));
  file("pathlist", "boot/efi.img=tree/boot/grub/efi.img\nisolinux=tree/isolinux\nnix/store/a-b=tree/live\n");
  for (const name of ["user-data", "meta-data", "autounattend.xml", "openstack/latest/meta_data.json"])
    file(`seed/${name}`);
  file("windows/boot/etfsboot.com", bytes(4096));
  mkdirSync(join(folder, "windows/efi/microsoft/boot"), { recursive: true });
  copyFileSync(join(folder, "tree/boot/grub/efi.img"), join(folder, "windows/efi/microsoft/boot/efisys.bin"));
  file("windows/sources/install.wim", bytes(100_000));
  file("windows/setup.exe", bytes(5000));
  for (const name of ["SYSTEM.CNF", "SLUS_123.45", "DATA/LEVEL01.BIN", "DATA/MUSIC.VAG"]) file(`game/${name}`);
  for (const name of ["VIDEO_TS.IFO", "VIDEO_TS.BUP", "VTS_01_0.IFO", "VTS_01_1.VOB"]) file(`video/VIDEO_TS/${name}`);
  mkdirSync(join(folder, "video/AUDIO_TS"));
}
