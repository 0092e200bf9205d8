import { blockBytes } from "../../units.js";
import type { AccessControl } from "./access-control.js";
import type { Extent } from "./content.js";
import type { AttributeMap } from "./extended-attributes.js";
import type { ItemType } from "./node.js";
import type { ZisofsForm } from "./zisofs-form.js";

/** The trees a session can have. */
export type FileSystemName = "rockridge" | "joliet" | "iso" | "udf";

/** Whether a tree records permissions and owners; in others they are made up. */
export function recordsModes(fileSystem: FileSystemName): boolean {
  return fileSystem === "rockridge" || fileSystem === "udf";
}

/** A named stream of an item: more contents beside its own. OSTA UDF 3.3.5. */
export interface DiscStream {
  readonly name: string;
  readonly bytes: number;
  readonly extents: readonly Extent[];
}

/** The file entry of an item in UDF, with what it says: a later session refers to it where it would write the same. */
export interface FileEntryReference {
  /** Block of the disc. */
  readonly lba: number;
  /** The kind of partition in which it is found, and its block in that. */
  readonly partition: "type1" | "metadata" | "virtual";
  readonly block: number;
  readonly uniqueId: number;
  readonly links: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeMs: number | null;
  readonly atimeMs: number | null;
  readonly ctimeMs: number | null;
  readonly birthtimeMs: number | null;
  readonly extendedAttributes: AttributeMap | undefined;
  readonly accessControl: AccessControl | undefined;
}

/** An item as it stands on a disc. */
export interface DiscEntry {
  /** "/a/b"; "/" for the root. */
  readonly path: string;
  /** As in `TreeNode.name`; empty for the root. */
  readonly name: string;
  readonly type: ItemType;
  /** Length of a file, uncompressed, of a directory's records, of a link's target; else 0. */
  readonly bytes: number;
  /** Milliseconds since 1970; `null` where the disc does not say. */
  readonly mtimeMs: number | null;
  readonly atimeMs: number | null;
  readonly ctimeMs: number | null;
  /** When it was created. */
  readonly birthtimeMs: number | null;
  /** Permission bits, 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly links: number;
  /** Where a symbolic link points; else `null`. */
  readonly target: string | null;
  /** Numbers of a device; else 0. */
  readonly major: number;
  readonly minor: number;
  readonly hidden: boolean;
  /** Where contents lie; none for empty ones. */
  readonly extents: readonly Extent[];
  /** POSIX file serial number, where the disc says one. */
  readonly serialNumber: number | undefined;
  /** None but in UDF. */
  readonly streams: readonly DiscStream[];
  /** Extended attributes by name, those of libisofs ("isofs.") among them; `undefined` for none. */
  readonly extendedAttributes: AttributeMap | undefined;
  /** Access control lists beyond the mode; `undefined` for none. */
  readonly accessControl: AccessControl | undefined;
  /** Whether a file's contents are meant to be read at a steady rate: UDF's real-time files. */
  readonly realTime: boolean;
  readonly fileEntry: FileEntryReference | undefined;
  /** How what lies in the extents is compressed; `undefined` for plain contents. */
  readonly zisofs: ZisofsForm | undefined;
  /** Why the contents cannot be read; `null` where nothing speaks against it. */
  readonly refusal: string | null;
}

/** What is in a directory of a disc. */
export interface DirectoryListing {
  /** In the order of the records; names are unique and legal. */
  readonly entries: readonly DiscEntry[];
  /** Directories whose records lie here but which belong elsewhere in the tree (Rock Ridge relocation). */
  readonly relocated: number;
}

/** One tree of a session, read directory by directory. */
export interface TreeReader {
  readonly fileSystem: FileSystemName;
  /** @throws {@link DiscError} E_FIELD_INVALID, E_READ_FAILED. */
  root(signal?: AbortSignal): Promise<DiscEntry>;
  /** @throws {@link DiscError} E_FIELD_INVALID, E_READ_FAILED, E_CANCELLED. */
  list(directory: DiscEntry, signal?: AbortSignal): Promise<DirectoryListing>;
}

/** The byte of the disc at which an extent starts; `undefined` for none, and for a hole. */
export function byteAddressOf(extent: Extent | undefined): number | undefined {
  if (extent === undefined || extent.lba === null) return undefined;
  return extent.lba * blockBytes + (extent.offset ?? 0);
}

/**
 * What tells one directory from all others, and contents from others: the byte of the disc at which it starts.
 * Directories of UDF may be a few bytes long, several of them in one block. `undefined` for what lies nowhere.
 */
export function identityOf({ extents }: Pick<DiscEntry, "extents">): number | undefined {
  return byteAddressOf(extents[0]);
}
