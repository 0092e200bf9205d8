/** Random trees: what is written is what is read, in every file system and from any block. */
import test from "ava";
import fc from "fast-check";
import { FileSystemImage } from "../../src/fs/image/file-system-image.js";
import { openImage } from "../../src/fs/image/open-image.js";
import { verifyImage } from "../../src/fs/verify/verify.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import { blockBytes } from "../../src/units.js";
import { anyOptions, anyTree, fillFromPlan } from "../support/arbitraries.js";
import type { Listing } from "../support/listing.js";
import { differences, filesAndDirectories, imageListing, treeListing } from "../support/listing.js";
import { bytesOf, makeImage } from "../support/made-image.js";
import { holds } from "../support/properties.js";
import { everything } from "../support/verdicts.js";

/** The items without their names and places: what a file system that changes names has to keep. */
function unnamed(listing: Listing): string[] {
  return Object.entries(filesAndDirectories(listing))
    .map(([path, { type, digest, mtime }]) => `${path.split("/").length} ${type} ${digest} ${mtime}`)
    .sort();
}

test("random trees are read as they were written", async (t) => {
  await holds(
    fc.asyncProperty(anyTree, anyOptions, async (plan, options) => {
      const { image, bytes } = await makeImage((root) => fillFromPlan(root, plan), options);
      const expected = await treeListing(image.root);
      const source = new MemorySource(bytes);
      const opened = await openImage(source);
      if (opened.fileSystem !== "rockridge") throw new Error(opened.fileSystem);
      const found = differences(await imageListing(opened), expected, everything);
      if (found.length > 0) throw new Error(found.join("\n"));
      if (options.fileSystems === undefined) {
        const joliet = await imageListing(await openImage(source, { fileSystem: "joliet" }));
        const [one, other] = [unnamed(joliet), unnamed(expected)];
        if (one.join() !== other.join()) throw new Error(`Joliet holds ${one.join()}, not ${other.join()}`);
      }
      const { findings } = await verifyImage(source);
      if (findings.length > 0) throw new Error(findings.map(({ message }) => message).join("\n"));
    }),
    { numRuns: 120 },
  );
  t.pass();
});

test("random trees without Rock Ridge keep all files and directories", async (t) => {
  await holds(
    fc.asyncProperty(anyTree, fc.constantFrom(1, 2, 3, 4), async (plan, isoLevel) => {
      const options = { fileSystems: ["iso"], isoLevel } as const;
      const { image, bytes } = await makeImage((root) => fillFromPlan(root, plan), options);
      const source = new MemorySource(bytes);
      const found = unnamed(await imageListing(await openImage(source)));
      const expected = unnamed(await treeListing(image.root));
      if (found.join() !== expected.join()) throw new Error(`ISO 9660 holds ${found.join()}, not ${expected.join()}`);
      const { findings } = await verifyImage(source);
      if (findings.length > 0) throw new Error(findings.map(({ message }) => message).join("\n"));
    }),
    { numRuns: 60 },
  );
  t.pass();
});

test("any run of blocks rendered alone is what it is in the whole", async (t) => {
  await holds(
    fc.asyncProperty(
      anyTree,
      anyOptions,
      fc.array(fc.tuple(fc.nat(), fc.nat(40)), { maxLength: 10 }),
      async (plan, options, runs) => {
        const image = new FileSystemImage({ ...options, sourceDateEpoch: 1_700_000_000 });
        fillFromPlan(image.root, plan);
        await using result = await image.createResultImage();
        const whole = await bytesOf(result);
        for (const [from, length] of [...runs, [result.blocks - 1, 0] as const]) {
          const first = from % result.blocks;
          const count = Math.min(length + 1, result.blocks - first);
          const into = new Uint8Array(count * blockBytes).fill(0xaa);
          await result.read(first, count, into);
          const expected = whole.subarray(first * blockBytes, (first + count) * blockBytes);
          if (!expected.equals(into)) throw new Error(`blocks ${first} to ${first + count - 1} differ`);
        }
      },
    ),
    { numRuns: 60 },
  );
  t.pass();
});

test("the order in which items were added does not matter", async (t) => {
  const shuffled = anyTree.chain((plan) =>
    fc.tuple(fc.constant(plan), fc.shuffledSubarray([...plan], { minLength: plan.length, maxLength: plan.length })),
  );
  await holds(
    fc.asyncProperty(shuffled, anyOptions, async ([plan, otherOrder], options) => {
      const fixed = { ...options, sourceDateEpoch: 1_700_000_000 };
      const one = await makeImage((root) => fillFromPlan(root, plan), fixed);
      const other = await makeImage((root) => fillFromPlan(root, otherOrder), fixed);
      if (!one.bytes.equals(other.bytes)) throw new Error("the images differ");
    }),
    { numRuns: 40 },
  );
  t.pass();
});
