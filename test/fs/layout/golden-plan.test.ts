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

/** A few items of each kind that UDF writes in a way of its own. */
function fillForUdf(root: DirectoryNode): void {
  const mtime = Date.UTC(2023, 0, 2, 3, 4, 5);
  const attributes = { mode: 0o640, uid: 7, gid: 8, mtime };
  root.mtimeMs = mtime;
  const first = root.addFile("/docs/a.txt", "a", { ...attributes, parents: true });
  root.item("/docs").mtimeMs = mtime;
  root.addFile("/docs/the same", first.content, attributes);
  root.addFile("/docs/名前", new Uint8Array(5000).fill(0x55), attributes);
  root.addFile("/empty", "", { ...attributes, hidden: true });
  root.addFile("/streams", "main", { ...attributes, streams: { one: "1", "*UDF two": "22" } });
  root.addFile("/real time", "now", { ...attributes, realTime: true });
  root.addSymlink("/link", "../docs/./a.txt", attributes);
  root.addSpecial("/device", "block", { major: 8, minor: 17 }, attributes);
}

const everything = ["iso", "rockridge", "joliet", "udf"] as const;

const cases: Readonly<Record<string, readonly [(root: DirectoryNode) => void, ImageOptions]>> = {
  "an empty tree": [() => {}, {}],
  "an empty tree, ISO 9660 alone": [() => {}, { fileSystems: ["iso"] }],
  "a small tree": [(root) => root.addFile("/docs/a.txt", "a", { parents: true }), {}],
  "the rich tree": [fillAll, {}],
  "the rich tree, RRIP 1.10, level 1": [fillAll, { rockRidgeVersion: "1.10", isoLevel: 1 }],
  "the rich tree, level 4, Joliet of 103": [fillAll, { isoLevel: 4, jolietNameLength: 103 }],
  "the rich tree, with a tree of ISO 9660:1999": [fillAll, { enhancedTree: true }],
  "UDF 1.02 beside the others": [fillForUdf, { fileSystems: everything, udfRevision: "1.02" }],
  "UDF 2.01 alone, with links and devices": [
    fillForUdf,
    { fileSystems: ["udf"], udfRevision: "2.01", udfSpecialFiles: true },
  ],
  "UDF 2.01 alone, embedded": [fillForUdf, { fileSystems: ["udf"], udfRevision: "2.01", udfEmbedFiles: true }],
  "UDF 2.50, with its metadata partition": [fillForUdf, { fileSystems: everything, udfRevision: "2.50" }],
  "UDF 1.50, with a virtual allocation table": [
    fillForUdf,
    { fileSystems: ["udf"], udfRevision: "1.50", udfVirtual: true },
  ],
};

for (const [name, [fill, options]] of Object.entries(cases)) {
  test.serial(name, async (t) => {
    const made = await make(fill, options);
    if (isUpdate) writeFileSync(goldenFile, `${JSON.stringify({ ...readGolden(), [name]: made }, null, 2)}\n`);
    t.deepEqual(made, readGolden()[name] as Golden);
    t.deepEqual(await make(fill, options), made);
  });
}
