/** Looks for items as firmware, loaders and players do, to whom letters of either case are the same. */
import type { DirectoryNode, Item } from "./directory.js";
import type { FileNode } from "./node.js";
import { splitPath } from "./path.js";

/** The item at a path, letters of either case. */
export function findAnyCase(root: DirectoryNode, path: string): Item | undefined {
  let node: Item | undefined = root;
  for (const name of splitPath(path)) {
    if (node?.type !== "directory") return undefined;
    const wanted = name.toLowerCase();
    node = node.children.get(name) ?? [...node].find((child) => child.name.toLowerCase() === wanted);
  }
  return node;
}

/** The first file that is at one of the paths, letters of either case. */
export function fileAt(root: DirectoryNode, paths: readonly string[]): FileNode | undefined {
  for (const path of paths) {
    const found = findAnyCase(root, path);
    if (found?.type === "file") return found;
  }
  return undefined;
}
