/**
 * The MD5 sum of an image that installers check their media by: text in the Application Use of the Primary Volume
 * Descriptor (ECMA-119 8.4.32), as implantisomd5(1) of isomd5sum puts it there.
 */
import { textFromBytes, writeTextBytes } from "../../codec/text.js";
import { throwIfCancelled } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import type { TaskOptions } from "../../medium/session-data.js";
import { blockBytes } from "../../units.js";
import type { BytePatch } from "../hybrid/byte-patch.js";
import { primaryDescriptorAt } from "../iso9660/descriptor-set.js";
import { firstVolumeDescriptorBlock, primaryVolumeDescriptor } from "../iso9660/volume-descriptors.js";

/** A digest of all bytes that it was given so far. */
export interface RunningDigest {
  update(bytes: Uint8Array): void;
  /** The digest now; more bytes may follow. */
  current(): Uint8Array;
}

/** Blocks that are counted at once: where parts end is looked at after each such piece. */
const pieceBlocks = 16;

/** Characters of the sums of all parts. */
const partsCharacters = 60;

const space = 0x20;

const applicationUse = primaryVolumeDescriptor.fields.find(({ key }) => key === "applicationUse")!.row;
const applicationUseAt = applicationUse.firstBit / 8;
const applicationUseBytes = applicationUse.bits / 8;

/** What an implanted sum says. */
interface ImplantedSum {
  readonly text: string;
  readonly sum: string;
  /** The sums of the parts, a few characters each; "" for none. */
  readonly partSums: string;
  /** How many parts have a sum. */
  readonly parts: number;
  /** Bytes from the image's first on that are summed. */
  readonly bytes: number;
}

/** What sums are of: an image as it is, or as it is to be. */
interface Sums {
  readonly sum: string;
  readonly partSums: string;
}

function numberIn(text: string, key: string): number | undefined {
  const match = new RegExp(`(?:^|;)${key} ?= ?(\\d+);`).exec(text);
  return match === null ? undefined : Number(match[1]);
}

async function readImplantedSum(source: BlockSource, signal?: AbortSignal): Promise<ImplantedSum | undefined> {
  if (source.blocks <= firstVolumeDescriptorBlock) return undefined;
  const block = new Uint8Array(blockBytes);
  await source.read(firstVolumeDescriptorBlock, 1, block, signal);
  const descriptor = primaryDescriptorAt(block, 0);
  if (descriptor === undefined) return undefined;
  const text = textFromBytes(descriptor.applicationUse, 0, applicationUseBytes);
  const sum = /(?:^|;)ISO MD5SUM = ([0-9a-f]{32});/.exec(text)?.[1];
  const skipped = numberIn(text, "SKIPSECTORS");
  if (sum === undefined || skipped === undefined) return undefined;
  const partSums = /;FRAGMENT SUMS = ([0-9a-f]*);/.exec(text)?.[1] ?? "";
  const parts = partSums === "" ? 0 : (numberIn(text, "FRAGMENT COUNT") ?? 0);
  const blocks = Math.min(source.blocks, descriptor.volumeSpaceSize - skipped);
  return { text, sum, partSums, parts, bytes: Math.max(0, blocks) * blockBytes };
}

/** Sums an image up, with the implanted text taken for spaces. */
async function sumsOf(
  source: BlockSource,
  { bytes, parts }: ImplantedSum,
  digest: RunningDigest,
  { signal, onProgress }: TaskOptions,
): Promise<Sums> {
  const totalBlocks = bytes / blockBytes;
  const partBytes = Math.floor(bytes / (parts + 1));
  const characters = parts > 0 ? Math.floor(partsCharacters / parts) : 0;
  const buffer = new Uint8Array(pieceBlocks * blockBytes);
  let partSums = "";
  let part = 0;
  for (let lba = 0; lba < totalBlocks; lba += pieceBlocks) {
    throwIfCancelled(signal, "summing up the image");
    const count = Math.min(pieceBlocks, totalBlocks - lba);
    const piece = buffer.subarray(0, count * blockBytes);
    await source.read(lba, count, piece, signal);
    if (lba === firstVolumeDescriptorBlock) piece.fill(space, applicationUseAt, applicationUseAt + applicationUseBytes);
    digest.update(piece);
    const current = partBytes > 0 ? Math.floor((lba * blockBytes) / partBytes) : 0;
    if (parts > 0 && current !== part) {
      // One digit of each byte, as the program has it that made the sum.
      for (const octet of digest.current().subarray(0, characters)) partSums += octet.toString(16)[0];
      part = current;
    }
    onProgress?.({ phase: "summing up", doneBlocks: lba + count, totalBlocks });
  }
  return { sum: Array.from(digest.current(), (octet) => octet.toString(16).padStart(2, "0")).join(""), partSums };
}

/**
 * What is to be written so that an implanted sum is right for an image that is changed. All of the image is read.
 *
 * @param patched The image as it will be.
 * @returns "none" where there is no sum; "wrong" where it was not right before.
 * @throws {@link DiscError} E_READ_FAILED, E_CANCELLED; what reading contents raises.
 */
export async function implantedSumPatch(
  source: BlockSource,
  patched: BlockSource,
  createMd5: () => RunningDigest,
  task: TaskOptions,
): Promise<BytePatch | "none" | "wrong"> {
  const old = await readImplantedSum(source, task.signal);
  if (old === undefined) return "none";
  const before = await sumsOf(source, old, createMd5(), { signal: task.signal });
  if (before.sum !== old.sum || before.partSums !== old.partSums) return "wrong";
  const after = await sumsOf(patched, old, createMd5(), task);
  const parts = old.partSums === "" ? old.text : old.text.replace(old.partSums, after.partSums);
  const bytes = new Uint8Array(applicationUseBytes);
  writeTextBytes(parts.replace(old.sum, after.sum), bytes, 0);
  return { offsetBytes: firstVolumeDescriptorBlock * blockBytes + applicationUseAt, bytes };
}

/** Whether an image has an implanted sum. @throws {@link DiscError} E_READ_FAILED. */
export async function hasImplantedSum(source: BlockSource, signal?: AbortSignal): Promise<boolean> {
  return (await readImplantedSum(source, signal)) !== undefined;
}
