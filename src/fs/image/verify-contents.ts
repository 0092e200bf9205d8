/** Checks where the files of a session lie, and that they can be read. */
import { DiscError, throwIfCancelled } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import type { TaskOptions } from "../../medium/session-data.js";
import { blockBytes, blocksOf } from "../../units.js";
import type { Extent } from "../tree/content.js";
import type { DiscEntry } from "../tree/disc-entry.js";
import type { FindingReporter } from "./verify-structures.js";

/** Blocks read at once. */
const chunkBlocks = 512;

/** A run of blocks that files hold. */
interface FileRun {
  readonly lba: number;
  readonly blocks: number;
  readonly path: string;
}

/** Collects the extents of files. */
export class ContentMap {
  /** By first block: the longest run that starts there. */
  readonly #runs: Map<number, FileRun> = new Map();
  /** Where runs of the tree end, at the most. */
  endLba = 0;

  add(entry: Pick<DiscEntry, "type" | "path" | "extents">): void {
    for (const { lba, bytes } of joined(entry.extents)) {
      const blocks = blocksOf(bytes);
      this.endLba = Math.max(this.endLba, lba + blocks);
      if (entry.type !== "file") continue;
      const known = this.#runs.get(lba);
      if (known === undefined || known.blocks < blocks) this.#runs.set(lba, { lba, blocks, path: entry.path });
    }
  }

  /** Takes over the runs of another tree. */
  include(other: ContentMap): void {
    for (const run of other.#runs.values()) {
      const known = this.#runs.get(run.lba);
      if (known === undefined || known.blocks < run.blocks) this.#runs.set(run.lba, run);
    }
  }

  /** First blocks with their lengths, for the comparison of two trees. */
  isSameRun(lba: number, blocks: number): boolean {
    return this.#runs.get(lba)?.blocks === blocks;
  }

  get runs(): FileRun[] {
    return [...this.#runs.values()].sort((one, other) => one.lba - other.lba);
  }
}

/** Extents that are recorded; those that follow on each other as one, because trees divide long files differently. */
function joined(extents: readonly Extent[]): { readonly lba: number; readonly bytes: number }[] {
  const runs: { readonly lba: number; readonly bytes: number }[] = [];
  for (const { lba, bytes, offset = 0 } of extents) {
    if (lba === null) continue;
    const last = runs.at(-1);
    const follows =
      last !== undefined && last.bytes % blockBytes === 0 && last.lba + last.bytes / blockBytes === lba && offset === 0;
    if (follows) runs[runs.length - 1] = { lba: last.lba, bytes: last.bytes + bytes };
    else runs.push({ lba, bytes: offset + bytes });
  }
  return runs;
}

/** Reports files that lie on one another without being the same. */
export function checkOverlaps(contents: ContentMap, report: FindingReporter): void {
  let before: FileRun | undefined;
  for (const run of contents.runs) {
    if (before !== undefined && run.lba < before.lba + before.blocks) {
      report("error", "EXTENTS_OVERLAP", run, `"${run.path}" and "${before.path}" overlap from block ${run.lba} on`);
    }
    if (before === undefined || run.lba + run.blocks > before.lba + before.blocks) before = run;
  }
}

/** Reports files whose contents one tree has and another one lacks. */
export function compareTrees(one: ContentMap, other: ContentMap, names: string, report: FindingReporter): void {
  for (const { lba, blocks, path } of one.runs) {
    if (other.isSameRun(lba, blocks)) continue;
    report("warning", "TREES_DIFFER", { path, lba }, `"${path}" is in one tree alone, or of another length (${names})`);
  }
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
  const runs = contents.runs;
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
