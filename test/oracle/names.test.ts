/** Names in character sets, as other programs read them: one image for each set, judged by all of them. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import type { DiscImage } from "../../src/fs/image/disc-image.js";
import { FileSystemImage } from "../../src/fs/image/file-system-image.js";
import { openImage } from "../../src/fs/image/open-image.js";
import type { ImageOptions } from "../../src/fs/image/options.js";
import { nameFromBytes } from "../../src/fs/names/name-bytes.js";
import { verifyImage } from "../../src/fs/verify/verify.js";
import { charsetByName, findCharset } from "../../src/host/charsets.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import { execute, grubListing, pycdlibListing, sevenZipListing, sevenZipUdfListing } from "../support/judges.js";
import { bytesOf, imageFile, makeImage } from "../support/made-image.js";
import type { NamedSet } from "../support/named-files.js";
import { namedSets } from "../support/named-files.js";
import { hasRig, kernelMounts } from "../support/rig.js";
import { requireTool, temporaryFolder } from "../support/tools.js";

/** Lines of what a program printed, one character for each byte, in order. */
function linesOf(output: Buffer): string[] {
  return output
    .toString("latin1")
    .split("\n")
    .filter((line) => line !== "")
    .sort();
}

/** The paths that isoinfo prints: of plain ISO 9660, or with "-R" of Rock Ridge. It changes no byte. */
function isoinfoPaths(file: string, ...options: string[]): string[] {
  return linesOf(execute("isoinfo", ["-f", ...options, "-i", file]).output);
}

/** The names in the root of an image, in order. */
async function namesOf(image: DiscImage): Promise<string[]> {
  return (await image.readdir("/")).map(({ name }) => name).sort();
}

/** The bytes of texts in a set, as the C library has them. */
function encodedBySystem(t: ExecutionContext, texts: readonly string[], set: string): string[] {
  const input = join(temporaryFolder(t), "names");
  writeFileSync(input, texts.join("\n"));
  const { status, output } = execute("iconv", ["-f", "UTF-8", "-t", set, input]);
  t.is(status, 0, `iconv, ${set}`);
  return output.toString("latin1").split("\n").sort();
}

function fill(image: FileSystemImage, { files }: NamedSet): void {
  for (const { name } of files) image.root.addFile(`/${name}`, `of ${name}`, { mtime: 1_600_000_000_000 });
}

function optionsOf({ charset: name }: NamedSet): ImageOptions {
  const charset = charsetByName(name);
  return { fileSystems: ["iso", "rockridge", "joliet", "udf"], charset, isoCharset: charset };
}

/** An image of the files of a set. */
async function imageOf(set: NamedSet): Promise<Buffer> {
  const image = new FileSystemImage(optionsOf(set));
  fill(image, set);
  await using result = await image.createResultImage();
  return await bytesOf(result);
}

/** What each of the judges has to print of an image. */
function judge(t: ExecutionContext, set: NamedSet, bytes: Buffer): void {
  const file = imageFile(t, bytes);
  const identifiers = set.files.map(({ identifier }) => `/${identifier}`).sort();
  const names = set.files.map(({ name }) => `/${name}`);
  const encoded = encodedBySystem(t, names, set.iconv);
  t.deepEqual(isoinfoPaths(file), identifiers, "isoinfo: ISO 9660");
  t.deepEqual(isoinfoPaths(file, "-R"), encoded, "isoinfo: Rock Ridge");
  const inSet = ["-in_charset", set.iconv, "-out_charset", "UTF-8"];
  const found = execute("xorriso", [
    ...inSet,
    "-indev",
    file,
    "-find",
    "/",
    "-type",
    "f",
    "-exec",
    "echo",
    "--",
  ]).output;
  t.deepEqual(linesOf(found), linesOf(Buffer.from(names.map((name) => `'${name}'`).join("\n"))), "xorriso");
  // bsdtar keeps the bytes of Rock Ridge, and prints those that are none of the locale's as octal numbers.
  const tar = execute("bsdtar", ["-tf", file], { env: { LC_ALL: "C" } }).output.toString("latin1");
  const plain = tar.replace(/\\(\d{3}|\\)/g, (_all, code: string) =>
    code === "\\" ? code : String.fromCharCode(Number.parseInt(code, 8)),
  );
  t.deepEqual(linesOf(Buffer.from(plain, "latin1")), [".", ...encoded.map((path) => path.slice(1))], "bsdtar");
  t.deepEqual(Object.keys(sevenZipListing(t, file)).sort(), [...names].sort(), "7-Zip: Joliet");
  t.deepEqual(Object.keys(sevenZipUdfListing(t, file)).sort(), [...names].sort(), "7-Zip: UDF");
}

for (const set of namedSets) {
  test(`names in ${set.charset} are what other programs take them for, and stay so`, async (t) => {
    for (const tool of ["isoinfo", "xorriso", "bsdtar", "7zz", "iconv"]) if (!requireTool(t, tool)) return;
    const bytes = await imageOf(set);
    judge(t, set, bytes);
    const source = new MemorySource(bytes);
    const charset = charsetByName(set.charset);
    const names = set.files.map(({ name }) => name).sort();
    for (const fileSystem of ["rockridge", "joliet", "udf"] as const) {
      const image = await openImage(source, { charset, fileSystem });
      t.deepEqual(await namesOf(image), names, fileSystem);
    }
    const { findings } = await verifyImage(source, { charset });
    t.deepEqual(findings, []);
    // Without the set, names are carried as bytes, and the image is the same when it is made anew.
    for (const given of [charset, undefined]) {
      const again = new FileSystemImage({ charset: given });
      await again.importAsNew(source, { charset: given });
      await using result = await again.createResultImage();
      const file = imageFile(t, await bytesOf(result));
      t.deepEqual(isoinfoPaths(file, "-R"), isoinfoPaths(imageFile(t, bytes), "-R"), "Rock Ridge, made anew");
      if (given === undefined) continue;
      t.deepEqual(isoinfoPaths(file), isoinfoPaths(imageFile(t, bytes)), "ISO 9660, made anew");
    }
  });
}

test("a set that a disc of xorriso names is found, and kept by what goes on from it", async (t) => {
  for (const tool of ["isoinfo", "xorriso"]) if (!requireTool(t, tool)) return;
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "ソフト.txt"), "x");
  const file = join(temporaryFolder(t), "named.iso");
  const set = ["-out_charset", "SHIFT_JIS", "-xattr", "on", "-auto_charset", "on"];
  execute("xorriso", [...set, "-outdev", file, "-map", folder, "/"]);
  const source = new MemorySource(readFileSync(file));
  const found = await openImage(source, { charset: findCharset });
  t.deepEqual(await namesOf(found), ["ソフト.txt"]);
  const again = new FileSystemImage();
  await again.importAsNew(source, { charset: findCharset });
  t.is(again.options.charset?.name.toLowerCase(), "shift_jis");
  await using result = await again.createResultImage();
  t.deepEqual(isoinfoPaths(imageFile(t, await bytesOf(result)), "-R"), isoinfoPaths(file, "-R"));
});

/** Names at the limits of Joliet and UDF: in the tree, in Joliet of 64 and of 103, and in UDF. */
const limits: readonly (readonly [name: string, joliet: string, joliet103: string, udf: string])[] = [
  ["n".repeat(63), "n".repeat(63), "n".repeat(63), "n".repeat(63)],
  ["o".repeat(64), "o".repeat(64), "o".repeat(64), "o".repeat(64)],
  ["p".repeat(65), "p".repeat(64), "p".repeat(65), "p".repeat(65)],
  ["q".repeat(103), "q".repeat(64), "q".repeat(103), "q".repeat(103)],
  ["r".repeat(104), "r".repeat(64), "r".repeat(103), "r".repeat(104)],
  ["s".repeat(110), "s".repeat(64), "s".repeat(103), "s".repeat(110)],
  // A pair of surrogates is never cut: 63 characters are left of the first, and 102 of the second.
  [`${"t".repeat(63)}🎉`, "t".repeat(63), `${"t".repeat(63)}🎉`, `${"t".repeat(63)}🎉`],
  [`${"u".repeat(102)}🎉x`, "u".repeat(64), "u".repeat(102), `${"u".repeat(102)}🎉x`],
  [`${"v".repeat(125)}🎉`, "v".repeat(64), "v".repeat(103), `${"v".repeat(125)}🎉`],
  [`${"w".repeat(126)}🎉`, "w".repeat(64), "w".repeat(103), "w".repeat(126)],
  // 247, 248 and 255 bytes. UDF holds 254 characters of one byte.
  ["x".repeat(247), "x".repeat(64), "x".repeat(103), "x".repeat(247)],
  ["y".repeat(248), "y".repeat(64), "y".repeat(103), "y".repeat(248)],
  ["z".repeat(254), "z".repeat(64), "z".repeat(103), "z".repeat(254)],
  ["1".repeat(255), "1".repeat(64), "1".repeat(103), "1".repeat(254)],
  // 85 characters of three bytes: 255.
  ["漢".repeat(85), "漢".repeat(64), "漢".repeat(85), "漢".repeat(85)],
  // Composed, and taken apart: two names, and they stay two.
  ["caf\u00e9", "caf\u00e9", "caf\u00e9", "caf\u00e9"],
  ["cafe\u0301", "cafe\u0301", "cafe\u0301", "cafe\u0301"],
  // What Joliet forbids; the name that has its place keeps it.
  ["a_b", "a_b", "a_b", "a_b"],
  ["a*b", "a_b1", "a_b1", "a*b"],
  ["a:b?", "a_b_", "a_b_", "a:b?"],
  ["back\\slash", "back_slash", "back_slash", "back\\slash"],
];

test("names at the limits of Joliet and UDF are cut where they have to be, and nowhere else", async (t) => {
  for (const tool of ["isoinfo", "7zz", "bsdtar", "grub-fstest"]) if (!requireTool(t, tool)) return;
  const add = (root: FileSystemImage["root"]): void => {
    for (const [name] of limits) root.addFile(`/${name}`, name, { mtime: 1_600_000_000_000 });
  };
  const pathsOf = (index: 0 | 1 | 2 | 3): string[] => limits.map((row) => `/${row[index]}`).sort();
  for (const length of [64, 103] as const) {
    const { bytes } = await makeImage(add, { jolietNameLength: length });
    const file = imageFile(t, bytes);
    t.deepEqual(Object.keys(sevenZipListing(t, file)).sort(), pathsOf(length === 64 ? 1 : 2), `7-Zip, ${length}`);
    t.deepEqual(isoinfoPaths(file, "-R").map(nameOf).sort(), pathsOf(0), "isoinfo: Rock Ridge");
    if (length === 103) {
      // pycdlib takes names of Joliet for ones of up to 64 characters.
      t.deepEqual((await reopened(bytes, "joliet")).sort(), pathsOf(2), "made anew");
      continue;
    }
    const listing = pycdlibListing(file, "joliet_path");
    t.deepEqual(
      Object.keys(listing)
        .map((path) => path.replace(/;1$/, ""))
        .sort(),
      pathsOf(1),
      "pycdlib",
    );
  }
  const { bytes } = await makeImage(add, { fileSystems: ["udf"] });
  const file = imageFile(t, bytes);
  // 7-Zip replaces no backslash on Linux, and GRUB prints names as they are.
  t.deepEqual(Object.keys(sevenZipUdfListing(t, file)).sort(), pathsOf(3), "7-Zip: UDF");
  t.deepEqual(Object.keys(grubListing(file)).sort(), pathsOf(3), "GRUB: UDF");
});

function nameOf(path: string): string {
  return nameFromBytes(Buffer.from(path, "latin1"));
}

/** The paths of one tree of an image that is made anew of that tree alone. */
async function reopened(bytes: Buffer, fileSystem: "joliet"): Promise<string[]> {
  const image = new FileSystemImage({ fileSystems: ["iso", "joliet"] });
  await image.importAsNew(new MemorySource(bytes), { fileSystem });
  await using result = await image.createResultImage();
  const made = await openImage(new MemorySource(await bytesOf(result)), { fileSystem });
  return (await namesOf(made)).map((name) => `/${name}`);
}

const longNames = ["A long name with blanks, small letters & signs.html", "é.txt", "x".repeat(207), "y".repeat(210)];

function addLongNames(root: FileSystemImage["root"]): void {
  for (const name of longNames) root.addFile(`/${name}`, name, { mtime: 1_600_000_000_000 });
  root.addFile("/1/2/3/4/5/6/7/8/9/deep", "deep", { parents: true, mtime: 1_600_000_000_000 });
}

/** An image whose Enhanced Volume Descriptor stands in the place of the primary one. */
function asPrimary(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let at = 17 * 2048; copy[at] !== 255; at += 2048) {
    if (copy[at] !== 2 || copy[at + 6] !== 2) continue;
    copy.copy(copy, 16 * 2048, at, at + 2048);
    for (const place of [0, 6, 881]) copy[16 * 2048 + place] = 1;
  }
  return copy;
}

/** Each form of ISO 9660:1999, and the bytes that its names may have. */
const forms: readonly (readonly [what: string, ImageOptions, longest: number])[] = [
  ["a tree of its own", { enhancedTree: true }, 207],
  ["the primary tree", { isoLevel: 4 }, 193],
];

for (const [what, options, longest] of forms) {
  test(`ISO 9660:1999 is read by others, as ${what}`, async (t) => {
    for (const tool of ["isoinfo", "xorriso", "bsdtar", "7zz"]) if (!requireTool(t, tool)) return;
    const names = longNames.map((name) => name.slice(0, longest));
    const paths = [...names, "1/2/3/4/5/6/7/8/9/deep"].map((name) => `/${name}`).sort();
    const relaxed = { isoRelaxations: { deepPaths: true } };
    const { bytes } = await makeImage(addLongNames, { fileSystems: ["iso"], ...relaxed, ...options });
    const file = imageFile(t, bytes);
    // All of these show the primary tree, which keeps to level 3 where the other one is beside it.
    const shown = options.enhancedTree === true ? "A_LONG_NAME_WITH_BLANKS__SM.HTM" : names[0]!;
    t.true(execute("isoinfo", ["-f", "-i", file]).output.includes(shown), "isoinfo");
    t.true(execute("bsdtar", ["-tf", file]).output.includes(shown), "bsdtar");
    t.true(execute("7zz", ["l", file]).output.includes(shown), "7-Zip");
    t.is(execute("xorriso", ["-indev", file, "-find", "/", "-type", "f"]).status, 0, "xorriso");
    // In the primary descriptor's place, the enhanced one leads all of them to its tree.
    const other = imageFile(t, asPrimary(bytes));
    const files = isoinfoPaths(other).map(nameOf);
    t.deepEqual(files.filter((path) => !/^[1-9/]*$/.test(path)).sort(), paths, "isoinfo, the enhanced tree");
    const listed = execute("bsdtar", ["-tf", other]).output.toString();
    t.deepEqual(
      listed
        .split("\n")
        .filter((line) => !/^[1-9/.]*$/.test(line))
        .map((line) => `/${line}`)
        .sort(),
      paths,
      "bsdtar, the enhanced tree",
    );
    const source = new MemorySource(bytes);
    t.deepEqual((await verifyImage(source)).findings, []);
    // With Rock Ridge beside it, and made anew, it is the same.
    const image = new FileSystemImage({ fileSystems: ["iso", "rockridge"], ...options });
    addLongNames(image.root);
    await using result = await image.createResultImage();
    const again = new FileSystemImage();
    await again.importAsNew(new MemorySource(await bytesOf(result)));
    await using remade = await again.createResultImage();
    const enhanced = await openImage(new MemorySource(await bytesOf(remade)), { fileSystem: "iso" });
    t.deepEqual(await namesOf(enhanced), [...names, "1"].sort());
    t.is(Buffer.from(await enhanced.readFile("/1/2/3/4/5/6/7/8/9/deep")).toString(), "deep");
  });
}

if (hasRig) {
  test.serial("Linux mounts names of Shift_JIS in all trees", async (t) => {
    if (!requireTool(t, "qemu-system-x86_64")) return;
    const set = namedSets[0]!;
    const file = imageFile(t, await imageOf(set));
    const options = ["ro", "norock,iocharset=utf8", "norock,nojoliet,map=off"];
    const [rock, joliet, plain] = kernelMounts("6.1", file, options).map(({ listing }) => Object.keys(listing).sort());
    const names = set.files.map(({ name }) => `/${name}`).sort();
    const bytes = (text: string): string => nameFromBytes(Buffer.from(text, "latin1"));
    t.deepEqual(rock, encodedBySystem(t, names, set.iconv).map(bytes).sort());
    t.deepEqual(joliet, names);
    t.deepEqual(plain, set.files.map(({ identifier }) => bytes(`/${identifier}`)).sort());
  });
}
