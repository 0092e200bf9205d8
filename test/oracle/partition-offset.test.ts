/** Partitions that can be mounted by themselves: other readers and Linux see in them what is in the whole image. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import { appendTo, bootPreset, DirectoryNode } from "../../src/node.js";
import { reported, xorrisoReport } from "../support/bootable-images.js";
import { execute } from "../support/judges.js";
import { treeListing } from "../support/listing.js";
import { imageFile, makeImage } from "../support/made-image.js";
import { addLongLinks, fillRichTree } from "../support/rich-tree.js";
import { hasRig, kernelMounts } from "../support/rig.js";
import { requireTool, temporaryFolder } from "../support/tools.js";
import { compare, everything } from "../support/verdicts.js";

const offset = 16;

function fill(root: DirectoryNode): void {
  fillRichTree(root);
  addLongLinks(root);
}

/** The partition as a file of its own: what a disk's partition shows. */
function partitionOf(t: ExecutionContext, image: string): string {
  const path = join(temporaryFolder(t), "partition.iso");
  writeFileSync(path, readFileSync(image).subarray(offset * 2048));
  return path;
}

/** What readers list of an image: with Rock Ridge, with Joliet, and with neither. */
function listings(image: string): readonly string[] {
  const options = "--options=!all,type,size,mode,uid,gid,sha256,link,time";
  const withoutAddresses = (text: string): string => text.replace(/\[ *\d+ (\d\d)\]/g, "[$1]");
  return [
    execute("bsdtar", ["-cf", "-", "--format=mtree", options, `@${image}`]).output.toString(),
    ...[["-J", "-l"], ["-l"]].map((how) =>
      withoutAddresses(execute("isoinfo", [...how, "-i", image]).output.toString()),
    ),
  ];
}

test("readers see in the partition what is in the image, and partitioners find nothing wrong", async (t) => {
  if (!["bsdtar", "isoinfo", "xorriso", "fdisk", "blkid"].every((tool) => requireTool(t, tool))) return;
  const boot = await bootPreset(new DirectoryNode(""), { partitionOffset: offset });
  const { bytes } = await makeImage(fill, { boot, fileSystems: ["iso", "rockridge", "joliet", "udf"] });
  const image = imageFile(t, bytes);
  const partition = partitionOf(t, image);
  t.deepEqual(listings(partition), listings(image));
  const report = xorrisoReport(image);
  t.deepEqual(reported(report, "Partition offset"), [String(offset)]);
  const blocks = bytes.length / 2048 - offset;
  t.deepEqual(reported(report, "MBR partition"), [`1   0x00  0xcd           64         ${blocks * 4}`]);
  t.regex(
    execute("isoinfo", ["-d", "-i", partition]).output.toString(),
    new RegExp(`^Volume size is: ${blocks}$`, "m"),
  );
  t.regex(execute("fdisk", ["-l", image]).output.toString(), new RegExp(`image.*1 +64 +\\d+ +${blocks * 4} .* cd `));
  t.regex(execute("blkid", ["-p", partition]).output.toString(), / TYPE="iso9660"/);
});

// Nobody can install the rig.
if (hasRig) {
  test.serial("Linux mounts the partition of an image that has grown", async (t) => {
    if (!requireTool(t, "qemu-system-x86_64")) return;
    const boot = await bootPreset(new DirectoryNode(""), { partitionOffset: offset });
    const { image, bytes } = await makeImage(fill, { boot });
    const path = imageFile(t, bytes);
    const added = join(temporaryFolder(t), "added");
    writeFileSync(added, "added\n");
    await appendTo(path, { sources: [{ path: added, target: "/added.txt" }] });
    const mounts = kernelMounts("6.1", partitionOf(t, path), ["ro", "norock", "norock,nojoliet"]);
    for (const { status } of mounts) t.is(status, 0);
    const { "/added.txt": shown, ...others } = mounts[0]!.listing;
    t.is(shown?.bytes, 6);
    compare(t, others, await treeListing(image.root), everything);
    t.true("/added.txt" in mounts[1]!.listing);
    t.true(Object.keys(mounts[2]!.listing).length > 100);
  });
}
