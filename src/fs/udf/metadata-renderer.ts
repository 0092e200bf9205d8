/** Renders the run of blocks that `UdfLayout` lays out: file set, file entries, directories. */
import { blockBytes } from "../../units.js";
import { readContents } from "../layout/contents.js";
import type { Renderer } from "../layout/region.js";
import type { ContentRequest } from "../tree/content.js";
import type { Item } from "../tree/directory.js";
import { maximumExtentBytes, noLongExtent } from "./allocation.js";
import type { EntryBody } from "./allocation-writer.js";
import { AllocationWriter, embeddedBody, embeddedBytesBody } from "./allocation-writer.js";
import { AttributeFile } from "./attribute-file.js";
import { DirectoryRenderer } from "./directory-renderer.js";
import { attributeBytes, writeAttributes } from "./extended-attribute-writer.js";
import { flagsOfMode, permissionsOfMode } from "./file-entry.js";
import type { FileEntryForm, IcbAddress } from "./file-entry-form.js";
import { fileTypes, icbFlags } from "./icb.js";
import { pathComponentsOf } from "./path-components.js";
import type { TagContext } from "./tag.js";
import { sealDescriptor, tagBytes } from "./tag.js";
import type { StreamEntry, UdfDirectory, UdfLayout } from "./udf-layout.js";
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

/** What an entry states as the time of creation: where that is not known, nothing that happened later. OSTA UDF 3.3.4.3. */
export function entryCreationMs(times: UdfTimes, item: Item): number {
  return times.creationMs(item) ?? Math.min(times.modifyMs(item), times.accessMs(item), times.attributesMs(item));
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
  /** What an absolute block is more than the block in the partition: where the partition starts. */
  readonly contentBlockOffset: number;
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

/** Where an entry goes, and what is to be done when all of them are there. */
interface WrittenBlock {
  readonly out: Uint8Array;
  readonly at: number;
  readonly block: number;
  readonly requests: ContentRequest[];
  readonly unsealed: Unsealed[];
}

/** Above all flags of an ICB: marks entries that belong to an item's streams. */
const streamEntryFlag = 0x1_0000;

const nothing = new Uint8Array(0);

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
  readonly #allocation: AllocationWriter;

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
    this.#allocation = new AllocationWriter(layout, addresses);
    for (const file of layout.attributeFileOf.values()) this.#placeAttributes(file);
  }

  /** Tells a file of attributes where it lies. ECMA-167 4/14.10.1.1. */
  #placeAttributes({ block, stream }: StreamEntry): void {
    const { contents } = this.#layout.options;
    const { contentsLba, contentBlockOffset } = this.#addresses;
    const file = contents.contents[stream!.content]!;
    const [extent] = contents.extents(stream!.content, maximumExtentBytes, contentsLba);
    const isEmbedded = contents.isEmbedded(stream!.content);
    const location = isEmbedded ? this.#addresses.icbTagLocation(block) : extent!.lba! - contentBlockOffset;
    if (file instanceof AttributeFile) file.place(this.#tag(location));
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
      else if (block < layout.endOfEntries) this.#renderEntryAt(block, out, at, requests, unsealed);
    }
    for (const chain of layout.chains.values()) {
      if (chain.firstBlock >= end || chain.firstBlock + chain.blocks <= first) continue;
      this.#allocation.renderChain(chain, first, out, (tagLocation) => this.#tag(tagLocation));
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
    const written = { out, at, block, requests, unsealed };
    if (block < layout.firstObjectBlock) {
      const directory = layout.directories[block - fileSetBlocks]!;
      const { node } = directory.source;
      // Its name in the parent, for the root its own parent entry; and the parent entries of its children.
      const links = 1 + directory.subdirectories + this.#linksOfStreams(node);
      const body = this.#directoryBody(directory);
      this.#writeEntry(written, node, fileTypes.directory, 0, links, directory.bytes, layout.uniqueIdAt(block), body);
    } else if (block < layout.firstStreamBlock) {
      this.#writeObject(written, layout.writtenObjects[block - layout.firstObjectBlock]!);
    } else this.#writeStream(written, layout.streamEntries[block - layout.firstStreamBlock]!);
  }

  #writeObject(written: WrittenBlock, object: number): void {
    const layout = this.#layout;
    const { catalog, contents, rules } = layout.options;
    const item = layout.itemOfObject[object]!;
    const links = catalog.links[object]! + this.#linksOfStreams(item);
    const uniqueId = layout.uniqueIdAt(written.block);
    if (item.type === "file") {
      const content = catalog.contentOfObject[object]!;
      const fileType = item.realTime && rules.hasRealTimeFiles ? fileTypes.realTime : fileTypes.file;
      const body = this.#allocation.contentBody(content, written.block);
      this.#writeEntry(written, item, fileType, 0, links, contents.contents[content]!.bytes, uniqueId, body);
      return;
    }
    const components = item.type === "symlink" ? pathComponentsOf(item.target) : nothing;
    // A device has no contents: no descriptors, and nothing embedded.
    const body =
      item.type === "symlink" ? embeddedBytesBody(components) : this.#allocation.contentBody(-1, written.block);
    const fileType = fileTypeOf[item.type as "symlink"];
    this.#writeEntry(written, item, fileType, 0, links, components.length, uniqueId, body);
  }

  #writeStream(written: WrittenBlock, entry: StreamEntry): void {
    const { item, kind, stream, bytes, ownerBlock } = entry;
    const uniqueId = this.#layout.uniqueIdAt(ownerBlock);
    if (stream === undefined) {
      const body = this.#allocation.directoryBody(entry.firstBlock, bytes);
      this.#writeEntry(written, item, fileTypes.streamDirectory, streamEntryFlag, 0, bytes, uniqueId, body);
      return;
    }
    const { contents } = this.#layout.options.contents;
    const body = this.#allocation.contentBody(stream.content, written.block);
    if (kind === "attributes") {
      const length = contents[stream.content]!.bytes;
      this.#writeEntry(written, item, fileTypes.extendedAttributes, streamEntryFlag, 0, length, uniqueId, body);
      return;
    }
    const flags = streamEntryFlag + icbFlags.stream;
    this.#writeEntry(written, item, fileTypes.file, flags, 1, contents[stream.content]!.bytes, uniqueId, body);
  }

  /** Writes an entry up to its tag. @param flags Of the ICB; with {@link streamEntryFlag}, of an entry that is not the item's own. */
  #writeEntry(
    { out, at, block, requests, unsealed }: WrittenBlock,
    item: Item,
    fileType: number,
    flags: number,
    links: number,
    informationLength: number,
    uniqueId: number,
    body: EntryBody,
  ): void {
    const layout = this.#layout;
    const times = this.#times;
    const isStream = flags >= streamEntryFlag;
    const tag = this.#tag(this.#addresses.icbTagLocation(block));
    const lengthOfExtendedAttributes = isStream ? 0 : attributeBytes(item, layout.options);
    const streams = isStream ? undefined : layout.streamDirectoryOf.get(item);
    const attributes = isStream ? undefined : layout.attributeFileOf.get(item);
    const { headBytes } = this.#form;
    this.#form.write(
      {
        fileType,
        flags: body.form + (isStream ? flags - streamEntryFlag : flagsOfMode(item.mode)),
        uid: item.uid,
        gid: item.gid,
        permissions: permissionsOfMode(item.mode),
        links,
        informationLength,
        objectSize: streams === undefined ? informationLength : informationLength + this.#streamsBytes(item),
        blocksRecorded: body.blocksRecorded,
        accessMs: times.accessMs(item),
        modifyMs: times.modifyMs(item),
        attributesMs: times.attributesMs(item),
        creationMs: entryCreationMs(times, item),
        streamDirectory: streams === undefined ? undefined : this.#addresses.icb(streams.block),
        attributeFile: attributes === undefined ? undefined : this.#addresses.icb(attributes.block),
        uniqueId,
        lengthOfExtendedAttributes,
        lengthOfAllocationDescriptors: body.bytes,
      },
      out,
      at,
    );
    if (lengthOfExtendedAttributes > 0) writeAttributes(item, layout.options, out, at + headBytes, tag);
    const crcLength = headBytes - tagBytes + lengthOfExtendedAttributes + body.bytes;
    const request = body.write(out, at + headBytes + lengthOfExtendedAttributes);
    if (request === undefined) {
      sealDescriptor(this.#form.tagIdentifier, out, at, crcLength, tag);
    } else {
      requests.push(request);
      unsealed.push({ at, crcLength, tag });
    }
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

  #directoryBody(directory: UdfDirectory): EntryBody {
    const { firstBlock, bytes } = directory;
    if (firstBlock >= 0) return this.#allocation.directoryBody(firstBlock, bytes);
    return embeddedBody(bytes, (target, at) => {
      this.#directories.renderEmbedded(directory, target, at);
      return undefined;
    });
  }
}
