/**
 * Our drive as a drive of other systems: Linux in a guest makes /dev/sr0 of it, mounts what we wrote, and other people's
 * burners there write, blank and read. Afterwards we read what they wrote, and go on with it.
 */
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import { openRecorder } from "../../src/device.js";
import { openImage } from "../../src/fs/image/open-image.js";
import { Shell } from "../cli/support.js";
import { burners, courseScript, courses } from "../support/burner-courses.js";
import { appendSession, blankDisc } from "../support/disc.js";
import type { ListedItem, Listing } from "../support/listing.js";
import { filterListing, folderListing, imageListing, treeListing } from "../support/listing.js";
import { fillRichTree } from "../support/rich-tree.js";
import { hasRig, walkedListing } from "../support/rig.js";
import type { GuestResult, ServedDisc } from "../support/served-discs.js";
import { runGuest, serveByCommand } from "../support/served-discs.js";
import { requireTool, temporaryFolder } from "../support/tools.js";
import { compare, everything } from "../support/verdicts.js";

interface Info {
  readonly media: string;
  readonly state: string;
  readonly capacityBlocks: number;
  readonly freeBlocks: number;
  readonly sessions: readonly { readonly startLba: number; readonly blocks: number; readonly volumeName: string }[];
  readonly multisession: {
    readonly type: string;
    readonly startAddressOfPreviousSession: number | null;
    readonly lastWrittenAddressOfPreviousSession: number | null;
    readonly nextWritableAddress: number | null;
    readonly freeSectorsOnMedia: number | null;
    readonly totalSectorsOnMedia: number | null;
  };
}

/** A disc of three sessions by us; returns what the last one shows. */
async function threeSessions(t: ExecutionContext, media: string): Promise<{ path: string; tree: Listing }> {
  const path = await blankDisc(t, media);
  let tree: Listing = {};
  await appendSession(path, ({ root }) => fillRichTree(root));
  await appendSession(path, ({ root }) => {
    root.addFile("/in session 2", "two", { mtime: 1_600_000_000_000 });
    root.remove("/files/large.bin");
  });
  await appendSession(path, async ({ root }) => {
    root.addSymlink("/link to session 2", "in session 2", { mtime: 1_600_000_000_000 });
    root.move("/links", "/moved links");
    tree = await treeListing(root);
  });
  return { path, tree };
}

/** The folder that a guest calls /t/s1, made here: its first session is written by us. */
function firstFolder(t: ExecutionContext): string {
  const folder = temporaryFolder(t);
  const top = join(folder, "s1");
  mkdirSync(join(top, "d1", "deeper"), { recursive: true });
  const time = Date.UTC(2021, 0, 1, 1) / 1000;
  const file = (name: string, content: string, mode: number): void => {
    writeFileSync(join(top, name), content, { mode });
    utimesSync(join(top, name), time, time);
  };
  file("file1.txt", "session 1\n", 0o640);
  file("d1/numbers.txt", Array.from({ length: 30_001 }, (_unused, index) => `${index + 1}\n`).join(""), 0o755);
  file("d1/deeper/empty", "", 0o644);
  symlinkSync("../file1.txt", join(top, "d1", "link"));
  return folder;
}

/** What the three folders hold, as a disc shows them. */
function burnedTree(guest: GuestResult): Listing {
  const entries = [1, 2, 3].flatMap((number) =>
    Object.entries(walkedListing(guest.file(`source${number}`))).map(([path, item]): [string, ListedItem] => [
      `/s${number}${path}`,
      item,
    ]),
  );
  return Object.fromEntries(entries);
}

/** Directories get their attributes from whoever imports them; links have no times in some programs. */
const isFile = (_path: string, { type }: ListedItem): boolean => type === "file";
const isLink = (_path: string, { type }: ListedItem): boolean => type === "symlink";

function compareBurned(t: ExecutionContext, found: Listing, expected: Listing): void {
  compare(t, filterListing(found, isFile), filterListing(expected, isFile), ["digest", "mode", "mtime", "owner"]);
  compare(t, filterListing(found, isLink), filterListing(expected, isLink), ["target"]);
}

function number(text: string, pattern: RegExp): number | undefined {
  const match = pattern.exec(text);
  return match === null ? undefined : Number(match[1]);
}

function numbers(text: string, pattern: RegExp): number[] {
  return [...text.matchAll(pattern)].map((match) => Number(match[1]));
}

/** Every step of a course has to have worked. */
function requireSteps(t: ExecutionContext, guest: GuestResult, drive: number): void {
  const steps = guest.names(`${drive}`).filter((name) => name.endsWith(".rc"));
  t.true(steps.length > 5, guest.console);
  for (const step of steps) {
    const name = `${drive}/${step.replace(/\.rc$/, "")}`;
    t.is(
      guest.file(`${drive}/${step}`).trim(),
      "0",
      `${name}: ${guest.file(`${name}.err`)}${guest.file(`${name}.out`)}`,
    );
  }
}

/** The numbers that other programs report of a disc written in sessions are those that we report. */
function compareSequentialNumbers(t: ExecutionContext, guest: GuestResult, drive: number, info: Info): void {
  const starts = info.sessions.map(({ startLba }) => startLba);
  const { multisession } = info;
  const toc = guest.file(`${drive}/toc.out`);
  t.deepEqual(numbers(toc, /^ISO session *: +\d+ , +(\d+) ,/gm), starts, "xorriso");
  t.is(number(toc, /^Media nwa *: (\d+)s/m), multisession.nextWritableAddress!);
  // On CD we count what a session can have: a track at once ends in 150 blocks of post-gap and two of run-out.
  const tail = info.media.startsWith("cd") ? 152 : 0;
  t.is(number(toc, /(\d+) writable ,/), info.freeBlocks + tail);
  t.is(multisession.freeSectorsOnMedia, info.freeBlocks);
  if (info.media.startsWith("cd")) {
    const { startAddressOfPreviousSession, nextWritableAddress } = multisession;
    t.is(guest.file(`${drive}/msinfo.out`).trim(), `${startAddressOfPreviousSession},${nextWritableAddress}`, "wodim");
    t.deepEqual(numbers(guest.file(`${drive}/wodim-toc.out`), /^track: +\d+ lba: +(\d+)/gm), starts);
    return;
  }
  t.is(number(toc, /, (\d+) overall/), info.capacityBlocks);
  const mediainfo = guest.file(`${drive}/mediainfo.out`);
  t.is(number(mediainfo, /Number of Sessions: +(\d+)/), starts.length + 1, "dvd+rw-mediainfo counts the next one");
  t.regex(mediainfo, /Disc status: +appendable/);
  t.deepEqual(numbers(mediainfo, /Track Start Address: +(\d+)\*/g), [...starts, multisession.nextWritableAddress!]);
  t.is(number(mediainfo, /Next Writable Address: +(\d+)\*/), multisession.nextWritableAddress!);
  t.is(number(mediainfo, /Multi-session Info: +#\d+@(\d+)/), multisession.startAddressOfPreviousSession!);
  t.is(
    numbers(mediainfo, /Last Recorded Address: +(\d+)\*/g)[starts.length - 1],
    multisession.lastWrittenAddressOfPreviousSession!,
  );
  t.is(numbers(mediainfo, /Free Blocks: +(\d+)\*/g).at(-1), info.freeBlocks);
}

function compareOverwritableNumbers(t: ExecutionContext, guest: GuestResult, drive: number, info: Info): void {
  t.is(info.state, "overwritable");
  t.is(info.multisession.totalSectorsOnMedia, info.capacityBlocks);
  t.is(number(guest.file(`${drive}/mediainfo.out`), /READ CAPACITY: +(\d+)\*/), info.capacityBlocks);
}

/** What we say of a disc that others burned, and whether we can go on with it. */
async function examine(
  t: ExecutionContext,
  shell: Shell,
  guest: GuestResult,
  drive: number,
  path: string,
): Promise<void> {
  const expected = burnedTree(guest);
  compareBurned(t, walkedListing(guest.file(`${drive}/tree-end.out`)), expected);
  const info = await shell.json<Info>(t, "info", path);
  if (info.multisession.type === "sequential") compareSequentialNumbers(t, guest, drive, info);
  else compareOverwritableNumbers(t, guest, drive, info);
  await shell.ok(t, "verify", path);
  {
    await using recorder = await openRecorder(path);
    compareBurned(t, await imageListing(await openImage(recorder)), expected);
  }
  const folder = temporaryFolder(t);
  await shell.ok(t, "extract", path, "-C", folder);
  compare(t, filterListing(folderListing(folder), isFile), filterListing(expected, isFile), [
    "digest",
    "mode",
    "mtime",
  ]);
  if (info.multisession.type !== "sequential") return;
  await shell.ok(t, "append", path, shell.file("by us.txt"));
  t.true((await shell.list(t, path)).includes("/by us.txt"));
  const after = await shell.json<Info>(t, "info", path);
  t.is(after.sessions.length, info.sessions.length + 1);
  t.is(after.sessions.at(-1)!.startLba, info.multisession.nextWritableAddress!);
  await shell.ok(t, "verify", path);
}

/** Prepares the disc of a course. */
async function courseDisc(t: ExecutionContext, shell: Shell, name: string): Promise<string> {
  const { media, begunHere } = courses[name]!;
  const path = await blankDisc(t, media);
  if (begunHere !== undefined) await shell.ok(t, "write", path, firstFolder(t));
  return path;
}

const ours = ["dvd+r", "cd-r", "bd-r"] as const;

/** Boots one guest for all: it mounts discs of ours, while burners are at work on the others. */
async function serveGuest(t: ExecutionContext, kernel: "6.1" | "6.12", names: readonly string[]): Promise<void> {
  for (const tool of [...burners, "qemu-system-x86_64", "gcc", "cpio"]) if (!requireTool(t, tool)) return;
  const shell = new Shell(t);
  const written = await Promise.all(ours.map((media) => threeSessions(t, media)));
  const burned = await Promise.all(names.map((name) => courseDisc(t, shell, name)));
  const discs = [...written.map(({ path }) => path), ...burned];
  const drives: ServedDisc[] = [];
  for (const disc of discs) drives.push(await serveByCommand(t, disc));
  const mounts = ours.map((_media, at) => `course=${at}; mkdir -p /out/${at}; d=$(drive ${at}); look end ro`);
  const places = names.map((name, at) => ({ name, number: ours.length + at }));
  const script = [courseScript(places), ...mounts].join("\n");
  const guest = await runGuest(t, { kernel, drives, script, programs: burners });
  for (const drive of drives) t.is(await drive.end(), 0);
  for (const [at, { tree }] of written.entries()) {
    t.is(guest.file(`${at}/mount-end.rc`).trim(), "0", guest.console);
    compare(t, walkedListing(guest.file(`${at}/tree-end.out`)), tree, everything);
  }
  for (const { name, number: drive } of places) {
    t.log(name);
    requireSteps(t, guest, drive);
    await examine(t, shell, guest, drive, discs[drive]!);
  }
}

if (hasRig) {
  test.serial("Linux has our drives as its own, and burners use them", async (t) => {
    await serveGuest(t, "6.12", ["cd-r", "dvd+r begun here", "bd-r", "dvd+rw"]);
  });

  if (process.env.DISCSMITH_SLOW === "1") {
    // wodim knows no more than 16 drives.
    for (let from = 0; from < Object.keys(courses).length; from += 8) {
      const names = Object.keys(courses).slice(from, from + 8);
      test.serial(`every medium, by every burner: ${names.join(", ")}`, async (t) => {
        await serveGuest(t, "6.12", names);
      });
    }
  }
} else {
  test("the rig is not beside the project: no kernel is asked", (t) => t.pass());
}
