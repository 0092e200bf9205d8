/** Images that were made elsewhere, to be written as a session: what address they were made for. */
import { strictContext } from "../../codec/codec.js";
import { DiscError } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import type { SessionData, TaskOptions } from "../../medium/session-data.js";
import { blockBytes } from "../../units.js";
import { primaryDescriptorAt, rootLbaOf } from "../iso9660/descriptor-set.js";
import { directoryRecordHead, fileFlags } from "../iso9660/directory-record.js";
import { firstVolumeDescriptorBlock } from "../iso9660/volume-descriptors.js";
import { tagIdentifierAt, tagIdentifiers } from "../udf/tag.js";

/** Blocks read at once. */
const chunkBlocks = 512;

/** How far the root directory of an image is looked for: it lies before the contents. */
const searchedBlocks = 131_072;

/** Where the root directory of a volume lies, as its primary descriptor says; `undefined` where there is none. */
export function rootLbaIn(block: Uint8Array): number | undefined {
  const descriptor = primaryDescriptorAt(block, 0);
  return descriptor === undefined ? undefined : rootLbaOf(descriptor);
}

/** Whether a block begins with the "." and ".." of a root directory that lies at `rootLba`. ECMA-119 6.8.2.2. */
export function isRootDirectory(block: Uint8Array, rootLba: number): boolean {
  const length = block[0]!;
  if (length < 34 || block[32] !== 1 || block[33] !== 0 || block[length + 32] !== 1 || block[length + 33] !== 1) {
    return false;
  }
  const self = directoryRecordHead.read(block, 0, { ...strictContext, tolerant: true });
  const parent = directoryRecordHead.read(block, length, { ...strictContext, tolerant: true });
  const isDirectory = (self.fileFlags & fileFlags.directory) !== 0;
  return isDirectory && self.locationOfExtent === rootLba && parent.locationOfExtent === rootLba;
}

/** The error for an image that belongs elsewhere. */
export function wrongAddress(
  name: string,
  nextWritableAddress: number,
  madeFor: number | null,
): DiscError<"E_IMAGE_WRONG_ADDRESS"> {
  const made = madeFor === null ? "does not show that it was made for it" : `was made for block ${madeFor}`;
  const message = `${name}: the next writable address is ${nextWritableAddress}, the image ${made}`;
  return new DiscError("E_IMAGE_WRONG_ADDRESS", message, { nextWritableAddress, madeFor });
}

async function readBlock(source: BlockSource, lba: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const block = new Uint8Array(blockBytes);
  await source.read(lba, 1, block, signal);
  return block;
}

/** Looks for the root directory; what it says of its own address tells what the image was made for. */
async function findAddress(
  source: BlockSource,
  rootLba: number,
  signal: AbortSignal | undefined,
): Promise<number | null> {
  const end = Math.min(source.blocks, rootLba + 1, searchedBlocks);
  const buffer = new Uint8Array(chunkBlocks * blockBytes);
  for (let lba = firstVolumeDescriptorBlock + 1; lba < end; lba += chunkBlocks) {
    const count = Math.min(chunkBlocks, end - lba);
    await source.read(lba, count, buffer, signal);
    for (let index = 0; index < count; index++) {
      const block = buffer.subarray(index * blockBytes, (index + 1) * blockBytes);
      if (isRootDirectory(block, rootLba)) return rootLba - (lba + index);
    }
  }
  return null;
}

/**
 * The address an image was made for: 0, or where its session starts.
 *
 * @returns `null` where the image does not tell: it has no ISO 9660 tree, or that tree is damaged.
 * @throws {@link DiscError} E_READ_FAILED, E_CANCELLED.
 */
export async function addressOfImage(source: BlockSource, signal?: AbortSignal): Promise<number | null> {
  if (source.blocks <= firstVolumeDescriptorBlock) return null;
  const rootLba = rootLbaIn(await readBlock(source, firstVolumeDescriptorBlock, signal));
  return rootLba === undefined ? null : await findAddress(source, rootLba, signal);
}

/**
 * A ready-made image as a session at `firstBlock`. One without an ISO 9660 tree has no addresses to check and is taken
 * at block 0 alone.
 *
 * @param name For messages.
 * @throws {@link DiscError} E_IMAGE_WRONG_ADDRESS where it was made for another address; E_NO_FILE_SYSTEM where it is
 *   empty; E_READ_FAILED, E_CANCELLED.
 */
export async function readyMadeImage(
  source: BlockSource,
  firstBlock: number,
  name = "image",
  signal?: AbortSignal,
): Promise<SessionData> {
  if (source.blocks === 0) throw new DiscError("E_NO_FILE_SYSTEM", `${name} is empty`, { startLba: firstBlock });
  const madeFor = await addressOfImage(source, signal);
  if (madeFor !== firstBlock && !(firstBlock === 0 && (await hasNoTree(source, signal)))) {
    throw wrongAddress(name, firstBlock, madeFor);
  }
  const { blocks } = source;
  return {
    firstBlock,
    blocks,
    importedFrom: null,
    endsInPostGap: await endsInAllocationTable(source, signal),
    read: (lba, count, into, task) => source.read(lba - firstBlock, count, into, task),
    chunks: (options) => chunksOf(source, options),
  };
}

async function hasNoTree(source: BlockSource, signal: AbortSignal | undefined): Promise<boolean> {
  if (source.blocks <= firstVolumeDescriptorBlock) return true;
  return rootLbaIn(await readBlock(source, firstVolumeDescriptorBlock, signal)) === undefined;
}

/**
 * Whether the last block is a file entry. Then it is that of a virtual allocation table, which readers look for in the
 * last recorded block: nothing may follow it. OSTA UDF 2.2.11.
 */
async function endsInAllocationTable(source: BlockSource, signal: AbortSignal | undefined): Promise<boolean> {
  const identifier = tagIdentifierAt(await readBlock(source, source.blocks - 1, signal), 0);
  return identifier === tagIdentifiers.fileEntry || identifier === tagIdentifiers.extendedFileEntry;
}

/** The blocks in order. The next piece is read while the one before is used. */
async function* chunksOf(source: BlockSource, { signal, onProgress }: TaskOptions = {}): AsyncGenerator<Uint8Array> {
  const { blocks: totalBlocks } = source;
  const buffers = [0, 1].map(() => new Uint8Array(Math.min(chunkBlocks, totalBlocks) * blockBytes));
  const read = async (lba: number): Promise<Uint8Array> => {
    const count = Math.min(chunkBlocks, totalBlocks - lba);
    const piece = buffers[(lba / chunkBlocks) % 2]!.subarray(0, count * blockBytes);
    await source.read(lba, count, piece, signal);
    return piece;
  };
  let next = read(0);
  try {
    for (let lba = 0; lba < totalBlocks; lba += chunkBlocks) {
      const piece = await next;
      const end = Math.min(totalBlocks, lba + chunkBlocks);
      if (end < totalBlocks) {
        next = read(end);
        // It is awaited, and its failure seen, when its turn comes; or never, where nobody wants the rest.
        next.catch(() => undefined);
      }
      yield piece;
      onProgress?.({ phase: "reading", doneBlocks: end, totalBlocks });
    }
  } finally {
    // Whoever closes the source may do so now.
    await Promise.allSettled([next]);
  }
}
