import type { DirectoryNode, Item } from "./directory.js";
import { joinPath } from "./path.js";

/** An item with its path. */
export interface WalkedItem {
  readonly path: string;
  readonly node: Item;
}

/** Every item below a directory, a directory before what is in it, in the order in which they were added. */
export function* walkTree(directory: DirectoryNode, path: string = directory.path): Generator<WalkedItem> {
  for (const node of directory.children.values()) {
    const itemPath = joinPath(path, node.name);
    yield { path: itemPath, node };
    if (node.type === "directory") yield* walkTree(node, itemPath);
  }
}

/** How many items lie below a directory, and how many of them are directories. */
export function countItems(directory: DirectoryNode): { readonly items: number; readonly directories: number } {
  let items = directory.count;
  let directories = 0;
  for (const node of directory.children.values()) {
    if (node.type !== "directory") continue;
    const below = countItems(node);
    items += below.items;
    directories += 1 + below.directories;
  }
  return { items, directories };
}
