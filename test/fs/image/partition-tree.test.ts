/** The tree that a partition of an image has for itself: what begins at the offset is a whole volume. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { scanSessions } from "../../../src/fs/image/sessions.js";
import { MemoryContent } from "../../../src/fs/tree/content.js";
import { PartitionSource } from "../../../src/medium/partition-source.js";
import type { BootOptions, FileSystemName, ImageOptions, Warning } from "../../../src/node.js";
import {
  appendTo,
  dumpPartition,
  FileSystemImage,
  MemorySource,
  openImage,
  patchImage,
  readBootSetUp,
  readSessions,
  rebuildImage,
  verifyImage,
} from "../../../src/node.js";
import { failsWith } from "../../support/failures.js";
import { treeListing } from "../../support/listing.js";
import { bytesOf } from "../../support/made-image.js";
import { fillRichTree } from "../../support/rich-tree.js";
import { temporaryFolder } from "../../support/tools.js";

function offsetBoot(partitionOffset: number): BootOptions {
  const covers = { volumeFromSector: partitionOffset * 4 };
  return { images: [], hybrid: { partitionOffset, partitions: [{ covers, mbr: { type: 0xcd } }] } };
}

async function make(
  partitionOffset: number,
  options: ImageOptions = {},
): Promise<{ readonly image: FileSystemImage; readonly source: MemorySource }> {
  const image = new FileSystemImage({ boot: offsetBoot(partitionOffset), ...options });
  fillRichTree(image.root);
  await using result = await image.createResultImage();
  return { image, source: new MemorySource(await bytesOf(result)) };
}

/** Paths with their contents, in one of the trees of a volume. */
async function filesIn(source: MemorySource | PartitionSource, fileSystem: FileSystemName): Promise<string[]> {
  const opened = await openImage(source, { fileSystem });
  const files: string[] = [];
  for await (const { path, type, bytes, extents } of opened.walk()) {
    const content = type === "file" ? Buffer.from(await opened.readFile(path)).toString("base64") : type;
    files.push(`${path} ${bytes} ${extents.length} ${content}`);
  }
  return files.sort();
}

const all = ["iso", "rockridge", "joliet", "udf"] as const;

for (const offset of [16, 32, 100, 235]) {
  for (const fileSystems of [all, ["iso", "joliet"]] as const) {
    test(`from block ${offset}: ${fileSystems.join()}`, async (t) => {
      const isoLevel = fileSystems.length === 2 ? 4 : 3;
      const { source } = await make(offset, { fileSystems, isoLevel, enhancedTree: isoLevel === 3 && offset < 100 });
      const { findings } = await verifyImage(source);
      t.deepEqual(findings, []);
      const partition = new PartitionSource(source, offset);
      t.deepEqual((await verifyImage(partition)).findings, []);
      const trees = (await openImage(source)).session.fileSystems;
      t.deepEqual(
        (await openImage(partition)).session.fileSystems,
        trees.filter((name) => name !== "udf"),
      );
      for (const name of trees) {
        if (name !== "udf") t.deepEqual(await filesIn(partition, name), await filesIn(source, name));
      }
      t.is((await readBootSetUp(source, { strict: true })).partitionOffset, offset);
      const starts = async (sessions: Promise<readonly { readonly startLba: number }[]>): Promise<number[]> =>
        (await sessions).map(({ startLba }) => startLba);
      t.deepEqual(await starts(readSessions(source)), [0], "the partition is no session");
      t.deepEqual(await starts(scanSessions(source)), [0]);
      for await (const { block, faults } of dumpPartition(source)) {
        t.true(block >= offset + 16);
        t.deepEqual(faults, []);
      }
    });
  }
}

test("what cannot be is refused", async (t) => {
  for (const offset of [1, 15, 16.5, 2 ** 30]) {
    await failsWith(t, "E_OPTION_INVALID", { option: "boot.hybrid.partitionOffset", value: offset }, () =>
      make(offset),
    );
  }
  const withUdf = { option: "boot.hybrid.partitionOffset", value: 237 };
  await failsWith(t, "E_OPTION_INVALID", withUdf, () => make(237, { fileSystems: all }));
  await failsWith(t, "E_NOT_SUPPORTED", {}, () => make(16, { growable: true }));
  t.true((await make(237)).source.blocks > 237, "without UDF, block 256 is anybody's");
  t.is((await readBootSetUp((await make(0)).source)).partitionOffset, 0);
});

test("a tree of its own that differs, or is damaged, is found", async (t) => {
  const { source } = await make(16);
  const bytes = new Uint8Array(source.blocks * 2048);
  await source.read(0, source.blocks, bytes);
  const view = Buffer.from(bytes.buffer);
  // The partition's path table of type L.
  const table = view.readUInt32LE((16 + 16) * 2048 + 140) + 16;
  view.writeUInt32LE(view.readUInt32LE(table * 2048 + 2) + 1, table * 2048 + 2);
  const damaged = await verifyImage(new MemorySource(bytes));
  t.true(damaged.findings.length > 0);
  t.true(
    damaged.findings.every(
      ({ message, name }) => /^in the partition at block 16: /.test(message) && name === "PATH_TABLE",
    ),
  );
  t.true(damaged.findings.every(({ lba }) => lba === null || lba >= 32));
  // A file that is shorter there.
  await source.read(0, source.blocks, bytes);
  const opened = await openImage(new PartitionSource(new MemorySource(bytes), 16));
  const entries = [];
  for await (const entry of opened.walk()) if (entry.type === "file" && entry.bytes > 1) entries.push(entry);
  const { lba, bytes: length } = entries[0]!.extents[0]!;
  const needle = Buffer.alloc(16);
  needle.writeUInt32LE(lba!, 0);
  needle.writeUInt32BE(lba!, 4);
  needle.writeUInt32LE(length, 8);
  needle.writeUInt32BE(length, 12);
  for (let at = view.indexOf(needle); at >= 0; at = view.indexOf(needle, at + 1)) {
    view.writeUInt32LE(length - 1, at + 8);
    view.writeUInt32BE(length - 1, at + 12);
  }
  const { findings } = await verifyImage(new MemorySource(bytes));
  t.true(
    findings.some(({ name, message }) => name === "TREES_DIFFER" && /partition at block 16/.test(message)),
    JSON.stringify(findings),
  );
});

for (const fileSystems of [all, ["iso", "rockridge", "joliet"]] as const) {
  test(`a session that is added shows in the partition: ${fileSystems.join()}`, async (t) => {
    const folder = temporaryFolder(t);
    const [path, added] = [join(folder, "image.iso"), join(folder, "added")];
    const { source } = await make(16, { fileSystems, enhancedTree: fileSystems !== all });
    const bytes = new Uint8Array(source.blocks * 2048);
    await source.read(0, source.blocks, bytes);
    writeFileSync(path, bytes);
    const before = await filesIn(source, "rockridge");
    const warnings: Warning[] = [];
    for (const text of ["one\n", "another\n"]) {
      writeFileSync(added, text);
      const sources = [{ path: added, target: "/added.txt" }];
      await appendTo(path, { sources }, { onWarning: (warning) => void warnings.push(warning) });
    }
    t.false(warnings.some(({ code }) => code === "W_BOOT_LEFT_OUT"));
    const grown = new MemorySource(readFileSync(path));
    const { findings, sessions } = await verifyImage(grown);
    t.is(sessions, 3);
    // The image ends with a cylinder, as it did before, and UDF's last anchor before that.
    t.deepEqual(
      findings.filter(({ name }) => name !== "UDF_SESSION_END"),
      [],
    );
    const partition = new PartitionSource(grown, 16);
    t.deepEqual(await filesIn(partition, "rockridge"), await filesIn(grown, "rockridge"));
    t.deepEqual(await filesIn(partition, "joliet"), await filesIn(grown, "joliet"));
    t.is((await filesIn(partition, "rockridge")).length, before.length + 1);
    const opened = await openImage(partition);
    t.is(Buffer.from(await opened.readFile("/added.txt")).toString(), "another\n");
    const output = join(folder, "rebuilt.iso");
    await rebuildImage(grown, {}, { output, onWarning: (warning) => void warnings.push(warning) });
    const rebuilt = new MemorySource(readFileSync(output));
    t.deepEqual((await verifyImage(rebuilt)).findings, []);
    t.deepEqual(await filesIn(new PartitionSource(rebuilt, 16), "rockridge"), await filesIn(grown, "rockridge"));
  });
}

test("where the partition cannot grow, its tree stays, and that is said", async (t) => {
  const folder = temporaryFolder(t);
  const [path, added] = [join(folder, "image.iso"), join(folder, "added")];
  const efi = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";
  const { hybrid } = offsetBoot(16);
  const behind = {
    covers: { content: new MemoryContent(new Uint8Array(4096)) },
    mbr: { type: 0xef },
    gpt: { type: efi },
  };
  const boot = { images: [], hybrid: { ...hybrid, partitions: [...hybrid!.partitions!, behind] } };
  const { source } = await make(16, { boot });
  const bytes = new Uint8Array(source.blocks * 2048);
  await source.read(0, source.blocks, bytes);
  writeFileSync(path, bytes);
  writeFileSync(added, "new\n");
  const before = await filesIn(new PartitionSource(source, 16), "rockridge");
  const warnings: Warning[] = [];
  await appendTo(
    path,
    { sources: [{ path: added, target: "/added.txt" }] },
    { onWarning: (warning) => void warnings.push(warning) },
  );
  const said = warnings.filter(({ code }) => code === "W_BOOT_LEFT_OUT").map(({ message }) => message);
  t.is(said.length, 1);
  t.regex(said[0]!, /partition at block 16 .*does not reach what is added/);
  const grown = new MemorySource(readFileSync(path));
  t.deepEqual(await filesIn(new PartitionSource(grown, 16), "rockridge"), before);
  t.deepEqual((await verifyImage(grown)).findings, []);
});

test("a patch changes a file in the partition's tree, too", async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "image.iso");
  const image = new FileSystemImage({ boot: offsetBoot(16), fileSystems: all });
  image.root.addFile("/text.txt", "first\n");
  image.root.addFile("/other.txt", "other\n");
  await using result = await image.createResultImage();
  writeFileSync(path, await bytesOf(result));
  writeFileSync(join(folder, "new"), "the second, which is longer\n");
  await patchImage(path, [{ target: "/text.txt", source: join(folder, "new") }]);
  const patched = new MemorySource(readFileSync(path));
  t.deepEqual((await verifyImage(patched)).findings, []);
  for (const name of ["rockridge", "joliet"] as const) {
    const opened = await openImage(new PartitionSource(patched, 16), { fileSystem: name });
    t.is(Buffer.from(await opened.readFile("/text.txt")).toString(), "the second, which is longer\n");
    t.is(
      (await opened.stat("/text.txt")).mtimeMs,
      (await (await openImage(patched, { fileSystem: name })).stat("/text.txt")).mtimeMs,
    );
  }
});

test("the tree that is shown is the one that was given", async (t) => {
  const { image, source } = await make(16);
  const opened = await openImage(new PartitionSource(source, 16));
  const paths: string[] = [];
  for await (const { path } of opened.walk()) paths.push(path);
  t.deepEqual(paths.sort(), Object.keys(await treeListing(image.root)).sort());
});
