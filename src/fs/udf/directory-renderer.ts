/** Renders directories: the identifiers of their entries, each with its tag. OSTA UDF 2.3.4. */
import { encode } from "../../codec/struct.js";
import { blockBytes, blocksOf } from "../../units.js";
import { compressedUnicodeBytes } from "./compressed-unicode.js";
import { areTagsKeptWhole, fillingBehind } from "./directory-size.js";
import { implementationIdentifier, thisImplementation } from "./entity-identifier.js";
import type { IcbAddress } from "./file-entry-form.js";
import type { WrittenIdentifier } from "./file-identifier.js";
import { fileCharacteristics, writeFileIdentifier } from "./file-identifier.js";
import type { UdfAddresses } from "./metadata-renderer.js";
import type { TagContext } from "./tag.js";
import type { StreamEntry, UdfDirectory, UdfLayout } from "./udf-layout.js";
import { fileSetBlocks } from "./udf-layout.js";

const nothing = new Uint8Array(0);
const filling = encode(implementationIdentifier, thisImplementation);

/** Renders the directories of a layout. */
export class DirectoryRenderer {
  readonly #layout: UdfLayout;
  readonly #addresses: UdfAddresses;
  readonly #tagSerialNumber: number;
  /** The one rendered last: a large one is asked for in pieces. */
  #lastBlock = -1;
  #lastBytes: Uint8Array = nothing;

  constructor(layout: UdfLayout, addresses: UdfAddresses, tagSerialNumber: number) {
    this.#layout = layout;
    this.#addresses = addresses;
    this.#tagSerialNumber = tagSerialNumber;
  }

  /** Fills those of the blocks from `first` on that belong to directories. */
  render(first: number, out: Uint8Array): void {
    const end = first + out.length / blockBytes;
    for (const entry of this.#layout.streamDirectoryOf.values()) {
      if (entry.firstBlock >= end || entry.firstBlock + blocksOf(entry.bytes) <= first) continue;
      this.#copy(entry.firstBlock, () => this.#streamDirectory(entry), first, out);
    }
    const { directories } = this.#layout;
    for (let index = this.#directoryAt(first); index < directories.length; index++) {
      const directory = directories[index]!;
      if (directory.firstBlock >= end) break;
      if (directory.firstBlock < 0) continue;
      this.#copy(directory.firstBlock, () => this.#directory(directory, directory.firstBlock), first, out);
    }
  }

  /** Writes the identifiers of a directory that is kept in its file entry. */
  renderEmbedded(directory: UdfDirectory, target: Uint8Array, at: number): void {
    target.set(this.#directory(directory, -1), at);
  }

  /** Index of the first directory that may reach into a block; those in their entries have no blocks. */
  #directoryAt(block: number): number {
    const { directories } = this.#layout;
    let low = 0;
    let high = directories.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      let index = middle;
      while (index < high && directories[index]!.firstBlock < 0) index++;
      const directory = directories[index];
      const isBefore =
        index < high && directory !== undefined && directory.firstBlock + blocksOf(directory.bytes) <= block;
      if (isBefore) low = index + 1;
      else high = middle;
    }
    return low;
  }

  #copy(firstBlock: number, make: () => Uint8Array, first: number, out: Uint8Array): void {
    if (this.#lastBlock !== firstBlock) {
      this.#lastBytes = make();
      this.#lastBlock = firstBlock;
    }
    const from = Math.max(0, (first - firstBlock) * blockBytes);
    const at = Math.max(0, (firstBlock - first) * blockBytes);
    out.set(this.#lastBytes.subarray(from, from + out.length - at), at);
  }

  #icbOfObject(object: number): IcbAddress {
    const block = this.#layout.blockOfObject[object]!;
    if (block >= 0) return this.#addresses.icb(block);
    const reference = this.#layout.references.get(object)!;
    const partitionReferenceNumber = reference.partition === "type1" ? 0 : 1;
    return { logicalBlockNumber: reference.block, partitionReferenceNumber };
  }

  #directory(directory: UdfDirectory, firstBlock: number): Uint8Array {
    const { source, positions, names, laterNames, bytes } = directory;
    const layout = this.#layout;
    const isExtended = layout.options.rules.extended;
    const ownIcb = this.#addresses.icbTagLocation(fileSetBlocks + source.index);
    const writer = this.#writer(bytes, (at) =>
      firstBlock < 0 ? ownIcb : this.#addresses.dataTagLocation(firstBlock + Math.floor(at / blockBytes)),
    );
    const addDirectory = (name: string, characteristics: number, index: number): void => {
      const block = fileSetBlocks + index;
      const udfUniqueId = isExtended ? layout.uniqueIdAt(block) : 0;
      const icb = this.#addresses.icb(block);
      writer.add({ name, characteristics: characteristics + fileCharacteristics.directory, icb, udfUniqueId });
    };
    addDirectory("", fileCharacteristics.parent, source.parent.index);
    let subdirectory = 0;
    for (let index = 0; index < positions.length; index++) {
      const position = positions[index]!;
      const child = source.children[position]!;
      const hidden = child.hidden ? fileCharacteristics.hidden : 0;
      const name = names[index]!;
      if (child.type === "directory") {
        addDirectory(name, hidden, source.directories[subdirectory++]!.index);
        continue;
      }
      const object = source.objects[position]!;
      const udfUniqueId = isExtended ? this.#uniqueIdOf(object, laterNames.get(position)) : 0;
      writer.add({ name, characteristics: hidden, icb: this.#icbOfObject(object), udfUniqueId });
    }
    return writer.target;
  }

  #uniqueIdOf(object: number, laterName: number | undefined): number {
    return laterName === undefined
      ? this.#layout.uniqueIdOfObject(object)
      : this.#layout.uniqueIdOfLaterName(laterName);
  }

  #streamDirectory(entry: StreamEntry): Uint8Array {
    const udfUniqueId = this.#layout.uniqueIdAt(entry.ownerBlock);
    const writer = this.#writer(entry.bytes, (at) =>
      this.#addresses.dataTagLocation(entry.firstBlock + Math.floor(at / blockBytes)),
    );
    const isOfDirectory = entry.item.type === "directory";
    const characteristics = fileCharacteristics.parent + (isOfDirectory ? fileCharacteristics.directory : 0);
    writer.add({ name: "", characteristics, icb: this.#addresses.icb(entry.ownerBlock), udfUniqueId });
    for (const { block, stream } of entry.streams) {
      // Only streams of the volume itself are marked as metadata. OSTA UDF 3.3.7, 3.3.8.
      writer.add({ name: stream!.name, characteristics: 0, icb: this.#addresses.icb(block), udfUniqueId });
    }
    return writer.target;
  }

  #writer(bytes: number, locationAt: (at: number) => number): IdentifierWriter {
    const { options } = this.#layout;
    const { descriptorVersion } = options.rules;
    const tag = { descriptorVersion, tagSerialNumber: this.#tagSerialNumber };
    return new IdentifierWriter(bytes, areTagsKeptWhole(options), tag, locationAt);
  }
}

/** Writes the identifiers of one directory, one behind the other. */
class IdentifierWriter {
  readonly target: Uint8Array;
  readonly #isFilled: boolean;
  readonly #tag: Omit<TagContext, "tagLocation">;
  readonly #locationAt: (at: number) => number;
  #at = 0;

  /**
   * @param bytes Of all identifiers.
   * @param isFilled Whether tags must not cross a block's end.
   * @param locationAt What the tag at a byte of the directory states as its location.
   */
  constructor(
    bytes: number,
    isFilled: boolean,
    tag: Omit<TagContext, "tagLocation">,
    locationAt: (at: number) => number,
  ) {
    this.target = new Uint8Array(bytes);
    this.#isFilled = isFilled;
    this.#tag = tag;
    this.#locationAt = locationAt;
  }

  add(identifier: WrittenIdentifier): void {
    const at = this.#at;
    const { descriptorVersion, tagSerialNumber } = this.#tag;
    const tag = { descriptorVersion, tagSerialNumber, tagLocation: this.#locationAt(at) };
    const use = this.#isFilled && this.#needsFilling(identifier.name) ? filling : nothing;
    this.#at += writeFileIdentifier(identifier, use, this.target, at, tag);
  }

  #needsFilling(name: string): boolean {
    const nameBytes = compressedUnicodeBytes(name);
    const isLast = this.#at + 40 + nameBytes > this.target.length;
    return !isLast && fillingBehind(this.#at, nameBytes) > 0;
  }
}
