/** Dumps the tree that a partition of an image has for itself. */
import { hasCode } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import { PartitionSource } from "../../medium/partition-source.js";
import { readPartitionOffset } from "../boot/partition-offset.js";
import type { DumpOptions } from "./iso.js";
import { dumpIso } from "./iso.js";
import type { PlacedStructure } from "./structures.js";

/**
 * Dumps the descriptors, path tables and directories whose addresses are counted from the start of a partition, each with
 * its place in the image; nothing where no partition can be mounted by itself.
 *
 * @throws {@link DiscError} E_PATH_INVALID, E_CANCELLED.
 */
export async function* dumpPartition(source: BlockSource, options: DumpOptions = {}): AsyncGenerator<PlacedStructure> {
  try {
    const offset = await readPartitionOffset(source, options.signal);
    if (offset === 0) return;
    const structures = dumpIso(new PartitionSource(source, offset), 0, options);
    for await (const structure of structures) {
      yield { ...structure, role: `${structure.role}, partition`, block: structure.block + offset };
    }
  } catch (error) {
    // An item that is in the image as a whole alone, or a front that cannot be read, which is shown elsewhere.
    if (!hasCode(error, "E_ITEM_NOT_FOUND") && !hasCode(error, "E_READ_FAILED")) throw error;
  }
}
