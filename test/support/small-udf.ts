/** Small UDF volumes with one kind of partition each, and a file of each kind of allocation. */
import { encode } from "../../src/codec/struct.js";
import { extentTypes } from "../../src/fs/udf/allocation.js";
import { allocationExtentDescriptor } from "../../src/fs/udf/allocation-extent.js";
import { udfEntity } from "../../src/fs/udf/entity-identifier.js";
import { fileCharacteristics } from "../../src/fs/udf/file-identifier.js";
import { allocationForms, fileTypes, icbFlags } from "../../src/fs/udf/icb.js";
import type { PartitionMap } from "../../src/fs/udf/partition.js";
import { noBitmapFile, partitionTypeIdentifiers } from "../../src/fs/udf/partition.js";
import { pathComponentsOf } from "../../src/fs/udf/path-components.js";
import { sealDescriptor, tagIdentifiers } from "../../src/fs/udf/tag.js";
import { virtualAllocationTableHeader } from "../../src/fs/udf/virtual-allocation-table.js";
import { blockBytes } from "../../src/units.js";
import type { MadeEntry } from "./hand-made-udf.js";
import { icbAt, joined, longExtent, MadeVolume, shortExtent } from "./hand-made-udf.js";

/** How the tree's blocks are found: as they are, by a table, or in a file. */
export type UdfKind = "plain" | "virtual" | "metadata";

export const udfBlocks = 640;
export const partitionStart = 288;

/** Blocks of the tree, by the numbers that its partition gives them. */
export const udfPlaces = {
  fileSet: 0,
  root: 2,
  rootContents: 3,
  file: 4,
  extent: 5,
  directory: 6,
  streams: 7,
  stream: 8,
  link: 9,
} as const;

/** Blocks of the first partition: of the files of a metadata partition, and of contents. */
export const metadataFile = 200;
export const metadataMirror = 210;
export const linkTarget = 60;
const data = 20;

/** Where the tree's blocks lie in the first partition. */
const treeStarts: Readonly<Record<UdfKind, number>> = { plain: 0, virtual: 40, metadata: 32 };
const treeBlocks = 16;

const numbers = { volumeSequenceNumber: 1, partitionNumber: 0 };
const plainMap: PartitionMap = { kind: "plain", ...numbers };
const maps: Readonly<Record<UdfKind, readonly PartitionMap[]>> = {
  plain: [plainMap],
  virtual: [
    plainMap,
    { kind: "virtual", ...numbers, partitionTypeIdentifier: udfEntity(partitionTypeIdentifiers.virtual, 0x0201) },
  ],
  metadata: [
    plainMap,
    {
      kind: "metadata",
      ...numbers,
      partitionTypeIdentifier: udfEntity(partitionTypeIdentifiers.metadata, 0x0250),
      metadataFileLocation: metadataFile,
      metadataMirrorFileLocation: metadataMirror,
      metadataBitmapFileLocation: noBitmapFile,
      allocationUnitSize: 16,
      alignmentUnitSize: 16,
      flags: 0,
    },
  ],
};

/** A volume, and where the blocks of its tree lie on the medium. */
export interface SmallUdf {
  readonly bytes: Uint8Array;
  lbaOf(block: number): number;
}

/** What the second map leads to. */
function addPartitionFiles(volume: MadeVolume, kind: UdfKind): void {
  if (kind === "metadata") {
    const allocation = shortExtent(treeBlocks * blockBytes, treeStarts.metadata);
    const entry: MadeEntry = { form: allocationForms.short, allocation, length: treeBlocks * blockBytes };
    volume.entry(metadataFile, { ...entry, fileType: fileTypes.metadata });
    volume.entry(metadataMirror, { ...entry, fileType: fileTypes.metadataMirror });
  }
  if (kind !== "virtual") return;
  const header = encode(virtualAllocationTableHeader, {
    lengthOfHeader: virtualAllocationTableHeader.size,
    lengthOfImplementationUse: 0,
    logicalVolumeIdentifier: "hand-made",
    previousVatIcbLocation: 0xffff_ffff,
    numberOfFiles: 1,
    numberOfDirectories: 2,
    minimumUdfReadRevision: 0x0201,
    minimumUdfWriteRevision: 0x0201,
    maximumUdfWriteRevision: 0x0201,
  });
  const entries = Uint8Array.from({ length: 4 * treeBlocks }, (_unused, at) => (at % 4 === 0 ? 40 + at / 4 : 0));
  const fileType = fileTypes.virtualAllocationTable;
  volume.entry(udfBlocks - 2 - partitionStart, { fileType, allocation: joined(header, entries) });
}

/** An allocation extent with one descriptor. */
function extentBlock(): Uint8Array {
  const allocation = longExtent(blockBytes, data + 9);
  const block = new Uint8Array(blockBytes);
  const head = { previousAllocationExtentLocation: 0, lengthOfAllocationDescriptors: allocation.length };
  allocationExtentDescriptor.write(head, block, 0);
  block.set(allocation, allocationExtentDescriptor.size);
  const context = { descriptorVersion: 3, tagSerialNumber: 1, tagLocation: udfPlaces.extent } as const;
  sealDescriptor(tagIdentifiers.allocationExtentDescriptor, block, 0, 8, context);
  return block;
}

/**
 * Makes a volume: "/file.bin" of two extents with a stream "notes", and "/folder" with a second name of it, "ä", and a
 * link whose target has a block of its own.
 */
export function smallUdf(kind: UdfKind): SmallUdf {
  const reference = kind === "plain" ? 0 : 1;
  const at = (block: number, bytes = blockBytes) => icbAt(block, reference, bytes);
  const places = udfPlaces;
  const volume = new MadeVolume({
    blocks: udfBlocks,
    maps: maps[kind],
    fileSet: at(places.fileSet),
    root: at(places.root),
  });
  // It puts its file set where a plain volume has it.
  volume.partitionBlock(0).fill(0);
  const block = (number: number): Uint8Array => volume.partitionBlock(treeStarts[kind] + number);
  const entry = (number: number, made: MadeEntry): void => block(number).set(volume.entryBytes(made, number));
  addPartitionFiles(volume, kind);
  volume.fileSet({}, block(places.fileSet), places.fileSet);
  const { directory } = fileCharacteristics;
  const rootItems = [
    { name: "file.bin", icb: at(places.file) },
    { name: "folder", icb: at(places.directory), characteristics: directory },
  ];
  const contents = volume.identifiers(rootItems, at(places.root), places.rootContents);
  block(places.rootContents).set(contents);
  const run = longExtent(contents.length, places.rootContents, reference);
  const form = allocationForms.long;
  entry(places.root, { fileType: fileTypes.directory, form, allocation: run, length: contents.length });
  const folderItems = [
    { name: "ä", icb: at(places.file) },
    { name: "link", icb: at(places.link) },
  ];
  const folder = volume.identifiers(folderItems, at(places.root), places.directory);
  entry(places.directory, { fileType: fileTypes.directory, allocation: folder });
  const next = longExtent(blockBytes, places.extent, reference, extentTypes.nextDescriptors);
  const allocation = joined(longExtent(2 * blockBytes, data), next);
  entry(places.file, { form, allocation, length: 3 * blockBytes, streams: at(places.streams) });
  block(places.extent).set(extentBlock());
  const streams = volume.identifiers([{ name: "notes", icb: at(places.stream) }], at(places.file), places.streams);
  entry(places.streams, { fileType: fileTypes.streamDirectory, allocation: streams });
  entry(places.stream, { flags: icbFlags.stream, allocation: new TextEncoder().encode("hi") });
  const components = pathComponentsOf("../x");
  volume.data(linkTarget, components);
  const target = longExtent(components.length, linkTarget);
  entry(places.link, { fileType: fileTypes.symlink, form, allocation: target, length: components.length });
  return { bytes: volume.bytes, lbaOf: (number) => partitionStart + treeStarts[kind] + number };
}
