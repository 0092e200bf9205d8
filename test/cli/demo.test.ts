import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import test from "ava";
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
