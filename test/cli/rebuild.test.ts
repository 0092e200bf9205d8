import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import type { ExecutionContext } from "ava";
import test from "ava";
import { MemorySource, openImage } from "../../src/index.js";
import { execute } from "../support/judges.js";
import { requireTool } from "../support/tools.js";
import { NearShell as Shell } from "./support.js";

/** An image with three sessions: a large file, which the second takes away, and one more file each. */
async function made(t: ExecutionContext, ...options: string[]): Promise<Shell> {
  const shell = new Shell(t);
  shell.file("tree/large", Buffer.alloc(3_000_000, 7));
  shell.file("tree/sub/one.txt");
  shell.file("two.txt");
  shell.file("three.txt");
  const named = ["--publisher", "SOMEBODY", "--copyright-file", "COPY.TXT", "--volume", "Mine"];
  await shell.ok(t, "build", "tree", "-o", "x.iso", "--fs", "all", ...named, ...options);
  await shell.ok(t, "append", "x.iso", "two.txt", "--remove", "/large");
  await shell.ok(t, "append", "x.iso", "three.txt");
  return shell;
}

const sizeOf = (shell: Shell, name: string): number => statSync(shell.path(name)).size;

test.serial("the newest tree, compact; the source is not touched", async (t) => {
  const shell = await made(t);
  const before = readFileSync(shell.path("x.iso"));
  await shell.ok(t, "rebuild", "x.iso", "-o", "y.iso");
  t.deepEqual(await shell.list(t, "y.iso"), ["/sub", "/sub/one.txt", "/three.txt", "/two.txt"]);
  t.true(sizeOf(shell, "y.iso") < 2_000_000);
  t.true(readFileSync(shell.path("x.iso")).equals(before));
  const info = await shell.json<{ sessions: { startLba: number; fileSystems: string[] }[] }>(t, "info", "y.iso");
  t.deepEqual(
    info.sessions.map(({ startLba, fileSystems }) => [startLba, fileSystems.length]),
    [[0, 4]],
  );
  await shell.ok(t, "verify", "y.iso");
  t.is((await shell.run(["diff", "x.iso", "y.iso"])).code, 0);
});

test.serial("any session, changed as asked", async (t) => {
  const shell = await made(t);
  shell.file("new/three.txt");
  await shell.ok(t, "rebuild", "x.iso", "new", "/renamed=two.txt", "--session", "1", "-o", "y.iso");
  t.deepEqual(await shell.list(t, "y.iso"), ["/large", "/renamed", "/sub", "/sub/one.txt", "/three.txt"]);
  const words = [
    "--remove",
    "/sub",
    "--move",
    "/three.txt=/3",
    "--at",
    "/in",
    "--volume",
    "Other",
    "--fs",
    "iso,joliet",
  ];
  await shell.ok(t, "rebuild", "x.iso", "two.txt", ...words, "-o", "z.iso");
  t.deepEqual(await shell.list(t, "z.iso"), ["/3", "/in", "/in/two.txt", "/two.txt"]);
  const { volume } = await openImage(new MemorySource(readFileSync(shell.path("z.iso"))));
  t.is(volume.volumeName, "Other");
  t.is(volume.publisherIdentifier, "SOMEBODY");
});

test.serial("volume fields stay, as others read them", async (t) => {
  if (!requireTool(t, "isoinfo")) return;
  const shell = await made(t);
  await shell.ok(t, "rebuild", "x.iso", "-o", "y.iso");
  const { output } = execute("isoinfo", ["-d", "-i", shell.path("y.iso")]);
  t.regex(output.toString(), /Volume id: Mine\n/);
  t.regex(output.toString(), /Publisher id: SOMEBODY\n/);
  t.regex(output.toString(), /Copyright File id: COPY.TXT\n/);
});

test.serial("the new image in the place of the old one", async (t) => {
  const shell = await made(t);
  copyFileSync(shell.path("x.iso"), shell.path("old.iso"));
  t.like(await shell.fails(t, 1, "rebuild", "x.iso", "-o", "x.iso"), { code: "E_TARGET_EXISTS" });
  await shell.ok(t, "rebuild", "x.iso", "-o", "x.iso", "--force");
  t.true(sizeOf(shell, "x.iso") < sizeOf(shell, "old.iso") / 2);
  t.is((await shell.run(["diff", "old.iso", "x.iso"])).code, 0);
  t.deepEqual(
    readdirSync(shell.folder).filter((name) => name.endsWith(".part")),
    [],
  );
});

test.serial("of a disc, to standard output, and a dry run", async (t) => {
  const shell = new Shell(t);
  shell.file("tree/one.txt");
  await shell.ok(t, "create", "a.disc", "--media", "cd-r");
  await shell.ok(t, "write", "a.disc", "tree");
  await shell.ok(t, "append", "a.disc", "tree", "--at", "/again");
  const planned = await shell.json<{ files: number; image: null; bytes: number }>(t, "rebuild", "a.disc", "--dry-run");
  t.like(planned, { files: 2, image: null });
  const { bytes, code } = await shell.run(["rebuild", "a.disc", "-o", "-"]);
  t.is(code, 0);
  t.is(bytes.length, planned.bytes);
  writeFileSync(shell.path("y.iso"), bytes);
  t.deepEqual(await shell.list(t, "y.iso"), ["/again", "/again/one.txt", "/one.txt"]);
});

test.serial("what is refused leaves nothing", async (t) => {
  const shell = await made(t);
  t.like(await shell.fails(t, 2, "rebuild", "x.iso"), { code: "E_USAGE" });
  t.like(await shell.fails(t, 4, "rebuild", "none.iso", "-o", "y.iso"), { code: "E_NO_MEDIUM" });
  t.like(await shell.fails(t, 1, "rebuild", "x.iso", "--session", "9", "-o", "y.iso"), { code: "E_SESSION_NOT_FOUND" });
  t.like(await shell.fails(t, 1, "rebuild", "x.iso", "--remove", "/none", "-o", "y.iso"), { code: "E_ITEM_NOT_FOUND" });
  t.like(await shell.fails(t, 1, "rebuild", "x.iso", "none", "-o", "y.iso"), { code: "E_SOURCE_UNREADABLE" });
  writeFileSync(shell.path("no.iso"), Buffer.alloc(100_000, 1));
  t.like(await shell.fails(t, 3, "rebuild", "no.iso", "-o", "y.iso"), { code: "E_NO_FILE_SYSTEM" });
  await shell.ok(t, "create", "a.disc", "--media", "cd-r");
  t.like(await shell.fails(t, 4, "rebuild", "a.disc", "-o", "y.iso"), { code: "E_DISC_BLANK" });
  mkdirSync(shell.path("folder"));
  t.like(await shell.fails(t, 1, "rebuild", "x.iso", "-o", "folder"), { code: "E_TARGET_EXISTS" });
  t.like(await shell.fails(t, 1, "rebuild", "x.iso", "-o", "a.disc", "--force"), { code: "E_TARGET_EXISTS" });
  t.false(existsSync(shell.path("y.iso")));
});

test.serial("boot shows what an image boots from", async (t) => {
  const shell = new Shell(t);
  shell.file("tree/isolinux/isolinux.bin", Buffer.alloc(5000, 3));
  shell.file("tree/efi.img", Buffer.alloc(4096, 5));
  await shell.ok(t, "build", "tree", "-o", "x.iso", "--boot", "auto", "--hybrid");
  const report = await shell.json<{ images: object[]; partitions: object[] }>(t, "boot", "x.iso");
  t.like(report, {
    catalogPath: "/isolinux/boot.cat",
    mbrLoader: "isolinux",
    isMbrProtective: true,
    hasGptBackup: true,
  });
  t.is(report.images.length, 2);
  t.like(report.images[0], { platform: "x86", path: "/isolinux/isolinux.bin", bootInfoTable: true, loadSectors: 4 });
  t.like(report.images[1], { platform: "uefi", path: "/efi.img", bootInfoTable: false, loadSectors: 8 });
  t.like(report.partitions[1], { table: "gpt", path: "/efi.img", sectors: 8 });
  t.regex(await shell.ok(t, "boot", "x.iso"), /x86 .*\/isolinux\/isolinux\.bin/);
  await shell.ok(t, "build", "tree", "-o", "plain.iso");
  t.like(await shell.json(t, "boot", "plain.iso"), { catalogLba: null, images: [], partitions: [], mbrLoader: "none" });
  t.regex(await shell.ok(t, "boot", "plain.iso"), /nothing starts it from a disc/);
});

test.serial("boot shows partition tables and boot images where no tree can be read", async (t) => {
  const shell = new Shell(t);
  shell.file("tree/isolinux/isolinux.bin", Buffer.alloc(5000, 3));
  shell.file("tree/efi.img", Buffer.alloc(4096, 5));
  await shell.ok(t, "build", "tree", "-o", "x.iso", "--boot", "auto", "--hybrid", "--fs", "rockridge");
  const whole = readFileSync(shell.path("x.iso"));
  const rootLba = whole.readUInt32LE(32_768 + 158);
  type Report = { images: { lba: number; path: null }[]; partitions: object[]; warnings: { code: string }[] };
  const { images } = await shell.json<Report>(t, "boot", "x.iso");
  const damaged = Buffer.from(whole);
  damaged.fill(0xa5, rootLba * 2048, (rootLba + 1) * 2048);
  writeFileSync(shell.path("damaged.iso"), damaged);
  const report = await shell.json<Report>(t, "boot", "damaged.iso");
  t.deepEqual(
    report.images.map(({ lba, path }) => [lba, path]),
    images.map(({ lba }) => [lba, null]),
  );
  t.deepEqual(
    report.warnings.map(({ code }) => code),
    ["W_SKIPPED"],
  );
  // A disk without any file system that is known: its tables alone.
  const disk = Buffer.alloc(whole.length);
  whole.copy(disk, 0, 0, 512);
  writeFileSync(shell.path("disk.img"), disk);
  t.like(await shell.json(t, "boot", "disk.img"), { catalogLba: null, images: [], partitions: [{ table: "mbr" }] });
  writeFileSync(shell.path("zeros.img"), Buffer.alloc(whole.length));
  t.like(await shell.fails(t, 3, "boot", "zeros.img"), { code: "E_NO_FILE_SYSTEM" });
  t.like(await shell.fails(t, 3, "boot", "damaged.iso", "--start", "0"), { code: "E_NO_FILE_SYSTEM" });
});

test.serial("images that boot like others, from images of the host, and what is refused", async (t) => {
  const shell = new Shell(t);
  shell.file("tree/isolinux/isolinux.bin", Buffer.alloc(5000, 3));
  shell.file("outside.img", Buffer.alloc(4096, 5));
  shell.file("mbr.bin", Buffer.alloc(440, 0x90));
  const named = ["--boot-bios", "/isolinux/isolinux.bin", "--boot-uefi", "outside.img", "--mbr", "mbr.bin"];
  await shell.ok(t, "build", "tree", "-o", "x.iso", ...named, "--boot-catalog", "/cat");
  const report = await shell.json<{ images: object[] }>(t, "boot", "x.iso");
  t.like(report, { catalogPath: "/cat", mbrLoader: "isolinux" });
  t.like(report.images[1], { path: null, platform: "uefi", loadSectors: 8 });
  shell.file("other/isolinux/isolinux.bin", Buffer.alloc(6000, 4));
  await shell.ok(t, "build", "other", "-o", "y.iso", "--boot-like", "x.iso");
  const like = await shell.json<{ images: object[] }>(t, "boot", "y.iso");
  t.like(like, { catalogPath: "/cat", mbrLoader: "isolinux", isMbrProtective: true });
  t.like(like.images[0], { path: "/isolinux/isolinux.bin", bootInfoTable: true });
  shell.file("volume/EFI/BOOT/BOOTX64.EFI", Buffer.alloc(100, 6));
  for (const directory of ["volume", "/esp"]) {
    await shell.ok(t, "build", "/esp=volume", "-o", "volume.iso", "--force", "--boot-uefi", directory, "--hybrid");
    const { images, partitions } = await shell.json<{ images: object[]; partitions: object[] }>(
      t,
      "boot",
      "volume.iso",
    );
    t.like(images[0], { path: null, platform: "uefi" });
    t.is(partitions.length, 2);
  }
  const refused = [
    ["--boot-bios", "/none"],
    ["--boot-bios", "/isolinux"],
  ];
  for (const words of refused) await shell.fails(t, 1, "build", "tree", "-o", "z.iso", ...words);
  const identifiers = ["--disk-signature", "0xCAFEBABE", "--disk-guid", "12345678-9abc-4def-8123-456789ABCDEF"];
  await shell.ok(t, "build", "/esp=volume", "-o", "named.iso", "--boot-uefi", "/esp", "--hybrid", ...identifiers);
  t.like(await shell.json(t, "boot", "named.iso"), {
    diskSignature: 0xcafebabe,
    diskGuid: "12345678-9ABC-4DEF-8123-456789ABCDEF",
  });
  const unclear = [
    ["--boot-uefi", "outside.img", ...identifiers],
    ["--boot-uefi", "outside.img", "--hybrid", "--disk-guid", "1234"],
    ["--boot-uefi", "outside.img", "--hybrid", "--disk-signature", "123456789"],
    ["--boot-bios", shell.path("volume")],
    ["--hybrid"],
    ["--boot-catalog", "/c"],
    ["--boot", "auto", "--boot-like", "x.iso"],
    ["--boot", "other"],
  ];
  for (const words of unclear) await shell.fails(t, 2, "build", "tree", "-o", "z.iso", ...words);
  t.like(await shell.fails(t, 1, "build", "outside.img", "-o", "z.iso", "--boot", "auto"), {
    code: "E_BOOT_NOT_FOUND",
  });
  t.false(existsSync(shell.path("z.iso")));
});
