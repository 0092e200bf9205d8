/** What lies at the paths of a command line: pipes, folders, devices, names that are not text. */
import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, rmSync } from "node:fs";
import test from "ava";
import type { DiscInfo } from "../../src/cli/info.js";
import { run } from "../support/tools.js";
import { NearShell as Shell } from "./support.js";

test.serial("nothing takes the place of a pipe, a folder or a device", async (t) => {
  const shell = new Shell(t);
  shell.file("tree/a.txt");
  run("mkfifo", [shell.path("pipe")]);
  // Only root can make devices.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) run("mknod", [shell.path("device"), "c", "1", "3"]);
  for (const name of isRoot ? ["pipe", "tree", "device"] : ["pipe", "tree"]) {
    const { code } = await shell.fails(t, 1, "build", "tree", "-o", name, "--force");
    t.is(code, "E_TARGET_EXISTS", name);
    const { code: made } = await shell.fails(t, 1, "create", name, "--media", "cd-r", "--force");
    t.is(made, "E_TARGET_EXISTS", name);
  }
  t.true(lstatSync(shell.path("pipe")).isFIFO());
  if (isRoot) t.true(lstatSync(shell.path("device")).isCharacterDevice());
  t.deepEqual(readdirSync(shell.folder).sort(), isRoot ? ["device", "pipe", "tree"] : ["pipe", "tree"]);
});

test.serial("a pipe or a folder is no disc, and nobody waits for one", async (t) => {
  const shell = new Shell(t);
  shell.file("tree/a.txt");
  run("mkfifo", [shell.path("pipe")]);
  await shell.ok(t, "create", "x.disc", "--media", "cd-r");
  for (const name of ["pipe", "tree"]) {
    for (const words of [
      ["list", name],
      ["info", name],
      ["append", name, "tree"],
      ["burn", "x.disc", name],
    ]) {
      t.is((await shell.fails(t, 4, ...words)).code, "E_NO_MEDIUM", words.join(" "));
    }
  }
});

test.serial("no disc is made at the path of a drive", async (t) => {
  const shell = new Shell(t);
  t.is((await shell.fails(t, 1, "create", "/dev/sr99", "--media", "cd-r")).code, "E_NOT_SUPPORTED");
  t.false(existsSync("/dev/sr99"));
});

test.serial("an image in shared memory is an image", async (t) => {
  const shell = new Shell(t);
  shell.file("tree/a.txt");
  if (!existsSync("/dev/shm")) {
    t.pass();
    return;
  }
  const path = `/dev/shm/discsmith-${process.pid}.iso`;
  t.teardown(() => rmSync(path, { force: true }));
  await shell.ok(t, "build", "tree", "-o", path);
  t.deepEqual(await shell.list(t, path), ["/a.txt"]);
});

test.serial("discs, images and folders may have names that are not text", async (t) => {
  const shell = new Shell(t);
  shell.file("tree/a.txt");
  if (process.platform !== "linux") {
    t.pass();
    return;
  }
  const script = [
    'name=$(printf "b\\377d")',
    'discsmith() { node "$0" "$@"; }',
    'discsmith build tree -o "$name.iso"',
    'discsmith build tree -o "$name.iso" --force',
    'discsmith list "$name.iso"',
    'discsmith create "$name.disc" --media cd-r',
    'discsmith write "$name.disc" tree',
    'discsmith list "$name.disc"',
    'discsmith extract "$name.iso" -C "$name.folder"',
    'discsmith verify "$name.iso" --against "$name.folder"',
  ];
  const out = execFileSync("sh", ["-ec", script.join("\n"), shell.command], { cwd: shell.folder, stdio: "pipe" });
  t.regex(out.toString(), /^\/a\.txt\n\/a\.txt\n.* 0 differences in 1 items\n$/s);
  const names = readdirSync(shell.folder, { encoding: "latin1" }).sort();
  t.deepEqual(names, ["b\xffd.disc", "b\xffd.disc.mmc.json", "b\xffd.folder", "b\xffd.iso", "tree"]);
});

test.serial("a dry creation says what a real one would, and makes nothing", async (t) => {
  const shell = new Shell(t);
  const words = ["create", "x.disc", "--media", "dvd+r"];
  t.like(await shell.json<DiscInfo>(t, ...words, "--dry-run"), { media: "dvd+r", capacityBlocks: 2_295_104 });
  t.is((await shell.fails(t, 2, ...words, "--capacity", "1T", "--dry-run")).code, "E_OPTION_INVALID");
  t.deepEqual(readdirSync(shell.folder), []);
});
