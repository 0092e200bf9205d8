import { blockBytes } from "../../units.js";
import type { Renderer } from "../layout/region.js";
import type { RecordSubject } from "../susp/area.js";
import type { ContinuationArea } from "../susp/entries.js";
import type { Extent } from "../tree/content.js";
import type { Item } from "../tree/directory.js";
import type { ContinuationPiece, DirectoryLayout } from "./directory-layout.js";
import { parentPosition, selfPosition, subjectOf, systemUseRoom } from "./directory-layout.js";
import {
  directoryRecordBytes,
  directoryRecordHeadBytes,
  fileFlags,
  systemUseOffset,
  writeDirectoryRecordHead,
} from "./directory-record.js";
import type { HierarchyDirectory } from "./hierarchy.js";

/** Addresses and times that the records of a hierarchy refer to; known once the image is planned. */
export interface RecordAddresses {
  /** First block of the region of directories and continuation areas. */
  readonly directoriesLba: number;
  /** The extents of an object; one of no bytes for links and devices. */
  extents(object: number): readonly Extent[];
  /** Recording time of an item, in milliseconds since 1970. */
  timeMs(item: Item): number;
  writeIdentifier(identifier: string, item: Item, target: Uint8Array, at: number): void;
}

/** Renders the directories of a hierarchy and their continuation areas. */
export class DirectoryRenderer {
  readonly #layout: DirectoryLayout;
  readonly #addresses: RecordAddresses;

  constructor(layout: DirectoryLayout, addresses: RecordAddresses) {
    this.#layout = layout;
    this.#addresses = addresses;
  }

  /** Address of a directory's first block. */
  directoryLba(directory: HierarchyDirectory): number {
    return this.#addresses.directoriesLba + this.#layout.firstBlock[directory.number - 1]!;
  }

  /** Fills blocks of the region of directories and continuation areas. */
  readonly renderDirectories: Renderer = async (first, out) => {
    const { firstBlock, endBlock, form } = this.#layout;
    const end = first + out.length / blockBytes;
    let index = this.#directoryAt(first);
    for (let block = first; block < end; block++) {
      while (firstBlock[index + 1]! <= block) index++;
      if (block >= endBlock[index]!) continue;
      this.#renderBlock(form.directories[index]!, block, out, (block - first) * blockBytes);
    }
    this.#renderContinuations(first, end, out);
  };

  #renderContinuations(first: number, end: number, out: Uint8Array): void {
    const { pieces } = this.#layout;
    let low = 0;
    let high = pieces.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#layout.blockOf(pieces[middle]!) < first) low = middle + 1;
      else high = middle;
    }
    for (let index = low; index < pieces.length; index++) {
      const piece = pieces[index]!;
      const block = this.#layout.blockOf(piece);
      if (block >= end) break;
      this.#renderPiece(piece, out, (block - first) * blockBytes + piece.offset);
    }
  }

  #directoryAt(block: number): number {
    const { firstBlock } = this.#layout;
    let low = 0;
    let high = firstBlock.length - 2;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (firstBlock[middle]! <= block) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #renderBlock(directory: HierarchyDirectory, block: number, out: Uint8Array, at: number): void {
    const { firstPosition, firstExtent, endBlock } = this.#layout;
    const isLast = block + 1 === endBlock[directory.number - 1]!;
    const endPosition = isLast ? directory.items.length : firstPosition[block + 1]!;
    const endExtent = isLast ? 0 : firstExtent[block + 1]!;
    let target = at;
    let extent = firstExtent[block]!;
    for (let position = firstPosition[block]!; position <= endPosition; position++) {
      if (position === endPosition && extent >= endExtent) break;
      const limit = position === endPosition ? endExtent : Number.POSITIVE_INFINITY;
      target = this.#renderRecords(directory, position, extent, limit, out, target);
      extent = 0;
    }
  }

  /** Writes the records of one entry from an extent on; returns where the next record goes. */
  #renderRecords(
    directory: HierarchyDirectory,
    position: number,
    firstExtent: number,
    endExtent: number,
    out: Uint8Array,
    at: number,
  ): number {
    const { form } = this.#layout;
    const described = this.#describedDirectory(directory, position);
    const item = described?.node ?? directory.items[position]!;
    const isPlaceholder = described !== undefined && position >= 0 && described.relocatedFrom === directory;
    const extents: readonly Extent[] = isPlaceholder
      ? [{ lba: this.directoryLba(described), bytes: 0 }]
      : described !== undefined
        ? [{ lba: this.directoryLba(described), bytes: this.#layout.directoryBytes(described) }]
        : this.#addresses.extents(directory.objects[position]!);
    const identifierBytes = position < 0 ? 1 : form.identifierBytes(directory.identifiers[position]!, item);
    const directoryFlag = described !== undefined && !isPlaceholder ? fileFlags.directory : 0;
    const flags = directoryFlag + (position >= 0 && item.hidden ? fileFlags.existence : 0);
    const timeMs = this.#addresses.timeMs(item);
    let target = at;
    for (let index = firstExtent; index < Math.min(extents.length, endExtent); index++) {
      const { lba, bytes } = extents[index]!;
      const more = index + 1 < extents.length ? fileFlags.multiExtent : 0;
      const systemUseBytes = this.#writeSystemUse(directory, position, identifierBytes, out, target);
      const recordBytes = directoryRecordBytes(identifierBytes, systemUseBytes);
      writeDirectoryRecordHead(out, target, recordBytes, lba ?? 0, bytes, timeMs, flags + more, identifierBytes);
      if (position < 0) out[target + directoryRecordHeadBytes] = position === selfPosition ? 0 : 1;
      else
        this.#addresses.writeIdentifier(directory.identifiers[position]!, item, out, target + directoryRecordHeadBytes);
      target += recordBytes;
    }
    return target;
  }

  #describedDirectory(directory: HierarchyDirectory, position: number): HierarchyDirectory | undefined {
    if (position === selfPosition) return directory;
    // The record ".." of a moved directory leads to where it lies, its PL to where it belongs.
    return position === parentPosition ? directory.parent : directory.targets.get(position);
  }

  #writeSystemUse(
    directory: HierarchyDirectory,
    position: number,
    identifierBytes: number,
    out: Uint8Array,
    record: number,
  ): number {
    const { form } = this.#layout;
    if (form.systemUse === undefined) return 0;
    const room = systemUseRoom(identifierBytes);
    const subject = this.#subject(directory, position);
    const pieces = this.#layout.piecesOf(directory, position);
    const areas = pieces.map((piece) => this.#areaOf(piece));
    form.systemUse.write(subject, room, areas, out, record + systemUseOffset(identifierBytes));
    return form.systemUse.measure(subject, room, []);
  }

  #renderPiece(piece: ContinuationPiece, out: Uint8Array, at: number): void {
    const { directory, position, index } = piece;
    const { form } = this.#layout;
    const identifierBytes =
      position < 0 ? 1 : form.identifierBytes(directory.identifiers[position]!, directory.items[position]!);
    const subject = this.#subject(directory, position);
    const areas = this.#layout.piecesOf(directory, position).map((other) => this.#areaOf(other));
    form.systemUse!.writeContinuation(subject, systemUseRoom(identifierBytes), areas, index, out, at);
  }

  #areaOf(piece: ContinuationPiece): ContinuationArea {
    const block = this.#addresses.directoriesLba + this.#layout.blockOf(piece);
    return { block, offset: piece.offset, length: piece.bytes };
  }

  #subject(directory: HierarchyDirectory, position: number): RecordSubject {
    const subject = subjectOf(this.#layout.form, directory, position);
    if (subject.role === "placeholder") {
      return { ...subject, location: this.directoryLba(directory.targets.get(position)!) };
    }
    if (subject.role === "parentOfMoved") return { ...subject, location: this.directoryLba(directory.relocatedFrom!) };
    return subject;
  }
}
