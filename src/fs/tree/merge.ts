import { DiscError } from "../../errors.js";
import type { DirectoryNode, Item } from "./directory.js";
import { joinPath } from "./path.js";

/** The error for a directory and something else that want the same place. */
export function collision(path: string, existing: Item, added: Item): DiscError<"E_TYPE_COLLISION"> {
  const message = `"${path}" is a ${existing.type}, and a ${added.type} would take its place`;
  return new DiscError("E_TYPE_COLLISION", message, { path, existing: existing.type, added: added.type });
}

/**
 * Refuses a merge before anything is changed, so that a failed one leaves the tree as it was.
 *
 * @throws {@link DiscError} E_TYPE_COLLISION for a directory against anything else.
 */
export function checkCollisions(into: DirectoryNode, from: DirectoryNode, path: string): void {
  for (const added of from.children.values()) {
    const existing = into.children.get(added.name);
    if (existing === undefined) continue;
    const itemPath = joinPath(path, added.name);
    if ((existing.type === "directory") !== (added.type === "directory")) throw collision(itemPath, existing, added);
    if (existing.type === "directory" && added.type === "directory") checkCollisions(existing, added, itemPath);
  }
}

function copyAttributes(into: DirectoryNode, from: DirectoryNode): void {
  into.mode = from.mode;
  into.uid = from.uid;
  into.gid = from.gid;
  into.mtimeMs = from.mtimeMs;
  into.atimeMs = from.atimeMs;
  into.ctimeMs = from.ctimeMs;
  into.hidden = from.hidden;
  into.imported = false;
}

/**
 * Moves what a detached directory holds into another. Directories merge, and take the attributes of the later one;
 * other items take the place of those of the same name.
 */
export function mergeInto(
  into: DirectoryNode,
  from: DirectoryNode,
  path: string,
  replaced: (path: string) => void,
): void {
  copyAttributes(into, from);
  for (const added of from.children.values()) {
    const existing = into.children.get(added.name);
    const itemPath = joinPath(path, added.name);
    if (existing?.type === "directory" && added.type === "directory") {
      mergeInto(existing, added, itemPath, replaced);
    } else {
      if (existing !== undefined) replaced(itemPath);
      into.attach(added);
    }
  }
}
