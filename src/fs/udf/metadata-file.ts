/** The file entry of a metadata file or of its mirror. OSTA UDF 2.2.13. */
import { blockBytes } from "../../units.js";
import { maximumExtentBytes, shortAllocationDescriptor } from "./allocation.js";
import type { FileEntryForm } from "./file-entry-form.js";
import { allocationForms } from "./icb.js";
import type { TagContext } from "./tag.js";
import { sealDescriptor, tagBytes } from "./tag.js";
import type { MetadataExtent } from "./volume-information.js";

/** What a metadata file's entry says. */
export interface MetadataFileOptions {
  readonly form: FileEntryForm;
  readonly fileType: number;
  /** The block of the partition in which the entry lies. */
  readonly block: number;
  /** Those of the file, in its order. */
  readonly extents: readonly MetadataExtent[];
  /** Milliseconds since 1970. */
  readonly recordedMs: number;
  readonly tag: Omit<TagContext, "tagLocation">;
}

/** The most extents a metadata file is continued with: those that find room in its entry. */
export const maximumMetadataExtents = 100;

function splitMetadataExtent({ block, blocks }: MetadataExtent): MetadataExtent[] {
  const mostBlocks = maximumExtentBytes / blockBytes;
  const pieces: MetadataExtent[] = [];
  for (let done = 0; done < blocks; done += mostBlocks) {
    pieces.push({ block: block + done, blocks: Math.min(mostBlocks, blocks - done) });
  }
  return pieces;
}

/** Writes the entry of a metadata file: in one extent, unless it goes on with that of an earlier session. */
export class MetadataFile {
  readonly #options: MetadataFileOptions;

  constructor(options: MetadataFileOptions) {
    this.#options = options;
  }

  /** Writes the entry into a block of zeros. */
  write(target: Uint8Array, at: number): void {
    const { form, fileType, block, extents, recordedMs, tag } = this.#options;
    const blocks = extents.reduce((sum, extent) => sum + extent.blocks, 0);
    const bytes = blocks * blockBytes;
    const pieces = extents.flatMap(splitMetadataExtent);
    const lengthOfAllocationDescriptors = pieces.length * shortAllocationDescriptor.size;
    form.write(
      {
        fileType,
        flags: allocationForms.short,
        uid: 0,
        gid: 0,
        permissions: 0,
        links: 0,
        informationLength: bytes,
        objectSize: bytes,
        blocksRecorded: blocks,
        accessMs: recordedMs,
        modifyMs: recordedMs,
        attributesMs: recordedMs,
        creationMs: recordedMs,
        streamDirectory: undefined,
        attributeFile: undefined,
        uniqueId: 0,
        lengthOfExtendedAttributes: 0,
        lengthOfAllocationDescriptors,
      },
      target,
      at,
    );
    for (const [index, piece] of pieces.entries()) {
      const descriptorAt = at + form.headBytes + index * shortAllocationDescriptor.size;
      const extentLength = piece.blocks * blockBytes;
      shortAllocationDescriptor.write(
        { extentLength, extentType: 0, extentPosition: piece.block },
        target,
        descriptorAt,
      );
    }
    const crcLength = form.headBytes - tagBytes + lengthOfAllocationDescriptors;
    sealDescriptor(form.tagIdentifier, target, at, crcLength, { ...tag, tagLocation: block });
  }
}
