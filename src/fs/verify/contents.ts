/** Checks where the files of a session lie, and that they can be read. */
import { DiscError, FormatError, hasCode, throwIfCancelled } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import type { TaskOptions } from "../../medium/session-data.js";
import { blockBytes, blocksOf } from "../../units.js";
import { contentOfEntry } from "../image/entry-content.js";
import type { Extent } from "../tree/content.js";
import type { DiscEntry } from "../tree/disc-entry.js";
import { byteAddressOf, identityOf } from "../tree/disc-entry.js";
import type { FindingReporter } from "./structures.js";

/** Blocks read at once. */
const chunkBlocks = 512;

/** A run of bytes of the disc that a file holds. */
interface FileRun {
  readonly address: number;
  readonly bytes: number;
  readonly path: string;
  /** Whether it is of a named stream, and of no file. */
  readonly isStream: boolean;
}

/** The block in which a run starts. */
function lbaOf({ address }: FileRun): number {
  return Math.floor(address / blockBytes);
}

/** Collects the extents of files. */
export class ContentMap {
  /** By first byte: the longest run that starts there. */
  readonly #runs: Map<number, FileRun> = new Map();
  /** Where runs of the tree end, at the most. */
  endLba = 0;

  add(entry: DiscEntry): void {
    this.addExtents(entry.extents, entry.path, entry.type === "file", false);
    for (const { name, extents } of entry.streams) this.addExtents(extents, `${entry.path}:${name}`, true, true);
  }

  addExtents(extents: readonly Extent[], path: string, isFile: boolean, isStream: boolean): void {
    let open: FileRun | undefined;
    const close = (): void => {
      if (open !== undefined) this.#addRun(open);
      open = undefined;
    };
    for (const extent of extents) {
      const address = byteAddressOf(extent);
      if (address === undefined) continue;
      const end = address + extent.bytes;
      this.endLba = Math.max(this.endLba, blocksOf(end));
      if (!isFile || extent.bytes === 0) continue;
      // How many extents a run is written as differs between file systems, which have other limits.
      if (open !== undefined && open.address + open.bytes === address) open = { ...open, bytes: end - open.address };
      else {
        close();
        open = { address, bytes: extent.bytes, path, isStream };
      }
    }
    close();
  }

  #addRun(run: FileRun): void {
    const known = this.#runs.get(run.address);
    const isLonger = known === undefined || known.bytes < run.bytes;
    // What a file and a stream share is in the trees that have the file.
    if (isLonger || (known.bytes === run.bytes && known.isStream)) this.#runs.set(run.address, run);
  }

  /** Takes over the runs of another tree, whose block 0 is the one that is given. */
  include(other: ContentMap, originLba = 0): void {
    const origin = originLba * blockBytes;
    for (const run of other.#runs.values()) this.#addRun({ ...run, address: run.address + origin });
  }

  /** Whether this map has a run of the same bytes, for the comparison of two trees. */
  has({ address, bytes }: FileRun): boolean {
    return this.#runs.get(address)?.bytes === bytes;
  }

  get runs(): FileRun[] {
    return [...this.#runs.values()].sort((one, other) => one.address - other.address);
  }
}

/** Reports files that lie on one another without being the same. */
export function checkOverlaps(contents: ContentMap, report: FindingReporter): void {
  let before: FileRun | undefined;
  for (const run of contents.runs) {
    if (before !== undefined && run.address < before.address + before.bytes) {
      const place = { path: run.path, lba: lbaOf(run) };
      const message = `"${run.path}" and "${before.path}" overlap from block ${place.lba} on`;
      report("error", "EXTENTS_OVERLAP", place, message);
    }
    if (before === undefined || run.address + run.bytes > before.address + before.bytes) before = run;
  }
}

/** Whether two trees have files in the same places. */
export function areSameContents(one: ContentMap, other: ContentMap): boolean {
  return one.runs.length === other.runs.length && one.runs.every((run) => other.has(run));
}

/** Reports files whose contents one tree has and another one lacks. */
export function compareTrees(one: ContentMap, other: ContentMap, names: string, report: FindingReporter): void {
  for (const run of one.runs) {
    const { path, isStream } = run;
    // What stands in a file entry can be in no other tree, and UDF alone has streams.
    if (run.address % blockBytes !== 0 || isStream || other.has(run)) continue;
    const message = `"${path}" is in one tree alone, or of another length (${names})`;
    report("warning", "TREES_DIFFER", { path, lba: lbaOf(run) }, message);
  }
}

/** The blocks in which runs lie, each once: small contents share one, and damaged discs have runs on one another. */
function blocksOfRuns(runs: readonly FileRun[]): { lba: number; blocks: number; path: string }[] {
  const read: { lba: number; blocks: number; path: string }[] = [];
  let done = 0;
  for (const { address, bytes, path } of runs) {
    const lba = Math.max(done, Math.floor(address / blockBytes));
    const end = blocksOf(address + bytes);
    if (end <= lba) continue;
    read.push({ lba, blocks: end - lba, path });
    done = end;
  }
  return read;
}

/**
 * Reads all contents. Of a run that fails, each block is tried.
 *
 * @returns Blocks that were read.
 */
export async function readContents(
  source: BlockSource,
  contents: ContentMap,
  report: FindingReporter,
  options: TaskOptions,
): Promise<number> {
  const runs = blocksOfRuns(contents.runs);
  const totalBlocks = runs.reduce((sum, { blocks }) => sum + blocks, 0);
  const buffer = new Uint8Array(chunkBlocks * blockBytes);
  let doneBlocks = 0;
  for (const { lba, blocks, path } of runs) {
    for (let done = 0; done < blocks; done += chunkBlocks) {
      throwIfCancelled(options.signal, "verifying");
      const count = Math.min(chunkBlocks, blocks - done);
      const bad = await unreadable(source, lba + done, count, buffer, options.signal);
      if (bad.length > 0) {
        const message = `"${path}": ${bad.length} of the ${count} blocks from ${lba + done} on cannot be read`;
        report("error", "UNREADABLE", { path, lba: bad[0]! }, message);
      }
      doneBlocks += count;
      options.onProgress?.({ phase: "verifying", doneBlocks, totalBlocks });
    }
  }
  return doneBlocks;
}

/** Uncompresses all of some files, those with the same blocks once. What is wrong with one is a finding. */
export async function uncompressContents(
  source: BlockSource,
  entries: readonly DiscEntry[],
  report: FindingReporter,
  { signal, onProgress }: TaskOptions,
): Promise<void> {
  const distinct = [...new Map(entries.map((entry) => [identityOf(entry), entry])).values()];
  const totalBlocks = distinct.reduce((sum, { bytes }) => sum + blocksOf(bytes), 0);
  const buffer = new Uint8Array(chunkBlocks * blockBytes);
  let doneBlocks = 0;
  for (const entry of distinct) {
    const { path, bytes } = entry;
    const content = contentOfEntry(source, entry);
    try {
      for (let offset = 0; offset < bytes; offset += buffer.length) {
        throwIfCancelled(signal, "verifying");
        await content.read(offset, buffer.subarray(0, Math.min(buffer.length, bytes - offset)), signal);
      }
    } catch (error) {
      // Blocks that cannot be read are a finding of their own already.
      if (!(error instanceof FormatError)) {
        if (!hasCode(error, "E_READ_FAILED") || signal?.aborted) throw error;
      } else {
        const lba = entry.extents[0]?.lba ?? undefined;
        const place = lba === undefined ? { path } : { path, lba };
        report("error", "COMPRESSED_DATA", place, `"${path}": ${error.message}`);
      }
    }
    doneBlocks += blocksOf(bytes);
    onProgress?.({ phase: "verifying", doneBlocks, totalBlocks });
  }
}

async function unreadable(
  source: BlockSource,
  lba: number,
  count: number,
  buffer: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<number[]> {
  try {
    await source.read(lba, count, buffer, signal);
    return [];
  } catch (error) {
    if (!(error instanceof DiscError) || signal?.aborted) throw error;
  }
  const bad: number[] = [];
  for (let block = lba; block < lba + count; block++) {
    try {
      await source.read(block, 1, buffer, signal);
    } catch (error) {
      if (!(error instanceof DiscError) || signal?.aborted) throw error;
      bad.push(block);
    }
  }
  return bad;
}
