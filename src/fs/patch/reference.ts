/** What leads to the contents of files, and what has to be written there when contents change in their places. */
import type { BytePatch } from "../hybrid/byte-patch.js";
import type { Extent } from "../tree/content.js";
import type { FileSystemName } from "../tree/disc-entry.js";

/** One name of a file, in one tree of one session. */
export interface FileName {
  /** Number of the session. */
  readonly session: number;
  readonly fileSystem: FileSystemName;
  readonly path: string;
}

/** What becomes of a file. */
export interface FileChange {
  /** Its new length. */
  readonly bytes: number;
  /** Its new modification time, in milliseconds since 1970; `undefined` leaves the old one. */
  readonly mtimeMs: number | undefined;
  /** Its new content, where that is needed: for contents in a file entry. */
  readonly content: Uint8Array | undefined;
}

/** A directory record, or a file entry, that says where contents lie, and how many bytes they have. */
export interface FileReference extends FileName {
  readonly extents: readonly Extent[];
  readonly bytes: number;
  /** The byte of the image at which it starts: the names of one file entry have the same. */
  readonly address: number;
  /** The most bytes that it can hold, where it holds the contents itself; else `undefined`. */
  readonly embeddedLimit: number | undefined;
  /** The place of the content's sum in the array that libisofs keeps of a session; `undefined` for none. */
  readonly sumIndex: number | undefined;
  /** Why the contents cannot be changed; `undefined` where nothing speaks against it. */
  readonly refusal: string | undefined;
  /**
   * What has to be written so that it tells of a changed file.
   *
   * @throws {@link DiscError} E_NOT_SUPPORTED for a length that it cannot tell of.
   */
  patches(change: FileChange): Promise<readonly BytePatch[]>;
}
