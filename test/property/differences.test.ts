/** Random pairs of trees: what differs between them, and what brings one up to the other. */
import test from "ava";
import fc from "fast-check";
import { compareImages } from "../../src/fs/image/compare-images.js";
import type { DiscImage } from "../../src/fs/image/disc-image.js";
import { FileSystemImage } from "../../src/fs/image/file-system-image.js";
import { openImage } from "../../src/fs/image/open-image.js";
import { updateTree } from "../../src/fs/image/update-tree.js";
import { compareNames } from "../../src/fs/names/name-bytes.js";
import type { DirectoryNode, TreeSource } from "../../src/fs/tree/directory.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import type { Listing } from "../support/listing.js";
import { differences, treeListing } from "../support/listing.js";
import { makeImage } from "../support/made-image.js";
import { holds } from "../support/properties.js";

/** Few names, so that two trees have many paths in common; some stand between a directory and what is in it. */
const anyPath = fc.array(fc.constantFrom("a", "a.b", "b", "é"), { minLength: 1, maxLength: 3 });

const anyTree = fc.array(
  fc.record({
    path: anyPath,
    kind: fc.constantFrom("file", "file", "directory", "symlink", "fifo"),
    // Contents of one length are equal: without reading, nothing else tells them apart.
    content: fc.constantFrom("", "x", "xy", "x".repeat(3000)),
    mode: fc.constantFrom(0o644, 0o600),
    uid: fc.constantFrom(0, 7),
    seconds: fc.constantFrom(1_500_000_000, 1_500_000_001),
  }),
  { maxLength: 12 },
);

type Plan = typeof anyTree extends fc.Arbitrary<infer T> ? T : never;

const rootTime = 1_400_000_000_000;

/** Makes what has room: no directory where something else is, nothing twice. */
function fill(root: DirectoryNode, plan: Plan): void {
  root.assign({ mtime: rootTime });
  for (const { path, kind, content, mode, uid, seconds } of plan) {
    const attributes = { mode, uid, mtime: seconds * 1000 };
    let into = root;
    for (const name of path.slice(0, -1)) {
      const next = into.children.get(name) ?? into.addDirectory(name, attributes);
      if (next.type !== "directory") break;
      into = next;
    }
    const name = path.at(-1)!;
    if (into.children.has(name)) continue;
    if (kind === "directory") into.addDirectory(name, attributes);
    else if (kind === "symlink") into.addSymlink(name, content.slice(0, 2) || "target", { ...attributes, mode: 0o777 });
    else if (kind === "fifo") into.addSpecial(name, "fifo", { major: 0, minor: 0 }, attributes);
    else into.addFile(name, content, attributes);
  }
}

function sourceOf(plan: Plan): TreeSource {
  return { load: async (into) => fill(into, plan) };
}

async function opened(plan: Plan): Promise<{ image: DiscImage; listing: Listing }> {
  const made = await makeImage((root) => fill(root, plan), { fileSystems: ["iso", "rockridge"] });
  return { image: await openImage(new MemorySource(made.bytes)), listing: await treeListing(made.image.root) };
}

const compared = ["type", "digest", "mode", "owner", "mtime", "target", "device"] as const;

test("of two random trees, what differs is found in the order of the bytes of the paths", async (t) => {
  await holds(
    fc.asyncProperty(anyTree, anyTree, async (left, right) => {
      const [one, other] = [await opened(left), await opened(right)];
      const expected: string[] = [];
      for (const path of [...new Set([...Object.keys(one.listing), ...Object.keys(other.listing)])].sort(
        compareNames,
      )) {
        const [before, now] = [one.listing[path], other.listing[path]];
        if (before === undefined || now === undefined) expected.push(`${before === undefined ? "+" : "-"} ${path}`);
        else if (compared.some((field) => before[field] !== now[field])) expected.push(`M ${path}`);
      }
      const found: string[] = [];
      for await (const { path, kind } of compareImages(one.image, other.image)) {
        found.push(`${kind === "changed" ? "M" : kind === "onlyInOne" ? "-" : "+"} ${path}`);
      }
      if (found.join("\n") !== expected.join("\n")) throw new Error(`found ${found}, expected ${expected}`);
    }),
  );
  t.pass();
});

test("a random tree is brought up to another, and is then left alone", async (t) => {
  await holds(
    fc.asyncProperty(anyTree, anyTree, fc.boolean(), async (left, right, checksum) => {
      const [image, wanted] = [new FileSystemImage(), new FileSystemImage()];
      fill(image.root, left);
      fill(wanted.root, right);
      await updateTree(image, sourceOf(right), { delete: true, checksum });
      const expected = await treeListing(wanted.root);
      const wrong = differences(await treeListing(image.root), expected, compared);
      if (wrong.length > 0) throw new Error(wrong.join("\n"));
      const { changes } = await updateTree(image, sourceOf(right), { delete: true, checksum: !checksum });
      if (changes.length > 0) throw new Error(`again: ${JSON.stringify(changes)}`);
    }),
  );
  t.pass();
});
