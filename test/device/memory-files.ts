import { DiscError } from "../../src/errors.js";
import type { FileAccess, FileHandle } from "../../src/medium/file-access.js";

const pieceBytes = 65_536;

/** A file in memory: only pieces that were written to take room. */
class MemoryFile {
  bytes = 0;
  readonly #pieces = new Map<number, Uint8Array>();

  read(offset: number, into: Uint8Array): number {
    const length = Math.max(0, Math.min(into.length, this.bytes - offset));
    this.#each(offset, length, (piece, at, done, count) => {
      const found = this.#pieces.get(piece);
      if (found === undefined) into.fill(0, done, done + count);
      else into.set(found.subarray(at, at + count), done);
    });
    return length;
  }

  write(offset: number, from: Uint8Array): void {
    this.#each(offset, from.length, (piece, at, done, count) => {
      const found = this.#pieces.get(piece) ?? new Uint8Array(pieceBytes);
      found.set(from.subarray(done, done + count), at);
      this.#pieces.set(piece, found);
    });
    this.bytes = Math.max(this.bytes, offset + from.length);
  }

  truncate(bytes: number): void {
    for (const piece of this.#pieces.keys()) if (piece * pieceBytes >= bytes) this.#pieces.delete(piece);
    this.#pieces.get(Math.floor(bytes / pieceBytes))?.fill(0, bytes % pieceBytes);
    this.bytes = bytes;
  }

  #each(offset: number, length: number, visit: (piece: number, at: number, done: number, count: number) => void): void {
    for (let done = 0; done < length; ) {
      const at = (offset + done) % pieceBytes;
      const count = Math.min(pieceBytes - at, length - done);
      visit(Math.floor((offset + done) / pieceBytes), at, done, count);
      done += count;
    }
  }
}

function handleOf(file: MemoryFile): FileHandle {
  return {
    size: async () => file.bytes,
    read: async (offset, into) => file.read(offset, into),
    write: async (offset, from) => file.write(offset, from),
    truncate: async (bytes) => file.truncate(bytes),
    sync: async () => {},
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}

/** Files of their own, in memory: for tests that write many discs and fear no loss of power. */
export function memoryFiles(): FileAccess {
  const files = new Map<string, MemoryFile>();
  const locked = new Set<string>();
  return {
    async open(path, mode) {
      const found = files.get(path);
      if (mode === "create") {
        if (found !== undefined) throw new DiscError("E_TARGET_EXISTS", `${path} is there`, { path });
        files.set(path, new MemoryFile());
      } else if (found === undefined) {
        const detail = { path, operation: "open", errno: "ENOENT" };
        throw new DiscError("E_HOST", `${path}: there is no such file`, detail);
      }
      return handleOf(files.get(path)!);
    },
    exists: async (path) => files.has(path),
    async readFile(path) {
      const file = files.get(path);
      if (file === undefined) return undefined;
      const bytes = new Uint8Array(file.bytes);
      file.read(0, bytes);
      return bytes;
    },
    async replaceFile(path, bytes) {
      const file = new MemoryFile();
      file.write(0, bytes);
      files.set(path, file);
    },
    async remove(path) {
      files.delete(path);
    },
    async lock(path) {
      const owner = "this process";
      if (locked.has(path)) throw new DiscError("E_DISC_BUSY", `${path}: in use`, { device: path, owner });
      locked.add(path);
      const release = async (): Promise<void> => {
        locked.delete(path);
      };
      return { release, [Symbol.asyncDispose]: release };
    },
  };
}
