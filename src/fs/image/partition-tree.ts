/**
 * The tree that a partition of an image has for itself: a second set of descriptors with hierarchies of their own, whose
 * addresses are counted from the partition's start. Contents are those of the image.
 */
import type { WarningListener } from "../../errors.js";
import { DiscError, refuseOption } from "../../errors.js";
import { blockBytes } from "../../units.js";
import type { BootPlan, PlannedPartition } from "../boot/boot-plan.js";
import type { BlockPatch } from "../growth/front.js";
import { sectorsInBlock } from "../hybrid/image-growth.js";
import type { VolumeSpaceSize } from "../iso9660/iso-writer.js";
import { firstVolumeDescriptorBlock } from "../iso9660/volume-descriptors.js";
import type { ContentLayout } from "../layout/contents.js";
import type { Plan } from "../layout/plan.js";
import { appendedKind, endBefore, tailKind } from "../layout/plan.js";
import type { RegionWriter } from "../layout/region.js";
import { firstAnchorBlock } from "../udf/anchor-reader.js";
import { usualSequences } from "../udf/udf-writer.js";
import type { OwnTree } from "./growth.js";
import type { ImageOptions } from "./options.js";
import { isWritten } from "./options.js";

/** Most descriptors of a partition's set: primary, Joliet's, enhanced, terminator. */
const mostDescriptors = 4;

/** How the tree of a partition is written. */
export interface OwnTreePlan {
  /** The block of the image in which the partition starts. */
  readonly originLba: number;
  /** The block of the session before which no part of it, but for its descriptors, lies. */
  readonly fromBlock: number;
  /** The length of the volume. */
  readonly size: VolumeSpaceSize;
  /** Whether its descriptors are in the session. Else they take the places of those of the session before. */
  readonly isNew: boolean;
}

/**
 * The length of the volume in a partition of its own: that of the partition, by which xorriso recognises it. One of the
 * master boot record has the end of a GUID partition table in it, which others lie before.
 */
function sizeInPartition(boot: BootPlan, originLba: number): VolumeSpaceSize {
  const isOwn = ({ options: { covers } }: PlannedPartition): boolean =>
    "volumeFromSector" in covers && covers.volumeFromSector === originLba * sectorsInBlock;
  const own = boot.partitions.filter(isOwn).map(({ options }) => options);
  const isInGptAlone = own.some(({ gpt }) => gpt !== undefined) && own.every(({ mbr }) => mbr === undefined);
  const behind = isInGptAlone ? [appendedKind, tailKind] : [appendedKind];
  return (plan) => endBefore(plan, behind) - originLba;
}

/** The tree of a partition in a new image; `undefined` where none is asked for. */
export function newOwnTree(boot: BootPlan | undefined): OwnTreePlan | undefined {
  const originLba = boot?.options.hybrid?.partitionOffset ?? 0;
  if (boot === undefined || originLba === 0) return undefined;
  const fromBlock = originLba + firstVolumeDescriptorBlock + mostDescriptors;
  return { originLba, fromBlock, size: sizeInPartition(boot, originLba), isNew: true };
}

/** Whether the descriptors of a partition lie where UDF has its sequences. */
export function areSequencesTaken(tree: OwnTreePlan | undefined): boolean {
  if (tree?.isNew !== true) return false;
  const { fromBlock: end } = tree;
  return end > usualSequences.first && end - mostDescriptors < usualSequences.end;
}

/**
 * @throws {@link DiscError} E_NOT_SUPPORTED for a partition's own tree in an image that is to grow; E_OPTION_INVALID for one
 *   whose descriptors would lie among what UDF has.
 */
export function checkOwnTree(tree: OwnTreePlan | undefined, hasUdf: boolean, isGrowing: boolean): void {
  if (tree === undefined) return;
  if (isGrowing) {
    const what = "a partition offset in an image that is laid out to grow";
    throw new DiscError("E_NOT_SUPPORTED", `not supported: ${what}: sessions begin where its tree would be`, { what });
  }
  if (!hasUdf || tree.fromBlock <= firstAnchorBlock) return;
  const most = firstAnchorBlock - firstVolumeDescriptorBlock - mostDescriptors;
  const allowed = `with UDF, up to ${most}: block ${firstAnchorBlock} is its anchor's`;
  refuseOption("boot.hybrid.partitionOffset", tree.originLba, allowed);
}

/** Why the tree of a partition cannot show a session that is added; `undefined` where it can. */
function obstacle(tree: OwnTree, options: ImageOptions, contents: ContentLayout): string | undefined {
  if (!tree.isGrowing) return "the partition does not reach what is added";
  const hasEnhanced = options.isoLevel === 4 || options.enhancedTree === true;
  const wanted = [isWritten(options, "joliet"), hasEnhanced].filter((isThere) => isThere).length + 2;
  if (!isWritten(options, "iso")) return "what is added has no ISO 9660";
  if (wanted > tree.descriptors) return "its descriptors have no room for one more";
  return (contents.startOfPinned() ?? tree.originLba) < tree.originLba ? "files lie before the partition" : undefined;
}

/**
 * The tree of a partition in an image that grows: it goes on to show what the image shows, where it can. Else it stays as
 * it is, with W_BOOT_LEFT_OUT.
 *
 * @param tree `undefined` where there is none.
 */
export function keptOwnTree(
  tree: OwnTree | undefined,
  options: ImageOptions,
  contents: ContentLayout,
  onWarning: WarningListener,
): OwnTreePlan | undefined {
  if (tree === undefined) return undefined;
  const { originLba } = tree;
  const found = obstacle(tree, options, contents);
  if (found === undefined) {
    return { originLba, fromBlock: 0, size: (plan) => endBefore(plan, []) - originLba, isNew: false };
  }
  const what = `this session, in the tree that the partition at block ${originLba} has for itself`;
  const reason = `${found}; mounted by itself, it shows what it showed before`;
  onWarning(new DiscError("W_BOOT_LEFT_OUT", `${what}, is left out: ${reason}`, { what, reason }));
  return undefined;
}

/**
 * What is written in front of a session so that the tree of a partition shows it: descriptors from the last to the first.
 *
 * @param set The writers of the descriptors.
 * @param before What is there now.
 */
export async function ownTreePatches(
  set: readonly RegionWriter[],
  plan: Plan,
  { originLba, descriptors: before }: OwnTree,
): Promise<readonly BlockPatch[]> {
  const patches: BlockPatch[] = [];
  for (const writer of set) {
    const renderers = writer.bind(plan);
    for (const { kind, place } of writer.regions) {
      const bytes = new Uint8Array(blockBytes);
      await renderers.get(kind)?.(0, bytes, plan);
      if (place.at === "fromStart") patches.push({ lba: place.block, bytes });
    }
  }
  const first = originLba + firstVolumeDescriptorBlock;
  for (let index = patches.length; index < before; index++) {
    patches.push({ lba: first + index, bytes: new Uint8Array(blockBytes) });
  }
  return patches.sort((one, other) => other.lba - one.lba);
}
