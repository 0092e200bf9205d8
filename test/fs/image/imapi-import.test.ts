/** What the reference API asks of an image that is added to a disc. IMAPI2 `IFileSystemImage`, 2.3 to 2.5; docs/IMAPI.md. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import type { Recorder } from "../../../src/device.js";
import { openRecorder } from "../../../src/device.js";
import { appendTo } from "../../../src/disc-jobs.js";
import type { Warning } from "../../../src/errors.js";
import { DiscError } from "../../../src/errors.js";
import { FileSystemImage } from "../../../src/fs/image/file-system-image.js";
import { openImage } from "../../../src/fs/image/open-image.js";
import type { ImageOptions } from "../../../src/fs/image/options.js";
import type { DirectoryNode } from "../../../src/fs/tree/directory.js";
import type { ImportSource } from "../../../src/medium/import-source.js";
import type { Progress } from "../../../src/medium/session-data.js";
import type { MultisessionInterface } from "../../../src/multisession/interfaces.js";
import { appendSession, blankDisc } from "../../support/disc.js";
import { failsWith, warnsOf } from "../../support/failures.js";
import { temporaryFolder } from "../../support/tools.js";

/** A disc with a session, in a recorder that is closed when the test ends. */
async function writtenDisc(
  t: ExecutionContext,
  media: string,
  fill: (root: DirectoryNode) => unknown,
  options: ImageOptions = {},
): Promise<Recorder> {
  const path = await blankDisc(t, media);
  await appendSession(path, ({ root }) => fill(root), options);
  const recorder = await openRecorder(path);
  t.teardown(() => recorder[Symbol.asyncDispose]());
  return recorder;
}

async function imageFor(recorder: Recorder, options: ImageOptions = {}): Promise<FileSystemImage> {
  const image = new FileSystemImage(options);
  image.multisessionInterfaces = await recorder.multisessionInterfaces();
  return image;
}

async function namesOn(recorder: Recorder): Promise<string[]> {
  return (await (await openImage(recorder)).readdir("/")).map(({ name }) => name).sort();
}

test("what is in the tree wins over what is imported, and each loss is told", async (t) => {
  const recorder = await writtenDisc(
    t,
    "dvd+r",
    (root) => {
      root.addFile("/both", "old");
      root.addFile("/d/both", "old", { parents: true });
      root.addFile("/d/disc", "old");
      root.addStream("/d", "of the disc", "stream");
    },
    { fileSystems: ["udf"], udfRevision: "2.01" },
  );
  const warnings: Warning[] = [];
  const image = await imageFor(recorder, { onWarning: (warning) => warnings.push(warning) });
  image.root.addFile("/both", "new");
  image.root.addFile("/d/both", "new", { parents: true });
  await image.importFileSystem();
  t.deepEqual(
    warnings.map(({ code }) => code),
    ["W_IMPORT_DROPPED", "W_IMPORT_DROPPED", "W_IMPORT_DROPPED"],
  );
  for (const path of ["/both", "/d/both"]) warnsOf(t, warnings, "W_IMPORT_DROPPED", { path, what: "file" });
  warnsOf(t, warnings, "W_IMPORT_DROPPED", { path: "/d", what: "named streams of the directory" });
  t.is(image.exists("/d/disc"), "file");
  await using result = await image.createResultImage();
  await recorder.write(result);
  const read = await openImage(recorder);
  t.is(Buffer.from(await read.readFile("/d/both")).toString(), "new");
  t.is(Buffer.from(await read.readFile("/d/disc")).toString(), "old");
});

test("a caller who takes warnings for errors imports nothing over what is there", async (t) => {
  const recorder = await writtenDisc(t, "dvd+r", (root) => root.addFile("/both", "old"));
  const image = await imageFor(recorder, { strict: true });
  image.root.addFile("/both", "new");
  await failsWith(t, "W_IMPORT_DROPPED", { path: "/both" }, () => image.importFileSystem());
  await failsWith(t, "E_IMPORT_FAILED", {}, () => image.createResultImage());
});

test("after a failed import no result is made until another one succeeds", async (t) => {
  const recorder = await writtenDisc(t, "dvd+r", (root) => root.addFile("/old", "old"));
  const image = await imageFor(recorder);
  image.root.addDirectory("/old");
  const error = await failsWith(t, "E_IMPORT_COLLISION", {}, () => image.importFileSystem());
  const refusal = await failsWith(t, "E_IMPORT_FAILED", {}, () => image.createResultImage());
  t.is(refusal.cause, error);
  t.is(refusal.reference?.hresult, 0xc0aab133);
  image.root.remove("/old");
  await image.importFileSystem();
  await using result = await image.createResultImage();
  await recorder.write(result);
  t.deepEqual(await namesOn(recorder), ["old"]);
});

test("after a failed import the caller can go on without it", async (t) => {
  const recorder = await writtenDisc(t, "dvd+r", (root) => root.addFile("/old", "old"));
  const image = await imageFor(recorder);
  await failsWith(t, "E_CANCELLED", {}, () => image.importFileSystem({ signal: AbortSignal.abort() }));
  await failsWith(t, "E_IMPORT_FAILED", {}, () => image.createResultImage());
  image.discardFailedImport();
  image.root.addFile("/new", "new");
  await using result = await image.createResultImage();
  await recorder.write(result);
  t.deepEqual(await namesOn(recorder), ["new"]);
});

test("an image that could not be taken for a new one makes no result either", async (t) => {
  const recorder = await writtenDisc(t, "dvd+r", (root) => root.addFile("/old", "old"));
  const image = new FileSystemImage();
  await failsWith(t, "E_SESSION_NOT_FOUND", {}, () => image.importAsNew(recorder, { session: 7 }));
  await failsWith(t, "E_IMPORT_FAILED", {}, () => image.createResultImage());
  await image.importAsNew(recorder);
  await using result = await image.createResultImage();
  t.true(result.blocks > 0);
});

test("where there is nothing to import, nothing is lost without an import", async (t) => {
  await using recorder = await openRecorder(await blankDisc(t, "cd-r"));
  const image = await imageFor(recorder);
  await failsWith(t, "E_NOTHING_TO_IMPORT", {}, () => image.importFileSystem());
  image.root.addFile("/x", "x");
  await using result = await image.createResultImage();
  t.is(result.firstBlock, 0);
});

test("a disc is told from others by its identifier, which changes with it", async (t) => {
  const recorder = await writtenDisc(t, "cd-r", (root) => root.addFile("/x", "x"));
  t.throws(() => new FileSystemImage().calculateDiscIdentifier(), { code: "E_MULTISESSION_NOT_SET" });
  const image = await imageFor(recorder);
  const before = image.calculateDiscIdentifier();
  await image.importFileSystem();
  await using result = await image.createResultImage();
  t.is(result.discId, before);
  await recorder.write(result);
  t.not((await imageFor(recorder)).calculateDiscIdentifier(), before);
});

test("the file systems on a disc are told, and whether a session can go on with each", async (t) => {
  const recorder = await writtenDisc(t, "dvd+r", (root) => root.addFile("/x", "x"), { fileSystems: ["iso", "udf"] });
  const image = await imageFor(recorder);
  t.deepEqual(await image.identifyFileSystemsOnDisc(), ["iso", "udf"]);
  t.deepEqual(await new FileSystemImage().identifyFileSystemsOnDisc(recorder), ["iso", "udf"]);
  await failsWith(t, "E_MULTISESSION_NOT_SET", {}, () => new FileSystemImage().identifyFileSystemsOnDisc());
  const can = await Promise.all(
    image.fileSystemsSupported.map(async (name) => [name, await image.probeSpecificFileSystem(name)] as const),
  );
  t.deepEqual(can, [
    ["iso", true],
    ["rockridge", false],
    ["joliet", false],
    ["udf", true],
  ]);
  await failsWith(t, "E_MULTISESSION_NOT_SET", {}, () => new FileSystemImage().probeSpecificFileSystem("udf"));
  t.is(image.exists("/x"), undefined);
});

test("a blank disc has no file systems", async (t) => {
  await using recorder = await openRecorder(await blankDisc(t, "cd-r"));
  const image = await imageFor(recorder);
  t.deepEqual(await image.identifyFileSystemsOnDisc(), []);
  t.false(await image.probeSpecificFileSystem("iso"));
});

test("of the file systems found, the richest is what an import begins with", (t) => {
  const image = new FileSystemImage();
  t.is(image.getDefaultFileSystemForImport(["iso", "joliet"]), "joliet");
  t.is(image.getDefaultFileSystemForImport(["iso", "joliet", "udf"]), "udf");
  t.is(image.getDefaultFileSystemForImport(["udf", "rockridge"]), "rockridge");
  t.throws(() => image.getDefaultFileSystemForImport([]), { code: "E_OPTION_INVALID" });
});

for (const [media, options] of [
  ["dvd+rw", { fileSystems: ["iso", "rockridge", "joliet"] }],
  ["bd-re", { fileSystems: ["iso", "rockridge", "joliet", "udf"] }],
  ["dvd-ram", { fileSystems: ["udf"] }],
] as const satisfies readonly (readonly [string, ImageOptions])[]) {
  test(`sessions are added to ${media}, also with ISO 9660 in the first one`, async (t) => {
    const recorder = await writtenDisc(t, media, (root) => root.addFile("/first", "first"), options);
    const image = await imageFor(recorder);
    t.true(await image.probeSpecificFileSystem(options.fileSystems[0]));
    await image.importFileSystem();
    image.root.addFile("/second", "second");
    await using result = await image.createResultImage();
    const [session, ...front] = result.modifiedBlocks;
    t.deepEqual(session, { firstBlock: result.firstBlock, blocks: result.blocks });
    t.true(front.length > 0 && front.every(({ firstBlock }) => firstBlock < result.firstBlock));
    await recorder.write(result);
    t.deepEqual(await namesOn(recorder), ["first", "second"]);
    const next = await imageFor(recorder);
    t.deepEqual([...(await next.identifyFileSystemsOnDisc())].sort(), [...options.fileSystems].sort());
  });
}

test("what is removed of an imported tree is gone from the next one, and still in the session before", async (t) => {
  const recorder = await writtenDisc(t, "dvd+r", (root) => root.addFile("/old", "old"));
  const image = await imageFor(recorder);
  await image.importFileSystem();
  image.root.remove("/old");
  image.root.addFile("/new", "new");
  await using result = await image.createResultImage();
  await recorder.write(result);
  t.deepEqual(await namesOn(recorder), ["new"]);
  t.is(Buffer.from(await (await openImage(recorder, { session: 1 })).readFile("/old")).toString(), "old");
});

test("an import tells where it is, and how much it has found", async (t) => {
  const recorder = await writtenDisc(t, "dvd+r", (root) => {
    for (const name of ["a", "b"]) root.addFile(`/${name}/file`, name, { parents: true });
    root.addFile("/c", "c");
  });
  const events: Progress[] = [];
  const image = await imageFor(recorder);
  await image.importFileSystem({ onProgress: (progress) => events.push(progress) });
  t.true(events.every(({ phase }) => phase === "importing"));
  for (const fileSystem of ["rockridge", "joliet"]) {
    const told = events.filter((event) => event.fileSystem === fileSystem);
    t.deepEqual(told.map(({ item }) => item).sort(), ["/", "/a", "/b"]);
    t.deepEqual(
      told.map(({ directories }) => directories),
      [1, 2, 3],
    );
    t.is(told.at(-1)!.files, 3);
  }
});

test("an import is stopped by its listener or its signal, and the tree is as it was", async (t) => {
  const recorder = await writtenDisc(t, "dvd+r", (root) => root.addFile("/a/b", "b", { parents: true }));
  const image = await imageFor(recorder);
  const controller = new AbortController();
  const onProgress = (): void => controller.abort();
  const { signal } = controller;
  await failsWith(t, "E_CANCELLED", {}, () => image.importFileSystem({ signal, onProgress }));
  t.deepEqual([image.fileCount, image.changePoint], [0, 0]);
});

test("of several multisession interfaces, the one in use is taken", async (t) => {
  const recorder = await writtenDisc(t, "cd-r", (root) => root.addFile("/x", "x"));
  const [sequential] = await recorder.multisessionInterfaces();
  const other: MultisessionInterface = {
    type: "randomWrite",
    inUse: false,
    isSupportedOnCurrentMediaState: true,
    importRecorder: recorder as ImportSource,
    writeUnitSize: 1,
    lastWrittenAddress: -1,
    totalSectorsOnMedia: 1000,
  };
  const image = new FileSystemImage();
  image.multisessionInterfaces = [other, { ...sequential!, inUse: true }];
  t.is(image.sessionStartBlock, sequential?.type === "sequential" ? sequential.nextWritableAddress : -1);
  for (const offered of [
    [
      { ...other, inUse: true },
      { ...sequential!, inUse: true },
    ],
    [{ ...other, isSupportedOnCurrentMediaState: false }],
  ]) {
    const error = t.throws(
      () => {
        image.multisessionInterfaces = offered;
      },
      { instanceOf: DiscError },
    );
    t.is(error.code, "E_MULTISESSION_UNUSABLE");
  }
});

test("where no session of a disc is whole, an image of it is none, and the next session starts afresh by one's own word", async (t) => {
  const path = await blankDisc(t, "dvd+r");
  {
    await using recorder = await openRecorder(path);
    const image = await imageFor(recorder);
    image.root.addFile("/torn", new Uint8Array(2 ** 22));
    await using result = await image.createResultImage();
    const controller = new AbortController();
    const onProgress = ({ phase, doneBlocks }: Progress): void => {
      if (phase === "writing" && doneBlocks > result.blocks / 2) controller.abort();
    };
    await failsWith(t, "E_CANCELLED", {}, () => recorder.write(result, { signal: controller.signal, onProgress }));
    await recorder.repair();
    const next = await imageFor(recorder);
    await failsWith(t, "E_NOTHING_TO_IMPORT", {}, () => next.importFileSystem());
    await failsWith(t, "E_IMPORT_FAILED", {}, () => next.createResultImage());
  }
  const source = join(temporaryFolder(t), "afresh");
  writeFileSync(source, "afresh");
  const notes: string[] = [];
  await appendTo(path, { sources: [source] }, { onNote: (note) => notes.push(note) });
  t.true(notes.some((note) => note.includes("starts afresh")));
  await using recorder = await openRecorder(path);
  t.deepEqual(await namesOn(recorder), ["afresh"]);
});
