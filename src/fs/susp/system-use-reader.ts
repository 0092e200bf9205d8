/** Reads system use areas. System Use Sharing Protocol (IEEE P1281) version 1.12, clauses 4 and 5. */
import type { ReadContext } from "../../codec/codec.js";
import { reportFault } from "../../codec/codec.js";
import { hasCode } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import { blockBytes, blocksOf } from "../../units.js";
import type { ItemType } from "../tree/node.js";
import type { ZisofsForm } from "../tree/zisofs-form.js";
import type { FoundItemAttributes } from "./attribute-list.js";
import type { ContinuationArea } from "./entries.js";
import { continuationArea, entryHeadBytes } from "./entries.js";

/** The most continuation areas of one record; Linux follows 32, attributes of xorriso need more. */
const maximumContinuations = 256;

/** The longest continuation area that is read; those of more than a block break the rules, and are seen. */
const maximumContinuationBytes = 64 * 1024;

/** The two characters of a signature as one number. */
export function signatureOf(text: string): number {
  return text.charCodeAt(0) * 0x100 + text.charCodeAt(1);
}

const continuationSignature = signatureOf("CE");
const terminatorSignature = signatureOf("ST");
const paddingSignature = signatureOf("PD");

/**
 * Receives the entries of an area: the whole entry lies at `source[at]`, head included, `length` bytes long, and at byte
 * `address` of the medium, as far as whoever visits says where the area is.
 */
export type EntryVisitor = (signature: number, source: Uint8Array, at: number, length: number, address: number) => void;

function isSignatureByte(octet: number): boolean {
  return octet >= 0x20 && octet < 0x7f;
}

/**
 * Visits the entries of one area. Bytes that are no entry end it: areas are filled up, and may hold what other
 * protocols left there.
 *
 * @param address The byte of the medium at which the area starts; needed where the visitor looks at addresses.
 * @returns Where the area goes on, if it does. SUSP 5.1.
 * @throws {@link FormatError} E_FIELD_INVALID in strict reading.
 */
export function visitEntries(
  area: Uint8Array,
  context: ReadContext,
  visit: EntryVisitor,
  address = 0,
): ContinuationArea | undefined {
  let continuation: ContinuationArea | undefined;
  let at = 0;
  while (at + entryHeadBytes <= area.length) {
    const first = area[at]!;
    const second = area[at + 1]!;
    const length = area[at + 2]!;
    if (!isSignatureByte(first) || !isSignatureByte(second)) break;
    if (length < entryHeadBytes || at + length > area.length) {
      const reason = `of ${String.fromCharCode(first, second)} is ${length}, with ${area.length - at} bytes left`;
      reportFault(context, "SystemUseEntry", "length", "4.1", reason);
      break;
    }
    const signature = first * 0x100 + second;
    if (signature === terminatorSignature) break;
    if (signature === continuationSignature) {
      if (length >= continuationArea.size) continuation = continuationArea.read(area, at, context);
      else reportFault(context, "CE", "length", "5.1 [2]", `of the entry is ${length}, expected 28`);
    } else if (signature !== paddingSignature) {
      visit(signature, area, at, length, address + at);
    }
    at += length;
  }
  return continuation;
}

/** Reads continuation areas; keeps a few runs of blocks, because those of one directory lie together. */
export class ContinuationReader {
  readonly #source: BlockSource;
  readonly #runs: Map<number, Uint8Array> = new Map();

  constructor(source: BlockSource) {
    this.#source = source;
  }

  /**
   * Visits the entries of a continuation area and of all that follow it. A chain that loops, leaves the medium or does
   * not end is cut off with a warning.
   *
   * @throws {@link DiscError} E_FIELD_INVALID in strict reading, E_READ_FAILED.
   */
  async visit(first: ContinuationArea, context: ReadContext, visit: EntryVisitor, signal?: AbortSignal): Promise<void> {
    const visited = new Set<number>();
    let next: ContinuationArea | undefined = first;
    while (next !== undefined) {
      const fault = this.#faultOf(next, visited);
      if (fault !== undefined) {
        reportFault(context, "CE", fault.field, "5.1", fault.reason);
        return;
      }
      if (next.length === 0) return;
      visited.add(next.block * blockBytes + next.offset);
      if (next.offset + next.length > blockBytes) {
        const reason = `passes the end of the block: ${next.length} bytes from byte ${next.offset}`;
        reportFault(context, "CE", "area", "5.1", reason);
      }
      const area = await this.#readable(next, context, signal);
      const address: number = next.block * blockBytes + next.offset;
      next = area === undefined ? undefined : visitEntries(area, { ...context, lba: next.block }, visit, address);
    }
  }

  /** The bytes of an area; `undefined` for one that cannot be read, so that the item is shown without what it says. */
  async #readable(
    area: ContinuationArea,
    context: ReadContext,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array | undefined> {
    try {
      return await this.#area(area, signal);
    } catch (error) {
      if (!hasCode(error, "E_READ_FAILED")) throw error;
      reportFault(context, "CE", "block", "5.1 [4]", `${area.block} cannot be read: ${error.message}`);
      return undefined;
    }
  }

  #faultOf(area: ContinuationArea, visited: Set<number>): { field: string; reason: string } | undefined {
    const blocks = blocksOf(area.offset + area.length);
    if (visited.size >= maximumContinuations) {
      return { field: "chain", reason: `has more than ${maximumContinuations} areas` };
    }
    if (visited.has(area.block * blockBytes + area.offset)) {
      return { field: "chain", reason: `comes back to byte ${area.offset} of block ${area.block}` };
    }
    if (area.length > maximumContinuationBytes || area.offset >= maximumContinuationBytes) {
      return { field: "length", reason: `is ${area.length} from byte ${area.offset}` };
    }
    if (area.length > 0 && area.block + blocks > this.#source.blocks) {
      return { field: "block", reason: `is ${area.block}, beyond the ${this.#source.blocks} blocks there are` };
    }
    return undefined;
  }

  async #area(area: ContinuationArea, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const bytes = new Uint8Array(area.length);
    const first = area.block + Math.floor(area.offset / blockBytes);
    let skip = area.offset % blockBytes;
    for (let done = 0, block = first; done < area.length; block++) {
      const content = await this.#block(block, signal);
      const piece = content.subarray(skip, Math.min(blockBytes, skip + area.length - done));
      bytes.set(piece, done);
      done += piece.length;
      skip = 0;
    }
    return bytes;
  }

  async #block(block: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const runBlocks = 16;
    const keptRuns = 16;
    const first = block - (block % runBlocks);
    let run = this.#runs.get(first);
    if (run === undefined) {
      const count = Math.min(runBlocks, this.#source.blocks - first);
      run = new Uint8Array(count * blockBytes);
      try {
        await this.#source.read(first, count, run, signal);
      } catch (error) {
        if (signal?.aborted) throw error;
        // One block of the run is bad, or lies outside a partial image: the wanted one may be good.
        const single = new Uint8Array(blockBytes);
        await this.#source.read(block, 1, single, signal);
        return single;
      }
      if (this.#runs.size >= keptRuns) this.#runs.delete(this.#runs.keys().next().value!);
      this.#runs.set(first, run);
    }
    return run.subarray((block - first) * blockBytes, (block - first + 1) * blockBytes);
  }
}

/** What a protocol of system use entries says of one item; what it does not say is `undefined`. */
export interface ExtendedAttributes {
  /** Where its entries go on: they are complete once {@link SystemUseProtocol.complete} was called. */
  continuation: ContinuationArea | undefined;
  readonly name: string | undefined;
  readonly type: ItemType | undefined;
  /** Permission bits, 0 to 0o7777. */
  readonly mode: number | undefined;
  readonly uid: number;
  readonly gid: number;
  readonly links: number;
  readonly serialNumber: number | undefined;
  readonly mtimeMs: number | undefined;
  readonly atimeMs: number | undefined;
  readonly ctimeMs: number | undefined;
  readonly target: string | undefined;
  readonly major: number;
  readonly minor: number;
  /** Where the directory lies whose place this item holds. */
  readonly childLocation: number | undefined;
  /** Whether it is a directory that another place of the tree shows. */
  readonly relocated: boolean;
  /** Whether there are any extended attributes or access control lists. */
  readonly hasItemAttributes: boolean;
  /** These, for an item of that mode. */
  itemAttributes(mode: number, context: ReadContext): FoundItemAttributes;
  /** In which form contents are stored that is not read; `undefined` for plain ones. */
  readonly encoding: string | undefined;
  /** How contents are compressed; `undefined` for plain ones. */
  readonly zisofs: ZisofsForm | undefined;
}

/** A protocol on top of SUSP, as directories are read by it. */
export interface SystemUseProtocol {
  /** What the system use area of a record says, without what lies elsewhere. */
  attributes(systemUse: Uint8Array, context: ReadContext): ExtendedAttributes;
  /** Adds what lies in continuation areas; a call is needed only where there is one. */
  complete(attributes: ExtendedAttributes, context: ReadContext, signal?: AbortSignal): Promise<void>;
}
