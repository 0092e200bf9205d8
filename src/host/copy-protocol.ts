/** What main thread and copying thread say to each other. */

/** What a file of the host was when it was added, and must still be. */
export interface FileState {
  readonly bytes: number;
  readonly mtimeMs: number;
}

/** A run of bytes of a file, and where it goes: an offset in the shared buffer, or in the file that is written. */
export interface CopyItem extends FileState {
  readonly path: string;
  readonly offset: number;
  readonly at: number;
  readonly length: number;
}

/** A batch of runs, in the order of where they go. */
export interface CopyRequest {
  readonly number: number;
  readonly items: readonly CopyItem[];
  /**
   * A buffer that receives them all; or the descriptor of an open file, in which the last block of each run is filled
   * up with zeros.
   */
  readonly target: SharedArrayBuffer | number;
}

/** How a batch ended; `failure` names the item that failed. */
export interface CopyReply {
  readonly number: number;
  readonly failure?: CopyFailure;
}

/** Why an item could not be copied. */
export interface CopyFailure {
  readonly item: number;
  /** Set where the file is not what it was. */
  readonly actual?: FileState;
  /** Set where the operating system refused to read. */
  readonly error?: Error;
  /** Set where it refused to write. */
  readonly writeError?: Error;
  /** The operating system's name of either error: errors lose their codes on the way between threads. */
  readonly errno?: string;
}
