import { execFile, spawnSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { resolve } from "node:path";
import { promisify } from "node:util";
import test from "ava";
import { run } from "../support/tools.js";
import { Shell } from "./support.js";

const demo = resolve(import.meta.dirname, "../../../dist/cli/demo.js");

test("the demonstration of a folder ends well and leaves nothing", async (t) => {
  const shell = new Shell(t);
  for (const name of ["a/b/c.txt", "a/d.txt", "e.txt", "f.txt"]) shell.file(`folder/${name}`);
  const environment = { ...process.env, TMPDIR: shell.path("folder") };
  const { stdout } = await promisify(execFile)("node", [demo, shell.path("folder", "a")], { env: environment });
  t.regex(stdout, /session 2: block \d+, \d+ blocks, complete/);
  t.regex(stdout, /nextWritableAddress: \d+/);
  t.regex(stdout, /All is as it should be\.\n$/);
});

test("the demonstration takes folders with anything in them, from where the user stands", async (t) => {
  const shell = new Shell(t);
  for (const name of ["a.txt", "b.txt", "c.txt", "run"]) shell.file(`base/folder/${name}`);
  chmodSync(shell.path("base/folder/run"), 0o4755);
  run("mkfifo", [shell.path("base/folder/pipe")]);
  run("sh", ["-c", 'touch "$0/$(printf "not\\377text")"', shell.path("base/folder")]);
  // npm runs scripts in the folder of the package, and names the user's.
  const environment = { ...process.env, INIT_CWD: shell.path("base"), TMPDIR: shell.folder };
  const { stdout } = await promisify(execFile)("node", [demo, "folder"], { env: environment, cwd: "/" });
  t.regex(stdout, /left out: .*pipe\n/);
  t.regex(stdout, /left out: .*not.*text\n/);
  t.regex(stdout, /All is as it should be\.\n$/);
});

test("the demonstration refuses what is no folder in one line", (t) => {
  const shell = new Shell(t);
  shell.file("a.txt");
  for (const name of ["nothing", "a.txt"]) {
    const { status, stdout, stderr } = spawnSync("node", [demo, shell.path(name)], { encoding: "utf8" });
    t.is(status, 2);
    t.is(stdout, "");
    t.is(stderr, `demo: ${shell.path(name)} is no folder\n`);
  }
});
