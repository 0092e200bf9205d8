/** The writing commands with UDF. */
import { statSync, symlinkSync } from "node:fs";
import test from "ava";
import type { DiscInfo } from "../../src/cli/info.js";
import type { ListedEntry } from "../../src/cli/list.js";
import { NearShell as Shell } from "./support.js";

function tree(shell: Shell): void {
  shell.file("tree/a.txt", "a\n");
  shell.file("tree/sub/b.txt", "b\n".repeat(3000));
}

test.serial("build writes the file systems that are asked for", async (t) => {
  const shell = new Shell(t);
  tree(shell);
  for (const [words, fileSystems, revision] of [
    [["--fs", "udf"], ["udf"], "1.02"],
    [["--fs", "all"], ["rockridge", "joliet", "iso", "udf"], "1.02"],
    [["--fs", "iso,udf", "--udf-revision", "2.60"], ["iso", "udf"], "2.60"],
    [["--fs", "joliet,udf", "--udf-revision", "2.01"], ["joliet", "iso", "udf"], "2.01"],
  ] as const) {
    await shell.ok(t, "build", "tree", "-o", "x.iso", "--force", ...words);
    const { sessions } = await shell.json<DiscInfo>(t, "info", "x.iso");
    t.deepEqual(sessions[0]?.fileSystems, fileSystems);
    t.is(sessions[0]?.udf?.revision, revision);
    for (const fileSystem of ["udf", fileSystems[0]]) {
      const listed = await shell.list(t, "x.iso", "--fs", fileSystem);
      t.deepEqual(
        listed.map((path) => path.toLowerCase()),
        ["/a.txt", "/sub", "/sub/b.txt"],
      );
    }
    t.is(await shell.ok(t, "cat", "x.iso", "/a.txt", "--fs", "udf"), "a\n");
  }
});

test.serial("what UDF alone does not hold is a loss that was asked for", async (t) => {
  const shell = new Shell(t);
  tree(shell);
  symlinkSync("a.txt", shell.path("tree", "link"));
  const { code, err } = await shell.run(["build", "tree", "-o", "x.iso", "--fs", "udf"]);
  t.is(code, 6);
  t.regex(err, /"\/link" is not in UDF/);
  await shell.ok(t, "build", "tree", "-o", "y.iso", "--fs", "udf", "--udf-special-files");
  const entries = await shell.json<ListedEntry[]>(t, "list", "y.iso");
  t.is(entries.find(({ path }) => path === "/link")?.target, "a.txt");
  // In a bridge, Rock Ridge has them, which is said once.
  symlinkSync("a.txt", shell.path("tree", "other"));
  const bridge = await shell.run(["build", "tree", "-o", "z.iso", "--fs", "all"]);
  t.is(bridge.code, 0);
  t.regex(bridge.err, /"\/link" and 1 more are not in UDF/);
  t.is((await shell.run(["build", "tree", "-o", "w.iso", "--fs", "iso,udf", "--udf-special-files"])).code, 0);
  t.is((await shell.run(["build", "tree", "-o", "v.iso", "--fs", "iso,udf"])).code, 6);
});

test.serial("embedded files make smaller images", async (t) => {
  const shell = new Shell(t);
  for (let file = 0; file < 200; file++) shell.file(`tree/${file}`, `contents of ${file}`);
  await shell.ok(t, "build", "tree", "-o", "plain.udf", "--fs", "udf");
  await shell.ok(t, "build", "tree", "-o", "embedded.udf", "--fs", "udf", "--udf-embed");
  const [plain, embedded] = ["plain.udf", "embedded.udf"].map((name) => statSync(shell.path(name)).size);
  t.true(embedded! <= plain! - 192 * 2048, `${embedded} and ${plain} bytes`);
  t.is(await shell.ok(t, "cat", "embedded.udf", "/123"), "contents of 123");
  t.is((await shell.fails(t, 2, "build", "tree", "-o", "x", "--fs", "all", "--udf-embed")).code, "E_OPTION_INVALID");
});

test.serial("a disc keeps its file systems and its revision", async (t) => {
  const shell = new Shell(t);
  tree(shell);
  shell.file("more/c.txt", "c\n");
  await shell.ok(t, "create", "x.disc", "--media", "dvd+r");
  await shell.ok(t, "write", "x.disc", "tree", "--fs", "all", "--udf-revision", "2.01");
  await shell.ok(t, "append", "x.disc", "more", "--remove", "/a.txt");
  const fixed = await shell.fails(t, 1, "append", "x.disc", "more", "--udf-revision", "1.50");
  t.is(fixed.code, "E_UDF_REVISION_FIXED");
  t.deepEqual(fixed.detail, { imported: "2.01", wanted: "1.50" });
  const { sessions } = await shell.json<DiscInfo>(t, "info", "x.disc");
  t.deepEqual(
    sessions.map(({ fileSystems, udf }) => [fileSystems.join(), udf?.revision]),
    [1, 2].map(() => ["rockridge,joliet,iso,udf", "2.01"]),
  );
  for (const fileSystem of ["udf", "joliet", "rockridge"]) {
    t.deepEqual(await shell.list(t, "x.disc", "--fs", fileSystem), ["/c.txt", "/sub", "/sub/b.txt"]);
  }
  t.regex(await shell.ok(t, "verify", "x.disc"), /0 errors, 0 warnings/);
  await shell.ok(t, "append", "x.disc", "more", "--at", "/x", "--udf-revision", "1.50", "--udf-rebuild");
  t.is((await shell.json<DiscInfo>(t, "info", "x.disc")).sessions[2]?.udf?.revision, "1.50");
});
