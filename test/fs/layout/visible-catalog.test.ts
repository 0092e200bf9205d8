import test from "ava";
import type { FileSystemName } from "../../../src/index.js";
import { MemorySource, openImage, verifyImage } from "../../../src/index.js";
import { makeImage } from "../../support/made-image.js";

async function pathsOf(source: MemorySource, fileSystem: FileSystemName): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of (await openImage(source, { fileSystem })).walk()) paths.push(path.toLowerCase());
  return paths.sort();
}

test("items are hidden from each file system apart, with what is below them", async (t) => {
  const { bytes, warnings } = await makeImage(
    (root) => {
      root.addDirectory("/dir", { hiddenIn: ["iso"] });
      root.addFile("/dir/below", "below");
      root.addDirectory("/dir/deep/er", { parents: true });
      root.addFile("/no_joliet", "1", { hiddenIn: ["joliet"] });
      root.addFile("/no_udf", "2", { hiddenIn: ["udf"] });
      const shared = root.addFile("/everywhere", "3");
      root.addFile("/nowhere", "4", { hiddenIn: ["iso", "joliet", "udf"] });
      root.addFile("/dir/link", shared.content);
    },
    { fileSystems: ["iso", "rockridge", "joliet", "udf"], udfRevision: "2.01" },
  );
  const source = new MemorySource(bytes);
  const { findings } = await verifyImage(source);
  t.deepEqual([...new Set(findings.map(({ name }) => name))], ["TREES_DIFFER"]);
  t.deepEqual(await pathsOf(source, "rockridge"), ["/everywhere", "/no_joliet", "/no_udf"]);
  const rest = ["/dir", "/dir/below", "/dir/deep", "/dir/deep/er", "/dir/link", "/everywhere"];
  t.deepEqual(await pathsOf(source, "joliet"), [...rest, "/no_udf"]);
  t.deepEqual(await pathsOf(source, "udf"), [...rest, "/no_joliet"]);
  const linksOf = async (fileSystem: FileSystemName): Promise<number | null> =>
    (await (await openImage(source, { fileSystem })).stat("/everywhere")).links;
  t.is(await linksOf("rockridge"), 1, "the other name is not shown");
  t.is(await linksOf("udf"), 2);
  t.true(bytes.includes("4"), "what is shown nowhere is in the image");
  t.deepEqual(warnings, [], "what is hidden is not missed");
});

test("files of greater weight lie before others", async (t) => {
  const { bytes } = await makeImage((root) => {
    root.addFile("/a", "a");
    root.addFile("/b", "b", { sortWeight: 5 });
    root.addFile("/c", "c", { sortWeight: -1 });
    root.addFile("/d", "d");
    root.addFile("/e", "e", { sortWeight: 9 });
  });
  const image = await openImage(new MemorySource(bytes));
  const places: [string, number][] = [];
  for await (const { path, extents } of image.walk()) places.push([path, extents[0]!.lba!]);
  t.deepEqual(
    places.sort(([, one], [, other]) => one - other).map(([path]) => path),
    ["/e", "/b", "/a", "/d", "/c"],
  );
});
