/** Checks what is in the partitions of a UDF volume, and what the volume says of it. ECMA-167, 3rd edition, part 4; OSTA UDF 2.2.6, 2.3. */
import { noLongExtent } from "../udf/allocation.js";
import { FileEntryReader } from "../udf/file-entry-reader.js";
import { logicalVolumeHead, unknownBlocks } from "../udf/logical-volume.js";
import type { PartitionMap } from "../udf/partition.js";
import { accessTypes } from "../udf/partition.js";
import { MetadataSpace, PlainSpace } from "../udf/partition-space.js";
import { implementationUseVolumeDescriptor } from "../udf/volume.js";
import type { DescribedVolume } from "./udf-descriptors.js";
import { EntryChecker } from "./udf-entries.js";
import type { IcbRules } from "./udf-extents.js";
import { readRows } from "./udf-fields.js";
import type { CheckedFileSet } from "./udf-file-set.js";
import { checkFileSet, readFileSet } from "./udf-file-set.js";
import type { ExpectedSpace } from "./udf-integrity.js";
import { checkCounts, checkNextUniqueId, checkRevisions, checkSpaceTables } from "./udf-integrity.js";
import { checkMetadata } from "./udf-metadata.js";
import type { UdfVolumeModel } from "./udf-model.js";
import type { PlacedPartition, SpaceSets } from "./udf-partitions.js";
import { checkSpaceSets } from "./udf-partitions.js";
import { SpaceUse } from "./udf-space.js";
import { checkBitmaps, useBitmaps } from "./udf-space-sets.js";
import type { FoundFile, TreeCounts } from "./udf-tree.js";
import { checkTree } from "./udf-tree.js";
import { checkAllocationTable } from "./udf-vat.js";
import { checkVolumeNames } from "./udf-volume.js";

/** Ids below it are reserved, in the lower 32 bits. OSTA UDF 3.2.1.1. */
const firstFreeId = 16n;

type BaseMap = Exclude<PartitionMap, { readonly kind: "unknown" }>;

/** Checks the contents of one volume. */
class ContentsCheck {
  readonly #volume: DescribedVolume;
  readonly #model: UdfVolumeModel;
  readonly #checker: EntryChecker;
  readonly #use: SpaceUse = new SpaceUse();
  /** Compare what stands on the medium twice, once it is known what of it is in use. */
  readonly #compareMirrors: (() => Promise<void>)[] = [];
  /** By partition number. */
  readonly #spaceSets: Map<number, SpaceSets> = new Map();

  constructor(volume: DescribedVolume) {
    this.#volume = volume;
    const { checking, loaded, maps, partitions } = volume;
    const { bytes, blockBytes } = checking;
    const { spaces } = loaded;
    const isSequential = maps.some(({ kind }) => kind === "virtual");
    const isOnWriteOnce = [...partitions.values()].some(({ value }) => value.accessType === accessTypes.writeOnce);
    this.#model = {
      checking,
      spaces,
      maps,
      // What is odd is found by the checks, which know more of it.
      entries: new FileEntryReader({ bytes, blockBytes, spaces, context: { tolerant: true, lba: null } }),
      icbRules: this.#icbRules(),
      isSequential,
      mayChainEntries: isOnWriteOnce && !isSequential,
      use: this.#use,
    };
    this.#checker = new EntryChecker(this.#model);
  }

  #partition(map: PartitionMap | undefined): PlacedPartition | undefined {
    return map === undefined || map.kind === "unknown" ? undefined : this.#volume.partitions.get(map.partitionNumber);
  }

  #icbRules(): IcbRules {
    const { maps, loaded, checking } = this.#volume;
    const partitionBlocks = maps.map((map, index) => {
      if (map.kind === "virtual") return loaded.table?.entries.length;
      if (map.kind === "metadata") return this.#metadataBlocks(index);
      return this.#partition(map)?.value.partitionLength;
    });
    const metadata = maps.findIndex(({ kind }) => kind === "metadata");
    return {
      partitionBlocks,
      metadataReference: metadata < 0 || checking.revision < 0x0250 ? undefined : metadata,
      mayBeErased: (reference) => this.#partition(maps[reference])?.value.accessType === accessTypes.rewritable,
    };
  }

  /** Blocks of a metadata partition: those of its file. */
  #metadataBlocks(index: number): number | undefined {
    const space = this.#volume.loaded.spaces[index];
    return space instanceof MetadataSpace ? space.blocks : undefined;
  }

  async run(visit: (file: FoundFile) => void): Promise<TreeCounts | undefined> {
    const { checking, logicalVolume, structures } = this.#volume;
    for (const { name, first, blocks } of structures) {
      const run = { address: checking.addressOf(first), bytes: blocks * checking.blockBytes };
      this.#use.add([run], { kind: "structure", owner: `the ${name}`, path: undefined }, false);
    }
    this.#checkSpaceSets();
    await this.#checkFiles();
    const nextUniqueId = this.#nextUniqueId();
    const { logicalVolumeContentsUse } = readRows(logicalVolumeHead, logicalVolume.data, 0);
    const fileSet = await readFileSet(this.#model, logicalVolumeContentsUse, logicalVolume.place);
    this.#checkNames(fileSet);
    if (fileSet === undefined) {
      checking.report("UDF_FSD_MISSING", logicalVolume.place, "there is no file set descriptor");
      return undefined;
    }
    checkFileSet(this.#model, fileSet);
    const { rootDirectoryIcb, systemStreamDirectoryIcb } = fileSet.value;
    const hasSystemStreams = checking.isThirdEdition && systemStreamDirectoryIcb.extentLength > 0;
    const counts = await checkTree({
      model: this.#model,
      checker: this.#checker,
      rootIcb: rootDirectoryIcb,
      systemStreamIcb: hasSystemStreams ? systemStreamDirectoryIcb : undefined,
      place: fileSet.place,
      nextUniqueId,
      visit,
    });
    for (const compare of this.#compareMirrors) await compare();
    await this.#checkSpace();
    this.#checkIntegrity(counts);
    return counts;
  }

  #checkSpaceSets(): void {
    const { checking, maps, partitions } = this.#volume;
    const numbers = new Set(maps.flatMap((map) => (map.kind === "unknown" ? [] : map.partitionNumber)));
    for (const number of numbers) {
      const partition = partitions.get(number);
      if (partition === undefined) continue;
      const isSequential = maps.some((map) => map.kind === "virtual" && map.partitionNumber === number);
      const sets = checkSpaceSets(checking, partition, isSequential);
      this.#spaceSets.set(number, sets);
      useBitmaps(checking, { partition: partition.value, bitmaps: sets.bitmaps, use: this.#use });
    }
  }

  /** The files by which partitions are mapped. */
  async #checkFiles(): Promise<void> {
    const { maps, logicalVolume } = this.#volume;
    for (const map of maps) {
      if (map.kind === "virtual") await this.#checkTable(map);
      if (map.kind !== "metadata") continue;
      const partition = this.#partition(map);
      const baseReference = this.#baseOf(map);
      if (partition === undefined || baseReference < 0) continue;
      const base = maps[baseReference]!;
      const packetLength = base.kind === "sparable" ? base.packetLength : 0;
      const { place } = logicalVolume;
      const common = { model: this.#model, checker: this.#checker, map, baseReference, place };
      const compare = await checkMetadata({ ...common, partition: partition.value }, packetLength);
      if (compare !== undefined) this.#compareMirrors.push(compare);
    }
  }

  /** Reference number of the partition on which one lies that is mapped otherwise. */
  #baseOf({ partitionNumber }: BaseMap): number {
    return this.#volume.maps.findIndex(
      (map) => (map.kind === "plain" || map.kind === "sparable") && map.partitionNumber === partitionNumber,
    );
  }

  async #checkTable(map: BaseMap): Promise<void> {
    const { checking, loaded } = this.#volume;
    const { table } = loaded;
    const value = this.#partition(map)?.value;
    if (table === undefined || value === undefined) return;
    const { blockBytes } = checking;
    const partition = new PlainSpace(value.partitionStartingLocation, value.partitionLength, blockBytes);
    const { icbBlock } = table;
    await checkAllocationTable(checking, { entries: this.#model.entries, partition, icbBlock });
    const icb = {
      ...noLongExtent,
      extentLength: blockBytes,
      logicalBlockNumber: icbBlock - value.partitionStartingLocation,
      partitionReferenceNumber: Math.max(0, this.#baseOf(map)),
    };
    const place = { address: checking.addressOf(icbBlock) };
    const path = "the virtual allocation table";
    await this.#checker.check({ icb, role: "table", path, parent: undefined, place });
  }

  #nextUniqueId(): bigint | undefined {
    const { checking, loaded, integrity } = this.#volume;
    const { table } = loaded;
    let next = table === undefined ? integrity?.head.uniqueId : table.uniqueId + 1n;
    if (next === undefined) return undefined;
    if (table !== undefined && next % 0x1_0000_0000n < firstFreeId) next += firstFreeId - (next % 0x1_0000_0000n);
    const address = table === undefined ? (integrity?.place.address ?? null) : checking.addressOf(table.icbBlock);
    checkNextUniqueId(checking, next, { address });
    return next;
  }

  #checkNames(fileSet: CheckedFileSet | undefined): void {
    const { checking, logicalVolume, information, loaded } = this.#volume;
    const { header, icbBlock = 0 } = loaded.table ?? {};
    const names = [
      {
        where: "logical volume descriptor",
        name: readRows(logicalVolumeHead, logicalVolume.data, 0).logicalVolumeIdentifier,
        address: logicalVolume.place.address ?? 0,
      },
      {
        where: "implementation use volume descriptor",
        name: information && readRows(implementationUseVolumeDescriptor, information.data, 0).logicalVolumeIdentifier,
        address: information?.place.address ?? 0,
      },
      {
        where: "file set descriptor",
        name: fileSet?.value.logicalVolumeIdentifier,
        address: fileSet?.place.address ?? 0,
      },
      {
        where: "virtual allocation table",
        name: header?.logicalVolumeIdentifier,
        address: checking.addressOf(icbBlock),
      },
    ];
    checkVolumeNames(
      checking,
      names.flatMap(({ where, name, address }) => (name === undefined ? [] : { where, name, address })),
    );
  }

  /** What is in use, against what is noted as free. */
  async #checkSpace(): Promise<void> {
    const { checking, maps, partitions, integrity } = this.#volume;
    this.#use.report(checking.report);
    const free = new Map<number, number | undefined>();
    for (const [number, { bitmaps }] of this.#spaceSets) {
      const partition = partitions.get(number);
      if (partition === undefined || bitmaps.length === 0) continue;
      const source = { partition: partition.value, bitmaps, use: this.#use };
      free.set(number, await checkBitmaps(checking, source));
    }
    if (integrity === undefined) return;
    const expected = maps.map((map, index) => this.#expectedSpace(map, index, free));
    checkSpaceTables(checking, integrity, expected);
  }

  #expectedSpace(map: PartitionMap, index: number, free: ReadonlyMap<number, number | undefined>): ExpectedSpace {
    const exactly = (blocks: number): ExpectedSpace["free"] => ({ minimum: blocks, maximum: blocks });
    const partition = this.#partition(map)?.value;
    if (partition === undefined || map.kind === "unknown")
      return { size: undefined, free: undefined, isCounted: false };
    if (map.kind === "virtual") return { size: unknownBlocks, free: exactly(unknownBlocks), isCounted: false };
    const size = this.#model.icbRules.partitionBlocks[index];
    const { accessType } = partition;
    if (accessType === accessTypes.readOnly) return { size, free: exactly(0), isCounted: true };
    if (accessType === accessTypes.pseudoOverwritable) return { size, free: exactly(unknownBlocks), isCounted: false };
    const counted = map.kind === "metadata" ? undefined : free.get(partition.partitionNumber);
    if (counted === undefined || this.#model.isSequential) return { size, free: undefined, isCounted: true };
    const minimum = accessType === accessTypes.writeOnce ? 0 : counted;
    return { size, free: { minimum, maximum: counted }, isCounted: true };
  }

  /** What the integrity descriptor, or the table instead of it, says of the tree. */
  #checkIntegrity(counts: TreeCounts): void {
    const { checking, integrity, loaded, maps, partitions } = this.#volume;
    const { table } = loaded;
    const place =
      table?.header === undefined
        ? (integrity?.place ?? { address: null })
        : { address: checking.addressOf(table.icbBlock) };
    const use = integrity?.implementationUse;
    // What the integrity descriptor counts is out of date where there is a table, which counts nothing in 1.50.
    const stated = table === undefined ? use : table.header;
    if (stated !== undefined) checkCounts(checking, stated, counts, place);
    const has = (kind: PartitionMap["kind"]): boolean => maps.some((map) => map.kind === kind);
    const isPseudo = [...partitions.values()].some(({ value }) => value.accessType === accessTypes.pseudoOverwritable);
    const needed = [
      isPseudo ? 0x0260 : 0,
      has("metadata") ? 0x0250 : 0,
      checking.isThirdEdition ? 0x0200 : 0,
      has("virtual") || has("sparable") ? 0x0150 : 0,
    ];
    if (use !== undefined) checkRevisions(checking, use, Math.max(...needed), integrity?.place ?? place);
    if (table?.header !== undefined) checkRevisions(checking, table.header, Math.max(...needed), place);
  }
}

/**
 * Checks the contents of a volume whose descriptors were checked.
 *
 * @param visit Called with each file and stream that is found.
 * @returns What the tree has; `undefined` where there is none.
 */
export async function checkContents(
  volume: DescribedVolume,
  visit: (file: FoundFile) => void,
): Promise<TreeCounts | undefined> {
  return await new ContentsCheck(volume).run(visit);
}
