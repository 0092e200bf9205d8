/** Which files of an imported session are one file. */
import test from "ava";
import { FileSystemImage } from "../../../src/fs/image/file-system-image.js";
import { openImage } from "../../../src/fs/image/open-image.js";
import { contentOf } from "../../../src/fs/tree/content.js";
import { MemorySource } from "../../../src/medium/memory-source.js";
import { bytesOf, makeImage } from "../../support/made-image.js";

for (const fileSystems of [["iso", "rockridge"], ["udf"], ["iso", "rockridge", "joliet", "udf"]] as const) {
  test(`empty files are links of each other where they were, and nowhere else: ${fileSystems.join()}`, async (t) => {
    const mtime = 1_600_000_000_000;
    const { bytes } = await makeImage(
      (root) => {
        const empty = contentOf("");
        for (const name of ["alone", "of the same time"]) root.addFile(`/${name}`, contentOf(""), { mtime });
        for (const name of ["one", "other"]) root.addFile(`/${name}`, empty, { mtime: mtime + 60_000 });
      },
      { fileSystems },
    );
    const image = new FileSystemImage({ fileSystems });
    await image.importAsNew(new MemorySource(bytes));
    await using result = await image.createResultImage();
    const made = await openImage(new MemorySource(await bytesOf(result)));
    const links: [string, number][] = [];
    for await (const { path, links: count } of made.walk()) if (path !== "/") links.push([path, count]);
    const expected = { "/alone": 1, "/of the same time": 1, "/one": 2, "/other": 2 };
    t.deepEqual(Object.fromEntries(links), expected);
  });
}
