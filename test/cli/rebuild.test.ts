import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import type { ExecutionContext } from "ava";
import test from "ava";
import { MemorySource, openImage } from "../../src/index.js";
import { execute } from "../support/judges.js";
import { requireTool } from "../support/tools.js";
import { Shell } from "./support.js";

/** An image with three sessions: a large file, which the second takes away, and one more file each. */
async function made(t: ExecutionContext, ...options: string[]): Promise<Shell> {
  const shell = new Shell(t);
  shell.file("tree/large", Buffer.alloc(3_000_000, 7));
  shell.file("tree/sub/one.txt");
  shell.file("two.txt");
  shell.file("three.txt");
  const named = ["--publisher", "SOMEBODY", "--copyright-file", "COPY.TXT", "--volume", "Mine"];
  await shell.ok(t, "build", "tree", "-o", "x.iso", "--fs", "all", ...named, ...options);
  await shell.ok(t, "append", "x.iso", "two.txt", "--remove", "/large");
  await shell.ok(t, "append", "x.iso", "three.txt");
  return shell;
}

const sizeOf = (shell: Shell, name: string): number => statSync(shell.path(name)).size;

test("the newest tree, compact; the source is not touched", async (t) => {
  const shell = await made(t);
  const before = readFileSync(shell.path("x.iso"));
  await shell.ok(t, "rebuild", "x.iso", "-o", "y.iso");
  t.deepEqual(await shell.list(t, "y.iso"), ["/sub", "/sub/one.txt", "/three.txt", "/two.txt"]);
  t.true(sizeOf(shell, "y.iso") < 2_000_000);
  t.true(readFileSync(shell.path("x.iso")).equals(before));
  const info = await shell.json<{ sessions: { startLba: number; fileSystems: string[] }[] }>(t, "info", "y.iso");
  t.deepEqual(
    info.sessions.map(({ startLba, fileSystems }) => [startLba, fileSystems.length]),
    [[0, 4]],
  );
  await shell.ok(t, "verify", "y.iso");
  t.is((await shell.run(["diff", "x.iso", "y.iso"])).code, 0);
});

test("any session, changed as asked", async (t) => {
  const shell = await made(t);
  shell.file("new/three.txt");
  await shell.ok(t, "rebuild", "x.iso", "new", "/renamed=two.txt", "--session", "1", "-o", "y.iso");
  t.deepEqual(await shell.list(t, "y.iso"), ["/large", "/renamed", "/sub", "/sub/one.txt", "/three.txt"]);
  const words = [
    "--remove",
    "/sub",
    "--move",
    "/three.txt=/3",
    "--at",
    "/in",
    "--volume",
    "Other",
    "--fs",
    "iso,joliet",
  ];
  await shell.ok(t, "rebuild", "x.iso", "two.txt", ...words, "-o", "z.iso");
  t.deepEqual(await shell.list(t, "z.iso"), ["/3", "/in", "/in/two.txt", "/two.txt"]);
  const { volume } = await openImage(new MemorySource(readFileSync(shell.path("z.iso"))));
  t.is(volume.volumeName, "Other");
  t.is(volume.publisherIdentifier, "SOMEBODY");
});

test("volume fields stay, as others read them", async (t) => {
  if (!requireTool(t, "isoinfo")) return;
  const shell = await made(t);
  await shell.ok(t, "rebuild", "x.iso", "-o", "y.iso");
  const { output } = execute("isoinfo", ["-d", "-i", shell.path("y.iso")]);
  t.regex(output.toString(), /Volume id: Mine\n/);
  t.regex(output.toString(), /Publisher id: SOMEBODY\n/);
  t.regex(output.toString(), /Copyright File id: COPY.TXT\n/);
});

test("the new image in the place of the old one", async (t) => {
  const shell = await made(t);
  copyFileSync(shell.path("x.iso"), shell.path("old.iso"));
  t.like(await shell.fails(t, 1, "rebuild", "x.iso", "-o", "x.iso"), { code: "E_TARGET_EXISTS" });
  await shell.ok(t, "rebuild", "x.iso", "-o", "x.iso", "--force");
  t.true(sizeOf(shell, "x.iso") < sizeOf(shell, "old.iso") / 2);
  t.is((await shell.run(["diff", "old.iso", "x.iso"])).code, 0);
  t.deepEqual(
    readdirSync(shell.folder).filter((name) => name.endsWith(".part")),
    [],
  );
});

test("of a disc, to standard output, and a dry run", async (t) => {
  const shell = new Shell(t);
  shell.file("tree/one.txt");
  await shell.ok(t, "create", "a.disc", "--media", "cd-r");
  await shell.ok(t, "write", "a.disc", "tree");
  await shell.ok(t, "append", "a.disc", "tree", "--at", "/again");
  const planned = await shell.json<{ files: number; image: null; bytes: number }>(t, "rebuild", "a.disc", "--dry-run");
  t.like(planned, { files: 2, image: null });
  const { bytes, code } = await shell.run(["rebuild", "a.disc", "-o", "-"]);
  t.is(code, 0);
  t.is(bytes.length, planned.bytes);
  writeFileSync(shell.path("y.iso"), bytes);
  t.deepEqual(await shell.list(t, "y.iso"), ["/again", "/again/one.txt", "/one.txt"]);
});

test("what is refused leaves nothing", async (t) => {
  const shell = await made(t);
  t.like(await shell.fails(t, 2, "rebuild", "x.iso"), { code: "E_USAGE" });
  t.like(await shell.fails(t, 4, "rebuild", "none.iso", "-o", "y.iso"), { code: "E_NO_MEDIUM" });
  t.like(await shell.fails(t, 1, "rebuild", "x.iso", "--session", "9", "-o", "y.iso"), { code: "E_SESSION_NOT_FOUND" });
  t.like(await shell.fails(t, 1, "rebuild", "x.iso", "--remove", "/none", "-o", "y.iso"), { code: "E_ITEM_NOT_FOUND" });
  t.like(await shell.fails(t, 1, "rebuild", "x.iso", "none", "-o", "y.iso"), { code: "E_SOURCE_UNREADABLE" });
  writeFileSync(shell.path("no.iso"), Buffer.alloc(100_000, 1));
  t.like(await shell.fails(t, 3, "rebuild", "no.iso", "-o", "y.iso"), { code: "E_NO_FILE_SYSTEM" });
  await shell.ok(t, "create", "a.disc", "--media", "cd-r");
  t.like(await shell.fails(t, 4, "rebuild", "a.disc", "-o", "y.iso"), { code: "E_DISC_BLANK" });
  mkdirSync(shell.path("folder"));
  t.like(await shell.fails(t, 1, "rebuild", "x.iso", "-o", "folder"), { code: "E_TARGET_EXISTS" });
  t.like(await shell.fails(t, 1, "rebuild", "x.iso", "-o", "a.disc", "--force"), { code: "E_TARGET_EXISTS" });
  t.false(existsSync(shell.path("y.iso")));
});
