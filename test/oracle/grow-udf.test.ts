/** Images with UDF that sessions are added to: readers that know of no sessions see the newest tree. */
import type { ExecutionContext } from "ava";
import test from "ava";
import type { ImageOptions } from "../../src/fs/image/options.js";
import { GrownImage } from "../support/grown-images.js";
import { blkid, grubListing, sevenZipListing, sevenZipUdfListing, udfinfo, xorrisoListing } from "../support/judges.js";
import type { ListedItem, Listing } from "../support/listing.js";
import { filesAndDirectories, filterListing } from "../support/listing.js";
import { hasRig, kernelMounts, udfreadListing } from "../support/rig.js";
import { requireTool } from "../support/tools.js";
import { alone, bridge, hasTools } from "../support/udf-verdicts.js";
import { compare } from "../support/verdicts.js";

const layouts: readonly (readonly [string, ImageOptions])[] = [
  ["a bridge with UDF 1.02", { ...bridge, udfRevision: "1.02" }],
  ["a bridge with UDF 2.01", { ...bridge, udfRevision: "2.01" }],
  ["a bridge with UDF 2.50", { ...bridge, udfRevision: "2.50" }],
  ["UDF 1.02 alone", { ...alone, udfRevision: "1.02" }],
  ["UDF 2.50 alone", { ...alone, udfRevision: "2.50" }],
];

/** Asserts that whoever looks at the front alone sees a tree. */
function everyReaderSees(
  t: ExecutionContext,
  image: string,
  tree: Listing,
  options: ImageOptions,
  blocks: number,
): void {
  const { udfRevision } = options;
  const isBridge = options.fileSystems!.includes("iso");
  const found: Record<string, Listing> = {
    "7-Zip, UDF": sevenZipUdfListing(t, image),
    ...(hasRig ? { libudfread: udfreadListing(t, image) } : {}),
    // GRUB knows no metadata partitions.
    ...(udfRevision === "2.50" ? {} : { GRUB: grubListing(image) }),
    ...(isBridge ? { xorriso: xorrisoListing(t, image).listing, "7-Zip, ISO 9660": sevenZipListing(t, image) } : {}),
  };
  for (const listing of Object.values(found)) compare(t, listing, tree, ["digest"]);
  const { said, complaints } = udfinfo(image, 0, blocks - 1);
  const items = Object.values(tree);
  const directories = items.filter(({ type }) => type === "directory").length;
  // Sessions lie in the partition whole, with their descriptors.
  t.deepEqual(complaints, ["udfinfo: Warning: Partition Space overlaps with other blocks"]);
  t.like(said, {
    numfiles: String(items.length - directories),
    numdirs: String(directories + 1),
    udfrev: udfRevision!,
    integrity: "closed",
  });
  t.like(blkid(image, 0), { TYPE: "udf", VERSION: udfRevision!, LABEL: "DISC" });
}

for (const [name, options] of layouts) {
  for (const growable of [true, false]) {
    test.serial(`${name}, ${growable ? "laid out to grow" : "not laid out to grow"}`, async (t) => {
      if (!hasTools(t)) return;
      const image = new GrownImage(t);
      await image.build({ ...options, growable });
      for (let round = 0; round < 2; round++) {
        await image.add("discsmith");
        const last = (await image.sessions()).at(-1)!;
        everyReaderSees(t, image.path, filesAndDirectories(image.tree), options, last.startLba + last.blocks!);
      }
    });
  }
}

const rockRidge = /IEEE_1282/;
/**
 * What Linux says of a session in the chain that is neither the first nor the newest one as the front shows it: its header
 * states its length, by which the next one is found. Linux takes that for the end of the volume, and so drops Rock Ridge.
 */
const outOfVolume = /Microsoft Joliet(.|\n)*out of volume(.|\n)*secondary root/;

if (hasRig) {
  for (const growable of [true, false]) {
    test.serial(
      `Linux mounts every tree of a bridge ${growable ? "that was" : "that was not"} laid out to grow`,
      async (t) => {
        if (!requireTool(t, "qemu-system-x86_64")) return;
        const image = new GrownImage(t);
        await image.build({ ...bridge, growable });
        const trees = [image.tree];
        for (let round = 0; round < 2; round++) {
          await image.add("discsmith");
          trees.push(image.tree);
        }
        const starts = (await image.sessions()).map(({ startLba }) => startLba);
        const older = starts.flatMap((start) => [`iso9660 sbsector=${start}`, `udf bs=2048,session=${start}`]);
        const mounts = kernelMounts("6.1", image.path, ["iso9660 ro", "udf bs=2048", ...older]);
        for (const [index, { options, status, messages, listing }] of mounts.entries()) {
          t.is(status, 0, `${options}: ${messages.join("\n")}`);
          const isNewestOrFirst = index < 4;
          if (options.startsWith("iso9660"))
            t.regex(messages.join("\n"), isNewestOrFirst ? rockRidge : outOfVolume, options);
          const tree = index < 2 ? trees.at(-1)! : trees[Math.floor(index / 2) - 1]!;
          compare(t, listing, tree, ["digest"]);
          // Joliet has no modes.
          if (options.startsWith("iso9660") && !isNewestOrFirst) continue;
          const isFile = (_path: string, { type }: ListedItem): boolean => type === "file";
          compare(t, filterListing(listing, isFile), filterListing(tree, isFile), ["mode", "owner", "mtime"]);
        }
      },
    );
  }
}
