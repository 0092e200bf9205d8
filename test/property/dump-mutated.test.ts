/** Dumps of bytes that are anything: they end, tile, and raise nothing but that nothing is there. */
import test from "ava";
import fc from "fast-check";
import { dump } from "../../src/codec/dump.js";
import type { Structure } from "../../src/codec/structure.js";
import { DiscError } from "../../src/errors.js";
import { dumpBlocks } from "../../src/fs/dump/blocks.js";
import { dumpIso } from "../../src/fs/dump/iso.js";
import type { PlacedStructure } from "../../src/fs/dump/structures.js";
import { recognitionStructureAt, structureOfTag } from "../../src/fs/dump/structures.js";
import { dumpUdf } from "../../src/fs/dump/udf.js";
import { directoryRecordStructure } from "../../src/fs/iso9660/directory-record.js";
import { pathTableRecordStructure } from "../../src/fs/iso9660/path-table.js";
import { identifierField } from "../../src/fs/names/name-field.js";
import { rockRidgeStructures } from "../../src/fs/rockridge/entry-parts.js";
import { systemUseArea } from "../../src/fs/susp/entries.js";
import { allocationExtent } from "../../src/fs/udf/allocation-extent.js";
import { extendedAttributes } from "../../src/fs/udf/extended-attribute-parts.js";
import { directoryContents } from "../../src/fs/udf/file-identifier.js";
import { tagIdentifiers } from "../../src/fs/udf/tag.js";
import { virtualAllocationTable, virtualAllocationTable150 } from "../../src/fs/udf/virtual-allocation-table.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import { blockBytes } from "../../src/units.js";
import { tiledBytes } from "../support/dumped.js";
import { makeImage } from "../support/made-image.js";
import { holds } from "../support/properties.js";
import { smallUdf } from "../support/small-udf.js";

const area = systemUseArea(rockRidgeStructures);
const tagged = Object.values(tagIdentifiers).flatMap((identifier) => structureOfTag(identifier) ?? []);
const recognised = [0, 1, 2, 255].map((type) => {
  return recognitionStructureAt(Uint8Array.of(type, ...Buffer.from("CD001"), ...new Uint8Array(200)), 0)!;
});
const structures: readonly Structure[] = [
  ...tagged,
  ...recognised,
  ...rockRidgeStructures.values(),
  area,
  directoryRecordStructure((length) => identifierField(length), area),
  pathTableRecordStructure("L", (length) => identifierField(length)),
  pathTableRecordStructure("M", (length) => identifierField(length)),
  allocationExtent(true),
  allocationExtent(false),
  extendedAttributes,
  directoryContents,
  virtualAllocationTable,
  virtualAllocationTable150,
];

/** Bytes of which many are small, so that lengths and counts are often such as could be. */
const octets = fc.uint8Array({ minLength: 0, maxLength: 700 });
const smallOctets = fc
  .array(fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 60 })), { maxLength: 700 })
  .map((numbers) => Uint8Array.from(numbers));

for (const structure of new Set(structures)) {
  test(`${structure.name}: any bytes are dumped, and tiled (${structures.indexOf(structure)})`, async (t) => {
    await holds(
      fc.property(fc.oneof(octets, smallOctets), fc.nat(40), (bytes, at) => {
        const end = bytes.length;
        const from = Math.min(at, end);
        tiledBytes(structure, bytes, from, end);
        const { bytes: length, fields } = dump(structure, bytes, from, { location: 3 });
        if (length > end - from) throw new Error(`shows ${length} bytes of ${end - from}`);
        if (fields.some(({ at: first, bytes: count }) => first + count > length))
          throw new Error("a field lies outside");
      }),
    );
    t.pass();
  });
}

async function drain(dumped: AsyncIterable<PlacedStructure>): Promise<number> {
  let count = 0;
  try {
    for await (const structure of dumped) {
      JSON.stringify(structure);
      if (++count > 100_000) throw new Error("does not end");
    }
  } catch (error) {
    if (!(error instanceof DiscError) || !["E_NO_FILE_SYSTEM", "E_ITEM_NOT_FOUND"].includes(error.code)) throw error;
  }
  return count;
}

async function originals(): Promise<readonly Uint8Array[]> {
  const { bytes } = await makeImage((root) => {
    root.addDirectory("/docs");
    root.addFile(`/docs/${"n".repeat(240)}`, "long");
    root.addSymlink("/link", `${"x/".repeat(120)}y`);
  });
  const kinds = ["plain", "virtual", "metadata"] as const;
  return [Uint8Array.from(bytes), ...kinds.map((kind) => smallUdf(kind).bytes)];
}

test("a mutated image is dumped as far as it goes", async (t) => {
  const rounds = process.env.DISCSMITH_SLOW === "1" ? 5000 : 20;
  for (const original of await originals()) {
    const source = new MemorySource(original);
    t.true((await drain(dumpBlocks(source, 0, source.blocks))) > 0);
    const places = [...original.keys()].filter((at) => at >= 16 * blockBytes && original[at] !== 0);
    const change = fc.record({ place: fc.constantFrom(...places), octet: fc.nat(255) });
    await holds(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
        const bytes = original.slice();
        for (const { place, octet } of changes) bytes[place] = octet;
        const mutated = new MemorySource(bytes);
        await drain(dumpBlocks(mutated, 16, mutated.blocks - 16));
        for (const path of [undefined, "/docs", "/folder/ä"]) {
          await drain(dumpIso(mutated, 0, { path }));
          await drain(dumpUdf(mutated, 0, { path }));
        }
      }),
      { numRuns: rounds },
    );
  }
});
