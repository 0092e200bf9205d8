/** Finds the anchors of a volume. ECMA-167, 3rd edition, 3/8.4.2.1; OSTA UDF 2.2.3, 6.10 to 6.14. */
import { strictContext } from "../../codec/codec.js";
import { hasCode, throwIfCancelled } from "../../errors.js";
import { blockBytes as mediumBlockBytes } from "../../units.js";
import type { DescriptorTag } from "./tag.js";
import { readDescriptor, tagIdentifierAt, tagIdentifiers } from "./tag.js";
import type { AnchorVolumeDescriptorPointer } from "./volume.js";
import { anchorVolumeDescriptorPointer } from "./volume.js";
import type { VolumeBytes } from "./volume-bytes.js";
import { isReadFailure } from "./volume-bytes.js";
import { firstVolumeStructureBlock } from "./volume-recognition.js";

/** Bytes of a block in the volumes that are read; the usual one first. */
const volumeBlockBytes = [2048, 512, 1024, 4096] as const;

/** Where an anchor stands in a session that was closed, and in one that was left open. OSTA UDF 6.10. */
export const firstAnchorBlock = 256;
const laterAnchorBlock = 512;

/** How far before a session's end anchors are looked for: lead-out, run-out and postgap count as recorded for some. */
const blocksBeforeEnd = 460;

/** After so many blocks that cannot be read, the others around them are left alone: a drive takes seconds for each. */
export const maximumUnreadable = 16;

/** How far behind a session's start the descriptors that announce UDF are looked for: ISO 9660's stand before them. */
const recognitionBlocks = 100;

/** An anchor that was found. */
export interface Anchor {
  /** Bytes of a block of its volume. */
  readonly blockBytes: number;
  /** Its block, of that many bytes. */
  readonly block: number;
  readonly tag: DescriptorTag;
  readonly pointer: AnchorVolumeDescriptorPointer;
}

/** The blocks of the medium, of 2,048 bytes, among which a session lies. */
export interface SessionRange {
  readonly startLba: number;
  /** The block behind the last one that was recorded. */
  readonly endLba: number;
}

/** The anchor in a block; `undefined` for anything else, and for one that states another block. */
async function lookForAnchor(
  bytes: VolumeBytes,
  blockBytes: number,
  block: number,
  signal: AbortSignal | undefined,
): Promise<Anchor | "unreadable" | undefined> {
  if (block < 0 || (block + 1) * blockBytes > bytes.bytes) return undefined;
  try {
    const data = await bytes.read(block * blockBytes, blockBytes, signal);
    if (tagIdentifierAt(data, 0) !== tagIdentifiers.anchorVolumeDescriptorPointer) return undefined;
    const { tag, value } = readDescriptor(anchorVolumeDescriptorPointer, data, 0, block, strictContext);
    return { blockBytes, block, tag, pointer: value };
  } catch (error) {
    if (!isReadFailure(error)) throw error;
    throwIfCancelled(signal, "looking for anchors");
    return hasCode(error, "E_READ_FAILED") ? "unreadable" : undefined;
  }
}

async function anchorAt(
  bytes: VolumeBytes,
  blockBytes: number,
  block: number,
  signal: AbortSignal | undefined,
): Promise<Anchor | undefined> {
  const found = await lookForAnchor(bytes, blockBytes, block, signal);
  return found === "unreadable" ? undefined : found;
}

/** First and last block of a session in blocks of the volume; `undefined` where it starts inside of one. */
function blocksOfRange(range: SessionRange, blockBytes: number): { first: number; last: number } | undefined {
  const first = (range.startLba * mediumBlockBytes) / blockBytes;
  if (!Number.isInteger(first)) return undefined;
  return { first, last: Math.floor((range.endLba * mediumBlockBytes) / blockBytes) - 1 };
}

/** Places in which anchors are looked for, by the blocks of the session, in the order in which they are believed. */
const places: readonly ((first: number, last: number) => readonly number[])[] = [
  (first) => [first + firstAnchorBlock],
  (_first, last) => [last, last - firstAnchorBlock],
  (_first, last) => Array.from({ length: blocksBeforeEnd }, (_unused, index) => last - 1 - index),
  (first) => [first + laterAnchorBlock],
];

/** The anchors of a session, the likeliest one first. What is behind one that was yielded is looked for when it is asked for. */
export async function* findAnchors(
  bytes: VolumeBytes,
  range: SessionRange,
  signal: AbortSignal | undefined,
): AsyncGenerator<Anchor> {
  const seen = new Set<string>();
  for (const place of places) {
    let unreadable = 0;
    for (const blockBytes of volumeBlockBytes) {
      const blocks = blocksOfRange(range, blockBytes);
      if (blocks === undefined) continue;
      for (const block of place(blocks.first, blocks.last)) {
        if (unreadable >= maximumUnreadable) break;
        const key = `${blockBytes}:${block}`;
        // What lies before the session is an anchor of another one.
        if (seen.has(key) || block < blocks.first) continue;
        seen.add(key);
        const anchor = await lookForAnchor(bytes, blockBytes, block, signal);
        if (anchor === "unreadable") unreadable++;
        else if (anchor !== undefined) yield anchor;
      }
    }
  }
}

/** In which of the places that the standard names for a session's anchors there is one, in blocks of the volume. */
export async function anchorBlocks(
  bytes: VolumeBytes,
  range: SessionRange,
  blockBytes: number,
  signal: AbortSignal | undefined,
): Promise<readonly number[]> {
  const blocks = blocksOfRange(range, blockBytes);
  if (blocks === undefined) return [];
  const { first, last } = blocks;
  const found: number[] = [];
  const named = [first + firstAnchorBlock, first + laterAnchorBlock, last - firstAnchorBlock, last];
  for (const block of new Set(named)) {
    if (block < first) continue;
    if ((await anchorAt(bytes, blockBytes, block, signal)) !== undefined) found.push(block);
  }
  return found.sort((one, other) => one - other);
}

/**
 * The anchor by which a session of UDF alone is known: it is announced at the session's start, and its anchor stands
 * where it has to, and says so.
 */
export async function sessionAnchor(
  bytes: VolumeBytes,
  startLba: number,
  signal: AbortSignal | undefined,
): Promise<Anchor | undefined> {
  if (!(await isAnnounced(bytes, startLba, signal))) return undefined;
  for (const offset of [firstAnchorBlock, laterAnchorBlock]) {
    for (const blockBytes of volumeBlockBytes) {
      const first = (startLba * mediumBlockBytes) / blockBytes;
      if (!Number.isInteger(first)) continue;
      const anchor = await anchorAt(bytes, blockBytes, first + offset, signal);
      if (anchor !== undefined) return anchor;
    }
  }
  return undefined;
}

/** Whether the bytes are those of a volume structure descriptor with that identifier. ECMA-167 2/9.1. */
export function isVolumeStructure(source: Uint8Array, at: number, identifier: string): boolean {
  for (let index = 0; index < identifier.length; index++) {
    if (source[at + 1 + index] !== identifier.charCodeAt(index)) return false;
  }
  return true;
}

/** Whether UDF's descriptors begin where a session's first volume descriptor stands. ECMA-167 2/8.3.1. */
async function isAnnounced(bytes: VolumeBytes, startLba: number, signal: AbortSignal | undefined): Promise<boolean> {
  const first = startLba + firstVolumeStructureBlock;
  for (let index = 0; index < recognitionBlocks; index++) {
    const address = (first + index) * mediumBlockBytes;
    if (address + mediumBlockBytes > bytes.bytes) return false;
    let block: Uint8Array;
    try {
      block = await bytes.read(address, mediumBlockBytes, signal);
    } catch (error) {
      if (!isReadFailure(error)) throw error;
      return false;
    }
    if (isVolumeStructure(block, 0, "NSR0")) return true;
    if (index === 0 && !isVolumeStructure(block, 0, "BEA01")) return false;
    // In volumes with blocks of 4,096 bytes, each descriptor has a block of its own.
    if (index > 1 && !isVolumeStructure(block, 0, "BOOT2") && !isVolumeStructure(block, 0, "CDW02")) return false;
  }
  return false;
}
