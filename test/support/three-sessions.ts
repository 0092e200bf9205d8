/** Discs of three sessions, with what each of them should show. */
import type { ExecutionContext } from "ava";
import type { FileSystemImage } from "../../src/fs/image/file-system-image.js";
import type { ImageOptions } from "../../src/fs/image/options.js";
import type { AddOptions, DirectoryNode } from "../../src/fs/tree/directory.js";
import { appendSession, blankDisc } from "./disc.js";
import type { ListedItem, Listing } from "./listing.js";
import { digestOf, treeListing } from "./listing.js";
import { addLongLinks, fillRichTree, patternBytes } from "./rich-tree.js";

/** A disc of three sessions, and what each of them should show. */
export interface WrittenDisc {
  readonly path: string;
  readonly starts: readonly number[];
  readonly trees: readonly Listing[];
}

/** Of what later sessions add. */
export const attributes: AddOptions & { readonly mtime: number } = {
  mode: 0o640,
  uid: 11,
  gid: 12,
  mtime: 1_650_000_000_000,
};
const changed: Omit<ListedItem, "type"> = { mode: "640", owner: "11:12", mtime: 1_650_000_000 };

/** A file of such a session, as it is listed. */
export function file(bytes: Uint8Array): ListedItem {
  return { type: "file", ...changed, digest: digestOf(bytes), links: 1 };
}

/** The tree with an item, and all below it, elsewhere or (`to` left out) gone. */
export function relocated(tree: Listing, from: string, to?: string): Listing {
  const entries = Object.entries(tree).flatMap(([path, item]): [string, ListedItem][] => {
    if (path !== from && !path.startsWith(`${from}/`)) return [[path, item]];
    return to === undefined ? [] : [[to + path.slice(from.length), item]];
  });
  return Object.fromEntries(entries);
}

const large = patternBytes(1_000_000, 5);

/** Contents of files that later sessions add. */
export const replacement: Uint8Array = patternBytes(4097, 6);
export const late: Uint8Array = patternBytes(3000, 7);

/** Everything a session may hold. */
export function fillAll(root: DirectoryNode): void {
  fillRichTree(root);
  addLongLinks(root);
}

/**
 * Writes a disc of three sessions. The expected trees are made from the first one by hand, not from what is imported.
 *
 * @param first Options of the first session; `later`, of the others.
 */
export async function writeThreeSessions(
  t: ExecutionContext,
  media: string,
  fill: (root: DirectoryNode) => void,
  first: ImageOptions = {},
  later: ImageOptions = {},
): Promise<WrittenDisc> {
  const path = await blankDisc(t, media);
  const starts: number[] = [];
  const trees: Listing[] = [];
  const append = async (change: (image: FileSystemImage) => void | Promise<void>): Promise<void> => {
    starts.push(await appendSession(path, change, starts.length === 0 ? first : later));
  };
  let filled: Listing = {};
  await append(async ({ root }) => {
    fill(root);
    filled = await treeListing(root);
  });
  trees.push(filled);
  await append(({ root }) => {
    root.addFile("/session 2.bin", large, attributes);
    root.addFile("/files/exactly 2048", replacement, { ...attributes, replace: true });
    root.remove("/files/one byte");
    root.removeTree("/level 1/level 2/level 3/level 4/level 5/level 6/level 7/level 8");
    root.move("/names/readme", "/names/renamed in session 2");
    root.move("/links", "/devices");
  });
  let second = relocated(filled, "/files/one byte");
  second = relocated(second, "/level 1/level 2/level 3/level 4/level 5/level 6/level 7/level 8");
  second = relocated(second, "/names/readme", "/names/renamed in session 2");
  second = relocated(second, "/links", "/devices/links");
  trees.push({ ...second, "/session 2.bin": file(large), "/files/exactly 2048": file(replacement) });
  await append(({ root }) => {
    root.removeTree("/same");
    root.remove("/session 2.bin");
    root.addFile("/late/session 3.bin", late, { ...attributes, parents: true });
    root.item("/late").mtimeMs = 1_650_000_000_000;
    root.move("/names/renamed in session 2", "/renamed again");
  });
  let third = relocated(trees[1]!, "/same");
  third = relocated(third, "/session 2.bin");
  third = relocated(third, "/names/renamed in session 2", "/renamed again");
  const directory: ListedItem = { type: "directory", mode: "755", owner: "0:0", mtime: 1_650_000_000 };
  trees.push({ ...third, "/late": directory, "/late/session 3.bin": file(late) });
  return { path, starts, trees };
}
