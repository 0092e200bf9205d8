/** Compressed contents as they were before. libisofs, doc/zisofs_format.txt and doc/zisofs2_format.txt. */
import type { ReadContext } from "../../codec/codec.js";
import { reportFault } from "../../codec/codec.js";
import type { WarningListener } from "../../errors.js";
import { throwIfCancelled } from "../../errors.js";
import type { Content } from "../tree/content.js";
import type { ZisofsForm } from "../tree/zisofs-form.js";
import { zisofsBlocks, zisofsHeadBytes, zisofsVersions } from "../tree/zisofs-form.js";
import { inflate } from "./inflate.js";
import { readPointer, zisofsHeader, zisofsVersionAt } from "./zisofs-header.js";

/** Bytes that are uncompressed together. */
const groupBytes = 1024 * 1024;

/** Blocks whose pointers are checked together. */
const checkedBlocks = 8192;

/** Blocks may get longer by compression, if only a little. RFC 1950; Linux takes no more either. */
const largestGrowth = 2;

/** A content that lies compressed by zlib, in zisofs of either version. Any part of it can be read at any time. */
export class ZisofsContent implements Content {
  readonly repeatable = true;
  readonly stored: Content;
  readonly #form: ZisofsForm;
  readonly #onWarning: WarningListener | undefined;
  #isChecked = false;

  /** @param stored What lies on the disc, with the form that {@link zisofsFault} finds nothing wrong with. */
  constructor(stored: Content, form: ZisofsForm, onWarning?: WarningListener) {
    this.stored = stored;
    this.#form = form;
    this.#onWarning = onWarning;
  }

  get bytes(): number {
    return this.#form.uncompressedBytes;
  }

  get label(): string {
    return this.stored.label;
  }

  /** @throws {@link DiscError} also E_FIELD_INVALID, for a damaged header, pointer or block. */
  async read(offset: number, into: Uint8Array, signal?: AbortSignal): Promise<void> {
    if (!this.#isChecked) await this.#check(signal);
    const blockBytes = 2 ** this.#form.blockSizeLog2;
    const groupBlocks = groupBytes / blockBytes;
    const end = Math.ceil((offset + into.length) / blockBytes);
    for (let first = Math.floor(offset / blockBytes); first < end; first += groupBlocks) {
      throwIfCancelled(signal, `reading "${this.label}"`);
      await this.#readBlocks(first, Math.min(end, first + groupBlocks), offset, into, signal);
    }
  }

  /**
   * Checks the header and all pointers, without uncompressing anything.
   *
   * @throws {@link DiscError} E_FIELD_INVALID; and what reading the stored content raises.
   */
  async checkPointers(signal?: AbortSignal): Promise<void> {
    await this.#check(signal);
    const blocks = zisofsBlocks(this.#form);
    for (let first = 0; first < blocks; first += checkedBlocks) {
      throwIfCancelled(signal, `reading "${this.label}"`);
      await this.#pointers(first, Math.min(blocks, first + checkedBlocks), signal);
    }
  }

  /** @throws {@link DiscError} E_FIELD_INVALID; and what reading the stored content raises. */
  async #check(signal: AbortSignal | undefined): Promise<void> {
    const { version, blockSizeLog2, uncompressedBytes } = this.#form;
    const context = this.#context();
    const head = new Uint8Array(zisofsVersions[version].headerBytes);
    await this.stored.read(0, head, signal);
    const other = zisofsVersionAt(head, 0) ?? version;
    if (other !== version) {
      const reason = `is ${other}, and ${version} in the directory record`;
      reportFault(context, "ZisofsHeader", "version", "zisofs, File Header", reason);
    }
    const found = zisofsHeader.read(head, 0, context);
    const expected: Partial<ZisofsForm> = { algorithm: zisofsVersions[version].algorithm, blockSizeLog2 };
    for (const [field, value] of Object.entries(expected)) {
      const stated = found[field as keyof ZisofsForm];
      if (stated === value) continue;
      const reason = `is ${stated}, and ${value} in the directory record`;
      reportFault(context, "ZisofsHeader", field, "zisofs, File Header", reason);
    }
    if (found.uncompressedBytes !== uncompressedBytes) {
      // Linux, too, believes the record.
      const reason = `is ${found.uncompressedBytes}, and ${uncompressedBytes} in the directory record, which is taken`;
      reportFault(context, "ZisofsHeader", "uncompressedBytes", "zisofs, File Header", reason);
    }
    this.#isChecked = true;
  }

  /** Bytes of the content in a range of blocks that are wanted. */
  async #readBlocks(
    first: number,
    end: number,
    offset: number,
    into: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const pointers = await this.#pointers(first, end, signal);
    const start = pointers[0]!;
    const compressed = new Uint8Array(pointers.at(-1)! - start);
    if (compressed.length > 0) await this.stored.read(start, compressed, signal);
    const blockBytes = 2 ** this.#form.blockSizeLog2;
    const readBlock = async (block: number): Promise<void> => {
      const at = block * blockBytes - offset;
      const length = Math.min(blockBytes, this.bytes - block * blockBytes);
      const isWhole = at >= 0 && at + length <= into.length;
      const plain = isWhole ? into.subarray(at, at + length) : new Uint8Array(length);
      const [from, to] = [pointers[block - first]! - start, pointers[block - first + 1]! - start];
      await this.#uncompress(block, compressed.subarray(from, to), plain);
      if (!isWhole) into.set(plain.subarray(Math.max(0, -at), into.length - at), Math.max(0, at));
    };
    const blocks = Array.from({ length: end - first }, (_, index) => first + index);
    // All are waited for, so that none writes to the caller's bytes behind its back.
    const results = await Promise.allSettled(blocks.map(readBlock));
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }

  async #uncompress(block: number, compressed: Uint8Array<ArrayBuffer>, plain: Uint8Array): Promise<void> {
    // A block of no bytes stands for one of zeros.
    if (compressed.length === 0) {
      plain.fill(0);
      return;
    }
    const reason = await inflate(compressed, plain);
    if (reason === undefined) return;
    reportFault(this.#context(), "ZisofsBlock", "data", "zisofs, Data Part", `of block ${block} ${reason}`);
  }

  /** The pointers to some blocks, and to the end of the last of them. */
  async #pointers(first: number, end: number, signal: AbortSignal | undefined): Promise<number[]> {
    const { version, headerBytes, blockSizeLog2 } = this.#form;
    const { pointerBytes } = zisofsVersions[version];
    const table = new Uint8Array((end - first + 1) * pointerBytes);
    await this.stored.read(headerBytes + first * pointerBytes, table, signal);
    const pointers: number[] = [];
    let before = zisofsHeadBytes(this.#form);
    for (let index = 0; index <= end - first; index++) {
      const pointer = readPointer(version, table, index * pointerBytes);
      const fault = this.#faultOfPointer(pointer, before, index > 0 ? largestGrowth * 2 ** blockSizeLog2 : undefined);
      if (fault !== undefined) {
        const reason = `${first + index} of ${zisofsBlocks(this.#form) + 1} is ${pointer}, ${fault}`;
        reportFault(this.#context(), "ZisofsPointers", "pointer", "zisofs, Block Pointers", reason);
      }
      pointers.push(pointer);
      before = pointer;
    }
    return pointers;
  }

  #faultOfPointer(pointer: number, before: number, maximumBytes: number | undefined): string | undefined {
    if (pointer < before) return `less than ${before}, where what comes before ends`;
    if (pointer > this.stored.bytes) return `behind the ${this.stored.bytes} bytes that are stored`;
    if (maximumBytes === undefined || pointer - before <= maximumBytes) return undefined;
    return `${pointer - before} bytes behind the one before, more than a block takes`;
  }

  #context(): ReadContext {
    const lba = this.stored.extents?.find((extent) => extent.lba !== null)?.lba ?? null;
    return { tolerant: true, lba, onWarning: this.#onWarning };
  }
}
