/** Bootable hybrid images still boot after sessions were added to them: from CD and from disk, with BIOS and UEFI. */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import { nodeFileAccess } from "../../src/host/node-file-access.js";
import { FileSource } from "../../src/medium/file-source.js";
import { appendTo, openImage, readSessions } from "../../src/node.js";
import { execute } from "../support/judges.js";
import { hasRig, rigFolder } from "../support/rig.js";
import { requireTool, run, skip, temporaryFolder } from "../support/tools.js";

const isolinux = "/usr/lib/ISOLINUX/isolinux.bin";
const isolinuxMbr = "/usr/lib/ISOLINUX/isohdpfx.bin";
const isolinuxModule = "/usr/lib/syslinux/modules/bios/ldlinux.c32";
const firmware = "/usr/share/OVMF/OVMF_CODE_4M.fd";

const boot = join(rigFolder, "boot.sh");

/** Whether everything is there that starts machines. */
function canBoot(t: ExecutionContext): boolean {
  if (!requireTool(t, "qemu-system-x86_64") || !requireTool(t, "xorriso")) return false;
  return existsSync(firmware) || skip(t, `${firmware} is missing: install ovmf`);
}

function boots(t: ExecutionContext, image: string, mark: string, ways: readonly string[]): void {
  for (const way of ways) {
    const { status, stdout } = spawnSync("bash", [boot, "-m", mark, "-t", "120", way, image], { encoding: "utf8" });
    t.is(status, 0, `${way}: ${stdout}`);
  }
}

/** Adds two sessions, which replace a file that the loader reads. */
async function grow(t: ExecutionContext, image: string, path: string, last: string): Promise<void> {
  const folder = temporaryFolder(t);
  for (const text of ["in between\n", last]) {
    writeFileSync(join(folder, "new"), text);
    await appendTo(image, { sources: [{ path: join(folder, "new"), target: path }] });
  }
}

async function contentsOf(image: string, path: string): Promise<string[]> {
  await using file = await nodeFileAccess.open(image, "read");
  const source = new FileSource(file, await file.size());
  const found: string[] = [];
  for (const { number } of await readSessions(source)) {
    const opened = await openImage(source, { session: number });
    found.push(Buffer.from(await opened.readFile(path)).toString());
  }
  return found;
}

// Nobody can install the rig.
if (hasRig) {
  test.serial("an image of GRUB for BIOS and UEFI, with GPT and APM", async (t) => {
    if (!canBoot(t) || !requireTool(t, "grub-mkrescue") || !requireTool(t, "sgdisk")) return;
    const folder = temporaryFolder(t);
    const image = join(folder, "image.iso");
    mkdirSync(join(folder, "tree/boot/grub"), { recursive: true });
    const configuration = "serial --unit=0 --speed=115200\nterminal_output serial\ncat /marker\nhalt\n";
    writeFileSync(join(folder, "tree/boot/grub/grub.cfg"), configuration);
    writeFileSync(join(folder, "tree/marker"), "MARK-OLD\n");
    run("grub-mkrescue", ["-o", image, join(folder, "tree")]);
    copyFileSync(image, `${image}.old`);
    await grow(t, image, "/marker", "MARK-NEW\n");
    boots(t, image, "MARK-NEW", ["bios-cd", "bios-hd", "uefi-cd", "uefi-hd"]);
    t.deepEqual(await contentsOf(image, "/marker"), ["MARK-OLD\n", "in between\n", "MARK-NEW\n"]);
    t.regex(execute("sgdisk", ["-v", image]).output.toString(), /No problems found/);
    const report = (path: string): string[] =>
      execute("xorriso", ["-indev", path, "-report_el_torito", "plain"])
        .output.toString()
        .split("\n")
        .filter((line) => /^El Torito (catalog|boot|img)/.test(line));
    t.deepEqual(report(image), report(`${image}.old`));
    t.true(report(image).length > 4);
  });

  test.serial("an isohybrid image of isolinux", async (t) => {
    if (!canBoot(t)) return;
    for (const needed of [isolinux, isolinuxMbr, isolinuxModule]) {
      if (existsSync(needed)) continue;
      skip(t, `${needed} is missing: install isolinux and syslinux-common`);
      return;
    }
    const folder = temporaryFolder(t);
    const image = join(folder, "image.iso");
    mkdirSync(join(folder, "tree/isolinux"), { recursive: true });
    copyFileSync(isolinux, join(folder, "tree/isolinux/isolinux.bin"));
    copyFileSync(isolinuxModule, join(folder, "tree/isolinux/ldlinux.c32"));
    const configuration = (label: string): string => `SERIAL 0 115200\nPROMPT 0\nDEFAULT ${label}\n`;
    writeFileSync(join(folder, "tree/isolinux/isolinux.cfg"), configuration("MARK-OLD"));
    run("xorriso", [
      ...["-as", "mkisofs", "-quiet", "-o", image, "-b", "isolinux/isolinux.bin", "-c", "isolinux/boot.cat"],
      ...["-no-emul-boot", "-boot-load-size", "4", "-boot-info-table", "-isohybrid-mbr", isolinuxMbr],
      join(folder, "tree"),
    ]);
    await grow(t, image, "/isolinux/isolinux.cfg", configuration("MARK-NEW"));
    // The kernel of that name is not there: it says so.
    boots(t, image, "MARK-NEW", ["bios-cd", "bios-hd"]);
  });
}
