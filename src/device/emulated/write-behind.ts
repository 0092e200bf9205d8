import type { FileHandle } from "../../medium/file-access.js";

/** Pieces that are written while the next one gathers. A trip to the host for each write unit would cost more than the writing. */
const pieceBytes = 1_048_576;

/**
 * A file that is written behind its user's back, as a drive writes from its cache: what continues the write before is
 * gathered and written in larger pieces. Everything else waits until all of it is written.
 *
 * A failure to write is told by the next operation, whichever that is: none is lost, since even closing tells it.
 */
export class WriteBehindFile implements FileHandle {
  readonly #file: FileHandle;
  #gathering = new Uint8Array(0);
  #spare = new Uint8Array(0);
  #gatheredAt = 0;
  #gatheredBytes = 0;
  /** Where the write before ended; `undefined` where something else came after it. */
  #end: number | undefined;
  #underWay: Promise<void> | undefined;
  #isSynced = true;
  #failure: { readonly reason: unknown } | undefined;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async write(offset: number, from: Uint8Array): Promise<void> {
    this.#isSynced = false;
    if (offset !== this.#end || from.length > pieceBytes) {
      await this.flush();
      await this.#file.write(offset, from);
      this.#end = offset + from.length;
      return;
    }
    this.#throwFailure();
    if (this.#gatheredBytes + from.length > pieceBytes) await this.#writePiece();
    if (this.#gathering.length === 0) this.#gathering = new Uint8Array(pieceBytes);
    if (this.#gatheredBytes === 0) this.#gatheredAt = offset;
    this.#gathering.set(from, this.#gatheredBytes);
    this.#gatheredBytes += from.length;
    this.#end += from.length;
  }

  async size(): Promise<number> {
    await this.flush();
    return await this.#file.size();
  }

  async read(offset: number, into: Uint8Array): Promise<number> {
    await this.flush();
    return await this.#file.read(offset, into);
  }

  async truncate(bytes: number): Promise<void> {
    await this.flush();
    this.#isSynced = false;
    await this.#file.truncate(bytes);
  }

  async sync(): Promise<void> {
    await this.flush();
    await this.#file.sync();
    this.#isSynced = true;
  }

  /** Closes the file, with everything that was written safe from a loss of power. */
  async close(): Promise<void> {
    try {
      await this.flush();
      if (!this.#isSynced) await this.sync();
    } finally {
      await this.#file.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Writes everything that was gathered. @throws what writing failed with; what was not written by then is dropped. */
  async flush(): Promise<void> {
    this.#end = undefined;
    if (this.#gatheredBytes > 0) await this.#writePiece();
    await this.#underWay;
    this.#throwFailure();
  }

  /** Begins to write what was gathered, when the piece before is written. */
  async #writePiece(): Promise<void> {
    await this.#underWay;
    const piece = this.#gathering.subarray(0, this.#gatheredBytes);
    [this.#gathering, this.#spare] = [this.#spare, this.#gathering];
    this.#gatheredBytes = 0;
    this.#throwFailure();
    this.#underWay = this.#file.write(this.#gatheredAt, piece).catch((reason: unknown) => {
      this.#failure = { reason };
    });
  }

  #throwFailure(): void {
    const failure = this.#failure;
    if (failure === undefined) return;
    this.#failure = undefined;
    this.#gatheredBytes = 0;
    this.#end = undefined;
    throw failure.reason;
  }
}
