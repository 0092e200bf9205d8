import { createHash } from "node:crypto";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import { importTree } from "../../src/fs/image/import.js";
import type { OpenOptions } from "../../src/fs/image/open-image.js";
import { openImage } from "../../src/fs/image/open-image.js";
import { walkTree } from "../../src/fs/tree/walk.js";
import { verifyImage } from "../../src/fs/verify/verify.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import { requireTool, run, skip, temporaryFolder } from "../support/tools.js";

const fixtures = join(import.meta.dirname, "..", "..", "..", "..", "shared", "fixtures");

/** A link whose target fills several SL; libarchive 3.6 loses the "/" between two of them. */
const longLink = "dir/long link";

/** A folder with what images hold: long and foreign names, links, a deep directory, sizes around a block. */
function makeTree(t: ExecutionContext, hasLongLink = false): string {
  const tree = join(temporaryFolder(t), "tree");
  mkdirSync(join(tree, "dir", "deeper"), { recursive: true });
  mkdirSync(join(tree, "empty"));
  const deep = join(tree, ...Array.from({ length: 11 }, (_, index) => `level${index}`));
  mkdirSync(deep, { recursive: true });
  const files: Record<string, number> = {
    "hello.txt": 17,
    zero: 0,
    "other zero": 0,
    "dir/exact.bin": 2048,
    "dir/more.bin": 2049,
    "dir/deeper/large.bin": 150_001,
    "A file with a long name, mixed Case and spaces.text": 5,
    "ünïcödé-名前-🎉.txt": 6,
    "no extension;1": 7,
  };
  for (const [index, [name, bytes]] of Object.entries(files).entries()) {
    writeFileSync(join(tree, name), Buffer.alloc(bytes, index + 1));
  }
  writeFileSync(join(deep, "bottom.txt"), "bottom");
  linkSync(join(tree, "hello.txt"), join(tree, "dir", "hard"));
  symlinkSync("../hello.txt", join(tree, "dir", "link"));
  // genisoimage 1.1.11 damages targets of more than one SL.
  if (hasLongLink) symlinkSync(`/abs/${"x".repeat(240)}/${"y".repeat(200)}/./..`, join(tree, longLink));
  for (const name of Object.keys(files)) utimesSync(join(tree, name), 1_600_000_000, 1_600_000_000);
  return tree;
}

/** What a tree holds: for each path its type, and the contents or the target. */
type Listing = Record<string, string>;

const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex").slice(0, 16);

async function ours(bytes: Uint8Array, options: OpenOptions = {}): Promise<Listing> {
  const image = await openImage(new MemorySource(bytes), options);
  const listing: Listing = {};
  for await (const entry of image.walk()) {
    listing[entry.path] =
      entry.type === "file"
        ? `file ${digest(await image.readFile(entry))}`
        : entry.type === "symlink"
          ? `symlink ${entry.target}`
          : entry.type;
  }
  return listing;
}

function folder(path: string, at = "", listing: Listing = {}): Listing {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const name = `${at}/${entry.name}`;
    const full = join(path, entry.name);
    if (entry.isDirectory()) {
      listing[name] = "directory";
      folder(full, name, listing);
    } else if (entry.isSymbolicLink()) {
      listing[name] = `symlink ${run("readlink", [full]).toString().trimEnd()}`;
    } else {
      listing[name] = `file ${digest(readFileSync(full))}`;
    }
  }
  return listing;
}

/** What bsdtar takes out of an image. */
function extracted(t: ExecutionContext, image: string): Listing {
  const target = temporaryFolder(t);
  run("bsdtar", ["-x", "-f", image, "-C", target]);
  return folder(target);
}

function withoutRelocation(listing: Listing): Listing {
  return Object.fromEntries(Object.entries(listing).filter(([path]) => !path.startsWith("/rr_moved")));
}

const writers: Record<string, (tree: string, image: string) => [string, string[]]> = {
  xorriso: (tree, image) => ["xorriso", ["-as", "mkisofs", "-quiet", "-J", "-joliet-long", "-o", image, tree]],
  "xorriso, RRIP 1.12": (tree, image) => [
    "xorriso",
    ["-compliance", "new_rr", "-hardlinks", "on", "-outdev", image, "-map", tree, "/", "-commit"],
  ],
  genisoimage: (tree, image) => ["genisoimage", ["-quiet", "-R", "-J", "-joliet-long", "-o", image, tree]],
  "genisoimage, names of 103": (tree, image) => ["genisoimage", ["-quiet", "-R", "-allow-multidot", "-o", image, tree]],
};

for (const [name, command] of Object.entries(writers)) {
  test(`Rock Ridge by ${name}`, async (t) => {
    const tree = makeTree(t, name.startsWith("xorriso"));
    const image = join(temporaryFolder(t), "image.iso");
    const [program, args] = command(tree, image);
    if (!requireTool(t, program) || !requireTool(t, "bsdtar")) return;
    run(program, args);
    const bytes = readFileSync(image);
    const expected = folder(tree);
    t.deepEqual(withoutRelocation(await ours(bytes)), expected);
    const { [`/${longLink}`]: _, ...others } = withoutRelocation(extracted(t, image));
    const { [`/${longLink}`]: __, ...expectedOthers } = expected;
    t.deepEqual(others, expectedOthers);
    const report = await verifyImage(new MemorySource(bytes));
    t.deepEqual(
      report.findings.filter(({ severity }) => severity === "error"),
      [],
    );
    const { root } = await importTree(new MemorySource(bytes));
    const imported = [...walkTree(root)].map(({ path }) => path);
    t.deepEqual(imported.sort(), Object.keys(expected).sort());
    const [one, other] = [root.item("hello.txt"), root.item("dir/hard")];
    t.true(one.type === "file" && other.type === "file" && one.content === other.content);
  });
}

test("Joliet and plain trees hold the files that isoinfo lists", async (t) => {
  if (!requireTool(t, "genisoimage") || !requireTool(t, "isoinfo")) return;
  const tree = makeTree(t);
  const image = join(temporaryFolder(t), "image.iso");
  run("genisoimage", ["-quiet", "-J", "-joliet-long", "-iso-level", "3", "-D", "-o", image, tree]);
  const bytes = readFileSync(image);
  for (const [fileSystem, args] of [
    ["joliet", ["-J"]],
    ["iso", []],
  ] as const) {
    const listed = run("isoinfo", [...args, "-f", "-i", image])
      .toString()
      .trimEnd()
      .split("\n");
    const shown = listed.map((path) => path.replace(/;\d+$/, "").replace(/\.$/, ""));
    const paths = Object.keys(await ours(bytes, { fileSystem }));
    // isoinfo cannot print characters beyond the basic plane.
    const plain = (list: string[]): string[] =>
      list.filter((path) => !path.includes("code") && !/[^\0-\x7f]/.test(path)).sort();
    t.deepEqual(plain(paths), plain(shown));
  }
});

test("sessions: genisoimage -C -M in one file, by scan, by start, dumped alone", async (t) => {
  if (!requireTool(t, "genisoimage")) return;
  const folderPath = temporaryFolder(t);
  const first = join(folderPath, "first");
  const second = join(folderPath, "second");
  for (const [path, text] of [
    [first, "one"],
    [second, "two"],
  ] as const) {
    mkdirSync(path);
    writeFileSync(join(path, `${text}.txt`), text);
  }
  const image = join(folderPath, "disc.img");
  run("genisoimage", ["-quiet", "-R", "-J", "-V", "FIRST", "-o", image, first]);
  truncateSync(image, 320 * 2048);
  const session = join(folderPath, "session.img");
  run("genisoimage", ["-quiet", "-R", "-J", "-V", "SECOND", "-C", "0,320", "-M", image, "-o", session, second]);
  const dumped = readFileSync(session);
  const whole = Buffer.concat([readFileSync(image), dumped]);
  const expected = {
    "/one.txt": `file ${digest(Buffer.from("one"))}`,
    "/two.txt": `file ${digest(Buffer.from("two"))}`,
  };
  t.deepEqual(await ours(whole, { scan: true }), expected);
  t.deepEqual(await ours(whole, { start: 320 }), expected);
  t.deepEqual(Object.keys(await ours(whole)), ["/one.txt"]);
  const { sessions } = await openImage(new MemorySource(whole), { scan: true });
  t.deepEqual(
    sessions.map(({ startLba, volumeName }) => [startLba, volumeName]),
    [
      [0, "FIRST"],
      [320, "SECOND"],
    ],
  );
  const alone = await openImage(new MemorySource(dumped), { addressOffset: 320 });
  t.is(Buffer.from(await alone.readFile("/two.txt")).toString(), "two");
});

test("sessions: the chain that xorriso leaves in a file", async (t) => {
  if (!requireTool(t, "xorriso")) return;
  const image = join(temporaryFolder(t), "disc.iso");
  const source = join(temporaryFolder(t), "file");
  for (const [index, name] of ["a", "b", "c"].entries()) {
    writeFileSync(source, name.repeat(3000 * (index + 1)));
    run("xorriso", ["-dev", image, "-volid", `S${index + 1}`, "-map", source, `/${name}`, "-commit"]);
  }
  const bytes = readFileSync(image);
  const toc = run("xorriso", ["-indev", image, "-toc"]).toString();
  const listed = [...toc.matchAll(/^ISO session\s*:\s*\d+ ,\s*(\d+) ,/gm)].map((match) => Number(match[1]));
  const opened = await openImage(new MemorySource(bytes));
  t.deepEqual(
    opened.sessions.map(({ startLba }) => startLba),
    listed,
  );
  t.is(opened.session.number, 3);
  t.deepEqual(Object.keys(await ours(bytes)), ["/a", "/b", "/c"]);
  t.deepEqual(Object.keys(await ours(bytes, { session: -1 })), ["/a", "/b"]);
  t.deepEqual(Object.keys(await ours(bytes, { session: 1 })), ["/a"]);
  const { sessions } = await openImage(new MemorySource(bytes), { scan: true });
  t.deepEqual(
    sessions.map(({ startLba }) => startLba),
    listed,
  );
});

/** Images without a tree: cut off before the root, damaged on purpose. */
const unreadable = /^(bad-dir|malformed|iso9660_trunc)/;

/** Images of UDF alone, which libarchive does not read: see read-udf.test.ts. */
const udfAlone = /^udf-(hdd|multi)/;

/** What libarchive says of each item: type, contents or target, and, of Rock Ridge, owner, permissions and time. */
function byLibarchive(image: string): Listing {
  const keys = "!all,type,link,sha256,mode,uid,gid,time,size";
  const text = run("bsdtar", ["-cf", "-", "--format=mtree", `--options=${keys}`, `@${image}`]).toString("latin1");
  const plain = (escaped: string): string => {
    const bytes = escaped.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
    return Buffer.from(bytes, "latin1").toString();
  };
  const listing: Listing = {};
  for (const line of text.split("\n").filter((each) => each.startsWith("./"))) {
    const [path = "", ...words] = line.split(" ");
    const said = Object.fromEntries(words.map((word) => word.split("=")));
    const end = { dir: "directory", link: `symlink ${plain(said.link ?? "")}`, char: "character" }[said.type as string];
    const what = end ?? (said.type === "file" ? `file ${said.sha256digest?.slice(0, 16)}` : said.type);
    const attributes = `${said.mode} ${said.uid} ${said.gid} ${Math.floor(Number(said.time))}`;
    listing[plain(path.slice(1))] = `${what} ${attributes}`;
  }
  return listing;
}

const attributesPattern = / \d+ \d+ \d+ -?\d+$/;

/** As {@link byLibarchive} lists. */
async function oursWithAttributes(bytes: Uint8Array): Promise<{ listing: Listing; isRockRidge: boolean }> {
  const image = await openImage(new MemorySource(bytes));
  const listing: Listing = {};
  const seen = new Set<number>();
  for await (const entry of image.walk()) {
    const first = entry.extents[0]?.lba ?? -1;
    // libarchive gives the contents of files that share them once.
    const isRepeated = seen.has(first) && first >= 0;
    if (entry.type === "file") seen.add(first);
    const content = entry.type === "file" ? (isRepeated ? "again" : digest(await image.readFile(entry))) : "";
    const what = { file: `file ${content}`, symlink: `symlink ${entry.target}` }[entry.type as string] ?? entry.type;
    const time = Math.floor((entry.mtimeMs ?? 0) / 1000);
    listing[entry.path] = `${what} ${entry.mode.toString(8)} ${entry.uid} ${entry.gid} ${time}`;
  }
  return { listing, isRockRidge: image.fileSystem === "rockridge" };
}

test("foreign fixtures are read as libarchive reads them", async (t) => {
  if (!existsSync(fixtures)) {
    skip(t, `${fixtures} is not there`);
    return;
  }
  if (!requireTool(t, "xz") || !requireTool(t, "bsdtar")) return;
  for (const name of readdirSync(fixtures).filter((file) => file.endsWith(".xz"))) {
    if (udfAlone.test(name)) continue;
    const bytes = run("xz", ["-dc", join(fixtures, name)]);
    if (unreadable.test(name)) {
      await t.throwsAsync(ours(bytes), { code: "E_NO_FILE_SYSTEM" }, name);
      continue;
    }
    const { listing, isRockRidge } = await oursWithAttributes(bytes);
    if (name.includes("ce_loop")) {
      // libarchive 3.6 itself hangs on it.
      t.deepEqual(Object.keys(listing).length, 7, name);
      continue;
    }
    const image = join(temporaryFolder(t), "image.iso");
    writeFileSync(image, bytes);
    const expected = byLibarchive(image);
    // Which of the files that share contents comes first is each reader's choice.
    const links = new Set(Object.keys(listing).filter((path) => listing[path]!.startsWith("file again")));
    const comparable = (given: Listing): Listing =>
      Object.fromEntries(
        Object.entries(given).map(([path, what]) => {
          const shown = isRockRidge ? what : what.replace(attributesPattern, "");
          return [path, links.size > 0 ? shown.replace(/^file \w+/, "file") : shown];
        }),
      );
    t.deepEqual(comparable(listing), comparable(expected), name);
  }
});
