import { chmodSync, chownSync, linkSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { bytesFromName, nameFromBytes } from "../../src/fs/names/name-bytes.js";
import type { TreeSource } from "../../src/fs/tree/directory.js";
import { DirectoryNode } from "../../src/fs/tree/directory.js";
import { walkTree } from "../../src/fs/tree/walk.js";
import { fromDirectory, fromPath } from "../../src/host/directory-source.js";
import { folderListing, treeListing } from "../support/listing.js";
import { run, temporaryFolder } from "../support/tools.js";
import { compare } from "../support/verdicts.js";

async function load(source: TreeSource, at = "/"): Promise<DirectoryNode> {
  const root = new DirectoryNode("");
  await root.addTree(source, { at });
  return root;
}

test("a folder becomes the tree it is: names, attributes, links, contents", async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "sub", "empty"), { recursive: true });
  writeFileSync(join(folder, "sub", "grün 🎉"), "content");
  writeFileSync(Buffer.from(bytesFromName(`${folder}/${nameFromBytes(Uint8Array.of(0x61, 0xff))}`)), "not UTF-8");
  writeFileSync(join(folder, "first"), "linked");
  linkSync(join(folder, "first"), join(folder, "sub", "second"));
  symlinkSync("sub/../first", join(folder, "link"));
  run("mkfifo", [join(folder, "fifo")]);
  chmodSync(join(folder, "first"), 0o4711);
  if (process.getuid?.() === 0) chownSync(join(folder, "first"), 1234, 5678);
  utimesSync(join(folder, "first"), 1_500_000_000, 1_500_000_000);
  const root = await load(fromDirectory(folder));
  compare(t, await treeListing(root), folderListing(folder), ["digest", "mode", "owner", "mtime", "target", "links"]);
  const [one, other] = [root.item("/first"), root.item("/sub/second")];
  t.true(one.type === "file" && other.type === "file" && one.content === other.content);
});

test("a folder's own attributes are those of the directory it is put into", async (t) => {
  const folder = temporaryFolder(t);
  chmodSync(folder, 0o750);
  utimesSync(folder, 1_500_000_000, 1_500_000_000);
  const root = await load(fromDirectory(`${folder}/`), "/deep/place");
  t.is(root.item("/deep/place").mode, 0o750);
  t.is(root.item("/deep/place").mtimeMs, 1_500_000_000_000);
  t.is(root.item("/deep").mode, 0o755);
});

test("a link that names the folder is followed, links in it are not", async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "real"));
  writeFileSync(join(folder, "real", "file"), "");
  symlinkSync("real", join(folder, "name"));
  symlinkSync(".", join(folder, "real", "self"));
  const root = await load(fromDirectory(join(folder, "name")));
  t.deepEqual([...walkTree(root)].map(({ path, node }) => `${path} ${node.type}`).sort(), [
    "/file file",
    "/self symlink",
  ]);
});

test("a file is added under its own name, or another", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "file"), "content");
  t.deepEqual(
    [...walkTree(await load(fromPath(join(folder, "file")), "/at"))].map(({ path }) => path),
    ["/at", "/at/file"],
  );
  const renamed = await load(fromPath(join(folder, "file"), { name: "other" }));
  t.is(renamed.item("/other").type, "file");
});

test("an aborted scan adds nothing", async (t) => {
  const folder = temporaryFolder(t);
  for (let index = 0; index < 3000; index++) writeFileSync(join(folder, String(index)), "");
  const root = new DirectoryNode("");
  const controller = new AbortController();
  const options = { signal: controller.signal, onProgress: () => controller.abort() };
  controller.abort();
  await t.throwsAsync(root.addTree(fromDirectory(folder), options), { code: "E_CANCELLED" });
  t.is(root.count, 0);
});

test("what is excluded is left out, with what is in it, and is not even looked at", async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "keep/skip"), { recursive: true });
  writeFileSync(join(folder, "keep/skip/file"), "");
  writeFileSync(join(folder, "keep/file.tmp"), "");
  writeFileSync(join(folder, "keep/file"), "");
  const asked: string[] = [];
  const exclude = (path: string, name: string): boolean => {
    asked.push(path.slice(folder.length));
    return name === "skip" || name.endsWith(".tmp");
  };
  const root = await load(fromDirectory(folder, { exclude }));
  t.deepEqual(
    [...walkTree(root)].map(({ path }) => path),
    ["/keep", "/keep/file"],
  );
  t.deepEqual(asked.sort(), ["/keep", "/keep/file", "/keep/file.tmp", "/keep/skip"]);
});

test("links are followed where that is asked for; those that lead nowhere stay, loops are refused", async (t) => {
  const folder = temporaryFolder(t);
  const outside = temporaryFolder(t);
  writeFileSync(join(outside, "file"), "content");
  symlinkSync(outside, join(folder, "dir"));
  symlinkSync(join(outside, "file"), join(folder, "file"));
  symlinkSync("nowhere", join(folder, "dangling"));
  const root = await load(fromDirectory(folder, { followLinks: true }));
  t.deepEqual([...walkTree(root)].map(({ path, node }) => `${path} ${node.type}`).sort(), [
    "/dangling symlink",
    "/dir directory",
    "/dir/file file",
    "/file file",
  ]);
  t.is((await load(fromPath(join(folder, "file"), { followLinks: true }))).item("/file").type, "file");
  // The same folder twice is no loop.
  symlinkSync(outside, join(folder, "again"));
  t.is((await load(fromDirectory(folder, { followLinks: true }))).item("/again/file").type, "file");
  symlinkSync(folder, join(outside, "up"));
  await t.throwsAsync(load(fromDirectory(folder, { followLinks: true })), { code: "E_SOURCE_UNREADABLE" });
});
