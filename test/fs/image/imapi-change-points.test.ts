/** Changes of a tree are counted and can be undone. IMAPI2 `ChangePoint`, `RollbackToChangePoint`, `LockInChangePoint`. */
import test from "ava";
import fc from "fast-check";
import { openRecorder } from "../../../src/device.js";
import { hasCode } from "../../../src/errors.js";
import { FileSystemImage } from "../../../src/fs/image/file-system-image.js";
import { openImage } from "../../../src/fs/image/open-image.js";
import type { DirectoryNode, TreeSource } from "../../../src/fs/tree/directory.js";
import { attributeValues } from "../../../src/fs/tree/node.js";
import { walkTree } from "../../../src/fs/tree/walk.js";
import { MemorySource } from "../../../src/medium/memory-source.js";
import { appendSession, blankDisc } from "../../support/disc.js";
import { failsWith } from "../../support/failures.js";
import { bytesOf } from "../../support/made-image.js";
import { holds } from "../../support/properties.js";

/** All that a tree holds, in the order of its paths. */
function stateOf(root: DirectoryNode): unknown[] {
  const items = [{ path: "/", node: root as DirectoryNode }, ...walkTree(root)];
  return items
    .map(({ path, node }) => ({
      path,
      node,
      parent: node.parent,
      ...attributeValues(node),
      ofFile: node.type === "file" && [node.realTime, node.sortWeight],
    }))
    .sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** A folder with a file and a directory in it. */
function source(name: string): TreeSource {
  return {
    load: async (into) => {
      into.mtimeMs = 1000;
      into.mode = 0o700;
      into.addFile(`${name}/file`, name, { parents: true });
      into.addFile("a", "from a source");
    },
  };
}

const names = ["a", "b", "c"];
const path = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join("/")}`);

type Change = (image: FileSystemImage) => unknown;

const change: fc.Arbitrary<Change> = fc.oneof(
  path.map(
    (at): Change =>
      ({ root }) =>
        root.addFile(at, at, { parents: true }),
  ),
  path.map(
    (at): Change =>
      ({ root }) =>
        root.addFile(at, at, { replace: true }),
  ),
  path.map(
    (at): Change =>
      ({ root }) =>
        root.addDirectory(at),
  ),
  path.map(
    (at): Change =>
      ({ root }) =>
        root.addSymlink(at, "target"),
  ),
  path.map(
    (at): Change =>
      ({ root }) =>
        root.remove(at),
  ),
  path.map(
    (at): Change =>
      ({ root }) =>
        root.removeTree(at),
  ),
  fc.constant<Change>(({ root }) => root.removeTree("/")),
  fc.tuple(path, path).map(
    ([from, to]): Change =>
      ({ root }) =>
        root.move(from, to),
  ),
  path.map(
    (at): Change =>
      ({ root }) =>
        root.setAttributes(at, { mode: 0o600, hidden: true, mtime: 5000 }),
  ),
  path.map(
    (at): Change =>
      ({ root }) =>
        root.setAttributes(at, { realTime: true, sortWeight: 3 }),
  ),
  fc.tuple(path, fc.integer({ min: 0, max: 0o7777 })).map(
    ([at, value]): Change =>
      ({ root }) => {
        // Each of these alone is a change, too.
        const node = root.item(at);
        const kind = value % 12;
        if (kind === 0) node.mode = value;
        else if (kind === 1) node.uid = value;
        else if (kind === 2) node.gid = value;
        else if (kind === 3) node.mtimeMs = value;
        else if (kind === 4) node.atimeMs = value;
        else if (kind === 5) node.ctimeMs = value;
        else if (kind === 6) node.birthtimeMs = value;
        else if (kind === 7) node.hidden = !node.hidden;
        else if (kind === 8) node.hiddenIn = ["joliet"];
        else if (kind === 9) node.streams = undefined;
        else if (kind === 10) node.accessControl = { access: null, default: [] };
        else if (node.type === "file" && value % 2 === 0) node.realTime = !node.realTime;
        else if (node.type === "file") node.sortWeight = value;
        else root.setAttributes(at, { gid: 7 });
      },
  ),
  path.map(
    (at): Change =>
      ({ root }) =>
        root.setExtendedAttribute(at, "user.x", at),
  ),
  path.map(
    (at): Change =>
      ({ root }) =>
        root.removeExtendedAttribute(at, "user.x"),
  ),
  path.map(
    (at): Change =>
      ({ root }) =>
        root.addStream(at, "stream", "more"),
  ),
  path.map(
    (at): Change =>
      ({ root }) =>
        root.removeStream(at, "stream"),
  ),
  fc.constantFrom(...names).map(
    (name): Change =>
      ({ root }) =>
        root.addTree(source(name)),
  ),
  path.map(
    (at): Change =>
      ({ root }) =>
        root.addTree(source("c"), { at }),
  ),
  fc.constantFrom(...names).map(
    (name): Change =>
      (image) =>
        image.root.add(image.createFileItem(name, "new")),
  ),
  fc.constantFrom(...names).map(
    (name): Change =>
      (image) =>
        image.root.put(image.createFileItem(name, "put")),
  ),
);

/** Makes a change; one that is refused changes nothing. */
async function attempt(image: FileSystemImage, make: Change): Promise<boolean> {
  try {
    await make(image);
    return true;
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    return false;
  }
}

test("any changes can be undone, to any point between", async (t) => {
  const property = fc.asyncProperty(fc.array(change, { maxLength: 25 }), async (changes) => {
    const image = new FileSystemImage();
    const states = [stateOf(image.root)];
    for (const make of changes) {
      const before = image.changePoint;
      const done = await attempt(image, make);
      if (image.changePoint !== before + (done ? 1 : 0)) throw new Error("one change counts as one");
      if (done) states.push(stateOf(image.root));
      else t.deepEqual(stateOf(image.root), states.at(-1));
    }
    while (states.length > 0) {
      image.rollbackToChangePoint(states.length - 1);
      t.deepEqual(stateOf(image.root), states.pop());
    }
  });
  await holds(property);
});

test("after a result, the tree goes back to where it was and serves again", async (t) => {
  const image = new FileSystemImage();
  image.root.addFile("/kept", "kept");
  const point = image.changePoint;
  image.root.addFile("/first", "first");
  {
    await using result = await image.createResultImage();
    await failsWith(t, "E_IMAGE_IN_USE", { operation: "rollbackToChangePoint" }, () =>
      image.rollbackToChangePoint(point),
    );
    t.true(result.blocks > 0);
  }
  image.rollbackToChangePoint(point);
  image.root.addFile("/second", "second");
  await using result = await image.createResultImage();
  const read = await openImage(new MemorySource(await bytesOf(result)));
  t.deepEqual((await read.readdir("/")).map(({ name }) => name).sort(), ["kept", "second"]);
});

test("what is locked in stays, and the count goes on", async (t) => {
  const image = new FileSystemImage();
  image.root.addFile("/a", "a");
  image.lockInChangePoint();
  t.is(image.changePoint, 1);
  image.root.addFile("/b", "b");
  for (const point of [0, 3, 1.5, -1]) {
    await failsWith(t, "E_OPTION_INVALID", { option: "point", value: point }, () => image.rollbackToChangePoint(point));
  }
  image.rollbackToChangePoint(1);
  t.deepEqual([image.exists("/a"), image.exists("/b"), image.changePoint], ["file", undefined, 1]);
});

test("an import that is undone is undone altogether, and can be done again", async (t) => {
  const disc = await blankDisc(t, "dvd+r");
  await appendSession(disc, ({ root }) => root.addFile("/old", "old"), {
    fileSystems: ["iso", "joliet"],
    volumeName: "OLD",
  });
  await using recorder = await openRecorder(disc);
  const image = new FileSystemImage();
  image.multisessionInterfaces = await recorder.multisessionInterfaces();
  image.root.addFile("/new", "new");
  await image.importFileSystem();
  t.deepEqual([image.changePoint, image.importedVolumeName, image.exists("/old")], [2, "OLD", "file"]);
  t.deepEqual(image.fileSystems, ["joliet", "iso"]);
  image.rollbackToChangePoint(1);
  t.deepEqual([image.importedVolumeName, image.exists("/old"), image.exists("/new")], [undefined, undefined, "file"]);
  t.deepEqual(image.fileSystems, ["iso", "rockridge", "joliet"]);
  await image.importFileSystem();
  await using result = await image.createResultImage();
  await recorder.write(result);
  t.deepEqual((await (await openImage(recorder)).readdir("/")).map(({ name }) => name).sort(), ["new", "old"]);
});

test("where warnings are errors, a tree or an import that replaces something leaves all as it was", async (t) => {
  const disc = await blankDisc(t, "dvd+r");
  await appendSession(disc, ({ root }) => {
    for (const name of ["a", "b", "z"]) root.addFile(`/${name}`, "old");
  });
  await using recorder = await openRecorder(disc);
  const image = new FileSystemImage({ strict: true });
  image.multisessionInterfaces = await recorder.multisessionInterfaces();
  image.root.addFile("/b", "new");
  const before = stateOf(image.root);
  const { options } = image;
  await failsWith(t, "W_IMPORT_DROPPED", { path: "/b" }, () => image.importFileSystem());
  t.deepEqual(stateOf(image.root), before);
  t.deepEqual([image.options, image.importedVolumeName, image.changePoint], [options, undefined, 1]);
  const replacing: TreeSource = {
    load: async (into) => {
      into.mtimeMs = 5000;
      for (const name of ["a", "b", "c"]) into.addFile(name, "source");
    },
  };
  await failsWith(t, "W_REPLACED", { path: "/b" }, () => image.root.addTree(replacing));
  t.deepEqual(stateOf(image.root), before);
  t.is(image.changePoint, 1);
});

test("an import that is undone leaves options that were set since", async (t) => {
  const disc = await blankDisc(t, "dvd+r");
  await appendSession(disc, ({ root }) => root.addFile("/old", "old"), { volumeName: "OLD", publisherIdentifier: "P" });
  await using recorder = await openRecorder(disc);
  const image = new FileSystemImage({ isoLevel: 2 });
  await image.importAsNew(recorder);
  t.deepEqual([image.volumeName, image.options.publisherIdentifier], ["OLD", "P"]);
  image.volumeName = "NEW";
  image.rollbackToChangePoint(0);
  t.deepEqual([image.volumeName, image.isoLevel, image.options.publisherIdentifier], ["NEW", 2, undefined]);
});

test("undoing does not depend on what was refused meanwhile", async (t) => {
  const image = new FileSystemImage();
  image.root.addFile("/a", "a");
  await t.throwsAsync(
    image.root.addTree({
      load: async (into) => {
        into.addFile("b", "b");
        throw new Error("the source fails");
      },
    }),
  );
  const error = t.throws(() => image.root.addFile("/a/b", "b"));
  t.true(hasCode(error, "E_NOT_A_DIRECTORY"));
  t.is(image.changePoint, 1);
  image.rollbackToChangePoint(0);
  t.is(image.fileCount, 0);
});
