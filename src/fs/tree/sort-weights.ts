/** Which files lie in front: drives read the beginning of a disc fastest, and loaders want their files near each other. */
import type { DirectoryNode } from "./directory.js";
import { walkTree } from "./walk.js";

/** The weight of a file, or of all files in a directory. */
export interface SortWeight {
  readonly path: string;
  /** What has more lies further in front; files without one have 0. */
  readonly weight: number;
}

/** Gives files their weights; of several for one file, the last counts. @throws {@link DiscError} E_ITEM_NOT_FOUND. */
export function applySortWeights(root: DirectoryNode, weights: readonly SortWeight[]): void {
  for (const { path, weight } of weights) {
    const item = root.item(path);
    if (item.type === "file") item.sortWeight = weight;
    if (item.type !== "directory") continue;
    for (const { node } of walkTree(item)) if (node.type === "file") node.sortWeight = weight;
  }
}
