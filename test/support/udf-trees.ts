/** Random trees with all that UDF alone holds, and what its reader has to find of them. */
import fc from "fast-check";
import type { DiscImage } from "../../src/fs/image/disc-image.js";
import type { ImageOptions } from "../../src/fs/image/options.js";
import { compareNames } from "../../src/fs/names/name-bytes.js";
import { udfNameMapping } from "../../src/fs/names/udf-name.js";
import { assignUniqueNames } from "../../src/fs/names/unique-names.js";
import type { Content } from "../../src/fs/tree/content.js";
import { OnDiscContent } from "../../src/fs/tree/content.js";
import type { DirectoryNode, Item } from "../../src/fs/tree/directory.js";
import type { FileNode, ItemType } from "../../src/fs/tree/node.js";
import { joinPath } from "../../src/fs/tree/path.js";
import { walkTree } from "../../src/fs/tree/walk.js";
import type { UdfRevision } from "../../src/fs/udf/revision.js";
import { udfRevisions } from "../../src/fs/udf/revision.js";
import type { BlockSource } from "../../src/medium/block-source.js";
import type { DirectoryPlan } from "./arbitraries.js";
import { anyName, anyTree, fillFromPlan } from "./arbitraries.js";
import { digestOf } from "./listing.js";
import { namesIn } from "./made-image.js";
import { patternBytes } from "./rich-tree.js";

/** From 1900 to 2155, in milliseconds. */
const time = fc.integer({ min: -2_208_988_800_000, max: 5_869_583_999_999 });

interface StreamPlan {
  readonly name: string;
  readonly bytes: number;
  readonly seed: number;
}

/** What is done to one of a random tree's items, which are taken by number. */
interface ItemChange {
  readonly item: number;
  readonly streams: readonly StreamPlan[];
  /** Milliseconds since 1970, as the other times. */
  readonly atime: number | undefined;
  readonly ctime: number | undefined;
  readonly birthtime: number | undefined;
  readonly realTime: boolean;
}

/** Another name of one of its files, in one of its directories. */
interface LinkPlan {
  readonly file: number;
  readonly directory: number;
  readonly name: string;
}

/** A random tree as data. */
export interface UdfTreePlan {
  readonly tree: DirectoryPlan;
  readonly changes: readonly ItemChange[];
  readonly hardLinks: readonly LinkPlan[];
}

const stream: fc.Arbitrary<StreamPlan> = fc.record({
  name: fc.oneof(anyName, fc.constantFrom("a", "*UDF NT ACL", "名前", "s".repeat(254), "s".repeat(300))),
  bytes: fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.constantFrom(0, 2048)),
  seed: fc.nat(1000),
});

const change: fc.Arbitrary<ItemChange> = fc.record({
  item: fc.nat(),
  streams: fc.uniqueArray(stream, { maxLength: 3, selector: ({ name }) => name }),
  atime: fc.option(time, { nil: undefined }),
  ctime: fc.option(time, { nil: undefined }),
  birthtime: fc.option(time, { nil: undefined }),
  realTime: fc.boolean(),
});

const hardLink: fc.Arbitrary<LinkPlan> = fc.record({ file: fc.nat(), directory: fc.nat(), name: anyName });

export const anyUdfTree: fc.Arbitrary<UdfTreePlan> = fc.record({
  tree: anyTree,
  changes: fc.array(change, { maxLength: 5 }),
  hardLinks: fc.array(hardLink, { maxLength: 4 }),
});

/** All items of a tree but the root, in an order that does not depend on that in which they were added. */
function itemsOf(root: DirectoryNode): Item[] {
  const items = [...walkTree(root)].filter(({ path }) => path !== "/");
  return items.sort((one, other) => compareNames(one.path, other.path)).map(({ node }) => node);
}

/** Puts a random tree into an empty directory. */
export function fillFromUdfPlan(root: DirectoryNode, { tree, changes, hardLinks }: UdfTreePlan): void {
  fillFromPlan(root, tree);
  const items = itemsOf(root);
  for (const { item, streams, atime, ctime, birthtime, realTime } of items.length > 0 ? changes : []) {
    const node = items[item % items.length]!;
    if (node.type === "file") node.realTime = realTime;
    node.atimeMs = atime ?? null;
    node.ctimeMs = ctime ?? null;
    node.birthtimeMs = birthtime ?? null;
    const contents = streams.map(({ name, bytes, seed }) => [name, memory(patternBytes(bytes, seed))] as const);
    node.streams = contents.length === 0 ? undefined : new Map(contents);
  }
  const files = items.filter((item): item is FileNode => item.type === "file");
  const directories = [root, ...items.filter((item): item is DirectoryNode => item.type === "directory")];
  for (const { file, directory, name } of files.length > 0 ? hardLinks : []) {
    const node = files[file % files.length]!;
    const parent = directories[directory % directories.length]!;
    if (parent.children.has(name)) continue;
    const { mode, uid, gid, hidden, realTime } = node;
    const linked = parent.addFile(name, node.content, { mode, uid, gid, hidden, realTime });
    const { mtimeMs, atimeMs, ctimeMs, birthtimeMs, streams } = node;
    Object.assign(linked, { mtimeMs, atimeMs, ctimeMs, birthtimeMs, streams });
  }
}

function memory(bytes: Uint8Array): Content {
  return {
    bytes: bytes.length,
    repeatable: true,
    label: "a stream",
    read: async (offset, into) => into.set(bytes.subarray(offset, offset + into.length)),
  };
}

/** Random options of images that have UDF, alone or beside ISO 9660. */
export const anyUdfOptions: fc.Arbitrary<ImageOptions> = fc
  .record({
    udfRevision: fc.constantFrom<UdfRevision>(...udfRevisions),
    fileSystems: fc.constantFrom<ImageOptions["fileSystems"]>(
      ["udf"],
      ["udf"],
      ["iso", "rockridge", "joliet", "udf"],
      ["iso", "rockridge", "udf"],
      ["iso", "udf"],
      ["iso", "joliet", "udf"],
    ),
    udfSpecialFiles: fc.boolean(),
    udfVirtual: fc.boolean(),
    udfEmbedFiles: fc.boolean(),
    volumeName: fc.constantFrom(undefined, "Änderung 名前", "a name of thirty-two characters."),
  })
  .map((options) => {
    const { udfRevision, fileSystems } = options;
    const udfVirtual =
      options.udfVirtual && udfRevision !== "1.02" && !udfRevision.startsWith("2.5") && udfRevision !== "2.60";
    const udfEmbedFiles = options.udfEmbedFiles && !udfVirtual && fileSystems?.length === 1;
    return { ...options, udfVirtual, udfEmbedFiles };
  });

/** An item as UDF shows it. */
export interface UdfItem {
  readonly type: ItemType;
  readonly mode: string;
  readonly owner: string;
  /** Milliseconds since 1970. */
  readonly times: readonly (number | null)[];
  readonly hidden: boolean;
  readonly links: number;
  readonly realTime: boolean;
  readonly digest: string | undefined;
  readonly target: string | null;
  readonly device: string;
  /** Digests by name. */
  readonly streams: Readonly<Record<string, string>>;
}

export type UdfListing = Readonly<Record<string, UdfItem>>;

async function digestOfContent(content: Content): Promise<string> {
  const bytes = new Uint8Array(content.bytes);
  await content.read(0, bytes);
  return digestOf(bytes);
}

/** Bytes of a text in CS0. OSTA UDF 2.1.1. */
function compressedBytes(text: string): number {
  return text === "" ? 0 : 1 + text.length * (/[^\0-\xff]/.test(text) ? 2 : 1);
}

/** Whether UDF holds an item: links only where their components fit into the file entry. */
function isHeld(item: Item, isExtended: boolean, { udfSpecialFiles }: ImageOptions): boolean {
  if (item.type === "file" || item.type === "directory") return true;
  if (udfSpecialFiles !== true) return false;
  if (item.type !== "symlink") return true;
  const parts = item.target.split("/").filter(Boolean);
  if (parts.some((part) => compressedBytes(part) > 255 || !part.isWellFormed())) return false;
  const nameBytes = (part: string): number => (part === "." || part === ".." ? 0 : compressedBytes(part));
  const bytes = parts.reduce((sum, part) => sum + 4 + nameBytes(part), item.target.startsWith("/") ? 4 : 0);
  const attributes = isExtended || item.birthtimeMs === null ? 0 : 24 + 32;
  return bytes <= 2048 - (isExtended ? 216 : 176) - attributes;
}

/** What an image of a tree has to hold in its UDF volume. */
export async function expectedUdfListing(root: DirectoryNode, options: ImageOptions): Promise<UdfListing> {
  const revision = Number(options.udfRevision);
  const isExtended = revision >= 2;
  const named = namesIn(udfNameMapping(), (item) => isHeld(item, isExtended, options));
  const names = new Map<Content, number>();
  for (const { node } of walkTree(root)) {
    if (node.type === "file") names.set(node.content, (names.get(node.content) ?? 0) + 1);
  }
  const listing: Record<string, UdfItem> = {};
  const enter = async (directory: DirectoryNode, path: string): Promise<void> => {
    for (const [item, name] of named(directory)) {
      const itemPath = joinPath(path, name);
      const isDevice = item.type === "block" || item.type === "character";
      const streams = isExtended ? await streamDigests(item) : {};
      // An item is named by its parent, or as often as it has links; by its directories; and by that of its streams.
      const below =
        item.type === "directory" ? [...item.children.values()].filter(({ type }) => type === "directory").length : 0;
      const own = item.type === "file" ? names.get(item.content)! : 1;
      listing[itemPath] = {
        type: item.type,
        mode: item.mode.toString(8),
        owner: `${item.uid}:${item.gid}`,
        times: timesOf(item, isExtended),
        hidden: item.hidden,
        links: own + below + (Object.keys(streams).length > 0 ? 1 : 0),
        realTime: item.type === "file" && item.realTime && revision >= 2.01,
        digest: item.type === "file" ? await digestOfContent(item.content) : undefined,
        target: item.type === "symlink" ? item.target : null,
        device: isDevice ? `${item.major}:${item.minor}` : "0:0",
        streams,
      };
      if (item.type === "directory") await enter(item, itemPath);
    }
  };
  await enter(root, "/");
  return listing;
}

/** Modification, access, attributes and creation, which entries that are not extended do not have to state. */
function timesOf(item: Item, isExtended: boolean): (number | null)[] {
  const modify = item.mtimeMs!;
  const known = [modify, item.atimeMs ?? modify, item.ctimeMs ?? modify];
  return [...known, item.birthtimeMs ?? (isExtended ? Math.min(...known) : null)];
}

async function streamDigests(item: Item): Promise<Record<string, string>> {
  const streams = [...(item.streams ?? [])].sort(([one], [other]) => compareNames(one, other));
  const given = streams.map(([name]) => name);
  const names = assignUniqueNames(
    udfNameMapping(),
    given,
    () => false,
    (index) => given[index]!,
  );
  const digests: Record<string, string> = {};
  for (const [index, [, content]] of streams.entries()) digests[names[index]!] = await digestOfContent(content);
  return digests;
}

/** What the reader finds in the UDF volume of an image. */
export async function foundUdfListing(image: DiscImage, source: BlockSource): Promise<UdfListing> {
  const listing: Record<string, UdfItem> = {};
  for await (const entry of image.walk()) {
    const streams: Record<string, string> = {};
    for (const { name, extents } of entry.streams) {
      streams[name] = await digestOfContent(new OnDiscContent(source, extents));
    }
    listing[entry.path] = {
      type: entry.type,
      mode: entry.mode.toString(8),
      owner: `${entry.uid}:${entry.gid}`,
      times: [entry.mtimeMs, entry.atimeMs, entry.ctimeMs, entry.birthtimeMs],
      hidden: entry.hidden,
      links: entry.links,
      realTime: entry.realTime,
      digest: entry.type === "file" ? digestOf(await image.readFile(entry)) : undefined,
      target: entry.target,
      device: `${entry.major}:${entry.minor}`,
      streams,
    };
  }
  return listing;
}

/** Where two listings differ. */
export function udfDifferences(found: UdfListing, expected: UdfListing): string[] {
  const paths = [...new Set([...Object.keys(found), ...Object.keys(expected)])];
  return paths.flatMap((path) => {
    const [one, other] = [found, expected].map((listing) => JSON.stringify(listing[path]));
    return one === other ? [] : [`${JSON.stringify(path)}: found ${one}, expected ${other}`];
  });
}
