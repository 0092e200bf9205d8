/** Patched images as other programs see them: those that they made, and ours. */
import { readFileSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import { buildImage } from "../../src/disc-jobs.js";
import type { Warning } from "../../src/errors.js";
import { bootImageChecksum, readBootInfoTable } from "../../src/fs/eltorito/boot-info-table.js";
import { openImage } from "../../src/fs/image/open-image.js";
import { verifyImage } from "../../src/fs/verify/verify.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import { patchImage, revertPatch } from "../../src/patch-job.js";
import {
  bootableImages,
  canMakeBootableImages,
  makeBootable,
  makeByGenisoimage,
  xorrisoReport,
} from "../support/bootable-images.js";
import { failsWith, warnsOf } from "../support/failures.js";
import { bsdtarListing, execute, sevenZipListing, sevenZipUdfListing, xorrisoListing } from "../support/judges.js";
import type { Listing } from "../support/listing.js";
import { folderListing } from "../support/listing.js";
import { hasRig, udfreadListing } from "../support/rig.js";
import { requireTool, run, temporaryFolder } from "../support/tools.js";

/** A folder of files, and what two of them are to be. */
interface Changed {
  readonly folder: string;
  readonly tree: string;
  /** The tree as it is to be. */
  readonly expected: string;
}

/** Makes two folders that differ in the contents of two files. */
async function changedFolders(t: ExecutionContext): Promise<Changed> {
  const folder = temporaryFolder(t);
  const [tree, expected] = [join(folder, "tree"), join(folder, "expected")];
  for (const [root, text, octet, bytes] of [
    [tree, "as it was\n", 1, 60_000],
    [expected, "as it is after the patch\n", 2, 61_000],
  ] as const) {
    await mkdir(join(root, "sub"), { recursive: true });
    writeFileSync(join(root, "text.txt"), text);
    writeFileSync(join(root, "sub", "data.bin"), new Uint8Array(bytes).fill(octet));
    writeFileSync(join(root, "sub", "same.txt"), "the same in both\n");
  }
  return { folder, tree, expected };
}

/** What a program shows: lengths and contents by path, in small letters. */
function contentsOf(listing: Listing): Record<string, string> {
  const files = Object.entries(listing).filter(([, { type }]) => type === "file");
  return Object.fromEntries(files.map(([path, { digest }]) => [path.toLowerCase(), digest ?? ""]));
}

async function patch(image: string, { expected }: Changed, warnings: Warning[] = []): Promise<void> {
  const sources = ["/text.txt", "/sub/data.bin"].map((target) => ({ target, source: join(expected, target) }));
  await patchImage(image, sources, { onWarning: (warning) => void warnings.push(warning) });
}

/** Has every program read an image, which has to show the changed files, and the old ones when it is taken back. */
async function judge(t: ExecutionContext, image: string, changed: Changed, hasUdf: boolean): Promise<void> {
  const before = readFileSync(image);
  const found = async (): Promise<string[]> =>
    (await verifyImage(new MemorySource(readFileSync(image)))).findings.map(({ name }) => name).sort();
  const findings = await found();
  await patch(image, changed);
  const expected = contentsOf(folderListing(changed.expected));
  t.deepEqual(await found(), findings);
  t.deepEqual(contentsOf(xorrisoListing(t, image).listing), expected, "xorriso");
  t.deepEqual(contentsOf(bsdtarListing(t, image)), expected, "bsdtar");
  t.deepEqual(contentsOf(bsdtarListing(t, image, ["--options", "!rockridge"])), expected, "bsdtar, Joliet");
  t.deepEqual(contentsOf(sevenZipListing(t, image)), expected, "7-Zip");
  const { output } = execute("isoinfo", ["-R", "-i", image, "-x", "/text.txt"]);
  t.is(output.toString(), "as it is after the patch\n", "isoinfo");
  if (hasUdf) {
    t.deepEqual(contentsOf(sevenZipUdfListing(t, image)), expected, "7-Zip, UDF");
    if (hasRig) t.deepEqual(contentsOf(udfreadListing(t, image)), expected, "libudfread");
  }
  await revertPatch(image);
  t.true(readFileSync(image).equals(before));
}

function hasReaders(t: ExecutionContext): boolean {
  return ["xorriso", "genisoimage", "isoinfo", "bsdtar", "7zz"].every((name) => requireTool(t, name));
}

test("our bridge, patched, is read by all", async (t) => {
  if (!hasReaders(t)) return;
  const changed = await changedFolders(t);
  const image = join(changed.folder, "bridge.iso");
  await buildImage([changed.tree], { output: image, fileSystems: ["iso", "rockridge", "joliet", "udf"] });
  await judge(t, image, changed, true);
});

test("a bridge that genisoimage made, patched, is read by all", async (t) => {
  if (!hasReaders(t)) return;
  const changed = await changedFolders(t);
  const image = join(changed.folder, "image.iso");
  run("genisoimage", ["-quiet", "-R", "-J", "-udf", "-o", image, changed.tree]);
  await judge(t, image, changed, true);
});

test("an image that xorriso made, patched, is read by all", async (t) => {
  if (!hasReaders(t)) return;
  const changed = await changedFolders(t);
  const image = join(changed.folder, "image.iso");
  run("xorriso", ["-as", "mkisofs", "-quiet", "-J", "-o", image, changed.tree]);
  await judge(t, image, changed, false);
});

/** What xorriso finds when it holds an image, and a session's files, against its sums. */
function sumsAgree(t: ExecutionContext, image: string, load: readonly string[] = []): void {
  const check = ["-check_md5_r", "sorry", "/", "--"];
  const { status, output, messages } = execute("xorriso", ["-md5", "on", ...load, "-indev", image, ...check]);
  t.is(status, 0, messages);
  t.regex(output.toString(), /File contents and their MD5 checksums match/);
}

test("sums of xorriso are right after a patch, in each session", async (t) => {
  if (!requireTool(t, "xorriso")) return;
  const changed = await changedFolders(t);
  const image = join(changed.folder, "image.iso");
  run("xorriso", ["-as", "mkisofs", "-quiet", "-J", "--md5", "-o", image, changed.tree]);
  sumsAgree(t, image);
  const before = readFileSync(image);
  const warnings: Warning[] = [];
  await patch(image, changed, warnings);
  sumsAgree(t, image);
  await revertPatch(image);
  t.true(readFileSync(image).equals(before));
  const grown = join(changed.folder, "grown.iso");
  const same = join(changed.tree, "sub", "same.txt");
  run("xorriso", ["-md5", "on", "-outdev", grown, "-map", changed.tree, "/", "-commit", "-map", same, "/later"]);
  const source = join(changed.expected, "text.txt");
  const sources = [{ target: "/text.txt", source }];
  const onWarning = (warning: Warning): void => void warnings.push(warning);
  const { files } = await patchImage(grown, sources, { allSessions: true, onWarning });
  t.deepEqual([...new Set(files[0]!.names.map(({ session }) => session))].sort(), [1, 2]);
  sumsAgree(t, grown);
  sumsAgree(t, grown, ["-load", "session", "1"]);
  t.deepEqual(warnings, []);
  // Sums that were wrong are not made right: they would hide what they are there to find.
  const damaged = Buffer.from(before);
  damaged[damaged.indexOf("the same in both")]! ^= 1;
  writeFileSync(image, damaged);
  await patch(image, changed, warnings);
  warnsOf(t, warnings, "W_CHECKSUM_STALE", {});
});

test("compressed files are refused", async (t) => {
  if (!requireTool(t, "xorriso")) return;
  const changed = await changedFolders(t);
  const image = join(changed.folder, "zisofs.iso");
  run("xorriso", ["-as", "mkisofs", "-quiet", "-z", "-o", image, changed.tree]);
  run("xorriso", [
    ...["-outdev", image, "-blank", "all", "-map", changed.tree, "/"],
    ...["-find", "/sub", "-type", "f", "-exec", "set_filter", "--zisofs", "--"],
  ]);
  const source = join(changed.expected, "text.txt");
  await failsWith(t, "E_NOT_SUPPORTED", {}, () => patchImage(image, [{ target: "/sub/data.bin", source }]));
});

test("a media check passes after a patch as before", async (t) => {
  if (!["genisoimage", "implantisomd5"].every((name) => requireTool(t, name))) return;
  const changed = await changedFolders(t);
  const image = join(changed.folder, "image.iso");
  // With fewer blocks, even the program that makes the sums does not find them right.
  writeFileSync(join(changed.tree, "more"), new Uint8Array(1_500_000).fill(3));
  run("genisoimage", ["-quiet", "-R", "-J", "-o", image, changed.tree]);
  run("implantisomd5", [image]);
  t.is(execute("checkisomd5", [image]).status, 0);
  const before = readFileSync(image);
  const warnings: Warning[] = [];
  await patch(image, changed, warnings);
  t.deepEqual(warnings, []);
  t.is(execute("checkisomd5", [image]).status, 0);
  await revertPatch(image);
  t.true(readFileSync(image).equals(before));
  // A sum that was wrong is not made right: it would hide what it is there to find.
  const damaged = Buffer.from(before);
  damaged[damaged.length - 40 * 2048]! ^= 1;
  writeFileSync(image, damaged);
  await patch(image, changed, warnings);
  warnsOf(t, warnings, "W_CHECKSUM_STALE", {});
  t.is(execute("checkisomd5", [image]).status, 1);
});

/** The boot image of an image, as it is in the tree and as loaders find it. */
async function bootImage(path: string, name: string): Promise<{ readonly bytes: Uint8Array; readonly lba: number }> {
  const image = await openImage(new MemorySource(readFileSync(path)));
  const entry = await image.stat(name);
  return { bytes: await image.readFile(entry), lba: entry.extents[0]!.lba! };
}

for (const name of ["isohybrid with GPT and APM", "GRUB 2's MBR"]) {
  test(`a boot image is told again where it lies: ${name}`, async (t) => {
    if (!canMakeBootableImages(t)) return;
    const image = makeBootable(t, bootableImages[name]!);
    const file = name.startsWith("GRUB") ? "/grub.img" : "/isolinux.bin";
    const report = xorrisoReport(image);
    const old = await bootImage(image, file);
    const content = old.bytes.slice();
    content.fill(0, 8, 64);
    content[3000]! ^= 0xff;
    if (name.startsWith("GRUB")) content.fill(0, 2548, 2556);
    const source = join(temporaryFolder(t), "boot");
    writeFileSync(source, content);
    const { files } = await patchImage(image, [{ target: file, source }]);
    t.true(files[0]!.isTold);
    const { bytes, lba } = await bootImage(image, file);
    t.is(lba, old.lba);
    const table = readBootInfoTable(bytes, lba);
    t.deepEqual(table, {
      primaryLba: 16,
      imageLba: lba,
      imageBytes: content.length,
      checksum: bootImageChecksum(bytes),
    });
    t.is(bytes[3000], content[3000]);
    t.deepEqual(bytes.slice(2548, 2556), old.bytes.slice(2548, 2556));
    t.deepEqual(xorrisoReport(image), report);
    // A content without room for the table cannot be told.
    await revertPatch(image);
    writeFileSync(source, "tiny");
    await failsWith(t, "E_NOT_SUPPORTED", {}, () => patchImage(image, [{ target: file, source }]));
  });
}

test("partitions, emulated floppies and boot catalogs keep their sizes", async (t) => {
  if (!canMakeBootableImages(t)) return;
  const folder = temporaryFolder(t);
  const [tiny, small, floppy] = ["tiny", "small", "floppy"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(tiny, "no catalog");
  writeFileSync(small, new Uint8Array(100_000).fill(1));
  writeFileSync(floppy, new Uint8Array(1_474_560).fill(1));
  const hybrid = makeBootable(t, bootableImages["isohybrid with GPT"]!);
  const patchTo = (image: string, target: string, source: string) => patchImage(image, [{ target, source }]);
  await failsWith(t, "E_NOT_SUPPORTED", {}, () => patchTo(hybrid, "/efi.img", small));
  await failsWith(t, "E_NOT_SUPPORTED", {}, () => patchTo(hybrid, "/boot.cat", tiny));
  const report = xorrisoReport(hybrid);
  await patchTo(hybrid, "/efi.img", floppy);
  t.deepEqual(xorrisoReport(hybrid), report);
  const emulated = makeByGenisoimage(t);
  await failsWith(t, "E_NOT_SUPPORTED", {}, () => patchTo(emulated, "/FLOPPY.IMG", small));
});
