import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExecutionContext } from "ava";

/** The Debian package of each program that tests call. */
const packages: Readonly<Record<string, string>> = {
  xorriso: "xorriso",
  genisoimage: "genisoimage",
  iconv: "libc-bin",
  isoinfo: "genisoimage",
  growisofs: "dvd+rw-tools",
  mkzftree: "genisoimage",
  implantisomd5: "isomd5sum",
  bsdtar: "libarchive-tools",
  "7zz": "7zip",
  xz: "xz-utils",
  mkudffs: "udftools",
  udfinfo: "udftools",
  "iso-info": "libcdio-utils",
  blkid: "util-linux",
  "grub-fstest": "grub-common",
  "grub-mkrescue": "grub-common",
  "grub-mkimage": "grub-common",
  mformat: "mtools",
  mcopy: "mtools",
  minfo: "mtools",
  "fsck.fat": "dosfstools",
  sgdisk: "gdisk",
  fdisk: "fdisk",
  gcc: "gcc libc6-dev",
  objdump: "binutils",
  getfacl: "acl",
  getfattr: "attr",
  dvdauthor: "dvdauthor",
  lsdvd: "lsdvd",
  bd_info: "libbluray-bin",
  bd_list_titles: "libbluray-bin",
  bd_splice: "libbluray-bin",
  packer: "packer",
  "qemu-system-x86_64": "qemu-system-x86",
  "qemu-img": "qemu-utils",
  "iscsi-ls": "libiscsi-bin",
  "iscsi-inq": "libiscsi-bin",
  "iscsi-test-cu": "libiscsi-bin",
  iscsistart: "open-iscsi",
  "dvd+rw-mediainfo": "dvd+rw-tools",
  "dvd+rw-format": "dvd+rw-tools",
  sg_start: "sg3-utils",
};

/** Whether nothing may be skipped. */
const mayNotSkip = process.env.DISCSMITH_NO_SKIP === "1";

/** Says why a test does nothing, or fails where nothing may be skipped. */
export function skip(t: ExecutionContext, reason: string): false {
  if (mayNotSkip) t.fail(reason);
  t.log(`skipped: ${reason}`);
  t.pass();
  return false;
}

/** Whether a program is there; if not, the test is skipped, or fails with DISCSMITH_NO_SKIP=1. */
export function requireTool(t: ExecutionContext, name: string): boolean {
  try {
    // Some of them are for the administrator, whose folders not everyone looks into.
    execFileSync("sh", ["-c", 'PATH=$PATH:/usr/sbin:/sbin; command -v "$0"', name], { stdio: "ignore" });
    return true;
  } catch {
    return skip(t, `${name} is missing: apt install ${packages[name] ?? name}`);
  }
}

/** Runs a program; returns its standard output as bytes. */
export function run(name: string, args: readonly string[], options: { cwd?: string } = {}): Buffer {
  const path = `${process.env.PATH ?? ""}:/usr/sbin:/sbin`;
  const environment = { ...process.env, PATH: path, TZ: "UTC", LC_ALL: "C.UTF-8" };
  return execFileSync(name, args, {
    ...options,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 256 * 1024 * 1024,
  });
}

/** A folder that is removed when the test has ended. */
export function temporaryFolder(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), "discsmith-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
