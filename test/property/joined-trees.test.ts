/** Sessions of our own, whose trees say the same of everything, however odd the names: nothing differs when they are joined. */
import test from "ava";
import fc from "fast-check";
import type { Warning } from "../../src/errors.js";
import { importTree } from "../../src/fs/image/import.js";
import { jolietNameMapping } from "../../src/fs/names/joliet-name.js";
import type { DirectoryNode } from "../../src/fs/tree/directory.js";
import type { FileSystemName } from "../../src/fs/tree/disc-entry.js";
import { walkTree } from "../../src/fs/tree/walk.js";
import { udfRevisions } from "../../src/index.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import type { DirectoryPlan, ItemPlan } from "../support/arbitraries.js";
import { anyOptions, anyTree, fillFromPlan } from "../support/arbitraries.js";
import { makeImage } from "../support/made-image.js";
import { holds } from "../support/properties.js";

const numRuns = process.env.DISCSMITH_SLOW === "1" ? 2000 : 150;

/** What an import gives: every item with its attributes and its place on the disc. */
async function imported(
  bytes: Uint8Array,
  fileSystem?: FileSystemName,
): Promise<{ listing: string[]; found: readonly FileSystemName[]; richest: FileSystemName; warnings: Warning[] }> {
  const warnings: Warning[] = [];
  const {
    root,
    fileSystems,
    fileSystem: richest,
  } = await importTree(new MemorySource(bytes), {
    fileSystem,
    onWarning: (warning) => warnings.push(warning),
  });
  return { listing: listingOf(root), found: fileSystems, richest, warnings };
}

function listingOf(root: DirectoryNode): string[] {
  return [...walkTree(root)]
    .map(({ path, node }) => {
      const { type, mode, uid, gid, mtimeMs, hidden } = node;
      const where = node.type === "file" ? node.content.extents : node.type === "symlink" ? node.target : null;
      return JSON.stringify([path, type, mode, uid, gid, mtimeMs, hidden, where]);
    })
    .sort();
}

/** The tree with names that Joliet holds as they are: what it changes, plain ISO 9660 cannot be compared with. */
function withJolietNames(plan: DirectoryPlan): DirectoryPlan {
  const { candidate } = jolietNameMapping(64);
  const items = new Map<string, ItemPlan>();
  for (const [name, item] of plan) {
    const { stem, extension } = candidate(name, item.kind === "directory");
    items.set(
      stem + extension,
      item.kind === "directory" ? { ...item, children: withJolietNames(item.children) } : item,
    );
  }
  return [...items];
}

function check(fileSystems: readonly FileSystemName[], richest: FileSystemName): Promise<void> {
  return holds(
    fc.asyncProperty(
      anyTree,
      anyOptions,
      fc.constantFrom(...udfRevisions),
      fc.boolean(),
      async (tree, options, udfRevision, udfSpecialFiles) => {
        const plan = richest === "rockridge" ? tree : withJolietNames(tree);
        const relaxed = { ...options.isoRelaxations, deepPaths: true };
        const { bytes } = await makeImage((root) => fillFromPlan(root, plan), {
          ...options,
          isoRelaxations: fileSystems.includes("rockridge") ? options.isoRelaxations : relaxed,
          fileSystems,
          udfRevision,
          udfSpecialFiles,
        });
        const alone = await imported(bytes, richest);
        const joined = await imported(bytes);
        if (joined.richest !== richest || joined.found.length !== fileSystems.length) {
          throw new Error(`${joined.richest} of ${joined.found.join()}`);
        }
        const said = joined.warnings.filter(({ code }) => code === "W_TREES_DIFFER");
        if (said.length > 0) throw new Error(said.map(({ message }) => message).join("\n"));
        if (joined.listing.join("\n") !== alone.listing.join("\n")) {
          throw new Error(`joined:\n${joined.listing.join("\n")}\n${richest} alone:\n${alone.listing.join("\n")}`);
        }
      },
    ),
    { numRuns, endOnFailure: true },
  );
}

test("Rock Ridge with Joliet beside it", async (t) => {
  await t.notThrowsAsync(check(["iso", "rockridge", "joliet"], "rockridge"));
});

test("Joliet with plain ISO 9660 beside it", async (t) => {
  await t.notThrowsAsync(check(["iso", "joliet"], "joliet"));
});

test("Rock Ridge with UDF and Joliet beside it", async (t) => {
  await t.notThrowsAsync(check(["iso", "rockridge", "joliet", "udf"], "rockridge"));
});

test("UDF with Joliet and plain ISO 9660 beside it", async (t) => {
  await t.notThrowsAsync(check(["iso", "joliet", "udf"], "udf"));
});

test("UDF with plain ISO 9660 beside it", async (t) => {
  await t.notThrowsAsync(check(["iso", "udf"], "udf"));
});
