/** Compressed files of ours, read by everybody who reads such; and those of others, read by us. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import type { Warning } from "../../src/errors.js";
import type { BlockSource } from "../../src/medium/block-source.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import { appendTo, buildImage, compareImageWithFolder, openImage, verifyImage } from "../../src/node.js";
import { execute } from "../support/judges.js";
import { folderListing, gathered, imageListing } from "../support/listing.js";
import { patternBytes } from "../support/rich-tree.js";
import { hasRig, kernelMounts } from "../support/rig.js";
import { requireTool, run, temporaryFolder } from "../support/tools.js";
import { compare } from "../support/verdicts.js";
import { compressible } from "../support/zisofs.js";

/** A folder of files at the borders of blocks: of text, zeros and what cannot be compressed. */
function fill(folder: string, from = 0, name = "long name"): string {
  mkdirSync(join(folder, "sub"), { recursive: true });
  const files: Readonly<Record<string, Uint8Array>> = {
    empty: new Uint8Array(0),
    short: compressible(1000, from),
    block: compressible(32_768, from),
    "block and a byte": compressible(32_769, from),
    "sub/two blocks": compressible(65_536, from),
    "sub/large block": compressible(131_072, from),
    "sub/larger": compressible(300_001, from),
    "sub/zeros": new Uint8Array(500_000),
    "sub/noise": patternBytes(100_000, from),
    [name]: compressible(40_000, from),
    "sub/mixture": Buffer.concat([
      new Uint8Array(70_000),
      compressible(70_000, from),
      patternBytes(70_000, from),
      new Uint8Array(140_000),
    ]),
  };
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return folder;
}

/** With it, the entry of compression goes on in another block. */
const longName = `${"long ".repeat(49)}name`;

const sourceOf = (path: string): BlockSource => new MemorySource(readFileSync(path));

/** How many files of an image are compressed. */
async function compressedIn(path: string): Promise<number> {
  let count = 0;
  for await (const { zisofs } of (await openImage(sourceOf(path))).walk()) if (zisofs !== undefined) count++;
  return count;
}

/** An image reads as the folder it was made of, and nothing is wrong with it. */
async function readsAs(t: ExecutionContext, path: string, folder: string): Promise<void> {
  const warnings: Warning[] = [];
  const image = await openImage(sourceOf(path), { onWarning: (warning) => warnings.push(warning) });
  t.deepEqual(await gathered(compareImageWithFolder(image, folder)), []);
  t.deepEqual(warnings, []);
  const { findings } = await verifyImage(sourceOf(path));
  // In images of libisofs, ".." of directories in the root leads to themselves.
  const others = findings.filter(({ name }) => name !== "RECORD_LINK");
  t.deepEqual(others, []);
}

/** xorriso extracts what a folder holds. */
function xorrisoExtracts(t: ExecutionContext, image: string, folder: string): void {
  const target = join(temporaryFolder(t), "out");
  const { status, messages } = execute("xorriso", ["-osirrox", "on", "-indev", image, "-extract", "/", target]);
  t.is(status, 0, messages);
  t.is(execute("diff", ["-r", folder, target]).output.toString(), "");
}

test("three sessions of ours, of three sizes of blocks: xorriso, libarchive, mkzftree and Linux uncompress them", async (t) => {
  if (!["xorriso", "bsdtar", "mkzftree"].every((name) => requireTool(t, name))) return;
  const folder = temporaryFolder(t);
  const image = join(folder, "image.iso");
  const tree = join(folder, "tree");
  const blockSizes = [15, 16, 17];
  for (const [index, log2] of blockSizes.entries()) {
    const zisofs = { level: 9, blockBytes: 2 ** log2 };
    const target = `/${index}`;
    // Of earlier sessions, libarchive takes no continuation areas: they have to lie before the file.
    const name = index === blockSizes.length - 1 ? longName : "name";
    const path = fill(join(tree, String(index)), index, name);
    if (index === 0) await buildImage([{ path, target }], { zisofs, output: image, growable: true });
    else await appendTo(image, { sources: [{ path, target }] }, { zisofs });
  }
  t.is(await compressedIn(image), 3 * 8);
  await readsAs(t, image, tree);
  xorrisoExtracts(t, image, tree);
  const out = join(folder, "out");
  mkdirSync(out);
  run("bsdtar", ["-C", out, "-xf", image]);
  t.is(execute("diff", ["-r", tree, out]).output.toString(), "");
  const raw = await openImage(sourceOf(image), { rawContents: true });
  mkdirSync(join(folder, "raw"));
  for (const [index] of blockSizes.entries()) {
    writeFileSync(join(folder, "raw", String(index)), await raw.readFile(`/${index}/sub/mixture`));
  }
  run("mkzftree", ["-u", join(folder, "raw"), join(folder, "plain")]);
  for (const [index] of blockSizes.entries()) {
    const plain = readFileSync(join(folder, "plain", String(index)));
    t.true(plain.equals(readFileSync(join(tree, String(index), "sub/mixture"))));
  }
  if (!hasRig || !requireTool(t, "qemu-system-x86_64")) return;
  const [mounted] = kernelMounts("6.1", image, ["ro"]);
  t.deepEqual([mounted!.status, mounted!.messages.filter((line) => !/^ISO 9660 Extensions: /.test(line))], [0, []]);
  compare(t, mounted!.listing, folderListing(tree), ["digest"]);
});

for (const signature of ["ZF", "Z2"] as const) {
  test(`version 2 of ours, told of by ${signature}, is read by xorriso`, async (t) => {
    if (!requireTool(t, "xorriso")) return;
    const folder = temporaryFolder(t);
    const tree = fill(join(folder, "tree"));
    const image = join(folder, "image.iso");
    const blockBytes = signature === "ZF" ? 2 ** 20 : 2 ** 15;
    await buildImage([tree], {
      zisofs: { version: 2, signature, blockBytes },
      fileSystems: ["iso", "rockridge"],
      output: image,
    });
    t.is(await compressedIn(image), 8);
    await readsAs(t, image, tree);
    xorrisoExtracts(t, image, tree);
  });
}

/** Programs that make images of compressed files, from a folder. */
const writers: Readonly<Record<string, (t: ExecutionContext, tree: string, image: string) => boolean>> = {
  "xorriso, version 1": (t, tree, image) => {
    if (!requireTool(t, "xorriso")) return false;
    const filter = ["-find", "/", "-type", "f", "-exec", "set_filter", "--zisofs", "--"];
    run("xorriso", [
      "-outdev",
      image,
      "-joliet",
      "on",
      "-zisofs",
      "block_size=128k",
      "-map",
      tree,
      "/",
      ...filter,
      "-commit",
    ]);
    return true;
  },
  "xorriso, version 2": (t, tree, image) => {
    if (!requireTool(t, "xorriso")) return false;
    const filter = ["-find", "/", "-type", "f", "-exec", "set_filter", "--zisofs", "--"];
    const zisofs = ["-zisofs", "version_2=on:susp_z2=on:block_size_v2=1m"];
    run("xorriso", ["-outdev", image, ...zisofs, "-map", tree, "/", ...filter, "-commit"]);
    return true;
  },
  "genisoimage, of mkzftree": (t, tree, image) => {
    if (!["genisoimage", "mkzftree"].every((name) => requireTool(t, name))) return false;
    const compressed = join(temporaryFolder(t), "compressed");
    run("mkzftree", [tree, compressed]);
    run("genisoimage", ["-quiet", "-R", "-J", "-z", "-o", image, compressed]);
    return true;
  },
};

for (const [name, write] of Object.entries(writers)) {
  test(`files that others compressed are read, and stay as they are when a session is added: ${name}`, async (t) => {
    const folder = temporaryFolder(t);
    const tree = fill(join(folder, "tree"), 0, longName);
    const image = join(folder, "image.iso");
    if (!write(t, tree, image)) return;
    const count = await compressedIn(image);
    t.true(count >= 7, `${count} files are compressed`);
    await readsAs(t, image, tree);
    const before = new Map<string, unknown>();
    for await (const { path, extents, zisofs } of (await openImage(sourceOf(image))).walk()) {
      if (zisofs !== undefined) before.set(path, { extents, zisofs });
    }
    const warnings: Warning[] = [];
    const later = join(tree, "later");
    writeFileSync(later, compressible(50_000));
    await appendTo(image, { sources: [later] }, { onWarning: (warning) => warnings.push(warning) });
    const others = warnings.filter(({ code }) => code !== "W_NAME_SHORTENED");
    t.deepEqual(others, [], "the trees of the session are found to be the same");
    const after = await openImage(sourceOf(image));
    for (const [path, said] of before) t.like(await after.stat(path), said as object);
    t.is((await after.stat("/later")).zisofs, undefined);
    await readsAs(t, image, tree);
    if (requireTool(t, "xorriso")) xorrisoExtracts(t, image, tree);
    compare(t, await imageListing(after), folderListing(tree), ["digest"]);
  });
}

test("a bridge whose UDF shows compressed bytes gets a session in which both trees are plain", async (t) => {
  if (!["genisoimage", "mkzftree"].every((name) => requireTool(t, name))) return;
  const folder = temporaryFolder(t);
  const tree = fill(join(folder, "tree"));
  const image = join(folder, "image.iso");
  run("mkzftree", [tree, join(folder, "compressed")]);
  run("genisoimage", ["-quiet", "-R", "-udf", "-z", "-o", image, join(folder, "compressed")]);
  const later = join(tree, "later");
  copyFileSync(join(tree, "short"), later);
  await appendTo(image, { sources: [later] });
  t.is(await compressedIn(image), 0);
  for (const fileSystem of ["rockridge", "udf"] as const) {
    const listing = await imageListing(await openImage(sourceOf(image), { fileSystem }));
    compare(t, listing, folderListing(tree), ["digest"]);
  }
});
