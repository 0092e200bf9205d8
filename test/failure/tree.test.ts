/** What cannot be done with a tree, by code and detail; and that nothing has changed then. */
import test from "ava";
import { FileSystemImage } from "../../src/fs/image/file-system-image.js";
import { MemoryContent } from "../../src/fs/tree/content.js";
import type { TreeSource } from "../../src/fs/tree/directory.js";
import { DirectoryNode } from "../../src/fs/tree/directory.js";
import { FileNode } from "../../src/fs/tree/node.js";
import { walkTree } from "../../src/fs/tree/walk.js";
import { failsWith, warnsOf } from "../support/failures.js";
import { makeImage } from "../support/made-image.js";

function smallTree(): DirectoryNode {
  const root = new DirectoryNode("");
  root.addFile("/a/b/file", "content", { parents: true });
  root.addSymlink("/a/link", "b/file");
  root.addDirectory("/empty");
  return root;
}

const emptyContent = new MemoryContent(new Uint8Array(0));

const paths = (root: DirectoryNode): string[] => [...walkTree(root)].map(({ path }) => path);

test("paths that are none", async (t) => {
  const root = smallTree();
  for (const path of ["/a//b", "/a/../b", "/./a", "/a\0b"]) {
    await failsWith(t, "E_PATH_INVALID", { path }, () => root.item(path));
    await failsWith(t, "E_PATH_INVALID", { path }, () => root.addFile(path, ""));
  }
  await failsWith(t, "E_PATH_INVALID", { path: "/" }, () => new DirectoryNode("").remove("/"));
});

test("names and targets that cannot be", async (t) => {
  const root = smallTree();
  await failsWith(t, "E_NAME_INVALID", { name: "", path: "/l" }, () => root.addSymlink("/l", ""));
  await failsWith(t, "E_NAME_INVALID", { name: "a\0", path: "/l" }, () => root.addSymlink("/l", "a\0"));
  t.is(root.find("/l"), undefined);
});

test("items that are not there", async (t) => {
  const root = smallTree();
  await failsWith(t, "E_ITEM_NOT_FOUND", { path: "/nothing" }, () => root.item("/nothing"));
  await failsWith(t, "E_ITEM_NOT_FOUND", { path: "/nothing" }, () => root.remove("/nothing"));
  await failsWith(t, "E_ITEM_NOT_FOUND", { path: "/nothing" }, () => root.move("/nothing", "/x"));
  await failsWith(t, "E_ITEM_NOT_FOUND", { path: "/x" }, () => root.addFile("/x/y", ""));
  await failsWith(t, "E_ITEM_NOT_FOUND", { path: "/x" }, () => root.move("/a", "/x/y"));
});

test("items that are there already", async (t) => {
  const root = smallTree();
  await failsWith(t, "E_ITEM_EXISTS", { path: "/a/link" }, () => root.addFile("/a/link", ""));
  await failsWith(t, "E_ITEM_EXISTS", { path: "/a" }, () => root.addDirectory("/a"));
  await failsWith(t, "E_ITEM_EXISTS", { path: "/a/link" }, () => root.move("/a/b/file", "/a/link"));
  await failsWith(t, "E_ITEM_EXISTS", { path: "/" }, () => root.addFile("/", ""));
  root.addFile("/a/link", "replaced", { replace: true });
  t.is(root.item("/a/link").type, "file");
});

test("a directory where something else is wanted, and the other way round", async (t) => {
  const root = smallTree();
  await failsWith(t, "E_NOT_A_DIRECTORY", { path: "/a/link" }, () => root.addFile("/a/link/x", ""));
  await failsWith(t, "E_NOT_A_DIRECTORY", { path: "/a/b/file" }, () => root.move("/empty", "/a/b/file/x"));
  const detail = { path: "/a", existing: "directory", added: "file" } as const;
  await failsWith(t, "E_TYPE_COLLISION", detail, () => root.addFile("/a", "", { replace: true }));
  await failsWith(t, "E_DIRECTORY_NOT_EMPTY", { path: "/a", children: 2 }, () => root.remove("/a"));
  t.deepEqual(paths(root), ["/a", "/a/b", "/a/b/file", "/a/link", "/empty"]);
});

test("a directory cannot be moved into itself", async (t) => {
  const root = smallTree();
  await failsWith(t, "E_MOVE_INTO_ITSELF", { from: "/a", to: "/a/b/c" }, () => root.move("/a", "/a/b/c"));
  await failsWith(t, "E_MOVE_INTO_ITSELF", { from: "/", to: "/x" }, () => root.move("/", "/x"));
  root.move("/a/b", "/b");
  t.deepEqual(paths(root), ["/a", "/a/link", "/empty", "/b", "/b/file"]);
});

test("a source that collides adds nothing", async (t) => {
  const root = smallTree();
  const source: TreeSource = {
    load: async (into) => {
      into.attach(new FileNode("first", emptyContent));
      into.attach(new FileNode("a", emptyContent));
    },
  };
  const before = paths(root);
  await failsWith(t, "E_TYPE_COLLISION", { path: "/a", existing: "directory", added: "file" }, () =>
    root.addTree(source),
  );
  t.deepEqual(paths(root), before);
  await failsWith(t, "E_TYPE_COLLISION", { path: "/a/link" }, () => root.addTree(source, { at: "/a/link" }));
  t.deepEqual(paths(root), before);
  const failing: TreeSource = { load: () => Promise.reject(new Error("the source's own failure")) };
  await t.throwsAsync(root.addTree(failing), { message: "the source's own failure" });
  t.deepEqual(paths(root), before);
});

test("what a source replaces is reported", async (t) => {
  const { warnings, image } = await makeImage((root) => root.addFile("/x", "old"));
  const source: TreeSource = { load: async (into) => into.attach(new FileNode("x", emptyContent)) };
  await image.root.addTree(source);
  warnsOf(t, warnings, "W_REPLACED", { path: "/x" });
});

test("a tree is not changed while its result lives", async (t) => {
  const image = new FileSystemImage();
  image.root.addFile("/x", "x");
  const result = await image.createResultImage();
  const changes: Record<string, () => unknown> = {
    add: () => image.root.addFile("/y", "y"),
    remove: () => image.root.remove("/x"),
    removeTree: () => image.root.removeTree("/"),
    move: () => image.root.move("/x", "/y"),
    addTree: () => image.root.addTree({ load: async () => {} }),
  };
  for (const [operation, change] of Object.entries(changes))
    await failsWith(t, "E_IMAGE_IN_USE", { operation }, change);
  await failsWith(t, "E_IMAGE_IN_USE", {}, () => {
    image.multisessionInterfaces = [];
  });
  await failsWith(t, "E_IMAGE_IN_USE", {}, () => image.importFileSystem());
  t.deepEqual(paths(image.root), ["/x"]);
  result.dispose();
  image.root.addFile("/y", "y");
  t.is(image.fileCount, 2);
});

test("misuse is a RangeError that says what was given", (t) => {
  const root = smallTree();
  t.throws(() => root.addFile("/m", "", { mode: 0o10000 }), { instanceOf: RangeError });
  t.throws(() => root.addFile("/m", "", { mtime: new Date(Number.NaN) }), { instanceOf: RangeError });
  t.is(root.find("/m"), undefined);
});
