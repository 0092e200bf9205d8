/** Anchors, descriptor sequences, integrity and file sets, each damaged in turn. */
import test from "ava";
import type { LongAllocationDescriptor } from "../../../src/fs/udf/allocation.js";
import { logicalVolumeDescriptor, logicalVolumeIntegrityDescriptor } from "../../../src/fs/udf/logical-volume.js";
import { partitionDescriptor } from "../../../src/fs/udf/partition.js";
import { sealDescriptor } from "../../../src/fs/udf/tag.js";
import { terminatingDescriptor, volumeDescriptorPointer } from "../../../src/fs/udf/volume.js";
import type { MadeVolumeOptions } from "../../support/hand-made-udf.js";
import { icbAt, MadeVolume, madeTime, shortExtent, spoil } from "../../support/hand-made-udf.js";
import { BadBlocks, openUdf, rootOf } from "../../support/opened-udf.js";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A volume with one file in the root, whose text lies in a block of its own. */
function simple(options: MadeVolumeOptions = {}): MadeVolume {
  const volume = new MadeVolume(options);
  volume.root([{ name: "a.txt", icb: icbAt(3, 0, volume.blockBytes) }]);
  volume.entry(3, { form: 0, allocation: shortExtent(5, 4), length: 5, uniqueId: 17 });
  volume.data(4, text("hello"));
  return volume;
}

const found = { "a.txt": "hello" };

for (const blockBytes of [512, 1024, 2048, 4096]) {
  test(`blocks of ${blockBytes} bytes`, async (t) => {
    const opened = await openUdf(simple({ blockBytes }).bytes);
    t.deepEqual(await rootOf(opened), found);
    t.deepEqual(opened.warnings(), []);
    const { udf, endLba } = opened.image.sessions[0]!;
    t.is(udf?.blockBytes, blockBytes);
    t.deepEqual(udf?.anchors, [256, 383, 639]);
    t.is(endLba, (640 * blockBytes) / 2048);
  });
}

test("what a volume says of itself", async (t) => {
  const { image } = await openUdf(simple({ partitionNumber: 0x2000, version: 2, revision: 0x0102 }).bytes);
  t.deepEqual(image.sessions[0]!.udf, {
    udfRevision: 0x0102,
    descriptorVersion: 2,
    tagSerialNumber: 1,
    logicalVolumeIdentifier: "hand-made",
    volumeIdentifier: "VOLUME",
    volumeSetIdentifier: "0123456789ABCDEF set",
    implementationIdentifier: "*discsmith",
    applicationIdentifier: "*hand",
    recordedMs: madeTime,
    blockBytes: 2048,
    anchors: [256, 383, 639],
    mainSequenceLba: 100,
    reserveSequenceLba: 120,
    partitions: [{ kind: "type1", number: 0x2000, startLba: 288, blocks: 352, accessType: 1 }],
    integrity: {
      type: "closed",
      recordedMs: madeTime,
      nextUniqueId: 100n,
      files: 3,
      directories: 1,
      minimumReadRevision: 0x0102,
      minimumWriteRevision: 0x0102,
      maximumWriteRevision: 0x0102,
    },
    vat: undefined,
    metadataFiles: undefined,
    hardWriteProtected: false,
    softWriteProtected: false,
  });
  t.is(image.volume.volumeName, "hand-made");
});

const repairs: readonly [name: string, damage: (volume: MadeVolume) => void, tolerances: readonly string[]][] = [
  ["nothing announces it", (volume) => volume.bytes.fill(0, 16 * 2048, 20 * 2048), ["udf-announcement-missing"]],
  ["no anchor at 256", (volume) => spoil(volume.block(256)), ["anchor-elsewhere"]],
  [
    "an anchor at the block before the last 256 alone",
    (volume) => {
      spoil(volume.block(256));
      spoil(volume.block(639));
    },
    ["anchor-elsewhere"],
  ],
  [
    "an anchor some blocks before the end",
    (volume) => {
      volume.anchor(600);
      for (const block of [256, 383, 639]) spoil(volume.block(block));
    },
    ["anchor-elsewhere"],
  ],
  [
    "an anchor at 512 alone",
    (volume) => {
      volume.anchor(512);
      for (const block of [256, 383, 639]) spoil(volume.block(block));
    },
    ["anchor-elsewhere"],
  ],
  [
    "a damaged descriptor in the main sequence",
    (volume) => spoil(volume.block(102)),
    ["terminator-missing", "volume-sequence-damaged"].slice(1),
  ],
  [
    "a main sequence that is not there",
    (volume) => volume.block(100).fill(0),
    ["terminator-missing", "volume-sequence-damaged"],
  ],
  [
    "both sequences damaged, in different places",
    (volume) => {
      spoil(volume.block(101));
      spoil(volume.block(122));
    },
    ["volume-sequence-damaged"],
  ],
  [
    "no terminating descriptor",
    (volume) => {
      volume.block(103).fill(0);
      volume.block(123).fill(0);
    },
    ["terminator-missing"],
  ],
  ["no integrity descriptor", (volume) => volume.block(140).fill(0), ["integrity-unknown"]],
  ["a damaged integrity descriptor", (volume) => spoil(volume.block(140)), ["integrity-unknown"]],
];

for (const [name, damage, tolerances] of repairs) {
  test(`opens in spite of it: ${name}`, async (t) => {
    const volume = simple();
    damage(volume);
    const opened = await openUdf(volume.bytes);
    t.deepEqual(await rootOf(opened), found);
    t.deepEqual(opened.warnings(), tolerances);
  });
}

test("a volume whose first descriptors cannot be read opens by its anchors", async (t) => {
  const opened = await openUdf(new BadBlocks(simple().bytes, [16, 17, 18]));
  t.deepEqual(await rootOf(opened), found);
  t.deepEqual(opened.warnings(), ["udf-announcement-missing"]);
});

test("a main sequence in blocks that cannot be read", async (t) => {
  const opened = await openUdf(new BadBlocks(simple().bytes, [102]));
  t.deepEqual(await rootOf(opened), found);
  t.true(opened.warnings().includes("volume-sequence-damaged"));
});

test("anchors that state another block are none", async (t) => {
  const volume = simple();
  for (const block of [256, 383, 639]) {
    const copy = volume.block(block).slice();
    volume.block(block).fill(0);
    volume.block(block + (block === 639 ? -1 : 1)).set(copy);
  }
  await t.throwsAsync(openUdf(volume.bytes), { code: "E_NO_FILE_SYSTEM" });
});

test("neither sequence has a logical volume", async (t) => {
  const volume = simple();
  spoil(volume.block(102));
  spoil(volume.block(122));
  await t.throwsAsync(openUdf(volume.bytes), { code: "E_NO_FILE_SYSTEM", message: /descriptorCrc/ });
});

test("the highest sequence number prevails, in whatever order they stand", async (t) => {
  const volume = simple();
  for (const first of [100, 120]) {
    const newer = volume.logicalVolume({ volumeDescriptorSequenceNumber: 9, logicalVolumeIdentifier: "newer" });
    const older = volume.logicalVolume({ volumeDescriptorSequenceNumber: 3, logicalVolumeIdentifier: "older" });
    volume.put(logicalVolumeDescriptor, newer, first + 3);
    volume.put(logicalVolumeDescriptor, older, first + 4);
    const far = volume.partition({ volumeDescriptorSequenceNumber: 0, partitionStartingLocation: 1 });
    volume.put(partitionDescriptor, far, first + 5);
    volume.put(terminatingDescriptor, {}, first + 6);
  }
  const opened = await openUdf(volume.bytes);
  t.is(opened.image.volume.volumeName, "newer");
  t.deepEqual(await rootOf(opened), found);
});

test("a sequence goes on elsewhere; in a circle it ends", async (t) => {
  for (const [where, tolerances] of [
    [160, []],
    [100, ["extents-unending", "volume-sequence-damaged"]],
  ] as const) {
    const volume = simple();
    for (const first of [100, 120]) {
      const nextVolumeDescriptorSequenceExtent = { extentLength: 4 * 2048, extentLocation: where };
      const pointer = { volumeDescriptorSequenceNumber: 3, nextVolumeDescriptorSequenceExtent };
      volume.put(volumeDescriptorPointer, pointer, first + 2);
      volume.put(logicalVolumeDescriptor, volume.logicalVolume(), 160);
      volume.put(terminatingDescriptor, {}, 161);
      // In a circle, the logical volume stands before the pointer, in the reserve alone.
      if (where === 100 && first === 120) {
        volume.block(first + 3).set(volume.block(first + 2));
        volume.put(logicalVolumeDescriptor, volume.logicalVolume(), first + 2);
        volume.put(volumeDescriptorPointer, pointer, first + 3);
      }
    }
    const opened = await openUdf(volume.bytes);
    t.deepEqual(await rootOf(opened), found);
    t.deepEqual(opened.warnings(), tolerances);
  }
});

test("integrity descriptors are followed to the last one; in a circle they end", async (t) => {
  const volume = simple();
  const at = (extentLocation: number) => ({ extentLength: 2048, extentLocation });
  volume.put(
    logicalVolumeIntegrityDescriptor,
    volume.integrity({ integrityType: 0, nextIntegrityExtent: at(150) }),
    140,
  );
  volume.put(logicalVolumeIntegrityDescriptor, volume.integrity({ uniqueId: 500n }), 150);
  const opened = await openUdf(volume.bytes);
  t.is(opened.image.sessions[0]!.udf?.integrity?.nextUniqueId, 500n);
  t.deepEqual(opened.warnings(), []);
  volume.put(logicalVolumeIntegrityDescriptor, volume.integrity({ nextIntegrityExtent: at(140) }), 150);
  t.deepEqual((await openUdf(volume.bytes)).warnings(), ["extents-unending"]);
});

test("a volume that was not closed is told of", async (t) => {
  t.deepEqual((await openUdf(simple({ closed: false }).bytes)).warnings(), ["integrity-unknown"]);
});

test("a block size that the descriptors do not lie by is an error", async (t) => {
  const volume = simple();
  for (const first of [100, 120]) {
    volume.put(logicalVolumeDescriptor, volume.logicalVolume({ logicalBlockSize: 512 }), first + 2);
  }
  await t.throwsAsync(openUdf(volume.bytes), { message: /logicalBlockSize is 512/ });
});

test("partition references without a map, and partitions without a descriptor", async (t) => {
  const wrongFileSet = simple({ fileSet: icbAt(0, 7) });
  await t.throwsAsync(openUdf(wrongFileSet.bytes), { message: /partitionReferenceNumber is 7/ });
  const unknown = simple({ maps: [{ kind: "plain", volumeSequenceNumber: 1, partitionNumber: 5 }] });
  await t.throwsAsync(openUdf(unknown.bytes), { message: /partition 5 has no descriptor/ });
  const strange = simple({ maps: [{ kind: "unknown", bytes: Uint8Array.of(3, 4, 0, 0) }] });
  await t.throwsAsync(openUdf(strange.bytes), { message: /mapped in an unknown way/ });
});

test("of the file sets, the newest counts; the chain may have no end", async (t) => {
  const volume = simple();
  const next = (block: number): LongAllocationDescriptor => icbAt(block);
  volume.fileSet({ rootDirectoryIcb: icbAt(9), nextExtent: next(20) });
  volume.fileSet({ fileSetDescriptorNumber: 1 }, volume.partitionBlock(20), 20);
  const opened = await openUdf(volume.bytes);
  t.deepEqual(await rootOf(opened), found);
  t.deepEqual(opened.warnings(), []);
  volume.fileSet({ fileSetDescriptorNumber: 1, nextExtent: next(0) }, volume.partitionBlock(20), 20);
  t.deepEqual((await openUdf(volume.bytes)).warnings(), ["extents-unending"]);
  volume.fileSet({ fileSetNumber: 1, rootDirectoryIcb: icbAt(9) }, volume.partitionBlock(20), 20);
  volume.fileSet({ nextExtent: next(20) });
  t.deepEqual(await rootOf(await openUdf(volume.bytes)), found);
});

test("a root that is no directory is no root", async (t) => {
  const volume = simple();
  volume.entry(2, { allocation: text("a file") });
  await t.throwsAsync(openUdf(volume.bytes), { message: /rootDirectoryIcb is that of a file/ });
});

test("texts and times that are none are told of, and left empty", async (t) => {
  const volume = simple();
  for (const first of [100, 120]) {
    const block = volume.block(first + 2);
    // The volume's name: compressed in no known way.
    const value = volume.logicalVolume();
    volume.put(logicalVolumeDescriptor, value, first + 2);
    block[84] = 9;
    reseal(block, volume.start + first + 2);
  }
  const opened = await openUdf(volume.bytes);
  t.is(opened.image.volume.volumeName, "");
  t.deepEqual(opened.warnings(), ["text-unusable"]);
});

/** Makes the CRC of a descriptor fit its bytes again. */
function reseal(block: Uint8Array, location: number): void {
  const identifier = block[0]! + block[1]! * 256;
  const crcLength = block[10]! + block[11]! * 256;
  sealDescriptor(identifier, block, 0, crcLength, { descriptorVersion: 3, tagSerialNumber: 1, tagLocation: location });
}
