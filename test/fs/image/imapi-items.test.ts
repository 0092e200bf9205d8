/** What the reference API asks of items: detached ones, names per file system, streams, attributes. docs/IMAPI.md. */
import test from "ava";
import { openRecorder } from "../../../src/device.js";
import { FileSystemImage } from "../../../src/fs/image/file-system-image.js";
import { openImage } from "../../../src/fs/image/open-image.js";
import type { ImageOptions } from "../../../src/fs/image/options.js";
import { OnDiscContent } from "../../../src/fs/tree/content.js";
import type { DirectoryNode } from "../../../src/fs/tree/directory.js";
import type { FileSystemName } from "../../../src/fs/tree/disc-entry.js";
import { walkTree } from "../../../src/fs/tree/walk.js";
import { verifyImage } from "../../../src/fs/verify/verify.js";
import { MemorySource } from "../../../src/medium/memory-source.js";
import { appendSession, blankDisc } from "../../support/disc.js";
import { failsWith, warnsOf } from "../../support/failures.js";
import { bytesOf, makeImage } from "../../support/made-image.js";

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

test("items are made, filled, and then put into the tree", async (t) => {
  const image = new FileSystemImage();
  const directory = image.createDirectoryItem("docs", { mode: 0o700 });
  directory.add(image.createFileItem("a.txt", "a", { mtime: 86_400_000, hidden: true }));
  directory.addFile("deeper/b.txt", "b", { parents: true });
  t.is(image.changePoint, 0);
  t.is(directory.item("/a.txt").path, "/a.txt");
  image.root.add(directory);
  t.deepEqual([image.changePoint, image.exists("/docs/deeper/b.txt")], [1, "file"]);
  t.is(directory.item("/a.txt").path, "/docs/a.txt");
  const { mtimeMs, hidden } = image.root.item("/docs/a.txt");
  t.deepEqual([mtimeMs, hidden], [86_400_000, true]);
});

test("an item that cannot be put somewhere is not", async (t) => {
  const image = new FileSystemImage();
  await failsWith(t, "E_NAME_INVALID", { name: "a/b" }, () => image.createDirectoryItem("a/b"));
  await failsWith(t, "E_NAME_INVALID", { name: "" }, () => image.createFileItem("", "x"));
  for (const attributes of [{ streams: { "a/b": "x" } }, { extendedAttributes: { "": "x" } }]) {
    const item = image.createFileItem("x", "x", attributes);
    await failsWith(t, "E_NAME_INVALID", {}, () => image.root.add(item));
  }
  image.root.addFile("/taken", "x");
  await failsWith(t, "E_ITEM_EXISTS", { path: "/taken" }, () => image.root.add(image.createFileItem("taken", "y")));
  const item = image.createFileItem("once", "x");
  image.root.add(item);
  await failsWith(t, "E_ITEM_EXISTS", { path: "/once" }, () => image.root.addDirectory("/d").add(item));
  await using _result = await image.createResultImage();
  await failsWith(t, "E_IMAGE_IN_USE", {}, () => image.root.add(image.createFileItem("late", "x")));
});

test("a directory's items are those of the moment in which they are asked for", (t) => {
  const { root } = new FileSystemImage();
  for (const name of ["a", "b", "c"]) root.addFile(`/${name}`, name);
  const seen: string[] = [];
  for (const item of root) {
    seen.push(item.name);
    if (item.name === "a") root.remove("/b");
    if (item.name === "b") root.addFile("/d", "d");
  }
  t.deepEqual(seen, ["a", "b", "c"]);
  t.is(root.count, 3);
  t.deepEqual([...root.children.keys()], ["a", "c", "d"]);
});

test("items are found, added and removed by their paths, below any directory", async (t) => {
  const { root } = new FileSystemImage();
  const directory = root.addDirectory("/d");
  directory.addFile("f", "content");
  directory.addDirectory("/e");
  t.is(root.item("/d/f").type, "file");
  t.is(directory.item("e").path, "/d/e");
  t.is(directory.find("nothing"), undefined);
  await failsWith(t, "E_ITEM_NOT_FOUND", { path: "/x" }, () => root.item("/x"));
  await failsWith(t, "E_PATH_INVALID", { path: "/d//f" }, () => root.item("/d//f"));
  await failsWith(t, "E_ITEM_NOT_FOUND", {}, () => root.addFile("/x/y", "y"));
  await failsWith(t, "E_ITEM_EXISTS", { path: "/d" }, () => root.addDirectory("/d"));
  await failsWith(t, "E_ITEM_EXISTS", { path: "/d/f" }, () => root.addFile("/d/f", "again"));
  root.addFile("/d/f", "again", { replace: true });
  const file = root.item("/d/f");
  t.is(file.type === "file" ? file.content.bytes : 0, 5);
  await failsWith(t, "E_DIRECTORY_NOT_EMPTY", { path: "/d", children: 2 }, () => root.remove("/d"));
  await failsWith(t, "E_ITEM_NOT_FOUND", {}, () => root.removeTree("/x"));
  root.removeTree("/d");
  t.is(root.count, 0);
  root.addFile("/x/y", "y", { parents: true });
  root.removeTree("/");
  t.is(root.count, 0);
});

/** Items whose names no two file systems have alike. */
function fillOddly(root: DirectoryNode): void {
  for (const name of ["Read me first.txt", "read_me_first.txt", "größe 𝄞.dat", `${"long ".repeat(22)}name.txt`]) {
    root.addFile(`/${name}`, name);
    root.addFile(`/one/two/three/four/five/six/seven/eight/nine/${name}`, `deep ${name}`, { parents: true });
  }
  root.addSymlink("/link", "Read me first.txt");
  root.addDirectory("/empty directory");
  for (const name of ["iso", "joliet", "udf"] as const) {
    root.addFile(`/not in ${name}`, name, { hiddenIn: [name] });
    root.addDirectory(`/all not in ${name}`, { hiddenIn: [name] });
    root.addFile(`/all not in ${name}/file`, name);
  }
}

for (const [options, fileSystems] of [
  [{ fileSystems: ["iso", "rockridge", "joliet", "udf"] }, ["iso", "rockridge", "joliet", "udf"]],
  [{ fileSystems: ["iso", "rockridge"], isoLevel: 1 }, ["iso", "rockridge"]],
  [{ fileSystems: ["iso", "joliet"], isoLevel: 4, jolietNameLength: 103 }, ["iso", "joliet"]],
  [{ fileSystems: ["udf"], udfRevision: "2.01", udfSpecialFiles: true }, ["udf"]],
] as const satisfies readonly (readonly [ImageOptions, readonly FileSystemName[]])[]) {
  test(`names are told as they are written: ${JSON.stringify(options)}`, async (t) => {
    const { image, bytes } = await makeImage(fillOddly, options);
    const source = new MemorySource(bytes);
    for (const fileSystem of fileSystems) {
      const names = image.namesIn(fileSystem);
      const read = await openImage(source, { fileSystem });
      const written = new Set<string>();
      for await (const { path } of read.walk()) written.add(path);
      const told = new Set<string>();
      for (const { path, node } of walkTree(image.root)) {
        const own = names.pathOf(path);
        t.is(own === undefined, names.nameOf(path) === undefined, path);
        if (own === undefined) continue;
        t.is(own.split("/").at(-1), names.nameOf(path));
        // What ISO 9660 is read by leaves the dot of an empty extension out.
        const shown = own.replace(/\.$/, "");
        told.add(shown);
        t.true(written.has(shown), `${fileSystem}: ${shown}`);
        if (node.type !== "file") continue;
        t.is(text(await read.readFile(shown)), text(await contentOf(node.content)), `${fileSystem}: ${path}`);
      }
      const isoIsMoved = fileSystem === "iso" && !("isoLevel" in options && options.isoLevel === 4);
      if (!isoIsMoved) t.deepEqual([...written].sort(), [...told].sort());
      t.is(names.nameOf("/"), "");
      t.is(names.pathOf("/"), "/");
    }
    t.throws(() => image.namesIn(fileSystems[0]).nameOf("/nothing"), { code: "E_ITEM_NOT_FOUND" });
  });
}

async function contentOf(content: { readonly bytes: number; read(offset: number, into: Uint8Array): Promise<void> }) {
  const bytes = new Uint8Array(content.bytes);
  await content.read(0, bytes);
  return bytes;
}

test("names in ISO 9660 are refused where nothing may be that deep", async (t) => {
  const image = new FileSystemImage({ fileSystems: ["iso"] });
  fillOddly(image.root);
  await failsWith(t, "E_PATH_TOO_DEEP", {}, () => image.namesIn("iso"));
});

test("attributes are changed by path, and not while a result lives", async (t) => {
  const image = new FileSystemImage({ fileSystems: ["udf"], udfRevision: "2.01" });
  image.root.addFile("/x", "x");
  image.root.addDirectory("/d");
  image.root.setAttributes("/x", { atime: 1000, mtime: 2000, birthtime: 500, hidden: true, realTime: true });
  await failsWith(t, "E_NOT_A_FILE", { path: "/d" }, () => image.root.setAttributes("/d", { realTime: true }));
  await using result = await image.createResultImage();
  const entry = await (await openImage(new MemorySource(await bytesOf(result)))).stat("/x");
  t.deepEqual(
    [entry.atimeMs, entry.mtimeMs, entry.birthtimeMs, entry.hidden, entry.realTime],
    [1000, 2000, 500, true, true],
  );
  await failsWith(t, "E_IMAGE_IN_USE", {}, () => image.root.setAttributes("/x", { hidden: false }));
});

test("a real-time file is one from UDF 2.01 on alone, and that is told", async (t) => {
  for (const [options, isKept] of [
    [{ fileSystems: ["udf"], udfRevision: "2.00" }, false],
    [{ fileSystems: ["iso", "joliet"] }, false],
    [{ fileSystems: ["udf"], udfRevision: "2.60" }, true],
  ] as const) {
    const { bytes, warnings } = await makeImage((root) => root.addFile("/film", "x", { realTime: true }), options);
    t.is((await (await openImage(new MemorySource(bytes))).stat("/film")).realTime, isKept);
    if (isKept) t.deepEqual(warnings, []);
    else warnsOf(t, warnings, "W_NOT_REPRESENTED", { path: "/film" });
  }
});

const withStreams = { fileSystems: ["udf"], udfRevision: "2.01" } as const;

test("streams are added to items of the tree, listed, and removed", async (t) => {
  const image = new FileSystemImage(withStreams);
  const file = image.root.addFile("/x", "content");
  t.deepEqual(file.namedStreams, []);
  image.root.addStream("/x", "author", "somebody");
  image.root.addStream("/x", "icon", new Uint8Array(5000));
  image.root.addStream("/x", "gone", "");
  image.root.removeStream("/x", "gone");
  t.deepEqual(
    file.namedStreams.map(({ name, content }) => [name, content.bytes]),
    [
      ["author", 8],
      ["icon", 5000],
    ],
  );
  await failsWith(t, "E_ITEM_EXISTS", { path: "/x:icon" }, () => image.root.addStream("/x", "icon", "again"));
  await failsWith(t, "E_ITEM_NOT_FOUND", { path: "/x:gone" }, () => image.root.removeStream("/x", "gone"));
  await failsWith(t, "E_NAME_INVALID", {}, () => image.root.addStream("/x", "a/b", ""));
  await using result = await image.createResultImage();
  const read = await openImage(new MemorySource(await bytesOf(result)));
  t.deepEqual(
    (await read.stat("/x")).streams.map(({ name, bytes }) => [name, bytes]),
    [
      ["author", 8],
      ["icon", 5000],
    ],
  );
  await failsWith(t, "E_IMAGE_IN_USE", {}, () => image.root.addStream("/x", "late", ""));
});

test("streams before UDF 2.00 are told of, and kept in the tree", async (t) => {
  const { image, warnings } = await makeImage((root) => {
    root.addFile("/x", "x");
    root.addStream("/x", "more", "more");
  });
  warnsOf(t, warnings, "W_NOT_REPRESENTED", { path: "/x" });
  t.is(image.root.item("/x").namedStreams.length, 1);
});

test("a file has more than a thousand streams, and a tree, too", async (t) => {
  const { bytes, warnings } = await makeImage((root) => {
    root.addFile("/x", "x");
    for (let number = 0; number < 700; number++) root.addStream("/x", `stream ${number}`, `content ${number}`);
    for (let number = 0; number < 700; number++) root.addFile(`/${number}`, "x", { streams: { one: `${number}` } });
  }, withStreams);
  t.deepEqual(warnings, []);
  const source = new MemorySource(bytes);
  const image = await openImage(source);
  const { streams } = await image.stat("/x");
  t.is(streams.length, 700);
  for (const { name, extents } of streams) {
    t.is(text(await contentOf(new OnDiscContent(source, extents))), name.replace("stream", "content"));
  }
  for (let number = 0; number < 700; number++) t.is((await image.stat(`/${number}`)).streams.length, 1);
  t.deepEqual((await verifyImage(source)).findings, []);
});

test("a file that was imported gets streams", async (t) => {
  const path = await blankDisc(t, "dvd+r");
  await appendSession(path, ({ root }) => root.addFile("/x", "x", { streams: { old: "old" } }), withStreams);
  await appendSession(path, ({ root }) => root.addStream("/x", "new", "new"));
  await using recorder = await openRecorder(path);
  const { streams } = await (await openImage(recorder)).stat("/x");
  t.deepEqual(streams.map(({ name }) => name).sort(), ["new", "old"]);
});
