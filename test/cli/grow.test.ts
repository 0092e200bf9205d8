import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import type { ExecutionContext } from "ava";
import test from "ava";
import { execute } from "../support/judges.js";
import { requireTool, run } from "../support/tools.js";
import { NearShell as Shell } from "./support.js";

interface Session {
  readonly number: number;
  readonly startLba: number;
  readonly blocks: number;
  readonly fileSystems: readonly string[];
}

/** An image of two files, and a folder with a third one. */
async function made(t: ExecutionContext, ...options: string[]): Promise<Shell> {
  const shell = new Shell(t);
  mkdirSync(shell.path("tree"));
  mkdirSync(shell.path("more"));
  writeFileSync(shell.path("tree/one.txt"), "one\n");
  writeFileSync(shell.path("tree/large"), Buffer.alloc(300_000, 7));
  writeFileSync(shell.path("more/two.txt"), "two\n");
  await shell.ok(t, "build", "tree", "-o", "x.iso", ...options);
  return shell;
}

async function sessionsOf(t: ExecutionContext, shell: Shell): Promise<readonly Session[]> {
  return (await shell.json<{ sessions: Session[] }>(t, "info", "x.iso")).sessions;
}

test.serial("an image grows, shows every session, and goes back", async (t) => {
  const shell = await made(t, "--fs", "all");
  const before = statSync(shell.path("x.iso")).size;
  t.is((await sessionsOf(t, shell))[0]!.startLba, 0);
  const planned = await shell.json<{ session: number; steps: string[] }>(t, "append", "x.iso", "more", "--dry-run");
  t.is(planned.session, 2);
  t.true(planned.steps.length >= 2);
  t.is(statSync(shell.path("x.iso")).size, before);
  await shell.ok(t, "append", "x.iso", "more");
  await shell.ok(t, "append", "x.iso", "--remove", "/one.txt", "--move", "/large=/big");
  t.deepEqual(await shell.list(t, "x.iso"), ["/big", "/two.txt"]);
  t.deepEqual(await shell.list(t, "x.iso", "--session", "1"), ["/large", "/one.txt"]);
  await shell.ok(t, "revert", "x.iso", "--session", "1");
  t.deepEqual(await shell.list(t, "x.iso"), ["/large", "/one.txt"]);
  t.is((await sessionsOf(t, shell)).length, 4);
  await shell.ok(t, "revert", "x.iso", "--session", "-2");
  t.deepEqual(await shell.list(t, "x.iso"), ["/large", "/one.txt", "/two.txt"]);
  await shell.ok(t, "verify", "x.iso");
});

test.serial("what is there already is neither moved nor copied", async (t) => {
  const shell = await made(t, "--fs", "all");
  const before = readFileSync(shell.path("x.iso"));
  await shell.ok(t, "append", "x.iso", "more");
  const after = readFileSync(shell.path("x.iso"));
  const changed = new Set<number>();
  for (let block = 0; block * 2048 < before.length; block++) {
    const range = [block * 2048, (block + 1) * 2048] as const;
    if (!before.subarray(...range).equals(after.subarray(...range))) changed.add(block);
  }
  // The record of the chain, two descriptors with addresses, and the anchor of UDF.
  t.deepEqual([...changed], [15, 16, 17, 256]);
});

test.serial("an image takes what it has room for at its front", async (t) => {
  const shell = await made(t);
  const error = await shell.fails(t, 1, "append", "x.iso", "more", "--fs", "all");
  t.is(error.code, "E_NOT_SUPPORTED");
  t.deepEqual(await shell.list(t, "x.iso"), ["/large", "/one.txt"]);
  await shell.ok(t, "build", "tree", "-o", "x.iso", "--growable", "--force");
  await shell.ok(t, "append", "x.iso", "more", "--fs", "all");
  t.deepEqual((await sessionsOf(t, shell))[1]!.fileSystems, ["rockridge", "joliet", "iso", "udf"]);
  await shell.ok(t, "append", "x.iso", "--volume", "BARE", "--fs", "rockridge");
  t.deepEqual(await shell.list(t, "x.iso", "--start", "0"), ["/large", "/one.txt", "/two.txt"]);
  await shell.ok(t, "verify", "x.iso");
});

test.serial("the sessions of a write-once disc in a file are not taken for one image", async (t) => {
  const shell = await made(t);
  await shell.ok(t, "create", "d.disc", "--media", "dvd+r");
  await shell.ok(t, "write", "d.disc", "tree");
  await shell.ok(t, "append", "d.disc", "more");
  copyFileSync(shell.path("d.disc"), shell.path("x.iso"));
  t.is((await shell.fails(t, 1, "append", "x.iso", "more", "--at", "/new")).code, "E_NOT_SUPPORTED");
  await shell.ok(t, "append", "x.iso", "more", "--at", "/new", "--growable");
  t.deepEqual(await shell.list(t, "x.iso"), ["/large", "/new", "/new/two.txt", "/one.txt", "/two.txt"]);
});

test.serial("what is meant for discs, and what is no image, is refused", async (t) => {
  const shell = await made(t);
  for (const option of [["--close"], ["--dummy"], ["--speed", "4x"], ["--streaming"]]) {
    t.is((await shell.fails(t, 1, "append", "x.iso", "more", ...option)).code, "E_NOT_SUPPORTED", option[0]);
  }
  t.is((await shell.fails(t, 4, "write", "x.iso", "more")).code, "E_DISC_NOT_BLANK");
  t.is((await shell.fails(t, 1, "burn", "x.iso", "x.iso")).code, "E_NOT_SUPPORTED");
  t.is((await shell.fails(t, 2, "revert", "x.iso")).code, "E_USAGE");
  t.is((await shell.fails(t, 1, "revert", "x.iso", "--session", "9")).code, "E_SESSION_NOT_FOUND");
  writeFileSync(shell.path("x.iso"), Buffer.alloc(100_000, 1));
  t.is((await shell.fails(t, 3, "append", "x.iso", "more")).code, "E_NO_FILE_SYSTEM");
});

test.serial("a bridge to which another program added ISO 9660 alone stays a bridge", async (t) => {
  if (!requireTool(t, "xorriso") || !requireTool(t, "7zz")) return;
  const shell = await made(t, "--fs", "all", "--growable");
  shell.file("three.txt");
  run("xorriso", ["-dev", shell.path("x.iso"), "-map", shell.path("three.txt"), "/three.txt", "-commit"]);
  t.false((await sessionsOf(t, shell)).at(-1)!.fileSystems.includes("udf"));
  await shell.ok(t, "append", "x.iso", "more");
  const expected = ["/large", "/one.txt", "/three.txt", "/two.txt"];
  for (const fileSystem of ["rockridge", "udf"])
    t.deepEqual(await shell.list(t, "x.iso", "--fs", fileSystem), expected);
  const listed = execute("7zz", ["l", "-tudf", "-ba", shell.path("x.iso")]).output.toString();
  for (const path of expected) t.true(listed.includes(path.slice(1)), `7-Zip sees ${path}`);
  await shell.ok(t, "verify", "x.iso");
});

test.serial("sessions lists them, in a table or as JSON", async (t) => {
  const shell = await made(t);
  await shell.ok(t, "append", "x.iso", "more");
  const { sessions } = await shell.json<{ sessions: Session[] }>(t, "sessions", "x.iso");
  t.deepEqual(sessions, await sessionsOf(t, shell));
  t.is((await shell.ok(t, "sessions", "x.iso")).trimEnd().split("\n").length, 3);
  t.is((await shell.json<{ sessions: Session[] }>(t, "sessions", "x.iso", "--session", "1")).sessions.length, 1);
  await shell.ok(t, "create", "blank.disc", "--media", "cd-r");
  t.deepEqual((await shell.json<{ sessions: Session[] }>(t, "sessions", "blank.disc")).sessions, []);
});
