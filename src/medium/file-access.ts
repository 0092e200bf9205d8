/** An open file of the host, read and written at byte offsets. */
export interface FileHandle extends AsyncDisposable {
  /** Length in bytes. */
  size(): Promise<number>;
  /** Reads up to `into.length` bytes at `offset`; returns how many there were. */
  read(offset: number, into: Uint8Array): Promise<number>;
  /** Writes all of `from` at `offset`, extending the file with a hole where it starts beyond the end. */
  write(offset: number, from: Uint8Array): Promise<void>;
  /** Cuts the file off, or extends it with a hole. */
  truncate(bytes: number): Promise<void>;
  /** Makes what was written survive a loss of power. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** A lock that this process holds. */
export interface FileLock extends AsyncDisposable {
  release(): Promise<void>;
}

/**
 * What the package needs of the host's files, as an interface: Node's implementation is in `host`, tests wrap it to
 * make any operation fail.
 */
export interface FileAccess {
  /** @throws {@link DiscError} E_HOST; for `create`, E_TARGET_EXISTS where the file is there. */
  open(path: string, mode: "read" | "readWrite" | "create"): Promise<FileHandle>;
  exists(path: string): Promise<boolean>;
  /** The whole of a small file; `undefined` where there is none. */
  readFile(path: string): Promise<Uint8Array | undefined>;
  /** Replaces a small file as a whole: after a crash there is the old one or the new one. */
  replaceFile(path: string, bytes: Uint8Array): Promise<void>;
  /** Removes a file that may be there. @throws {@link DiscError} E_TARGET_EXISTS for a folder or device; E_HOST. */
  remove(path: string): Promise<void>;
  /**
   * Takes the lock of a file, held until it is released or this process ends.
   *
   * @throws {@link DiscError} E_DISC_BUSY while another process or handle holds it.
   */
  lock(path: string): Promise<FileLock>;
}
