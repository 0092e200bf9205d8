/** Dumps what the partition maps of a volume lead to, and finds by that where the blocks of its partitions lie. */
import type { DumpedField } from "../../codec/dump.js";
import { dump } from "../../codec/dump.js";
import { throwIfCancelled } from "../../errors.js";
import { blockBytes as mediumBlockBytes } from "../../units.js";
import { extentTypes } from "../udf/allocation.js";
import { contentsStructure } from "../udf/file-entry-parts.js";
import { fileTypes } from "../udf/icb.js";
import { noBitmapFile, partitionTypeIdentifiers } from "../udf/partition.js";
import type { ByteRun, PartitionSpace } from "../udf/partition-space.js";
import { MetadataSpace, pushRun, SparableSpace, VirtualSpace } from "../udf/partition-space.js";
import { tagBytes } from "../udf/tag.js";
import type { DiscBytes } from "./bytes.js";
import type { PlacedStructure } from "./structures.js";
import { dumpedValue, hasSoundTag, numberOf, placed } from "./structures.js";
import type { PartitionAddresses } from "./udf-addresses.js";
import { addressIn, noSpace, plainSpace } from "./udf-addresses.js";
import type { DumpedEntry } from "./udf-items.js";
import { ItemDump } from "./udf-items.js";
import type { VolumeFindings } from "./udf-volume.js";
import { descriptorAt, partitionsOf } from "./udf-volume.js";

/** Blocks before a session's end in which the virtual allocation table is looked for: files and drives count run-out. */
const tableBlocks = 512;

/** The longest virtual allocation table that is shown: one of half a million entries. */
const maximumTableBytes = 2 * 1024 * 1024;

/** The longest bitmap whose checksum is looked at: that of what one length of a CRC covers. */
const maximumBitmapBytes = 0x1_0000;

/** A map as it is dumped. */
interface DumpedMap {
  readonly fields: readonly DumpedField[];
  /** Identifier of a map of type 2; empty for others. */
  readonly kind: string;
  readonly partitionNumber: number;
}

function mapsOf(logicalVolume: PlacedStructure): DumpedMap[] {
  const maps = logicalVolume.fields.filter(({ field }) => field.startsWith("partitionMaps["));
  return maps.map(({ fields }) => {
    const map = { ...logicalVolume, fields };
    const identifier = fields.find(({ field }) => field === "partitionTypeIdentifier")?.fields;
    const kind = identifier?.find(({ field }) => field === "identifier")?.value ?? "";
    return { fields, kind: String(kind), partitionNumber: numberOf(map, "partitionNumber") };
  });
}

/** Dumps the partitions of a volume; the addresses grow with what is found. */
class PartitionDump {
  readonly #bytes: DiscBytes;
  readonly #blockBytes: number;
  readonly #endLba: number;
  readonly #partitions: ReadonlyMap<number, PlacedStructure>;
  readonly #signal: AbortSignal | undefined;
  /** The spaces on which others are laid, by partition number. */
  readonly #bases: Map<number, PartitionSpace> = new Map();

  constructor(bytes: DiscBytes, findings: VolumeFindings, endLba: number, signal: AbortSignal | undefined) {
    this.#bytes = bytes;
    this.#blockBytes = findings.blockBytes;
    this.#endLba = endLba;
    this.#partitions = partitionsOf(findings);
    this.#signal = signal;
  }

  async *run(logicalVolume: PlacedStructure): AsyncGenerator<PlacedStructure, PartitionAddresses> {
    const spaces: PartitionSpace[] = [];
    for (const partition of this.#partitions.values()) yield* this.#freeSpace(partition);
    for (const map of mapsOf(logicalVolume)) spaces.push(yield* this.#space(map, logicalVolume));
    return this.#addressesOf((reference) => spaces[reference] ?? noSpace);
  }

  #addressesOf(spaceOf: (reference: number) => PartitionSpace): PartitionAddresses {
    const blockBytes = this.#blockBytes;
    return { blockBytes, resolve: (reference, block) => addressIn(spaceOf(reference), block, blockBytes) };
  }

  /** Items whose ICBs count in the partition that lies under a map. */
  #itemsIn(base: PartitionSpace): ItemDump {
    const addresses = this.#addressesOf(() => base);
    return new ItemDump(this.#bytes, addresses, this.#signal);
  }

  async *#space(map: DumpedMap, logicalVolume: PlacedStructure): AsyncGenerator<PlacedStructure, PartitionSpace> {
    const partition = this.#partitions.get(map.partitionNumber);
    if (partition === undefined) return noSpace;
    const plain = plainSpace(partition, this.#blockBytes);
    const base = this.#bases.get(map.partitionNumber) ?? plain;
    const fields = { ...logicalVolume, fields: map.fields };
    if (map.kind === partitionTypeIdentifiers.virtual) return yield* this.#virtual(base, partition);
    if (map.kind === partitionTypeIdentifiers.metadata) return yield* this.#metadata(base, fields);
    const isSparable = map.kind === partitionTypeIdentifiers.sparable;
    if (!isSparable && map.kind !== "") return noSpace;
    const space = isSparable ? yield* this.#sparable(plain, fields) : plain;
    this.#bases.set(map.partitionNumber, space);
    return space;
  }

  async *#sparable(base: PartitionSpace, map: PlacedStructure): AsyncGenerator<PlacedStructure, PartitionSpace> {
    const spared = new Map<number, number>();
    let newest = -1;
    const count = Math.min(4, numberOf(map, "numberOfSparingTables"));
    for (let index = 1; index <= count; index++) {
      const block = numberOf(map, `location${index}`);
      const length = Math.min(maximumBitmapBytes, Math.max(this.#blockBytes, numberOf(map, "sizeOfEachSparingTable")));
      const address = block * this.#blockBytes;
      const table = await descriptorAt(this.#bytes, `sparing table ${index}`, address, length, block);
      if (table === undefined || typeof table === "string") continue;
      yield table;
      const number = numberOf(table, "sequenceNumber");
      if (number <= newest) continue;
      newest = number;
      spared.clear();
      for (const { field, fields } of table.fields) {
        if (!field.startsWith("mapEntries[")) continue;
        const [original, mapped] = fields.map(({ value }) => Number(value));
        if (original! < 0xffff_fff0) spared.set(original!, mapped!);
      }
    }
    const packetBlocks = Math.max(1, numberOf(map, "packetLength"));
    return new SparableSpace(base, packetBlocks, spared, this.#blockBytes);
  }

  async *#metadata(base: PartitionSpace, map: PlacedStructure): AsyncGenerator<PlacedStructure, PartitionSpace> {
    const items = this.#itemsIn(base);
    let file: DumpedEntry | undefined;
    for (const [role, key] of [
      ["metadata file", "metadataFileLocation"],
      ["metadata mirror file", "metadataMirrorFileLocation"],
      ["metadata bitmap file", "metadataBitmapFileLocation"],
    ] as const) {
      const block = numberOf(map, key);
      if (block === noBitmapFile) continue;
      const entry = yield* items.entry(role, { partition: 0, block, bytes: this.#blockBytes });
      if (role !== "metadata bitmap file") file ??= entry;
    }
    if (file === undefined) return noSpace;
    const runs: ByteRun[] = [];
    for (const { block, bytes, type } of yield* items.runs("metadata file", file)) {
      if (type === extentTypes.recorded) for (const run of base.locate(block, bytes, () => {})) pushRun(runs, run);
      else pushRun(runs, { address: null, bytes });
    }
    return new MetadataSpace(runs, undefined, this.#blockBytes);
  }

  async *#virtual(base: PartitionSpace, partition: PlacedStructure): AsyncGenerator<PlacedStructure, PartitionSpace> {
    const items = this.#itemsIn(base);
    const entry = await this.#tableEntry(items, partition);
    if (entry === undefined) return noSpace;
    yield entry.structure;
    const { bytes, chunks } = yield* items.contents("virtual allocation table", entry, maximumTableBytes);
    const shape = contentsStructure(numberOf(entry.structure, "icbTag", "fileType"), bytes);
    const [first] = chunks;
    if (shape === undefined || first === undefined) return noSpace;
    const table = placed("virtual allocation table", first.address, dump(shape, bytes, 0));
    yield table;
    const entries = table.fields.filter(({ field }) => field.startsWith("entries["));
    const blocks = Uint32Array.from(entries, ({ value }) => Number(value));
    return new VirtualSpace(base, blocks, this.#blockBytes);
  }

  /**
   * The entry of the virtual allocation table: the last one of a session, whose tag names the block in which it stands;
   * without such a one, the last at all. OSTA UDF 2.2.11.
   */
  async #tableEntry(items: ItemDump, partition: PlacedStructure): Promise<DumpedEntry | undefined> {
    const start = numberOf(partition, "partitionStartingLocation");
    const end = Math.floor((this.#endLba * mediumBlockBytes) / this.#blockBytes);
    let last: DumpedEntry | undefined;
    for (let block = end - 1 - start; block >= Math.max(0, end - start - tableBlocks); block--) {
      throwIfCancelled(this.#signal, "looking for the virtual allocation table");
      const structure = await items.descriptor("virtual allocation table", 0, block);
      const type = structure === undefined ? null : dumpedValue(structure, "icbTag", "fileType");
      if (structure === undefined || (type !== fileTypes.virtualAllocationTable && type !== fileTypes.none)) continue;
      const entry = { icb: { partition: 0, block, bytes: this.#blockBytes }, structure };
      if (hasSoundTag(structure)) return entry;
      last ??= entry;
    }
    return last;
  }

  /** What the header of a partition says of its free space. ECMA-167 4/14.3. */
  async *#freeSpace(partition: PlacedStructure): AsyncGenerator<PlacedStructure> {
    const base = plainSpace(partition, this.#blockBytes);
    for (const key of [
      "unallocatedSpaceTable",
      "unallocatedSpaceBitmap",
      "partitionIntegrityTable",
      "freedSpaceTable",
      "freedSpaceBitmap",
    ]) {
      const bytes = numberOf(partition, "partitionContentsUse", key, "extentLength");
      const block = numberOf(partition, "partitionContentsUse", key, "extentPosition");
      const address = bytes === 0 ? undefined : addressIn(base, block, this.#blockBytes);
      if (address === undefined || address >= this.#bytes.length) continue;
      const length = Math.max(tagBytes, Math.min(bytes, tagBytes + maximumBitmapBytes));
      const found = await descriptorAt(this.#bytes, key, address, length, block);
      if (found !== undefined && typeof found !== "string") yield found;
    }
  }
}

/**
 * Dumps what lies behind the partition maps: space bitmaps and tables, sparing tables, the virtual allocation table, the
 * files of a metadata partition.
 *
 * @param endLba The block behind the last one of the session.
 */
export function dumpPartitions(
  bytes: DiscBytes,
  findings: VolumeFindings,
  logicalVolume: PlacedStructure,
  endLba: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<PlacedStructure, PartitionAddresses> {
  return new PartitionDump(bytes, findings, endLba, signal).run(logicalVolume);
}
