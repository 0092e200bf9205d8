/** Writes a UDF volume: which regions it has, where they lie, and what renders them. docs/ON-DISC.md, UDF. */
import { alignUp, blockBytes } from "../../units.js";
import { contentsLba } from "../layout/contents.js";
import type { Plan } from "../layout/plan.js";
import { lbaOf } from "../layout/plan.js";
import type { Place, Region, RegionWriter, Renderer } from "../layout/region.js";
import { noLongExtent } from "./allocation.js";
import { udfEntity } from "./entity-identifier.js";
import { FileEntryForm } from "./file-entry-form.js";
import { fileTypes } from "./icb.js";
import { unknownBlocks } from "./logical-volume.js";
import { MetadataFile } from "./metadata-file.js";
import type { UdfAddresses, UdfTimes } from "./metadata-renderer.js";
import { entryCreationMs, MetadataRenderer } from "./metadata-renderer.js";
import type { PartitionMap } from "./partition.js";
import { accessTypes, noBitmapFile, partitionTypeIdentifiers } from "./partition.js";
import type { UdfLayoutOptions } from "./udf-layout.js";
import { fileSetBlocks, firstFreeUniqueId, metadataFileBlocks, UdfLayout } from "./udf-layout.js";
import type { PreviousTable } from "./virtual-allocation-table-writer.js";
import { VirtualAllocationTable } from "./virtual-allocation-table-writer.js";
import type { UdfMetadataFiles } from "./volume-information.js";
import type { VolumeDescription } from "./volume-writer.js";
import {
  integrityBlocks,
  recognitionBlocks,
  renderRecognition,
  sequenceBlocks,
  VolumeRenderer,
  volumeSetIdentifier,
} from "./volume-writer.js";

/** Where the structures of a volume lie, in blocks from the session's start. OSTA UDF 2.2.3, 6.11; docs/ON-DISC.md. */
const places = { mainSequence: 32, reserveSequence: 48, integrity: 64, anchor: 256 } as const;

/** How much later the sequences lie where others are in their blocks. */
const laterBlocks = 64;

/** The blocks of a session that the sequences have in their usual places. */
export const usualSequences: { readonly first: number; readonly end: number } = {
  first: places.mainSequence,
  end: places.integrity + integrityBlocks,
};

/** The first block of a session that belongs to the partition: a multiple of every write unit. */
export const partitionOffset = 288;

/** Anchors at the end: the last block, the one 256 before it, and all between, for readers that misjudge the end. */
const trailingAnchors = 257;

/** Sessions end where a write unit ends, on every medium. */
export const sessionEndAlign = 32;

/** The unit in which a metadata file is allocated and aligned: the largest write unit. OSTA UDF 2.2.10. */
const metadataUnitBlocks = 32;

/** What a session takes over from the one before. */
export interface UdfContinuation {
  readonly partitionNumber: number;
  /** Absolute block. */
  readonly partitionStart: number;
  readonly tagSerialNumber: number;
  readonly nextUniqueId: number;
  /** Of the table that the session before ended with. */
  readonly virtualAllocationTable: PreviousTable | undefined;
  /** Of the metadata partition of the session before, where its entries are referred to. */
  readonly metadataFiles: UdfMetadataFiles | undefined;
}

/** What a UDF volume is made of. */
export interface UdfWriterOptions extends Omit<UdfLayoutOptions, "entryHeadBytes" | "firstUniqueId" | "creationMs"> {
  readonly times: UdfTimes;
  /** Time of the image, in milliseconds since 1970. */
  readonly imageMs: number;
  readonly volumeName: string;
  /** What the caller calls the set of volumes. */
  readonly volumeSetName: string;
  /** Block of the session where the volume recognition sequence starts. */
  readonly recognitionBlock: number;
  /** Whether the sequences lie behind their usual places. */
  readonly hasLaterSequences: boolean;
  readonly continuation: UdfContinuation | undefined;
  /** Absolute block where the partition starts; see `partitionStartOf`. */
  readonly partitionStart: number;
  /** Whether a metadata partition has its blocks twice; else both of its files lie in the same ones. OSTA UDF 2.2.10. */
  readonly isMetadataDuplicated: boolean;
  /** The block behind the last one of the medium that may be written, for a table that is to be continued. */
  readonly mediumEnd: number | undefined;
}

function region(kind: string, name: string, blocks: number, place: Place): Region {
  return { kind, name: `UDF: ${name}`, blocks, place, needs: "plan" };
}

/** A volume whose addresses are known. */
interface BoundVolume {
  readonly description: VolumeDescription;
  readonly volume: VolumeRenderer;
  readonly metadata: MetadataRenderer;
}

/** Writes one UDF volume. */
export class UdfWriter implements RegionWriter {
  readonly regions: readonly Region[];
  /** What lies behind the contents of files: to be placed after them. */
  readonly trailer: RegionWriter;
  readonly #options: UdfWriterOptions;
  readonly #layout: UdfLayout;
  readonly #form: FileEntryForm;
  readonly #metadataBlocks: number;
  readonly #table: VirtualAllocationTable | undefined;
  /** What the trailer shares with the rest of the volume: set when that is bound, which is first. */
  #bound: BoundVolume | undefined;

  constructor(options: UdfWriterOptions) {
    const { rules, structure, continuation, times } = options;
    this.#options = options;
    this.#form = new FileEntryForm(rules.extended);
    const creationMs = (item: Parameters<UdfTimes["creationMs"]>[0]): number | null => times.creationMs(item);
    const firstUniqueId = continuation?.nextUniqueId ?? firstFreeUniqueId;
    this.#layout = new UdfLayout({ ...options, creationMs, firstUniqueId, entryHeadBytes: this.#form.headBytes });
    const { blocks } = this.#layout;
    this.#metadataBlocks = structure === "metadata" ? metadataFileBlocks(blocks, metadataUnitBlocks) : blocks;
    this.#table =
      structure === "virtual" ? new VirtualAllocationTable(this.#layout, this.#form, options, continuation) : undefined;
    this.regions = this.#leadingRegions();
    const trailing = this.#trailingRegions();
    this.trailer = { regions: trailing, bind: (plan) => this.#bindTrailer(plan) };
  }

  #leadingRegions(): Region[] {
    const { structure, rules, recognitionBlock, hasLaterSequences } = this.#options;
    const later = hasLaterSequences ? laterBlocks : 0;
    const at = (block: number): Place => ({ at: "fromStart", block });
    const next: Place = { at: "next", from: partitionOffset };
    const leading = [
      region("udfRecognition", "volume recognition sequence", recognitionBlocks, at(recognitionBlock)),
      region("udfMainSequence", "main volume descriptor sequence", sequenceBlocks, at(places.mainSequence + later)),
      region("udfIntegrity", "logical volume integrity sequence", integrityBlocks, at(places.integrity + later)),
      region("udfAnchor", "anchor", 1, at(places.anchor)),
    ];
    if (!rules.hasMetadataPartition) {
      const place = at(places.reserveSequence + later);
      leading.push(region("udfReserveSequence", "reserve volume descriptor sequence", sequenceBlocks, place));
    }
    if (structure === "metadata") {
      leading.push(region("udfMetadataFile", "file entry of the metadata file", 1, next));
      const aligned: Place = { ...next, align: metadataUnitBlocks };
      leading.push(region("udfMetadata", "metadata file", this.#metadataBlocks, aligned));
    } else {
      leading.push(region("udfMetadata", "file set, file entries and directories", this.#metadataBlocks, next));
    }
    return leading;
  }

  #trailingRegions(): Region[] {
    const { structure, rules } = this.#options;
    const fromEnd = (block: number): Place => ({ at: "fromEnd", block });
    const trailing: Region[] = [];
    if (structure === "metadata") {
      const place: Place = { at: "next", from: this.#mirrorOffset };
      trailing.push(region("udfMirrorFile", "file entry of the metadata mirror file", 1, place));
      const aligned: Place = { at: "next", align: metadataUnitBlocks };
      if (this.#options.isMetadataDuplicated) {
        trailing.push(region("udfMetadataMirror", "metadata mirror file", this.#metadataBlocks, aligned));
      }
    }
    if (this.#table !== undefined) {
      trailing.push(region("udfTable", "virtual allocation table", this.#table.dataBlocks, { at: "next" }));
    }
    if (rules.hasMetadataPartition) {
      const place = fromEnd(trailingAnchors + sequenceBlocks - 1);
      trailing.push(region("udfReserveSequence", "reserve volume descriptor sequence", sequenceBlocks, place));
    }
    const name = this.#table === undefined ? "anchors" : "anchor and virtual allocation table's ICBs";
    trailing.push(region("udfTrailer", name, trailingAnchors, fromEnd(trailingAnchors - 1)));
    return trailing;
  }

  /**
   * Where the mirror may start: a scratch should not hit both. At least 128 blocks and a tenth of the session are to be
   * between them, which matters where there is little else in the session. OSTA UDF 2.2.13.1, DCN-5106.
   */
  get #mirrorOffset(): number {
    const end = partitionOffset + metadataUnitBlocks + this.#metadataBlocks;
    const smallestSession = end + this.#metadataBlocks + 2 * trailingAnchors;
    return end + Math.max(128, Math.ceil(smallestSession / 8));
  }

  bind(plan: Plan): ReadonlyMap<string, Renderer> {
    const { rules, structure } = this.#options;
    const description = this.#describe(plan);
    const volume = new VolumeRenderer(description);
    const { mainSequenceLba, reserveSequenceLba, tagSerialNumber } = description;
    const addresses = this.#addresses(plan);
    const metadata = new MetadataRenderer(
      this.#layout,
      addresses,
      volume,
      this.#form,
      this.#options.times,
      tagSerialNumber,
    );
    this.#bound = { description, volume, metadata };
    const anchorLba = lbaOf(plan, "udfAnchor");
    const renderers = new Map<string, Renderer>([
      ["udfRecognition", async (first, out) => renderRecognition(rules, first, out)],
      ["udfMainSequence", async (first, out) => volume.renderSequence(mainSequenceLba, first, out)],
      ["udfReserveSequence", async (first, out) => volume.renderSequence(reserveSequenceLba, first, out)],
      ["udfIntegrity", async (first, out) => volume.renderIntegrity(first, out)],
      ["udfAnchor", async (first, out) => volume.renderAnchors(anchorLba + first, out)],
      ["udfMetadata", metadata.render],
    ]);
    if (structure === "metadata") {
      const file = this.#metadataFile(plan, description, fileTypes.metadata, "udfMetadataFile", "udfMetadata");
      renderers.set("udfMetadataFile", async (_first, out) => file.write(out, 0));
    }
    return renderers;
  }

  #bindTrailer(plan: Plan): ReadonlyMap<string, Renderer> {
    const { description, volume, metadata } = this.#bound!;
    const trailerLba = lbaOf(plan, "udfTrailer");
    const table = this.#table;
    const renderers = new Map<string, Renderer>();
    if (table === undefined) {
      renderers.set("udfTrailer", async (first, out) => volume.renderAnchors(trailerLba + first, out));
    } else {
      const place = { ...description, runLba: lbaOf(plan, "udfMetadata"), dataLba: lbaOf(plan, "udfTable") };
      renderers.set("udfTable", async (first, out) => table.renderData(place, first, out));
      renderers.set("udfTrailer", async (first, out) => {
        if (first === 0) volume.renderAnchors(trailerLba, out.subarray(0, blockBytes));
        table.renderIcbs(place, trailerLba, trailingAnchors, first, out);
      });
    }
    if (this.#options.structure === "metadata") {
      const mirror = this.#metadataFile(
        plan,
        description,
        fileTypes.metadataMirror,
        "udfMirrorFile",
        this.#options.isMetadataDuplicated ? "udfMetadataMirror" : "udfMetadata",
      );
      renderers.set("udfMirrorFile", async (_first, out) => mirror.write(out, 0));
      if (this.#options.isMetadataDuplicated) {
        renderers.set("udfMetadataMirror", (...block) => metadata.render(...block));
      }
    }
    return renderers;
  }

  #metadataFile(
    plan: Plan,
    { tagSerialNumber, partitionStart, recordedMs }: VolumeDescription,
    fileType: number,
    icbKind: string,
    dataKind: string,
  ): MetadataFile {
    const before = this.#options.continuation?.metadataFiles;
    const own = { block: lbaOf(plan, dataKind) - partitionStart, blocks: this.#metadataBlocks };
    return new MetadataFile({
      form: this.#form,
      fileType,
      block: lbaOf(plan, icbKind) - partitionStart,
      extents: [...((fileType === fileTypes.metadata ? before?.main : before?.mirror) ?? []), own],
      recordedMs,
      tag: { descriptorVersion: this.#options.rules.descriptorVersion, tagSerialNumber },
    });
  }

  /** Blocks of the metadata file that are those of earlier sessions. */
  get #metadataBlocksBefore(): number {
    const before = this.#options.continuation?.metadataFiles?.main ?? [];
    return before.reduce((sum, { blocks }) => sum + blocks, 0);
  }

  /** How blocks of the run of metadata, and of contents, are named. */
  #addresses(plan: Plan): UdfAddresses {
    const { structure, partitionStart } = this.#options;
    const inPartition = lbaOf(plan, "udfMetadata") - partitionStart;
    const physical = (block: number): number => inPartition + block;
    const inFile = (block: number): number => this.#metadataBlocksBefore + block;
    const virtual = (block: number): number => this.#table!.numberOf(block);
    const number = structure === "plain" ? physical : structure === "metadata" ? inFile : virtual;
    const partitionReferenceNumber = structure === "plain" ? 0 : 1;
    return {
      icb: (block) => ({ logicalBlockNumber: number(block), partitionReferenceNumber }),
      icbTagLocation: number,
      dataTagLocation: structure === "metadata" ? inFile : physical,
      dataReference: structure === "metadata" ? 1 : 0,
      contentBlockOffset: partitionStart,
      contentsLba: contentsLba(plan),
    };
  }

  /** The end of the partition: what is counted from the session's end lies behind it. */
  #partitionEnd(plan: Plan): number {
    const { structure, rules, mediumEnd } = this.#options;
    // A table stands at the very end of its partition, which reaches as far as sessions may still be added.
    if (structure === "virtual") return mediumEnd ?? plan.firstBlock + plan.blocks;
    return lbaOf(plan, rules.hasMetadataPartition ? "udfReserveSequence" : "udfTrailer");
  }

  #describe(plan: Plan): VolumeDescription {
    const { rules, structure, imageMs, volumeName, volumeSetName, partitionStart, continuation } = this.#options;
    const layout = this.#layout;
    const partitionBlocks = this.#partitionEnd(plan) - partitionStart;
    const isVirtual = structure === "virtual";
    // In a virtual partition only what has an entry of the table can be named: the file set's extent is its one block.
    const fileSetExtent = (isVirtual ? 1 : fileSetBlocks) * blockBytes;
    const secondSize = isVirtual ? unknownBlocks : this.#metadataBlocksBefore + this.#metadataBlocks;
    const { logicalBlockNumber, partitionReferenceNumber } = this.#addresses(plan).icb(0);
    return {
      rules,
      tagSerialNumber: continuation?.tagSerialNumber ?? 1,
      volumeName,
      volumeSetIdentifier: volumeSetIdentifier(imageMs, distinctionOf(volumeName, plan), volumeSetName),
      recordedMs: imageMs,
      integrityMs: this.#newestMs(),
      isOpen: isVirtual,
      partitionNumber: continuation?.partitionNumber ?? 0,
      accessType: isVirtual ? accessTypes.writeOnce : accessTypes.readOnly,
      partitionStart,
      partitionBlocks,
      partitionMaps: this.#partitionMaps(plan),
      freeSpaceTable: structure === "plain" ? [0] : [0, isVirtual ? unknownBlocks : 0],
      sizeTable: structure === "plain" ? [partitionBlocks] : [partitionBlocks, secondSize],
      fileSet: { ...noLongExtent, extentLength: fileSetExtent, logicalBlockNumber, partitionReferenceNumber },
      // The table's ICB has the last id that is in use.
      nextUniqueId: layout.nextUniqueId + (isVirtual ? 1 : 0),
      files: layout.files,
      directories: layout.directories.length,
      mainSequenceLba: lbaOf(plan, "udfMainSequence"),
      reserveSequenceLba: lbaOf(plan, "udfReserveSequence"),
      integrityLba: lbaOf(plan, "udfIntegrity"),
    };
  }

  #partitionMaps(plan: Plan): PartitionMap[] {
    const { structure, rules, partitionStart, continuation, isMetadataDuplicated } = this.#options;
    const common = { volumeSequenceNumber: 1, partitionNumber: continuation?.partitionNumber ?? 0 };
    const plain: PartitionMap = { kind: "plain", ...common };
    if (structure === "plain") return [plain];
    const partitionTypeIdentifier = udfEntity(partitionTypeIdentifiers[structure], rules.number);
    if (structure === "virtual") return [plain, { kind: "virtual", ...common, partitionTypeIdentifier }];
    return [
      plain,
      {
        kind: "metadata",
        ...common,
        partitionTypeIdentifier,
        metadataFileLocation: lbaOf(plan, "udfMetadataFile") - partitionStart,
        metadataMirrorFileLocation: lbaOf(plan, "udfMirrorFile") - partitionStart,
        metadataBitmapFileLocation: noBitmapFile,
        allocationUnitSize: metadataUnitBlocks,
        alignmentUnitSize: metadataUnitBlocks,
        flags: isMetadataDuplicated ? 1 : 0,
      },
    ];
  }

  /** The newest time in the volume: its integrity descriptor must not be older. OSTA UDF 2.2.6.1. */
  #newestMs(): number {
    const { times, imageMs } = this.#options;
    const { directories, itemOfObject } = this.#layout;
    let newest = imageMs;
    const look = (item: Parameters<UdfTimes["modifyMs"]>[0]): void => {
      const own = [times.modifyMs(item), times.accessMs(item), times.attributesMs(item), entryCreationMs(times, item)];
      newest = Math.max(newest, ...own);
    };
    for (const { source } of directories) look(source.node);
    for (const item of itemOfObject) if (item !== undefined) look(item);
    return newest;
  }
}

/** Tells volumes that were made in one second from each other; the same tree gives the same number. */
function distinctionOf(volumeName: string, plan: Plan): number {
  let hash = 0x811c_9dc5;
  const mix = (value: number): void => {
    hash = Math.imul(hash ^ value, 0x0100_0193) >>> 0;
  };
  for (let index = 0; index < volumeName.length; index++) mix(volumeName.charCodeAt(index));
  for (const {
    region: { blocks },
    lba,
  } of plan.regions) {
    mix(blocks);
    mix(lba);
  }
  return hash;
}

/**
 * Where the partition of a session starts: where that of the session before did, or lower where something older lies
 * there; the numbers of old blocks stay as they are unless it does. The first session's starts behind its anchor.
 *
 * @param sessionStart First block of the session.
 * @param lowestLba The lowest block of what stays where it is; `undefined` where nothing does.
 * @param align A multiple of which it has to be: the write unit, from 2.50 on.
 */
export function partitionStartOf(
  sessionStart: number,
  before: number | undefined,
  lowestLba: number | undefined,
  align: number,
): number {
  const usual = before ?? (lowestLba === undefined ? sessionStart + partitionOffset : 257);
  const wanted = Math.min(usual, lowestLba ?? usual);
  const aligned = Math.floor(wanted / align) * align;
  // The first 16 blocks of a volume belong to the system. ECMA-167 2/8.2.
  return Math.max(16, lowestLba === undefined && before === undefined ? alignUp(wanted, align) : aligned);
}
