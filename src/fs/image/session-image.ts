import { throwIfCancelled } from "../../errors.js";
import { checkRange } from "../../medium/memory-source.js";
import type { DiscIdentity } from "../../medium/session.js";
import type { BlockRange, SessionData, TaskOptions } from "../../medium/session-data.js";
import { blockBytes } from "../../units.js";
import type { BlockPatch } from "../growth/front.js";
import type { ContentLayout } from "../layout/contents.js";
import type { Plan } from "../layout/plan.js";
import type { Renderer } from "../layout/region.js";
import { renderBlocks } from "../layout/render.js";
import type { ProgressItems } from "./progress-items.js";

/** Blocks rendered at a time when an image is read in order: 2 MiB. */
const chunkBlocks = 1024;

/** What a made image consists of. */
export interface SessionImageParts {
  readonly plan: Plan;
  readonly renderers: ReadonlyMap<string, Renderer>;
  readonly contents: ContentLayout;
  readonly importedFrom: DiscIdentity | null;
  readonly endsInPostGap: boolean;
  /** Blocks before the session that are written after it, in this order. */
  readonly front: readonly BlockPatch[];
  readonly progressItems: ProgressItems;
  readonly release: () => void;
}

/** What the reference API has for the identifier of a disc where there is none. */
const noDiscId = "0000000000000000";

/**
 * A made image: every block has its place, none is stored. Any range can be read at any time, at its address on the
 * medium, unless a content in it can be read only once. While it lives, its tree cannot be changed.
 */
export class SessionImage implements SessionData, AsyncDisposable {
  readonly plan: Plan;
  readonly importedFrom: DiscIdentity | null;
  readonly endsInPostGap: boolean;
  readonly modifiedBlocks: readonly BlockRange[];
  /** Where the contents lie that this session writes. */
  readonly contents: ContentLayout;
  /** Which blocks hold what, as long as the image lives. */
  readonly progressItems: ProgressItems;
  readonly #renderers: ReadonlyMap<string, Renderer>;
  readonly #front: ReadonlyMap<number, Uint8Array>;
  readonly #release: () => void;
  readonly #kept: AsyncDisposable[] = [];

  constructor({ plan, renderers, front, release, ...parts }: SessionImageParts) {
    const { contents, importedFrom, endsInPostGap, progressItems } = parts;
    this.plan = plan;
    this.progressItems = progressItems;
    this.importedFrom = importedFrom;
    this.endsInPostGap = endsInPostGap;
    this.contents = contents;
    this.#renderers = renderers;
    this.#front = new Map(front.map(({ lba, bytes }) => [lba, bytes]));
    this.#release = release;
    const { firstBlock, blocks } = plan;
    this.modifiedBlocks = [{ firstBlock, blocks }, ...front.map(({ lba }) => ({ firstBlock: lba, blocks: 1 }))];
  }

  get firstBlock(): number {
    return this.plan.firstBlock;
  }

  get blocks(): number {
    return this.plan.blocks;
  }

  /** What tells the disc whose sessions this one continues from others; 16 zeros where it was made for none. */
  get discId(): string {
    return this.importedFrom?.fingerprint ?? noDiscId;
  }

  /**
   * Reads blocks at their addresses on the medium.
   *
   * @throws {@link DiscError} E_READ_FAILED outside the image; what reading a content raises.
   */
  async read(lba: number, count: number, into: Uint8Array, signal?: AbortSignal): Promise<void> {
    const { firstBlock, blocks } = this.plan;
    const patch = count === 1 ? this.#front.get(lba) : undefined;
    if (patch !== undefined) return into.set(patch);
    checkRange({ blocks }, lba - firstBlock, count);
    await renderBlocks(this.plan, this.#renderers, lba, into.subarray(0, count * blockBytes), signal);
  }

  /**
   * The whole image in order, in pieces of whole blocks. A piece is valid until the next is asked for.
   *
   * @throws {@link DiscError} E_CANCELLED; what reading a content raises.
   */
  async *chunks(options: TaskOptions = {}): AsyncGenerator<Uint8Array, void, void> {
    const { firstBlock, blocks } = this.plan;
    // One piece is rendered while the caller is busy with the one before.
    const buffers = [new Uint8Array(chunkBlocks * blockBytes), new Uint8Array(chunkBlocks * blockBytes)];
    const render = async (first: number): Promise<Uint8Array> => {
      throwIfCancelled(options.signal, "reading the image");
      const count = Math.min(chunkBlocks, blocks - first);
      const piece = buffers[(first / chunkBlocks) % 2]!.subarray(0, count * blockBytes);
      await this.read(firstBlock + first, count, piece, options.signal);
      return piece;
    };
    let next: Promise<Uint8Array> | undefined = blocks > 0 ? render(0) : undefined;
    try {
      for (let first = 0; next !== undefined; first += chunkBlocks) {
        const piece = await next;
        const following = first + chunkBlocks;
        next = following < blocks ? render(following) : undefined;
        // It may fail while the caller is busy; then it is the next turn that says so, and nobody else.
        next?.catch(() => undefined);
        yield piece;
        const doneBlocks = Math.min(following, blocks);
        const item = this.progressItems.fromBlock(firstBlock + doneBlocks - 1)?.description;
        options.onProgress?.({ phase: "reading", doneBlocks, totalBlocks: blocks, item });
      }
    } finally {
      // A piece that nobody will take must not end as an unhandled rejection.
      await next?.catch(() => undefined);
    }
  }

  /** Keeps open what contents are read from until the image is disposed of. */
  keep(resource: AsyncDisposable): void {
    this.#kept.push(resource);
  }

  /** Lets the tree be changed again. */
  dispose(): void {
    this.#release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.dispose();
    for (const resource of this.#kept.splice(0)) await resource[Symbol.asyncDispose]();
  }
}
