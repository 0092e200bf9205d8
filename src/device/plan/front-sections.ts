import type { BlockRange } from "../../medium/session-data.js";
import type { WrittenSession } from "./write-options.js";

/**
 * What is written after a session so that it becomes visible, in whole write units and in order: a drive would read,
 * change and write such a unit for each block of it.
 */
export function frontSections({ modifiedBlocks = [] }: WrittenSession, writeUnitBlocks: number): readonly BlockRange[] {
  const sections: BlockRange[] = [];
  for (const { firstBlock, blocks } of modifiedBlocks.slice(1)) {
    const first = Math.floor(firstBlock / writeUnitBlocks) * writeUnitBlocks;
    const end = Math.ceil((firstBlock + blocks) / writeUnitBlocks) * writeUnitBlocks;
    if (sections.at(-1)?.firstBlock === first && sections.at(-1)?.blocks === end - first) continue;
    sections.push({ firstBlock: first, blocks: end - first });
  }
  return sections;
}
