/** Writes where files lie: the allocation descriptors in their entries, and the chains that go on elsewhere. */
import { blockBytes, blocksOf } from "../../units.js";
import type { ContentRequest, Extent } from "../tree/content.js";
import {
  extentTypes,
  longAllocationDescriptor,
  maximumExtentBytes,
  noLongExtent,
  shortAllocationDescriptor,
} from "./allocation.js";
import { allocationExtentDescriptor } from "./allocation-extent.js";
import { allocationForms } from "./icb.js";
import type { UdfAddresses } from "./metadata-renderer.js";
import type { TagContext } from "./tag.js";
import { sealDescriptor, tagIdentifiers } from "./tag.js";
import type { DescriptorChain, UdfLayout } from "./udf-layout.js";

/** Bytes behind the tag of an allocation extent but its descriptors; since 2.01 the CRC covers these, too. OSTA UDF 2.3.11.1. */
const chainHeadCrcBytes = 8;
const chainsCoveredSince = 0x0201;

/** What is behind the extended attributes of an entry. */
export interface EntryBody {
  /** One of `allocationForms`. */
  readonly form: number;
  readonly bytes: number;
  readonly blocksRecorded: number;
  /** Writes allocation descriptors or embedded bytes; contents to be read are returned. */
  write(target: Uint8Array, at: number): ContentRequest | undefined;
}

/** A body that is the file itself. */
export function embeddedBody(
  bytes: number,
  write: (target: Uint8Array, at: number) => ContentRequest | undefined,
): EntryBody {
  return { form: allocationForms.embedded, bytes, blocksRecorded: 0, write };
}

/** A body that is the file itself, whose bytes are known. */
export function embeddedBytesBody(bytes: Uint8Array): EntryBody {
  return embeddedBody(bytes.length, (target, at) => {
    target.set(bytes, at);
    return undefined;
  });
}

/** Writes allocation descriptors of the files and directories of a layout. */
export class AllocationWriter {
  readonly #layout: UdfLayout;
  readonly #addresses: UdfAddresses;

  constructor(layout: UdfLayout, addresses: UdfAddresses) {
    this.#layout = layout;
    this.#addresses = addresses;
  }

  /** A directory that lies in blocks of its own. */
  directoryBody(firstBlock: number, bytes: number): EntryBody {
    const { dataReference, dataTagLocation } = this.#addresses;
    // Directories lie where their entries do, but for a virtual partition, which holds nothing but entries.
    const isShort = this.#layout.options.structure !== "virtual";
    return this.#body([{ lba: dataTagLocation(firstBlock), bytes }], isShort, dataReference, 0, undefined);
  }

  /** A file, or a stream, whose entry is in that block. */
  contentBody(content: number, block: number): EntryBody {
    const { contents } = this.#layout.options;
    if (content >= 0 && contents.isEmbedded(content)) {
      const source = contents.contents[content]!;
      const { bytes } = source;
      return embeddedBody(bytes, (target, at) => ({
        content: source,
        offset: 0,
        into: target.subarray(at, at + bytes),
      }));
    }
    const { contentBlockOffset } = this.#addresses;
    const chain = this.#layout.chains.get(block);
    return this.#body(this.#extents(content), this.#areContentsShort, 0, contentBlockOffset, chain);
  }

  /** Short descriptors are those of the partition in which they stand. ECMA-167 4/14.14.1. */
  get #areContentsShort(): boolean {
    return this.#layout.options.structure === "plain";
  }

  #extents(content: number): readonly Extent[] {
    if (this.#layout.extentCount(content) === 0) return [];
    return this.#layout.options.contents.extents(content, maximumExtentBytes, this.#addresses.contentsLba);
  }

  /** The descriptors that stand in an entry; with a chain, the last of them leads to it. */
  #body(
    extents: readonly Extent[],
    isShort: boolean,
    reference: number,
    offset: number,
    chain: DescriptorChain | undefined,
  ): EntryBody {
    const descriptorBytes = isShort ? shortAllocationDescriptor.size : longAllocationDescriptor.size;
    const own = chain?.ownDescriptors ?? extents.length;
    return {
      form: isShort ? allocationForms.short : allocationForms.long,
      bytes: (own + (chain === undefined ? 0 : 1)) * descriptorBytes,
      blocksRecorded: extents.reduce((sum, { bytes }) => sum + blocksOf(bytes), 0),
      write: (target, at) => {
        for (let index = 0; index < own; index++) {
          const { lba, bytes } = extents[index]!;
          writeExtent(target, at + index * descriptorBytes, isShort, bytes, lba! - offset, reference);
        }
        if (chain !== undefined) this.#writeNext(target, at + own * descriptorBytes, isShort, chain.firstBlock);
        return undefined;
      },
    };
  }

  #writeNext(target: Uint8Array, at: number, isShort: boolean, chainBlock: number): void {
    const { dataReference, dataTagLocation } = this.#addresses;
    const position = dataTagLocation(chainBlock);
    writeExtent(target, at, isShort, blockBytes, position, dataReference, extentTypes.nextDescriptors);
  }

  /** Writes those blocks of an entry's chain that lie among the blocks from `first` on. */
  renderChain(
    chain: DescriptorChain,
    first: number,
    out: Uint8Array,
    tagOf: (tagLocation: number) => TagContext,
  ): void {
    const { firstBlock, blocks, content } = chain;
    const extents = this.#extents(content);
    const areCovered = this.#layout.options.rules.number >= chainsCoveredSince;
    for (let index = 0; index < blocks; index++) {
      const block = firstBlock + index;
      if (block < first || block >= first + out.length / blockBytes) continue;
      const at = (block - first) * blockBytes;
      const descriptorBytes = this.#renderChainBlock(extents, chain, index, out, at);
      const tag = tagOf(this.#addresses.dataTagLocation(block));
      const crcLength = chainHeadCrcBytes + (areCovered ? descriptorBytes : 0);
      sealDescriptor(tagIdentifiers.allocationExtentDescriptor, out, at, crcLength, tag);
    }
  }

  /** @returns Bytes of the descriptors in it. */
  #renderChainBlock(
    extents: readonly Extent[],
    { firstBlock, blocks, ownDescriptors }: DescriptorChain,
    index: number,
    out: Uint8Array,
    at: number,
  ): number {
    const isShort = this.#areContentsShort;
    const descriptorBytes = this.#layout.contentDescriptorBytes;
    const perBlock = this.#layout.descriptorsPerChainBlock - 1;
    const isLast = index === blocks - 1;
    const from = ownDescriptors + index * perBlock;
    const here = isLast ? extents.slice(from) : extents.slice(from, from + perBlock);
    const lengthOfAllocationDescriptors = (here.length + (isLast ? 0 : 1)) * descriptorBytes;
    allocationExtentDescriptor.write({ previousAllocationExtentLocation: 0, lengthOfAllocationDescriptors }, out, at);
    let target = at + allocationExtentDescriptor.size;
    for (const { lba, bytes } of here) {
      writeExtent(out, target, isShort, bytes, lba! - this.#addresses.contentBlockOffset, 0);
      target += descriptorBytes;
    }
    if (!isLast) this.#writeNext(out, target, isShort, firstBlock + index + 1);
    return lengthOfAllocationDescriptors;
  }
}

function writeExtent(
  target: Uint8Array,
  at: number,
  isShort: boolean,
  extentLength: number,
  block: number,
  partitionReferenceNumber: number,
  extentType: number = extentTypes.recorded,
): void {
  if (isShort) {
    shortAllocationDescriptor.write({ extentLength, extentType, extentPosition: block }, target, at);
    return;
  }
  const value = { ...noLongExtent, extentLength, extentType, logicalBlockNumber: block, partitionReferenceNumber };
  longAllocationDescriptor.write(value, target, at);
}
