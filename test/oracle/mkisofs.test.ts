/** Command lines of build scripts make what genisoimage and xorriso make of them: the same trees, and the same ways to boot. */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import test from "ava";
import { NearShell } from "../cli/support.js";
import { setUpOf } from "../support/boot-reports.js";
import { canMakeBootableImages, xorrisoReport } from "../support/bootable-images.js";
import { execute } from "../support/judges.js";
import { makeLinesTree, mkisofsLines, wordsOf } from "../support/mkisofs-lines.js";
import { requireTool, temporaryFolder } from "../support/tools.js";

const isolinuxImage = "/usr/lib/ISOLINUX/isolinux.bin";
const runFile = promisify(execFile);

const references = { genisoimage: ["genisoimage"], xorrisofs: ["xorriso", "-as", "mkisofs"] } as const;

/** Files that are told where they lie, and those that say what the program calls things. */
const variable = /\/(boot\.cat|boot\.catalog|\.boot\.cat|isolinux\.bin|eltorito\.img|etfsboot\.com|TRANS\.TBL)(;1)? /i;

/** What bsdtar lists, with checksums of contents; where there are names of ISO 9660 alone, those. */
function treeOf(image: string): readonly string[] {
  const options = "--options=!all,type,size,mode,uid,gid,sha256,link";
  const lines = execute("bsdtar", ["-cf", "-", "--format=mtree", options, `@${image}`])
    .output.toString()
    .split("\n");
  const stable = lines.map((line) => (variable.test(line) ? line.replace(/ (size|sha256digest)=\S+/g, "") : line));
  return stable.filter((line) => line !== "").sort();
}

/**
 * Names in Joliet; of versions, which genisoimage leaves out and readers do not show, there is none, nor of links, which it
 * shows as empty files.
 */
function jolietOf(image: string): readonly string[] {
  const listed = execute("isoinfo", ["-J", "-f", "-i", image]).output.toString();
  const names = listed.split("\n").map((line) => line.replace(/;1$/, ""));
  return names.filter((name) => name !== "/vmlinuz").sort();
}

/** Names in UDF, as 7-Zip lists them; genisoimage says there that the catalog is empty. */
function udfOf(image: string): readonly string[] {
  const listed = execute("7zz", ["l", "-slt", image]).output.toString();
  const names = [...listed.matchAll(/^Path = (.*)\n(?:Folder = (.)\n)?Size = (\d*)/gm)];
  const sized = names.map(([, name, kind, size]) => `${name} ${kind} ${name === "boot.catalog" ? "" : size}`);
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

const hasOption = (words: readonly string[], pattern: RegExp): boolean => words.some((word) => pattern.test(word));

const folder = mkdtempSync(join(tmpdir(), "discsmith-"));

test.before(() => {
  if (!existsSync(isolinuxImage)) return;
  // genisoimage writes boot information tables into its sources.
  for (const side of ["ours", "theirs"]) makeLinesTree(join(folder, side));
});

test.after.always(() => rmSync(folder, { recursive: true, force: true }));

for (const [name, line] of Object.entries(mkisofsLines)) {
  test.serial(`${line.program}: ${name}`, async (t) => {
    if (!canMakeBootableImages(t) || !["bsdtar", "isoinfo", "7zz"].every((tool) => requireTool(t, tool))) return;
    const images = temporaryFolder(t);
    const [ours, theirs] = [join(images, "ours.iso"), join(images, "theirs.iso")];
    const ended = await new NearShell(t, join(folder, "ours", line.folder ?? ".")).run([
      line.program,
      ...wordsOf(line, ours),
    ]);
    t.is(ended.code, 0, ended.err);
    const [reference, ...first] = references[line.program];
    await runFile(reference, [...first, ...wordsOf(line, theirs)], { cwd: join(folder, "theirs", line.folder ?? ".") });
    const words = wordsOf(line, "");
    t.deepEqual(treeOf(ours), treeOf(theirs));
    t.deepEqual(comparableSetUp(ours), comparableSetUp(theirs));
    t.deepEqual(volumeOf(ours, words), volumeOf(theirs, words));
    if (hasOption(words, /^-(J|joliet|joliet-long)$/)) t.deepEqual(jolietOf(ours), jolietOf(theirs));
    if (hasOption(words, /^-udf$/)) t.deepEqual(udfOf(ours), udfOf(theirs));
  });
}
