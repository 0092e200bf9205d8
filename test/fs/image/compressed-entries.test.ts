/** Compressed files as images hold them: entries that are damaged, imports, comparisons, verification. */
import type { ExecutionContext } from "ava";
import test from "ava";
import type { Warning } from "../../../src/errors.js";
import { dumpBlocks } from "../../../src/fs/dump/blocks.js";
import { compareImages } from "../../../src/fs/image/compare-images.js";
import { FileSystemImage } from "../../../src/fs/image/file-system-image.js";
import { openImage } from "../../../src/fs/image/open-image.js";
import { verifyImage } from "../../../src/fs/verify/verify.js";
import { compressContents } from "../../../src/host/compress-contents.js";
import { Stage } from "../../../src/host/stage.js";
import { MemorySource } from "../../../src/medium/memory-source.js";
import { warnsOf } from "../../support/failures.js";
import { gathered } from "../../support/listing.js";
import { bytesOf } from "../../support/made-image.js";
import { compressible } from "../../support/zisofs.js";

const text = compressible(100_000);

/** An image with a compressed file and a plain one. */
async function made(version: 1 | 2 = 1): Promise<Buffer> {
  const image = new FileSystemImage({ fileSystems: ["iso", "rockridge"], sourceDateEpoch: 1_700_000_000 });
  image.root.addFile("/text", text);
  image.root.addFile("/plain", "plain");
  await using compressed = await compressContents(image, { version });
  await using result = await image.createResultImage();
  if (compressed.files !== 1) throw new Error("nothing was compressed");
  return await bytesOf(result);
}

/** Changes bytes of the one entry ZF, counted from its start. */
function withEntry(bytes: Buffer, change: (entry: Buffer) => void): Buffer {
  const at = bytes.indexOf(Buffer.from([0x5a, 0x46, 16]));
  const copy = Buffer.from(bytes);
  change(copy.subarray(at, at + 16));
  return copy;
}

/** Entries that say what cannot be, with the field of the warning. */
const faults: readonly (readonly [what: string, change: (entry: Buffer) => void, field: string])[] = [
  ["blocks that are too large", (entry) => entry.fill(18, 7, 8), "blockSizeLog2"],
  ["blocks that are too small", (entry) => entry.fill(9, 7, 8), "blockSizeLog2"],
  ["another header", (entry) => entry.fill(6, 6, 7), "headerBytes"],
  [
    "more than what is stored can hold",
    (entry) => {
      entry.writeUInt32LE(0xffff_ffff, 8);
      entry.writeUInt32BE(0xffff_ffff, 12);
    },
    "uncompressedBytes",
  ],
  ["an unknown version", (entry) => entry.fill(9, 3, 4), "_version"],
];

for (const [what, change, field] of faults) {
  test(`an entry with ${what} is tolerated`, async (t) => {
    const warnings: Warning[] = [];
    const source = new MemorySource(withEntry(await made(), change));
    const image = await openImage(source, { onWarning: (warning) => warnings.push(warning) });
    const entry = await image.stat("/text");
    warnsOf(t, warnings, "W_TOLERATED", { structure: "ZF", field, tolerance: "entry-unusable" });
    t.is((await image.readFile(entry)).length, entry.bytes);
    if (field === "_version") return;
    t.is(entry.zisofs, undefined);
    t.is(entry.bytes, entry.extents[0]!.bytes);
  });
}

test("an entry that is too short says nothing", async (t) => {
  const warnings: Warning[] = [];
  // What is left of it is another entry, of a kind that nobody knows.
  const cut = withEntry(await made(), (entry) => {
    entry.fill(8, 2, 3);
    entry.write("XX\x08\x01", 8, "latin1");
  });
  const image = await openImage(new MemorySource(cut), { onWarning: (warning) => warnings.push(warning) });
  t.is((await image.stat("/text")).zisofs, undefined);
  warnsOf(t, warnings, "W_TOLERATED", { structure: "ZF", field: "length" });
});

/** Another session of an image that is in memory. */
async function appended(bytes: Buffer): Promise<{ readonly bytes: Buffer; readonly warnings: readonly Warning[] }> {
  const warnings: Warning[] = [];
  const image = new FileSystemImage({ onWarning: (warning) => warnings.push(warning) });
  const blocks = bytes.length / 2048;
  const start = Math.ceil(blocks / 32) * 32;
  const source = new MemorySource(bytes);
  const session = { number: 1, startLba: 0, blocks, state: "complete", data: true } as const;
  image.multisessionInterfaces = [
    {
      type: "sequential",
      isSupportedOnCurrentMediaState: true,
      inUse: true,
      importRecorder: {
        name: "memory",
        blocks,
        read: (lba, count, into) => source.read(lba, count, into),
        sessions: [session],
        identity: { fingerprint: "memory", nextWritableAddress: start },
      },
      isFirstDataSession: false,
      startAddressOfPreviousSession: 0,
      lastWrittenAddressOfPreviousSession: blocks - 1,
      nextWritableAddress: start,
      freeSectorsOnMedia: 100_000,
      writeUnitSize: 1,
    },
  ];
  await image.importFileSystem();
  image.root.addFile("/later", "later");
  await using result = await image.createResultImage();
  const gap = Buffer.alloc((start - blocks) * 2048);
  return { bytes: Buffer.concat([bytes, gap, await bytesOf(result)]), warnings };
}

/** The entry of the newest session. */
function lastEntry(bytes: Buffer): Buffer {
  const at = bytes.lastIndexOf(Buffer.from([0x5a, 0x46, 16]));
  return bytes.subarray(at, at + 16);
}

test("an appended session carries the entry, also that of an algorithm that is not read", async (t) => {
  for (const [version, change] of [
    [1, () => undefined],
    [2, () => undefined],
    [2, (entry: Buffer) => entry.write("XZ", 4, "latin1")],
  ] as const) {
    const before = withEntry(await made(version), change);
    const { bytes, warnings } = await appended(before);
    t.deepEqual(lastEntry(bytes), lastEntry(before));
    t.true(bytes.length - before.length < 200_000);
    const start = bytes.lastIndexOf("\x01CD001\x01") / 2048 - 16;
    const image = await openImage(new MemorySource(bytes), { start });
    const entry = await image.stat("/text");
    t.like(entry, { extents: [(await (await openImage(new MemorySource(before))).stat("/text")).extents[0]!] });
    if (lastEntry(before).toString("latin1", 4, 6) === "XZ") {
      warnsOf(t, warnings, "W_NOT_REPRESENTED", { path: "/text", fileSystem: "rockridge" });
      t.is(entry.bytes, entry.extents[0]!.bytes);
    } else {
      t.deepEqual(warnings, []);
      t.true(Buffer.from(await image.readFile(entry)).equals(text));
    }
  }
});

test("a new image of it keeps what is stored, or has it plain where nothing can tell", async (t) => {
  const source = new MemorySource(await made());
  for (const [fileSystems, isCompressed] of [
    [undefined, true],
    [["iso", "joliet"], false],
    [["udf"], false],
  ] as const) {
    const image = new FileSystemImage({ fileSystems });
    await image.importAsNew(source);
    await using result = await image.createResultImage();
    const read = await openImage(new MemorySource(await bytesOf(result)), { rawContents: true });
    const stored = Buffer.from(await read.readFile("/text"));
    const before = Buffer.from(await (await openImage(source, { rawContents: true })).readFile("/text"));
    t.true(stored.equals(isCompressed ? before : text));
  }
});

test("a stage leaves compressed contents of a disc on it", async (t) => {
  const image = new FileSystemImage();
  await image.importAsNew(new MemorySource(await made()));
  const item = image.root.item("/text");
  await using stage = await Stage.open();
  if (item.type !== "file") return t.fail();
  t.is(await stage.content(item.content), item.content);
  t.is(stage.bytes, 0);
});

/** Remembers the blocks at which reads began. */
class RememberingSource extends MemorySource {
  readonly starts = new Set<number>();

  override read(lba: number, count: number, into: Uint8Array): Promise<void> {
    this.starts.add(lba);
    return super.read(lba, count, into);
  }
}

test("what lies in one place is not read to be compared, and stored bytes are not what they stand for", async (t) => {
  const source = new RememberingSource(await made());
  const [one, other] = [await openImage(source), await openImage(source)];
  const raw = await openImage(source, { rawContents: true });
  const { lba } = (await one.stat("/text")).extents[0]!;
  t.deepEqual(await gathered(compareImages(one, other)), []);
  t.false(source.starts.has(lba!));
  const differences = await gathered(compareImages(one, raw));
  t.deepEqual(
    differences.map(({ path }) => path),
    ["/text"],
  );
  await one.readFile("/text");
  t.true(source.starts.has(lba!));
});

async function findingsOf(bytes: Buffer): Promise<string[]> {
  const { findings } = await verifyImage(new MemorySource(bytes));
  return findings.map(({ name, severity, path }) => `${severity} ${name} ${path}`);
}

test("verification uncompresses every block", async (t) => {
  const bytes = await made();
  t.deepEqual(await findingsOf(bytes), []);
  const image = await openImage(new MemorySource(bytes));
  const [{ lba, bytes: length }] = (await image.stat("/text")).extents as [{ lba: number; bytes: number }];
  const damages: readonly ((stored: Buffer) => void)[] = [
    (stored) => stored.fill(0, 0, 8),
    (stored) => stored.writeUInt32LE(0xffff, 20),
    (stored) => stored.fill(0, stored.length - 4),
  ];
  for (const damage of damages) {
    const copy = Buffer.from(bytes);
    damage(copy.subarray(lba * 2048, lba * 2048 + length));
    t.deepEqual(await findingsOf(copy), ["error COMPRESSED_DATA /text"]);
    const { findings } = await verifyImage(new MemorySource(copy), { contents: false });
    t.deepEqual(findings, []);
  }
});

async function dumped(t: ExecutionContext, bytes: Buffer): Promise<void> {
  const image = await openImage(new MemorySource(bytes));
  const { lba } = (await image.stat("/text")).extents[0]!;
  const [header, rest] = await gathered(dumpBlocks(new MemorySource(bytes), lba!, 1));
  t.is(header!.name, "ZisofsHeader");
  t.is(header!.bytes + rest!.bytes, 2048);
  const size = header!.fields.find(({ field }) => field === "uncompressedBytes");
  t.is(size?.value, text.length);
  t.true(header!.fields.every(({ faults: found }) => found.length === 0));
}

test("the header of a compressed file is dumped by its fields, in both versions", async (t) => {
  await dumped(t, await made(1));
  await dumped(t, await made(2));
});
