/** Plans all that goes into an image, and gives every block of it its place. */
import type { WarningListener } from "../../errors.js";
import { DiscError } from "../../errors.js";
import type { ImportSource } from "../../medium/import-source.js";
import type { MultisessionInterface } from "../../multisession/interfaces.js";
import type { RememberedBoot } from "../boot/boot-like.js";
import type { BootPlan } from "../boot/boot-plan.js";
import { planBoot } from "../boot/boot-plan.js";
import { planFilm } from "../films/plan-film.js";
import type { Catalog } from "../layout/catalog.js";
import { takeCatalog } from "../layout/catalog.js";
import { ContentLayout } from "../layout/contents.js";
import type { Content } from "../tree/content.js";
import { areWholeBlocks, OnDiscContent } from "../tree/content.js";
import type { DirectoryNode } from "../tree/directory.js";
import type { UdfRevision } from "../udf/revision.js";
import { partitionOffset, sessionEndAlign } from "../udf/udf-writer.js";
import type { UdfVolumeInformation } from "../udf/volume-information.js";
import type { Growth } from "./growth.js";
import { firstGrowth, planGrowth } from "./growth.js";
import type { LaidOutSession } from "./lay-out-session.js";
import { layOutSession } from "./lay-out-session.js";
import { reportNames, reportVolumeName } from "./name-report.js";
import type { ImageOptions } from "./options.js";
import { checkOptions, isWritten } from "./options.js";
import { checkOwnTree, keptOwnTree, newOwnTree } from "./partition-tree.js";
import { ImageTimes } from "./times.js";
import type { UdfPlan } from "./udf-session.js";
import { catalogOptionsOf, planUdf } from "./udf-session.js";
import { contentChanges, reportCompressed } from "./written-contents.js";

/** What is kept of an import, besides its tree. */
export interface ImportedSession {
  readonly source: ImportSource;
  readonly volumeName: string;
  readonly udf: UdfVolumeInformation | undefined;
  /** Whole blocks. */
  readonly bootRecords: readonly Uint8Array[];
}

/** What an image is made of. */
export interface ImageParts {
  readonly root: DirectoryNode;
  readonly options: ImageOptions;
  readonly onWarning: WarningListener;
  /** Contents of the tree, with their compressed forms. */
  readonly compressed: ReadonlyMap<Content, Content>;
  /** Where the session goes; `undefined` for an image that is for no disc yet. */
  readonly chosen: MultisessionInterface | undefined;
  readonly sessionStartBlock: number;
  /** The revision of UDF where neither the options nor the imported session say one. */
  readonly usualUdfRevision: UdfRevision;
  readonly imported: ImportedSession | undefined;
  /** How an image boots that this one is to boot like. */
  readonly rememberedBoot: RememberedBoot | undefined;
}

/** An image whose every block has its place. */
export interface LaidOutImage {
  readonly laidOut: LaidOutSession;
  readonly catalog: Catalog;
  readonly contents: ContentLayout;
  readonly growth: Growth | undefined;
  readonly endsInPostGap: boolean;
}

/** Whether a content stays where it lies: in whole blocks of the disc that the session is added to. */
export function isPinned(content: Content, imported: ImportedSession | undefined): boolean {
  if (!(content instanceof OnDiscContent) || content.source !== imported?.source) return false;
  return areWholeBlocks(content.extents);
}

/** How the UDF volume is written; `undefined` where none is. */
function udfPlanOf({ options, usualUdfRevision, chosen, imported }: ImageParts): UdfPlan | undefined {
  if (!isWritten(options, "udf")) return undefined;
  const goesOn = chosen?.type === "sequential" && options.finalised !== true;
  const mediumEnd = goesOn ? chosen.nextWritableAddress + chosen.freeSectorsOnMedia : undefined;
  return planUdf({ options, usualRevision: usualUdfRevision, before: imported?.udf, mediumEnd });
}

/** @throws as {@link planBoot}; {@link DiscError} E_NOT_SUPPORTED for tables in front of sessions that are there. */
async function bootPlanOf(parts: ImageParts, times: ImageTimes): Promise<BootPlan | undefined> {
  const { root, options, rememberedBoot, imported, sessionStartBlock, onWarning } = parts;
  const boot = options.boot ?? rememberedBoot?.options(root);
  if (boot === undefined || !isWritten(options, "iso")) return undefined;
  const isFirst = imported === undefined && sessionStartBlock === 0;
  if (boot.hybrid !== undefined && !isFirst) {
    const what = "new partition tables in front of sessions that are on the disc already";
    throw new DiscError("E_NOT_SUPPORTED", `not supported: ${what}; a new image can have them`, { what });
  }
  return await planBoot(boot, root, { onWarning, times });
}

/** Where the session goes on a medium that can be overwritten; `undefined` for others. */
async function growthOf(
  { chosen, options, imported }: ImageParts,
  contents: ContentLayout,
): Promise<Growth | undefined> {
  if (chosen?.type !== "randomWrite") return options.growable === true ? firstGrowth : undefined;
  if (imported === undefined) return firstGrowth;
  const { lastWrittenAddress } = chosen;
  const endOfContents = contents.endOfPinned();
  return await planGrowth(imported.source, { lastWrittenAddress, udf: imported.udf, endOfContents });
}

/**
 * Gives every block of an image its place.
 *
 * @throws as `FileSystemImage.createResultImage`.
 */
export async function layOutImage(parts: ImageParts): Promise<LaidOutImage> {
  const { root, options, onWarning, imported } = parts;
  checkOptions(options);
  const times = new ImageTimes(options.sourceDateEpoch, onWarning);
  const udf = udfPlanOf(parts);
  const boot = await bootPlanOf(parts, times);
  const catalog = takeCatalog(root, catalogOptionsOf(udf), contentChanges(options, boot, parts.compressed));
  reportVolumeName(options, onWarning);
  reportNames(catalog, times, { rules: udf?.rules, hasRockRidge: isWritten(options, "rockridge") }, onWarning);
  const newTree = newOwnTree(boot);
  const staysInPlace = (content: Content): boolean => isPinned(content, imported);
  reportCompressed(catalog, options, boot, staysInPlace, onWarning);
  const contents = new ContentLayout(catalog, {
    isPinned: staysInPlace,
    embeddedBytes: udf?.embeddedBytes,
    fromBlock: Math.max(udf === undefined ? 0 : partitionOffset, newTree?.fromBlock ?? 0),
    runs: options.films === undefined ? undefined : await planFilm(root, options.films, onWarning),
  });
  const growth = await growthOf(parts, contents);
  const ownTree = newTree ?? keptOwnTree(growth?.ownTree, options, contents, onWarning);
  checkOwnTree(newTree, udf !== undefined, growth !== undefined);
  const sessionStart = growth?.sessionStart ?? parts.sessionStartBlock;
  const bootRecords = imported?.bootRecords ?? [];
  const planned = { options, catalog, contents, times, onWarning, sessionStart, udf, growth, ownTree };
  const endAlign = udf === undefined && growth === undefined ? 1 : sessionEndAlign;
  const blocks = options.freeMediaBlocks === 0 ? undefined : options.freeMediaBlocks;
  const laidOut = await layOutSession({ ...planned, bootRecords, boot }, { blocks, endAlign });
  return { laidOut, contents, growth, catalog, endsInPostGap: udf !== undefined };
}
