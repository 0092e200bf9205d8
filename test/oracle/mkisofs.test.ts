/** Command lines of build scripts make what genisoimage and xorriso make of them: the same trees, and the same ways to boot. */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import test from "ava";
import type { DiscImage } from "../../src/node.js";
import { MemorySource, openImage, readBootSetUp, verifyImage } from "../../src/node.js";
import { NearShell } from "../cli/support.js";
import { setUpOf } from "../support/boot-reports.js";
import { canMakeBootableImages, xorrisoReport } from "../support/bootable-images.js";
import { execute } from "../support/judges.js";
import type { SourceImage } from "../support/mkisofs-lines.js";
import { mkisofsLines, oscdimgLines, wordsOf } from "../support/mkisofs-lines.js";
import { isolinuxImage, makeLinesTrees } from "../support/mkisofs-trees.js";
import { requireTool, temporaryFolder } from "../support/tools.js";

const runFile = promisify(execFile);

const references = { genisoimage: ["genisoimage"], xorrisofs: ["xorriso", "-as", "mkisofs"] } as const;

/** Files that are told where they lie, and those that say what the program calls things. */
const variable =
  /\/(boot\.cat|boot\.catalog|\.boot\.cat|isolinux\.bin|eltorito\.img|grub\.eltorito\.bootstrap\.img|etfsboot\.com|TRANS\.TBL)(;1)? /i;

/** What bsdtar lists, with checksums of contents; where there are names of ISO 9660 alone, those. */
function treeOf(image: string): readonly string[] {
  const options = "--options=!all,type,size,mode,uid,gid,sha256,link,time,nlink";
  const lines = execute("bsdtar", ["-cf", "-", "--format=mtree", options, `@${image}`])
    .output.toString()
    .split("\n");
  // Of names that are one file, bsdtar reads the first one alone, which lies elsewhere in each image.
  const isUnstable = (line: string): boolean => variable.test(line) || / nlink=/.test(line);
  const stable = lines.map((line) => (isUnstable(line) ? line.replace(/ (size|sha256digest|time)=\S+/g, "") : line));
  // Directories that no folder stands for have the time at which the program ran.
  const anHourAgo = Date.now() / 1000 - 3600;
  const timeless = stable.map((line) =>
    line.replace(/ time=(\S+)/, (whole, time: string) => (Number(time) > anHourAgo ? " time=now" : whole)),
  );
  return timeless.filter((line) => line !== "").sort();
}

/** The links of the trees. */
const links = new Set(["/debian", "/dists/stable"]);

/**
 * Names in Joliet; of versions, which genisoimage leaves out and readers do not show, there is none, nor of links, which it
 * shows as empty files.
 */
function jolietOf(image: string): readonly string[] {
  const listed = execute("isoinfo", ["-J", "-f", "-i", image]).output.toString();
  const names = listed.split("\n").map((line) => line.replace(/;1$/, ""));
  return names.filter((name) => !links.has(name)).sort();
}

/** Names in UDF, as 7-Zip lists them; genisoimage says there that the catalog is empty. */
function udfOf(image: string): readonly string[] {
  const listed = execute("7zz", ["l", "-slt", image]).output.toString();
  const names = [...listed.matchAll(/^Path = (.*)\n(?:Folder = (.)\n)?Size = (\d*)/gm)];
  const sized = names.map(
    ([, name, kind, size]) => `${name} ${kind} ${/^boot\.cat(alog)?$/i.test(name ?? "") ? "" : size}`,
  );
  return sized.map((line) => line.replace(/ \+ .*/, " +")).sort();
}

/** Fields of the volume that the command line gives; xorriso writes some of them with the letters of a-characters alone. */
function volumeOf(image: string, words: readonly string[]): readonly string[] {
  const given = [
    ["Volume id", /^--?(V|volid)$/],
    ["System id", /^-sysid$/],
    ["Volume set id", /^-volset$/],
    ["Publisher id", /^-(publisher|P)$/],
    ["Data preparer id", /^-(preparer|p)$/],
    ["Application id", /^-(appid|A)$/],
  ] as const;
  const wanted = given.filter(([, option]) => words.some((word) => option.test(word))).map(([field]) => field);
  const lines = execute("isoinfo", ["-d", "-i", image]).output.toString().split("\n");
  const found = lines.filter((line) => wanted.some((field) => line.startsWith(`${field}:`)));
  return found.map((line) => line.toUpperCase().replace("|", "_"));
}

/** Without numbers of partitions in a GUID table, which count what fills gaps, and what is made up. */
function comparableSetUp(image: string): object {
  const setUp = setUpOf(xorrisoReport(image)) as Record<string, string | readonly string[]>;
  const gpt = ["gptNames", "gptTypes", "gptFlags", "gptPaths"].map((key) => {
    const rows = setUp[key] as readonly string[];
    return [key, rows.map((row) => row.replace(/^\d+ /, "")).sort()] as const;
  });
  const { gptGuids: _guids, diskGuid: _disk, ...others } = setUp;
  return { ...others, ...Object.fromEntries(gpt) };
}

/** The files of a film in the order in which they lie, each with its distance from the first. */
function filmOf(image: string): readonly string[] {
  const listed = execute("isoinfo", ["-l", "-i", image]).output.toString();
  const found = [...listed.matchAll(/\[ *(\d+) 00\] +((?:VIDEO_TS|VTS)\S+)/g)];
  const places = found.map(([, block, name]) => [Number(block), name] as const).sort(([one], [other]) => one - other);
  return places.map(([block, name]) => `${block - (places[0]?.[0] ?? 0)} ${name}`);
}

const hasOption = (words: readonly string[], pattern: RegExp): boolean => words.some((word) => pattern.test(word));

/** A file of boot code, a partition table and a FAT volume, of which lines take parts, as of another image. */
function makeSource(folder: string): SourceImage {
  const path = join(folder, "source.iso");
  const system = Buffer.alloc(16 * 2048);
  readFileSync("/usr/lib/grub/i386-pc/boot_hybrid.img").copy(system);
  system.write("\x80\0\x02\0\xcd", 446, "latin1");
  system.write("EFI PART", 512, "latin1");
  const volume = readFileSync(join(folder, "ours/grub/efi.img"));
  writeFileSync(path, Buffer.concat([system, volume]));
  return { path, firstSector: 64, lastSector: 63 + volume.length / 512 };
}

const folder = mkdtempSync(join(tmpdir(), "discsmith-"));

let source: SourceImage | undefined;

test.before(() => {
  if (!existsSync(isolinuxImage)) return;
  // genisoimage writes boot information tables into its sources.
  for (const side of ["ours", "theirs"]) makeLinesTrees(join(folder, side));
  source = makeSource(folder);
});

test.after.always(() => rmSync(folder, { recursive: true, force: true }));

for (const [name, line] of Object.entries(mkisofsLines)) {
  test.serial(`${line.program}: ${name}`, async (t) => {
    if (!canMakeBootableImages(t) || !["bsdtar", "isoinfo", "7zz"].every((tool) => requireTool(t, tool))) return;
    const images = temporaryFolder(t);
    const [ours, theirs] = [join(images, "ours.iso"), join(images, "theirs.iso")];
    const place = join(line.tree, line.folder ?? ".");
    const ended = await new NearShell(t, join(folder, "ours", place)).run([
      line.program,
      ...wordsOf(line, ours, source),
    ]);
    t.is(ended.code, 0, ended.err);
    const [reference, ...first] = references[line.program];
    await runFile(reference, [...first, ...wordsOf(line, theirs, source)], { cwd: join(folder, "theirs", place) });
    const words = wordsOf(line, "");
    t.deepEqual(treeOf(ours), treeOf(theirs));
    t.deepEqual(comparableSetUp(ours), comparableSetUp(theirs));
    t.deepEqual(volumeOf(ours, words), volumeOf(theirs, words));
    if (hasOption(words, /^-(J|joliet|joliet-long)$/)) t.deepEqual(jolietOf(ours), jolietOf(theirs));
    if (hasOption(words, /^-dvd-video$/)) t.deepEqual(filmOf(ours), filmOf(theirs));
    if (hasOption(words, /^-(udf|dvd-video)$/)) t.deepEqual(udfOf(ours), udfOf(theirs));
  });
}

for (const [name, line] of Object.entries(oscdimgLines)) {
  test.serial(`oscdimg: ${name}`, async (t) => {
    if (!canMakeBootableImages(t)) return;
    const image = join(temporaryFolder(t), "ours.iso");
    const tree = join(folder, "ours/windows");
    const ended = await new NearShell(t, tree).run(["oscdimg", ...wordsOf(line, image)]);
    t.is(ended.code, 0, ended.err);
    const source = new MemorySource(readFileSync(image));
    // With -u2, ISO 9660 is to show a note alone.
    const { findings } = await verifyImage(source);
    t.deepEqual(
      findings.filter(({ name: found }) => found !== "TREES_DIFFER"),
      [],
    );
    const { volume, isUdfAlone, fileSystems, boot } = line.asks;
    const opened = await openImage(source);
    t.is(opened.session.volumeName, volume);
    t.deepEqual(opened.session.fileSystems, fileSystems);
    const inIso = await paths(await openImage(source, { fileSystem: "iso" }));
    t.is(inIso.length === 1, isUdfAlone, inIso.join());
    const folderPaths = await paths(await openImage(source, { fileSystem: isUdfAlone ? "udf" : "joliet" }));
    t.deepEqual(folderPaths, filesIn(join(tree, "win")));
    const { entries } = await readBootSetUp(source, { strict: true });
    const platforms: Readonly<Record<number, string>> = { 0: "x86", 239: "uefi" };
    t.deepEqual(
      entries.map(({ platform }) => platforms[platform]),
      boot.map(([platform]) => platform),
    );
    for (const [index, [, file]] of boot.entries()) {
      const { imageLba, emulation, loadSegment } = entries[index]!;
      const expected = readFileSync(join(tree, "win", file));
      const bytes = Buffer.alloc(Math.ceil(expected.length / 2048) * 2048);
      await source.read(imageLba, bytes.length / 2048, bytes);
      t.true(bytes.subarray(0, expected.length).equals(expected), "the image is that of the host");
      t.deepEqual([emulation, loadSegment], ["none", 0]);
    }
  });
}

/** All paths of an image. */
async function paths(image: DiscImage): Promise<string[]> {
  const found: string[] = [];
  for await (const { path } of image.walk()) found.push(path);
  return found.sort();
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => `/${path}`)
    .sort();
}
