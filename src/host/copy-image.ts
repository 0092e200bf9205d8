import type { FileHandle } from "node:fs/promises";
import { throwIfCancelled } from "../errors.js";
import type { SessionImage } from "../fs/image/session-image.js";
import { contentsLba } from "../fs/layout/contents.js";
import type { Content } from "../fs/tree/content.js";
import type { TaskOptions } from "../medium/session-data.js";
import { alignUp, blockBytes, blocksOf } from "../units.js";
import type { CopyItem } from "./copy-protocol.js";
import { copyService } from "./copy-service.js";
import { PathContent } from "./path-content.js";

/** Blocks rendered and written at a time. */
const pieceBlocks = 512;

/** Pieces that are rendered or written at one time. */
const piecesAtOnce = 3;

/** The copying thread gets at most so much at once; between batches a task can be cancelled. */
const batchItems = 4096;
const batchBytes = 32 * 1024 * 1024;

/** Writes all bytes at a position of a file. */
async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** Copies one image into one file. */
class ImageCopy {
  readonly #image: SessionImage;
  readonly #file: FileHandle;
  readonly #options: TaskOptions;
  #batch: CopyItem[] = [];
  #batchBytes = 0;
  /** Batches the copying threads have; each takes itself out when it has ended. */
  readonly #underWay = new Set<Promise<void>>();
  #failure: unknown;
  #doneBlocks = 0;

  constructor(image: SessionImage, file: FileHandle, options: TaskOptions) {
    this.#image = image;
    this.#file = file;
    this.#options = options;
  }

  async run(): Promise<void> {
    const { firstBlock, blocks, contents, plan } = this.#image;
    const first = contentsLba(plan);
    // While the threads copy contents, this one renders what comes before and behind them.
    const outcomes = await Promise.allSettled([
      this.#copyContents((first - firstBlock) * blockBytes),
      this.#render(firstBlock, first),
      this.#render(first + contents.region.blocks, firstBlock + blocks),
    ]);
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  }

  /** Copies all contents, which start at that byte of the file. */
  async #copyContents(start: number): Promise<void> {
    try {
      let end = 0;
      for (const { content, block } of this.#image.contents.written()) {
        // Gaps are holes of the file, which is a new one.
        if (block > end) this.#progress(block - end);
        end = block + blocksOf(content.bytes);
        await this.#add(content, start + block * blockBytes);
      }
      this.#flush();
    } finally {
      // The file is not closed under a thread that still writes into it.
      await this.#settle(0);
    }
    this.#throwFailure();
  }

  /** Renders a range of blocks into the file: several pieces at a time, since rendering one may wait for files. */
  async #render(lba: number, end: number): Promise<void> {
    let next = lba;
    const renderer = async (): Promise<void> => {
      const buffer = new Uint8Array(Math.max(0, Math.min(pieceBlocks, end - next)) * blockBytes);
      while (next < end) {
        const first = next;
        const count = Math.min(pieceBlocks, end - first);
        next += count;
        const piece = buffer.subarray(0, count * blockBytes);
        await this.#image.read(first, count, piece, this.#options.signal);
        await writeAll(this.#file, piece, (first - this.#image.firstBlock) * blockBytes);
        this.#progress(count);
      }
    };
    const outcomes = await Promise.allSettled(Array.from({ length: piecesAtOnce }, renderer));
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  }

  async #add(content: Content, at: number): Promise<void> {
    if (!(content instanceof PathContent)) {
      this.#flush();
      await this.#read(content, at);
      return;
    }
    const { path, bytes, mtimeMs } = content;
    for (let offset = 0; offset < bytes; ) {
      const length = Math.min(bytes - offset, batchBytes - this.#batchBytes);
      this.#batch.push({ path, bytes, mtimeMs, offset, at: at + offset, length });
      this.#batchBytes += alignUp(length, blockBytes);
      offset += length;
      if (this.#batch.length < batchItems && this.#batchBytes < batchBytes) continue;
      this.#flush();
      await this.#settle(copyService.width - 1);
      this.#throwFailure();
      throwIfCancelled(this.#options.signal, "writing the image");
    }
  }

  /** Hands the batch to a copying thread. */
  #flush(): void {
    if (this.#batch.length === 0) return;
    const blocks = this.#batchBytes / blockBytes;
    const copied = copyService.copyToFile(this.#batch, this.#file.fd).then(
      () => this.#progress(blocks),
      (error: unknown) => {
        this.#failure ??= error;
      },
    );
    this.#underWay.add(copied);
    void copied.then(() => this.#underWay.delete(copied));
    this.#batch = [];
    this.#batchBytes = 0;
  }

  /** Waits until no more than that many batches are under way. */
  async #settle(most: number): Promise<void> {
    while (this.#underWay.size > most) await Promise.race(this.#underWay);
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Copies a content that is no file of the host. */
  async #read(content: Content, at: number): Promise<void> {
    const buffer = new Uint8Array(alignUp(Math.min(pieceBlocks * blockBytes, content.bytes), blockBytes));
    for (let offset = 0; offset < content.bytes; offset += buffer.length) {
      throwIfCancelled(this.#options.signal, "writing the image");
      const length = Math.min(buffer.length, content.bytes - offset);
      const padded = alignUp(length, blockBytes);
      buffer.fill(0, length, padded);
      await content.read(offset, buffer.subarray(0, length), this.#options.signal);
      await writeAll(this.#file, buffer.subarray(0, padded), at + offset);
      this.#progress(padded / blockBytes);
    }
  }

  #progress(blocks: number): void {
    this.#doneBlocks += blocks;
    const { blocks: totalBlocks } = this.#image;
    this.#options.onProgress?.({ phase: "writing", doneBlocks: this.#doneBlocks, totalBlocks });
  }
}

/**
 * Writes an image into an open file, contents a run at a time: the same blocks as `chunks()` gives, by the same
 * arithmetic, without passing every byte of every file through the main thread.
 *
 * @throws {@link DiscError} E_CANCELLED; what reading contents raises. What writing raises is the operating system's.
 */
export function copyImage(image: SessionImage, file: FileHandle, options: TaskOptions): Promise<void> {
  return new ImageCopy(image, file, options).run();
}
