/** Makes spaces of the partition maps of a logical volume. ECMA-167, 3rd edition, 3/10.7; OSTA UDF 2.2.8 to 2.2.13. */
import { reportFault } from "../../codec/codec.js";
import { throwIfCancelled } from "../../errors.js";
import { blockBytes as mediumBlockBytes } from "../../units.js";
import type { FoundTable } from "./allocation-table-reader.js";
import { findAllocationTable } from "./allocation-table-reader.js";
import type { EntryReading } from "./file-entry-reader.js";
import { FileEntryReader } from "./file-entry-reader.js";
import { fileTypes } from "./icb.js";
import type { MetadataPartitionMap, PartitionMap, SparablePartitionMap } from "./partition.js";
import type { ByteRun, PartitionSpace } from "./partition-space.js";
import { MetadataSpace, PlainSpace, SparableSpace, UnknownSpace, VirtualSpace } from "./partition-space.js";
import type { VolumeDescriptors, VolumeReading } from "./sequence-reader.js";
import type { SparingMapEntry } from "./sparing-table.js";
import { sparingMapEntry, sparingTableHead } from "./sparing-table.js";
import { checkTag, tagIdentifierAt, tagIdentifiers } from "./tag.js";
import { isReadFailure, lbaOfAddress } from "./volume-bytes.js";
import type { MetadataExtent, UdfMetadataFiles } from "./volume-information.js";

/** First of the locations in a sparing table that stand for no packet. OSTA UDF 2.2.12. */
const firstUnusedLocation = 0xffff_fff0;

/** Bit 0 of a metadata map's flags: its mirror has extents of its own. OSTA UDF 2.2.10. */
const isDuplicated = 1;

/** The partitions of a logical volume. */
export interface LoadedPartitions {
  /** By partition reference number. */
  readonly spaces: readonly PartitionSpace[];
  /** Of the virtual partition, where there is one. */
  readonly table: FoundTable | undefined;
  /** Of the metadata partition, where it has a sound main file and a sound mirror. */
  readonly metadataFiles: UdfMetadataFiles | undefined;
}

/** Loads the partitions of one logical volume. */
class PartitionLoader {
  readonly spaces: PartitionSpace[] = [];
  table: FoundTable | undefined;
  metadataFiles: UdfMetadataFiles | undefined;
  readonly #reading: VolumeReading;
  readonly #descriptors: VolumeDescriptors;
  readonly #lastBlocks: readonly number[];
  readonly #entryReading: EntryReading;

  constructor(reading: VolumeReading, descriptors: VolumeDescriptors, lastBlocks: readonly number[]) {
    this.#reading = reading;
    this.#descriptors = descriptors;
    this.#lastBlocks = lastBlocks;
    const { bytes, blockBytes, context } = reading;
    this.#entryReading = { bytes, blockBytes, spaces: this.spaces, context };
  }

  /** Those that lie in others come last, whatever their order. */
  async load(): Promise<void> {
    const { partitionMaps } = this.#descriptors.logicalVolume;
    for (const [index, map] of partitionMaps.entries()) this.spaces[index] = await this.#base(map, index);
    for (const [index, map] of partitionMaps.entries()) {
      if (map.kind === "virtual") this.spaces[index] = await this.#virtual(map.partitionNumber);
      else if (map.kind === "metadata") this.spaces[index] = await this.#metadata(map);
    }
  }

  async #base(map: PartitionMap, index: number): Promise<PartitionSpace> {
    if (map.kind === "unknown") return new UnknownSpace(`partition ${index} is mapped in an unknown way`);
    const plain = this.#plain(map.partitionNumber);
    if (plain === undefined) return new UnknownSpace(`partition ${map.partitionNumber} has no descriptor`);
    return map.kind === "sparable" ? await this.#sparable(map, plain) : plain;
  }

  #plain(number: number): PlainSpace | undefined {
    const partition = this.#descriptors.partitions.get(number);
    if (partition === undefined) return undefined;
    const { partitionStartingLocation: start, partitionLength: blocks } = partition;
    return new PlainSpace(start, blocks, this.#reading.blockBytes);
  }

  async #sparable(map: SparablePartitionMap, plain: PlainSpace): Promise<PartitionSpace> {
    const { blockBytes, context } = this.#reading;
    const { packetLength, locationsOfSparingTables } = map;
    let newest: { readonly sequenceNumber: number; readonly spared: Map<number, number> } | undefined;
    for (const location of locationsOfSparingTables) {
      const found = await this.#sparingTable(location, map.sizeOfEachSparingTable);
      if (found !== undefined && (newest === undefined || found.sequenceNumber > newest.sequenceNumber)) newest = found;
    }
    if (newest === undefined || packetLength === 0) {
      const reason = `is in none of the blocks ${locationsOfSparingTables.join(", ")}; packets are where they were`;
      reportFault(context, "SparingTable", "presence", "UDF 2.2.12", reason);
    }
    return new SparableSpace(plain, Math.max(1, packetLength), newest?.spared ?? new Map(), blockBytes);
  }

  async #sparingTable(
    location: number,
    stated: number,
  ): Promise<{ readonly sequenceNumber: number; readonly spared: Map<number, number> } | undefined> {
    const { bytes, blockBytes, signal } = this.#reading;
    const address = location * blockBytes;
    const context = { ...this.#reading.context, lba: lbaOfAddress(address) };
    try {
      const maximum = sparingTableHead.size + 0xffff * sparingMapEntry.size;
      const length = Math.min(Math.max(stated, sparingTableHead.size), maximum, Math.max(0, bytes.bytes - address));
      const data = await bytes.read(address, length, signal);
      if (tagIdentifierAt(data, 0) !== tagIdentifiers.sparingTable) return undefined;
      checkTag(data, 0, data.length, { tagIdentifier: tagIdentifiers.sparingTable, tagLocation: location }, context);
      const { reallocationTableLength, sequenceNumber } = sparingTableHead.read(data, 0, context);
      const spared = new Map<number, number>();
      for (let index = 0; index < reallocationTableLength; index++) {
        const at = sparingTableHead.size + index * sparingMapEntry.size;
        if (at + sparingMapEntry.size > data.length) break;
        const { originalLocation, mappedLocation }: SparingMapEntry = sparingMapEntry.read(data, at, context);
        if (originalLocation < firstUnusedLocation) spared.set(originalLocation, mappedLocation);
      }
      return { sequenceNumber, spared };
    } catch (error) {
      if (!isReadFailure(error)) throw error;
      throwIfCancelled(signal, "reading a sparing table");
      return undefined;
    }
  }

  async #virtual(number: number): Promise<PartitionSpace> {
    const { blockBytes, signal } = this.#reading;
    const plain = this.#plain(number);
    if (plain === undefined) return new UnknownSpace(`partition ${number} has no descriptor`);
    this.table = await findAllocationTable(this.#entryReading, plain, this.#lastBlocks, signal);
    return new VirtualSpace(plain, this.table.entries, blockBytes);
  }

  async #metadata(map: MetadataPartitionMap): Promise<PartitionSpace> {
    const { blockBytes, context } = this.#reading;
    const base = this.#baseOf(map.partitionNumber);
    if (base === undefined) return new UnknownSpace(`partition ${map.partitionNumber} has no descriptor`);
    const main = await this.#metadataFile(base, map.metadataFileLocation, fileTypes.metadata);
    const mirror = await this.#metadataFile(base, map.metadataMirrorFileLocation, fileTypes.metadataMirror);
    const runs = "runs" in main ? main.runs : "runs" in mirror ? mirror.runs : undefined;
    if (runs === undefined) throw (main as { readonly failure: unknown }).failure;
    if ("failure" in main) {
      const reason = `cannot be read, its mirror was taken: ${main.failure.message}`;
      reportFault(context, "MetadataPartition", "main", "UDF 2.2.13", reason);
      return new MetadataSpace(runs, undefined, blockBytes);
    }
    if ("failure" in mirror) {
      const reason = `cannot be read: ${mirror.failure.message}`;
      reportFault(context, "MetadataPartition", "mirror", "UDF 2.2.13", reason);
    }
    const hasOwn = map.flags % 2 === isDuplicated && "runs" in mirror;
    if (hasOwn && base instanceof PlainSpace) {
      const [mainExtents, mirrorExtents] = [metadataExtents(main.runs, base), metadataExtents(mirror.runs, base)];
      if (mainExtents !== undefined && mirrorExtents !== undefined) {
        this.metadataFiles = { main: mainExtents, mirror: mirrorExtents };
      }
    }
    return new MetadataSpace(runs, hasOwn ? mirror.runs : undefined, blockBytes);
  }

  /** The space in which the metadata of a partition lie. */
  #baseOf(number: number): PartitionSpace | undefined {
    const { partitionMaps } = this.#descriptors.logicalVolume;
    const index = partitionMaps.findIndex(
      (map) => (map.kind === "plain" || map.kind === "sparable") && map.partitionNumber === number,
    );
    return this.spaces[index] ?? this.#plain(number);
  }

  async #metadataFile(
    base: PartitionSpace,
    block: number,
    fileType: number,
  ): Promise<{ readonly runs: readonly ByteRun[] } | { readonly failure: Error }> {
    const { context, signal } = this.#reading;
    try {
      const entries = new FileEntryReader(this.#entryReading);
      const entry = await entries.readAt(base, block, signal);
      const found = entry.head.fileType;
      if (found !== fileType) {
        reportFault(context, "MetadataPartition", "fileType", "UDF 2.2.13", `is ${found}, expected ${fileType}`);
      }
      return { runs: (await entries.contents(entry, signal)).runs };
    } catch (error) {
      if (!isReadFailure(error)) throw error;
      throwIfCancelled(signal, "reading a metadata partition");
      return { failure: error };
    }
  }
}

/**
 * Loads the partitions of a logical volume, with the tables and files by which they are mapped.
 *
 * @param lastBlocks Blocks of the volume that may be the last recorded one, the likeliest first.
 * @throws {@link DiscError} E_FIELD_INVALID, E_READ_FAILED where a table or file that is needed is not there.
 */
export async function loadPartitions(
  reading: VolumeReading,
  descriptors: VolumeDescriptors,
  lastBlocks: readonly number[],
): Promise<LoadedPartitions> {
  const loader = new PartitionLoader(reading, descriptors, lastBlocks);
  await loader.load();
  return { spaces: loader.spaces, table: loader.table, metadataFiles: loader.metadataFiles };
}

/** The extents of a metadata file; `undefined` where they have holes, or are not whole blocks of the medium. */
function metadataExtents(runs: readonly ByteRun[], base: PlainSpace): MetadataExtent[] | undefined {
  const extents: MetadataExtent[] = [];
  for (const { address, bytes } of runs) {
    if (address === null || address % mediumBlockBytes !== 0 || bytes % mediumBlockBytes !== 0) return undefined;
    extents.push({ block: base.blockAt(address), blocks: bytes / mediumBlockBytes });
  }
  return extents;
}
