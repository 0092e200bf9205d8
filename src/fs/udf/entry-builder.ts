/** Makes items of file entries. ECMA-167, 3rd edition, 4/14.9, 4/14.17; OSTA UDF 2.3.5, 2.3.6, 3.3. */
import type { ReadContext } from "../../codec/codec.js";
import { reportFault, strictContext } from "../../codec/codec.js";
import { throwIfCancelled } from "../../errors.js";
import { blockBytes as mediumBlockBytes } from "../../units.js";
import { bytesFromName } from "../names/name-bytes.js";
import type { FoundItemAttributes } from "../susp/attribute-list.js";
import { attributesOfComponents, componentsOf, noItemAttributes } from "../susp/attribute-list.js";
import type { Extent } from "../tree/content.js";
import type { DiscStream, FileEntryReference } from "../tree/disc-entry.js";
import type { UnnamedEntry } from "../tree/listing-builder.js";
import type { ItemType } from "../tree/node.js";
import type { FoundAttributes } from "./attribute-reader.js";
import type { FileContents } from "./contents-reader.js";
import { extentsOfRuns } from "./contents-reader.js";
import { modeOfPermissions, noOwner } from "./file-entry.js";
import type { FileEntryReader, UdfFileEntry } from "./file-entry-reader.js";
import { ownAttributes } from "./file-entry-reader.js";
import { allocationForms, fileTypes, icbFlags, strategies } from "./icb.js";
import type { ByteRun } from "./partition-space.js";
import { readSymlinkTarget } from "./path-components.js";
import { StreamReader } from "./stream-reader.js";
import type { UdfTreeOptions } from "./udf-reader.js";
import { isReadFailure, lbaOfAddress } from "./volume-bytes.js";

/** The longest target of a link: hosts have 4 KiB, and components are a little longer than what they name. */
const maximumTargetBytes = 64 * 1024;

const itemTypes: ReadonlyMap<number, ItemType> = new Map([
  [fileTypes.none, "file"],
  [fileTypes.directory, "directory"],
  [fileTypes.file, "file"],
  [fileTypes.block, "block"],
  [fileTypes.character, "character"],
  [fileTypes.fifo, "fifo"],
  [fileTypes.socket, "socket"],
  [fileTypes.symlink, "symlink"],
  [fileTypes.realTime, "file"],
]);

/** Flags of an entry that another session may leave as they are: its form of allocation, mode bits, "archive". */
const usualFlags = 0x7 + icbFlags.setUserId + icbFlags.setGroupId + icbFlags.sticky + 0x20;

/** An item of which nothing but its name can be read. */
export function unreadableEntry(type: ItemType, refusal: string): UnnamedEntry {
  return {
    type,
    bytes: 0,
    mtimeMs: null,
    atimeMs: null,
    ctimeMs: null,
    birthtimeMs: null,
    mode: type === "directory" ? 0o555 : 0o444,
    uid: 0,
    gid: 0,
    links: 1,
    target: null,
    major: 0,
    minor: 0,
    hidden: false,
    extents: [],
    serialNumber: undefined,
    streams: [],
    extendedAttributes: undefined,
    accessControl: undefined,
    realTime: false,
    fileEntry: undefined,
    zisofs: undefined,
    refusal,
  };
}

/** What of an item hangs on its type: where its contents lie, or what it says instead. */
interface ItemContents {
  readonly bytes: number;
  readonly extents: readonly Extent[];
  readonly target: string | null;
  readonly refusal: string | null;
}

const noStreams: readonly DiscStream[] = [];

const nothing: ItemContents = { bytes: 0, extents: [], target: null, refusal: null };

/** Makes items of the entries of one volume. */
export class EntryBuilder {
  readonly #entries: FileEntryReader;
  readonly #options: UdfTreeOptions;
  readonly #streams: StreamReader;

  constructor(entries: FileEntryReader, options: UdfTreeOptions) {
    this.#entries = entries;
    this.#options = options;
    this.#streams = new StreamReader(entries, options);
  }

  /**
   * An item of an entry.
   *
   * @param path For messages.
   * @throws {@link DiscError} E_CANCELLED; what is wrong with contents is its refusal.
   */
  async build(entry: UdfFileEntry, path: string, signal: AbortSignal | undefined): Promise<UnnamedEntry> {
    const context = this.#entries.contextAt(entry.address);
    const { head } = entry;
    const type = itemTypes.get(head.fileType);
    if (type === undefined)
      return unreadableEntry("file", `it is of file type ${head.fileType}, which is none of a tree`);
    const attributes = await this.#entries.attributes(entry, signal);
    const lists = listsOf(entry, attributes, context);
    const contents = await this.#contents(entry, type, path, context, signal);
    if (head.links === 0) reportFault(context, "FileEntry", "fileLinkCount", "4/14.9.6", `of "${path}" is 0`);
    const streams = await this.#streams.read(entry, path, signal);
    return this.#item(entry, type, attributes, lists, contents, streams);
  }

  /**
   * The same of a file or directory that needs nothing but its entry, and of which nothing is odd; else `undefined`.
   *
   * @throws {@link DiscError} E_FIELD_INVALID for every fault, also for tolerated ones; E_NOT_SUPPORTED.
   */
  sound(entry: UdfFileEntry): UnnamedEntry | undefined {
    const { head } = entry;
    const type = itemTypes.get(head.fileType);
    if ((type !== "file" && type !== "directory") || head.links === 0) return undefined;
    if (head.extendedAttributeIcb.extentLength > 0 || (head.streamDirectoryIcb?.extentLength ?? 0) > 0)
      return undefined;
    const attributes = ownAttributes(entry, strictContext);
    const contents = this.#entries.ownContents(entry);
    if (contents === undefined) return undefined;
    const lists = listsOf(entry, attributes, strictContext);
    return this.#item(entry, type, attributes, lists, contentsOf(contents, type), noStreams);
  }

  #item(
    entry: UdfFileEntry,
    type: ItemType,
    attributes: FoundAttributes,
    lists: FoundItemAttributes,
    contents: ItemContents,
    streams: readonly DiscStream[],
  ): UnnamedEntry {
    const isDevice = type === "block" || type === "character";
    const said = attributesOf(entry, attributes);
    // Member by member: engines are slow to add to what was copied from another object, and every file has this.
    return {
      type,
      bytes: contents.bytes,
      mtimeMs: said.mtimeMs,
      atimeMs: said.atimeMs,
      ctimeMs: said.ctimeMs,
      birthtimeMs: said.birthtimeMs,
      mode: said.mode,
      uid: said.uid,
      gid: said.gid,
      links: said.links,
      target: contents.target,
      major: isDevice ? (attributes.device?.major ?? 0) : 0,
      minor: isDevice ? (attributes.device?.minor ?? 0) : 0,
      hidden: false,
      extents: contents.extents,
      serialNumber: said.serialNumber,
      streams,
      extendedAttributes: lists.extendedAttributes,
      accessControl: lists.accessControl,
      realTime: entry.head.fileType === fileTypes.realTime,
      fileEntry: this.#reference(entry, type, said, lists, contents, streams),
      zisofs: undefined,
      refusal: contents.refusal,
    };
  }

  async #contents(
    entry: UdfFileEntry,
    type: ItemType,
    path: string,
    context: ReadContext,
    signal: AbortSignal | undefined,
  ): Promise<ItemContents> {
    if (type !== "file" && type !== "directory" && type !== "symlink") return nothing;
    try {
      if (type === "symlink") return await this.#link(entry, path, context, signal);
      return contentsOf(await this.#entries.contents(entry, signal), type);
    } catch (error) {
      if (!isReadFailure(error)) throw error;
      throwIfCancelled(signal, `reading ${path}`);
      const length = Number(entry.head.informationLength);
      reportFault(context, "FileEntry", "contents", "4/12", `of "${path}" cannot be read: ${error.message}`);
      return { ...nothing, bytes: Number.isSafeInteger(length) ? length : 0, refusal: error.message };
    }
  }

  async #link(
    entry: UdfFileEntry,
    path: string,
    context: ReadContext,
    signal: AbortSignal | undefined,
  ): Promise<ItemContents> {
    const components = await this.#entries.wholeFile(entry, maximumTargetBytes, signal);
    const target = readSymlinkTarget(components, (reason) =>
      reportFault(context, "PathComponent", "component", "4/14.16.1", `of "${path}" ${reason}`),
    );
    if (target === "") return { ...nothing, target, refusal: "it is a link to nowhere: its target is empty" };
    return { ...nothing, bytes: bytesFromName(target).length, target };
  }

  /** How a later session may refer to the entry, where all that it says is said of the item. */
  #reference(
    entry: UdfFileEntry,
    type: ItemType,
    said: SaidAttributes,
    lists: FoundItemAttributes,
    { refusal }: ItemContents,
    streams: readonly DiscStream[],
  ): FileEntryReference | undefined {
    const { head, space, address, tag } = entry;
    const { flags, extendedAttributeIcb } = head;
    const { serialNumber, links, mode, uid, gid, mtimeMs, atimeMs, ctimeMs, birthtimeMs } = said;
    const partition = space.kind;
    if (partition === "sparable" || partition === "unknown") return undefined;
    const isUsual =
      type !== "directory" &&
      refusal === null &&
      streams.length === 0 &&
      (head.streamDirectoryIcb?.extentLength ?? 0) === 0 &&
      extendedAttributeIcb.extentLength === 0 &&
      this.#options.blockBytes === mediumBlockBytes &&
      address % mediumBlockBytes === 0 &&
      tag.tagSerialNumber === this.#options.tagSerialNumber &&
      head.strategyType === strategies.single &&
      head.parentIcbBlock === 0 &&
      (flags & ~usualFlags) === 0 &&
      flags % 8 !== allocationForms.extended &&
      head.links > 0 &&
      serialNumber !== undefined;
    if (!isUsual) return undefined;
    const lba = lbaOfAddress(address);
    return {
      lba,
      partition,
      block: entry.block,
      uniqueId: serialNumber,
      links,
      mode,
      uid,
      gid,
      mtimeMs,
      atimeMs,
      ctimeMs,
      birthtimeMs,
      extendedAttributes: lists.extendedAttributes,
      accessControl: lists.accessControl,
    };
  }
}

/** Extended attributes of hosts, and access control lists. */
function listsOf({ head }: UdfFileEntry, { lists }: FoundAttributes, context: ReadContext): FoundItemAttributes {
  if (lists.length === 0) return noItemAttributes;
  const fault = (field: string, reason: string): void =>
    reportFault(context, "ImplementationUse", field, "AAIP 2.0", reason);
  return attributesOfComponents(componentsOf(lists, fault), modeOfPermissions(head.permissions, head.flags), fault);
}

/** What an entry says of an item of any type. */
type SaidAttributes = Pick<
  UnnamedEntry,
  "mtimeMs" | "atimeMs" | "ctimeMs" | "birthtimeMs" | "mode" | "uid" | "gid" | "links" | "serialNumber"
>;

function attributesOf({ head }: UdfFileEntry, attributes: FoundAttributes): SaidAttributes {
  const uniqueId = Number(head.uniqueId);
  return {
    mtimeMs: head.modifyMs,
    atimeMs: head.accessMs,
    ctimeMs: head.attributesMs,
    birthtimeMs: head.creationMs ?? attributes.creationMs ?? null,
    mode: modeOfPermissions(head.permissions, head.flags),
    uid: head.uid === noOwner ? 0 : head.uid,
    gid: head.gid === noOwner ? 0 : head.gid,
    links: Math.max(1, head.links),
    serialNumber: uniqueId !== 0 && Number.isSafeInteger(uniqueId) ? uniqueId : undefined,
  };
}

function contentsOf(found: FileContents, type: ItemType): ItemContents {
  return { bytes: found.bytes, extents: extentsOfRuns(runsOf(found, type)), target: null, refusal: null };
}

/** Where contents lie; of directories without what is not recorded, which holds no identifiers. */
function runsOf({ runs }: FileContents, type: ItemType): readonly ByteRun[] {
  return type === "directory" ? runs.filter(({ address }) => address !== null) : runs;
}
