/** What a later session takes over from the UDF volume of the one before. */
import test from "ava";
import { openRecorder } from "../../../src/device.js";
import { FileSystemImage } from "../../../src/fs/image/file-system-image.js";
import { openImage, readSessions } from "../../../src/fs/image/open-image.js";
import type { ImageOptions } from "../../../src/fs/image/options.js";
import type { DiscEntry } from "../../../src/fs/tree/disc-entry.js";
import { appendSession, blankDisc } from "../../support/disc.js";
import { failsWith } from "../../support/failures.js";

const all = ["iso", "rockridge", "joliet", "udf"] as const;
const time = Date.UTC(2026, 1, 3, 4, 5, 6);

/** The entries of a disc's last UDF tree, by path. */
async function udfEntries(path: string): Promise<Map<string, DiscEntry>> {
  await using recorder = await openRecorder(path);
  const image = await openImage(recorder, { fileSystem: "udf" });
  const found = new Map<string, DiscEntry>();
  for await (const entry of image.walk()) found.set(entry.path, entry);
  return found;
}

/** Adds so many small files. */
function addMany({ root }: FileSystemImage, files: number): void {
  for (let file = 0; file < files; file++) root.addFile(`/f${file}`, `contents of ${file}`, { mtime: time });
}

for (const [structure, options, files] of [
  ["plain", { udfRevision: "1.02" }, 20],
  ["plain", { udfRevision: "2.01" }, 20],
  ["virtual", { udfRevision: "1.50", udfVirtual: true }, 20],
  ["virtual", { udfRevision: "2.01", udfVirtual: true }, 20],
  ["metadata", { udfRevision: "2.50" }, 4096],
] as const satisfies readonly (readonly [string, ImageOptions, number])[]) {
  test(`${structure}, ${options.udfRevision}: unchanged file entries stay where they are`, async (t) => {
    const path = await blankDisc(t, "dvd+r");
    await appendSession(path, (image) => addMany(image, files), { ...options, fileSystems: all });
    const before = await udfEntries(path);
    const second = await appendSession(
      path,
      ({ root }) => {
        root.addFile("/new", "new", { mtime: time });
        root.item("/f1").mode = 0o600;
        root.move("/f2", "/renamed");
      },
      { udfVirtual: structure === "virtual" },
    );
    const after = await udfEntries(path);
    t.is(after.get("/f0")?.fileEntry?.lba, before.get("/f0")!.fileEntry!.lba);
    t.is(after.get("/renamed")?.fileEntry?.lba, before.get("/f2")!.fileEntry!.lba);
    for (const changed of ["/f1", "/new"]) t.true(after.get(changed)!.fileEntry!.lba > second, changed);
    t.is(after.get("/f1")?.mode, 0o600);
    const ids = [...after.values()].map(({ serialNumber }) => serialNumber);
    t.is(new Set(ids).size, ids.length, "unique ids");
    await using recorder = await openRecorder(path);
    const image = await openImage(recorder, { fileSystem: "udf" });
    for (const name of ["f0", "f1", "renamed", "new"]) t.true((await image.readFile(`/${name}`)).length > 0, name);
  });
}

test("a small metadata partition is written anew, in one extent", async (t) => {
  const path = await blankDisc(t, "bd-r");
  await appendSession(path, (image) => addMany(image, 20), { fileSystems: ["udf"] });
  const second = await appendSession(path, ({ root }) => root.addFile("/new", "new"));
  await using recorder = await openRecorder(path);
  const [first, last] = await readSessions(recorder);
  t.is(first?.udf?.udfRevision, 0x0250, "what BD is written in unless the caller says otherwise");
  t.is(last?.udf?.metadataFiles?.main.length, 1);
  for (const { fileEntry, path: name } of (await udfEntries(path)).values()) {
    if (fileEntry !== undefined) t.true(fileEntry.lba > second, name);
  }
});

test("the partition keeps its start, and the volume its serial number and revision", async (t) => {
  const path = await blankDisc(t, "cd-r");
  await appendSession(path, (image) => addMany(image, 3), { fileSystems: all, udfRevision: "2.00" });
  for (const name of ["/second", "/third"]) await appendSession(path, ({ root }) => root.addFile(name, name));
  await using recorder = await openRecorder(path);
  const sessions = await readSessions(recorder);
  t.deepEqual(
    sessions.map(({ udf }) => [udf?.udfRevision, udf?.tagSerialNumber, udf?.partitions[0]?.startLba]),
    [1, 2, 3].map(() => [0x0200, 1, 288]),
  );
  const ends = sessions.map(({ udf }) => udf!.partitions[0]!.startLba + udf!.partitions[0]!.blocks!);
  t.true(sessions.every(({ startLba, blocks }, index) => ends[index]! > startLba && ends[index]! < startLba + blocks!));
});

test("a disc of ISO 9660 alone gains UDF, with its old files", async (t) => {
  const path = await blankDisc(t, "dvd+r");
  await appendSession(path, ({ root }) => root.addFile("/old", "old contents"));
  await appendSession(path, ({ root }) => root.addFile("/new", "new"), { fileSystems: all });
  await using recorder = await openRecorder(path);
  const image = await openImage(recorder, { fileSystem: "udf" });
  t.is(new TextDecoder().decode(await image.readFile("/old")), "old contents");
  // The old file lies in front of where a partition usually starts.
  const { lba } = (await image.stat("/old")).extents[0]!;
  t.is(image.session.udf?.partitions[0]?.startLba, lba ?? -1);
});

test("a virtual allocation table is continued by a read-only volume, unless one is asked for", async (t) => {
  const path = await blankDisc(t, "dvd+r");
  await appendSession(path, (image) => addMany(image, 3), { fileSystems: ["udf"], udfVirtual: true });
  await appendSession(path, ({ root }) => root.addFile("/second", "2"), { udfVirtual: true });
  await appendSession(path, ({ root }) => root.addFile("/third", "3"));
  await using recorder = await openRecorder(path);
  const kinds = (await readSessions(recorder)).map(({ udf }) => udf?.partitions.map(({ kind }) => kind).join());
  t.deepEqual(kinds, ["type1,virtual", "type1,virtual", "type1"]);
  t.deepEqual([...(await udfEntries(path)).keys()].sort(), ["/f0", "/f1", "/f2", "/second", "/third"]);
});

test("the revision of UDF is that of the disc", async (t) => {
  const path = await blankDisc(t, "dvd+r");
  await appendSession(path, ({ root }) => root.addFile("/a", "a"), { fileSystems: ["udf"], udfRevision: "1.02" });
  await using recorder = await openRecorder(path);
  const image = new FileSystemImage({ udfRevision: "2.01" });
  image.multisessionInterfaces = await recorder.multisessionInterfaces();
  await image.importFileSystem();
  const detail = { imported: "1.02", wanted: "2.01" };
  await failsWith(t, "E_UDF_REVISION_FIXED", detail, () => image.createResultImage());
  image.options = { ...image.options, udfRebuild: true };
  await using result = await image.createResultImage();
  await recorder.write(result);
  const [, second] = await readSessions(recorder);
  t.is(second?.udf?.udfRevision, 0x0201);
});

test("nothing is written behind a session with UDF: its last block is looked for", async (t) => {
  const path = await blankDisc(t, "cd-r");
  await appendSession(path, ({ root }) => root.addFile("/a", "a"), { fileSystems: ["udf"], udfVirtual: true });
  await using recorder = await openRecorder(path);
  const [session] = await readSessions(recorder);
  t.is(session?.udf?.vat?.icbLba, session!.blocks! - 1);
});

test("a partition with a table reaches to the medium's end, until the disc is finalised", async (t) => {
  for (const [finalised, expected] of [
    [false, 2_295_104],
    [true, 768],
  ] as const) {
    const path = await blankDisc(t, "dvd+r");
    await appendSession(path, ({ root }) => root.addFile("/a", "a"), {
      fileSystems: ["udf"],
      udfVirtual: true,
      finalised,
    });
    await using recorder = await openRecorder(path);
    const [session] = await readSessions(recorder);
    const { startLba, blocks } = session!.udf!.partitions[0]!;
    t.true(finalised ? startLba + blocks <= expected : startLba + blocks === expected);
  }
});
