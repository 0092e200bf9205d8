/** Checksum tags of libisofs, by which xorriso checks sessions: blocks of text with MD5 sums of what lies before them. */
import { textFromBytes } from "../../codec/text.js";
import type { BlockSource } from "../../medium/block-source.js";
import { blockBytes } from "../../units.js";
import { firstVolumeDescriptorBlock } from "../iso9660/volume-descriptors.js";

/** How the first tag of a session begins; it follows on its volume descriptors. */
const firstTags = ["libisofs_sb_checksum_tag_v1", "libisofs_rlsb32_checksum_tag_v1"];

/** Blocks from the first descriptor on in which the first tag is looked for. */
const searchedBlocks = 32;

/** Whether the session that starts at a block has checksum tags. @throws {@link DiscError} E_READ_FAILED. */
export async function hasChecksumTags(source: BlockSource, startLba: number, signal?: AbortSignal): Promise<boolean> {
  const first = startLba + firstVolumeDescriptorBlock;
  const count = Math.max(0, Math.min(searchedBlocks, source.blocks - first));
  const blocks = new Uint8Array(count * blockBytes);
  await source.read(first, count, blocks, signal);
  for (let index = 0; index < count; index++) {
    const at = index * blockBytes;
    if (firstTags.some((tag) => textFromBytes(blocks, at, tag.length) === tag)) return true;
  }
  return false;
}
