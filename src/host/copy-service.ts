import { Worker } from "node:worker_threads";
import { DiscError, throwIfCancelled } from "../errors.js";
import type { BatchReader, ContentRequest } from "../fs/tree/content.js";
import type { CopyFailure, CopyItem, CopyReply, CopyRequest, FileState } from "./copy-protocol.js";

/** What this service reads: contents that name it as their reader are such files. */
export interface CopySource extends FileState {
  readonly path: string;
}

/** Bytes of the buffer that both threads see. */
const bufferBytes = 4 * 1024 * 1024;

interface Pending {
  readonly resolve: (reply: CopyReply) => void;
  readonly reject: (error: unknown) => void;
}

/** A thread that reads files synchronously; started when first needed. */
class CopyThread {
  #worker: Worker | undefined;
  #number = 0;
  readonly #pending = new Map<number, Pending>();

  /** Batches it has not finished. */
  get load(): number {
    return this.#pending.size;
  }

  /** @throws {@link DiscError} E_CONTENT_CHANGED, E_CONTENT_UNREADABLE; what writing raises. */
  async run(items: readonly CopyItem[], target: CopyRequest["target"]): Promise<void> {
    const { failure } = await this.#ask({ number: this.#number++, items, target });
    if (failure?.writeError !== undefined) throw withErrno(failure.writeError, failure.errno);
    if (failure !== undefined) throw failureOf(items[failure.item]!, failure);
  }

  #ask(request: CopyRequest): Promise<CopyReply> {
    const worker = this.#start();
    return new Promise((resolve, reject) => {
      this.#pending.set(request.number, { resolve, reject });
      // The thread keeps the process alive only while it works for it.
      worker.ref();
      worker.postMessage(request);
    });
  }

  #start(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL("./copy-worker.js", import.meta.url));
    worker.on("message", (reply: CopyReply) => {
      const pending = this.#pending.get(reply.number);
      this.#pending.delete(reply.number);
      if (this.#pending.size === 0) worker.unref();
      pending?.resolve(reply);
    });
    const fail = (error: unknown): void => {
      this.#worker = undefined;
      for (const { reject } of this.#pending.values()) reject(error);
      this.#pending.clear();
    };
    worker.on("error", fail);
    worker.on("exit", (code) => fail(new Error(`the copying thread ended with code ${code}`)));
    this.#worker = worker;
    return worker;
  }
}

/** Reads files of the host on threads of their own, many small ones per message. */
export class CopyService implements BatchReader {
  /** While one thread reads, the other can write. */
  readonly #threads = [new CopyThread(), new CopyThread()] as const;
  /** Buffers not in use. */
  readonly #buffers: SharedArrayBuffer[] = [];

  /** How many batches can be under way at once. */
  get width(): number {
    return this.#threads.length;
  }

  /** Reads runs of files into memory. @throws as {@link CopyService.copyToFile}. */
  async readBatch(requests: readonly ContentRequest[], signal?: AbortSignal): Promise<void> {
    const buffer = this.#buffers.pop() ?? new SharedArrayBuffer(bufferBytes);
    try {
      let items: CopyItem[] = [];
      let targets: Uint8Array[] = [];
      let used = 0;
      const flush = async (): Promise<void> => {
        throwIfCancelled(signal, "reading files");
        if (items.length > 0) await this.#threads[0].run(items, buffer);
        for (const [index, target] of targets.entries()) {
          target.set(new Uint8Array(buffer, items[index]!.at, target.length));
        }
        items = [];
        targets = [];
        used = 0;
      };
      for (const { content, offset, into } of requests) {
        const { path, bytes, mtimeMs } = content as unknown as CopySource;
        for (let done = 0; done < into.length; ) {
          if (used === bufferBytes) await flush();
          const length = Math.min(into.length - done, bufferBytes - used);
          items.push({ path, bytes, mtimeMs, offset: offset + done, at: used, length });
          targets.push(into.subarray(done, done + length));
          used += length;
          done += length;
        }
      }
      await flush();
    } finally {
      this.#buffers.push(buffer);
    }
  }

  /**
   * Copies runs of files into an open file, the last block of each filled up with zeros.
   *
   * @throws {@link DiscError} E_CONTENT_CHANGED, E_CONTENT_UNREADABLE; what writing raises, as the operating system has it.
   */
  async copyToFile(items: readonly CopyItem[], descriptor: number): Promise<void> {
    const [one, other] = this.#threads;
    await (other.load < one.load ? other : one).run(items, descriptor);
  }
}

/** The error for a file that is not what it was when it was added. */
function contentChanged(path: string, expected: FileState, actual: FileState): DiscError<"E_CONTENT_CHANGED"> {
  const what = expected.bytes === actual.bytes ? "modification time" : "size";
  const message = `"${path}" changed since it was added: ${what} (${expected.bytes} bytes then, ${actual.bytes} now)`;
  const detail = { path, expectedBytes: expected.bytes, actualBytes: actual.bytes, what };
  return new DiscError("E_CONTENT_CHANGED", message, detail);
}

/** An error of the other thread as it was there. */
function withErrno(error: Error, errno: string | undefined): Error {
  return Object.assign(error, { code: errno });
}

function failureOf(item: CopyItem, failure: CopyFailure): DiscError {
  const { path } = item;
  if (failure.actual !== undefined) return contentChanged(path, item, failure.actual);
  const cause = failure.error === undefined ? undefined : withErrno(failure.error, failure.errno);
  return new DiscError("E_CONTENT_UNREADABLE", `"${path}" cannot be read`, { path }, { cause });
}

/** The one service of this process. */
export const copyService: CopyService = new CopyService();
