/** Names in character sets from the command line: written, read, carried from session to session. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import test from "ava";
import { NearShell } from "./support.js";

/** The files of DOS games and of a host without UTF-8: names whose bytes are Shift_JIS. */
const japanese = ["ソフト.TXT", "表示.DAT"];

test.serial("a disc of plain ISO 9660 in Shift_JIS: read, appended to, rebuilt and extracted", async (t) => {
  const shell = new NearShell(t);
  for (const name of japanese) shell.file(`tree/${name}`, name);
  shell.file("more/能力.TXT", "more");
  const build = ["build", "tree", "-o", "x.iso", "--fs", "iso", "--iso-charset", "shift_jis", "--growable"];
  await shell.ok(t, ...build);
  t.true(readFileSync(shell.path("x.iso")).includes(Buffer.from("\x83\x5c\x83\x74\x83\x67.TXT;1", "latin1")));
  const paths = japanese.map((name) => `/${name}`).sort();
  t.deepEqual(await shell.list(t, "x.iso", "--charset", "shift_jis"), paths);
  // Without the set: bytes, and a word on them.
  const { bytes, err } = await shell.run(["list", "x.iso"]);
  t.true(bytes.includes(Buffer.from("/\x83\x5c\x83\x74\x83\x67.TXT\n", "latin1")));
  t.regex(err, /are no UTF-8/);
  t.is((await shell.json<{ tolerance?: string }[]>(t, "list", "x.iso")).length, 2);
  // A session that goes on from it without the set keeps these bytes; with it, adds names in the set.
  await shell.ok(t, "append", "x.iso", "--volume", "again");
  t.deepEqual(await shell.list(t, "x.iso", "--charset", "shift_jis"), paths);
  await shell.ok(t, "append", "x.iso", "more", "--charset", "shift_jis");
  t.deepEqual(await shell.list(t, "x.iso", "--charset", "shift_jis"), [...paths, "/能力.TXT"].sort());
  await shell.ok(t, "rebuild", "x.iso", "-o", "y.iso");
  t.deepEqual(await shell.list(t, "y.iso", "--charset", "shift_jis"), [...paths, "/能力.TXT"].sort());
  // Into another set, on demand.
  await shell.ok(t, "rebuild", "x.iso", "-o", "z.iso", "--import-charset", "shift_jis", "--iso-charset", "utf-8");
  t.deepEqual(await shell.list(t, "z.iso"), [...paths, "/能力.TXT"].sort());
  await shell.ok(t, "verify", "y.iso", "--charset", "shift_jis");
  await shell.ok(t, "extract", "y.iso", "-C", "out", "--charset", "shift_jis");
  t.deepEqual(readdirSync(shell.path("out")).sort(), [...japanese, "能力.TXT"].sort());
  await shell.ok(t, "extract", "y.iso", "-C", "raw");
  const raw = readdirSync(shell.path("raw"), { encoding: "buffer" }).map((name) => name.toString("latin1"));
  t.true(raw.includes("\x83\x5c\x83\x74\x83\x67.TXT"));
});

test.serial("the volume's name is in the character set of ISO 9660, and its bytes stay", async (t) => {
  const shell = new NearShell(t);
  shell.file("tree/plain", "x");
  const volumeOf = async (...words: string[]): Promise<string | undefined> =>
    (await shell.json<{ sessions: { volumeName: string }[] }>(t, "info", ...words)).sessions.at(-1)?.volumeName;
  const build = ["build", "tree", "-o", "x.iso", "--fs", "iso", "--iso-charset", "shift_jis", "--growable"];
  await shell.ok(t, ...build, "--volume", "ソフト");
  const written = Buffer.from("\x83\x5c\x83\x74\x83\x67      ", "latin1");
  t.true(readFileSync(shell.path("x.iso")).includes(written));
  t.is(await volumeOf("x.iso"), "\udc83\\\udc83t\udc83g");
  await shell.ok(t, "rebuild", "x.iso", "-o", "y.iso");
  t.true(readFileSync(shell.path("y.iso")).includes(written));
  // Descriptors in Unicode have no bytes.
  await shell.ok(t, "rebuild", "x.iso", "-o", "z.iso", "--fs", "iso,joliet,udf");
  t.true(readFileSync(shell.path("z.iso")).includes(written));
  t.is((await shell.json<unknown[]>(t, "list", "z.iso", "--fs", "udf")).length, 1);
  await shell.ok(t, "build", "tree", "-o", "u.iso", "--fs", "iso", "--iso-charset", "utf-8", "--volume", "Größe");
  t.is(await volumeOf("u.iso"), "Größe");
});

test.serial("Rock Ridge in a set that changes: from Latin-1 to UTF-8", async (t) => {
  const shell = new NearShell(t);
  shell.file("tree/Größe.txt", "x");
  await shell.ok(t, "build", "tree", "-o", "x.iso", "--fs", "iso,rockridge", "--charset", "latin1");
  await shell.ok(t, "rebuild", "x.iso", "-o", "same.iso");
  t.deepEqual(await shell.list(t, "same.iso", "--charset", "latin1"), ["/Größe.txt"]);
  await shell.ok(t, "rebuild", "x.iso", "-o", "utf8.iso", "--import-charset", "latin1");
  t.deepEqual(await shell.list(t, "utf8.iso"), ["/Größe.txt"]);
});

test.serial("names of foreign discs keep small letters, dots and length where nothing else has them", async (t) => {
  const shell = new NearShell(t);
  const names = ["small.and.large.txt", "no-dot", "Name of thirty-seven characters 12345"];
  for (const name of names) shell.file(`tree/${name}`, name);
  shell.file(`long/${"j".repeat(100)}`, "x");
  await shell.ok(t, "genisoimage", "-quiet", "-U", "-o", "x.iso", "tree");
  await shell.ok(t, "rebuild", "x.iso", "-o", "y.iso");
  t.deepEqual(await shell.list(t, "y.iso"), names.map((name) => `/${name}`).sort());
  await shell.ok(t, "build", "long", "-o", "j.iso", "--fs", "joliet", "--joliet-long");
  await shell.ok(t, "rebuild", "j.iso", "-o", "k.iso");
  t.deepEqual(await shell.list(t, "k.iso"), [`/${"j".repeat(100)}`]);
});

test.serial("folders whose names are in another set than UTF-8", async (t) => {
  const shell = new NearShell(t);
  const latin = (path: string): Buffer => Buffer.from(shell.path(path), "latin1");
  for (const folder of ["tree", "more"]) mkdirSync(shell.path(folder));
  writeFileSync(latin("tree/Gr\u00f6\u00dfe.txt"), "x");
  symlinkSync(Buffer.from("Gr\u00f6\u00dfe.txt", "latin1"), shell.path("tree/link"));
  writeFileSync(latin("more/\u00fc"), "y");
  const set = ["--source-charset", "latin1"];
  await shell.ok(t, "build", "tree", ...set, "-o", "x.iso", "--growable");
  t.deepEqual(await shell.list(t, "x.iso"), ["/Größe.txt", "/link"]);
  await shell.ok(t, "append", "x.iso", "more", ...set);
  t.deepEqual(await shell.list(t, "x.iso", "--fs", "joliet"), ["/Größe.txt", "/ü"]);
  const { code, out } = await shell.run(["update", "x.iso", "tree", ...set, "--dry-run"]);
  t.deepEqual([code, out], [0, ""]);
  await shell.ok(t, "extract", "x.iso", "/link", "/Größe.txt", "-C", "out");
  t.is(readFileSync(shell.path("out/link"), "utf8"), "x");
});

test.serial("what a set lacks is refused, or mangled by choice; never a question mark", async (t) => {
  const shell = new NearShell(t);
  shell.file("tree/日本🎉?.txt", "x");
  const failed = async (...options: string[]): Promise<string> =>
    (await shell.fails(t, 1, "build", "tree", "-o", "x.iso", "--force", ...options)).code;
  for (const options of [
    ["--iso-charset", "cp437"],
    ["--charset", "cp437"],
    ["--joliet-charset", "ucs-2"],
  ]) {
    t.is(await failed(...options), "E_NAME_INVALID", options.join(" "));
    const mangling = ["build", "tree", "-o", "x.iso", ...options, "--unencodable", "mangle", "--force"];
    const { code, err } = await shell.run(mangling);
    t.is(code, 0);
    t.regex(err, /has no "/, options.join(" "));
  }
  const sets = ["--iso-charset", "cp437", "--charset", "cp437", "--joliet-charset", "ucs-2", "--unencodable", "mangle"];
  await shell.ok(t, "build", "tree", "-o", "x.iso", ...sets, "--force");
  t.deepEqual(await shell.list(t, "x.iso", "--fs", "joliet"), ["/日本__.txt"]);
  t.deepEqual(await shell.list(t, "x.iso", "--fs", "iso"), ["/____.TXT"]);
  t.deepEqual(await shell.list(t, "x.iso"), ["/___?.txt"]);
  await shell.fails(t, 2, "build", "tree", "-o", "y.iso", "--unencodable", "ignore");
});

test.serial("ISO 9660:1999 and forms of Unicode from the command line", async (t) => {
  const shell = new NearShell(t);
  shell.file("tree/cafe\u0301 with a long name, in small letters.html", "x");
  await shell.ok(t, "build", "tree", "-o", "x.iso", "--iso-1999", "--unicode-form", "nfc", "--force");
  t.deepEqual(await shell.list(t, "x.iso"), ["/caf\u00e9 with a long name, in small letters.html"]);
  t.deepEqual(await shell.list(t, "x.iso", "--fs", "iso"), ["/caf\u00e9 with a long name, in small letters.html"]);
  await shell.ok(t, "rebuild", "x.iso", "-o", "y.iso");
  t.deepEqual(await shell.list(t, "y.iso", "--fs", "iso"), await shell.list(t, "x.iso", "--fs", "iso"));
  await shell.fails(t, 2, "build", "tree", "-o", "z.iso", "--iso-1999", "--iso-level", "4");
});
