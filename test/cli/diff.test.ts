import { mkdirSync, writeFileSync } from "node:fs";
import test from "ava";
import { NearShell as Shell } from "./support.js";

test.serial("sessions and folders are compared, and a file of the whole name is itself", async (t) => {
  const shell = new Shell(t);
  shell.file("tree/one.txt", "one\n");
  shell.file("tree/sub/two.txt", "two\n");
  await shell.ok(t, "build", "tree", "-o", "x.iso");
  t.is(await shell.ok(t, "diff", "x.iso", "tree"), "");
  mkdirSync(shell.path("more"));
  writeFileSync(shell.path("more/three.txt"), "three\n");
  await shell.ok(t, "append", "x.iso", "/sub=more", "--remove", "/one.txt");
  const { code, out, err } = await shell.run(["diff", "x.iso@1", "x.iso", "--no-content"]);
  t.is(code, 5, err);
  t.regex(out, /^- \/one\.txt\n(M \/sub: [a-z, ]+\n)?\+ \/sub\/three\.txt\n$/);
  await shell.ok(t, "diff", "x.iso@-1", "x.iso@1");
  const found = await shell.run(["diff", "x.iso", "more", "--at", "/sub", "--json"]);
  t.is(found.code, 5);
  const { differences, count } = JSON.parse(found.out) as { differences: object[]; count: number };
  t.is(count, 1);
  const none = { other: null, changes: [] };
  t.deepEqual(differences, [{ path: "/sub/two.txt", kind: "onlyInOne", one: "file", ...none }]);
  t.is((await shell.fails(t, 2, "diff", "x.iso@0", "x.iso")).code, "E_USAGE");
  t.is((await shell.fails(t, 4, "diff", "tree", "x.iso")).code, "E_NO_MEDIUM");
  await shell.ok(t, "build", "tree", "-o", "x.iso@1");
  await shell.ok(t, "diff", "x.iso@1", "tree");
});
