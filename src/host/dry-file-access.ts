import { DiscError } from "../errors.js";
import type { FileAccess, FileHandle } from "../medium/file-access.js";

/** Bytes that were written to a file, in memory. */
interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** What became of a file since. */
interface Changed {
  /** The file's own content is no longer there. */
  replaced: boolean;
  removed: boolean;
  bytes: number;
  /** How many bytes of the file's own content still count. */
  bytesBelow: number;
  pieces: Piece[];
}

/** An open file whose changes stay in memory. */
class DryHandle implements FileHandle {
  readonly #changed: Changed;
  readonly #below: FileHandle | undefined;

  constructor(changed: Changed, below: FileHandle | undefined) {
    this.#changed = changed;
    this.#below = below;
  }

  async size(): Promise<number> {
    return this.#changed.bytes;
  }

  async read(offset: number, into: Uint8Array): Promise<number> {
    const { bytes, bytesBelow, pieces } = this.#changed;
    const count = Math.max(0, Math.min(into.length, bytes - offset));
    const target = into.subarray(0, count).fill(0);
    await this.#below?.read(offset, target.subarray(0, Math.max(0, bytesBelow - offset)));
    for (const piece of pieces) {
      const from = Math.max(0, offset - piece.offset);
      const at = Math.max(0, piece.offset - offset);
      if (at < count && from < piece.bytes.length) target.set(piece.bytes.subarray(from, from + count - at), at);
    }
    return count;
  }

  async write(offset: number, from: Uint8Array): Promise<void> {
    this.#changed.pieces.push({ offset, bytes: from.slice() });
    this.#changed.bytes = Math.max(this.#changed.bytes, offset + from.length);
  }

  async truncate(bytes: number): Promise<void> {
    const changed = this.#changed;
    changed.pieces = changed.pieces
      .filter(({ offset }) => offset < bytes)
      .map(({ offset, bytes: piece }) => ({ offset, bytes: piece.subarray(0, bytes - offset) }));
    changed.bytesBelow = Math.min(changed.bytesBelow, bytes);
    changed.bytes = bytes;
  }

  async sync(): Promise<void> {}

  async close(): Promise<void> {
    await this.#below?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * Files of which nothing is changed: what is written is kept in memory, and read from there. Locks are taken and given
 * back at once, so that a disc another process writes is still found busy.
 */
export function dryFileAccess(files: FileAccess): FileAccess {
  const all = new Map<string, Changed>();
  const changedOf = async (path: string): Promise<Changed> => {
    const known = all.get(path);
    if (known !== undefined) return known;
    const changed: Changed = { replaced: false, removed: false, bytes: 0, bytesBelow: 0, pieces: [] };
    if (await files.exists(path)) {
      await using handle = await files.open(path, "read");
      changed.bytes = await handle.size();
      changed.bytesBelow = changed.bytes;
    } else {
      changed.removed = true;
    }
    all.set(path, changed);
    return changed;
  };
  const give = (changed: Changed, bytes: Uint8Array): void => {
    Object.assign(changed, { replaced: true, removed: false, bytes: bytes.length, pieces: [{ offset: 0, bytes }] });
  };
  return {
    async open(path, mode) {
      const changed = await changedOf(path);
      if (mode === "create") {
        if (!changed.removed) throw new DiscError("E_TARGET_EXISTS", `${path} exists`, { path });
        give(changed, new Uint8Array(0));
      }
      return new DryHandle(changed, changed.replaced ? undefined : await files.open(path, "read"));
    },
    async exists(path) {
      return !(await changedOf(path)).removed;
    },
    async readFile(path) {
      const changed = await changedOf(path);
      if (changed.removed) return undefined;
      return changed.replaced ? (changed.pieces[0]?.bytes ?? new Uint8Array(0)) : await files.readFile(path);
    },
    async replaceFile(path, bytes) {
      give(await changedOf(path), bytes.slice());
    },
    async remove(path) {
      (await changedOf(path)).removed = true;
    },
    async lock(path) {
      await (await files.lock(path)).release();
      return { release: async () => {}, [Symbol.asyncDispose]: async () => {} };
    },
  };
}
