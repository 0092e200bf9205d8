/** Images that are made to boot by name: machines start from them, as discs and as disks, with boot code of our own. */
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import { ownBootCode } from "../../src/fs/boot/own-boot-code.js";
import type { BootPreset } from "../../src/node.js";
import { buildImage, MemorySource, readBootSetUp, verifyImage } from "../../src/node.js";
import { complaints, reported, xorrisoReport } from "../support/bootable-images.js";
import { hasRig, rigFolder } from "../support/rig.js";
import { requireTool, run, skip, temporaryFolder } from "../support/tools.js";

const isolinux = "/usr/lib/ISOLINUX/isolinux.bin";
const isolinuxModule = "/usr/lib/syslinux/modules/bios/ldlinux.c32";

test("our own boot code is what its source gives", (t) => {
  if (!requireTool(t, "as") || !requireTool(t, "ld") || process.arch !== "x64") return;
  const target = join(temporaryFolder(t), "own-boot-code.ts");
  execFileSync("node", ["scripts/boot-code.mjs", target]);
  t.is(readFileSync(target, "utf8"), readFileSync("src/fs/boot/own-boot-code.ts", "utf8"));
  for (const loader of ["isolinux", "grub2"] as const) t.is(ownBootCode(loader).length, 432);
});

function boots(t: ExecutionContext, image: string, ways: readonly string[]): void {
  for (const way of ways) {
    const words = [join(rigFolder, "boot.sh"), "-m", "MARK-NEW", "-t", "120", way, image];
    const { status, stdout } = spawnSync("bash", words, { encoding: "utf8" });
    t.is(status, 0, `${way}: ${stdout}`);
  }
}

async function build(t: ExecutionContext, tree: string, bootPreset: BootPreset, udf = false): Promise<string> {
  const output = join(temporaryFolder(t), "image.iso");
  const fileSystems = ["iso", "rockridge", "joliet", ...(udf ? ["udf" as const] : [])] as const;
  await buildImage([tree], { output, bootPreset, fileSystems });
  const source = new MemorySource(readFileSync(output));
  t.deepEqual((await verifyImage(source)).findings, []);
  const { entries } = await readBootSetUp(source, { strict: true });
  t.true(entries.length > 0);
  return output;
}

// Nobody can install the rig.
if (hasRig) {
  test.serial("isolinux, with boot code of our own", async (t) => {
    if (!requireTool(t, "qemu-system-x86_64")) return;
    if (!existsSync(isolinuxModule)) return void skip(t, `${isolinuxModule} is missing: install syslinux-common`);
    const tree = join(temporaryFolder(t), "tree");
    mkdirSync(join(tree, "isolinux"), { recursive: true });
    copyFileSync(isolinux, join(tree, "isolinux/isolinux.bin"));
    copyFileSync(isolinuxModule, join(tree, "isolinux/ldlinux.c32"));
    writeFileSync(join(tree, "isolinux/isolinux.cfg"), "SERIAL 0 115200\nPROMPT 0\nDEFAULT MARK-NEW\n");
    const image = await build(t, tree, { auto: true, hybrid: true }, true);
    boots(t, image, ["bios-cd", "bios-hd", "bios-usb"]);
  });

  test.serial("GRUB for BIOS and UEFI, with boot code of our own", async (t) => {
    if (!requireTool(t, "qemu-system-x86_64") || !requireTool(t, "grub-mkrescue")) return;
    if (!requireTool(t, "sgdisk") || !requireTool(t, "xorriso")) return;
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, "source/boot/grub"), { recursive: true });
    const configuration = "serial --unit=0 --speed=115200\nterminal_output serial\ncat /marker\nhalt\n";
    writeFileSync(join(folder, "source/boot/grub/grub.cfg"), configuration);
    writeFileSync(join(folder, "source/marker"), "MARK-NEW\n");
    run("grub-mkrescue", ["-o", join(folder, "rescue.iso"), join(folder, "source")]);
    const tree = join(folder, "tree");
    run("xorriso", ["-osirrox", "on", "-indev", join(folder, "rescue.iso"), "-extract", "/", tree]);
    const image = await build(t, tree, { auto: true, hybrid: true });
    const gaps = /gap between|but is unusual|helpful in some exotic/;
    const said = complaints(image).filter((line) => !gaps.test(line));
    t.is(said.length, 1, said.join("\n"));
    t.regex(said[0]!, /^No problems found/);
    boots(t, image, ["bios-cd", "bios-hd", "uefi-cd", "uefi-hd"]);
    const offset = await build(t, tree, { auto: true, hybrid: true, partitionOffset: 16 });
    const saidOfOffset = complaints(offset).filter((line) => !gaps.test(line));
    t.deepEqual(saidOfOffset, said);
    t.deepEqual(reported(xorrisoReport(offset), "Partition offset"), ["16"]);
    boots(t, offset, ["bios-hd", "uefi-hd"]);
  });

  test.serial("systemd-boot, whose volume is made of the tree", async (t) => {
    const systemdBoot = "/usr/lib/systemd/boot/efi/systemd-bootx64.efi";
    if (!requireTool(t, "qemu-system-x86_64") || !requireTool(t, "grub-mkimage")) return;
    if (!existsSync(systemdBoot)) return void skip(t, `${systemdBoot} is missing: install systemd-boot-efi`);
    const folder = temporaryFolder(t);
    const tree = join(folder, "tree");
    for (const path of ["EFI/BOOT", "loader/entries", "live"]) mkdirSync(join(tree, path), { recursive: true });
    copyFileSync(systemdBoot, join(tree, "EFI/BOOT/BOOTX64.EFI"));
    writeFileSync(join(tree, "loader/loader.conf"), "timeout 0\ndefault live.conf\n");
    writeFileSync(join(tree, "loader/entries/live.conf"), "title Live\nefi /live/program.efi\n");
    writeFileSync(
      join(folder, "grub.cfg"),
      "serial --unit=0 --speed=115200\nterminal_output serial\necho MARK-NEW\nhalt\n",
    );
    const program = join(tree, "live/program.efi");
    const modules = ["serial", "terminal", "echo", "halt"];
    run("grub-mkimage", ["-O", "x86_64-efi", "-p", "/", "-c", join(folder, "grub.cfg"), "-o", program, ...modules]);
    const image = await build(t, tree, { auto: true, hybrid: true });
    const gaps = /gap between|but is unusual|helpful in some exotic/;
    const said = complaints(image).filter((line) => !gaps.test(line));
    t.is(said.length, 1, said.join("\n"));
    boots(t, image, ["uefi-cd", "uefi-hd"]);
  });
}
