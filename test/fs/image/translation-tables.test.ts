import test from "ava";
import { addTranslationTables, FileSystemImage, MemorySource, openImage } from "../../../src/index.js";

async function bytesOf(image: FileSystemImage): Promise<Uint8Array> {
  await using result = await image.createResultImage();
  const pieces: Uint8Array[] = [];
  for await (const piece of result.chunks()) pieces.push(piece.slice());
  return Buffer.concat(pieces);
}

function filled(): FileSystemImage {
  const image = new FileSystemImage({ fileSystems: ["iso", "rockridge"], isoLevel: 1, padding: 7 });
  const { root } = image;
  root.addFile("/a long name.text", "1");
  root.addFile("/a long name too.text", "2");
  root.addFile("/TRANS.TBL", "an old one");
  root.addSymlink("/link", "a long name.text");
  root.addSpecial("/disk", "block", { major: 8, minor: 1 });
  root.addDirectory("/Folder");
  root.addDirectory("/Folder/empty");
  return image;
}

test("each name of ISO 9660 that a table tells is in the image, and leads to what it says", async (t) => {
  const image = filled();
  addTranslationTables(image.root, image.options);
  const source = new MemorySource(await bytesOf(image));
  const [iso, rockRidge] = [
    await openImage(source, { fileSystem: "iso" }),
    await openImage(source, { fileSystem: "rockridge" }),
  ];
  const table = Buffer.from(await rockRidge.readFile("/TRANS.TBL")).toString();
  const rows = table.split("\n").filter((row) => row !== "");
  t.deepEqual(
    rows.map((row) => row.replaceAll(/ +\t/g, "\t")),
    [
      "F A_LONG_1.TEX;1\ta long name.text",
      "F A_LONG_N.TEX;1\ta long name too.text",
      "B DISK.;1\tdisk\t8 1",
      "D FOLDER\tFolder",
      "L LINK.;1\tlink\ta long name.text",
    ],
  );
  for (const row of rows) {
    const [kind, name = "", original = ""] = /^(.) (\S+) *\t([^\t]*)/.exec(row)?.slice(1) ?? [];
    if (kind !== "F") continue;
    const content = async (one: typeof iso, path: string): Promise<string> =>
      Buffer.from(await one.readFile(path)).toString();
    t.is(await content(iso, `/${name.replace(/;1$/, "")}`), await content(rockRidge, `/${original}`));
  }
  t.deepEqual(
    (await rockRidge.readdir("/Folder")).map(({ name }) => name),
    ["empty", "TRANS.TBL"],
  );
  t.deepEqual(await rockRidge.readdir("/Folder/empty"), []);
});

test("padding lies inside the volume, and is refused below 0", async (t) => {
  const padded = await bytesOf(filled());
  const image = filled();
  image.options = { ...image.options, padding: undefined };
  const bare = await bytesOf(image);
  t.is(padded.length - bare.length, 7 * 2048);
  t.is(Buffer.from(padded).readUInt32LE(16 * 2048 + 80), padded.length / 2048);
  t.true(padded.subarray(bare.length).every((octet) => octet === 0));
  t.throws(() => new FileSystemImage({ padding: -1 }), { code: "E_OPTION_INVALID" });
  t.throws(() => new FileSystemImage({ volumeModification: Number.NaN }), { code: "E_OPTION_INVALID" });
});
