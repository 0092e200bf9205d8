import { createHash } from "node:crypto";
import test from "ava";
import type { Warning } from "../../../src/errors.js";
import { FileSystemImage } from "../../../src/fs/image/file-system-image.js";
import type { ImageOptions } from "../../../src/fs/image/options.js";
import type { ContentDigest } from "../../../src/fs/image/shared-contents.js";
import type { TreeUpdate, UpdateTreeOptions } from "../../../src/fs/image/update-tree.js";
import { updateTree } from "../../../src/fs/image/update-tree.js";
import type { Content } from "../../../src/fs/tree/content.js";
import { MemoryContent, OnDiscContent } from "../../../src/fs/tree/content.js";
import type { DirectoryNode, TreeSource } from "../../../src/fs/tree/directory.js";
import { walkTree } from "../../../src/fs/tree/walk.js";
import { MemorySource } from "../../../src/medium/memory-source.js";
import { failsWith } from "../../support/failures.js";

const mtime = 1_500_000_000_000;

function fill(root: DirectoryNode): void {
  root.assign({ mtime });
  root.addDirectory("/d", { mtime });
  root.addFile("/d/a", "content of a", { mtime });
  root.addFile("/d/b", "content of b", { mtime });
  root.addSymlink("/d/link", "a", { mtime });
  root.addFile("/other", "other", { mtime });
}

function imageOf(options: ImageOptions = {}): FileSystemImage {
  const image = new FileSystemImage(options);
  fill(image.root);
  return image;
}

/** What `fill` makes, changed. */
function sourceOf(change: (root: DirectoryNode) => void): TreeSource {
  return {
    load: async (into) => {
      fill(into);
      change(into);
    },
  };
}

function linesOf({ changes }: TreeUpdate): string[] {
  return changes.map(({ path, kind, type }) => `${kind} ${path} ${type}`);
}

async function updated(
  image: FileSystemImage,
  change: (root: DirectoryNode) => void,
  options: UpdateTreeOptions = {},
): Promise<TreeUpdate> {
  return await updateTree(image, sourceOf(change), options);
}

function paths(image: FileSystemImage): string[] {
  return [...walkTree(image.root)].map(({ path }) => path).sort();
}

function contentAt(image: FileSystemImage, path: string): Content {
  const item = image.root.item(path);
  if (item.type !== "file") throw new Error(`${path} is a ${item.type}`);
  return item.content;
}

const digest: ContentDigest = async (content) => {
  const bytes = new Uint8Array(content.bytes);
  await content.read(0, bytes);
  return createHash("sha256").update(bytes).digest("hex");
};

test("where nothing differs, nothing is touched", async (t) => {
  const image = imageOf();
  const before = [...walkTree(image.root)].map(({ node }) => node);
  const update = await updated(image, (root) => {
    // A disc keeps whole seconds.
    for (const { node } of walkTree(root)) node.assign({ mtime: mtime + 999 });
  });
  t.deepEqual(update, { changes: [], unchanged: 6, skipped: 0, bytes: 0, sharedBytes: 0 });
  t.deepEqual(
    [...walkTree(image.root)].map(({ node }) => node),
    before,
  );
});

test("what differs is added and replaced, and the rest keeps its nodes and contents", async (t) => {
  const image = imageOf();
  const other = image.root.item("/other");
  const content = contentAt(image, "/d/b");
  const gone: string[] = [];
  const update = await updated(
    image,
    (root) => {
      root.addFile("/d/a", "longer content of a", { mtime, replace: true });
      root.setAttributes("/d/b", { mode: 0o600, uid: 3 });
      root.addSymlink("/d/link", "b", { mtime, replace: true });
      root.addDirectory("/d/new");
      root.addFile("/d/new/file", "new");
    },
    { onGone: (item) => gone.push(item.path) },
  );
  t.deepEqual(linesOf(update), [
    "replace /d/a file",
    "attributes /d/b file",
    "replace /d/link symlink",
    "add /d/new directory",
    "add /d/new/file file",
  ]);
  t.deepEqual(gone.sort(), ["/d/a", "/d/link"]);
  t.is(update.bytes, "longer content of a".length + "new".length);
  t.is(image.root.item("/other"), other);
  t.is(contentAt(image, "/d/b"), content);
  t.like(image.root.item("/d/b"), { mode: 0o600, uid: 3, gid: 0, mtimeMs: mtime, imported: false });
  t.like(image.root.item("/d/link"), { target: "b" });
  t.is(image.root.item("/d/new/file").path, "/d/new/file");
});

test("what the source lacks goes with delete alone, and below the place alone", async (t) => {
  const lacking: TreeSource = {
    load: async (into) => {
      into.assign({ mtime });
      into.attach(imageOf().root.item("/d/a"));
    },
  };
  const image = imageOf();
  t.deepEqual(linesOf(await updateTree(image, lacking, { at: "/d" })), []);
  const update = await updateTree(image, lacking, { at: "d/", delete: true });
  t.deepEqual(linesOf(update), ["remove /d/b file", "remove /d/link symlink"]);
  t.deepEqual(paths(image), ["/d", "/d/a", "/other"]);
  const whole = await updateTree(image, lacking, { delete: true });
  t.deepEqual(linesOf(whole), ["add /a file", "remove /d directory", "remove /d/a file", "remove /other file"]);
  t.deepEqual(paths(image), ["/a"]);
});

test("a directory gives way with delete alone; a place that is missing is made", async (t) => {
  const image = imageOf();
  const change = (root: DirectoryNode): void => {
    root.removeTree("/d");
    root.addFile("/d", "a file", { mtime });
    root.addFile("/first", "", { mtime });
  };
  const before = paths(image);
  await failsWith(t, "E_TYPE_COLLISION", { path: "/d" }, () => updated(image, change));
  t.deepEqual(paths(image), before);
  t.deepEqual(linesOf(await updated(image, change, { delete: true })), [
    "replace /d file",
    "remove /d/a file",
    "remove /d/b file",
    "remove /d/link symlink",
    "add /first file",
  ]);
  await failsWith(t, "E_NOT_A_DIRECTORY", { path: "/d" }, () => updated(image, () => {}, { at: "/d" }));
  const made = await updated(image, () => {}, { at: "/far/away" });
  t.deepEqual(linesOf(made).slice(0, 3), [
    "add /far/away directory",
    "add /far/away/d directory",
    "add /far/away/d/a file",
  ]);
  t.is(image.root.item("/far/away").mtimeMs, mtime);
  t.true(paths(image).includes("/far/away/d/link"));
  // What was a file becomes a directory: nothing is lost but the file.
  t.true(linesOf(await updated(image, () => {})).includes("replace /d directory"));
});

test("with checksum, contents decide, and times change without them", async (t) => {
  const image = imageOf();
  const content = contentAt(image, "/d/a");
  const change = (root: DirectoryNode): void => {
    root.setAttributes("/d/a", { mtime: mtime + 5000 });
    root.addFile("/d/b", "CONTENT of b", { mtime, replace: true });
  };
  t.deepEqual(linesOf(await updated(image, change, { checksum: true })), ["attributes /d/a file", "replace /d/b file"]);
  t.is(contentAt(image, "/d/a"), content);
  t.is(image.root.item("/d/a").mtimeMs, mtime + 5000);
  const unseen = imageOf();
  t.deepEqual(linesOf(await updated(unseen, change)), ["replace /d/a file"]);
});

test("a new name of a file that is there refers to its content", async (t) => {
  const image = imageOf();
  const content = contentAt(image, "/d/a");
  const source = sourceOf((root) => {
    const file = root.item("/d/a");
    if (file.type === "file") root.addFile("/new/a", file.content, { mtime, parents: true });
  });
  const update = await updateTree(image, source);
  t.deepEqual(linesOf(update), ["add /new directory", "add /new/a file"]);
  t.like(update, { bytes: 0, sharedBytes: 12 });
  t.is(contentAt(image, "/new/a"), content);
});

test("contents that are on the disc, or come twice, are written once", async (t) => {
  const blocks = new Uint8Array(4 * 2048);
  blocks.set(new TextEncoder().encode("on the disc"), 2048);
  const onDisc = new OnDiscContent(new MemorySource(blocks), [{ lba: 1, bytes: 11 }]);
  const make = (): FileSystemImage => {
    const image = imageOf();
    image.root.addFile("/old", onDisc, { mtime });
    return image;
  };
  const change = (root: DirectoryNode): void => {
    root.addFile("/old", onDisc, { mtime });
    for (const [name, text] of [
      ["copy", "on the disc"],
      ["other", "not on disc"],
      ["twice", "not on disc"],
    ] as const) {
      root.addFile(name, new MemoryContent(new TextEncoder().encode(text)), { mtime: mtime + 1000, replace: true });
    }
  };
  const image = make();
  const update = await updated(image, change, { digest });
  t.like(update, { bytes: 11, sharedBytes: 22 });
  t.is(contentAt(image, "/copy"), onDisc);
  t.is(contentAt(image, "/other"), contentAt(image, "/twice"));
  const plain = make();
  t.like(await updated(plain, change), { bytes: 33, sharedBytes: 0 });
  t.not(contentAt(plain, "/other"), contentAt(plain, "/twice"));
});

test("what no file system of the image holds is left out, each time", async (t) => {
  const image = imageOf({ fileSystems: ["iso", "joliet"] });
  image.root.removeTree("/d/link");
  const warnings: Warning[] = [];
  const onWarning = (warning: Warning): void => void warnings.push(warning);
  const change = (root: DirectoryNode): void => {
    root.setAttributes("/d/a", { mode: 0o600, uid: 1 });
    root.addSpecial("/fifo", "fifo", { major: 0, minor: 0 });
  };
  t.like(await updated(image, change, { onWarning }), { changes: [], skipped: 2, unchanged: 5 });
  t.deepEqual(
    warnings.map(({ code, detail }) => [code, "path" in detail ? detail.path : ""]),
    [
      ["W_SKIPPED", "/d/link"],
      ["W_SKIPPED", "/fifo"],
    ],
  );
});

test("times that the image clamps are compared as it writes them", async (t) => {
  const image = imageOf({ sourceDateEpoch: mtime / 1000 });
  const update = await updated(image, (root) => root.setAttributes("/d/a", { mtime: mtime + 86_400_000 }));
  t.deepEqual(update.changes, []);
});

test("nothing is changed while a result lives, nor when it is cancelled", async (t) => {
  const image = imageOf();
  const change = (root: DirectoryNode): void => void root.addFile("/new", "", { mtime });
  await failsWith(t, "E_CANCELLED", {}, () => updated(image, change, { signal: AbortSignal.abort() }));
  await using _result = await image.createResultImage();
  await failsWith(t, "E_IMAGE_IN_USE", {}, () => updated(image, change));
  const attributes = (root: DirectoryNode): void => root.setAttributes("/other", { mode: 0o600 });
  await failsWith(t, "E_IMAGE_IN_USE", {}, () => updated(image, attributes));
  t.is(image.root.find("/new"), undefined);
});
