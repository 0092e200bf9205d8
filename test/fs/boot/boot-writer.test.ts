import type { ExecutionContext } from "ava";
import test from "ava";
import { mbrPartitions } from "../../../src/fs/hybrid/mbr.js";
import { MemoryContent } from "../../../src/fs/tree/content.js";
import type { BootOptions, BootSetUp, ErrorCode, ImageOptions, Warning } from "../../../src/index.js";
import {
  DirectoryNode,
  DiscError,
  FileSystemImage,
  MemorySource,
  openImage,
  readBootSetUp,
  verifyImage,
} from "../../../src/index.js";
import { bytesOf } from "../../support/made-image.js";

const loader = Uint8Array.from({ length: 5001 }, (_unused, index) => (index * 31) % 251);
const firmware = Uint8Array.from({ length: 3 * 2048 }, (_unused, index) => (index * 17) % 253);
const efiSystem = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";

interface Made {
  readonly source: MemorySource;
  readonly setUp: BootSetUp;
  readonly warnings: readonly Warning[];
}

async function make(
  t: ExecutionContext,
  boot: BootOptions,
  options: ImageOptions = {},
  fill: (root: DirectoryNode) => void = () => {},
): Promise<Made> {
  const warnings: Warning[] = [];
  const image = new FileSystemImage({ boot, onWarning: (warning) => void warnings.push(warning), ...options });
  image.root.addFile("/boot/loader.bin", loader, { parents: true });
  image.root.addFile("/efi.img", firmware);
  fill(image.root);
  await using result = await image.createResultImage();
  const source = new MemorySource(await bytesOf(result));
  t.deepEqual((await verifyImage(source)).findings, []);
  return { source, setUp: await readBootSetUp(source, { strict: true }), warnings };
}

async function failure(
  t: ExecutionContext,
  code: ErrorCode,
  boot: BootOptions,
  options: ImageOptions = {},
): Promise<void> {
  const error = await t.throwsAsync(make(t, boot, options), { instanceOf: DiscError });
  t.is(error.code, code, error.message);
}

const lbaOf = async (source: MemorySource, path: string): Promise<number> =>
  (await (await openImage(source)).stat(path)).extents[0]!.lba!;

for (const fileSystems of [["iso"], ["iso", "rockridge", "joliet", "udf"]] as const) {
  test(`boot images of the tree, told where they lie: ${fileSystems.join()}`, async (t) => {
    const { source, setUp, warnings } = await make(
      t,
      {
        images: [
          { image: "/boot/loader.bin", infoTable: true, idString: "Maker" },
          { image: "/efi.img", platform: "uefi", idString: "Firmware" },
          { image: "/efi.img", platform: "uefi", idString: "Firmware", loadSectors: 7, bootable: false },
          { image: "/boot/loader.bin", platform: 0x55, loadSegment: 0x1000, selectionCriteriaType: 1 },
        ],
        catalogPath: "/boot/boot.cat",
      },
      { fileSystems, isoRelaxations: { lowercase: true, longNames: true, omitVersion: true } },
    );
    t.deepEqual(warnings, []);
    t.is(setUp.idString, "Maker");
    t.is(setUp.catalogLba, await lbaOf(source, "/boot/boot.cat"));
    const loaderLba = await lbaOf(source, "/boot/loader.bin");
    const efiLba = await lbaOf(source, "/efi.img");
    t.deepEqual(
      setUp.entries.map(({ platform, imageLba, loadSectors, bootable, loadSegment, idString }) => [
        ...[platform, imageLba, loadSectors, bootable, loadSegment, idString],
      ]),
      [
        [0, loaderLba, 4, true, 0, "Maker"],
        [0xef, efiLba, 12, true, 0, "Firmware"],
        [0xef, efiLba, 7, false, 0, "Firmware"],
        [0x55, loaderLba, 4, true, 0x1000, ""],
      ],
    );
    t.like(setUp.entries[0]!.image?.infoTable, { primaryLba: 16, imageBytes: loader.length });
    const read = await (await openImage(source)).readFile("/boot/loader.bin");
    t.deepEqual(read.subarray(0, 8), loader.subarray(0, 8));
    t.deepEqual(read.subarray(64), loader.subarray(64), "the rest stays");
    t.true(setUp.systemArea.isEmpty);
  });
}

test("images that are in no file, and a catalog that no file shows", async (t) => {
  const outside = new MemoryContent(loader);
  const { source, setUp } = await make(t, {
    images: [
      { image: outside, grub2BootInfo: true, infoTable: true },
      { image: "/efi.img", platform: "uefi" },
    ],
  });
  t.true(setUp.entries[0]!.image!.hasGrub2BootInfo);
  t.truthy(setUp.entries[0]!.image!.infoTable);
  const paths: string[] = [];
  for await (const { path } of (await openImage(source)).walk()) paths.push(path);
  t.deepEqual(paths.sort(), ["/boot", "/boot/loader.bin", "/efi.img"]);
});

test("of a directory a FAT volume is made, for UEFI alone: hidden, or behind the volume as a partition", async (t) => {
  const fill = (root: DirectoryNode): void => {
    root.addFile("/esp/EFI/BOOT/BOOTX64.EFI", "program", { parents: true, mtime: 1_700_000_000_000 });
  };
  const options = { sourceDateEpoch: 1_600_000_000 };
  const images = [{ image: "/esp", platform: "uefi" }] as const;
  const hybrid = { partitions: [{ covers: { image: 0 }, gpt: { type: efiSystem, name: "EFI" } }] };
  const plain = await make(t, { images }, options, fill);
  const { source, setUp } = await make(t, { images, hybrid }, options, fill);
  t.is(
    await lbaOf(source, "/efi.img"),
    (await lbaOf(plain.source, "/efi.img")) - plain.setUp.entries[0]!.loadSectors / 4,
  );
  const [entry] = setUp.entries;
  const [partition] = setUp.systemArea.gpt!.partitions;
  t.is(partition!.startingLba, entry!.imageLba * 4);
  t.is(partition!.endingLba + 1 - partition!.startingLba, entry!.loadSectors);
  const sector = new Uint8Array(2048);
  await source.read(entry!.imageLba, 1, sector);
  t.is(Buffer.from(sector.subarray(54, 62)).toString(), "FAT12   ");
  t.is(Buffer.from(sector).readUInt32LE(39), 1_600_000_000);
  const again = await make(t, { images, hybrid }, options, fill);
  t.deepEqual(again.source, source);
  await t.throwsAsync(make(t, { images: [{ image: "/esp" }] }, options, fill), { code: "E_NOT_A_FILE" });
});

test("a boot image that is a hard link is told in both places; a copy of it is not", async (t) => {
  const shared = new MemoryContent(loader.slice());
  const { source, setUp } = await make(t, { images: [{ image: "/one", infoTable: true }] }, {}, (root) => {
    root.addFile("/one", shared);
    root.addFile("/two", shared);
  });
  t.truthy(setUp.entries[0]!.image!.infoTable);
  const image = await openImage(source);
  t.deepEqual(await image.readFile("/one"), await image.readFile("/two"));
  t.is(Buffer.compare(await image.readFile("/boot/loader.bin"), loader), 0);
});

test("a file in the catalog's place is replaced, and said where it is no catalog", async (t) => {
  const boot = { images: [{ image: "/boot/loader.bin" }], catalogPath: "/boot/boot.cat" };
  const first = await make(t, boot);
  const catalog = await (await openImage(first.source)).readFile("/boot/boot.cat");
  const again = await make(t, boot, {}, (root) => void root.addFile("/boot/boot.cat", catalog));
  t.deepEqual(again.warnings, []);
  const other = await make(t, boot, {}, (root) => void root.addFile("/boot/boot.cat", "a text of somebody"));
  t.deepEqual(
    other.warnings.map(({ code }) => code),
    ["W_REPLACED"],
  );
  t.is(other.setUp.catalogLba, await lbaOf(other.source, "/boot/boot.cat"));
});

test("two results of one tree have catalogs of their own", async (t) => {
  const image = new FileSystemImage({ boot: { images: [{ image: "/x", infoTable: true }], catalogPath: "/c" } });
  image.root.addFile("/x", loader);
  await using one = await image.createResultImage();
  image.options = { ...image.options, growable: true };
  await using two = await image.createResultImage();
  for (const result of [two, one]) {
    const source = new MemorySource(await bytesOf(result));
    const { entries, catalogLba } = await readBootSetUp(source, { strict: true });
    t.is(entries[0]!.imageLba, await lbaOf(source, "/x"));
    t.is(catalogLba, await lbaOf(source, "/c"));
    t.truthy(entries[0]!.image!.infoTable);
  }
});

test("partition tables: a hidden EFI partition behind the volume", async (t) => {
  const { source, setUp } = await make(
    t,
    {
      images: [
        { image: "/boot/loader.bin", infoTable: true },
        { image: new MemoryContent(firmware), platform: "uefi" },
      ],
      hybrid: {
        systemArea: new Uint8Array(440).fill(0x90),
        loader: "isolinux",
        diskSignature: 0x1234_5678,
        partitions: [
          { covers: { volumeFromSector: 0 }, mbr: { type: 0x17, active: true } },
          { covers: { image: 1 }, mbr: { type: 0xef }, gpt: { type: efiSystem, name: "EFI" } },
          { covers: { path: "/efi.img" }, gpt: { number: 4, type: efiSystem } },
          { covers: { content: new MemoryContent(loader) }, mbr: { number: 4, type: 0x83 } },
        ],
      },
    },
    { fileSystems: ["iso", "rockridge", "udf"] },
  );
  const { mbr, gpt, gptBackup } = setUp.systemArea;
  t.is(mbr!.diskSignature, 0x1234_5678);
  t.is(setUp.mbrLoader, "isolinux");
  const [volume, efi, unused, data] = mbrPartitions(mbr!);
  const efiSector = setUp.entries[1]!.imageLba * 4;
  t.deepEqual([volume!.startingLba, volume!.bootIndicator, volume!.osType], [0, 0x80, 0x17]);
  t.is(volume!.sizeInLba, efiSector, "the volume ends where partitions follow it");
  t.deepEqual([efi!.startingLba, efi!.sizeInLba, efi!.osType], [efiSector, 12, 0xef]);
  t.is(unused!.sizeInLba, 0);
  t.deepEqual([data!.startingLba, data!.sizeInLba, data!.osType], [efiSector + 12, 12, 0x83]);
  t.deepEqual(
    gpt!.partitions.map(({ number, startingLba }) => [number, startingLba]),
    [
      [1, efiSector],
      [4, (await lbaOf(source, "/efi.img")) * 4],
    ],
  );
  t.truthy(gptBackup);
  const block = new Uint8Array(3 * 2048);
  await source.read(efiSector / 4, 3, block);
  t.deepEqual(block, firmware);
});

test("what disks are told by default: a protective record, and identifiers of name and time", async (t) => {
  const boot: BootOptions = {
    images: [{ image: "/efi.img", platform: "uefi" }],
    hybrid: { partitions: [{ covers: { image: 0 }, gpt: { type: efiSystem } }] },
  };
  const tables = async (options: ImageOptions): Promise<readonly unknown[]> => {
    const { setUp } = await make(t, boot, options);
    const { mbr, gpt } = setUp.systemArea;
    t.true(setUp.isMbrProtective);
    return [mbr!.diskSignature, gpt!.header.diskGuid, gpt!.partitions[0]!.uniquePartitionGuid];
  };
  const first = await tables({ sourceDateEpoch: 1 });
  t.deepEqual(await tables({ sourceDateEpoch: 1 }), first);
  t.is(new Set([...first, ...(await tables({ sourceDateEpoch: 2 }))]).size, 6);
  t.regex(String(first[1]), /^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/);
});

test("an image for disks that grows keeps its tables in front", async (t) => {
  const boot: BootOptions = {
    images: [{ image: "/efi.img", platform: "uefi" }],
    hybrid: {
      partitions: [{ covers: { image: 0 }, gpt: { type: efiSystem }, apm: { type: "Apple_HFS", name: "EFI" } }],
    },
  };
  const { source, setUp } = await make(t, boot, { growable: true });
  t.is(setUp.systemArea.gpt!.partitions[0]!.startingLba, (await lbaOf(source, "/efi.img")) * 4);
  t.is(setUp.systemArea.apm!.partitions[1]!.firstBlock, await lbaOf(source, "/efi.img"));
  t.truthy(setUp.systemArea.gptBackup);
});

test("an MBR alone: the image ends with a cylinder", async (t) => {
  const boot: BootOptions = {
    images: [{ image: "/boot/loader.bin" }],
    hybrid: { partitions: [{ covers: { volumeFromSector: 0 }, mbr: { type: 0xcd, active: true } }] },
  };
  const { source, setUp } = await make(t, boot);
  t.is(source.blocks % 512, 0);
  t.is(mbrPartitions(setUp.systemArea.mbr!)[0]!.sizeInLba, source.blocks * 4);
});

const floppy = new MemoryContent(new Uint8Array(1_474_560));
const disk = (partitions: number): MemoryContent => {
  const bytes = new Uint8Array(4096);
  bytes.set([0x55, 0xaa], 510);
  for (let index = 0; index < partitions; index++) bytes[446 + index * 16 + 4] = 0x0c;
  return new MemoryContent(bytes);
};

test("emulated discs", async (t) => {
  const { setUp } = await make(t, {
    images: [
      { image: floppy, emulation: "floppy1440" },
      { image: disk(1), emulation: "hardDisk" },
      { image: disk(2), emulation: "hardDisk", systemType: 0x06 },
    ],
  });
  t.deepEqual(
    setUp.entries.map(({ emulation, systemType, loadSectors }) => [emulation, systemType, loadSectors]),
    [
      ["floppy1440", 0, 1],
      ["hardDisk", 0x0c, 1],
      ["hardDisk", 0x06, 1],
    ],
  );
});

const loaderImage = { image: "/boot/loader.bin" };
const wrong: readonly (readonly [string, ErrorCode, BootOptions, ImageOptions?])[] = [
  ["a path that is not there", "E_ITEM_NOT_FOUND", { images: [{ image: "/none" }] }],
  ["a directory", "E_NOT_A_FILE", { images: [{ image: "/boot" }] }],
  ["a GUID that is none", "E_OPTION_INVALID", { images: [loaderImage], hybrid: { diskGuid: "1234" } }],
  ["a volume of a directory for BIOS", "E_OPTION_INVALID", { images: [{ image: new DirectoryNode("") }] }],
  ["an empty image", "E_BOOT_IMAGE_INVALID", { images: [{ image: new MemoryContent(new Uint8Array(0)) }] }],
  [
    "no room for a table",
    "E_BOOT_IMAGE_INVALID",
    { images: [{ image: new MemoryContent(new Uint8Array(63)), infoTable: true }] },
  ],
  [
    "no room for GRUB's address",
    "E_BOOT_IMAGE_INVALID",
    { images: [{ image: new MemoryContent(new Uint8Array(2555)), grub2BootInfo: true }] },
  ],
  [
    "a floppy disc of another length",
    "E_BOOT_EMULATION_MISMATCH",
    { images: [{ image: floppy, emulation: "floppy2880" }] },
  ],
  ["a hard disk with two partitions", "E_BOOT_IMAGE_INVALID", { images: [{ image: disk(2), emulation: "hardDisk" }] }],
  ["a hard disk without a record", "E_BOOT_IMAGE_INVALID", { images: [{ image: floppy, emulation: "hardDisk" }] }],
  ["nothing at all", "E_OPTION_INVALID", { images: [] }],
  ["a catalog without images", "E_OPTION_INVALID", { images: [], catalogPath: "/c", hybrid: {} }],
  ["a catalog over a directory", "E_NOT_A_FILE", { images: [loaderImage], catalogPath: "/boot" }],
  ["UDF alone", "E_OPTION_INVALID", { images: [loaderImage] }, { fileSystems: ["udf"] }],
  ["a long identifier", "E_OPTION_INVALID", { images: [{ ...loaderImage, idString: "x".repeat(25) }] }],
  ["criteria of the first image", "E_OPTION_INVALID", { images: [{ ...loaderImage, selectionCriteriaType: 1 }] }],
  ["many sectors", "E_OPTION_INVALID", { images: [{ ...loaderImage, loadSectors: 65_536 }] }],
  [
    "a large system area",
    "E_OPTION_INVALID",
    { images: [loaderImage], hybrid: { systemArea: new Uint8Array(32_769) } },
  ],
  [
    "a partition of no image",
    "E_OPTION_INVALID",
    { images: [loaderImage], hybrid: { partitions: [{ covers: { image: 1 }, mbr: { type: 1 } }] } },
  ],
  ["a loader of no image", "E_OPTION_INVALID", { images: [loaderImage], hybrid: { loader: "grub2", loaderImage: 1 } }],
  [
    "five partitions of an MBR",
    "E_OPTION_INVALID",
    {
      images: [loaderImage],
      hybrid: { partitions: Array.from({ length: 5 }, () => ({ covers: { image: 0 }, mbr: { type: 1 } })) },
    },
  ],
  [
    "a number twice",
    "E_OPTION_INVALID",
    {
      images: [loaderImage],
      hybrid: {
        partitions: Array.from({ length: 2 }, () => ({ covers: { image: 0 }, gpt: { type: efiSystem, number: 3 } })),
      },
    },
  ],
  [
    "an Apple partition map over boot code",
    "E_OPTION_INVALID",
    {
      images: [loaderImage],
      hybrid: {
        systemArea: new Uint8Array(512).fill(1),
        partitions: [{ covers: { image: 0 }, apm: { type: "Apple_HFS", name: "x" } }],
      },
    },
  ],
  [
    "many partitions in two tables",
    "E_OPTION_INVALID",
    {
      images: [loaderImage],
      hybrid: {
        partitions: Array.from({ length: 7 }, () => ({
          covers: { image: 0 },
          gpt: { type: efiSystem },
          apm: { type: "Apple_HFS", name: "x" },
        })),
      },
    },
  ],
];

for (const [name, code, boot, options] of wrong) {
  test(`refused: ${name}`, (t) => failure(t, code, boot, options));
}

test("the geometry by which a record counts, and whether the image ends with a cylinder", async (t) => {
  const partitions = [{ covers: { volumeFromSector: 0 }, mbr: { type: 0xcd } }];
  const record = async (hybrid: BootOptions["hybrid"]): Promise<readonly [number[], number]> => {
    const { source, setUp } = await make(t, { images: [], hybrid: { partitions, ...hybrid } });
    return [[...mbrPartitions(setUp.systemArea.mbr!)[0]!.endingChs], source.blocks];
  };
  const [usual, cylinder] = await record({});
  t.deepEqual([usual, cylinder], [[63, 32, 0], 512]);
  const [last, blocks] = await record({ cylinderAlign: "off", geometry: { heads: 4, sectors: 5 } });
  const sector = blocks * 4 - 1;
  t.true(blocks < 512);
  t.deepEqual(last, [Math.floor(sector / 5) % 4, (sector % 5) + 1, Math.floor(sector / 20)]);
  const [, whole] = await record({ cylinderAlign: "on", geometry: { heads: 16, sectors: 63 } });
  t.is((whole * 4) % (16 * 63), 0);
  await failure(t, "E_OPTION_INVALID", { images: [], hybrid: { geometry: { heads: 256, sectors: 1 } } });
  await failure(t, "E_OPTION_INVALID", { images: [], hybrid: { geometry: { heads: 1, sectors: 64 } } });
  await failure(t, "E_OPTION_INVALID", { images: [], hybrid: { cylinderAlign: "all" as "on" } });
});
