/** FAT volumes, judged by mtools, fsck.fat and 7-Zip. */

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import fc from "fast-check";
import { FatVolumeContent } from "../../../src/fs/fat/volume-content.js";
import { DirectoryNode } from "../../../src/index.js";
import { requireTool, run, temporaryFolder } from "../../support/tools.js";

const modifyMs = Date.UTC(2024, 1, 29, 12, 34, 56);

function volumeOf(root: DirectoryNode): FatVolumeContent {
  const options = { name: "a volume", label: "EFI", serialNumber: 0x1234_abcd, modifyMs: () => modifyMs };
  return new FatVolumeContent(root, options);
}

async function bytesOf(content: FatVolumeContent): Promise<Uint8Array> {
  const bytes = new Uint8Array(content.bytes);
  await content.read(0, bytes);
  return bytes;
}

/** Bytes that no two clusters share. */
function filled(bytes: number, seed: number): Uint8Array {
  return Buffer.alloc(bytes, randomBytes(seed));
}

/** A run of prime length of bytes that look random, each seed's own. */
function randomBytes(seed: number): Uint8Array {
  return Uint8Array.from({ length: 65_521 }, (_unused, index) => Math.imul(index + 1, 2_654_435_761 + 2 * seed) >>> 24);
}

function hash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Files below a folder of the host, by path. */
function filesBelow(folder: string, path = ""): [string, string][] {
  return readdirSync(join(folder, path)).flatMap((name): [string, string][] => {
    const here = `${path}/${name}`;
    if (statSync(join(folder, here)).isDirectory()) return filesBelow(folder, here);
    return [[here, hash(readFileSync(join(folder, here)))]];
  });
}

/** Nothing is wrong with a volume, and other programs find these files in it. */
function judge(t: ExecutionContext, volume: Uint8Array, files: ReadonlyMap<string, Uint8Array>): void {
  const folder = temporaryFolder(t);
  const image = join(folder, "volume.img");
  writeFileSync(image, volume);
  const check = spawnSync("/usr/sbin/fsck.fat", ["-n", "-v", image], { encoding: "utf8" });
  t.is(check.status, 0, check.stdout + check.stderr);
  t.notRegex(check.stdout, /differ|dirty|bad|invalid|unusual/i);
  const expected = [...files].map(([path, bytes]): [string, string] => [path, hash(bytes)]).sort();
  for (const [name, words] of [
    ["7zz", ["7zz", "x", "-bd", image]],
    ["mcopy", ["mcopy", "-s", "-n", "-i", image, "::/"]],
  ] as const) {
    const target = join(folder, name);
    mkdirSync(target);
    run("env", ["LC_ALL=C.UTF-8", ...words, name === "7zz" ? `-o${target}` : target]);
    // mtools takes a character for each half of a surrogate pair.
    const known = name === "7zz" ? expected : expected.map(([path, sum]) => [path.replace("🎬", "__"), sum]).sort();
    t.deepEqual(filesBelow(target).sort(), known, name);
  }
}

/** A tree with these files, and what they hold. */
function treeOf(sizes: Readonly<Record<string, number>>): { root: DirectoryNode; files: Map<string, Uint8Array> } {
  const root = new DirectoryNode("");
  const files = new Map<string, Uint8Array>();
  for (const [index, [path, bytes]] of Object.entries(sizes).entries()) {
    const data = filled(bytes, index);
    files.set(path, data);
    root.addFile(path, data, { parents: true });
  }
  return { root, files };
}

const namesOfAllKinds = {
  "/EFI/BOOT/BOOTX64.EFI": 70_000,
  "/EFI/BOOT/grubx64.efi": 2048,
  "/loader/loader.conf": 31,
  "/loader/entries/a name of more than twice thirteen units.conf": 100,
  "/loader/entries/a name of more than twice thirteen units.bak": 101,
  "/loader/entries/thirteen.unit": 1,
  "/loader/entries/exactly-26-units-long.name": 2049,
  "/empty": 0,
  "/.hidden": 3,
  "/Übergröße/日本語.txt": 5,
  "/emoji-🎬.bin": 4096,
  "/two.dots.in it": 2,
};

const sizes: readonly (readonly [string, number])[] = [
  ["FAT12", 100_000],
  ["FAT16", 9_000_000],
  ["FAT32", 140_000_000],
];

for (const [type, bytes] of sizes) {
  test(`other programs read what is in ${type}`, async (t) => {
    if (!requireTool(t, "fsck.fat") || !requireTool(t, "mcopy") || !requireTool(t, "7zz")) return;
    const { root, files } = treeOf({ ...namesOfAllKinds, "/large": bytes });
    const volume = volumeOf(root);
    t.is(volume.type, type as never);
    t.is(volume.bytes % 2048, 0);
    judge(t, await bytesOf(volume), files);
  });
}

test("a directory of many items, and chains across many clusters", async (t) => {
  if (!requireTool(t, "fsck.fat") || !requireTool(t, "mcopy") || !requireTool(t, "7zz")) return;
  const many = Object.fromEntries(Array.from({ length: 700 }, (_unused, index) => [`/many/item ${index}.text`, index]));
  const inRoot = Object.fromEntries(Array.from({ length: 300 }, (_unused, index) => [`/root ${index}.text`, 1]));
  const { root, files } = treeOf({ ...many, ...inRoot });
  judge(t, await bytesOf(volumeOf(root)), files);
});

test("the volume is where and what mtools says", async (t) => {
  if (!requireTool(t, "minfo")) return;
  const { root } = treeOf({ "/readme": 10 });
  const image = join(temporaryFolder(t), "volume.img");
  writeFileSync(image, await bytesOf(volumeOf(root)));
  const listing = run("mdir", ["-i", image, "::/"]).toString();
  t.regex(listing, /Volume in drive : is EFI/);
  t.regex(listing, /Volume Serial Number is 1234-ABCD/);
  t.regex(listing, /README +10 2024-02-29 +12:34 +readme/);
});

test("any part reads as all of it does", async (t) => {
  const { root } = treeOf({ ...namesOfAllKinds, "/large": 300_000 });
  const small = volumeOf(root);
  const whole = await bytesOf(small);
  const { root: other } = treeOf({ "/a": 8_500_000, "/b": 1, "/c/d": 2049 });
  const larger = volumeOf(other);
  const wholeLarger = await bytesOf(larger);
  const cases = [
    [small, whole],
    [larger, wholeLarger],
  ] as const;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...cases), fc.nat(), fc.nat(5000), async ([volume, expected], place, length) => {
      const offset = place % volume.bytes;
      const part = new Uint8Array(Math.min(length, volume.bytes - offset));
      await volume.read(offset, part);
      t.deepEqual(part, expected.slice(offset, offset + part.length));
    }),
    {
      numRuns: 200,
      examples: [
        [cases[0], 512, 5000],
        [cases[1], 2049, 4095],
      ],
    },
  );
});

test("the smallest type with one cluster more than the type before holds", async (t) => {
  const typeWith = (bytes: number): string => volumeOf(treeOf({ "/a": bytes }).root).type;
  t.is(typeWith((4084 - 16) * 2048), "FAT12");
  t.is(typeWith((4084 - 16) * 2048 + 1), "FAT16");
  if (!requireTool(t, "fsck.fat") || !requireTool(t, "mcopy") || !requireTool(t, "7zz")) return;
  const { root, files } = treeOf({ "/a": (4084 - 16) * 2048 + 1 });
  judge(t, await bytesOf(volumeOf(root)), files);
});

const refused: readonly (readonly [string, (root: DirectoryNode) => void, string])[] = [
  ["a name with a colon", (root) => root.addFile("/a:b", ""), "E_NAME_INVALID"],
  ["a name that ends with a dot", (root) => root.addFile("/a.", ""), "E_NAME_INVALID"],
  ["a name of 256 units", (root) => root.addFile(`/${"x".repeat(256)}`, ""), "E_NAME_INVALID"],
  ["a name that is not Unicode", (root) => root.addFile("/a\udc80", ""), "E_NAME_INVALID"],
  [
    "names that differ in case",
    (root) => {
      root.addFile("/readme", "");
      root.addFile("/README", "");
    },
    "E_NAME_NOT_UNIQUE",
  ],
  ["a link", (root) => root.addSymlink("/link", "target"), "E_NOT_A_FILE"],
];

for (const [name, add, code] of refused) {
  test(`refused: ${name}`, (t) => {
    const root = new DirectoryNode("");
    add(root);
    t.throws(() => volumeOf(root), { code });
  });
}

test("a file of 4 GiB is refused, and more than a volume holds", (t) => {
  const content = { repeatable: true, label: "large", read: async () => {} };
  const root = new DirectoryNode("");
  root.addFile("/a", { ...content, bytes: 2 ** 32 });
  t.throws(() => volumeOf(root), { code: "E_FILE_TOO_BIG" });
  const many = new DirectoryNode("");
  for (let index = 0; index < 520; index++) many.addFile(`/${index}`, { ...content, bytes: 2 ** 32 - 1 });
  t.throws(() => volumeOf(many), { code: "E_CONTENT_TOO_BIG" });
});
