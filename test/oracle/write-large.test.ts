/** Files of 4 GiB and more: several extents, which everybody joins again. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import { FileSystemImage } from "../../src/fs/image/file-system-image.js";
import { openImage } from "../../src/fs/image/open-image.js";
import type { ImageOptions } from "../../src/fs/image/options.js";
import { execute } from "../support/judges.js";
import { hasRig, kernelMounts } from "../support/rig.js";
import { SparseContent, writeSparse } from "../support/sparse.js";
import { requireTool, run, temporaryFolder } from "../support/tools.js";

const gibibyte = 1024 ** 3;
const mtime = 1_600_000_000_000;

/** Marks where extents meet, and around them. */
function marked(bytes: number): SparseContent {
  const most = 4 * gibibyte - 2048;
  // Extents of UDF are shorter: a GiB less a block.
  const places = [0, 5000, gibibyte - 2048 - 5, gibibyte + 100, most - 5, most + 100, bytes - 40];
  const marks = places.filter((mark) => mark >= 0 && mark + 40 <= bytes);
  return new SparseContent(bytes, marks);
}

const sizes: Readonly<Record<string, number>> = {
  "five gibibytes": 5 * gibibyte,
  "one less": 4 * gibibyte - 1,
  "a block less": 4 * gibibyte - 2048,
  "a block and a byte less": 4 * gibibyte - 2049,
  "four gibibytes": 4 * gibibyte,
  "one more": 4 * gibibyte + 1,
};

const contents = new Map(Object.entries(sizes).map(([name, bytes]) => [name, marked(bytes)]));

/** An image of these files, with holes, for judges. */
async function makeLarge(t: ExecutionContext, names: readonly string[], options: ImageOptions = {}): Promise<string> {
  const image = new FileSystemImage(options);
  for (const name of names) image.root.addFile(name, contents.get(name)!, { mtime });
  await using result = await image.createResultImage();
  const opened = await openImage(result);
  const places: { lba: number; content: SparseContent }[] = [];
  for (const name of names) {
    const { extents } = await opened.stat(name);
    places.push({ lba: extents[0]!.lba!, content: contents.get(name)! });
  }
  const path = join(temporaryFolder(t), "large.iso");
  await writeSparse(result, path, places);
  return path;
}

const names = Object.keys(sizes);

test("extents follow one another, and all but the last fill 4 GiB less a block", async (t) => {
  const image = new FileSystemImage();
  for (const name of names) image.root.addFile(name, contents.get(name)!);
  await using result = await image.createResultImage();
  for (const fileSystem of ["rockridge", "joliet"] as const) {
    const opened = await openImage(result, { fileSystem });
    for (const name of names) {
      const entry = await opened.stat(name);
      t.is(entry.bytes, sizes[name]!);
      const { extents } = entry;
      t.is(extents.length, Math.ceil(sizes[name]! / (4 * gibibyte - 2048)));
      for (const [index, { lba, bytes }] of extents.entries()) {
        if (index + 1 < extents.length) t.is(bytes, 4 * gibibyte - 2048);
        if (index > 0) t.is(lba, extents[index - 1]!.lba! + extents[index - 1]!.bytes / 2048);
      }
    }
  }
});

test("any range of a large file reads as it was given", async (t) => {
  const image = new FileSystemImage();
  for (const name of names) image.root.addFile(name, contents.get(name)!);
  await using result = await image.createResultImage();
  const opened = await openImage(result);
  for (const name of names) {
    const content = contents.get(name)!;
    for (const mark of content.marks) {
      const offset = Math.max(0, mark - 3000);
      const length = Math.min(7000, content.bytes - offset);
      const expected = new Uint8Array(length);
      await content.read(offset, expected);
      const pieces: Uint8Array[] = [];
      for await (const piece of opened.read(name, { offset, length })) pieces.push(piece);
      t.true(Buffer.concat(pieces).equals(expected), `${name} at ${offset}`);
    }
  }
});

test("xorriso sees the lengths, and reads across extents", async (t) => {
  if (!requireTool(t, "xorriso")) return;
  const path = await makeLarge(t, names);
  const folder = temporaryFolder(t);
  for (const name of names) {
    const listed = execute("xorriso", ["-indev", path, "-lsl", `/${name}`, "--"]).output.toString();
    t.regex(listed, new RegExp(` ${sizes[name]} `));
    // xorriso reads all that lies before, so one place is enough: where the second extent begins.
    const [mark] = contents.get(name)!.marks.filter((at) => at > 4 * gibibyte - 2048);
    if (mark !== undefined && name === "five gibibytes") {
      const length = Math.min(6000, sizes[name]! - mark);
      const target = join(folder, `${name} ${mark}`);
      run("xorriso", ["-osirrox", "on", "-indev", path, "-extract_cut", `/${name}`, `${mark}`, `${length}`, target]);
      const expected = new Uint8Array(length);
      await contents.get(name)!.read(mark, expected);
      t.true(readFileSync(target).equals(expected), `${name} at ${mark}`);
    }
  }
});

test("bsdtar and 7-Zip see the lengths", async (t) => {
  if (!requireTool(t, "bsdtar") || !requireTool(t, "7zz")) return;
  const chosen = ["five gibibytes", "one more"];
  const path = await makeLarge(t, chosen);
  const listed = execute("bsdtar", ["-tvf", path]).output.toString();
  const shown = execute("7zz", ["l", "-slt", path]).output.toString();
  for (const name of chosen) {
    t.regex(listed, new RegExp(` ${sizes[name]} .* ${name}\n`));
    t.regex(shown, new RegExp(`Path = ${name}\nFolder = -\nSize = ${sizes[name]}\n`));
  }
});

if (hasRig) {
  test("Linux sees the length", (t) => {
    if (!requireTool(t, "qemu-system-x86_64")) return;
    return makeLarge(t, ["five gibibytes"]).then((path) => {
      // Contents would take a guest minutes to read; its listing has them left out where the slow tests read them.
      const [mounted] = kernelMounts("6.1", path, ["ro"], [], { contents: false });
      t.is(mounted!.status, 0);
      t.is(mounted!.listing["/five gibibytes"]?.bytes, 5 * gibibyte);
    });
  });
}

const everySystem = ["iso", "rockridge", "joliet", "udf"] as const;

for (const udfRevision of ["1.02", "2.01", "2.50"] as const) {
  const options = { fileSystems: everySystem, udfRevision };

  test(`UDF ${udfRevision}: extents fill a GiB less a block, and are those of ISO 9660`, async (t) => {
    const image = new FileSystemImage(options);
    for (const name of names) image.root.addFile(name, contents.get(name)!);
    await using result = await image.createResultImage();
    const [opened, other] = [await openImage(result, { fileSystem: "udf" }), await openImage(result)];
    for (const name of names) {
      const { extents, bytes } = await opened.stat(name);
      t.is(bytes, sizes[name]!);
      // What follows on each other is told as one.
      const first = extents[0]!.lba!;
      t.is(first, (await other.stat(name)).extents[0]!.lba!);
      for (const mark of contents.get(name)!.marks) {
        const expected = new Uint8Array(Math.min(7000, bytes - mark));
        await contents.get(name)!.read(mark, expected);
        const pieces: Uint8Array[] = [];
        for await (const piece of opened.read(name, { offset: mark, length: expected.length })) pieces.push(piece);
        t.true(Buffer.concat(pieces).equals(expected), `${name} at ${mark}`);
      }
    }
  });

  test(`UDF ${udfRevision}: 7-Zip, GRUB and Linux see the lengths, and GRUB what lies where extents meet`, async (t) => {
    if (!requireTool(t, "7zz") || !requireTool(t, "grub-fstest")) return;
    const path = await makeLarge(t, names, options);
    const shown = execute("7zz", ["l", "-tudf", "-slt", path]).output.toString();
    for (const name of names) t.regex(shown, new RegExp(`Path = ${name}\nFolder = -\nSize = ${sizes[name]}\n`));
    // GRUB knows no metadata partition.
    if (udfRevision !== "2.50") {
      const name = "five gibibytes";
      for (const mark of contents.get(name)!.marks.filter((at) => at + 6000 < sizes[name]!)) {
        const range = ["-s", String(mark), "-n", "6000"];
        const found = execute("grub-fstest", [...range, path, "cat", `(loop0)/${name}`]).output;
        const expected = new Uint8Array(6000);
        await contents.get(name)!.read(mark, expected);
        t.true(found.equals(expected), `GRUB at ${mark}`);
      }
    }
    if (!hasRig || !requireTool(t, "qemu-system-x86_64")) return;
    const [mounted] = kernelMounts("6.1", path, ["ro,bs=2048"], [], { contents: false, fileSystem: "udf" });
    for (const name of names) t.is(mounted!.listing[`/${name}`]?.bytes, sizes[name]!);
  });
}

/** Hashes a content without holding it. */
async function digestOfContent(content: SparseContent): Promise<string> {
  const hash = createHash("sha256");
  const piece = new Uint8Array(16 * 1024 * 1024);
  for (let offset = 0; offset < content.bytes; offset += piece.length) {
    const part = piece.subarray(0, Math.min(piece.length, content.bytes - offset));
    await content.read(offset, part);
    hash.update(part);
  }
  return hash.digest("hex");
}

if (process.env.DISCSMITH_SLOW === "1") {
  test("bsdtar, 7-Zip and xorriso extract five gibibytes as they were given", async (t) => {
    for (const tool of ["bsdtar", "7zz", "xorriso"]) if (!requireTool(t, tool)) return;
    const name = "five gibibytes";
    const path = await makeLarge(t, [name]);
    const expected = await digestOfContent(contents.get(name)!);
    const folder = temporaryFolder(t);
    const commands = [
      `bsdtar -xOf '${path}' '${name}' | sha256sum`,
      `7zz x -so '${path}' '${name}' | sha256sum`,
      `xorriso -osirrox on -indev '${path}' -extract '/${name}' '${folder}/x' 2>/dev/null; sha256sum <'${folder}/x'`,
    ];
    for (const command of commands) {
      t.is(execute("bash", ["-c", command]).output.toString().split(" ")[0], expected, command);
    }
  });
}
