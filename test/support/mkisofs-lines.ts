/**
 * Command lines of build scripts, as they stand there but for what variables stand for: "OUT" is the image. Each is run in
 * the folder of its tree.
 */
import type { TreeName } from "./mkisofs-trees.js";

const isohybridMbr = "/usr/lib/ISOLINUX/isohdpfx.bin";
const grubMbr = "/usr/lib/grub/i386-pc/boot_hybrid.img";

/** A command line, and where it is from. */
export interface MkisofsLine {
  readonly program: "genisoimage" | "xorrisofs";
  /** Project, and file in it. */
  readonly source: string;
  readonly tree: TreeName;
  readonly line: string;
  /** Run in this folder of the tree. */
  readonly folder?: string;
}

/** By who builds what with them. */
export const mkisofsLines: Readonly<Record<string, MkisofsLine>> = {
  "Debian live-build": {
    program: "xorrisofs",
    source: "ParrotSec/live-build, scripts/build/binary_iso",
    tree: "debianLive",
    line: `-R -r -J -joliet-long -l -cache-inodes -iso-level 3 -isohybrid-mbr ${isohybridMbr} -partition_offset 16 -A 'Debian Live' -p 'live-build 20230502; https://salsa.debian.org/live-team/live-build' -publisher 'Debian Live project; https://wiki.debian.org/DebianLive' -V 'Debian bookworm 20240203-04:05' --modification-date=2024020304050600 -b isolinux/isolinux.bin -c isolinux/boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table -eltorito-alt-boot --efi-boot boot/grub/efi.img -append_partition 2 0x01 binary/boot/grub/efi.img -o OUT binary`,
  },
  "Debian live-build of 2010": {
    program: "genisoimage",
    source: "debian-live/live-build, scripts/build/binary_iso",
    tree: "debianLive",
    line: `-J -l -cache-inodes -allow-multidot -quiet -A 'Debian Live' -p 'live-build 2.0.12; http://packages.qa.debian.org/live-build' -publisher 'Debian Live project; http://live.debian.net/' -V 'Debian squeeze 20100102-03:04' -no-emul-boot -boot-load-size 4 -boot-info-table -r -b isolinux/isolinux.bin -c isolinux/boot.cat -o OUT binary`,
  },
  "debian-cd": {
    program: "xorrisofs",
    source: "debian-cd's .disk/mkisofs in AlmarBlock/Folding-at-RHS, simple-cdd/build.sh; tools/boot/bookworm/boot-x86",
    tree: "debianLive",
    line: `-r -checksum_algorithm_iso sha256,sha512 -V 'Debian 12 amd64 1' -o OUT -J -joliet-long -cache-inodes -isohybrid-mbr ${isohybridMbr} -b isolinux/isolinux.bin -c isolinux/boot.cat -boot-load-size 4 -boot-info-table -no-emul-boot -eltorito-alt-boot -e boot/grub/efi.img -no-emul-boot -isohybrid-gpt-basdat -isohybrid-apm-hfsplus binary`,
  },
  "lorax for x86": {
    program: "xorrisofs",
    source: "weldr/lorax, share/templates.d/99-generic/live/x86.tmpl",
    tree: "lorax",
    line: `-o OUT -R -J -V 'Fedora-S-dvd-x86_64-41' --grub2-mbr ${grubMbr} -partition_offset 16 -appended_part_as_gpt -append_partition 2 C12A7328-F81F-11D2-BA4B-00A0C93EC93B out/images/efiboot.img -iso_mbr_part_type EBD0A0A2-B9E5-4433-87C0-68B6B72699C7 -c boot.cat --boot-catalog-hide -b images/eltorito.img -no-emul-boot -boot-load-size 4 -boot-info-table --grub2-boot-info -eltorito-alt-boot -e '--interval:appended_partition_2:all::' -no-emul-boot -graft-points images/pxeboot=out/images/pxeboot LiveOS=out/LiveOS EULA=out/EULA LICENSE=out/LICENSE boot/grub2=out/boot/grub2 boot/grub2/i386-pc=in/i386-pc images/eltorito.img=out/images/eltorito.img EFI/BOOT=out/EFI/BOOT`,
  },
  "lorax for aarch64": {
    program: "xorrisofs",
    source: "weldr/lorax, share/templates.d/99-generic/aarch64.tmpl",
    tree: "lorax",
    line: "-iso-level 3 -o OUT -eltorito-alt-boot -e images/efiboot.img -no-emul-boot -R -J -V 'Fedora-S-dvd-aarch64-41' -graft-points .discinfo=out/.discinfo images/pxeboot=out/images/pxeboot images/install.img=out/images/install.img EFI/BOOT=out/EFI/BOOT images/efiboot.img=out/images/efiboot.img EULA=out/EULA",
  },
  "lorax for ppc64le": {
    program: "xorrisofs",
    source: "weldr/lorax, share/templates.d/99-generic/live/ppc64le.tmpl",
    tree: "lorax",
    line: "-v -U -J -R -iso-level 3 -o OUT -r -l -sysid PPC -A 'Fedora 41' -V 'Fedora-S-dvd-ppc64le-41' -volset 41 -volset-size 1 -volset-seqno 1 -chrp-boot -graft-points ppc=out/ppc boot/grub=out/boot/grub LiveOS=out/LiveOS",
  },
  "archiso, for BIOS and UEFI": {
    program: "xorrisofs",
    source: "archlinux/archiso 52bf735, archiso/mkarchiso",
    tree: "arch",
    line: "-iso-level 3 -full-iso9660-filenames -joliet -joliet-long -rational-rock -volid ARCH_202602 -appid 'Arch Linux Live/Rescue DVD' -publisher 'Arch Linux <https://archlinux.org>' -preparer 'prepared by mkarchiso' -eltorito-boot boot/syslinux/isolinux.bin -eltorito-catalog boot/syslinux/boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table -isohybrid-mbr iso/boot/syslinux/isohdpfx.bin --mbr-force-bootable -partition_offset 16 -append_partition 2 C12A7328-F81F-11D2-BA4B-00A0C93EC93B efiboot.img -isohybrid-gpt-basdat -eltorito-alt-boot -e --interval:appended_partition_2:all:: -no-emul-boot -no-pad -output OUT iso/",
  },
  "archiso, for UEFI": {
    program: "xorrisofs",
    source: "archlinux/archiso 52bf735, archiso/mkarchiso",
    tree: "arch",
    line: "-iso-level 3 -full-iso9660-filenames -joliet -joliet-long -rational-rock -volid ARCH_202602 -appid 'Arch Linux Live/Rescue DVD' -publisher 'Arch Linux <https://archlinux.org>' -preparer 'prepared by mkarchiso' -partition_offset 16 -append_partition 2 C12A7328-F81F-11D2-BA4B-00A0C93EC93B efiboot.img -appended_part_as_gpt -eltorito-alt-boot -e --interval:appended_partition_2:all:: -no-emul-boot -eltorito-catalog EFI/boot.cat -output OUT iso/",
  },
  "grml-live": {
    program: "xorrisofs",
    source: "grml/grml-live 16b656f2, usr/lib/grml-live/grml_live/minifai.py",
    tree: "grub",
    line: "-V 'grml64-full 2026.04' -publisher 'grml-live | grml.org' -l -r -J -b boot/grub/i386-pc/eltorito.img -no-emul-boot -boot-load-size 4 -boot-info-table --grub2-boot-info --grub2-mbr image/boot/grub/i386-pc/boot_hybrid.img -eltorito-alt-boot -e boot/efi.img -no-emul-boot -isohybrid-gpt-basdat -o OUT image/",
  },
  NixOS: {
    program: "xorrisofs",
    source: "NixOS/nixpkgs, nixos/lib/make-iso9660-image.sh",
    tree: "nix",
    line: `-iso-level 3 -volid nixos-24.05-x86_64 -appid nixos -publisher nixos -graft-points -full-iso9660-filenames -joliet -eltorito-boot isolinux/isolinux.bin -eltorito-catalog .boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table --sort-weight 1 /isolinux -isohybrid-mbr ${isohybridMbr} -eltorito-alt-boot -e boot/efi.img -no-emul-boot -isohybrid-gpt-basdat -r -path-list pathlist --sort-weight 0 / -output OUT`,
  },
  Alpine: {
    program: "xorrisofs",
    source: "alpinelinux/aports, scripts/mkimg.base.sh",
    tree: "arch",
    line: "-quiet -output OUT -full-iso9660-filenames -joliet -rational-rock -sysid LINUX -volid 'alpine-std 3.21.0 x86_64' -isohybrid-mbr iso/boot/syslinux/isohdpfx.bin -eltorito-boot boot/syslinux/isolinux.bin -eltorito-catalog boot/syslinux/boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table -follow-links iso",
  },
  Void: {
    program: "xorrisofs",
    source: "void-linux/void-mklive 90028e0, mklive.sh",
    tree: "debianLive",
    line: `-iso-level 3 -rock -joliet -joliet-long -max-iso9660-filenames -omit-period -omit-version-number -relaxed-filenames -allow-lowercase -volid VOID_LIVE -isohybrid-mbr ${isohybridMbr} -eltorito-boot isolinux/isolinux.bin -eltorito-catalog isolinux/boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table -eltorito-alt-boot -e boot/grub/efi.img -no-emul-boot -isohybrid-gpt-basdat -isohybrid-apm-hfsplus -output OUT binary`,
  },
  Clonezilla: {
    program: "genisoimage",
    source: "stevenshiau/clonezilla, sbin/ocs-iso",
    tree: "debianLive",
    line: "-A 'Clonezilla live CD' -V clonezilla-live-20240203 -publisher 'DRBL/Clonezilla http://drbl.org http://clonezilla.org' -f -r -hide-rr-moved -hide-joliet-trans-tbl -J -l -b isolinux/isolinux.bin -c isolinux/boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table -x binary/sha256sum.txt -x binary/lost+found -eltorito-alt-boot -efi-boot EFI/images/efiboot.img -no-emul-boot -graft-points -o OUT /isolinux/=binary/isolinux/ /live/=binary/live/ /EFI/=binary/EFI /EFI/images/efiboot.img=efiboot.img /.disk/=binary/.disk /boot/=binary/boot/",
  },
  Rescuezilla: {
    program: "xorrisofs",
    source: "rescuezilla/rescuezilla, src/scripts/build.sh",
    tree: "grub",
    line: `--output OUT --volid 'Rescuezilla' -rational-rock -joliet -full-iso9660-filenames --grub2-mbr ${grubMbr} -eltorito-boot boot/grub/grub.eltorito.bootstrap.img --grub2-boot-info -no-emul-boot -eltorito-catalog boot/boot.cat -boot-load-size 4 -boot-info-table --efi-boot 'boot/esp.img' -efi-boot-part --efi-boot-image 'image/'`,
  },
  "memtest86+": {
    program: "xorrisofs",
    source: "memtest86plus/memtest86plus, build64/Makefile",
    tree: "grub",
    line: `-pad -R -J -volid PCMemTest64 -graft-points -hide-rr-moved --grub2-mbr ${grubMbr} -b /boot/floppy.img --efi-boot --interval:appended_partition_2:all:: -part_like_isohybrid -iso_mbr_part_type 0x00 -append_partition 2 0xef ./efi.img -o OUT /boot=./image/boot /EFI=./image/EFI`,
  },
  "unattended Ubuntu of 2020": {
    program: "genisoimage",
    source: "utrescu/ubuntu-sense-mans, crear-cd.sh",
    tree: "debianLive",
    line: "-D -r -V 'ATTENDLESS_UBUNTU' -cache-inodes -J -l -b isolinux/isolinux.bin -c isolinux/boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table -o OUT binary",
  },
  "unattended Ubuntu of 2024": {
    program: "xorrisofs",
    source: "Nakao2k/automate, ubuntuAutomate/ubuntu_24.04/sh3makeUbuntuIso.sh",
    tree: "grub",
    folder: "image",
    line: `-r -V 'Ubuntu 24 LTS AUTO (EFIBIOS)' -o OUT --grub2-mbr ${grubMbr} -partition_offset 16 --mbr-force-bootable -append_partition 2 28732ac11ff8d211ba4b00a0c93ec93b ../efi.img -appended_part_as_gpt -iso_mbr_part_type a2a0d0ebe5b9334487c068b6b72699c7 -c '/boot.catalog' -b '/boot/grub/i386-pc/eltorito.img' -no-emul-boot -boot-load-size 4 -boot-info-table --grub2-boot-info -eltorito-alt-boot -e '--interval:appended_partition_2:::' -no-emul-boot .`,
  },
  "Ubuntu, as xorriso reports it": {
    program: "xorrisofs",
    source: "joe-speedboat/iso.remaster, _archive/ubuntu22.04.4_old/03_remaster.sh",
    tree: "grub",
    folder: "image",
    line: `-r -o OUT -V 'Ubuntu-Server 22.04.4 LTS amd64' --modification-date=2024020304050600 --grub2-mbr --interval:local_fs:0s-15s:zero_mbrpt,zero_gpt:SOURCE --protective-msdos-label -partition_cyl_align off -partition_offset 16 --mbr-force-bootable -append_partition 2 0xef --interval:local_fs:FIRSTd-LASTd::SOURCE -part_like_isohybrid -c '/boot.catalog' -b '/boot/grub/i386-pc/eltorito.img' -no-emul-boot -boot-load-size 4 -boot-info-table --grub2-boot-info -eltorito-alt-boot -e '--interval:appended_partition_2_start_1024860s_size_2880d:all::' -no-emul-boot -boot-load-size 2880 -isohybrid-gpt-basdat -no-pad .`,
  },
  "GXDE for loong64": {
    program: "xorrisofs",
    source: "GXDE-OS/gxde-iso-builder-live, iso-template/loong64-build.sh",
    tree: "debianLive",
    line: `-R -r -J -joliet-long -l -cache-inodes -iso-level 3 -A "GXDE" -V "GXDE" -partition_offset 16 -append_partition '2' '0xef' binary/boot/grub/efi.img -appended_part_as_gpt -eltorito-catalog boot.catalog -eltorito-alt-boot -e --interval:appended_partition_2:all:: -e boot/grub/efi.img -no-emul-boot -isohybrid-gpt-basdat -isohybrid-apm-hfsplus -o OUT binary`,
  },
  "GXDE for arm64": {
    program: "genisoimage",
    source: "samwhelp/gxde-iso-builder-remix, iso-template/loong64-build.sh",
    tree: "debianLive",
    line: '-e boot/grub/efi.img -no-emul-boot -R -J -T -c boot.catalog -hide boot.catalog -V "GXDE" -o OUT binary/',
  },
  "Gentoo's catalyst": {
    program: "genisoimage",
    source: "gentoo/catalyst, targets/support/create-iso.sh",
    tree: "debianLive",
    line: '-J -R -l -V "Gentoo Linux - AMD64" -o OUT -b isolinux/isolinux.bin -c isolinux/boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table binary',
  },
  "kernels with Limine": {
    program: "xorrisofs",
    source: "tomlin7/BILL, build.sh",
    tree: "windows",
    line: "-b boot/etfsboot.com -no-emul-boot -boot-load-size 4 -boot-info-table --efi-boot efi/microsoft/boot/efisys.bin -efi-boot-part --efi-boot-image --protective-msdos-label win -o OUT",
  },
  "seed of cloud-init": {
    program: "genisoimage",
    source: "canonical/cloud-utils, bin/cloud-localds",
    tree: "seeds",
    line: "-output OUT -volid cidata -joliet -rock seed/user-data seed/meta-data",
  },
  "virt-install": {
    program: "xorrisofs",
    source: "virt-manager/virt-manager, virtinst/install/installerinject.py",
    tree: "seeds",
    line: "-o OUT -J -input-charset utf8 -rational-rock -V cidata seed",
  },
  "virt-install, where genisoimage is": {
    program: "genisoimage",
    source: "virt-manager/virt-manager, virtinst/install/installerinject.py",
    tree: "seeds",
    line: "-o OUT -J -input-charset utf8 -rational-rock unattended",
  },
  "Packer, answers for Proxmox": {
    program: "xorrisofs",
    source: "hashicorp/packer-plugin-sdk, multistep/commonsteps/step_create_cdrom.go",
    tree: "seeds",
    line: "-rock -joliet -volid proxmox-ais -output OUT answer",
  },
  "Packer, where mkisofs is": {
    program: "genisoimage",
    source: "hashicorp/packer-plugin-sdk, multistep/commonsteps/step_create_cdrom.go",
    tree: "seeds",
    line: "-joliet -volid packer -o OUT unattended",
  },
  "config drive of OpenStack": {
    program: "genisoimage",
    source: "openstack/nova, nova/virt/configdrive.py",
    tree: "seeds",
    line: "-o OUT -ldots -allow-lowercase -allow-multidot -l -publisher 'OpenStack Nova 28.0.0' -quiet -J -r -V config-2 drive",
  },
  "Windows in a container": {
    program: "genisoimage",
    source: "dockur/windows, src/install.sh",
    tree: "windows",
    line: "-b boot/etfsboot.com -no-emul-boot -c BOOT.CAT -iso-level 4 -J -l -D -N -joliet-long -relaxed-filenames -v -V win11x64 -udf -boot-info-table -eltorito-alt-boot -eltorito-boot efi/microsoft/boot/efisys_noprompt.bin -no-emul-boot -o OUT -allow-limited-size unpack",
  },
  "Windows 10 with additions": {
    program: "genisoimage",
    source: "a script that repacks Windows 10 with SPICE's tools",
    tree: "windows",
    line: "-b boot/etfsboot.com -no-emul-boot -boot-load-size 8 -iso-level 3 -udf -joliet -D -N -relaxed-filenames -o OUT -V win_10_pro_x64_vl -allow-limited-size win",
  },
  "Windows 11, unattended": {
    program: "genisoimage",
    source: "a script that makes an unattended Windows 11 with virtio's drivers",
    tree: "windows",
    line: "-allow-limited-size -V win11 -no-emul-boot -b boot/etfsboot.com -boot-load-seg 0x07C0 -boot-load-size 8 -iso-level 2 -udf -joliet -D -N -relaxed-filenames -o OUT win",
  },
  "PlayStation 2": {
    program: "genisoimage",
    source: "a homebrew emulator's tools/make_hybrid_iso.sh",
    tree: "discs",
    line: "-o OUT -V HGPS2_HYBRID -sysid PLAYSTATION -iso-level 1 game",
  },
  PlayStation: {
    program: "genisoimage",
    source: "a game's Makefile for psxsdk",
    tree: "discs",
    line: "-o OUT -V FIGHT -sysid PLAYSTATION cd_root",
  },
  "DVD-Video": {
    program: "genisoimage",
    source: "shweppsie/scripts, 2dvd/convert.sh",
    tree: "discs",
    line: "-o OUT -dvd-video ./dvd",
  },
  "GNU GRUB": {
    program: "xorrisofs",
    source: "GNU GRUB 2.06, grub-mkrescue, as it calls xorriso without -hfsplus",
    tree: "grub",
    line: `-graft-points -b boot/grub/i386-pc/eltorito.img -no-emul-boot -boot-load-size 4 -boot-info-table --grub2-boot-info --grub2-mbr ${grubMbr} --efi-boot efi.img -efi-boot-part --efi-boot-image --protective-msdos-label -o OUT -r image --sort-weight 0 / --sort-weight 1 /boot`,
  },
};

/** A command line of oscdimg, of which there is no program here to compare with. */
export interface OscdimgLine {
  readonly source: string;
  /** With "\\" for what is in the folder that the script names; the paths of the host are of this one. */
  readonly line: string;
  /** What Microsoft's documentation says that it asks for. */
  readonly asks: {
    readonly volume: string;
    /** Whether all files are in UDF alone, and ISO 9660 has a note. */
    readonly isUdfAlone: boolean;
    readonly fileSystems: readonly string[];
    /** Platforms of the boot catalog, with the sectors that are loaded; `null` for as many as the image has. */
    readonly boot: readonly (readonly [platform: string, file: string])[];
  };
}

const bothWays = [
  ["x86", "boot/etfsboot.com"],
  ["uefi", "efi/microsoft/boot/efisys.bin"],
] as const;

/** Run in the folder of the tree "windows". */
export const oscdimgLines: Readonly<Record<string, OscdimgLine>> = {
  "Windows 11": {
    source: "jieny/solutions, _Documents/Attachment/OS.11/23H2/Expand/ISO.ps1",
    line: '-m -o -u2 -udfver102 -l"OS_11" -bootdata:2#p0,e,b"win/boot/etfsboot.com"#pEF,e,b"win/efi/microsoft/boot/efisys.bin" win OUT',
    asks: { volume: "OS_11", isUdfAlone: true, fileSystems: ["iso", "udf"], boot: bothWays },
  },
  "Windows 11, options last": {
    source: "a script that packs Win11_22H2_English_x64v1",
    line: '-bootdata:2#p0,e,b"win/boot/etfsboot.com"#pEF,e,b"win/efi/microsoft/boot/efisys.bin" win OUT -lCCCOMA_X64FRE_EN-US_DV9 -o -h -m -u2 -udfver102',
    asks: { volume: "CCCOMA_X64FRE_EN-US_DV9", isUdfAlone: true, fileSystems: ["iso", "udf"], boot: bothWays },
  },
  "without a question at the start": {
    source: "a script that packs Windows 11 24H2 for UEFI",
    line: '-m -o -u2 -udfver102 -lWIN11_24H2_NOPROMPT_AUTOUNATTEND -bootdata:1#pEF,e,b"win/efi/microsoft/boot/efisys_noprompt.bin" win OUT',
    asks: {
      volume: "WIN11_24H2_NOPROMPT_AUTOUNATTEND",
      isUdfAlone: true,
      fileSystems: ["iso", "udf"],
      boot: [["uefi", "efi/microsoft/boot/efisys_noprompt.bin"]],
    },
  },
  Packer: {
    source: "hashicorp/packer-plugin-sdk, multistep/commonsteps/step_create_cdrom.go",
    line: "-j1 -o -m -lpacker win OUT",
    asks: { volume: "packer", isUdfAlone: false, fileSystems: ["joliet", "iso"], boot: [] },
  },
};

/** Sectors of the partition that a line takes out of another image. */
export interface SourceImage {
  readonly path: string;
  readonly firstSector: number;
  readonly lastSector: number;
}

/** The words of a command line; quotes keep words together. */
export function wordsOf({ line }: Pick<MkisofsLine, "line">, image: string, source?: SourceImage): string[] {
  const words = line.match(/'[^']*'|"[^"]*"|\S+/g) ?? [];
  const filled = (word: string): string =>
    word
      .replace("SOURCE", source?.path ?? "SOURCE")
      .replace("FIRSTd-LASTd", `${source?.firstSector}d-${source?.lastSector}d`);
  return words.map((word) => (word === "OUT" ? image : filled(word.replaceAll(/['"]/g, ""))));
}
