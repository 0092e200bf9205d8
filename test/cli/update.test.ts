import test from "ava";
import { NearShell as Shell } from "./support.js";

test.serial("a disc is brought up to a folder, and left alone where nothing differs", async (t) => {
  const shell = new Shell(t);
  shell.file("tree/one.txt");
  shell.file("tree/sub/two.txt");
  await shell.ok(t, "create", "x.disc", "--media", "dvd+r");
  await shell.ok(t, "update", "x.disc", "tree", "--at", "/place");
  const same = await shell.run(["update", "x.disc", "tree", "--at", "/place"]);
  t.is(same.code, 0);
  t.regex(same.err, /nothing differs/);
  shell.file("tree/one.txt", "longer than it was\n");
  shell.file("other/three.txt");
  const planned = await shell.ok(t, "update", "x.disc", "tree", "--at", "/place", "--dry-run");
  t.regex(planned, /^M \/place\/one\.txt\n0 added, 1 replaced.*\nwould write session 2 .* blocks/);
  const update = await shell.json<{ bytes: number; changes: object[]; session: { session: number } }>(
    t,
    ...["update", "x.disc", "other", "--at", "/place", "--delete"],
  );
  t.is(update.session.session, 2);
  t.deepEqual(
    update.changes.filter((change) => !("kind" in change && change.kind === "attributes")),
    [
      { path: "/place/one.txt", kind: "remove", type: "file" },
      { path: "/place/sub", kind: "remove", type: "directory" },
      { path: "/place/sub/two.txt", kind: "remove", type: "file" },
      { path: "/place/three.txt", kind: "add", type: "file" },
    ],
  );
  await shell.ok(t, "diff", "x.disc", "other", "--at", "/place");
  const { code, out } = await shell.run(["diff", "x.disc@1", "x.disc", "--at", "/place"]);
  t.is(code, 5);
  t.deepEqual(
    out.trimEnd().split("\n"),
    ["- /one.txt", "- /sub", "- /sub/two.txt", "+ /three.txt"].map((line) => line.replace("/", "/place/")),
  );
  t.is((await shell.fails(t, 1, "update", "x.disc", "none")).code, "E_SOURCE_UNREADABLE");
});
