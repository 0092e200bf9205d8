/**
 * Sums of libisofs, by which xorriso checks sessions: an array with the MD5 sums of files, and tags, blocks of text with the
 * sum of what lies before them in the session.
 */
import { textFromBytes, writeTextBytes } from "../../codec/text.js";
import { throwIfCancelled } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import type { TaskOptions } from "../../medium/session-data.js";
import { blockBytes, blocksOf } from "../../units.js";
import type { BytePatch } from "../hybrid/byte-patch.js";
import type { DetectedVolume } from "../image/detect.js";
import { rootLbaOf } from "../iso9660/descriptor-set.js";
import { readSelfRecord } from "../iso9660/iso-reader.js";
import { firstVolumeDescriptorBlock } from "../iso9660/volume-descriptors.js";
import { ContinuationReader, visitEntries } from "../susp/system-use-reader.js";
import { ArbitraryAttributes, numberOf } from "./arbitrary-attributes.js";
import type { RunningDigest } from "./implanted-sum.js";

/** How the tags of a session begin: behind its descriptors, behind its tree, at its end. */
const tagNames = ["libisofs_sb_checksum_tag_v1", "libisofs_tree_checksum_tag_v1", "libisofs_checksum_tag_v1"] as const;

/** How the tag of the copy at the front begins, on media that can be overwritten. */
const frontTagName = "libisofs_rlsb32_checksum_tag_v1";

/** Blocks from the first descriptor on in which the first tag is looked for. */
const searchedBlocks = 32;

/** Bytes of a sum. */
const sumBytes = 16;

/** Blocks that are summed up at once. */
const chunkBlocks = 512;

/** One tag. */
interface Tag {
  readonly lba: number;
  /** Its line, without what follows on it in its block. */
  readonly text: string;
  readonly rangeStart: number;
  readonly next: number | undefined;
}

/** Where the array of sums lies. */
interface SumArray {
  /** The session's first block. */
  readonly start: number;
  /** The array's first block: up to it, the first sum counts. */
  readonly lba: number;
  readonly count: number;
}

/** The sums of a session. */
export interface SessionSums {
  readonly tags: readonly [Tag, Tag, Tag];
  readonly array: SumArray;
}

async function readBlock(source: BlockSource, lba: number, signal?: AbortSignal): Promise<Uint8Array> {
  const block = new Uint8Array(blockBytes);
  await source.read(lba, 1, block, signal);
  return block;
}

/** The tag in a block; `undefined` where there is another one, or none. */
function tagIn(block: Uint8Array, lba: number, name: string): Tag | undefined {
  const line = textFromBytes(block, 0, blockBytes).split("\n")[0]!;
  if (!line.startsWith(`${name} pos=${lba} `)) return undefined;
  const field = (key: string): number | undefined => {
    const match = new RegExp(` ${key}=(\\d+)`).exec(line);
    return match === null ? undefined : Number(match[1]);
  };
  const rangeStart = field("range_start");
  if (rangeStart === undefined || field("range_size") !== lba - rangeStart) return undefined;
  return / md5=[0-9a-f]{32} self=[0-9a-f]{32}$/.test(line)
    ? { lba, text: line, rangeStart, next: field("next") }
    : undefined;
}

/** Whether the session that starts at a block has checksum tags. @throws {@link DiscError} E_READ_FAILED. */
export async function hasChecksumTags(source: BlockSource, startLba: number, signal?: AbortSignal): Promise<boolean> {
  return (await firstTagLba(source, startLba, signal)) !== undefined;
}

async function firstTagLba(source: BlockSource, startLba: number, signal?: AbortSignal): Promise<number | undefined> {
  const first = startLba + firstVolumeDescriptorBlock;
  const count = Math.max(0, Math.min(searchedBlocks, source.blocks - first));
  const blocks = new Uint8Array(count * blockBytes);
  await source.read(first, count, blocks, signal);
  for (let index = 0; index < count; index++) {
    const begins = (name: string): boolean => textFromBytes(blocks, index * blockBytes, name.length) === name;
    if (begins(tagNames[0]) || begins(frontTagName)) return first + index;
  }
  return undefined;
}

async function readTags(
  source: BlockSource,
  startLba: number,
  signal: AbortSignal | undefined,
): Promise<readonly [Tag, Tag, Tag] | undefined> {
  const tags: Tag[] = [];
  let lba = await firstTagLba(source, startLba, signal);
  for (const name of tagNames) {
    if (lba === undefined || lba >= source.blocks) return undefined;
    const tag: Tag | undefined = tagIn(await readBlock(source, lba, signal), lba, name);
    if (tag === undefined || tag.rangeStart !== startLba) return undefined;
    tags.push(tag);
    lba = tag.next;
  }
  return tags as unknown as readonly [Tag, Tag, Tag];
}

/** The array that the root's attribute "isofs.ca" names: numbers with their lengths before them, and "MD5". */
async function readArray(
  source: BlockSource,
  { descriptors: { primary }, rockRidge }: DetectedVolume,
  signal: AbortSignal | undefined,
): Promise<SumArray | undefined> {
  if (primary === undefined || rockRidge === undefined) return undefined;
  const context = { tolerant: true, lba: null };
  const { systemUse } = await readSelfRecord(source, rootLbaOf(primary), context, signal);
  const attributes = new ArbitraryAttributes();
  const continuation = visitEntries(systemUse, context, attributes.visit);
  if (continuation !== undefined) {
    await new ContinuationReader(source).visit(continuation, context, attributes.visit, signal);
  }
  const value = attributes.value("ca");
  if (value === undefined) return undefined;
  const numbers: number[] = [];
  let at = 0;
  for (; numbers.length < 4 && at < value.length; at += 1 + value[at]!) {
    numbers.push(numberOf(value.subarray(at + 1, at + 1 + value[at]!)));
  }
  const [start = 0, lba = 0, count = 0, bytes] = numbers;
  return bytes === sumBytes && textFromBytes(value, at, 3) === "MD5" ? { start, lba, count } : undefined;
}

/**
 * The sums of a session; `undefined` where they are not as xorriso writes them.
 *
 * @throws {@link DiscError} E_READ_FAILED.
 */
async function readSessionSums(
  source: BlockSource,
  volume: DetectedVolume,
  signal: AbortSignal | undefined,
): Promise<SessionSums | undefined> {
  const tags = await readTags(source, volume.startLba, signal);
  const array = tags === undefined ? undefined : await readArray(source, volume, signal);
  if (tags === undefined || array === undefined) return undefined;
  const [, tree, whole] = tags;
  const end = array.lba + blocksOf(array.count * sumBytes);
  const isInOrder = array.start === volume.startLba && tree.lba < array.lba && end <= whole.lba && array.count >= 2;
  return isInOrder ? { tags, array } : undefined;
}

/** What the sums of a session are to be. */
interface RenderedSums {
  readonly tree: Uint8Array;
  readonly array: Uint8Array;
  readonly whole: Uint8Array;
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

/** Sums up a session. */
class SessionSummer {
  readonly #source: BlockSource;
  readonly #sums: SessionSums;
  readonly #createMd5: () => RunningDigest;
  readonly #task: TaskOptions;

  constructor(source: BlockSource, sums: SessionSums, createMd5: () => RunningDigest, task: TaskOptions) {
    this.#source = source;
    this.#sums = sums;
    this.#createMd5 = createMd5;
    this.#task = task;
  }

  /** @param files Sums of files, by their places in the array. */
  async render(files: ReadonlyMap<number, Uint8Array>): Promise<RenderedSums> {
    const {
      tags: [, tree, whole],
      array: place,
    } = this.#sums;
    const { signal } = this.#task;
    const digest = this.#createMd5();
    await this.#feed(digest, place.start, tree.lba);
    const treeBlock = this.#tagBlock(tree, digest.current());
    digest.update(treeBlock);
    await this.#feed(digest, tree.lba + 1, place.lba);
    const array = new Uint8Array(blocksOf(place.count * sumBytes) * blockBytes);
    await this.#source.read(place.lba, array.length / blockBytes, array, signal);
    array.set(digest.current(), 0);
    const lastAt = (place.count - 1) * sumBytes;
    for (const [index, sum] of files) if (index > 0 && index * sumBytes < lastAt) array.set(sum, index * sumBytes);
    const own = this.#createMd5();
    own.update(array.subarray(0, lastAt));
    array.set(own.current(), lastAt);
    digest.update(array);
    await this.#feed(digest, place.lba + array.length / blockBytes, whole.lba);
    return { tree: treeBlock, array, whole: this.#tagBlock(whole, digest.current()) };
  }

  /** A tag's block; the last sum in it is that of the text before. */
  #tagBlock({ text }: Tag, sum: Uint8Array): Uint8Array {
    const told = text.replace(/ md5=[0-9a-f]{32} self=[0-9a-f]{32}$/, ` md5=${hexOf(sum)}`);
    const bytes = Uint8Array.from(told, (letter) => letter.charCodeAt(0));
    const own = this.#createMd5();
    own.update(bytes);
    const block = new Uint8Array(blockBytes);
    writeTextBytes(`${told} self=${hexOf(own.current())}\n`, block, 0);
    return block;
  }

  async #feed(digest: RunningDigest, first: number, end: number): Promise<void> {
    const { signal, onProgress } = this.#task;
    const { start } = this.#sums.array;
    const totalBlocks = this.#sums.tags[2].lba - start;
    const buffer = new Uint8Array(chunkBlocks * blockBytes);
    for (let lba = first; lba < end; lba += chunkBlocks) {
      throwIfCancelled(signal, "summing up a session");
      const count = Math.min(chunkBlocks, end - lba);
      const piece = buffer.subarray(0, count * blockBytes);
      await this.#source.read(lba, count, piece, signal);
      digest.update(piece);
      onProgress?.({ phase: "summing up", doneBlocks: lba + count - start, totalBlocks });
    }
  }
}

function placesOf({ tags: [, tree, whole], array }: SessionSums, rendered: RenderedSums): BytePatch[] {
  return [
    { offsetBytes: array.lba * blockBytes, bytes: rendered.array },
    { offsetBytes: tree.lba * blockBytes, bytes: rendered.tree },
    { offsetBytes: whole.lba * blockBytes, bytes: rendered.whole },
  ];
}

/** What a session is summed up with. */
export interface SumOptions extends TaskOptions {
  readonly createMd5: () => RunningDigest;
  /** Sums of changed files, by their places in the array. */
  readonly files: ReadonlyMap<number, Uint8Array>;
}

/**
 * What is to be written so that the sums of a session are right for an image that is changed. All of the session is read.
 *
 * @param patched The image as it will be.
 * @returns "wrong" where they were not right before, or are of another form.
 * @throws {@link DiscError} E_READ_FAILED, E_CANCELLED; what reading contents raises.
 */
export async function sessionSumPatches(
  source: BlockSource,
  patched: BlockSource,
  volume: DetectedVolume,
  { createMd5, files, ...task }: SumOptions,
): Promise<readonly BytePatch[] | "wrong"> {
  const sums = await readSessionSums(source, volume, task.signal);
  if (sums === undefined) return "wrong";
  const before = await new SessionSummer(source, sums, createMd5, { signal: task.signal }).render(new Map());
  for (const { offsetBytes, bytes } of placesOf(sums, before)) {
    const found = new Uint8Array(bytes.length);
    await source.read(offsetBytes / blockBytes, bytes.length / blockBytes, found, task.signal);
    if (found.some((octet, index) => octet !== bytes[index])) return "wrong";
  }
  return placesOf(sums, await new SessionSummer(patched, sums, createMd5, task).render(files));
}
