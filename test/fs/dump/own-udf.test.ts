/** Dumps of UDF volumes that this package writes: without a fault, and of one mind with the reader. */
import test from "ava";
import { dumpBlocks } from "../../../src/fs/dump/blocks.js";
import type { PlacedStructure } from "../../../src/fs/dump/structures.js";
import { dumpUdf } from "../../../src/fs/dump/udf.js";
import { openImage } from "../../../src/fs/image/open-image.js";
import type { ImageOptions } from "../../../src/fs/image/options.js";
import { udfRevisions } from "../../../src/fs/udf/revision.js";
import { MemorySource } from "../../../src/medium/memory-source.js";
import { faultsIn, fieldIn } from "../../support/dumped.js";
import { makeImage } from "../../support/made-image.js";

async function all(structures: AsyncIterable<PlacedStructure>): Promise<PlacedStructure[]> {
  const found: PlacedStructure[] = [];
  for await (const structure of structures) found.push(structure);
  return found;
}

const only: ImageOptions = { fileSystems: ["udf"], udfSpecialFiles: true };
const bridge: ImageOptions = { fileSystems: ["iso", "rockridge", "joliet", "udf"] };

const cases: readonly (readonly [name: string, options: ImageOptions])[] = [
  ...udfRevisions.flatMap((udfRevision): (readonly [string, ImageOptions])[] => [
    [`${udfRevision} alone`, { ...only, udfRevision }],
    [`${udfRevision} in a bridge`, { ...bridge, udfRevision }],
    [`${udfRevision} with embedded files`, { ...only, udfRevision, udfEmbedFiles: true }],
  ]),
  ["1.50 with a virtual allocation table", { ...only, udfRevision: "1.50", udfVirtual: true }],
  ["2.01 with a virtual allocation table", { ...only, udfRevision: "2.01", udfVirtual: true }],
];

for (const [name, options] of cases) {
  test(`${name}: every item is found where the reader finds it`, async (t) => {
    const { bytes } = await makeImage((root) => {
      root.addDirectory("/Ordner");
      root.addFile("/Ordner/名前.txt", "hello");
      root.addFile("/large", new Uint8Array(10_000).fill(7));
      root.addFile("/empty", "");
      root.addSymlink("/link", "Ordner/../x/y");
      for (let index = 0; index < 60; index++)
        root.addFile(`/Ordner/${"a long name ".repeat(5)}${index}`, String(index));
    }, options);
    const source = new MemorySource(bytes);
    const whole = await all(dumpUdf(source, 0));
    t.deepEqual(
      whole.flatMap((structure) => faultsIn(structure)),
      [],
    );
    const partition = whole.find(({ name: found }) => found === "PartitionDescriptor")!;
    const start = fieldIn(partition, "partitionStartingLocation").value as number;
    const image = await openImage(source, { fileSystem: "udf" });
    let items = 0;
    for await (const { path, bytes: length, extents, type } of image.walk()) {
      items++;
      const structures = await all(dumpUdf(source, 0, { path }));
      const entry = structures.find(({ role }) => role === path)!;
      t.deepEqual(
        structures.flatMap((structure) => faultsIn(structure)),
        [],
        path,
      );
      if (type === "symlink") continue;
      t.is(fieldIn(entry, "informationLength").value, length, path);
      const [first] = extents;
      const runs = entry.fields.filter(({ field }) => field === "allocationDescriptors[0]");
      if (type === "file" && first !== undefined && runs.length > 0) {
        const position = runs[0]!.fields.find(
          ({ field }) => field === "extentPosition" || field === "logicalBlockNumber",
        );
        t.is(Number(position?.value) + start, first.lba ?? -1, path);
      }
    }
    t.is(items, options === bridge || options.fileSystems?.includes("iso") ? 64 : 65);
    // The same structures are recognised by their bytes alone, those that stand in file entries as a part of these.
    const blocks = new Set(
      (await all(dumpBlocks(source, 0, source.blocks))).map(({ name: found, block }) => `${found} ${block}`),
    );
    const missing = whole
      .filter(({ name: found, block }) => !blocks.has(`${found} ${block}`))
      .map(({ name: found }) => found);
    t.deepEqual(
      [...new Set(missing)].filter(
        (found) => !/^(VolumeStructureDescriptor|VirtualAllocationTable|FileIdentifierDescriptor)$/.test(found),
      ),
      [],
    );
  });
}

test("the components of a link's target are shown", async (t) => {
  const { bytes } = await makeImage((root) => root.addSymlink("/link", `../${"x".repeat(200)}`), only);
  const structures = await all(dumpUdf(new MemorySource(bytes), 0, { path: "/link" }));
  const entry = structures.find(({ role }) => role === "/link")!;
  t.is(fieldIn(entry, "embeddedData", "components[0]", "componentType").meaning, "parent");
  t.is(fieldIn(entry, "embeddedData", "components[1]", "componentIdentifier").value, "x".repeat(200));
});
