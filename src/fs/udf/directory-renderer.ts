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

  *#entries({ source, positions, names, laterNames }: UdfDirectory): Generator<WrittenIdentifier> {
    const layout = this.#layout;
    const { parent } = source;
    const isExtended = layout.options.rules.extended;
    yield {
      name: "",
      characteristics: fileCharacteristics.directory + fileCharacteristics.parent,
      icb: this.#addresses.icb(fileSetBlocks + parent.index),
      udfUniqueId: isExtended ? layout.uniqueIdAt(fileSetBlocks + parent.index) : 0,
    };
    let subdirectory = 0;
    for (const [index, position] of positions.entries()) {
      const child = source.children[position]!;
      const hidden = child.hidden ? fileCharacteristics.hidden : 0;
      const name = names[index]!;
      if (child.type === "directory") {
        const below = source.directories[subdirectory++]!.index;
        const udfUniqueId = isExtended ? layout.uniqueIdAt(fileSetBlocks + below) : 0;
        const characteristics = fileCharacteristics.directory + hidden;
        yield { name, characteristics, icb: this.#addresses.icb(fileSetBlocks + below), udfUniqueId };
      } else {
        const object = source.objects[position]!;
        const later = laterNames.get(position);
        const uniqueId = later === undefined ? layout.uniqueIdOfObject(object) : layout.uniqueIdOfLaterName(later);
        const udfUniqueId = isExtended ? uniqueId : 0;
        yield { name, characteristics: hidden, icb: this.#icbOfObject(object), udfUniqueId };
      }
    }
  }

  #icbOfObject(object: number): IcbAddress {
    const block = this.#layout.blockOfObject[object]!;
    if (block >= 0) return this.#addresses.icb(block);
    const reference = this.#layout.references.get(object)!;
    const partitionReferenceNumber = reference.partition === "type1" ? 0 : 1;
    return { logicalBlockNumber: reference.block, partitionReferenceNumber };
  }

  #directory(directory: UdfDirectory, firstBlock: number): Uint8Array {
    const { source, bytes } = directory;
    const ownIcb = this.#addresses.icbTagLocation(fileSetBlocks + source.index);
    return this.#write(this.#entries(directory), bytes, (at) =>
      firstBlock < 0 ? ownIcb : this.#addresses.dataTagLocation(firstBlock + Math.floor(at / blockBytes)),
    );
  }

  #streamDirectory(entry: StreamEntry): Uint8Array {
    const udfUniqueId = this.#layout.uniqueIdAt(entry.ownerBlock);
    const parent: WrittenIdentifier = {
      name: "",
      characteristics:
        fileCharacteristics.parent + (entry.item.type === "directory" ? fileCharacteristics.directory : 0),
      icb: this.#addresses.icb(entry.ownerBlock),
      udfUniqueId,
    };
    const streams = entry.streams.map(({ block, stream }): WrittenIdentifier => {
      // Only streams of the volume itself are marked as metadata. OSTA UDF 3.3.7, 3.3.8.
      return { name: stream!.name, characteristics: 0, icb: this.#addresses.icb(block), udfUniqueId };
    });
    return this.#write([parent, ...streams], entry.bytes, (at) =>
      this.#addresses.dataTagLocation(entry.firstBlock + Math.floor(at / blockBytes)),
    );
  }

  #write(identifiers: Iterable<WrittenIdentifier>, bytes: number, locationAt: (at: number) => number): Uint8Array {
    const target = new Uint8Array(bytes);
    const { rules } = this.#layout.options;
    const isFilled = areTagsKeptWhole(this.#layout.options);
    let at = 0;
    for (const identifier of identifiers) {
      const nameBytes = compressedUnicodeBytes(identifier.name);
      const isLast = at + 40 + nameBytes > bytes;
      const isLonger = isFilled && !isLast && fillingBehind(at, nameBytes) > 0;
      const tag = {
        descriptorVersion: rules.descriptorVersion,
        tagSerialNumber: this.#tagSerialNumber,
        tagLocation: locationAt(at),
      };
      at += writeFileIdentifier(identifier, isLonger ? filling : nothing, target, at, tag);
    }
    return target;
  }
}
