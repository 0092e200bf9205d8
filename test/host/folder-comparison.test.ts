import { chmodSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { FileSystemImage } from "../../src/fs/image/file-system-image.js";
import { openImage } from "../../src/fs/image/open-image.js";
import { fromDirectory } from "../../src/host/directory-source.js";
import { compareImageWithFolder, compareWithFolder } from "../../src/host/folder-comparison.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import { gathered } from "../support/listing.js";
import { bytesOf } from "../support/made-image.js";
import { temporaryFolder } from "../support/tools.js";

test("a folder is compared as a second session is", async (t) => {
  const folder = temporaryFolder(t);
  const time = 1_500_000_000.75;
  const file = (name: string, content: string): void => {
    writeFileSync(join(folder, name), content);
    utimesSync(join(folder, name), time, time);
  };
  mkdirSync(join(folder, "gone"));
  file("gone/inside", "x");
  for (const name of ["same", "content", "size", "mode"]) file(name, `content of ${name}`);
  symlinkSync("same", join(folder, "link"));
  const tree = new FileSystemImage();
  await tree.root.addTree(fromDirectory(folder), { at: "/at" });
  await using result = await tree.createResultImage();
  const image = await openImage(new MemorySource(await bytesOf(result)));
  const at = "/at";
  t.deepEqual(await gathered(compareImageWithFolder(image, folder, { at })), []);

  rmSync(join(folder, "gone"), { recursive: true });
  mkdirSync(join(folder, "new"));
  file("new/inside", "");
  file("content", "CONTENT of content");
  file("size", "content");
  chmodSync(join(folder, "mode"), 0o600);
  rmSync(join(folder, "link"));
  symlinkSync("other", join(folder, "link"));
  const lines: string[] = [];
  for await (const { path, kind, changes } of compareImageWithFolder(image, `${folder}/`, { at })) {
    // When links were made is not said.
    const kinds = changes.map((change) => change.kind).filter((change) => path !== "/at/link" || change !== "mtime");
    lines.push(`${kind} ${path} ${kinds.join()}`.trimEnd());
  }
  t.deepEqual(lines, [
    "changed /at/content content",
    "onlyInOne /at/gone",
    "onlyInOne /at/gone/inside",
    "changed /at/link target",
    "changed /at/mode mode",
    "onlyInOther /at/new",
    "onlyInOther /at/new/inside",
    "changed /at/size size,content",
  ]);
  const { differences, count, items } = await compareWithFolder(image, folder, { at });
  t.is(items, 5);
  t.is(count, differences.length);
  const isTime = ({ kind }: { kind: string }): boolean => kind === "mtime";
  t.deepEqual(
    differences.filter((difference) => !isTime(difference)),
    [
      { path: "/at/content", kind: "content", onDisc: "differs from byte 0 on", inFolder: null },
      { path: "/at/gone", kind: "onlyOnDisc", onDisc: "directory", inFolder: null },
      { path: "/at/link", kind: "target", onDisc: "same", inFolder: "other" },
      { path: "/at/mode", kind: "mode", onDisc: "0644", inFolder: "0600" },
      { path: "/at/new", kind: "onlyInFolder", onDisc: null, inFolder: "directory" },
      { path: "/at/size", kind: "size", onDisc: "15", inFolder: "7" },
    ],
  );
});
