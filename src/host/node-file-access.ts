import { randomUUID } from "node:crypto";
import type { FileHandle as NodeHandle } from "node:fs/promises";
import { link, open, readFile, realpath, rename, stat, unlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { DiscError } from "../errors.js";
import type { FileAccess, FileHandle, FileLock } from "../medium/file-access.js";
import { errnoOf, hostError } from "./host-error.js";
import { hostPath, nameOfHost } from "./host-path.js";
import { requireReplaceable } from "./path-kind.js";

/** Runs an operation on a file; what the operating system refuses becomes E_HOST. */
async function onHost<T>(path: string, operation: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw hostError(path, operation, error);
  }
}

class NodeFileHandle implements FileHandle {
  readonly #path: string;
  readonly #handle: NodeHandle;

  constructor(path: string, handle: NodeHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  async size(): Promise<number> {
    return await onHost(this.#path, "examine", async () => (await this.#handle.stat()).size);
  }

  async read(offset: number, into: Uint8Array): Promise<number> {
    return await onHost(this.#path, "read", async () => {
      let done = 0;
      while (done < into.length) {
        const { bytesRead } = await this.#handle.read(into, done, into.length - done, offset + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return done;
    });
  }

  async write(offset: number, from: Uint8Array): Promise<void> {
    await onHost(this.#path, "write", async () => {
      for (let done = 0; done < from.length; ) {
        const { bytesWritten } = await this.#handle.write(from, done, from.length - done, offset + done);
        done += bytesWritten;
      }
    });
  }

  async truncate(bytes: number): Promise<void> {
    await onHost(this.#path, "truncate", () => this.#handle.truncate(bytes));
  }

  async sync(): Promise<void> {
    await onHost(this.#path, "sync", () => this.#handle.sync());
  }

  async close(): Promise<void> {
    await onHost(this.#path, "close", () => this.#handle.close());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Who holds a lock: what its file says. */
interface LockOwner {
  readonly pid: number;
  /** When the process started, in the kernel's ticks; empty where the host doesn't tell. Process numbers come again. */
  readonly startTime: string;
  readonly host: string;
  readonly id: string;
}

/** When a process started; `undefined` where there is no such process, "" where the host doesn't tell. */
async function startTimeOf(pid: number): Promise<string | undefined> {
  try {
    const status = await readFile(`/proc/${pid}/stat`, "latin1");
    // The second field is the program's name in parentheses, which may hold anything; the start time is the 22nd.
    const fields = status.slice(status.lastIndexOf(")") + 2).split(" ");
    // A zombie has ended; it only waits for its parent to ask how.
    return fields[0] === "Z" || fields[0] === "X" ? undefined : (fields[19] ?? "");
  } catch (error) {
    if (errnoOf(error) === "ESRCH") return undefined;
    try {
      process.kill(pid, 0);
      return "";
    } catch (refusal) {
      return errnoOf(refusal) === "ESRCH" ? undefined : "";
    }
  }
}

async function isAlive(owner: LockOwner): Promise<boolean> {
  // Processes of another host can't be looked at.
  if (owner.host !== hostname()) return true;
  const startTime = await startTimeOf(owner.pid);
  if (startTime === undefined) return false;
  return startTime === "" || owner.startTime === "" || startTime === owner.startTime;
}

/** What a lock's file says: its owner, "unreadable", or `undefined` where there is none. */
async function readOwner(path: string): Promise<LockOwner | "unreadable" | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(hostPath(path), "utf8"));
    const { pid, startTime, host, id } = value as Partial<LockOwner>;
    if (typeof pid !== "number" || typeof host !== "string" || typeof id !== "string") return "unreadable";
    return { pid, startTime: String(startTime ?? ""), host, id };
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    if (error instanceof SyntaxError) return "unreadable";
    throw error;
  }
}

function busy(path: string, owner: LockOwner | "unreadable"): DiscError<"E_DISC_BUSY"> {
  const who =
    owner === "unreadable"
      ? `the owner of ${path}.lock, which cannot be read`
      : owner.pid === process.pid && owner.host === hostname()
        ? `this process (${owner.pid})`
        : `process ${owner.pid} on ${owner.host}`;
  return new DiscError("E_DISC_BUSY", `${path} is in use by ${who}`, { device: path, owner: who });
}

/** Makes a file with that content unless it is there; both at once, so that nobody sees it half made. */
async function makeExclusively(path: string, content: string): Promise<boolean> {
  const beside = `${path}.${randomUUID()}.tmp`;
  await writeFile(hostPath(beside), content, { flag: "wx" });
  try {
    await link(hostPath(beside), hostPath(path));
    return true;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "EEXIST") return false;
    // File systems without hard links.
    if (!["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EMLINK"].includes(errno)) throw error;
    try {
      await writeFile(hostPath(path), content, { flag: "wx" });
      return true;
    } catch (refusal) {
      if (errnoOf(refusal) === "EEXIST") return false;
      throw refusal;
    }
  } finally {
    await unlink(hostPath(beside));
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await unlink(hostPath(path));
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
}

/**
 * Takes over the lock of a process that is gone. Several may try at once: whoever makes the guard looks again whether
 * the lock is still that of the dead owner, and replaces it in one step.
 */
async function takeOver(lockPath: string, dead: LockOwner, content: string): Promise<boolean> {
  const guardPath = `${lockPath}.guard`;
  if (!(await makeExclusively(guardPath, content))) {
    const guard = await readOwner(guardPath);
    // Someone was killed in the few steps below.
    if (guard !== undefined && guard !== "unreadable" && !(await isAlive(guard))) await removeIfThere(guardPath);
    return false;
  }
  try {
    const owner = await readOwner(lockPath);
    if (owner === undefined || owner === "unreadable" || owner.id !== dead.id) return false;
    const beside = `${lockPath}.${randomUUID()}.tmp`;
    await writeFile(hostPath(beside), content, { flag: "wx" });
    await rename(hostPath(beside), hostPath(lockPath));
    return true;
  } finally {
    await removeIfThere(guardPath);
  }
}

/** One name for a file however it is reached. */
async function trueName(path: string): Promise<string> {
  try {
    return nameOfHost(await realpath(hostPath(path), "buffer"));
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    const folder = await realpath(hostPath(dirname(resolve(path))), "buffer");
    return join(nameOfHost(folder), basename(path));
  }
}

const lockAttempts = 20;

async function takeLock(path: string): Promise<FileLock> {
  const lockPath = `${await trueName(path)}.lock`;
  const id = randomUUID();
  const startTime = (await startTimeOf(process.pid)) ?? "";
  const content = `${JSON.stringify({ pid: process.pid, startTime, host: hostname(), id } satisfies LockOwner)}\n`;
  let owner: LockOwner | "unreadable" | undefined;
  for (let attempt = 0; attempt < lockAttempts; attempt++) {
    if (await makeExclusively(lockPath, content)) return lockHeld(path, lockPath, id);
    owner = await readOwner(lockPath);
    if (owner === undefined) continue;
    if (owner !== "unreadable") {
      if (await isAlive(owner)) break;
      if (await takeOver(lockPath, owner, content)) return lockHeld(path, lockPath, id);
    }
    await new Promise((done) => setTimeout(done, 5));
  }
  throw busy(path, owner ?? "unreadable");
}

function lockHeld(path: string, lockPath: string, id: string): FileLock {
  const release = async (): Promise<void> => {
    await onHost(path, "unlock", async () => {
      const owner = await readOwner(lockPath);
      if (owner !== undefined && owner !== "unreadable" && owner.id === id) await removeIfThere(lockPath);
    });
  };
  return { release, [Symbol.asyncDispose]: release };
}

/** Makes names in a directory survive a loss of power, where the host can. */
async function syncDirectory(path: string): Promise<void> {
  let handle: NodeHandle | undefined;
  try {
    handle = await open(hostPath(path), "r");
    await handle.sync();
  } catch (error) {
    // Windows opens no directories, some file systems sync none.
    if (!["EISDIR", "EPERM", "EACCES", "EINVAL", "ENOTSUP"].includes(errnoOf(error))) throw error;
  } finally {
    await handle?.close();
  }
}

async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const beside = `${path}.${randomUUID()}.tmp`;
  try {
    const handle = await open(hostPath(beside), "wx");
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(hostPath(beside), hostPath(path));
  } catch (error) {
    await removeIfThere(beside);
    throw error;
  }
  await syncDirectory(dirname(resolve(path)));
}

/** The files of the host, by Node. */
export const nodeFileAccess: FileAccess = {
  async open(path, mode) {
    if (mode === "create") {
      try {
        return new NodeFileHandle(path, await open(hostPath(path), "wx+"));
      } catch (error) {
        if (errnoOf(error) !== "EEXIST") return await onHost(path, "create", () => Promise.reject(error));
        throw new DiscError("E_TARGET_EXISTS", `${path} exists`, { path }, { cause: error });
      }
    }
    return await onHost(
      path,
      "open",
      async () => new NodeFileHandle(path, await open(hostPath(path), mode === "read" ? "r" : "r+")),
    );
  },
  async exists(path) {
    return await onHost(path, "examine", async () => {
      try {
        await stat(hostPath(path));
        return true;
      } catch (error) {
        if (["ENOENT", "ENOTDIR"].includes(errnoOf(error))) return false;
        throw error;
      }
    });
  },
  async readFile(path) {
    return await onHost(path, "read", async () => {
      try {
        return await readFile(hostPath(path));
      } catch (error) {
        if (["ENOENT", "ENOTDIR"].includes(errnoOf(error))) return undefined;
        throw error;
      }
    });
  },
  async replaceFile(path, bytes) {
    await onHost(path, "replace", () => replaceFile(path, bytes));
  },
  async remove(path) {
    await requireReplaceable(path);
    await onHost(path, "remove", () => removeIfThere(path));
  },
  async lock(path) {
    try {
      return await takeLock(path);
    } catch (error) {
      if (error instanceof DiscError) throw error;
      return await onHost(path, "lock", () => Promise.reject(error));
    }
  },
};
