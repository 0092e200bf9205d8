import type { ExecutionContext } from "ava";
import test from "ava";
import { mbrPartitions } from "../../../src/fs/hybrid/mbr.js";
import { MemoryContent } from "../../../src/fs/tree/content.js";
import type { BootOptions, DirectoryNode, ImageOptions, Warning } from "../../../src/index.js";
import { FileSystemImage, MemorySource, openImage, readBootSetUp, verifyImage } from "../../../src/index.js";
import { bytesOf } from "../../support/made-image.js";

const loader = Uint8Array.from({ length: 5001 }, (_unused, index) => (index * 31) % 251);
const other = Uint8Array.from({ length: 9000 }, (_unused, index) => (index * 7) % 239);
const firmware = Uint8Array.from({ length: 3 * 2048 }, (_unused, index) => (index * 17) % 253);
const efiSystem = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";

const boot: BootOptions = {
  images: [
    { image: "/boot/loader.bin", infoTable: true, idString: "Maker" },
    { image: new MemoryContent(firmware), platform: "uefi" },
  ],
  catalogPath: "/boot/boot.cat",
  hybrid: {
    systemArea: new Uint8Array(440).fill(0x90),
    loader: "isolinux",
    diskSignature: 0x1234_5678,
    partitions: [
      { covers: { volumeFromSector: 0 }, mbr: { type: 0x17, active: true } },
      { covers: { image: 1 }, gpt: { type: efiSystem, name: "EFI" } },
    ],
  },
};

async function first(options: ImageOptions = {}): Promise<MemorySource> {
  const image = new FileSystemImage({ boot, volumeName: "First", publisherIdentifier: "SOMEBODY", ...options });
  image.root.addFile("/boot/loader.bin", loader, { parents: true });
  image.root.addFile("/data", "data");
  await using result = await image.createResultImage();
  return new MemorySource(await bytesOf(result));
}

interface Again {
  readonly source: MemorySource;
  readonly warnings: readonly string[];
}

async function again(
  t: ExecutionContext,
  from: MemorySource,
  change: (root: DirectoryNode) => void,
  options: ImageOptions = {},
): Promise<Again> {
  const warnings: Warning[] = [];
  const image = new FileSystemImage({ ...options, onWarning: (warning) => void warnings.push(warning) });
  await image.importAsNew(from);
  change(image.root);
  await using result = await image.createResultImage();
  const source = new MemorySource(await bytesOf(result));
  t.deepEqual((await verifyImage(source)).findings, []);
  return { source, warnings: warnings.map(({ code }) => code) };
}

async function lbaAt(source: MemorySource, path: string): Promise<number> {
  return (await (await openImage(source)).stat(path)).extents[0]!.lba!;
}

async function loaderOf(
  source: MemorySource,
): Promise<{ readonly lba: number; readonly start: Uint8Array; readonly hasTable: boolean }> {
  const { entries } = await readBootSetUp(source, { strict: true });
  const { imageLba: lba, image } = entries[0]!;
  const block = new Uint8Array(2048);
  await source.read(lba, 1, block);
  return { lba, start: block.subarray(64), hasTable: image?.infoTable !== undefined };
}

test("an image is made again: volume fields, boot set-up and tables", async (t) => {
  const { source, warnings } = await again(t, await first(), () => {});
  t.deepEqual(warnings, []);
  const { volume } = await openImage(source);
  t.is(volume.volumeName, "First");
  t.is(volume.publisherIdentifier, "SOMEBODY");
  const setUp = await readBootSetUp(source, { strict: true });
  t.is(setUp.idString, "Maker");
  t.is(setUp.mbrLoader, "isolinux");
  const { mbr, gpt } = setUp.systemArea;
  t.is(mbr!.diskSignature, 0x1234_5678);
  t.deepEqual(
    [...mbr!.bootCode].slice(0, 400),
    Array.from({ length: 400 }, () => 0x90),
  );
  t.is(mbrPartitions(mbr!)[0]!.osType, 0x17);
  const efi = gpt!.partitions[0]!;
  t.is(efi.partitionName, "EFI");
  const block = new Uint8Array(3 * 2048);
  await source.read(efi.startingLba / 4, 3, block);
  t.deepEqual(block, firmware);
  t.is(setUp.entries[1]!.imageLba * 4, efi.startingLba);
  t.is(await lbaAt(source, "/boot/boot.cat"), setUp.catalogLba!);
});

test("the boot image goes with its file: moved, replaced, removed", async (t) => {
  const from = await first();
  const moved = await again(t, from, (root) => root.move("/boot/loader.bin", "/loader"));
  t.is(await lbaAt(moved.source, "/loader"), (await loaderOf(moved.source)).lba);
  const replaced = await again(t, from, (root) => void root.addFile("/boot/loader.bin", other, { replace: true }));
  const found = await loaderOf(replaced.source);
  t.true(found.hasTable, "the new one is told where it lies");
  t.is(Buffer.compare(found.start.subarray(0, 100), other.subarray(64, 164)), 0);
  const removed = await again(t, from, (root) => root.removeTree("/boot"));
  const kept = await loaderOf(removed.source);
  t.true(kept.hasTable);
  t.is(Buffer.compare(kept.start.subarray(0, 100), loader.subarray(64, 164)), 0, "it is booted, and no file shows it");
  const swapped = await again(t, from, (root) => {
    root.move("/boot/loader.bin", "/old");
    root.addFile("/boot/loader.bin", other);
  });
  t.is(await lbaAt(swapped.source, "/old"), (await loaderOf(swapped.source)).lba);
});

test("what the options say wins", async (t) => {
  const from = await first();
  const named = await again(t, from, () => {}, { volumeName: "Second", boot: { images: [{ image: "/data" }] } });
  const setUp = await readBootSetUp(named.source, { strict: true });
  t.is(setUp.entries.length, 1);
  t.true(setUp.systemArea.isEmpty);
  t.is((await openImage(named.source)).volume.volumeName, "Second");
  const bare = await again(t, from, () => {}, { fileSystems: ["udf"] });
  t.is((await readBootSetUp(bare.source)).entries.length, 0, "UDF alone does not boot");
});

test("growing images: made again as they are, and of a session in between", async (t) => {
  const from = await first({ growable: true });
  const plain = await again(t, from, () => {});
  t.is((await openImage(plain.source)).session.startLba, 0);
  t.is((await readBootSetUp(plain.source, { strict: true })).entries.length, 2);
  const block = new Uint8Array(2048);
  await plain.source.read(15, 1, block);
  t.deepEqual(block, new Uint8Array(2048), "the record of the chain is not boot code");
  const growing = await again(t, from, () => {}, { growable: true });
  t.is((await openImage(growing.source)).session.startLba, 32);
});

test("an image that boots like another one: from files of its own, and else from copies", async (t) => {
  const image = new FileSystemImage();
  image.root.addFile("/boot/loader.bin", other, { parents: true });
  await image.bootLike(await first());
  await using result = await image.createResultImage();
  const source = new MemorySource(await bytesOf(result));
  const found = await loaderOf(source);
  t.is(found.lba, await lbaAt(source, "/boot/loader.bin"));
  t.true(found.hasTable);
  const { entries, systemArea, catalogLba } = await readBootSetUp(source, { strict: true });
  t.is(systemArea.gpt!.partitions[0]!.startingLba, entries[1]!.imageLba * 4);
  t.not(systemArea.mbr!.diskSignature, 0x1234_5678, "it is another disk");
  t.is(await lbaAt(source, "/boot/boot.cat"), catalogLba!);
  t.is((await openImage(source)).volume.publisherIdentifier, "", "nothing else is taken over");
});

test("an image that boots from nothing is made again without any", async (t) => {
  const image = new FileSystemImage();
  image.root.addFile("/data", "data");
  await using result = await image.createResultImage();
  const { source, warnings } = await again(t, new MemorySource(await bytesOf(result)), () => {});
  const setUp = await readBootSetUp(source);
  t.is(setUp.catalogLba, undefined);
  t.true(setUp.systemArea.isEmpty);
  t.deepEqual(warnings, []);
});

test("boot code of no known kind stays, and is warned of", async (t) => {
  const image = new FileSystemImage();
  image.root.addFile("/data", "data");
  await using result = await image.createResultImage();
  const bytes = await bytesOf(result);
  bytes.fill(0x5a, 100, 300);
  const { source, warnings } = await again(t, new MemorySource(bytes), () => {});
  t.deepEqual(warnings, ["W_BOOT_LEFT_OUT"]);
  const block = new Uint8Array(2048);
  await source.read(0, 1, block);
  t.is(Buffer.compare(block, bytes.subarray(0, 2048)), 0);
});

test("volume fields that no descriptor may hold are left out, and warned of", async (t) => {
  const from = await first();
  const bytes = Buffer.alloc(from.blocks * 2048);
  await from.read(0, from.blocks, bytes);
  bytes.write("caf\u00e9", 16 * 2048 + 318, "latin1");
  const { source, warnings } = await again(t, new MemorySource(bytes), () => {});
  t.deepEqual(warnings, ["W_VOLUME_FIELD_LEFT_OUT"]);
  t.is((await openImage(source)).volume.publisherIdentifier, "");
});
