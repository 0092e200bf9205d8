/** `npm run demo [-- FOLDER]`: two sessions on an emulated write-once disc, from files to files. */
import { cp, lstat, mkdir, mkdtemp, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createDisc, openRecorder } from "../device.js";
import type { SessionReport, Warning } from "../node.js";
import { appendTo, compareWithFolder, extractTree, hasCode, openImage, writeTo } from "../node.js";

const top = fileURLToPath(new URL("../..", import.meta.url));

/** What is on the disc where no folder is named: all of it is there in a fresh clone. */
const defaultFolders = ["docs", "node_modules/iconv-lite", "node_modules/typescript", "node_modules/stream-chunker"];

function say(text = ""): void {
  process.stdout.write(`${text}\n`);
}

/** Copies what session 1 is to hold, so that the second can be worked out beside it. */
async function prepareFolder(given: string | undefined, folder: string): Promise<void> {
  await mkdir(folder);
  if (given !== undefined) {
    await copy(given, folder);
    return;
  }
  for (const name of defaultFolders) {
    const from = join(top, name);
    if (await stat(from).catch(() => undefined)) await copy(from, join(folder, name));
  }
}

async function copy(from: string, to: string): Promise<void> {
  // Node's copying knows no devices, and no names that are not text.
  const isCopied = async (path: string): Promise<boolean> => {
    const stats = await lstat(path).catch(() => undefined);
    const isKnown = stats?.isFile() || stats?.isDirectory() || stats?.isSymbolicLink() || false;
    if (!isKnown) say(`  left out: ${path}`);
    return isKnown;
  };
  await cp(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true, filter: isCopied });
}

/** The first files of a folder, as paths from it, in the order of their names. */
async function someFiles(folder: string, count: number): Promise<string[]> {
  const found: string[] = [];
  const open = [""];
  for (let at = 0; at < open.length && found.length < count; at++) {
    for (const name of (await readdir(join(folder, open[at]!))).sort()) {
      const path = join(open[at]!, name);
      const stats = await lstat(join(folder, path));
      if (stats.isDirectory()) open.push(path);
      else if (stats.isFile() && !name.includes("=") && found.length < count) found.push(path);
    }
  }
  return found;
}

function show(report: SessionReport): void {
  const { session, start, blocks, files, directories, freeBlocks } = report;
  say(`  session ${session}: ${files} files, ${directories} directories, ${blocks} blocks from block ${start} on`);
  say(`  ${freeBlocks} blocks are free`);
}

/** Writes a file of a whole second: a fraction may be rounded up when the file is copied. */
async function writeText(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  const seconds = Math.floor(Date.now() / 1000);
  await utimes(path, seconds, seconds);
}

/** Adds, replaces, renames and removes files, in the folder and on the disc. */
async function secondSession(disc: string, folder: string, work: string): Promise<void> {
  const [removed, renamed, replaced] = await someFiles(folder, 3);
  const added = join(work, "added");
  await mkdir(added);
  await writeText(join(added, "added.txt"), "This file came with session 2.\n");
  const changes = ["add      /added.txt"];
  const remove: string[] = [];
  const move: { from: string; to: string }[] = [];
  if (replaced !== undefined) {
    await mkdir(join(added, replaced, ".."), { recursive: true });
    await writeText(join(added, replaced), "This is what session 2 put in its place.\n");
    changes.push(`replace  /${replaced}`);
  }
  if (renamed !== undefined) {
    await rename(join(folder, renamed), join(folder, `${renamed}.renamed`));
    move.push({ from: `/${renamed}`, to: `/${renamed}.renamed` });
    changes.push(`rename   /${renamed}`);
  }
  if (removed !== undefined) {
    await rm(join(folder, removed));
    remove.push(`/${removed}`);
    changes.push(`remove   /${removed}`);
  }
  for (const change of changes) say(`  ${change}`);
  await copy(added, folder);
  show(await appendTo(disc, { remove, move, sources: [added] }));
}

async function printDisc(disc: string): Promise<void> {
  await using recorder = await openRecorder(disc);
  const [interfaces] = await recorder.multisessionInterfaces();
  const { importRecorder: _recorder, ...numbers } = interfaces!;
  say("What the disc says of itself");
  for (const { number, startLba, blocks, state } of recorder.sessions) {
    const image = await openImage(recorder, { session: number });
    let items = 0;
    for await (const _entry of image.walk()) items++;
    const trees = image.fileSystems.join(", ");
    say(`  session ${number}: block ${startLba}, ${blocks} blocks, ${state}; ${trees}; ${items} items`);
  }
  for (const [name, value] of Object.entries(numbers)) say(`  ${name}: ${String(value)}`);
}

/**
 * Says how the disc differs from a folder.
 *
 * @param told Paths of items whose mode need not agree.
 * @returns How many differences there are.
 */
async function compare(disc: string, folder: string, what: string, told: ReadonlySet<string>): Promise<number> {
  await using recorder = await openRecorder(disc);
  const options = { directoryTimes: false };
  const { differences, count, items } = await compareWithFolder(await openImage(recorder), folder, options);
  const found = differences.filter(({ path, kind }) => !(kind === "mode" && told.has(path)));
  const different = count - differences.length + found.length;
  say(`  ${items} items compared with ${what}: ${different === 0 ? "equal" : `${different} differences`}`);
  for (const { path, kind, onDisc, inFolder } of found.slice(0, 20)) {
    say(`    ${path}: ${kind}: ${onDisc ?? "-"} on the disc, ${inFolder ?? "-"} in the folder`);
  }
  return different;
}

/** @returns The paths of files whose modes only root can restore. */
async function extractLast(disc: string, target: string): Promise<ReadonlySet<string>> {
  await using recorder = await openRecorder(disc);
  const told = new Set<string>();
  const onWarning = (warning: Warning): void => {
    say(`  ${warning.message}`);
    if (hasCode(warning, "W_SKIPPED")) told.add(warning.detail.path);
  };
  // Bits that set the user come back with the owner alone, whom only root can restore.
  const options = { owner: process.getuid?.() === 0, onWarning };
  const { files, directories, bytes } = await extractTree(await openImage(recorder), [], target, options);
  say(`  ${files} files, ${directories} directories, ${bytes} bytes extracted`);
  return told;
}

async function demonstrate(given: string | undefined, work: string): Promise<number> {
  const disc = join(work, "demo.disc");
  const folder = join(work, "folder");
  say(`Session 1: ${given ?? defaultFolders.join(", ")}`);
  await prepareFolder(given, folder);
  await createDisc(disc, { media: "dvd+r" });
  show(await writeTo(disc, [folder], { volumeName: "DEMO" }));
  say();
  say("Session 2");
  await secondSession(disc, folder, work);
  say();
  await printDisc(disc);
  say();
  say("The last session against what was asked for");
  const asked = await compare(disc, folder, "what was asked for", new Set());
  const extracted = join(work, "extracted");
  const told = await extractLast(disc, extracted);
  return asked + (await compare(disc, extracted, "what was extracted", told));
}

/** The folder that was named, seen from where the user stands: npm runs scripts in the package's folder. */
function givenFolder(): string | undefined {
  const [, , word] = process.argv;
  return word === undefined ? undefined : resolve(process.env.INIT_CWD ?? ".", word);
}

const given = givenFolder();
if (given !== undefined && !(await stat(given).catch(() => undefined))?.isDirectory()) {
  process.stderr.write(`demo: ${given} is no folder\n`);
  process.exit(2);
}
const work = await mkdtemp(join(tmpdir(), "discsmith-demo-"));
try {
  const differences = await demonstrate(given, work);
  say();
  say(differences === 0 ? "All is as it should be." : `${differences} differences were found.`);
  process.exitCode = differences === 0 ? 0 : 1;
} finally {
  await rm(work, { recursive: true, force: true });
}
