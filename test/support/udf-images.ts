/** Images of one UDF session each, of every structure; those that are not written here are made of those that are. */
import { writeU16le, writeU32le } from "../../src/codec/integers.js";
import type { ImageOptions } from "../../src/fs/image/options.js";
import { allocationExtentDescriptor } from "../../src/fs/udf/allocation-extent.js";
import { udfEntity } from "../../src/fs/udf/entity-identifier.js";
import { logicalVolumeDescriptor } from "../../src/fs/udf/logical-volume.js";
import { partitionDescriptor } from "../../src/fs/udf/partition.js";
import { sparingMapEntry, sparingTableHead } from "../../src/fs/udf/sparing-table.js";
import { sealDescriptor, tagIdentifiers } from "../../src/fs/udf/tag.js";
import { blockBytes } from "../../src/units.js";
import { makeImage } from "./made-image.js";
import { entryField, headBytes, UdfEditor } from "./udf-editor.js";
import { fillUdfTree } from "./udf-full-tree.js";

/** The images there are. */
export type UdfImageName =
  | "1.02"
  | "1.50"
  | "2.00"
  | "2.01"
  | "2.50"
  | "bridge"
  | "vat bridge"
  | "vat 1.50"
  | "vat 2.01"
  | "overwritable"
  | "sparable"
  | "descriptors apart"
  | "descriptors apart 2.01";

const udf: ImageOptions = { fileSystems: ["udf"], udfSpecialFiles: true, sourceDateEpoch: 1_700_000_000 };

/** Options of an image of UDF alone. */
export function udfOptions(udfRevision: NonNullable<ImageOptions["udfRevision"]>): ImageOptions {
  return { ...udf, udfRevision };
}

const written: Readonly<Partial<Record<UdfImageName, ImageOptions>>> = {
  "1.02": { ...udf, udfRevision: "1.02" },
  "1.50": { ...udf, udfRevision: "1.50" },
  "2.00": { ...udf, udfRevision: "2.00" },
  "2.01": { ...udf, udfRevision: "2.01" },
  "2.50": { ...udf, udfRevision: "2.50" },
  bridge: { ...udf, udfRevision: "1.02", fileSystems: ["iso", "rockridge", "joliet", "udf"] },
  "vat bridge": { ...udf, udfRevision: "1.50", udfVirtual: true, fileSystems: ["iso", "rockridge", "joliet", "udf"] },
  "vat 1.50": { ...udf, udfRevision: "1.50", udfVirtual: true },
  "vat 2.01": { ...udf, udfRevision: "2.01", udfVirtual: true },
};

/** Free blocks at the end of the partition of the image that can be overwritten: one for the bitmap, one free. */
const extraBlocks = 2;

/** Where in the partition the bitmap stands. */
export function bitmapBlock(editor: UdfEditor): number {
  return editor.partition.partitionLength - extraBlocks;
}

/** Writes the bitmap of a partition in which all blocks are in use but those named. @param block Where it stands. */
export function writeBitmap(editor: UdfEditor, free: readonly number[], block: number = bitmapBlock(editor)): void {
  const { partitionStartingLocation: start, partitionLength: blocks } = editor.partition;
  const data = editor.block(start + block);
  data.fill(0);
  writeU32le(blocks, data, 16);
  writeU32le(Math.ceil(blocks / 8), data, 20);
  for (const each of free) data[24 + Math.floor(each / 8)]! |= 1 << (each % 8);
  const descriptorVersion = editor.revision >= 0x0200 ? 3 : 2;
  const tag = { descriptorVersion, tagSerialNumber: 1, tagLocation: block } as const;
  sealDescriptor(tagIdentifiers.spaceBitmapDescriptor, data, 0, 8, tag);
}

/** The blank blocks at the end of a partition with a bitmap. */
export function freeBlocks(editor: UdfEditor): number[] {
  const { partitionStartingLocation: start, partitionLength: blocks } = editor.partition;
  const bitmap = bitmapBlock(editor);
  const free: number[] = [];
  for (let block = blocks - 1; block === bitmap || editor.block(start + block).every((octet) => octet === 0); block--) {
    if (block !== bitmap) free.push(block);
  }
  return free;
}

/** A partition that can be overwritten, with a bitmap and one free block at its end. */
function overwritable(editor: UdfEditor): void {
  editor.insertBeforeTail(extraBlocks);
  editor.growPartition(extraBlocks);
  const nothing = { extentLength: 0, extentType: 0, extentPosition: 0 };
  editor.rewrite(partitionDescriptor, (value) => ({
    ...value,
    accessType: 4,
    partitionContentsUse: {
      ...value.partitionContentsUse,
      freedSpaceTable: nothing,
      unallocatedSpaceBitmap: { extentLength: blockBytes, extentType: 0, extentPosition: bitmapBlock(editor) },
    },
  }));
  const free = freeBlocks(editor);
  writeBitmap(editor, free);
  editor.changeIntegrity((data) => writeU32le(free.length, data, 80));
  editor.rewrite(logicalVolumeDescriptor, (value) => ({
    ...value,
    integritySequenceExtent: { ...value.integritySequenceExtent, extentLength: 8192 },
  }));
}

/** Blocks of the two sparing tables, both outside of the partition's contents. */
export function sparingTables(editor: UdfEditor): readonly [number, number] {
  return [96, Math.floor((editor.tail - 64) / 32) * 32];
}

/** Writes a sparing table with some free packets. */
export function writeSparingTable(
  editor: UdfEditor,
  lba: number,
  locations: readonly (readonly [number, number])[],
): void {
  const data = editor.block(lba);
  data.fill(0);
  const head = {
    sparingIdentifier: udfEntity("*UDF Sparing Table", 0x0150),
    reallocationTableLength: locations.length,
    sequenceNumber: 1,
  };
  sparingTableHead.write(head, data, 0);
  for (const [index, [originalLocation, mappedLocation]] of locations.entries()) {
    const at = sparingTableHead.size + index * sparingMapEntry.size;
    sparingMapEntry.write({ originalLocation, mappedLocation }, data, at);
  }
  const bytes = sparingTableHead.size + locations.length * sparingMapEntry.size;
  const tag = { descriptorVersion: 2, tagSerialNumber: 1, tagLocation: lba } as const;
  sealDescriptor(tagIdentifiers.sparingTable, data, 0, bytes - 16, tag);
}

/** A sparable partition, in which no packet went bad. */
function sparable(editor: UdfEditor): void {
  const { partitionLength, partitionStartingLocation: start } = editor.partition;
  editor.insertBeforeTail(1400);
  editor.growPartition((32 - (partitionLength % 32)) % 32);
  if (start % 32 !== 0) throw new Error("the partition starts within a packet");
  const tables = sparingTables(editor);
  const free = 0xffff_ffff;
  for (const lba of tables)
    writeSparingTable(editor, lba, [
      [free, 128],
      [free, 160],
    ]);
  editor.rewrite(logicalVolumeDescriptor, (value) => ({
    ...value,
    partitionMaps: [
      {
        kind: "sparable" as const,
        partitionTypeIdentifier: udfEntity("*UDF Sparable Partition", 0x0150),
        volumeSequenceNumber: 1,
        partitionNumber: 0,
        packetLength: 32,
        numberOfSparingTables: 2,
        sizeOfEachSparingTable: blockBytes,
        locationsOfSparingTables: tables,
      },
    ],
  }));
}

/** A file whose allocation descriptor stands outside of its entry. */
function descriptorsApart(editor: UdfEditor): void {
  editor.insertBeforeTail(1);
  editor.growPartition(1);
  const { partitionStartingLocation: start, partitionLength } = editor.partition;
  const block = partitionLength - 1;
  editor.changeEntries("big.bin", (entry) => {
    const at = headBytes(entry) + entry[entryField(entry, "lengthOfExtendedAttributes")]!;
    const chain = editor.block(start + block);
    allocationExtentDescriptor.write(
      { previousAllocationExtentLocation: 0, lengthOfAllocationDescriptors: 8 },
      chain,
      0,
    );
    chain.set(entry.subarray(at, at + 8), 24);
    writeU32le(0xc000_0000 + blockBytes, entry, at);
    writeU32le(block, entry, at + 4);
  });
  const isThirdEdition = editor.revision >= 0x0200;
  const tag = { descriptorVersion: isThirdEdition ? 3 : 2, tagSerialNumber: 1, tagLocation: block } as const;
  const crcLength = isThirdEdition ? 16 : 8;
  sealDescriptor(tagIdentifiers.allocationExtentDescriptor, editor.block(start + block), 0, crcLength, tag);
}

/** Where the descriptors of that file stand. */
export function chainBlock({ partition }: UdfEditor): number {
  return partition.partitionStartingLocation + partition.partitionLength - 1;
}

const made: Readonly<Partial<Record<UdfImageName, readonly [UdfImageName, (editor: UdfEditor) => void]>>> = {
  overwritable: ["1.02", overwritable],
  sparable: ["1.50", sparable],
  "descriptors apart": ["1.02", descriptorsApart],
  "descriptors apart 2.01": ["2.01", descriptorsApart],
};

const known = new Map<UdfImageName, Promise<Uint8Array>>();

async function make(name: UdfImageName): Promise<Uint8Array> {
  const options = written[name];
  if (options !== undefined) {
    const isThirdEdition = (options.udfRevision ?? "1.02") >= "2.00";
    return (await makeImage((root) => fillUdfTree(root, isThirdEdition), options)).bytes;
  }
  const [source, change] = made[name]!;
  const editor = new UdfEditor(await udfImage(source));
  change(editor);
  return editor.bytes;
}

/** The bytes of an image, which are not to be changed. */
export function udfImage(name: UdfImageName): Promise<Uint8Array> {
  let image = known.get(name);
  if (image === undefined) {
    image = make(name);
    known.set(name, image);
  }
  return image;
}

/** All images that have no finding. */
export const udfImageNames: readonly UdfImageName[] = [
  ...(Object.keys(written) as UdfImageName[]),
  ...(Object.keys(made) as UdfImageName[]),
];

/** Writes a number of 16 bits, and returns nothing: for changes in one line. */
export const set16 =
  (at: number, value: number) =>
  (data: Uint8Array): void =>
    writeU16le(value, data, at);

/** The same of 32 bits. */
export const set32 =
  (at: number, value: number) =>
  (data: Uint8Array): void =>
    writeU32le(value, data, at);

/** The same of one byte. */
export const set8 =
  (at: number, value: number) =>
  (data: Uint8Array): void => {
    data[at] = value;
  };
