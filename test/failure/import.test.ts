/** Sessions that cannot be imported, and results that cannot be written. */
import { readFileSync, writeFileSync } from "node:fs";
import type { ExecutionContext } from "ava";
import test from "ava";
import type { Recorder } from "../../src/device.js";
import { openRecorder } from "../../src/device.js";
import type { Warning } from "../../src/errors.js";
import { FileSystemImage } from "../../src/fs/image/file-system-image.js";
import { openImage } from "../../src/fs/image/open-image.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import { appendSession, blankDisc } from "../support/disc.js";
import { failsWith, warnsOf } from "../support/failures.js";
import { makeImage } from "../support/made-image.js";

test("nothing to import from, and nothing to import", async (t) => {
  const image = new FileSystemImage();
  await failsWith(t, "E_MULTISESSION_NOT_SET", {}, () => image.importFileSystem());
  await using recorder = await openRecorder(await blankDisc(t, "cd-r"));
  image.multisessionInterfaces = await recorder.multisessionInterfaces();
  t.is(image.sessionStartBlock, 0);
  await failsWith(t, "E_NOTHING_TO_IMPORT", {}, () => image.importFileSystem());
});

test("an item in the tree collides with an imported one of another kind", async (t) => {
  const path = await blankDisc(t, "dvd+r");
  await appendSession(path, ({ root }) => root.addFile("/a/b", "b", { parents: true }));
  await using recorder = await openRecorder(path);
  const image = new FileSystemImage();
  image.multisessionInterfaces = await recorder.multisessionInterfaces();
  image.root.addFile("/a", "a file here");
  const detail = { path: "/a", imported: "directory", existing: "file" } as const;
  await failsWith(t, "E_IMPORT_COLLISION", detail, () => image.importFileSystem());
  t.is(image.root.item("/a").type, "file");
});

test("items that were in the tree before win over imported ones", async (t) => {
  const path = await blankDisc(t, "dvd+r");
  await appendSession(path, ({ root }) => root.addFile("/a", "old", { mode: 0o600 }));
  await using recorder = await openRecorder(path);
  const image = new FileSystemImage();
  image.multisessionInterfaces = await recorder.multisessionInterfaces();
  image.root.addFile("/a", "new", { mode: 0o640 });
  t.is(await image.importFileSystem(), "rockridge");
  t.is(image.root.item("/a").mode, 0o640);
});

test("a tree the session has not", async (t) => {
  const path = await blankDisc(t, "bd-r");
  await appendSession(path, ({ root }) => root.addFile("/a", "a"), { fileSystems: ["iso"] });
  await using recorder = await openRecorder(path);
  const image = new FileSystemImage();
  image.multisessionInterfaces = await recorder.multisessionInterfaces();
  await failsWith(t, "E_FILE_SYSTEM_NOT_FOUND", { fileSystem: "joliet" }, () =>
    image.importSpecificFileSystem("joliet"),
  );
  t.is(await image.importFileSystem(), "iso");
});

/** Makes Joliet's record of a file in the root say that it lies elsewhere. */
async function misplaceInJoliet(path: string, name: string, lba: number, bytes: number): Promise<void> {
  await using recorder = await openRecorder(path);
  const image = await openImage(recorder, { fileSystem: "joliet" });
  const root = (await image.stat("/")).extents[0]!.lba!;
  const disc = readFileSync(path);
  const identifier = Buffer.from(name, "utf16le").swap16();
  const at = disc.indexOf(identifier, root * 2048) - 33;
  disc.writeUInt32LE(lba, at + 2);
  disc.writeUInt32BE(lba, at + 6);
  disc.writeUInt32LE(bytes, at + 10);
  disc.writeUInt32BE(bytes, at + 14);
  writeFileSync(path, disc);
}

/** A disc whose trees do not agree on where a file lies. */
async function discThatDiffers(t: ExecutionContext): Promise<string> {
  const path = await blankDisc(t, "dvd+r");
  await appendSession(path, ({ root }) => {
    root.addFile("/text.txt", "what the file says");
    root.addFile("/other", "another");
  });
  await misplaceInJoliet(path, "text.txt", 17, 100);
  return path;
}

async function imageOn(recorder: Recorder, warnings: Warning[], strict = false): Promise<FileSystemImage> {
  const image = new FileSystemImage({ onWarning: (warning) => warnings.push(warning), strict });
  image.multisessionInterfaces = await recorder.multisessionInterfaces();
  return image;
}

test("trees that differ: nothing is lost, and one alone is taken as it is", async (t) => {
  const path = await discThatDiffers(t);
  await using recorder = await openRecorder(path);
  const warnings: Warning[] = [];
  const joined = await imageOn(recorder, warnings);
  t.is(await joined.importFileSystem(), "rockridge");
  t.deepEqual([...joined.root].map(({ name }) => name).sort(), ["other", "text (joliet).txt", "text.txt"]);
  warnsOf(t, warnings, "W_TREES_DIFFER", { path: "/text.txt" });
  t.is(warnings.length, 1);
  for (const [fileSystem, bytes] of [
    ["rockridge", 18],
    ["joliet", 100],
  ] as const) {
    const alone = await imageOn(recorder, warnings);
    await alone.importSpecificFileSystem(fileSystem);
    const file = alone.root.item("/text.txt");
    t.is(file.type === "file" ? file.content.bytes : -1, bytes);
    t.is(alone.root.count, 2);
    t.deepEqual([...alone.fileSystems].sort(), ["iso", "joliet", "rockridge"]);
  }
  t.is(warnings.length, 1);
  const strict = await imageOn(recorder, [], true);
  await failsWith(t, "W_TREES_DIFFER", { fileSystems: ["rockridge", "joliet"] }, () => strict.importFileSystem());
});

test("what one tree alone had is in every tree of the next session", async (t) => {
  const path = await discThatDiffers(t);
  await appendSession(path, ({ root }) => root.addFile("/new", "new"));
  await using recorder = await openRecorder(path);
  for (const fileSystem of ["rockridge", "joliet"] as const) {
    const image = await openImage(recorder, { fileSystem });
    const names = (await image.readdir("/")).map(({ name }) => name);
    t.deepEqual(names.sort(), ["new", "other", "text (joliet).txt", "text.txt"]);
    t.is(Buffer.from(await image.readFile("/text.txt")).toString(), "what the file says");
  }
});

test("a disc that was written to between choosing it and importing", async (t) => {
  const path = await blankDisc(t, "dvd+r");
  await appendSession(path, ({ root }) => root.addFile("/a", "a"));
  await using recorder = await openRecorder(path);
  const image = new FileSystemImage();
  image.multisessionInterfaces = await recorder.multisessionInterfaces();
  await appendSession(path, ({ root }) => root.addFile("/b", "b"));
  await recorder.refresh();
  await failsWith(t, "E_DISC_CHANGED", { what: "disc" }, () => image.importFileSystem());
});

test("a disc that was written to between making the session and writing it", async (t) => {
  const path = await blankDisc(t, "dvd+r");
  await appendSession(path, ({ root }) => root.addFile("/a", "a"));
  await using recorder = await openRecorder(path);
  const image = new FileSystemImage();
  image.multisessionInterfaces = await recorder.multisessionInterfaces();
  await image.importFileSystem();
  await using result = await image.createResultImage();
  await appendSession(path, ({ root }) => root.addFile("/b", "b"));
  await failsWith(t, "E_DISC_CHANGED", {}, () => recorder.write(result));
  const now = await openImage(recorder);
  t.is(recorder.sessions.length, 2);
  t.is((await now.stat("/b")).type, "file");
});

test("images and sessions that are not there", async (t) => {
  await failsWith(t, "E_NO_FILE_SYSTEM", {}, () => openImage(new MemorySource(new Uint8Array(100 * 2048))));
  const { bytes } = await makeImage((root) => root.addFile("/a", "a"));
  const source = new MemorySource(bytes);
  await failsWith(t, "E_SESSION_NOT_FOUND", { session: 2, sessions: 1 }, () => openImage(source, { session: 2 }));
  await failsWith(t, "E_OPTION_INVALID", { option: "session" }, () => openImage(source, { session: 0 }));
  await failsWith(t, "E_OPTION_INVALID", { option: "start" }, () => openImage(source, { start: -1 }));
  const image = await openImage(source);
  await failsWith(t, "E_ITEM_NOT_FOUND", { path: "/b" }, () => image.stat("/b"));
  await failsWith(t, "E_NOT_A_DIRECTORY", { path: "/a" }, () => image.readdir("/a"));
  await failsWith(t, "E_NOT_A_FILE", { path: "/" }, () => image.readFile("/"));
  await failsWith(t, "E_PATH_INVALID", { path: "/a" }, () => image.readlink("/a"));
});
