/** Random trees, patched at random: every tree is as it was but for one file, and what is taken back is the same to the byte. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import fc from "fast-check";
import { hasCode } from "../../src/errors.js";
import type { DetectedFileSystem } from "../../src/fs/image/detect.js";
import { openImage } from "../../src/fs/image/open-image.js";
import type { PatchPlan } from "../../src/fs/patch/plan-patch.js";
import { MemoryContent } from "../../src/fs/tree/content.js";
import type { DiscEntry } from "../../src/fs/tree/disc-entry.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import { patchImage, revertPatch, undoPathOf } from "../../src/patch-job.js";
import type { Listing } from "../support/listing.js";
import { digestOf, gathered, imageListing } from "../support/listing.js";
import { makeImage } from "../support/made-image.js";
import { findingsOf, patchTime, plannedPatch } from "../support/patched.js";
import { holds } from "../support/properties.js";
import { temporaryFolder } from "../support/tools.js";
import { anyUdfOptions, anyUdfTree, fillFromUdfPlan } from "../support/udf-trees.js";

async function listingOf(image: Uint8Array, fileSystem: DetectedFileSystem): Promise<Listing> {
  return await imageListing(await openImage(new MemorySource(image), { fileSystem }));
}

/** Paths whose items differ; all of them have to be there before and after. */
function changedPaths(before: Listing, after: Listing): string[] {
  if (Object.keys(before).join("\n") !== Object.keys(after).join("\n")) throw new Error("items came or went");
  return Object.keys(before).filter((path) => JSON.stringify(before[path]) !== JSON.stringify(after[path]));
}

/** Files of the first tree that have bytes. */
async function filesOf(image: Uint8Array): Promise<DiscEntry[]> {
  const opened = await openImage(new MemorySource(image));
  return (await gathered(opened.walk())).filter(({ type, bytes }) => type === "file" && bytes > 0);
}

async function isTooBig(image: Uint8Array, target: string, content: Uint8Array): Promise<boolean> {
  try {
    await plannedPatch(image, { [target]: content });
    return false;
  } catch (error) {
    if (!hasCode(error, "E_CONTENT_TOO_BIG")) throw error;
    return true;
  }
}

/** Asserts that trees differ in what was planned alone. */
async function compareTrees(
  before: Uint8Array,
  after: Uint8Array,
  { names }: PatchPlan["files"][number],
  digest: string,
): Promise<void> {
  for (const fileSystem of (await openImage(new MemorySource(before))).fileSystems) {
    const listing = await listingOf(after, fileSystem);
    const changed = changedPaths(await listingOf(before, fileSystem), listing);
    const wrong = changed.filter((path) => listing[path]!.digest !== digest);
    if (wrong.length > 0) throw new Error(`${fileSystem}: ${wrong.join()} have another content`);
    const told = names.filter((name) => name.fileSystem === fileSystem).map(({ path }) => path);
    // Deep directories have two places in Rock Ridge, and plain ISO 9660 is told of as Rock Ridge where there is both.
    const isTold = fileSystem === "iso" || fileSystem === "rockridge" || told.sort().join() === changed.sort().join();
    if (!isTold || changed.length === 0)
      throw new Error(`${fileSystem}: ${changed.join()} changed, told: ${told.join()}`);
  }
}

test("random patches change one file, and are taken back to the byte", async (t) => {
  const path = join(temporaryFolder(t), "image.iso");
  let patches = 0;
  let refused = 0;
  await holds(
    fc.asyncProperty(
      anyUdfTree,
      anyUdfOptions,
      fc.nat(),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (...given) => {
        const [plan, options, index, share] = given;
        const { bytes: before } = await makeImage((root) => fillFromUdfPlan(root, plan), options);
        const files = await filesOf(before);
        const file = files[index % Math.max(1, files.length)];
        if (file === undefined) return;
        const same = await plannedPatch(before, { [file.path]: new Uint8Array(file.bytes) });
        const { limitBytes } = same.files[0]!;
        const content = new Uint8Array(Math.min(limitBytes, Math.floor(share * (limitBytes + 1)))).fill(0xa5);
        if (!(await isTooBig(before, file.path, new Uint8Array(limitBytes + 1)))) throw new Error("one byte more fits");
        refused++;
        writeFileSync(path, before);
        rmSync(undoPathOf(path), { force: true });
        const source = { target: file.path, source: new MemoryContent(content), mtimeMs: patchTime };
        const report = await patchImage(path, [source]);
        const after = readFileSync(path);
        await compareTrees(before, after, report.files[0]!, digestOf(content));
        // Times of random trees are at odds with each other anyway.
        const faultsOf = async (image: Uint8Array): Promise<string[]> =>
          (await findingsOf(image)).filter((finding) => !/^UDF_(TIME_|ENTRY_TIMES)/.test(finding));
        const [was, is] = [await faultsOf(before), await faultsOf(after)];
        if (is.length > was.length) throw new Error(`${is.join("\n")}\nwhere before there was ${was.join("\n")}`);
        await revertPatch(path);
        if (!readFileSync(path).equals(before)) throw new Error("what was taken back is not what was");
        patches++;
      },
    ),
    { numRuns: 25 },
  );
  t.true(patches > 10 && refused > 10, `${patches} patches`);
});
