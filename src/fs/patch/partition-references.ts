/** The directory records that lead to some bytes of an image from the tree that a partition of it has. */
import { PartitionSource } from "../../medium/partition-source.js";
import { blockBytes } from "../../units.js";
import { detectVolume } from "../image/detect.js";
import type { ReferenceSearch } from "./iso-references.js";
import { isoReferences } from "./iso-references.js";
import type { FileReference } from "./reference.js";

/**
 * As {@link isoReferences}, in the tree whose addresses are counted from the start of a partition. What is found has its
 * places in the image.
 *
 * @param partitionOffset The block of the image in which the partition starts.
 * @throws {@link DiscError} as {@link isoReferences}; E_NO_FILE_SYSTEM.
 */
export async function* partitionReferences(
  partitionOffset: number,
  search: ReferenceSearch,
): AsyncGenerator<FileReference> {
  const { charset, signal } = search;
  const source = new PartitionSource(search.source, partitionOffset);
  const volume = await detectVolume(source, 0, { charset, signal });
  const offsetBytes = partitionOffset * blockBytes;
  const wanted = search.wanted.map(({ start, end }) => ({ start: start - offsetBytes, end: end - offsetBytes }));
  for await (const found of isoReferences(volume, { ...search, source, wanted })) {
    yield {
      ...found,
      address: found.address + offsetBytes,
      extents: found.extents.map((extent) =>
        extent.lba === null ? extent : { ...extent, lba: extent.lba + partitionOffset },
      ),
      patches: async (change) => {
        const patches = await found.patches(change);
        return patches.map(({ offsetBytes: at, bytes }) => ({ offsetBytes: at + offsetBytes, bytes }));
      },
    };
  }
}
