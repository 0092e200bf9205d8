/** Images and discs of ours as Linux mounts them. */
import test from "ava";
import { jolietNameMapping } from "../../src/fs/names/joliet-name.js";
import type { DirectoryNode } from "../../src/fs/tree/directory.js";
import { walkTree } from "../../src/fs/tree/walk.js";
import { appendSession, blankDisc } from "../support/disc.js";
import type { Listing } from "../support/listing.js";
import { filesAndDirectories, filterListing, treeListing } from "../support/listing.js";
import { imageFile, makeImage, namesIn } from "../support/made-image.js";
import { addLongLinks, fillRichTree } from "../support/rich-tree.js";
import { hasRig, kernelMounts } from "../support/rig.js";
import { requireTool } from "../support/tools.js";
import { compare, everything } from "../support/verdicts.js";

/** What a kernel says of every mount that goes well. */
const expectedMessage =
  /^ISO 9660 Extensions: (Microsoft Joliet Level 3|IEEE_1282|RRIP_1991A|AAIP_0200)$|^ISOFS: Session \d start \d+ type 4$/;

function fill(root: DirectoryNode): void {
  fillRichTree(root);
  addLongLinks(root);
  // Extended attributes of all items, and some that go through as many continuation areas as there may be.
  let index = 0;
  for (const { node } of walkTree(root)) {
    const bytes = index++ % 10 === 0 ? 40_000 : (index * 37) % 600;
    node.extendedAttributes = new Map([["user.note", new Uint8Array(bytes).fill(index)]]);
  }
  root.extendedAttributes = new Map([["user.note", new Uint8Array(3000)]]);
}

if (hasRig) {
  for (const kernel of ["6.1", "6.12"] as const) {
    for (const rockRidgeVersion of ["1.12", "1.10"] as const) {
      test.serial(`Linux ${kernel} mounts an image, RRIP ${rockRidgeVersion}`, async (t) => {
        if (!requireTool(t, "qemu-system-x86_64")) return;
        const { image, bytes } = await makeImage(fill, { rockRidgeVersion });
        const mounts = kernelMounts(kernel, imageFile(t, bytes), ["ro", "norock", "norock,nojoliet"]);
        for (const { status, messages } of mounts) {
          t.is(status, 0);
          t.deepEqual(
            messages.filter((line) => !expectedMessage.test(line)),
            [],
          );
        }
        // Version 1.12 announces what else is in use.
        t.is(mounts[0]!.messages.length, rockRidgeVersion === "1.12" ? 3 : 2, "Rock Ridge was taken");
        compare(t, mounts[0]!.listing, await treeListing(image.root), everything);
        const holds = ({ type }: { type: string }): boolean => type === "file" || type === "directory";
        const joliet = await treeListing(image.root, namesIn(jolietNameMapping(64), holds));
        // Linux folds the case of Joliet names, and takes a dot off their end.
        const isTold = (path: string): boolean => !/readme.txt$|trailing dot/i.test(path);
        const files = filterListing(filesAndDirectories(joliet), isTold);
        compare(t, filterListing(mounts[1]!.listing, isTold), files, ["digest", "mtime"]);
        t.true(Object.keys(mounts[2]!.listing).length > 100);
      });
    }

    test.serial(`Linux ${kernel} mounts every session of a disc`, async (t) => {
      if (!requireTool(t, "qemu-system-x86_64")) return;
      const path = await blankDisc(t, "dvd+r");
      const starts: number[] = [];
      const trees: Listing[] = [];
      const append = async (change: (root: DirectoryNode) => void): Promise<void> => {
        const start = await appendSession(path, async ({ root }) => {
          change(root);
          trees.push(await treeListing(root));
        });
        starts.push(start);
      };
      await append(fill);
      await append((root) => {
        root.addFile("/in session 2", "two", { mtime: 1_600_000_000_000 });
        root.remove("/files/large.bin");
      });
      await append((root) => {
        root.addFile("/in session 3", "three", { mtime: 1_600_000_000_000 });
        root.move("/links", "/moved links");
      });
      const byNumber = starts.map((_start, index) => `session=${index}`);
      const bySector = starts.map((start) => `sbsector=${start}`);
      const mounts = kernelMounts(kernel, path, ["ro", ...byNumber, ...bySector], starts);
      for (const [index, { options, status, messages, listing }] of mounts.entries()) {
        t.is(status, 0, options);
        t.deepEqual(
          messages.filter((line) => !expectedMessage.test(line)),
          [],
          options,
        );
        const expected = trees[index === 0 ? 2 : (index - 1) % 3]!;
        compare(t, listing, expected, everything);
      }
    });
  }
} else {
  test("the rig is not beside the project: no kernel is asked", (t) => t.pass());
}
