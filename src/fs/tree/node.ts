import type { Content, ContentLike } from "./content.js";
import { contentOf } from "./content.js";
import type { DirectoryNode } from "./directory.js";
import type { FileEntryReference, FileSystemName } from "./disc-entry.js";
import { joinPath } from "./path.js";

/** The kinds of item a tree holds. */
export type ItemType = "file" | "directory" | "symlink" | "block" | "character" | "fifo" | "socket";

/** What a caller may say of an item besides its name and content; what is left out takes its default. */
export interface ItemAttributes {
  /** Permission bits with set-user-ID, set-group-ID and sticky bit: 0 to 0o7777. Default 0o755 for directories, 0o644 else. */
  readonly mode?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** Last modification; left out, it is the time at which the image is made. */
  readonly mtime?: Date | number | undefined;
  readonly atime?: Date | number | undefined;
  /** Last change of attributes. */
  readonly ctime?: Date | number | undefined;
  /** When it was created: kept in UDF alone. */
  readonly birthtime?: Date | number | undefined;
  /** Whether readers should not show it. */
  readonly hidden?: boolean | undefined;
  /** The file systems that do not show it at all, nor what is in it: "iso" stands for Rock Ridge, too. */
  readonly hiddenIn?: readonly FileSystemName[] | undefined;
  /** Named streams, which UDF from revision 2.00 on holds: more contents beside the item's own. */
  readonly streams?: Readonly<Record<string, ContentLike>> | undefined;
}

/** What a caller may say of a file besides. */
export interface FileAttributes extends ItemAttributes {
  /** Whether it is meant to be read at a steady rate: a real-time file of UDF 2.01 and later. */
  readonly realTime?: boolean | undefined;
  /** Files of greater weight lie before others on the disc; 0 by default. */
  readonly sortWeight?: number | undefined;
}

/** A content beside the item's own. It is no item: it has neither attributes nor streams. */
export interface NamedStream {
  readonly name: string;
  readonly content: Content;
}

function streamsOf({ streams }: ItemAttributes): ReadonlyMap<string, Content> | undefined {
  if (streams === undefined) return undefined;
  const given = Object.entries(streams);
  return given.length === 0 ? undefined : new Map(given.map(([name, content]) => [name, contentOf(content)]));
}

/** Milliseconds since 1970; `null` where nothing is given. @throws RangeError for what is no time. */
export function timeMs(time: Date | number | undefined): number | null {
  if (time === undefined) return null;
  const ms = Number(time);
  if (!Number.isFinite(ms)) throw new RangeError(`a time is a Date or milliseconds since 1970, got ${time}`);
  return ms;
}

function checkedMode(mode: number): number {
  if (Number.isInteger(mode) && mode >= 0 && mode <= 0o7777) return mode;
  throw new RangeError(`mode is an integer from 0 to 0o7777, got ${mode}`);
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
  | "imported"
>;

/** The attributes of an item as they are now. */
export function attributeValues(item: AttributeValues): AttributeValues {
  const { mode, uid, gid, mtimeMs, atimeMs, ctimeMs, birthtimeMs, hidden, hiddenIn, streams, imported } = item;
  return { mode, uid, gid, mtimeMs, atimeMs, ctimeMs, birthtimeMs, hidden, hiddenIn, streams, imported };
}

/** One item of a tree: what should be on the disc. It has no address. */
export abstract class TreeNode {
  abstract readonly type: ItemType;
  /** The name; bytes that are not UTF-8 stand in it as U+DC80 to U+DCFF (see names/name-bytes.ts). */
  name: string;
  parent: DirectoryNode | null = null;
  /** Permission bits, 0 to 0o7777. */
  mode: number;
  uid: number;
  gid: number;
  /** Milliseconds since 1970; `null` for the time at which the image is made. */
  mtimeMs: number | null;
  atimeMs: number | null;
  ctimeMs: number | null;
  birthtimeMs: number | null;
  hidden: boolean;
  hiddenIn: readonly FileSystemName[] | undefined;
  /** Named streams by name; `undefined` for none. UDF from revision 2.00 on holds them, and no other tree. */
  streams: ReadonlyMap<string, Content> | undefined;
  /** Whether it came from an earlier session and was not touched since. */
  imported = false;

  constructor(name: string, attributes: ItemAttributes, defaultMode: number) {
    this.name = name;
    this.mode = checkedMode(attributes.mode ?? defaultMode);
    this.uid = attributes.uid ?? 0;
    this.gid = attributes.gid ?? 0;
    this.mtimeMs = timeMs(attributes.mtime);
    this.atimeMs = timeMs(attributes.atime);
    this.ctimeMs = timeMs(attributes.ctime);
    this.birthtimeMs = timeMs(attributes.birthtime);
    this.hidden = attributes.hidden ?? false;
    this.hiddenIn = attributes.hiddenIn;
    this.streams = streamsOf(attributes);
  }

  /** The named streams in the order in which they were added; none where there are none. */
  get namedStreams(): readonly NamedStream[] {
    return [...(this.streams ?? [])].map(([name, content]) => ({ name, content }));
  }

  /** Takes the attributes that are given, and keeps the others. For items of an image: `DirectoryNode.setAttributes`. */
  assign(attributes: ItemAttributes): void {
    this.mode = checkedMode(attributes.mode ?? this.mode);
    this.uid = attributes.uid ?? this.uid;
    this.gid = attributes.gid ?? this.gid;
    this.mtimeMs = timeMs(attributes.mtime) ?? this.mtimeMs;
    this.atimeMs = timeMs(attributes.atime) ?? this.atimeMs;
    this.ctimeMs = timeMs(attributes.ctime) ?? this.ctimeMs;
    this.birthtimeMs = timeMs(attributes.birthtime) ?? this.birthtimeMs;
    this.hidden = attributes.hidden ?? this.hidden;
    this.hiddenIn = attributes.hiddenIn ?? this.hiddenIn;
    this.streams = streamsOf(attributes) ?? this.streams;
    this.imported = false;
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
  realTime: boolean;
  sortWeight: number;
  /** The file entry it was imported from; `undefined` for one that is new. */
  fileEntry: FileEntryReference | undefined = undefined;

  constructor(name: string, content: Content, attributes: FileAttributes = {}) {
    super(name, attributes, 0o644);
    this.content = content;
    this.realTime = attributes.realTime ?? false;
    this.sortWeight = attributes.sortWeight ?? 0;
  }

  override assign(attributes: FileAttributes): void {
    super.assign(attributes);
    this.realTime = attributes.realTime ?? this.realTime;
    this.sortWeight = attributes.sortWeight ?? this.sortWeight;
  }

  /** A file, in no directory yet, that is the same but for its content. */
  withContent(content: Content): FileNode {
    const { realTime, sortWeight } = this;
    return Object.assign(new FileNode(this.name, content, { realTime, sortWeight }), attributeValues(this));
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
