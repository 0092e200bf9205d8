/** Which writers make a session, and in which order their regions lie. */
import { encode } from "../../codec/struct.js";
import type { WarningListener } from "../../errors.js";
import { DiscError } from "../../errors.js";
import type { BootPlan } from "../boot/boot-plan.js";
import type { BootWriter } from "../boot/boot-writer.js";
import { chainRecord } from "../growth/chain-record.js";
import { maximumExtentBytes } from "../iso9660/directory-layout.js";
import type { HierarchyOptions } from "../iso9660/hierarchy.js";
import { buildHierarchy } from "../iso9660/hierarchy.js";
import { HierarchyWriter } from "../iso9660/hierarchy-writer.js";
import type { VolumeSpaceSize } from "../iso9660/iso-writer.js";
import {
  descriptorRegion,
  EnhancedDescriptorWriter,
  PrimaryDescriptorWriter,
  TerminatorWriter,
} from "../iso9660/iso-writer.js";
import type { VolumeDescription } from "../iso9660/volume-description.js";
import { firstVolumeDescriptorBlock } from "../iso9660/volume-descriptors.js";
import { JolietDescriptorWriter } from "../joliet/joliet-writer.js";
import type { Catalog } from "../layout/catalog.js";
import type { ContentLayout } from "../layout/contents.js";
import type { Plan } from "../layout/plan.js";
import type { Region, RegionWriter, Renderer } from "../layout/region.js";
import { nextPlace } from "../layout/region.js";
import { visibleCatalog } from "../layout/visible-catalog.js";
import { isoNameRules } from "../names/iso-name.js";
import { RockRidgeWriter } from "../rockridge/rock-ridge-writer.js";
import { hasAttributes } from "../susp/attribute-list.js";
import { timeMs } from "../tree/item-attributes.js";
import type { Growth } from "./growth.js";
import { enhancedHierarchyNaming, isoHierarchyNaming, jolietHierarchyNaming } from "./hierarchy-naming.js";
import type { ImageOptions } from "./options.js";
import { isoVolumeName, isWritten, volumeText } from "./options.js";
import type { OwnTreePlan } from "./partition-tree.js";
import { areSequencesTaken } from "./partition-tree.js";
import { RockRidgeNames } from "./rock-ridge-names.js";
import type { ImageTimes } from "./times.js";
import type { UdfPlan } from "./udf-session.js";
import { udfWriter } from "./udf-session.js";

/** What the writers of a session are made from. */
export interface SessionParts {
  readonly options: ImageOptions;
  readonly catalog: Catalog;
  readonly contents: ContentLayout;
  readonly times: ImageTimes;
  readonly onWarning: WarningListener;
  /** First block of the session. */
  readonly sessionStart: number;
  /** `undefined` where no UDF is written. */
  readonly udf: UdfPlan | undefined;
  /** `undefined` on media that are written once. */
  readonly growth: Growth | undefined;
  /** Boot records of the session that is continued: whole blocks. */
  readonly bootRecords: readonly Uint8Array[];
  /** `undefined` where the image boots from nothing new. */
  readonly boot: BootPlan | undefined;
  /** `undefined` where no partition has a tree for itself, or keeps the one that it has. */
  readonly ownTree: OwnTreePlan | undefined;
}

/** Place of the first boot record in the descriptor set: block 17, where firmware looks for it. El Torito 1.0, 2.0. */
export const bootRecordPosition = 1;

/** The kind of the region of the system area. */
export const systemAreaKind = "systemArea";

/** The system area: zero, unless something that boots lies there. ECMA-119 6.2.1. */
class SystemAreaWriter implements RegionWriter {
  readonly regions = [
    {
      kind: systemAreaKind,
      name: "System area",
      blocks: 16,
      place: { at: "fromStart", block: 0 },
      needs: "plan",
    } as const,
  ];

  bind(): ReadonlyMap<string, Renderer> {
    return new Map();
  }
}

/** Writes boot records of the session before as they are: the catalog that they lead to has stayed where it was. */
class BootRecordWriter implements RegionWriter {
  readonly regions: readonly Region[];
  readonly #records: readonly Uint8Array[];

  /** @param position Where in the set they go. */
  constructor(records: readonly Uint8Array[], position: number) {
    this.#records = records;
    this.regions = records.map((_record, index) =>
      descriptorRegion(`bootRecord${index}`, "Boot Record", position + index),
    );
  }

  bind(): ReadonlyMap<string, Renderer> {
    return new Map(
      this.#records.map((record, index) => [`bootRecord${index}`, async (_first, out) => out.set(record)]),
    );
  }
}

/**
 * Where the volume ends, counted from the start of the medium: Linux 6.1 takes continuation areas behind that for
 * corrupt, and so drops Rock Ridge in sessions whose size is counted from their own start, as other programs write it.
 */
function endOfVolume(plan: Plan): number {
  return plan.firstBlock + plan.blocks;
}

/** The length of a session in its own header, by which the next one is found on media that can be overwritten. */
function lengthOfSession(plan: Plan): number {
  return plan.blocks;
}

function reporters(
  parts: SessionParts,
  fileSystem: string,
  isShorteningReported: boolean,
): Pick<HierarchyOptions, "onOmitted" | "onShortened" | "onMangled"> {
  return {
    onOmitted: (path, reason) => {
      const message = `"${path}" is not in ${fileSystem}: ${reason}`;
      parts.onWarning(new DiscError("W_NOT_REPRESENTED", message, { path, fileSystem, reason }));
    },
    onShortened: (path, name) => {
      if (!isShorteningReported) return;
      const message = `"${path}" is shortened to "${name}" in ${fileSystem}`;
      parts.onWarning(new DiscError("W_NAME_SHORTENED", message, { path, fileSystem, name }));
    },
    onMangled: (path, name, character) => {
      const message = `"${path}" is "${name}" in ${fileSystem}, which has no "${character}"`;
      parts.onWarning(new DiscError("W_NAME_MANGLED", message, { path, fileSystem, name, character }));
    },
  };
}

function isoHierarchy(parts: SessionParts, hasRockRidge: boolean): HierarchyWriter {
  const { options, contents, times } = parts;
  const catalog = visibleCatalog(parts.catalog, "iso");
  const level = options.isoLevel ?? 3;
  const rules = isoNameRules(level, options.isoRelaxations ?? {});
  const naming = isoHierarchyNaming(options);
  // Where Rock Ridge or Joliet keeps the full name, that a short one exists beside it is no loss.
  const reports = reporters(parts, "ISO 9660", !hasRockRidge && !isWritten(options, "joliet"));
  const directories = buildHierarchy(catalog, { ...naming, ...reports });
  if (level < 3) refuseLargeFiles(parts);
  return new HierarchyWriter(
    {
      prefix: "iso",
      fileSystem: "ISO 9660",
      version: rules.version ? ";1" : "",
      encoding: naming.encoding,
      timeMs: (item) => times.modifyMs(item),
      ...(hasRockRidge ? { systemUse: rockRidgeWriter(parts, catalog) } : {}),
    },
    directories,
    catalog,
    contents,
  );
}

/** Whether any item has extended attributes, or access control lists. */
function holdsAttributes({ directories }: Catalog): boolean {
  return directories.some(({ node, children }) => hasAttributes(node) || children.some(hasAttributes));
}

function rockRidgeWriter(parts: SessionParts, catalog: Catalog): RockRidgeWriter {
  const { options, times } = parts;
  const names = new RockRidgeNames(options);
  names.take(catalog, reporters(parts, "Rock Ridge", true).onMangled);
  return new RockRidgeWriter({
    version: options.rockRidgeVersion ?? "1.12",
    times: (item) => times.stamps(item),
    nameBytes: (item) => names.nameBytes(item),
    targetBytes: (name) => names.targetBytes(name),
    hasAttributes: holdsAttributes(catalog),
  });
}

/** The hierarchy of long names that an Enhanced Volume Descriptor describes beside the primary one. */
function enhancedHierarchy(parts: SessionParts, hasRockRidge: boolean): HierarchyWriter {
  const { options, contents, times } = parts;
  const catalog = visibleCatalog(parts.catalog, "iso");
  const naming = enhancedHierarchyNaming(options);
  const directories = buildHierarchy(catalog, {
    ...naming,
    ...reporters(parts, naming.fileSystem, !hasRockRidge && !isWritten(options, "joliet")),
    // That links and devices are in Rock Ridge alone is what everybody expects.
    ...(hasRockRidge ? { onOmitted: () => {} } : {}),
  });
  return new HierarchyWriter(
    {
      prefix: "enhanced",
      fileSystem: naming.fileSystem,
      version: "",
      encoding: naming.encoding,
      timeMs: (item) => times.modifyMs(item),
    },
    directories,
    catalog,
    contents,
  );
}

/** Levels 1 and 2 hold a file in one extent. ECMA-119 10.1, 10.2. */
function refuseLargeFiles({ contents, catalog }: SessionParts): void {
  for (const [index, content] of catalog.contents.entries()) {
    if (contents.extentCount(index, maximumExtentBytes) <= 1) continue;
    const path = catalog.nodeOfContent[index]!.path;
    const message = `"${path}" has ${content.bytes} bytes, more than one extent of ${maximumExtentBytes} holds`;
    const detail = { path, bytes: content.bytes, limitBytes: maximumExtentBytes, fileSystem: "ISO 9660" };
    throw new DiscError("E_FILE_TOO_BIG", message, detail);
  }
}

function jolietHierarchy(parts: SessionParts, hasRockRidge: boolean): HierarchyWriter {
  const { options, contents, times } = parts;
  const catalog = visibleCatalog(parts.catalog, "joliet");
  const reports = reporters(parts, "Joliet", true);
  const naming = jolietHierarchyNaming(options);
  const directories = buildHierarchy(catalog, {
    ...naming,
    ...reports,
    // With Rock Ridge beside it, that links and devices are there alone is what everybody expects.
    ...(hasRockRidge ? { onOmitted: () => {} } : {}),
  });
  return new HierarchyWriter(
    {
      prefix: "joliet",
      fileSystem: "Joliet",
      version: ";1",
      encoding: naming.encoding,
      timeMs: (item) => times.modifyMs(item),
    },
    directories,
    catalog,
    contents,
  );
}

/** Writes the contents of files. */
function contentsWriter({ contents }: SessionParts): RegionWriter {
  return { regions: [contents.region], bind: () => new Map([[contents.region.kind, contents.render]]) };
}

const paddingKind = "padding";

/** Writes zeros behind the contents. */
function paddingWriters({ options: { padding: blocks = 0 } }: SessionParts): RegionWriter[] {
  if (blocks === 0) return [];
  const region: Region = { kind: paddingKind, name: "Padding", blocks, place: nextPlace, needs: "plan" };
  return [{ regions: [region], bind: () => new Map([[paddingKind, async () => {}]]) }];
}

/** Tells where the chain of sessions begins, where the system area has no room for it. */
function applicationUseOf(growth: Growth | undefined): Uint8Array {
  const chain = growth?.room.record === true ? undefined : growth?.chain;
  return chain === undefined ? new Uint8Array(0) : encode(chainRecord, chain);
}

/** The writers of ISO 9660 and what extends it: its descriptors, and its hierarchies. */
function isoWriters(
  parts: SessionParts,
  boot: BootWriter | undefined,
): {
  readonly descriptors: RegionWriter[];
  readonly hierarchies: RegionWriter[];
  /** The descriptors of a partition that can be mounted by itself. */
  readonly ownDescriptors: RegionWriter[];
} {
  const { options, times, growth, ownTree, bootRecords } = parts;
  const hasRockRidge = isWritten(options, "rockridge");
  const description: VolumeDescription = {
    volumeName: volumeText(options.volumeName ?? "DISC"),
    systemIdentifier: options.systemIdentifier ?? "",
    volumeSetIdentifier: options.volumeSetIdentifier ?? "",
    publisherIdentifier: options.publisherIdentifier ?? "",
    dataPreparerIdentifier: options.dataPreparerIdentifier ?? "",
    applicationIdentifier: options.applicationIdentifier ?? "",
    copyrightFileIdentifier: options.copyrightFileIdentifier ?? "",
    abstractFileIdentifier: options.abstractFileIdentifier ?? "",
    bibliographicFileIdentifier: options.bibliographicFileIdentifier ?? "",
    createdMs: times.volumeMs(options.volumeCreation) ?? times.imageMs,
    modifiedMs: times.volumeMs(options.volumeModification) ?? times.imageMs,
    expirationMs: timeMs(options.volumeExpiration),
    effectiveMs: timeMs(options.volumeEffective),
    applicationUse: applicationUseOf(growth),
  };
  const volumeSpaceSize = growth === undefined ? endOfVolume : lengthOfSession;
  const iso = isoHierarchy(parts, hasRockRidge);
  const isoDescription = {
    ...description,
    volumeName: isoVolumeName(options.volumeName ?? "DISC", options.isoCharset),
  };
  const joliet = isWritten(options, "joliet") ? jolietHierarchy(parts, hasRockRidge) : undefined;
  const bootWriter = boot ?? new BootRecordWriter(bootRecords, bootRecordPosition);
  /** The set of a volume, with the writers of what stands behind its primary descriptor. */
  const setOf = (
    described: Hierarchies,
    size: VolumeSpaceSize,
    second: readonly RegionWriter[],
    originLba: number,
  ): RegionWriter[] => {
    let position = bootRecordPosition + second.reduce((sum, { regions }) => sum + regions.length, 0);
    const set = [new PrimaryDescriptorWriter(isoDescription, described.iso, size, originLba), ...second];
    if (described.joliet !== undefined) {
      set.push(new JolietDescriptorWriter(description, described.joliet, size, position++, originLba));
    }
    if (described.enhanced !== undefined) {
      set.push(new EnhancedDescriptorWriter(isoDescription, described.enhanced, size, position++, originLba));
    }
    return [...set, new TerminatorWriter(position, originLba)];
  };
  const enhanced = enhancedOf(parts, iso, hasRockRidge);
  const descriptors = setOf({ iso, joliet, enhanced }, volumeSpaceSize, [bootWriter], 0);
  const hierarchies = differing({ iso, joliet, enhanced });
  if (ownTree === undefined) return { descriptors, hierarchies, ownDescriptors: [] };
  const ownIso = iso.inPartition(ownTree);
  const own: Hierarchies = {
    iso: ownIso,
    joliet: joliet?.inPartition(ownTree),
    enhanced: enhanced === iso ? ownIso : enhanced?.inPartition(ownTree),
  };
  // Firmware looks for a boot record from the start of the medium alone.
  const ownDescriptors = setOf(own, ownTree.size, [], ownTree.originLba);
  return { descriptors, hierarchies: [...hierarchies, ...differing(own)], ownDescriptors };
}

/** The hierarchies that the descriptors of a volume describe. */
interface Hierarchies {
  readonly iso: HierarchyWriter;
  readonly joliet: HierarchyWriter | undefined;
  /** The primary one, or one of its own. */
  readonly enhanced: HierarchyWriter | undefined;
}

/** Each hierarchy of a volume once. */
function differing({ iso, joliet, enhanced }: Hierarchies): HierarchyWriter[] {
  return [...new Set([iso, joliet, enhanced])].filter((hierarchy) => hierarchy !== undefined);
}

/** The hierarchy that an Enhanced Volume Descriptor describes: one of its own, or the primary one at level 4. */
function enhancedOf(parts: SessionParts, iso: HierarchyWriter, hasRockRidge: boolean): HierarchyWriter | undefined {
  if (parts.options.enhancedTree === true) return enhancedHierarchy(parts, hasRockRidge);
  return parts.options.isoLevel === 4 ? iso : undefined;
}

/** The writers of a session. */
export interface SessionWriters {
  /** In the order in which their regions lie: docs/ON-DISC.md, order of regions. */
  readonly writers: RegionWriter[];
  /** Those of descriptors that take the places of others, in front of the session. */
  readonly inFront: readonly RegionWriter[];
}

/** The writers that make a session. */
export function sessionWriters(parts: SessionParts, boot: BootWriter | undefined): SessionWriters {
  const { options, udf, ownTree } = parts;
  const hasIso = isWritten(options, "iso");
  const { descriptors, hierarchies, ownDescriptors } = hasIso
    ? isoWriters(parts, boot)
    : { descriptors: [], hierarchies: [], ownDescriptors: [] };
  const [own, inFront] = ownTree?.isNew === true ? [ownDescriptors, []] : [[], ownDescriptors];
  const writers = [new SystemAreaWriter(), ...descriptors, ...own, ...hierarchies];
  if (udf === undefined) return { writers: [...writers, contentsWriter(parts), ...paddingWriters(parts)], inFront };
  const descriptorBlocks = descriptors.reduce((sum, { regions }) => sum + regions.length, 0);
  const volume = udfWriter(udf, {
    ...parts,
    catalog: visibleCatalog(parts.catalog, "udf"),
    recognitionBlock: firstVolumeDescriptorBlock + descriptorBlocks,
    hasLaterSequences: areSequencesTaken(ownTree),
    hasSpecialFilesElsewhere: hasIso && isWritten(options, "rockridge"),
    hasNamesElsewhere: hasIso && isWritten(options, "rockridge"),
  });
  return { writers: [...writers, volume, contentsWriter(parts), ...paddingWriters(parts), volume.trailer], inFront };
}
