/** Files that are odd as images, and commands in odd orders: nothing is lost, or it is said why nothing is done. */
import { appendFileSync, lstatSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import type { ExecutionContext } from "ava";
import test from "ava";
import { patternBytes } from "../support/rich-tree.js";
import { NearShell as Shell } from "./support.js";

const blockBytes = 2048;

/** An image of two files, and a folder with a third one. */
async function made(t: ExecutionContext): Promise<Shell> {
  const shell = new Shell(t);
  shell.file("tree/large", patternBytes(300_000, 5));
  shell.file("tree/one.txt", "one\n");
  shell.file("more/two.txt", "two\n");
  await shell.ok(t, "build", "tree", "-o", "x.iso");
  return shell;
}

const all = ["/large", "/one.txt", "/two.txt"];

test.serial("what stands behind an image stays, whatever its length", async (t) => {
  const shell = await made(t);
  for (const bytes of [1000, 400 * blockBytes + 1]) {
    const behind = patternBytes(bytes, 6);
    await shell.ok(t, "build", "tree", "-o", "x.iso", "--force");
    const end = statSync(shell.path("x.iso")).size;
    appendFileSync(shell.path("x.iso"), behind);
    await shell.ok(t, "append", "x.iso", "more");
    t.deepEqual(await shell.list(t, "x.iso"), all);
    t.true(
      readFileSync(shell.path("x.iso"))
        .subarray(end, end + bytes)
        .equals(behind),
    );
    await shell.ok(t, "verify", "x.iso");
  }
});

test.serial("what an image that was cut off lacks is said to be left out, and its place stays free", async (t) => {
  const shell = await made(t);
  const whole = readFileSync(shell.path("x.iso"));
  truncateSync(shell.path("x.iso"), 100 * blockBytes);
  const { err } = await shell.run(["append", "x.iso", "more"]);
  t.regex(err, /"\/large" is left out/);
  const after = readFileSync(shell.path("x.iso"));
  t.true(after.subarray(100 * blockBytes, whole.length).equals(Buffer.alloc(whole.length - 100 * blockBytes)));
  whole.copy(after, 100 * blockBytes, 100 * blockBytes);
  writeFileSync(shell.path("x.iso"), after);
  await shell.ok(t, "revert", "x.iso", "--session", "1");
  t.deepEqual(await shell.list(t, "x.iso"), ["/large", "/one.txt"]);
});

test.serial("an image is added to through a link, which stays one", async (t) => {
  const shell = await made(t);
  symlinkSync("x.iso", shell.path("link.iso"));
  await shell.ok(t, "append", "link.iso", "more");
  t.true(lstatSync(shell.path("link.iso")).isSymbolicLink());
  t.deepEqual(await shell.list(t, "x.iso"), all);
});

test.serial("a file of no bytes is no image", async (t) => {
  const shell = await made(t);
  writeFileSync(shell.path("x.iso"), "");
  for (const words of [
    ["append", "x.iso", "more"],
    ["revert", "x.iso", "--session", "1"],
  ]) {
    t.is((await shell.fails(t, 3, ...words)).code, "E_NO_FILE_SYSTEM");
  }
  t.is(statSync(shell.path("x.iso")).size, 0);
});

for (const media of ["dvd+rw", "bd-re"]) {
  test.serial(`${media}: commands in odd orders`, async (t) => {
    const shell = await made(t);
    await shell.ok(t, "create", "d.disc", "--media", media);
    await shell.ok(t, "append", "d.disc", "tree");
    t.is((await shell.fails(t, 4, "write", "d.disc", "more")).code, "E_DISC_NOT_BLANK");
    t.is((await shell.fails(t, 1, "close", "d.disc")).code, "E_NOT_SUPPORTED");
    await shell.ok(t, "append", "d.disc", "more");
    await shell.ok(t, "revert", "d.disc", "--session", "1");
    t.deepEqual(await shell.list(t, "d.disc"), ["/large", "/one.txt"]);
    t.deepEqual(await shell.list(t, "d.disc", "--session", "2"), all);
    t.is((await shell.fails(t, 1, "revert", "d.disc", "--session", "7")).code, "E_SESSION_NOT_FOUND");
    await shell.ok(t, "blank", "d.disc", "--yes");
    t.is((await shell.fails(t, 4, "list", "d.disc")).code, "E_DISC_BLANK");
    await shell.ok(t, "burn", "d.disc", "x.iso");
    await shell.ok(t, "append", "d.disc", "more");
    t.deepEqual(await shell.list(t, "d.disc"), all);
    await shell.ok(t, "verify", "d.disc");
  });
}
