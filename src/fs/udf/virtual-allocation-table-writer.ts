/** Writes the table of a virtual partition, and the ICBs that lead to it from the very end of a session. OSTA UDF 2.2.11. */
import { writeU32le } from "../../codec/integers.js";
import { blockBytes, blocksOf } from "../../units.js";
import { maximumExtentBytes, shortAllocationDescriptor } from "./allocation.js";
import { cutToDstring } from "./compressed-unicode.js";
import { udfEntity } from "./entity-identifier.js";
import type { FileEntryForm } from "./file-entry-form.js";
import { allocationForms, fileTypes } from "./icb.js";
import type { RevisionRules } from "./revision.js";
import { sealDescriptor, tagBytes } from "./tag.js";
import type { UdfLayout } from "./udf-layout.js";
import { fileSetBlocks } from "./udf-layout.js";
import {
  noVirtualBlock,
  virtualAllocationTableHeader,
  virtualAllocationTableIdentifier,
  virtualAllocationTableTail,
} from "./virtual-allocation-table.js";
import type { VolumeDescription } from "./volume-writer.js";

/** How often the ICB stands at the end: Linux looks at the last four blocks, and drives misjudge which is the last. */
const icbCopies = 4;

/** Where the table and what it names lie. */
export interface TablePlace extends VolumeDescription {
  /** First blocks of the run of metadata and of the table's own data. */
  readonly runLba: number;
  readonly dataLba: number;
}

/** The table that the session before ended with: how many entries it has, and the block of its ICB in the partition. */
export interface PreviousTable {
  readonly entries: number;
  readonly icbBlock: number;
}

/** What a table is made of, besides the layout. */
export interface TableOptions {
  readonly rules: RevisionRules;
  readonly volumeName: string;
  /** Absolute block. */
  readonly partitionStart: number;
}

/** The first number of a virtual partition that is neither the file set's nor the root's. */
export const firstFreeNumber = 2;

/** The table of one session. */
export class VirtualAllocationTable {
  readonly #layout: UdfLayout;
  readonly #form: FileEntryForm;
  readonly #rules: RevisionRules;
  readonly #volumeName: string;
  readonly #entries: number;
  readonly #previousIcbBlock: number;
  readonly #partitionStart: number;
  /** Of what is neither the file set nor the root. */
  readonly #firstNumber: number;

  constructor(
    layout: UdfLayout,
    form: FileEntryForm,
    { rules, volumeName, partitionStart }: TableOptions,
    continuation: { readonly virtualAllocationTable: PreviousTable | undefined } | undefined,
  ) {
    this.#layout = layout;
    this.#form = form;
    this.#rules = rules;
    this.#volumeName = volumeName;
    this.#partitionStart = partitionStart;
    const previous = continuation?.virtualAllocationTable;
    // Where old entries stay in use, so do their numbers: new ones begin behind all of them.
    this.#firstNumber = Math.max(firstFreeNumber, layout.references.size > 0 ? (previous?.entries ?? 0) : 0);
    // A table never gets shorter: what it named before and does not now is noted as unused.
    this.#entries = Math.max(this.numberOf(layout.endOfEntries), previous?.entries ?? 0);
    this.#previousIcbBlock = previous?.icbBlock ?? noVirtualBlock;
  }

  /** The number, in the virtual partition, of a block of the run of metadata: the file set is 0, the root 1. */
  numberOf(block: number): number {
    if (block <= fileSetBlocks) return block === 0 ? 0 : 1;
    return this.#firstNumber + block - fileSetBlocks - 1;
  }

  get #bytes(): number {
    const around = this.#rules.extended ? virtualAllocationTableHeader.size : virtualAllocationTableTail.size;
    return around + 4 * this.#entries;
  }

  get #isEmbedded(): boolean {
    return this.#bytes <= blockBytes - this.#form.headBytes;
  }

  /** Blocks of the table where it finds no room in its ICB. */
  get dataBlocks(): number {
    return this.#isEmbedded ? 0 : blocksOf(this.#bytes);
  }

  #table({ runLba, files, directories }: TablePlace): Uint8Array {
    const bytes = new Uint8Array(this.#bytes);
    const previousVatIcbLocation = this.#previousIcbBlock;
    const entriesAt = this.#rules.extended ? virtualAllocationTableHeader.size : 0;
    if (this.#rules.extended) {
      const header = {
        lengthOfHeader: virtualAllocationTableHeader.size,
        lengthOfImplementationUse: 0,
        logicalVolumeIdentifier: cutToDstring(this.#volumeName, 128),
        previousVatIcbLocation,
        numberOfFiles: files,
        numberOfDirectories: directories,
        minimumUdfReadRevision: this.#rules.readNumber,
        minimumUdfWriteRevision: this.#rules.number,
        maximumUdfWriteRevision: this.#rules.number,
      };
      virtualAllocationTableHeader.write(header, bytes, 0);
    } else {
      const entityIdentifier = udfEntity(virtualAllocationTableIdentifier, this.#rules.number);
      const tail = { entityIdentifier, previousVatIcbLocation };
      virtualAllocationTableTail.write(tail, bytes, 4 * this.#entries);
    }
    const setEntry = (number: number, lba: number): void =>
      writeU32le(lba - this.#partitionStart, bytes, entriesAt + 4 * number);
    bytes.fill(0xff, entriesAt, entriesAt + 4 * this.#entries);
    setEntry(0, runLba);
    for (let block = fileSetBlocks; block < this.#layout.endOfEntries; block++) {
      setEntry(this.numberOf(block), runLba + block);
    }
    for (const { block, lba } of this.#layout.references.values()) setEntry(block, lba);
    return bytes;
  }

  /** Fills blocks of the table's data from its `first` on. */
  renderData(place: TablePlace, first: number, out: Uint8Array): void {
    out.set(this.#table(place).subarray(first * blockBytes, first * blockBytes + out.length));
  }

  /**
   * Writes the ICBs among the last blocks of the session.
   *
   * @param trailerLba First block of the last run of the session, of that many blocks.
   * @param first Block of that run at which `out` starts.
   */
  renderIcbs(place: TablePlace, trailerLba: number, trailerBlocks: number, first: number, out: Uint8Array): void {
    for (let block = trailerBlocks - icbCopies; block < trailerBlocks; block++) {
      const at = (block - first) * blockBytes;
      if (at >= 0 && at < out.length) this.#writeIcb(place, trailerLba + block - place.partitionStart, out, at);
    }
  }

  #writeIcb(place: TablePlace, tagLocation: number, out: Uint8Array, at: number): void {
    const bytes = this.#bytes;
    const pieces = this.#isEmbedded ? 0 : Math.ceil(bytes / maximumExtentBytes);
    const lengthOfAllocationDescriptors = this.#isEmbedded ? bytes : pieces * shortAllocationDescriptor.size;
    const { integrityMs, nextUniqueId } = place;
    this.#form.write(
      {
        fileType: this.#rules.extended ? fileTypes.virtualAllocationTable : fileTypes.none,
        flags: this.#isEmbedded ? allocationForms.embedded : allocationForms.short,
        uid: 0,
        gid: 0,
        permissions: 0,
        links: 0,
        informationLength: bytes,
        objectSize: bytes,
        blocksRecorded: this.dataBlocks,
        accessMs: integrityMs,
        modifyMs: integrityMs,
        attributesMs: integrityMs,
        creationMs: integrityMs,
        streamDirectory: undefined,
        // The highest of the volume: the next one is found from it. OSTA UDF 3.2.1.
        uniqueId: nextUniqueId - 1,
        attributeFile: undefined,
        lengthOfExtendedAttributes: 0,
        lengthOfAllocationDescriptors,
      },
      out,
      at,
    );
    const bodyAt = at + this.#form.headBytes;
    if (this.#isEmbedded) out.set(this.#table(place), bodyAt);
    for (let piece = 0; piece < pieces; piece++) {
      const done = piece * maximumExtentBytes;
      const extentLength = Math.min(maximumExtentBytes, bytes - done);
      const extentPosition = place.dataLba - place.partitionStart + done / blockBytes;
      const extent = { extentLength, extentType: 0, extentPosition };
      shortAllocationDescriptor.write(extent, out, bodyAt + piece * shortAllocationDescriptor.size);
    }
    const crcLength = this.#form.headBytes - tagBytes + lengthOfAllocationDescriptors;
    const { descriptorVersion } = this.#rules;
    const tag = { descriptorVersion, tagSerialNumber: place.tagSerialNumber, tagLocation };
    sealDescriptor(this.#form.tagIdentifier, out, at, crcLength, tag);
  }
}
