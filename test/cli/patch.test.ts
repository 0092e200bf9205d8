import { existsSync, readFileSync, renameSync } from "node:fs";
import { utimes } from "node:fs/promises";
import type { ExecutionContext } from "ava";
import test from "ava";
import { NearShell as Shell } from "./support.js";

/** An image of three files in all trees. */
async function made(t: ExecutionContext): Promise<Shell> {
  const shell = new Shell(t);
  shell.file("tree/one.txt", "first\n");
  shell.file("tree/sub/two=2.txt", "second\n");
  shell.file("tree/large.bin", new Uint8Array(10_000).fill(7));
  await shell.ok(t, "build", "tree", "-o", "x.iso", "--fs", "all");
  return shell;
}

test.serial("contents are changed in their places, and put back", async (t) => {
  const shell = await made(t);
  const before = readFileSync(shell.path("x.iso"));
  const changed = shell.file("new.txt", "the first, but longer\n");
  await utimes(changed, 1_600_000_000, 1_600_000_000);
  shell.file("new.bin", new Uint8Array(9000).fill(8));
  const words = ["patch", "x.iso", "/one.txt=new.txt", "/large.bin=new.bin"];
  const planned = await shell.ok(t, ...words, "--dry-run");
  t.regex(planned, /^would change \d+ bytes in \d+ places of x\.iso\n/);
  t.regex(planned, /\/one\.txt: 22 bytes instead of 6, 2048 have room\n/);
  t.regex(planned, / {2}content: 10240 bytes from byte \d+ on\n/);
  t.true(readFileSync(shell.path("x.iso")).equals(before));
  const { code, out, err } = await shell.run(words);
  t.is(code, 0, err);
  t.is(out, "");
  t.regex(err, /x\.iso\.undo takes it back/);
  for (const tree of ["rockridge", "joliet", "udf"]) {
    t.is(await shell.ok(t, "cat", "x.iso", "/one.txt", "--fs", tree), "the first, but longer\n");
    const lines = await shell.list(t, "x.iso", "/one.txt", "--long", "--fs", tree);
    t.regex(lines[0]!, / 22 2020-09-13T12:26:40Z \/one\.txt$/, tree);
  }
  t.regex(await shell.ok(t, "verify", "x.iso"), /: 0 errors, 0 warnings/);
  await shell.fails(t, 1, ...words);
  t.regex(await shell.ok(t, "patch", "x.iso", "--revert", "--dry-run"), /would be put back from x\.iso\.undo/);
  await shell.ok(t, "patch", "x.iso", "--revert");
  t.true(readFileSync(shell.path("x.iso")).equals(before));
  t.false(existsSync(shell.path("x.iso.undo")));
});

test.serial("JSON tells what was changed, and a path may have a =", async (t) => {
  const shell = await made(t);
  shell.file("a=b", "2\n");
  const result = await shell.json<{
    image: string;
    session: number;
    undo: string;
    bytes: number;
    ranges: { offsetBytes: number; bytes: number; kind: string }[];
    files: { path: string; names: { session: number; fileSystem: string; path: string }[] }[];
    warnings: object[];
  }>(t, "patch", "x.iso", "/sub/two\\=2.txt=a\\=b", "--undo", "other.undo");
  t.like(result, { image: "x.iso", session: 1, undo: "other.undo", warnings: [] });
  t.is(
    result.bytes,
    result.ranges.reduce((sum, { bytes }) => sum + bytes, 0),
  );
  t.is(result.ranges[0]!.kind, "content");
  t.deepEqual(
    result.files.map(({ path, names }) => [path, names.map(({ fileSystem }) => fileSystem).sort()]),
    [["/sub/two=2.txt", ["joliet", "rockridge", "udf"]]],
  );
  t.is(await shell.ok(t, "cat", "x.iso", "/sub/two=2.txt"), "2\n");
  const reverted = await shell.json<object>(t, "patch", "x.iso", "--revert", "--undo", "other.undo");
  t.like(reverted, { image: "x.iso", undo: "other.undo", bytes: result.bytes, wasReverted: false });
});

test.serial("what cannot be done is refused, and nothing is changed", async (t) => {
  const shell = await made(t);
  const before = readFileSync(shell.path("x.iso"));
  shell.file("long", new Uint8Array(3000));
  const tooBig = await shell.fails(t, 1, "patch", "x.iso", "/one.txt=long");
  t.is(tooBig.code, "E_CONTENT_TOO_BIG");
  t.deepEqual(tooBig.detail, { path: "/one.txt", bytes: 3000, limitBytes: 2048 });
  t.regex(tooBig.message, /room for 2048 bytes/);
  t.is((await shell.fails(t, 1, "patch", "x.iso", "/sub=long")).code, "E_NOT_A_FILE");
  t.is((await shell.fails(t, 1, "patch", "x.iso", "/none=long")).code, "E_ITEM_NOT_FOUND");
  t.is((await shell.fails(t, 1, "patch", "x.iso", "/one.txt=none")).code, "E_SOURCE_UNREADABLE");
  t.is((await shell.fails(t, 1, "patch", "x.iso", "/one.txt=tree")).code, "E_NOT_A_FILE");
  t.is((await shell.fails(t, 2, "patch", "x.iso", "/one.txt=x.iso.md5", "/one.txt")).code, "E_USAGE");
  t.is((await shell.fails(t, 2, "patch", "x.iso")).code, "E_USAGE");
  t.is((await shell.fails(t, 2, "patch", "x.iso", "--revert", "/a=b")).code, "E_USAGE");
  t.is((await shell.fails(t, 2, "patch", "x.iso", "/large.bin=long", "/large.bin=long")).code, "E_OPTION_INVALID");
  t.is((await shell.fails(t, 4, "patch", "none.iso", "/a=long")).code, "E_NO_MEDIUM");
  await shell.ok(t, "create", "x.disc", "--media", "dvd+rw");
  t.is((await shell.fails(t, 1, "patch", "x.disc", "/one.txt=long")).code, "E_NOT_SUPPORTED");
  t.true(readFileSync(shell.path("x.iso")).equals(before));
  t.false(existsSync(shell.path("x.iso.undo")));
});

test.serial("other sessions that have a file are named, and changed when asked for", async (t) => {
  const shell = await made(t);
  shell.file("later.txt");
  await shell.ok(t, "append", "x.iso", "later.txt");
  shell.file("new.txt", "new\n");
  const shared = await shell.fails(t, 1, "patch", "x.iso", "/one.txt=new.txt");
  t.like(shared, { code: "E_CONTENT_SHARED", detail: { path: "/one.txt", sessions: [1] } });
  await shell.ok(t, "patch", "x.iso", "/one.txt=new.txt", "--all-sessions");
  for (const session of ["1", "2"]) {
    t.is(await shell.ok(t, "cat", "x.iso", "/one.txt", "--session", session, "--fs", "udf"), "new\n");
  }
});

test.serial("a file of sequential sessions is refused unless all are found", async (t) => {
  const shell = new Shell(t);
  shell.file("one.txt");
  shell.file("two.txt");
  shell.file("new.txt", "new\n");
  await shell.ok(t, "create", "x.disc", "--media", "dvd+r");
  await shell.ok(t, "write", "x.disc", "one.txt");
  await shell.ok(t, "append", "x.disc", "two.txt");
  renameSync(shell.path("x.disc"), shell.path("x.iso"));
  t.is((await shell.fails(t, 1, "patch", "x.iso", "/one.txt=new.txt")).code, "E_NOT_SUPPORTED");
  const shared = await shell.fails(t, 1, "patch", "x.iso", "/one.txt=new.txt", "--scan");
  t.like(shared, { code: "E_CONTENT_SHARED", detail: { sessions: [1] } });
  await shell.ok(t, "patch", "x.iso", "/two.txt=new.txt", "--scan");
  t.is(await shell.ok(t, "cat", "x.iso", "/two.txt", "--scan"), "new\n");
});
