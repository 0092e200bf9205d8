/** Images that are rebuilt boot as before: xorriso finds the same set-up in them, and machines start from them. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import type { Warning } from "../../src/node.js";
import { compareImages, MemorySource, openImage, readBootSetUp, rebuildImage, verifyImage } from "../../src/node.js";
import { setUpOf } from "../support/boot-reports.js";
import {
  canMakeBootableImages,
  complaints,
  makersOfBootableImages,
  reported,
  xorrisoReport,
} from "../support/bootable-images.js";
import { hasRig, rigFolder } from "../support/rig.js";
import { requireTool, run, temporaryFolder } from "../support/tools.js";

for (const [name, make] of Object.entries(makersOfBootableImages)) {
  test(`${name}: rebuilt, it has the same boot set-up and the same files`, async (t) => {
    if (!canMakeBootableImages(t)) return;
    const path = make(t);
    const source = new MemorySource(readFileSync(path));
    const output = `${path}.rebuilt`;
    const warnings: Warning[] = [];
    await rebuildImage(source, {}, { output, onWarning: (warning) => void warnings.push(warning) });
    const report = xorrisoReport(output);
    t.deepEqual(setUpOf(report), setUpOf(xorrisoReport(path)));
    const rebuilt = new MemorySource(readFileSync(output));
    const { findings } = await verifyImage(rebuilt);
    t.deepEqual(findings, []);
    const added = complaints(output).filter((line) => !complaints(path).includes(line) && !/gap between/.test(line));
    t.deepEqual(added, [], "sgdisk and fdisk find nothing new");
    const changed: string[] = [];
    for await (const { path: where } of compareImages(await openImage(source), await openImage(rebuilt))) {
      changed.push(where);
    }
    // Those that hold addresses.
    const moved = new Set(["/boot.cat", "/boot.catalog", "/isolinux.bin", "/grub.img"]);
    t.deepEqual(
      changed.filter((where) => !moved.has(where.toLowerCase()) && !where.endsWith("/eltorito.img")),
      [],
    );
    const left = warnings.map(({ code, message }) => `${code} ${message}`).filter((line) => !/HFS\+/.test(line));
    if (!name.includes("appended partition")) t.deepEqual(left, []);
    const offsetOf = async (of: MemorySource): Promise<number> => (await readBootSetUp(of)).partitionOffset;
    t.is(await offsetOf(rebuilt), await offsetOf(source));
    t.deepEqual(reported(report, "Partition offset"), reported(xorrisoReport(path), "Partition offset"));
  });
}

// Nobody can install the rig.
if (hasRig) {
  test.serial("a rescue image with one file replaced boots in all six ways", async (t) => {
    if (!requireTool(t, "qemu-system-x86_64") || !requireTool(t, "grub-mkrescue")) return;
    const folder = temporaryFolder(t);
    const image = join(folder, "image.iso");
    mkdirSync(join(folder, "tree/boot/grub"), { recursive: true });
    const configuration = "serial --unit=0 --speed=115200\nterminal_output serial\ncat /marker\nhalt\n";
    writeFileSync(join(folder, "tree/boot/grub/grub.cfg"), configuration);
    writeFileSync(join(folder, "tree/marker"), "MARK-OLD\n");
    writeFileSync(join(folder, "marker"), "MARK-NEW\n");
    run("grub-mkrescue", ["-o", image, join(folder, "tree")]);
    const output = join(folder, "rebuilt.iso");
    const sources = [{ path: join(folder, "marker"), target: "/marker" }];
    await rebuildImage(new MemorySource(readFileSync(image)), { sources }, { output });
    for (const way of ["bios-cd", "bios-hd", "bios-usb", "uefi-cd", "uefi-hd", "uefi-usb"]) {
      const { status, stdout } = spawnSync(
        "bash",
        [join(rigFolder, "boot.sh"), "-m", "MARK-NEW", "-t", "120", way, output],
        { encoding: "utf8" },
      );
      t.is(status, 0, `${way}: ${stdout}`);
    }
    t.true(existsSync(output));
  });
}
