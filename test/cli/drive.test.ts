/** What is done to a disc as a whole, on the command line: blank, format, close, eject, load, speed. */
import { statSync, writeFileSync } from "node:fs";
import type { ExecutionContext } from "ava";
import test from "ava";
import { NearShell as Shell } from "./support.js";

interface Info {
  readonly state: string;
  readonly media: string;
  readonly profile: number;
  readonly capacityBlocks: number;
  readonly freeBlocks: number;
  readonly discId: string;
  readonly sessions: readonly { readonly startLba: number; readonly blocks: number }[];
  readonly multisession: { readonly type: string };
}

interface Done {
  readonly steps: readonly string[];
  readonly state: string;
  readonly blank: boolean;
  readonly dryRun: boolean;
}

async function written(t: ExecutionContext, media: string): Promise<Shell> {
  const shell = new Shell(t);
  shell.file("one/one.txt");
  shell.file("two/two.txt");
  await shell.ok(t, "create", "x.disc", "--media", media);
  await shell.ok(t, "write", "x.disc", "one", "--verify", "full");
  return shell;
}

const infoOf = (t: ExecutionContext, shell: Shell): Promise<Info> => shell.json<Info>(t, "info", "x.disc");

test.serial("a CD-RW is blanked and written anew; another disc is not", async (t) => {
  const shell = await written(t, "cd-rw");
  await shell.ok(t, "append", "x.disc", "two", "--close");
  t.is((await infoOf(t, shell)).state, "complete");
  const wrong = await shell.fails(t, 4, "blank", "x.disc", "--disc", "cd-rw-00000000");
  t.is(wrong.code, "E_DISC_WRONG");
  const planned = await shell.json<Done>(t, "blank", "x.disc", "--dry-run");
  t.true(planned.dryRun);
  t.is(planned.state, "complete");
  t.true(planned.steps.length > 0);
  t.is((await infoOf(t, shell)).state, "complete");
  const { discId } = await infoOf(t, shell);
  const blanked = await shell.json<Done>(t, "blank", "x.disc", "--disc", discId);
  t.is(blanked.state, "blank");
  await shell.ok(t, "write", "x.disc", "two");
  t.deepEqual(await shell.list(t, "x.disc"), ["/two.txt"]);
});

test.serial("media that are written once are not blanked", async (t) => {
  const shell = await written(t, "dvd+r");
  t.is((await shell.fails(t, 4, "blank", "x.disc")).code, "E_DISC_READ_ONLY");
  t.is((await shell.fails(t, 4, "format", "x.disc")).code, "E_DISC_READ_ONLY");
  t.deepEqual(await shell.list(t, "x.disc"), ["/one.txt"]);
});

test.serial("a DVD-RW is formatted for overwriting, and blanked back to sessions", async (t) => {
  const shell = await written(t, "dvd-rw");
  await shell.ok(t, "format", "x.disc");
  t.like(await infoOf(t, shell), { state: "overwritable", profile: 0x0013, sessions: [] });
  await shell.ok(t, "write", "x.disc", "two");
  t.deepEqual(await shell.list(t, "x.disc"), ["/two.txt"]);
  // An image whose end is no multiple of 32 blocks: the disc grows without gaps, and the next session starts at one.
  await shell.ok(t, "format", "x.disc");
  writeFileSync(shell.path("odd"), Buffer.alloc(30_000));
  await shell.ok(t, "build", "odd", "-o", "odd.iso");
  await shell.ok(t, "burn", "x.disc", "odd.iso");
  await shell.ok(t, "append", "x.disc", "two");
  t.deepEqual(await shell.list(t, "x.disc"), ["/odd", "/two.txt"]);
  await shell.ok(t, "blank", "x.disc");
  t.like(await infoOf(t, shell), { state: "blank", profile: 0x0014 });
  t.is((await shell.fails(t, 4, "revert", "x.disc", "--session", "1")).code, "E_DISC_BLANK");
});

test.serial(
  "a medium that can be overwritten takes sessions one after the other, and a first one again once it is blank",
  async (t) => {
    const shell = await written(t, "bd-re");
    const info = await infoOf(t, shell);
    t.is(info.state, "overwritable");
    t.is(info.multisession.type, "randomWrite");
    t.is(info.sessions.length, 1);
    t.is(info.sessions[0]!.blocks, 256);
    t.is((await shell.fails(t, 4, "write", "x.disc", "two")).code, "E_DISC_NOT_BLANK");
    await shell.ok(t, "append", "x.disc", "two", "--verify", "full");
    await shell.ok(t, "append", "x.disc", "--remove", "/one.txt");
    t.deepEqual(
      (await infoOf(t, shell)).sessions.map(({ startLba }) => startLba),
      [32, 288, 320],
    );
    t.deepEqual(await shell.list(t, "x.disc"), ["/two.txt"]);
    t.deepEqual(await shell.list(t, "x.disc", "--session", "1"), ["/one.txt"]);
    await shell.ok(t, "revert", "x.disc", "--session", "2");
    t.deepEqual(await shell.list(t, "x.disc"), ["/one.txt", "/two.txt"]);
    await shell.ok(t, "verify", "x.disc");
    await shell.ok(t, "blank", "x.disc");
    t.deepEqual((await infoOf(t, shell)).sessions, []);
    await shell.ok(t, "write", "x.disc", "two", "--fs", "udf", "--streaming");
    t.regex(await shell.ok(t, "info", "x.disc"), /2\.50/);
    t.deepEqual(await shell.list(t, "x.disc"), ["/two.txt"]);
  },
);

test.serial("spare areas are chosen in blocks or bytes", async (t) => {
  const shell = await written(t, "bd-re");
  const before = (await infoOf(t, shell)).capacityBlocks;
  await shell.ok(t, "format", "x.disc", "--spare", "none");
  t.true((await infoOf(t, shell)).capacityBlocks > before);
  t.is((await shell.fails(t, 2, "format", "x.disc", "--spare", "some")).code, "E_USAGE");
});

test.serial("a disc is finalised without writing to it", async (t) => {
  const shell = await written(t, "dvd+r");
  t.deepEqual((await shell.json<Done>(t, "close", "x.disc", "--dry-run")).state, "appendable");
  t.is((await shell.json<Done>(t, "close", "x.disc")).state, "complete");
  t.is((await shell.fails(t, 4, "close", "x.disc")).code, "E_DISC_FINALISED");
  t.is((await shell.fails(t, 4, "append", "x.disc", "two")).code, "E_DISC_FINALISED");
  t.deepEqual(await shell.list(t, "x.disc"), ["/one.txt"]);
});

test.serial("a dummy run writes nothing", async (t) => {
  const shell = new Shell(t);
  shell.file("one/one.txt");
  await shell.ok(t, "create", "x.disc", "--media", "cd-r");
  await shell.ok(t, "write", "x.disc", "one", "--dummy");
  t.is((await infoOf(t, shell)).state, "blank");
  t.is(statSync(shell.path("x.disc")).size, 0);
  await shell.ok(t, "write", "x.disc", "one");
  t.deepEqual(await shell.list(t, "x.disc"), ["/one.txt"]);
});

test.serial("speeds are listed, set, and given to what writes", async (t) => {
  const shell = await written(t, "dvd+r");
  const { speeds } = await shell.json<{ speeds: { factor: number; kilobytesPerSecond: number }[] }>(
    t,
    "speed",
    "x.disc",
  );
  t.true(speeds.length > 0);
  t.true(speeds.every(({ factor, kilobytesPerSecond }) => factor > 0 && kilobytesPerSecond > 1000));
  await shell.ok(t, "speed", "x.disc", "max");
  t.is((await shell.fails(t, 2, "speed", "x.disc", "fast")).code, "E_USAGE");
  const { steps } = await shell.json<Done>(t, "append", "x.disc", "two", "--speed", "4x", "--dry-run");
  t.true(
    steps.some((step) => step.includes("5540 kB/s")),
    steps.join("; "),
  );
  await shell.ok(t, "append", "x.disc", "two", "--speed", "4x", "--verify", "quick");
  t.is((await shell.fails(t, 2, "append", "x.disc", "two", "--speed", "0x")).code, "E_USAGE");
});

test.serial("the tray is opened and closed", async (t) => {
  const shell = await written(t, "bd-r");
  t.like(await shell.json(t, "eject", "x.disc"), { loaded: false });
  t.like(await shell.json(t, "load", "x.disc"), { loaded: true, media: "bd-r" });
  t.deepEqual(await shell.list(t, "x.disc"), ["/one.txt"]);
});

test.serial("drives are listed, where there are any", async (t) => {
  const shell = new Shell(t);
  const found = await shell.json<{ path: string; vendor: string }[]>(t, "drives");
  t.true(Array.isArray(found));
  t.true(found.every(({ path }) => path.startsWith("/dev/")));
  const { code, out, err } = await shell.run(["drives"]);
  t.is(code, 0, err);
  t.is(out.split("\n").length, found.length === 0 ? 1 : found.length + 2);
});
