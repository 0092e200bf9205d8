/** Files that tell which name of ISO 9660 stands for which name of the tree: TRANS.TBL, as mkisofs(8) -T writes them. */
import { isoNameRules } from "../names/iso-name.js";
import { bytesFromName, compareNames } from "../names/name-bytes.js";
import { assignUniqueNames } from "../names/unique-names.js";
import { MemoryContent } from "../tree/content.js";
import type { DirectoryNode, Item } from "../tree/directory.js";
import type { ItemType } from "../tree/node.js";
import { joinPath } from "../tree/path.js";
import { walkTree } from "../tree/walk.js";
import { isoHierarchyNaming } from "./hierarchy-naming.js";
import type { ImageOptions } from "./options.js";

/** The letter of a row. */
const letters: Readonly<Record<ItemType, string>> = {
  file: "F",
  directory: "D",
  symlink: "L",
  block: "B",
  character: "C",
  fifo: "P",
  socket: "S",
};

/** Characters that the name of ISO 9660 is filled up to. */
const columnWidth = 39;

function rowOf(item: Item, identifier: string, version: string): string {
  const written = item.type === "directory" ? identifier : `${identifier}${version}`;
  const row = `${letters[item.type]} ${written.padEnd(columnWidth)}\t${item.name}`;
  if (item.type === "symlink") return `${row}\t${item.target}`;
  if (item.type === "block" || item.type === "character") return `${row}\t${item.major} ${item.minor}`;
  return row;
}

function tableOf(directory: DirectoryNode, options: ImageOptions, name: string): Uint8Array {
  const rules = isoNameRules(options.isoLevel ?? 3, options.isoRelaxations ?? {});
  const { mapping, encoding, compare } = isoHierarchyNaming(options);
  const items = [...directory].sort((one, other) => compareNames(one.name, other.name));
  // The table has a name of its own, which no other file may be given.
  const names = [...items.map((item) => item.name), name].sort(compareNames);
  const kinds = new Map(items.map((item) => [item.name, item.type]));
  const identifiers = assignUniqueNames(
    mapping,
    names,
    (index) => kinds.get(names[index]!) === "directory",
    (index) => joinPath(directory.path, names[index]!),
  );
  const identifierOf = new Map(names.map((given, index) => [given, identifiers[index]!]));
  const rows = items
    .map((item) => ({ item, identifier: identifierOf.get(item.name)! }))
    .map((row) => ({ ...row, key: encoding.key?.(row.identifier) ?? row.identifier }))
    .sort((one, other) => compare(one.key, other.key))
    .map(({ item, identifier }) => rowOf(item, identifier, rules.version ? ";1" : ""));
  return bytesFromName(rows.map((row) => `${row}\n`).join(""));
}

/**
 * Adds a table to each directory that holds something. A file that has the table's name already is no part of the tables
 * and is replaced.
 *
 * @param options Those that the image is made with: level and relaxations decide the names.
 */
export function addTranslationTables(root: DirectoryNode, options: ImageOptions, name = "TRANS.TBL"): void {
  const below = [...walkTree(root)].flatMap(({ node }) => (node.type === "directory" ? [node] : []));
  for (const directory of [root, ...below]) {
    const former = directory.children.get(name);
    if (former?.type === "directory") continue;
    directory.children.delete(name);
    if (directory.count === 0) continue;
    const { uid, gid, mtimeMs } = directory;
    const table = new MemoryContent(tableOf(directory, options, name));
    directory.addFile(name, table, { mode: 0o444, uid, gid, mtime: mtimeMs ?? undefined });
  }
}
