/** Contents that are not what they were, or cannot be read; and what is left of an image file then. */
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import test from "ava";
import { FileSystemImage } from "../../src/fs/image/file-system-image.js";
import type { SessionImage } from "../../src/fs/image/session-image.js";
import type { ContentLike } from "../../src/fs/tree/content.js";
import { copyService } from "../../src/host/copy-service.js";
import { fromDirectory, fromPath } from "../../src/host/directory-source.js";
import { fromFile } from "../../src/host/path-content.js";
import { fromStream } from "../../src/host/stream-content.js";
import { writeImageFile } from "../../src/host/write-image-file.js";
import { failsWith } from "../support/failures.js";
import { bytesOf } from "../support/made-image.js";
import { patternBytes } from "../support/rich-tree.js";
import { temporaryFolder } from "../support/tools.js";

async function imageOf(content: ContentLike): Promise<SessionImage> {
  const image = new FileSystemImage();
  image.root.addFile("/file", content);
  return image.createResultImage();
}

test("a file that changed since it was added", async (t) => {
  const path = join(temporaryFolder(t), "file");
  const changes: readonly (readonly [string, () => void])[] = [
    ["size", () => writeFileSync(path, "longer than before")],
    ["size", () => truncateSync(path, 3)],
    ["modification time", () => utimesSync(path, 1, 1)],
  ];
  for (const [what, change] of changes) {
    writeFileSync(path, "before");
    const result = await imageOf(await fromFile(path));
    change();
    const detail = { path, expectedBytes: 6, what };
    await failsWith(t, "E_CONTENT_CHANGED", detail, () => bytesOf(result));
  }
});

test("a file that is gone, or was never there", async (t) => {
  const path = join(temporaryFolder(t), "file");
  writeFileSync(path, "before");
  const result = await imageOf(await fromFile(path));
  rmSync(path);
  const error = await failsWith(t, "E_CONTENT_UNREADABLE", { path }, () => bytesOf(result));
  t.is((error.cause as NodeJS.ErrnoException).code, "ENOENT");
  await failsWith(t, "E_SOURCE_UNREADABLE", { path }, () => fromFile(path));
  await failsWith(t, "E_NOT_A_FILE", {}, () => fromFile(temporaryFolder(t)));
});

test("folders that are not there, or are none", async (t) => {
  const folder = temporaryFolder(t);
  const missing = join(folder, "missing");
  const file = join(folder, "file");
  writeFileSync(file, "");
  const image = new FileSystemImage();
  await failsWith(t, "E_SOURCE_UNREADABLE", {}, () => image.root.addTree(fromDirectory(missing)));
  await failsWith(t, "E_SOURCE_UNREADABLE", { path: missing }, () => image.root.addTree(fromPath(missing)));
  await t.throwsAsync(image.root.addTree(fromDirectory(file)), { name: "DiscError" });
  t.is(image.root.count, 0);
});

test("a folder that may not be read", async (t) => {
  const folder = temporaryFolder(t);
  const closed = join(folder, "closed");
  mkdirSync(closed, 0o000);
  t.teardown(() => chmodSync(closed, 0o755));
  const image = new FileSystemImage();
  if (process.getuid?.() === 0) {
    // The superuser may read it all the same.
    await image.root.addTree(fromDirectory(folder));
    t.is(image.root.item("/closed").mode, 0);
    return;
  }
  await failsWith(t, "E_SOURCE_UNREADABLE", { path: closed }, () => image.root.addTree(fromDirectory(folder)));
});

test("a stream that gives less, or more, than announced", async (t) => {
  const stream = (bytes: number): Readable => Readable.from([patternBytes(bytes, 1)]);
  t.true((await bytesOf(await imageOf(fromStream(stream(5000), 5000)))).includes(Buffer.from(patternBytes(5000, 1))));
  const less = { expectedBytes: 5000, actualBytes: 4999, what: "size" };
  await failsWith(t, "E_CONTENT_CHANGED", less, async () => bytesOf(await imageOf(fromStream(stream(4999), 5000))));
  const more = { expectedBytes: 5000, actualBytes: 5001, what: "size" };
  await failsWith(t, "E_CONTENT_CHANGED", more, async () => bytesOf(await imageOf(fromStream(stream(5001), 5000))));
});

test("a stream is read once, from its start", async (t) => {
  const result = await imageOf(fromStream(Readable.from([patternBytes(5000, 1)]), 5000));
  await bytesOf(result);
  await failsWith(t, "E_CONTENT_NOT_REPEATABLE", { path: "stream" }, () => bytesOf(result));
  const other = await imageOf(fromStream(Readable.from([patternBytes(5000, 1)]), 5000));
  const into = new Uint8Array(2048);
  await failsWith(t, "E_CONTENT_NOT_REPEATABLE", {}, () => other.read(other.blocks - 1, 1, into));
});

test("a stream that fails", async (t) => {
  const failure = new Error("the stream's");
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield patternBytes(100, 1);
    throw failure;
  }
  const error = await failsWith(t, "E_CONTENT_UNREADABLE", { path: "stream" }, async () =>
    bytesOf(await imageOf(fromStream(broken(), 5000))),
  );
  t.is(error.cause, failure);
  t.throws(() => fromStream(broken(), -1), { instanceOf: RangeError });
});

test("blocks outside an image", async (t) => {
  const result = await imageOf("x");
  const into = new Uint8Array(4096);
  await failsWith(t, "E_READ_FAILED", {}, () => result.read(result.blocks, 1, into));
  await failsWith(t, "E_READ_FAILED", {}, () => result.read(result.blocks - 1, 2, into));
  await failsWith(t, "E_READ_FAILED", {}, () => result.read(-1, 1, into));
});

/** An image whose content cannot be read any more. */
async function broken(folder: string): Promise<SessionImage> {
  const path = join(folder, "source");
  writeFileSync(path, patternBytes(3_000_000, 1));
  const result = await imageOf(await fromFile(path));
  rmSync(path);
  return result;
}

test("a failing image file leaves nothing, and the old one as it was", async (t) => {
  const folder = temporaryFolder(t);
  const target = join(folder, "image.iso");
  await failsWith(t, "E_CONTENT_UNREADABLE", {}, async () => writeImageFile(await broken(folder), target));
  t.deepEqual(readdirSync(folder), []);
  writeFileSync(target, "the old one");
  await failsWith(t, "E_CONTENT_UNREADABLE", {}, async () =>
    writeImageFile(await broken(folder), target, { force: true }),
  );
  t.deepEqual(readdirSync(folder), ["image.iso"]);
  t.is(readFileSync(target, "utf8"), "the old one");
});

test("an image file never takes the place of another unasked", async (t) => {
  const target = join(temporaryFolder(t), "image.iso");
  writeFileSync(target, "the old one");
  await failsWith(t, "E_TARGET_EXISTS", { path: target }, async () => writeImageFile(await imageOf("x"), target));
  t.is(readFileSync(target, "utf8"), "the old one");
  await writeImageFile(await imageOf("x"), target, { force: true });
  t.is(readFileSync(target).subarray(32769, 32774).toString(), "CD001");
});

test("a cancelled image file leaves nothing", async (t) => {
  const folder = temporaryFolder(t);
  const target = join(folder, "image.iso");
  const early = AbortSignal.abort();
  await failsWith(t, "E_CANCELLED", {}, async () => writeImageFile(await imageOf("x"), target, { signal: early }));
  const controller = new AbortController();
  const large = new Uint8Array(20_000_000);
  await failsWith(t, "E_CANCELLED", {}, async () =>
    writeImageFile(await imageOf(large), target, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    }),
  );
  t.deepEqual(readdirSync(folder), []);
});

test("a full disk is named as such", async (t) => {
  const path = join(temporaryFolder(t), "source");
  writeFileSync(path, patternBytes(100_000, 1));
  const { bytes, mtimeMs } = await fromFile(path);
  // "/dev/full" fails every write as a full disk does.
  const full = openSync("/dev/full", "w");
  t.teardown(() => closeSync(full));
  const item = { path, bytes, mtimeMs, offset: 0, at: 0, length: bytes };
  await t.throwsAsync(copyService.copyToFile([item], full), { code: "ENOSPC" });
});

test("a folder that is not there cannot hold an image file", async (t) => {
  const target = join(temporaryFolder(t), "missing", "image.iso");
  const detail = { path: target, errno: "ENOENT" };
  await failsWith(t, "E_HOST", detail, async () => writeImageFile(await imageOf("x"), target));
});
