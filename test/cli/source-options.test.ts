import { symlinkSync } from "node:fs";
import type { ExecutionContext } from "ava";
import test from "ava";
import { NearShell } from "./support.js";

function made(t: ExecutionContext): NearShell {
  const shell = new NearShell(t);
  for (const name of ["tree/keep.txt", "tree/drop.tmp", "tree/build/a.o", "tree/build/a.c", "tree/lib/build.c"]) {
    shell.file(name);
  }
  return shell;
}

test.serial("what is excluded, by name and by the end of the path", async (t) => {
  const shell = made(t);
  const listed = async (...words: string[]): Promise<string[]> => {
    await shell.ok(t, "build", "tree", "-o", "x.iso", "--force", ...words);
    return await shell.list(t, "x.iso");
  };
  t.deepEqual(await listed("--exclude", "*.tmp", "--exclude", "build"), ["/keep.txt", "/lib", "/lib/build.c"]);
  t.deepEqual(await listed("--exclude", "build/*.o", "--exclude", "/lib/"), [
    ...["/build", "/build/a.c", "/drop.tmp", "/keep.txt", "/lib", "/lib/build.c"],
  ]);
  await shell.ok(t, "append", "x.iso", "tree", "--at", "/more", "--exclude", "[bl]*", "--exclude", "drop.???");
  t.true((await shell.list(t, "x.iso")).includes("/more/keep.txt"));
  t.false((await shell.list(t, "x.iso")).some((path) => /\/more\/(build|lib|drop)/.test(path)));
});

test.serial("what has more weight lies further in front", async (t) => {
  const shell = made(t);
  const weights = ["--sort-weight", "-3=/build", "--sort-weight", "7=/lib/build.c"];
  await shell.ok(t, "build", "tree", "-o", "x.iso", ...weights);
  const files = await shell.json<{ path: string; type: string; extents: { lba: number }[] }[]>(t, "list", "x.iso");
  const lbaOf = (path: string): number => files.find((file) => file.path === path)!.extents[0]!.lba;
  t.true(lbaOf("/lib/build.c") < lbaOf("/keep.txt"));
  t.true(lbaOf("/keep.txt") < lbaOf("/build/a.c"));
  for (const word of ["lib", "1.5=/lib", "=/lib", "1="]) {
    const words = ["build", "tree", "-o", "y.iso", "--sort-weight", word];
    t.like(await shell.fails(t, 2, ...words), { code: "E_USAGE" });
  }
  t.like(await shell.fails(t, 1, "build", "tree", "-o", "y.iso", "--sort-weight", "1=/none"), {
    code: "E_ITEM_NOT_FOUND",
  });
});

test.serial("links are followed where that is asked for", async (t) => {
  const shell = made(t);
  symlinkSync("lib", shell.path("tree/link"));
  await shell.ok(t, "build", "tree", "-o", "x.iso", "--follow-links");
  t.true((await shell.list(t, "x.iso")).includes("/link/build.c"));
  symlinkSync("..", shell.path("tree/lib/up"));
  t.like(await shell.fails(t, 1, "build", "tree", "-o", "y.iso", "--follow-links"), { code: "E_SOURCE_UNREADABLE" });
});

test.serial("owners, modes and what is hidden", async (t) => {
  const shell = made(t);
  const hidden = ["--hide", "joliet=/keep.txt", "--hide", "iso=/build", "--hide", "udf=/build"];
  const modes = ["--rationalised", "--uid", "7", "--file-mode", "0640"];
  await shell.ok(t, "build", "tree", "-o", "x.iso", "--fs", "all", ...modes, ...hidden);
  const entries = await shell.json<{ path: string; mode: string; uid: number; gid: number }[]>(t, "list", "x.iso");
  const found = entries.find(({ path }) => path === "/keep.txt");
  t.is(found?.mode, "0640");
  t.deepEqual([found?.uid, found?.gid], [7, 0]);
  t.false((await shell.list(t, "x.iso", "--fs", "rockridge")).includes("/build/a.c"));
  t.false((await shell.list(t, "x.iso", "--fs", "udf")).includes("/build"));
  t.true((await shell.list(t, "x.iso", "--fs", "joliet")).includes("/build/a.c"));
  t.false((await shell.list(t, "x.iso", "--fs", "joliet")).includes("/keep.txt"));
  for (const words of [
    ["--hide", "hfs=/x"],
    ["--hide", "/x"],
    ["--file-mode", "0999"],
  ]) {
    t.like(await shell.fails(t, 2, "build", "tree", "-o", "y.iso", ...words), { code: "E_USAGE" });
  }
  t.like(await shell.fails(t, 1, "build", "tree", "-o", "y.iso", "--hide", "iso=/none"), { code: "E_ITEM_NOT_FOUND" });
});
