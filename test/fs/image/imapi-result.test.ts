/** What the reference API asks of a result: which blocks hold what, events, and a look at ready images. docs/IMAPI.md. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { openRecorder } from "../../../src/device.js";
import { FileSystemImage } from "../../../src/fs/image/file-system-image.js";
import { openImage } from "../../../src/fs/image/open-image.js";
import { validateImage } from "../../../src/fs/image/validate-image.js";
import { MemoryContent } from "../../../src/fs/tree/content.js";
import { validateImageFile, validateImageStream } from "../../../src/host/validate-file.js";
import { MemorySource } from "../../../src/medium/memory-source.js";
import type { Progress } from "../../../src/medium/session-data.js";
import { blockBytes } from "../../../src/units.js";
import { appendSession, blankDisc } from "../../support/disc.js";
import { failsWith } from "../../support/failures.js";
import { bytesOf, imageFile, makeImage } from "../../support/made-image.js";
import { patternBytes } from "../../support/rich-tree.js";
import { temporaryFolder } from "../../support/tools.js";

/** Files of many lengths, links, streams and something that boots. */
function filledImage(): FileSystemImage {
  const image = new FileSystemImage({ fileSystems: ["iso", "rockridge", "joliet", "udf"], udfRevision: "2.50" });
  const { root } = image;
  for (let number = 0; number < 50; number++) {
    root.addFile(`/d/${number}`, patternBytes(number * 777, number), { parents: true });
  }
  const shared = new MemoryContent(patternBytes(9000, 99));
  root.addFile("/linked", shared);
  root.addFile("/link", shared);
  root.addStream("/linked", "stream:with a colon", patternBytes(3000, 98));
  root.addFile("/boot.img", patternBytes(8192, 97));
  const hidden = new MemoryContent(patternBytes(4096, 96));
  image.bootImageOptionsArray = [
    { image: "/boot.img", infoTable: true },
    { image: hidden, platform: "uefi" },
  ];
  return image;
}

test("every block of a result belongs to one thing that can be asked for, or to a gap", async (t) => {
  const image = filledImage();
  await using result = await image.createResultImage();
  const { progressItems } = result;
  const items = [...progressItems];
  t.is(items.length, progressItems.count);
  let next = result.firstBlock;
  for (const [index, item] of items.entries()) {
    t.deepEqual(progressItems.item(index), item);
    t.is(item.blockCount, item.lastBlock - item.firstBlock + 1);
    t.true(item.firstBlock >= next);
    for (const block of [item.firstBlock, item.lastBlock]) t.deepEqual(progressItems.fromBlock(block), item);
    for (let gap = next; gap < item.firstBlock; gap++) t.is(progressItems.fromBlock(gap), undefined);
    next = item.lastBlock + 1;
  }
  t.is(progressItems.fromBlock(result.firstBlock + result.blocks), undefined);
  t.is(progressItems.fromBlock(-1), undefined);
  for (const name of ["System area", "Primary Volume Descriptor"]) {
    t.is(progressItems.fromDescription(name)?.description, name);
  }
});

test("what stands in the blocks of a file is the file", async (t) => {
  const image = filledImage();
  await using result = await image.createResultImage();
  const { progressItems } = result;
  const bytes = await bytesOf(result);
  const contentAt = (description: string, length: number): Buffer => {
    const item = progressItems.fromDescription(description)!;
    return bytes.subarray(item.firstBlock * blockBytes, item.firstBlock * blockBytes + length);
  };
  for (let number = 1; number < 50; number++) {
    t.deepEqual(new Uint8Array(contentAt(`/d/${number}`, number * 777)), patternBytes(number * 777, number));
  }
  t.deepEqual(new Uint8Array(contentAt("/linked:stream:with a colon", 3000)), patternBytes(3000, 98));
  t.deepEqual(progressItems.fromDescription("/link"), progressItems.fromDescription("/linked"));
  // Where it is told where it lies, the rest is the file's.
  t.deepEqual(new Uint8Array(contentAt("/boot.img", 8192).subarray(64)), patternBytes(8192, 97).subarray(64));
  for (const nothing of ["/d/0", "/d", "/nowhere", "/linked:other", "nothing"]) {
    t.is(progressItems.fromDescription(nothing), undefined, nothing);
  }
});

test("there are no items before the first and behind the last", async (t) => {
  await using result = await filledImage().createResultImage();
  const { progressItems } = result;
  for (const index of [-1, progressItems.count, 0.5]) {
    await failsWith(t, "E_OPTION_INVALID", { option: "index", value: index }, () => progressItems.item(index));
  }
});

test("what lies in earlier sessions is not among the blocks of a later one", async (t) => {
  const path = await blankDisc(t, "dvd+r");
  await appendSession(path, ({ root }) => root.addFile("/old", patternBytes(5000, 1)));
  await using recorder = await openRecorder(path);
  const image = new FileSystemImage();
  image.multisessionInterfaces = await recorder.multisessionInterfaces();
  await image.importFileSystem();
  image.root.addFile("/new", patternBytes(5000, 2));
  await using result = await image.createResultImage();
  t.is(result.progressItems.fromDescription("/old"), undefined);
  t.true(result.progressItems.fromDescription("/new")!.firstBlock >= result.firstBlock);
});

test("a result for no disc has the reference's identifier for that, and all of its blocks are to be written", async (t) => {
  await using result = await filledImage().createResultImage();
  t.is(result.discId, "0".repeat(16));
  t.deepEqual(result.modifiedBlocks, [{ firstBlock: 0, blocks: result.blocks }]);
  t.is((await bytesOf(result)).length, result.blocks * blockBytes);
});

test("reading a result tells how far it is, and at which file", async (t) => {
  const image = new FileSystemImage();
  for (const name of ["a", "b", "c"]) image.root.addFile(`/${name}`, new Uint8Array(3 * 2 ** 20));
  await using result = await image.createResultImage();
  const events: Progress[] = [];
  for await (const _piece of result.chunks({ onProgress: (progress) => events.push(progress) }));
  t.deepEqual([...new Set(events.map(({ item }) => item))], ["/a", "/b", "/c"]);
  t.is(events.at(-1)!.doneBlocks, result.blocks);
});

test("files of more than 2 and 4 GiB are in the image, with ISO 9660 and without", async (t) => {
  for (const fileSystems of [["iso", "rockridge", "joliet"], ["udf"]] as const) {
    const image = new FileSystemImage({ fileSystems });
    for (const gibibytes of [3, 5]) {
      const bytes = gibibytes * 2 ** 30 + 1;
      image.root.addFile(`/${gibibytes}`, { bytes, repeatable: true, label: "zeros", read: async () => {} });
    }
    await using result = await image.createResultImage();
    const read = await openImage(result);
    t.deepEqual([(await read.stat("/3")).bytes, (await read.stat("/5")).bytes], [3 * 2 ** 30 + 1, 5 * 2 ** 30 + 1]);
    t.is(result.progressItems.fromDescription("/5")!.blockCount, 5 * 2 ** 19 + 1);
  }
});

test("an image is one, whatever its file systems are", async (t) => {
  for (const fileSystems of [["iso"], ["udf"], ["iso", "rockridge", "joliet", "udf"]] as const) {
    const { bytes } = await makeImage((root) => root.addFile("/x", "x"), { fileSystems });
    await validateImage(new MemorySource(bytes));
    await validateImageFile(imageFile(t, bytes));
    await validateImageStream(piecesOf(bytes, 12_345));
  }
  t.pass();
});

async function* piecesOf(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

/** Raw sectors of a CD, which hold an image. */
function rawSectors(bytes: Uint8Array): Uint8Array {
  const sectors = new Uint8Array((bytes.length / blockBytes) * 2352);
  for (let sector = 0; sector * blockBytes < bytes.length; sector++) {
    sectors.fill(0xff, sector * 2352 + 1, sector * 2352 + 11);
    sectors.set(bytes.subarray(sector * blockBytes, (sector + 1) * blockBytes), sector * 2352 + 16);
  }
  return sectors;
}

test("what is no image is refused, as a file and as a stream", async (t) => {
  const { bytes } = await makeImage((root) => root.addFile("/x", "x"));
  const whole = new Uint8Array(bytes);
  const blank = whole.slice();
  blank.fill(0, 16 * blockBytes, 17 * blockBytes);
  const cases = [
    ["E_IMAGE_NOT_ALIGNED", whole.subarray(0, -1)],
    ["E_IMAGE_NOT_ALIGNED", rawSectors(whole)],
    ["E_IMAGE_NO_DESCRIPTOR", blank],
    ["E_IMAGE_NO_DESCRIPTOR", whole.subarray(0, 16 * blockBytes)],
    ["E_IMAGE_NO_DESCRIPTOR", new Uint8Array(0)],
  ] as const;
  for (const [code, wrong] of cases) {
    await failsWith(t, code, {}, () => validateImageStream(piecesOf(wrong, 100_000)));
    const path = join(temporaryFolder(t), "wrong.iso");
    writeFileSync(path, wrong);
    await failsWith(t, code, { name: path }, () => validateImageFile(path));
    if (wrong.length % blockBytes === 0 && code !== "E_IMAGE_NOT_ALIGNED") {
      await failsWith(t, code, {}, () => validateImage(new MemorySource(wrong)));
    }
  }
  const source = new MemorySource(whole);
  const endless = { blocks: 2 ** 32, read: source.read.bind(source) };
  await failsWith(t, "E_IMAGE_TOO_LONG", { blocks: 2 ** 32 }, () => validateImage(endless));
  await failsWith(t, "E_HOST", {}, () => validateImageFile(join(temporaryFolder(t), "nowhere.iso")));
  const signal = AbortSignal.abort();
  await failsWith(t, "E_CANCELLED", {}, () => validateImageStream(piecesOf(whole, 1000), signal));
});
