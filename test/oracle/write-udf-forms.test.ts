/** What UDF volumes of one session may have besides the usual, as other programs read it. */
import test from "ava";
import type { DirectoryNode } from "../../src/fs/tree/directory.js";
import type { ListedItem, Listing } from "../support/listing.js";
import { filesAndDirectories, filterListing, treeListing } from "../support/listing.js";
import { makeImage } from "../support/made-image.js";
import { fillAll } from "../support/three-sessions.js";
import { alone, bridge, hasTools, judgeImage, udfTree } from "../support/udf-verdicts.js";

for (const udfRevision of ["1.50", "2.00", "2.01"] as const) {
  test.serial(`UDF ${udfRevision} with a virtual allocation table`, async (t) => {
    if (!hasTools(t)) return;
    const options = { ...(udfRevision === "2.00" ? bridge : alone), udfRevision, udfVirtual: true };
    const made = await makeImage(fillAll, options);
    // 7-Zip, libudfread and GRUB know no tables.
    await judgeImage(t, made, { options, tree: udfTree(await treeListing(made.image.root)), sevenZip: false });
  });
}

for (const udfRevision of ["1.02", "2.01", "2.50"] as const) {
  test.serial(`UDF ${udfRevision} with small files and directories in their entries`, async (t) => {
    if (!hasTools(t)) return;
    const options = { ...alone, udfRevision, udfEmbedFiles: true };
    const made = await makeImage(fillAll, options);
    const plain = await makeImage(fillAll, { ...alone, udfRevision });
    t.true(made.bytes.length < plain.bytes.length);
    const tree = udfTree(await treeListing(made.image.root));
    await judgeImage(t, made, { options, tree, grub: udfRevision === "2.01" });
  });
}

for (const [udfRevision, systems] of [
  ["1.02", alone],
  ["2.01", bridge],
  ["2.60", alone],
] as const) {
  test.serial(`UDF ${udfRevision} with links, devices, FIFOs`, async (t) => {
    if (!hasTools(t)) return;
    const options = { ...systems, udfRevision, udfSpecialFiles: true };
    const made = await makeImage(fillAll, options);
    const whole = await treeListing(made.image.root);
    // Targets that are not UTF-8, and those that find no room: Rock Ridge alone holds these.
    const isHeld = (path: string): boolean => !/^\/links\/not text$|^\/long links\/(long component)$/.test(path);
    const tree = {
      ...filterListing(whole, (path, { type }) => isHeld(path) && type !== "file" && type !== "directory"),
      ...udfTree(whole),
    };
    t.true(Object.keys(tree).length > Object.keys(filesAndDirectories(tree)).length + 10);
    // 7-Zip refuses the volume, libudfread has no links.
    await judgeImage(t, made, { options, tree, sevenZip: false });
  });
}

for (const [udfRevision, systems] of [
  ["2.50", bridge],
  ["2.60", alone],
] as const) {
  test.serial(`UDF ${udfRevision} with its metadata once`, async (t) => {
    if (!hasTools(t)) return;
    const options = { ...systems, udfRevision, udfMetadataMirror: false };
    const made = await makeImage(fillAll, options);
    await judgeImage(t, made, { options, tree: udfTree(await treeListing(made.image.root)) });
  });
}

/** Named streams and real-time files beside everything else: most readers know neither. */
function fillWithStreams(root: DirectoryNode): void {
  fillAll(root);
  const mtime = 1_600_000_000_000;
  const streams = { author: "somebody", "*UDF NT ACL": new Uint8Array(3000).fill(7), empty: "" };
  root.addDirectory("/streams", { mtime, streams: { "of a directory": "x" } });
  root.addFile("/streams/file", "main contents", { mtime, streams });
  root.addFile("/streams/large", new Uint8Array(70_000).fill(3), { mtime, streams: { 名前: "wide" } });
}

/** What readers see of them: the directory of an item's streams is one more that names it. */
async function streamTree(root: DirectoryNode): Promise<Listing> {
  const tree: Record<string, ListedItem> = { ...udfTree(await treeListing(root)) };
  for (const path of ["/streams/file", "/streams/large"]) tree[path] = { ...tree[path]!, links: 2 };
  return tree;
}

for (const [udfRevision, systems] of [
  ["2.00", alone],
  ["2.01", bridge],
  ["2.60", alone],
] as const) {
  test.serial(`UDF ${udfRevision} with named streams`, async (t) => {
    if (!hasTools(t)) return;
    const options = { ...systems, udfRevision };
    const made = await makeImage(fillWithStreams, options);
    const tree = await streamTree(made.image.root);
    await judgeImage(t, made, { options, tree, grub: udfRevision === "2.00" });
  });
}

test.serial("UDF 2.01 with real-time files, of which 7-Zip knows nothing", async (t) => {
  if (!hasTools(t)) return;
  const fill = (root: DirectoryNode): void => {
    root.addFile("/film", new Uint8Array(100_000).fill(9), { mtime: 1_600_000_000_000, realTime: true });
  };
  const options = { ...alone, udfRevision: "2.01" } as const;
  const made = await makeImage(fill, options);
  await judgeImage(t, made, { options, tree: await treeListing(made.image.root), sevenZip: false });
});
