import { close, open, read, rmSync, write } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { hostError } from "./host-error.js";

const [openFile, readFile, writeFile, closeFile] = [
  promisify(open),
  promisify(read),
  promisify(write),
  promisify(close),
];

/** Closes the files of those who never said that they have done: a descriptor alone does not keep a file from leaking. */
const forgotten = new FinalizationRegistry<{ readonly descriptor: number; readonly folder: string }>(
  ({ descriptor, folder }) => {
    close(descriptor, () => rmSync(folder, { recursive: true, force: true }));
  },
);

/**
 * A file for what memory is too small for. It has no name, where the system allows that, so that nothing is left of it
 * when it is closed, forgotten, or the process ends.
 */
export class TemporaryFile implements AsyncDisposable {
  readonly #folder: string;
  readonly #descriptor: number;
  /** What is being read and written; a descriptor that was closed may be that of another file. */
  readonly #pending = new Set<Promise<unknown>>();
  #isOpen = true;

  private constructor(folder: string, descriptor: number) {
    this.#folder = folder;
    this.#descriptor = descriptor;
    forgotten.register(this, { descriptor, folder }, this);
  }

  /**
   * @param workingDirectory The folder that takes it. Default: the system's folder for temporary files.
   * @throws {@link DiscError} E_HOST where nothing can be made there.
   */
  static async open(workingDirectory: string = tmpdir()): Promise<TemporaryFile> {
    let folder: string;
    try {
      folder = await mkdtemp(join(workingDirectory, "discsmith-"));
    } catch (cause) {
      throw hostError(workingDirectory, "making a folder", cause);
    }
    try {
      const descriptor = await openFile(join(folder, "contents"), "wx+", 0o600);
      // Where an open file cannot lose its name, it goes when it is closed.
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
      return new TemporaryFile(folder, descriptor);
    } catch (cause) {
      await rm(folder, { recursive: true, force: true });
      throw hostError(folder, "making a file", cause);
    }
  }

  /** Fills all of a buffer. @throws what the system raises; RangeError where the file ends early, or is closed. */
  async read(at: number, into: Uint8Array): Promise<void> {
    for (let done = 0; done < into.length; ) {
      const rest = into.length - done;
      const { bytesRead } = await this.#whileOpen(() => readFile(this.#descriptor, into, done, rest, at + done));
      if (bytesRead === 0) throw new RangeError(`the temporary file ends ${rest} bytes early`);
      done += bytesRead;
    }
  }

  /** @throws {@link DiscError} E_HOST, where there is no room. */
  async write(at: number, bytes: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < bytes.length; ) {
        const rest = bytes.length - done;
        const writing = this.#whileOpen(() => writeFile(this.#descriptor, bytes, done, rest, at + done));
        done += (await writing).bytesWritten;
      }
    } catch (cause) {
      throw hostError(this.#folder, "writing", cause);
    }
  }

  async #whileOpen<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#isOpen) throw new RangeError("the temporary file is closed");
    const pending = work();
    this.#pending.add(pending);
    try {
      return await pending;
    } finally {
      this.#pending.delete(pending);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    forgotten.unregister(this);
    await Promise.allSettled(this.#pending);
    await closeFile(this.#descriptor);
    await rm(this.#folder, { recursive: true, force: true });
  }
}
