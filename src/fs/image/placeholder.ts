import { contentOf } from "../tree/content.js";
import type { Item } from "../tree/directory.js";
import { DirectoryNode } from "../tree/directory.js";
import { FileNode } from "../tree/node.js";
import { splitPath } from "../tree/path.js";

/** Puts an empty file where nothing is, with the directories on the way; returns what was made, the outermost first. */
function putPlaceholder(root: DirectoryNode, path: string): Item[] {
  const made: Item[] = [];
  const names = splitPath(path);
  let directory = root;
  for (const [index, name] of names.entries()) {
    let item = directory.children.get(name);
    if (item === undefined) {
      item = index === names.length - 1 ? new FileNode(name, contentOf("")) : new DirectoryNode(name);
      directory.attach(item);
      made.push(item);
    }
    if (item.type !== "directory") break;
    directory = item;
  }
  return made;
}

/**
 * Runs something while a file stands at a path where there may be none. Afterwards nothing of it is left, and whatever
 * else was changed meanwhile stays.
 *
 * @throws {@link DiscError} E_PATH_INVALID; what `run` raises.
 */
export async function withPlaceholder<T>(root: DirectoryNode, path: string, run: () => Promise<T>): Promise<T> {
  const made = putPlaceholder(root, path);
  try {
    return await run();
  } finally {
    for (const item of made.reverse()) {
      const isInUse = item.type === "directory" && item.count > 0;
      if (!isInUse && item.parent?.children.get(item.name) === item) item.parent.children.delete(item.name);
    }
  }
}
