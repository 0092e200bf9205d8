/** Random names, trees and options for property tests. */
import fc from "fast-check";
import type { ImageOptions } from "../../src/fs/image/options.js";
import { bytesFromName, nameFromBytes } from "../../src/fs/names/name-bytes.js";
import type { DirectoryNode } from "../../src/fs/tree/directory.js";
import type { SpecialType } from "../../src/fs/tree/node.js";
import { nameFault } from "../../src/fs/tree/path.js";
import { patternBytes } from "./rich-tree.js";

/** Names that Linux could hold: up to 255 bytes. */
const isName = (name: string): boolean => nameFault(name) === undefined && bytesFromName(name).length <= 255;

/** Names of any bytes, of any text, and of few characters, so that many of them become alike where names are changed. */
export const anyName: fc.Arbitrary<string> = fc
  .oneof(
    fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => nameFromBytes(bytes)),
    fc.uint8Array({ minLength: 200, maxLength: 255 }).map((bytes) => nameFromBytes(bytes)),
    fc.string({ minLength: 1, maxLength: 70, unit: "binary" }),
    fc.string({ minLength: 1, maxLength: 70, unit: "grapheme" }),
    fc.string({ minLength: 1, maxLength: 14, unit: fc.constantFrom("a", "A", ".", "_", ";", "1", "~", " ", "é") }),
    fc.stringMatching(/^[a-z]{8,12}\.[a-z]{1,5}$/),
  )
  .filter(isName);

/** What every random item has. */
interface CommonPlan {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly hidden: boolean;
}

/** A random item, as data: fast-check shrinks it. */
export type ItemPlan =
  | { readonly kind: "file"; readonly bytes: number; readonly seed: number; readonly common: CommonPlan }
  | { readonly kind: "link"; readonly target: string; readonly common: CommonPlan }
  | {
      readonly kind: "special";
      readonly type: SpecialType;
      readonly major: number;
      readonly minor: number;
      readonly common: CommonPlan;
    }
  | { readonly kind: "directory"; readonly common: CommonPlan; readonly children: DirectoryPlan };

/** Items by their names. */
export type DirectoryPlan = readonly (readonly [string, ItemPlan])[];

const common: fc.Arbitrary<CommonPlan> = fc.record({
  mode: fc.integer({ min: 0, max: 0o7777 }),
  uid: fc.oneof(fc.integer({ min: 0, max: 70_000 }), fc.constant(0xffff_fffe)),
  gid: fc.integer({ min: 0, max: 0xffff_fffe }),
  // From 1900 to 2155, which is what a directory record can hold; in whole seconds.
  mtime: fc.integer({ min: -2_208_988_800, max: 5_869_583_999 }).map((seconds) => seconds * 1000),
  hidden: fc.boolean(),
});

const target = fc
  .tuple(
    fc.constantFrom("", "/"),
    fc.array(fc.oneof(anyName, fc.constantFrom("..", ".", "x".repeat(255))), { minLength: 1, maxLength: 12 }),
  )
  .map(([start, names]) => start + names.join("/"));

const leaf: fc.Arbitrary<ItemPlan> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("file" as const),
      bytes: fc.oneof(fc.integer({ min: 0, max: 6000 }), fc.constantFrom(0, 2048, 4096)),
      seed: fc.nat(1000),
      common,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("link" as const), target, common }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("special" as const),
      type: fc.constantFrom<SpecialType>("block", "character", "fifo", "socket"),
      major: fc.integer({ min: 1, max: 5000 }),
      minor: fc.integer({ min: 0, max: 70_000 }),
      common,
    }),
  },
);

const { directory } = fc.letrec<{ item: ItemPlan; directory: DirectoryPlan }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    { weight: 3, arbitrary: leaf },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant("directory" as const), common, children: tie("directory") }),
    },
  ),
  directory: fc.uniqueArray(fc.tuple(anyName, tie("item")), { selector: ([name]) => name, maxLength: 12 }),
}));

/** Random trees. */
export const anyTree: fc.Arbitrary<DirectoryPlan> = directory;

/** Puts a random tree into a directory. */
export function fillFromPlan(into: DirectoryNode, plan: DirectoryPlan): void {
  for (const [name, item] of plan) {
    if (item.kind === "file") {
      into.addFile(name, patternBytes(item.bytes, item.seed), item.common);
    } else if (item.kind === "link") {
      into.addSymlink(name, item.target, item.common);
    } else if (item.kind === "special") {
      const numbers = item.type === "block" || item.type === "character" ? item : { major: 0, minor: 0 };
      into.addSpecial(name, item.type, { major: numbers.major, minor: numbers.minor }, item.common);
    } else {
      fillFromPlan(into.addDirectory(name, item.common), item.children);
    }
  }
}

/** Random options of images that have Rock Ridge. */
export const anyOptions: fc.Arbitrary<ImageOptions> = fc.record({
  fileSystems: fc.constantFrom<ImageOptions["fileSystems"]>(undefined, ["iso", "rockridge"]),
  isoLevel: fc.constantFrom(1, 2, 3, 4),
  rockRidgeVersion: fc.constantFrom("1.10", "1.12"),
  jolietNameLength: fc.constantFrom(64, 103),
  isoRelaxations: fc.record({
    lowercase: fc.boolean(),
    anyAscii: fc.boolean(),
    omitVersion: fc.boolean(),
    deepPaths: fc.boolean(),
  }),
});
