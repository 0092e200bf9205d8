import test from "ava";
import type { ImageOptions } from "../../src/fs/image/options.js";
import { jolietNameMapping } from "../../src/fs/names/joliet-name.js";
import type { DirectoryNode } from "../../src/fs/tree/directory.js";
import { walkTree } from "../../src/fs/tree/walk.js";
import {
  execute,
  isoInfoListing,
  isoinfoListing,
  pycdlibListing,
  sevenZipListing,
  xorrisoListing,
} from "../support/judges.js";
import type { Listing } from "../support/listing.js";
import { filesAndDirectories, filterListing, treeListing } from "../support/listing.js";
import type { MadeImage } from "../support/made-image.js";
import { imageFile, makeImage, namesIn } from "../support/made-image.js";
import { addLargeDirectory, addLongLinks, fillRichTree } from "../support/rich-tree.js";
import { requireTool } from "../support/tools.js";
import { bsdtarAgrees, compare, xorrisoAgrees } from "../support/verdicts.js";

const bytesOfName = (path: string): number => Buffer.byteLength(path.split("/").at(-1)!);

function fillAll(root: DirectoryNode): void {
  root.mtimeMs = 1_600_000_000_000;
  fillRichTree(root);
  addLongLinks(root);
  addLargeDirectory(root, 3000);
}

/** The rich tree without directories below level 8, for judges that get lost among relocated ones. */
function fillShallow(root: DirectoryNode): void {
  fillRichTree(root);
  root.removeTree("/level 1");
  root.removeTree("/same");
}

function fillWithoutEmoji(root: DirectoryNode): void {
  fillAll(root);
  root.remove("/names/emoji 🎉🎊 name.txt");
}

/** What is left when names that are not UTF-8 are not there either. */
function fillUtf8(root: DirectoryNode): void {
  fillShallow(root);
  for (const { path } of [...walkTree(root)]) if (!path.isWellFormed()) root.remove(path);
  root.remove("/links/not text");
}

/** One image a variant, made when first asked for. */
const made = new Map<string, Promise<MadeImage>>();

function variant(name: string, fill: (root: DirectoryNode) => void, options: ImageOptions): Promise<MadeImage> {
  const image = made.get(name) ?? makeImage(fill, options);
  made.set(name, image);
  return image;
}

const variants: Readonly<Record<string, ImageOptions>> = {
  "RRIP 1.12": {},
  "RRIP 1.10": { rockRidgeVersion: "1.10" },
  "without Joliet": { fileSystems: ["iso", "rockridge"] },
  "ISO level 1": { isoLevel: 1 },
  "ISO level 4": { isoLevel: 4 },
  "ISO relaxed": {
    isoRelaxations: { lowercase: true, anyAscii: true, longNames: true, omitVersion: true, deepPaths: true },
  },
};

function renamed(listing: Listing, rename: (path: string) => string): Listing {
  return Object.fromEntries(Object.entries(listing).map(([path, item]) => [rename(path), item]));
}

for (const [name, options] of Object.entries(variants)) {
  test(`xorriso lists the tree: ${name}`, async (t) => {
    if (!requireTool(t, "xorriso")) return;
    const { image, bytes } = await variant(name, fillAll, options);
    const file = imageFile(t, bytes);
    xorrisoAgrees(t, file, await treeListing(image.root));
    if (name === "RRIP 1.12") t.is(xorrisoListing(t, file).listing["/links/first name"]?.links, 3);
  });

  test(`bsdtar lists the tree: ${name}`, async (t) => {
    if (!requireTool(t, "bsdtar")) return;
    const { image, bytes } = await variant(name, fillAll, options);
    bsdtarAgrees(t, imageFile(t, bytes), await treeListing(image.root));
  });
}

test("isoinfo lists the Rock Ridge tree", async (t) => {
  if (!requireTool(t, "isoinfo")) return;
  const { image, bytes } = await variant("shallow", fillShallow, {});
  // isoinfo 1.1.11: shows the target "/" as nothing, FIFOs as files, no bits above 0o777, names up to 128 bytes.
  const keep = (path: string): boolean => !path.startsWith("/links/root") && bytesOfName(path) <= 128;
  const expected = filterListing(await treeListing(image.root), keep);
  const found = filterListing(isoinfoListing(imageFile(t, bytes), ["-R"]), keep);
  const plain = (listing: Listing): Listing =>
    Object.fromEntries(
      Object.entries(listing).map(([path, item]) => [
        path,
        { ...item, mode: (Number.parseInt(item.mode ?? "0", 8) % 0o1000).toString(8) },
      ]),
    );
  compare(t, plain(found), plain(expected), ["digest", "mode", "owner", "target", "links"]);
});

test("isoinfo recognises what the image is", async (t) => {
  if (!requireTool(t, "isoinfo")) return;
  const { bytes } = await variant("shallow", fillShallow, {});
  const text = execute("isoinfo", ["-d", "-i", imageFile(t, bytes)]).output.toString();
  t.regex(text, /CD-ROM is in ISO 9660 format/);
  t.regex(text, /Volume id: DISC\n/);
  t.regex(text, new RegExp(`Volume size is: ${bytes.length / 2048}\n`));
  t.regex(text, /Joliet with UCS level 3 found/);
  t.regex(text, /Rock Ridge signatures version 1 found/);
});

const holdsFiles = ({ type }: { type: string }): boolean => type === "file" || type === "directory";

function jolietListing(image: MadeImage["image"], length: 64 | 103): Promise<Listing> {
  return treeListing(image.root, namesIn(jolietNameMapping(length), holdsFiles)).then(filesAndDirectories);
}

for (const length of [64, 103] as const) {
  const options = { jolietNameLength: length };

  test(`isoinfo lists the Joliet tree: names up to ${length}`, async (t) => {
    if (!requireTool(t, "isoinfo")) return;
    const { image, bytes } = await variant(`Joliet ${length}`, fillAll, options);
    // isoinfo shows names in Latin-1, with "_" for each half of what is not in it, and with their versions.
    const shown = (path: string): string => path.replace(/[^\0-\xff]/g, "_");
    const latin1 = (path: string): string =>
      path.replace(/[\udc80-\udcff]/g, (octet) => String.fromCharCode(octet.charCodeAt(0) - 0xdc00)).replace(/;1$/, "");
    const found = renamed(isoinfoListing(imageFile(t, bytes), ["-J"]), latin1);
    compare(t, found, renamed(await jolietListing(image, length), shown), ["digest"]);
  });

  test(`iso-info lists the Joliet tree: names up to ${length}`, async (t) => {
    if (!requireTool(t, "iso-info")) return;
    // libcdio shows nothing of a directory with a character beyond Joliet's 16 bits in it.
    const { image, bytes } = await variant(`Joliet ${length}, no emoji`, fillWithoutEmoji, options);
    // It also takes a dot off a name's end, and cuts names of many bytes.
    const keep = (path: string): boolean => !path.startsWith("/names/trailing dot") && !path.startsWith("/names/語");
    const found = filterListing(isoInfoListing(imageFile(t, bytes), []), keep);
    compare(t, found, filterListing(await jolietListing(image, length), keep), ["digest", "mtime"]);
  });

  test(`7-Zip extracts the Joliet tree: names up to ${length}`, async (t) => {
    if (!requireTool(t, "7zz")) return;
    const { image, bytes } = await variant(`Joliet ${length}`, fillAll, options);
    // 7-Zip makes names safe for Windows as it extracts.
    const safe = (path: string): string => path.replace(/\.$/, "").replace(/[<>|"]/g, "_");
    const found = sevenZipListing(t, imageFile(t, bytes));
    compare(t, renamed(found, safe), renamed(await jolietListing(image, length), safe), ["digest", "mtime"]);
  });
}

test("7-Zip extracts the Rock Ridge tree where there is no Joliet", async (t) => {
  if (!requireTool(t, "7zz")) return;
  const { image, bytes } = await variant("shallow, without Joliet", fillShallow, { fileSystems: ["iso", "rockridge"] });
  const found = filesAndDirectories(sevenZipListing(t, imageFile(t, bytes)));
  const keep = (path: string): boolean => path.startsWith("/files/");
  compare(t, filterListing(found, keep), filterListing(await treeListing(image.root), keep), ["digest"]);
});

test("iso-info lists the Rock Ridge tree", async (t) => {
  if (!requireTool(t, "iso-info")) return;
  const { image, bytes } = await variant("shallow", fillShallow, {});
  // libcdio 2.1 takes the ISO name where the Rock Ridge name lies in a continuation area, and drops sticky bits.
  const keep = (path: string): boolean =>
    bytesOfName(path) < 200 &&
    !path.startsWith("/names/NNN") &&
    !path.startsWith("/names/____") &&
    !/sticky/.test(path);
  const found = filterListing(isoInfoListing(imageFile(t, bytes), ["--no-joliet"]), keep);
  const expected = filterListing(await treeListing(image.root), keep);
  compare(t, found, expected, ["digest", "mode", "owner", "mtime", "target", "links"]);
});

test("pycdlib opens the images strictly and walks their trees", async (t) => {
  if (!requireTool(t, "python3")) return;
  for (const [name, options] of Object.entries(variants)) {
    // Where a long ISO name leaves room for nothing but CE, pycdlib misses PX and takes it for another version.
    if (name === "ISO level 4") continue;
    const { bytes } = await variant(name, fillAll, options);
    t.notThrows(() => pycdlibListing(imageFile(t, bytes), "open"), name);
  }
  const { image, bytes } = await variant("shallow, UTF-8", fillUtf8, {});
  const file = imageFile(t, bytes);
  const expected = await treeListing(image.root);
  // pycdlib takes devices and FIFOs for empty files, and shows the target "/" as nothing.
  const plain = (path: string, { type }: { type: string }): boolean =>
    ["file", "directory", "symlink"].includes(type) && !path.startsWith("/devices/") && path !== "/links/root";
  const found = filterListing(pycdlibListing(file, "rr_path"), plain);
  compare(t, found, filterListing(expected, plain), ["digest", "target"]);
  const joliet = pycdlibListing(file, "joliet_path");
  const unversioned = renamed(joliet, (path) => path.replace(/;1$/, ""));
  compare(t, unversioned, await jolietListing(image, 64), ["digest"]);
});
