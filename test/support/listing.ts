/** What a tree holds, in one form, whoever lists it: the judges' listings are compared with that of the source. */
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { DiscImage } from "../../src/fs/image/disc-image.js";
import { takeCatalog } from "../../src/fs/layout/catalog.js";
import { bytesFromName, nameFromBytes } from "../../src/fs/names/name-bytes.js";
import type { DirectoryNode, Item } from "../../src/fs/tree/directory.js";
import type { ItemType } from "../../src/fs/tree/node.js";
import { joinPath } from "../../src/fs/tree/path.js";

/** One item; what a lister does not tell is left out. */
export interface ListedItem {
  readonly type: ItemType;
  /** Length of a file. */
  readonly bytes?: number;
  /** Of the content of a file. */
  readonly digest?: string;
  /** Permission bits, octal. */
  readonly mode?: string;
  readonly owner?: string;
  /** Whole seconds since 1970. */
  readonly mtime?: number;
  readonly target?: string;
  readonly device?: string;
  /** Names of one file; not told of directories. */
  readonly links?: number;
}

/** Items by their paths, without the root. */
export type Listing = Readonly<Record<string, ListedItem>>;

/** The members that can be compared; the type always is. */
export type ListedField = keyof ListedItem;

export const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex").slice(0, 20);

/** Only these members of every item, so that listings of tools that tell less can be compared. */
export function pick(listing: Listing, fields: readonly ListedField[]): Listing {
  const entries = Object.entries(listing).map(([path, item]): [string, ListedItem] => {
    const kept = Object.entries(item).filter(
      ([field, value]) => value !== undefined && (field === "type" || fields.includes(field as ListedField)),
    );
    return [path, Object.fromEntries(kept) as unknown as ListedItem];
  });
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Where two listings differ: short enough to read when they should not. */
export function differences(found: Listing, expected: Listing, fields: readonly ListedField[]): string[] {
  const [one, other] = [pick(found, fields), pick(expected, fields)];
  const lines: string[] = [];
  for (const path of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const [foundText, expectedText] = [one[path], other[path]].map((item) =>
      item === undefined ? "nothing" : JSON.stringify(Object.entries(item).sort()),
    );
    if (foundText !== expectedText) lines.push(`${JSON.stringify(path)}: found ${foundText}, expected ${expectedText}`);
  }
  return lines.slice(0, 20);
}

/** The items that a test keeps. */
export function filterListing(listing: Listing, keep: (path: string, item: ListedItem) => boolean): Listing {
  return Object.fromEntries(Object.entries(listing).filter(([path, item]) => keep(path, item)));
}

/** The items whose file systems are plain ones: neither links nor devices. */
export function filesAndDirectories(listing: Listing): Listing {
  return filterListing(listing, (_path, { type }) => type === "file" || type === "directory");
}

function attributesOf(item: Item): Omit<ListedItem, "type"> {
  return {
    mode: item.mode.toString(8),
    owner: `${item.uid}:${item.gid}`,
    ...(item.mtimeMs === null ? {} : { mtime: Math.floor(item.mtimeMs / 1000) }),
  };
}

async function contentDigest(item: Item): Promise<string | undefined> {
  if (item.type !== "file") return undefined;
  const bytes = new Uint8Array(item.content.bytes);
  await item.content.read(0, bytes);
  return digestOf(bytes);
}

/** What the tree of an image asks for. `names` gives the names an item has in a file system that changes some. */
export async function treeListing(
  root: DirectoryNode,
  names: (directory: DirectoryNode) => ReadonlyMap<Item, string> = () => new Map(),
): Promise<Listing> {
  const catalog = takeCatalog(root);
  const listing: Record<string, ListedItem> = {};
  const paths = new Map<DirectoryNode, string>([[root, "/"]]);
  for (const { node, children, objects } of catalog.directories) {
    const given = names(node);
    for (const [position, item] of children.entries()) {
      const path = joinPath(paths.get(node)!, given.get(item) ?? item.name);
      if (item.type === "directory") paths.set(item, path);
      const digest = await contentDigest(item);
      const isDevice = item.type === "block" || item.type === "character";
      listing[path] = {
        type: item.type,
        ...attributesOf(item),
        ...(digest === undefined ? {} : { digest }),
        ...(item.type === "symlink" ? { target: item.target } : {}),
        ...(isDevice ? { device: `${item.major}:${item.minor}` } : {}),
        ...(item.type === "directory" ? {} : { links: catalog.links[objects[position]!]! }),
      };
    }
  }
  return listing;
}

/** What this package reads of an image. */
export async function imageListing(image: DiscImage): Promise<Listing> {
  const listing: Record<string, ListedItem> = {};
  for await (const entry of image.walk()) {
    const isDevice = entry.type === "block" || entry.type === "character";
    listing[entry.path] = {
      type: entry.type,
      mode: entry.mode.toString(8),
      owner: `${entry.uid}:${entry.gid}`,
      ...(entry.mtimeMs === null ? {} : { mtime: Math.floor(entry.mtimeMs / 1000) }),
      ...(entry.type === "file" ? { digest: digestOf(await image.readFile(entry)) } : {}),
      ...(entry.target === null ? {} : { target: entry.target }),
      ...(isDevice ? { device: `${entry.major}:${entry.minor}` } : {}),
      ...(entry.type === "directory" ? {} : { links: entry.links }),
    };
  }
  return listing;
}

/** What a folder of the host holds: where judges extract images to. */
export function folderListing(folder: string): Listing {
  const listing: Record<string, ListedItem> = {};
  const enter = (bytes: Buffer, path: string): void => {
    for (const name of readdirSync(bytes, { encoding: "buffer" })) {
      const full = Buffer.concat([bytes, Buffer.from("/"), name]);
      const itemPath = joinPath(path, nameFromBytes(name));
      const stats = lstatSync(full);
      const common = {
        mode: (stats.mode & 0o7777).toString(8),
        owner: `${stats.uid}:${stats.gid}`,
        mtime: Math.floor(stats.mtimeMs / 1000),
      };
      if (stats.isDirectory()) {
        listing[itemPath] = { type: "directory", ...common };
        enter(full, itemPath);
      } else if (stats.isSymbolicLink()) {
        const target = nameFromBytes(readlinkSync(full, { encoding: "buffer" }));
        listing[itemPath] = { type: "symlink", ...common, target, links: stats.nlink };
      } else if (stats.isFile()) {
        listing[itemPath] = { type: "file", ...common, digest: digestOf(readFileSync(full)), links: stats.nlink };
      } else {
        const type = stats.isFIFO()
          ? "fifo"
          : stats.isSocket()
            ? "socket"
            : stats.isBlockDevice()
              ? "block"
              : "character";
        listing[itemPath] = { type, ...common, links: stats.nlink };
      }
    }
  };
  enter(Buffer.from(bytesFromName(folder)), "/");
  return listing;
}

/** Everything that is generated. */
export async function gathered<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
