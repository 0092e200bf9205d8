import type { FileHandle } from "node:fs/promises";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DiscError, throwIfCancelled } from "../errors.js";
import type { Content, ContentLike } from "../fs/tree/content.js";
import { contentOf } from "../fs/tree/content.js";
import type { DirectoryNode, TreeSource } from "../fs/tree/directory.js";
import { walkTree } from "../fs/tree/walk.js";
import type { TaskOptions } from "../medium/session-data.js";
import { blocksOf } from "../units.js";
import { hostError } from "./host-error.js";

/** Bytes that are copied at once. */
const pieceBytes = 1024 * 1024;

/** Where a stage is made. */
export interface StageOptions {
  /** A folder that has room for all contents. Default: the system's folder for temporary files. */
  readonly workingDirectory?: string | undefined;
}

/** Bytes of the stage's file. */
class StagedContent implements Content {
  readonly repeatable = true;
  readonly bytes: number;
  readonly label: string;
  readonly #file: FileHandle;
  readonly #at: number;

  constructor(file: FileHandle, at: number, { bytes, label }: Content) {
    this.#file = file;
    this.#at = at;
    this.bytes = bytes;
    this.label = label;
  }

  async read(offset: number, into: Uint8Array, signal?: AbortSignal): Promise<void> {
    throwIfCancelled(signal, `reading "${this.label}"`);
    try {
      for (let done = 0; done < into.length; ) {
        const rest = into.length - done;
        const { bytesRead } = await this.#file.read(into, done, rest, this.#at + offset + done);
        if (bytesRead === 0) throw new RangeError(`the stage ends ${rest} bytes early`);
        done += bytesRead;
      }
    } catch (cause) {
      const message = `"${this.label}" cannot be read from where it was staged`;
      throw new DiscError("E_CONTENT_UNREADABLE", message, { path: this.label }, { cause });
    }
  }
}

/** How far the staging of a tree has come. */
interface Staging {
  readonly task: TaskOptions;
  doneBlocks: number;
  readonly totalBlocks: number;
}

/**
 * Contents that are copied to a temporary file when they are added, and read from there: whatever becomes of the sources
 * meanwhile, and however often a stream is asked for. The file has no name, so that nothing is left of it when the stage
 * is disposed of or the process ends. IMAPI2 `StageFiles`, `WorkingDirectory`.
 */
export class Stage implements AsyncDisposable {
  readonly #folder: string;
  readonly #file: FileHandle;
  /** Contents that share a file share its copy: they are hard links. */
  readonly #staged = new Map<Content, Promise<Content>>();
  #end = 0;

  private constructor(folder: string, file: FileHandle) {
    this.#folder = folder;
    this.#file = file;
  }

  /** @throws {@link DiscError} E_HOST where nothing can be made in the working directory. */
  static async open({ workingDirectory = tmpdir() }: StageOptions = {}): Promise<Stage> {
    let folder: string;
    try {
      folder = await mkdtemp(join(workingDirectory, "discsmith-"));
    } catch (cause) {
      throw hostError(workingDirectory, "making a folder", cause);
    }
    try {
      const file = await open(join(folder, "contents"), "wx+", 0o600);
      // Where an open file cannot lose its name, it goes when the stage is disposed of.
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
      return new Stage(folder, file);
    } catch (cause) {
      await rm(folder, { recursive: true, force: true });
      throw hostError(folder, "making a file", cause);
    }
  }

  /** Bytes that were copied. */
  get bytes(): number {
    return this.#end;
  }

  /**
   * Copies a content; one that lies on a disc stays there.
   *
   * @throws {@link DiscError} what reading it raises; E_HOST where there is no room, E_CANCELLED.
   */
  content(given: ContentLike, task: TaskOptions = {}): Promise<Content> {
    const content = contentOf(given);
    return this.#stage(content, { task, doneBlocks: 0, totalBlocks: blocksOf(content.bytes) });
  }

  /** What a source holds, with its contents copied when it is added. Adding it raises as {@link Stage.content} does, too. */
  source(source: TreeSource): TreeSource {
    return {
      load: async (into, task) => {
        await source.load(into, task);
        await this.#stageTree(into, task);
      },
    };
  }

  async #stageTree(directory: DirectoryNode, task: TaskOptions): Promise<void> {
    const items = [directory, ...[...walkTree(directory, "/")].map(({ node }) => node)];
    const contentsOf = (item: (typeof items)[number]): Content[] => [
      ...(item.type === "file" ? [item.content] : []),
      ...(item.streams?.values() ?? []),
    ];
    const distinct = new Set(items.flatMap(contentsOf));
    const totalBlocks = [...distinct].reduce((sum, { bytes }) => sum + blocksOf(bytes), 0);
    const staging: Staging = { task, doneBlocks: 0, totalBlocks };
    for (const item of items) {
      const streams: [string, Content][] = [];
      for (const [name, content] of item.streams ?? []) streams.push([name, await this.#stage(content, staging)]);
      if (streams.length > 0) item.streams = new Map(streams);
      if (item.type === "file") item.parent!.attach(item.withContent(await this.#stage(item.content, staging)));
    }
  }

  #stage(content: Content, staging: Staging): Promise<Content> {
    // What is on a disc already may stay where it lies only as what it is.
    if (content.extents !== undefined) return Promise.resolve(content);
    const known = this.#staged.get(content);
    if (known !== undefined) return known;
    const copied = this.#copy(content, staging);
    this.#staged.set(content, copied);
    copied.catch(() => this.#staged.delete(content));
    return copied;
  }

  async #copy(content: Content, staging: Staging): Promise<Content> {
    const at = this.#end;
    this.#end += content.bytes;
    const piece = new Uint8Array(Math.min(pieceBytes, content.bytes));
    for (let done = 0; done < content.bytes; ) {
      const { signal } = staging.task;
      throwIfCancelled(signal, `copying "${content.label}"`);
      const part = piece.subarray(0, content.bytes - done);
      await content.read(done, part, signal);
      await this.#write(part, at + done);
      done += part.length;
      this.#report(content, staging, blocksOf(part.length));
    }
    return new StagedContent(this.#file, at, content);
  }

  async #write(part: Uint8Array, at: number): Promise<void> {
    try {
      for (let done = 0; done < part.length; ) {
        done += (await this.#file.write(part, done, part.length - done, at + done)).bytesWritten;
      }
    } catch (cause) {
      throw hostError(this.#folder, "writing", cause);
    }
  }

  #report({ label: item }: Content, staging: Staging, blocks: number): void {
    staging.doneBlocks += blocks;
    const { task, doneBlocks, totalBlocks } = staging;
    task.onProgress?.({ phase: "staging", doneBlocks, totalBlocks, item });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
