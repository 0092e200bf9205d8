/** Checks the UDF volume of a session, clause by clause. docs/VERIFY.md lists all that is looked at. */
import type { BlockSource } from "../../medium/block-source.js";
import { blockBytes as mediumBlockBytes } from "../../units.js";
import type { Anchor, SessionRange } from "../udf/anchor-reader.js";
import { findAnchors, firstAnchorBlock } from "../udf/anchor-reader.js";
import { VolumeBytes } from "../udf/volume-bytes.js";
import { checkAnchors, lastCountedBlock } from "./udf-anchors.js";
import { UdfChecking } from "./udf-checking.js";
import { checkContents } from "./udf-contents.js";
import { checkDescriptors } from "./udf-descriptors.js";
import { peekVolume } from "./udf-open.js";
import { checkRecognition } from "./udf-recognition.js";
import type { UdfReporter } from "./udf-report.js";
import type { FoundFile, TreeCounts } from "./udf-tree.js";

/** The most that a drive leaves behind a session as a part of it. */
const postGapBlocks = 152;

/** Where a session lies. */
export interface UdfSessionRange extends SessionRange {
  /** The block behind the last one by what the session's descriptors say, anchors not counted. */
  readonly statedEndLba: number;
}

/** What is checked. */
export interface UdfCheckOptions {
  readonly source: BlockSource;
  readonly range: UdfSessionRange;
  /** Bytes of a block of the volume, where a reader opened it. */
  readonly blockBytes: number | undefined;
  readonly report: UdfReporter;
  readonly signal: AbortSignal | undefined;
  /** Called with each file of the tree, and each stream, that is found. */
  visit(file: FoundFile): void;
}

/** The anchor that leads on, of a volume with blocks of that size. */
async function leadingAnchor(
  bytes: VolumeBytes,
  { range, blockBytes, signal }: UdfCheckOptions,
): Promise<Anchor | undefined> {
  for await (const anchor of findAnchors(bytes, range, signal)) {
    if (blockBytes === undefined || anchor.blockBytes === blockBytes) return anchor;
  }
  return undefined;
}

/**
 * Checks the UDF volume of a session.
 *
 * @returns What its tree has; `undefined` where it could not be walked.
 * @throws {@link DiscError} E_CANCELLED; all else is reported.
 */
export async function checkUdf(options: UdfCheckOptions): Promise<TreeCounts | undefined> {
  const { source, range, report, signal } = options;
  const bytes = new VolumeBytes(source);
  const leading = await leadingAnchor(bytes, options);
  const blockBytes = leading?.blockBytes ?? options.blockBytes ?? mediumBlockBytes;
  const blockOf = (lba: number): number => Math.floor((lba * mediumBlockBytes) / blockBytes);
  const [first, end] = [blockOf(range.startLba), blockOf(range.endLba) - 1];
  const probe = new UdfChecking({ bytes, blockBytes, first, last: end, report, signal });
  const last = await lastCountedBlock(end, blockOf(range.statedEndLba) - 1, (block) => probe.tryBlock(block));
  const checking = new UdfChecking({ bytes, blockBytes, first, last, report, signal });
  // Between sessions of an image, what no session has is not told from what one left blank.
  const isLastSession = range.endLba >= source.blocks;
  if (last < end && (isLastSession || end - last <= postGapBlocks)) {
    const message = `the last anchor or table is block ${last}, and ${end - last} blocks follow`;
    report("UDF_SESSION_END", { address: checking.addressOf(last + 1) }, message);
  }
  const peeked = leading === undefined ? undefined : await peekVolume(checking, leading.pointer);
  if (peeked !== undefined) checking.revision = peeked.revision;
  await checkRecognition(checking);
  const { prevailing, anchors, isOpen } = await checkAnchors(checking, peeked?.hasVirtualPartition === true);
  const pointer = prevailing?.pointer ?? leading?.pointer;
  if (pointer === undefined) return undefined;
  const blocks = anchors.length > 0 ? anchors.map(({ block }) => block) : [first + firstAnchorBlock];
  const volume = await checkDescriptors({ checking, pointer, anchors: blocks, isOpen });
  return volume === undefined ? undefined : await checkContents(volume, options.visit);
}
