/** Hand-made volumes: with virtual, sparable and metadata partitions, and with something of everything. */
import { writeU32le } from "../../src/codec/integers.js";
import { encode } from "../../src/codec/struct.js";
import { allocationExtentDescriptor } from "../../src/fs/udf/allocation-extent.js";
import { udfEntity } from "../../src/fs/udf/entity-identifier.js";
import { fileCharacteristics } from "../../src/fs/udf/file-identifier.js";
import { fileTypes } from "../../src/fs/udf/icb.js";
import type { PartitionMap } from "../../src/fs/udf/partition.js";
import { sparingMapEntry, sparingTableHead } from "../../src/fs/udf/sparing-table.js";
import { sealDescriptor, tagIdentifiers } from "../../src/fs/udf/tag.js";
import {
  virtualAllocationTableHeader,
  virtualAllocationTableIdentifier,
  virtualAllocationTableTail,
} from "../../src/fs/udf/virtual-allocation-table.js";
import type { MadeIdentifier } from "./hand-made-udf.js";
import { compressed, icbAt, joined, longExtent, MadeVolume, shortExtent } from "./hand-made-udf.js";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const common = { volumeSequenceNumber: 1, partitionNumber: 0 } as const;
const plain: PartitionMap = { kind: "plain", ...common };

const virtual: PartitionMap = {
  kind: "virtual",
  ...common,
  partitionTypeIdentifier: udfEntity("*UDF Virtual Partition", 0x0201),
};

function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  for (const [index, value] of values.entries()) writeU32le(value, bytes, 4 * index);
  return bytes;
}

/** Virtual blocks 0, 1 and 2, the file set, the root and a file, lie in blocks 40, 42 and 45 of the partition. */
const entries = words(40, 42, 45, 0xffff_ffff);

const header = {
  lengthOfHeader: 152,
  lengthOfImplementationUse: 0,
  logicalVolumeIdentifier: "renamed",
  previousVatIcbLocation: 77,
  numberOfFiles: 1,
  numberOfDirectories: 1,
  minimumUdfReadRevision: 0x0201,
  minimumUdfWriteRevision: 0x0201,
  maximumUdfWriteRevision: 0x0201,
};

/** How a table is laid out. */
export type TableLayout = "1.50" | "2.01" | "2.01 by Windows";

/** Tables in their two layouts, and in the one of Windows, which does not count 32 bytes of its header. */
const tables: Readonly<Record<TableLayout, { readonly fileType: number; readonly data: Uint8Array }>> = {
  "1.50": {
    fileType: fileTypes.none,
    data: joined(
      entries,
      encode(virtualAllocationTableTail, {
        entityIdentifier: udfEntity(virtualAllocationTableIdentifier, 0x0150),
        previousVatIcbLocation: 77,
      }),
    ),
  },
  "2.01": {
    fileType: fileTypes.virtualAllocationTable,
    data: joined(encode(virtualAllocationTableHeader, header), entries),
  },
  "2.01 by Windows": {
    fileType: fileTypes.virtualAllocationTable,
    data: joined(
      encode(virtualAllocationTableHeader, header),
      joined(Uint8Array.of(0), text("*Microsoft Windows"), new Uint8Array(13)),
      entries,
    ),
  },
};

/** @param tableBlock Block of the partition in which the table's entry lies; the last one is 351. */
export function virtualVolume(layout: TableLayout, tableBlock = 351): MadeVolume {
  const volume = new MadeVolume({
    maps: [plain, virtual],
    fileSet: icbAt(0, 1),
    root: icbAt(1, 1),
    closed: false,
    version: layout === "1.50" ? 2 : 3,
  });
  volume.partitionBlock(0).fill(0);
  // The last block is the table's; anchors of a closed session stand before it.
  volume.block(639).fill(0);
  volume.fileSet({}, volume.partitionBlock(40), 0);
  const identifiers = volume.identifiers([{ name: "a.txt", icb: icbAt(2, 1) }], icbAt(1, 1), 60);
  volume.data(60, identifiers);
  const root = { fileType: fileTypes.directory, form: 1, allocation: longExtent(identifiers.length, 60) };
  volume.partitionBlock(42).set(volume.entryBytes({ ...root, length: identifiers.length }, 1));
  const file = { form: 1, allocation: longExtent(5, 61), length: 5, uniqueId: 20 };
  volume.partitionBlock(45).set(volume.entryBytes(file, 2));
  volume.data(61, text("hello"));
  putTable(volume, layout, tableBlock);
  return volume;
}

/** Writes a table to a block of the partition. */
export function putTable(volume: MadeVolume, layout: TableLayout, block: number): void {
  const { fileType, data } = tables[layout];
  volume.entry(block, { fileType, allocation: data, extended: layout !== "1.50", links: 0, uniqueId: 30 });
}

function sparingTable(
  volume: MadeVolume,
  block: number,
  sequenceNumber: number,
  spared: readonly [number, number][],
): void {
  const target = volume.block(block);
  target.fill(0);
  const sparingIdentifier = udfEntity("*UDF Sparing Table", 0x0201);
  sparingTableHead.write({ sparingIdentifier, reallocationTableLength: spared.length, sequenceNumber }, target, 0);
  for (const [index, [originalLocation, mappedLocation]] of spared.entries()) {
    sparingMapEntry.write({ originalLocation, mappedLocation }, target, 56 + 8 * index);
  }
  const tag = { descriptorVersion: 3, tagSerialNumber: 1, tagLocation: block } as const;
  sealDescriptor(tagIdentifiers.sparingTable, target, 0, 40 + 8 * spared.length, tag);
}

/**
 * A volume with a packet that lies elsewhere.
 *
 * @param first What the first table says, the older one.
 */
export function sparableVolume(first: readonly [number, number][] = [[64, 0]]): MadeVolume {
  const map: PartitionMap = {
    kind: "sparable",
    ...common,
    partitionTypeIdentifier: udfEntity("*UDF Sparable Partition", 0x0201),
    packetLength: 32,
    numberOfSparingTables: 2,
    sizeOfEachSparingTable: 2048,
    locationsOfSparingTables: [200, 220],
  };
  const volume = new MadeVolume({ maps: [map] });
  volume.root([
    { name: "a.txt", icb: icbAt(3) },
    { name: "across", icb: icbAt(4) },
  ]);
  volume.entry(3, { form: 0, allocation: shortExtent(5, 70), length: 5, uniqueId: 20 });
  volume.entry(4, { form: 0, allocation: shortExtent(4096, 95), length: 4096, uniqueId: 21 });
  // Packet 64 to 95 lies at block 576 of the volume; 96 and on are where they were.
  volume.block(576 + 6).set(text("hello"));
  volume.block(576 + 31).fill(65);
  volume.partitionBlock(96).fill(66);
  sparingTable(volume, 200, 1, first);
  sparingTable(volume, 220, 2, [
    [64, 576],
    [0xffff_fff0, 1],
    [0xffff_ffff, 2],
  ]);
  return volume;
}

/** Metadata in blocks 64 to 95 of the partition, mirrored in 160 to 191; their entries are blocks 32 and 128. */
export function metadataVolume(flags = 1): MadeVolume {
  const map: PartitionMap = {
    kind: "metadata",
    ...common,
    partitionTypeIdentifier: udfEntity("*UDF Metadata Partition", 0x0250),
    metadataFileLocation: 32,
    metadataMirrorFileLocation: 128,
    metadataBitmapFileLocation: 0xffff_ffff,
    allocationUnitSize: 32,
    alignmentUnitSize: 32,
    flags,
  };
  const volume = new MadeVolume({ maps: [plain, map], fileSet: icbAt(0, 1), root: icbAt(2, 1), revision: 0x0250 });
  volume.partitionBlock(0).fill(0);
  const bytes = 32 * 2048;
  volume.entry(32, {
    fileType: fileTypes.metadata,
    form: 0,
    allocation: shortExtent(bytes, 64),
    length: bytes,
    links: 0,
  });
  const mirror = { fileType: fileTypes.metadataMirror, form: 0, length: bytes, links: 0 };
  volume.entry(128, { ...mirror, allocation: shortExtent(bytes, flags === 1 ? 160 : 64) });
  for (const first of flags === 1 ? [64, 160] : [64]) {
    volume.fileSet({}, volume.partitionBlock(first), 0);
    // Directories have short descriptors, which are of the metadata partition itself.
    const identifiers = volume.identifiers([{ name: "a.txt", icb: icbAt(5, 1) }], icbAt(2, 1), 3);
    const root = { fileType: fileTypes.directory, form: 0, allocation: shortExtent(identifiers.length, 3) };
    volume.partitionBlock(first + 2).set(volume.entryBytes({ ...root, length: identifiers.length }, 2));
    volume.partitionBlock(first + 3).set(identifiers);
    const file = { form: 1, allocation: longExtent(5, 200), length: 5, uniqueId: 20 };
    volume.partitionBlock(first + 5).set(volume.entryBytes(file, 5));
  }
  volume.data(200, text("hello"));
  return volume;
}

/** A volume with something of everything, in blocks of 512 bytes. */
export function richVolume(hasLoop = true): MadeVolume {
  const volume = new MadeVolume({ blockBytes: 512 });
  const icb = (block: number) => icbAt(block, 0, 512);
  const directory = fileCharacteristics.directory;
  volume.root([
    { name: "embedded", icb: icb(4) },
    { name: "chained", icb: icb(5) },
    { name: "sub", icb: icb(6), characteristics: directory },
    { name: "link", icb: icb(4) },
    { name: "rewritten", icb: icb(60) },
  ]);
  volume.entry(4, { allocation: text("embedded"), links: 2, uniqueId: 16, streams: icb(12) });
  const leads = shortExtent(512, 20, 3);
  volume.entry(5, { form: 0, allocation: joined(shortExtent(512, 30), leads), length: 1536, uniqueId: 17 });
  const chain = volume.partitionBlock(20);
  const descriptors = joined(shortExtent(512, 0, 2), shortExtent(512, 40));
  const head = { previousAllocationExtentLocation: 0, lengthOfAllocationDescriptors: descriptors.length };
  allocationExtentDescriptor.write(head, chain, 0);
  chain.set(descriptors, 24);
  const tag = { descriptorVersion: 3, tagSerialNumber: 1, tagLocation: 20 } as const;
  sealDescriptor(tagIdentifiers.allocationExtentDescriptor, chain, 0, 8 + descriptors.length, tag);
  const items: MadeIdentifier[] = Array.from({ length: 30 }, (_, index) => ({
    name: `file ${index}`,
    icb: icb(index % 2 === 0 ? 4 : 7),
  }));
  if (hasLoop) items.push({ name: "up", icb: icb(2), characteristics: directory });
  const identifiers = volume.identifiers(items, icb(2), 50);
  volume.data(50, identifiers);
  const extent = shortExtent(identifiers.length, 50);
  volume.entry(6, { fileType: fileTypes.directory, form: 0, allocation: extent, length: identifiers.length });
  const target = joined(Uint8Array.of(3, 0, 0, 0), Uint8Array.of(5, 4, 0, 0), compressed("abc"));
  volume.entry(7, { fileType: fileTypes.symlink, allocation: target, uniqueId: 18 });
  volume.directory(12, [{ name: "stream", icb: icb(13) }], { fileType: fileTypes.streamDirectory });
  volume.entry(13, { allocation: text("stream"), flags: 0x2000 });
  // The second entry of a chain is the newer one.
  volume.entry(60, { allocation: text("old"), strategy: 4096, uniqueId: 19 });
  volume.indirection(61, 64);
  volume.entry(64, { allocation: text("newer"), strategy: 4096, uniqueId: 19 });
  return volume;
}
