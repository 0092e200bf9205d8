/** Finds sessions in the blocks themselves: files and overwritable media have no table of contents. */
import { hasCode, throwIfCancelled } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import type { Session, SessionState } from "../../medium/session.js";
import { growableSessionAlignment } from "../../medium/session.js";
import { alignUp, blockBytes } from "../../units.js";
import { countsFromItself } from "../boot/partition-offset.js";
import type { ChainRecord } from "../growth/chain-record.js";
import { chainRecordIn, chainRecordLba } from "../growth/chain-record.js";
import { leadBlocks } from "../growth/front.js";
import { primaryDescriptorAt, rootLbaOf } from "../iso9660/descriptor-set.js";
import { readSoundHead } from "../iso9660/directory-record.js";
import { firstVolumeDescriptorBlock } from "../iso9660/volume-descriptors.js";
import { isVolumeStructure } from "../udf/anchor-reader.js";
import type { UdfSession } from "../udf/session-reader.js";
import { udfSessionAt } from "../udf/session-reader.js";
import { VolumeBytes } from "../udf/volume-bytes.js";
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
  /** The block behind the last one that was recorded in it, or may have been. */
  readonly endLba: number;
  /** None where nothing can be read. */
  readonly fileSystems: readonly DetectedFileSystem[];
  readonly volumeName: string;
  /** What its UDF volume says of itself; `undefined` where there is none. */
  readonly udf: UdfVolumeInformation | undefined;
}

/** What growisofs aligns to. */
const growisofsAlignment = 16;

/** Blocks behind a session of UDF alone in which the next one is looked for: they do not say where they end. */
const gapBlocks = 16_384;

/** Blocks that are read at once. */
const chunkBlocks = 512;

/** What the search for sessions looks at in a primary volume descriptor. */
interface Header {
  readonly volumeSpaceSize: number;
  readonly rootLba: number;
  readonly chain: ChainRecord | undefined;
}

/** What a block says of a session; `undefined` for what is no primary volume descriptor. */
function headerOf(bytes: Uint8Array, at: number): Header | undefined {
  const descriptor = primaryDescriptorAt(bytes, at);
  if (descriptor === undefined) return undefined;
  const { volumeSpaceSize, applicationUse } = descriptor;
  return { volumeSpaceSize, rootLba: rootLbaOf(descriptor), chain: chainRecordIn(applicationUse) };
}

async function readHeader(
  source: BlockSource,
  startLba: number,
  signal: AbortSignal | undefined,
): Promise<Header | undefined> {
  const lba = startLba + firstVolumeDescriptorBlock;
  if (lba >= source.blocks) return undefined;
  const block = new Uint8Array(blockBytes);
  const isRead = await readAll(source, lba, 1, block, signal);
  return isRead[0] ? headerOf(block, 0) : undefined;
}

/** That of the first session of a chain, and not of a partition that starts in the same block. */
async function readFirstHeader(source: BlockSource, signal: AbortSignal | undefined): Promise<Header | undefined> {
  const header = await readHeader(source, growableSessionAlignment, signal);
  if (header === undefined) return undefined;
  return (await isOfPartition(source, growableSessionAlignment, header, signal)) ? undefined : header;
}

/** Whether a header is that of a partition's own tree. A block that cannot be read tells nothing. */
async function isOfPartition(
  source: BlockSource,
  startLba: number,
  { rootLba }: Header,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    return await countsFromItself(source, startLba, rootLba, signal);
  } catch (error) {
    if (!hasCode(error, "E_READ_FAILED")) throw error;
    return false;
  }
}

/** Block of the header that was kept of a session from block 0 on, where a record tells. */
async function readChainRecord(source: BlockSource, signal: AbortSignal | undefined): Promise<number | undefined> {
  const block = new Uint8Array(blockBytes);
  if (chainRecordLba >= source.blocks) return undefined;
  const isRead = await readAll(source, chainRecordLba, 1, block, signal);
  const first = isRead[0] ? chainRecordIn(block)?.firstSessionLba : undefined;
  return first === growableSessionAlignment ? undefined : first;
}

function sessionAt(number: number, startLba: number, blocks: number): Session {
  return { number, startLba, blocks, state: "complete", data: true };
}

/**
 * Follows the chain of sessions that xorriso and this package leave in files and on overwritable media: the first one
 * at block 32, each with its own length in its own header, the next one behind it. The header at block 16 is a copy of
 * the newest one's, with the length of all. Where the image was one session from block 0 on before it grew, the chain
 * begins with the header that was kept of it, which a record in the system area names. Without a chain there is one session,
 * which starts at block 0. Sessions of UDF alone follow on each other likewise, with gaps between them.
 *
 * @returns In order of address; none where there is no header at all.
 * @throws {@link DiscError} E_CANCELLED.
 */
export async function chainedSessions(source: BlockSource, signal?: AbortSignal): Promise<Session[]> {
  const newest = await readHeader(source, 0, signal);
  const first = await readFirstHeader(source, signal);
  const recorded = first === undefined ? await readChainRecord(source, signal) : undefined;
  const kept = first === undefined ? (recorded ?? newest?.chain?.firstSessionLba) : undefined;
  // The copy at block 16 may be torn; what it is a copy of is not.
  const oldest = kept === undefined ? first : await readHeader(source, kept, signal);
  if (newest === undefined && oldest === undefined) return await chainedUdfSessions(source, signal);
  const end = newest === undefined ? source.blocks : Math.min(newest.volumeSpaceSize, source.blocks);
  const found: Session[] = [];
  let last: Header | undefined;
  let lba = kept ?? (first === undefined ? end : growableSessionAlignment);
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
    const blocks = lba === kept ? leadBlocks : header.volumeSpaceSize;
    found.push(sessionAt(found.length + 1, lba, Math.min(blocks, source.blocks - lba)));
    last = header;
    lba = alignUp(lba + blocks, growableSessionAlignment);
  }
  // The tree that everybody mounts is not that of the chain's end: one more, so that it can be reached.
  if (newest !== undefined && last?.rootLba !== newest.rootLba) found.push(sessionAt(found.length + 1, 0, end));
  return found;
}

/** As {@link chainedSessions}, where the newest header is one of UDF alone. */
async function chainedUdfSessions(source: BlockSource, signal: AbortSignal | undefined): Promise<Session[]> {
  const bytes = new VolumeBytes(source);
  const newest = await udfSessionAt(bytes, 0, signal);
  const kept = await readChainRecord(source, signal);
  const grownLba = kept ?? growableSessionAlignment;
  const grown = await udfSessionAt(bytes, grownLba, signal);
  const starts: number[] = [];
  let start: number | undefined = grown === undefined ? 0 : grownLba;
  let last = grown ?? newest;
  if (last === undefined) return [];
  while (start !== undefined) {
    starts.push(start);
    start = start === kept ? start + leadBlocks : await nextUdfSession(source, bytes, start, last, signal);
    last = (start === undefined ? undefined : await udfSessionAt(bytes, start, signal)) ?? last;
  }
  const found = starts.map((startLba, index) =>
    sessionAt(index + 1, startLba, (starts[index + 1] ?? source.blocks) - startLba),
  );
  if (grown !== undefined && newest !== undefined && last.sequenceLba !== newest.sequenceLba) {
    found.push(sessionAt(found.length + 1, 0, source.blocks));
  }
  return found;
}

/** Where the next session starts behind one of UDF alone; `undefined` where none is found. */
async function nextUdfSession(
  source: BlockSource,
  bytes: VolumeBytes,
  startLba: number,
  { endLba }: UdfSession,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const first = Math.max(endLba, startLba + firstVolumeDescriptorBlock + 1);
  const end = Math.min(source.blocks, first + gapBlocks);
  for await (const { startLba: candidate, isUdf } of announcedStarts(source, first, end, signal)) {
    if (candidate < endLba) continue;
    if (isUdf && (await udfSessionAt(bytes, candidate, signal)) !== undefined) return candidate;
  }
  return undefined;
}

/**
 * How many blocks a session has of which only the start is known.
 *
 * @throws {@link DiscError} E_CANCELLED.
 */
export async function blocksFrom(source: BlockSource, startLba: number, signal?: AbortSignal): Promise<number> {
  const all = Math.max(0, source.blocks - startLba);
  const bytes = new VolumeBytes(source);
  const session = await udfSessionAt(bytes, startLba, signal);
  if (session === undefined) return all;
  const next = await nextUdfSession(source, bytes, startLba, session, signal);
  return next === undefined ? all : next - startLba;
}

/** A session that was found by its descriptors. */
interface Candidate {
  readonly startLba: number;
  /** Tells its tree from those of others. */
  readonly tree: string;
  /** `undefined` for one of UDF alone. */
  readonly header: Header | undefined;
}

/** Whether the root directory lies where a descriptor says: not so in an image that is a file of another image. */
async function hasRoot(source: BlockSource, { rootLba }: Header, signal: AbortSignal | undefined): Promise<boolean> {
  if (rootLba >= source.blocks) return false;
  const block = new Uint8Array(blockBytes);
  const isRead = await readAll(source, rootLba, 1, block, signal);
  if (!isRead[0] || block[0]! < 34 || block[32] !== 1 || block[33] !== 0) return false;
  return readSoundHead(block, 0)?.locationOfExtent === rootLba;
}

/** A block in which the descriptors of a session begin. */
interface AnnouncedStart {
  readonly startLba: number;
  /** Whether UDF's descriptors are the first. */
  readonly isUdf: boolean;
  readonly header: Header | undefined;
}

/** Blocks in which the descriptors of sessions may begin, among those from `first` to before `end`. */
async function* announcedStarts(
  source: BlockSource,
  first: number,
  end: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<AnnouncedStart> {
  const buffer = new Uint8Array(chunkBlocks * blockBytes);
  let lastDescriptorLba = -1;
  for (let lba = first; lba < end; lba += chunkBlocks) {
    throwIfCancelled(signal, "searching for sessions");
    const count = Math.min(chunkBlocks, end - lba);
    const isRead = await readAll(source, lba, count, buffer, signal);
    for (let index = 0; index < count; index++) {
      if (!isRead[index]) continue;
      const at = index * blockBytes;
      const header = headerOf(buffer, at);
      const startLba = lba + index - firstVolumeDescriptorBlock;
      const isUdf = isVolumeStructure(buffer, at, "BEA01");
      // Of the descriptors of one session, the first counts.
      const isFirst = lastDescriptorLba !== lba + index - 1;
      if (isUdf || isVolumeStructure(buffer, at, "CD001")) lastDescriptorLba = lba + index;
      if (startLba >= 0 && (header !== undefined || (isUdf && isFirst))) yield { startLba, isUdf, header };
    }
  }
}

async function findCandidates(source: BlockSource, signal: AbortSignal | undefined): Promise<Candidate[]> {
  const bytes = new VolumeBytes(source);
  const candidates: Candidate[] = [];
  for await (const found of announcedStarts(source, firstVolumeDescriptorBlock, source.blocks, signal)) {
    const { startLba, header } = found;
    // A copy of the descriptor may follow on it.
    if (candidates.at(-1)?.startLba === startLba - 1) continue;
    if (header !== undefined) {
      const isSession =
        (await hasRoot(source, header, signal)) && !(await isOfPartition(source, startLba, header, signal));
      if (isSession) {
        candidates.push({ startLba, tree: `iso ${header.rootLba}`, header });
      }
      continue;
    }
    const session = await udfSessionAt(bytes, startLba, signal);
    if (session !== undefined) candidates.push({ startLba, tree: `udf ${session.sequenceLba}`, header });
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
function blocksOfSession({ startLba, header }: Candidate, limit: number): number {
  const all = limit - startLba;
  if (header === undefined) return all;
  const { volumeSpaceSize } = header;
  const isRelative = volumeSpaceSize <= startLba || startLba + volumeSpaceSize <= limit;
  return Math.min(isRelative ? volumeSpaceSize : volumeSpaceSize - startLba, all);
}

/**
 * The first session that lies behind all that the chain leads to: of a write-once disc whose blocks were copied to a file.
 *
 * @returns Its first block; `undefined` where there is none.
 * @throws {@link DiscError} E_CANCELLED.
 */
export async function sessionBehindChain(source: BlockSource, signal?: AbortSignal): Promise<number | undefined> {
  const newest = await readHeader(source, 0, signal);
  if (newest === undefined) return undefined;
  const chain = await chainedSessions(source, signal);
  const end = chain.reduce((highest, { startLba, blocks }) => Math.max(highest, startLba + blocks), 0);
  for await (const { startLba, header } of announcedStarts(source, end, source.blocks, signal)) {
    if (startLba < end || header === undefined || !(await hasRoot(source, header, signal))) continue;
    if (!(await isOfPartition(source, startLba, header, signal))) return startLba;
  }
  return undefined;
}

/**
 * Searches every block for the descriptors of a session. Finds what is in no chain and in no table of contents.
 *
 * @returns In order of address; where the header at block 16 is a copy of a later one, only the later one.
 * @throws {@link DiscError} E_CANCELLED.
 */
export async function scanSessions(source: BlockSource, signal?: AbortSignal): Promise<Session[]> {
  const found = await findCandidates(source, signal);
  const kept = found.filter(
    ({ startLba, tree }) => startLba > 0 || !found.some((other) => other.startLba > 0 && other.tree === tree),
  );
  return kept.map((candidate, index) => {
    const limit = kept[index + 1]?.startLba ?? source.blocks;
    return sessionAt(index + 1, candidate.startLba, blocksOfSession(candidate, limit));
  });
}
