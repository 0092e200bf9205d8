/** Compresses contents into a temporary file. libisofs, doc/zisofs_format.txt and doc/zisofs2_format.txt. */
import { promisify } from "node:util";
import { deflate } from "node:zlib";
import { throwIfCancelled } from "../errors.js";
import type { Content } from "../fs/tree/content.js";
import type { ZisofsForm } from "../fs/tree/zisofs-form.js";
import { zisofsBlocks, zisofsHeadBytes, zisofsVersions } from "../fs/tree/zisofs-form.js";
import { encodeZisofsHeader, writePointer } from "../fs/zisofs/zisofs-header.js";
import { blocksOf } from "../units.js";
import { TemporaryContent } from "./temporary-content.js";
import type { TemporaryFile } from "./temporary-file.js";

const deflated = promisify<Uint8Array, { level: number }, Uint8Array>(deflate);

/** Bytes of a file that are read, compressed and written together. */
const groupBytes = 1024 * 1024;

/** Bytes that are compressed while a group is written, and groups: zlib takes a quarter of a megabyte for each block. */
const bytesAhead = 4 * groupBytes;
const groupsAhead = 64;

/** Bytes of pointers that are kept in memory. */
const pointerTableBytes = 64 * 1024;

/** The largest block there is, all of zeros. */
const zeros = new Uint8Array(2 ** zisofsVersions[2].largestLog2);

/** A content to be compressed. */
export interface CompressionTask {
  readonly content: Content;
  readonly form: ZisofsForm;
}

/** A file that is being written: header, pointers, and blocks one after the other. */
class FileWriter {
  /** Whether it would take no less room than it takes as it is. */
  isUseless = false;
  readonly #file: TemporaryFile;
  readonly #at: number;
  readonly #form: ZisofsForm;
  readonly #pointerBytes: number;
  readonly #pointers: Uint8Array;
  #buffered = 0;
  #pointersEnd: number;
  #end: number;

  constructor(file: TemporaryFile, at: number, form: ZisofsForm) {
    this.#file = file;
    this.#at = at;
    this.#form = form;
    this.#pointerBytes = zisofsVersions[form.version].pointerBytes;
    this.#pointers = new Uint8Array(Math.min(pointerTableBytes, (zisofsBlocks(form) + 1) * this.#pointerBytes));
    this.#pointersEnd = form.headerBytes;
    this.#end = zisofsHeadBytes(form);
    this.#judge();
  }

  /** Bytes so far. */
  get bytes(): number {
    return this.#end;
  }

  #judge(): void {
    this.isUseless ||= blocksOf(this.#end) >= blocksOf(this.#form.uncompressedBytes);
  }

  async add(blocks: readonly Uint8Array[]): Promise<void> {
    const bytes = blocks.reduce((sum, { length }) => sum + length, 0);
    const data = new Uint8Array(bytes);
    const start = this.#end;
    for (const block of blocks) {
      await this.#addPointer(this.#end);
      data.set(block, this.#end - start);
      this.#end += block.length;
    }
    this.#judge();
    if (!this.isUseless) await this.#file.write(this.#at + start, data);
  }

  async end(): Promise<void> {
    await this.#addPointer(this.#end);
    await this.#writePointers();
    await this.#file.write(this.#at, encodeZisofsHeader(this.#form));
  }

  async #addPointer(pointer: number): Promise<void> {
    if (this.#buffered + this.#pointerBytes > this.#pointers.length) await this.#writePointers();
    writePointer(this.#form.version, pointer, this.#pointers, this.#buffered);
    this.#buffered += this.#pointerBytes;
  }

  async #writePointers(): Promise<void> {
    await this.#file.write(this.#at + this.#pointersEnd, this.#pointers.subarray(0, this.#buffered));
    this.#pointersEnd += this.#buffered;
    this.#buffered = 0;
  }
}

/** A content that is being compressed; its writer is made when the one before has ended. */
interface OpenTask extends CompressionTask {
  writer: FileWriter | undefined;
}

/** Some blocks of a content. */
interface Group {
  readonly task: OpenTask;
  /** First byte in the content. */
  readonly offset: number;
  readonly bytes: number;
}

interface CompressedGroup extends Group {
  readonly blocks: readonly Uint8Array[];
}

function* groupsOf(tasks: Iterable<CompressionTask>): Generator<Group> {
  for (const { content, form } of tasks) {
    const task: OpenTask = { content, form, writer: undefined };
    for (let offset = 0; offset < content.bytes; offset += groupBytes) {
      if (task.writer?.isUseless === true) break;
      yield { task, offset, bytes: Math.min(groupBytes, content.bytes - offset) };
    }
  }
}

/**
 * A block of zeros takes no bytes, but for one that ends the file before the block would: libarchive takes no bytes
 * for a whole block, finds too many, and fails.
 */
async function compressBlock(plain: Uint8Array, level: number, blockBytes: number): Promise<Uint8Array> {
  const isZero = plain.length === blockBytes && Buffer.compare(plain, zeros.subarray(0, blockBytes)) === 0;
  if (isZero) return new Uint8Array(0);
  return await deflated(plain, { level });
}

/** Compresses contents one behind the other; blocks of several are compressed at once, on the threads of Node. */
export class ZisofsCompressor {
  readonly #file: TemporaryFile;
  readonly #level: number;
  readonly #signal: AbortSignal | undefined;
  #end = 0;
  /** Reading goes on one after the other: a drive is asked for one thing at a time. */
  #reading: Promise<unknown> = Promise.resolve();

  constructor(file: TemporaryFile, level: number, signal: AbortSignal | undefined) {
    this.#file = file;
    this.#level = level;
    this.#signal = signal;
  }

  /**
   * @param onDone Hears of each content, with its compressed form, or with `undefined` where that takes as many blocks.
   * @throws {@link DiscError} what reading contents raises; E_HOST, E_CANCELLED.
   */
  async run(
    tasks: Iterable<CompressionTask>,
    onDone: (task: CompressionTask, stored: Content | undefined) => void,
    onGroup: (task: CompressionTask, bytes: number) => void,
  ): Promise<void> {
    const queue: Promise<CompressedGroup>[] = [];
    let queuedBytes = 0;
    const writeNext = async (): Promise<void> => {
      const group = await queue.shift()!;
      queuedBytes -= group.bytes;
      await this.#write(group, onDone, onGroup);
    };
    try {
      for (const group of groupsOf(tasks)) {
        const compressed = this.#compress(group);
        compressed.catch(() => undefined);
        queue.push(compressed);
        queuedBytes += group.bytes;
        while (queuedBytes > bytesAhead || queue.length > groupsAhead) await writeNext();
      }
      while (queue.length > 0) await writeNext();
    } finally {
      await Promise.allSettled(queue);
    }
  }

  async #compress(group: Group): Promise<CompressedGroup> {
    const { content, form } = group.task;
    const plain = new Uint8Array(group.bytes);
    const reading = this.#reading.then(() => this.#read(content, group.offset, plain));
    this.#reading = reading.catch(() => undefined);
    await reading;
    const blockBytes = 2 ** form.blockSizeLog2;
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < plain.length; at += blockBytes) pieces.push(plain.subarray(at, at + blockBytes));
    const blocks = await Promise.all(pieces.map((piece) => compressBlock(piece, this.#level, blockBytes)));
    return { ...group, blocks };
  }

  async #read(content: Content, offset: number, into: Uint8Array): Promise<void> {
    throwIfCancelled(this.#signal, "compressing");
    await content.read(offset, into, this.#signal);
  }

  async #write(
    { task, offset, bytes, blocks }: CompressedGroup,
    onDone: (task: CompressionTask, stored: Content | undefined) => void,
    onGroup: (task: CompressionTask, bytes: number) => void,
  ): Promise<void> {
    throwIfCancelled(this.#signal, "compressing");
    const { content, form } = task;
    if (task.writer?.isUseless === true) return;
    task.writer ??= new FileWriter(this.#file, this.#end, form);
    const { writer } = task;
    await writer.add(blocks);
    const isLast = offset + bytes === content.bytes;
    onGroup(task, writer.isUseless ? content.bytes - offset : bytes);
    if (writer.isUseless) onDone(task, undefined);
    if (writer.isUseless || !isLast) return;
    await writer.end();
    const place = { file: this.#file, at: this.#end, bytes: writer.bytes, label: content.label };
    onDone(task, new TemporaryContent({ ...place, zisofs: form, how: "compressed to" }));
    this.#end += writer.bytes;
  }
}
