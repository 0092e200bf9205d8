/** Files that are compressed by zisofs, from the command line. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { ExecutionContext } from "ava";
import test from "ava";
import { execute } from "../support/judges.js";
import { requireTool } from "../support/tools.js";
import { compressible, unzisofs, zisofsFile } from "../support/zisofs.js";
import { NearShell } from "./support.js";

const text = compressible(90_000);

function shellWithTree(t: ExecutionContext): NearShell {
  const shell = new NearShell(t);
  shell.file("tree/text", text);
  shell.file("tree/sub/other.log", compressible(40_000, 7));
  shell.file("tree/short");
  return shell;
}

/** Paths of the compressed files of an image, with the logarithm of their blocks and their versions. */
async function compressed(t: ExecutionContext, shell: NearShell, ...words: string[]): Promise<string[]> {
  const listed = await shell.json<{ path: string; zisofs?: { version: number; blockSizeLog2: number } }[]>(
    t,
    "list",
    ...words,
  );
  return listed.flatMap(({ path, zisofs }) => (zisofs ? [`${path} ${zisofs.version} ${zisofs.blockSizeLog2}`] : []));
}

test.serial(
  "built, listed, read, extracted, verified and compared as what they were; raw where asked for",
  async (t) => {
    const shell = shellWithTree(t);
    const { err } = await shell.run(["build", "tree", "--zisofs", "-o", "x.iso"]);
    t.regex(err, /2 files are compressed by zisofs, and stay so for programs that read Joliet/);
    t.deepEqual(await compressed(t, shell, "x.iso"), ["/sub/other.log 1 15", "/text 1 15"]);
    t.regex(await shell.ok(t, "list", "x.iso", "/text", "--long"), / 90000 /);
    t.true((await shell.run(["cat", "x.iso", "/text"])).bytes.equals(text));
    const { bytes: raw } = await shell.run(["cat", "x.iso", "/text", "--raw"]);
    t.true(unzisofs(raw).plain.equals(text));
    t.deepEqual(await compressed(t, shell, "x.iso", "--raw"), []);
    t.regex(await shell.ok(t, "list", "x.iso", "/text", "--long", "--raw"), new RegExp(` ${raw.length} `));
    await shell.ok(t, "extract", "x.iso", "-C", "out");
    t.true(readFileSync(shell.path("out/text")).equals(text));
    await shell.ok(t, "extract", "x.iso", "/text", "-C", "stored", "--raw");
    t.true(readFileSync(shell.path("stored/text")).equals(raw));
    await shell.ok(t, "verify", "x.iso", "--against", "tree");
    t.is((await shell.run(["diff", "x.iso", "tree"])).code, 0);
    t.is((await shell.run(["diff", "x.iso", "tree", "--raw"])).code, 5);
    await shell.ok(t, "build", "tree", "-o", "plain.iso");
    t.is((await shell.run(["diff", "x.iso", "plain.iso"])).code, 0);
  },
);

test.serial("level, blocks, sizes, versions and patterns", async (t) => {
  const shell = shellWithTree(t);
  const build = async (...words: string[]): Promise<string[]> => {
    await shell.ok(t, "build", "tree", "--fs", "rockridge", "-o", "x.iso", "--force", ...words);
    return await compressed(t, shell, "x.iso");
  };
  t.deepEqual(await build("--zisofs=9", "--zisofs-block", "128K"), ["/sub/other.log 1 17", "/text 1 17"]);
  t.deepEqual(await build("--zisofs", "1", "--zisofs-min", "50000"), ["/text 1 15"]);
  t.deepEqual(await build("--zisofs", "--zisofs-exclude", "*.log"), ["/text 1 15"]);
  t.deepEqual(await build("--zisofs", "--zisofs-exclude", "sub/*"), ["/text 1 15"]);
  t.deepEqual(await build("--zisofs", "--zisofs-version", "2", "--zisofs-block", "1M"), [
    "/sub/other.log 2 20",
    "/text 2 20",
  ]);
  t.deepEqual(await build("--zisofs", "--zisofs-version", "auto"), ["/sub/other.log 1 15", "/text 1 15"]);
  t.deepEqual(await build(), []);
  writeFileSync(shell.path("tree/text"), zisofsFile(text, { version: 1, log2: 16 }));
  t.deepEqual(await build("--zisofs-ready"), ["/text 1 16"]);
  t.true((await shell.run(["cat", "x.iso", "/text"])).bytes.equals(text));
});

test.serial("what cannot be is refused, and nothing is written", async (t) => {
  const shell = shellWithTree(t);
  await shell.fails(t, 2, "build", "tree", "-o", "x.iso", "--zisofs-min", "3");
  await shell.fails(t, 2, "build", "tree", "-o", "x.iso", "--zisofs", "--zisofs-block", "16K");
  for (const words of [
    ["--fs", "all"],
    ["--fs", "iso,joliet"],
    ["--zisofs-block", "256K"],
  ]) {
    const { code } = await shell.fails(t, 2, "build", "tree", "-o", "x.iso", "--zisofs", ...words);
    t.is(code, "E_OPTION_INVALID");
  }
  t.throws(() => readFileSync(shell.path("x.iso")), { code: "ENOENT" });
  await shell.ok(t, "build", "tree", "-o", "x.iso", "--zisofs");
  const { code } = await shell.fails(t, 1, "patch", "x.iso", "/text=tree/short");
  t.is(code, "E_NOT_SUPPORTED");
});

test.serial(
  "sessions: what is there stays compressed as it is, what is added is compressed where that is asked for",
  async (t) => {
    const shell = shellWithTree(t);
    await shell.ok(t, "create", "x.disc", "--media", "dvd+r");
    await shell.ok(t, "write", "x.disc", "tree", "--zisofs", "--zisofs-block", "64K", "--fs", "rockridge");
    shell.file("one", compressible(30_000, 1));
    shell.file("two", compressible(30_000, 2));
    await shell.ok(t, "append", "x.disc", "one", "--zisofs");
    await shell.ok(t, "append", "x.disc", "two");
    t.deepEqual(await compressed(t, shell, "x.disc"), ["/one 1 15", "/sub/other.log 1 16", "/text 1 16"]);
    shell.file("tree/one", compressible(30_000, 1));
    shell.file("tree/two", compressible(30_000, 2));
    shell.file("tree/new", compressible(90_000));
    shell.file("tree/newer", compressible(35_000, 5));
    // By its content, which is on the disc compressed already, one of the new files needs nothing.
    const words = ["update", "x.disc", "tree", "--checksum", "--dedup", "--delete", "--zisofs"];
    const update = await shell.json<{ bytes: number; sharedBytes: number }>(t, ...words);
    t.deepEqual([update.bytes, update.sharedBytes], [35_000, 90_000]);
    t.deepEqual(await compressed(t, shell, "x.disc"), [
      "/new 1 16",
      "/newer 1 15",
      "/one 1 15",
      "/sub/other.log 1 16",
      "/text 1 16",
    ]);
    await shell.ok(t, "verify", "x.disc", "--against", "tree");
    const { session } = await shell.json<{ session: object | null }>(t, ...words);
    t.is(session, null);
    await shell.ok(t, "revert", "x.disc", "--session", "1");
    t.deepEqual(await compressed(t, shell, "x.disc"), ["/sub/other.log 1 16", "/text 1 16"]);
  },
);

test.serial("rebuilt: as it is stored; compressed anew; or plain, where nothing can tell", async (t) => {
  const shell = shellWithTree(t);
  await shell.ok(t, "build", "tree", "-o", "x.iso", "--zisofs", "--zisofs-block", "64K", "--fs", "rockridge");
  await shell.ok(t, "rebuild", "x.iso", "-o", "same.iso", "--remove", "/sub");
  t.deepEqual(await compressed(t, shell, "same.iso"), ["/text 1 16"]);
  await shell.ok(t, "rebuild", "x.iso", "-o", "all.iso", "--fs", "all");
  t.deepEqual(await compressed(t, shell, "all.iso"), []);
  await shell.ok(t, "extract", "all.iso", "--fs", "udf", "-C", "out");
  t.true(readFileSync(shell.path("out/text")).equals(text));
  await shell.ok(t, "rebuild", "all.iso", "-o", "again.iso", "--fs", "rockridge", "--zisofs");
  t.deepEqual(await compressed(t, shell, "again.iso"), ["/sub/other.log 1 15", "/text 1 15"]);
  t.is((await shell.run(["diff", "x.iso", "again.iso"])).code, 0);
});

test.serial("the same tree gives the same bytes", async (t) => {
  const shell = shellWithTree(t);
  const environment = { SOURCE_DATE_EPOCH: "1700000000" };
  const images: Buffer[] = [];
  for (const name of ["one.iso", "two.iso"]) {
    const { code } = await shell.run(["build", "tree", "-o", name, "--zisofs"], { environment });
    t.is(code, 0);
    images.push(readFileSync(shell.path(name)));
  }
  t.true(images[0]!.equals(images[1]!));
});

test.serial("mkisofs -z tells of files of mkzftree as genisoimage does, with Rock Ridge alone", async (t) => {
  if (!["genisoimage", "mkzftree", "xorriso"].every((name) => requireTool(t, name))) return;
  const shell = shellWithTree(t);
  execute("mkzftree", [shell.path("tree"), shell.path("compressed")]);
  await shell.ok(t, "mkisofs", "-quiet", "-R", "-J", "-z", "-o", "ours.iso", "compressed");
  execute("genisoimage", ["-quiet", "-R", "-J", "-z", "-o", shell.path("theirs.iso"), shell.path("compressed")]);
  t.deepEqual(await compressed(t, shell, "ours.iso"), ["/sub/other.log 1 15", "/text 1 15"]);
  t.is((await shell.run(["diff", "ours.iso", "theirs.iso"])).code, 0);
  t.is((await shell.run(["diff", "ours.iso", "theirs.iso", "--raw"])).code, 0);
  mkdirSync(shell.path("second"));
  writeFileSync(shell.path("second/text"), zisofsFile(text, { version: 2, log2: 15 }));
  for (const [options, expected] of [
    [["-R", "-z"], []],
    [["-R", "--zisofs-version-2"], ["/text 2 15"]],
    [["-R", "--zisofs-version-2", "--zisofs2-susp-z2"], ["/text 2 15"]],
    [["-z"], []],
  ] as const) {
    rmSync(shell.path("x.iso"), { force: true });
    await shell.ok(t, "mkisofs", "-quiet", ...options, "-o", "x.iso", "second");
    t.deepEqual(await compressed(t, shell, "x.iso"), [...expected], options.join(" "));
  }
});
