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
