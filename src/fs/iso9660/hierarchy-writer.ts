import { blocksOf } from "../../units.js";
import type { Catalog } from "../layout/catalog.js";
import type { ContentLayout } from "../layout/contents.js";
import { contentsLba } from "../layout/contents.js";
import type { Plan } from "../layout/plan.js";
import { lbaOf } from "../layout/plan.js";
import type { Place, Region, RegionWriter, Renderer } from "../layout/region.js";
import { nextPlace } from "../layout/region.js";
import type { IdentifierEncoding } from "../names/identifier-encoding.js";
import type { SystemUse } from "../susp/area.js";
import type { Extent } from "../tree/content.js";
import type { Item } from "../tree/directory.js";
import { DirectoryLayout, maximumExtentBytes } from "./directory-layout.js";
import { fileFlags } from "./directory-record.js";
import { DirectoryRenderer } from "./directory-renderer.js";
import type { HierarchyDirectory } from "./hierarchy.js";
import type { PathTableRecord } from "./path-table.js";
import { pathTableRecordBytes, pathTableRecordL, pathTableRecordM } from "./path-table.js";
import type { RootDirectoryRecord } from "./volume-descriptors.js";

/** What distinguishes one hierarchy of a volume from the other. */
export interface HierarchyForm {
  /** Begins the kinds of its regions: "iso", "joliet". */
  readonly prefix: string;
  /** For people: "ISO 9660", "Joliet". */
  readonly fileSystem: string;
  /** What is written behind the identifiers of files. */
  readonly version: string;
  readonly encoding: IdentifierEncoding;
  readonly systemUse?: SystemUse;
  /** Recording time of an item, in milliseconds since 1970. */
  timeMs(item: Item): number;
}

/** Where a hierarchy of a partition of its own begins to count. */
interface PartitionPlace {
  /** The block of the image that is block 0 of the partition. */
  readonly originLba: number;
  /** No region lies before this block of the image. */
  readonly fromBlock: number;
}

const wholeImage: PartitionPlace = { originLba: 0, fromBlock: 0 };

/** What hierarchies of the same items share. */
interface SharedLayout {
  readonly layout: DirectoryLayout;
  readonly pathTableBytes: number;
}

/** Extents as they are counted from another block; those of no bytes lie nowhere. */
function countedFrom(originLba: number, extents: readonly Extent[]): readonly Extent[] {
  if (originLba === 0) return extents;
  return extents.map(({ lba, bytes }) => ({ lba: lba === null || bytes === 0 ? lba : lba - originLba, bytes }));
}

/** The addresses a volume descriptor refers to. */
export interface HierarchyAddresses {
  readonly pathTableSize: number;
  readonly locationOfTypeLPathTable: number;
  readonly locationOfTypeMPathTable: number;
  readonly rootDirectoryRecord: RootDirectoryRecord;
}

const noExtents: readonly Extent[] = [{ lba: 0, bytes: 0 }];

/** Writes the path tables, directories and continuation areas of one hierarchy. */
export class HierarchyWriter implements RegionWriter {
  readonly regions: readonly Region[];
  readonly #form: HierarchyForm;
  readonly #directories: readonly HierarchyDirectory[];
  readonly #layout: DirectoryLayout;
  readonly #catalog: Catalog;
  readonly #contents: ContentLayout;
  readonly #pathTableBytes: number;
  readonly #place: PartitionPlace;

  /**
   * @param place Where addresses are counted from. Default: the start of the medium.
   * @param shared That of another hierarchy of the same items.
   */
  constructor(
    form: HierarchyForm,
    directories: readonly HierarchyDirectory[],
    catalog: Catalog,
    contents: ContentLayout,
    place: PartitionPlace = wholeImage,
    shared?: SharedLayout,
  ) {
    this.#form = form;
    this.#directories = directories;
    this.#catalog = catalog;
    this.#contents = contents;
    this.#place = place;
    this.#layout =
      shared?.layout ??
      new DirectoryLayout({
        directories,
        identifierBytes: (identifier, item) => this.#identifierBytes(identifier, item),
        systemUse: form.systemUse,
        extentCount: (object) => this.#extentCount(object),
        zisofs: (object) => catalog.contents[catalog.contentOfObject[object]!]?.zisofs,
        links: catalog.links,
      });
    this.#pathTableBytes =
      shared?.pathTableBytes ?? directories.reduce((sum, directory) => sum + this.#pathRecordBytes(directory), 0);
    this.regions = this.#makeRegions();
  }

  /** The hierarchy of the same items as a partition has it that is mounted by itself. */
  inPartition(place: PartitionPlace): HierarchyWriter {
    const { prefix, fileSystem } = this.#form;
    const form = { ...this.#form, prefix: `partition.${prefix}`, fileSystem: `${fileSystem} in the partition` };
    const shared = { layout: this.#layout, pathTableBytes: this.#pathTableBytes };
    return new HierarchyWriter(form, this.#directories, this.#catalog, this.#contents, place, shared);
  }

  bind(plan: Plan): ReadonlyMap<string, Renderer> {
    const renderer = this.#renderer(plan);
    const table = (kind: "L" | "M"): Renderer => {
      let bytes: Uint8Array | undefined;
      return async (first, out) => {
        bytes ??= this.#pathTable(kind, renderer);
        out.set(bytes.subarray(first * 2048, first * 2048 + out.length));
      };
    };
    return new Map([
      [this.#kind("PathTableL"), table("L")],
      [this.#kind("PathTableM"), table("M")],
      [this.#kind("Directories"), renderer.renderDirectories],
      [this.#kind("Continuation"), renderer.renderContinuations],
    ]);
  }

  /** What a volume descriptor says of this hierarchy. */
  addresses(plan: Plan): HierarchyAddresses {
    const root = this.#directories[0]!;
    return {
      pathTableSize: this.#pathTableBytes,
      locationOfTypeLPathTable: this.#lbaOf(plan, "PathTableL"),
      locationOfTypeMPathTable: this.#lbaOf(plan, "PathTableM"),
      rootDirectoryRecord: {
        extendedAttributeRecordLength: 0,
        locationOfExtent: this.#lbaOf(plan, "Directories"),
        dataLength: this.#layout.directoryBytes(root),
        recordingDateAndTime: this.#form.timeMs(root.node),
        fileFlags: fileFlags.directory,
        fileUnitSize: 0,
        interleaveGapSize: 0,
        volumeSequenceNumber: 1,
      },
    };
  }

  #kind(name: string): string {
    return this.#form.prefix + name;
  }

  /** The address of a region as the hierarchy's structures state it. */
  #lbaOf(plan: Plan, name: string): number {
    return lbaOf(plan, this.#kind(name)) - this.#place.originLba;
  }

  #makeRegions(): Region[] {
    const { fileSystem } = this.#form;
    const { fromBlock } = this.#place;
    const tableBlocks = blocksOf(this.#pathTableBytes);
    const place: Place = fromBlock === 0 ? nextPlace : { at: "next", from: fromBlock };
    const region = (name: string, title: string, blocks: number): Region => ({
      kind: this.#kind(name),
      name: `${fileSystem}: ${title}`,
      blocks,
      place,
      needs: "plan",
    });
    return [
      region("PathTableL", "path table, type L", tableBlocks),
      region("PathTableM", "path table, type M", tableBlocks),
      region("Directories", "directories", this.#layout.blocks),
      region("Continuation", "continuation areas", this.#layout.continuationBlocks),
    ].filter(({ blocks }) => blocks > 0);
  }

  #renderer(plan: Plan): DirectoryRenderer {
    const { timeMs, encoding, version } = this.#form;
    const hasContinuations = this.#layout.continuationBlocks > 0;
    const regionLba = contentsLba(plan);
    const { originLba } = this.#place;
    return new DirectoryRenderer(this.#layout, {
      directoriesLba: this.#lbaOf(plan, "Directories"),
      continuationLba: hasContinuations ? this.#lbaOf(plan, "Continuation") : 0,
      extents: (object) => {
        const content = this.#catalog.contentOfObject[object]!;
        if (content < 0) return noExtents;
        return countedFrom(originLba, this.#contents.extents(content, maximumExtentBytes, regionLba));
      },
      timeMs,
      writeIdentifier: (identifier, item, target, at) =>
        encoding.write(item.type === "directory" ? identifier : identifier + version, target, at),
    });
  }

  #identifierBytes(identifier: string, item: Item): number {
    // A moved directory's placeholder is a directory to the user: its identifier has no version number either.
    const { encoding, version } = this.#form;
    return encoding.bytes(item.type === "directory" ? identifier : identifier + version);
  }

  #extentCount(object: number): number {
    const content = this.#catalog.contentOfObject[object]!;
    return content < 0 ? 1 : this.#contents.extentCount(content, maximumExtentBytes);
  }

  #pathRecordBytes(directory: HierarchyDirectory): number {
    return pathTableRecordBytes(this.#pathIdentifierBytes(directory));
  }

  /** The root's identifier is one zero byte. ECMA-119 9.4.5. */
  #pathIdentifierBytes({ identifier }: HierarchyDirectory): number {
    return Math.max(1, this.#form.encoding.bytes(identifier));
  }

  #pathTable(kind: "L" | "M", renderer: DirectoryRenderer): Uint8Array {
    const codec = kind === "L" ? pathTableRecordL : pathTableRecordM;
    const table = new Uint8Array(blocksOf(this.#pathTableBytes) * 2048);
    let at = 0;
    for (const directory of this.#directories) {
      const identifier = new Uint8Array(this.#pathIdentifierBytes(directory));
      this.#form.encoding.write(directory.identifier, identifier, 0);
      const record: PathTableRecord = {
        extendedAttributeRecordLength: 0,
        locationOfExtent: renderer.directoryLba(directory),
        parentDirectoryNumber: directory.parent.number,
        directoryIdentifier: identifier,
      };
      codec.write(record, table, at);
      at += codec.bytes(record);
    }
    return table;
  }
}
