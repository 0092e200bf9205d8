/** `discsmith mkisofs` and what stands beside it, as a command. */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import type { ExecutionContext } from "ava";
import test from "ava";
import { blockBytes, MemorySource, openImage, readBootSetUp } from "../../src/node.js";
import { handMadeFilm } from "../support/hand-made-film.js";
import { NearShell, Shell } from "./support.js";

function shellWithTree(t: ExecutionContext, shell: Shell = new NearShell(t)): Shell {
  for (const name of ["tree/a.txt", "tree/b.o", "tree/sub/c.o", "tree/sub/d~", "tree/sub/deep/e.txt"]) shell.file(name);
  return shell;
}

/** Lines of `list --long` without times: mode, links, owner, group, bytes, path. */
async function longList(t: ExecutionContext, shell: Shell, image: string, ...more: string[]): Promise<string[]> {
  const lines = await shell.list(t, image, "--long", ...more);
  return lines.map((line) => line.replace(/ +/g, " ").replace(/ \d{4}-\d\d-\d\d[T ]\S+( \S+Z)?/, ""));
}

test.serial("what is excluded, by name, by path and by list", async (t) => {
  const shell = shellWithTree(t);
  shell.file("list", "deep\n*.txt\n");
  await shell.ok(t, "genisoimage", "-quiet", "-R", "-o", "x.iso", "-m", "*.o", "-nobak", "tree");
  t.deepEqual(await shell.list(t, "x.iso"), ["/a.txt", "/sub", "/sub/deep", "/sub/deep/e.txt"]);
  await shell.ok(t, "mkisofs", "-quiet", "-R", "-o", "x.iso", "-x", "tree/sub/c.o", "-exclude-list", "list", "tree");
  t.deepEqual(await shell.list(t, "x.iso"), ["/b.o", "/sub", "/sub/d~"]);
});

test.serial("what is hidden, from which tree", async (t) => {
  const shell = shellWithTree(t);
  shell.file("list", "a.txt\n");
  const hiding = ["-hide", "sub", "-hide-joliet-list", "list", "-hidden", "b.o"];
  await shell.ok(t, "genisoimage", "-quiet", "-r", "-J", "-o", "x.iso", ...hiding, "tree");
  t.deepEqual(await shell.list(t, "x.iso"), ["/a.txt", "/b.o"]);
  const joliet = await shell.list(t, "x.iso", "--fs", "joliet");
  t.deepEqual(
    joliet.filter((path) => !path.startsWith("/sub/")),
    ["/b.o", "/sub"],
  );
  const image = await openImage(new MemorySource(readFileSync(shell.path("x.iso"))));
  t.deepEqual([(await image.stat("/b.o")).hidden, (await image.stat("/a.txt")).hidden], [true, false]);
});

test.serial("paths of lists, of standard input, and behind -root; links that are followed", async (t) => {
  const shell = shellWithTree(t);
  symlinkSync("a.txt", shell.path("tree/link"));
  shell.file("list", "x/y=tree/a.txt\n\nz/=tree/b.o\n");
  await shell.ok(t, "genisoimage", "-quiet", "-R", "-o", "x.iso", "-graft-points", "-path-list", "list");
  t.deepEqual(await longList(t, shell, "x.iso"), [
    "dr-xr-xr-x 2 0 0 2048 /x",
    "-rw-r--r-- 1 0 0 20 /x/y",
    "dr-xr-xr-x 2 0 0 2048 /z",
    "-rw-r--r-- 1 0 0 18 /z/b.o",
  ]);
  const words = ["xorrisofs", "-quiet", "-o", "y.iso", "-root", "/in", "-f", "-path-list", "-"];
  const { code, err } = await shell.run(words, { input: Buffer.from("tree/a.txt\ntree/link\n") });
  t.is(code, 0, err);
  t.deepEqual(await longList(t, shell, "y.iso"), [
    "drwxr-xr-x 2 0 0 2048 /in",
    "-rw-r--r-- 1 0 0 20 /in/a.txt",
    "-rw-r--r-- 1 0 0 20 /in/link",
  ]);
});

test.serial("owners, modes and times", async (t) => {
  const shell = shellWithTree(t);
  chmodSync(shell.path("tree/a.txt"), 0o4701);
  const rules = ["-r", "-uid", "7", "-gid", "8", "-dir-mode", "0711"];
  const times = ["--set_all_file_dates", "2026030411223300", "--modification-date=2010040711405800"];
  await shell.ok(
    t,
    "xorrisofs",
    "-quiet",
    "-o",
    "x.iso",
    ...rules,
    ...times,
    "tree/a.txt",
    "-m",
    "c.o",
    "-m",
    "d~",
    "tree/sub",
  );
  t.deepEqual(await longList(t, shell, "x.iso", "/"), [
    "-r-xr-xr-x 1 7 8 20 /a.txt",
    "drwx--x--x 2 7 8 2048 /deep",
    "-r--r--r-- 1 7 8 29 /deep/e.txt",
  ]);
  const image = await openImage(new MemorySource(readFileSync(shell.path("x.iso"))));
  t.is((await image.stat("/a.txt")).mtimeMs, Date.UTC(2026, 2, 4, 11, 22, 33));
  // GRUB finds the image by the time of its last change, as it stands in the descriptor. ECMA-119 8.4.27.
  const descriptor = readFileSync(shell.path("x.iso")).subarray(16 * blockBytes, 17 * blockBytes);
  t.is(descriptor.subarray(813, 829).toString("latin1"), "2010040711405800");
  t.is(descriptor.subarray(830, 846).toString("latin1"), "2010040711405800");
});

/** Where the content of a file lies. */
async function placeOf(path: string, file: string): Promise<number> {
  const image = await openImage(new MemorySource(readFileSync(path)));
  return (await image.stat(file)).extents[0]!.lba!;
}

test.serial("contents lie in the order of their weights", async (t) => {
  const shell = shellWithTree(t);
  shell.file("weights", "tree/sub 5\ntree/sub/c.o 7\ntree/a.txt -1\n");
  await shell.ok(t, "genisoimage", "-quiet", "-R", "-sort", "weights", "-o", "x.iso", "tree");
  const places = await Promise.all(
    ["/sub/c.o", "/sub/deep/e.txt", "/b.o", "/a.txt"].map((file) => placeOf(shell.path("x.iso"), file)),
  );
  t.deepEqual(
    places,
    places.toSorted((one, other) => one - other),
  );
  shell.file("list", "3 /sub/deep\n");
  const weights = ["--sort-weight", "9", "/b.o", "--sort-weight-list", "list"];
  await shell.ok(t, "xorrisofs", "-quiet", ...weights, "-o", "y.iso", "tree");
  const others = await Promise.all(
    ["/b.o", "/sub/deep/e.txt", "/a.txt"].map((file) => placeOf(shell.path("y.iso"), file)),
  );
  t.deepEqual(
    others,
    others.toSorted((one, other) => one - other),
  );
  shell.file("weights", "tree/sub five\n");
  const { code, err } = await shell.run(["genisoimage", "-sort", "weights", "-o", "z.iso", "tree"]);
  t.is(code, 2);
  t.regex(err, /"tree\/sub five" is no path with a weight/);
  t.false(existsSync(shell.path("z.iso")));
});

test.serial("DVD-Video: the files of a film lie where it states, before all others", async (t) => {
  const shell = new NearShell(t);
  const film = handMadeFilm([{ menu: 10 }, { menu: 5, titles: [20, 30], gaps: [0, 8, 16] }]);
  for (const [name, bytes] of film) shell.file(`disc/VIDEO_TS/${name}`, bytes);
  shell.file("disc/AUDIO_TS/NONE");
  await shell.ok(t, "genisoimage", "-quiet", "-dvd-video", "-V", "MOVIE", "-o", "x.iso", "disc");
  const order = ["VIDEO_TS.IFO", "VIDEO_TS.VOB", "VIDEO_TS.BUP", "VTS_01_0.IFO", "VTS_01_0.VOB", "VTS_01_1.VOB"];
  const files = [...order, "VTS_01_2.VOB", "VTS_01_0.BUP"].map((name) => `/VIDEO_TS/${name}`);
  const places = await Promise.all(files.map((file) => placeOf(shell.path("x.iso"), file)));
  t.deepEqual(
    places.map((place) => place - places[0]!),
    [0, 4, 30, 34, 38, 51, 71, 117],
  );
  t.true((await placeOf(shell.path("x.iso"), "/AUDIO_TS/NONE")) > places.at(-1)!);
  t.true((await shell.list(t, "x.iso", "--fs", "udf")).includes("/VIDEO_TS/VTS_01_2.VOB"));
  const { code, err } = await shell.run(["genisoimage", "-dvd-video", "-o", "y.iso", "disc/AUDIO_TS"]);
  t.deepEqual(
    [code, /there is no directory "\/VIDEO_TS"/.test(err), existsSync(shell.path("y.iso"))],
    [1, true, false],
  );
});

test.serial("padding, and the size that is printed", async (t) => {
  const shell = shellWithTree(t);
  await shell.ok(t, "mkisofs", "-quiet", "-o", "padded.iso", "tree");
  await shell.ok(t, "mkisofs", "-quiet", "-no-pad", "-o", "bare.iso", "tree");
  const blocksOf = (name: string): number => statSync(shell.path(name)).size / blockBytes;
  const padded = blocksOf("padded.iso");
  t.is(padded - blocksOf("bare.iso"), 150);
  t.is(await shell.ok(t, "mkisofs", "-quiet", "-print-size", "tree"), `${padded}\n`);
  const descriptor = readFileSync(shell.path("padded.iso")).subarray(16 * blockBytes);
  t.is(descriptor.readUInt32LE(80), padded);
});

test.serial("standard output, an image that takes the place of another, and what is said", async (t) => {
  const shell = shellWithTree(t);
  const environment = { SOURCE_DATE_EPOCH: "1700000000" };
  const piped = await shell.run(["genisoimage", "-r", "tree"], { environment });
  t.is(piped.code, 0, piped.err);
  const written = await shell.run(["genisoimage", "-r", "-o", "x.iso", "tree"], { environment });
  t.regex(written.err, /x\.iso: 5 files, 3 directories, \d+ blocks/);
  t.deepEqual(readFileSync(shell.path("x.iso")), piped.bytes);
  const quiet = await shell.run(["genisoimage", "-quiet", "-r", "-o", "x.iso", "tree"], { environment });
  t.deepEqual([quiet.code, quiet.err], [0, ""]);
});

test.serial("TRANS.TBL tells the names", async (t) => {
  const shell = shellWithTree(t);
  symlinkSync("a.txt", shell.path("tree/sub/link"));
  await shell.ok(t, "genisoimage", "-quiet", "-r", "-J", "-T", "-hide-joliet-trans-tbl", "-o", "x.iso", "tree");
  const rows = (await shell.ok(t, "cat", "x.iso", "/sub/TRANS.TBL"))
    .split("\n")
    .map((row) => row.replace(/ +\t/, "\t"));
  t.deepEqual(rows, ["F C.O;1\tc.o", "D DEEP\tdeep", "F D_.;1\td~", "L LINK.;1\tlink\ta.txt", ""]);
  t.false((await shell.list(t, "x.iso", "--fs", "joliet")).some((path) => path.endsWith("TRANS.TBL")));
});

test.serial("names of ISO 9660, by level and by what is relaxed", async (t) => {
  const shell = new NearShell(t);
  for (const name of ["tree/.two.dots.txt", "tree/plain"]) shell.file(name);
  const names = async (...options: string[]): Promise<string[]> => {
    await shell.run(["genisoimage", "-quiet", ...options, "-o", "x.iso", "tree"]);
    return await shell.list(t, "x.iso", "--fs", "iso");
  };
  t.deepEqual(await names(), ["/PLAIN", "/_TWO_DOT.TXT"]);
  t.deepEqual(await names("-l"), ["/PLAIN", "/_TWO_DOTS.TXT"]);
  t.deepEqual(await names("-l", "-L"), ["/.TWO_DOTS.TXT", "/PLAIN"]);
  t.deepEqual(await names("-l", "-allow-multidot", "-allow-lowercase"), ["/_two.dots.txt", "/plain"]);
  t.deepEqual(await names("-U"), ["/.two.dots.txt", "/plain"]);
  await shell.ok(t, "genisoimage", "-quiet", "-l", "-d", "-o", "x.iso", "tree");
  t.true(readFileSync(shell.path("x.iso")).includes("PLAIN;1"));
});

test.serial("names of the host in another character set", async (t) => {
  const shell = new NearShell(t);
  shell.file("tree/other");
  writeFileSync(Buffer.from(shell.path("tree/\u00e4.txt"), "latin1"), "");
  const latin = ["-input-charset", "iso8859-1"];
  await shell.ok(t, "genisoimage", "-quiet", "-J", "-R", ...latin, "-o", "x.iso", "tree");
  t.deepEqual(await shell.list(t, "x.iso", "--fs", "joliet"), ["/other", "/ä.txt"]);
  t.deepEqual(await shell.list(t, "x.iso", "--charset", "latin1"), ["/other", "/ä.txt"]);
  await shell.ok(t, "genisoimage", "-quiet", "-R", ...latin, "-output-charset", "utf-8", "-o", "x.iso", "tree");
  t.deepEqual(await shell.list(t, "x.iso"), ["/other", "/ä.txt"]);
  const { code, err } = await shell.run(["genisoimage", "-R", "-input-charset", "nothing", "-o", "y.iso", "tree"]);
  t.deepEqual([code, /charset is "nothing"/.test(err)], [2, true]);
});

test.serial("characters beyond UCS-2, and beyond the character set, as the programs have them", async (t) => {
  const shell = new NearShell(t);
  shell.file("tree/日本🎉.txt");
  symlinkSync("日本🎉.txt", shell.path("tree/link"));
  const joliet = async (...words: string[]): Promise<string[]> => {
    await shell.ok(t, ...words, "-quiet", "-J", "-o", "x.iso", "tree");
    return await shell.list(t, "x.iso", "--fs", "joliet");
  };
  t.deepEqual(await joliet("xorrisofs"), ["/日本_.txt"]);
  t.deepEqual(await joliet("xorrisofs", "-joliet-utf16"), ["/日本🎉.txt"]);
  t.deepEqual(await joliet("genisoimage"), ["/日本🎉.txt"]);
  const { code, err } = await shell.run(["xorrisofs", "-quiet", "-output-charset", "shift_jis", "-o", "x.iso", "tree"]);
  t.is(code, 0);
  t.regex(err, /has no "🎉"/);
  t.deepEqual(await shell.list(t, "x.iso", "--charset", "shift_jis"), ["/link", "/日本_.txt"]);
  const [link] = await shell.json<{ target: string }[]>(t, "list", "x.iso", "--charset", "shift_jis");
  t.is(link?.target, "日本_.txt");
});

test.serial("links of a host in another character set lead to what they led to", async (t) => {
  const shell = new NearShell(t);
  shell.file("tree/other");
  writeFileSync(Buffer.from(shell.path("tree/\u00e4.txt"), "latin1"), "");
  symlinkSync(Buffer.from("\u00e4.txt", "latin1"), shell.path("tree/link"));
  const sets = ["-input-charset", "iso8859-1", "-output-charset", "utf-8"];
  await shell.ok(t, "genisoimage", "-quiet", "-R", ...sets, "-o", "x.iso", "tree");
  const [link] = await shell.json<{ target: string }[]>(t, "list", "x.iso");
  t.is(link?.target, "ä.txt");
});

test.serial("-iso-level 4: the primary tree with genisoimage, one beside it with xorrisofs", async (t) => {
  const shell = new NearShell(t);
  const name = "a long name with small letters, é.html";
  shell.file(`tree/${name}`);
  for (const program of ["genisoimage", "xorrisofs"]) {
    await shell.ok(t, program, "-quiet", "-iso-level", "4", "-o", "x.iso", "tree");
    t.deepEqual(await shell.list(t, "x.iso", "--fs", "iso"), [`/${name}`], program);
    const isBeside = readFileSync(shell.path("x.iso")).includes("A_LONG_NAME_WITH_SMALL_LETT.HTM;1");
    t.is(isBeside, program === "xorrisofs");
  }
});

test.serial("a session that continues another", async (t) => {
  const shell = shellWithTree(t);
  shell.file("more/new.txt");
  await shell.ok(t, "genisoimage", "-quiet", "-r", "-J", "-V", "ONE", "-o", "one.iso", "tree");
  const blocks = statSync(shell.path("one.iso")).size / blockBytes;
  const next = Math.ceil((blocks + 150) / 32) * 32;
  const session = ["-C", `0,${next}`, "-M", "one.iso"];
  await shell.ok(t, "genisoimage", "-quiet", "-r", "-J", ...session, "-o", "two.iso", "more");
  const disc = Buffer.alloc(next * blockBytes);
  readFileSync(shell.path("one.iso")).copy(disc);
  shell.file("both.iso", Buffer.concat([disc, readFileSync(shell.path("two.iso"))]));
  const second = ["--start", String(next)];
  t.true((await shell.list(t, "both.iso", ...second)).includes("/new.txt"));
  t.is(await shell.ok(t, "cat", "both.iso", "/sub/c.o", ...second), "This is tree/sub/c.o.\n");
  t.regex(await shell.ok(t, "info", "both.iso", ...second), /ONE/);
  t.true(statSync(shell.path("two.iso")).size < statSync(shell.path("one.iso")).size + 20 * blockBytes);
  const fresh = ["-C", `0,${next}`, "-no-pad", "-o", "fresh.iso", "more"];
  await shell.ok(t, "genisoimage", "-quiet", "-r", ...fresh);
  shell.file("both.iso", Buffer.concat([disc, readFileSync(shell.path("fresh.iso"))]));
  t.deepEqual(await shell.list(t, "both.iso", ...second), ["/new.txt"]);
});

test.serial("the boot catalog is shown, hidden, or put in the place of a file", async (t) => {
  const shell = shellWithTree(t);
  shell.file("tree/boot.img", new Uint8Array(4096).fill(1));
  const boot = ["-quiet", "-R", "-b", "boot.img", "-no-emul-boot"];
  const catalog = async (): Promise<unknown> =>
    (await shell.json<{ catalogPath: unknown }>(t, "boot", "x.iso")).catalogPath;
  await shell.ok(t, "genisoimage", ...boot, "-c", "a.txt", "-o", "x.iso", "tree");
  t.is(await catalog(), "/a.txt");
  await shell.ok(t, "xorrisofs", ...boot, "--boot-catalog-hide", "-o", "x.iso", "tree");
  t.is(await catalog(), null);
  await shell.ok(t, "genisoimage", ...boot, "-J", "-hide", "boot.catalog", "-o", "x.iso", "tree");
  t.false((await shell.list(t, "x.iso")).includes("/boot.catalog"));
  t.true((await shell.list(t, "x.iso", "--fs", "joliet")).includes("/boot.catalog"));
  const absent = await shell.run(["genisoimage", ...boot, "-b", "absent.img", "-o", "y.iso", "tree"]);
  t.regex(absent.err, /there is no item "\/absent\.img"/);
  const floppy = await shell.run(["genisoimage", "-R", "-b", "boot.img", "-o", "y.iso", "tree"]);
  t.regex(floppy.err, /has 4096 bytes, and no floppy disc has; -no-emul-boot/);
  t.false(existsSync(shell.path("y.iso")));
});

test.serial("oscdimg: UDF, with a note in ISO 9660, and boot images of the host", async (t) => {
  const shell = shellWithTree(t);
  shell.file("etfsboot.com", new Uint8Array(4096).fill(1));
  shell.file("efisys.bin", new Uint8Array(10_000).fill(2));
  const bootData = "-bootdata:2#p0,e,betfsboot.com#pEF,e,befisys.bin";
  await shell.ok(t, "oscdimg", "-m", "-o", "-u2", "-udfver102", bootData, "-lSETUP", "-q", "tree", "x.iso");
  t.deepEqual(await shell.list(t, "x.iso", "--fs", "iso"), ["/README.TXT"]);
  const udf = await shell.list(t, "x.iso", "--fs", "udf");
  t.deepEqual([udf.includes("/sub/deep/e.txt"), udf.includes("/README.TXT")], [true, false]);
  const { entries } = await readBootSetUp(new MemorySource(readFileSync(shell.path("x.iso"))));
  t.deepEqual(
    entries.map(({ platform, loadSectors }) => [platform, loadSectors]),
    [
      [0, 8],
      [0xef, 1],
    ],
  );
  t.regex(await shell.ok(t, "info", "x.iso"), /SETUP/);
});

test.serial("links by which the program is called by other names", async (t) => {
  const shell = shellWithTree(t, new Shell(t));
  shell.file("bin/genisoimage");
  const refused = await shell.run(["install-names", "bin"]);
  t.is(refused.code, 1);
  t.regex(refused.err, /"bin\/genisoimage" is already there/);
  await shell.ok(t, "install-names", "bin", "--force");
  await shell.ok(t, "install-names", "bin");
  t.is(readlinkSync(shell.path("bin/xorrisofs")), shell.command);
  const call = (name: string, ...words: string[]): string =>
    execFileSync("node", [shell.path("bin", name), ...words], { cwd: shell.folder, encoding: "utf8", stdio: "pipe" });
  call("xorrisofs", "-quiet", "-o", "x.iso", "tree");
  t.true((await shell.list(t, "x.iso")).includes("/sub/d~"));
  call("mkisofs", "-quiet", "-o", "x.iso", "tree");
  t.true((await shell.list(t, "x.iso")).includes("/SUB/D_"));
  call("oscdimg", "-q", "-n", "tree", "x.iso");
  t.regex(call("genisoimage", "-version"), /^discsmith /);
  t.false(existsSync(shell.path("bin/xorriso")));
  await shell.ok(t, "install-names", "bin", "xorriso");
  call("xorriso", "-as", "mkisofs", "-quiet", "-o", "x.iso", "tree");
  t.true((await shell.list(t, "x.iso")).includes("/sub/d~"));
  t.regex(call("xorriso", "-version"), /^discsmith /);
  for (const words of [["-outdev", "x.iso"], ["-as", "cdrecord", "-v"], []]) {
    const { code, err } = await shell.run(["xorriso", ...words]);
    t.is(code, 2);
    t.regex(err, /xorriso is taken as xorriso -as mkisofs/);
  }
  t.regex((await shell.run(["install-names", "bin", "wodim"])).err, /no program "wodim"/);
  const absent = await shell.run(["install-names", "absent"]);
  t.regex(absent.err, /link "absent\/mkisofs" cannot be made: ENOENT/);
});

test.serial("help, and options that are not known", async (t) => {
  const shell = shellWithTree(t);
  t.regex(await shell.ok(t, "mkisofs", "-help"), /-graft-points +A path is TARGET=SOURCE/);
  t.regex(await shell.ok(t, "oscdimg", "--help"), /-lLABEL/);
  t.regex(await shell.ok(t, "help", "xorrisofs"), /xorriso -as mkisofs/);
  for (const name of ["mkisofs", "genisoimage", "xorrisofs"]) {
    const { code, err } = await shell.run([name, "-nonsense", "-o", "x.iso", "tree"]);
    t.is(code, 2);
    t.regex(err, /there is no option "-nonsense"/);
  }
  t.false(existsSync(shell.path("x.iso")));
});

test.serial("boot code and partitions that are parts of files", async (t) => {
  const shell = shellWithTree(t);
  const other = Buffer.alloc(40 * 512, 7);
  other.write("EFI PART", 512, "latin1");
  other.writeBigUInt64LE(2n, 512 + 72);
  other.writeUInt32LE(4, 512 + 80);
  other.writeUInt32LE(128, 512 + 84);
  writeFileSync(shell.path("other.iso"), other);
  const words = (code: string, partition: string): string[] => [
    ...["xorrisofs", "-quiet", "-o", "x.iso", "-partition_offset", "16", "--grub2-mbr", code],
    ...["-append_partition", "2", "0xef", partition, "tree"],
  ];
  const code = "--interval:local_fs:0s-1s:zero_mbrpt,zero_gpt:'other.iso'";
  await shell.ok(t, ...words(code, "--interval:local_fs:4d-9d::other.iso"));
  const bytes = readFileSync(shell.path("x.iso"));
  const { systemArea, partitionOffset } = await readBootSetUp(new MemorySource(bytes));
  t.is(partitionOffset, 16);
  t.is(systemArea.gpt, undefined);
  t.is(bytes[400], 7, "the code is there");
  t.true(
    bytes.subarray(512, 3 * 512).every((octet) => octet === 0),
    "the table of the other image is not",
  );
  t.true(bytes.subarray(3 * 512, 4096).every((octet) => octet === 7));
  const { startingLba, sizeInLba, osType } = systemArea.mbr!.partition2;
  t.deepEqual([sizeInLba, osType], [8, 0xef]);
  t.true(bytes.subarray(startingLba * 512, startingLba * 512 + 6 * 512).every((octet) => octet === 7));
  for (const [wrong, message] of [
    ["--interval:imported_iso:0s-1s::x", /of intervals, those of files are/],
    ["--interval:local_fs:0s-1s:zero_all:other.iso", /"zero_all" is not one of zero_mbrpt, zero_gpt, zero_apm/],
    ["--interval:local_fs:2s-1s::other.iso", /ends before it begins/],
    ["--interval:local_fs:0s-100s::other.iso", /reaches to byte 206848, and the file has 20480/],
  ] as const) {
    const ended = await shell.run(words(wrong, "tree/a.txt"));
    t.deepEqual([ended.code, message.test(ended.err)], [2, true], ended.err);
  }
  const zeroed = await shell.run(words("other.iso", code));
  t.regex(zeroed.err, /only of boot code are partition tables taken out/);
});

test.serial("directories that graft points need are like those above what is taken, of xorrisofs", async (t) => {
  const shell = shellWithTree(t);
  chmodSync(shell.path("tree/sub"), 0o705);
  await shell.ok(t, "xorrisofs", "-quiet", "-o", "x.iso", "-graft-points", "p/q/e=tree/sub/deep/e.txt");
  const image = await openImage(new MemorySource(readFileSync(shell.path("x.iso"))));
  const like = statSync(shell.path("tree/sub"));
  const { mode, mtimeMs } = await image.stat("/p");
  t.deepEqual([mode, Math.floor(mtimeMs! / 1000)], [0o705, Math.floor(like.mtimeMs / 1000)]);
});
