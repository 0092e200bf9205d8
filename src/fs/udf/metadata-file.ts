/** The file entry of a metadata file or of its mirror. OSTA UDF 2.2.13. */
import { blockBytes } from "../../units.js";
import { maximumExtentBytes, shortAllocationDescriptor } from "./allocation.js";
import type { FileEntryForm } from "./file-entry-form.js";
import { allocationForms } from "./icb.js";
import type { TagContext } from "./tag.js";
import { sealDescriptor, tagBytes } from "./tag.js";

/** What a metadata file's entry says. */
export interface MetadataFileOptions {
  readonly form: FileEntryForm;
  readonly fileType: number;
  /** Blocks of the partition: of the entry, and of the file. */
  readonly block: number;
  readonly firstBlock: number;
  readonly blocks: number;
  /** Milliseconds since 1970. */
  readonly recordedMs: number;
  readonly tag: Omit<TagContext, "tagLocation">;
}

/** Writes the entry of a metadata file, which lies in one run of blocks. */
export class MetadataFile {
  readonly #options: MetadataFileOptions;

  constructor(options: MetadataFileOptions) {
    this.#options = options;
  }

  /** Writes the entry into a block of zeros. */
  write(target: Uint8Array, at: number): void {
    const { form, fileType, block, firstBlock, blocks, recordedMs, tag } = this.#options;
    const bytes = blocks * blockBytes;
    const pieces = Math.ceil(bytes / maximumExtentBytes);
    const lengthOfAllocationDescriptors = pieces * shortAllocationDescriptor.size;
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
        uniqueId: 0,
        lengthOfExtendedAttributes: 0,
        lengthOfAllocationDescriptors,
      },
      target,
      at,
    );
    for (let piece = 0; piece < pieces; piece++) {
      const done = piece * maximumExtentBytes;
      const extentLength = Math.min(maximumExtentBytes, bytes - done);
      const extentPosition = firstBlock + done / blockBytes;
      const descriptorAt = at + form.headBytes + piece * shortAllocationDescriptor.size;
      shortAllocationDescriptor.write({ extentLength, extentType: 0, extentPosition }, target, descriptorAt);
    }
    const crcLength = form.headBytes - tagBytes + lengthOfAllocationDescriptors;
    sealDescriptor(form.tagIdentifier, target, at, crcLength, { ...tag, tagLocation: block });
  }
}
