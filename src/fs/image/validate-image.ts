/** Whether something is an image at all. IMAPI2 `IIsoImageManager::Validate`. */
import { textFromBytes } from "../../codec/text.js";
import { DiscError } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import { blockBytes, blocksOf } from "../../units.js";
import { otherIdentifiers } from "../iso9660/descriptor-set.js";
import { firstVolumeDescriptorBlock } from "../iso9660/volume-descriptors.js";

/** Blocks that can be told by their addresses, which have 32 bits. ECMA-119 7.3.3. */
const limitBlocks = 0xffff_ffff;

/** What raw sectors of a CD begin with. ECMA-130 14.1. */
const syncPattern = [0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00];

/** Bytes of a raw sector of a CD. */
const rawSectorBytes = 2352;

/** What an image is known by: its first 17 blocks say all. */
export const validatedBytes: number = (firstVolumeDescriptorBlock + 1) * blockBytes;

function isRaw(start: Uint8Array): boolean {
  return syncPattern.every((octet, index) => start[index] === octet);
}

/**
 * Refuses what cannot be an image, by its length and its start.
 *
 * @param start Its first {@link validatedBytes}, or all where it has less.
 * @throws {@link DiscError} E_IMAGE_NOT_ALIGNED, E_IMAGE_NO_DESCRIPTOR, E_IMAGE_TOO_LONG.
 */
export function checkImageStart(name: string, bytes: number, start: Uint8Array): void {
  if (isRaw(start)) {
    const message = `${name}: these are raw sectors of ${rawSectorBytes} bytes; an image has their user data alone`;
    throw new DiscError("E_IMAGE_NOT_ALIGNED", message, { name, bytes });
  }
  if (bytes % blockBytes !== 0) {
    const message = `${name}: ${bytes} bytes are no whole number of blocks of ${blockBytes}`;
    throw new DiscError("E_IMAGE_NOT_ALIGNED", message, { name, bytes });
  }
  const blocks = blocksOf(bytes);
  if (blocks > limitBlocks) {
    const message = `${name}: ${blocks} blocks, of which addresses can tell ${limitBlocks}`;
    throw new DiscError("E_IMAGE_TOO_LONG", message, { name, blocks, limitBlocks });
  }
  const at = firstVolumeDescriptorBlock * blockBytes;
  const identifier = start.length < at + blockBytes ? "" : textFromBytes(start, at + 1, 5);
  if (identifier === "CD001" || otherIdentifiers.has(identifier)) return;
  const reason =
    identifier === ""
      ? `it ends before block ${firstVolumeDescriptorBlock}, where the first one stands`
      : `block ${firstVolumeDescriptorBlock} has no standard identifier`;
  throw new DiscError("E_IMAGE_NO_DESCRIPTOR", `${name} is no image: ${reason}`, { name, reason });
}

/**
 * Refuses what is no image: its volume recognition sequence has one descriptor at least of ECMA-119, ECMA-167 or ECMA-168.
 * What is in it is not looked at: see `verifyImage`.
 *
 * @param name For messages.
 * @throws {@link DiscError} E_IMAGE_NOT_ALIGNED for raw sectors, E_IMAGE_NO_DESCRIPTOR, E_IMAGE_TOO_LONG, E_READ_FAILED,
 *   E_CANCELLED.
 */
export async function validateImage(source: BlockSource, name = "the image", signal?: AbortSignal): Promise<void> {
  const count = Math.min(source.blocks, firstVolumeDescriptorBlock + 1);
  const start = new Uint8Array(count * blockBytes);
  if (count > 0) await source.read(0, count, start, signal);
  checkImageStart(name, source.blocks * blockBytes, start);
}
