/**
 * Where the file set, the file entries and the directories of a volume lie: one run of blocks, because that is what a
 * metadata partition has to be for all readers, and what the head of a drive likes in any case.
 */
import { alignUp, blockBytes, blocksOf } from "../../units.js";
import type { Catalog, CatalogDirectory } from "../layout/catalog.js";
import type { ContentLayout } from "../layout/contents.js";
import type { UnicodeForm } from "../names/charset.js";
import type { Item } from "../tree/directory.js";
import type { FileEntryReference } from "../tree/disc-entry.js";
import { longAllocationDescriptor, maximumExtentBytes, shortAllocationDescriptor } from "./allocation.js";
import { allocationExtentDescriptor } from "./allocation-extent.js";
import { identifiersBytes } from "./directory-size.js";
import { attributeBytes } from "./extended-attribute-writer.js";
import type { RevisionRules } from "./revision.js";
import { Naming, streamNames } from "./udf-naming.js";

/** How file entries are found: in the partition itself, in a file of it, or by a table. OSTA UDF 2.2.8 to 2.2.10. */
export type UdfStructure = "plain" | "metadata" | "virtual";

/** What a layout is made of. */
export interface UdfLayoutOptions {
  readonly rules: RevisionRules;
  readonly structure: UdfStructure;
  readonly catalog: Catalog;
  readonly contents: ContentLayout;
  /** Whether links, devices, FIFOs and sockets are written. 7-Zip refuses a volume that has any. */
  readonly specialFiles: boolean;
  /** The form of Unicode that names are brought into. */
  readonly form: UnicodeForm | undefined;
  /** Whether directories are kept in their file entries where they fit. */
  readonly embedsDirectories: boolean;
  /** Bytes of a file entry before its extended attributes. */
  readonly entryHeadBytes: number;
  /** The first unique id that is free. */
  readonly firstUniqueId: number;
  /** When an item was created, in milliseconds since 1970; `null` where that is not known. */
  creationMs(item: Item): number | null;
  /** The entry of an earlier session that says of an object what would be written; `undefined` for none. */
  reference(item: Item, links: number): FileEntryReference | undefined;
  onOmitted(path: string, reason: string): void;
  onShortened(path: string, name: string): void;
  /** The same of a named stream, which is in no other tree. */
  onStreamShortened(path: string, name: string): void;
  /** A path is longer than its revision allows. */
  onLongPath(path: string, bytes: number, limitBytes: number): void;
}

/** One directory of the volume. */
export interface UdfDirectory {
  readonly source: CatalogDirectory;
  /** Positions, among the children of `source`, of those that are in UDF. */
  readonly positions: readonly number[];
  readonly names: readonly string[];
  /** Bytes of its file identifiers. */
  readonly bytes: number;
  /** First block of its file identifiers; -1 where they are in its file entry. */
  readonly firstBlock: number;
  readonly subdirectories: number;
  /** Of positions whose objects have been named before: numbers among all those names. */
  readonly laterNames: ReadonlyMap<number, number>;
}

/** A named stream, the directory of an item's streams, or its file of attributes. */
export interface StreamEntry {
  readonly item: Item;
  /** Blocks of its file entry, and of the item's. */
  readonly block: number;
  readonly ownerBlock: number;
  readonly kind: "directory" | "stream" | "attributes";
  /** A stream's name, and its content; `undefined` for the directory. Files of attributes have no name. */
  readonly stream: { readonly name: string; readonly content: number } | undefined;
  /** Of a directory: its streams, its first block and its bytes. */
  readonly streams: readonly StreamEntry[];
  readonly firstBlock: number;
  readonly bytes: number;
}

/** Allocation descriptors that found no room in a file entry: a chain of blocks. */
export interface DescriptorChain {
  /** Number of the content whose extents they are. */
  readonly content: number;
  /** Descriptors in the entry itself, before the one that leads to the chain. */
  readonly ownDescriptors: number;
  readonly firstBlock: number;
  readonly blocks: number;
}

/** Blocks of the file set: its descriptor, and the one that ends it. */
export const fileSetBlocks = 2;

/** The first unique id of an item that is not the root. OSTA UDF 3.2.1.1. */
export const firstFreeUniqueId = 16;

/** Lays the metadata of a volume out. Blocks are counted from the run's first. */
export class UdfLayout {
  readonly options: UdfLayoutOptions;
  /** In the order of the catalog's directories. */
  readonly directories: readonly UdfDirectory[];
  /** For each object, the block of its file entry; -1 for one that is not written. */
  readonly blockOfObject: Int32Array;
  /** Objects by their file entries, from {@link firstObjectBlock} on. */
  readonly writtenObjects: Int32Array;
  readonly firstObjectBlock: number;
  /** Items by the numbers of their objects. */
  readonly itemOfObject: readonly (Item | undefined)[];
  /** Entries of earlier sessions by the numbers of their objects. */
  readonly references: ReadonlyMap<number, FileEntryReference>;
  readonly streamEntries: readonly StreamEntry[];
  readonly streamDirectoryOf: ReadonlyMap<Item, StreamEntry>;
  /** Files of attributes by their items. */
  readonly attributeFileOf: ReadonlyMap<Item, StreamEntry>;
  readonly firstStreamBlock: number;
  /** By the block of the file entry. */
  readonly chains: ReadonlyMap<number, DescriptorChain>;
  readonly firstChainBlock: number;
  readonly firstDirectoryBlock: number;
  readonly blocks: number;
  /** File identifiers that name no directory. OSTA UDF 2.2.6.4. */
  readonly files: number;
  /** Names of objects that have been named before. */
  readonly #laterNames: number;

  constructor(options: UdfLayoutOptions) {
    this.options = options;
    const { catalog } = options;
    const named = new Naming(options).run();
    this.itemOfObject = named.itemOfObject;
    this.files = named.files;
    this.#laterNames = named.laterNames;
    const references = new Map<number, FileEntryReference>();
    const written: number[] = [];
    this.blockOfObject = new Int32Array(catalog.links.length).fill(-1);
    let block = fileSetBlocks + catalog.directories.length;
    this.firstObjectBlock = block;
    for (let object = 0; object < this.itemOfObject.length; object++) {
      const item = this.itemOfObject[object];
      if (item === undefined) continue;
      const reference = options.reference(item, catalog.links[object]!);
      if (reference !== undefined) {
        references.set(object, reference);
        continue;
      }
      this.blockOfObject[object] = block++;
      written.push(object);
    }
    this.references = references;
    this.writtenObjects = Int32Array.from(written);
    this.firstStreamBlock = block;
    const streams = layStreams(options, block, this.#ownerBlocks());
    this.streamEntries = streams.entries;
    this.streamDirectoryOf = streams.directoryOf;
    this.attributeFileOf = streams.attributesOf;
    this.firstChainBlock = block + streams.blocks;
    const chains = new Map<number, DescriptorChain>();
    this.chains = chains;
    block = this.#layChains(chains, this.firstChainBlock);
    this.firstDirectoryBlock = block;
    this.directories = named.directories.map((directory) => {
      const isEmbedded = this.isEmbedded(directory);
      const placed: UdfDirectory = { ...directory, firstBlock: isEmbedded ? -1 : block };
      if (!isEmbedded) block += blocksOf(directory.bytes);
      return placed;
    });
    this.blocks = block;
  }

  /** Whether a directory's identifiers are kept in its file entry. */
  isEmbedded({ bytes, source }: Pick<UdfDirectory, "bytes" | "source">): boolean {
    return this.options.embedsDirectories && bytes <= this.roomOf(source.node);
  }

  /** Bytes a file entry has for allocation descriptors, or for what is embedded. */
  roomOf(item: Item): number {
    const { entryHeadBytes } = this.options;
    return blockBytes - entryHeadBytes - attributeBytes(item, this.options);
  }

  /** Bytes of an allocation descriptor of contents: only those of the partition itself can be short. */
  get contentDescriptorBytes(): number {
    return this.options.structure === "plain" ? shortAllocationDescriptor.size : longAllocationDescriptor.size;
  }

  /** The block behind the last file entry: directories of streams follow, and all that no entry of a table leads to. */
  get endOfEntries(): number {
    return this.firstStreamBlock + this.streamEntries.length;
  }

  /** The first unique id behind those of this layout. */
  get nextUniqueId(): number {
    return this.uniqueIdOfLaterName(this.#laterNames);
  }

  /** Of the names of one object, the first has the id of the file entry, and each other one of its own. OSTA UDF 3.2.1.1. */
  uniqueIdOfLaterName(number: number): number {
    return this.uniqueIdAt(this.firstStreamBlock) + number;
  }

  /** The unique id of an object. */
  uniqueIdOfObject(object: number): number {
    const block = this.blockOfObject[object]!;
    return block < 0 ? this.references.get(object)!.uniqueId : this.uniqueIdAt(block);
  }

  /** The unique id of the item whose file entry is in that block; the root's is 0. OSTA UDF 3.2.1.1. */
  uniqueIdAt(block: number): number {
    return block === fileSetBlocks ? 0 : this.options.firstUniqueId + block - fileSetBlocks - 1;
  }

  /** The blocks of the file entries of items that have streams, or files of attributes. */
  #ownerBlocks(): ReadonlyMap<Item, number> {
    const { streams, attributeFiles, directories } = this.options.catalog;
    const found = new Map<Item, number>();
    if (streams.size + attributeFiles.size === 0) return found;
    const isOwner = (item: Item): boolean => streams.has(item) || attributeFiles.has(item);
    for (const { node, index } of directories) if (isOwner(node)) found.set(node, fileSetBlocks + index);
    for (const object of this.writtenObjects) {
      const item = this.itemOfObject[object]!;
      if (isOwner(item)) found.set(item, this.blockOfObject[object]!);
    }
    return found;
  }

  /** How many allocation descriptors of those of a content stand in each block of a chain. */
  get descriptorsPerChainBlock(): number {
    return Math.floor((blockBytes - allocationExtentDescriptor.size) / this.contentDescriptorBytes);
  }

  /** In how many extents a content lies; 0 for one that is empty or embedded. */
  extentCount(content: number): number {
    const { contents } = this.options;
    if (content < 0 || contents.isEmbedded(content) || contents.contents[content]!.bytes === 0) return 0;
    return contents.extentCount(content, maximumExtentBytes);
  }

  #layChains(chains: Map<number, DescriptorChain>, first: number): number {
    const { catalog } = this.options;
    let block = first;
    const lay = (entryBlock: number, item: Item, content: number): void => {
      const room = Math.floor(this.roomOf(item) / this.contentDescriptorBytes);
      const count = this.extentCount(content);
      if (count <= room) return;
      // The last descriptor of the entry, and of each block of the chain but the last, leads on.
      const perBlock = this.descriptorsPerChainBlock - 1;
      const ownDescriptors = room - 1;
      const blocks = Math.max(1, Math.ceil((count - ownDescriptors - 1) / perBlock));
      chains.set(entryBlock, { content, ownDescriptors, firstBlock: block, blocks });
      block += blocks;
    };
    for (const object of this.writtenObjects) {
      lay(this.blockOfObject[object]!, this.itemOfObject[object]!, catalog.contentOfObject[object]!);
    }
    for (const { block: entryBlock, item, stream } of this.streamEntries) {
      if (stream !== undefined) lay(entryBlock, item, stream.content);
    }
    return block;
  }
}

interface StreamLayout {
  readonly entries: readonly StreamEntry[];
  readonly directoryOf: ReadonlyMap<Item, StreamEntry>;
  readonly attributesOf: ReadonlyMap<Item, StreamEntry>;
  /** Of the entries, and of the directories behind them. */
  readonly blocks: number;
}

/** Lays streams out. Names of one item share its entry and so its streams: those of the first name are written. */
function layStreams(
  { catalog, onStreamShortened }: UdfLayoutOptions,
  first: number,
  ownerBlocks: ReadonlyMap<Item, number>,
): StreamLayout {
  const entries: StreamEntry[] = [];
  const directoryOf = new Map<Item, StreamEntry>();
  const attributesOf = new Map<Item, StreamEntry>();
  let directoryBlock = first;
  for (const item of ownerBlocks.keys()) {
    const streams = catalog.streams.get(item);
    directoryBlock += (streams === undefined ? 0 : 1 + streams.length) + (catalog.attributeFiles.has(item) ? 1 : 0);
  }
  for (const [item, ownerBlock] of ownerBlocks) {
    const attributes = catalog.attributeFiles.get(item);
    if (attributes !== undefined) {
      const stream = { name: "", content: attributes };
      const placed = { item, block: first + entries.length, ownerBlock, stream, streams: [], firstBlock: -1, bytes: 0 };
      const file: StreamEntry = { ...placed, kind: "attributes" };
      attributesOf.set(item, file);
      entries.push(file);
    }
    const streams = catalog.streams.get(item);
    if (streams === undefined) continue;
    const block = first + entries.length;
    const names = streamNames(item, streams, onStreamShortened);
    const own = streams.map(({ content }, index): StreamEntry => {
      const stream = { name: names[index]!, content };
      const place = { item, block: block + 1 + index, ownerBlock, firstBlock: -1, bytes: 0 };
      return { ...place, kind: "stream", stream, streams: [] };
    });
    const bytes = identifiersBytes(names, false);
    const place = { item, block, ownerBlock, firstBlock: directoryBlock, bytes };
    const directory: StreamEntry = { ...place, kind: "directory", stream: undefined, streams: own };
    directoryBlock += blocksOf(bytes);
    directoryOf.set(item, directory);
    entries.push(directory, ...own);
  }
  return { entries, directoryOf, attributesOf, blocks: directoryBlock - first };
}

/** Blocks of a metadata file: whole allocation units. OSTA UDF 2.2.10. */
export function metadataFileBlocks(blocks: number, allocationUnitBlocks: number): number {
  return alignUp(blocks, allocationUnitBlocks);
}
