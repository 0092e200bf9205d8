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
  into.birthtimeMs = from.birthtimeMs;
  into.hidden = from.hidden;
  into.streams = from.streams;
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
  // A source that gives a single file says nothing of the directory that receives it.
  if (from.mtimeMs !== null) copyAttributes(into, from);
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

/**
 * Adds an imported tree to one that may already hold items: those win over imported ones of the same path.
 *
 * @throws {@link DiscError} E_IMPORT_COLLISION, before anything is changed, for a directory against anything else.
 */
export function mergeImported(into: DirectoryNode, imported: DirectoryNode): void {
  checkImport(into, imported, "/");
  // A root that nothing was put in yet takes the attributes of the imported one.
  if (into.count === 0) copyAttributes(into, imported);
  addMissing(into, imported);
}

function checkImport(into: DirectoryNode, imported: DirectoryNode, path: string): void {
  for (const item of imported.children.values()) {
    const existing = into.children.get(item.name);
    if (existing === undefined) continue;
    const itemPath = joinPath(path, item.name);
    if ((existing.type === "directory") !== (item.type === "directory")) {
      const message = `"${itemPath}" is a ${existing.type} in the tree and a ${item.type} on the disc`;
      const detail = { path: itemPath, imported: item.type, existing: existing.type };
      throw new DiscError("E_IMPORT_COLLISION", message, detail);
    }
    if (existing.type === "directory" && item.type === "directory") checkImport(existing, item, itemPath);
  }
}

function addMissing(into: DirectoryNode, imported: DirectoryNode): void {
  for (const item of imported.children.values()) {
    const existing = into.children.get(item.name);
    if (existing === undefined) into.attach(item);
    else if (existing.type === "directory" && item.type === "directory") addMissing(existing, item);
  }
}
