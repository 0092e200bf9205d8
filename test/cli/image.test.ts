/** Images: build, list, cat, extract, verify. */

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import test from "ava";
import type { ListedEntry } from "../../src/cli/list.js";
import type { ExtractReport } from "../../src/host/extract-tree.js";
import { NearShell as Shell } from "./support.js";

function tree(shell: Shell): void {
  shell.file("tree/a/b.txt", "b\n");
  shell.file("tree/a.txt", "a\n");
  shell.file("tree/run.sh", "#!/bin/sh\n");
  shell.file("tree/empty", "");
  chmodSync(shell.path("tree/run.sh"), 0o750);
  symlinkSync("a/b.txt", shell.path("tree/link"));
  linkSync(shell.path("tree/a.txt"), shell.path("tree/hard.txt"));
  const time = 1_600_000_000;
  for (const name of ["a/b.txt", "a.txt", "run.sh", "empty", "a"]) utimesSync(shell.path("tree", name), time, time);
}

const members = [
  "path",
  "type",
  "bytes",
  "mtime",
  "mode",
  "uid",
  "gid",
  "links",
  "target",
  "rdev",
  "hidden",
  "extents",
];

test.serial("list prints paths sorted by bytes, and exactly the members of the contract", async (t) => {
  const shell = new Shell(t);
  tree(shell);
  await shell.ok(t, "build", "tree", "-o", "x.iso");
  const paths = ["/a", "/a.txt", "/a/b.txt", "/empty", "/hard.txt", "/link", "/run.sh"];
  t.deepEqual(await shell.list(t, "x.iso"), paths);
  t.deepEqual(await shell.list(t, "x.iso", "/a"), ["/a/b.txt"]);
  const entries = await shell.json<ListedEntry[]>(t, "list", "x.iso");
  t.deepEqual(
    entries.map(({ path }) => path),
    paths,
  );
  for (const entry of entries) t.deepEqual(Object.keys(entry), members);
  const [directory, file, , empty, , link, script] = entries;
  t.is(directory?.type, "directory");
  t.like(file, {
    type: "file",
    bytes: 2,
    mtime: "2020-09-13T12:26:40.000Z",
    mode: "0644",
    links: 2,
    target: null,
    rdev: null,
    hidden: false,
  });
  t.is(file?.extents.length, 1);
  t.deepEqual(empty?.extents, []);
  t.like(link, { type: "symlink", target: "a/b.txt" });
  t.is(script?.mode, "0750");
  const lines = (await shell.ok(t, "list", "x.iso", "--ndjson")).trimEnd().split("\n");
  t.deepEqual(
    lines.map((line) => JSON.parse(line) as ListedEntry),
    entries,
  );
  t.regex(await shell.ok(t, "list", "x.iso", "-l"), /^lrwxrwxrwx +1 .* \/link -> a\/b\.txt$/m);
  t.regex(await shell.ok(t, "list", "x.iso", "-l"), /^-rwxr-x--- .* 2020-09-13T12:26:40Z \/run\.sh$/m);
});

test.serial("cat gives the bytes of files, through links", async (t) => {
  const shell = new Shell(t);
  tree(shell);
  const data = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 7) % 251);
  shell.file("tree/data", data);
  await shell.ok(t, "build", "tree", "-o", "x.iso");
  t.deepEqual((await shell.run(["cat", "x.iso", "/data"])).bytes, Buffer.from(data));
  t.is(await shell.ok(t, "cat", "x.iso", "link", "/a.txt"), "b\na\n");
  t.is((await shell.fails(t, 1, "cat", "x.iso", "/nothing")).code, "E_ITEM_NOT_FOUND");
  t.is((await shell.fails(t, 1, "cat", "x.iso", "/a")).code, "E_NOT_A_FILE");
});

test.serial("what is built, extracted and verified is equal", async (t) => {
  const shell = new Shell(t);
  tree(shell);
  await shell.ok(t, "build", "tree", "-o", "x.iso");
  await shell.ok(t, "extract", "x.iso", "-C", "out");
  await shell.ok(t, "verify", "x.iso", "--against", "out");
  await shell.ok(t, "verify", "x.iso", "--against", "tree");
  t.is(readFileSync(shell.path("out/a/b.txt"), "utf8"), "b\n");
  t.is(readlinkSync(shell.path("out/link")), "a/b.txt");
  t.is(statSync(shell.path("out/run.sh")).mode & 0o7777, 0o750);
  t.is(statSync(shell.path("out/a.txt")).ino, statSync(shell.path("out/hard.txt")).ino);
  t.is(statSync(shell.path("out/a")).mtimeMs, 1_600_000_000_000);
  writeFileSync(shell.path("out/a.txt"), "A\n");
  writeFileSync(shell.path("out/more"), "");
  const { code, out, err } = await shell.run(["verify", "x.iso", "--against", "out"]);
  t.is(code, 5);
  t.regex(out, /\/a\.txt: content differs from byte 0 on/);
  t.regex(out, /\/more: only in the folder/);
  t.regex(err, /^discsmith: x\.iso: \d+ differences were found$/m);
});

test.serial("items that are named twice, or lie in others that are named, are extracted once", async (t) => {
  const shell = new Shell(t);
  tree(shell);
  await shell.ok(t, "build", "tree", "-o", "x.iso");
  const { files } = await shell.json<ExtractReport>(
    t,
    "extract",
    "x.iso",
    "/a/b.txt",
    "/a",
    "a/b.txt",
    "/a.txt",
    "-C",
    "out",
  );
  t.is(files, 2);
  t.deepEqual(readdirSync(shell.path("out"), { recursive: true }).sort(), ["a", "a.txt", "a/b.txt"]);
  t.is((await shell.json<ExtractReport>(t, "extract", "x.iso", "/a/b.txt", "/", "-C", "all")).files, 6);
});

test.serial("extract touches nothing where something is in the way", async (t) => {
  const shell = new Shell(t);
  tree(shell);
  await shell.ok(t, "build", "tree", "-o", "x.iso");
  shell.file("out/run.sh", "mine\n");
  t.is((await shell.fails(t, 1, "extract", "x.iso", "-C", "out")).code, "E_TARGET_EXISTS");
  t.deepEqual(readdirSync(shell.path("out")), ["run.sh"]);
  await shell.ok(t, "extract", "x.iso", "-C", "out", "--overwrite");
  t.is(readFileSync(shell.path("out/run.sh"), "utf8"), "#!/bin/sh\n");
  await shell.ok(t, "verify", "x.iso", "--against", "out");
  await shell.ok(t, "extract", "x.iso", "/a", "-C", "part");
  t.deepEqual(readdirSync(shell.path("part")), ["a"]);
});

test.serial("extract never writes through a link that leads outside", async (t) => {
  const shell = new Shell(t);
  tree(shell);
  await shell.ok(t, "build", "tree", "-o", "x.iso");
  mkdirSync(shell.path("outside"));
  mkdirSync(shell.path("out"));
  symlinkSync("../outside", shell.path("out/a"));
  for (const extra of [[], ["--overwrite"]]) {
    t.is((await shell.fails(t, 1, "extract", "x.iso", "-C", "out", ...extra)).code, "E_TYPE_COLLISION");
    t.deepEqual(readdirSync(shell.path("outside")), []);
  }
  // The parents of a single path are looked at, too.
  t.is((await shell.fails(t, 1, "extract", "x.iso", "/a/b.txt", "-C", "out")).code, "E_TYPE_COLLISION");
  t.deepEqual(readdirSync(shell.path("outside")), []);
  symlinkSync("../outside/new", shell.path("out/empty"));
  await shell.ok(t, "extract", "x.iso", "/empty", "-C", "out", "--overwrite");
  t.true(lstatSync(shell.path("out/empty")).isFile());
  t.deepEqual(readdirSync(shell.path("outside")), []);
});

test.serial("an image is not made over another file, nor where nothing is to be done", async (t) => {
  const shell = new Shell(t);
  tree(shell);
  shell.file("x.iso", "mine");
  t.is((await shell.fails(t, 1, "build", "tree", "-o", "x.iso")).code, "E_TARGET_EXISTS");
  t.is(readFileSync(shell.path("x.iso"), "utf8"), "mine");
  const planned = await shell.json<Record<string, unknown>>(t, "build", "tree", "-o", "y.iso", "--dry-run");
  t.like(planned, { dryRun: true, files: 6, directories: 2, start: 0, hidden: [] });
  t.deepEqual(readdirSync(shell.folder).sort(), ["tree", "x.iso"]);
  await shell.ok(t, "build", "tree", "-o", "x.iso", "--force");
  t.is(statSync(shell.path("x.iso")).size, Number(planned.blocks) * 2048);
});

test.serial("standard output gets the same bytes as a file, and SOURCE_DATE_EPOCH makes them come again", async (t) => {
  const shell = new Shell(t);
  tree(shell);
  const environment = { SOURCE_DATE_EPOCH: "1600000000" };
  const piped = await shell.run(["build", "tree", "-o", "-"], { environment });
  t.is(piped.code, 0);
  t.is((await shell.run(["build", "tree", "-o", "x.iso"], { environment })).code, 0);
  t.deepEqual(piped.bytes, readFileSync(shell.path("x.iso")));
  t.is((await shell.run(["build", "tree", "-o", "y.iso"], { environment: { SOURCE_DATE_EPOCH: "soon" } })).code, 2);
});

test.serial("sources have places", async (t) => {
  const shell = new Shell(t);
  tree(shell);
  shell.file("a=b", "equals\n");
  shell.file("b", "b\n");
  await shell.ok(
    t,
    "build",
    "tree/a",
    "a\\=b",
    "--at",
    "/deep/er",
    "/docs=tree/a",
    "name.txt=b",
    "keep/=b",
    "-o",
    "x.iso",
  );
  const expected = [
    "/deep",
    "/deep/er",
    "/deep/er/a=b",
    "/deep/er/b.txt",
    "/docs",
    "/docs/b.txt",
    "/keep",
    "/keep/b",
    "/name.txt",
  ];
  t.deepEqual(await shell.list(t, "x.iso"), expected);
  t.is((await shell.fails(t, 2, "build", "a=b", "-o", "y.iso")).code, "E_USAGE");
  t.is((await shell.fails(t, 1, "build", "nothing", "-o", "y.iso")).code, "E_SOURCE_UNREADABLE");
  t.is((await shell.fails(t, 1, "build", "tree", "a=b/", "a\\=b", "/a=b", "-o", "y.iso")).code, "E_SOURCE_UNREADABLE");
  t.is((await shell.fails(t, 1, "build", "tree", "/a=./b", "-o", "y.iso")).code, "E_TYPE_COLLISION");
  const { err } = await shell.run(["build", "tree", "/a.txt=./b", "-o", "y.iso"]);
  t.regex(err, /warning: "\/a\.txt" was replaced/);
});

test.serial("options of images reach the image", async (t) => {
  const shell = new Shell(t);
  tree(shell);
  const relaxed = ["--iso-lowercase", "--iso-no-version", "--publisher", "Me", "--fs", "iso,rockridge"];
  await shell.ok(t, "build", "tree", "-o", "x.iso", ...relaxed);
  t.true((await shell.list(t, "x.iso", "--fs", "iso")).includes("/a/b.txt"));
  const { code } = await shell.run([
    "build",
    "tree",
    "-o",
    "x.iso",
    "--force",
    "--fs",
    "iso",
    "--volume",
    "Mixed Case",
  ]);
  t.is(code, 6, "a link is in no file system");
  const { sessions, kind, state, media } = await shell.json<{
    sessions: object[];
    kind: string;
    state: string;
    media: null;
  }>(t, "info", "x.iso");
  t.deepEqual({ kind, state, media }, { kind: "image", state: "complete", media: null });
  t.like(sessions[0], { number: 1, startLba: 0, fileSystems: ["iso"], volumeName: "Mixed Case" });
  t.deepEqual(await shell.list(t, "x.iso", "--fs", "iso"), [
    "/A",
    "/A.TXT",
    "/A/B.TXT",
    "/EMPTY",
    "/HARD.TXT",
    "/RUN.SH",
  ]);
  t.is((await shell.fails(t, 1, "list", "x.iso", "--fs", "joliet")).code, "E_FILE_SYSTEM_NOT_FOUND");
  for (const words of [
    ["--fs", "fat"],
    ["--fs", "udf", "--udf-revision", "3.00"],
    ["--iso-level", "5"],
    ["--volume", ""],
    ["--charset", "klingon"],
  ]) {
    t.is((await shell.run(["build", "tree", "-o", "y.iso", ...words])).code, 2, words.join(" "));
  }
  t.false(existsSync(shell.path("y.iso")));
});

test.serial("times of the volume, and blocks behind its contents", async (t) => {
  const shell = new Shell(t);
  tree(shell);
  const times = {
    created: ["2001-02-03T04:05:06.25Z", "2001020304050625"],
    modified: ["2002-03-04T05:06+02:00", "2002030403060000"],
    expires: ["2030-01-01", "2030010100000000"],
    effective: ["2003-04-05T06:07:08", "2003040506070800"],
  } as const;
  const dates = Object.entries(times).flatMap(([which, [given]]) => ["--volume-date", `${which}=${given}`]);
  await shell.ok(t, "build", "tree", "-o", "x.iso", ...dates);
  await shell.ok(t, "build", "tree", "-o", "y.iso", ...dates, "--padding", "150");
  const [image, padded] = ["x.iso", "y.iso"].map((name) => readFileSync(shell.path(name)));
  // ECMA-119 8.4.26 to 8.4.29.
  const recorded = [814, 831, 848, 865].map((bp) => image!.toString("latin1", 32_768 + bp - 1, 32_768 + bp + 15));
  t.deepEqual(
    recorded,
    Object.values(times).map(([, written]) => written),
  );
  t.is(padded!.length - image!.length, 150 * 2048);
  t.true(padded!.subarray(-150 * 2048).every((octet) => octet === 0));
  for (const word of ["created", "made=2001-02-03", "created=2001-02-30", "created=2001-02-03T25:00", "created="]) {
    t.like(await shell.fails(t, 2, "build", "tree", "-o", "z.iso", "--volume-date", word), { code: "E_USAGE" }, word);
  }
});

test.serial("names that are not UTF-8 are carried", async (t) => {
  if (process.platform !== "linux") {
    t.pass();
    return;
  }
  const shell = new Shell(t);
  const name = Buffer.concat([Buffer.from(`${shell.path("tree")}/`), Buffer.from([0x62, 0xe9, 0xff])]);
  mkdirSync(shell.path("tree"));
  writeFileSync(name, "bytes\n");
  await shell.ok(t, "build", "tree", "-o", "x.iso");
  t.deepEqual((await shell.run(["list", "x.iso"])).bytes, Buffer.from([0x2f, 0x62, 0xe9, 0xff, 0x0a]));
  const entries = await shell.json<ListedEntry[]>(t, "list", "x.iso");
  t.is(entries[0]?.path, "/b\udce9\udcff");
  await shell.ok(t, "extract", "x.iso", "-C", "out");
  t.deepEqual(readdirSync(shell.path("out"), { encoding: "buffer" })[0], Buffer.from([0x62, 0xe9, 0xff]));
  // The shell hands over bytes; Node's own argument list has lost them.
  const { stdout } = spawnSync(
    "sh",
    ["-c", `printf 'cat\\nx.iso\\n/b\\351\\377\\n' | xargs -d '\\n' node ${JSON.stringify(shell.command)}`],
    { cwd: shell.folder },
  );
  t.is(stdout.toString(), "bytes\n");
  await shell.ok(t, "verify", "x.iso", "--against", "tree");
});

test.serial("legacy character sets are written and read", async (t) => {
  const shell = new Shell(t);
  shell.file("tree/日本.txt", "x");
  await shell.ok(t, "build", "tree", "-o", "x.iso", "--charset", "shift_jis");
  t.deepEqual(await shell.list(t, "x.iso", "--charset", "shift_jis"), ["/日本.txt"]);
  t.not((await shell.list(t, "x.iso"))[0], "/日本.txt");
  t.is((await shell.fails(t, 1, "build", "tree", "-o", "y.iso", "--charset", "latin1")).code, "E_NAME_INVALID");
});

test.serial("damaged and strange images", async (t) => {
  const shell = new Shell(t);
  tree(shell);
  shell.file("junk.iso", new Uint8Array(100_000));
  shell.file("empty.iso", "");
  for (const name of ["junk.iso", "empty.iso"]) {
    for (const verb of ["info", "list", "verify"]) t.is((await shell.fails(t, 3, verb, name)).code, "E_NO_FILE_SYSTEM");
  }
  for (const verb of ["info", "list"]) t.is((await shell.fails(t, 4, verb, "nothing.iso")).code, "E_NO_MEDIUM");
  t.is((await shell.fails(t, 4, "list", "tree")).code, "E_NO_MEDIUM");
  await shell.ok(t, "build", "tree", "-o", "x.iso");
  t.deepEqual(await shell.list(t, "x.iso", "--start", "0"), await shell.list(t, "x.iso", "--scan"));
  t.is((await shell.fails(t, 1, "list", "x.iso", "--session", "2")).code, "E_SESSION_NOT_FOUND");
  t.is((await shell.fails(t, 2, "list", "x.iso", "--session", "0")).code, "E_USAGE");
});
