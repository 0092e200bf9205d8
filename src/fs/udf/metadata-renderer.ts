/** Renders the run of blocks that `UdfLayout` lays out: file set, file entries, directories. */
import { blockBytes, blocksOf } from "../../units.js";
import { readContents } from "../layout/contents.js";
import type { Renderer } from "../layout/region.js";
import type { ContentRequest, Extent } from "../tree/content.js";
import type { Item } from "../tree/directory.js";
import {
  extentTypes,
  longAllocationDescriptor,
  maximumExtentBytes,
  noLongExtent,
  shortAllocationDescriptor,
} from "./allocation.js";
import { allocationExtentDescriptor } from "./allocation-extent.js";
import { DirectoryRenderer } from "./directory-renderer.js";
import { attributeBytes, writeAttributes } from "./extended-attribute-writer.js";
import { flagsOfMode, permissionsOfMode } from "./file-entry.js";
import type { FileEntryForm, IcbAddress, WrittenFileEntry } from "./file-entry-form.js";
import { allocationForms, fileTypes, icbFlags } from "./icb.js";
import { pathComponentsOf } from "./path-components.js";
import type { TagContext } from "./tag.js";
import { sealDescriptor, tagIdentifiers } from "./tag.js";
import type { DescriptorChain, StreamEntry, UdfDirectory, UdfLayout } from "./udf-layout.js";
import { fileSetBlocks } from "./udf-layout.js";
import type { VolumeRenderer } from "./volume-writer.js";

/** The times of an item, in milliseconds since 1970. */
export interface UdfTimes {
  modifyMs(item: Item): number;
  accessMs(item: Item): number;
  attributesMs(item: Item): number;
  /** `null` where it is not known. */
  creationMs(item: Item): number | null;
}

/** Where things lie, once the image is planned. */
export interface UdfAddresses {
  /** How the ICB in a block of the run is addressed. */
  icb(block: number): IcbAddress;
  /** What the tag in a block of the run states as its location: an ICB, or anything else. */
  icbTagLocation(block: number): number;
  dataTagLocation(block: number): number;
  /** The reference number of the partition that directories and chains lie in, and their blocks' numbers in it. */
  readonly dataReference: number;
  /** The block, in the partition, of an absolute block: of contents. */
  contentBlock(lba: number): number;
  /** First block of the contents of this session. */
  readonly contentsLba: number;
}

const fileTypeOf: Readonly<Record<Exclude<Item["type"], "directory" | "file">, number>> = {
  symlink: fileTypes.symlink,
  block: fileTypes.block,
  character: fileTypes.character,
  fifo: fileTypes.fifo,
  socket: fileTypes.socket,
};

/** Bytes behind the tag of an allocation extent but its descriptors; the CRC covers these, too, since 2.01. OSTA UDF 2.3.11.1. */
const chainHeadCrcBytes = 8;
const chainCoveredSince = 0x0201;

/** What is behind the extended attributes of an entry. */
interface EntryBody {
  readonly form: number;
  readonly bytes: number;
  readonly blocksRecorded: number;
  /** Writes allocation descriptors or embedded bytes; contents to be read are returned. */
  write(target: Uint8Array, at: number): ContentRequest | undefined;
}

/** A descriptor whose tag has to wait until what is embedded in it has been read. */
interface Unsealed {
  readonly at: number;
  readonly crcLength: number;
  readonly tag: TagContext;
}

/** Renders blocks of the run, in any order. */
export class MetadataRenderer {
  readonly #layout: UdfLayout;
  readonly #addresses: UdfAddresses;
  readonly #volume: VolumeRenderer;
  readonly #form: FileEntryForm;
  readonly #times: UdfTimes;
  readonly #tagSerialNumber: number;
  readonly #directories: DirectoryRenderer;

  constructor(
    layout: UdfLayout,
    addresses: UdfAddresses,
    volume: VolumeRenderer,
    form: FileEntryForm,
    times: UdfTimes,
    tagSerialNumber: number,
  ) {
    this.#layout = layout;
    this.#addresses = addresses;
    this.#volume = volume;
    this.#form = form;
    this.#times = times;
    this.#tagSerialNumber = tagSerialNumber;
    this.#directories = new DirectoryRenderer(layout, addresses, tagSerialNumber);
  }

  /** Fills blocks of the run. */
  readonly render: Renderer = async (first, out, _plan, signal) => {
    const layout = this.#layout;
    const requests: ContentRequest[] = [];
    const unsealed: Unsealed[] = [];
    const end = Math.min(first + out.length / blockBytes, layout.blocks);
    for (let block = first; block < end; block++) {
      const at = (block - first) * blockBytes;
      if (block < fileSetBlocks) this.#renderFileSet(block, out, at);
      else if (block < layout.firstChainBlock) this.#renderEntryAt(block, out, at, requests, unsealed);
    }
    for (const [entryBlock, chain] of layout.chains) {
      if (chain.firstBlock < end && chain.firstBlock + chain.blocks > first) this.#renderChain(entryBlock, first, out);
    }
    this.#directories.render(first, out);
    await readContents(requests, signal);
    for (const { at, crcLength, tag } of unsealed) sealDescriptor(this.#form.tagIdentifier, out, at, crcLength, tag);
  };

  #tag(tagLocation: number): TagContext {
    const { descriptorVersion } = this.#layout.options.rules;
    return { descriptorVersion, tagSerialNumber: this.#tagSerialNumber, tagLocation };
  }

  #renderFileSet(block: number, out: Uint8Array, at: number): void {
    const location = this.#addresses.icbTagLocation(block);
    const root = { ...noLongExtent, ...this.#addresses.icb(fileSetBlocks), extentLength: blockBytes };
    if (block === 0) this.#volume.renderFileSet(root, location, out, at);
    else if (this.#layout.options.structure !== "virtual") this.#volume.renderFileSetEnd(location, out, at);
  }

  #renderEntryAt(block: number, out: Uint8Array, at: number, requests: ContentRequest[], unsealed: Unsealed[]): void {
    const layout = this.#layout;
    const tag = this.#tag(this.#addresses.icbTagLocation(block));
    const write = (item: Item, isStream: boolean, entry: PartialEntry, body: EntryBody): void => {
      const lengthOfExtendedAttributes = isStream ? 0 : attributeBytes(item, layout.options);
      const { headBytes } = this.#form;
      const head = { ...entry, flags: entry.flags + body.form, blocksRecorded: body.blocksRecorded };
      const lengths = { lengthOfExtendedAttributes, lengthOfAllocationDescriptors: body.bytes };
      this.#form.write({ ...head, ...lengths }, out, at);
      if (!isStream) writeAttributes(item, layout.options, out, at + headBytes, tag);
      const request = body.write(out, at + headBytes + lengthOfExtendedAttributes);
      if (request !== undefined) requests.push(request);
      unsealed.push({ at, crcLength: headBytes - 16 + lengthOfExtendedAttributes + body.bytes, tag });
    };
    if (block < layout.firstObjectBlock) {
      const index = block - fileSetBlocks;
      const directory = layout.directories[index]!;
      write(
        directory.source.node,
        false,
        this.#directoryEntry(directory, index),
        this.#directoryBody(directory, directory),
      );
    } else if (block < layout.firstStreamBlock) {
      const object = layout.writtenObjects[block - layout.firstObjectBlock]!;
      const item = layout.itemOfObject[object]!;
      write(item, false, this.#objectEntry(item, object), this.#objectBody(item, object, block));
    } else {
      const entry = layout.streamEntries[block - layout.firstStreamBlock];
      // Directories of streams lie behind the entries: they are rendered with the others.
      if (entry !== undefined) write(entry.item, true, this.#streamEntry(entry), this.#streamBody(entry));
    }
  }

  #commonEntry(item: Item): CommonEntry {
    const times = this.#times;
    const modifyMs = times.modifyMs(item);
    const directory = this.#layout.streamDirectoryOf.get(item);
    return {
      uid: item.uid,
      gid: item.gid,
      permissions: permissionsOfMode(item.mode),
      flags: flagsOfMode(item.mode),
      modifyMs,
      accessMs: times.accessMs(item),
      attributesMs: times.attributesMs(item),
      creationMs: times.creationMs(item) ?? modifyMs,
      streamDirectory: directory === undefined ? undefined : this.#addresses.icb(directory.block),
    };
  }

  /** Bytes of all streams of an item. */
  #streamsBytes(item: Item): number {
    const { catalog, contents } = this.#layout.options;
    const streams = catalog.streams.get(item) ?? [];
    return streams.reduce((sum, { content }) => sum + contents.contents[content]!.bytes, 0);
  }

  /** The directory of an item's streams names the item as its parent. ECMA-167 4/14.9.6. */
  #linksOfStreams(item: Item): number {
    return this.#layout.streamDirectoryOf.has(item) ? 1 : 0;
  }

  #directoryEntry({ source, bytes, subdirectories }: UdfDirectory, index: number): PartialEntry {
    return {
      ...this.#commonEntry(source.node),
      fileType: fileTypes.directory,
      // Its name in the parent, for the root its own parent entry; and the parent entries of its children.
      links: 1 + subdirectories + this.#linksOfStreams(source.node),
      informationLength: bytes,
      objectSize: bytes + this.#streamsBytes(source.node),
      uniqueId: this.#layout.uniqueIdAt(fileSetBlocks + index),
    };
  }

  /** @param embedded What is kept in the entry where the directory has no block of its own. */
  #directoryBody(
    { bytes, firstBlock }: Pick<UdfDirectory, "bytes" | "firstBlock">,
    embedded?: UdfDirectory,
  ): EntryBody {
    if (firstBlock < 0 && embedded !== undefined) {
      return this.#embedded(bytes, (target, at) => {
        this.#directories.renderEmbedded(embedded, target, at);
        return undefined;
      });
    }
    const position = this.#addresses.dataTagLocation(firstBlock);
    return this.#descriptors([{ lba: position, bytes }], this.#addresses.dataReference, (lba) => lba, undefined);
  }

  /** A body that is the file itself. */
  #embedded(bytes: number, write: (target: Uint8Array, at: number) => ContentRequest | undefined): EntryBody {
    return {
      form: allocationForms.embedded,
      bytes,
      blocksRecorded: 0,
      write,
    };
  }

  #objectEntry(item: Item, object: number): PartialEntry {
    const { catalog, contents, rules } = this.#layout.options;
    const content = catalog.contentOfObject[object]!;
    const informationLength =
      item.type === "symlink"
        ? pathComponentsOf(item.target).length
        : content < 0
          ? 0
          : contents.contents[content]!.bytes;
    const isRealTime = item.type === "file" && item.realTime && rules.hasRealTimeFiles;
    return {
      ...this.#commonEntry(item),
      fileType:
        item.type === "file" ? (isRealTime ? fileTypes.realTime : fileTypes.file) : fileTypeOf[item.type as "symlink"],
      links: catalog.links[object]! + this.#linksOfStreams(item),
      informationLength,
      objectSize: informationLength + this.#streamsBytes(item),
      uniqueId: this.#layout.uniqueIdOfObject(object),
    };
  }

  #objectBody(item: Item, object: number, block: number): EntryBody {
    if (item.type === "symlink") {
      const components = pathComponentsOf(item.target);
      return this.#embedded(components.length, (target, at) => {
        target.set(components, at);
        return undefined;
      });
    }
    return this.#contentBody(this.#layout.options.catalog.contentOfObject[object]!, block);
  }

  #streamEntry({ item, stream, bytes, ownerBlock }: StreamEntry): PartialEntry {
    const informationLength =
      stream === undefined ? bytes : this.#layout.options.contents.contents[stream.content]!.bytes;
    const common = this.#commonEntry(item);
    return {
      ...common,
      flags: stream === undefined ? 0 : icbFlags.stream,
      streamDirectory: undefined,
      fileType: stream === undefined ? fileTypes.streamDirectory : fileTypes.file,
      links: stream === undefined ? 0 : 1,
      informationLength,
      objectSize: informationLength,
      uniqueId: this.#layout.uniqueIdAt(ownerBlock),
    };
  }

  #streamBody(entry: StreamEntry): EntryBody {
    return entry.stream === undefined
      ? this.#directoryBody(entry)
      : this.#contentBody(entry.stream.content, entry.block);
  }

  #contentBody(content: number, block: number): EntryBody {
    const { contents } = this.#layout.options;
    const contentBlock = (lba: number): number => this.#addresses.contentBlock(lba);
    if (content >= 0 && contents.isEmbedded(content)) {
      const { [content]: source } = contents.contents;
      const bytes = source!.bytes;
      return {
        form: allocationForms.embedded,
        bytes,
        blocksRecorded: 0,
        write: (target, at) => ({ content: source!, offset: 0, into: target.subarray(at, at + bytes) }),
      };
    }
    return this.#descriptors(this.#contentExtents(content), 0, contentBlock, this.#layout.chains.get(block));
  }

  #contentExtents(content: number): readonly Extent[] {
    if (this.#layout.extentCount(content) === 0) return [];
    return this.#layout.options.contents.extents(content, maximumExtentBytes, this.#addresses.contentsLba);
  }

  /** The allocation descriptors that stand in an entry; with a chain, the last of them leads to it. */
  #descriptors(
    extents: readonly Extent[],
    reference: number,
    blockOf: (lba: number) => number,
    chain: DescriptorChain | undefined,
  ): EntryBody {
    // Directories lie where their entries do, but for a virtual partition, which holds nothing but entries.
    const isShort =
      this.#layout.options.structure === "plain" ||
      (this.#layout.options.structure === "metadata" && reference === this.#addresses.dataReference);
    const descriptorBytes = isShort ? shortAllocationDescriptor.size : longAllocationDescriptor.size;
    const own = chain?.ownDescriptors ?? extents.length;
    const bytes = (own + (chain === undefined ? 0 : 1)) * descriptorBytes;
    return {
      form: isShort ? allocationForms.short : allocationForms.long,
      bytes,
      blocksRecorded: extents.reduce((sum, extent) => sum + blocksOf(extent.bytes), 0),
      write: (target, at) => {
        for (let index = 0; index < own; index++) {
          const { lba, bytes: length } = extents[index]!;
          writeExtent(target, at + index * descriptorBytes, isShort, length, 0, blockOf(lba!), reference);
        }
        if (chain !== undefined) this.#writeNext(target, at + own * descriptorBytes, isShort, chain.firstBlock);
        return undefined;
      },
    };
  }

  #writeNext(target: Uint8Array, at: number, isShort: boolean, chainBlock: number): void {
    const { dataReference } = this.#addresses;
    const position = this.#addresses.dataTagLocation(chainBlock);
    writeExtent(target, at, isShort, blockBytes, extentTypes.nextDescriptors, position, dataReference);
  }

  /** Writes those blocks of an entry's chain that lie in the range. */
  #renderChain(entryBlock: number, first: number, out: Uint8Array): void {
    const layout = this.#layout;
    const { firstBlock, blocks, ownDescriptors } = layout.chains.get(entryBlock)!;
    const content =
      entryBlock < layout.firstStreamBlock
        ? layout.options.catalog.contentOfObject[layout.writtenObjects[entryBlock - layout.firstObjectBlock]!]!
        : layout.streamEntries[entryBlock - layout.firstStreamBlock]!.stream!.content;
    const extents = this.#contentExtents(content);
    const isShort = layout.options.structure === "plain";
    const descriptorBytes = layout.contentDescriptorBytes;
    const perBlock = layout.descriptorsPerChainBlock - 1;
    const isWholeCovered = layout.options.rules.number >= chainCoveredSince;
    for (let index = 0; index < blocks; index++) {
      const block = firstBlock + index;
      if (block < first || block >= first + out.length / blockBytes) continue;
      const at = (block - first) * blockBytes;
      const isLast = index === blocks - 1;
      const from = ownDescriptors + index * perBlock;
      const here = isLast ? extents.slice(from) : extents.slice(from, from + perBlock);
      const count = here.length + (isLast ? 0 : 1);
      const lengthOfAllocationDescriptors = count * descriptorBytes;
      const head = { previousAllocationExtentLocation: 0, lengthOfAllocationDescriptors };
      allocationExtentDescriptor.write(head, out, at);
      let target = at + allocationExtentDescriptor.size;
      for (const { lba, bytes } of here) {
        writeExtent(out, target, isShort, bytes, 0, this.#addresses.contentBlock(lba!), 0);
        target += descriptorBytes;
      }
      if (!isLast) this.#writeNext(out, target, isShort, block + 1);
      const tag = this.#tag(this.#addresses.dataTagLocation(block));
      const covered = isWholeCovered ? lengthOfAllocationDescriptors : 0;
      sealDescriptor(tagIdentifiers.allocationExtentDescriptor, out, at, chainHeadCrcBytes + covered, tag);
    }
  }
}

type CommonEntry = Pick<
  WrittenFileEntry,
  "uid" | "gid" | "permissions" | "flags" | "modifyMs" | "accessMs" | "attributesMs" | "creationMs" | "streamDirectory"
>;

type PartialEntry = Omit<
  WrittenFileEntry,
  "blocksRecorded" | "lengthOfExtendedAttributes" | "lengthOfAllocationDescriptors"
>;

function writeExtent(
  target: Uint8Array,
  at: number,
  isShort: boolean,
  extentLength: number,
  extentType: number,
  block: number,
  partitionReferenceNumber: number,
): void {
  if (isShort) {
    shortAllocationDescriptor.write({ extentLength, extentType, extentPosition: block }, target, at);
    return;
  }
  const value = { ...noLongExtent, extentLength, extentType, logicalBlockNumber: block, partitionReferenceNumber };
  longAllocationDescriptor.write(value, target, at);
}
