import { DiscError } from "../../errors.js";
import type { TaskOptions } from "../../medium/session-data.js";
import { listFault } from "./access-control.js";
import type { TreeChange } from "./change-log.js";
import { JoinedChange, MovedItem, PlacedItem, RemovedItem } from "./change-log.js";
import type { Content, ContentLike } from "./content.js";
import { contentOf } from "./content.js";
import { attributeMap, refuseAttributeName } from "./extended-attributes.js";
import type { FileAttributes, ItemAttributes } from "./item-attributes.js";
import { checkCollisions, collision, mergeInto, whole } from "./merge.js";
import type { SpecialType } from "./node.js";
import { FileNode, SpecialNode, SymlinkNode, TreeNode } from "./node.js";
import { joinPath, refuseName, splitPath } from "./path.js";

/** Any item of a tree; `type` tells them apart. */
export type Item = DirectoryNode | FileNode | SymlinkNode | SpecialNode;

/** Who owns a tree: refuses changes while a result lives, and hears of them. */
export interface TreeOwner {
  /** @throws {@link DiscError} E_IMAGE_IN_USE. */
  beforeChange(operation: string): void;
  /**
   * Looks at the name of an item that is to come to a path, and at those of all that is in it.
   *
   * @throws {@link DiscError} E_NAME_RESTRICTED.
   */
  checkNames(path: string, name: string, item: Item): void;
  /** An item took the place of another one. */
  replaced(path: string): void;
  changed(change: TreeChange): void;
}

/** Where a tree of items comes from: a folder of the host, for one. */
export interface TreeSource {
  /** Fills a detached directory by {@link DirectoryNode.attach}, and sets that directory's own attributes. */
  load(into: DirectoryNode, options: TaskOptions): Promise<void>;
}

/** How an item is added. */
export interface AddOptions extends ItemAttributes {
  /** Makes directories that are missing on the way. */
  readonly parents?: boolean | undefined;
  /** Takes the place of a file, link or device that is there. */
  readonly replace?: boolean | undefined;
}

/** How a file is added. */
export interface AddFileOptions extends AddOptions, FileAttributes {}

/** Where a whole tree is added. */
export interface AddTreeOptions extends TaskOptions {
  /** The directory that receives the source's contents, made where it is missing. Default: this directory. */
  readonly at?: string | undefined;
}

/** Refuses attributes that cannot be given. @throws {@link DiscError} E_NAME_INVALID, E_OPTION_INVALID. */
function checkGiven(
  { extendedAttributes, accessControl }: Pick<ItemAttributes, "extendedAttributes" | "accessControl">,
  path: string,
): void {
  for (const name of attributeMap(extendedAttributes ?? {})?.keys() ?? []) refuseAttributeName(name, path);
  for (const list of [accessControl?.access, accessControl?.default]) {
    const fault = list == null ? undefined : listFault(list);
    if (fault === undefined) continue;
    const allowed = "entries for owner, owning group, mask and all others, and one for each user and group";
    const detail = { option: "accessControl", value: list, allowed };
    throw new DiscError("E_OPTION_INVALID", `the access control list of "${path}" is none: ${fault}`, detail);
  }
}

/** A directory, and the way in which a tree is changed. Paths are relative to it; on the root they are those of the image. */
export class DirectoryNode extends TreeNode {
  readonly type = "directory";
  readonly children: Map<string, Item> = new Map();
  /** Set on the root of an image's tree. */
  owner: TreeOwner | undefined;

  constructor(name: string, attributes: ItemAttributes = {}) {
    super(name, attributes, 0o755);
  }

  /** Children in this directory. */
  get count(): number {
    return this.children.size;
  }

  /** The children as they are now, in the order in which they were added. */
  [Symbol.iterator](): IterableIterator<Item> {
    return [...this.children.values()].values();
  }

  /** Puts a node into this directory without any check: for sources that fill detached trees. */
  attach(node: Item): void {
    node.parent = this;
    this.children.set(node.name, node);
  }

  /**
   * The item at a path.
   *
   * @throws {@link DiscError} E_ITEM_NOT_FOUND, E_PATH_INVALID.
   */
  item(path: string): Item {
    const found = this.find(path);
    if (found === undefined) throw new DiscError("E_ITEM_NOT_FOUND", `there is no item "${path}"`, { path });
    return found;
  }

  /** The item at a path, if there is one. @throws {@link DiscError} E_PATH_INVALID. */
  find(path: string): Item | undefined {
    let node: Item | undefined = this;
    for (const name of splitPath(path)) {
      node = node?.type === "directory" ? node.children.get(name) : undefined;
    }
    return node;
  }

  /**
   * Adds an empty directory; one that is there already is kept with the attributes given now.
   *
   * @throws {@link DiscError} E_ITEM_NOT_FOUND for a missing parent, E_ITEM_EXISTS, E_PATH_INVALID, E_IMAGE_IN_USE.
   */
  addDirectory(path: string, options: AddOptions = {}): DirectoryNode {
    return this.#add(path, options, (name) => new DirectoryNode(name, options));
  }

  /**
   * Adds a file. A string or bytes *are* its content; `fromFile` and `fromStream` name a source.
   *
   * @throws {@link DiscError} E_ITEM_NOT_FOUND for a missing parent, E_ITEM_EXISTS unless `replace`, E_TYPE_COLLISION
   *   where a directory is there, E_PATH_INVALID, E_IMAGE_IN_USE.
   */
  addFile(path: string, content: ContentLike, options: AddFileOptions = {}): FileNode {
    const resolved: Content = contentOf(content);
    return this.#add(path, options, (name) => new FileNode(name, resolved, options));
  }

  /** Adds a symbolic link. @throws as {@link DirectoryNode.addFile}. */
  addSymlink(path: string, target: string, options: AddOptions = {}): SymlinkNode {
    if (target === "" || target.includes("\0")) {
      const rule = "a link's target is not empty and has no NUL character";
      throw new DiscError("E_NAME_INVALID", `link "${path}": ${rule}`, { name: target, path, rule });
    }
    return this.#add(path, options, (name) => new SymlinkNode(name, target, options));
  }

  /** Adds a device node, FIFO or socket. @throws as {@link DirectoryNode.addFile}. */
  addSpecial(
    path: string,
    type: SpecialType,
    device: { major: number; minor: number },
    options: AddOptions = {},
  ): SpecialNode {
    return this.#add(path, options, (name) => new SpecialNode(name, type, device.major, device.minor, options));
  }

  /**
   * Adds everything a source holds. Directories merge; a file takes the place of a file of the same name, which the
   * image reports as W_REPLACED. Nothing is added when it fails or is cancelled.
   *
   * @throws {@link DiscError} E_TYPE_COLLISION for a file against a directory; E_NAME_RESTRICTED; what the source raises;
   *   E_CANCELLED.
   */
  async addTree(source: TreeSource, options: AddTreeOptions = {}): Promise<void> {
    this.#owner()?.beforeChange("addTree");
    const loaded = new DirectoryNode("");
    await source.load(loaded, options);
    this.#owner()?.beforeChange("addTree");
    const names = splitPath(options.at ?? "/");
    let place: Item | undefined = this;
    for (const name of names) {
      place = place?.children.get(name);
      if (place !== undefined && place.type !== "directory") throw collision(place.path, place, loaded);
    }
    if (place !== undefined) checkCollisions(place, loaded, place.path);
    for (const child of loaded.children.values()) this.#owner()?.checkNames(child.name, child.name, child);
    const changes: TreeChange[] = [];
    const change = whole(changes, () => {
      const directory = this.#directoryAt(names, changes);
      mergeInto(directory, loaded, directory.path, {
        replaced: (path) => this.#owner()?.replaced(path),
        changed: (made) => changes.push(made),
      });
    });
    this.#owner()?.changed(change);
  }

  /**
   * Changes attributes of an item; those that are not given stay, and its content, too.
   *
   * @throws {@link DiscError} E_ITEM_NOT_FOUND, E_PATH_INVALID, E_IMAGE_IN_USE; E_NOT_A_FILE for `realTime` of anything
   *   else; E_NAME_INVALID for an extended attribute that cannot be given, E_OPTION_INVALID for a list that is none.
   */
  setAttributes(path: string, attributes: FileAttributes): void {
    const node = this.item(path);
    this.#owner()?.beforeChange("setAttributes");
    if (attributes.realTime !== undefined && node.type !== "file") {
      throw new DiscError("E_NOT_A_FILE", `"${path}" is a ${node.type}, and only files are read in real time`, {
        path,
      });
    }
    checkGiven(attributes, path);
    node.assign(attributes);
  }

  /**
   * Gives an item an extended attribute, or another value to one that it has.
   *
   * @param name With its name space: "user.comment".
   * @param value A string is its UTF-8 bytes.
   * @throws {@link DiscError} E_ITEM_NOT_FOUND, E_NAME_INVALID, E_PATH_INVALID, E_IMAGE_IN_USE.
   */
  setExtendedAttribute(path: string, name: string, value: Uint8Array | string): void {
    const node = this.item(path);
    refuseAttributeName(name, path);
    node.assign({ extendedAttributes: new Map([...(node.extendedAttributes ?? []), [name, value]]) });
  }

  /** Takes an extended attribute away. @throws {@link DiscError} E_ITEM_NOT_FOUND, E_PATH_INVALID, E_IMAGE_IN_USE. */
  removeExtendedAttribute(path: string, name: string): void {
    const node = this.item(path);
    const attributes = new Map(node.extendedAttributes);
    if (!attributes.delete(name)) {
      throw new DiscError("E_ITEM_NOT_FOUND", `"${path}" has no extended attribute "${name}"`, {
        path: `${path}:${name}`,
      });
    }
    node.assign({ extendedAttributes: attributes });
  }

  /**
   * Adds a named stream to an item: a content beside its own, which UDF from revision 2.00 on holds.
   *
   * @throws {@link DiscError} E_ITEM_NOT_FOUND, E_ITEM_EXISTS where the item has a stream of that name, E_NAME_INVALID,
   *   E_PATH_INVALID, E_IMAGE_IN_USE.
   */
  addStream(path: string, name: string, content: ContentLike): void {
    const node = this.item(path);
    refuseName(name, `${path}:${name}`);
    if (node.streams?.has(name) === true) {
      throw new DiscError("E_ITEM_EXISTS", `"${path}" has a stream "${name}" already`, { path: `${path}:${name}` });
    }
    node.streams = new Map([...(node.streams ?? []), [name, contentOf(content)]]);
  }

  /** Removes a named stream. @throws {@link DiscError} E_ITEM_NOT_FOUND, E_PATH_INVALID, E_IMAGE_IN_USE. */
  removeStream(path: string, name: string): void {
    const node = this.item(path);
    const streams = new Map(node.streams);
    if (!streams.delete(name)) {
      throw new DiscError("E_ITEM_NOT_FOUND", `"${path}" has no stream "${name}"`, { path: `${path}:${name}` });
    }
    node.streams = streams.size === 0 ? undefined : streams;
  }

  /**
   * Puts an item that was made elsewhere into this directory, with everything in it.
   *
   * @throws {@link DiscError} E_ITEM_EXISTS where its name is taken, and for an item that is in a directory already;
   *   E_NAME_INVALID, E_OPTION_INVALID for a list that is none, E_NAME_RESTRICTED, E_IMAGE_IN_USE.
   */
  add(node: Item): void {
    refuseName(node.name, node.name);
    for (const name of node.streams?.keys() ?? []) refuseName(name, `${node.name}:${name}`);
    checkGiven(node, node.name);
    if (node.parent !== null || this.children.has(node.name)) {
      const path = node.parent === null ? joinPath(this.path, node.name) : node.path;
      throw new DiscError("E_ITEM_EXISTS", `"${path}" is already there`, { path });
    }
    this.put(node);
  }

  /**
   * Puts an item that was made elsewhere into this directory, in the place of what has its name there.
   *
   * @throws {@link DiscError} E_NAME_RESTRICTED, E_IMAGE_IN_USE.
   */
  put(node: Item): void {
    this.#owner()?.beforeChange("put");
    this.#owner()?.checkNames(joinPath(this.path, node.name), node.name, node);
    const existing = this.children.get(node.name);
    this.attach(node);
    this.#owner()?.changed(new PlacedItem(this, node, existing));
  }

  /**
   * Removes a file or an empty directory.
   *
   * @throws {@link DiscError} E_ITEM_NOT_FOUND, E_DIRECTORY_NOT_EMPTY, E_PATH_INVALID, E_IMAGE_IN_USE.
   */
  remove(path: string): void {
    const node = this.item(path);
    if (node.type === "directory" && node.count > 0) {
      const message = `directory "${path}" is not empty: ${node.count} items are in it`;
      throw new DiscError("E_DIRECTORY_NOT_EMPTY", message, { path, children: node.count });
    }
    this.#detach(node, "remove");
  }

  /** Removes an item with everything below it; of the root, everything in it. @throws as {@link DirectoryNode.remove}. */
  removeTree(path: string): void {
    const node = this.item(path);
    if (node.parent !== null) {
      this.#detach(node, "removeTree");
    } else if (node.type === "directory") {
      node.#owner()?.beforeChange("removeTree");
      const changes = [...node.children.values()].map((child) => new RemovedItem(node, child));
      node.children.clear();
      node.#owner()?.changed(new JoinedChange(changes));
    }
  }

  /**
   * Moves or renames an item. A target that is a directory receives it under its own name.
   *
   * @throws {@link DiscError} E_ITEM_NOT_FOUND, E_ITEM_EXISTS, E_MOVE_INTO_ITSELF, E_NOT_A_DIRECTORY, E_PATH_INVALID,
   *   E_IMAGE_IN_USE.
   */
  move(from: string, to: string): void {
    this.#owner()?.beforeChange("move");
    const node = this.item(from);
    const target = this.find(to);
    const names = target?.type === "directory" && target !== node ? [...splitPath(to), node.name] : splitPath(to);
    const name = names.pop();
    const directory = this.#directoryAt(names, undefined);
    for (let above: DirectoryNode | null = directory; above !== null; above = above.parent) {
      if (above === node || node.parent === null) {
        throw new DiscError("E_MOVE_INTO_ITSELF", `"${from}" cannot be moved to "${to}" below itself`, { from, to });
      }
    }
    if (name === undefined || directory.children.has(name)) {
      throw new DiscError("E_ITEM_EXISTS", `"${to}" is already there`, { path: to });
    }
    this.#owner()?.checkNames(to, name, node);
    const change = new MovedItem(node, node.parent!);
    node.parent!.children.delete(node.name);
    node.name = name;
    directory.attach(node);
    this.#owner()?.changed(change);
  }

  protected override get ownOwner(): TreeOwner | undefined {
    return this.owner;
  }

  #owner(): TreeOwner | undefined {
    let top: DirectoryNode = this;
    while (top.parent !== null) top = top.parent;
    return top.owner;
  }

  #detach(node: Item, operation: string): void {
    this.#owner()?.beforeChange(operation);
    if (node.parent === null)
      throw new DiscError("E_PATH_INVALID", "the root cannot be removed", { path: "/", rule: "the root stays" });
    const change = new RemovedItem(node.parent, node);
    node.parent.children.delete(node.name);
    node.parent = null;
    this.#owner()?.changed(change);
  }

  /** @param made Takes the changes where missing directories are made; left out, they are an error. */
  #directoryAt(names: readonly string[], made: TreeChange[] | undefined): DirectoryNode {
    let directory: DirectoryNode = this;
    for (const [index, name] of names.entries()) {
      const path = `/${names.slice(0, index + 1).join("/")}`;
      let next = directory.children.get(name);
      if (next === undefined) {
        if (made === undefined) throw new DiscError("E_ITEM_NOT_FOUND", `there is no directory "${path}"`, { path });
        next = new DirectoryNode(name);
        if (made.length === 0) for (const missing of names.slice(index)) this.#owner()?.checkNames(path, missing, next);
        directory.attach(next);
        made.push(new PlacedItem(directory, next, undefined));
      }
      if (next.type !== "directory") {
        throw new DiscError("E_NOT_A_DIRECTORY", `"${path}" is a ${next.type}, not a directory`, { path });
      }
      directory = next;
    }
    return directory;
  }

  #add<N extends Item>(path: string, options: AddOptions, make: (name: string) => N): N {
    const owner = this.#owner();
    owner?.beforeChange("add");
    const names = splitPath(path);
    const name = names.pop();
    if (name === undefined) throw new DiscError("E_ITEM_EXISTS", `"${path}" is already there`, { path });
    for (const named of [name, ...Object.keys(options.streams ?? {})]) refuseName(named, path);
    checkGiven(options, path);
    const node = make(name);
    owner?.checkNames(path, name, node);
    const changes: TreeChange[] = [];
    const directory = this.#directoryAt(names, options.parents === true ? changes : undefined);
    const existing = directory.children.get(name);
    if (existing !== undefined) {
      const isDirectory = existing.type === "directory";
      if (isDirectory !== (node.type === "directory") && options.replace === true)
        throw collision(path, existing, node);
      if (options.replace !== true || isDirectory) {
        throw new DiscError("E_ITEM_EXISTS", `"${path}" is already there`, { path });
      }
      owner?.replaced(existing.path);
    }
    directory.attach(node);
    const change = new PlacedItem(directory, node, existing);
    owner?.changed(changes.length === 0 ? change : new JoinedChange([...changes, change]));
    return node;
  }
}
