/** Brings a tree up to a source: finds what differs, and changes that alone. */
import type { WarningListener } from "../../errors.js";
import { DiscError, throwIfCancelled } from "../../errors.js";
import type { TaskOptions } from "../../medium/session-data.js";
import { compareNames } from "../names/name-bytes.js";
import type { Content } from "../tree/content.js";
import type { Item, TreeSource } from "../tree/directory.js";
import { DirectoryNode } from "../tree/directory.js";
import { recordsModes } from "../tree/disc-entry.js";
import type { HostAttributes } from "../tree/extended-attributes.js";
import { withScope } from "../tree/extended-attributes.js";
import type { ItemAttributes } from "../tree/item-attributes.js";
import type { ChangeRules, ComparedItem } from "../tree/item-changes.js";
import { itemChanges } from "../tree/item-changes.js";
import { collision } from "../tree/merge.js";
import type { FileNode, ItemType } from "../tree/node.js";
import { joinPath, splitPath } from "../tree/path.js";
import { walkTree } from "../tree/walk.js";
import type { FileSystemImage } from "./file-system-image.js";
import { areSameContents } from "./import-samples.js";
import type { ContentDigest } from "./shared-contents.js";
import { SharedContents } from "./shared-contents.js";
import { ImageTimes } from "./times.js";

/** How a tree is brought up to a source. */
export interface UpdateTreeOptions extends TaskOptions {
  /** The directory that is brought up, made where it is missing. Default "/". */
  readonly at?: string | undefined;
  /** Removes what the source lacks, below `at`. */
  readonly delete?: boolean | undefined;
  /** Compares contents. Else files of one size and modification time are taken for equal. */
  readonly checksum?: boolean | undefined;
  /** Gives files with contents that are in the image already, or twice in the source, one content. */
  readonly digest?: ContentDigest | undefined;
  /** Extended attributes and access control lists that the source has taken, and that are compared. Default: none. */
  readonly hostAttributes?: HostAttributes | undefined;
  /** Called with each item that is there, before it is replaced or removed. */
  readonly onGone?: ((existing: Item) => void) | undefined;
  /** Hears of items that no file system of the image holds: W_SKIPPED. */
  readonly onWarning?: WarningListener | undefined;
}

/** One thing that was changed. */
export interface UpdateChange {
  readonly path: string;
  /** `attributes`: mode, owner or time alone, so that no content is written. */
  readonly kind: "add" | "replace" | "attributes" | "remove";
  /** What it is now; of what was removed, what it was. */
  readonly type: ItemType;
}

/** What was changed. */
export interface TreeUpdate {
  /** In the order of the bytes of the paths. */
  readonly changes: readonly UpdateChange[];
  /** Items that are as they were. */
  readonly unchanged: number;
  /** Items of the source that no file system of the image holds. */
  readonly skipped: number;
  /** Bytes of contents that have to be written. */
  readonly bytes: number;
  /** Bytes of contents that are referred to, since they are there already or come twice. */
  readonly sharedBytes: number;
}

/** What is to be done with one item. */
interface Step {
  readonly kind: UpdateChange["kind"];
  readonly path: string;
  /** What is there; `undefined` for what is added. */
  readonly existing: Item | undefined;
  /** What the source has; `undefined` for what is removed. */
  readonly found: Item | undefined;
  /** The directory that the item is in; `undefined` for the topmost one. */
  readonly parent: DirectoryNode | undefined;
}

function attributesOf(found: Item, existing: Item | undefined, wanted: HostAttributes): ItemAttributes {
  const { mode, uid, gid, mtimeMs, atimeMs, ctimeMs } = found;
  const time = (ms: number | null): number | undefined => ms ?? undefined;
  const { extendedAttributes: scope, accessControl } = wanted;
  return {
    mode,
    uid,
    gid,
    mtime: time(mtimeMs),
    atime: time(atimeMs),
    ctime: time(ctimeMs),
    ...(scope === undefined
      ? {}
      : { extendedAttributes: withScope(existing?.extendedAttributes, found.extendedAttributes, scope) }),
    ...(accessControl === true ? { accessControl: found.accessControl ?? { access: null, default: null } } : {}),
  };
}

function comparedItem(item: Item, mtimeMs: number | null): ComparedItem {
  const { type, mode, uid, gid, extendedAttributes, accessControl } = item;
  const bytes = item.type === "file" ? item.content.bytes : 0;
  const target = item.type === "symlink" ? item.target : null;
  const [major, minor] = "major" in item ? [item.major, item.minor] : [0, 0];
  return { type, bytes, mtimeMs, mode, uid, gid, target, major, minor, extendedAttributes, accessControl };
}

/** Finds what differs; nothing is changed. */
class UpdatePlan {
  readonly steps: Step[] = [];
  /** Contents of the source that are in the image already: files that were not changed, and may have other names. */
  readonly known: Map<Content, Content> = new Map();
  unchanged = 0;
  readonly #options: UpdateTreeOptions;
  readonly #rules: ChangeRules;
  readonly #times: ImageTimes;

  constructor(image: FileSystemImage, options: UpdateTreeOptions) {
    const modes = image.fileSystems.some(recordsModes);
    this.#options = options;
    const { hostAttributes: attributes = {} } = options;
    this.#rules = { modes, owners: modes, attributes, directoryTimes: true, isOtherOnDisc: false };
    this.#times = new ImageTimes(image.options.sourceDateEpoch, () => {});
  }

  /**
   * Compares a directory with that of the source.
   *
   * @param into `undefined` where it is still to be made.
   */
  async compare(into: DirectoryNode | undefined, from: DirectoryNode, path: string): Promise<void> {
    if (into === undefined) return this.#step("add", path, undefined, from, undefined);
    await this.#item(into, from, path, into.parent ?? undefined);
    const open = [{ into, from, path }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      throwIfCancelled(this.#options.signal, "comparing");
      for (const found of next.from) {
        const existing = next.into.children.get(found.name);
        const below = joinPath(next.path, found.name);
        await this.#item(existing, found, below, next.into);
        if (existing?.type === "directory" && found.type === "directory") {
          open.push({ into: existing, from: found, path: below });
        }
      }
      if (this.#options.delete !== true) continue;
      for (const existing of next.into) {
        if (next.from.children.has(existing.name)) continue;
        this.#step("remove", joinPath(next.path, existing.name), existing, undefined, next.into);
      }
    }
  }

  async #item(existing: Item | undefined, found: Item, path: string, parent: DirectoryNode | undefined): Promise<void> {
    if (existing === undefined) return this.#step("add", path, existing, found, parent);
    const kind = await this.#changeOf(existing, found);
    if (kind === "replace" && existing.type === "directory" && this.#options.delete !== true) {
      throw collision(path, existing, found);
    }
    if (kind !== undefined) this.#step(kind, path, existing, found, parent);
    else this.unchanged++;
    if (kind === "replace" || existing.type !== "file" || found.type !== "file") return undefined;
    if (existing.content.bytes > 0) this.known.set(found.content, existing.content);
    return undefined;
  }

  async #changeOf(existing: Item, found: Item): Promise<"replace" | "attributes" | undefined> {
    const one = comparedItem(existing, existing.mtimeMs);
    const changes = itemChanges(one, comparedItem(found, this.#times.modifyMs(found)), this.#rules);
    const kinds = new Set(changes.map(({ kind }) => kind));
    if (kinds.has("type") || kinds.has("size") || kinds.has("target") || kinds.has("device")) return "replace";
    if (existing.type === "file" && found.type === "file" && !(await this.#hasContent(existing, found, kinds))) {
      return "replace";
    }
    return kinds.size > 0 || existing.mtimeMs === null ? "attributes" : undefined;
  }

  /** Whether a file's content is taken for that of the source; their lengths are equal. */
  async #hasContent(existing: FileNode, found: FileNode, kinds: ReadonlySet<string>): Promise<boolean> {
    // A disc that does not say when a file was changed does not say that it is the same.
    if (this.#options.checksum !== true) return !kinds.has("mtime") && existing.mtimeMs !== null;
    return await areSameContents(existing.content, found.content, this.#options.signal);
  }

  #step(
    kind: Step["kind"],
    path: string,
    existing: Item | undefined,
    found: Item | undefined,
    parent: DirectoryNode | undefined,
  ): void {
    this.steps.push({ kind, path, existing, found, parent });
  }
}

/** Takes out of a loaded tree what no file system of an image holds. */
function leaveOut(image: FileSystemImage, loaded: DirectoryNode, at: string, options: UpdateTreeOptions): number {
  const { fileSystems } = image;
  const holdsLinks =
    fileSystems.includes("rockridge") || (fileSystems.includes("udf") && image.options.udfSpecialFiles);
  if (holdsLinks === true) return 0;
  const left = [...walkTree(loaded, at)].filter(({ node }) => node.type !== "directory" && node.type !== "file");
  for (const { path, node } of left) {
    const reason = "no file system of the disc holds links and devices";
    options.onWarning?.(new DiscError("W_SKIPPED", `"${path}" is left out: ${reason}`, { path, reason }));
    node.parent?.children.delete(node.name);
  }
  return left.length;
}

/** The changes that a step makes; a directory is added or removed with all that is in it. */
function* changesOf({ kind, path, existing, found }: Step): Generator<UpdateChange> {
  const item = found ?? existing!;
  if (kind === "replace" && existing?.type === "directory") {
    for (const below of walkTree(existing, path)) yield { path: below.path, kind: "remove", type: below.node.type };
  }
  yield { path, kind, type: item.type };
  if (kind === "attributes" || item.type !== "directory") return;
  const below = kind === "remove" ? "remove" : "add";
  for (const { path: inside, node } of walkTree(item, path)) yield { path: inside, kind: below, type: node.type };
}

/** The contents of files that are added, or put into the place of others. */
function* newContents(steps: readonly Step[]): Generator<Content> {
  for (const { kind, found } of steps) {
    if (found === undefined || (kind !== "add" && kind !== "replace")) continue;
    if (found.type === "file") yield found.content;
    if (found.type !== "directory") continue;
    for (const { node } of walkTree(found)) if (node.type === "file") yield node.content;
  }
}

/** Gives the files at and below an item the contents that are shared. */
function withShared(item: Item, shared: SharedContents): Item {
  if (item.type === "file") {
    const content = shared.take(item.content);
    return content === item.content ? item : item.withContent(content);
  }
  if (item.type !== "directory") return item;
  for (const { node } of walkTree(item)) if (node.type === "file") node.parent?.put(withShared(node, shared));
  return item;
}

function apply(root: DirectoryNode, step: Step, shared: SharedContents, options: UpdateTreeOptions): void {
  const { onGone, hostAttributes: attributes = {} } = options;
  const { kind, path, existing, found, parent } = step;
  if (existing !== undefined && kind !== "attributes") {
    onGone?.(existing);
    root.removeTree(path);
  }
  if (found === undefined) return;
  if (kind === "attributes") {
    existing?.assign(attributesOf(found, existing, attributes));
    return;
  }
  const item = withShared(found, shared);
  if (parent !== undefined) {
    parent.put(item);
    return;
  }
  const made = root.addDirectory(path, { parents: true, ...attributesOf(item, undefined, attributes) });
  if (item.type === "directory") for (const child of item) made.put(child);
}

/**
 * Brings the tree of an image up to a source: adds what it lacks, replaces what differs, and, where that is asked for,
 * removes what the source does not have. Everything else stays what it is: contents on a disc stay where they lie, and
 * a file of which only mode, owner or, with `checksum`, time differ keeps its content.
 *
 * Modification times are compared as far as the disc keeps them. A link or device that no file system of the image
 * holds is left out. Nothing is changed when it fails or is cancelled.
 *
 * @throws {@link DiscError} E_TYPE_COLLISION for a directory in the place of something else, without `delete`;
 *   E_NOT_A_DIRECTORY, E_PATH_INVALID, E_IMAGE_IN_USE, E_CANCELLED; what the source raises.
 */
export async function updateTree(
  image: FileSystemImage,
  source: TreeSource,
  options: UpdateTreeOptions = {},
): Promise<TreeUpdate> {
  const { root } = image;
  const { signal, onProgress, digest } = options;
  const at = `/${splitPath(options.at ?? "/").join("/")}`;
  const into = root.find(at);
  if (into !== undefined && into.type !== "directory") {
    throw new DiscError("E_NOT_A_DIRECTORY", `"${at}" is a ${into.type}, not a directory`, { path: at });
  }
  const loaded = new DirectoryNode("");
  await source.load(loaded, { signal, onProgress });
  const skipped = leaveOut(image, loaded, at, options);
  const plan = new UpdatePlan(image, options);
  await plan.compare(into, loaded, at);
  plan.steps.sort((one, other) => compareNames(one.path, other.path));
  const shared = new SharedContents(plan.known, digest);
  await shared.find(root, newContents(plan.steps), signal);
  const changes = plan.steps.flatMap((step) => [...changesOf(step)]);
  changes.sort((one, other) => compareNames(one.path, other.path));
  for (const step of plan.steps) apply(root, step, shared, options);
  const { bytes, sharedBytes } = shared;
  return { changes, unchanged: plan.unchanged, skipped, bytes, sharedBytes };
}
