/** Allocation extents: what a file of hundreds of extents needs, and what their tags cover. OSTA UDF 2.3.11.1. */
import test from "ava";
import { readU16le, readU32le } from "../../../src/codec/integers.js";
import { FileSystemImage } from "../../../src/fs/image/file-system-image.js";
import { checkTag, tagIdentifierAt, tagIdentifiers } from "../../../src/fs/udf/tag.js";
import { blockBytes } from "../../../src/units.js";
import { SparseContent } from "../../support/sparse.js";

const tagIdentifier = tagIdentifiers.allocationExtentDescriptor;

/** Blocks that hold everything but contents. */
const structureBlocks = 500;

for (const [revision, isWholeCovered] of [
  ["1.02", false],
  ["2.00", false],
  ["2.01", true],
] as const) {
  test(`an allocation extent of ${revision} has a CRC of ${isWholeCovered ? "all of it" : "its head"}`, async (t) => {
    const image = new FileSystemImage({ fileSystems: ["udf"], udfRevision: revision });
    image.root.addFile("/huge", new SparseContent(300 * 2 ** 30, []));
    await using result = await image.createResultImage();
    const found: Uint8Array[] = [];
    let lba = 0;
    for await (const chunk of result.chunks()) {
      for (let at = 0; at < chunk.length && lba < structureBlocks; at += blockBytes, lba++) {
        const block = chunk.slice(at, at + blockBytes);
        if (tagIdentifierAt(block, 0) === tagIdentifier) found.push(block);
      }
      if (lba >= structureBlocks) break;
    }
    t.is(found.length, 1);
    const [block] = found;
    const descriptorBytes = readU32le(block!, 20);
    t.true(descriptorBytes > 0);
    t.is(readU16le(block!, 10), 8 + (isWholeCovered ? descriptorBytes : 0));
    const tagLocation = readU32le(block!, 12);
    t.notThrows(() => checkTag(block!, 0, blockBytes, { tagIdentifier, tagLocation }, { tolerant: false, lba: null }));
  });
}
