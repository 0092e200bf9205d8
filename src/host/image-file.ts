import { createHash } from "node:crypto";
import { DiscError, throwIfCancelled } from "../errors.js";
import type { FileAccess, FileHandle } from "../medium/file-access.js";
import { FileSource } from "../medium/file-source.js";
import type { ImportSource } from "../medium/import-source.js";
import type { DiscIdentity, Session } from "../medium/session.js";
import type { SessionData, TaskOptions } from "../medium/session-data.js";
import type { MultisessionRandomWrite } from "../multisession/interfaces.js";
import { blockBytes } from "../units.js";

/** Blocks that an image can have: addresses are 32-bit numbers. ECMA-119 7.3.3. */
const mostBlocks = 0xffff_ffff;

/** Blocks at the front that change whenever a session is added: descriptors, and the anchor of UDF. */
const frontBlocks = 257;

/** How a session is written to a file. */
export interface GrowOptions extends TaskOptions {
  /** Hears the blocks of the session as they are written; the bytes are valid until it returns. */
  readonly onWritten?: ((lba: number, data: Uint8Array) => void) | undefined;
}

/**
 * A plain image in a file, to which sessions can be added: it is a medium that can be overwritten.
 *
 * The session is written behind everything that is there, and is on the disk before the blocks at the front lead to it.
 * So the image shows the old tree or the new one, whenever the process or the machine dies.
 */
export class ImageFile implements ImportSource, AsyncDisposable {
  readonly name: string;
  /** Found in the blocks, not told by a table. */
  readonly sessions: readonly Session[] = [];
  readonly #files: FileAccess;
  #handle: FileHandle;
  #source: FileSource;
  #bytes: number;
  #identity: DiscIdentity;

  private constructor(files: FileAccess, name: string, handle: FileHandle, opened: OpenedState) {
    this.#files = files;
    this.name = name;
    this.#handle = handle;
    this.#source = opened.source;
    this.#bytes = opened.bytes;
    this.#identity = opened.identity;
  }

  /** @throws {@link DiscError} E_HOST. */
  static async open(files: FileAccess, path: string): Promise<ImageFile> {
    const handle = await files.open(path, "read");
    try {
      return new ImageFile(files, path, handle, await stateOf(handle));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get blocks(): number {
    return this.#source.blocks;
  }

  get identity(): DiscIdentity {
    return this.#identity;
  }

  async read(lba: number, count: number, into: Uint8Array, signal?: AbortSignal): Promise<void> {
    throwIfCancelled(signal, "reading");
    await this.#source.read(lba, count, into);
  }

  /** How the image can take another session. */
  multisessionInterfaces(): MultisessionRandomWrite[] {
    return [
      {
        type: "randomWrite",
        isSupportedOnCurrentMediaState: true,
        inUse: false,
        importRecorder: this,
        writeUnitSize: 1,
        lastWrittenAddress: this.blocks - 1,
        totalSectorsOnMedia: mostBlocks,
      },
    ];
  }

  /**
   * Adds a session. A failure before it is whole leaves the file as it was.
   *
   * @throws {@link DiscError} E_DISC_CHANGED where the file is not the one that the session was made for,
   *   E_DISC_NOT_BLANK for an image that was made for none, E_DISC_BUSY, E_HOST, E_CANCELLED; what reading contents raises.
   */
  async write(session: SessionData, options: GrowOptions = {}): Promise<void> {
    await using lock = await this.#files.lock(this.name);
    void lock;
    await using file = await this.#files.open(this.name, "readWrite");
    await this.#requireSame(file, session);
    const { modifiedBlocks = [] } = session;
    try {
      await writeBody(file, session, options);
      await file.sync();
    } catch (error) {
      await this.#restore(file, session.firstBlock).catch(() => undefined);
      throw error;
    }
    const block = new Uint8Array(blockBytes);
    for (const { firstBlock } of modifiedBlocks.slice(1)) {
      await session.read(firstBlock, 1, block);
      await file.write(firstBlock * blockBytes, block);
      await file.sync();
    }
    await this.#reopen();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #requireSame(file: FileHandle, { importedFrom }: SessionData): Promise<void> {
    if (importedFrom === null) {
      throw new DiscError("E_DISC_NOT_BLANK", `${this.name}: the image is not blank`, { device: this.name });
    }
    const { fingerprint: actual } = (await stateOf(file)).identity;
    const expected = importedFrom.fingerprint;
    if (actual === expected) return;
    const message = `${this.name}: the image changed since it was read`;
    throw new DiscError("E_DISC_CHANGED", message, { what: "image", expected, actual });
  }

  /** Makes the file what it was: from where the session would have been on, it held nothing but zeros. */
  async #restore(file: FileHandle, firstBlock: number): Promise<void> {
    const start = firstBlock * blockBytes;
    await file.truncate(Math.min(start, this.#bytes));
    await file.truncate(this.#bytes);
  }

  async #reopen(): Promise<void> {
    const { source, bytes, identity } = await stateOf(this.#handle);
    this.#source = source;
    this.#bytes = bytes;
    this.#identity = identity;
  }
}

interface OpenedState {
  readonly source: FileSource;
  readonly bytes: number;
  readonly identity: DiscIdentity;
}

async function stateOf(handle: FileHandle): Promise<OpenedState> {
  const bytes = await handle.size();
  const source = new FileSource(handle, bytes);
  const front = new Uint8Array(Math.min(bytes, frontBlocks * blockBytes));
  await handle.read(0, front);
  const fingerprint = createHash("sha256").update(`${bytes} `).update(front).digest("hex");
  return { source, bytes, identity: { fingerprint, nextWritableAddress: source.blocks } };
}

async function writeBody(file: FileHandle, session: SessionData, options: GrowOptions): Promise<void> {
  const { firstBlock, blocks } = session;
  const { signal, onProgress, onWritten } = options;
  let lba = firstBlock;
  for await (const chunk of session.chunks({ signal })) {
    throwIfCancelled(signal, "writing");
    await file.write(lba * blockBytes, chunk);
    onWritten?.(lba, chunk);
    lba += chunk.length / blockBytes;
    onProgress?.({ phase: "writing", doneBlocks: lba - firstBlock, totalBlocks: blocks });
  }
  if (lba === firstBlock + blocks) return;
  const detail = {
    path: "",
    expectedBytes: blocks * blockBytes,
    actualBytes: (lba - firstBlock) * blockBytes,
    what: "session",
  };
  const message = `the session gave ${lba - firstBlock} blocks, of ${blocks} announced`;
  throw new DiscError("E_CONTENT_CHANGED", message, detail);
}
