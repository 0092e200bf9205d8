/** The boot code of an image: what its system area holds beside partition tables. */
import type { BlockSource } from "../../medium/block-source.js";
import { blockBytes } from "../../units.js";
import { chainRecordIn, chainRecordLba } from "../growth/chain-record.js";
import { sectorBytes } from "../hybrid/byte-patch.js";
import { entriesPlaceOf, primaryHeaderLba } from "../hybrid/gpt.js";
import type { SystemArea } from "../hybrid/system-area.js";
import { systemAreaBlocks } from "../hybrid/system-area.js";

/**
 * Reads the system area of an image without its tables, which a new image has anew.
 *
 * @returns As many bytes as there are up to the last that is not zero.
 * @throws {@link DiscError} E_READ_FAILED, E_CANCELLED.
 */
export async function bootCodeOf(
  source: BlockSource,
  { gpt, apm }: SystemArea,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const blocks = Math.min(systemAreaBlocks, source.blocks);
  const area = new Uint8Array(blocks * blockBytes);
  await source.read(0, blocks, area, signal);
  if (gpt !== undefined) {
    area.fill(0, primaryHeaderLba * sectorBytes, (primaryHeaderLba + 1) * sectorBytes);
    const entries = entriesPlaceOf(gpt.header);
    if (entries !== undefined) area.fill(0, entries.offsetBytes, entries.offsetBytes + entries.bytes);
  }
  if (apm !== undefined) {
    for (const [index] of apm.partitions.entries()) {
      const at = (index + 1) * apm.blockSize;
      area.fill(0, at, at + sectorBytes);
    }
  }
  const record = area.subarray(chainRecordLba * blockBytes, (chainRecordLba + 1) * blockBytes);
  if (record.length === blockBytes && chainRecordIn(record) !== undefined) record.fill(0);
  return area.subarray(0, area.findLastIndex((octet) => octet !== 0) + 1);
}
