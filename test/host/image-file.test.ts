import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import { FileSystemImage } from "../../src/fs/image/file-system-image.js";
import { openImage, readSessions } from "../../src/fs/image/open-image.js";
import type { ImageOptions } from "../../src/fs/image/options.js";
import type { SessionImage } from "../../src/fs/image/session-image.js";
import { verifyImage } from "../../src/fs/verify/verify.js";
import { ImageFile } from "../../src/host/image-file.js";
import { nodeFileAccess } from "../../src/host/node-file-access.js";
import { writeImageFile } from "../../src/host/write-image-file.js";
import type { FileAccess } from "../../src/medium/file-access.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import { blockBytes } from "../../src/units.js";
import { faultyFiles } from "../device/support.js";
import { failsWith } from "../support/failures.js";
import { temporaryFolder } from "../support/tools.js";

const layouts: readonly { readonly name: string; readonly options: ImageOptions }[] = [
  { name: "an ordinary image", options: {} },
  { name: "a growable image", options: { growable: true } },
  { name: "an ordinary bridge", options: { fileSystems: ["iso", "rockridge", "joliet", "udf"] } },
  { name: "a growable bridge", options: { fileSystems: ["iso", "rockridge", "joliet", "udf"], growable: true } },
  { name: "an ordinary image of UDF alone", options: { fileSystems: ["udf"] } },
  { name: "a growable image of UDF alone", options: { fileSystems: ["udf"], growable: true } },
  { name: "an ordinary bridge with UDF 2.50", options: { fileSystems: ["iso", "udf"], udfRevision: "2.50" } },
  {
    name: "a growable bridge with UDF 2.50",
    options: { fileSystems: ["iso", "udf"], udfRevision: "2.50", growable: true },
  },
  { name: "a plain ISO 9660 image of level 4", options: { fileSystems: ["iso"], isoLevel: 4 } },
];

/** An image in a file, of two files. */
async function made(t: ExecutionContext, options: ImageOptions): Promise<string> {
  const path = join(temporaryFolder(t), "image.iso");
  const image = new FileSystemImage(options);
  image.root.addFile("/one", "first\n");
  image.root.addFile("/large", new Uint8Array(700_000).fill(7));
  await using result = await image.createResultImage();
  await writeImageFile(result, path);
  return path;
}

/** Imports the last session of an image, or another one, changes its tree, and plans the next session. */
async function next(
  file: ImageFile,
  change: (image: FileSystemImage) => void,
  session?: number,
): Promise<SessionImage> {
  const image = new FileSystemImage();
  image.multisessionInterfaces = file.multisessionInterfaces();
  await image.importFileSystem({ session });
  change(image);
  return await image.createResultImage();
}

async function add(path: string, change: (image: FileSystemImage) => void, session?: number): Promise<void> {
  await using file = await ImageFile.open(nodeFileAccess, path);
  await using result = await next(file, change, session);
  await file.write(result);
}

const addTwo = ({ root }: FileSystemImage): void => {
  root.remove("/one");
  root.addFile("/two", "second\n");
};

/** What every tree of a session shows: its names, and the first bytes of each file. */
async function treesOf(bytes: Uint8Array, session?: number): Promise<Record<string, string[]>> {
  const source = new MemorySource(bytes);
  const options = session === undefined ? { start: 0 } : { session };
  const trees: Record<string, string[]> = {};
  for (const fileSystem of (await openImage(source, options)).fileSystems) {
    const image = await openImage(source, { ...options, fileSystem });
    const found: string[] = [];
    for await (const entry of image.walk()) {
      const content = await image.readFile(entry);
      const sample =
        content.length > 100 ? `${content.length} × ${new Set(content).size}` : Buffer.from(content).toString();
      found.push(`${entry.path.toLowerCase()} ${sample}`);
    }
    trees[fileSystem] = found.sort();
  }
  return trees;
}

function everyTreeIs(t: ExecutionContext, trees: Record<string, string[]>, expected: readonly string[]): void {
  for (const [fileSystem, found] of Object.entries(trees)) t.deepEqual(found, [...expected].sort(), fileSystem);
}

const large = "/large 700000 × 1";
const oldTree = [large, "/one first\n"];
const newTree = [large, "/two second\n"];

for (const { name, options } of layouts) {
  test(`${name} shows the new tree at its front, and all sessions`, async (t) => {
    const path = await made(t, options);
    const fileSystems = (await readSessions(new MemorySource(await readFile(path))))[0]!.fileSystems;
    await add(path, addTwo);
    await add(path, ({ root }) => root.addFile("/three", "third\n"));
    await add(path, () => undefined, 1);
    const bytes = await readFile(path);
    everyTreeIs(t, await treesOf(bytes), oldTree);
    const expected = [oldTree, newTree, [...newTree, "/three third\n"], oldTree];
    const sessions = await readSessions(new MemorySource(bytes));
    t.is(sessions.length, expected.length);
    for (const [index, tree] of expected.entries()) {
      t.deepEqual(sessions[index]!.fileSystems, fileSystems);
      everyTreeIs(t, await treesOf(bytes, index + 1), tree);
    }
    const { findings } = await verifyImage(new MemorySource(bytes));
    t.deepEqual(
      findings.filter(({ severity }) => severity === "error").map(({ message }) => message),
      [],
    );
  });

  test(`${name} shows the old tree or the new one after every write`, async (t) => {
    const path = await made(t, options);
    for (const rounds of [1, 2]) {
      const before = new Uint8Array(await readFile(path));
      const writes: { readonly offset: number; readonly bytes: Uint8Array }[] = [];
      const isOld = rounds === 1;
      const change = isOld ? addTwo : ({ root }: FileSystemImage): void => void root.addFile("/three", "third\n");
      {
        await using file = await ImageFile.open(recordingFiles(writes), path);
        await using result = await next(file, change);
        await file.write(result);
      }
      const trees = isOld ? [oldTree, newTree] : [newTree, [...newTree, "/three third\n"]];
      for (let count = 0; count <= writes.length; count++) {
        const bytes = withWrites(before, writes.slice(0, count));
        const shown = await treesOf(bytes);
        for (const [fileSystem, found] of Object.entries(shown)) {
          const isEither = trees.some((tree) => JSON.stringify([...tree].sort()) === JSON.stringify(found));
          t.true(isEither, `${fileSystem} after ${count} of ${writes.length} writes: ${found.join()}`);
        }
        // Whatever is shown, an import goes on from a whole tree.
        const image = await openImage(new MemorySource(bytes));
        t.true((await image.readdir("/")).length >= 2);
      }
      t.true(writes.length >= 2);
    }
  });
}

/** Files whose writes are noted. */
function recordingFiles(writes: { offset: number; bytes: Uint8Array }[]): FileAccess {
  return {
    ...nodeFileAccess,
    async open(path, mode) {
      const handle = await nodeFileAccess.open(path, mode);
      return {
        size: () => handle.size(),
        read: (offset, into) => handle.read(offset, into),
        async write(offset, from) {
          writes.push({ offset, bytes: from.slice() });
          await handle.write(offset, from);
        },
        truncate: (bytes) => handle.truncate(bytes),
        sync: () => handle.sync(),
        close: () => handle.close(),
        [Symbol.asyncDispose]: () => handle.close(),
      };
    },
  };
}

function withWrites(before: Uint8Array, writes: readonly { offset: number; bytes: Uint8Array }[]): Uint8Array {
  const end = writes.reduce((most, { offset, bytes }) => Math.max(most, offset + bytes.length), before.length);
  const after = new Uint8Array(end);
  after.set(before);
  for (const { offset, bytes } of writes) after.set(bytes, offset);
  return after;
}

test("a session is on the disk before anything leads to it, and each step before the next", async (t) => {
  const path = await made(t, { fileSystems: ["iso", "rockridge", "joliet", "udf"] });
  const log: string[] = [];
  const files: FileAccess = {
    ...nodeFileAccess,
    async open(name, mode) {
      const handle = await nodeFileAccess.open(name, mode);
      return Object.assign(Object.create(handle), {
        size: () => handle.size(),
        read: (offset: number, into: Uint8Array) => handle.read(offset, into),
        async write(offset: number, from: Uint8Array) {
          log.push(offset < 257 * blockBytes ? `block ${offset / blockBytes}` : "session");
          await handle.write(offset, from);
        },
        async sync() {
          log.push("sync");
          await handle.sync();
        },
        close: () => handle.close(),
        [Symbol.asyncDispose]: () => handle.close(),
      });
    },
  };
  {
    await using file = await ImageFile.open(files, path);
    await using result = await next(file, addTwo);
    t.deepEqual(
      result.modifiedBlocks.slice(1).map(({ firstBlock }) => firstBlock),
      [15, 17, 16, 256],
    );
    await file.write(result);
  }
  const steps = log.filter((step, index) => step !== log[index - 1]);
  t.deepEqual(steps, [
    "session",
    "sync",
    "block 15",
    "sync",
    "block 17",
    "sync",
    "block 16",
    "sync",
    "block 256",
    "sync",
  ]);
});

test("a failure before the session is whole leaves the file as it was", async (t) => {
  const path = await made(t, {});
  // Padding that other programs leave: the session begins in it.
  await writeFile(path, new Uint8Array(150 * blockBytes), { flag: "a" });
  const before = await readFile(path);
  let failures = 0;
  for (let failAt = 1; ; failAt++) {
    const faults = { operations: 0, failAt, partialBytes: 1000, power: false };
    let isFailed = false;
    try {
      await using file = await ImageFile.open(faultyFiles(faults), path);
      await using result = await next(file, addTwo);
      await file.write(result);
    } catch {
      isFailed = true;
    }
    const bytes = await readFile(path);
    const isUntouched = bytes.equals(before);
    if (isFailed) failures++;
    // What cannot be read may be done without; what was done is whole then. Once its front is changed, a session stays.
    if (!isUntouched) {
      for (const found of Object.values(await treesOf(bytes))) {
        const isWhole = [oldTree, newTree].some((tree) => JSON.stringify([...tree].sort()) === JSON.stringify(found));
        t.true(isWhole, `failure at ${failAt}: ${found.join()}`);
      }
    }
    t.true(isFailed || !isUntouched);
    if (faults.operations < failAt) break;
    await writeFile(path, before);
  }
  t.true(failures > 5, `${failures} failures`);
  everyTreeIs(t, await treesOf(await readFile(path)), newTree);
});

test("cancelling leaves the file as it was", async (t) => {
  const path = await made(t, {});
  const before = await readFile(path);
  await using file = await ImageFile.open(nodeFileAccess, path);
  await using result = await next(file, ({ root }) => root.addFile("/more", new Uint8Array(9_000_000).fill(1)));
  const abort = new AbortController();
  const onProgress = (): void => abort.abort();
  await failsWith(t, "E_CANCELLED", {}, () => file.write(result, { signal: abort.signal, onProgress }));
  t.true((await readFile(path)).equals(before));
});

test("another image than the one that was read, and one that was made for none, are refused", async (t) => {
  const path = await made(t, {});
  const copy = `${path}.copy`;
  await copyFile(path, copy);
  await using file = await ImageFile.open(nodeFileAccess, path);
  await using result = await next(file, addTwo);
  await add(path, ({ root }) => root.addFile("/meanwhile", ""));
  await failsWith(t, "E_DISC_CHANGED", { what: "image" }, () => file.write(result));
  await using blank = await new FileSystemImage().createResultImage();
  await failsWith(t, "E_DISC_NOT_BLANK", { device: path }, () => file.write(blank));
  await using lock = await nodeFileAccess.lock(copy);
  void lock;
  await using locked = await ImageFile.open(nodeFileAccess, copy);
  await using other = await next(locked, addTwo);
  await failsWith(t, "E_DISC_BUSY", { device: copy }, () => locked.write(other));
});
