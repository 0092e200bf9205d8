/** Contents that are copied when they are added: whatever becomes of their sources, the image has them. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { FileSystemImage } from "../../src/fs/image/file-system-image.js";
import { openImage } from "../../src/fs/image/open-image.js";
import type { Content } from "../../src/fs/tree/content.js";
import { OnDiscContent } from "../../src/fs/tree/content.js";
import type { TreeSource } from "../../src/fs/tree/directory.js";
import { FileNode } from "../../src/fs/tree/node.js";
import { fromDirectory } from "../../src/host/directory-source.js";
import { fromFile } from "../../src/host/path-content.js";
import { Stage } from "../../src/host/stage.js";
import { fromStream } from "../../src/host/stream-content.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import type { Progress } from "../../src/medium/session-data.js";
import { failsWith } from "../support/failures.js";
import { bytesOf } from "../support/made-image.js";
import { patternBytes } from "../support/rich-tree.js";
import { temporaryFolder } from "../support/tools.js";

test("a tree that was staged is in the image as it was, though its folder is gone", async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "source/deep"), { recursive: true });
  writeFileSync(join(folder, "source/large"), patternBytes(3_000_000, 1));
  writeFileSync(join(folder, "source/deep/small"), "small");
  const image = new FileSystemImage();
  const events: Progress[] = [];
  const workingDirectory = temporaryFolder(t);
  await using stage = await Stage.open({ workingDirectory });
  await image.root.addTree(stage.source(fromDirectory(join(folder, "source"))), {
    onProgress: (progress) => events.push(progress),
  });
  rmSync(join(folder, "source"), { recursive: true });
  await using result = await image.createResultImage();
  const read = await openImage(new MemorySource(await bytesOf(result)));
  t.deepEqual(new Uint8Array(await read.readFile("/large")), patternBytes(3_000_000, 1));
  t.is(Buffer.from(await read.readFile("/deep/small")).toString(), "small");
  t.is(stage.bytes, 3_000_005);
  const staging = events.filter(({ phase }) => phase === "staging");
  t.deepEqual(staging.map(({ item }) => item?.split("/").at(-1)).sort(), ["large", "large", "large", "small"]);
  t.deepEqual(staging.map(({ doneBlocks }) => doneBlocks).at(-1), staging[0]!.totalBlocks);
  const scanned = events.filter(({ phase }) => phase === "scanning").at(-1)!;
  t.deepEqual([scanned.directories, scanned.files], [2, 2]);
  if (process.platform !== "win32") t.deepEqual(readdirSync(workingDirectory), []);
});

test("nothing is left in the working directory", async (t) => {
  const workingDirectory = temporaryFolder(t);
  const stage = await Stage.open({ workingDirectory });
  const content = await stage.content("text");
  await stage[Symbol.asyncDispose]();
  t.deepEqual(readdirSync(workingDirectory), []);
  await failsWith(t, "E_CONTENT_UNREADABLE", {}, () => content.read(0, new Uint8Array(4)));
});

test("a stream that was staged can be read again and again, and a file may change", async (t) => {
  const path = join(temporaryFolder(t), "file");
  writeFileSync(path, "before");
  await using stage = await Stage.open();
  const image = new FileSystemImage();
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from("some");
    yield Buffer.from("thing");
  };
  image.root.addFile("/stream", await stage.content(fromStream(pieces(), 9)));
  image.root.addFile("/file", await stage.content(await fromFile(path)));
  writeFileSync(path, "behind");
  await using result = await image.createResultImage();
  const first = await bytesOf(result);
  t.deepEqual(await bytesOf(result), first);
  const read = await openImage(new MemorySource(first));
  t.is(Buffer.from(await read.readFile("/stream")).toString(), "something");
  t.is(Buffer.from(await read.readFile("/file")).toString(), "before");
});

test("hard links stay links, streams are staged too, and what is on a disc stays there", async (t) => {
  await using stage = await Stage.open();
  const shared = await stage.content("once");
  const onDisc = new OnDiscContent(new MemorySource(new Uint8Array(2048)), [{ lba: 0, bytes: 5 }]);
  t.is(await stage.content(onDisc), onDisc);
  const content: Content = { bytes: 4, repeatable: false, label: "one", read: async (_at, into) => void into.fill(65) };
  const source: TreeSource = {
    load: async (into) => {
      into.attach(new FileNode("a", content, { mode: 0o600, mtime: 5000, streams: { more: shared } }));
      into.attach(new FileNode("b", content));
    },
  };
  const image = new FileSystemImage();
  await image.root.addTree(stage.source(source));
  const [a, b] = [image.root.item("/a"), image.root.item("/b")];
  t.true(a.type === "file" && b.type === "file" && a.content === b.content && a.content.repeatable);
  t.deepEqual([a.mode, a.mtimeMs, a.parent], [0o600, 5000, image.root]);
  const [stream] = a.namedStreams;
  const bytes = new Uint8Array(stream!.content.bytes);
  await stream!.content.read(0, bytes);
  t.is(Buffer.from(bytes).toString(), "once");
});

test("what fails or is cancelled while it is staged is not added, and can be staged again", async (t) => {
  await using stage = await Stage.open();
  const image = new FileSystemImage();
  let fails = true;
  const read = async (_offset: number, into: Uint8Array): Promise<void> => {
    if (fails) throw new Error("the content fails");
    into.fill(66);
  };
  const content: Content = { bytes: 3, repeatable: true, label: "failing", read };
  const source = stage.source({ load: async (into) => into.attach(new FileNode("a", content)) });
  await t.throwsAsync(image.root.addTree(source), { message: "the content fails" });
  fails = false;
  const signal = AbortSignal.abort();
  await failsWith(t, "E_CANCELLED", {}, () => image.root.addTree(source, { signal }));
  t.is(image.fileCount, 0);
  await image.root.addTree(source);
  t.is(image.fileCount, 1);
});

test("a working directory that is not there is an error", async (t) => {
  const workingDirectory = join(temporaryFolder(t), "nowhere");
  await failsWith(t, "E_HOST", { path: workingDirectory, errno: "ENOENT" }, () => Stage.open({ workingDirectory }));
});

test("what cannot be written is an error", async (t) => {
  const stage = await Stage.open({ workingDirectory: temporaryFolder(t) });
  await stage[Symbol.asyncDispose]();
  await failsWith(t, "E_HOST", { operation: "writing" }, () => stage.content("too late"));
});
