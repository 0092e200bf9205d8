/** Reads the records of directories. ECMA-119, 4th edition (June 2019), clauses 6.8 and 9.1. */
import type { ReadContext } from "../../codec/codec.js";
import { reportFault } from "../../codec/codec.js";
import type { BlockSource } from "../../medium/block-source.js";
import { blockBytes, blocksOf } from "../../units.js";
import type { Extent } from "../tree/content.js";
import type { DirectoryRecord } from "./directory-record.js";
import { directoryRecord, directoryRecordHeadBytes } from "./directory-record.js";

/** Blocks of a directory read at once. */
const chunkBlocks = 128;

/** A record with its place. */
export interface PlacedRecord {
  readonly record: DirectoryRecord;
  /** Block in which it starts, and byte in that block. */
  readonly lba: number;
  readonly offset: number;
}

/** Whether a record is that of the directory itself ("self"), of its parent, or of an item. ECMA-119 7.6.2. */
export function recordKind(record: DirectoryRecord): "self" | "parent" | "item" {
  if (record.fileIdentifier.length !== 1) return "item";
  const octet = record.fileIdentifier[0]!;
  return octet === 0 ? "self" : octet === 1 ? "parent" : "item";
}

/**
 * The part of an extent that lies on the medium. A directory that claims more, or starts outside, is cut off with a
 * warning.
 *
 * @throws {@link FormatError} E_FIELD_INVALID in strict reading.
 */
function clipExtent(source: BlockSource, lba: number, bytes: number, context: ReadContext): number {
  const available = Math.max(0, source.blocks - lba) * blockBytes;
  if (bytes <= available) return bytes;
  const reason = `of ${blocksOf(bytes)} blocks at ${lba} passes the ${source.blocks} blocks there are`;
  reportFault(context, "Extent", "location", "6.4.5", reason);
  return available;
}

/** Splits the bytes of directories into records; keeps what the end of one piece leaves for the next. */
class RecordSplitter {
  readonly #context: ReadContext;
  /** Bytes of a record that started in the piece before. */
  #rest: Uint8Array = new Uint8Array(0);

  constructor(context: ReadContext) {
    this.#context = context;
  }

  /** The records of whole blocks that start at block `lba` and follow on those of the call before. */
  split(piece: Uint8Array, lba: number, isLast: boolean): PlacedRecord[] {
    const { tolerant, onWarning } = this.#context;
    const restBytes = this.#rest.length;
    const bytes = restBytes === 0 ? piece : new Uint8Array(restBytes + piece.length);
    if (restBytes > 0) {
      bytes.set(this.#rest);
      bytes.set(piece, restBytes);
      this.#rest = new Uint8Array(0);
    }
    const records: PlacedRecord[] = [];
    let at = 0;
    while (at < bytes.length) {
      // Positions count from the piece's first block; a rest lies before it.
      const position = at - restBytes;
      const inBlock = ((position % blockBytes) + blockBytes) % blockBytes;
      const block = lba + Math.floor(position / blockBytes);
      const nextBlock = at + blockBytes - inBlock;
      const length = bytes[at]!;
      if (length === 0) {
        at = nextBlock;
        continue;
      }
      const context: ReadContext = { tolerant, lba: block, onWarning };
      if (inBlock + length > blockBytes && this.#fits(bytes, at)) {
        reportFault(context, "DirectoryRecord", "place", "6.8.1.1", `of ${length} bytes at ${inBlock} crosses a block`);
        if (at + length > bytes.length && !isLast) {
          this.#rest = bytes.slice(at);
          break;
        }
      }
      if (!this.#isSound(bytes, at, context)) {
        at = nextBlock;
        continue;
      }
      records.push({ record: directoryRecord.read(bytes, at, context), lba: block, offset: inBlock });
      at += length;
    }
    return records;
  }

  /** Whether what can be seen of a record at a block's end may be one, and not what is left there of another use. */
  #fits(bytes: Uint8Array, at: number): boolean {
    const identifierBytes = bytes[at + 32];
    return identifierBytes === undefined || directoryRecordHeadBytes + identifierBytes <= bytes[at]!;
  }

  #isSound(bytes: Uint8Array, at: number, context: ReadContext): boolean {
    const length = bytes[at]!;
    const identifierBytes = bytes[at + 32] ?? 0;
    const needed = directoryRecordHeadBytes + Math.max(1, identifierBytes);
    if (identifierBytes > 0 && needed <= length && at + length <= bytes.length) return true;
    const reason = `has ${length} bytes with an identifier of ${identifierBytes}; the rest of its block is skipped`;
    reportFault(context, "DirectoryRecord", "record", "9.1", reason);
    return false;
  }
}

/**
 * Reads the records of a directory, some at a time. They hold views into the bytes read, which stay as they are.
 *
 * @throws {@link DiscError} E_READ_FAILED, E_FIELD_INVALID.
 */
export async function* readDirectoryRecords(
  source: BlockSource,
  extents: readonly Extent[],
  context: ReadContext,
  signal?: AbortSignal,
): AsyncGenerator<PlacedRecord[]> {
  const splitter = new RecordSplitter(context);
  for (const [index, extent] of extents.entries()) {
    const start = extent.lba ?? 0;
    const blocks = blocksOf(clipExtent(source, start, extent.bytes, { ...context, lba: start }));
    for (let done = 0; done < blocks; done += chunkBlocks) {
      const count = Math.min(chunkBlocks, blocks - done);
      const piece = new Uint8Array(count * blockBytes);
      await source.read(start + done, count, piece, signal);
      const isLast = index === extents.length - 1 && done + count === blocks;
      // Beyond the stated length there may be anything.
      const whole = extent.bytes >= (done + count) * blockBytes;
      const part = whole ? piece : piece.subarray(0, extent.bytes - done * blockBytes);
      yield splitter.split(part, start + done, isLast);
    }
  }
}
