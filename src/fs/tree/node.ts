import type { AccessControl } from "./access-control.js";
import type { TreeChange } from "./change-log.js";
import type { Content } from "./content.js";
import type { DirectoryNode, TreeOwner } from "./directory.js";
import type { FileEntryReference, FileSystemName } from "./disc-entry.js";
import type { AttributeMap } from "./extended-attributes.js";
import { attributeMap } from "./extended-attributes.js";
import type { FileAttributes, ItemAttributes } from "./item-attributes.js";
import { checkedMode, givenMode, listsOf, streamsOf, timeMs } from "./item-attributes.js";
import { joinPath } from "./path.js";

/** The kinds of item a tree holds. */
export type ItemType = "file" | "directory" | "symlink" | "block" | "character" | "fifo" | "socket";

/** A content beside the item's own. It is no item: it has neither attributes nor streams. */
export interface NamedStream {
  readonly name: string;
  readonly content: Content;
}

/** What is known of an item besides its name, its content and its place. */
export type AttributeValues = Pick<
  TreeNode,
  | "mode"
  | "uid"
  | "gid"
  | "mtimeMs"
  | "atimeMs"
  | "ctimeMs"
  | "birthtimeMs"
  | "hidden"
  | "hiddenIn"
  | "streams"
  | "extendedAttributes"
  | "accessControl"
  | "imported"
>;

/** The attributes of an item as they are now. */
export function attributeValues(item: AttributeValues): AttributeValues {
  const { mode, uid, gid, mtimeMs, atimeMs, ctimeMs, birthtimeMs, hidden, hiddenIn, streams, imported } = item;
  const { extendedAttributes, accessControl } = item;
  return {
    mode,
    uid,
    gid,
    mtimeMs,
    atimeMs,
    ctimeMs,
    birthtimeMs,
    hidden,
    hiddenIn,
    streams,
    extendedAttributes,
    accessControl,
    imported,
  };
}

/**
 * One item of a tree: what should be on the disc. It has no address.
 *
 * Its attributes can be set one by one. In the tree of an image, each of that is a change that can be undone, and is
 * refused while a result of the image is in use (E_IMAGE_IN_USE).
 */
export abstract class TreeNode {
  abstract readonly type: ItemType;
  /** The name; bytes that are not UTF-8 stand in it as U+DC80 to U+DCFF (see names/name-bytes.ts). */
  name: string;
  parent: DirectoryNode | null = null;
  /** Whether it came from an earlier session and was not touched since. */
  imported = false;
  #mode: number;
  #uid: number;
  #gid: number;
  #mtimeMs: number | null;
  #atimeMs: number | null;
  #ctimeMs: number | null;
  #birthtimeMs: number | null;
  #hidden: boolean;
  #hiddenIn: readonly FileSystemName[] | undefined;
  #streams: ReadonlyMap<string, Content> | undefined;
  #extendedAttributes: AttributeMap | undefined;
  #accessControl: AccessControl | undefined;

  constructor(name: string, attributes: ItemAttributes, defaultMode: number) {
    this.name = name;
    this.#mode = givenMode(attributes, defaultMode);
    this.#uid = attributes.uid ?? 0;
    this.#gid = attributes.gid ?? 0;
    this.#mtimeMs = timeMs(attributes.mtime);
    this.#atimeMs = timeMs(attributes.atime);
    this.#ctimeMs = timeMs(attributes.ctime);
    this.#birthtimeMs = timeMs(attributes.birthtime);
    this.#hidden = attributes.hidden ?? false;
    this.#hiddenIn = attributes.hiddenIn;
    this.#streams = streamsOf(attributes);
    const { extendedAttributes } = attributes;
    this.#extendedAttributes = extendedAttributes === undefined ? undefined : attributeMap(extendedAttributes);
    this.#accessControl = listsOf(attributes);
  }

  /** Permission bits, 0 to 0o7777. */
  get mode(): number {
    return this.#mode;
  }

  set mode(mode: number) {
    const checked = checkedMode(mode);
    this.change();
    this.#mode = checked;
  }

  get uid(): number {
    return this.#uid;
  }

  set uid(uid: number) {
    this.change();
    this.#uid = uid;
  }

  get gid(): number {
    return this.#gid;
  }

  set gid(gid: number) {
    this.change();
    this.#gid = gid;
  }

  /** Milliseconds since 1970; `null` for the time at which the image is made. */
  get mtimeMs(): number | null {
    return this.#mtimeMs;
  }

  set mtimeMs(ms: number | null) {
    this.change();
    this.#mtimeMs = ms;
  }

  get atimeMs(): number | null {
    return this.#atimeMs;
  }

  set atimeMs(ms: number | null) {
    this.change();
    this.#atimeMs = ms;
  }

  get ctimeMs(): number | null {
    return this.#ctimeMs;
  }

  set ctimeMs(ms: number | null) {
    this.change();
    this.#ctimeMs = ms;
  }

  get birthtimeMs(): number | null {
    return this.#birthtimeMs;
  }

  set birthtimeMs(ms: number | null) {
    this.change();
    this.#birthtimeMs = ms;
  }

  get hidden(): boolean {
    return this.#hidden;
  }

  set hidden(hidden: boolean) {
    this.change();
    this.#hidden = hidden;
  }

  get hiddenIn(): readonly FileSystemName[] | undefined {
    return this.#hiddenIn;
  }

  set hiddenIn(fileSystems: readonly FileSystemName[] | undefined) {
    this.change();
    this.#hiddenIn = fileSystems;
  }

  /** Named streams by name; `undefined` for none. UDF from revision 2.00 on holds them, and no other tree. */
  get streams(): ReadonlyMap<string, Content> | undefined {
    return this.#streams;
  }

  set streams(streams: ReadonlyMap<string, Content> | undefined) {
    this.change();
    this.#streams = streams;
  }

  /** Extended attributes by name; `undefined` for none. Rock Ridge and UDF hold them. */
  get extendedAttributes(): AttributeMap | undefined {
    return this.#extendedAttributes;
  }

  set extendedAttributes(attributes: AttributeMap | undefined) {
    this.change();
    this.#extendedAttributes = attributes;
  }

  /** Access control lists; `undefined` for none. Where the mode says something else of one class, the mode is right. */
  get accessControl(): AccessControl | undefined {
    return this.#accessControl;
  }

  set accessControl(lists: AccessControl | undefined) {
    this.change();
    this.#accessControl = lists;
  }

  /** The named streams in the order in which they were added; none where there are none. */
  get namedStreams(): readonly NamedStream[] {
    return [...(this.streams ?? [])].map(([name, content]) => ({ name, content }));
  }

  /** Takes the attributes that are given, and keeps the others. */
  assign(attributes: ItemAttributes): void {
    const mode = givenMode(attributes, this.#mode);
    const [mtime, atime, ctime, birthtime] = [
      timeMs(attributes.mtime),
      timeMs(attributes.atime),
      timeMs(attributes.ctime),
      timeMs(attributes.birthtime),
    ];
    this.change();
    this.#mode = mode;
    this.#uid = attributes.uid ?? this.#uid;
    this.#gid = attributes.gid ?? this.#gid;
    this.#mtimeMs = mtime ?? this.#mtimeMs;
    this.#atimeMs = atime ?? this.#atimeMs;
    this.#ctimeMs = ctime ?? this.#ctimeMs;
    this.#birthtimeMs = birthtime ?? this.#birthtimeMs;
    this.#hidden = attributes.hidden ?? this.#hidden;
    this.#hiddenIn = attributes.hiddenIn ?? this.#hiddenIn;
    this.#streams = streamsOf(attributes) ?? this.#streams;
    if (attributes.extendedAttributes !== undefined) {
      this.#extendedAttributes = attributeMap(attributes.extendedAttributes);
    }
    if (attributes.accessControl !== undefined) this.#accessControl = listsOf(attributes);
    this.imported = false;
  }

  /** Takes all attributes of another item, without a record of it. */
  restore(values: AttributeValues): void {
    this.#mode = values.mode;
    this.#uid = values.uid;
    this.#gid = values.gid;
    this.#mtimeMs = values.mtimeMs;
    this.#atimeMs = values.atimeMs;
    this.#ctimeMs = values.ctimeMs;
    this.#birthtimeMs = values.birthtimeMs;
    this.#hidden = values.hidden;
    this.#hiddenIn = values.hiddenIn;
    this.#streams = values.streams;
    this.#extendedAttributes = values.extendedAttributes;
    this.#accessControl = values.accessControl;
    this.imported = values.imported;
  }

  /** What brings its attributes back as they are now. */
  attributesNow(): TreeChange {
    const before = attributeValues(this);
    return { undo: () => this.restore(before) };
  }

  /**
   * Tells who owns the tree that an attribute is about to change.
   *
   * @throws {@link DiscError} E_IMAGE_IN_USE.
   */
  protected change(): void {
    let top: DirectoryNode | null = this.parent;
    while (top !== null && top.parent !== null) top = top.parent;
    const owner = top === null ? this.ownOwner : top.owner;
    if (owner === undefined) return;
    owner.beforeChange("setting attributes");
    owner.changed(this.attributesNow());
    this.imported = false;
  }

  /** The owner of the tree that begins with this item: items other than directories begin none. */
  protected get ownOwner(): TreeOwner | undefined {
    return undefined;
  }

  /** Its path in the image: "/a/b"; "/" for the root. */
  get path(): string {
    return this.parent === null ? "/" : joinPath(this.parent.path, this.name);
  }
}

/** A file with content. */
export class FileNode extends TreeNode {
  readonly type = "file";
  readonly content: Content;
  #realTime: boolean;
  #sortWeight: number;
  /** The file entry it was imported from; `undefined` for one that is new. */
  fileEntry: FileEntryReference | undefined = undefined;

  constructor(name: string, content: Content, attributes: FileAttributes = {}) {
    super(name, attributes, 0o644);
    this.content = content;
    this.#realTime = attributes.realTime ?? false;
    this.#sortWeight = attributes.sortWeight ?? 0;
  }

  get realTime(): boolean {
    return this.#realTime;
  }

  set realTime(realTime: boolean) {
    this.change();
    this.#realTime = realTime;
  }

  get sortWeight(): number {
    return this.#sortWeight;
  }

  set sortWeight(weight: number) {
    this.change();
    this.#sortWeight = weight;
  }

  override assign(attributes: FileAttributes): void {
    super.assign(attributes);
    this.#realTime = attributes.realTime ?? this.#realTime;
    this.#sortWeight = attributes.sortWeight ?? this.#sortWeight;
  }

  override attributesNow(): TreeChange {
    const inherited = super.attributesNow();
    const { realTime, sortWeight } = this;
    return {
      undo: () => {
        inherited.undo();
        this.#realTime = realTime;
        this.#sortWeight = sortWeight;
      },
    };
  }

  /** A file, in no directory yet, that is the same but for its content. */
  withContent(content: Content): FileNode {
    const { realTime, sortWeight } = this;
    const node = new FileNode(this.name, content, { realTime, sortWeight });
    node.restore(this);
    return node;
  }
}

/** A symbolic link. */
export class SymlinkNode extends TreeNode {
  readonly type = "symlink";
  /** Where it points, as in {@link TreeNode.name} for bytes that are not UTF-8. */
  readonly target: string;

  constructor(name: string, target: string, attributes: ItemAttributes = {}) {
    super(name, attributes, 0o777);
    this.target = target;
  }
}

/** The kinds of {@link SpecialNode}. */
export type SpecialType = "block" | "character" | "fifo" | "socket";

/** A device node, FIFO or socket. */
export class SpecialNode extends TreeNode {
  readonly type: SpecialType;
  /** Device numbers; 0 for FIFOs and sockets. */
  readonly major: number;
  readonly minor: number;

  constructor(name: string, type: SpecialType, major: number, minor: number, attributes: ItemAttributes = {}) {
    super(name, attributes, 0o644);
    this.type = type;
    this.major = major;
    this.minor = minor;
  }
}
