import test from "ava";
import { encode } from "../../../src/codec/struct.js";
import { writeUtf16be } from "../../../src/codec/text.js";
import type { Warning } from "../../../src/errors.js";
import type { DiscImage } from "../../../src/fs/image/disc-image.js";
import { importTree } from "../../../src/fs/image/import.js";
import type { OpenOptions } from "../../../src/fs/image/open-image.js";
import { openImage } from "../../../src/fs/image/open-image.js";
import { fileFlags } from "../../../src/fs/iso9660/directory-record.js";
import { jolietNaming } from "../../../src/fs/joliet/joliet-reader.js";
import { childLink, posixAttributes, relocated } from "../../../src/fs/rockridge/entries.js";
import { sharingProtocolIndicator } from "../../../src/fs/susp/entries.js";
import type { DiscEntry } from "../../../src/fs/tree/disc-entry.js";
import { verifyImage } from "../../../src/fs/verify/verify.js";
import { MemorySource } from "../../../src/medium/memory-source.js";
import type { HandMadeRecord } from "../../support/hand-made-image.js";
import {
  directoryBlock,
  imageOf,
  imageWithRoot,
  ownRecords,
  primaryDescriptor,
  recordBytes,
} from "../../support/hand-made-image.js";

const directory = fileFlags.directory;

interface Opened {
  image: DiscImage;
  warnings: Warning[];
}

async function opened(bytes: Uint8Array, options: OpenOptions = {}): Promise<Opened> {
  const warnings: Warning[] = [];
  const image = await openImage(new MemorySource(bytes), {
    onWarning: (warning) => warnings.push(warning),
    ...options,
  });
  return { image, warnings };
}

async function rootOf(items: readonly HandMadeRecord[], more: Record<number, Uint8Array> = {}) {
  const { image, warnings } = await opened(imageWithRoot(items, more));
  const entries = await image.readdir("/");
  return { entries, names: entries.map(({ name }: DiscEntry) => name), tolerated: tolerancesOf(warnings), warnings };
}

function tolerancesOf(warnings: readonly Warning[]): string[] {
  return warnings.map(({ code, detail }) => ("tolerance" in detail ? String(detail.tolerance) : code));
}

test("versions and empty extensions are not shown, the highest version wins", async (t) => {
  const items = ["A.;1", "B.TXT;1", "B.TXT;3", "B.TXT;2", "C", ".;1"].map((name) => ({ name, lba: 21, bytes: 1 }));
  const { names, tolerated } = await rootOf(items);
  t.deepEqual(names, ["A", "B.TXT", "C", "_"]);
  t.deepEqual(tolerated, ["W_SKIPPED", "W_SKIPPED", "name-unusable"]);
});

test("names that are none, or stand there twice, are shown under others", async (t) => {
  const items = ["a/b", "a_b", "x\0y", "same", "same", "same", ".."].map((name) => ({ name, lba: 21, bytes: 1 }));
  const { names } = await rootOf(items);
  t.deepEqual(names, ["a_b", "a_b~2", "x_y", "same", "same~2", "same~3", "_"]);
});

test("extents of one file are joined, extended attribute records passed over", async (t) => {
  const multi = fileFlags.multiExtent;
  const { entries, tolerated } = await rootOf([
    { name: "BIG;1", lba: 22, bytes: 4096, flags: multi },
    { name: "BIG;1", lba: 25, bytes: 10 },
    { name: "EAR;1", lba: 26, bytes: 5, earBlocks: 1 },
    { name: "EMPTY;1", lba: 22, bytes: 0 },
    { name: "TORN;1", lba: 28, bytes: 2048, flags: multi },
  ]);
  t.deepEqual(entries[0]?.extents, [
    { lba: 22, bytes: 4096 },
    { lba: 25, bytes: 10 },
  ]);
  t.is(entries[0]?.bytes, 4106);
  t.deepEqual(entries[1]?.extents, [{ lba: 27, bytes: 5 }]);
  t.deepEqual(entries[2]?.extents, []);
  t.deepEqual(entries[3]?.extents, [{ lba: 28, bytes: 2048 }]);
  t.deepEqual(tolerated, ["multi-extent"]);
});

test("associated files are left out, interleaved ones and those outside are not read", async (t) => {
  const bytes = imageWithRoot([
    { name: "ASSOC;1", lba: 22, bytes: 5, flags: fileFlags.associatedFile },
    { name: "HIDDEN;1", lba: 22, bytes: 5, flags: fileFlags.existence },
    { name: "INTER;1", lba: 22, bytes: 5, unit: 1 },
    { name: "OUTSIDE;1", lba: 4_000_000_000, bytes: 5 },
  ]);
  const { image, warnings } = await opened(bytes);
  const entries = await image.readdir("/");
  t.deepEqual(
    entries.map(({ name, hidden }) => [name, hidden]),
    [
      ["HIDDEN", true],
      ["INTER", false],
      ["OUTSIDE", false],
    ],
  );
  t.deepEqual(tolerancesOf(warnings), ["W_SKIPPED", "extent-outside"]);
  await t.throwsAsync(image.readFile("/INTER"), { code: "E_NOT_SUPPORTED" });
  await t.throwsAsync(image.readFile("/OUTSIDE"), { code: "E_NOT_SUPPORTED" });
  const skipped: Warning[] = [];
  const { root } = await importTree(new MemorySource(bytes), { onWarning: (warning) => skipped.push(warning) });
  t.deepEqual([...root.children.keys()], ["HIDDEN"]);
  t.is(skipped.filter(({ code }) => code === "W_SKIPPED").length, 3);
});

test("records that cross a block, padding and damaged records", async (t) => {
  const root = new Uint8Array(4096);
  root.set(directoryBlock(ownRecords(20, 20, 4096)));
  // Starts 20 bytes before the end of the first block.
  root.set(recordBytes({ name: "CROSSING;1", lba: 24, bytes: 3 }), 2028);
  root[2028 + 44] = 20; // shorter than any record
  const filler = recordBytes({ name: "F".repeat(30), lba: 24, bytes: 3 });
  for (let at = 68; at + filler.length <= 2028; at += filler.length) root.set(filler, at);
  const last = 68 + Math.floor((2028 - 68) / filler.length) * filler.length;
  if (last < 2028) root.fill(0, last, 2028);
  root.copyWithin(last, 2028, 2028 + 45);
  root.fill(0, last + 45);
  root.set(recordBytes({ name: "NEXT", lba: 25, bytes: 1 }), 2048);
  const image = imageOf(32, { 16: primaryDescriptor(20, 32), 20: root });
  const { image: disc, warnings } = await opened(image);
  const names = (await disc.readdir("/")).map(({ name }) => name);
  t.true(names.includes("CROSSING") || names.includes("NEXT"));
  t.true(warnings.every(({ code }) => code === "W_TOLERATED"));
  t.true(tolerancesOf(warnings).includes("terminator-missing"));
});

test("loops of directories, and webs of them, end", async (t) => {
  const bytes = imageWithRoot(
    [
      { name: "LOOP", lba: 20, bytes: 2048, flags: directory },
      { name: "ONE", lba: 21, bytes: 2048, flags: directory },
      { name: "TWO", lba: 21, bytes: 2048, flags: directory },
    ],
    { 21: directoryBlock([...ownRecords(21, 20, 2048), { name: "UP", lba: 20, bytes: 2048, flags: directory }]) },
  );
  const warnings: Warning[] = [];
  const { root } = await importTree(new MemorySource(bytes), { onWarning: (warning) => warnings.push(warning) });
  t.deepEqual([...root.children.keys()], ["ONE"]);
  t.is(warnings.filter(({ code }) => code === "W_SKIPPED").length, 3);
  const { image } = await opened(bytes);
  let walked = 0;
  for await (const _ of image.walk()) walked++;
  t.is(walked, 4);
  const report = await verifyImage(new MemorySource(bytes));
  t.true(report.findings.some(({ name }) => name === "DIRECTORY_LOOP"));
});

test("a relocated directory is shown where it belongs, and only there", async (t) => {
  const attributes = encode(posixAttributes, { mode: 0o040700, links: 2, uid: 5, gid: 6, serialNumber: 1 });
  const indicator = encode(sharingProtocolIndicator, { bytesSkipped: 0 });
  const own = Uint8Array.of(...indicator, ...attributes);
  const bytes = imageWithRoot(
    [
      {
        name: "DEEP",
        lba: 0,
        bytes: 0,
        systemUse: Uint8Array.of(...attributes, ...encode(childLink, { location: 22 })),
      },
      {
        name: "GONE",
        lba: 0,
        bytes: 0,
        systemUse: Uint8Array.of(...attributes, ...encode(childLink, { location: 999 })),
      },
      { name: "RR_MOVED", lba: 21, bytes: 2048, flags: directory, systemUse: attributes },
    ],
    {
      21: directoryBlock([
        ...ownRecords(21, 20, 2048, attributes),
        {
          name: "MOVED",
          lba: 22,
          bytes: 2048,
          flags: directory,
          systemUse: Uint8Array.of(...encode(relocated, {}), ...attributes),
        },
      ]),
      22: directoryBlock([...ownRecords(22, 21, 2048, attributes), { name: "IN.;1", lba: 23, bytes: 2 }]),
    },
    own,
  );
  const { image, warnings } = await opened(bytes);
  t.is(image.fileSystem, "rockridge");
  const paths: string[] = [];
  for await (const { path } of image.walk()) paths.push(path);
  t.deepEqual(paths, ["/DEEP", "/DEEP/IN", "/RR_MOVED"]);
  t.is((await image.stat("/DEEP")).uid, 5);
  t.true(warnings.some(({ code }) => code === "W_SKIPPED"));
  const { root } = await importTree(new MemorySource(bytes));
  t.deepEqual([...root.children.keys()], ["DEEP"]);
});

test("a directory that claims more than the medium has is cut off", async (t) => {
  const { entries, warnings } = await rootOf([{ name: "HUGE", lba: 30, bytes: 4_294_967_295, flags: directory }], {
    30: directoryBlock([...ownRecords(30, 20, 2048), { name: "A", lba: 21, bytes: 1 }]),
  });
  t.is(entries.length, 1);
  t.deepEqual(warnings, []);
  const { image, warnings: later } = await opened(
    imageWithRoot([{ name: "HUGE", lba: 30, bytes: 4_294_967_295, flags: directory }]),
  );
  t.deepEqual(await image.readdir("/HUGE"), []);
  t.deepEqual(tolerancesOf(later), ["extent-outside"]);
});

test("a file is read whole, in part, and by links of the same extent", async (t) => {
  const content = Uint8Array.from({ length: 3000 }, (_, index) => index % 251);
  const bytes = imageWithRoot(
    [
      { name: "A;1", lba: 24, bytes: 3000 },
      { name: "B;1", lba: 24, bytes: 3000 },
      { name: "C;1", lba: 24, bytes: 100 },
      { name: "D;1", lba: 24, bytes: 0 },
      { name: "E;1", lba: 24, bytes: 0 },
    ],
    { 24: content },
  );
  const { image } = await opened(bytes);
  t.deepEqual(await image.readFile("A"), content);
  const pieces: Uint8Array[] = [];
  for await (const piece of image.read("/A", { offset: 2040, length: 20 })) pieces.push(piece);
  t.deepEqual(Buffer.concat(pieces), Buffer.from(content.subarray(2040, 2060)));
  const { root } = await importTree(new MemorySource(bytes));
  const contentOf = (name: string): unknown => {
    const item = root.item(name);
    return item.type === "file" ? item.content : undefined;
  };
  t.is(contentOf("A"), contentOf("B"));
  t.not(contentOf("A"), contentOf("C"));
  t.is((contentOf("D") as { extents?: unknown }).extents, undefined);
  t.true(root.item("A").imported);
  t.is(root.item("A").mode, 0o444);
  await t.throwsAsync(image.stat("/none"), { code: "E_ITEM_NOT_FOUND" });
  await t.throwsAsync(image.stat("/A/x"), { code: "E_NOT_A_DIRECTORY" });
  await t.throwsAsync(image.readFile("/"), { code: "E_NOT_A_FILE" });
});

test("a session that was dumped alone is read at its own addresses", async (t) => {
  const whole = imageOf(132, {
    116: primaryDescriptor(120, 132),
    120: directoryBlock([
      ...ownRecords(120, 120, 2048),
      { name: "NEW;1", lba: 121, bytes: 3 },
      { name: "OLD;1", lba: 21, bytes: 3 },
    ]),
    121: Uint8Array.of(1, 2, 3),
  });
  const alone = whole.subarray(100 * 2048);
  const { image } = await opened(alone, { addressOffset: 100 });
  t.deepEqual(await image.readFile("/NEW"), Uint8Array.of(1, 2, 3));
  await t.throwsAsync(image.readFile("/OLD"), { code: "E_READ_FAILED" });
  const { image: scanned } = await opened(whole, { scan: true });
  t.is(scanned.session.startLba, 100);
  t.is((await opened(whole, { start: 100 })).image.session.startLba, 100);
  await t.throwsAsync(opened(whole), { code: "E_NO_FILE_SYSTEM" });
});

test("where the last session is torn, or open, the one before is taken", async (t) => {
  const bytes = imageOf(200, {
    16: primaryDescriptor(20, 32),
    20: directoryBlock([...ownRecords(20, 20, 2048), { name: "A;1", lba: 21, bytes: 3 }]),
    116: primaryDescriptor(120, 132),
  });
  const sessions = [
    { number: 1, startLba: 0, blocks: 32, state: "complete", data: true },
    { number: 2, startLba: 50, blocks: 10, state: "complete", data: false },
    { number: 3, startLba: 100, blocks: 32, state: "complete", data: true },
    { number: 4, startLba: 150, blocks: 32, state: "open", data: true },
  ] as const;
  const source = Object.assign(new MemorySource(bytes), { sessions });
  const warnings: Warning[] = [];
  const image = await openImage(source, { onWarning: (warning) => warnings.push(warning) });
  t.is(image.session.number, 1);
  t.deepEqual(
    warnings
      .filter(({ code }) => code === "W_SESSION_DAMAGED")
      .map(({ detail }) => (detail as { session: number }).session),
    [4, 3],
  );
  t.is((await openImage(source, { session: -2 })).session.number, 1);
  await t.throwsAsync(openImage(source, { session: 3 }), { code: "E_NO_FILE_SYSTEM" });
  await t.throwsAsync(openImage(source, { session: 9 }), { code: "E_SESSION_NOT_FOUND" });
  await t.throwsAsync(openImage(source, { fileSystem: "joliet" }), { code: "E_FILE_SYSTEM_NOT_FOUND" });
  await t.throwsAsync(openImage(source, { start: -1 }), { code: "E_OPTION_INVALID" });
});

test("Joliet names: versions go, surrogate pairs stay, halves do not", (t) => {
  const decode = (name: string): string => {
    const bytes = new Uint8Array(name.length * 2);
    writeUtf16be(name, bytes, 0);
    return jolietNaming.decode(bytes, false, () => {}).name;
  };
  t.is(decode("a;1"), "a");
  t.is(decode("a.b;12"), "a.b");
  t.is(decode("\u{1f389}.txt;1"), "\u{1f389}.txt");
  t.is(decode("x\ud83c"), "x\ufffd");
  t.is(decode("semi;colon"), "semi;colon");
});
