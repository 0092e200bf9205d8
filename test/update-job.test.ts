/** Discs and images that are brought up to a folder, and what is written to them. */
import { appendFileSync, chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import { openRecorder } from "../src/device.js";
import type { DiscEntry } from "../src/node.js";
import { buildImage, compareImageWithFolder, openImage, updateTo } from "../src/node.js";
import { blankDisc } from "./support/disc.js";
import { failsWith } from "./support/failures.js";
import { bsdtarListing } from "./support/judges.js";
import { folderListing, gathered } from "./support/listing.js";
import { requireTool, temporaryFolder } from "./support/tools.js";
import { compare } from "./support/verdicts.js";

const all = ["iso", "rockridge", "joliet", "udf"] as const;

/** A folder of so many files in folders of a hundred. */
function manyFiles(t: ExecutionContext, files: number, bytes: number): string {
  const folder = temporaryFolder(t);
  for (let file = 0; file < files; file++) {
    const inside = join(folder, `d${Math.floor(file / 100)}`);
    if (file % 100 === 0) mkdirSync(inside);
    writeFileSync(join(inside, `f${file}`), Buffer.alloc(bytes, `${file} `));
  }
  return folder;
}

async function entriesOf(disc: string): Promise<Map<string, DiscEntry>> {
  await using recorder = await openRecorder(disc);
  const image = await openImage(recorder);
  const entries = new Map<string, DiscEntry>();
  for await (const entry of image.walk()) entries.set(entry.path, entry);
  return entries;
}

async function differences(disc: string, folder: string): Promise<object[]> {
  await using recorder = await openRecorder(disc);
  return await gathered(compareImageWithFolder(await openImage(recorder), folder));
}

/** The most blocks that a session may have whose files are 10 of 3 blocks: the rest is directories and descriptors. */
for (const [fileSystems, mostBlocks] of [
  [all, 1100],
  [["iso", "rockridge"], 300],
  [["udf"], 800],
] as const) {
  test(`of 3,000 files the 10 that changed are written: ${fileSystems.join()}`, async (t) => {
    const files = 3000;
    const bytes = 5000;
    const folder = manyFiles(t, files, bytes);
    const disc = await blankDisc(t, "dvd+r");
    const first = await updateTo(disc, folder, { fileSystems });
    t.true(first.session?.isFirstSession);
    t.is(first.bytes, files * bytes);
    const before = await entriesOf(disc);
    const changed = new Set<string>();
    for (let file = 0; file < files; file += files / 10) {
      const path = `/d${Math.floor(file / 100)}/f${file}`;
      appendFileSync(`${folder}${path}`, "more");
      changed.add(path);
    }
    const planned = await updateTo(disc, folder, { dryRun: true });
    const { session, ...update } = await updateTo(disc, folder);
    t.like(planned.session, { dryRun: true, session: 2, blocks: session!.blocks });
    t.deepEqual(
      update.changes.map(({ path, kind }) => `${kind} ${path}`).sort(),
      [...changed].map((path) => `replace ${path}`).sort(),
    );
    t.deepEqual(session!.hidden, [...changed].sort());
    t.is(update.bytes, 10 * (bytes + 4));
    t.true(session!.blocks <= mostBlocks, `${session!.blocks} blocks`);
    for (const [path, entry] of await entriesOf(disc)) {
      if (entry.type === "directory") continue;
      if (changed.has(path)) t.true(entry.extents[0]!.lba! >= session!.start, path);
      else t.deepEqual(entry.extents, before.get(path)!.extents, path);
    }
    t.deepEqual(await differences(disc, folder), []);
    const again = await updateTo(disc, folder, { checksum: true });
    t.is(again.session, null);
    t.is(again.unchanged, files + files / 100 + 1);
    await using recorder = await openRecorder(disc);
    t.is(recorder.state.sessions.length, 2);
  });
}

test("an image in a file is brought up, and another reader sees the folder", async (t) => {
  const folder = manyFiles(t, 150, 3000);
  const output = join(temporaryFolder(t), "x.iso");
  await buildImage([folder], { output, fileSystems: all });
  const same = readFileSync(output);
  t.is((await updateTo(output, folder)).session, null);
  t.true(readFileSync(output).equals(same), "nothing is written where nothing differs");
  writeFileSync(join(folder, "d0/f1"), "other");
  writeFileSync(join(folder, "new"), "new");
  chmodSync(join(folder, "d0/f2"), 0o600);
  rmSync(join(folder, "d1"), { recursive: true });
  const kept = await updateTo(output, folder, { dryRun: true });
  t.is(kept.changes.filter(({ kind }) => kind === "remove").length, 0);
  const { changes, bytes, session } = await updateTo(output, folder, { delete: true });
  t.is(bytes, "other".length + "new".length);
  t.is(changes.filter(({ kind }) => kind === "remove").length, 51);
  t.is(readFileSync(output).length, same.length + session!.blocks * 2048);
  if (!requireTool(t, "bsdtar")) return;
  compare(t, bsdtarListing(t, output), folderListing(folder), ["digest", "mode", "owner", "mtime", "target"]);
});

test("contents that are there already are referred to", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "one"), Buffer.alloc(500_000, "one "));
  const disc = await blankDisc(t, "dvd+r");
  await updateTo(disc, folder);
  const before = await entriesOf(disc);
  writeFileSync(join(folder, "copy"), Buffer.alloc(500_000, "one "));
  writeFileSync(join(folder, "two"), Buffer.alloc(500_000, "two "));
  writeFileSync(join(folder, "two again"), Buffer.alloc(500_000, "two "));
  const { bytes, sharedBytes } = await updateTo(disc, folder, { dedup: true });
  t.deepEqual([bytes, sharedBytes], [500_000, 1_000_000]);
  const after = await entriesOf(disc);
  t.deepEqual(after.get("/copy")!.extents, before.get("/one")!.extents);
  t.deepEqual(after.get("/two again")!.extents, after.get("/two")!.extents);
  t.deepEqual(await differences(disc, folder), []);
  t.is((await updateTo(disc, folder, { dedup: true })).session, null);
});

test("closing and another name need a session of their own", async (t) => {
  const folder = manyFiles(t, 1, 10);
  const disc = await blankDisc(t, "dvd+r");
  await updateTo(disc, folder, { volumeName: "FIRST" });
  t.is((await updateTo(disc, folder, { volumeName: "FIRST" })).session, null);
  t.like((await updateTo(disc, folder, { volumeName: "SECOND" })).session, { session: 2, volumeName: "SECOND" });
  t.like((await updateTo(disc, folder, { close: true })).session, { session: 3, closed: true });
  await failsWith(t, "E_DISC_FINALISED", {}, () => updateTo(disc, folder));
});

test("what is no folder is refused before anything is done", async (t) => {
  const file = join(temporaryFolder(t), "file");
  writeFileSync(file, "");
  await failsWith(t, "E_SOURCE_UNREADABLE", {}, () => updateTo("no.disc", file));
  await failsWith(t, "E_SOURCE_UNREADABLE", {}, () => updateTo("no.disc", `${file}s`));
});

test("a disc that does not keep names is refused", async (t) => {
  const folder = manyFiles(t, 1, 10);
  const disc = await blankDisc(t, "dvd+r");
  await updateTo(disc, folder, { fileSystems: ["iso"] });
  await failsWith(t, "E_NOT_SUPPORTED", {}, () => updateTo(disc, folder));
});
