/**
 * Fixed trees, and the bytes made of them. A change needs a line that starts with "bytes" in the CHANGELOG; then
 * `UPDATE_GOLDEN=1 npx ava build/test/fs/layout/golden-plan.test.js` writes what is expected anew.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { FileSystemImage } from "../../../src/fs/image/file-system-image.js";
import type { ImageOptions } from "../../../src/fs/image/options.js";
import { printPlan } from "../../../src/fs/layout/plan.js";
import type { DirectoryNode } from "../../../src/fs/tree/directory.js";
import { bytesOf } from "../../support/made-image.js";
import { addLargeDirectory, addLongLinks, fillRichTree } from "../../support/rich-tree.js";

interface Golden {
  readonly plan: readonly string[];
  readonly digest: string;
}

/** Beside this test's source. */
const goldenFile = join(import.meta.dirname, "../../../../test/fs/layout/golden-plans.json");
const isUpdate = process.env.UPDATE_GOLDEN === "1";

function readGolden(): Record<string, { plan: string[]; digest: string }> {
  return JSON.parse(readFileSync(goldenFile, "utf8")) as Record<string, { plan: string[]; digest: string }>;
}

async function make(fill: (root: DirectoryNode) => void, options: ImageOptions = {}): Promise<Golden> {
  const image = new FileSystemImage({ sourceDateEpoch: 1_700_000_000, ...options });
  fill(image.root);
  await using result = await image.createResultImage();
  const digest = createHash("sha256")
    .update(await bytesOf(result))
    .digest("hex");
  return { plan: printPlan(result.plan).trimEnd().split("\n"), digest };
}

function fillAll(root: DirectoryNode): void {
  fillRichTree(root);
  addLongLinks(root);
  addLargeDirectory(root, 300);
}

const cases: Readonly<Record<string, readonly [(root: DirectoryNode) => void, ImageOptions]>> = {
  "an empty tree": [() => {}, {}],
  "an empty tree, ISO 9660 alone": [() => {}, { fileSystems: ["iso"] }],
  "a small tree": [(root) => root.addFile("/docs/a.txt", "a", { parents: true }), {}],
  "the rich tree": [fillAll, {}],
  "the rich tree, RRIP 1.10, level 1": [fillAll, { rockRidgeVersion: "1.10", isoLevel: 1 }],
  "the rich tree, level 4, Joliet of 103": [fillAll, { isoLevel: 4, jolietNameLength: 103 }],
};

for (const [name, [fill, options]] of Object.entries(cases)) {
  test.serial(name, async (t) => {
    const made = await make(fill, options);
    if (isUpdate) writeFileSync(goldenFile, `${JSON.stringify({ ...readGolden(), [name]: made }, null, 2)}\n`);
    t.deepEqual(made, readGolden()[name] as Golden);
    t.deepEqual(await make(fill, options), made);
  });
}
