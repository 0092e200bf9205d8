import { DiscError } from "../../errors.js";
import type { TreeChange } from "./change-log.js";
import { JoinedChange, PlacedItem } from "./change-log.js";
import type { DirectoryNode, Item } from "./directory.js";
import { attributeValues } from "./node.js";
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

function copyAttributes(into: DirectoryNode, from: DirectoryNode): TreeChange {
  const change = into.attributesNow();
  // A source that was not asked for them says nothing of extended attributes and lists.
  const { extendedAttributes = into.extendedAttributes, accessControl = into.accessControl } = from;
  into.restore({ ...attributeValues(from), extendedAttributes, accessControl, imported: false });
  return change;
}

/**
 * Makes one change of several: where the next of them fails, those before it are undone.
 *
 * @param changes Those that were made, to which `run` adds.
 */
export function whole(changes: readonly TreeChange[], run: () => void): TreeChange {
  const joined = new JoinedChange(changes);
  try {
    run();
    return joined;
  } catch (error) {
    joined.undo();
    throw error;
  }
}

/** Hears what a merge does. */
export interface MergeListener {
  changed(change: TreeChange): void;
  /** An item took the place of another one. */
  replaced(path: string): void;
}

/**
 * Moves what a detached directory holds into another. Directories merge, and take the attributes of the later one;
 * other items take the place of those of the same name.
 */
export function mergeInto(into: DirectoryNode, from: DirectoryNode, path: string, listener: MergeListener): void {
  // A source that gives a single file says nothing of the directory that receives it.
  if (from.mtimeMs !== null) listener.changed(copyAttributes(into, from));
  for (const added of from.children.values()) {
    const existing = into.children.get(added.name);
    const itemPath = joinPath(path, added.name);
    if (existing?.type === "directory" && added.type === "directory") {
      mergeInto(existing, added, itemPath, listener);
    } else {
      if (existing !== undefined) listener.replaced(itemPath);
      into.attach(added);
      listener.changed(new PlacedItem(into, added, existing));
    }
  }
}

/**
 * Adds an imported tree to one that may already hold items: those win over imported ones of the same path, and over the
 * named streams, extended attributes and access control lists of imported directories.
 *
 * @param dropped Hears of what is not taken, with the reason.
 * @returns What was changed.
 * @throws {@link DiscError} E_IMPORT_COLLISION, before anything is changed, for a directory against anything else.
 */
export function mergeImported(
  into: DirectoryNode,
  imported: DirectoryNode,
  dropped: (path: string, what: string) => void,
): TreeChange {
  checkImport(into, imported, "/");
  const changes: TreeChange[] = [];
  // A root that nothing was put in yet takes the attributes of the imported one.
  if (into.count === 0) changes.push(copyAttributes(into, imported));
  return whole(changes, () => {
    addMissing(into, imported, "/", { dropped, changed: (change) => changes.push(change) });
  });
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

interface ImportListener {
  dropped(path: string, what: string): void;
  changed(change: TreeChange): void;
}

const droppedAttributes = [
  ["streams", "named streams"],
  ["extendedAttributes", "extended attributes"],
  ["accessControl", "access control lists"],
] as const;

function addMissing(into: DirectoryNode, imported: DirectoryNode, path: string, listener: ImportListener): void {
  for (const [key, what] of droppedAttributes) {
    if (imported[key] !== undefined && into[key] !== imported[key]) listener.dropped(path, `${what} of the directory`);
  }
  for (const item of imported.children.values()) {
    const existing = into.children.get(item.name);
    const itemPath = joinPath(path, item.name);
    if (existing === undefined) {
      into.attach(item);
      listener.changed(new PlacedItem(into, item, undefined));
    } else if (existing.type === "directory" && item.type === "directory") {
      addMissing(existing, item, itemPath, listener);
    } else {
      listener.dropped(itemPath, item.type);
    }
  }
}
