/** What main thread and copying thread say to each other. */

/** What a file of the host was when it was added, and must still be. */
export interface FileState {
  readonly bytes: number;
  readonly mtimeMs: number;
}

/** A run of bytes of a file, and where it goes in the shared buffer. */
export interface CopyItem extends FileState {
  readonly path: string;
  readonly offset: number;
  readonly at: number;
  readonly length: number;
}

/** A batch of runs; all fit in the buffer. */
export interface CopyRequest {
  readonly number: number;
  readonly buffer: SharedArrayBuffer;
  readonly items: readonly CopyItem[];
}

/** How a batch ended; `failure` names the first item that failed. */
export interface CopyReply {
  readonly number: number;
  readonly failure?: {
    readonly item: number;
    /** Set where the file is not what it was. */
    readonly actual?: { readonly bytes: number; readonly mtimeMs: number };
    /** Set where the operating system refused. */
    readonly error?: Error;
  };
}
