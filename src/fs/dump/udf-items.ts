/** Dumps file entries and what they lead to: allocation extents, directories, attributes, streams. */
import { dump } from "../../codec/dump.js";
import type { Structure } from "../../codec/structure.js";
import { throwIfCancelled } from "../../errors.js";
import { extentTypes } from "../udf/allocation.js";
import { allocationExtent } from "../udf/allocation-extent.js";
import {
  fileCharacteristics,
  fileIdentifierBytesAt,
  fileIdentifierDescriptor,
  fileIdentifierHeadBytes,
} from "../udf/file-identifier.js";
import { allocationForms, fileTypes } from "../udf/icb.js";
import { tagIdentifiers } from "../udf/tag.js";
import { tagIdentifierOf } from "./blocks.js";
import type { DiscBytes } from "./bytes.js";
import type { PlacedStructure } from "./structures.js";
import { dumpedValue, numberOf, placed, placedBytes, structureOfTag, unreadable } from "./structures.js";
import type { PartitionAddresses } from "./udf-addresses.js";

/** Blocks of one ICB, entries of one chain, and allocation extents of one file that are followed. */
const maximumIcbBlocks = 64;
const maximumChain = 64;
const maximumAllocationExtents = 1024;

/** The longest contents that are shown one by one: those of directories. */
const maximumContentBytes = 64 * 1024 * 1024;

/** Bytes that are shown of what is no descriptor in a directory. */
const maximumShownBytes = 2048;

/** Where an ICB lies. */
export interface IcbPlace {
  readonly partition: number;
  readonly block: number;
  /** Bytes; 0 for none. */
  readonly bytes: number;
}

/** A file entry with its place. */
export interface DumpedEntry {
  readonly icb: IcbPlace;
  readonly structure: PlacedStructure;
}

/** The ICB that an allocation descriptor in a dumped structure names. */
export function icbOf(dumped: PlacedStructure, ...keys: readonly string[]): IcbPlace {
  return {
    partition: numberOf(dumped, ...keys, "partitionReferenceNumber"),
    block: numberOf(dumped, ...keys, "logicalBlockNumber"),
    bytes: numberOf(dumped, ...keys, "extentLength"),
  };
}

/** A run of blocks of a file. */
interface Run {
  readonly partition: number;
  readonly block: number;
  readonly bytes: number;
  readonly type: number;
}

/** Bytes of contents that lie together on the disc. */
interface Chunk {
  /** Where they start in the contents. */
  readonly offset: number;
  readonly address: number;
  /** The block of the partition in which they lie. */
  readonly location: number;
}

/** Contents, and where each part of them lies. */
interface Contents {
  readonly bytes: Uint8Array;
  readonly chunks: readonly Chunk[];
}

/** Dumps items of the partitions of a volume. */
export class ItemDump {
  readonly #bytes: DiscBytes;
  readonly #addresses: PartitionAddresses;
  readonly #signal: AbortSignal | undefined;

  constructor(bytes: DiscBytes, addresses: PartitionAddresses, signal: AbortSignal | undefined) {
    this.#bytes = bytes;
    this.#addresses = addresses;
    this.#signal = signal;
  }

  /**
   * The descriptor in a block of a partition. What is none is shown as bytes.
   *
   * @param structure For a descriptor whose tag does not say all.
   */
  async descriptor(
    role: string,
    partition: number,
    block: number,
    structure?: Structure,
  ): Promise<PlacedStructure | undefined> {
    const { blockBytes } = this.#addresses;
    const address = this.#addresses.resolve(partition, block);
    if (address === undefined || address >= this.#bytes.length) return undefined;
    const data = await this.#bytes.tryRead(address, blockBytes);
    if (typeof data === "string") return unreadable(role, address, data);
    const identifier = tagIdentifierOf(data, 0);
    const found = identifier === undefined ? undefined : structureOfTag(identifier);
    if (found === undefined) return placedBytes(role, address, data);
    const isAllocation = identifier === tagIdentifiers.allocationExtentDescriptor;
    return placed(role, address, dump(isAllocation ? (structure ?? found) : found, data, 0, { location: block }));
  }

  /** The entries in an ICB, and in those that it leads to; the last direct one is what they come to. */
  async *entry(role: string, first: IcbPlace): AsyncGenerator<PlacedStructure, DumpedEntry | undefined> {
    const { blockBytes } = this.#addresses;
    let last: DumpedEntry | undefined;
    let next: IcbPlace | undefined = first;
    for (let length = 0; next !== undefined && length < maximumChain; length++) {
      const icb: IcbPlace = next;
      next = undefined;
      const count = Math.min(maximumIcbBlocks, Math.max(1, Math.ceil(icb.bytes / blockBytes)));
      for (let index = 0; index < count; index++) {
        const structure = await this.descriptor(role, icb.partition, icb.block + index);
        // Behind the entries, an ICB of several blocks may be unrecorded.
        if (structure === undefined || (index > 0 && dumpedValue(structure, "icbTag", "fileType") === null)) break;
        yield structure;
        const tag = numberOf(structure, "_tag", "tagIdentifier");
        const isDirect = tag === tagIdentifiers.fileEntry || tag === tagIdentifiers.extendedFileEntry;
        if (isDirect) last = { icb: { ...icb, block: icb.block + index }, structure };
        if (tag === tagIdentifiers.indirectEntry) next = icbOf(structure, "indirectIcb");
        if (tag === tagIdentifiers.terminalEntry) break;
      }
    }
    return last;
  }

  /** Where the contents of an entry lie, with the descriptors of allocation extents on the way. */
  async *runs(role: string, { icb, structure }: DumpedEntry): AsyncGenerator<PlacedStructure, readonly Run[]> {
    const isLong = numberOf(structure, "icbTag", "flags") % 8 === allocationForms.long;
    const runs: Run[] = [];
    let descriptors: PlacedStructure | undefined = structure;
    for (let extents = 0; descriptors !== undefined && extents < maximumAllocationExtents; extents++) {
      const own = runsIn(descriptors, icb.partition);
      descriptors = undefined;
      for (const run of own) {
        if (run.type !== extentTypes.nextDescriptors) {
          runs.push(run);
          continue;
        }
        descriptors = await this.descriptor(
          `allocation extent of ${role}`,
          run.partition,
          run.block,
          allocationExtent(isLong),
        );
        if (descriptors !== undefined) yield descriptors;
        break;
      }
    }
    return runs;
  }

  /**
   * The contents of an entry as far as they can be read; descriptors of allocation extents are shown on the way.
   *
   * @param mostBytes What is behind is left out.
   */
  async *contents(
    role: string,
    entry: DumpedEntry,
    mostBytes: number = maximumContentBytes,
  ): AsyncGenerator<PlacedStructure, Contents> {
    const { icb, structure } = entry;
    if (numberOf(structure, "icbTag", "flags") % 8 === allocationForms.embedded) return await this.#embedded(entry);
    const { blockBytes } = this.#addresses;
    const runs = yield* this.runs(role, { icb, structure });
    const limit = Math.min(numberOf(structure, "informationLength"), mostBytes);
    const chunks: Chunk[] = [];
    const pieces: Uint8Array[] = [];
    let offset = 0;
    for (const run of runs) {
      for (let done = 0; done < run.bytes && offset < limit; done += blockBytes) {
        throwIfCancelled(this.#signal, `dumping ${role}`);
        const location = run.block + done / blockBytes;
        const length = Math.min(blockBytes, run.bytes - done, limit - offset);
        const isRecorded = run.type === extentTypes.recorded;
        const address = isRecorded ? this.#addresses.resolve(run.partition, location) : undefined;
        const piece = address === undefined ? "" : await this.#bytes.tryRead(address, length);
        if (address !== undefined && typeof piece === "string") yield unreadable(role, address, piece);
        const bytes = new Uint8Array(length);
        if (typeof piece !== "string") bytes.set(piece);
        pieces.push(bytes);
        chunks.push({ offset, address: address ?? 0, location });
        offset += length;
      }
    }
    const bytes = new Uint8Array(offset);
    for (const [index, piece] of pieces.entries()) bytes.set(piece, chunks[index]!.offset);
    return { bytes, chunks };
  }

  async #embedded({ icb, structure }: DumpedEntry): Promise<Contents> {
    const length = numberOf(structure, "lengthOfAllocationDescriptors");
    const data = structure.fields.find(({ field }) => field === "embeddedData");
    if (data === undefined || length === 0) return { bytes: new Uint8Array(0), chunks: [] };
    const address = this.#addresses.resolve(icb.partition, icb.block)! + data.at;
    return {
      bytes: await this.#bytes.read(address, data.bytes),
      chunks: [{ offset: 0, address, location: icb.block }],
    };
  }

  /** The file identifiers of a directory, one by one. */
  async *identifiers(role: string, entry: DumpedEntry): AsyncGenerator<PlacedStructure> {
    const { bytes, chunks } = yield* this.contents(role, entry);
    let chunk = 0;
    let lost = 0;
    const chunkAt = (at: number): Chunk => {
      while (chunk + 1 < chunks.length && chunks[chunk + 1]!.offset <= at) chunk++;
      return chunks[chunk]!;
    };
    const gap = (to: number): PlacedStructure[] => {
      const skipped = bytes.subarray(lost, to);
      if (skipped.every((octet) => octet === 0)) return [];
      const { offset, address } = chunkAt(lost);
      const shown = placedBytes(role, address + lost - offset, skipped.subarray(0, maximumShownBytes));
      const left = skipped.length - shown.bytes;
      return [left > 0 ? { ...shown, faults: [`goes on for ${left} bytes that are no descriptors`] } : shown];
    };
    for (let at = 0; at + fileIdentifierHeadBytes <= bytes.length; ) {
      if (tagIdentifierOf(bytes, at) !== tagIdentifiers.fileIdentifierDescriptor) {
        at += 4;
        continue;
      }
      if (lost < at) yield* gap(at);
      const { offset, address, location } = chunkAt(at);
      const end = at + fileIdentifierBytesAt(bytes, at);
      yield placed(role, address + at - offset, dump(fileIdentifierDescriptor, bytes, at, { end, location }));
      at = end;
      lost = end;
    }
    if (lost < bytes.length) yield* gap(bytes.length);
  }
}

/** The runs that the descriptors of a file entry or an allocation extent name. */
function runsIn({ fields }: PlacedStructure, partition: number): Run[] {
  const runs: Run[] = [];
  for (const each of fields) {
    if (!each.field.startsWith("allocationDescriptors[")) continue;
    const number = (key: string): number | undefined => {
      const value = each.fields.find(({ field }) => field === key)?.value;
      return typeof value === "number" ? value : undefined;
    };
    const bytes = number("extentLength") ?? 0;
    // A length of 0 ends the list. ECMA-167 4/12.1.
    if (bytes === 0) break;
    runs.push({
      bytes,
      type: number("extentType") ?? 0,
      partition: number("partitionReferenceNumber") ?? partition,
      block: number("extentPosition") ?? number("logicalBlockNumber") ?? 0,
    });
  }
  return runs;
}

/** Whether an entry is that of a directory, or of a directory of streams. */
export function isDirectory({ structure }: DumpedEntry): boolean {
  const type = numberOf(structure, "icbTag", "fileType");
  return type === fileTypes.directory || type === fileTypes.streamDirectory;
}

/** Whether an entry is that of a symbolic link. */
export function isLink({ structure }: DumpedEntry): boolean {
  return numberOf(structure, "icbTag", "fileType") === fileTypes.symlink;
}

/** Whether a file identifier names an item of this name. */
export function isNamed(identifier: PlacedStructure, name: string): boolean {
  const unnamed = fileCharacteristics.deleted + fileCharacteristics.parent;
  const characteristics = numberOf(identifier, "fileCharacteristics");
  return (characteristics & unnamed) === 0 && dumpedValue(identifier, "fileIdentifier") === name;
}
