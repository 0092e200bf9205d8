/** Joining trees that are made by hand: each rule alone, and what is said of it. */
import type { ExecutionContext } from "ava";
import test from "ava";
import type { Warning } from "../../../src/errors.js";
import { importTree, importTrees } from "../../../src/fs/image/import.js";
import type { DirectoryNode, Item } from "../../../src/fs/tree/directory.js";
import type { FileEntryReference, FileSystemName, TreeReader } from "../../../src/fs/tree/disc-entry.js";
import type { FileNode } from "../../../src/fs/tree/node.js";
import { walkTree } from "../../../src/fs/tree/walk.js";
import { MemorySource } from "../../../src/medium/memory-source.js";
import { blockBytes } from "../../../src/units.js";
import { failsWith } from "../../support/failures.js";
import type { HandMadeDirectory, HandMadeItem } from "../../support/hand-made-tree.js";
import { directory, empty, file, HandMadeTree, link } from "../../support/hand-made-tree.js";
import { makeImage } from "../../support/made-image.js";

/** What came of an import. */
interface Joined {
  readonly root: DirectoryNode;
  readonly fileSystem: FileSystemName;
  readonly warnings: readonly Warning[];
  /** Paths with where their contents lie: "/a 20+5", "/d/", "/l@target". */
  readonly listing: readonly string[];
  /** What was said of which paths: "W_TREES_DIFFER /a". */
  readonly said: readonly string[];
}

function described({ path, node }: { path: string; node: Item }): string {
  if (node.type === "directory") return `${path}/`;
  if (node.type === "symlink") return `${path}@${node.target}`;
  if (node.type !== "file") return `${path}=${node.type}`;
  const extents = node.content.extents?.map(({ lba, bytes }) => `${lba}+${bytes}`) ?? [];
  return [path, ...extents].join(" ");
}

async function joinReaders(trees: readonly TreeReader[], blocks = 0, bootCatalogLba?: number): Promise<Joined> {
  const warnings: Warning[] = [];
  const source = new MemorySource(new Uint8Array(blocks * blockBytes).map((_, at) => (at / blockBytes) % 251));
  const options = { onWarning: (warning: Warning) => warnings.push(warning) };
  const { root, fileSystem } = await importTrees(source, trees, options, bootCatalogLba);
  const listing = [...walkTree(root)].map(described).sort();
  const said = warnings.map(({ code, detail }) => `${code} ${(detail as { path: string }).path}`);
  return { root, fileSystem, warnings, listing, said };
}

type HandMadeTrees = Partial<Record<FileSystemName, HandMadeDirectory>>;

function join(trees: HandMadeTrees, bootCatalogLba?: number): Promise<Joined> {
  const readers = Object.entries(trees).map(([name, root]) => new HandMadeTree(name as FileSystemName, root));
  return joinReaders(readers, 0, bootCatalogLba);
}

/** Asserts what is in the joined tree, and which paths were warned of. */
async function gives(
  t: ExecutionContext,
  trees: HandMadeTrees,
  listing: readonly string[],
  said: readonly string[] = [],
): Promise<Joined> {
  const joined = await join(trees);
  t.deepEqual(joined.listing, listing);
  t.deepEqual(
    [...joined.said].sort(),
    said.map((path) => (path.startsWith("W_") ? path : `W_TREES_DIFFER ${path}`)).sort(),
    joined.warnings.map(({ message }) => message).join("\n"),
  );
  return joined;
}

const fileEntry: FileEntryReference = {
  partition: "type1",
  block: 1,
  lba: 300,
  uniqueId: 17,
  links: 1,
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtimeMs: 0,
  atimeMs: 0,
  ctimeMs: 0,
  birthtimeMs: 0,
  extendedAttributes: undefined,
  accessControl: undefined,
};

test("names and attributes are those of the richest tree, what it lacks is added", async (t) => {
  const second = 1_000_000_000_000;
  const { root, fileSystem } = await gives(
    t,
    {
      rockridge: { a: file(20, 5, { mode: 0o600, uid: 7, gid: 8, mtimeMs: second, atimeMs: second + 5000 }) },
      udf: {
        a: file(20, 5, {
          mode: 0o777,
          mtimeMs: second + 123,
          atimeMs: second + 9000,
          ctimeMs: second + 999,
          birthtimeMs: 5,
          streams: [{ name: "more", bytes: 3, extents: [{ lba: 40, bytes: 3 }] }],
          realTime: true,
          fileEntry,
        }),
      },
      joliet: { a: file(20, 5, { mtimeMs: second + 1000 }) },
    },
    ["/a 20+5"],
  );
  t.is(fileSystem, "rockridge");
  const a = root.item("/a") as FileNode;
  t.like(a, { mode: 0o600, uid: 7, gid: 8, imported: true, realTime: true, birthtimeMs: 5 });
  // A finer time is taken where it is the same one.
  t.deepEqual([a.mtimeMs, a.atimeMs, a.ctimeMs], [second + 123, second + 5000, second + 999]);
  t.is(a.fileEntry, fileEntry);
  t.deepEqual(a.streams?.get("more")?.extents, [{ lba: 40, bytes: 3 }]);
});

test("links and devices that one tree cannot hold, or holds as empty files", async (t) => {
  const fifo: HandMadeItem = { type: "fifo" };
  await gives(
    t,
    {
      rockridge: { l: link("a"), p: fifo, "l;2": link("b"), "a link with a rather long name": link("c") },
      udf: {},
      joliet: { l: empty(), l_2: empty() },
      iso: { L: empty(), P: empty(), L_2: empty(), A_LINK_W: empty() },
    },
    ["/a link with a rather long name@c", "/l;2@b", "/l@a", "/p=fifo"],
  );
});

test("files that are empty in one tree have the contents of another", async (t) => {
  const trees = {
    rockridge: { old: file(20, 5), older: file(21, 5), new: empty() },
    udf: { old: empty({ fileEntry }), older: empty(), new: file(30, 9, { fileEntry }) },
  };
  const { warnings, root } = await gives(t, trees, ["/new 30+9", "/old 20+5", "/older 21+5"], ["/old", "/new"]);
  t.like(warnings[0]?.detail, { fileSystems: ["rockridge", "udf"] });
  t.regex(warnings[0]!.message, /it and 1 more item are empty in udf: contents are taken from rockridge/);
  t.regex(warnings[1]!.message, /it is empty in rockridge: contents are taken from udf/);
  // A file entry is good for the contents it has.
  t.is((root.item("/old") as FileNode).fileEntry, undefined);
  t.is((root.item("/new") as FileNode).fileEntry, fileEntry);
});

test("contents that one tree cannot give come from another", async (t) => {
  const refusal = "it is recorded interleaved";
  await gives(
    t,
    {
      rockridge: {
        a: file(20, 5, { refusal, mode: 0o600 }),
        b: file(21, 5, { refusal }),
        "long name of c.text": file(22, 5, { refusal }),
        d: directory({}, { refusal }),
        e: directory({}, { refusal }),
        f: file(23, 5),
      },
      joliet: {
        a: file(30, 5),
        b: empty(),
        "long name of c.text": file(32, 5, { refusal: "it is elsewhere" }),
        d: directory({ inside: file(33, 5) }),
        f: file(24, 5, { refusal }),
      },
    },
    ["/a 30+5", "/d/", "/d/inside 33+5", "/f 23+5"],
    ["/a", "/d", "W_SKIPPED /b", "W_SKIPPED /long name of c.text", "W_SKIPPED /e"],
  );
});

test("contents that differ: those of the richer tree are taken, the others kept beside it", async (t) => {
  const { warnings } = await gives(
    t,
    {
      rockridge: {
        "a.txt": file(20, 5),
        b: file(21, 5),
        "b (udf)": file(22, 1),
        long: file(23, 2048),
        short: file(24, 9),
      },
      udf: { "a.txt": file(30, 5), b: file(31, 6), "b (udf)": file(22, 1), long: file(23, 100), short: file(24, 2048) },
    },
    [
      "/a (udf).txt 30+5",
      "/a.txt 20+5",
      "/b (udf 2) 31+6",
      "/b (udf) 22+1",
      "/b 21+5",
      "/long 23+2048",
      "/short (udf) 24+2048",
      "/short 24+9",
    ],
    ["/a.txt", "/b", "/long", "/short"],
  );
  t.deepEqual(warnings[0]?.detail, {
    path: "/a.txt",
    fileSystems: ["rockridge", "udf"],
    what: 'its contents differ: 5 bytes at block 20 in rockridge, 5 bytes at block 30 in udf; those of rockridge are taken, and the other one is kept as "a (udf).txt"',
  });
});

test("data that is in the tree already is not kept a second time", async (t) => {
  await gives(
    t,
    {
      rockridge: { a: file(20, 5), backup: directory({ "old a": file(30, 5) }) },
      udf: { a: file(30, 5), backup: directory({ "old a": file(30, 5) }) },
      joliet: { a: file(30, 5), backup: directory({ "old a": file(30, 5) }) },
    },
    ["/a 20+5", "/backup/", "/backup/old a 30+5"],
    ["/a", "/a"],
  );
  await gives(
    t,
    { rockridge: { a: file(20, 5) }, udf: { a: file(30, 5) }, joliet: { a: file(30, 5) }, iso: { A: file(20, 5) } },
    ["/a (udf) 30+5", "/a 20+5"],
    ["/a", "/a"],
  );
});

test("extents that are cut in other pieces are the same", async (t) => {
  const pieces = [
    { lba: 20, bytes: 4096 },
    { lba: 22, bytes: 4096 },
    { lba: 24, bytes: 100 },
  ];
  const { root } = await gives(
    t,
    {
      rockridge: { a: file(20, 8292) },
      udf: {
        a: { type: "file", bytes: 8292, extents: pieces, fileEntry },
        b: { type: "file", bytes: 8292, extents: pieces },
      },
    },
    ["/a 20+8292", "/b 20+8292"],
    ["/b"],
  );
  const [a, b] = ["/a", "/b"].map((path) => root.item(path) as FileNode);
  t.is(a?.fileEntry, fileEntry);
  t.is(a?.content, b?.content);
});

test("hard links stay links, and files with serial numbers of their own none", async (t) => {
  const trees = {
    rockridge: {
      a: file(20, 5, { serialNumber: 1 }),
      b: file(20, 5, { serialNumber: 1 }),
      c: file(20, 5, { serialNumber: 2 }),
    },
    udf: { a: file(20, 5, { serialNumber: 17 }), b: file(20, 5, { serialNumber: 17 }), c: file(20, 5), d: file(20, 5) },
  };
  const { root } = await gives(t, trees, ["/a 20+5", "/b 20+5", "/c 20+5", "/d 20+5"], ["/d"]);
  const [a, b, c, d] = ["/a", "/b", "/c", "/d"].map((path) => (root.item(path) as FileNode).content);
  t.is(a, b);
  t.not(a, c);
  t.is(a, d);
});

test("contents that UDF embeds are compared with those of another tree", async (t) => {
  const embedded = (lba: number, offset: number): HandMadeItem => ({
    type: "file",
    bytes: 3,
    extents: [{ lba, bytes: 3, offset }],
    fileEntry,
  });
  // Each block is filled with its number.
  const trees = [
    new HandMadeTree("udf", { same: embedded(5, 200), other: embedded(6, 200), gone: embedded(900, 200) }),
    new HandMadeTree("joliet", { same: file(5, 3), other: file(7, 3), gone: file(8, 3) }),
  ];
  const { listing, said, root } = await joinReaders(trees, 10);
  t.deepEqual(listing, ["/gone (joliet) 8+3", "/gone 900+3", "/other (joliet) 7+3", "/other 6+3", "/same 5+3"]);
  t.deepEqual(said, ["W_TREES_DIFFER /gone", "W_TREES_DIFFER /other"]);
  const same = root.item("/same") as FileNode;
  // What every tree can refer to is the better one of two that are the same.
  t.deepEqual(same.content.extents, [{ lba: 5, bytes: 3 }]);
  t.is(same.fileEntry, fileEntry);
});

test("items that are of different kinds", async (t) => {
  await gives(
    t,
    {
      rockridge: {
        a: file(20, 5),
        b: directory({ c: file(21, 5) }),
        d: directory({}),
        followed: link("a"),
        l: link("a"),
        x: empty(),
        y: link("a/b"),
        z: { type: "block", major: 1, minor: 2 },
      },
      udf: {
        a: directory({ inside: file(30, 5) }),
        b: file(31, 5),
        d: empty(),
        followed: file(20, 5),
        l: file(32, 5),
        x: link("elsewhere"),
        y: link("a//b/"),
        z: { type: "block", major: 1, minor: 3 },
      },
    },
    [
      "/a (udf)/",
      "/a (udf)/inside 30+5",
      "/a 20+5",
      "/b (udf) 31+5",
      "/b/",
      "/b/c 21+5",
      "/d/",
      "/followed@a",
      "/l (udf) 32+5",
      "/l@a",
      "/x",
      "/x (udf)@elsewhere",
      "/y@a/b",
      "/z (udf)=block",
      "/z=block",
    ],
    ["/a", "/b", "/d", "/followed", "/l", "/x", "/z"],
  );
});

test("what a poorer tree alone has is kept, and said once for a directory", async (t) => {
  const { warnings } = await gives(
    t,
    {
      rockridge: { a: file(20, 5) },
      joliet: { a: file(20, 5), b: file(21, 5), d: directory({ e: directory({ f: file(22, 5) }), g: empty() }) },
      iso: { A: file(20, 5), B: file(21, 5), H: file(23, 5, { refusal: "it lies on volume 2 of its set" }) },
    },
    ["/a 20+5", "/b 21+5", "/d/", "/d/e/", "/d/e/f 22+5", "/d/g"],
    ["/b", "/d", "W_SKIPPED /H"],
  );
  t.like(warnings[0]?.detail, { fileSystems: ["joliet"], what: "it is in joliet alone, and is kept" });
});

test("what a poorer tree lacks is counted", async (t) => {
  const { warnings } = await gives(
    t,
    {
      rockridge: { a: file(20, 5), d: directory({ b: file(21, 5) }), l: link("a"), k: file(22, 5) },
      joliet: { k: file(22, 5) },
    },
    ["/a 20+5", "/d/", "/d/b 21+5", "/k 22+5", "/l@a"],
    ["/a"],
  );
  t.deepEqual(warnings[0]?.detail, {
    path: "/a",
    fileSystems: ["rockridge", "joliet"],
    what: "it and 1 more item are not in joliet",
  });
});

test("the boot catalog may be in some trees only", async (t) => {
  const catalog = file(25, 2048);
  const hidden = await join({ rockridge: {}, udf: {}, joliet: { "boot.cat": catalog } }, 25);
  t.deepEqual([hidden.listing, hidden.said], [["/boot.cat 25+2048"], []]);
  const shown = await join({ rockridge: { "boot.cat": catalog }, udf: { "boot.cat": empty() }, joliet: {} }, 25);
  t.deepEqual([shown.listing, shown.said], [["/boot.cat 25+2048"], []]);
});

test("names that were shortened or changed stand for the same files", async (t) => {
  const long = `${"a long name ".repeat(8)}of a file`;
  const rockridge = {
    [`${long}.text`]: file(20, 5),
    [`${long}, linked.text`]: file(20, 5),
    [`${long}, empty.text`]: empty(),
    [`${long}, empty, too.text`]: empty(),
    "what?": empty(),
    "what*": file(21, 5),
    [`${long}, directory`]: directory({ inside: file(22, 5) }),
    [`${long}, directory, too`]: directory({ inside: file(23, 5) }),
    "dir:1": directory({}),
    "dir;1": directory({}),
  };
  const listing = Object.entries(rockridge).flatMap(([name, item]) => {
    const node = item.extents?.[0] === undefined ? "" : ` ${item.extents[0].lba}+${item.bytes}`;
    const inside = Object.values(item.children ?? {}).map(({ extents }) => `/${name}/inside ${extents?.[0]?.lba}+5`);
    return [`/${name}${item.type === "directory" ? "/" : node}`, ...inside];
  });
  // As this package names them, as genisoimage cuts them, and as some numbering of 8 characters does.
  const cut = long.slice(0, 64);
  await gives(
    t,
    {
      rockridge,
      udf: {
        [`${cut}`]: file(20, 5),
        [`${long.slice(0, 63)}2`]: file(20, 5),
        [`${long.slice(0, 63)}3`]: empty(),
        [`${long.slice(0, 63)}4`]: empty(),
        what_: empty(),
        "what*": file(21, 5),
        [`${long.slice(0, 63)}5`]: directory({ inside: file(23, 5) }),
        [`${long.slice(0, 63)}6`]: directory({ inside: file(22, 5) }),
        "dir:1": directory({}),
        dir_1: directory({}),
      },
      iso: {
        "ALONGN~1.TEX": file(20, 5),
        "ALONGN~2.TEX": file(20, 5),
        "A_LONG~1.TEX": empty(),
        "A_LONG~2.TEX": empty(),
        WHAT_: empty(),
        WHAT_1: file(21, 5),
        "A_LONG~1": directory({ INSIDE: file(22, 5) }),
        "A_LONG~2": directory({ INSIDE: file(23, 5) }),
        DIR_1: directory({}),
        DIR_2: directory({}),
      },
    },
    [...listing, "/DIR_2/"].sort(),
    // Nothing says that DIR_2 is a directory whose name this package would have made DIR_11.
    ["/DIR_2", "/dir;1"],
  );
});

test("a name that cannot have been made of another one is one of its own", async (t) => {
  await gives(
    t,
    {
      rockridge: { a: file(20, 5), "ö.txt": file(21, 5) },
      joliet: { b: file(20, 5), "o.txt": file(21, 5), "_.txt": file(21, 5) },
    },
    ["/a 20+5", "/b 20+5", "/o.txt 21+5", "/ö.txt 21+5"],
    ["/b", "/o.txt", "/a"],
  );
});

test("a name that is taken by another file gets a mark", async (t) => {
  // The contents say that "a_" of Joliet is "a?"; nothing is left for "a_1" to be.
  await gives(
    t,
    {
      rockridge: { "a?": file(20, 5), a_: file(21, 5) },
      joliet: { a_: file(20, 5), a_1: file(21, 5), a_2: file(22, 5) },
    },
    ["/a? 20+5", "/a_ 21+5", "/a_2 22+5"],
    ["/a_2"],
  );
  await gives(
    t,
    { rockridge: { "a?": file(20, 5), a_: directory({}) }, joliet: { a_: file(20, 5) } },
    ["/a? 20+5", "/a_/"],
    ["/a_"],
  );
});

test("an item is hidden where all trees hide it", async (t) => {
  const hidden = { hidden: true };
  const { root } = await join({
    rockridge: { a: file(20, 5, hidden), b: file(21, 5, hidden), c: file(22, 5), d: link("a", hidden) },
    joliet: { a: file(20, 5, hidden), b: file(21, 5), c: file(22, 5, hidden) },
  });
  t.deepEqual(
    [...root].map((item) => [item.name, item.hidden]),
    [
      ["a", true],
      ["b", false],
      ["c", false],
      ["d", true],
    ],
  );
});

test("directories that cannot be read in one tree", async (t) => {
  const unreadable = { unreadable: true };
  const { warnings } = await gives(
    t,
    {
      rockridge: {
        a: directory({}, unreadable),
        b: directory({ in: file(20, 5) }),
        c: directory({}, unreadable),
      },
      udf: { a: directory({}, unreadable), b: directory({}, unreadable), c: directory({}, unreadable) },
      joliet: {
        a: directory({ "in it": file(21, 5), deeper: directory({ f: empty() }) }),
        b: directory({ in: file(20, 5) }),
      },
      iso: { A: directory({ IN_IT: file(21, 5) }), B: directory({ IN: file(20, 5) }) },
    },
    ["/a/", "/a/deeper/", "/a/deeper/f", "/a/in it 21+5", "/b/", "/b/in 20+5", "/c/"],
    ["/c", "/b", "/a", "/a", "/c", "/c", "W_SKIPPED /c/…"],
  );
  t.regex(warnings[3]!.message, /what is in it is taken from joliet: in rockridge, its directory cannot be read/);
});

test("roots that cannot be read", async (t) => {
  const broken = (name: FileSystemName): HandMadeTree => new HandMadeTree(name, directory({}, { unreadable: true }));
  const whole = new HandMadeTree("joliet", { a: file(20, 5) });
  const first = await joinReaders([broken("rockridge"), whole, broken("iso")]);
  t.deepEqual([first.fileSystem, first.listing], ["joliet", ["/a 20+5"]]);
  t.deepEqual(first.said, ["W_TREES_DIFFER /", "W_TREES_DIFFER /"]);
  await failsWith(t, "E_READ_FAILED", {}, () => joinReaders([broken("rockridge"), broken("joliet")]));
});

test("a tree that loops ends, and one that is joined is read once", async (t) => {
  const extents = [{ lba: 77, bytes: 2048 }];
  const loop: HandMadeItem = directory({ again: directory({}, { extents }) }, { extents });
  const trees = [
    new HandMadeTree("rockridge", { a: directory({ again: directory({}) }), b: directory({}) }),
    new HandMadeTree("joliet", { a: loop, b: directory({}), c: directory({}, { extents }) }),
  ];
  const { listing, said } = await joinReaders(trees);
  t.deepEqual(listing, ["/a/", "/a/again/", "/b/"]);
  t.deepEqual(said, ["W_TREES_DIFFER /c", "W_SKIPPED /c", "W_TREES_DIFFER /a/again"]);
  for (const { listed } of trees) t.true([...listed.values()].every((count) => count === 1));
});

test("a name beside another one stays as short as names have to be", async (t) => {
  const name = `${"ü".repeat(120)}.extension`;
  const { root } = await join({ rockridge: { [name]: file(20, 5) }, udf: { [name]: file(30, 5) } });
  const [, beside] = [...root].map((item) => item.name);
  t.is(beside, `${"ü".repeat(119)} (udf).extension`);
  t.true(Buffer.byteLength(beside!) <= 255);
});

test("joining can be cancelled between directories", async (t) => {
  const controller = new AbortController();
  const second = new HandMadeTree("joliet", { a: directory({}) });
  const root = second.root.bind(second);
  second.root = (): ReturnType<typeof root> => {
    controller.abort();
    return root();
  };
  const trees = [new HandMadeTree("rockridge", { a: directory({}) }), second];
  const source = new MemorySource(new Uint8Array(0));
  await failsWith(t, "E_CANCELLED", {}, () => importTrees(source, trees, { signal: controller.signal }));
});

test("what UDF alone holds comes home beside Rock Ridge", async (t) => {
  const birthtime = Date.UTC(1999, 4, 6, 7, 8, 9) + 123;
  const { bytes } = await makeImage(
    (root) => {
      root.addFile("/film", "steady", { birthtime, mtime: birthtime + 1, realTime: true, mode: 0o640, uid: 7 });
      root.addFile("/noted", "text", { mtime: birthtime, streams: { note: "beside it" } });
      root.addSymlink("/link", "film", { mtime: birthtime });
    },
    { fileSystems: ["iso", "rockridge", "joliet", "udf"], udfRevision: "2.01" },
  );
  const warnings: Warning[] = [];
  const onWarning = (warning: Warning): number => warnings.push(warning);
  const source = new MemorySource(bytes);
  const { root, fileSystem, udf } = await importTree(source, { onWarning });
  t.is(fileSystem, "rockridge");
  t.truthy(udf);
  t.deepEqual(warnings, []);
  const film = root.item("/film") as FileNode;
  t.like(film, { birthtimeMs: birthtime, mtimeMs: birthtime + 1, realTime: true, mode: 0o640, uid: 7 });
  t.not(film.fileEntry, undefined);
  t.is(root.item("/link").type, "symlink");
  const note = root.item("/noted").streams?.get("note");
  const text = new Uint8Array(note?.bytes ?? 0);
  await note?.read(0, text);
  t.is(Buffer.from(text).toString(), "beside it");
  // Rock Ridge alone knows nothing of it.
  const alone = (await importTree(source, { fileSystem: "rockridge" })).root.item("/film") as FileNode;
  t.like(alone, { birthtimeMs: null, realTime: false, fileEntry: undefined });
});
