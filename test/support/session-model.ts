/** A model of a tree over several sessions: what operations do to it, and what sessions list. */
import fc from "fast-check";
import type { ErrorCode } from "../../src/errors.js";
import { DiscError } from "../../src/errors.js";
import type { ImageSource, OpenOptions } from "../../src/fs/image/open-image.js";
import { openImage } from "../../src/fs/image/open-image.js";
import type { DirectoryNode } from "../../src/fs/tree/directory.js";

/** What the model knows of an item. */
export interface ModelItem {
  readonly type: "file" | "directory" | "symlink";
  readonly children: Map<string, ModelItem>;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeMs: number;
  /** Content of a file, target of a link. */
  readonly text: string;
  /** Where the content was found to lie when a session that holds it was first read. */
  extents: string | undefined;
}

const names = ["a", "b", "B", "c.txt", "Änderung", "😀", "a name of more than thirty characters, with blanks.text"];

/** One change of a tree, as data. */
export interface Operation {
  readonly what: "addFile" | "addDirectory" | "addSymlink" | "remove" | "removeTree" | "move";
  /** Which of the directories, and which of the items there are. */
  readonly directory: number;
  readonly item: number;
  readonly name: string;
  readonly replace: boolean;
  readonly text: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeMs: number;
}

export const anyOperation: fc.Arbitrary<Operation> = fc.record({
  what: fc.constantFrom<Operation["what"]>(
    "addFile",
    "addFile",
    "addDirectory",
    "addSymlink",
    "remove",
    "removeTree",
    "move",
  ),
  directory: fc.nat(),
  item: fc.nat(),
  name: fc.constantFrom(...names),
  replace: fc.boolean(),
  text: fc.oneof(fc.constant(""), fc.string({ minLength: 1, maxLength: 9 }), fc.constant("x".repeat(5000))),
  mode: fc.integer({ min: 0, max: 0o7777 }),
  uid: fc.integer({ min: 0, max: 70_000 }),
  gid: fc.integer({ min: 0, max: 70_000 }),
  mtimeMs: fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2040, 0, 1) }),
});

function newItem(type: ModelItem["type"], { mode, uid, gid, mtimeMs }: Operation, text: string): ModelItem {
  return { type, children: new Map(), mode, uid, gid, mtimeMs, text, extents: undefined };
}

/** Every item of the model below a directory, with its path. */
export function* walkModel(
  directory: ModelItem,
  path = "",
): Generator<{ path: string; item: ModelItem; parent: ModelItem }> {
  for (const [name, item] of directory.children) {
    yield { path: `${path}/${name}`, item, parent: directory };
    yield* walkModel(item, `${path}/${name}`);
  }
}

function directoriesOf(root: ModelItem): { path: string; item: ModelItem }[] {
  const below = [...walkModel(root)].filter(({ item }) => item.type === "directory");
  return [{ path: "", item: root }, ...below];
}

/** Does an operation on the model; returns what the tree has to do, and the code with which it has to refuse. */
function applyToModel(
  root: ModelItem,
  operation: Operation,
): { act: (tree: DirectoryNode) => unknown; code: ErrorCode | undefined } | undefined {
  const { what, name, replace, mode, uid, gid, mtimeMs } = operation;
  const directories = directoriesOf(root);
  const target = directories[operation.directory % directories.length]!;
  if (what === "addFile" || what === "addDirectory" || what === "addSymlink") {
    const path = `${target.path}/${name}`;
    const options = { replace, mode, uid, gid, mtime: mtimeMs };
    const type = what === "addFile" ? "file" : what === "addDirectory" ? "directory" : "symlink";
    const text =
      type === "directory" ? "" : type === "symlink" ? `../${operation.text.replace(/[\0/]/g, "")}x` : operation.text;
    const existing = target.item.children.get(name);
    let code: ErrorCode | undefined;
    if (existing !== undefined) {
      const isMixed = (existing.type === "directory") !== (type === "directory");
      if (!replace || existing.type === "directory") code = "E_ITEM_EXISTS";
      if (replace && isMixed) code = "E_TYPE_COLLISION";
    }
    if (code === undefined) target.item.children.set(name, newItem(type, operation, text));
    if (type === "file") return { code, act: (tree) => tree.addFile(path, text, options) };
    if (type === "directory") return { code, act: (tree) => tree.addDirectory(path, options) };
    return { code, act: (tree) => tree.addSymlink(path, text, options) };
  }
  const items = [...walkModel(root)];
  const chosen = items[operation.item % Math.max(1, items.length)];
  if (chosen === undefined) return undefined;
  const { path, item, parent } = chosen;
  const ownName = path.slice(path.lastIndexOf("/") + 1);
  if (what !== "move") {
    const code = what === "remove" && item.children.size > 0 ? "E_DIRECTORY_NOT_EMPTY" : undefined;
    if (code === undefined) parent.children.delete(ownName);
    return { code, act: (tree) => (what === "remove" ? tree.remove(path) : tree.removeTree(path)) };
  }
  // A directory at the place takes the item in under its own name.
  const there = target.item.children.get(name);
  const isInto = there?.type === "directory" && there !== item;
  const into = isInto ? { path: `${target.path}/${name}`, item: there } : target;
  const newName = isInto ? ownName : name;
  const to = `${target.path}/${name}`;
  const act = (tree: DirectoryNode): void => tree.move(path, to);
  if (into.path === path || into.path.startsWith(`${path}/`)) return { code: "E_MOVE_INTO_ITSELF", act };
  if (into.item.children.has(newName)) return { code: "E_ITEM_EXISTS", act };
  parent.children.delete(ownName);
  into.item.children.set(newName, item);
  return { code: undefined, act };
}

/** Does an operation on both, which have to agree. */
export function applyToBoth(root: ModelItem, tree: DirectoryNode, operation: Operation): void {
  const step = applyToModel(root, operation);
  if (step === undefined) return;
  let code: string | undefined;
  try {
    step.act(tree);
  } catch (error) {
    if (!(error instanceof DiscError)) throw error;
    code = error.code;
  }
  if (code !== step.code)
    throw new Error(`${operation.what}: expected ${step.code ?? "success"}, got ${code ?? "success"}`);
}

function printed(item: Omit<ModelItem, "children" | "extents">): string {
  const { type, mode, uid, gid, mtimeMs, text } = item;
  return JSON.stringify([type, mode.toString(8), uid, gid, Math.floor(mtimeMs / 1000), text]);
}

/** An empty tree. */
export function newModel(): ModelItem {
  const attributes = { mode: 0, uid: 0, gid: 0, mtimeMs: 0 };
  return { type: "directory", children: new Map(), ...attributes, text: "", extents: undefined };
}

/** What a session should list of a model. */
export function printModel(root: ModelItem, holds: (item: ModelItem) => boolean = () => true): Map<string, string> {
  const held = [...walkModel(root)].filter(({ item }) => holds(item));
  return new Map(held.map(({ path, item }) => [path, printed(item)]));
}

/** What a session lists, and where the contents of its files lie. */
export async function listSession(
  source: ImageSource,
  options: OpenOptions = {},
): Promise<{ items: Map<string, string>; extents: Map<string, string> }> {
  const image = await openImage(source, options);
  const items = new Map<string, string>();
  const extents = new Map<string, string>();
  for await (const entry of image.walk()) {
    if (entry.path === "/") continue;
    const isFile = entry.type === "file";
    const text = isFile ? new TextDecoder().decode(await image.readFile(entry)) : (entry.target ?? "");
    items.set(
      entry.path,
      printed({ ...entry, type: entry.type as ModelItem["type"], mtimeMs: entry.mtimeMs ?? -1, text }),
    );
    if (isFile) extents.set(entry.path, JSON.stringify(entry.extents));
  }
  return { items, extents };
}

/** Asserts that a session lists what it should. */
export function assertEqualListing(session: string, actual: Map<string, string>, expected: Map<string, string>): void {
  const rows = (listing: Map<string, string>): string[] => [...listing].map((row) => row.join("\t")).sort();
  const [found, wanted] = [rows(actual), rows(expected)];
  const wrong = found.filter((row) => !wanted.includes(row)).map((row) => `+ ${row}`);
  const missing = wanted.filter((row) => !found.includes(row)).map((row) => `- ${row}`);
  if (wrong.length + missing.length === 0) return;
  throw new Error(`${session} differs:\n${[...wrong, ...missing].map((row) => row.slice(0, 300)).join("\n")}`);
}
