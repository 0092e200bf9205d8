import { throwIfCancelled } from "../errors.js";
import type { Content, ContentLike } from "../fs/tree/content.js";
import { contentOf, storedOf } from "../fs/tree/content.js";
import type { DirectoryNode, TreeSource } from "../fs/tree/directory.js";
import { walkTree } from "../fs/tree/walk.js";
import type { TaskOptions } from "../medium/session-data.js";
import { blocksOf } from "../units.js";
import { TemporaryContent } from "./temporary-content.js";
import { TemporaryFile } from "./temporary-file.js";

/** Bytes that are copied at once. */
const pieceBytes = 1024 * 1024;

/** Where a stage is made. */
export interface StageOptions {
  /** A folder that has room for all contents. Default: the system's folder for temporary files. */
  readonly workingDirectory?: string | undefined;
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
  readonly #file: TemporaryFile;
  /** Contents that share a file share its copy: they are hard links. */
  readonly #staged = new Map<Content, Promise<Content>>();
  #end = 0;

  private constructor(file: TemporaryFile) {
    this.#file = file;
  }

  /** @throws {@link DiscError} E_HOST where nothing can be made in the working directory. */
  static async open({ workingDirectory }: StageOptions = {}): Promise<Stage> {
    return new Stage(await TemporaryFile.open(workingDirectory));
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
    if (storedOf(content).extents !== undefined) return Promise.resolve(content);
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
      await this.#file.write(at + done, part);
      done += part.length;
      this.#report(content, staging, blocksOf(part.length));
    }
    const { bytes, label } = content;
    return new TemporaryContent({ file: this.#file, at, bytes, label, how: "staged" });
  }

  #report({ label: item }: Content, staging: Staging, blocks: number): void {
    staging.doneBlocks += blocks;
    const { task, doneBlocks, totalBlocks } = staging;
    task.onProgress?.({ phase: "staging", doneBlocks, totalBlocks, item });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file[Symbol.asyncDispose]();
  }
}
