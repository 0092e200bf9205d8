/** Finds sessions in the blocks themselves: files and overwritable media have no table of contents. */
import { throwIfCancelled } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import type { Session, SessionState } from "../../medium/session.js";
import { alignUp, blockBytes } from "../../units.js";
import { primaryDescriptorAt, rootLbaOf } from "../iso9660/descriptor-set.js";
import { readSoundHead } from "../iso9660/directory-record.js";
import { firstVolumeDescriptorBlock } from "../iso9660/volume-descriptors.js";
import type { UdfVolumeInformation } from "../udf/volume-information.js";
import type { DetectedFileSystem } from "./detect.js";

/** A session, and what is in it. */
export interface ImageSession {
  /** From 1. */
  readonly number: number;
  readonly startLba: number;
  /** `null` where it is not known. */
  readonly blocks: number | null;
  readonly state: SessionState;
  /** None where nothing can be read. */
  readonly fileSystems: readonly DetectedFileSystem[];
  readonly volumeName: string;
  /** What its UDF volume says of itself; `undefined` where there is none. */
  readonly udf: UdfVolumeInformation | undefined;
}

/** Where the first session lies on overwritable media and in files that can grow; each starts at a multiple of it. */
const growableSessionAlignment = 32;

/** What growisofs aligns to. */
const growisofsAlignment = 16;

/** What the search for sessions looks at in a primary volume descriptor. */
interface Header {
  readonly volumeSpaceSize: number;
  readonly rootLba: number;
}

/** What a block says of a session; `undefined` for what is no primary volume descriptor. */
function headerOf(bytes: Uint8Array, at: number): Header | undefined {
  const descriptor = primaryDescriptorAt(bytes, at);
  if (descriptor === undefined) return undefined;
  return { volumeSpaceSize: descriptor.volumeSpaceSize, rootLba: rootLbaOf(descriptor) };
}

async function readHeader(
  source: BlockSource,
  startLba: number,
  signal: AbortSignal | undefined,
): Promise<Header | undefined> {
  const lba = startLba + firstVolumeDescriptorBlock;
  if (lba >= source.blocks) return undefined;
  const block = new Uint8Array(blockBytes);
  await source.read(lba, 1, block, signal);
  return headerOf(block, 0);
}

function sessionAt(number: number, startLba: number, blocks: number): Session {
  return { number, startLba, blocks, state: "complete", data: true };
}

/**
 * Follows the chain of sessions that xorriso and this package leave in files and on overwritable media: the first one
 * at block 32, each with its own length in its own header, the next one behind it. The header at block 16 is a copy of
 * the newest one's, with the length of all. Without a chain there is one session, which starts at block 0.
 *
 * @returns In order of address; none where there is no header at all.
 * @throws {@link DiscError} E_READ_FAILED, E_CANCELLED.
 */
export async function chainedSessions(source: BlockSource, signal?: AbortSignal): Promise<Session[]> {
  const newest = await readHeader(source, 0, signal);
  if (newest === undefined) return [];
  const end = Math.min(newest.volumeSpaceSize, source.blocks);
  const found: Session[] = [];
  let last: Header | undefined;
  let lba = growableSessionAlignment;
  while (lba < end) {
    throwIfCancelled(signal, "following the chain of sessions");
    let header = await readHeader(source, lba, signal);
    // growisofs adds sessions at multiples of 16.
    const early = lba - growisofsAlignment;
    const before = found.at(-1);
    if (header === undefined && before !== undefined && early >= before.startLba + before.blocks) {
      header = await readHeader(source, early, signal);
      if (header !== undefined) lba = early;
    }
    if (header === undefined) break;
    found.push(sessionAt(found.length + 1, lba, Math.min(header.volumeSpaceSize, source.blocks - lba)));
    last = header;
    lba = alignUp(lba + header.volumeSpaceSize, growableSessionAlignment);
  }
  // The tree that everybody mounts is not that of the chain's end: one more, so that it can be reached.
  if (last?.rootLba !== newest.rootLba) found.push(sessionAt(found.length + 1, 0, end));
  return found;
}

interface Candidate extends Header {
  readonly startLba: number;
}

/** Whether the root directory lies where a descriptor says: not so in an image that is a file of another image. */
async function hasRoot(source: BlockSource, candidate: Candidate, signal: AbortSignal | undefined): Promise<boolean> {
  if (candidate.rootLba >= source.blocks) return false;
  const block = new Uint8Array(blockBytes);
  await source.read(candidate.rootLba, 1, block, signal);
  if (block[0]! < 34 || block[32] !== 1 || block[33] !== 0) return false;
  return readSoundHead(block, 0)?.locationOfExtent === candidate.rootLba;
}

async function findCandidates(source: BlockSource, signal: AbortSignal | undefined): Promise<Candidate[]> {
  const chunkBlocks = 512;
  const buffer = new Uint8Array(chunkBlocks * blockBytes);
  const candidates: Candidate[] = [];
  for (let lba = firstVolumeDescriptorBlock; lba < source.blocks; lba += chunkBlocks) {
    throwIfCancelled(signal, "searching for sessions");
    const count = Math.min(chunkBlocks, source.blocks - lba);
    const isRead = await readAll(source, lba, count, buffer, signal);
    for (let index = 0; index < count; index++) {
      const header = isRead[index] ? headerOf(buffer, index * blockBytes) : undefined;
      const startLba = lba + index - firstVolumeDescriptorBlock;
      // A copy of the descriptor may follow on it.
      const isCopy = candidates.at(-1)?.startLba === startLba - 1;
      if (header !== undefined && !isCopy) candidates.push({ ...header, startLba });
    }
  }
  return candidates;
}

/** Reads a run; where that fails, block by block, because gaps between sessions and bad blocks are to be passed over. */
async function readAll(
  source: BlockSource,
  lba: number,
  count: number,
  buffer: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<boolean[]> {
  try {
    await source.read(lba, count, buffer, signal);
    return new Array<boolean>(count).fill(true);
  } catch {
    throwIfCancelled(signal, "searching for sessions");
  }
  const isRead: boolean[] = [];
  for (let index = 0; index < count; index++) {
    try {
      await source.read(lba + index, 1, buffer.subarray(index * blockBytes, (index + 1) * blockBytes), signal);
      isRead.push(true);
    } catch {
      throwIfCancelled(signal, "searching for sessions");
      isRead.push(false);
    }
  }
  return isRead;
}

/** Blocks of a session whose header states its length from its own start, or, in other writers, from block 0. */
function blocksOfSession({ startLba, volumeSpaceSize }: Candidate, limit: number): number {
  const isRelative = volumeSpaceSize <= startLba || startLba + volumeSpaceSize <= limit;
  return Math.min(isRelative ? volumeSpaceSize : volumeSpaceSize - startLba, limit - startLba);
}

/**
 * Searches every block for the descriptors of a session. Finds what is in no chain and in no table of contents.
 *
 * @returns In order of address; where the header at block 16 is a copy of a later one, only the later one.
 * @throws {@link DiscError} E_CANCELLED.
 */
export async function scanSessions(source: BlockSource, signal?: AbortSignal): Promise<Session[]> {
  const rooted: Candidate[] = [];
  for (const candidate of await findCandidates(source, signal)) {
    if (await hasRoot(source, candidate, signal)) rooted.push(candidate);
  }
  const kept = rooted.filter(
    ({ startLba, rootLba }) => startLba > 0 || !rooted.some((other) => other.startLba > 0 && other.rootLba === rootLba),
  );
  return kept.map((candidate, index) => {
    const limit = kept[index + 1]?.startLba ?? source.blocks;
    return sessionAt(index + 1, candidate.startLba, blocksOfSession(candidate, limit));
  });
}
