import test from "ava";
import type { CompareImagesOptions } from "../../../src/fs/image/compare-images.js";
import { compareImages } from "../../../src/fs/image/compare-images.js";
import type { DiscImage } from "../../../src/fs/image/disc-image.js";
import { openImage } from "../../../src/fs/image/open-image.js";
import type { ImageOptions } from "../../../src/fs/image/options.js";
import type { DirectoryNode } from "../../../src/fs/tree/directory.js";
import { itemChanges } from "../../../src/fs/tree/item-changes.js";
import type { BlockSource } from "../../../src/medium/block-source.js";
import { MemorySource } from "../../../src/medium/memory-source.js";
import { gathered } from "../../support/listing.js";
import { makeImage } from "../../support/made-image.js";

const mtime = 1_500_000_000_000;

async function opened(fill: (root: DirectoryNode) => void, options: ImageOptions = {}): Promise<DiscImage> {
  const { bytes } = await makeImage(fill, options);
  return await openImage(new MemorySource(bytes));
}

async function linesOf(one: DiscImage, other: DiscImage, options: CompareImagesOptions = {}): Promise<string[]> {
  const lines: string[] = [];
  for await (const { path, kind, changes } of compareImages(one, other, options)) {
    lines.push(`${kind} ${path} ${changes.map((change) => change.kind).join()}`.trimEnd());
  }
  return lines;
}

/** The tree that the other trees are compared with. */
function fill(root: DirectoryNode): void {
  for (const name of ["same", "content", "size", "type", "mode", "owner", "time"]) {
    root.addFile(name, `content of ${name}`, { mtime });
  }
  root.addDirectory("a", { mtime });
  root.addFile("a/inside", "inside", { mtime });
  root.addFile("a.txt", "between", { mtime });
  root.addSymlink("link", "same", { mtime });
  root.addSpecial("device", "character", { major: 1, minor: 3 }, { mtime });
}

test("everything that can differ is found, in the order of the bytes of the paths", async (t) => {
  const one = await opened(fill);
  const other = await opened((root) => {
    fill(root);
    root.removeTree("/a");
    root.addDirectory("new", { mtime });
    root.addDirectory("new/below", { mtime });
    root.addFile("new.txt", "", { mtime });
    root.addFile("content", "CONTENT of content", { mtime, replace: true });
    root.addFile("size", "longer content of size", { mtime, replace: true });
    root.addSymlink("type", "same", { mtime, replace: true });
    root.addFile("mode", "content of mode", { mtime, mode: 0o600, replace: true });
    root.addFile("owner", "content of owner", { mtime, uid: 7, gid: 8, replace: true });
    root.addFile("time", "content of time", { mtime: mtime + 1000, replace: true });
    root.addSymlink("link", "other", { mtime, replace: true });
    root.addSpecial("device", "character", { major: 1, minor: 5 }, { mtime, replace: true });
  });
  t.deepEqual(await linesOf(one, other), [
    "onlyInOne /a",
    "onlyInOne /a/inside",
    "changed /content content",
    "changed /device device",
    "changed /link target",
    "changed /mode mode",
    "onlyInOther /new",
    "onlyInOther /new.txt",
    "onlyInOther /new/below",
    "changed /owner owner",
    "changed /size size,content",
    "changed /time mtime",
    "changed /type type",
  ]);
  const [first] = await gathered(compareImages(one, other, { at: "/" }));
  t.deepEqual(first, { path: "/a", kind: "onlyInOne", one: "directory", other: null, changes: [] });
  t.deepEqual(await linesOf(one, one), []);
});

test("the first byte that differs is told, and without contents nothing is read", async (t) => {
  const bytes = new Uint8Array(600_000);
  const one = await opened((root) => void root.addFile("f", bytes, { mtime }));
  const changed = bytes.slice();
  changed[555_555] = 1;
  const other = await opened((root) => void root.addFile("f", changed, { mtime }));
  const [found] = await gathered(compareImages(one, other));
  t.deepEqual(found?.changes, [{ kind: "content", one: null, other: null, firstByte: 555_555 }]);
  t.deepEqual(await linesOf(one, other, { content: false }), []);
});

test("contents that lie in one place of one source are not read", async (t) => {
  const { bytes } = await makeImage((root) => void root.addFile("f", new Uint8Array(300_000), { mtime }));
  const memory = new MemorySource(bytes);
  let readBlocks = 0;
  const source: BlockSource = {
    blocks: memory.blocks,
    read: async (lba, count, into) => {
      readBlocks += count;
      await memory.read(lba, count, into);
    },
  };
  const [one, other] = [await openImage(source), await openImage(source)];
  readBlocks = 0;
  t.deepEqual(await linesOf(one, other), []);
  t.true(readBlocks < 100, `${readBlocks} blocks`);
  readBlocks = 0;
  const apart = await openImage(new MemorySource(bytes));
  t.deepEqual(await linesOf(one, apart), []);
  t.true(readBlocks >= 147, `${readBlocks} blocks`);
});

test("what one tree does not record is not compared", async (t) => {
  const at = { mtime: mtime + 251, mode: 0o600, uid: 5 };
  const put = (root: DirectoryNode): void => void root.addFile("file", "x", at);
  const rich = await opened(put);
  const bare = await opened(put, { fileSystems: ["iso", "joliet"] });
  const udf = await opened(put, { fileSystems: ["udf"] });
  t.deepEqual(await linesOf(rich, bare), []);
  t.deepEqual(await linesOf(udf, rich), []);
  const later = await opened((root) => void root.addFile("file", "x", { ...at, mtime: mtime + 252 }), {
    fileSystems: ["udf"],
  });
  t.deepEqual(await linesOf(udf, later), ["changed /file mtime"]);
});

test("below a directory alone; what is none is refused, and a signal ends it", async (t) => {
  const one = await opened(fill);
  const other = await opened((root) => {
    fill(root);
    root.addFile("a/more", "", { mtime });
    root.addFile("outside", "", { mtime });
  });
  t.deepEqual(await linesOf(one, other, { at: "/a" }), ["onlyInOther /a/more"]);
  await t.throwsAsync(linesOf(one, other, { at: "/same" }), { code: "E_NOT_A_DIRECTORY" });
  await t.throwsAsync(linesOf(one, other, { at: "/none" }), { code: "E_ITEM_NOT_FOUND" });
  const signal = AbortSignal.abort();
  await t.throwsAsync(linesOf(one, other, { signal }), { code: "E_CANCELLED" });
});

test("times are compared as far as the disc keeps them", (t) => {
  const rules = { modes: true, owners: true, attributes: {}, directoryTimes: true };
  const noLists = { extendedAttributes: undefined, accessControl: undefined };
  const item = {
    type: "file",
    bytes: 1,
    mode: 0,
    uid: 0,
    gid: 0,
    target: null,
    major: 0,
    minor: 0,
    ...noLists,
  } as const;
  const isSame = (onDisc: number, other: number, isOtherOnDisc: boolean): boolean =>
    itemChanges({ ...item, mtimeMs: onDisc }, { ...item, mtimeMs: other }, { ...rules, isOtherOnDisc }).length === 0;
  t.true(isSame(mtime, mtime + 999.9, false));
  t.false(isSame(mtime, mtime + 1000, false));
  t.true(isSame(mtime + 250, mtime + 259.9, false));
  t.false(isSame(mtime + 250, mtime + 260, false));
  t.true(isSame(mtime + 250.123, mtime + 250.1234, false));
  t.false(isSame(mtime + 250.123, mtime + 250.125, false));
  // A whole second of the host is one, and no time that was cut.
  t.false(isSame(mtime + 250, mtime, false));
  t.true(isSame(mtime + 250, mtime, true));
  t.true(isSame(-1000, -0.5, false));
});
